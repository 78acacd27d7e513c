"""WebSocket sessions at the practice server: the handshake, and saying what a script says.

The `websockets` library speaks the protocol. It gets the socket of a request that `loopback.py` has
read, and the request itself once more.
"""

import json
import re
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.sync.server import ServerConnection

from .. import settings
from ..errors import WorkbookError
from ..recordings.file import as_json
from ..recordings.wire import PRACTICE

_REASON = 123  # bytes; a close frame holds no more
_GRACE = 0.2  # seconds in which a client that is about to send something can still do so

Script = Callable[[Any], Iterable[tuple[float, Any]]]
"""Called with None at the start and then with each event of the client: what the server says to it,
as `(seconds to wait first, event)`. May raise HangUp, and any WorkbookError to refuse the event."""


# By the reason that the client is given, which is all that its exception knows: for the notebook.
refusals: dict[str, WorkbookError] = {}


class HangUp(Exception):
    """The server ends the session here."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that may begin. `headers`: more of them for the answer with status 101."""

    talk: Callable[[ServerConnection], None]
    headers: dict[str, str] = field(default_factory=dict)


def scripted(script: Script, written: str = "authored") -> Opened:
    """A session in which the server follows `script`. `written`: who wrote it."""
    return Opened(partial(play, script), {PRACTICE: written})


def accept(sock: socket.socket, head: bytes, opened: Opened) -> None:
    """Shake hands over `sock`, whose request `head` has been read already, and talk to the end."""
    protocol = ServerProtocol(max_size=None)
    protocol.receive_data(head)
    request = next(event for event in protocol.events_received() if isinstance(event, Request))
    connection = ServerConnection(sock, protocol)
    # It was not there when the request came.
    connection.request = request
    connection.request_rcvd.set()

    def answer(_: ServerConnection, __: Request, response: Response) -> None:
        response.headers.update(opened.headers)

    with connection, suppress(ConnectionClosed, InvalidHandshake):
        connection.handshake(process_response=answer, server_header=None)
        opened.talk(connection)


def play(script: Script, connection: ServerConnection) -> None:
    """Say what `script` says, at today's pace, until the client leaves or is refused."""
    heard = None
    try:
        while True:
            for wait, event in script(heard):
                if pause := wait * settings.pace():
                    time.sleep(pause)
                connection.send(written(event))
            heard = parsed(connection.recv())
    except HangUp:
        connection.close(CloseCode.INTERNAL_ERROR, "the recorded session ends here")
    except WorkbookError as error:
        refuse(connection, error, heard)


def refuse(connection: ServerConnection, error: WorkbookError, heard: Any = None) -> None:
    """Tell the client what is wrong in an `error` event, and close.

    The code is none of a normal end, so that a program that looks past `error` events stops too.
    """
    code = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    body = {
        "type": "invalid_request_error",
        "code": code,
        "message": str(error),
        "param": None,
        "event_id": heard.get("event_id") if isinstance(heard, dict) else None,
    }
    connection.send(written({"type": "error", "event_id": f"event_{code}", "error": body}))
    until = time.monotonic() + _GRACE
    with suppress(TimeoutError):
        while (left := until - time.monotonic()) > 0:
            connection.recv(timeout=left)
    lines = str(error).splitlines()
    whole = f"{code}: {lines[min(1, len(lines) - 1)]}".encode(errors="replace")
    reason = whole[:_REASON].decode(errors="ignore")
    refusals[reason] = error
    connection.close(CloseCode.POLICY_VIOLATION, reason)


def parsed(message: str | bytes) -> Any:
    """The JSON of a message; a message that is none as it is, bytes as text."""
    try:
        return json.loads(message)
    except ValueError:
        return message if isinstance(message, str) else message.decode(errors="replace")


def written(event: Any) -> str:
    return as_json(event, separators=(",", ":"))
