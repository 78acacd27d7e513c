"""What checks of lessons with WebSockets need: a client whose line ends in this process.

    with Line(Talk(lambda asked: said("31 degrees.", SOUND, asked))) as line:
        result = line.run(answer, "How warm is it?")
    expect(line.sent[0]["type"] == "session.update", "the settings do not come first")

A script is given each event of the client, first None, and returns what the server says; `Talk` is
one that does so as the API does, `Scribe` one of a transcription session. Responses come over the same
line, at their own address. A slip in an event gets the API's error event, and `run` says so.
A program that sends plain requests as well gets its answers from `plain`.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from threading import Event, Thread
from time import monotonic, process_time
from typing import TYPE_CHECKING, Any, get_args

import openai

from .asked import RESPONSES, Asked
from .gate import refusal
from .judge import Wrong
from .probe import error_answer, expect

if TYPE_CHECKING:
    from websockets.sync.server import ServerConnection

    from ...practice.server import Served

PATIENCE = 2.0  # seconds without an event from the client, after which its program is stuck...
COMPUTES = 0.1  # ...unless this process has computed so many seconds in them: a machine may be slow
LONGEST = 30.0  # seconds after which even a program that computes is stuck
MODEL = "gpt-realtime-2.1-mini"
Script = Callable[[Any], Iterable[dict[str, Any]]]
Slip = Callable[[Any], tuple[str, str] | None]


class Closed(Exception):
    """Raised by a script: the server ends the session in good order."""


class Stuck(Wrong):
    """A program waits for an event that never comes."""


def waited(wait: Callable[[float], bool]) -> bool:
    """Whether `wait`, called with seconds to wait for, came true before the program was stuck."""
    end = monotonic() + LONGEST
    while monotonic() < end:
        computed = process_time()
        if wait(PATIENCE):
            return True
        if process_time() - computed < COMPUTES:
            break
    return False


def raises(
    run: Callable[[], Any], when: str, word: str = "", *, kind: type[Exception] = RuntimeError
) -> None:
    """Raises Wrong unless `run` raises a `kind` that says `word`. `when`: what came to pass."""
    try:
        found = run()
    except Stuck:
        raise Wrong(f"after {when} your code waited on") from None
    except Wrong:
        raise
    except kind as error:
        expect(word in str(error), f"after {when} the text of the error lacks {word!r}")
        return
    except Exception as error:
        what = f"`{type(error).__name__}`"
        raise Wrong(f"after {when} it stops with {what}, not with a RuntimeError") from error
    raise Wrong(f"after {when} it returned {found!r}")


class Line:
    """A server for one session after the other, and `client`, the plain SDK's.

    `plain` answers a request that opens no session; without it each such request gets a 404.
    """

    def __init__(
        self, script: Script, plain: Callable[["Served"], dict[str, Any]] | None = None
    ) -> None:
        self.script = script
        self.plain = plain
        self.sent: list[dict[str, Any]] = []
        self.models: list[str] = []
        self.queries: list[str] = []
        self.stuck = False
        self.slips: list[str] = []
        self._sessions: list[_Session] = []

    def __enter__(self) -> "Line":
        from ...client.sockets import spare_loopback
        from ...practice.server import PracticeServer, Reply, Served
        from ...practice.websocket import Opened
        from ...recordings.file import Answer

        def answered(served: Served) -> Reply:
            if self.plain is not None:
                answer = self.plain(served)
            else:
                answer = error_answer(404, "only sessions here", type="invalid_request_error")
            return Reply(Answer.model_validate(answer), "authored")

        def opened(served: Served, target: str) -> Opened:
            self.queries.append(served.asked.query)
            self.models.append(served.asked.query.removeprefix("model="))
            slip = _response_slip if served.asked.path.endswith(RESPONSES) else _slip
            self._sessions.append(_Session())
            return Opened(partial(self._talk, slip, self._sessions[-1]))

        spare_loopback()
        self._server = PracticeServer(source=answered, sessions=opened)
        self._server.__enter__()
        self.client = openai.OpenAI(api_key="sk-test", base_url=self._server.url, max_retries=0)
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__()

    def run(self, answer: Callable[..., Any], *given: Any) -> Any:
        """What the learner's function returns. Raises Wrong where it waits in vain or slips."""
        from websockets.exceptions import ConnectionClosed

        try:
            result = answer(self.client, *given)
        except ConnectionClosed:
            self._slipped()
            if not self.stuck:
                raise
            result = None
        except Exception:
            self._hear_out()
            self._slipped()
            raise
        self._hear_out()
        self._slipped()
        if not self.models:
            raise Wrong("your code opened no session through the client it was given")
        if self.stuck:
            last = self.sent[-1]["type"] if self.sent else "nothing"
            raise Stuck(f"your code waited for an event that never came; the last it sent: {last}")
        return result

    def _hear_out(self) -> None:
        """Ends what sessions are open, after all that the program sent in them has come."""
        for session in self._sessions:
            if waited(session.begun.wait) and session.connection:
                # The client's answer to a close comes after all else that it sent.
                Thread(target=session.connection.close, daemon=True).start()
                waited(session.ended.wait)

    def _slipped(self) -> None:
        if self.slips:
            raise Wrong(f"the API answers with an error event: {self.slips[0]}") from None

    def _talk(self, slip: "Slip", session: "_Session", connection: "ServerConnection") -> None:
        from websockets.exceptions import ConnectionClosed

        from ...practice.websocket import written

        session.connection = connection
        session.begun.set()
        heard = None
        try:
            while True:
                problem = self._judged(slip, heard)
                for event in [_refused(*problem)] if problem else self.script(heard):
                    connection.send(written(event))
                heard = self._next(connection)
        except TimeoutError:
            self.stuck = True
            connection.close(1011, "nothing more comes")
        except Closed:
            connection.close(1001, "the session ends here")
        except ConnectionClosed:
            # A program that leaves early may have sent more than was read until then.
            with suppress(ConnectionClosed, TimeoutError):
                while True:
                    self._judged(slip, self._next(connection))
        finally:
            session.ended.set()

    def _next(self, connection: "ServerConnection") -> Any:
        """What the client says next. Raises TimeoutError where its program is stuck."""
        from ...practice.websocket import parsed

        came: list[Any] = []

        def comes(seconds: float) -> bool:
            with suppress(TimeoutError):
                came.append(parsed(connection.recv(timeout=seconds)))
            return bool(came)

        if not waited(comes):
            raise TimeoutError
        self.sent += came
        return came[0]

    def _judged(self, slip: "Slip", heard: Any) -> tuple[str, str] | None:
        problem = slip(heard)
        if problem:
            self.slips.append(problem[1])
        return problem


