"""The log of calls and the budgets they must fit: one SQLite file, shared by every kernel.

A row an attempt: when, which endpoint and model, tokens, cost, how it ended. Amounts in a row are
USD; budgets count whole trillionths of a dollar, so that a million small sums lose nothing.
"""

import json
import os
import re
import sqlite3
import threading
import time
import warnings
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import to_json  # a sixth of json's time

from .. import settings
from ..errors import LedgerError, WorkbookError
from ..recordings.secrets import masked_label, masked_text
from .amounts import usd
from .ledger_file import bring_back, carry_over, connect, explain, identity, let_go
from .ledger_place import HURRY, hurries_until
from .ledger_sums import ALREADY_COUNTED, REAL_MODES, By, Total, totals
from .price_table import undated
from .quantities import MOST


@dataclass(slots=True)
class Call:
    """What the ledger keeps: never a prompt, an answer or a key.

    `ts` is seconds since 1970, `seconds` is seconds, `cost_usd` is USD;
    None means not known.
    """

    ts: float
    mode: str
    endpoint: str
    lesson: str | None = None
    model: str | None = None
    service_tier: str | None = None
    stream: bool = False
    attempt: int = 0
    status: str = "open"  # open | ok | error | cut
    http_status: int | None = None
    error: str | None = None  # a code or a class: three words are kept, a message is not
    request_id: str | None = None
    response_id: str | None = None
    seconds: float | None = None
    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    usage: Mapping[str, Any] | None = None  # as the API sent it
    cost_usd: Decimal | float | None = None
    price_note: str = ""
    recording: str | None = None
    pid: int | None = None  # filled in by the ledger, as is `row`
    row: int | None = None


class Mark(NamedTuple):
    """A place in the log: the newest row, and which file it is in."""

    row: int
    file: tuple[int, int] | None


def counted_before(call: Call) -> None:
    """Another row has the cost and the tokens of this one."""
    call.cost_usd, call.price_note = None, ALREADY_COUNTED
    call.input_tokens = call.cached_tokens = call.cache_write_tokens = None
    call.output_tokens = call.reasoning_tokens = None


_NUMBERS = [
    *("ts", "stream", "attempt", "http_status", "seconds", "input_tokens", "cached_tokens"),
    *("cache_write_tokens", "output_tokens", "reasoning_tokens"),
]
_LABELS = [
    "mode",
    "endpoint",
    "lesson",
    "model",
    "service_tier",
    "status",
    "price_note",
    "recording",
]
_COLUMNS = [*_NUMBERS, *_LABELS, "request_id", "response_id", "error", "usage", "pid", "cost_usd"]

_names, _marks = ", ".join(_COLUMNS), ", ".join("?" * len(_COLUMNS))
INSERT = f"INSERT INTO calls ({_names}, held_pico, budgets) VALUES ({_marks}, ?, ?)"
UPDATE = f"UPDATE calls SET ({_names}, held_pico) = ({_marks}, ?) WHERE id = ?"
SELECT = f"SELECT {_names}, id FROM calls"

_numbers, _labels = attrgetter(*_NUMBERS), attrgetter(*_LABELS)
# The API's messages quote keys and prompts, its codes do not.
_label = re.compile(r"[\w.-]+(?: [\w.-]+){0,2}").match


def values_of(call: Call) -> tuple[Any, ...]:
    """The parameters of INSERT and UPDATE but the last two."""
    label = _label(call.error) if call.error else None
    return (
        *_numbers(call),
        # What a server or a caller has named may be anything.
        *_masked(*_labels(call)),
        call.request_id and masked_label(call.request_id),
        call.response_id and masked_label(call.response_id),
        label.group()[:64] if label else None,
        None if call.usage is None else _as_json(call.usage),
        os.getpid(),
        None if call.cost_usd is None else float(call.cost_usd),
    )


@lru_cache(maxsize=512)
def _masked(*labels: str | None) -> tuple[str | None, ...]:
    """Of the labels of a call, which are mostly those of the call before."""
    return tuple(label and masked_label(label) for label in labels)


def _as_json(usage: Mapping[str, Any]) -> str:
    try:
        text = to_json(dict(usage), fallback=str).decode()
    except ValueError:  # half an emoji, which JSON can write as an escape
        text = json.dumps(dict(usage), default=str, separators=(",", ":"))
    # A usage is numbers and a word or two, each after the name of its field.
    words = [rest.partition('"')[0] for rest in text.split(':"')[1:]]
    if "\\" in text or "[" in text or any(masked_label(word) != word for word in words):
        return masked_text(text)
    return text


