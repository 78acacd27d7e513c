"""A program that tests start often: in a fork of a process that has imported what it imports.

A new interpreter that imports the SDK takes a second; the fork some hundredths of one. Linux and macOS.
"""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

IMPORTED = ("openai", "openai.resources", "openai.types.responses", "numpy", "pydantic")


class Program:
    """A running program, with what a test needs of `subprocess.Popen`. `folder`: where it runs."""

    def __init__(
        self, script: Path, words: Sequence[str], folder: Path, env: Mapping[str, str]
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__, *IMPORTED])
        self._printed = folder / f".printed-{os.urandom(4).hex()}"
        given = (str(script), list(words), str(folder), dict(env), str(self._printed))
        self._process = context.Process(target=_run, args=given, daemon=True)
        self._process.start()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        """None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def communicate(self, timeout: float) -> str:
        """What it has printed, errors included, when it has ended. Kills it after `timeout` seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            self.kill()
            raise TimeoutError(f"it was still running after {timeout:g} s")
        said = self._printed.read_text("utf-8")
        self._printed.unlink()
        return said


def _run(script: str, words: list[str], folder: str, env: dict[str, str], printed: str) -> None:
    file = os.open(printed, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # ends with the process
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [script, *words]
    sys.path[0] = str(Path(script).parent)
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        sys.stdout.flush()
