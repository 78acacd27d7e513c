"""What a learner costs in memory: a JupyterLab server and the kernel of a lesson, beside a stock one.

    python -m tests.benchmarks.bench_memory [LEARNERS]

MB (`tests.served.memory`) of one learner, the mean of so many that run at once, 3 by default. The other side
is `jupyter lab` with the same lesson open, and a kernel that has imported openai and made its client.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.served import LONGEST, Served, memory

from .bench_lab import OURS, ROOT, THEIRS
from .timing import Row, report

LESSON = "00_start_here"
STOCK = "import openai, openai.resources.responses.responses; openai.OpenAI(api_key='none')"


@contextmanager
def server(command: Sequence[str], home: Path) -> Iterator[tuple[Served, int]]:
    """A server in a home of its own, with copies of the lessons, and its number.

    Raises TimeoutError where it does not answer, RuntimeError where it ends.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    own = {
        "HOME": str(home),
        "JUPYTER_TOKEN": token,
        "OAIWORKBOOK_LEDGER": str(home / "ledger.sqlite"),
    }
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        own[name] = str(home / name.lower())
    lessons = home / "lessons"
    shutil.copytree(ROOT / "notebooks", lessons)
    options = (f"--ServerApp.port={port}", f"--ServerApp.root_dir={lessons}")
    process = subprocess.Popen(
        [sys.executable, *command, *options],
        cwd=home,
        env=os.environ | own | {"OAIWORKBOOK_PROGRESS": str(home / "progress")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    served = Served(f"http://127.0.0.1:{port}/", token)
    try:
        end = time.monotonic() + LONGEST
        while True:
            try:
                served.ask("GET", "api")
                break
            except OSError as error:
                if process.poll() is not None:
                    raise RuntimeError(f"{command} ended with {process.returncode}") from error
                if time.monotonic() > end:
                    raise TimeoutError(f"{command} does not answer") from error
                time.sleep(0.05)
        yield served, process.pid
    finally:
        process.terminate()  # it ends its kernels
        process.wait(60)


def stock(served: Served, step: int) -> None:
    if step == 0:
        kernel, _ = served.open_lesson(LESSON)
        served.execute(kernel, [STOCK])


def ours(served: Served, step: int) -> None:
    """The lesson up to its first call, then all of it."""
    kernel, cells = served.open_lesson(LESSON)
    sources = ["".join(each["source"]) for each in cells]
    served.execute(kernel, sources[:2] if step == 0 else sources[2:])


def held(
    command: Sequence[str], does: Callable[[Served, int], None], learners: int
) -> list[tuple[float, float]]:
    """The server's and the kernel's MB after the first call, and at the end of the lesson."""
    found = []
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        homes = [Path(scratch, str(number)) for number in range(learners)]
        for home in homes:
            home.mkdir()
        room = [stack.enter_context(server(command, home)) for home in homes]
        for step in (0, 1):
            for served, _ in room:
                does(served, step)
            each = [memory(pid) for _, pid in room]
            found.append((sum(m[0] for m in each) / learners, sum(m[1] for m in each) / learners))
    return found


def rows(*, smoke: bool = False, learners: int = 3) -> list[Row]:
    learners = 1 if smoke else learners
    (_, first), (server, end) = held(OURS, ours, learners)
    (_, kernel), (plain, _) = held(THEIRS, stock, learners)
    nothing = "a kernel with openai imported"
    return [
        Row("server, a lesson open", "MB", server, plain, "jupyter lab"),
        Row("kernel, lesson 00 up to its first call", "MB", first, kernel, nothing),
        Row("kernel, lesson 00 at its end", "MB", end, kernel, nothing),
        Row("a learner, lesson 00 at its end", "MB", server + end, plain + kernel, "both of these"),
    ]


if __name__ == "__main__":
    print(report(rows(learners=int(sys.argv[1]) if sys.argv[1:] else 3)))
