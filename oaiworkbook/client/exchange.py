"""One request and its answer, as the workbook sees it: refuse, answer from a recording, meter, record.

Three verbs: `http.py` lets a request `begin`, asks to `find` its recorded answer, and the exchange
is `settle`d when the body has ended. It knows nothing of notebooks.
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
from typing import TYPE_CHECKING, Any, Protocol

import httpx2
import openai

from .. import settings
from ..endpoints import name_of
from ..errors import RecordingError
from ..recordings.file import Answer, Provenance
from ..recordings.library import Library, missing
from ..recordings.requests import CanonicalRequest, canonical
from ..recordings.wire import answer_of, ended, parse_body
from ..settings import Mode
from . import retries

if TYPE_CHECKING:
    from ..money.ledger import Call
    from ..money.meter import Meter
    from ..money.usage import Asked
    from ..practice.server import PracticeServer

_first_try: ContextVar[float] = ContextVar("oaiworkbook_first_try")
last_failure: ContextVar[str] = ContextVar("oaiworkbook_last_failure", default="")


class DeadlineExceeded(openai.APITimeoutError):
    """All tries of one call together took longer than the client's deadline."""

    def __init__(self, request: httpx2.Request, limit: float) -> None:
        super().__init__(request=request)
        self.message = f"Gave up after {limit:g} s: the deadline for all tries of one call."
        self.args = (self.message,)


class OpenBody(Protocol):
    """A body, or a session, that a recording still waits for."""

    def drain(self) -> None:
        """Reads it to its end."""


@dataclass
class ClientState:
    """What the exchanges of one client and its copies share."""

    mode: Mode
    library: Library
    deadline: float = retries.DEADLINE  # seconds for all tries of one call
    # Record mode: replay what is recorded since this time (seconds of the epoch), record the rest.
    keep_since: float | None = None
    open_bodies: set[OpenBody] = field(default_factory=set)
    servers: "dict[str, PracticeServer]" = field(default_factory=dict)  # of sockets.py, by address

    @cached_property
    def meter(self) -> "Meter":
        """Loaded with the first call: prices and the ledger are not needed before."""
        from ..money.meter import Meter

        return Meter(self.mode)

    def begin(self, request: httpx2.Request, *, practice: bool) -> "Exchange":
        """Before anything is sent. Raises what refuses a call: deadline, spend limit."""
        from ..money.ledger import Call  # with SQLite, which `import OpenAI` is not to wait for
        from ..money.usage import Asked

        if self.open_bodies:
            self.drain()
        started = time.monotonic()
        attempt = int(request.headers.get("x-stainless-retry-count", "0"))
        first_try = self._limit_time(request, attempt, started)
        size = _size(request)
        canonical_request = None if size is None else canonical(request)
        form = canonical_request.form() if canonical_request else None
        asked = Asked(request.method, request.url.path, form, request.url.host, size or 0)
        call = Call(
            ts=time.time(),
            mode="practice" if practice else self.mode,
            endpoint=name_of(asked.path),
            lesson=settings.lesson(),
            attempt=attempt,
        )
        row = None if practice else self.meter.reserve(call, asked)
        return Exchange(self, request, canonical_request, asked, call, row, started, first_try)

    def _limit_time(self, request: httpx2.Request, attempt: int, started: float) -> float:
        """When the first try began; no timeout of this one may reach past the deadline."""
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
        return first_try

    def store(
        self,
        path: Path,
        request: CanonicalRequest,
        answer: Answer,
        body: bytes,
        *,
        source: str | None,
        host: str,
        authorization: str,
    ) -> bool:
        """Record an answer; warn where that cannot be. `source`: what a server of ours says it is."""
        provenance = Provenance(
            source="authored" if source == "authored" else "live",
            at=datetime.now(UTC).replace(microsecond=0),
            sdk=f"openai {openai.__version__}",
            host=None if source else host,
        )
        secret = authorization.removeprefix("Bearer ")
        try:
            self.library.add(path, request, answer, provenance, body, secret=secret)
        except RecordingError as error:
            warnings.warn(f"This answer is not recorded. {error}", stacklevel=2)
            return False
        return True

    def drain(self) -> None:
        """Read to their end the bodies that a lesson left in the middle."""
        for body in list(self.open_bodies):
            body.drain()


def _size(request: httpx2.Request) -> int | None:
    """Bytes of a body that has been read; None for one that has not."""
    try:
        return len(request.content)
    except httpx2.RequestNotRead:
        return None


