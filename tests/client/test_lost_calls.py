"""A call whose answer was lost counts against every limit; one that was never sent does not."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx2
import openai
import pytest

from oaiworkbook import spend_limit
from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.client.exchange import NOT_SENT
from oaiworkbook.money import limits
from oaiworkbook.money.bounds import upper_bound
from oaiworkbook.money.ledger import SpendLimitExceeded, default_ledger
from oaiworkbook.practice.server import PracticeServer

from ..echo import Echo
from ..support import data, record  # noqa: F401  # a fixture
from .test_retries import source

ASK: dict[str, Any] = {"model": "gpt-6-luna", "input": "hi", "max_output_tokens": 1_000}
NOW_ROOM = 3  # calls of the dearest case that a limit here has room for


@pytest.fixture(autouse=True)
def no_limits_left() -> Iterator[None]:
    yield
    for limit in [*limits._plain.values(), *limits._within]:
        limit.end()


def most() -> Decimal:
    """USD: what one of these calls can cost."""
    bound = upper_bound("POST", "/v1/responses", ASK, datetime.now(UTC)).usd
    assert bound
    return bound


def live(url: str, **options: Any) -> OpenAI:
    return OpenAI(base_url=url, api_key="sk-test", mode="live", max_retries=0, **options)


def times_until_refused(call: Callable[[], Any], raises: type[BaseException]) -> int:
    """How often `call` is sent under a limit with room for NOW_ROOM of it, 10 at most."""
    limit = spend_limit(most() * NOW_ROOM + most() / 2)
    for sent in range(10):
        try:
            call()
        except SpendLimitExceeded:
            assert limit.spent == most() * NOW_ROOM
            return sent
        except raises:
            continue
        pytest.fail("the call went well")
    return 10


@pytest.mark.parametrize("fault", ["reset", "lost", "hang:5", "redirect", "error-200", "cut"])
def test_an_answer_that_was_lost_counts(fault: str) -> None:
    with PracticeServer([fault + "*"], source=source) as server:
        client = live(server.url, timeout=0.2)
        sent = times_until_refused(lambda: client.responses.create(**ASK), openai.APIError)
    assert sent == NOW_ROOM
    assert {row.cost_usd for row in default_ledger().calls()} == {None}
    assert "open" not in {row.status for row in default_ledger().calls()}


def test_an_attempt_counts_by_itself() -> None:
    with PracticeServer(["reset*"], source=source) as server:
        limit = spend_limit(1)
        client = live(server.url).with_options(max_retries=2)
        with pytest.raises(openai.APIConnectionError):
            client.responses.create(**ASK)
        assert limit.spent == 3 * most()


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Event loop is closed"),
        KeyboardInterrupt(),
        asyncio.CancelledError(),
        SystemExit(),
        GeneratorExit(),
        MemoryError(),
        httpx2.ReadError("gone"),
        httpx2.WriteError("gone"),
        httpx2.RemoteProtocolError("gone"),
        httpx2.ReadTimeout("late"),
        httpx2.WriteTimeout("late"),
    ],
)
def test_whatever_ends_a_call_that_may_have_been_sent_it_counts(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: Any, request: httpx2.Request, **__: Any) -> httpx2.Response:
        if request.method == "GET":  # whether a practice server listens there
            return httpx2.Response(404, request=request)
        raise error

    monkeypatch.setattr(httpx2.Client, "send", failing)
    client = live("http://127.0.0.1:9/v1")
    sent = times_until_refused(lambda: client.responses.create(**ASK), BaseException)
    assert sent == NOW_ROOM
    left = isinstance(
        error, KeyboardInterrupt | SystemExit | GeneratorExit | asyncio.CancelledError
    )
    assert {row.status for row in default_ledger().calls()} == {"cut" if left else "error"}
    assert all("may have billed it" in row.price_note for row in default_ledger().calls())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/v1", "http://no-such-name.invalid/v1", "http://[::1]:9/v1"]
)
def test_what_never_left_this_machine_costs_nothing(url: str) -> None:
    limit = spend_limit(most() * NOW_ROOM)
    client = live(url)
    for _ in range(10):
        with pytest.raises(openai.APIConnectionError):
            client.responses.create(**ASK)
    assert limit.spent == 0
    assert {(row.cost_usd, row.price_note) for row in default_ledger().calls()} == {
        (Decimal(0), "not sent")
    }


def test_only_errors_before_the_first_byte_are_taken_for_not_sent() -> None:
    maybe = (httpx2.ReadError, httpx2.WriteError, httpx2.ReadTimeout, httpx2.WriteTimeout)
    maybe += (httpx2.RemoteProtocolError, httpx2.CloseError, httpx2.TooManyRedirects)
    assert not any(issubclass(error, NOT_SENT) for error in maybe)


def test_a_closed_client_raises_before_anything_is_held() -> None:
    limit = spend_limit(1)
    for mode in ("live", "replay"):
        client = OpenAI(base_url="http://127.0.0.1:9/v1", api_key="sk-test", mode=mode)
        client.close()
        with pytest.raises(RuntimeError, match="client has been closed"):
            client.responses.create(**ASK)
    assert limit.spent == 0
    assert default_ledger().calls() == []


def test_an_interrupt_in_the_middle_of_an_answer_counts() -> None:
    with PracticeServer(["hang:5"], source=source) as server:
        limit = spend_limit(1)
        client = live(server.url)
        interrupt = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
        interrupt.start()
        with pytest.raises(KeyboardInterrupt):
            client.responses.create(**ASK)
        interrupt.join()
        assert limit.spent == most()
    [row] = default_ledger().calls()
    assert (row.status, row.cost_usd, row.error) == ("cut", None, "KeyboardInterrupt")


def test_cancelled_calls_count() -> None:
    async def cancelled(url: str) -> None:
        async with AsyncOpenAI(base_url=url, api_key="sk-test", mode="live") as client:
            for _ in range(2):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await client.responses.create(**ASK)

    limit = spend_limit(1)
    with PracticeServer(["hang:5*"], source=source) as server:
        asyncio.run(cancelled(server.url))
    assert limit.spent == 2 * most()
    assert {(row.status, row.cost_usd) for row in default_ledger().calls()} == {("cut", None)}


def test_in_replay_nothing_is_held_by_a_wait_that_is_left(
    data: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(Echo(), lambda client: client.responses.create(model="gpt-6-luna", input="hi"))
    before = len(default_ledger().calls())
    limit = spend_limit("0.50")

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("OAIWORKBOOK_PACE", "1")
    monkeypatch.setattr("oaiworkbook.client.http.time.sleep", interrupted)
    slow = next((data / "recordings").rglob("*.json"))
    slow.write_text(slow.read_text("utf-8").replace('"ms": 0', '"ms": 500'), "utf-8")
    with pytest.raises(KeyboardInterrupt):
        OpenAI().responses.create(model="gpt-6-luna", input="hi")
    assert limit.spent == 0
    [row] = default_ledger().calls()[before:]
    assert (row.status, row.cost_usd) == ("cut", Decimal(0))


@pytest.mark.usefixtures("data")
def test_a_miss_in_replay_holds_nothing() -> None:
    limit = spend_limit("0.50")
    for _ in range(3):
        with pytest.raises(openai.OpenAIError, match="recording"):
            OpenAI().responses.create(model="gpt-6-luna", input="nobody asked this")
    assert limit.spent == 0