def storable(call: Call) -> Call:
    """A copy that SQLite takes in any case: without what is no text or number of its kind."""
    kept: dict[str, Any] = {}
    for field in fields(call):
        value = getattr(call, field.name)
        if isinstance(value, str):
            kept[field.name] = value.encode("utf-8", "replace").decode()
        elif isinstance(value, int | float | Decimal):
            kept[field.name] = value if abs(float(value)) <= MOST else None
        else:
            kept[field.name] = None
    with suppress(Exception):
        kept["usage"] = json.loads(_as_json(call.usage or {})) or None
    return Call(**kept)


def call_of(record: tuple[Any, ...]) -> Call:
    """From a record of SELECT."""
    kept: dict[str, Any] = dict(zip([*_COLUMNS, "row"], record, strict=True))
    kept["stream"] = bool(kept["stream"])
    kept["usage"] = json.loads(kept["usage"]) if kept["usage"] else None
    if kept["cost_usd"] is not None:
        kept["cost_usd"] = Decimal(str(kept["cost_usd"]))
    return Call(**kept)


__all__ = ["Call", "Ledger", "LedgerError", "SpendLimitExceeded", "default_ledger"]

_MOST_PICO = 4 * 10**18  # USD 4 million; SQLite's integers end at 9.2e18


class SpendLimitExceeded(WorkbookError):
    """The call may cost more than is left of a spend limit. It was not sent.

    `budget` (name), `limit`, `committed` (spent or reserved) and `asked` (what the call may cost),
    all in USD. `assumed`: what that takes for granted. `smaller`: the argument that makes the call
    cheaper, `missing` where it was not given. `allow`: the line that lets a call through whose cost is
    unknown; `assumed` then says why it is. `sent` is true only for WebSocket events, whose cost is
    known afterwards.
    """

    def __init__(
        self,
        budget: str,
        limit: Decimal,
        committed: Decimal,
        asked: Decimal,
        sent: bool = False,
        assumed: str = "",
        smaller: str = "max_output_tokens",
        missing: bool = False,
        allow: str = "",
    ) -> None:
        super().__init__(budget, limit, committed, asked, sent, assumed, smaller, missing, allow)
        self.budget, self.limit, self.committed = budget, limit, committed
        self.asked, self.sent = asked, sent
        self.assumed, self.smaller, self.missing = assumed, smaller, missing
        self.allow = allow

    def __str__(self) -> str:
        daily = self.budget.startswith("day-")
        kind = "daily cap" if daily else "spend limit"
        name = self.budget.removeprefix("shared-")
        named = f" {name!r}" if name != self.budget else ""
        limit = f"the {kind}{named} of {usd(self.limit)}"
        used = f"{usd(self.committed, 'up')} is spent or reserved"
        higher = "set OAIWORKBOOK_MAX_USD higher" if daily else "set a higher spend_limit"
        if self.sent:
            return f"Past {limit}: {used}. Close the session, or {higher} to go on."
        if self.allow:
            instead = f"Pass {self.smaller}, or run" if self.missing else "Run"
            return (
                f"Not sent: what this call may cost is not known ({self.assumed}), and {limit} lets no "
                f"such call through. {instead} this line to send it all the same:\n{self.allow}"
            )
        if not self.asked:  # free, or its price is not known beforehand: nothing to make smaller
            return f"Not sent: nothing is left of {limit} ({used}). To go on, {higher}."
        left = usd(max(self.limit - self.committed, Decimal(0)), "down")
        most = usd(self.asked, "up") + (f" ({self.assumed})" if self.assumed else "")
        do = f"{'Pass' if self.missing else 'Set a smaller'} {self.smaller}, shorten the input"
        return (
            f"Not sent: this call may cost up to {most}, and {left} is left of {limit} ({used}). "
            f"{do if self.smaller else 'Shorten the input'}, or {higher}."
        )


def _pico(amount: Decimal | float) -> int:
    """USD to whole trillionths, rounded up: finer than any price a token."""
    exact = Decimal(str(amount))
    if not exact.is_finite() or exact < 0:
        raise ValueError(f"An amount in USD must be a number of 0 or more, not {amount}.")
    return min(int(exact.scaleb(12).to_integral_value(ROUND_CEILING)), _MOST_PICO)


