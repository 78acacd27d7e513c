"""Sums over the ledger: by model, lesson, day or endpoint."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from .call import ALREADY_COUNTED

By = Literal["model", "lesson", "day", "endpoint"]
REAL_MODES = ("live", "record")  # every other mode is a simulation: nobody is charged


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of the attempts that share `key`. `real`: charged for; else only simulated."""

    key: str
    real: bool
    calls: int
    failed: int
    unknown: int  # how many have no known cost; `cost_usd` leaves them out
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    held_usd: Decimal  # the most that those of unknown cost can have cost, as far as reserved
    cost_usd: Decimal


_KEYS = {
    "model": "model",
    "lesson": "lesson",
    "endpoint": "endpoint",
    "day": "CAST(ts / 86400 AS INTEGER)",  # five times as fast as date(ts, 'unixepoch')
}
_QUERY = f"""
    SELECT {{key}} AS key, mode IN {REAL_MODES} AS real, count(*),
        sum(status = 'error'),
        sum(cost_usd IS NULL AND price_note <> '{ALREADY_COUNTED}'),
        ifnull(sum(input_tokens), 0), ifnull(sum(cached_tokens), 0),
        ifnull(sum(output_tokens), 0), ifnull(sum(reasoning_tokens), 0),
        sum(CASE WHEN cost_usd IS NULL THEN held_pico ELSE 0 END),
        ifnull(sum(cost_usd), 0.0) AS cost
    FROM calls
    WHERE ts >= ifnull(:since, ts) AND lesson IS ifnull(:lesson, lesson)
    GROUP BY key, real
    ORDER BY real DESC, {{order}}
"""


def totals(db: sqlite3.Connection, by: By, lesson: str | None, since: float | None) -> list[Total]:
    """Real money first, then the dearest first, or the days in order."""
    if by not in _KEYS:
        raise ValueError(f"by={by!r} is not one of {', '.join(_KEYS)}.")
    order = "key" if by == "day" else "cost DESC, count(*) DESC, key"
    query = _QUERY.format(key=_KEYS[by], order=order)
    found = db.execute(query, {"lesson": lesson, "since": since}).fetchall()
    return [
        Total(
            key=_day(key) if by == "day" else key or "(none)",
            real=bool(real),
            calls=calls,
            failed=failed,
            unknown=unknown,
            input_tokens=read,
            cached_tokens=cached,
            output_tokens=written,
            reasoning_tokens=reasoning,
            held_usd=Decimal(held).scaleb(-12),
            # The last digits of a long floating-point sum are noise.
            cost_usd=Decimal(str(round(cost, 10))),
        )
        for key, real, calls, failed, unknown, read, cached, written, reasoning, held, cost in found
    ]


def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86400, UTC).date().isoformat()
