"""The sums of the log, kept by the database itself: a row a day, model, lesson and endpoint.

Triggers keep them, whatever program writes, so that a summary reads some hundred rows and not a million.
New calls are summed up some hundreds at a time: one by one, they would take half as long again to write.
Costs are whole trillionths of a dollar: nothing is rounded away.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, get_args

ALREADY_COUNTED = "already counted"  # the price_note of a response that another row has paid
REAL_MODES = ("live", "record")  # every other mode is a simulation: nobody is charged

_DAY = 86_400  # seconds
_KEY = {
    "day": f"CAST({{row}}.ts / {_DAY} AS INTEGER)",
    "real": f"({{row}}.mode IN {REAL_MODES})",
    "model": "ifnull({row}.model, '')",
    "lesson": "ifnull({row}.lesson, '')",
    "endpoint": "{row}.endpoint",
}
_PARTS = {
    "calls": "1",
    "failed": "({row}.status = 'error')",
    "unknown": f"({{row}}.cost_usd IS NULL AND {{row}}.price_note <> '{ALREADY_COUNTED}')",
    "input": "ifnull({row}.input_tokens, 0)",
    "cached": "ifnull({row}.cached_tokens, 0)",
    "output": "ifnull({row}.output_tokens, 0)",
    "reasoning": "ifnull({row}.reasoning_tokens, 0)",
    "held": "iif({row}.cost_usd IS NULL, {row}.held_pico, 0)",
    "cost": "CAST(round(ifnull({row}.cost_usd, 0) * 1e12) AS INTEGER)",
}
_ALL = ", ".join([*_KEY, *_PARTS])
_AT_ONCE = 256  # calls


def _of(row: str, what: dict[str, str], between: str = ", ") -> str:
    return between.join(text.format(row=row) for text in what.values())


def _take(row: str) -> str:
    less = ", ".join(f"{name} = {name} - {text.format(row=row)}" for name, text in _PARTS.items())
    where = " AND ".join(f"{name} = {text.format(row=row)}" for name, text in _KEY.items())
    return f"UPDATE sums SET {less} WHERE {where};"


def _put(row: str) -> str:
    return f"""
        INSERT INTO sums ({_ALL}, first, last)
        VALUES ({_of(row, _KEY)}, {_of(row, _PARTS)}, {row}.id, {row}.id)
        {_adding()}
    """


def _adding() -> str:
    more = ", ".join(f"{name} = {name} + excluded.{name}" for name in _PARTS)
    return f"""
        ON CONFLICT ({", ".join(_KEY)}) DO UPDATE SET {more}, first = min(first, excluded.first),
            last = max(last, excluded.last);
    """


# Parts of the ledger's schema, whose scripts are never edited. `first` and `last`: between them are
# the rows of that day.
EACH_CALL = f"""
    CREATE TABLE sums (
        day INTEGER NOT NULL, real INTEGER NOT NULL, model TEXT NOT NULL, lesson TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        calls INTEGER NOT NULL, failed INTEGER NOT NULL, unknown INTEGER NOT NULL,
        input INTEGER NOT NULL, cached INTEGER NOT NULL, output INTEGER NOT NULL,
        reasoning INTEGER NOT NULL, held INTEGER NOT NULL, cost INTEGER NOT NULL,
        first INTEGER NOT NULL, last INTEGER NOT NULL,
        PRIMARY KEY ({", ".join(_KEY)})
    ) WITHOUT ROWID;
    INSERT INTO sums
        SELECT {_of("calls", _KEY)}, {_of("calls", {k: f"sum({v})" for k, v in _PARTS.items()})},
            min(id), max(id)
        FROM calls GROUP BY 1, 2, 3, 4, 5;
    CREATE TRIGGER sums_put AFTER INSERT ON calls BEGIN {_put("NEW")} END;
    CREATE TRIGGER sums_move AFTER UPDATE ON calls BEGIN {_take("OLD")} {_put("NEW")} END;
    CREATE TRIGGER sums_take AFTER DELETE ON calls BEGIN {_take("OLD")} END;
