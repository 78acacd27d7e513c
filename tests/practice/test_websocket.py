"""A WebSocket session is recorded through a relay, and replays without a network; nothing is patched."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

from oaiworkbook import record_usage, spend_limit
from oaiworkbook.cli.recording import estimated
from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.errors import RecordingError
from oaiworkbook.money.ledger import SpendLimitExceeded, default_ledger
from oaiworkbook.money.meter import meter
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.practice.sessions import settled
from oaiworkbook.practice.websocket import HangUp, Opened, Script, scripted
from oaiworkbook.recordings import library
from oaiworkbook.recordings.file import read_recording
from tests.support import serve

from ..authoring.standin import refuse
from ..support import LESSON, data, recordings  # noqa: F401

MODEL = "gpt-realtime-2.1-mini"
USAGE = {
    "total_tokens": 30,
    "input_tokens": 20,
    "output_tokens": 10,
    "input_token_details": {"text_tokens": 20, "audio_tokens": 0},
    "output_token_details": {"text_tokens": 10, "audio_tokens": 0},
}
COST = Decimal(20) * Decimal("0.6e-6") + Decimal(10) * Decimal("2.4e-6")


@pytest.fixture(autouse=True)
def _quick(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: F811
    """Short waits; and a client that waits for ever fails where the platform can tell it so."""
    monkeypatch.setattr("oaiworkbook.client.relay.QUIET", 0.05)
    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def _too_long(*_: Any) -> None:
    raise TimeoutError("a session waits for ever")


def parrot() -> Script:
    """A script that answers each turn in capitals. To `hang up` it does."""
    said: list[str] = []
    number = 0

    def event(kind: str, **more: Any) -> tuple[float, dict[str, Any]]:
        nonlocal number
        number += 1
        return 0.0, {"type": kind, "event_id": f"event_parrot_{number}", **more}

    def script(heard: Any) -> Iterator[tuple[float, Any]]:
        if heard is None:
            yield event("session.created", session={"id": "sess_1", "model": MODEL})
        elif heard["type"] == "conversation.item.create":
            said.append(heard["item"]["content"][0]["text"])
            yield event("conversation.item.added")
            yield event("conversation.item.done")
        elif heard["type"] == "response.create":
            yield event("response.created")
            yield event("response.output_text.delta", delta=said[-1].upper())
            if said[-1] == "hang up":
                raise HangUp
            response = {
                "id": f"resp_parrot_{len(said)}",
                "object": "realtime.response",
                "usage": USAGE,
            }
            yield event("response.done", response=response)
            yield event("rate_limits.updated", rate_limits=[])

    return script


def nothing(served: Served) -> Reply:
    raise AssertionError(f"asked over HTTP: {served.asked.path}")


def parrots(served: Served, _: str) -> Reply | Opened:
    if (answer := refuse(served)) is not None:
        return Reply(library.Answer.model_validate(answer), "authored")
    return scripted(parrot())


def item(text: str) -> Any:
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": "user", "content": content}


def turns(client: Any, *texts: str, events: list[Any] | None = None) -> list[dict[str, Any]]:
    """The events of a session with a turn for each text; in `events` those before a failure too."""
    events = [] if events is None else events
    with client.realtime.connect(model=MODEL) as connection:
        for text in texts:
            connection.conversation.item.create(item=item(text))
            connection.response.create()
            for event in connection:
                events.append(event.to_dict())
                if event.type == "response.done":
                    break
    return events


async def async_turns(client: Any, *texts: str) -> list[dict[str, Any]]:
    events = []
    async with client.realtime.connect(model=MODEL) as connection:
        for text in texts:
            await connection.conversation.item.create(item=item(text))
            await connection.response.create()
            async for event in connection:
                events.append(event.to_dict())
                if event.type == "response.done":
                    break
    return events


def record(
    use: Callable[[Any], Any], client: type[Any] = OpenAI, sessions: Any = parrots, **options: Any
) -> Any:
    with PracticeServer(source=nothing, sessions=sessions) as server:
        recording = client(mode="record", base_url=server.url, api_key="sk-test", **options)
        try:
            return use(recording)
        finally:
            recording._client.state.drain()


def frames(data: Path, number: int = 0) -> list[Any]:  # noqa: F811
    return list(json.loads(recordings(data)[number].read_text())["answers"][0]["frames"])


def test_replay_gives_the_events_that_were_recorded() -> None:
    was = record(lambda c: turns(c, "tide", "ebb"))
    assert [event["type"] for event in was][-2:] == ["response.output_text.delta", "response.done"]
    client = OpenAI()
    assert turns(client, "tide", "ebb") == was
    assert turns(client, "tide", "ebb") == was, "the cell run again"


def test_half_an_emoji_is_said_heard_and_replayed(data: Path) -> None:  # noqa: F811
    was = record(lambda c: turns(c, "tide \ud83d"))
    assert "TIDE \ud83d" in [event.get("delta") for event in was]
    assert "\\ud83d" in recordings(data)[0].read_text("utf-8")
    assert turns(OpenAI(), "tide \ud83d") == was


def test_an_async_client_records_and_replays() -> None:
    was = record(lambda c: asyncio.run(async_turns(c, "tide")), AsyncOpenAI)
    assert asyncio.run(async_turns(AsyncOpenAI(), "tide")) == was
    assert turns(OpenAI(), "tide") == was


def test_a_recording_reads_like_the_session(data: Path) -> None:  # noqa: F811
    record(lambda c: turns(c, "tide"))
    (path,) = recordings(data)
    text = path.read_text()
    held = json.loads(text)
    assert re.fullmatch(r"01-realtime-[0-9a-f]{8}\.json", path.name)
    assert held["request"] == {"method": "WS", "path": "/v1/realtime", "query": f"model={MODEL}"}
    assert held["provenance"]["source"] == "authored"
    assert "sk-test" not in text
    assert [(way, event["type"]) for way, _, event in frames(data)] == [
        ("<", "session.created"),
        (">", "conversation.item.create"),
        ("<", "conversation.item.added"),
        ("<", "conversation.item.done"),
        (">", "response.create"),
        ("<", "response.created"),
        ("<", "response.output_text.delta"),
        ("<", "response.done"),
        ("<", "rate_limits.updated"),
    ]
    assert sum(line.strip().startswith(('["<"', '[">"')) for line in text.splitlines()) == 9


def test_sessions_of_one_address_do_not_mix() -> None:
    was = record(lambda c: [turns(c, "tide"), turns(c, "tide", "ebb"), turns(c, "ebb")])
    client = OpenAI()
    assert [turns(client, "ebb"), turns(client, "tide", "ebb"), turns(client, "tide")] == was[::-1]


def test_a_session_recorded_twice_replays_in_order(data: Path) -> None:  # noqa: F811
    record(lambda c: [turns(c, "tide"), turns(c, "tide")])
    (path,) = recordings(data)
    second = path.read_text().rpartition('"TIDE"')
    path.write_text('"tide the second"'.join(second[::2]))
    client = OpenAI()
    said = [turns(client, "tide")[-2]["delta"] for _ in range(3)]
    assert said == ["TIDE", "tide the second", "tide the second"]


@pytest.mark.parametrize(
    ("edited", "right"),
    [
        (["Tide", "ebb"], []),
        (["tide", "flow"], ["TIDE"]),
        (["tide", "ebb", "more"], ["TIDE", "EBB"]),
    ],
)
def test_an_edited_turn_never_gets_another_turn_s_answer(
    edited: list[str], right: list[str]
) -> None:
    record(lambda c: turns(c, "tide", "ebb"))
    events: list[dict[str, Any]] = []
    with pytest.raises(ConnectionClosedError, match="recording_not_found: nearest recording"):
        turns(OpenAI(), *edited, events=events)
    error = events[-1]["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "recording_not_found")
    assert f"{LESSON}/01-realtime-" in error["message"]
    assert len(error["message"].splitlines()) <= 6
    said = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
    assert said == right
    if not right:
        assert 'recorded: "tide"' in error["message"]
        assert 'yours:    "Tide"' in error["message"]


def test_a_client_that_sends_before_it_listens_still_hears_why() -> None:
    record(lambda c: turns(c, "tide"))
    with OpenAI().realtime.connect(model=MODEL) as connection:
        connection.conversation.item.create(item=item("ebb"))
        time.sleep(0.05)
        connection.response.create()
        assert [connection.recv().type for _ in range(2)] == ["session.created", "error"]


def test_another_model_is_another_session() -> None:
    record(lambda c: turns(c, "tide"))
    with OpenAI().realtime.connect(model="gpt-realtime-2.1") as connection:
        event = connection.recv()
    assert "differs in query" in event.error.message


def test_ids_that_the_client_makes_up_do_not_count(data: Path) -> None:  # noqa: F811
    def use(client: Any, name: str) -> str:
        with client.realtime.connect(model=MODEL) as connection:
            connection.conversation.item.create(item=item("tide"), event_id=f"{name}_1")
            connection.response.create(event_id=f"{name}_2")
            while (event := connection.recv()).type != "response.output_text.delta":
                pass
            return str(event.delta)

    record(lambda c: use(c, "first"))
    assert "first_1" not in recordings(data)[0].read_text()
    assert use(OpenAI(), "second") == "TIDE"


def test_a_client_that_waits_is_answered_like_one_that_does_not(data: Path) -> None:  # noqa: F811
    def patient(client: Any) -> list[str]:
        seen = []
        with client.realtime.connect(model=MODEL) as connection:
            for send, end in (
                (lambda: None, "session.created"),
                (
                    lambda: connection.conversation.item.create(item=item("tide")),
                    "conversation.item.done",
                ),
                (lambda: connection.response.create(), "response.done"),
            ):
                send()
                for event in connection:
                    seen.append(event.type)
                    if event.type == end:
                        break
        return seen

    hasty = [event["type"] for event in record(lambda c: turns(c, "tide"))]
    assert patient(OpenAI()) == hasty
    record(patient)
    assert len(recordings(data)) == 1, "the same session"


def test_the_order_on_disk_does_not_depend_on_chance() -> None:
    def sent(kind: str) -> tuple[Any, int, Any]:
        return ">", 0, {"type": kind}

    def got(kind: str) -> tuple[Any, int, Any]:
        return "<", 0, {"type": kind}

    create, ask = sent("conversation.item.create"), sent("response.create")
    added, done = got("conversation.item.added"), got("conversation.item.done")
    begun, ended = got("response.created"), got("response.done")
    right = [create, added, done, ask, begun, ended]
    for order in (
        [create, ask, added, done, begun, ended],
        [create, added, ask, done, begun, ended],
        right,
    ):
        assert settled(order) == right
    refused = [create, ask, got("error"), begun, ended]
    assert settled(refused) == [create, got("error"), ask, begun, ended]
    cancelled = [ask, begun, sent("response.cancel"), ended]
    assert settled(cancelled) == cancelled, "what the client did while the answer came stays there"
    limits = got("rate_limits.updated")
    next_turn = [ask, begun, ended, limits, create, added, done, ask]
    for order in (
        next_turn,
        [ask, begun, ended, create, limits, added, done, ask],
        [ask, begun, ended, create, ask, limits, added, done],
    ):
        assert settled(order) == next_turn
    greeting = got("session.created")
    greeted = [greeting, create, added, done, ask, begun, ended]
    assert settled([create, greeting, ask, added, done, begun, ended]) == greeted
    assert settled([create, ask, greeting, added, done, begun, ended]) == greeted
    assert settled(greeted) == greeted


def test_a_client_that_leaves_early_gets_a_whole_recording(data: Path) -> None:  # noqa: F811
    def leave(client: Any) -> None:
        with client.realtime.connect(model=MODEL) as connection:
            connection.conversation.item.create(item=item("tide"))
            connection.response.create()
            connection.recv()

    record(leave)
    assert frames(data)[-1][2]["type"] == "rate_limits.updated"
    leave(OpenAI())


def test_a_client_that_only_listens_is_recorded_too(
    data: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def listen(client: Any) -> str:
        with client.realtime.connect(model=MODEL) as connection:
            return str(connection.recv().session.id)

    assert record(listen) == "sess_1"
    assert len(frames(data)) == 1
    taken: list[Path] = []
    monkeypatch.setattr(library.Library, "take", lambda _, path: taken.append(path))
    assert listen(OpenAI()) == "sess_1"
    until = time.monotonic() + 5
    while not taken and time.monotonic() < until:
        time.sleep(0.01)
    assert taken == recordings(data), "the lesson's tests see that it is used"


def test_a_session_that_the_server_ends_is_recorded_and_ends_again(data: Path) -> None:  # noqa: F811
    def hang(client: Any) -> list[str]:
        events: list[Any] = []
        with pytest.raises(ConnectionClosedError):
            turns(client, "hang up", events=events)
        return [event["type"] for event in events]

    was = record(hang)
    assert was[-1] == "response.output_text.delta"
    assert json.loads(recordings(data)[0].read_text())["answers"][0]["cut"] is True
    assert hang(OpenAI()) == was


@pytest.mark.parametrize(
    ("ends", "why"),
    [
        (HangUp(), "it broke off"),
        ({"type": "error", "error": {"code": "server_error", "message": "no"}}, "101 server_error"),
    ],
)
def test_a_session_that_fails_takes_no_good_one_s_place(
    ends: Any,
    why: str,
    data: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    was = record(lambda c: turns(c, "tide"))
    before = recordings(data)[0].read_bytes()
    for name, empty in (("_started", {}), ("_written", set())):
        monkeypatch.setattr(library, name, empty)  # a new process

    def fails() -> Script:
        whole = parrot()

        def script(heard: Any) -> Iterator[tuple[float, Any]]:
            for wait, event in whole(heard):
                if event["type"] == "response.done" and isinstance(ends, HangUp):
                    raise ends
                if event["type"] == "response.created" and isinstance(ends, dict):
                    yield 0.0, ends
                yield wait, event

        return script

    def use(client: Any) -> None:
        with suppress(ConnectionClosedError):
            turns(client, "tide")

    with pytest.warns(UserWarning, match=rf"stays as it was.*\({why}\)"):
        record(use, sessions=lambda *_: scripted(fails()))
    assert [path.read_bytes() for path in recordings(data)] == [before]
    assert turns(OpenAI(), "tide") == was


def test_what_follows_a_session_is_numbered_after_it(data: Path) -> None:  # noqa: F811
    def use(client: Any) -> None:
        turns(client, "tide")
        with suppress(openai.APIStatusError):
            client.with_options(max_retries=0).models.retrieve("a-model")

    record(use)
    assert [path.name[:9] for path in recordings(data)] == ["01-realti", "02-models"]


def test_a_refused_session_is_passed_on_and_not_recorded(data: Path) -> None:  # noqa: F811
    def refused(client: Any) -> None:
        with pytest.raises(InvalidStatus) as error, client.realtime.connect(model=MODEL):
            pass
        assert error.value.response.status_code == 401
        assert b"invalid_api_key" in error.value.response.body

    record(lambda c: refused(c.with_options(api_key="sk-wrong")))
    assert recordings(data) == []


def test_the_recorded_pace_is_kept(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    record(lambda c: turns(c, "tide"))
    (path,) = recordings(data)
    numbers = iter(range(60, 6_000, 60))
    slow = re.sub(r'\["([<>])", \d+', lambda m: f'["{m[1]}", {next(numbers)}', path.read_text())
    path.write_text(slow)
    slept: list[float] = []
    monkeypatch.setattr("oaiworkbook.practice.websocket.time.sleep", slept.append)
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0.5")
    turns(OpenAI(), "tide")
    assert len(slept) >= 6
    assert slept == pytest.approx([0.03] * len(slept))


@pytest.mark.parametrize("known", ["", "example.org"])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY", "SOCKS_PROXY"])
def test_a_proxy_of_the_environment_is_not_asked(
    name: str, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", known)  # put back at the end
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    was = record(lambda c: turns(c, "tide"))
    assert turns(OpenAI(), "tide") == was
    assert asyncio.run(async_turns(AsyncOpenAI(), "tide")) == was
    assert os.environ["no_proxy"] == ",".join(filter(None, [known, "127.0.0.1"]))


def test_without_a_proxy_the_environment_is_left_alone() -> None:
    record(lambda c: turns(c, "tide"))
    turns(OpenAI(), "tide")
    assert not {name for name in os.environ if name.lower() == "no_proxy"}


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
def test_building_and_copying_a_client_starts_nothing(
    kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(socket.socket, "bind", lambda *_: pytest.fail("a server was started"))
        client = kind()
        copied = client.with_options(timeout=3).copy(max_retries=1)
        kind(mode="record", api_key="sk-test").with_options(timeout=3)
    url = client.websocket_base_url
    assert url.host == "127.0.0.1"
    assert copied.websocket_base_url == url, "one server for a client and its copies"
    assert kind().websocket_base_url != url


def test_live_mode_leaves_the_address_to_the_sdk() -> None:
    client = OpenAI(mode="live", api_key="sk-test")
    assert client.websocket_base_url is None
    assert client.with_options(timeout=3).websocket_base_url is None
    given = OpenAI(mode="live", api_key="sk-test", websocket_base_url="wss://example.org/v1")
    assert given.websocket_base_url == "wss://example.org/v1"
    assert given.with_options(timeout=3).websocket_base_url == "wss://example.org/v1"


def test_another_server_is_not_called_in_replay() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}/v1"
    with pytest.raises(openai.OpenAIError, match="not the workbook's practice server"):
        turns(OpenAI(websocket_base_url=url), "tide")


@pytest.mark.parametrize("mode", ["replay", "live", "record"])
def test_the_practice_server_plays_sessions_to_any_client(mode: str) -> None:
    was = record(lambda c: turns(c, "tide"))
    logged = default_ledger().mark().row
    with serve() as url:
        assert turns(openai.OpenAI(base_url=url, api_key="sk-test"), "tide") == was
        assert turns(OpenAI(mode=mode, base_url=url), "tide") == was
    assert default_ledger().mark().row == logged, "practice is not logged by the server"


def test_a_fault_meets_a_websocket_too() -> None:
    record(lambda c: turns(c, "tide"))
    with serve(faults=["429"]) as url:
        client = openai.OpenAI(base_url=url, api_key="sk-test")
        with pytest.raises(InvalidStatus) as error:
            turns(client, "tide")
        assert error.value.response.status_code == 429
        assert turns(client, "tide")


def test_a_server_without_sessions_says_so() -> None:
    def refusing(served: Served) -> Reply:
        answer = {"status": 404, "json": {"error": {"message": "none"}}}
        return Reply(library.Answer.model_validate(answer), "authored")

    with (
        PracticeServer(source=refusing) as server,
        pytest.raises(InvalidStatus),
        connect(server.url.replace("http", "ws") + "/realtime"),
    ):
        pass


def test_a_request_that_only_looks_like_a_handshake_is_refused() -> None:
    with serve() as url:
        answer = httpx2.get(f"{url}/realtime", headers={"upgrade": "websocket"}, trust_env=False)
    assert answer.status_code in (400, 426)


def test_usage_is_logged_once_at_the_prices_of_its_day(
    data: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(lambda c: turns(c, "tide"))
    (path,) = recordings(data)
    (recorded,) = default_ledger().calls()
    assert (recorded.mode, recorded.endpoint, recorded.model) == ("record", "realtime", MODEL)
    assert (recorded.input_tokens, recorded.output_tokens) == (20, 10)
    assert recorded.cost_usd == COST
    assert (estimated(LESSON).usd, estimated(LESSON).calls) == (COST, 1)
    path.write_text(re.sub(r'"at": "[^"]+"', '"at": "2026-10-01T00:00:00Z"', path.read_text()))
    days: list[Any] = []

    def noted(call: Any, usage: Any, at: Any) -> None:
        days.append(at)
        meter(call, usage, at)

    monkeypatch.setattr("oaiworkbook.money.meter.meter", noted)
    for event in turns(OpenAI(), "tide"):
        record_usage(event, model=MODEL)
    (_, replayed) = default_ledger().calls()
    assert (replayed.mode, replayed.lesson) == ("replay", LESSON)
    assert replayed.recording == f"{LESSON}/{path.name}"
    assert replayed.cost_usd == COST
    assert [at.date().isoformat() for at in days] == ["2026-10-01"]


def test_record_usage_returns_what_is_logged_already() -> None:
    record(lambda c: turns(c, "tide"))
    last = turns(OpenAI(), "tide")[-1]
    call = record_usage(last)
    assert call is not None
    assert call.row == default_ledger().mark().row
    assert call.cost_usd == COST


def test_responses_over_a_websocket_replay_and_are_logged_once() -> None:
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    whole = {"id": "resp_ws", "object": "response", "status": "completed", "output": []}
    whole |= {"model": "gpt-6-luna", "usage": usage}

    def script(heard: Any) -> Iterator[tuple[float, Any]]:
        if heard and heard["type"] == "response.create":
            yield 0, {"type": "response.completed", "sequence_number": 0, "response": whole}

    def ask(client: Any, text: str = "tide") -> Any:
        with client.responses.connect() as connection:
            connection.response.create(model="gpt-6-luna", input=text)
            return connection.recv()

    with PracticeServer(source=nothing, sessions=lambda *_: scripted(script)) as server:
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        ask(client)
        client._client.state.drain()
    event = ask(OpenAI())
    assert event.response.id == "resp_ws"
    record_usage(event)
    recorded, replayed = default_ledger().calls()
    assert (recorded.endpoint, replayed.mode) == ("responses", "replay")
    assert recorded.cost_usd == replayed.cost_usd
    assert recorded.cost_usd
    assert ask(OpenAI(), "ebb").type == "error"


def test_what_the_user_s_speech_costs_is_logged_with_its_model(data: Path) -> None:  # noqa: F811
    def script(heard: Any) -> Iterator[tuple[float, Any]]:
        if heard and heard["type"] == "input_audio_buffer.commit":
            usage = {"type": "duration", "seconds": 3}
            kind = "conversation.item.input_audio_transcription.completed"
            yield 0, {"type": kind, "item_id": "item_1", "event_id": "event_speech", "usage": usage}

    def speak(client: Any) -> None:
        with client.realtime.connect(model=MODEL) as connection:
            heard = {"transcription": {"model": "gpt-transcribe"}}
            connection.session.update(session={"type": "realtime", "audio": {"input": heard}})
            connection.input_audio_buffer.append(audio="AAAA" * 1_000)
            connection.input_audio_buffer.commit()
            connection.recv()

    with PracticeServer(source=nothing, sessions=lambda *_: scripted(script)) as server:
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        speak(client)
        client._client.state.drain()
    speak(OpenAI())
    recorded, replayed = default_ledger().calls()
    assert recorded.model == replayed.model == "gpt-transcribe"
    assert recorded.cost_usd == replayed.cost_usd
    assert recorded.cost_usd
    assert "AAAA" not in recordings(data)[0].read_text(), "long sound of the client is a digest"


def test_turns_that_are_sent_at_once_are_stored_one_after_the_other() -> None:
    """Whatever chance noted first: a client that waits for each transcript finds its way through."""

    def frame(way: str, kind: str, number: int = 0) -> Any:
        session = {"session": {"type": "transcription"}} if kind == "session.created" else {}
        return (way, number, {"type": kind, "number": number, **session})

    append, commit = "input_audio_buffer.append", "input_audio_buffer.commit"
    said = ["input_audio_buffer.committed", "conversation.item.added"]
    ends = "conversation.item.input_audio_transcription."
    first = [frame("<", "session.created"), frame(">", append, 1), frame(">", commit, 1)]
    second = [frame(">", append, 2), frame(">", commit, 2)]
    turns = [[frame("<", each, n) for each in (*said, ends + end)]
             for n, end in ((1, "completed"), (2, "failed"))]  # fmt: skip
    kept = [*first, *turns[0], *second, *turns[1]]
    for early in range(4):
        noted = [*first, *turns[0][:early], *second, *turns[0][early:], *turns[1]]
        assert [each[2] for each in settled(noted)] == [each[2] for each in kept]


def transcribes(connection: Any, *sounds: str) -> None:
    heard = {"transcription": {"model": "gpt-live-transcribe"}}
    session = {"type": "transcription", "audio": {"input": heard}}
    connection.session.update(session=session)
    for sound in sounds:
        connection.input_audio_buffer.append(audio=sound)
        connection.input_audio_buffer.commit()
        for event in connection:
            if event.type.endswith(("transcription.completed", "transcription.failed", "error")):
                break


def stenographer(heard: Any) -> Iterator[tuple[float, Any]]:
    """Writes down a turn; the sound `LOST` breaks the line, `FAIL` fails, `NONE` is no turn."""
    kind = "conversation.item.input_audio_transcription"
    if heard is None:
        session = {"type": "transcription", "id": "sess_1"}
        yield 0, {"type": "session.created", "event_id": "event_1", "session": session}
    elif heard["type"] == "session.update":
        yield 0, {"type": "session.updated", "event_id": "event_2", "session": heard["session"]}
    elif heard["type"] == "input_audio_buffer.append":
        name = f"item_{heard['audio']}"
        stenographer.item = name  # type: ignore[attr-defined]
    elif heard["type"] == "input_audio_buffer.commit":
        name = stenographer.item  # type: ignore[attr-defined]
        if name == "item_NONE":
            error = {"type": "invalid_request_error", "message": "Too small."}
            error |= {"code": "input_audio_buffer_commit_empty"}
            yield 0, {"type": "error", "event_id": "event_e", "error": error}
            return
        yield 0, {"type": "input_audio_buffer.committed", "event_id": f"c_{name}", "item_id": name}
        if name == "item_LOST":
            raise HangUp
        if name == "item_FAIL":
            yield 0, {"type": f"{kind}.failed", "event_id": "event_f", "item_id": name, "error": {}}
            return
        usage = {"type": "duration", "seconds": 60}
        more = {"event_id": f"d_{name}", "item_id": name, "transcript": "Saturn.", "usage": usage}
        yield 0, {"type": f"{kind}.completed", **more}


@pytest.mark.parametrize(
    ("sounds", "unknown"),
    [(("AAAA",), 0), (("AAAA", "LOST"), 1), (("AAAA", "FAIL"), 0), (("NONE", "AAAA"), 0)],
)
def test_a_transcription_session_is_billed_by_the_minute_and_a_lost_turn_is_unknown(
    sounds: tuple[str, ...], unknown: int
) -> None:
    def run(client: Any) -> None:
        intent = {"intent": "transcription"}
        with (
            suppress(ConnectionClosedError),
            client.realtime.connect(extra_query=intent) as connection,
        ):
            transcribes(connection, *sounds)

    with PracticeServer(source=nothing, sessions=lambda *_: scripted(stenographer)) as server:
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        run(client)
        client._client.state.drain()
    run(OpenAI())
    until = time.monotonic() + 5
    while len(default_ledger().calls()) < 2 * (1 + unknown) and time.monotonic() < until:
        time.sleep(0.02)
    calls = default_ledger().calls()
    for mode in ("record", "replay"):
        mine = [call for call in calls if call.mode == mode]
        assert {call.model for call in mine} == {"gpt-live-transcribe"}
        assert [call.cost_usd for call in mine if call.status == "ok"] == [Decimal("0.017")]
        lost = [call for call in mine if call.status == "cut"]
        assert len(lost) == unknown
        assert all(call.cost_usd is None for call in lost)


def test_a_spend_limit_stops_a_session_before_its_next_turn() -> None:
    record(lambda c: turns(c, "tide", "ebb"))
    client = OpenAI()
    with spend_limit(COST / 2), pytest.raises(ConnectionClosedError, match="spend_limit_exceeded"):
        turns(client, "tide", "ebb")
    calls = [call for call in default_ledger().calls() if call.mode == "replay"]
    assert len(calls) == 1
    with spend_limit(COST / 2):
        last = turns(client, "tide")[-1]
        with pytest.raises(SpendLimitExceeded):
            record_usage(last)


BROKEN = [
    ('["<",', '["=",', "answers.0.frames.0.0"),
    ('"frames"', '"sse"', "answers.0.sse.0.0"),
    ('"WS"', '"GET"', "(whole file)"),
]


@pytest.mark.parametrize(("old", "new", "field"), BROKEN, ids=lambda v: str(v)[:12])
def test_a_broken_session_names_file_line_and_field(
    data: Path,  # noqa: F811
    old: str,
    new: str,
    field: str,
) -> None:
    record(lambda c: turns(c, "tide"))
    (path,) = recordings(data)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(RecordingError) as error:
        read_recording(path)
    assert f"{path}, line " in str(error.value)
    assert f"field {field}:" in str(error.value)


def test_missing_mode_keeps_a_session_that_is_there(
    data: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(lambda c: turns(c, "tide"))
    before = recordings(data)[0].stat().st_mtime_ns
    monkeypatch.setattr(library, "_started", {})
    monkeypatch.setattr(library, "_written", set())
    monkeypatch.setenv("OAIWORKBOOK_RECORD", "missing")
    record(lambda c: [turns(c, "tide"), turns(c, "ebb"), turns(c, "ebb")])
    first, second = recordings(data)
    assert first.stat().st_mtime_ns == before
    assert len(read_recording(second).answers) == 1


SCRIPT = """
    import os, signal, sys
    from oaiworkbook.client import OpenAI
    client = OpenAI(mode="record", base_url=sys.argv[1], api_key="sk-test")
    content = [{"type": "input_text", "text": "tide"}]
    for _ in range(2):
        connection = client.realtime.connect(model="gpt-realtime-2.1-mini").enter()
        message = {"type": "message", "role": "user", "content": content}
        connection.conversation.item.create(item=message)
        connection.response.create()
        while connection.recv().type != "response.done":
            pass
        if sys.argv[2] == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        content[0]["text"] = "ebb"
