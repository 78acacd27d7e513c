"""Kernels forked from a warm process, where the system can: a start without the second of imports.

Inside `with warm_kernels():` every session takes its kernel from one process that has imported what
lessons import and has run nothing (`forkserver`). A kernel shares nothing with another one but what
that process had before. Linux only: macOS and Windows have no safe fork after such imports.
"""

import asyncio
import json
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import Any

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

# Read when they are used and not by an import, so that they may differ from kernel to kernel. All
# other variables must be those of the warm process. A home is where matplotlib looks for its list of
# fonts, and the list is the same in each.
MAY_DIFFER = (
    *("OAIWORKBOOK_", "OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_BASE_URL", "JUPYTER_"),
    *("IPYTHONDIR", "PYTEST_XDIST_", "TMPDIR", "TEMP", "TMP", "HOME", "USERPROFILE"),
    *("LOCALAPPDATA", "XDG_"),
)


COMMAND = [sys.executable, "-m", "oaiworkbook.course.running.forkserver"]


class ForkedProcess:
    """What jupyter_client asks of a process, for one that is not a child of this one."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._process: psutil.Process | None = psutil.Process(pid)
        except psutil.NoSuchProcess:
            self._process = None

    def poll(self) -> int | None:
        """None while it runs; then 0, because how it ended is not known here."""
        return None if self._process is not None and self._process.is_running() else 0

    def wait(self) -> int:
        if self._process is not None:
            self._process.wait()
        return 0

    def send_signal(self, signum: int) -> None:
        if self._process is None:
            raise ProcessLookupError
        self._process.send_signal(signum)


class Nursery:
    """The warm process for one environment. Raises OSError where it does not start.

    It is started without waiting: the first kernel waits for it. `handle` lets another process of
    this machine take kernels from it too: `Nursery.of(handle)`.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = _at_import(env)
        self._folder: tempfile.TemporaryDirectory[str] | None
        self._folder = tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True)
        self._address = str(Path(self._folder.name, "warm"))
        self._process: Popen[bytes] | None = None
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self._address)
            listener.listen(_WAITING)
            # It listens before it has imported anything: who asks early waits.
            self._process = Popen(
                [*COMMAND, str(listener.fileno())],
                env=dict(env),
                pass_fds=[listener.fileno()],
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=DEVNULL,
                start_new_session=True,
            )

    @classmethod
    def of(cls, handle: Mapping[str, Any]) -> "Nursery":
        """That of another process, which ends it."""
        found = cls.__new__(cls)
        found._address, found._env = handle["address"], handle["env"]
        found._process = found._folder = None
        return found

    @property
    def handle(self) -> dict[str, Any]:
        return {"address": self._address, "env": self._env}

    def serves(self, env: Mapping[str, str]) -> bool:
        ended = self._process is not None and self._process.poll() is not None
        return not ended and _at_import(env) == self._env

    def fork(self, argv: list[str], env: Mapping[str, str], cwd: str, stderr: str) -> ForkedProcess:
        """Raises OSError or ValueError where it is gone."""
        order = json.dumps({"argv": argv, "env": dict(env), "cwd": cwd, "stderr": stderr})
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(self._address)
            asking.sendall(order.encode() + b"\n")
            with asking.makefile("rb") as answer:
                return ForkedProcess(int(answer.readline()))

    def close(self) -> None:
        if self._process is not None and self._folder is not None:
            self._process.kill()
            self._process.communicate()
            self._folder.cleanup()


class WarmProvisioner(LocalProvisioner):
    """Takes the kernel from `nursery`; starts it as usual where that fails."""

    nursery: Nursery
    process: Any

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        argv = cmd[cmd.index("ipykernel_launcher") :]
        try:
            self.process = self.nursery.fork(
                argv, kwargs["env"], kwargs["cwd"], kwargs["stderr"].name
            )
        except (OSError, ValueError):  # it has died
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        await super().kill(restart)
        for _ in range(200):  # the manager looks every 100 ms only
            if await self.poll() is not None:
                break
            await asyncio.sleep(0.005)


_nurseries: list[Nursery] | None = None
_WAITING = 64  # connections that may wait while it imports
_MOST = 3  # environments; a kernel for another one is started as usual


@contextmanager
def warm_kernels(shared: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Sessions inside take their kernels from a warm process, where the system can fork safely.

    `shared`: the handle of one that another process has started.
    """
    global _nurseries
    if sys.platform != "linux" or _nurseries is not None:
        yield
        return
    _nurseries = [Nursery.of(shared)] if shared else []
    try:
        yield
    finally:
        for each in _nurseries:
            each.close()
        _nurseries = None


def nursery_for(env: Mapping[str, str]) -> Nursery | None:
    """The warm process for this environment; None outside `warm_kernels` and where there is none."""
    if _nurseries is None:
        return None
    for each in _nurseries:
        if each.serves(env):
            return each
    if len(_nurseries) == _MOST:
        return None
    try:
        _nurseries.append(Nursery(env))
    except OSError:
        return None
    return _nurseries[-1]


def _at_import(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if not name.startswith(MAY_DIFFER)}
