"""What WebSocket sessions cost: `record_usage`, and the meter of the workbook's own sessions.

Over a WebSocket there is no request to price: some events of the server say what was used.
"""

import time
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from .. import settings
from .ledger import Call, LedgerError, default_ledger
from .spending import active_budgets, meter, refuse_past_limits

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
    row = ledger.add(call, active_budgets(mode))
    return ledger.calls(since_row=row - 1)[0]


class SessionMeter:
    """Logs what the session of one of the workbook's own clients uses. `query`: of its address."""

    def __init__(self, mode: str, query: str) -> None:
        self.mode = mode
        self.model = dict(parse_qsl(query)).get("model")
        self.transcriber: str | None = None
        self._check = True
        self._asked = time.monotonic()

    def sent(self, event: Any) -> None:
        """Before an event of the client goes on. Raises SpendLimitExceeded when nothing is left."""
        self._note(event)
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
