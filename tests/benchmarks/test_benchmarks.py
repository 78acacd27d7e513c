"""Each benchmark runs, in a small form, and compares two sides that took some time. None is timed."""

from types import ModuleType

import pytest

from . import bench_import, bench_lab, bench_ledger, bench_memory, bench_replay, bench_suite
from .__main__ import ALL
from .timing import Row, report


def test_every_benchmark_is_in_the_one_table() -> None:
    assert set(ALL) == {
        *(bench_import, bench_lab, bench_ledger),
        *(bench_memory, bench_replay, bench_suite),
    }


@pytest.mark.parametrize("bench", ALL, ids=lambda bench: bench.__name__.rpartition(".")[2])
def test_it_runs_and_compares(bench: ModuleType) -> None:
    rows: list[Row] = bench.rows(smoke=True)
    assert rows
    assert all(row.ours > 0 and row.other > 0 for row in rows)
    lines = report(rows).splitlines()
    assert len(lines) == len(rows) + 2
    assert all(
        row.what in line and row.against in line for row, line in zip(rows, lines[2:], strict=True)
    )


def test_the_table_shows_both_sides_and_the_ratio() -> None:
    assert report([Row("a call", "us", 1234.5, 1000, "a bare one")]).splitlines() == [
        "what    unit  ours  other  ratio  other is",
        "-" * len("a call  us    1234   1000   1.23  a bare one"),
        "a call  us    1234   1000   1.23  a bare one",
    ]
