"""Exercises of lesson 20, Errors and retries."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import httpx2
import openai

from ..exercises import failures
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong, untried
from ..exercises.probe import Asked, Probe, error_answer, expect, no_waiting

QUESTION = "Does the 17:40 sail?"
SAILS = "Yes, the 17:40 sails."


def _refused(status: int, kind: str, code: str | None, says: str = "Refused.") -> Mapping[str, Any]:
    return error_answer(status, says, type=kind, code=code)


def _no_credit(code: str) -> Mapping[str, Any]:
    return _refused(429, "insufficient_quota", code, "Add funds, or wait for the next month.")


BUSY = _refused(429, "requests", "rate_limit_exceeded", "Your quota of 500 a minute is used up.")
BUSY_TOKENS = _refused(429, "tokens", "rate_limit_exceeded")
SLOW_DOWN = _refused(429, "rate_limit_error", "slow_down")
CRASHED = _refused(500, "server_error", None)
OVERLOADED = _refused(503, "service_unavailable_error", "server_is_overloaded")
NOBODY = httpx2.ConnectError("refused")
SILENCE = httpx2.ReadTimeout("silence")
# What to say about an error, and what makes it.
PASSING: Mapping[str, Any] = {
    "a 429 `rate_limit_exceeded` of type `requests`": BUSY,
    "a 429 `rate_limit_exceeded` of type `tokens`": BUSY_TOKENS,
    "a 429 `slow_down`": SLOW_DOWN,
    "a 500": CRASHED,
    "a 502": _refused(502, "server_error", None),
    "a 503": OVERLOADED,
    "a 504": _refused(504, "server_error", None),
    "a refused connection": NOBODY,
    "a timeout": SILENCE,
}
NO_CREDIT: Mapping[str, Any] = {
    f"a 429 of type `insufficient_quota` with the code `{code}`": _no_credit(code)
    for code in (
        "credit_balance_exhausted",
        "project_spend_limit_exceeded",
        "organization_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "insufficient_quota",
    )
}
TWICE: Mapping[str, Any] = {
    "a 408": _refused(408, "timeout", None),
    "a 409": _refused(409, "conflict", None),
}
OURS: Mapping[str, Any] = {
    "a 400": _refused(400, "invalid_request_error", "unknown_parameter"),
    "a 401": _refused(401, "invalid_request_error", "invalid_api_key"),
    "a 403": _refused(403, "invalid_request_error", "unsupported_country_region_territory"),
    "a 404": _refused(404, "invalid_request_error", "model_not_found"),
    "a 422": _refused(422, "invalid_request_error", None),
}


def worth(answer: Callable[..., Any]) -> str:
    help_, do_not = {**PASSING, **TWICE}, {**NO_CREDIT, **OURS}
    for words, reply in (help_ | do_not).items():
        found = answer(_raised(reply))
        expect(
            isinstance(found, bool),
            f"for {words} it returns {found!r}, which is neither `True` nor `False`",
        )
        expect(found is (words in help_), f"for {words} it returns `{found}`")
    return f"{len(help_ | do_not)} errors, no mistake."


def _raised(reply: Any) -> openai.APIError:
    try:
        Probe([reply]).client.responses.create(model="gpt-6-luna", input=QUESTION)
    except openai.APIError as error:
        return error
    raise AssertionError("the probe raised nothing")


def patient(answer: Callable[..., Any]) -> str:
    with no_waiting(answer) as waits:
        for words, reply in PASSING.items():
            if not words.startswith("a 429"):
                _gets_through(answer, [reply], words, waits)
        kinds = [CRASHED, NOBODY, OVERLOADED]
        _gets_through(answer, kinds, "a 500, a refused connection and a 503", waits)
        for tries in (None, 2, 1, 8):
            _gives_up(answer, tries, waits)
        _stops_at_once(answer, waits)
        _has_jitter(answer, waits)
    return "Twice as long each time up to 8 seconds, never all at once, and not for ever."


def _gets_through(
    answer: Callable[..., Any], before: Sequence[Any], words: str, waits: list[float]
) -> None:
    waits.clear()
    probe = Probe([*before, SAILS])
    try:
        found = answer(probe.client, QUESTION)
    except openai.APIError as error:
        raise Wrong(
            f"after {words} the next call has an answer; it stopped after "
            f"{_calls(len(probe.requests))} with `{type(error).__name__}`"
        ) from None
    sent = len(probe.requests)
    expect(
        sent == len(before) + 1,
        f"after {words} the next call has an answer; it made {_calls(sent)} in all",
    )
    expect(
        SAILS in (found, getattr(found, "output_text", None)),
        f"after {words} the answer was {SAILS!r}, and it returned {found!r}",
    )
    for asked in probe.requests:
        expect(
            asked.question == QUESTION and asked.rules,
            f"a request asks {asked.question!r}, with the rules {asked.rules!r}: "
            f"is it a call of `ask` with the question {QUESTION!r}?",
        )
    _by_the_formula(waits, len(before), f"after {words}")


def _by_the_formula(waits: Sequence[float], failed: int, where: str) -> None:
    expect(
        len(waits) == failed,
        f"{where} it waited {_times(len(waits))} with `time.sleep`; it was to be {_times(failed)}",
    )
    for number, wait in enumerate(waits):
        middle = _middle(number)
        expect(
            0.75 * middle - 1e-6 <= wait <= 1.25 * middle + 1e-6,
            f"{where} wait {number + 1} was {wait:.3f} s; it was to be {middle:g} s, "
            f"give or take a quarter",
        )


def _middle(number: int) -> float:
    return min(0.5 * 2.0**number, 8.0)


def _gives_up(answer: Callable[..., Any], tries: int | None, waits: list[float]) -> None:
    waits.clear()
    most = 4 if tries is None else tries
    words = "without `tries`" if tries is None else f"with `tries={tries}`"
    given = {} if tries is None else {"tries": tries}
    # The last error is not the first one; with a fifth call, it is another again.
    probe = Probe([*[CRASHED] * (most - 1), NOBODY, OVERLOADED], limit=20)
    try:
        found = answer(probe.client, QUESTION, **given)
    except openai.APIError as error:
        sent = len(probe.requests)
        expect(sent == most, f"{words}, and each call failing, it made {_calls(sent)}")
        expect(
            isinstance(error, openai.APIConnectionError),
            f"{words} the last call met a refused connection, and the caller gets "
            f"`{type(error).__name__}`",
        )
    else:
        raise Wrong(f"{words} every call failed, and it returned {found!r} instead of raising")
    expect(
        len(waits) < most,
        f"{words} it waited {_times(len(waits))}: nothing follows the last wait",
    )
    _by_the_formula(waits, most - 1, f"{words}, and each call failing,")


def _stops_at_once(answer: Callable[..., Any], waits: list[float]) -> None:
    probes: list[Probe] = []

    def run(probe: Probe) -> Any:
        probes.append(probe)
        return answer(probe.client, QUESTION)

    waits.clear()
    retried = (failures.CRASHED, failures.BROKEN, failures.SILENCE)
    passes_on(run, but=retried)
    names = [name for name in failures.FAILURES if name not in retried]
    for name, reply in TWICE.items():
        names.append(name)
        try:
            run(Probe([reply]))
        except openai.APIStatusError:
            continue
        raise Wrong(f"{name} is kept from the caller")
    for name, probe in zip(names, probes, strict=True):
        expect(len(probe.requests) == 1, f"after {name} it made {_calls(len(probe.requests))}")
    expect(not waits, f"before it lets such an error as {failures.WRONG_KEY} through, it waits")


def _has_jitter(answer: Callable[..., Any], waits: list[float]) -> None:
    runs: list[list[float]] = []
    for _ in range(20):
        waits.clear()
        try:
            answer(Probe([CRASHED]).client, QUESTION, tries=8)
        except openai.InternalServerError:
            _by_the_formula(waits, 7, "with `tries=8`")
            runs.append([wait / _middle(number) for number, wait in enumerate(waits)])
    for number, shares in enumerate(zip(*runs, strict=True)):
        expect(
            max(shares) - min(shares) > 1e-6,
            f"20 phones, and all make their wait number {number + 1} of "
            f"{shares[0] * _middle(number):.3f} s: there is no jitter in it",
        )
    spread = max(map(max, runs)) - min(map(min, runs))
    expect(
        spread > 0.1,
        f"the waits of 20 phones differ by {spread:.1%} at most: the jitter is too small",
    )
    early, late = (max(max(shares[part]) for shares in runs) for part in (_DOUBLING, _CAPPED))
    expect(
        abs(early - late) < 0.08,
        f"with `tries=8` the waits that were to be 8 s reach {8 * late:.1f} s, "
        f"and their share of chance is not that of the waits before: the end is not at 8 s",
    )


_DOUBLING, _CAPPED = slice(0, 4), slice(4, 7)


def _calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


ASKED = ["09:00?", "11:30?", "14:10?", "17:40?"]


def answer_all(answer: Callable[..., Any]) -> str:
    with no_waiting(answer), _with_worth_another_try(answer):
        for words, failure in PASSING.items():
            for failing in (ASKED[1:2], ASKED[:1] + ASKED[-1:]):
                found, sent = _run(answer, dict.fromkeys(failing, failure), words)
                met = f"where {_in_words(failing)} met {words}"
                expect(sent == ASKED, f"{met}, it sent {sent}")
                _same(found, {q: None if q in failing else f"About {q}" for q in ASKED}, met)
        for words, failure in NO_CREDIT.items():
            for number, question in enumerate(ASKED):
                failing = ASKED[number:]
                found, sent = _run(answer, dict.fromkeys(failing, failure), words)
                met = f"where {question!r} met {words}"
                expect(len(sent) <= number + 1, f"{met}, it went on and sent {sent}")
                _same(found, {q: f"About {q}" if q in sent[:number] else None for q in ASKED}, met)
        _lets_through(answer)
    return "Each question has its entry, and nobody is asked in vain."


def _same(found: Any, expected: Mapping[str, Any], met: str) -> None:
    expect(
        isinstance(found, Mapping) and dict(found) == expected,
        f"{met}, it returned {found!r}",
    )


def _in_words(questions: Sequence[str]) -> str:
    return " and ".join(map(repr, questions))


def _run(
    answer: Callable[..., Any], failing: Mapping[str, Any], words: str
) -> tuple[Any, list[str | None]]:
    """What the answer returns, and the questions that it sent."""
    probe = Probe([_reply(failing)])
    try:
        found = answer(probe.client, list(ASKED))
    except openai.APIError as error:
        raise Wrong(f"{words} stopped it with `{type(error).__name__}`") from None
    return found, [request.question for request in probe.requests]


def _reply(failing: Mapping[str, Any]) -> Callable[[Asked], Any]:
    def reply(asked: Asked) -> Any:
        failure = failing.get(str(asked.question), f"About {asked.question}")
        if isinstance(failure, BaseException):
            raise failure
        return failure

    return reply


def _lets_through(answer: Callable[..., Any]) -> None:
    for words, failure in OURS.items():
        try:
            found = answer(Probe([_reply({ASKED[1]: failure})]).client, list(ASKED))
        except openai.APIStatusError:
            continue
        raise Wrong(f"{words}, our own mistake, was hidden: it returned {found!r}")
    handled = {failures.BUSY, failures.NO_CREDIT, failures.CRASHED}
    handled |= {failures.BROKEN, failures.SILENCE}
    passes_on(lambda probe: answer(probe.client, list(ASKED)), but=handled)
    try:
        found = answer(None, list(ASKED))
    except Exception:
        return
    raise Wrong(
        f"with None as the client, a mistake in our own program, nothing was raised: "
        f"it returned {found!r}"
    )


@contextmanager
def _with_worth_another_try(answer: Callable[..., Any]) -> Iterator[None]:
    """A right answer to 20-1 for a program that calls it while the learner's is not written."""
    names = getattr(inspect.unwrap(answer), "__globals__", {})
    own = names.get("worth_another_try")
    with patch.dict(names, {"worth_another_try": _worth_another_try} if untried(own) else {}):
        yield


