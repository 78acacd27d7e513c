"""From a request and its answer to a priced row in the ledger; and the reservation before it."""

import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx2

from ..recordings.requests import CanonicalRequest
from ..settings import Mode
from .bounds import upper_bound
from .call import ALREADY_COUNTED, Call
from .ledger import Ledger, LedgerError, default_ledger
from .spending import active_budgets, meter
from .usage import endpoint_of, read_usage

_ANSWERS_IN_JSON = frozenset(
    {"responses", "chat.completions", "completions", "embeddings", "images"}
)

_priced: set[tuple[str, str | None]] = set()  # (mode, response id): what this process has counted


class CallLog:
    """The ledger as one client uses it. In replay a ledger that cannot be used is only warned of;
    elsewhere it raises LedgerError, because no spend limit holds without it."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self._ledger: Ledger | None = None
        try:
            self._ledger = default_ledger()
        except LedgerError as error:
            if mode != "replay":
                raise
            warnings.warn(f"The calls of this notebook are not logged. {error}", stacklevel=2)

    def reserve(
        self, call: Call, request: httpx2.Request, asked: CanonicalRequest | None
    ) -> int | None:
        """The row that holds the reservation, or None where no budget applies.

        A bound that is not known is held as 0: refusing such calls would block images and speech.
        """
        call.endpoint = endpoint_of(request.method, request.url.path)
        budgets = active_budgets(self.mode)
        if self._ledger is None or not budgets:
            return None
        form = asked.form() if asked else None
        call.model = (form or {}).get("model")
        bound = upper_bound(
            request.method,
            request.url.path,
            form,
            datetime.now(UTC),
            raw_length=len(request.content) if asked else 0,
            host=request.url.host,
        )
        return self._ledger.open(call, bound.usd or Decimal(0), budgets)

    def add(
        self,
        row: int | None,
        call: Call,
        request: httpx2.Request,
        asked: CanonicalRequest | None,
        parsed: Any,
        recorded_at: datetime | None,
    ) -> None:
        """Log a finished call. Never raises: its answer is there, and may have been paid for."""
        call.endpoint = endpoint_of(request.method, request.url.path)
        form = asked.form() if asked else None
        if call.status == "error":
            call.model = (form or {}).get("model")
        else:
            _meter(call, request, form, parsed, recorded_at or datetime.now(UTC))
        if self._ledger is None:
            return
        try:
            if row is None:
                self._ledger.add(call)
            else:
                self._ledger.settle(row, call)
        except LedgerError as error:
            warnings.warn(f"This call is not in the cost log. {error}", stacklevel=2)


def _meter(
    call: Call,
    request: httpx2.Request,
    form: Mapping[str, Any] | None,
    parsed: Any,
    at: datetime,
) -> None:
    usage = read_usage(request.method, request.url.path, form, parsed, host=request.url.host)
    if usage is None:
        if parsed is None and request.method == "POST" and call.endpoint in _ANSWERS_IN_JSON:
            call.price_note = "the answer could not be read"
        else:
            call.cost_usd, call.price_note = Decimal(0), "not billed by itself"
        return
    meter(call, usage, at)
    if request.method == "GET" and (call.mode, usage.response_id) in _priced:
        # In live mode the ledger sees to this; in replay it counts a call again when it is run again.
        call.cost_usd, call.price_note = None, ALREADY_COUNTED
        call.input_tokens = call.cached_tokens = call.cache_write_tokens = None
        call.output_tokens = call.reasoning_tokens = None
    elif call.cost_usd is not None:
        _priced.add((call.mode, usage.response_id))
