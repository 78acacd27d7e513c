"""One headless kernel for one notebook: its environment, its transport, its cleaning up."""

import asyncio
import logging
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from typing import Any

import ipykernel.kernelspec
import nbformat
import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient

from .warm import WarmProvisioner, nursery_for

# The shortest limit of a Unix socket's path among Linux (108) and macOS (104), less the suffix.
SOCKET_PATH = 95
# Each would make one machine's outputs differ from another's, or hide output from the notebook.
DROPPED = (
    *("PYTEST_CURRENT_TEST", "PYTEST_ADDOPTS", "PYTEST_PLUGINS"),
    *("JPY_SESSION_NAME", "JPY_PARENT_PID", "MPLBACKEND"),
    *("LINES", "OAIWORKBOOK_LOCAL"),
)


# What nbclient would print about a cell that fails is in the result already.
_silent = logging.Logger(__name__)
_silent.addHandler(logging.NullHandler())


class OwnInterpreter(KernelSpecManager):
    """Runs `python3` with this interpreter, whatever kernels the user has installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return self.kernel_spec_class(
            resource_dir=ipykernel.kernelspec.RESOURCES, **ipykernel.kernelspec.get_kernel_dict()
        )


class Client(NotebookClient):
    """nbclient's, which waits for ever if the answer to a cell comes while it sends for a widget.

    It sends past the asynchronous socket, and that takes the signal of what has come meanwhile.
    """

    def process_message(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().process_message(*args, **kwargs)
        finally:
            if self.kc is not None:
                self.kc.shell_channel.socket.get(zmq.EVENTS)  # looks for what has come


class PromptClient(AsyncKernelClient):
    """Ready when the kernel has answered and its output has come, not 0.2 seconds after that."""

    def start_channels(self, *args: Any, **kwargs: Any) -> None:
        self.context.setsockopt(zmq.RECONNECT_IVL, 5)  # ms: it asks before the kernel listens
        super().start_channels(*args, **kwargs)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Raises RuntimeError when the kernel dies, or does not answer within `timeout` seconds."""
        deadline = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < deadline:
            asked = self.kernel_info()
            with suppress(Empty):
                reply = await self.get_shell_msg(timeout=1)
                while True:  # what it says of the question, if it is heard already
                    output = await self.get_iopub_msg(timeout=0.02)
                    ours = output["parent_header"].get("msg_id") == asked
                    if ours and output["content"].get("execution_state") == "idle":
                        self._handle_kernel_info_reply(reply)
                        return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


def environment(
    mode: str, lesson: str, scratch: Path, extra: Mapping[str, str | None] | None = None
) -> dict[str, str]:
    """The environment of a headless kernel; `scratch` holds what must not come from the user.

    `extra` wins over all else; a value of None takes a variable away.
    """
    env = {name: value for name, value in os.environ.items() if name not in DROPPED}
    env.setdefault("OAIWORKBOOK_PACE", "0")
    # An empty file, and one place for all kernels: a warm process has read it before it knows of this one.
    plain_figures = Path(os.devnull)
    if os.name != "posix":
        plain_figures = scratch / "matplotlibrc"
        plain_figures.touch()
    temporary = scratch / "tmp"
    temporary.mkdir(exist_ok=True)
    env |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    env |= {
        "OAIWORKBOOK_MODE": mode,
        "OAIWORKBOOK_LESSON": lesson,
        "IPYTHONDIR": str(scratch / "ipython"),
        "MATPLOTLIBRC": str(plain_figures),
        # IPython folds tracebacks at the terminal's width, which a headless run inherits.
        "COLUMNS": "80",
        # A lesson that runs pytest would show, and load, whatever plugins are installed here.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    for name, value in (extra or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


@contextmanager
def session(
    notebook: nbformat.NotebookNode,
    folder: Path,
    *,
    mode: str,
    lesson: str,
    env: Mapping[str, str | None] | None = None,
    timeout: int = 600,
    startup: str = "",
) -> Iterator[NotebookClient]:
    """A kernel in `folder`, ready for `execute_cell`; killed at the end, asked to leave where it records.

    `timeout` is for each cell, in seconds. `startup` is Python that the kernel runs first. Raises
    RuntimeError with the kernel's last words when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True) as scratch:
        if startup:
            folder_of_startup = Path(scratch, "ipython", "profile_default", "startup")
            folder_of_startup.mkdir(parents=True)
            (folder_of_startup / "first.py").write_text(startup, "utf-8")
        kernel_env = environment(mode, lesson, Path(scratch), env)
        client = Client(
            notebook,
            km=_manager(Path(scratch), kernel_env),
            timeout=timeout,
            coalesce_streams=True,
            # Without it nbclient fails on output captured by a widget.
            store_widget_state=True,
            # What is recorded is written when a session has gone quiet, at the latest on leaving.
            shutdown_kernel="graceful" if mode == "record" else "immediate",
            log=_silent,
        )
        client.reset_execution_trackers()
        options: dict[str, Any] = {
            "cwd": str(folder),
            "env": kernel_env,
            "stdin": DEVNULL,
            "stdout": DEVNULL,
            "cleanup_kc": True,
        }
        log = Path(scratch, "stderr")
        with log.open("wb") as stderr:
            try:
                with client.setup_kernel(stderr=stderr, **options):
                    try:
                        yield client
                    except KeyboardInterrupt:
                        _hush()
                        raise
            except RuntimeError as error:
                raise RuntimeError(f"{error}{_last_words(log)}") from error


def _manager(scratch: Path, env: Mapping[str, str]) -> AsyncKernelManager:
    manager = AsyncKernelManager(
        kernel_id=str(uuid.uuid4()),
        kernel_name="python3",
        kernel_spec_manager=OwnInterpreter(),
        connection_file=str(scratch / "k.json"),
        client_factory=PromptClient,
    )
    # Two kernels that start at once over TCP now and then take each other's ports.
    if sys.platform != "win32" and len(str(scratch / "k-ipc-1")) < SOCKET_PATH:
        manager.transport = "ipc"
        manager.ip = str(scratch / "k-ipc")
    nursery = nursery_for(env)
    if nursery is not None:
        manager.provisioner = WarmProvisioner(
            kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager
        )
        manager.provisioner.nursery = nursery
    return manager


def _hush() -> None:
    """The cell that was interrupted ends with its kernel, and nobody is left to hear of that."""
    for task in asyncio.all_tasks(ensure_event_loop()):
        task.add_done_callback(lambda done: done.cancelled() or done.exception())


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return "\n" + "\n".join(lines[-5:]) if lines else ""
