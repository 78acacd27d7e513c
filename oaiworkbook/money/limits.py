"""Spend limits: `spend_limit`, the daily cap, and what a call is counted with.

A limit is a budget in the ledger. A call reserves the most it can cost in every active budget
before it is sent, so that neither threads nor kernels can spend the same dollar twice.
"""

import atexit
import contextlib
import os
import threading
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from .. import settings
from ..errors import LedgerError
from ..recordings.secrets import masked_text
from .amounts import usd as in_usd
from .ledger import Ledger, SpendLimitExceeded, default_ledger

_NOTHING = Decimal(0)
_lock = threading.Lock()
_plain: dict[str | None, "SpendLimit"] = {}  # set by a bare call, one a name
_within: list["SpendLimit"] = []  # set by `with`
_cap: tuple[Ledger, str, float] | None = None  # the daily cap as last written


class SpendLimit:
    """A limit that is in force, as `spend_limit` returns it. `limit`: USD."""

    def __init__(
        self, limit: Decimal, name: str | None, allow_unknown: frozenset[str] = frozenset()
    ) -> None:
        self.limit, self.name, self.allow_unknown = limit, name, allow_unknown
        self._ledger = default_ledger()
        self._budget = f"shared-{name}" if name else f"here-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._ledger.set_budget(self._budget, limit)
        if name is None:
            atexit.register(self._forget, os.getpid())
        with _lock:
            self._replaced = _plain.get(name)
            _plain[name] = self

    @property
    def spent(self) -> Decimal:
        """USD spent, or reserved by calls under way and by those whose cost is unknown."""
        return self._ledger.budget(self._budget)[1]

    @property
    def remaining(self) -> Decimal:
        """USD left; below 0 where a call cost more than was reserved for it."""
        return self._ledger.remaining(self._budget)

    def end(self) -> None:
        """Lift the limit in this process. What was spent can still be read."""
        with _lock:
            if _plain.get(self.name) is self:
                del _plain[self.name]
            if self in _within:
                _within.remove(self)

    def __enter__(self) -> "SpendLimit":
        with _lock:
            # The call before `with` put it in force like a bare one; give that place back.
            if _plain.get(self.name) is self:
                del _plain[self.name]
                if self._replaced is not None:
                    _plain[self.name] = self._replaced
            _within.append(self)
        return self

    def __exit__(self, *failure: object) -> None:
        self.end()

    def __repr__(self) -> str:
        limit, spent = self._ledger.budget(self._budget)
        whose = f"shared as {self.name!r}" if self.name else "this kernel only"
        left = in_usd(max(limit - spent, Decimal(0)), "down")
        return f"spend limit {in_usd(limit)} ({whose}): {in_usd(spent)} spent, {left} left"

    def _forget(self, pid: int) -> None:
        if os.getpid() == pid:  # a forked child leaves its parent's budget alone
            with contextlib.suppress(LedgerError):
                self._ledger.drop_budget(self._budget)


def spend_limit(
    usd: float | str | Decimal, *, name: str | None = None, allow_unknown: Iterable[str] = ()
) -> SpendLimit:
    """Refuse every call that could take spending past `usd` (USD) from here on.

    A call reserves the most that it can cost (see `estimate`) and pays what it did cost. One that can
    cost anything, such as a picture or a batch, is refused, unless `allow_unknown` names its endpoint,
    as the cost log calls it, or its model: `allow_unknown=["images"]`. Such a call reserves nothing.

    As a bare call it holds until the kernel ends or the line is run again, which starts at zero;
    with `with`, for the block. It holds for all threads of the process, in every mode: in replay it
    counts what the calls would have cost. With a `name` the budget is shared with every kernel that
    names it, keeps what was spent, and takes the limit that was set last.

    Raises ValueError for an amount that is none, LedgerError where the ledger cannot be used; calls
    that do not fit raise SpendLimitExceeded before they are sent.
    """
    try:
        limit = Decimal(str(usd))
    except InvalidOperation:
        limit = Decimal("NaN")
    if not limit.is_finite() or not 0 <= limit <= settings.MOST_USD:
        raise ValueError(
            f"spend_limit takes an amount in USD, such as 0.05, not {str(usd)[:40]!r}."
        )
    if name is not None and (not name.strip() or "\n" in name):
        raise ValueError(f"The name of a spend limit is one line of text, not {name!r}.")
    names = [allow_unknown] if isinstance(allow_unknown, str) else list(allow_unknown)
    if not all(isinstance(each, str) and each.strip() for each in names):
        raise ValueError(f"allow_unknown takes names, such as ['images'], not {allow_unknown!r}.")
    return SpendLimit(limit, name, frozenset(each.strip() for each in names))


def active_budgets(mode: str) -> list[str]:
    """The budgets in the default ledger that a call in this mode must fit, right now.

    In live and record mode that includes the daily cap (UTC), made here when the day is new and
    following OAIWORKBOOK_MAX_USD when it changes.
    """
    global _cap
    with _lock:
        names = [limit._budget for limit in (*_plain.values(), *_within)]
    if mode in ("live", "record"):
        cap = (default_ledger(), f"day-{datetime.now(UTC):%Y-%m-%d}", settings.max_usd())
        if cap != _cap:
            cap[0].set_budget(cap[1], Decimal(str(cap[2])))
            _cap = cap
        names.append(cap[1])
    return names


def refuse_unknown(
    mode: str, names: Sequence[str], why: str, *, smaller: str = "", missing: bool = False
) -> None:
    """Raises SpendLimitExceeded where a limit holds and nobody has allowed one of these names.

    `names`: of the endpoint and of the model, the one first that is to be allowed. What one limit
    allows holds for all that are in force. `why`: the price is unknown.
    """
    budgets = active_budgets(mode)
    with _lock:
        limits = [*_plain.values(), *_within]
    named = settings.allow_unknown().union(*(limit.allow_unknown for limit in limits))
    if not budgets or named.intersection(names):
        return
    if limits:
        inner = limits[-1]
        budget, given = inner._budget, sorted({*inner.allow_unknown, names[0]})
        shared = f", name={inner.name!r}" if inner.name else ""
        allow = f"spend_limit({inner.limit:f}{shared}, allow_unknown={given!r})"
    else:
        budget, given = budgets[-1], sorted({*settings.allow_unknown(), names[0]})
        allow = f'import os; os.environ["OAIWORKBOOK_ALLOW_UNKNOWN"] = "{",".join(given)}"'
    limit, committed = default_ledger().budget(budget)
    why = masked_text(why)  # it quotes what the caller has named
    raise SpendLimitExceeded(
        budget, limit, committed, _NOTHING, False, why, smaller, missing, allow.replace("'", '"')
    )


def refuse_past_limits(mode: str, asked: Decimal = _NOTHING, *, over: bool = False) -> None:
    """Raises SpendLimitExceeded where a limit is used up; with `over` only where it was passed."""
    ledger = default_ledger()
    for name in active_budgets(mode):
        limit, committed = ledger.budget(name)
        if committed > limit or (committed == limit and not over):
            raise SpendLimitExceeded(name, limit, committed, asked, sent=True)