class Ledger:
    """The ledger at `path`, made when missing. Threads, kernels and forks may share it.

    `wait`: seconds to wait while another process writes; next to none up to `hurries_until`, of
    time.monotonic, and for a while after a wait in vain. Every method raises LedgerError when the
    file cannot be used. A file that is deleted or moved away while it is in use is begun anew, with what
    was spent of each limit; where another ledger has taken its place, that one is used from then on.
    """

    def __init__(self, path: Path, wait: float = 5.0, hurries_until: float = 0.0) -> None:
        self.path, self.wait = Path(path), wait
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None  # which file it was opened as
        self._hurries = hurries_until  # (monotonic) for who has waited in vain does not wait again
        self._waits = wait  # what the connection has been told
        # Rows opened here, with their budgets and what they hold: the file may change in between.
        self._under_way: dict[int, tuple[str, int]] = {}
        self._connect()
        _ledgers.add(self)

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = self._file = None

    def _connect(self) -> sqlite3.Connection:
        self._waits = self._patience()
        self._db = connect(self.path, self._waits)
        self._file = identity(self.path)
        return self._db

    def _same_file(self, db: sqlite3.Connection) -> sqlite3.Connection:
        """The connection to the file that is at `path` now; `db` if it is still the one opened."""
        try:
            there = identity(self.path)
        except FileNotFoundError:
            if bring_back(db, self.path):
                _warn(
                    f"The ledger {self.path} was deleted or moved away while it was in use. It is "
                    "there again, without the calls that had ended, and with what was spent of each "
                    "limit."
                )
                return self._connect()
            there = identity(self.path)
        if there == self._file or there is None or self._file is None:
            return db
        self._waits = self._patience()
        taken = connect(self.path, self._waits)
        try:
            carry_over(db, taken)
        except BaseException:
            taken.close()
            raise
        let_go(db)
        self._db, self._file = taken, identity(self.path)
        if self._file != there:
            self._file = None  # this file system numbers its files anew each time
        _warn(
            f"Another file has taken the place of the ledger {self.path} while it was in use. Calls "
            "are logged there from now on. What was spent of each limit is the larger of both."
        )
        return taken

    @contextmanager
    def _use(self, *, transaction: bool = False) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._db is None:
                    if self._file is not None and not self.path.exists():
                        raise LedgerError(  # in a forked child, which must not touch what is open
                            f"The ledger {self.path} was deleted or moved away while a program used "
                            "it. Make a call in that program, or start it again."
                        )
                    db = self._connect()
                else:
                    db = self._db if self._db.in_transaction else self._same_file(self._db)
                # A stream that the garbage collector closes in the middle of a transaction of this
                # very thread settles inside it.
                outermost = transaction and not db.in_transaction
                if self._hurries or self._waits != self.wait:
                    self._wait_as_is_wise(db)
                if outermost:
                    db.execute("BEGIN IMMEDIATE")
                before = db.total_changes
                try:
                    yield db
                    if outermost:
                        db.execute("COMMIT")
                    # While another program holds the lock to write, reading goes well.
                    if self._hurries and db.total_changes > before:
                        self._hurries = 0.0
                except BaseException:
                    if outermost and db.in_transaction:
                        db.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                self._hurries = self._hurries or hurries_until(error)
                raise explain(self.path, error) from error

    def _wait_as_is_wise(self, db: sqlite3.Connection) -> None:
        """A wait in vain is not repeated with every call, and not with every cell."""
        wait = self._patience()
        if wait != self._waits:
            db.execute(f"PRAGMA busy_timeout={round(wait * 1000)}")
            self._waits = wait

    def _patience(self) -> float:
        if self._hurries and time.monotonic() >= self._hurries:
            self._hurries = 0.0
        return min(self.wait, HURRY) if self._hurries else self.wait

    def add(self, call: Call, budgets: Sequence[str] = (), *, repeat: bool = False) -> int:
        """Log a finished call; return its row. Its cost is charged to `budgets`, fit or not.

        `repeat`: its answer may be one that was paid before, as a response that is fetched again.
        """
        with self._use(transaction=bool(budgets) or repeat) as db:
            names = "\n".join(dict.fromkeys(budgets))
            return _write(db, call, names, 0, repeat=repeat)

    def open(self, call: Call, reserve_usd: Decimal, budgets: Sequence[str], **words: Any) -> int:
        """Log a call about to be sent and reserve, in every budget, the most it can cost.

        Raises SpendLimitExceeded, which is given `words`, if it does not fit into one of them; then
        nothing is written.
        """
        pico = _pico(reserve_usd)
        names = list(dict.fromkeys(budgets))
        with self._use(transaction=True) as db:
            for name in names:
                fits = db.execute(
                    "UPDATE budgets SET committed_pico = committed_pico + ? "
                    "WHERE name = ? AND committed_pico + ? <= limit_pico",
                    (pico, name, pico),
                )
                if not fits.rowcount:
                    limit, committed = self._budget(db, name)
                    asked = Decimal(reserve_usd)
                    raise SpendLimitExceeded(name, limit, committed, asked, **words)
            sent = db.execute(INSERT, (*values_of(call), pico, "\n".join(names)))
            row = int(sent.lastrowid or 0)
            self._under_way[row] = ("\n".join(names), pico)
            return row

    def settle(self, row: int, call: Call, *, repeat: bool = False, free: bool = False) -> None:
        """Log how the call of `row` ended; its cost takes the place of its reservation.

        A call whose cost is unknown keeps the reservation, because it may be charged, unless it is
        `free` of OpenAI's bill. `repeat`: as for `add`.
        """
        with self._use(transaction=True) as db:
            query = "SELECT budgets, held_pico FROM calls WHERE id = ? AND ts = ?"
            found = db.execute(query, (row, call.ts)).fetchone()
            names, held = found or self._under_way.get(row, ("", 0))
            if not found and (free or call.cost_usd is not None):
                # The file was replaced in between. Whether the reservation was carried over is not
                # known, so it is not given back.
                held = min(held, _pico(call.cost_usd or 0))
            _write(db, call, names, held, row if found else None, repeat=repeat, free=free)
        self._under_way.pop(row, None)

    def set_budget(self, name: str, limit_usd: Decimal) -> None:
        """Make the budget, or change its limit; what is already spent of it stays."""
        with self._use() as db:
            db.execute(
                "INSERT INTO budgets VALUES (?, ?, 0) "
                "ON CONFLICT (name) DO UPDATE SET limit_pico = excluded.limit_pico",
                (name, _pico(limit_usd)),
            )

    def drop_budget(self, name: str) -> None:
        with self._use() as db:
            db.execute("DELETE FROM budgets WHERE name = ?", (name,))

    def budget(self, name: str) -> tuple[Decimal, Decimal]:
        """The limit, and what is spent or reserved of it, in USD."""
        with self._use() as db:
            return self._budget(db, name)

    def remaining(self, name: str) -> Decimal:
        """USD left; below 0 where a call cost more than was reserved for it."""
        limit, committed = self.budget(name)
        return limit - committed

    def _budget(self, db: sqlite3.Connection, name: str) -> tuple[Decimal, Decimal]:
        query = "SELECT limit_pico, committed_pico FROM budgets WHERE name = ?"
        found = db.execute(query, (name,)).fetchone()
        if not found:
            raise LedgerError(
                f"The ledger {self.path} has no spend limit {name!r}: it is not the file in which "
                "the limit was set. Run the line that sets the limit again."
            )
        return Decimal(found[0]).scaleb(-12), Decimal(found[1]).scaleb(-12)

    def calls(
        self, since: Mark | None = None, pid: int | None = None, lesson: str | None = None
    ) -> list[Call]:
        """The calls after `since`, oldest first; all where another file is used since then."""
        where = "id > ? AND pid = ifnull(?, pid) AND lesson IS ifnull(?, lesson)"
        with self._use() as db:
            row = since.row if since and since.file == self._file else 0
            query = f"{SELECT} WHERE {where} ORDER BY id"
            return [call_of(found) for found in db.execute(query, (row, pid, lesson))]

    def call(self, row: int) -> Call:
        with self._use() as db:
            return call_of(db.execute(f"{SELECT} WHERE id = ?", (row,)).fetchone())

    def left_open(self) -> list[tuple[Call, Decimal]]:
        """Calls that have not ended, oldest first, and the USD that limits hold for each."""
        query = f"SELECT {_names}, id, held_pico FROM calls WHERE status = 'open' ORDER BY id"
        with self._use() as db:
            found = db.execute(query).fetchall()
        return [(call_of(record[:-1]), Decimal(record[-1]).scaleb(-12)) for record in found]

    def give_back(self, rows: Iterable[int], note: str) -> list[int]:
        """Settle as cut those of `rows` that are still open, and hold nothing for them any more.

        Returns them. What such a call has cost stays unknown; `note` says why.
        """
        done = []
        with self._use(transaction=True) as db:
            for row in rows:
                query = "SELECT budgets, held_pico FROM calls WHERE id = ? AND status = 'open'"
                found = db.execute(query, (row,)).fetchone()
                if found:
                    _charge(db, found[0], -found[1])
                    update = "UPDATE calls SET status = 'cut', price_note = ?, held_pico = 0"
                    db.execute(f"{update} WHERE id = ?", (note, row))
                    done.append(row)
        return done

    def tokens_of(self, response_id: str, model: str) -> int | None:
        """Tokens that a response of this model had read and written, if it is among the newest calls.

        What goes on from it reads them again; another model may count them otherwise.
        """
        with self._use() as db:
            found = db.execute(TOKENS, (_NEWEST, response_id)).fetchall()
        own = [count for name, count in found if undated(name or "") == undated(model)]
        return max(own, default=None)

    def mark(self) -> Mark:
        """Where the log ends now, for `calls`."""
        with self._use() as db:
            row = int(db.execute("SELECT ifnull(max(id), 0) FROM calls").fetchone()[0])
            return Mark(row, self._file)

    def summary(
        self, by: By, *, lesson: str | None = None, since: float | None = None
    ) -> list[Total]:
        """Sums of the calls from `since` on (seconds since 1970), real money first."""
        with self._use() as db:
            return totals(db, by, lesson, since)


