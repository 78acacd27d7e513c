"""Exercises of lesson 14, Realtime."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

from ..exercises.judge import Exercise, Wrong
from ..exercises.phone import MODEL, Closed, Line, created, done
from ..exercises.probe import expect

QUESTION = "How warm is the small pool?"
TEXT = "The small pool has 31 degrees."
WORDS = "It is open until nine."
PIECES = [b"\x01\x00" * 1_920, b"\x02\x00" * 1_920, b"\x03\x00" * 960]
SOUND = [b"\x05\x00" * 300, b"\x06\x00" * 200]


def _script(*replies: dict[str, Any]) -> Callable[[Any], Iterator[dict[str, Any]]]:
    """Says `replies` to `response.create`. An empty one ends the session.

    What else the client sends is confirmed, as the API does: a program may wait for that.
    """

    def script(heard: Any) -> Iterator[dict[str, Any]]:
        if heard is None:
            yield created()
            return
        match heard.get("type"):
            case "session.update":
                yield _event("session.updated", session=heard.get("session"))
            case "conversation.item.create":
                item = {"id": "item_1", "status": "completed"} | (heard.get("item") or {})
                yield _event("conversation.item.added", previous_item_id=None, item=item)
                yield _event("conversation.item.done", previous_item_id=None, item=item)
            case "input_audio_buffer.commit":
                yield _event(
                    "input_audio_buffer.committed", previous_item_id=None, item_id="item_1"
                )
            case "response.create":
                for reply in replies:
                    if not reply:
                        raise Closed
                    yield reply

    return script


def _event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "event_id": "event_5", **fields}


def _written(text: str, status: str = "completed") -> list[dict[str, Any]]:
    """An answer in writing: in pieces, then whole, then in the last event."""
    return [
        _event("response.output_text.delta", delta=text[:9]),
        _event("response.output_text.delta", delta=text[9:]),
        _event("response.output_text.done", text=text),
        done([{"type": "output_text", "text": text}], status),
    ]


def _spoken(words: str, sound: list[bytes]) -> list[dict[str, Any]]:
    return [
        _event("response.output_audio_transcript.delta", delta=words),
        *(_event("response.output_audio.delta", delta=_base64(piece)) for piece in sound),
        _event("response.output_audio.done"),
        _event("response.output_audio_transcript.done", transcript=words),
        done([{"type": "output_audio", "transcript": words}]),
    ]


def _types(line: Line) -> list[str]:
    return [str(event.get("type")) for event in line.sent]


def _settings(line: Line) -> dict[str, Any]:
    """What the client's events of settings say together, those of `response.create` last."""
    found: dict[str, Any] = {}
    for event in line.sent:
        found |= event.get("session") or {}
        if event["type"] == "response.create":
            found |= event.get("response") or {}
    return found


def _asked(line: Line, question: str) -> None:
    expect(line.models[0] == MODEL, f"the session is one of {line.models[0]!r}")
    items = [event["item"] for event in line.sent if event["type"] == "conversation.item.create"]
    expect(items, "no message was put into the conversation")
    parts = items[-1].get("content") or [{}]
    expect(items[-1].get("role") == "user", f"the message has the role {items[-1].get('role')!r}")
    expect(parts[0].get("text") == question, "the message is not the question that was given")
    expect(
        parts[0].get("type") == "input_text",
        f"the part of the message is of type {parts[0].get('type')!r}",
    )
    types = _types(line)
    expect(
        types.index("conversation.item.create") < types.index("response.create"),
        "the answer was asked for before the question was there",
    )


def ask(answer: Callable[..., Any]) -> str:
    for question, text in ((QUESTION, TEXT), ("And the large one?", "It has 24 degrees.")):
        with Line(_script(*_written(text))) as line:
            found = line.run(answer, question)
        _asked(line, question)
        modalities = _settings(line).get("output_modalities")
        expect(modalities == ["text"], "the answer would have been spoken: nobody asked for text")
        expect(found == text, f"the answer was {text!r}, and it returned {found!r}")
    return "The last event holds the whole text; the deltas only come earlier."


def push_to_talk(answer: Callable[..., Any]) -> str:
    with Line(_script(*_spoken(WORDS, SOUND))) as line:
        found = line.run(answer, list(PIECES))
    types = _types(line)
    detection = _detection(line)
    expect(detection is None, f"turn detection is {detection!r} while the sound comes in")
    sent = [event["audio"] for event in line.sent if event["type"] == "input_audio_buffer.append"]
    expect(len(sent) == len(PIECES), f"{len(sent)} pieces were sent, and {len(PIECES)} were given")
    try:
        arrived = [base64.b64decode(piece, validate=True) for piece in sent]
    except ValueError:
        raise Wrong("a piece is not base64") from None
    expect(arrived == PIECES, "the pieces that arrived are not those that were given")
    commits = [n for n, kind in enumerate(types) if kind == "input_audio_buffer.commit"]
    expect(len(commits) == 1, f"the sound was committed {len(commits)} times")
    appends = [n for n, kind in enumerate(types) if kind == "input_audio_buffer.append"]
    expect(
        appends[-1] < commits[0] < types.index("response.create"),
        f"the order of the events is {', '.join(types)}",
    )
    expect(
        isinstance(found, tuple | list) and len(found) == 2,
        f"it returned {type(found).__name__}, not a transcript and the sound",
    )
    words, sound = found
    expect(words == WORDS, f"the transcript is {WORDS!r}, and it returned {words!r}")
    expect(isinstance(sound, bytes), f"the sound is {type(sound).__name__}, not bytes")
    expect(sound == b"".join(SOUND), "the sound is not what the deltas hold together")
    return "The server heard nothing end: your program said so."


