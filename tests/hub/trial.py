"""A Hub with its proxy and three learners on loopback, driven as a browser drives it.

    python -m tests.hub.trial

Needs the packages `jupyterhub` and, of npm, `configurable-http-proxy`; TRIAL_PROXY names the latter's
program where it is not on the PATH. Prints what each learner's server and kernels hold, in MB.
"""

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.served import LONGEST, Served, memory

LEARNERS = ("anna", "ben", "chris")
PROXY = os.environ.get("TRIAL_PROXY") or shutil.which("configurable-http-proxy")


def missing() -> str:
    """Which of the two packages is not here; empty where both are."""
    if importlib.util.find_spec("jupyterhub") is None:
        return "the package jupyterhub is not installed"
    return "" if PROXY else "configurable-http-proxy is not installed"


class Hub(Served):
    def __init__(self, url: str, token: str, folder: Path, process: int) -> None:
        super().__init__(url, token)
        self.homes, self._log, self._process = folder / "homes", folder / "hub.log", process

    def of(self, name: str) -> Served:
        """The learner's server, through the proxy."""
        return Served(f"{self.url}user/{name}/", self.token)

    def start(self, name: str) -> None:
        """As an administrator may, without the learner's password. Raises TimeoutError."""
        if name not in {each["name"] for each in self.ask("GET", "hub/api/users")}:
            self.ask("POST", f"hub/api/users/{name}")
        self.ask("POST", f"hub/api/users/{name}/server")
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            if self._servers(name).get("", {}).get("ready"):
                return
            time.sleep(0.2)
        raise TimeoutError(f"{name}'s server has not started:\n{self.log()[-3000:]}")

    def stop(self, name: str) -> None:
        self.ask("DELETE", f"hub/api/users/{name}/server")
        end = time.monotonic() + LONGEST
        while self._servers(name) and time.monotonic() < end:
            time.sleep(0.2)

    def _servers(self, name: str) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = self.ask("GET", f"hub/api/users/{name}")["servers"]
        return found

    def memory(self, name: str) -> list[float]:
        """Of the learner's server, then of each kernel, in MB. Raises ProcessLookupError."""
        for each in psutil.Process(self._process).children():
            with suppress(psutil.Error):
                if each.environ().get("JUPYTERHUB_USER") == name:
                    return memory(each.pid)
        raise ProcessLookupError(f"{name} has no server")

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")


@contextmanager
def running(folder: Path) -> Iterator[Hub]:
    """Ends the Hub, its proxy and all servers afterwards. Raises TimeoutError."""
    port, token = _three_free_ports(), secrets.token_hex(16)
    own = {"TRIAL_FOLDER": str(folder), "TRIAL_PORT": str(port), "TRIAL_TOKEN": token}
    config = Path(__file__).parent / "trial_config.py"
    with (folder / "hub.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            cwd=folder,
            env=os.environ | own | {"TRIAL_PROXY": str(PROXY)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    hub = Hub(f"http://127.0.0.1:{port}/course/", token, folder, process.pid)
    try:
        end = time.monotonic() + LONGEST
        while True:
            try:
                hub.ask("GET", "hub/api/")
                break
            except OSError as error:
                if time.monotonic() > end or process.poll() is not None:
                    raise TimeoutError(f"The Hub has not started:\n{hub.log()[-3000:]}") from error
                time.sleep(0.2)
        yield hub
    finally:
        process.terminate()  # it ends the servers and the proxy
        process.wait(60)


def _three_free_ports() -> int:
    """The first of three in a row. Raises OSError where there are none."""
    for _ in range(100):
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
                return port
    raise OSError("no three free ports in a row")


if __name__ == "__main__":
    if why := missing():
        raise SystemExit(why)
    lessons = sys.argv[1:] or ["00_start_here", "03_streaming"]
    with tempfile.TemporaryDirectory() as scratch, running(Path(scratch)) as hub:
        for name in LEARNERS:
            hub.start(name)
        for lesson in lessons:
            failed = [each for name in LEARNERS for each in hub.of(name).run_lesson(lesson)]
            print(f"{lesson}: {len(failed)} cells failed")
        for name in LEARNERS:
            server, *kernels = hub.memory(name)
            each = " and ".join(f"{kernel:.0f}" for kernel in kernels)
            print(f"{name}: server {server:.0f} MB, kernels {each} MB")
