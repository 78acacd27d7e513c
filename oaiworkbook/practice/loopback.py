"""The HTTP side of the practice server: reads a request, lets it be answered, plays the answer.

A request for a WebSocket goes on in `websocket.py`.
"""

import os
import socket
import struct
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from .. import settings
from ..errors import RecordingNotFound
from ..recordings.file import Answer
from ..recordings.nearest import to_a_program
from ..recordings.requests import CanonicalRequest, canonical_parts
from ..recordings.secrets import masked_text
from ..recordings.wire import PRACTICE
from .answers import error_answer
from .faults import Fault
from .rate_limit import RateLimits

if TYPE_CHECKING:
    from .websocket import Opened

FILES = 4096
_NO_FAULT = Fault("ok")


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


class Practice(Protocol):
    """What the HTTP side needs of a practice server."""

    limit: RateLimits | None
    replays: bool

    @property
    def source(self) -> Callable[[Served], Reply]: ...

    @property
    def sessions(self) -> "Callable[[Served, str], Reply | Opened] | None": ...

    def next_fault(self) -> Fault: ...

    def note(
        self, method: str, path: str, answered: str, form: dict[str, Any] | None = None
    ) -> None: ...


class LoopbackServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1 and nowhere else. Raises OSError if the port is taken."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, practice: Practice) -> None:
        self.practice = practice
        allow_many_files()
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of the server's."""