def _detection(line: Line) -> Any:
    """Turn detection as it is set when the first sound is sent."""
    found: Any = "on (you did not switch it off)"
    for event in line.sent:
        if event["type"] == "input_audio_buffer.append":
            return found
        heard = ((event.get("session") or {}).get("audio") or {}).get("input") or {}
        found = heard.get("turn_detection", found)
    raise Wrong("no sound was sent")


def _base64(sound: bytes) -> str:
    return base64.b64encode(sound).decode()


def safe(answer: Callable[..., Any]) -> str:
    with Line(_script(*_written(TEXT))) as line:
        found = line.run(answer, QUESTION)
    _asked(line, QUESTION)
    expect(found == TEXT, f"when all is well it returned {found!r}, not {TEXT!r}")
    code = "conversation_already_has_active_response"
    error = {"type": "invalid_request_error", "code": code, "message": "Wait.", "param": None}
    refused = {"type": "error", "event_id": "event_7", "error": error | {"event_id": None}}
    _raises(answer, "an error event", code, refused)
    _raises(answer, "an answer that failed", "failed", done([], "failed"))
    cut = _written("The small", "incomplete")
    _raises(answer, "an answer that was cut short", "incomplete", *cut)
    _raises(answer, "a session that ended before the answer", "", {})
    return "Nothing of this raises by itself. What still can: a line that breaks."


def _raises(answer: Callable[..., Any], when: str, word: str, *replies: dict[str, Any]) -> None:
    with Line(_script(*replies)) as line:
        try:
            found = line.run(answer, QUESTION)
        except RuntimeError as error:
            expect(word in str(error), f"after {when} the text of the error lacks {word!r}")
            return
        except Wrong:
            raise Wrong(f"after {when} your code waited on") from None
    raise Wrong(f"after {when} it returned {found!r}")


EXERCISES = [
    Exercise(
        id="14-1",
        check=ask,
        hints=(
            "Where the lesson greets a caller, all three events are there.",
            '`response={"output_modalities": ["text"]}` asks for writing.',
            "Leave the loop at `response.done`: the text is in `output[0].content[0].text`.",
        ),
        reference='''
def ask(client, question):
    """The written answer of gpt-realtime-2.1-mini to `question`."""
    content = [{"type": "input_text", "text": question}]
    item = {"type": "message", "role": "user", "content": content}
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as connection:
        connection.conversation.item.create(item=item)
        connection.response.create(response={"output_modalities": ["text"]})
        for event in connection:
            if event.type == "response.done":
                return event.response.output[0].content[0].text
''',
    ),
    Exercise(
        id="14-2",
        check=push_to_talk,
        hints=(
            "The lesson's second voice session does this with one piece.",
            '`"audio": {"input": {"turn_detection": None}}` belongs into `session.update`.',
            "`base64.b64encode(piece).decode()` on the way in, `b64decode` for each audio delta.",
        ),
        reference="""
def push_to_talk(client, pieces):
    import base64

    session = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
    sound = b""
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as connection:
        connection.session.update(session=session)
        for piece in pieces:
            connection.input_audio_buffer.append(audio=base64.b64encode(piece).decode())
        connection.input_audio_buffer.commit()
        connection.response.create()
        for event in connection:
            if event.type == "response.output_audio.delta":
                sound += base64.b64decode(event.delta)
            elif event.type == "response.done":
                return event.response.output[0].content[0].transcript, sound
""",
    ),
    Exercise(
        id="14-3",
        check=safe,
        hints=(
            "Three ways out of the loop raise; one returns.",
            "An event of type `error` has `event.error.code`; an answer, `event.response.status`.",
            "What stands after the loop runs only if the session ended before the answer.",
        ),
        reference="""
def safe(client, question):
    content = [{"type": "input_text", "text": question}]
    item = {"type": "message", "role": "user", "content": content}
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as connection:
        connection.conversation.item.create(item=item)
        connection.response.create(response={"output_modalities": ["text"]})
        for event in connection:
            if event.type == "error":
                raise RuntimeError(event.error.code)
            if event.type == "response.done":
                if event.response.status != "completed":
                    raise RuntimeError(event.response.status)
                return event.response.output[0].content[0].text
    raise RuntimeError("the session ended before the answer")
""",
    ),
]
