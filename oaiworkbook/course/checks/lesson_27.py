"""Exercises of lesson 27, Choosing a model."""

from collections.abc import Callable, Mapping
from datetime import date
from numbers import Real
from typing import Any

import openai

from ..exercises.failures import FAILURES, NO_MODEL, passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect, text_answer

TODAY = date(2026, 11, 22)
# A model, its end, a day, and the days from this day to the end.
ENDS: list[tuple[str, str | None, date, int | None]] = [
    ("some-model", "2027-01-14", TODAY, 53),
    ("some-model", "2027-01-14", date(2027, 1, 13), 1),
    ("another-model", "2028-03-01", date(2026, 2, 28), 732),
    ("some-model", "2026-11-22", TODAY, 0),
    ("an-old-model", "2026-10-23", TODAY, -30),
    ("a-new-model", None, TODAY, None),
]


def days_left(answer: Callable[..., Any]) -> str:
    for name, day, today, left in ENDS:
        probe = Probe([_models(name, day)])
        found = answer(probe.client, name, today)
        asked = probe.last
        expect(asked.path != "/models", "it asks for the list of all models, not for one model")
        expect(
            asked.method == "GET" and asked.path == f"/models/{name}",
            f"for {name!r} the request was {asked.method} {asked.path}",
        )
        seen = f"with `shutdown_date` {day!r}, seen from {today}, it returned {found!r}"
        if left is None:
            expect(found is None, f"{seen}, and no end is announced")
            continue
        expect(found is not None, f"{seen}, and there is an end")
        expect(
            isinstance(found, Real) and not isinstance(found, bool),
            f"it returned {found!r}, a {type(found).__name__} and not a number of days",
        )
        expect(found == left, f"{seen}, and there are {left} days")
    passes_on(lambda probe: answer(probe.client, "some-model", TODAY))
    return "A date counted from the day you pass in can be tested on any day."


def _models(name: str, day: str | None) -> Callable[[Asked], Any]:
    entry = {"id": name, "object": "model", "created": 1790000000, "owned_by": "system"}
    entry |= {"shutdown_date": day}

    def reply(asked: Asked) -> Any:
        if asked.path == "/models":
            return _json({"object": "list", "data": [entry]})
        return _json(entry) if asked.path.startswith("/models/") else "-"

    return reply


def _json(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"status": 200, "headers": {"content-type": "application/json"}, "json": body}


Row = list[Any]
# Of the two that cost 0.05, one is faster and the other is right more often. Of the two that cost
# 0.005, the faster one is it, too.
ROWS: list[Row] = [
    ["large", "low", 10, 1.4, 0.22],
    ["small", "none", 8, 0.7, 0.005],
    ["small", "medium", 10, 1.5, 0.03],
    ["middle", "none", 9, 0.8, 0.05],
    ["middle", "low", 10, 0.9, 0.05],
    ["house", "none", 6, 3.0, 0.0],
    ["tiny", "none", 7, 0.9, 0.005],
]


def choose(answer: Callable[..., Any]) -> str:
    for least, slowest, wanted in (
        (0, 10.0, 5),
        (7, 10.0, 1),
        (8, 0.7, 1),
        (9, 10.0, 2),
        (10, 1.5, 2),
        (10, 1.45, 4),
        (9, 1.0, 3),
        (10, 0.85, None),
        (11, 10.0, None),
    ):
        for rows in (ROWS, ROWS[::-1]):
            given = [list(row) for row in rows]
            found = answer(given, least, slowest)
            expect(given == rows, "`choose` changes the list of rows that it was given")
            found = list(found) if isinstance(found, tuple) else found
            right = None if wanted is None else ROWS[wanted]
            if found != right:
                asked = f"with at least {least} right in at most {slowest:g} s"
                raise Wrong(f"{asked} it returned {found!r}{_off(found, right, least, slowest)}")
    expect(answer([], 0, 10.0) is None, "for an empty list of rows it does not return None")
    return "The cheapest that is good enough: no point for being better."


def _off(found: Any, right: Row | None, least: int, slowest: float) -> str:
    if found is None:
        return ", and there is such a row"
    if found not in ROWS:
        return ", which is none of the rows"
    if found[2] < least:
        return ", which has too few right"
    if found[3] > slowest:
        return ", which takes too long"
    if right is not None and found[4] > right[4]:
        return ", and another that is good enough costs less"
    return ", and another costs as much and is faster"


NAMES = ["one", "two", "three"]
TEXT = "Mill Lane: 8 cm of snow."
_GONE: dict[str, Any] = {"type": "invalid_request_error", "code": "model_not_found"}
GONE = {
    "a 404 `model_not_found`": error_answer(404, "The model has been deprecated", **_GONE),
    "a 400 `model_not_found`": error_answer(400, "The model does not exist.", **_GONE),
    "a 403 `model_not_found`": error_answer(403, "The project has no access.", **_GONE),
}
OTHERS = {name: reply for name, reply in FAILURES.items() if name != NO_MODEL} | {
    "a 404 about a file": error_answer(
        404, "A file of the model was not found.", type="invalid_request_error", code="not_found"
    ),
    "a 403 without a code": error_answer(
        403, "You are not allowed to sample from this model", type="invalid_request_error"
    ),
    "a 400 about a parameter of the model": error_answer(
        400,
        "The model does not support this.",
        type="invalid_request_error",
        code="unsupported_value",
        param="model",
    ),
}


