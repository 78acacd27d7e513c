"""How long `oaiworkbook lab` takes until its server answers, beside `jupyter lab` by itself.

    python -m tests.benchmarks.bench_lab

Wall seconds from the start of the command to the first answer of `/api`, which needs no token.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from .timing import Row, report

ROOT = Path(__file__).parents[2]
OURS = ("-c", "from oaiworkbook.cli.main import main; main()", "lab", "--no-browser", "--")
THEIRS = ("-m", "jupyterlab", "--no-browser", "--allow-root")
LONGEST = 60.0  # seconds


def seconds(command: Sequence[str], scratch: Path) -> float:
    """With copies of the lessons in `scratch`. Raises TimeoutError where the server does not answer."""
    lessons = scratch / "lessons"
    if not lessons.exists():
        shutil.copytree(ROOT / "notebooks", lessons)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(scratch) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    start = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, *command, f"--ServerApp.port={port}", f"--ServerApp.root_dir={lessons}"],
        cwd=lessons,
        env=os.environ | own | {"JUPYTER_RUNTIME_DIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.perf_counter() - start < LONGEST:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=1).read()
                return time.perf_counter() - start
            except OSError:
                time.sleep(0.02)
        raise TimeoutError(f"{command} has not answered within {LONGEST:g} seconds")
    finally:
        server.kill()
        server.wait()


def rows(*, smoke: bool = False) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        pairs = [
            (seconds(OURS, Path(name)), seconds(THEIRS, Path(name)))
            for _ in range(1 if smoke else 5)
        ]
    ours, theirs = (median(side) for side in zip(*pairs, strict=True))
    return [Row("the server of `oaiworkbook lab` answers", "s", ours, theirs, "jupyter lab")]


if __name__ == "__main__":
    print(report(rows()))
