"""The deadline ends a call whatever the server does, and gives way to what somebody has set."""

import asyncio
import inspect
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpcore2
import httpx2
import openai
import pytest

from oaiworkbook.client import AsyncOpenAI, OpenAI, retries
from oaiworkbook.client.deadline import Until, keep
from oaiworkbook.client.exchange import DeadlineExceeded
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.practice.answers import text_answer
from oaiworkbook.practice.loopback import Reply, Served
from oaiworkbook.practice.server import PracticeServer
from oaiworkbook.recordings.file import Answer

from .test_retries import ASK, source

DEADLINE = 0.4  # seconds; what drips here would take 10 s and more


@pytest.fixture(params=["drip:0.05", "drip-head:0.05"])
def dripping(request: pytest.FixtureRequest) -> Iterator[str]:
    with PracticeServer([request.param + "*"], source=source) as server:
        yield server.url


def ask(url: str, *, stream: bool, asynchronous: bool, **options: Any) -> Any:
    options = {"base_url": url, "api_key": "sk-test", "mode": "live"} | options
    if not asynchronous:
        answer = OpenAI(**options).responses.create(**ASK, stream=stream)
        return list(answer) if stream else answer

    async def asked() -> Any:
        async with AsyncOpenAI(**options) as client:
            answer = await client.responses.create(**ASK, stream=stream)
            return [event async for event in answer] if stream else answer

    return asyncio.run(asked())


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_it_ends_a_call_that_drips(dripping: str, stream: bool, asynchronous: bool) -> None:
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded, match="pass deadline=") as caught:
        ask(dripping, stream=stream, asynchronous=asynchronous, deadline=DEADLINE)
    assert DEADLINE <= time.monotonic() - began < DEADLINE + 2
    assert isinstance(caught.value, openai.APITimeoutError)
    [row] = default_ledger().calls()
    assert row.status in ("cut", "error")
    assert row.cost_usd is None


def test_a_connection_that_is_used_again_keeps_it_too() -> None:
    with PracticeServer(["ok", "drip-head:0.05"], source=source) as server:
        client = OpenAI(base_url=server.url, api_key="sk-test", mode="live", deadline=DEADLINE)
        client.responses.create(**ASK)
        with pytest.raises(DeadlineExceeded):
            client.responses.create(**ASK)


def slow(seconds: float) -> Callable[[Served], Reply]:
    def answered(served: Served) -> Reply:
        time.sleep(seconds)
        return Reply(Answer.model_validate(text_answer("Yes.")), "authored")

    return answered


@pytest.mark.parametrize("make", ["client", "with_options", "call", "none"])
def test_a_longer_timeout_that_somebody_has_set_raises_it(
    make: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "DEADLINE", 0.2)
    with PracticeServer(source=slow(0.5)) as server:
        options: dict[str, Any] = {"base_url": server.url, "api_key": "sk-test", "mode": "live"}
        client = OpenAI(**options, timeout={"client": 5.0, "none": None}.get(make, 0.1))
        if make == "with_options":
            client = client.with_options(timeout=5)
        more = {"timeout": 5.0} if make == "call" else {}
        assert client.responses.create(**ASK, **more).output_text == "Yes."


def test_a_deadline_that_somebody_has_set_is_kept_whatever_the_timeout() -> None:
    with PracticeServer(source=slow(1.0)) as server:
        client = OpenAI(
            base_url=server.url, api_key="sk-test", mode="live", deadline=0.3, timeout=60
        )
        with pytest.raises(DeadlineExceeded, match=r"all tries of one call have 0.3 s"):
            client.responses.create(**ASK)


@pytest.mark.parametrize("client_class", [OpenAI, AsyncOpenAI])
def test_with_options_takes_deadline_and_mode(client_class: Any) -> None:
    client = client_class(api_key="sk-test", base_url="http://127.0.0.1:9/v1", deadline=5)
    assert client._client.state.mode == "replay"
    quick = client.with_options(deadline=1)
    assert (quick._given["deadline"], client._given["deadline"]) == (1, 5)
    assert quick._client is client._client
    assert quick.with_options(max_retries=0)._given["deadline"] == 1
    live = quick.with_options(mode="live", max_retries=1)
    assert live._client.state.mode == "live"
    assert live.max_retries == 1
    assert (live.api_key, str(live.base_url)) == ("sk-test", "http://127.0.0.1:9/v1/")
    assert live._given["deadline"] == 1
    assert client.copy(mode="replay")._client is client._client


def test_a_key_that_replay_made_up_does_not_go_live(monkeypatch: pytest.MonkeyPatch) -> None:
    client = OpenAI()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment")
    assert client.with_options(mode="live").api_key == "sk-from-the-environment"


def test_the_pools_of_the_http_client_are_where_we_look_for_them() -> None:
    """Private names of `httpx2`: the day they move, this test says so before a deadline leaks."""
    for client, stream in (
        (OpenAI(mode="live", api_key="sk-test"), httpcore2.NetworkBackend),
        (AsyncOpenAI(mode="live", api_key="sk-test"), httpcore2.AsyncNetworkBackend),
    ):
        backend = client._client._transport._pool._network_backend
        assert isinstance(backend, stream)
        assert inspect.getmodule(type(backend)) is inspect.getmodule(keep)


def test_another_transport_is_left_as_it_is() -> None:
    keep(httpx2.MockTransport(lambda request: httpx2.Response(200)))
    keep(None)


def test_a_timeout_that_knows_its_end_is_a_number() -> None:
    timeout = Until(2.5, end=100.0)
    assert timeout == 2.5
    assert timeout.end == 100.0
    assert httpx2.Timeout(timeout).read == 2.5
