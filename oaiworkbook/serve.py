"""The practice server: replays recordings on 127.0.0.1 to any client, and fails on demand.

with serve(faults=["429", "500"]) as url:
    client = OpenAI(base_url=url)
"""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from . import settings
from .errors import WorkbookError
from .exchange import PRACTICE
from .faults import Fault, error_answer, plan, rate_limited
from .recording_file import Answer
from .recordings import Library, RecordingNotFound
from .requests import CanonicalRequest, canonical_parts


class PortTaken(WorkbookError):
    """Another program listens on the port asked for."""


@dataclass(frozen=True, slots=True)
class Served:
    """A request as the practice server got it. `raw` is the body, `form` its JSON or text fields."""

    asked: CanonicalRequest
    headers: dict[str, str]
    raw: bytes

    @property
    def form(self) -> dict[str, Any]:
        return self.asked.form() or {}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, who wrote it, and the folder of its sidecar file."""

    answer: Answer
    written: str
    folder: Path = Path()


Source = Callable[[Served], Reply]


def recorded(lesson: str | None = None) -> Source:
    """A source that answers from the recordings, those of `lesson` first."""
    library = Library(settings.data_dir() / "recordings")

    def answer(served: Served) -> Reply:
        path = library.find(served.asked, lesson)
        if path is None:
            raise library.miss(served.asked, lesson)
        taken, recording = library.take(path)
        return Reply(taken, recording.provenance.source, path.parent)

    return answer


@dataclass
class RateLimit:
    """A bucket that refills at `rpm` requests a minute and holds half a second's worth, at least 1."""

    rpm: int
    _level: float = field(init=False)
    _at: float = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._level, self._at = self.burst, time.monotonic()

    @property
    def burst(self) -> float:
        return max(1.0, self.rpm / 120)

    def take(self) -> float:
        """Seconds to wait before another try; 0 if this request may pass."""
        with self._lock:
            now = time.monotonic()
            self._level = min(self.burst, self._level + (now - self._at) * self.rpm / 60)
            self._at = now
            if self._level < 1:
                return (1 - self._level) * 60 / self.rpm
            self._level -= 1
            return 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the server's log: seconds since its start, what was asked, what was answered."""

    seconds: float
    method: str
    path: str
    answered: str


class PracticeServer:
    """A context manager. `url` ends in `/v1`; `log` holds one `Seen` a request, in order."""

    def __init__(
        self,
        faults: Sequence[str] = (),
        *,
        rpm: int | None = None,
        port: int = 0,
        lesson: str | None = None,
        source: Source | None = None,
    ) -> None:
        self.source = source or recorded(lesson or settings.lesson())
        self.limit = RateLimit(rpm) if rpm else None
        self.log: list[Seen] = []
        self._faults = plan(faults)
        self._lock = threading.Lock()
        self._started = time.monotonic()
        server = self

        class Handler(_Handler):
            practice = server

        try:
            self._http = _Server(("127.0.0.1", port), Handler)
        except OSError as error:
            raise PortTaken(
                f"Port {port} on 127.0.0.1 cannot be used: {error.strerror}. Stop the other program, "
                "or choose another port; 0 takes any free one."
            ) from error
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self) -> "PracticeServer":
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def next_fault(self) -> Fault:
        with self._lock:
            return next(self._faults)

    def note(self, method: str, path: str, answered: str) -> None:
        self.log.append(Seen(time.monotonic() - self._started, method, path, answered))