def _worth_another_try(error: openai.APIError) -> bool:
    if isinstance(error, openai.APIConnectionError):
        return True
    status = getattr(error, "status_code", 0)
    return error.type != "insufficient_quota" and (status in (408, 409, 429) or status >= 500)


EXERCISES = [
    Exercise(
        id="20-1",
        check=worth,
        hints=(
            "An `APIConnectionError` has no status: nobody answered. The table has a row for it.",
            "`error.status_code` is there for every other one. Three numbers below 500 are worth it.",
            "Before you look at 429, look at `error.type`.",
        ),
        reference='''
def worth_another_try(error):
    """Whether the same request may succeed later."""
    if isinstance(error, (openai.APIConnectionError, openai.InternalServerError)):
        return True
    if error.type == "insufficient_quota":
        return False
    return error.status_code in (408, 409, 429)
''',
    ),
    Exercise(
        id="20-2",
        check=patient,
        hints=(
            "`for attempt in range(tries)`, and inside it `try: return ask(client, question)`.",
            "`except (openai.InternalServerError, openai.APIConnectionError)` names both.",
            "At the last attempt use `raise` alone. Else wait "
            "`min(0.5 * 2**attempt, 8) * random.uniform(0.75, 1)` seconds.",
        ),
        reference='''
import random
import time


def patient(client, question, tries=4):
    """`ask`, tried again by hand."""
    for attempt in range(tries):
        try:
            return ask(client, question)
        except (openai.InternalServerError, openai.APIConnectionError):
            if attempt == tries - 1:
                raise
            time.sleep(min(0.5 * 2**attempt, 8) * random.uniform(0.75, 1))
''',
    ),
    Exercise(
        id="20-3",
        check=answer_all,
        hints=(
            "Begin with `dict.fromkeys(questions)`: every question is there, with `None`.",
            "Put `try` around one call, inside the loop. Name the classes that may pass.",
            "For a `RateLimitError` of type `insufficient_quota`: `break`.",
        ),
        reference='''
def answer_all(client, questions):
    """Question -> text, or None where no answer came."""
    texts = dict.fromkeys(questions)
    for question in questions:
        try:
            texts[question] = ask(client, question).output_text
        except openai.RateLimitError as error:
            if error.type == "insufficient_quota":
                break
        except (openai.InternalServerError, openai.APIConnectionError):
            pass  # the next question
    return texts
''',
    ),
]
