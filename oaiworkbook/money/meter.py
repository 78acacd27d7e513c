"""From a request and its answer to a priced row in the ledger; and the reservation before it."""

import atexit
import contextlib
import os
import sqlite3
import threading
import time
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from .. import settings
from ..endpoints import endpoint
from ..errors import LedgerError, WorkbookError
from ..settings import Mode
from .allowances import is_own_model, needs_no_allowance
from .bounds import earlier_tokens, upper_bound
from .ledger import Call, Ledger, counted_before, default_ledger, storable
from .ledger_sums import REAL_MODES
from .limits import active_budgets, refuse_past_limits, refuse_unknown
from .price_table import undated
from .usage import Asked, Usage, begun_response, read_usage

_REMEMBERED = 1_000  # events
# What a meter has logged, by the event's name: `record_usage` must not count it again.
_logged: dict[str, Call] = {}


def record_usage(
    event: Any,
    *,
    model: str | None = None,
    transcription_model: str | None = None,
    at: datetime | None = None,
) -> Call | None:
    """Log what a WebSocket event says was used. Pass every event, as SDK object or as dict.

    `model` and `transcription_model` are the Realtime session's, whose events do not name them:
    without them the cost is unknown. `at`: the time whose prices count, now by default. Returns what
    was logged, None for an event without usage. In replay and record mode the workbook has logged
    the events of its own clients already; each is counted once.

    A message over a WebSocket cannot be refused beforehand, so SpendLimitExceeded comes after the
    event that went past a limit; the event is logged.
    """
    body = event if isinstance(event, Mapping) else getattr(event, "to_dict", dict)()
    if "type" not in body:
        kind = type(event).__name__
        raise TypeError(f"record_usage takes an event of a WebSocket session, not {kind}.")
    call = _logged.get(_name_of(body)) or log_event(
        body, settings.mode(), model=model, transcription_model=transcription_model, at=at
    )
    if call is not None:
        refuse_past_limits(call.mode, Decimal(str(call.cost_usd or 0)), over=True)
    return call


def _name_of(event: Mapping[str, Any]) -> str:
    """An id of the event's own: events of the Responses API have none but their response's."""
    response = event.get("response")
    inner = response.get("id") if isinstance(response, Mapping) else None
    return str(event.get("event_id") or inner or "")


def log_event(
    event: Mapping[str, Any],
    mode: str,
    *,
    model: str | None,
    transcription_model: str | None,
    at: datetime | None = None,
    **more: Any,
) -> Call | None:
    """Log the usage of a WebSocket event, fit or not. `more`: further fields of the call."""
    from .usage import read_event

    usage = read_event(event, model=model, transcription_model=transcription_model)
    if usage is None:
        return None
    call = Call(
        ts=time.time(),
        mode=mode,
        endpoint=usage.endpoint,
        lesson=settings.lesson(),
        stream=True,
        status="ok",
        **more,
    )
    meter(call, usage, at or datetime.now(UTC))
    ledger = default_ledger()
    return ledger.call(ledger.add(call, active_budgets(mode), repeat=True))


