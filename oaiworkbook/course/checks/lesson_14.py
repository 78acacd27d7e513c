"""Exercises of lesson 14, Realtime."""

import base64
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..exercises.judge import Exercise, Wrong
from ..exercises.phone import MODEL, Closed, Line, Talk, done, event, raises, said
from ..exercises.probe import expect

Json = dict[str, Any]
QUESTION = "How warm is the small pool?"
TEXT = "The small pool has 31 degrees."
WORDS = "It is open until nine."
PIECES = [b"\x01\x00" * 1_920, b"\x02\x00" * 1_920, b"\x03\x00" * 960]
SOUND = [b"\x05\x00" * 300, b"\x06\x00" * 200]
CODE = "conversation_already_has_active_response"


def _says(text: str, sound: Iterable[bytes] = SOUND) -> Talk:
    pieces = list(sound)
    return Talk(lambda asked: said(text, pieces, asked))


def _settings(line: Line) -> Json:
    """What the client's events of settings say together, those of `response.create` last."""
    found: Json = {}
    for each in line.sent:
        found |= each.get("session") or {}
        if each["type"] == "response.create":
            found |= each.get("response") or {}
    return found


def _types(line: Line) -> list[str]:
    return [str(each.get("type")) for each in line.sent]


def _asked(line: Line, question: str) -> None:
    """The question was put as a message before the answer was asked for, in writing."""
    expect(line.models[-1] == MODEL, f"the session is one of {line.models[-1]!r}")
    items: list[Json] = []
    for each in line.sent:
        if each["type"] == "conversation.item.create":
            items.append(each["item"])
        if each["type"] == "response.create":
            # Its own `input` is read in place of the conversation.
            own = (each.get("response") or {}).get("input")
            expect(own != [], "`input` is empty, and the answer is made from it alone")
            items = items if own is None else list(own)
            break
    items = [each for each in items if each.get("role") != "system"]
    late = "conversation.item.create" in _types(line)
    expect(
        items,
        "the answer was asked for before the question was there"
        if late
        else "no message was put into the conversation",
    )
    expect(len(items) == 1, f"{len(items)} messages were sent, and one question was given")
    expect(items[0].get("role") == "user", f"the message has the role {items[0].get('role')!r}")
    text = "".join(part.get("text") or "" for part in items[0]["content"])
    expect(text == question, f"the message says {text!r}, and the question is {question!r}")
    modalities = _settings(line).get("output_modalities")
    expect(modalities == ["text"], "the answer would have been spoken: nobody asked for text")


def ask(answer: Callable[..., Any]) -> str:
    for question, text in ((QUESTION, TEXT), ("And the large one?", "It has 24 degrees.")):
        with Line(_says(text)) as line:
            found = line.run(answer, question)
        _asked(line, question)
        expect(found == text, f"the answer was {text!r}, and it returned {found!r}")
    return "The last event holds the whole text; the deltas only come earlier."


def push_to_talk(answer: Callable[..., Any]) -> str:
    for pieces, words, sound in (
        (PIECES, WORDS, SOUND),
        (PIECES[:1], "No, dogs stay outside.", [b"\x07\x00" * 100]),
    ):
        with Line(_says(words, sound)) as line:
            found = line.run(answer, list(pieces))
        expect(line.models[-1] == MODEL, f"the session is one of {line.models[-1]!r}")
        _pushed(line, pieces)
        expect(
            isinstance(found, tuple | list) and len(found) == 2,
            f"it returned {type(found).__name__}, not a transcript and the sound",
        )
        expect(found[0] == words, f"the transcript is {words!r}, and it returned {found[0]!r}")
        expect(
            isinstance(found[1], bytes | bytearray),
            f"the sound is {type(found[1]).__name__}, not bytes",
        )
        expect(found[1] == b"".join(sound), "the sound is not what the deltas hold together")
    return "The server did not notice the end; your program told it."


