"""Runs the cell to copy as its reader would: a file of its own, the plain SDK, no workbook."""

import os
import subprocess
import sys
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
    program = folder / "copied.py"
    program.write_text(source(path) + "\n" + _WATCH, "utf-8")
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OAIWORKBOOK_", "OPENAI_", "PYTHON"))
    }
    env |= {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "sk-test", "PYTHONUTF8": "1"}
    env["OPENAI_ADMIN_KEY"] = "sk-test"  # lesson 40
    # -P: the folder of the program, and so a clone around it, is not on the path.
    return subprocess.run(
        [sys.executable, "-P", program.name],
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