@dataclass(slots=True)
class _Session:
    """`begun` is set once the server's side of it listens, `ended` when all was heard."""

    connection: "ServerConnection | None" = None
    begun: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)


class Talk:
    """A script: confirms what it hears, and answers each `response.create` with `reply(asked)`.

    `asked` are the settings of the session and, over them, those of the response. A reply may raise
    Closed.
    """

    def __init__(self, reply: Callable[[dict[str, Any]], Iterable[dict[str, Any]]]) -> None:
        self._reply = reply
        self._settings: dict[str, Any] = {}

    def __call__(self, heard: Any) -> Iterator[dict[str, Any]]:
        if heard is None:
            self._settings = {}
            yield created()
            return
        match heard["type"]:
            case "session.update":
                self._settings |= heard["session"]
                yield event("session.updated", session=heard["session"])
            case "conversation.item.create":
                item = {"id": "item_1", "status": "completed"} | heard["item"]
                yield event("conversation.item.added", previous_item_id=None, item=item)
                yield event("conversation.item.done", previous_item_id=None, item=item)
            case "input_audio_buffer.commit":
                place = {"previous_item_id": None, "item_id": "item_1"}
                yield event("input_audio_buffer.committed", **place)
            case "input_audio_buffer.clear":
                yield event("input_audio_buffer.cleared")
            case "response.create":
                yield from self._reply(self._settings | (heard.get("response") or {}))


