"""Every fault the practice server knows, over real sockets: how often it is asked, what the caller
sees, and what each attempt costs."""

import asyncio
import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import openai
import pytest

from oaiworkbook.client import AsyncOpenAI, OpenAI, retries
from oaiworkbook.client.exchange import DeadlineExceeded, last_failure
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.practice.answers import stream_answer, text_answer
from oaiworkbook.practice.faults import FAULTS, plan
from oaiworkbook.practice.loopback import Reply, Served
from oaiworkbook.practice.server import PracticeServer
from oaiworkbook.recordings.file import Answer


def least(low: float, high: float) -> float:
    return low


ASK: dict[str, Any] = {"model": "gpt-6-luna", "input": "Does the 14:10 sail?"}
USAGE = (40, 12)  # tokens in and out: 40 * 0.10 + 12 * 0.50 USD a million
PRICE = Decimal("0.00001")
PLAIN = Answer.model_validate(text_answer("No.", model="gpt-6-luna", usage=USAGE))
STREAM = Answer.model_validate(stream_answer(["N", "o."], model="gpt-6-luna", usage=USAGE))


def source(served: Served) -> Reply:
    return Reply(STREAM if served.form.get("stream") else PLAIN, "authored")


PAID = ("ok", PRICE)
REFUSED = ("error", Decimal(0))  # the server said no: no usage, no cost
LOST = ("error", None)  # no answer came: the API may have done the work, so not 0 but unknown
CUT = ("cut", None)


@dataclass(frozen=True)
class Case:
    """`seen`: what the server noted. `raises`: None for success. `rows`: status and cost of each."""

    fault: str
    seen: Sequence[str]
    raises: type[Exception] | None = None
    text: str = "No."
    rows: Sequence[tuple[str, Decimal | None]] = (REFUSED, PAID)


# Up to the head of the answer a stream is tried like any other call.
BOTH = [
    Case("ok", ["200"], rows=[PAID]),
    Case("429:0.05", ["429", "200"]),
    Case("429:0.05*2", ["429", "429", "200"], rows=[REFUSED, REFUSED, PAID]),
    Case("429:0.05*", ["429"] * 5, openai.RateLimitError, rows=[REFUSED] * 5),
    Case("429:61", ["429"], openai.RateLimitError, rows=[REFUSED]),
    Case("429-bare", ["429", "200"]),
    Case("429-reset:0.05", ["429", "200"]),
    Case("429-words:0.05", ["429", "200"]),
    Case("slow_down", ["429", "200"]),
    Case("quota", ["429"], openai.RateLimitError, rows=[REFUSED]),
    Case("inactive", ["429"], openai.RateLimitError, rows=[REFUSED]),
    Case("501", ["501"], openai.InternalServerError, rows=[REFUSED]),
    Case("500", ["500", "200"]),
    Case("500*", ["500"] * 5, openai.InternalServerError, rows=[REFUSED] * 5),
    Case("503", ["503", "200"]),
    Case("503:300", ["503"], openai.InternalServerError, rows=[REFUSED]),
    Case("reset", ["reset", "200"], rows=[LOST, PAID]),
    Case("reset*", ["reset"] * 5, openai.APIConnectionError, rows=[LOST] * 5),
    Case("lost", ["200 lost", "200"], rows=[LOST, PAID]),
    Case("redirect*", ["307"] * 21, openai.APIConnectionError, rows=[LOST]),
    Case("gzip", ["200 gzip"], rows=[PAID]),
    Case("same-id", ["200 same-id"], rows=[PAID]),
    Case("drip:0.00001", ["200 drip"], rows=[PAID]),
    Case("drip-head:0.00001", ["200 drip-head"], rows=[PAID]),
    Case("hang:2", ["hang", "200"], rows=[LOST, PAID]),
    Case("hang:2*", ["hang"] * 5, openai.APITimeoutError, rows=[LOST] * 5),
]
WHOLE = [
    # Paid for, perhaps: the answer was on its way. Its cost is unknown, never 0.
    Case("cut", ["200 cut", "200"], rows=[CUT, PAID]),
    Case("end", ["200 end", "200"], rows=[CUT, PAID]),
    Case("garbage", ["200"], json.JSONDecodeError, rows=[("ok", None)]),
    Case("error-200", ["200"], openai.APIError, rows=[LOST]),
    Case("html", ["200"], openai.APIConnectionError, rows=[("ok", None)]),
]
STREAMED = [
    # Never tried again once it has begun: that would be paid twice.
    Case("cut", ["200 cut"], openai.APIConnectionError, rows=[CUT]),
    Case("end", ["200 end"], text="N", rows=[CUT]),
]