class SessionMeter:
    """Logs what the session of one of the workbook's own clients uses. `query`: of its address."""

    def __init__(self, mode: str, query: str) -> None:
        self.mode = mode
        self.model = dict(parse_qsl(query)).get("model")
        self.transcriber: str | None = None
        self._unheard = 0  # commits of the client that the server has not confirmed
        self._unwritten: set[str] = set()  # items whose transcript has not come
        self._check = True
        self._asked = time.monotonic()

    def sent(self, event: Any) -> None:
        """Before an event of the client goes on. Raises SpendLimitExceeded when nothing is left."""
        self._note(event)
        if isinstance(event, dict) and event.get("type") == "input_audio_buffer.commit":
            self._unheard += 1
        self._asked = time.monotonic()
        if self._check:
            refuse_past_limits(self.mode)
            self._check = False

    def received(
        self, event: Any, *, at: datetime | None = None, recording: str | None = None
    ) -> None:
        """Before an event of the server goes on: log what it says was used."""
        self._note(event)
        if not isinstance(event, dict):
            return
        self._follow(event)
        try:
            call = log_event(
                event,
                self.mode,
                model=self.model,
                transcription_model=self.transcriber,
                at=at,
                http_status=101,
                seconds=round(time.monotonic() - self._asked, 3),
                recording=recording,
            )
        except LedgerError as error:
            warnings.warn(f"This session is not in the cost log. {error}", stacklevel=2)
            return
        if call is None:
            return
        self._check = True
        if name := _name_of(event):
            _logged[name] = call
            while len(_logged) > _REMEMBERED:
                del _logged[next(iter(_logged))]

    def ended(self) -> None:
        """The session is over: sound whose transcript never came may have cost something."""
        lost = self._unheard + len(self._unwritten)
        if not self.transcriber or not lost:
            return
        call = Call(ts=time.time(), mode=self.mode, endpoint="realtime", lesson=settings.lesson())
        call.stream, call.status, call.http_status = True, "cut", 101
        call.model, call.cost_usd = self.transcriber, None
        call.price_note = "the session ended before a transcript, and with it the usage"
        try:
            ledger = default_ledger()
            for _ in range(lost):
                ledger.add(storable(call), active_budgets(self.mode))
        except LedgerError as error:
            warnings.warn(f"This session is not in the cost log. {error}", stacklevel=2)

    def _follow(self, event: Mapping[str, Any]) -> None:
        """Which sound a transcript is still to come for."""
        kind, item = str(event.get("type")), str(event.get("item_id"))
        if kind == "input_audio_buffer.committed":
            self._unheard = max(0, self._unheard - 1)
            self._unwritten.add(item)
        elif kind.startswith("conversation.item.input_audio_transcription."):
            if kind.endswith((".delta", ".segment")):
                return
            if item not in self._unwritten:
                self._unheard = max(0, self._unheard - 1)
            self._unwritten.discard(item)
        elif kind == "error":
            code = str((event.get("error") or {}).get("code"))
            if code.startswith("input_audio_buffer_commit"):
                self._unheard = max(0, self._unheard - 1)

    def _note(self, event: Any) -> None:
        """The models of the session, as far as its events name them."""
        session = event.get("session") if isinstance(event, dict) else None
        for name in ("audio", "input", "transcription"):
            if not isinstance(session, dict):
                return
            self.model = session.get("model", self.model) if name == "audio" else self.model
            session = session.get(name)
        if isinstance(session, dict):
            self.transcriber = session.get("model", self.transcriber)


_priced: set[tuple[str, str]] = set()  # (mode, response id): what this process has counted
# Background responses that this process began -> their options, by id: an answer does not repeat them.
_begun: dict[str, Mapping[str, Any]] = {}


