"""Recorded WebSocket sessions: which one a client is in, and what its events cost.

A session has no request body, so it is found by what the client sends. Every recording of the same
address is a candidate at first; each event of the client leaves those in which the client said the
same at this place. Where none is left, the event is refused: an edited turn never gets another
turn's answer. Only `event_id`, which the client makes up, does not count. What the server says
before the client's first event comes from the first candidate.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from websockets.sync.server import ServerConnection

from .. import settings
from ..recordings.file import Answer, Frame, as_json
from ..recordings.library import Library
from ..recordings.requests import CanonicalRequest, canonical_parts
from ..recordings.wire import PRACTICE
from .loopback import Served
from .websocket import HangUp, Opened, play

# The event with which the server ends its reply to an event, where every such event gets one.
_REPLIES = {
    "session.update": "session.updated",
    "conversation.item.create": "conversation.item.done",
    "conversation.item.delete": "conversation.item.deleted",
    "conversation.item.truncate": "conversation.item.truncated",
    "conversation.item.retrieve": "conversation.item.retrieved",
    "input_audio_buffer.commit": "input_audio_buffer.committed",
    "input_audio_buffer.clear": "input_audio_buffer.cleared",
    "response.create": "response.created",
}
_TRANSCRIPT = "conversation.item.input_audio_transcription"
# Where nothing is answered, a turn ends with its transcript.
_REPLIES_IN_WRITING = _REPLIES | {"input_audio_buffer.commit": f"{_TRANSCRIPT}.completed"}


def canonical_event(event: Any) -> Any:
    """What counts of a client's event, and is stored: long base64 text as its digest."""
    if isinstance(event, dict):
        event = {name: value for name, value in event.items() if name != "event_id"}
    content = as_json(event).encode()
    return canonical_parts("WS", "", "", "application/json", content).body


def session_request(path: str, query: str, sent: list[Any]) -> CanonicalRequest:
    """The request that a session is stored under. The key holds what the client sent."""
    content = as_json(sent).encode()
    asked = canonical_parts("WS", path, query, "application/json", content)
    return CanonicalRequest("WS", path, asked.query, sent, asked.key)


def settled(frames: list[Frame]) -> list[Frame]:
    """Each event of the client placed after the reply to the one before it.

    A client that does not wait sends its next event while the reply is still coming: chance decides
    which is noted first. In this order the recording is always the same, and replays to a client
    that waits as well.
    """
    order = list(frames)
    heard = next((at for at, frame in enumerate(order) if frame[0] == "<"), 0)
    if heard and _is(order[heard], "session.created"):
        # The greeting of a session answers nothing: it comes whatever the client has sent by then.
        order.insert(0, order.pop(heard))
    for at in range(len(order)):
        _told_at_the_end(order, at)
    replies = _REPLIES_IN_WRITING if any(map(_only_writes, order)) else _REPLIES
    for at in range(len(order)):
        direction, _, data = order[at]
        reply = replies.get(data.get("type", "")) if isinstance(data, dict) else None
        if direction != ">" or reply is None:
            continue
        ends = (i for i in range(at + 1, len(order)) if _is_reply(order[i], reply))
        end = next(ends, at) + 1
        said = order[at + 1 : end]
        order[at + 1 : end] = sorted(said, key=lambda frame: frame[0] == ">")
    for before, after in pairwise(range(len(order))):
        direction, ms, data = order[after]
        order[after] = (direction, max(ms, order[before][1]), data)
    return order


def _told_at_the_end(order: list[Frame], at: int) -> None:
    """Limits are told right after a response, to a client that may be sending already."""
    if not _is(order[at], "rate_limits.updated"):
        return
    after = at
    while after and order[after - 1][0] == ">":
        after -= 1
    if after and _is(order[after - 1], "response.done"):
        order.insert(after, order.pop(at))


def _is(frame: Frame, kind: str) -> bool:
    direction, _, data = frame
    return direction == "<" and isinstance(data, dict) and data.get("type") == kind


def _is_reply(frame: Frame, reply: str) -> bool:
    failed = reply.startswith(_TRANSCRIPT) and _is(frame, f"{_TRANSCRIPT}.failed")
    return failed or _is(frame, reply) or _is(frame, "error")


def _only_writes(frame: Frame) -> bool:
    """Whether this says that the session is one of transcription."""
    session = frame[2].get("session") if _is(frame, "session.created") else None
    return isinstance(session, dict) and session.get("type") == "transcription"


class Meter(Protocol):
    """Counts what a session uses, event by event; `sent` may raise SpendLimitExceeded."""

    def sent(self, event: Any) -> None: ...

    def received(self, event: Any, *, at: datetime, recording: str) -> None: ...

    def ended(self) -> None: ...


class Recorded:
    """Opens recorded sessions at a practice server. `meter`: makes one for the query of an address."""

    def __init__(
        self,
        library: Library,
        lesson: str | None = None,
        meter: Callable[[str], Meter] | None = None,
    ):
        self.library, self.lesson, self.meter = library, lesson, meter

    def __call__(self, served: Served, target: str) -> Opened:
        session = RecordedSession(self, served.asked.path, served.asked.query)
        return Opened(session.talk, {PRACTICE: session.written})


class RecordedSession:
    """One client's way through the recorded sessions of one address."""

    def __init__(self, opened: Recorded, path: str, query: str) -> None:
        self.library, self.path, self.query = opened.library, path, query
        self.lesson = opened.lesson or settings.lesson()
        self.sent: list[Any] = []
        self.candidates = self._recorded() or self._recorded(fresh=True)
        self.taken: dict[Path, Answer] = {}
        self.meter = opened.meter(query) if opened.meter else None

    @property
    def written(self) -> str:
        first = self.candidates[:1]
        return self.library.read(first[0]).provenance.source if first else "authored"

    def talk(self, connection: ServerConnection) -> None:
        try:
            play(self.reply, connection)
        finally:
            if self.meter:
                self.meter.ended()
            silent = [path for path in self.candidates if not self.library.read(path).sent]
            if silent and not self.sent:
                self.library.take(silent[0])  # a client that only listened was in this one

    def reply(self, event: Any) -> Iterator[tuple[float, Any]]:
        if event is not None:
            if self.meter:
                self.meter.sent(event)
            self.sent.append(canonical_event(event))
            self.candidates = self._fitting(self.candidates)
        if not self.candidates:
            self.candidates = self._recorded(fresh=True)
        if not self.candidates:
            asked = session_request(self.path, self.query, self.sent)
            raise self.library.miss(asked, self.lesson)
        yield from self._said(self.candidates[0])

    def _recorded(self, *, fresh: bool = False) -> list[Path]:
        found = self.library.sessions(self.path, self.query, self.lesson, fresh=fresh)
        return self._fitting(found)

    def _fitting(self, paths: list[Path]) -> list[Path]:
        """Those in which the client has said the same so far."""
        come = len(self.sent)
        return [path for path in paths if self.library.read(path).sent[:come] == self.sent]

    def _said(self, path: Path) -> Iterator[tuple[float, Any]]:
        """The server's frames between the client's last event and its next one."""
        recording = self.library.read(path)
        if self.sent and path not in self.taken:
            self.taken[path], recording = self.library.take(path)
        answer = self.taken.get(path, recording.answers[0])
        come = before = 0
        for direction, ms, data in answer.frames or []:
            if direction == ">":
                come += 1
            elif come == len(self.sent):
                if self.meter:
                    name = self.library.name(path)
                    self.meter.received(data, at=recording.provenance.at, recording=name)
                yield (ms - before) / 1000, data
            before = ms
        if answer.cut and come == len(self.sent):
            raise HangUp