class Scribe:
    """A script: a transcription session that writes down nothing before it has as many turns as texts.

    `order` says in which order the turns are completed; a text of None is a turn that fails.
    """

    def __init__(self, texts: Sequence[str | None], order: Sequence[int]) -> None:
        self._texts, self._order = texts, order
        self._turns = 0

    def __call__(self, heard: Any) -> Iterator[dict[str, Any]]:
        if heard is None:
            session = {"type": "transcription", "object": "realtime.transcription_session"}
            yield event("session.created", session=session | {"id": "sess_1"})
            return
        match heard["type"]:
            case "session.update":
                yield event("session.updated", session=heard["session"])
            case "input_audio_buffer.clear":
                yield event("input_audio_buffer.cleared")
            case "input_audio_buffer.commit":
                yield from self._committed()

    def _committed(self) -> Iterator[dict[str, Any]]:
        self._turns += 1
        before = f"item_{self._turns - 1}" if self._turns > 1 else None
        place = {"previous_item_id": before, "item_id": f"item_{self._turns}"}
        yield event("input_audio_buffer.committed", **place)
        if self._turns == len(self._texts):
            for number in self._order:
                yield from self._written(number)

    def _written(self, number: int) -> Iterator[dict[str, Any]]:
        kind = "conversation.item.input_audio_transcription"
        place = {"item_id": f"item_{number + 1}", "content_index": 0}
        text = self._texts[number]
        if text is None:
            error = {"type": "server_error", "code": None, "message": "No.", "param": None}
            yield event(f"{kind}.failed", **place, error=error)
            return
        for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
            yield event(f"{kind}.delta", **place, delta=piece)
        used = {"type": "duration", "seconds": 2}
        yield event(f"{kind}.completed", **place, transcript=text, usage=used)


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "event_id": "event_5", **fields}


def created() -> dict[str, Any]:
    session = {"type": "realtime", "object": "realtime.session", "id": "sess_1", "model": MODEL}
    return {"type": "session.created", "event_id": "event_1", "session": session}


def said(
    words: str, sound: Sequence[bytes], asked: dict[str, Any], status: str = "completed"
) -> Iterator[dict[str, Any]]:
    """All events of a response that says `words`: in writing, or with `sound`, as it was asked.

    The order is that of the recordings.
    """
    written = asked.get("output_modalities") == ["text"]
    part = {"type": "output_text", "text": words} if written else _spoken_part(words)
    kind = "response.output_text" if written else "response.output_audio_transcript"
    half = len(words) // 2
    item = {"id": "item_2", "type": "message", "role": "assistant"}
    place = {"response_id": "resp_1", "item_id": "item_2", "output_index": 0, "content_index": 0}
    of_item = {"response_id": "resp_1", "output_index": 0}
    yield event("response.created", response=_response([], "in_progress"))
    opened = item | {"status": "in_progress", "content": []}
    yield event("response.output_item.added", **of_item, item=opened)
    empty = {"type": "text", "text": ""} if written else {"type": "audio", "transcript": ""}
    yield event("response.content_part.added", **place, part=empty)
    for piece in (words[:half], words[half:]):
        yield event(f"{kind}.delta", **place, delta=piece)
    if not written:
        for each in sound:
            coded = base64.b64encode(each).decode()
            yield event("response.output_audio.delta", **place, delta=coded)
        yield event("response.output_audio.done", **place)
    whole = {"text": words} if written else {"transcript": words}
    yield event(f"{kind}.done", **place, **whole)
    yield event("response.content_part.done", **place, part=empty | whole)
    ended = item | {"status": status, "content": [part]}
    yield event("response.output_item.done", **of_item, item=ended)
    yield done([part], status)
    yield event("rate_limits.updated", rate_limits=[])


def _spoken_part(words: str) -> dict[str, Any]:
    return {"type": "output_audio", "transcript": words}


def done(content: list[dict[str, Any]], status: str = "completed") -> dict[str, Any]:
    """The last event of a response whose message has these parts."""
    item = {"id": "item_2", "type": "message", "role": "assistant", "status": status}
    output = [item | {"content": content}] if content else []
    return {"type": "response.done", "event_id": "event_9", "response": _response(output, status)}


def _response(output: list[dict[str, Any]], status: str) -> dict[str, Any]:
    reasons = {"cancelled": "client_cancelled", "incomplete": "max_output_tokens"}
    details = {"type": status, "reason": reasons.get(status)}
    return {
        "id": "resp_1",
        "object": "realtime.response",
        "status": status,
        "status_details": None if status in ("completed", "in_progress") else details,
        "output": output,
        "usage": None,
    }