def _write(
    db: sqlite3.Connection,
    call: Call,
    names: str,
    held: int,
    row: int | None = None,
    *,
    repeat: bool = False,
    free: bool = False,
) -> int:
    """Write a call that has ended, over `row` if there is one; move its budgets by what changed."""
    if repeat and call.cost_usd is not None and _paid(db, call, row):
        now, call = 0, replace(call)
        counted_before(call)
    elif call.cost_usd is not None:
        now = _pico(call.cost_usd) if names else 0
    else:
        now = 0 if free else held
    sql, last = (INSERT, names) if row is None else (UPDATE, row)
    done = db.execute(sql, (*values_of(call), now, last))
    if names:
        _charge(db, names, now - held)
    if repeat and names and call.cost_usd is not None and call.response_id:
        # A cut stream, or a background response, whose cost arrives with this later call.
        where = "response_id = ? AND cost_usd IS NULL AND held_pico > 0"
        query = f"SELECT id, budgets, held_pico FROM calls WHERE {where}"
        for other, others, kept in db.execute(query, (call.response_id,)).fetchall():
            _charge(db, others, -kept)
            update = "UPDATE calls SET held_pico = 0, price_note = ? WHERE id = ?"
            db.execute(update, (ALREADY_COUNTED, other))
    return int(done.lastrowid or 0) if row is None else row


