"""One request and its answer, as the workbook sees it: refuse, answer from a recording, meter, record.

`http.py` calls `begin` before a request is sent, `answered` when the answer's head is there, and the
exchange finishes itself when the body has ended. It knows nothing of notebooks.
"""

import time
import warnings
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import openai

from .. import settings
from ..money.ledger import Call
from ..recordings.file import Answer, Provenance, RecordingError
from ..recordings.library import Library, missing
from ..recordings.requests import CanonicalRequest, canonical
from ..recordings.wire import answer_of, ended, parse_body
from ..settings import Mode
from . import retries

if TYPE_CHECKING:
    from ..money.meter import CallLog

_first_try: ContextVar[float] = ContextVar("oaiworkbook_first_try")
last_failure: ContextVar[str] = ContextVar("oaiworkbook_last_failure", default="")


class DeadlineExceeded(openai.APITimeoutError):
    """All tries of one call together took longer than the client's deadline."""

    def __init__(self, request: httpx2.Request, limit: float) -> None:
        super().__init__(request=request)
        self.message = f"Gave up after {limit:g} s: the deadline for all tries of one call."
        self.args = (self.message,)


@dataclass
class Hook:
    """What the exchanges of one client share."""

    mode: Mode
    library: Library
    deadline: float = retries.DEADLINE
    # Record mode: replay what is recorded since this time (seconds of the epoch), record the rest.
    fill: float | None = None
    unfinished: set[Any] = field(default_factory=set)  # streams that a recording still waits for
    servers: dict[str, Any] = field(default_factory=dict)  # see sockets.py

    @cached_property
    def log(self) -> "CallLog":
        """Loaded with the first call: prices and the ledger are not needed before."""
        from ..money.meter import CallLog

        return CallLog(self.mode)

    def begin(self, request: httpx2.Request, *, practice: bool) -> "Exchange":
        """Before anything is sent. Raises what refuses a call: deadline, spend limit."""
        self.finish()
        asked = canonical(request) if _readable(request) else None
        attempt = int(request.headers.get("x-stainless-retry-count", "0"))
        started = time.monotonic()
        if attempt == 0:
            _first_try.set(started)
            last_failure.set("")
        first_try = _first_try.get(started)
        left = self.deadline - (started - first_try)
        if left <= 0:
            raise DeadlineExceeded(request, self.deadline)
        timeouts = request.extensions.get("timeout", {})
        for kind, seconds in timeouts.items():
            timeouts[kind] = left if seconds is None else min(seconds, left)
        exchange = Exchange(self, request, asked, attempt, started, first_try, practice)
        exchange.reserve()
        return exchange

    def finish(self) -> None:
        """Read to their end the streams that a lesson left in the middle."""
        for stream in list(self.unfinished):
            if hasattr(stream, "drain"):
                stream.drain()


def _readable(request: httpx2.Request) -> bool:
    try:
        request.content  # noqa: B018
    except httpx2.RequestNotRead:
        return False
    return True


