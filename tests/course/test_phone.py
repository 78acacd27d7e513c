"""The line of the checks with WebSockets: it answers as the API does, and names slips."""

from collections.abc import Iterator
from threading import Event
from time import sleep
from typing import Any

import pytest

from oaiworkbook.course.exercises.judge import Wrong
from oaiworkbook.course.exercises.phone import MODEL, Line, Scribe, Talk, event, said

QUESTION: dict[str, Any] = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": "How warm is it?"}],
}


def _ask(client: Any, item: dict[str, Any], **response: Any) -> list[Any]:
    with client.realtime.connect(model=MODEL) as connection:
        connection.conversation.item.create(item=item)
        connection.response.create(response=response)
        events = [connection.recv()]
        while events[-1].type not in ("response.done", "error"):
            events.append(connection.recv())
    return events


def test_it_speaks_or_writes_as_it_was_asked() -> None:
    talk = Talk(lambda asked: said("31 degrees.", [b"\x01\x02"], asked))
    with Line(talk) as line:
        spoken = line.run(_ask, QUESTION)
    with Line(talk) as line:
        written = line.run(lambda client: _ask(client, QUESTION, output_modalities=["text"]))
    part = spoken[-1].response.output[0].content[0]
    assert (part.type, part.transcript) == ("output_audio", "31 degrees.")
    part = written[-1].response.output[0].content[0]
    assert (part.type, part.text) == ("output_text", "31 degrees.")
    kinds = [event.type for event in written]
    assert "response.output_audio.delta" not in kinds
    deltas = [event.delta for event in written if event.type == "response.output_text.delta"]
    assert "".join(deltas) == "31 degrees."


@pytest.mark.parametrize(
    ("item", "response", "words"),
    [
        ({"role": "user", "content": []}, {}, "Missing required parameter: 'item.type'"),
        (QUESTION | {"role": "caller"}, {}, "'caller' in 'item.role'"),
        (QUESTION | {"content": [{"type": "text", "text": "Hi"}]}, {}, "'text' as the type"),
        (QUESTION, {"modalities": ["text"]}, "Unknown parameter: 'response.modalities'"),
        (QUESTION, {"output_modalities": ["text", "audio"]}, "'response.output_modalities'"),
    ],
)
def test_a_slip_gets_an_error_event(
    item: dict[str, Any], response: dict[str, Any], words: str
) -> None:
    with (
        Line(Talk(lambda asked: said("31 degrees.", [], asked))) as line,
        pytest.raises(Wrong, match=words),
    ):
        line.run(lambda client: _ask(client, item, **response))


def test_a_session_needs_its_type() -> None:
    def update(client: Any) -> None:
        with client.realtime.connect(model=MODEL) as connection:
            connection.session.update(session={"instructions": "Be brief."})
            while connection.recv().type != "error":
                pass

    with (
        Line(Talk(lambda asked: [])) as line,
        pytest.raises(Wrong, match=r"'session\.type'"),
    ):
        line.run(update)


def _caption(client: Any, *sounds: str) -> list[Any]:
    with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        connection.session.update(session={"type": "transcription"})
        for sound in sounds:
            connection.input_audio_buffer.append(audio=sound)
            connection.input_audio_buffer.commit()
        events = [connection.recv()]
        ended = ("transcription.completed", "transcription.failed")
        while sum(event.type.endswith(ended) for event in events) < len(sounds):
            events.append(connection.recv())
    return events


def test_turns_are_written_down_in_any_order() -> None:
    with Line(Scribe(["One.", None, "Three."], [2, 1, 0])) as line:
        events = line.run(_caption, "AAAA", "BBBB", "CCCC")
    places = [event.item_id for event in events if event.type == "input_audio_buffer.committed"]
    ends = [event for event in events if event.type.endswith(("completed", "failed"))]
    assert places == ["item_1", "item_2", "item_3"]
    assert [event.item_id for event in ends] == ["item_3", "item_2", "item_1"]
    assert [getattr(event, "transcript", None) for event in ends] == ["Three.", None, "One."]
    assert line.queries == ["intent=transcription"]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"input": "Hi"}, "Missing required parameter: 'model'"),
        ({"model": "gpt-6-luna", "inputs": "Hi"}, "Unknown parameter: 'inputs'"),
        ({"model": "gpt-7", "input": "Hi"}, "gpt-7"),
        ({"type": "response.cancel"}, "is no type of an event"),
    ],
)
def test_a_slip_in_a_response_over_the_line_gets_an_error_event(
    form: dict[str, Any], words: str
) -> None:
    def ask(client: Any) -> None:
        with client.responses.connect() as connection:
            connection.send({"type": "response.create", **form})
            assert connection.recv().type == "error"

    with Line(lambda heard: []) as line, pytest.raises(Wrong, match=words):
        line.run(ask)


def test_a_response_over_the_line_may_have_a_lane_and_no_greeting_comes() -> None:
    def ask(client: Any) -> Any:
        with client.responses.connect() as connection:
            connection.response.create(model="gpt-6-luna", input="Hi", stream_id="a")
            return connection.recv()

    with Line(lambda heard: [{"type": "response.created"}] if heard else []) as line:
        assert line.run(ask).type == "response.created"


@pytest.mark.parametrize("closes", [True, False])
def test_what_a_program_sends_last_is_heard_also_where_it_does_not_wait(closes: bool) -> None:
    heard_first = Event()

    def slow(heard: Any) -> Iterator[dict[str, Any]]:
        if heard and heard["type"] == "response.create":
            heard_first.wait(2)
            sleep(0.1)
        yield event("rate_limits.updated", rate_limits=[])

    def leave(client: Any) -> None:
        connection = client.realtime.connect(model=MODEL).enter()
        connection.response.create()
        connection.conversation.item.create(item=QUESTION)
        connection.conversation.item.create(item={"type": "message", "role": "caller"})
        heard_first.set()
        if closes:
            connection.close()

    with Line(slow) as line, pytest.raises(Wrong, match=r"'caller' in 'item\.role'"):
        line.run(leave)
    sent = [each["type"] for each in line.sent]
    assert sent == ["response.create", *["conversation.item.create"] * 2]