_NEWEST = 10_000  # rows
TOKENS = """
    SELECT model, input_tokens + output_tokens FROM calls
    WHERE id > (SELECT max(id) FROM calls) - ? AND response_id = ?
        AND input_tokens + output_tokens IS NOT NULL
"""
PAID = (
    "SELECT 1 FROM calls WHERE response_id = ? AND id IS NOT ? "
    f"AND cost_usd IS NOT NULL AND mode IN {REAL_MODES} LIMIT 1"
)


def _paid(db: sqlite3.Connection, call: Call, row: int | None) -> bool:
    """Whether another row has the cost of this response. An empty id is none."""
    if call.mode not in REAL_MODES or not call.response_id:
        return False
    return db.execute(PAID, (call.response_id, row)).fetchone() is not None


def _warn(text: str) -> None:
    with suppress(Warning):  # raised where a filter makes errors of warnings
        warnings.warn(text, stacklevel=5)


def _charge(db: sqlite3.Connection, names: str, pico: int) -> None:
    update = "UPDATE budgets SET committed_pico = committed_pico + ? WHERE name = ?"
    for name in names.split("\n") if pico else ():
        db.execute(update, (pico, name))


_ledgers: weakref.WeakSet[Ledger] = weakref.WeakSet()
_default: dict[Path, Ledger] = {}
_in_vain: dict[Path, float] = {}  # until when (monotonic) nobody waits for it
_inherited: list[sqlite3.Connection] = []


def default_ledger() -> Ledger:
    """The ledger that the settings name, opened once in each process. Raises LedgerError."""
    path = settings.ledger_path()
    ledger = _default.get(path)
    if ledger is None:
        in_vain = _in_vain.get(path, 0.0)
        hurries = in_vain if time.monotonic() < in_vain else 0.0
        try:
            opened = Ledger(path, hurries_until=hurries)
        except LedgerError as error:
            _in_vain[path] = hurries or hurries_until(error.__cause__)
            raise
        _in_vain.pop(path, None)
        ledger = _default.setdefault(path, opened)
        if ledger is not opened:
            opened.close()  # another thread was first
    return ledger


def _after_fork() -> None:
    # A connection must not be used, nor closed, in a forked child (sqlite.org/howtocorrupt.html).
    for ledger in _ledgers:
        if ledger._db is not None:
            _inherited.append(ledger._db)
            ledger._db = None
        ledger._lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
