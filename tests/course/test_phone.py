"""The line of the checks with WebSockets: it answers as the API does, and names slips."""

from typing import Any

import pytest

from oaiworkbook.course.exercises.judge import Wrong
from oaiworkbook.course.exercises.phone import MODEL, Line, Talk, said

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
