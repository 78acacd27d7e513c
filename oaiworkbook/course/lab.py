"""JupyterLab on the lessons, in this very process, with settings that touch this start only."""

import errno
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from .. import settings
from ..errors import SettingsError, WorkbookError
from ..money.amounts import usd
from . import lessons, start_page

CONFIG = Path(__file__).parent / "jupyter"


def environment() -> dict[str, str]:
    """What Jupyter needs in the environment, for this server and the kernels that it starts."""
    path = os.environ.get("JUPYTER_CONFIG_PATH", "")
    return {
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, [str(CONFIG), path])),
        # A `python3` kernel that a user installed for another project must not win over this one.
        "JUPYTER_PREFER_ENV_PATH": os.environ.get("JUPYTER_PREFER_ENV_PATH", "1"),
    }


def arguments(
    target: Path, first: str, *, browser: bool, port: int | None, extra: Sequence[str] = ()
) -> list[str]:
    """The command line of JupyterLab. An option repeated in `extra` would stop it: leave ours out."""
    import zmq

    ours = [f"--ServerApp.root_dir={target}", f"--LabApp.default_url=/lab/tree/{first}"]
    ours.append(f"--LabApp.extra_labextensions_path={CONFIG / 'labextensions'}")
    if zmq.has("curve"):
        # Without it each kernel warns of eavesdropping in the terminal, on loopback too.
        ours.append("--KernelManager.transport_encryption=auto")
    if not browser:
        ours.append("--no-browser")
    if port is not None:
        ours.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        ours.append("--allow-root")
    given = {each.split("=")[0] for each in extra}
    return [each for each in ours if each.split("=")[0] not in given] + list(extra)


def prepare(number: str | None = None) -> tuple[Path, str]:
    """Copies what is missing and signs the lessons. Returns the folder and the notebook to open."""
    target = lessons.folder()
    if not lessons.in_clone():
        new = lessons.copy_missing(target)
        if new:
            print(f"Copied {len(new)} {'lesson' if len(new) == 1 else 'lessons'} to {target}")
    trust(target)
    if number is not None:
        return target, lessons.find(number).name
    there = [lesson.name for lesson in lessons.shipped() if (target / lesson.name).is_file()]
    return target, there[0] if there else ""


def write_page(folder: Path) -> Path | None:
    """The start page, written anew; None, and a sentence, where that is not possible."""
    if not any((folder / lesson.name).is_file() for lesson in lessons.shipped()):
        return None  # another folder, which the user has named
    try:
        kept = start_page.write(folder)
    except WorkbookError as error:
        print(
            f"{error} JupyterLab opens a lesson instead. `oaiworkbook progress` shows what is solved.",
            file=sys.stderr,
        )
        return None
    if kept:
        print(f"You had changed {start_page.NAME}: your version is kept as {kept.name}.")
    return folder / start_page.NAME


def trust(target: Path) -> int:
    """Signs the course's lessons in `target`, so that their outputs are shown as they are meant.

    Signs what is the course's own byte for byte; a changed notebook was signed when it was saved.
    Returns how many it signed.
    """
    import nbformat
    from nbformat import sign

    untyped: Any = nbformat
    signed = 0
    try:
        notary: Any = sign.NotebookNotary()  # type: ignore[no-untyped-call]
        for lesson in lessons.shipped():
            mine = target / lesson.name
            if mine.is_file() and mine.read_bytes() == lesson.read_bytes():
                notary.sign(untyped.read(mine, as_version=4))
                signed += 1
    # A full disk or a broken signature database is no reason not to open the lessons.
    except Exception as error:
        print(
            f"Could not mark the lessons as trusted ({error}). In JupyterLab: View > Activate "
            "Command Palette > Trust Notebook.",
            file=sys.stderr,
        )
    return signed


def leave_out_the_grammar() -> None:
    """Before the first import of Jupyter's server: spares it a second of CPU and 15 MB.

    jsonschema builds a grammar of all addresses for the format `iri`, which no schema of Jupyter's names.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def keep_keys_out() -> None:
    """A lesson ends in a program of plain SDK code. Run on its own, it must not find a key and pay."""
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        if os.environ.pop(name, None):
            print(
                f"{name} is kept from the notebooks: replay needs none. Live: OAIWORKBOOK_MODE=live"
            )


def _shown(extra: Sequence[str]) -> Path | None:
    """The folder that the user's own options of JupyterLab name."""
    found = [each.partition("=")[2] for each in extra if each.startswith("--ServerApp.root_dir=")]
    return Path(found[0]).expanduser() if found else None


def running_on(folder: Path) -> Iterator[str]:
    """Addresses of this user's servers that show the folder."""
    from jupyter_server.serverapp import list_running_servers

    with suppress(OSError, ValueError):  # what an old or a broken server has left behind
        for server in list_running_servers():
            if Path(server["root_dir"]).resolve() == folder.resolve():
                yield server["url"]


def is_taken(port: int) -> bool:
    with socket.socket() as tried:
        if os.name == "posix":  # as the server does: a connection that has ended holds no port
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


@contextmanager
def local_model() -> Iterator[None]:
    """A model on this machine answers what no recording does: one that runs, else the small one.

    Raises SettingsError outside replay, LocalError where no model can be installed or started.
    """
    from ..client.local import server, small

    if settings.mode() != "replay":
        raise SettingsError(
            "--local is for replay, and OAIWORKBOOK_MODE is "
            f"{settings.mode()}. Unset it, or leave --local out."
        )
    with ExitStack() as stack:
        if not settings.local():
            found = [each for each in server.usual() if each.models]
            if found:
                url, name = found[0].url, found[0].models[0]
            else:
                small.install()
                url, name = stack.enter_context(small.running()), small.MODEL
                print("It is small: its answers have the right form and are often wrong.")
            os.environ["OAIWORKBOOK_LOCAL"] = url
            print(f"Questions of your own are answered by {name} on {url}.")
        yield


def start(
    number: str | None = None,
    *,
    browser: bool = True,
    port: int | None = None,
    extra: Sequence[str] = (),
) -> None:
    """Opens JupyterLab on a lesson, or on the start page; returns when the server has stopped."""
    mode = settings.mode()
    os.environ.update(environment())
    leave_out_the_grammar()
    target, first = prepare(number)
    target = _shown(extra) or target
    if page := write_page(target):
        os.environ["OAIWORKBOOK_START"] = str(page)
        first = page.name if number is None else first
    if mode == "replay":
        keep_keys_out()
    else:
        cap = usd(settings.max_usd())
        print(f"OAIWORKBOOK_MODE is {mode}: calls are charged, at most {cap} a day.")
    if port and is_taken(port):
        print(f"Port {port} is taken by another program. JupyterLab takes another one: see below.")
    for url in running_on(target):
        print(
            f"JupyterLab runs on this folder already, at {url} (`jupyter server list` has its token). "
            "A lesson that is open in both asks before it replaces what the other has saved."
        )
    print(f"JupyterLab on {target}. Stop it with Ctrl+C here.", flush=True)
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=arguments(target, first, browser=browser, port=port, extra=extra))
