"""What the ledger costs: `python tests/benchmarks/bench_ledger.py`. No network; a temporary folder.

The bare insert writes the same row with the same settings (WAL, synchronous NORMAL, the same tables
and indexes) through `sqlite3` alone, so the difference is what Ledger.add itself adds.
"""

import sqlite3
import tempfile
from contextlib import closing
from decimal import Decimal
from itertools import count
from pathlib import Path
from time import perf_counter

from oaiworkbook.money.ledger import INSERT, By, Call, Ledger, Mark, values_of

from .timing import interleaved, table

MILLION = 1_000_000
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


def appending(folder: Path, rounds: int, calls: int) -> dict[str, float]:
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
        return interleaved(
            {
                "bare INSERT": lambda: bare.execute(INSERT, ready),
                "Ledger.add": lambda: ledger.add(call),
                "Ledger.open + settle, reserving": reserved,
            },
            rounds,
            calls,
        )


def summing(folder: Path, rows: int) -> dict[str, float]:
    """Seconds for each summary over `rows` rows."""
    ledger = Ledger(folder / "million.sqlite")
    with closing(sqlite3.connect(folder / "million.sqlite")) as db, db:
        db.executemany(INSERT, ((*values_of(sample(number)), 0, "") for number in range(rows)))
    seconds = {}
    keys: list[By] = ["model", "lesson", "day", "endpoint"]
    with closing(ledger):
        for by in keys:
            start = perf_counter()
            ledger.summary(by)
            seconds[f"by {by}"] = perf_counter() - start
        start = perf_counter()
        newest, file = ledger.mark()
        ledger.calls(Mark(newest - 20, file))
        seconds["the last 20 calls"] = perf_counter() - start
    return seconds


def main(rounds: int = 15, calls: int = 2_000, rows: int = MILLION) -> None:
    with tempfile.TemporaryDirectory() as name:
        times = appending(Path(name), rounds, calls)
        bare = times["bare INSERT"]
        heading = ("one call, one row", "us", "over bare", "ratio")
        print(
            table(
                [heading]
                + [(k, f"{v:.1f}", f"{v - bare:+.1f}", f"{v / bare:.2f}") for k, v in times.items()]
            )
        )
        print()
        seconds = summing(Path(name), rows)
        size = (Path(name) / "million.sqlite").stat().st_size / 2**20
        print(
            table(
                [(f"{rows:,} rows, {size:.0f} MiB", "s")]
                + [(k, f"{v:.3f}") for k, v in seconds.items()]
            )
        )


if __name__ == "__main__":
    main()
