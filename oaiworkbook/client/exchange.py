"""One request and its answer, as the workbook sees it: refuse, answer from a recording, meter, record.

Three verbs: `http.py` lets a request `begin`, asks to `find` its recorded answer, and the exchange
is `settle`d when the body has ended. It knows nothing of notebooks.
"""

import asyncio
import math
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
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
from ..endpoints import endpoint, name_of
from ..errors import RecordingError, RecordingNotFound, WorkbookError
from ..recordings.failures import error_in, error_of, failure_beside, label
from ..recordings.requests import CanonicalRequest, canonical
from ..recordings.secrets import Gate, masked_text, of_authorization
from ..recordings.wire import answer_of, ended, parse_body
from ..settings import Mode
from . import retries

if TYPE_CHECKING:
    from ..money.ledger import Call
    from ..money.meter import Meter
    from ..money.usage import Asked
    from ..practice.server import PracticeServer
    from ..recordings.file import Answer
    from ..recordings.library import Library
    from .local import LocalAnswer
    from .relay import RelayedSession

GIVEN_DEADLINE = (
    "oaiworkbook_deadline"  # of a request's extensions: seconds, None where nobody set one
)
_first_try: ContextVar[float] = ContextVar("oaiworkbook_first_try")
# What the tries of one call have recorded: the file, the answer, and what the file held before.
_recorded: ContextVar["list[tuple[Path, Answer, bytes | None]]"] = ContextVar(
    "oaiworkbook_recorded"
)
_loading = threading.Lock()
last_failure: ContextVar[str] = ContextVar("oaiworkbook_last_failure", default="")


# Raised before the first byte of a request has left this machine: nobody can have billed it.
NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.InvalidURL,
    httpx2.LocalProtocolError,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    WorkbookError,
)
_LEFT = (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError)


class DeadlineExceeded(openai.APITimeoutError):
    """All tries of one call together took longer than the client's deadline, or would have."""

    def __init__(self, request: httpx2.Request, limit: float, elapsed: float) -> None:
        super().__init__(request=request)
        self.message = (
            f"Gave up after {elapsed:.1f} s: all tries of one call have {limit:g} s, and no more fits "
            "in. For a call that takes longer, pass deadline=600 (seconds) to the client."
        )
        self.args = (self.message,)


class OpenBody(Protocol):
    """A body, or a session, that a recording still waits for."""

    def drain(self) -> None:
        """Reads it to its end."""


