"""Exercises of lesson 23, Concurrency."""

import asyncio
import inspect
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import openai

from ...practice.answers import of_body
from ..exercises.failures import (
    BROKEN,
    BUSY,
    CRASHED,
    FAILURES,
    NO_CREDIT,
    OTHER_400,
    SILENCE,
    WRONG_KEY,
    passes_on,
)
from ..exercises.judge import Exercise, NotPlayed, Runaway, Wrong
from ..exercises.probe import Asked, Probe, expect, run_async

CARDS = ["No roof.", "Too late.", "Too dear.", "No seat.", "Broken bench.", "Kind driver."]
# Turns of the event loop that a call takes, by card. No two sums are alike, so never do two calls
# end together, and whoever waits for one has time to go on before the next.
TURNS = [200 * 2**place for place in reversed(range(len(CARDS)))]
GAP = 0.1  # seconds
_FIRST = "/first"

# Given a text and which time it is asked, from 1: the name of a failure, or None for an answer.
Fails = Callable[[str, int], str | None]


class Office:
    """Answers texts, keeps their calls under way for a while, the first the longest, and watches."""

    def __init__(self, fails: Fails = lambda text, time: None) -> None:
        self.sent: list[str] = []
        self.starts: list[float] = []
        self.early = ""  # a text that was sent again while calls of the round before were under way
        self.ended = self.most = 0
        self.last_end = 0.0
        self._fails = fails
        self._rounds: Counter[int] = (
            Counter()
        )  # calls under way that are a text's first, second ...
        self.probe = Probe([self._reply], limit=60, pause=self._under_way)
        self.client = self.probe.async_client
        # A client's first call asks a thread what machine this is, and nobody knows how long it takes.
        run_async(self.client.get(_FIRST, cast_to=object))
        self.probe.requests.clear()

    def _reply(self, asked: Asked) -> Any:
        if asked.path == _FIRST:
            return of_body({})
        text = asked.question
        if text not in CARDS:
            raise NotPlayed(f"{text!r} instead of one of the texts")
        self.sent.append(text)
        self.starts.append(time.monotonic())
        failure = self._fails(text, self.sent.count(text))
        return about(text) if failure is None else FAILURES[failure]

    async def _under_way(self, asked: Asked) -> None:
        if asked.question not in CARDS:
            return
        round_ = self.sent.count(asked.question)
        if any(self._rounds[earlier] for earlier in range(1, round_)):
            self.early = self.early or asked.question
        self._rounds[round_] += 1
        self.most = max(self.most, self._rounds.total())
        for _ in range(TURNS[CARDS.index(asked.question)]):
            await asyncio.sleep(0)
        self._rounds[round_] -= 1
        self.ended += 1
        self.last_end = time.monotonic()


def about(text: str) -> str:
    return f"About {text}"


def gap_for(answer: Callable[..., Any]) -> str:
    for tokens, rpm, tpm, what in (
        (50, 5_000, 2_000_000, "requests decide"),
        (1_000, 5_000, 2_000_000, "tokens decide"),
        (400, 5_000, 2_000_000, "both give the same"),
        (200, 3, 40_000, "requests decide"),
        (30_000, 500, 40_000, "tokens decide"),
    ):
        expected = max(60 / rpm, 60 * tokens / tpm)
        found = answer(tokens, rpm, tpm)
        said = (
            f"with {tokens:,} tokens a call, {rpm:,} requests and {tpm:,} tokens a minute, where "
            f"{what}, it returns {found!r}"
        )
        try:
            close = math.isclose(float(found), expected, rel_tol=1e-9)
        except (TypeError, ValueError):
            raise Wrong(said) from None
        expect(close, said)
    return "The longer of the two."


