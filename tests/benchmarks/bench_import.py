"""What our imports add to `import openai`, each in a fresh process.

    python -m tests.benchmarks.bench_import

CPU milliseconds from the start of the first import, with bytecode on disk as every installation has
it. `openai` includes what its first call loads.
"""

import os
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
TIMED = f"""
import time
{{before}}
start = time.process_time()
{OPENAI}
between = time.process_time()
{{added}}
print((between - start) * 1e3, (time.process_time() - between) * 1e3)
"""
# what: (before the clock starts, what is added)
ADDED = {
    "openai, then oaiworkbook": ("", "import oaiworkbook"),
    "openai, then our OpenAI": ("", "from oaiworkbook import OpenAI"),
    "openai, then our client made": ("", "from oaiworkbook import OpenAI; OpenAI()"),
    "openai, then a lesson's first cell": (SHELL, FIRST_CELL),
}


def milliseconds(before: str, added: str) -> tuple[float, float]:
    """Of openai's import, and of what is added in the same process."""
    code = TIMED.format(before=before, added=added)
    # With it no bytecode is written, and what there is may be older than the code.
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    words = subprocess.check_output([sys.executable, "-c", code], text=True, env=env).split()
    return float(words[-2]), float(words[-1])


def rows(*, smoke: bool = False) -> list[Row]:
    found = []
    for what, sides in ADDED.items():
        pairs = [milliseconds(*sides) for _ in range(1 if smoke else 9)]
        alone, added = (median(side) for side in zip(*pairs, strict=True))
        found.append(
            Row(what, "CPU ms", alone + added, alone, f"openai alone: ours adds {added:.1f}")
        )
    return found


if __name__ == "__main__":
    print(report(rows()))