def _refused(code: str, message: str) -> dict[str, Any]:
    error = {"type": "invalid_request_error", "code": code, "message": message}
    return event("error", error=error | {"param": None, "event_id": None})


def _slip(heard: Any) -> tuple[str, str] | None:
    """Code and sentence of the error that the API answers this event with, or None."""
    if heard is None:
        return None
    if not isinstance(heard, dict) or heard.get("type") not in _events():
        kind = heard.get("type") if isinstance(heard, dict) else heard
        return "invalid_value", f"Invalid value: '{kind}' is no type of an event."
    match heard["type"]:
        case "session.update":
            return _settings_slip(heard.get("session"), "session", required=("type",))
        case "response.create":
            return _settings_slip(heard.get("response") or {}, "response", required=())
        case "conversation.item.create":
            return _item_slip(heard.get("item"))
        case "input_audio_buffer.append" if not isinstance(heard.get("audio"), str):
            return _lacks("audio")
    return None


def _response_slip(heard: Any) -> tuple[str, str] | None:
    """The same for an event of the Responses API: its fields are those of a request."""
    if heard is None:
        return None
    kind = heard.get("type") if isinstance(heard, dict) else heard
    if kind not in ("response.create", "response.steer"):
        return "invalid_value", f"Invalid value: '{kind}' is no type of an event."
    body = {name: value for name, value in heard.items() if name not in _OF_THE_LINE}
    if kind == "response.create" and not body.get("model"):
        return _lacks("model")
    found = refusal(Asked("POST", RESPONSES, "", body, {}, None))
    error = found["json"]["error"] if found else None
    return (str(error["code"]), str(error["message"])) if error else None


_OF_THE_LINE = ("type", "stream_id", "generate")


def _settings_slip(given: Any, where: str, required: tuple[str, ...]) -> tuple[str, str] | None:
    if not isinstance(given, dict):
        return _lacks(where)
    for name in given:
        if name not in _known_settings(where):
            return "unknown_parameter", f"Unknown parameter: '{where}.{name}'."
    for name in required:
        if not given.get(name):
            return _lacks(f"{where}.{name}")
    if given.get("type", "realtime") not in ("realtime", "transcription"):
        return "invalid_value", f"Invalid value: '{given['type']}' in '{where}.type'."
    modalities = given.get("output_modalities", ["audio"])
    if modalities not in (["text"], ["audio"]):
        return "invalid_value", f"Invalid value: {modalities} in '{where}.output_modalities'."
    return None


def _item_slip(item: Any) -> tuple[str, str] | None:
    if not isinstance(item, dict):
        return _lacks("item")
    kind = item.get("type")
    if not kind:
        return _lacks("item.type")
    if kind not in _ITEMS:
        return "invalid_value", f"Invalid value: '{kind}' in 'item.type'."
    if kind != "message":
        return None
    role = item.get("role")
    if role not in _PARTS:
        return "invalid_value", f"Invalid value: '{role}' in 'item.role'."
    parts = item.get("content")
    if not isinstance(parts, list):
        return "invalid_type", "'item.content' is not a list of parts."
    for part in parts:
        named = part.get("type") if isinstance(part, dict) else None
        if named not in _PARTS[role]:
            return "invalid_value", f"Invalid value: '{named}' as the type of a part of '{role}'."
    return None


def _lacks(param: str) -> tuple[str, str]:
    return "missing_required_parameter", f"Missing required parameter: '{param}'."


_ITEMS = ("message", "function_call", "function_call_output", "mcp_approval_response")
_PARTS = {
    "user": ("input_text", "input_audio", "input_image"),
    "assistant": ("output_text", "output_audio"),
    "system": ("input_text",),
}


@cache
def _events() -> frozenset[str]:
    from openai.types.realtime import RealtimeClientEvent

    kinds = get_args(get_args(RealtimeClientEvent)[0])
    return frozenset(get_args(each.model_fields["type"].annotation)[0] for each in kinds)


@cache
def _known_settings(where: str) -> frozenset[str]:
    from openai.types.realtime import RealtimeResponseCreateParams, RealtimeSessionCreateRequest

    kind = RealtimeResponseCreateParams if where == "response" else RealtimeSessionCreateRequest
    return frozenset(kind.model_fields)