def _pushed(line: Line, pieces: list[bytes]) -> None:
    """Detection was off, and each piece was appended before one commit and one question."""
    types = _types(line)
    detection = _detection(line)
    expect(detection is None, f"turn detection is {detection} while the sound comes in")
    sent = [each["audio"] for each in line.sent if each["type"] == "input_audio_buffer.append"]
    came = f"{len(sent)} was sent" if len(sent) == 1 else f"{len(sent)} were sent"
    expect(len(sent) == len(pieces), f"{len(pieces)} pieces were given, and {came}")
    try:
        arrived = [base64.b64decode(piece, validate=True) for piece in sent]
    except ValueError:
        raise Wrong("a piece is not base64") from None
    expect(arrived == pieces, "the pieces that arrived are not those that were given")
    appends, commits, asks = (
        [number for number, kind in enumerate(types) if kind == name]
        for name in ("input_audio_buffer.append", "input_audio_buffer.commit", "response.create")
    )
    expect(len(commits) == 1, f"the sound was committed {len(commits)} times")
    expect(len(asks) == 1, f"the answer was asked for {len(asks)} times")
    expect(appends[-1] < commits[0] < asks[0], f"the order of the events is {', '.join(types)}")


def _detection(line: Line) -> Any:
    """Turn detection as it is set when the first sound is sent."""
    found: Any = "on"
    for each in line.sent:
        if each["type"] == "input_audio_buffer.append":
            late = "turn_detection" in str(line.sent) and found == "on"
            return f"{found}, and changed later," if late else found
        heard = ((each.get("session") or {}).get("audio") or {}).get("input") or {}
        found = heard.get("turn_detection", found)
    raise Wrong("no sound was sent")


def safe(answer: Callable[..., Any]) -> str:
    for question, text in ((QUESTION, TEXT), ("And the large one?", "It has 24 degrees.")):
        with Line(_says(text)) as line:
            found = line.run(answer, question)
        _asked(line, question)
        expect(found == text, f"when all is well it returned {found!r}, not {text!r}")
    _raises(answer, "an error event", CODE, lambda _: [_error(CODE)])
    _raises(answer, "an error event in the middle", "session_expired", _is_stopped)
    _raises(answer, "an answer that failed", "failed", lambda _: [done([], "failed")])
    for status in ("incomplete", "cancelled"):
        _raises(answer, f"an answer whose status is `{status}`", status, _ends_as(status))
    _raises(answer, "a session that ended before the answer", "", _hangs_up)
    _raises(answer, "a session that ended in the middle of the answer", "", _hangs_up_later)
    return "Seven times no answer came, and each time your caller was told."


def _error(code: str) -> Json:
    error = {"type": "invalid_request_error", "code": code, "message": "Wait.", "param": None}
    return event("error", error=error | {"event_id": None})


def _is_stopped(asked: Json) -> Iterator[Json]:
    yield from list(said(TEXT, SOUND, asked))[:4]
    yield _error("session_expired")


def _ends_as(status: str) -> Callable[[Json], Iterable[Json]]:
    return lambda asked: said("The small", [], asked, status)


def _hangs_up(asked: Json) -> Iterator[Json]:
    raise Closed


def _hangs_up_later(asked: Json) -> Iterator[Json]:
    yield from list(said(TEXT, SOUND, asked))[:-2]
    raise Closed


def _raises(
    answer: Callable[..., Any],
    when: str,
    word: str,
    reply: Callable[[Json], Iterable[Json]],
) -> None:
    with Line(Talk(reply)) as line:
        raises(lambda: line.run(answer, QUESTION), when, word)


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
            'The session under "When it goes wrong" does this with one piece.',
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
            "What is after the loop runs only if the session ended before the answer.",
        ),
        reference="""
def safe(client, question):
    content = [{"type": "input_text", "text": question}]
    item = {"type": "message", "role": "user", "content": content}
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as connection:
        connection.conversation.item.create(item=item)
        connection.response.create(response={"output_modalities": ["text"]})
        text = ""
        for event in connection:
            if event.type == "error":
                raise RuntimeError(event.error.code)
            if event.type == "response.output_text.delta":
                text += event.delta
            if event.type == "response.done":
                if event.response.status != "completed":
                    raise RuntimeError(event.response.status)
                return text
    raise RuntimeError("the session ended before the answer")
""",
    ),
]
