"""Every lesson run and compared: by our tests, and by nbval as it comes.

    python -m tests.benchmarks.bench_suite

Two workers each, the same Python and the same versions, wall time of the whole command. nbval runs
with its own options and without our plugin, so it says that some cells differ: pictures and times
are not equal to the letter. Both replay without the waits of the recordings.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import perf_counter

from .timing import Row, report

ROOT = Path(__file__).parents[2]
TWO = ("-n", "2", "--dist", "loadfile")


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
    pytest = ("-m", "pytest", "-q")
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch, "pytest.ini")
        plain.write_text("[pytest]\n")
        stock = (*pytest, "-c", str(plain), "--rootdir", str(ROOT), "--nbval", *TWO, *notebooks)
        ours = (*pytest, *TWO, *notebooks)
        alone = ("-c", "from oaiworkbook.cli.main import main; main()", "run", *lessons)
        ledger = str(Path(scratch, "ledger.sqlite"))
        found = [
            (
                seconds(ours, ledger, (0,)),
                seconds(stock, ledger, (0, 1)),
                seconds(alone, ledger, (0,)),
            )
            for _ in range(1 if smoke else 3)
        ]
    suite, nbval, run = (median(side) for side in zip(*found, strict=True))
    of = f"{len(notebooks)} notebooks"
    return [
        Row(f"{of}, run and compared", "s", suite, nbval, "nbval, two workers"),
        Row(f"{of}, `oaiworkbook run`", "s", run, nbval, "nbval, two workers"),
    ]


if __name__ == "__main__":
    print(report(rows()))