def allow_many_files() -> None:
    """macOS lets a program open 256 files. 200 calls at once take 400 here: both ends are ours."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            with suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


_LOGGED = 65_536  # bytes of a body that the log keeps: a server may run for days


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    _form: dict[str, Any] | None = None

    @property
    def practice(self) -> Practice:
        assert isinstance(self.server, LoopbackServer)
        return self.server.practice

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *_: object) -> None:
        pass

    def handle_any(self) -> None:
        raw = self._body()
        self._form = None  # a connection carries many requests
        path, _, query = self.path.partition("?")
        if path.startswith("http://"):  # it is asked as a proxy: answer in the server's place
            path = urlsplit(path).path
        if path == "/oaiworkbook":
            answers = "recordings" if self.practice.replays else "other answers"
            about = {"server": "oaiworkbook practice server", "answers": answers}
            self._send(Reply(Answer.model_validate({"status": 200, "json": about}), "authored"))
            return
        content_type = self.headers.get("content-type", "")
        asked = canonical_parts(self.command, path, query, content_type, raw)
        served = Served(asked, {k.lower(): v for k, v in self.headers.items()}, raw)
        self._form = served.form if len(raw) <= _LOGGED else None
        fault, extra = self.practice.next_fault(), dict[str, str]()
        if self.practice.limit and fault.kind == "ok":
            fault, extra = self.practice.limit.take(served.form, len(raw))
        self._act(fault, served, extra)

    def do_OPTIONS(self) -> None:
        """A page asks before it sends: what it may."""
        self._form = None
        self._note("204")
        self.wfile.write(self._head(204, {"content-length": "0"}))

    def do_HEAD(self) -> None:
        """The head alone, and no fault is used up by it."""
        self._form = None
        self._note("200")
        self.wfile.write(
            self._head(200, {"content-type": "application/json", "content-length": "0"})
        )

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = handle_any  # noqa: N815

    def _act(self, fault: Fault, served: Served, extra: dict[str, str]) -> None:
        if fault.kind in ("reset", "hang"):
            self._note(fault.kind)
            time.sleep(fault.seconds)
            self._break()
            return
        if fault.kind == "redirect":
            self._note("307")
            self.wfile.write(self._head(307, {"location": self.path, "content-length": "0"}))
            return
        if fault.answer is not None:
            reply = Reply(Answer.model_validate(fault.answer), "authored")
        elif self.practice.sessions and self.headers.get("upgrade", "").lower() == "websocket":
            opened = self.practice.sessions(served, self.path)
            if not isinstance(opened, Reply):
                self._talk(opened)
                return
            reply = opened
        else:
            try:
                reply = self.practice.source(served)
            except RecordingNotFound as miss:
                # Not a 404: frameworks take that for a model that does not exist.
                said = to_a_program(str(miss))
                answer = error_answer(
                    400, said, type="invalid_request_error", code="recording_not_found"
                )
                reply = Reply(Answer.model_validate(answer), "authored")
            except Exception as error:  # a mistake in a source: its author should see it
                text = f"The source of this server failed: {type(error).__name__}: {error}"
                answer = error_answer(400, text, type="invalid_request_error", code="source_failed")
                reply = Reply(Answer.model_validate(answer), "authored")
        shown = "" if fault.kind in ("ok", "answer") else f" {fault.kind}"
        self._note(f"{reply.answer.status}{shown}")
        if fault.kind == "lost":
            self._break()
            return
        if fault.kind == "same-id":
            reply = replace(reply, answer=_with_one_id(reply.answer))
        self._send(reply, fault, extra)

    def _talk(self, opened: "Opened") -> None:
        from .websocket import accept

        self._note("101")
        self.close_connection = True
        asked = f"{self.command} {self.path} {self.request_version}\r\n".encode()
        fields = b"".join(f"{k}: {v}\r\n".encode() for k, v in self.headers.items())
        accept(self.connection, asked + fields + b"\r\n", opened)

    def _note(self, answered: str) -> None:
        path = self.path.partition("?")[0]  # a query may hold a key
        self.practice.note(self.command, masked_text(path), answered, self._form)

    def _send(
        self, reply: Reply, fault: Fault = _NO_FAULT, extra: dict[str, str] | None = None
    ) -> None:
        answer, pace, kind = reply.answer, settings.pace(), fault.kind
        headers = {"content-type": "application/json", **answer.headers, **(extra or {})}
        headers[PRACTICE] = reply.written
        gzip = zlib.compressobj(wbits=31) if kind == "gzip" else None
        if gzip is not None:
            headers["content-encoding"] = "gzip"
        if answer.sse is None:
            time.sleep(answer.ms / 1000 * pace)
            [body] = answer.content(reply.folder)
            if gzip is not None:
                body = gzip.compress(body) + gzip.flush()
            headers["content-length"] = str(len(body))
            keep = len(body) // 2 if kind in ("cut", "end") else len(body)
            self._write(self._head(answer.status, headers), fault, "drip-head")
            self._write(body[:keep], fault, "drip")
            if kind in ("cut", "end"):
                self._break()
            return
        headers["transfer-encoding"] = "chunked"
        self._write(self._head(answer.status, headers), fault, "drip-head")
        keep = len(answer.sse) // 2 if kind in ("cut", "end") else len(answer.sse)
        for wait, piece in islice(answer.pieces(reply.folder, pace), keep):
            time.sleep(wait)
            if gzip is not None:
                piece = gzip.compress(piece) + gzip.flush(zlib.Z_SYNC_FLUSH)
            self._write(b"%x\r\n%s\r\n" % (len(piece), piece), fault, "drip")
        if kind == "cut" or answer.cut:
            self._break()
            return
        if gzip is not None:
            rest = gzip.flush()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(rest), rest))
        self.wfile.write(b"0\r\n\r\n")

    def _write(self, data: bytes, fault: Fault, slowly: str) -> None:
        """`data`, byte by byte where the fault is the one named `slowly`."""
        if fault.kind != slowly:
            self.wfile.write(data)
            return
        for byte in data:
            time.sleep(fault.seconds)
            self.wfile.write(bytes((byte,)))

    def _head(self, status: int, headers: dict[str, str]) -> bytes:
        self.send_response_only(status)
        for name, value in (headers | self._for_a_page()).items():
            self.send_header(name, value)
        buffered: list[bytes] = self._headers_buffer  # type: ignore[attr-defined]
        head = b"".join(buffered) + b"\r\n"
        buffered.clear()
        return head

    def _for_a_page(self) -> dict[str, str]:
        """What lets a page of this machine, and of no other, read the answer."""
        origin = self.headers.get("origin", "")
        if urlsplit(origin).hostname not in settings.LOOPBACK:
            return {}
        asked = self.headers.get("access-control-request-headers", "")
        return {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "GET, POST, DELETE, PUT, PATCH, HEAD, OPTIONS",
            "access-control-allow-headers": asked if asked.isprintable() else "",
            "access-control-expose-headers": "x-request-id, retry-after, retry-after-ms",
            "vary": "origin",
        }

    def _break(self) -> None:
        """Reset the connection, as a crash on the way would."""
        self.connection.setsockopt(
            socket.SOL_SOCKET,
            socket.SO_LINGER,
            struct.pack("hh" if os.name == "nt" else "ii", 1, 0),
        )
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


def _with_one_id(answer: Answer) -> Answer:
    """As a gateway answers that gives each response the same id."""

    def renamed(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        made = {name: renamed(part) if name == "response" else part for name, part in value.items()}
        return made | {"id": "gateway-1"} if "id" in made else made

    if answer.sse is not None:
        events = [(ms, name, renamed(data)) for ms, name, data in answer.sse]
        return answer.model_copy(update={"sse": events})
    return answer.model_copy(update={"json_": renamed(answer.json_)})