@dataclass
class ClientState:
    """What the exchanges of one client and its copies share."""

    mode: Mode
    recordings: Path  # their folder
    own: bool = False  # they are a project's, and no course's
    # What the client was given, and a recording must not hold.
    keys: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()
    # Record mode: replay what is recorded since this time (seconds of the epoch), record the rest.
    keep_since: float | None = None
    open_bodies: set[OpenBody] = field(default_factory=set)
    sessions: "set[RelayedSession]" = field(default_factory=set)
    servers: "dict[str, PracticeServer]" = field(default_factory=dict)  # of sockets.py, by address
    _library: "Library | None" = field(default=None, init=False, repr=False)

    @property
    def library(self) -> "Library":
        """Loaded with the first call; threads that make it together get one."""
        if self._library is None:
            with _loading:
                if self._library is None:
                    from ..recordings.library import Library

                    self._library = Library(self.recordings, flat=self.own)
        return self._library

    @cached_property
    def meter(self) -> "Meter":
        """Loaded with the first call: prices and the ledger are not needed before."""
        from ..money.meter import Meter

        return Meter(self.mode)

    def begin(self, request: httpx2.Request, *, practice: bool) -> "Exchange":
        """Before anything is sent. Raises what refuses a call: deadline, spend limit."""
        from ..money.ledger import Call  # with SQLite, which `import OpenAI` is not to wait for
        from ..money.usage import Asked

        started = time.monotonic()
        attempt = int(request.headers.get("x-stainless-retry-count", "0"))
        patience = _patience(request, attempt, started)
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
        return Exchange(self, request, canonical_request, asked, call, row, started, patience)

    def store(
        self,
        path: Path,
        request: CanonicalRequest,
        answer: "Answer",
        body: bytes,
        *,
        source: str | None,
        host: str,
        authorization: str,
    ) -> "Answer | None":
        """Record an answer, as `Library.add` does. `source`: what a server of ours says it is."""
        from ..recordings.file import Provenance

        provenance = Provenance(
            source="authored" if source == "authored" else "live",
            at=datetime.now(UTC).replace(microsecond=0),
            sdk=f"openai {openai.__version__}",
            host=None if source == "authored" else host,
        )
        sent = tuple(of_authorization(authorization))
        gate = Gate((*self.keys, *sent), (*self.passwords, *sent[1:]))
        return self.library.add(path, request, answer, provenance, body, gate=gate)

    def keeps(self, path: Path, answer: "Answer", *, whole: bool = True) -> bool:
        """Whether a failure is not to take the place of the good answers in `path`; says so.

        A run that is recorded to the side is judged when it has ended: it records everything.
        """
        present = None if settings.aside() else self.library.present(path)
        why = present and failure_beside(present.answers, answer, whole=whole)
        if not why:
            return False
        name = self.library.name(path)
        warnings.warn(
            f"{name} stays as it was, because this answer is a failure ({why}). To record it all the "
            "same, delete the file first.",
            stacklevel=2,
        )
        return True

    def drain(self) -> None:
        """Read to their end the bodies that a lesson left in the middle."""
        for body in [*self.open_bodies, *self.sessions]:
            body.drain()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long all tries of one call may take. `began`, `end`: of `time.monotonic()`."""

    seconds: float
    began: float

    @property
    def end(self) -> float:
        return self.began + self.seconds

    def exceeded(self, request: httpx2.Request) -> DeadlineExceeded:
        return DeadlineExceeded(request, self.seconds, time.monotonic() - self.began)


def _patience(request: httpx2.Request, attempt: int, started: float) -> Patience:
    """What this try has left. Raises DeadlineExceeded where that is nothing.

    A deadline that nobody has set gives way to a longer timeout that somebody has.
    """
    if attempt == 0:
        _first_try.set(started)
        _recorded.set([])
        last_failure.set("")
    seconds = request.extensions.get(GIVEN_DEADLINE)
    if seconds is None:
        read = request.extensions.get("timeout", {}).get("read", 0.0)
        seconds = math.inf if read is None else max(retries.DEADLINE, read)
    patience = Patience(seconds, _first_try.get(started))
    if patience.end <= started:
        raise patience.exceeded(request)
    return patience


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
    patience: Patience
    recording: Path | None = None  # the file that answers, or that is to be written
    headers: dict[str, str] = field(default_factory=dict)
    encoding: str = ""  # how the body is compressed
    answered_by: httpx2.URL | None = None  # another address than the request's after a redirect
    status: int = 0
    source: str | None = None
    recorded_at: datetime | None = None
    parsed: Any = None  # the JSON body
    failure: str | None = None  # what an error says that came with a good status
    local: "LocalAnswer | None" = None  # what answers on this machine, in place of a recording
    # Of this call's earlier tries. Taken from the context now: a body may end in another one.
    tries: "list[tuple[Path, Answer, bytes | None]]" = field(
        default_factory=lambda: _recorded.get([])
    )

    def find(self) -> "Answer | None":
        """The recorded answer, or None where the request is to be sent.

        Raises RecordingNotFound in replay, where nothing is sent. In record mode it chooses the file.
        """
        state, request = self.state, self.canonical
        if self.call.mode == "practice" or request is None:
            return None
        if state.mode == "replay" or state.keep_since is not None:
            found = state.library.find(request, self.call.lesson)
            if found is None and state.mode == "replay":
                # A framework adds a key of its own to each run. Record mode asks for what is sent.
                found = state.library.alike(request, self.call.lesson)
            if (
                found
                and state.keep_since is not None
                and state.library.missing(found, state.keep_since)
            ):
                found = None
            if found:
                answer, recording = state.library.take(found)
                self.recording, self.recorded_at = found, recording.provenance.at
                self.call.mode, self.call.recording = "replay", state.library.name(found)
                self.answered(answer.status, answer.headers)
                return answer
        if state.mode == "replay":
            self.local = self._asks_local() if settings.local() else None
            if self.local is None:
                raise self.missed("")
            return None
        if state.mode == "record":
            # Numbered in the order of the lesson: a session gets its number when it has gone quiet.
            for session in list(state.sessions):
                session.drain()
            self.recording = state.library.start(request, self.call.lesson or "unsorted")
        return None

    def missed(self, why_not_local: str) -> RecordingNotFound:
        """The call has ended without an answer: the error that says so.

        `why_not_local`: why no model on this machine has answered in place of a recording, if one was
        to be asked.
        """
        assert self.canonical is not None
        library, lesson = self.state.library, self.call.lesson
        miss = library.miss(self.canonical, lesson, why_not_local=why_not_local)
        self.call.mode = "replay"
        self.failed(miss)
        return miss

    def _asks_local(self) -> "LocalAnswer":
        """What answers on this machine. Raises RecordingNotFound where nothing there can."""
        from .local import NotLocal, local_answer

        try:
            return local_answer(self)
        except NotLocal as reason:
            raise self.missed(str(reason)) from None

    def settle_local(self, model: str, note: str, usage: Mapping[str, Any], *, whole: bool) -> None:
        """Log what a model on this machine has answered. Its cost is unknown, and no limit holds it."""
        call = self.call
        call.mode, call.model, call.price_note = "local", model, note
        call.input_tokens = usage.get("prompt_tokens")
        call.output_tokens = usage.get("completion_tokens")
        call.http_status, call.stream = 200, self.asked_stream
        call.status = "ok" if whole else "cut"
        call.seconds = round(time.monotonic() - self.started, 3)
        self.state.meter.log_local(self.row, call)

    @property
    def asked_stream(self) -> bool:
        """Whether the request asked for a stream of events."""
        return (self.asked.form or {}).get("stream") in (True, "true")

    def answered(self, status: int, headers: dict[str, str], source: str | None = None) -> None:
        """The head of the answer is there. `headers`: those that are kept."""
        self.status, self.headers, self.source = status, headers, source
        self.call.http_status = status
        request_id = headers.get("x-request-id")
        if request_id is not None and not request_id.startswith("req_"):
            request_id = masked_text(request_id)  # another server's may be anything
        self.call.request_id = request_id
        kind = headers.get("content-type", "").lower()
        self.call.stream = "event-stream" in kind or (self.asked_stream and "json" not in kind)

    def steer(self, response: httpx2.Response, body: Any) -> None:
        """Tell the SDK's loop, through response headers, what to do about a failure."""
        error = error_of(body)
        left = self.patience.end - time.monotonic()
        pace = settings.pace() if self.call.mode == "replay" else 1.0
        steered = retries.steer(
            self.status, response.headers, error, self.call.attempt, left=left, pace=pace
        )
        response.headers.update(steered)

    def failed(self, error: BaseException) -> None:
        """No answer came: a reset, a timeout, an interrupt.

        Only what was surely not sent costs nothing; of all else the cost is not known. Raises
        DeadlineExceeded where no time is left to try again.
        """
        self._forget_tries()
        self.call.error = type(error).__name__
        last_failure.set(self.call.error)
        if self.call.mode == "replay" or isinstance(error, NOT_SENT):
            self.call.cost_usd, self.call.price_note = Decimal(0), "not sent"
        else:
            self.call.price_note = "no answer came; the API may have billed it"
        self._log("cut" if isinstance(error, _LEFT) else "error", None)
        if isinstance(error, httpx2.TooManyRedirects):
            # The SDK would go round the same circle again.
            raise openai.APIConnectionError(
                message=masked_text(
                    f"{self.request.url} redirects in a circle. Check the base URL."
                ),
                request=self.request,
            ) from error
        again = time.monotonic() + 0.5 * 2.0**self.call.attempt
        if isinstance(error, httpx2.TransportError) and again > self.patience.end:
            raise self.patience.exceeded(self.request) from error

    def limit_time(self) -> None:
        """Before the request is sent: none of its waits may reach past the deadline."""
        from .deadline import limit

        if self.patience.end < math.inf:
            limit(self.request, self.patience.end)

    def late(self, error: BaseException) -> DeadlineExceeded | None:
        """The error to raise for one that came of the deadline, in the middle of a body."""
        timed_out = isinstance(error, httpx2.TimeoutException)
        if timed_out and time.monotonic() >= self.patience.end:
            return self.patience.exceeded(self.request)
        return None

    def finished(
        self, body: bytes, times: list[tuple[int, int]], *, whole: bool, cancelled: bool = False
    ) -> None:
        """The body has ended, or was left. `times`: `(ms, bytes so far)` a chunk, both decoded.

        Never raises: the answer is there, and may have been paid for. The half that a cancelled task
        has heard is no answer of the server's: it is not recorded.
        """
        self._forget_tries()
        content_type = self.headers.get("content-type", "")
        readable = True
        try:
            self.parsed, events = parse_body(content_type, body, times, stream=self.asked_stream)
        except (ValueError, RecursionError):  # no UTF-8; nested too deep
            readable, events = False, [] if "event-stream" in content_type.lower() else None
        records = self.state.mode == "record" and not cancelled
        if records and self.recording is not None and not self.call.recording:
            try:
                if not readable:
                    raise ValueError(f"Its {len(body):,} bytes cannot be read as {content_type}.")
                self._record(self.parsed, events, body, times, whole)
            except Exception as error:
                self.state.library.not_recorded("answer", error)
        data = self.parsed if events is None else [data for _, _, data in events]
        names = [name for _, name, _ in events or ()]
        self.settle(data, whole=whole, names=names)

    def settle(self, parsed: Any, *, whole: bool, names: Sequence[str | None] = ()) -> None:
        """Log what the call cost. `parsed`: the JSON body, or the data of each stream event.

        `names`: of the events, where they have any.
        """
        if self.status >= 400:
            self.call.error = label(self.status, error_of(parsed))
            last_failure.set(self.call.error)
            self.call.cost_usd, self.call.price_note = Decimal(0), "refused: no usage"
            self._log("error", None)
            return
        self.call.stream = self.call.stream or isinstance(parsed, list)
        billed = endpoint(self.asked.method, self.asked.path).usage
        if billed and (error := error_in(parsed, names)) is not None:
            self.failure = str(error.get("message") or error)
            self.call.error = label(self.status, error)
            self.call.price_note = (
                "an error came in place of the answer; the API may have billed it"
            )
            self._log("error", None)
            return
        if isinstance(parsed, list):
            # Some clients hang up after the last event, some servers without sending it.
            whole = ended(parsed, closed=whole)
        self._log("ok" if whole else "cut", parsed)

    def _log(self, status: str, parsed: Any) -> None:
        self.call.status = status
        self.call.seconds = round(time.monotonic() - self.started, 3)
        try:
            self.state.meter.add(self.row, self.call, self.asked, parsed, self.recorded_at)
        except Exception as error:
            # The answer is there, and may have been paid for.
            why = f"{type(error).__name__}: {error}"
            warnings.warn(f"This call is not in the cost log. {why}", stacklevel=2)

    def _record(
        self, parsed: Any, events: Any, body: bytes, times: list[tuple[int, int]], whole: bool
    ) -> None:
        assert self.recording is not None
        assert self.canonical is not None
        answer = answer_of(self.status, self.headers, parsed, events, body, times, whole=whole)
        if self.state.keeps(self.recording, answer, whole=whole):
            return
        before = self.state.library.before(self.recording)
        added = self.state.store(
            self.recording,
            self.canonical,
            answer,
            body,
            source=self.source,
            host=(self.answered_by or self.request.url).netloc.decode("ascii"),
            authorization=self.request.headers.get("authorization", ""),
        )
        self.call.recording = self.state.library.name(self.recording)
        if added is not None:
            self.tries.append((self.recording, added, before))

    def _forget_tries(self) -> None:
        """Of the tries of one call only the last is kept: replay would give its failures first."""
        while self.tries:
            path, answer, before = self.tries.pop()
            if path != self.recording:
                continue
            try:
                self.state.library.take_out(path, answer, before)
            except (OSError, RecordingError) as error:
                warnings.warn(f"A failure stays in the recording. {error}", stacklevel=2)
