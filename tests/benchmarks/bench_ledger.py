"""What the ledger costs a call, and a summary of many calls.

    python -m tests.benchmarks.bench_ledger

The bare INSERT writes the same row with the same settings (WAL, synchronous NORMAL, the same tables,
indexes and triggers) through `sqlite3` alone. A summary is compared with the plainest sum over the
same rows, each asked once.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter

from oaiworkbook.money.ledger import INSERT, Call, Ledger, Mark, values_of
from oaiworkbook.money.ledger_sums import By

from .timing import Row, interleaved, report

USAGE = {
    "input_tokens": 310,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 84,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 394,
}
MODELS = ["model-a", "model-b", "model-c", "model-d"]


def sample(number: int = 0, mode: str = "replay") -> Call:
    return Call(
        ts=1_790_000_000 + number * 2.5,
        mode=mode,
        endpoint="responses",
        lesson=f"{number % 30:02}_lesson",
        model=MODELS[number % len(MODELS)],
        service_tier="default",
        status="ok",
        http_status=200,
        request_id=f"req_{number:032x}",
        response_id=f"resp_{number:032x}",
        seconds=0.812,
        input_tokens=310,
        cached_tokens=0,
        cache_write_tokens=0,
        output_tokens=84,
        reasoning_tokens=0,
        usage=USAGE,
        cost_usd=Decimal("0.000073"),
        recording="01_responses/01-hello-1a2b3c4d.json",
    )


def appending(folder: Path, rounds: int, calls: int) -> Iterator[Row]:
    ledger = Ledger(folder / "ledger.sqlite")
    ledger.set_budget("limit", Decimal(1_000_000))
    Ledger(folder / "bare.sqlite").close()
    bare = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    bare.execute("PRAGMA synchronous=NORMAL")
    call, ready, numbers = sample(), (*values_of(sample()), 0, ""), count()

    def reserved() -> None:
        paid = sample(next(numbers), "live")
        ledger.settle(ledger.open(paid, Decimal("0.01"), ["limit"]), paid)

    with closing(ledger), closing(bare):
        times = interleaved(
            {
                "bare": lambda: bare.execute(INSERT, ready),
                "add": lambda: ledger.add(call),
                "reserve and settle": reserved,
            },
            rounds,
            calls,
        )
    for what in ("add", "reserve and settle"):
        yield Row(f"a call: {what}", "us", times[what], times["bare"], "one bare INSERT of the row")


def summing(folder: Path, number: int) -> Iterator[Row]:
    path = folder / "many.sqlite"
    ledger = Ledger(path)
    with closing(ledger), closing(sqlite3.connect(path)) as db:
        with db:
            db.executemany(INSERT, ((*values_of(sample(i)), 0, "") for i in range(number)))
        plain = timed(lambda: db.execute("SELECT sum(cost_usd) FROM calls").fetchone())
        ways: list[By] = ["model", "lesson", "day", "endpoint"]
        of = f"{number:,} calls"
        for by in ways:
            took = timed(partial(ledger.summary, by))
            yield Row(f"summary by {by}, {of}", "ms", took, plain, "SELECT sum(cost_usd)")
        lately = sample(number).ts - 1.5 * 86_400
        took = timed(lambda: ledger.summary("model", since=lately))
        yield Row(f"summary of 36 hours, {of}", "ms", took, plain, "SELECT sum(cost_usd)")
        newest, file = ledger.mark()
        took = timed(lambda: ledger.calls(Mark(newest - 20, file)))
        yield Row(f"the last 20 of {of}", "ms", took, plain, "SELECT sum(cost_usd)")


def timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1e3


def rows(*, smoke: bool = False) -> list[Row]:
    rounds, calls, many = (1, 20, 2_000) if smoke else (15, 2_000, 1_000_000)
    with tempfile.TemporaryDirectory() as name:
        return [*appending(Path(name), rounds, calls), *summing(Path(name), many)]


if __name__ == "__main__":
    print(report(rows()))