def first_alive(answer: Callable[..., Any]) -> str:
    _finds(answer, "the first model answers", [], "one")
    for words, gone in GONE.items():
        _finds(answer, f"the first model gets {words}", [gone], "two")
    for words, gone in GONE.items():
        _finds(answer, f"two models get {words}", [gone, gone], "three")
    once, again, _ = GONE.values()
    for words, failure in OTHERS.items():
        _raises(answer, words, [failure])
        _raises(answer, f"{words} of the last model", [once, again, failure])
    _gives_up(answer)
    return "Write down which model answered: that one was not measured today."


def _finds(answer: Callable[..., Any], when: str, gone: list[Any], alive: str) -> None:
    probe = Probe([*gone, _answered], models=NAMES)
    try:
        found = answer(probe.client, list(NAMES), TEXT)
    except (openai.APIStatusError, LookupError) as error:
        raise Wrong(f"where {when}, it stops with `{type(error).__name__}`") from None
    _asked(probe, when, NAMES[: len(gone) + 1])
    expect(
        isinstance(found, tuple | list) and len(found) == 2,
        f"where {when}, it returned {found!r} and not a pair",
    )
    expect(found[0] == "plough", f"where {when}, the text of the pair is {found[0]!r}")
    named = f"{alive}-2026-11-01"
    expect(
        found[1] == named,
        f"where {when}, the answer names the model {named}, and the pair {found[1]!r}",
    )


def _answered(asked: Asked) -> Any:
    return "-" if asked.model is None else text_answer("plough", model=f"{asked.model}-2026-11-01")


def _asked(probe: Probe, when: str, names: list[str]) -> None:
    other = next((each for each in probe.requests if each.path != "/responses"), None)
    if other is not None:
        raise Wrong(f"a request went to {other.path}, not to Responses")
    sent = [each.model for each in probe.requests]
    expect(sent == names, f"where {when}, it asked {sent}, and not {names}")
    expect(
        all(TEXT in each.words for each in probe.requests),
        f"where {when}, a request does not hold the text that was given",
    )


def _raises(answer: Callable[..., Any], words: str, replies: list[Any]) -> None:
    def run(probe: Probe) -> Any:
        return answer(probe.client, list(NAMES), TEXT)

    *first, failure = replies
    try:
        found = run(Probe([*replies, _answered], models=NAMES))
    except LookupError:
        found = "a LookupError"
    except Exception:
        passes_on(run, failures={words: failure}, first=first, then=[_answered], models=NAMES)
        return
    raise Wrong(f"{words} does not say that the model is gone, and it became {found!r}")


def _gives_up(answer: Callable[..., Any]) -> None:
    probe = Probe([*GONE.values()], models=NAMES)
    try:
        found = answer(probe.client, list(NAMES), TEXT)
    except LookupError:
        _asked(probe, "all models are gone", NAMES)
        return
    except openai.APIStatusError as error:
        raise Wrong(f"all models are gone, and `{type(error).__name__}` was raised") from None
    raise Wrong(f"all models are gone, and it returned {found!r}")


EXERCISES = [
    Exercise(
        id="27-1",
        check=days_left,
        hints=(
            "`retrieve` takes the name; the entry has `shutdown_date`, a text or None.",
            "`date.fromisoformat` makes a date of the text. Two dates can be subtracted.",
            "The difference has `.days`. Return None where there is no date.",
        ),
        reference="""
def days_left(client, name, today):
    day = client.models.retrieve(name).shutdown_date
    return (date.fromisoformat(day) - today).days if day else None
""",
    ),
    Exercise(
        id="27-2",
        check=choose,
        hints=(
            "First keep the rows that are good enough; then look for the cheapest.",
            "A row is `model, effort, right, seconds, usd`. `min` takes a `key` and a `default`.",
            "`key=lambda row: (row[4], row[3])`: by cost, and where it is equal by seconds.",
        ),
        reference="""
def choose(rows, least, slowest):
    fit = [row for row in rows if row[2] >= least and row[3] <= slowest]
    return min(fit, key=lambda row: (row[4], row[3]), default=None)
""",
    ),
    Exercise(
        id="27-3",
        check=first_alive,
        hints=(
            "A loop over the names, with `try` around the request.",
            "The status may be 400, 403 or 404: catch `APIError`, and look at `code`.",
            "Return `response.output_text, response.model`. After the loop, raise `LookupError`.",
        ),
        reference="""
def first_alive(client, names, text):
    import openai

    for name in names:
        try:
            response = client.responses.create(model=name, input=text)
        except openai.APIError as error:
            if error.code != "model_not_found":
                raise
        else:
            return response.output_text, response.model
    raise LookupError(f"none of these models is available: {names}")
""",
    ),
]
