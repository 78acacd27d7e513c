"""A Hub for a course: copy it, change what is marked, and start `jupyterhub -f jupyterhub_config.py`.

docs/hub.md says how to install what it needs. Learners are users of this machine (PAM).
"""

import sys

c = get_config()  # noqa: F821  JupyterHub has it ready

# Change: who may log in, and who may see everybody's servers.
c.Authenticator.allowed_users = {"anna", "ben", "chris"}
c.Authenticator.admin_users = set()

# Change: behind a web server that has a certificate, this address stays on the machine.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

# Each server starts as its learner, in the learner's home. It copies the lessons that are not there yet
# into `oaiworkbook-lessons`, overwrites nothing, and opens lesson 00.
c.Spawner.cmd = [sys.executable, "-m", "oaiworkbook.course.hub"]
c.Spawner.start_timeout = 120  # seconds: thirty people log in at the same minute
c.JupyterHub.concurrent_spawn_limit = 5

# A kernel that is idle for an hour, without an open tab, gives its memory back. Its lesson stays; its
# variables go.
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--MappingKernelManager.cull_interval=300",
]

c.Spawner.environment = {
    "OAIWORKBOOK_MODE": "replay",  # recorded answers: no key, no network, nothing charged
}
