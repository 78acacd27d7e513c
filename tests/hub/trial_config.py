"""docs/hub/jupyterhub_config.py, with what only a trial may do: anybody's password, no other users.

Nobody is kept apart from anybody here. The folder and the numbers of ports come from the environment.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821  JupyterHub has it ready
load_subconfig(str(Path(__file__).parents[2] / "docs" / "hub" / "jupyterhub_config.py"))  # noqa: F821

folder, port = Path(os.environ["TRIAL_FOLDER"]), int(os.environ["TRIAL_PORT"])

c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(folder / "homes" / "{username}")
c.Spawner.environment["OPENAI_API_KEY"] = "sk-trial"  # which replay keeps out
c.Spawner.args = [*c.Spawner.args, *(["--allow-root"] if os.geteuid() == 0 else [])]

c.JupyterHub.bind_url = f"http://127.0.0.1:{port}/course/"
c.JupyterHub.hub_port = port + 1
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 2}"
c.ConfigurableHTTPProxy.command = [os.environ["TRIAL_PROXY"]]
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
c.JupyterHub.db_url = f"sqlite:///{folder / 'hub.sqlite'}"

c.JupyterHub.services = [{"name": "trial", "api_token": os.environ["TRIAL_TOKEN"]}]
c.JupyterHub.load_roles = [
    {
        "name": "trial",
        "scopes": ["admin:users", "admin:servers", "access:servers"],
        "services": ["trial"],
    }
]
