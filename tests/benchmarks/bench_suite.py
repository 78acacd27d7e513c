"""The notebook suite against the floor: starting as many kernels with the same imports, nothing else.

python -m tests.benchmarks.bench_suite
"""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from oaiworkbook.course.running.kernels import session
from oaiworkbook.course.running.run import run_cell

from .timing import table

ROOT = Path(__file__).parents[2]
IMPORTS = (
    "import openai, numpy, pydantic, matplotlib.figure, oaiworkbook.client, oaiworkbook.money.meter"
)


def floor(number: int) -> float:
    start = perf_counter()
    for _ in range(number):
        notebook = new_notebook(cells=[new_code_cell(IMPORTS)])
        with session(notebook, ROOT / "notebooks") as client:
            failure = run_cell(client, notebook.cells[0], 0, 1)
            assert failure is None, failure
    return perf_counter() - start


def suite(*options: str) -> float:
    command = [sys.executable, "-m", "pytest", "-q", "notebooks", *options]
    start = perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - start


def main() -> None:
    notebooks = [nbformat.read(p, as_version=4) for p in (ROOT / "notebooks").glob("*.ipynb")]
    cells = sum(cell.cell_type == "code" for notebook in notebooks for cell in notebook.cells)
    least = floor(len(notebooks))
    rows = [(f"{len(notebooks)} notebooks, {cells} code cells", "seconds", "times the floor")]
    rows.append(("start the kernels and import", f"{least:.1f}", "1.00"))
    for name, options in (("one worker", ["-n", "0"]), ("a worker a core", [])):
        took = suite(*options)
        rows.append((f"the suite, {name}", f"{took:.1f}", f"{took / least:.2f}"))
    print(table(rows))


if __name__ == "__main__":
    main()
