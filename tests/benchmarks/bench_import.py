"""What our imports add to `import openai`, each in a fresh process.

    python -m tests.benchmarks.bench_import

CPU milliseconds from the start of the first import. `openai` includes what its first call loads.
"""

import subprocess
import sys
from statistics import median

from .timing import Row, report

OPENAI = "import openai, openai.resources.responses.responses"
SHELL = """
from IPython.core.interactiveshell import InteractiveShell
import contextlib, io
shell = InteractiveShell.instance()
"""
FIRST_CELL = """
with contextlib.redirect_stdout(io.StringIO()):
    shell.run_line_magic("load_ext", "oaiworkbook")
from oaiworkbook import OpenAI
OpenAI()
"""
TIMED = """
{before}
import time
start = time.process_time()
{timed}
print((time.process_time() - start) * 1e3)
"""
# what: (before the clock starts, ours, the other side)
SIDES = {
    "openai, then oaiworkbook": ("", f"{OPENAI}; import oaiworkbook", OPENAI),
    "openai, then our OpenAI": ("", f"{OPENAI}; from oaiworkbook import OpenAI", OPENAI),
    "openai, then our client made": (
        "",
        f"{OPENAI}; from oaiworkbook import OpenAI; OpenAI()",
        f"{OPENAI}; openai.OpenAI(api_key='none')",
    ),
    "the first cell of a lesson": (SHELL, OPENAI + FIRST_CELL, OPENAI),
}


def milliseconds(before: str, timed: str) -> float:
    code = TIMED.format(before=before, timed=timed)
    return float(subprocess.check_output([sys.executable, "-c", code], text=True).split()[-1])


def rows(*, smoke: bool = False) -> list[Row]:
    found = []
    for what, (before, ours, other) in SIDES.items():
        pairs = [
            (milliseconds(before, ours), milliseconds(before, other))
            for _ in range(1 if smoke else 9)
        ]
        mine, theirs = (median(side) for side in zip(*pairs, strict=True))
        found.append(Row(what, "CPU ms", mine, theirs, "openai alone"))
    return found


if __name__ == "__main__":
    print(report(rows()))