def watched(answer: Callable[..., Any]) -> str:
    for limit in (3, 1, 50):
        office = Office()
        told: list[tuple[Any, ...]] = []
        ended: list[int] = []  # answers that were there at each call of `tell`

        def tell(
            *numbers: Any,
            told_: list[Any] = told,
            office_: Office = office,
            ended_: list[int] = ended,
            **named: Any,
        ) -> None:
            told_.append((*numbers, *(named[name] for name in sorted(named))))
            ended_.append(office_.ended)

        found = _result(answer(office.client, list(CARDS), limit, tell))
        _whole(found, office)
        expect(
            office.most <= limit,
            f"with `limit={limit}`, {office.most} calls were under way at once",
        )
        expect(
            office.most == min(limit, len(CARDS)),
            f"with `limit={limit}` and {len(CARDS)} texts, never more than {_calls(office.most)} "
            "under way",
        )
        expect(
            Counter(office.sent) == Counter(CARDS),
            f"{len(CARDS)} texts, and it sent {_requests(len(office.sent))}",
        )
        _in_order(found, [about(card) for card in CARDS])
        _told(told, ended, limit)
    passes_on(
        lambda probe: run_async(
            answer(probe.async_client, list(CARDS), 3, lambda *numbers, **named: None)
        )
    )
    return "Never too many, in order, and the bar moves."


def _told(told: list[tuple[Any, ...]], ended: list[int], limit: int) -> None:
    expected = [(number, len(CARDS)) for number in range(1, len(CARDS) + 1)]
    expect(told == expected, f"with `limit={limit}` it called `tell` with {told}")
    for (done, _), there in zip(told, ended, strict=True):
        words = f"with `limit={limit}` it told that {done} of {len(CARDS)} are done"
        expect(there >= done, f"{words} before so many answers were there")
        expect(
            there == done,
            f"{words} when {there} answers were there already: the bar would stop, then jump",
        )


def _calls(number: int) -> str:
    return "1 call was" if number == 1 else f"{number} calls were"


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _result(work: Any) -> Any:
    expect(
        inspect.isawaitable(work),
        f"it is no `async def` function: the call gives a `{type(work).__name__}` at once",
    )
    return run_async(work)


def _whole(found: Any, office: Office) -> None:
    """Raises what stopped the program, where it has kept that as one of its results."""
    for each in found if isinstance(found, list | tuple) else ():
        if isinstance(each, Runaway | NotPlayed):
            raise each
    expect(
        all(asked.rules for asked in office.probe.requests),
        "a request holds a text and no task for the model: `subject` sends both",
    )


def _in_order(found: Any, expected: Sequence[Any]) -> None:
    expect(isinstance(found, list | tuple), f"it returned {found!r}, no list")
    if Counter(map(str, found)) == Counter(map(str, expected)):
        expect(list(found) == list(expected), "the answers are not in the order of the texts")
    expect(list(found) == list(expected), f"it returned {list(found)!r}")


def keep(answer: Callable[..., Any]) -> str:
    for failure in (BUSY, CRASHED, BROKEN, SILENCE):
        _mended(answer, failure)
    for rounds in (3, 2, 1):
        _gives_up(answer, rounds)
    for failure in (OTHER_400, WRONG_KEY, NO_CREDIT):
        _in_vain(answer, failure)
    _changes_its_mind(answer)
    _paced(answer)
    _equal_texts(answer)
    return "What is paid for is kept, and nothing is sent twice without need."


def _run(
    answer: Callable[..., Any],
    office: Office,
    words: str,
    texts: Sequence[str] = CARDS,
    **more: Any,
) -> Any:
    try:
        found = _result(answer(office.client, list(texts), **more))
    except (openai.APIError, ExceptionGroup) as error:
        raise Wrong(f"{words} stopped it with `{type(error).__name__}`") from None
    _whole(found, office)
    return found


def _mended(answer: Callable[..., Any], failure: str) -> None:
    """Two texts fail the first time, one of them the second time too."""
    fail = {CARDS[1]: 1, CARDS[4]: 2}
    office = Office(lambda text, time: failure if time <= fail.get(text, 0) else None)
    found = _run(answer, office, f"{failure} for two texts")
    first = office.sent[: len(CARDS)]
    expect(
        office.most == len(CARDS),
        f"the first round sends {len(CARDS)} texts at once, and never more than "
        f"{_calls(office.most)} under way",
    )
    again = Counter(office.sent[len(CARDS) :])
    expect(
        not set(again) - set(fail) and Counter(first) == Counter(CARDS),
        f"{failure} for two texts, and it sent {_requests(again.total())} after the first round",
    )
    expect(
        again == Counter(fail),
        f"one text failed once with {failure}, another twice: it sent {dict(again)} again",
    )
    expect(
        not office.early,
        f"{office.early!r} was sent again while calls of the round before were still under way",
    )
    _in_order(found, [about(card) for card in CARDS])


