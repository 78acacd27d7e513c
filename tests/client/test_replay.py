"""What was recorded comes back the same, through every way the SDK has of asking."""

import asyncio
import io
import re
import socket
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.providers import bedrock
from pydantic import BaseModel

from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.errors import RecordingNotFound
from oaiworkbook.money.ledger import default_ledger

from ..echo import MODEL, MP3, Echo
from ..support import data, record, recordings  # noqa: F401

pytestmark = pytest.mark.usefixtures("data")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a socket fails the test."""

    def refuse(*args: Any, **_: Any) -> None:
        raise AssertionError(f"a socket was opened: {args}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


class Said(BaseModel):
    words: str


def plain(client: Any) -> Any:
    return client.responses.create(model=MODEL, input="tide").output_text


def streamed(client: Any) -> Any:
    events = client.responses.create(model=MODEL, input="tide", stream=True)
    return [event.model_dump() for event in events]


def stream_helper(client: Any) -> Any:
    with client.responses.stream(model=MODEL, input="tide") as stream:
        return stream.get_final_response().output_text


def raw(client: Any) -> Any:
    answer = client.responses.with_raw_response.create(model=MODEL, input="tide")
    return answer.headers["x-request-id"], answer.status_code, answer.parse().id


def lines(client: Any) -> Any:
    call = client.responses.with_streaming_response.create(model=MODEL, input="tide", stream=True)
    with call as answer:
        return list(answer.iter_lines())


def chat(client: Any) -> Any:
    messages = [{"role": "user", "content": "tide"}]
    return client.chat.completions.create(model=MODEL, messages=messages).to_dict()


def chat_stream(client: Any) -> Any:
    chunks = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "tide"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    return [chunk.to_dict() for chunk in chunks]


def options(client: Any) -> Any:
    return client.with_options(timeout=3, max_retries=1).responses.create(model=MODEL, input="x").id


def vectors(client: Any) -> Any:
    return client.embeddings.create(model="text-embedding-3-small", input="tide").data[0].embedding


def upload(client: Any) -> Any:
    return client.files.create(file=("a.jsonl", b"{}"), purpose="batch").id


def content(client: Any) -> Any:
    return client.files.content("file-1").text


def speech(client: Any) -> Any:
    return client.audio.speech.create(model="gpt-4o-mini-tts", voice="alloy", input="tide").content


def speech_streamed(client: Any) -> Any:
    call = client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="alloy", input="ebb"
    )
    with call as answer:
        return b"".join(answer.iter_bytes())


def transcript(client: Any) -> Any:
    sound = io.BytesIO(b"RIFF" + bytes(2_000))
    sound.name = "voice.wav"
    return client.audio.transcriptions.create(model="gpt-transcribe", file=sound).to_dict()


def transcript_stream(client: Any) -> Any:
    sound = ("voice.wav", b"RIFF" + bytes(100))
    events = client.audio.transcriptions.create(model="gpt-transcribe", file=sound, stream=True)
    return [event.to_dict() for event in events]


def pages(client: Any) -> Any:
    return [model.id for model in client.models.list()]


def polled(client: Any) -> Any:
    client.batches.create(input_file_id="file-1", endpoint="/v1/responses", completion_window="24h")
    return [client.batches.retrieve("batch_1").status for _ in range(3)]


WAYS = [
    plain, streamed, stream_helper, raw, lines, chat, chat_stream, options, vectors, upload,
    content, speech, speech_streamed, transcript, transcript_stream, pages, polled,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_replay_gives_what_was_recorded(way: Any, request: pytest.FixtureRequest) -> None:
    was = record(Echo(), way)
    assert was
    request.getfixturevalue("no_network")
    assert way(OpenAI()) == was
    assert way(OpenAI()) == was, "a second run of the notebook"


def test_parse_replays(no_network_after_recording: Any) -> None:
    def parse(client: Any) -> Any:
        with pytest.raises(ValueError, match="JSON"):  # the echo does not speak JSON
            client.responses.parse(model=MODEL, input="tide", text_format=Said)
        return "asked"

    no_network_after_recording(parse)


@pytest.fixture
def no_network_after_recording(request: pytest.FixtureRequest) -> Any:
    def run(way: Any) -> None:
        was = record(Echo(), way)
        request.getfixturevalue("no_network")
        assert way(OpenAI()) == was

    return run


def test_async_ways_replay(request: pytest.FixtureRequest) -> None:
    async def many(client: Any) -> Any:
        one = await client.responses.create(model=MODEL, input="tide")
        stream = await client.responses.create(model=MODEL, input="tide", stream=True)
        events = [event.model_dump() async for event in stream]
        file = await client.files.create(file=("a.jsonl", b"{}"), purpose="batch")
        asked = [client.responses.create(model=MODEL, input=f"tide {i}") for i in range(5)]
        several = await asyncio.gather(*asked)
        async with client.audio.speech.with_streaming_response.create(
            model="gpt-4o-mini-tts", voice="alloy", input="ebb"
        ) as answer:
            sound = b"".join([piece async for piece in answer.iter_bytes()])
        return one.output_text, events, file.id, [r.output_text for r in several], sound

    was = record(Echo(), lambda client: asyncio.run(many(client)), AsyncOpenAI)
    assert was[3] == [f"You said: tide {i}" for i in range(5)]
    assert was[4] == MP3
    runner = asyncio.Runner()
    runner.get_loop()  # a loop opens a socket pair of its own
    request.getfixturevalue("no_network")
    assert runner.run(many(AsyncOpenAI())) == was
    runner.close()


def test_threads_each_get_their_own_answer() -> None:
    prompts = [f"tide {i}" for i in range(20)]
    record(Echo(), lambda c: [c.responses.create(model=MODEL, input=p) for p in prompts])
    client, got = OpenAI(), {}

    def ask(prompt: str) -> None:
        got[prompt] = client.responses.create(model=MODEL, input=prompt).output_text

    threads = [threading.Thread(target=ask, args=(p,)) for p in prompts * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {p: f"You said: {p}" for p in prompts}


def test_repeats_come_in_order_and_the_last_one_stays() -> None:
    assert record(Echo(), polled) == ["in_progress", "completed", "completed"]
    client = OpenAI()
    states = [client.batches.retrieve("batch_1").status for _ in range(5)]
    assert states == ["in_progress", "completed", "completed", "completed", "completed"]


@pytest.mark.parametrize(
    "edit",
    [
        {"input": "Tide"},
        {"input": "tide "},
        {"model": "gpt-6.1-terra"},
        {"instructions": "Be brief."},
        {"stream": True},
    ],
    ids=str,
)
def test_an_edited_request_never_gets_the_old_answer(edit: dict[str, Any]) -> None:
    record(Echo(), plain)
    with pytest.raises(RecordingNotFound) as miss:
        OpenAI().responses.create(**{"model": MODEL, "input": "tide"} | edit)
    assert not isinstance(miss.value, openai.APIError)
    shown = miss.value._render_traceback_()
    assert len(shown) <= 6, shown
    assert next(iter(edit)) in "\n".join(shown)
    assert "01-responses-" in "\n".join(shown)


def test_the_miss_shows_the_words_that_differ() -> None:
    prompt = "Explain in one sentence why the tide is late today"
    record(Echo(), lambda c: c.responses.create(model=MODEL, input=prompt))
    with pytest.raises(RecordingNotFound) as miss:
        OpenAI().responses.create(model=MODEL, input=prompt.replace("tide", "ferry"))
    assert "why the [tide] is late" in str(miss.value)
    assert "why the [ferry] is late" in str(miss.value)


def test_a_miss_with_nothing_alike_says_so() -> None:
    with pytest.raises(RecordingNotFound, match="nothing is recorded for this path"):
        OpenAI().models.list()


def test_the_lesson_named_first_wins(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    record(Echo(), plain)
    other = data / "recordings" / "10_other"
    other.mkdir()
    mine = recordings(data)[0]
    (other / mine.name).write_text(mine.read_text().replace("You said", "Other"))
    assert plain(OpenAI()) == "You said: tide"
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "10_other")
    assert plain(OpenAI()) == "Other: tide"


def test_the_recorded_pace_is_kept(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:  # noqa: F811
    record(Echo(), streamed)
    path = recordings(data)[0]
    numbers = iter(range(60, 6_000, 60))
    slow = re.sub(r'\[\d+, "response', lambda _: f'[{next(numbers)}, "response', path.read_text())
    path.write_text(slow)
    slept: list[float] = []
    monkeypatch.setattr("oaiworkbook.client.bodies.time.sleep", slept.append)
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0.5")
    streamed(OpenAI())
    gaps = [seconds for seconds in slept if seconds]
    assert gaps == pytest.approx([0.03] * len(gaps))
    assert len(gaps) > 5


def test_a_stream_that_is_left_early_is_logged_as_cut() -> None:
    record(Echo(), streamed)
    with OpenAI().responses.create(model=MODEL, input="tide", stream=True) as stream:
        for _ in stream:
            break
    last = default_ledger().calls()[-1]
    assert (last.mode, last.status, last.cost_usd) == ("replay", "cut", None)


def test_a_client_in_replay_needs_no_key_and_ignores_the_real_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-real")
    assert OpenAI().api_key != "sk-real"
    assert OpenAI().with_options(timeout=1).api_key != "sk-real"


def test_another_server_is_not_called_in_replay() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        listener.settimeout(0.1)
        client = OpenAI(base_url=f"http://127.0.0.1:{port}/v1")
        with pytest.raises(openai.OpenAIError, match="not the workbook's practice server"):
            client.responses.create(model=MODEL, input="tide")


def test_a_client_for_a_region_replays_at_the_price_of_the_region() -> None:
    record(Echo(), plain)
    assert plain(OpenAI(data_residency="eu")) == plain(OpenAI())
    dearer, list_price = (call.cost_usd for call in default_ledger().calls()[-2:])
    assert dearer is not None
    assert list_price is not None
    assert dearer == list_price * Decimal("1.1")


def test_a_client_of_a_cloud_can_be_made_in_replay_and_calls_nobody(no_network: None) -> None:
    client = OpenAI(provider=bedrock(region="us-east-1", api_key="a-token"))
    with pytest.raises(RecordingNotFound):
        plain(client)


@pytest.mark.parametrize("options", [{}, {"websocket_base_url": "wss://192.0.2.1/v1"}], ids=str)
def test_realtime_has_no_way_out_in_replay(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = socket.socket.connect

    def loopback_only(self: socket.socket, address: Any) -> Any:
        assert address[0] == "127.0.0.1", f"a connection to {address}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)
    for client in (OpenAI(**options), OpenAI(**options).with_options(data_residency="eu")):
        with client.realtime.connect(model="gpt-realtime-2.1-mini") as session:
            event = session.recv()
            assert (event.type, event.error.code) == ("error", "recording_not_found")


def test_fetching_a_response_again_is_not_counted_again() -> None:
    def fetch(client: Any) -> Any:
        answer = client.responses.create(model=MODEL, input="tide")
        return client.responses.retrieve(answer.id).id

    record(Echo(), fetch)
    fetch(OpenAI())
    first, second = default_ledger().calls()[-2:]
    assert first.cost_usd
    assert (second.cost_usd, second.price_note) == (None, "already counted")