"""
_SUMMED = "(SELECT upto FROM summed)"
# The calls up to `upto` are in the sums. A new one may be among them: SQLite gives the numbers of
# deleted rows out again. The one that starts a sum is not in it: the triggers come in no sure order.
SOME_CALLS = f"""
    CREATE TABLE summed (upto INTEGER NOT NULL);
    INSERT INTO summed SELECT ifnull(max(id), 0) FROM calls;
    DROP TRIGGER sums_put;
    DROP TRIGGER sums_move;
    DROP TRIGGER sums_take;
    CREATE TRIGGER sums_put AFTER INSERT ON calls WHEN NEW.id <= {_SUMMED} BEGIN {_put("NEW")} END;
    CREATE TRIGGER sums_move AFTER UPDATE ON calls WHEN OLD.id <= {_SUMMED}
        BEGIN {_take("OLD")} {_put("NEW")} END;
    CREATE TRIGGER sums_take AFTER DELETE ON calls WHEN OLD.id <= {_SUMMED} BEGIN {_take("OLD")} END;
    CREATE TRIGGER sums_go_on AFTER INSERT ON calls WHEN NEW.id > {_SUMMED} + {_AT_ONCE} BEGIN
        INSERT INTO sums ({_ALL}, first, last)
        SELECT {_of("calls", _KEY)}, {_of("calls", {k: f"sum({v})" for k, v in _PARTS.items()})},
            min(id), max(id)
        FROM calls WHERE id > {_SUMMED} AND id < NEW.id GROUP BY 1, 2, 3, 4, 5
        {_adding()}
        UPDATE summed SET upto = NEW.id - 1;
    END;
"""

By = Literal["model", "lesson", "endpoint", "day"]


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


_WAYS = get_args(By)
# Whole days from the sums; of the day in which `since` is, and where no sums are yet, the calls.
_QUERY = f"""
    SELECT {{by}} AS key, real, {", ".join(f"sum({name}) AS {name}" for name in _PARTS)}
    FROM (
        SELECT {_ALL} FROM sums WHERE day > :day
        UNION ALL
        SELECT {_of("calls", _KEY)}, {_of("calls", _PARTS)} FROM calls
        WHERE ts >= :since AND CAST(ts / {_DAY} AS INTEGER) = :day AND id <= {_SUMMED}
            AND id BETWEEN (SELECT min(first) FROM sums WHERE day = :day)
                AND (SELECT max(last) FROM sums WHERE day = :day)
        UNION ALL
        SELECT {_of("calls", _KEY)}, {_of("calls", _PARTS)} FROM calls
        WHERE id > {_SUMMED} AND ts >= ifnull(:since, ts)
    )
    WHERE lesson = ifnull(:lesson, lesson)
    GROUP BY key, real
    HAVING sum(calls) > 0
    ORDER BY real DESC, {{order}}
"""


def totals(db: sqlite3.Connection, by: By, lesson: str | None, since: float | None) -> list[Total]:
    """Real money first, then the dearest first, or the days in order."""
    if by not in _WAYS:
        raise ValueError(f"by={by!r} is not one of {', '.join(_WAYS)}.")
    order = "key" if by == "day" else "cost DESC, calls DESC, key"
    wanted = {"lesson": lesson, "since": since, "day": -1 if since is None else int(since // _DAY)}
    found = db.execute(_QUERY.format(by=by, order=order), wanted)
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
            # Rows hold floating-point numbers, whose last digits are noise.
            cost_usd=round(Decimal(cost).scaleb(-12), 10),
        )
        for key, real, calls, failed, unknown, read, cached, written, reasoning, held, cost in found
    ]


def _day(number: int) -> str:
    return datetime.fromtimestamp(number * _DAY, UTC).date().isoformat()