@contextmanager
def serve(
    faults: Sequence[str] = (),
    *,
    rpm: int | None = None,
    port: int = 0,
    lesson: str | None = None,
) -> Iterator[str]:
    """Run a practice server and yield its base URL, such as `http://127.0.0.1:53211/v1`.

    `faults`: names of `oaiworkbook.faults.FAULTS`, one a request, in order. `rpm`: requests a minute
    that pass; more get a 429. `port`: 0 takes a free one. `lesson`: whose recordings come first.
    Raises PortTaken and UnknownFault.
    """
    with PracticeServer(faults, rpm=rpm, port=port, lesson=lesson) as server:
        yield server.url


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of the server's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    practice: PracticeServer

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *_: object) -> None:
        pass

    def handle_any(self) -> None:
        raw = self._body()
        path, _, query = self.path.partition("?")
        if path == "/oaiworkbook":
            about = {"server": "oaiworkbook practice server"}
            self._send(Reply(Answer.model_validate({"status": 200, "json": about}), "authored"))
            return
        content_type = self.headers.get("content-type", "")
        asked = canonical_parts(self.command, path, query, content_type, raw)
        served = Served(asked, {k.lower(): v for k, v in self.headers.items()}, raw)
        fault, extra = self.practice.next_fault(), {}
        if self.practice.limit and fault.kind == "ok":
            fault, extra = _limited(self.practice.limit)
        self._act(fault, served, extra)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = handle_any  # noqa: N815

    def _act(self, fault: Fault, served: Served, extra: dict[str, str]) -> None:
        if fault.kind in ("reset", "hang"):
            self._note(fault.kind)
            time.sleep(fault.seconds)
            self._break()
            return
        if fault.answer is not None:
            reply = Reply(Answer.model_validate(fault.answer), "authored")
        else:
            try:
                reply = self.practice.source(served)
            except RecordingNotFound as miss:
                answer = error_answer(
                    404, str(miss), "invalid_request_error", "recording_not_found"
                )
                reply = Reply(Answer.model_validate(answer), "authored")
        self._note(
            str(reply.answer.status) + (f" {fault.kind}" if fault.kind in ("cut", "end") else "")
        )
        self._send(reply, fault.kind, extra)

    def _note(self, answered: str) -> None:
        self.practice.note(self.command, self.path, answered)

    def _send(self, reply: Reply, kind: str = "ok", extra: dict[str, str] | None = None) -> None:
        answer, pace = reply.answer, settings.pace()
        pieces = answer.content(reply.folder)
        headers = {"content-type": "application/json", **answer.headers, **(extra or {})}
        headers[PRACTICE] = reply.written
        if answer.sse is None:
            time.sleep(answer.ms / 1000 * pace)
            headers["content-length"] = str(len(pieces[0]))
            keep = len(pieces[0]) // 2 if kind in ("cut", "end") else len(pieces[0])
            self.wfile.write(self._head(answer.status, headers) + pieces[0][:keep])
            if kind in ("cut", "end"):
                self._break()
            return
        headers["transfer-encoding"] = "chunked"
        self.wfile.write(self._head(answer.status, headers))
        keep = len(pieces) // 2 if kind in ("cut", "end") else len(pieces)
        before = 0
        for event, piece in zip(answer.sse[:keep], pieces, strict=False):
            time.sleep((event[0] - before) / 1000 * pace)
            before = event[0]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if kind == "cut" or answer.cut:
            self._break()
        else:
            self.wfile.write(b"0\r\n\r\n")

    def _head(self, status: int, headers: dict[str, str]) -> bytes:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        buffered: list[bytes] = self._headers_buffer  # type: ignore[attr-defined]
        head = b"".join(buffered) + b"\r\n"
        buffered.clear()
        return head

    def _break(self) -> None:
        """Reset the connection, as a crash on the way would."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("transfer-encoding", ""):
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("content-length", 0)))


def _limited(limit: RateLimit) -> tuple[Fault, dict[str, str]]:
    wait = limit.take()
    headers = {
        "x-ratelimit-limit-requests": str(limit.rpm),
        "x-ratelimit-remaining-requests": "0" if wait else "1",
        "x-ratelimit-reset-requests": f"{round(wait * 1000)}ms",
    }
    if not wait:
        return Fault("ok"), headers
    again = {
        "retry-after": str(max(1, round(wait))),
        "retry-after-ms": str(max(1, round(wait * 1000))),
    }
    return Fault("answer", rate_limited(headers | again, f"{wait * 1000:.0f}ms")), {}