@dataclass(slots=True)
class Exchange:
    """`asked` is what the meter sees of the request; `canonical` is None where its body was not read."""

    state: ClientState
    request: httpx2.Request
    canonical: CanonicalRequest | None
    asked: "Asked"
    call: "Call"
    row: int | None
    started: float
    first_try: float
    recording: Path | None = None  # the file that answers, or that is to be written
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 0
    source: str | None = None
    recorded_at: datetime | None = None

    def find(self) -> Answer | None:
        """The recorded answer, or None where the request is to be sent.

        Raises RecordingNotFound in replay, where nothing is sent. In record mode it chooses the file.
        """
        state, request = self.state, self.canonical
        if self.call.mode == "practice" or request is None:
            return None
        if state.mode == "replay" or state.keep_since is not None:
            found = state.library.find(request, self.call.lesson)
            if found and state.keep_since is not None and missing(found, state.keep_since):
                found = None
            if found:
                answer, recording = state.library.take(found)
                self.recording, self.recorded_at = found, recording.provenance.at
                self.call.mode, self.call.recording = "replay", state.library.name(found)
                self.answered(answer.status, answer.headers)
                return answer
        if state.mode == "replay":
            self._give_back()
            raise state.library.miss(request, self.call.lesson)
        if state.mode == "record":
            self.recording = state.library.start(request, self.call.lesson or "unsorted")
        return None

    def _give_back(self) -> None:
        """A call that is not made holds nothing of a spend limit."""
        if self.row is not None:
            self.call.error, self.call.cost_usd = "RecordingNotFound", Decimal(0)
            self._log("error", None)

    def answered(self, status: int, headers: dict[str, str], source: str | None = None) -> None:
        """The head of the answer is there. `headers`: those that are kept."""
        self.status, self.headers, self.source = status, headers, source
        self.call.http_status = status
        self.call.request_id = headers.get("x-request-id")
        self.call.stream = "event-stream" in headers.get("content-type", "")

    def steer(self, response: httpx2.Response, body: Any) -> None:
        """Tell the SDK's loop, through response headers, what to do about a failure."""
        error = _error_of(body)
        left = self.state.deadline - (time.monotonic() - self.first_try)
        pace = settings.pace() if self.call.mode == "replay" else 1.0
        steered = retries.steer(
            self.status, response.headers, error, self.call.attempt, left=left, pace=pace
        )
        response.headers.update(steered)

    def failed(self, error: Exception) -> None:
        """No answer came: a reset, a timeout. Raises DeadlineExceeded if no time is left to try."""
        self.call.error = type(error).__name__
        last_failure.set(self.call.error)
        self.call.price_note = "no answer came; the API may have billed it"
        self._log("error", None)
        if time.monotonic() - self.first_try + 0.5 * 2.0**self.call.attempt > self.state.deadline:
            raise DeadlineExceeded(self.request, self.state.deadline) from error

    def finished(self, body: bytes, times: list[tuple[int, int]], *, whole: bool) -> Any:
        """The body has ended, or was left. `times`: `(ms, bytes so far)` a chunk.

        Returns the parsed body. Never raises: the answer is there, and may have been paid for.
        """
        content_type = self.headers.get("content-type", "")
        parsed, events = parse_body(content_type, body, times)
        if self.state.mode == "record" and self.recording is not None and not self.call.recording:
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
        self.state.meter.add(self.row, self.call, self.asked, parsed, self.recorded_at)

    def _record(
        self, parsed: Any, events: Any, body: bytes, times: list[tuple[int, int]], whole: bool
    ) -> None:
        assert self.recording is not None
        assert self.canonical is not None
        answer = answer_of(self.status, self.headers, parsed, events, body, times, whole=whole)
        stored = self.state.store(
            self.recording,
            self.canonical,
            answer,
            body,
            source=self.source,
            host=self.request.url.host,
            authorization=self.request.headers.get("authorization", ""),
        )
        if stored:
            self.call.recording = self.state.library.name(self.recording)


def _error_of(body: Any) -> Mapping[str, Any] | None:
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _label(status: int, error: Mapping[str, Any] | None) -> str:
    code, kind = (error or {}).get("code"), (error or {}).get("type")
    # Other servers give the status once more as the code.
    word = kind if str(code) == str(status) else code or kind
    return f"{status} {word}" if word else str(status)
