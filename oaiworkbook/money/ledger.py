"""The log of calls and the budgets they must fit: one SQLite file, shared by every kernel.

A row an attempt: when, which endpoint and model, tokens, cost, how it ended. Amounts in a row are
USD; budgets count whole trillionths of a dollar, so that a million small sums lose nothing.
"""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from .. import settings
from ..errors import WorkbookError
from .amounts import usd
from .call import ALREADY_COUNTED, INSERT, SELECT, UPDATE, Call, call_of, values_of
from .ledger_file import LedgerError, connect, explain
from .totals import By, Total, totals

__all__ = ["Call", "Ledger", "LedgerError", "SpendLimitExceeded", "Total", "default_ledger"]

_MOST_PICO = 4 * 10**18  # USD 4 million; SQLite's integers end at 9.2e18


class SpendLimitExceeded(WorkbookError):
    """The call may cost more than is left of a spend limit. It was not sent.

    `budget` (name), `limit`, `committed` (spent or reserved) and `asked` (what the call may cost),
    all in USD. `sent` is true only for WebSocket events, whose cost is known afterwards.
    """

    def __init__(
        self, budget: str, limit: Decimal, committed: Decimal, asked: Decimal, sent: bool = False
    ) -> None:
        super().__init__(budget, limit, committed, asked, sent)
        self.budget, self.limit, self.committed = budget, limit, committed
        self.asked, self.sent = asked, sent

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
        if not self.asked:  # free, or its price is not known beforehand: nothing to make smaller
            return f"Not sent: nothing is left of {limit} ({used}). To go on, {higher}."
        left = usd(max(self.limit - self.committed, Decimal(0)), "down")
        return (
            f"Not sent: this call may cost up to {usd(self.asked, 'up')}, and {left} is left of "
            f"{limit} ({used}). Set a smaller max_output_tokens, shorten the input, or {higher}."
        )


def _pico(amount: Decimal | float) -> int:
    """USD to whole trillionths, rounded up: finer than any price a token."""
    exact = Decimal(str(amount))
    if not exact.is_finite() or exact < 0:
        raise ValueError(f"An amount in USD must be a number of 0 or more, not {amount}.")
    return min(int(exact.scaleb(12).to_integral_value(ROUND_CEILING)), _MOST_PICO)


class Ledger:
    """The ledger at `path`, made when missing. Threads, kernels and forks may share it.

    `wait`: seconds to wait while another process writes. Every method raises LedgerError when the
    file cannot be used.
    """

    def __init__(self, path: Path, wait: float = 5.0) -> None:
        self.path, self.wait = Path(path), wait
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = connect(self.path, wait)
        _ledgers.add(self)

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    @contextmanager
    def _use(self, *, transaction: bool = False) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._db is None:
                    self._db = connect(self.path, self.wait)
                db = self._db
                # A stream that the garbage collector closes in the middle of a transaction of this
                # very thread settles inside it.
                outermost = transaction and not db.in_transaction
                if outermost:
                    db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                    if outermost:
                        db.execute("COMMIT")
                except BaseException:
                    if outermost and db.in_transaction:
                        db.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise explain(self.path, error) from error

    def add(self, call: Call, budgets: Sequence[str] = ()) -> int:
        """Log a finished call; return its row. Its cost is charged to `budgets`, fit or not."""
        with self._use(transaction=bool(budgets)) as db:
            names = "\n".join(dict.fromkeys(budgets))
            return _write(db, call, names, 0)

    def open(self, call: Call, reserve_usd: Decimal, budgets: Sequence[str]) -> int:
        """Log a call about to be sent and reserve, in every budget, the most it can cost.

        Raises SpendLimitExceeded if it does not fit into one of them; then nothing is written.
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
                    raise SpendLimitExceeded(name, *self._budget(db, name), Decimal(reserve_usd))
            sent = db.execute(INSERT, (*values_of(call), pico, "\n".join(names)))
            return int(sent.lastrowid or 0)

    def settle(self, row: int, call: Call) -> None:
        """Log how the call of `row` ended; its cost takes the place of its reservation.

        A failed call gives the reservation back. One that was cut, or whose cost is unknown, keeps
        it, because it may be charged.
        """
        with self._use(transaction=True) as db:
            query = "SELECT budgets, held_pico FROM calls WHERE id = ?"
            names, held = db.execute(query, (row,)).fetchone() or ("", None)
            # No such row: the file was replaced in between. The call is real all the same.
            _write(db, call, names, held or 0, None if held is None else row)

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
        self, since_row: int = 0, pid: int | None = None, lesson: str | None = None
    ) -> list[Call]:
        """The calls after row `since_row`, oldest first."""
        where = "id > ? AND pid = ifnull(?, pid) AND lesson IS ifnull(?, lesson)"
        with self._use() as db:
            query = f"{SELECT} WHERE {where} ORDER BY id"
            return [call_of(found) for found in db.execute(query, (since_row, pid, lesson))]

    def last_row(self) -> int:
        with self._use() as db:
            return int(db.execute("SELECT ifnull(max(id), 0) FROM calls").fetchone()[0])

    def summary(
        self, by: By, *, lesson: str | None = None, since: float | None = None
    ) -> list[Total]:
        """Sums of the calls from `since` on (seconds since 1970), real money first."""
        with self._use() as db:
            return totals(db, by, lesson, since)


def _write(
    db: sqlite3.Connection, call: Call, names: str, held: int, row: int | None = None
) -> int:
    """Write a call that has ended, over `row` if there is one; move its budgets by what changed."""
    if call.cost_usd is not None:
        now = _pico(call.cost_usd) if names else 0
    else:
        now = 0 if call.status == "error" else held
    sql, last = (INSERT, names) if row is None else (UPDATE, row)
    try:
        done = db.execute(sql, (*values_of(call), now, last))
    except sqlite3.IntegrityError:
        now, call = 0, replace(call, cost_usd=None, price_note=ALREADY_COUNTED)
        done = db.execute(sql, (*values_of(call), now, last))
    if names:
        _charge(db, names, now - held)
    if names and call.cost_usd is not None and call.response_id:
        # A cut stream, or a background response, whose cost arrives with this later call.
        where = "response_id = ? AND cost_usd IS NULL AND held_pico > 0"
        query = f"SELECT id, budgets, held_pico FROM calls WHERE {where}"
        for other, others, kept in db.execute(query, (call.response_id,)).fetchall():
            _charge(db, others, -kept)
            db.execute("UPDATE calls SET held_pico = 0 WHERE id = ?", (other,))
    return int(done.lastrowid or 0) if row is None else row


def _charge(db: sqlite3.Connection, names: str, pico: int) -> None:
    update = "UPDATE budgets SET committed_pico = committed_pico + ? WHERE name = ?"
    for name in names.split("\n") if pico else ():
        db.execute(update, (pico, name))


_ledgers: weakref.WeakSet[Ledger] = weakref.WeakSet()
_default: dict[Path, Ledger] = {}
_inherited: list[sqlite3.Connection] = []


def default_ledger() -> Ledger:
    """The ledger that the settings name, opened once in each process. Raises LedgerError."""
    path = settings.ledger_path()
    ledger = _default.get(path)
    return ledger if ledger is not None else _default.setdefault(path, Ledger(path))


def _after_fork() -> None:
    # A connection must not be used, nor closed, in a forked child (sqlite.org/howtocorrupt.html).
    for ledger in _ledgers:
        if ledger._db is not None:
            _inherited.append(ledger._db)
            ledger._db = None
        ledger._lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
