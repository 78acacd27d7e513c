"""Record mode for WebSockets: a session passes through a server on this machine, which notes it.

So nothing in the SDK is patched, and a recording is made of what really went over the wire. The file
is written when the session ends, also when it breaks; a kernel that is killed leaves none.
"""

import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.frames import CloseCode
from websockets.protocol import State
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection

from .. import settings
from ..errors import RecordingError, WorkbookError
from ..money.meter import SessionMeter
from ..money.prices import rates
from ..practice.answers import error_answer
from ..practice.loopback import Reply, Served
from ..practice.sessions import canonical_event, session_request, settled
from ..practice.websocket import Opened, parsed, refuse
from ..recordings.file import Answer, Frame
from ..recordings.wire import PRACTICE, kept_headers
from .exchange import ClientState

if TYPE_CHECKING:
    from httpx2 import URL

QUIET = 0.4  # seconds without an event after which a session that the client has left is over
LONGEST = 30.0  # seconds to wait for that
_OWN = frozenset({"host", "connection", "upgrade", "content-length"})  # of each connection


class Relay:
    """Opens sessions at the server of `base` (ws or wss), and records them for `state`.

    Also where only what is missing is recorded: whether a session is recorded is known at its end.
    """

    def __init__(self, base: "URL", state: ClientState) -> None:
        self.base, self.state = base, state
        rates("", datetime.now(UTC))  # loads the price data: not in the middle of a session

    def __call__(self, served: Served, target: str) -> Reply | Opened:
        self.state.drain()
        headers = {
            name: value
            for name, value in served.headers.items()
            if name not in _OWN and not name.startswith("sec-websocket-")
        }
        try:
            upstream = connect(
                f"{self.base.scheme}://{self.base.netloc.decode('ascii')}{target}",
                additional_headers=headers,
                user_agent_header=None,
                compression=None,
                max_size=None,
            )
        except InvalidStatus as error:
            return _refusal(error)
        except (OSError, InvalidHandshake, TimeoutError) as error:
            message = f"{self.base.host} cannot be reached: {error}"
            answer = error_answer(502, message, type="server_error", code="not_reached")
            return Reply(Answer.model_validate(answer), "authored")
        source = upstream.response.headers.get(PRACTICE) if upstream.response else None
        session = RelayedSession(self, served, upstream, source)
        return Opened(session.talk, {PRACTICE: source} if source else {})

    def end(self) -> None:
        """The program ends, and so do the sessions that it has left open."""
        for session in list(self.state.sessions):
            session.end()


def _refusal(error: InvalidStatus) -> Reply:
    """The API's own answer to a request for a session, such as a 401. It is not recorded."""
    response = error.response
    headers = kept_headers(dict(response.headers.raw_items()))
    fields = {"status": response.status_code, "headers": headers}
    text = (response.body or b"").decode(errors="replace")
    return Reply(Answer.model_validate({**fields, "text": text}), "live")


class RelayedSession:
    """One session on its way through: what was said, by whom and when."""

    def __init__(
        self, relay: Relay, served: Served, upstream: ClientConnection, source: str | None
    ) -> None:
        self.state, self.host = relay.state, relay.base.netloc.decode("ascii")
        self.served, self.upstream, self.source = served, upstream, source
        self.lesson = settings.lesson() or "unsorted"
        self.meter = SessionMeter("record", served.asked.query)
        self.frames: list[Frame] = []
        self.started = time.monotonic()
        self.left: float | None = None  # when the client went
        self.cut = False
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._connection: ServerConnection | None = None

    def talk(self, connection: ServerConnection) -> None:
        self._connection = connection
        self.state.sessions.add(self)
        down = threading.Thread(target=self._down, args=(connection,), daemon=True)
        down.start()
        try:
            self._up(connection)
        finally:
            self.left = time.monotonic()
            down.join()
            self.meter.ended()
            self._write()
            self.state.sessions.discard(self)
            self.over.set()

    def drain(self) -> None:
        """Wait until a session that the client has left is written."""
        if self._connection is not None and self._connection.protocol.state is not State.OPEN:
            self.over.wait(LONGEST)

    def end(self) -> None:
        """Close the session, and wait until it is written."""
        if self._connection is not None:
            self._connection.close(CloseCode.GOING_AWAY)
            self.over.wait(LONGEST)

    def _up(self, connection: ServerConnection) -> None:
        event = None
        try:
            for message in connection:
                event = parsed(message)
                self.meter.sent(event)
                self._note(">", canonical_event(event))
                self.upstream.send(message)
        except WorkbookError as error:
            refuse(connection, error, event)
        except ConnectionClosed:
            pass  # the client broke off, or the API hung up

    def _down(self, connection: ServerConnection) -> None:
        try:
            while self.left is None or time.monotonic() < self.left + LONGEST:
                try:
                    message = self.upstream.recv(timeout=QUIET)
                except TimeoutError:
                    if self.left is not None:
                        break
                    continue
                event = parsed(message)
                self._note("<", event)
                self.meter.received(event)
                with suppress(ConnectionClosed):
                    connection.send(message)
        except ConnectionClosed as error:
            self.cut = self.left is None
            code = error.rcvd.code if error.rcvd else CloseCode.INTERNAL_ERROR
            connection.close(code, error.rcvd.reason if error.rcvd else "the connection broke")
        finally:
            self.upstream.close()

    def _note(self, direction: Any, event: Any) -> None:
        with self._lock:
            ms = round((time.monotonic() - self.started) * 1000)
            self.frames.append((direction, ms, event))

    def _write(self) -> None:
        frames = settled(self.frames)
        sent = [data for direction, _, data in frames if direction == ">"]
        asked = session_request(self.served.asked.path, self.served.asked.query, sent)
        asked = replace(asked, body=None)  # its key holds it, and the frames say it
        library, since = self.state.library, self.state.keep_since
        path = library.start(asked, self.lesson)
        if since is not None and path.exists() and path.stat().st_mtime >= since:
            return
        cut = {"cut": True} if self.cut else {}
        answer = Answer.model_validate({"status": 101, "headers": {}, "frames": frames, **cut})
        if self.state.keeps(path, answer):
            return
        try:
            self.state.store(
                path,
                asked,
                answer,
                b"",
                source=self.source,
                host=self.host,
                authorization=self.served.headers.get("authorization", ""),
            )
        except RecordingError as error:
            library.not_recorded("session", error)
