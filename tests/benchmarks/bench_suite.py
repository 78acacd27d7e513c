"""Every lesson run and compared: by our tests, and by nbval as it comes.

    python -m tests.benchmarks.bench_suite

Two workers each, and as many as the test command takes; the same Python and the same versions, wall
time of the whole command. nbval runs with its own options and without our plugin, so it says that some
cells differ: pictures and times are not equal to the letter. Both replay without the waits of the
recordings.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import perf_counter

from ..nbval_plugin import pytest_xdist_auto_num_workers
from .timing import Row, report

ROOT = Path(__file__).parents[2]


def seconds(command: Iterable[str], ledger: str, fine: tuple[int, ...]) -> float:
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"OAIWORKBOOK_PACE": "0", "OAIWORKBOOK_LEDGER": ledger},
    )
    took = perf_counter() - start
    if done.returncode not in fine:
        raise RuntimeError(done.stdout + done.stderr)
    return took


def rows(*, smoke: bool = False) -> list[Row]:
    lessons = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    lessons = lessons[:1] if smoke else lessons
    notebooks = [f"notebooks/{name}.ipynb" for name in lessons]
    of = f"{len(notebooks)} notebooks"
    numbers = [2] if smoke else sorted({2, pytest_xdist_auto_num_workers()})
    pytest = ("-m", "pytest", "-q", *notebooks, "--dist", "loadfile", "-n")
    run = ("-c", "from oaiworkbook.cli.main import main; main()", "run", *lessons)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch, "pytest.ini")
        plain.write_text("[pytest]\n")
        stock = ("-c", str(plain), "--rootdir", str(ROOT), "--nbval")
        ledger = str(Path(scratch, "ledger.sqlite"))
        found: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for _ in range(1 if smoke else 3):
            for number in numbers:
                workers = f"nbval, {number} workers"
                nbval = seconds((*pytest, str(number), *stock), ledger, (0, 1))
                ours = seconds((*pytest, str(number)), ledger, (0,))
                found.setdefault((f"{of}, {number} workers", workers), []).append((ours, nbval))
                if number == 2:
                    alone = seconds(run, ledger, (0,))
                    found.setdefault((f"{of}, `oaiworkbook run`", workers), []).append(
                        (alone, nbval)
                    )
    return [
        Row(what, "s", *(median(side) for side in zip(*times, strict=True)), other)
        for (what, other), times in found.items()
    ]


if __name__ == "__main__":
    print(report(rows()))
