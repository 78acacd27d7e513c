"""Calls that have not ended in the cost log: which process made them, and whether it still runs.

A kernel that is killed leaves its calls open, and what limits hold for them held: whether the API has
billed them nobody knows. So a person looks, and gives it back.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from ..show import Table
from .amounts import usd
from .ledger import Call, default_ledger

NOTE = "its process ended without it; what was held for it was given back"
_CLOCK = 60.0  # seconds that a clock may have been set by meanwhile


@dataclass(frozen=True)
class OpenCall:
    """`held`: USD that limits hold for it. `runs`: its process may still end it."""

    call: Call
    held: Decimal
    runs: bool


def open_calls() -> list[OpenCall]:
    return [
        OpenCall(call, held, process_runs(call.pid or 0, call.ts))
        for call, held in default_ledger().left_open()
    ]


def give_back(calls: list[OpenCall]) -> Decimal:
    """Release what limits hold for those of `calls` whose process is gone. Returns the sum in USD."""
    gone = {each.call.row: each.held for each in calls if not each.runs}
    done = default_ledger().give_back([row for row in gone if row is not None], NOTE)
    return sum((gone[row] for row in done), Decimal(0))


def table(calls: list[OpenCall]) -> Table:
    rows = [
        [
            str(each.call.row),
            f"{datetime.fromtimestamp(each.call.ts, UTC):%Y-%m-%d %H:%M:%S}",
            str(each.call.pid),
            "runs" if each.runs else "gone",
            each.call.endpoint,
            each.call.model or "(none)",
            usd(each.held, "up"),
        ]
        for each in calls
    ]
    columns = ["row", "time (UTC)", "pid", "process", "endpoint", "model", "held"]
    return Table(rows, columns, "Calls that have not ended")


def process_runs(pid: int, since: float) -> bool:
    """Whether the process that had this number at `since` (seconds since 1970) still runs.

    One that this user may not look at counts as running.
    """
    import psutil

    try:
        return bool(psutil.Process(pid).create_time() < since + _CLOCK)
    except psutil.AccessDenied:
        return True
    except (psutil.Error, ValueError, OverflowError):
        return False
