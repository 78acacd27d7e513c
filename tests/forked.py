"""A program that tests start often: in a fork of this process, which has imported what it imports.

A new interpreter that imports the SDK takes a second; the fork some hundredths of one. Not on Windows.
"""

import os
import runpy
import signal
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np  # noqa: F401  # for the fork
import openai.resources.responses  # noqa: F401  # for the fork


class Program:
    """A running program, with what a test needs of `subprocess.Popen`. `folder`: where it runs."""

    def __init__(
        self, script: Path, words: Sequence[str], folder: Path, env: Mapping[str, str]
    ) -> None:
        self.returncode: int | None = None
        self._printed = folder / f".printed-{os.urandom(4).hex()}"
        self._pid = os.fork()
        if self._pid == 0:
            code = 70
            try:
                _become(folder, env, self._printed)
                code = _run(script, words)
            finally:
                os._exit(code)

    def poll(self) -> int | None:
        """None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self._pid, signal.SIGKILL)

    def communicate(self, timeout: float) -> str:
        """What it has printed, errors included, when it has ended. Kills it after `timeout` seconds."""
        end = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > end:
                self.kill()
                raise TimeoutError(f"it was still running after {timeout:g} s")
            time.sleep(0.01)
        said = self._printed.read_text("utf-8")
        self._printed.unlink()
        return said


def _become(folder: Path, env: Mapping[str, str], printed: Path) -> None:
    file = os.open(printed, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # ends with the fork
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)


def _run(script: Path, words: Sequence[str]) -> int:
    sys.argv = [str(script), *words]
    sys.path.insert(0, str(script.parent))
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, int) or end.code is None:
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0