class Meter:
    """The ledger as one client uses it. In replay a ledger that cannot be used is only warned of;
    elsewhere it raises LedgerError, because no spend limit holds without it. It is asked for again
    with each call: what was locked may be free by then, and OAIWORKBOOK_LEDGER may name another."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self._opened: Ledger | None = None
        try:
            self._opened = default_ledger()
        except LedgerError as error:
            if mode != "replay":
                raise
            _warn(f"The calls of this notebook are not logged. {error}")

    @property
    def _ledger(self) -> Ledger | None:
        if self._opened is None:
            with contextlib.suppress(WorkbookError):
                self._opened = default_ledger()
        return self._opened

    def reserve(self, call: Call, asked: Asked) -> int | None:
        """The row that holds the reservation, or None where no budget applies.

        Raises SpendLimitExceeded for a call that may not fit, and for one whose price is unknown
        unless that is allowed: it is held as 0 then.
        """
        budgets = active_budgets(self.mode)
        ledger = self._ledger if budgets else None
        if ledger is None:
            return None
        call.model = (asked.form or {}).get("model")
        bound = upper_bound(
            asked.method,
            asked.path,
            asked.form,
            datetime.now(UTC),
            raw_length=asked.size,
            host=asked.host,
            earlier=earlier_tokens(asked.form or {}),
        )
        words: dict[str, Any] = {"smaller": bound.smaller, "missing": bound.missing}
        if bound.usd is None and not needs_no_allowance(asked, call.lesson):
            refuse_unknown(self.mode, _names(call, asked), bound.note, **words)
        row = ledger.open(call, bound.usd or Decimal(0), budgets, assumed=bound.note, **words)
        write_late()
        return row

    def log_local(self, row: int | None, call: Call) -> None:
        """Log a call that a model on this machine has answered. Never raises, as `add`."""
        ledger = self._ledger
        if ledger is not None:
            _write(_Ended(ledger, row, call, again=False, free=True))

    def add(
        self, row: int | None, call: Call, asked: Asked, parsed: Any, recorded_at: datetime | None
    ) -> None:
        """Log a finished call. Never raises: its answer is there, and may have been paid for.

        Whatever goes wrong is a warning, and the cost is unknown. A call that comes with its cost is
        logged with that. `parsed`: the JSON body, or the data of each event of a stream.
        """
        again = own = False
        try:
            again = endpoint(asked.method, asked.path).again
            if call.cost_usd is None and (parsed is not None or not call.price_note):
                _price(call, asked, parsed, recorded_at or datetime.now(UTC), held=row is not None)
                # Asked for a model of OpenAI's, a local server answers with the one it has: no bill.
                own = call.cost_usd is None and is_own_model(call.model, asked.host)
            else:
                call.model = (asked.form or {}).get("model")
        except Exception as error:
            call.cost_usd, call.price_note = None, "its usage cannot be read"
            _warn(f"What this call cost cannot be read: {type(error).__name__}: {error}")
        ledger = self._ledger
        if ledger is not None:
            _write(_Ended(ledger, row, call, again, own))


def _names(call: Call, asked: Asked) -> list[str]:
    """What allows a call of unknown price: of a text the model, of anything else the endpoint first."""
    model = call.model if isinstance(call.model, str) else ""
    models = list(dict.fromkeys(filter(None, (model, undated(model)))))
    text = endpoint(asked.method, asked.path).bound == "text"
    return [*models, call.endpoint] if text else [call.endpoint, *models]


class _Ended(NamedTuple):
    """A call that is to be written. `again`: it can be a repeat; `free`: nothing is held for it."""

    ledger: Ledger
    row: int | None
    call: Call
    again: bool
    free: bool


_late: list[_Ended] = []
_writing = threading.Lock()


def _write(ended: _Ended) -> None:
    try:
        _settle(ended)
    except Exception as error:
        _late.append(ended)
        _warn(f"This call is not in the cost log yet. {error}")
    else:
        write_late()


def _settle(ended: _Ended) -> None:
    ledger, row, call, again, free = ended
    for attempt in (call, None):
        try:
            if row is None:
                ledger.add(attempt or storable(call), repeat=again)
            else:
                ledger.settle(row, attempt or storable(call), repeat=again, free=free)
            return
        except Exception as error:
            # A file that is locked or full is so for any call; else it is this one's values.
            if attempt is None or _is_of_the_file(error):
                raise


def _is_of_the_file(error: Exception) -> bool:
    return isinstance(error.__cause__, sqlite3.OperationalError)


@atexit.register
def write_late() -> None:
    """Write what could not be written when it ended, if it can be by now."""
    if not _late or not _writing.acquire(blocking=False):
        return  # another thread is at it
    try:
        for each in list(_late):
            try:
                _settle(each)
                _late.remove(each)
            except Exception as error:
                if _is_of_the_file(error):
                    break  # the others would fail as well, each after a wait
    finally:
        _writing.release()


def _after_fork() -> None:
    global _writing
    _late.clear()  # the parent writes them
    _writing = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _warn(text: str) -> None:
    with contextlib.suppress(Warning):  # raised where a filter makes errors of warnings
        warnings.warn(text, stacklevel=4)


def _price(call: Call, asked: Asked, parsed: Any, at: datetime, *, held: bool) -> None:
    """`held`: a limit has reserved for this call."""
    form = _form_with_window(asked.form, parsed)
    usage = read_usage(asked.method, asked.path, form, parsed, host=asked.host)
    if usage is None:
        if held and (begun := begun_response(asked.method, asked.path, parsed)):
            # The reservation lasts until a poll, which has the same id, says what it cost.
            call.response_id, call.price_note = begun, "billed when it has ended"
        else:
            call.cost_usd, call.price_note = Decimal(0), "not billed by itself"
        return
    meter(call, usage, at)
    if call.mode in REAL_MODES or not usage.response_id:
        return  # the ledger sees to repeats; of a simulation it counts a call when it is run again
    if endpoint(asked.method, asked.path).again and (call.mode, usage.response_id) in _priced:
        counted_before(call)
    elif call.cost_usd is not None:
        _priced.add((call.mode, usage.response_id))


def _form_with_window(form: Mapping[str, Any] | None, parsed: Any) -> Mapping[str, Any] | None:
    """The form; for a background response that is fetched, what it was begun with, where known."""
    if not isinstance(parsed, Mapping) or not parsed.get("background"):
        return form
    name = str(parsed.get("id"))
    if form:
        _begun[name] = {"background_options": form.get("background_options")}
        while len(_begun) > _REMEMBERED:
            del _begun[next(iter(_begun))]
    return form or _begun.get(name)


def meter(call: Call, usage: Usage, at: datetime) -> None:
    """Fill in the call's tokens and its cost at the prices of `at`."""
    from .prices import price

    call.model, call.service_tier = usage.model, usage.service_tier
    call.response_id, call.usage = usage.response_id, usage.raw
    for field, quantity in _TOKENS.items():
        count = usage.quantities.get(quantity)
        setattr(call, field, None if count is None else int(count))
    priced = price(usage, at)
    call.cost_usd, call.price_note = priced.usd, priced.note


_TOKENS = {
    "input_tokens": "input_tokens",
    "cached_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "output_tokens": "output_tokens",
    "reasoning_tokens": "output_reasoning_tokens",
}
