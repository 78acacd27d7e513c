"""One learner's server on a JupyterHub: what `oaiworkbook lab` is on a machine of one's own.

The Hub starts it as the learner, in the learner's home, with `python -m oaiworkbook.course.hub`
(`Spawner.cmd`). So the lessons are copied by the learner's own process: a Hub that is root writes
nothing into a folder that somebody else can change. docs/hub.md has the rest.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from .. import settings
from ..errors import WorkbookError
from . import lab, lessons

# The first line is `lab.leave_out_the_grammar`, whose module would load the SDK. The other validator of
# notebooks compiles its program when the first one is opened: 10 MB for 20 ms a notebook.
SERVER = """
import os, sys; sys.modules["rfc3987_syntax"] = None
os.environ.setdefault("NBFORMAT_VALIDATOR", "jsonschema")
from jupyterhub.singleuser.extension import JupyterHubSingleUser
JupyterHubSingleUser.launch_instance()
"""


def prepare() -> list[str]:
    """The lessons in `oaiworkbook-lessons`, with what is missing copied. Returns the server's options.

    Never raises for a full disk: in the server that starts all the same, files can be deleted.
    """
    os.environ.update(lab.environment())
    lab.leave_out_the_grammar()
    folder = Path.cwd() / lessons.FOLDER
    try:
        lessons.copy_missing(folder)
        lab.trust(folder)
        page = lab.write_page(folder)
    except WorkbookError as error:
        print(error, file=sys.stderr)
        folder, page = Path.cwd(), None
    if page:
        os.environ["OAIWORKBOOK_START"] = str(page)
    if settings.mode() == "replay":
        lab.keep_keys_out()
    first = lessons.shipped()[0].name
    opened = page.name if page else first if (folder / first).is_file() else ""
    # `Spawner.default_url`, where the Hub's file sets one, is there already.
    os.environ.setdefault("JUPYTERHUB_DEFAULT_URL", f"/lab/tree/{opened}")
    return lab.arguments(folder, opened, browser=False, port=None, extra=sys.argv[1:])


def main() -> None:
    """Becomes the learner's server. Raises SystemExit where JupyterHub is not installed."""
    if find_spec("jupyterhub") is None:
        raise SystemExit(
            "This is started by a JupyterHub, whose package is missing here. Run: "
            f"{Path(sys.executable).name} -m pip install jupyterhub, in the Hub's version. On a machine "
            "of your own, start `oaiworkbook lab`."
        )
    options = prepare()
    sys.stdout.flush()
    # A new program in this process: what the preparation has loaded, the SDK too, would stay for hours.
    os.execv(sys.executable, [sys.executable, "-c", SERVER, *options])


if __name__ == "__main__":
    main()
