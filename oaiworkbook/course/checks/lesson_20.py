"""Exercises of lesson 20, Errors and retries."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import openai

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect, no_waiting

QUESTION = "Does the 17:40 sail?"
SAILS = "Yes, the 17:40 sails."


def _refused(status: int, kind: str, code: str | None) -> Mapping[str, Any]:
    return error_answer(status, "Refused.", type=kind, code=code)


BUSY = _refused(429, "requests", "rate_limit_exceeded")
SLOW_DOWN = _refused(429, "rate_limit_error", "slow_down")
NO_CREDIT = _refused(429, "insufficient_quota", "credit_balance_exhausted")
OLD_NO_CREDIT = _refused(429, "insufficient_quota", "insufficient_quota")
PROJECT_LIMIT = _refused(429, "insufficient_quota", "project_spend_limit_exceeded")
BAD_REQUEST = _refused(400, "invalid_request_error", "unknown_parameter")
CRASHED = _refused(500, "server_error", None)
OVERLOADED = _refused(503, "service_unavailable_error", "server_is_overloaded")

# What to say about the error, what makes it, whether the same request may succeed later.
ERRORS: list[tuple[str, Any, bool]] = [
    ("a 429 `rate_limit_exceeded`", BUSY, True),
    ("a 429 `slow_down`", SLOW_DOWN, True),
    ("a 500", CRASHED, True),
    ("a 503", OVERLOADED, True),
    ("a 408", _refused(408, "timeout", None), True),
    ("a 409", _refused(409, "conflict", None), True),
    ("a refused connection", httpx2.ConnectError("refused"), True),
    ("a timeout", httpx2.ReadTimeout("silence"), True),
    ("a 429 of type `insufficient_quota`", NO_CREDIT, False),
    ("a 429 with the code `project_spend_limit_exceeded`", PROJECT_LIMIT, False),
    ("a 429 with the code `insufficient_quota`", OLD_NO_CREDIT, False),
    ("a 400", BAD_REQUEST, False),
    ("a 401", _refused(401, "invalid_request_error", "invalid_api_key"), False),
    ("a 404", _refused(404, "invalid_request_error", "model_not_found"), False),
    ("a 422", _refused(422, "invalid_request_error", None), False),
]


def worth(answer: Callable[..., Any]) -> str:
    for words, reply, expected in ERRORS:
        found = answer(_raised(reply))
        expect(
            isinstance(found, bool),
            f"for {words} it returns {found!r}, which is neither `True` nor `False`",
        )
        expect(found is expected, f"for {words} it returns `{found}`")
    return f"{len(ERRORS)} errors, no mistake."


def _raised(reply: Any) -> openai.APIError:
    try:
        Probe([reply]).client.responses.create(model="any", input=QUESTION)
    except openai.APIError as error:
        return error
    raise AssertionError("the probe raised nothing")


def patient(answer: Callable[..., Any]) -> str:
    _gets_through(answer)
    _gives_up(answer)
    for words, reply in (("400", BAD_REQUEST), ("429", BUSY)):
        _lets_through(answer, words, reply)
    _has_jitter(answer)
    return "Twice as long each time, never all at once, and not for ever."


def _gets_through(answer: Callable[..., Any]) -> None:
    probe = Probe([CRASHED, httpx2.ConnectError("refused"), OVERLOADED, SAILS])
    with no_waiting() as waits:
        try:
            found = answer(probe.client, QUESTION)
        except openai.APIError as error:
            raise Wrong(
                f"a 500, a refused connection and a 503 came before the answer; it stopped after "
                f"{len(probe.requests)} of 4 calls with {type(error).__name__}"
            ) from None
    expect(
        len(probe.requests) == 4, f"it made {len(probe.requests)} calls where the fourth succeeds"
    )
    expect(
        SAILS in str(getattr(found, "output_text", found)),
        f"the fourth call had an answer, and it returned {found!r}",
    )
    expect(len(waits) == 3, f"three calls failed, and it waited {len(waits)} times: {waits}")
    for number, wait in enumerate(waits):
        most = 0.5 * 2**number
        expect(
            0.75 * most - 1e-6 <= wait <= most + 1e-6,
            f"wait {number + 1} was {wait:.3f} s, and the formula gives {0.75 * most} to {most} s",
        )


def _gives_up(answer: Callable[..., Any]) -> None:
    for tries in (4, 2, 1):
        probe = Probe([CRASHED])
        with no_waiting() as waits:
            try:
                found = answer(probe.client, QUESTION, tries=tries)
            except openai.InternalServerError:
                found = None
            else:
                raise Wrong(f"every call failed, and it returned {found!r} instead of raising")
        expect(
            len(probe.requests) == tries,
            f"with `tries={tries}` it made {len(probe.requests)} calls",
        )
        expect(
            len(waits) < tries,
            f"with `tries={tries}` it waited {len(waits)} times: nothing follows the last wait",
        )


def _lets_through(answer: Callable[..., Any], words: str, reply: Any) -> None:
    probe = Probe([reply])
    with no_waiting():
        try:
            answer(probe.client, QUESTION)
        except openai.APIStatusError:
            expect(len(probe.requests) == 1, f"after a {words} it made {len(probe.requests)} calls")
            return
    raise Wrong(f"a {words} was swallowed: the caller never learns of it")


def _has_jitter(answer: Callable[..., Any]) -> None:
    first = set()
    for _ in range(8):
        with no_waiting() as waits:
            answer(Probe([CRASHED, SAILS]).client, QUESTION)
        first.update(waits)
    expect(len(first) > 1, f"eight phones, and all wait {waits[0]:.3f} s: there is no jitter")


def answer_all(answer: Callable[..., Any]) -> str:
    asked = ["09:00?", "11:30?", "14:10?", "17:40?"]
    for words, failure in (
        ("a 503", OVERLOADED),
        ("a 429 `slow_down`", SLOW_DOWN),
        ("a timeout", httpx2.ReadTimeout("silence")),
        ("a refused connection", httpx2.ConnectError("refused")),
    ):
        found, sent = _run(answer, asked, {"11:30?": failure}, words)
        expect(sent == asked, f"after {words} for the second question it sent {sent}")
        expected = {q: None if q == "11:30?" else f"About {q}" for q in asked}
        expect(found == expected, f"with {words} for the second question it returned {found!r}")
    for words, failure in (
        ("`credit_balance_exhausted`", NO_CREDIT),
        ("`organization_spend_limit_exceeded`", PROJECT_LIMIT),
    ):
        found, sent = _run(answer, asked, dict.fromkeys(asked[1:], failure), words)
        expect(
            sent == asked[:2],
            f"the second question met {words}, and it went on to send {len(sent)} in all",
        )
        expected = {q: "About 09:00?" if q == "09:00?" else None for q in asked}
        expect(found == expected, f"with {words} at the second question it returned {found!r}")
    for words, failure in (("400", BAD_REQUEST), ("401", _refused(401, "x", "invalid_api_key"))):
        try:
            found, _ = _run(answer, asked, {"11:30?": failure}, "")
        except openai.APIStatusError:
            continue
        raise Wrong(f"a {words}, our own mistake, was hidden: it returned {found!r}")
    return "Each question has its entry, and nobody is asked in vain."


def _run(
    answer: Callable[..., Any], asked: list[str], failures: Mapping[str, Any], words: str
) -> tuple[Any, list[str]]:
    """What the answer returns, and the questions that it sent."""

    def reply(request: Asked) -> Any:
        question = request.body["input"]
        failure = failures.get(question)
        return f"About {question}" if failure is None else failure

    probe = Probe([lambda request: _raise_or_return(reply(request))])
    with no_waiting():
        try:
            found = answer(probe.client, list(asked))
        except openai.APIError as error:
            if not words:
                raise
            raise Wrong(f"{words} stopped it with {type(error).__name__}") from None
    return found, [request.body["input"] for request in probe.requests]


def _raise_or_return(reply: Any) -> Any:
    if isinstance(reply, BaseException):
        raise reply
    return reply


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
    if isinstance(error, openai.APIConnectionError):
        return True
    if error.type == "insufficient_quota":
        return False
    return error.status_code in (408, 409, 429) or error.status_code >= 500
''',
    ),
    Exercise(
        id="20-2",
        check=patient,
        hints=(
            "`for attempt in range(tries)`, and inside it `try: return ask(client, question)`.",
            "`except (openai.InternalServerError, openai.APIConnectionError)` names both.",
            "At the last attempt use `raise` alone. Else wait "
            "`0.5 * 2**attempt * random.uniform(0.75, 1)` seconds.",
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
            time.sleep(0.5 * 2**attempt * random.uniform(0.75, 1))
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
            continue
    return texts
''',
    ),
]
