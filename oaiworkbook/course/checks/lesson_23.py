"""Exercises of lesson 23, Concurrency."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
import openai

from ...practice.answers import error_answer, text_answer
from ...recordings.file import Answer
from ..exercises.judge import Exercise, Runaway, Wrong
from ..exercises.probe import expect, run_async

CARDS = ["No roof.", "Too late.", "Too dear.", "No seat.", "Broken bench.", "Kind driver."]
MOMENT = 0.01  # seconds that a call takes at least

BUSY = error_answer(429, "rate_limit_exceeded", type="for the check", code="requests")
CRASHED = error_answer(500, "server_error", type="for the check", code="server_error")
BAD_REQUEST = error_answer(
    400, "unknown_parameter", type="for the check", code="invalid_request_error"
)

# Given a text and which time it is asked, from 1: a failure, or None for an answer.
Fails = Callable[[str, int], Any]


class Office:
    """An async client to hand to the learner's function. Calls take a moment, the first the longest."""

    def __init__(self, fails: Fails = lambda text, time: None, limit: int = 60) -> None:
        self.sent: list[str] = []
        self.ended = self.under_way = self.most = 0
        self._fails, self._limit = fails, limit
        transport = httpx2.MockTransport(self._answer)
        self.client = openai.AsyncOpenAI(
            api_key="sk-test",
            base_url="http://probe.invalid/v1",
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(transport=transport),
        )

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if len(self.sent) >= self._limit:
            raise Runaway(f"your code sent {self._limit} requests and did not stop")
        text = json.loads(request.content)["input"]
        self.sent.append(text)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        place = CARDS.index(text) if text in CARDS else 0
        await asyncio.sleep(MOMENT * (len(CARDS) - place))
        self.under_way -= 1
        self.ended += 1
        reply = self._fails(text, self.sent.count(text))
        if isinstance(reply, BaseException):
            raise reply
        answer = Answer.model_validate(_named(reply or text_answer(about(text))))
        return httpx2.Response(
            answer.status, headers=answer.headers, content=answer.content(Path())[0]
        )


def about(text: str) -> str:
    return f"About {text}"