@dataclass(slots=True)
class Exchange:
    hook: Hook
    request: httpx2.Request
    asked: CanonicalRequest | None
    attempt: int
    started: float
    first_try: float
    practice: bool
    call: Call = field(init=False)
    row: int | None = None
    target: Path | None = None
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 0
    source: str | None = None
    recorded_at: datetime | None = None

    def __post_init__(self) -> None:
        self.call = Call(
            ts=time.time(),
            mode="practice" if self.practice else self.hook.mode,
            endpoint="",
            lesson=settings.lesson(),
            attempt=self.attempt,
        )

    @property
    def replays(self) -> bool:
        """Whether a recording answers. Finds it, and in plain replay raises the miss."""
        if self.practice or self.asked is None:
            return False
        fill = self.hook.fill
        if self.hook.mode == "replay" or fill is not None:
            self.target = self.hook.library.find(self.asked, self.call.lesson)
            if fill is not None and self.target is not None and missing(self.target, fill):
                self.target = None
            if self.target is None and self.hook.mode == "replay":
                self._give_back()
                raise self.hook.library.miss(self.asked, self.call.lesson)
        if self.hook.mode == "record" and self.target is None:
            lesson = self.call.lesson or "unsorted"
            self.target = self.hook.library.start(self.asked, lesson)
            return False
        return self.target is not None

    def _give_back(self) -> None:
        """A call that is not made holds nothing of a spend limit."""
        if self.row is not None:
            self.call.error, self.call.cost_usd = "RecordingNotFound", Decimal(0)
            self._log("error", None)

    def take(self) -> Answer:
        assert self.target is not None
        answer, recording = self.hook.library.take(self.target)
        self.recorded_at = recording.provenance.at
        self.call.mode = "replay"
        self.call.recording = self.hook.library.name(self.target)
        return answer

    def reserve(self) -> None:
        """Hold the most this call can cost in every budget it must fit. Raises SpendLimitExceeded."""
        if not self.practice:
            self.row = self.hook.log.reserve(self.call, self.request, self.asked)

    def answered(self, status: int, headers: dict[str, str], source: str | None = None) -> None:
        """The head of the answer is there. `headers`: those that are kept."""
        self.status, self.headers, self.source = status, headers, source
        self.call.http_status = status
        self.call.request_id = headers.get("x-request-id")
        self.call.stream = "event-stream" in headers.get("content-type", "")

    def steer(self, response: httpx2.Response, body: Any) -> None:
        """Tell the SDK's loop, through response headers, what to do about a failure."""
        error = _error_of(body)
        left = self.hook.deadline - (time.monotonic() - self.first_try)
        pace = settings.pace() if self.call.mode == "replay" else 1.0
        steered = retries.steer(
            self.status, response.headers, error, self.attempt, left=left, pace=pace
        )
        response.headers.update(steered)

    def failed(self, error: Exception) -> None:
        """No answer came: a reset, a timeout. Raises DeadlineExceeded if no time is left to try."""
        self.call.error = type(error).__name__
        last_failure.set(self.call.error)
        self.call.price_note = "no answer came; the API may have billed it"
        self._log("error", None)
        if time.monotonic() - self.first_try + 0.5 * 2.0**self.attempt > self.hook.deadline:
            raise DeadlineExceeded(self.request, self.hook.deadline) from error

    def finished(self, body: bytes, times: list[tuple[int, int]], *, whole: bool) -> Any:
        """The body has ended, or was left. `times`: `(ms, bytes so far)` a chunk.

        Returns the parsed body. Never raises: the answer is there, and may have been paid for.
        """
        content_type = self.headers.get("content-type", "")
        parsed, events = parse_body(content_type, body, times)
        if self.hook.mode == "record" and self.target is not None and self.call.recording is None:
            self._record(parsed, events, body, times, whole)
        self.settle(parsed if events is None else [data for _, _, data in events], whole=whole)
        return parsed

    def settle(self, parsed: Any, *, whole: bool) -> None:
        """Log what the call cost. `parsed`: the JSON body, or the data of each stream event."""
        if self.status >= 400:
            self.call.error = _label(self.status, _error_of(parsed))
            last_failure.set(self.call.error)
            self.call.cost_usd, self.call.price_note = Decimal(0), "refused: no usage"
            self._log("error", None)
            return
        if isinstance(parsed, list):
            # Some clients hang up after the last event, some servers without sending it.
            whole = ended(parsed)
        self._log("ok" if whole else "cut", parsed)

    def _log(self, status: str, parsed: Any) -> None:
        self.call.status = status
        self.call.seconds = round(time.monotonic() - self.started, 3)
        self.hook.log.add(self.row, self.call, self.request, self.asked, parsed, self.recorded_at)

    def _record(
        self, parsed: Any, events: Any, body: bytes, times: list[tuple[int, int]], whole: bool
    ) -> None:
        assert self.target is not None
        assert self.asked is not None
        answer = answer_of(self.status, self.headers, parsed, events, body, times, whole=whole)
        host = self.request.url.host
        provenance = Provenance(
            source="authored" if self.source == "authored" else "live",
            at=datetime.now(UTC).replace(microsecond=0),
            sdk=f"openai {openai.__version__}",
            host=None if self.source else host,
        )
        secret = self.request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            self.hook.library.add(self.target, self.asked, answer, provenance, body, secret=secret)
            self.call.recording = self.hook.library.name(self.target)
        except RecordingError as error:
            warnings.warn(f"This answer is not recorded. {error}", stacklevel=2)


def _error_of(body: Any) -> Mapping[str, Any] | None:
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _label(status: int, error: Mapping[str, Any] | None) -> str:
    code, kind = (error or {}).get("code"), (error or {}).get("type")
    # Other servers give the status once more as the code.
    word = kind if str(code) == str(status) else code or kind
    return f"{status} {word}" if word else str(status)
