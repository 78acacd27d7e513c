"""Runs the cell to copy as its reader would: a file of its own, the plain SDK, no workbook."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .lesson import Lesson

# Says at the end whether the workbook came in, which would make the cell no cell to copy.
_WATCH = """
import atexit, sys
atexit.register(lambda: "oaiworkbook" in sys.modules and sys.stderr.write("oaiworkbook imported"))
"""


def source(path: Path) -> str:
    """The source of the cell tagged `copy`."""
    ((_, cell),) = Lesson.read(path).tagged("copy")
    return str(cell.source)


def run(path: Path, folder: Path, base_url: str) -> subprocess.CompletedProcess[str]:
    """The copy cell of a lesson in a fresh process in `folder`, against the server at `base_url`."""
    return subprocess.run(
        _command(path, folder),
        cwd=folder,
        env=_environment(base_url),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def serves(path: Path) -> bool:
    """Whether the cell is an application, which runs until somebody stops it."""
    return "uvicorn.run(" in source(path)


@contextmanager
def served(path: Path, folder: Path, base_url: str) -> Iterator[tuple[str, list[str]]]:
    """The address of the application in a fresh process, and its log, which is whole at the end."""
    log: list[str] = []
    with subprocess.Popen(
        _command(path, folder),
        cwd=folder,
        env=_environment(base_url),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                log.append(line)
                if found := re.search(r"running on (http://127\.0\.0\.1:\d+)", line):
                    yield found[1], log
                    break
            else:
                raise AssertionError(f"the application did not start: {''.join(log)}")
        finally:
            process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
            log.extend(process.stderr)


def _command(path: Path, folder: Path) -> list[str]:
    program = folder / "copied.py"
    program.write_text(source(path) + "\n" + _WATCH, "utf-8")
    # -P: the folder of the program, and so a clone around it, is not on the path.
    return [sys.executable, "-P", program.name]


def _environment(base_url: str) -> dict[str, str]:
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OAIWORKBOOK_", "OPENAI_", "PYTHON"))
    }
    keys = {"OPENAI_API_KEY": "sk-test", "OPENAI_ADMIN_KEY": "sk-test"}  # the second for lesson 40
    return env | keys | {"OPENAI_BASE_URL": base_url, "PYTHONUTF8": "1"}