def _named(reply: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(reply)
    if "model" in whole["json"]:
        whole["json"] = whole["json"] | {"model": "gpt-6-luna"}
    return whole


def gap_for(answer: Callable[..., Any]) -> str:
    for tokens, rpm, tpm, what in (
        (50, 5_000, 2_000_000, "requests decide"),
        (1_000, 5_000, 2_000_000, "tokens decide"),
        (400, 5_000, 2_000_000, "both give the same"),
        (200, 3, 40_000, "requests decide"),
    ):
        expected = max(60 / rpm, 60 * tokens / tpm)
        found = answer(tokens, rpm, tpm)
        expect(
            isinstance(found, int | float) and abs(found - expected) < 1e-9 * expected,
            f"with {tokens} tokens a call, {rpm:,} requests and {tpm:,} tokens a minute, where "
            f"{what}, it returns {found!r}",
        )
    return "The longer of the two."


def watched(answer: Callable[..., Any]) -> str:
    for limit in (3, 1, 50):
        office, told = Office(), list[tuple[Any, ...]]()
        ended_when_told: list[int] = []

        def tell(
            *numbers: Any,
            told: list[Any] = told,
            office: Office = office,
            ended: list[int] = ended_when_told,
        ) -> None:
            told.append(numbers)
            ended.append(office.ended)

        found = run_async(answer(office.client, list(CARDS), limit, tell))
        most = min(limit, len(CARDS))
        expect(
            office.most <= limit,
            f"with `limit={limit}`, {office.most} calls were under way at once",
        )
        expect(
            office.most == most,
            f"with `limit={limit}` and {len(CARDS)} texts, never more than {office.most} calls were "
            "under way",
        )
        expect(
            sorted(office.sent) == sorted(CARDS),
            f"{len(CARDS)} texts, and it sent {len(office.sent)} requests",
        )
        _in_order(found, [about(card) for card in CARDS])
        expected = [(number, len(CARDS)) for number in range(1, len(CARDS) + 1)]
        expect(told == expected, f"it called `tell` with {told}")
        early = [
            done for (done, _), ended in zip(told, ended_when_told, strict=True) if ended < done
        ]
        expect(not early, f"it told {early[:1]} before so many answers were there")
        expect(
            ended_when_told[0] < len(CARDS),
            "it told nothing until all the answers were there: the bar would jump from 0 to the end",
        )
    return "Never too many, in order, and the bar moves."


def _in_order(found: Any, expected: Sequence[Any]) -> None:
    expect(isinstance(found, list | tuple), f"it returned {found!r}, no list")
    if Counter(map(str, found)) == Counter(map(str, expected)):
        expect(list(found) == list(expected), "the answers are not in the order of the texts")
    expect(list(found) == list(expected), f"it returned {list(found)!r}")


def keep(answer: Callable[..., Any]) -> str:
    for words, failure in (
        ("a 429", BUSY),
        ("a 500", CRASHED),
        ("a refused connection", httpx2.ConnectError("refused")),
    ):
        _mended(answer, words, failure)
    _gives_up(answer)
    _our_mistake(answer)
    return "What is paid for is kept, and nothing is sent twice without need."


def _run(answer: Callable[..., Any], office: Office, words: str, **more: Any) -> Any:
    try:
        return run_async(answer(office.client, list(CARDS), **more))
    except (openai.APIError, ExceptionGroup) as error:
        raise Wrong(f"{words} stopped it with {type(error).__name__}") from None


def _mended(answer: Callable[..., Any], words: str, failure: Any) -> None:
    """Two texts fail the first time, one of them the second time too."""
    fail = {CARDS[1]: 1, CARDS[4]: 2}
    office = Office(lambda text, time: failure if time <= fail.get(text, 0) else None)
    found = _run(answer, office, f"{words} for two texts")
    expect(office.most > 1, "it never had more than one call under way")
    again = Counter(office.sent[len(CARDS) :])
    expect(
        not set(again) - set(fail),
        f"{words} for two texts, and it sent {sum(again.values())} again",
    )
    expect(
        again == Counter(fail),
        f"one text failed once with {words}, another twice: it sent {dict(again)} again",
    )
    _in_order(found, [about(card) for card in CARDS])


def _gives_up(answer: Callable[..., Any]) -> None:
    for rounds in (3, 1):
        office = Office(lambda text, time: BUSY if text == CARDS[2] else None)
        found = _run(answer, office, "a 429 that does not end", rounds=rounds)
        sent = office.sent.count(CARDS[2])
        expect(sent == rounds, f"with `rounds={rounds}` it sent a text {sent} times")
        _holds(found, CARDS[2], openai.RateLimitError)


def _our_mistake(answer: Callable[..., Any]) -> None:
    office = Office(lambda text, time: BAD_REQUEST if text == CARDS[0] else None)
    found = _run(answer, office, "a 400 for one text")
    sent = office.sent.count(CARDS[0])
    expect(sent == 1, f"a text was refused with a 400, and it sent it {sent} times")
    _holds(found, CARDS[0], openai.BadRequestError)


def _holds(found: Any, failed: str, kind: type[openai.APIError]) -> None:
    """The list has the error in its place, and all the other answers."""
    expect(
        isinstance(found, list | tuple) and len(found) == len(CARDS),
        f"{len(CARDS)} texts, and it returned {found!r}",
    )
    place = CARDS.index(failed)
    expect(
        isinstance(found[place], kind),
        f"no answer came for one text, and in its place is {found[place]!r}",
    )
    others = [text for text in CARDS if text != failed]
    _in_order([*found[:place], *found[place + 1 :]], [about(text) for text in others])


EXERCISES = [
    Exercise(
        id="23-1",
        check=gap_for,
        hints=(
            "A minute has `tpm` tokens. How many seconds does one token take? And `tokens` of them?",
            "Both limits must hold, so the longer of the two gaps is the answer: `max`.",
        ),
        reference='''
def gap_for(tokens, rpm, tpm):
    """Seconds between two starts, so that neither limit is passed."""
    for_requests = 60 / rpm
    for_tokens = 60 / tpm * tokens
    return max(for_requests, for_tokens)
''',
    ),
    Exercise(
        id="23-2",
        check=watched,
        hints=(
            "Take `run_all` without its pace. Where in `one` is an answer just there?",
            "Count the answers in a variable of `watched`; inside `one` it is `nonlocal`.",
            "`answer = await subject(client, text)`, then `done += 1`, then `tell(done, len(texts))`.",
        ),
        reference='''
async def watched(client, texts, limit, tell):
    """Answers in order; `tell(done, total)` after each."""
    gate, done = asyncio.Semaphore(limit), 0

    async def one(text):
        nonlocal done
        async with gate:
            answer = await subject(client, text)
        done += 1
        tell(done, len(texts))
        return answer

    return await asyncio.gather(*[one(text) for text in texts])
''',
    ),
    Exercise(
        id="23-3",
        check=keep,
        hints=(
            "Keep a list `found` with a place for each text, and a list of the places still to send.",
            "`gather(..., return_exceptions=True)` of a round: put each result into its place.",
            "`isinstance(result, (openai.RateLimitError, ...))` says whether its place is sent again.",
        ),
        reference='''
async def keep(client, texts, rounds=3):
    """A list in order: answers, and errors where none came."""
    found, left = [None] * len(texts), list(range(len(texts)))
    passing = (openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError)
    for _ in range(rounds):
        calls = [subject(client, texts[place]) for place in left]
        for place, result in zip(left, await asyncio.gather(*calls, return_exceptions=True)):
            found[place] = result
        left = [place for place in left if isinstance(found[place], passing)]
    return found
''',
    ),
]
