"""All benchmarks, one table: `python -m tests.benchmarks`. Some minutes; nothing else should run."""

from . import bench_import, bench_lab, bench_ledger, bench_memory, bench_replay, bench_suite
from .timing import report

ALL = (bench_replay, bench_ledger, bench_import, bench_lab, bench_memory, bench_suite)

if __name__ == "__main__":
    print(report([row for each in ALL for row in each.rows()]))