"""


@pytest.mark.parametrize("how", ["killed", "left open"])
def test_a_program_that_ends_in_a_session_leaves_a_whole_file_or_none(
    data: Path,  # noqa: F811
    how: str,
) -> None:
    if how == "killed" and sys.platform == "win32":
        pytest.skip("there is no SIGKILL")
    with PracticeServer(source=nothing, sessions=parrots) as server:
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(SCRIPT), server.url, how],
            check=how != "killed",
            timeout=60,
        )
    folder = data / "recordings" / LESSON
    assert not list(folder.glob(".*")), "no half-written file is left"
    sent = [read_recording(path).sent[0]["item"]["content"][0]["text"] for path in recordings(data)]
    assert sorted(sent) == ([] if how == "killed" else ["ebb", "tide"])


def test_a_session_looks_among_those_of_its_address_and_at_new_ones_when_none_fits(
    data: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(lambda c: turns(c, "tide"))
    client = OpenAI()
    turns(client, "tide")
    read, scans = client._client.state.library, []
    scan = read._scan
    monkeypatch.setattr(read, "_scan", lambda: scans.append(1) or scan())
    for _ in range(3):
        turns(client, "tide")
    assert scans == []
    monkeypatch.setattr(library, "_started", {})
    monkeypatch.setattr(library, "_written", set())
    record(lambda c: turns(c, "ebb"))  # by another process
    assert turns(client, "ebb") == turns(OpenAI(), "ebb")
    assert scans == [1]
