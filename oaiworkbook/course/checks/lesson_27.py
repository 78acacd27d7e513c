"""Exercises of lesson 27, Choosing a model."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import openai

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect, text_answer

TODAY = date(2026, 11, 22)
TEXT = "Mill Lane: 8 cm of snow."


def _entry(day: str | None) -> Mapping[str, Any]:
    body = {"id": "any", "object": "model", "created": 1790000000, "owned_by": "system"}
    head = {"content-type": "application/json"}
    return {"status": 200, "headers": head, "json": body | {"shutdown_date": day}}


def days_left(answer: Callable[..., Any]) -> str:
    for name, day, today, left in (
        ("some-model", "2027-01-14", TODAY, 53),
        ("some-model", "2027-01-14", date(2027, 1, 13), 1),
        ("some-model", "2026-11-22", TODAY, 0),
        ("an-old-model", "2026-10-23", TODAY, -30),
        ("a-new-model", None, TODAY, None),
    ):
        probe = Probe([_entry(day)])
        found = answer(probe.client, name, today)
        asked = probe.last
        expect(
            asked.method == "GET" and asked.path == f"/models/{name}",
            f"for {name!r} the request was {asked.method} {asked.path}",
        )
        expect(
            found is None or type(found) is int,
            f"it returned {found!r}, a {type(found).__name__} and not a number of days",
        )
        expect(
            found == left,
            f"with `shutdown_date` {day!r}, seen from {today}, it returned {found!r}",
        )
    return "A date counted from the day you pass in can be tested on any day."


Row = list[Any]
ROWS: list[Row] = [
    ["large", "low", 10, 1.4, 0.22],
    ["small", "none", 8, 0.7, 0.005],
    ["small", "medium", 10, 1.5, 0.03],
    ["middle", "none", 9, 0.9, 0.05],
    ["middle", "low", 9, 0.8, 0.05],
]


def choose(answer: Callable[..., Any]) -> str:
    for least, slowest, wanted in (
        (0, 10.0, 1),
        (8, 0.7, 1),
        (9, 10.0, 2),
        (10, 1.5, 2),
        (10, 1.45, 0),
        (9, 1.0, 4),
        (10, 1.0, None),
        (11, 10.0, None),
    ):
        for rows in (ROWS, ROWS[::-1]):
            given = [list(row) for row in rows]
            found = answer(given, least, slowest)
            expect(given == rows, "`choose` changes the list of rows that it was given")
            right = None if wanted is None else ROWS[wanted]
            asked = f"with at least {least} right in at most {slowest:g} s"
            expect(found == right, f"{asked} it returned {found!r}")
    expect(answer([], 0, 10.0) is None, "for an empty list of rows it does not return None")
    return "The cheapest that is good enough: no point for being better."


GONE = [
    (
        "a 404 `model_not_found`",
        error_answer(404, "-", type="invalid_request_error", code="model_not_found"),
    ),
    (
        "a 400 `model_not_found`",
        error_answer(400, "-", type="invalid_request_error", code="model_not_found"),
    ),
    (
        "a 403 `model_not_found`",
        error_answer(403, "-", type="invalid_request_error", code="model_not_found"),
    ),
]
OTHERS = [
    (
        "a 429",
        error_answer(429, "-", type="requests", code="rate_limit_exceeded"),
        openai.RateLimitError,
    ),
    (
        "a 400 `unsupported_parameter`",
        error_answer(400, "-", type="invalid_request_error", code="unsupported_parameter"),
        openai.BadRequestError,
    ),
    ("a 404 of another kind", error_answer(404, "-", type="not_found"), openai.NotFoundError),
    ("a 500", error_answer(500, "-", type="server_error"), openai.InternalServerError),
]


def first_alive(answer: Callable[..., Any]) -> str:
    probe = Probe([_answered])
    found = answer(probe.client, ["one", "two"], TEXT)
    _asked(probe, ["one"])
    expect(isinstance(found, tuple) and len(found) == 2, f"it returned {found!r} and not a pair")
    expect(found[0] == "plough", f"the text of the pair is {found[0]!r}")
    expect(
        found[1] == "one-2026-11-01",
        f"the answer names the model one-2026-11-01, and the pair {found[1]!r}",
    )
    for words, reply in GONE:
        _moves_on(answer, words, reply)
    for words, reply, kind in OTHERS:
        _raises(answer, words, reply, kind)
    _gives_up(answer)
    return "Write down which model answered: that one was not measured today."


def _answered(asked: Asked) -> Mapping[str, Any]:
    return text_answer("plough", model=f"{asked.body['model']}-2026-11-01")


def _asked(probe: Probe, names: list[str]) -> None:
    expect(
        all(each.path == "/responses" for each in probe.requests),
        f"a request went to {probe.last.path}, not to Responses",
    )
    sent = [each.body.get("model") for each in probe.requests]
    expect(sent == names, f"of one and two it asked {sent}, where {names} is enough")
    expect(probe.last.body.get("input") == TEXT, "the `input` is not the text that was given")


def _moves_on(answer: Callable[..., Any], words: str, reply: Mapping[str, Any]) -> None:
    probe = Probe([reply, _answered])
    try:
        found = answer(probe.client, ["one", "two"], TEXT)
    except openai.APIStatusError:
        raise Wrong(f"after {words} it does not go on to the next name") from None
    _asked(probe, ["one", "two"])
    expect(
        found == ("plough", "two-2026-11-01"), f"after {words} and an answer it returned {found!r}"
    )


def _raises(
    answer: Callable[..., Any],
    words: str,
    reply: Mapping[str, Any],
    kind: type[openai.APIStatusError],
) -> None:
    probe = Probe([reply, _answered])
    try:
        found = answer(probe.client, ["one", "two"], TEXT)
    except kind:
        return
    except LookupError:
        found = "a LookupError"
    raise Wrong(f"{words} says nothing about the model's end, and it became {found!r}")


def _gives_up(answer: Callable[..., Any]) -> None:
    probe = Probe([GONE[0][1]])
    try:
        found = answer(probe.client, ["one", "two"], TEXT)
    except LookupError:
        _asked(probe, ["one", "two"])
        return
    except openai.APIStatusError as error:
        raise Wrong(f"both models are gone, and {type(error).__name__} was raised") from None
    raise Wrong(f"both models are gone, and it returned {found!r}")


EXERCISES = [
    Exercise(
        id="27-1",
        check=days_left,
        hints=(
            "`retrieve` takes the name; the entry has `shutdown_date`, a text or None.",
            "`date.fromisoformat` makes a date of the text. Two dates can be subtracted.",
            "The difference has `.days`. Return None first, where there is no date.",
        ),
        reference="""
def days_left(client, name, today):
    from datetime import date

    entry = client.models.retrieve(name)
    if entry.shutdown_date is None:
        return None
    return (date.fromisoformat(entry.shutdown_date) - today).days
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
            "The status may be 400, 403 or 404: catch `APIStatusError`, and look at `code`.",
            "Return `response.output_text, response.model`. After the loop, raise `LookupError`.",
        ),
        reference="""
def first_alive(client, names, text):
    import openai

    for name in names:
        try:
            response = client.responses.create(model=name, input=text)
        except openai.APIStatusError as error:
            if error.code != "model_not_found":
                raise
        else:
            return response.output_text, response.model
    raise LookupError(f"none of these models is available: {names}")
""",
    ),
]