def test_every_fault_is_in_the_tables() -> None:
    named = {case.fault.split(":")[0].split("*")[0] for case in BOTH + WHOLE}
    assert named == set(FAULTS)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real tries with short waits between them."""
    real = retries.steer

    def steer(*args: Any, **given: Any) -> dict[str, str]:
        return real(*args, **{**given, "pace": 0.01, "jitter": least})

    monkeypatch.setattr(retries, "steer", steer)
    # After a reset or a timeout there is no answer to steer by: the SDK's own wait.
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.005)


class Failing(PracticeServer):
    """One server for the whole file: starting and stopping one takes longer than a test."""

    def fail(self, *faults: str) -> None:
        self._faults = plan(faults)
        self.log.clear()

    @property
    def answered(self) -> list[str]:
        return [each.answered for each in self.log]


@pytest.fixture(scope="module")
def running() -> Iterator[Failing]:
    with Failing(source=source) as server:
        yield server


@pytest.fixture
def server(running: Failing) -> Failing:
    running.fail()
    return running


def call(server: PracticeServer, *, stream: bool, **options: Any) -> str:
    client = OpenAI(base_url=server.url, **options)
    if not stream:
        return client.responses.create(**ASK).output_text
    events = client.responses.create(**ASK, stream=True)
    return "".join(e.delta for e in events if e.type == "response.output_text.delta")


async def call_async(server: PracticeServer, *, stream: bool, **options: Any) -> str:
    async with AsyncOpenAI(base_url=server.url, **options) as client:
        if not stream:
            return (await client.responses.create(**ASK)).output_text
        events = await client.responses.create(**ASK, stream=True)
        return "".join([e.delta async for e in events if e.type == "response.output_text.delta"])


def run(server: Failing, asynchronous: bool, **options: Any) -> str:
    if asynchronous:
        return asyncio.run(call_async(server, **options))
    return call(server, **options)


def verify(server: Failing, case: Case, *, asynchronous: bool, stream: bool) -> None:
    # Short where every try is to run into it; else with room for a busy machine.
    timeout = {"hang:2": 0.5, "hang:2*": 0.1}.get(case.fault, 10)
    options: dict[str, Any] = {"stream": stream, "timeout": timeout}

    server.fail(case.fault)
    if case.raises is None:
        assert run(server, asynchronous, **options) == case.text
    else:
        with pytest.raises(case.raises) as caught:
            run(server, asynchronous, **options)
        assert caught.type is case.raises
    assert server.answered == list(case.seen)
    calls = default_ledger().calls()
    assert [(each.status, each.cost_usd) for each in calls] == list(case.rows)
    assert [each.attempt for each in calls] == list(range(len(case.rows)))
    assert {each.mode for each in calls} == {"practice"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("case", BOTH + WHOLE, ids=lambda case: case.fault)
def test_a_plain_call(server: Failing, case: Case, asynchronous: bool) -> None:
    verify(server, case, asynchronous=asynchronous, stream=False)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("case", BOTH + STREAMED, ids=lambda case: case.fault)
def test_a_stream(server: Failing, case: Case, asynchronous: bool) -> None:
    verify(server, case, asynchronous=asynchronous, stream=True)


def test_the_deadline_ends_the_tries_before_a_wait_that_is_too_long(server: Failing) -> None:
    server.fail("500*")
    with pytest.raises(openai.InternalServerError):
        call(server, stream=False, deadline=0.2)  # the first wait would be 0.375 s or more
    assert server.answered == ["500"]


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_the_deadline_ends_tries_that_got_no_answer(
    server: Failing, asynchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.1)
    server.fail("hang:2*")
    options: dict[str, Any] = {"stream": False, "timeout": 0.1, "deadline": 0.15}
    with pytest.raises(DeadlineExceeded, match="pass deadline=") as caught:
        run(server, asynchronous, **options)
    assert isinstance(caught.value, openai.APITimeoutError)
    assert server.answered == ["hang"]


def test_the_deadline_is_that_of_one_call_not_of_a_client(server: Failing) -> None:
    client = OpenAI(base_url=server.url, deadline=0.6)
    client.responses.create(**ASK)
    time.sleep(0.65)
    server.fail("429:0.001")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retries, "steer", partial(retries.steer, jitter=least))
        assert client.responses.create(**ASK).output_text == "No."


@pytest.mark.usefixtures("quick")
def test_each_wait_is_told_with_its_reason(server: Failing) -> None:
    told: list[str] = []
    log = logging.getLogger("openai._base_client")
    notice = retries.RetryNotice(told.append, last_failure.get)
    level = log.level
    log.addHandler(notice)
    log.setLevel(logging.INFO)
    try:
        server.fail("429:0.05", "503", "reset", "slow_down")
        call(server, stream=False)
    finally:
        log.removeHandler(notice)
        log.setLevel(level)
    reasons = [each.split(" after ")[1] for each in told]
    assert reasons[:2] == ["429 rate_limit_exceeded", "503 server_is_overloaded"]
    assert reasons[3] == "429 slow_down"
    assert told[0].startswith("retry 1 of 4 in 0.00 s")
    assert len(told) == 4


@pytest.mark.usefixtures("quick")
def test_the_log_says_why_an_attempt_failed(server: Failing) -> None:
    server.fail("429:0.05", "500", "hang:2")
    call(server, stream=False, timeout=0.5)
    errors = [each.error for each in default_ledger().calls()]
    assert errors == ["429 rate_limit_exceeded", "500 server_error", "ReadTimeout", None]
