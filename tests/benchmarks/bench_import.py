"""What `import oaiworkbook` and its client add to `import openai`, in fresh processes.

python -m tests.benchmarks.bench_import
"""

import subprocess
import sys
from statistics import median

from .timing import table

TIMED = """
import time
import openai, openai.resources.responses  # what the first call loads
start = time.process_time()
{added}
print((time.process_time() - start) * 1e3)
"""
ADDED = {
    "import oaiworkbook": "import oaiworkbook",
    "... and from it OpenAI": "from oaiworkbook import OpenAI",
    "... and a client": "from oaiworkbook import OpenAI; OpenAI()",
    "for scale: import matplotlib.pyplot": "import matplotlib.pyplot",
}


def milliseconds(code: str) -> float:
    command = [sys.executable, "-c", TIMED.format(added=code)]
    return float(subprocess.check_output(command, text=True))


def main(rounds: int = 7) -> None:
    times: dict[str, list[float]] = {name: [] for name in ADDED}
    for _ in range(rounds):
        for name, code in ADDED.items():
            times[name].append(milliseconds(code))
    rows = [(name, f"{median(found):.1f}") for name, found in times.items()]
    print(table([("on top of openai", "CPU milliseconds"), *rows]))


if __name__ == "__main__":
    main()