def _gives_up(answer: Callable[..., Any], rounds: int) -> None:
    office = Office(lambda text, time: BUSY if text == CARDS[2] else None)
    # 3 is the default.
    more: dict[str, Any] = {} if rounds == 3 else {"rounds": rounds}
    found = _run(answer, office, f"{BUSY} that does not end", **more)
    sent = office.sent.count(CARDS[2])
    expect(sent == rounds, f"with `rounds={rounds}` it sent a text {_times(sent)}")
    _holds(found, CARDS[2], openai.RateLimitError)


def _in_vain(answer: Callable[..., Any], failure: str) -> None:
    office = Office(lambda text, time: failure if text == CARDS[0] else None)
    found = _run(answer, office, f"{failure} for one text")
    sent = office.sent.count(CARDS[0])
    expect(
        sent == 1,
        f"a text failed with {failure}, and it sent it {_times(sent)}: this does not pass by itself",
    )
    _holds(found, CARDS[0], openai.APIStatusError)


def _changes_its_mind(answer: Callable[..., Any]) -> None:
    """A text fails in passing, then for good."""
    errors = {1: BUSY, 2: OTHER_400}
    office = Office(lambda text, time: errors.get(time) if text == CARDS[3] else None)
    found = _run(answer, office, f"{BUSY} and then {OTHER_400} for one text")
    sent = office.sent.count(CARDS[3])
    expect(
        sent == 2, f"a text failed with {BUSY}, then with {OTHER_400}; it sent it {_times(sent)}"
    )
    _holds(found, CARDS[3], openai.BadRequestError)


def _paced(answer: Callable[..., Any]) -> None:
    """Of a round with n calls the last starts n - 1 gaps after the round before has ended, or later."""
    fail = CARDS[2:5]
    begun: list[float] = []

    def fails(text: str, time: int) -> str | None:
        if time == 2 and not begun:
            begun.append(office.last_end)
        return BUSY if time == 1 and text in fail else None

    office = Office(fails)
    started = time.monotonic()
    _run(answer, office, f"with `gap={GAP}`, {BUSY} for three texts", gap=GAP)
    expect(
        len(office.sent) == len(CARDS) + len(fail),
        f"with `gap={GAP}`, {len(fail)} texts failed once: it sent {_requests(len(office.sent))}",
    )
    last = len(CARDS) - 1
    for name, calls, span in (
        ("first", len(CARDS), office.starts[last] - started),
        ("second", len(fail), office.starts[-1] - begun[0]),
    ):
        expect(
            span >= (calls - 1) * GAP * 0.9,
            f"with `gap={GAP}`, the {calls} calls of the {name} round started within "
            f"{span:.2f} seconds",
        )


def _equal_texts(answer: Callable[..., Any]) -> None:
    twice = [CARDS[5], CARDS[1], CARDS[5]]
    office = Office(lambda text, time: CRASHED if text == CARDS[1] and time == 1 else None)
    found = _run(answer, office, f"{CRASHED} for one text", twice)
    expect(
        isinstance(found, list | tuple) and list(found) == [about(text) for text in twice],
        f"for the texts {twice} it returned {found!r}",
    )


def _holds(found: Any, failed: str, kind: type[openai.APIError]) -> None:
    """The list has the error in its place, and all the other answers."""
    expect(
        isinstance(found, list | tuple) and len(found) == len(CARDS),
        f"{len(CARDS)} texts, and it returned {found!r}",
    )
    place = CARDS.index(failed)
    expect(
        isinstance(found[place], kind),
        f"no answer came for one text, its last error is a `{kind.__name__}`, and in its place is "
        f"{found[place]!r}",
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
            "`run_all` is a round: it has the pace, and puts errors into its list. Put each result "
            "into its place in `found`.",
            "`isinstance(result, (openai.RateLimitError, ...))` says whether a place is sent again. "
            "The `type` of an error says whether it is for want of credit.",
        ),
        reference='''
PASSING = (openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError)


async def keep(client, texts, rounds=3, gap=0.0):
    """A list in order: answers, and the last error where none came."""
    found, left = [None] * len(texts), list(range(len(texts)))
    for _ in range(rounds):
        results = await run_all(client, [texts[place] for place in left], len(texts), gap)
        for place, result in zip(left, results):
            found[place] = result
        failed = [place for place in left if isinstance(found[place], PASSING)]
        left = [place for place in failed if found[place].type != "insufficient_quota"]
    return found
''',
    ),
]
