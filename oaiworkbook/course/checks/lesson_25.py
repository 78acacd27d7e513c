"""Exercises of lesson 25, Evaluation."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import openai

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, chat_answer, error_answer, expect, text_answer

Json = dict[str, Any]
MAIL = "May the school pay its bill in parts? T-002"
SHORT, LONG = "Yes, in up to six parts.", "Thank you for your mail. We will see what can be done."


def mcnemar(answer: Callable[..., Any]) -> str:
    for lost, won, both, chance in ((4, 2, 50, 0.6875), (6, 0, 3, 0.03125), (0, 6, 9, 0.03125)):
        old = [True] * lost + [False] * won + [True, False] * both
        new = [False] * lost + [True] * won + [True, False] * both
        found = answer(old, new)
        what = f"with {lost} lost, {won} won and {2 * both} alike it gives {found!r}"
        expect(isinstance(found, int | float), what)
        expect(abs(found - chance) < 1e-6, f"{what}; only cases where the two differ count")
    for same in ([True] * 5, [True, False]):
        found = answer(same, same)
        expect(found == 1, f"for two equal runs it gives {found!r}")
    return "4 against 2 is what two equal models give in 69 of 100 runs: no proof of a difference."


def _schema(asked: Asked) -> Json:
    """The schema that the request carries, empty where it has none."""
    body = asked.body if isinstance(asked.body, dict) else {}
    nested = (body.get("response_format") or {}).get("json_schema") or {}
    flat = (body.get("text") or {}).get("format") or {}
    return dict((nested or flat).get("schema") or {})


def _values(schema: Json, field: Json) -> list[Any]:
    """The values that a field allows, also where they stand under `$defs`."""
    name = str(field.get("$ref", "")).rpartition("/")[2]
    found: list[Any] = schema.get("$defs", {}).get(name, field).get("enum", [])
    return found


def _filled(asked: Asked, value: str) -> str:
    """An object of the asked form, with `value` where it is allowed."""
    schema = _schema(asked)
    fields = schema.get("properties", {}).items()
    return json.dumps({n: value if value in _values(schema, f) else "So." for n, f in fields})


def _said(asked: Asked) -> str:
    items = asked.body.get("messages") or asked.body.get("input") or ""
    texts = [items] if isinstance(items, str) else [str(item.get("content")) for item in items]
    return "\n".join([*texts, str(asked.body.get("instructions") or "")])


def _first(asked: Asked) -> str:
    """Which of the two replies stands first in a request."""
    text = _said(asked)
    return min((SHORT, LONG), key=lambda reply: text.find(reply) if reply in text else len(text))


def _judging(says: Callable[[Asked], str]) -> Callable[[Asked], str]:
    return lambda asked: _filled(asked, says(asked))


def prefer(answer: Callable[..., Any]) -> str:
    judges: list[tuple[str, Callable[[Asked], str], int]] = [
        ("likes the first text best", lambda asked: "A", 0),
        ("likes the second text best", lambda asked: "B", 0),
        ("finds the first reply better", lambda a: "A" if _first(a) == SHORT else "B", 1),
        ("finds the second reply better", lambda a: "A" if _first(a) == LONG else "B", 2),
    ]
    for what, says, wanted in judges:
        probe = Probe([_judging(says)], limit=6)
        found = answer(probe.client, MAIL, SHORT, LONG)
        expect(probe.requests, "no request was sent through the client that it is given")
        for asked in probe.requests:
            _compares(asked)
        sent = len(probe.requests)
        expect(sent == 2, f"{sent} requests were sent, not 2")
        orders = {_first(asked) for asked in probe.requests}
        expect(len(orders) == 2, "both requests show the replies in the same order")
        expect(found == wanted, f"for a judge that {what} it returned {found!r}, not {wanted}")
    return "A judge that looks at the place gives a draw."


def _compares(asked: Asked) -> None:
    said = _said(asked)
    for what, text in (("the mail", MAIL), ("the first reply", SHORT), ("the second reply", LONG)):
        expect(text in said, f"a request does not hold {what}")
    schema = _schema(asked)
    allowed = [sorted(_values(schema, f)) for f in schema.get("properties", {}).values()]
    expect(["A", "B"] in allowed, "the request has no form that allows only A or B")


def _reply(asked: Asked, desk: str) -> Reply:
    """What one mail gets: a desk, or one of the ways in which there is none."""
    chat = asked.path == "/chat/completions"
    if desk == "400":
        return error_answer(
            400, "Invalid prompt.", type="invalid_request_error", code="invalid_prompt"
        )
    if desk == "cut":
        why = {"reason": "max_output_tokens"}
        none = text_answer("", status="incomplete", incomplete_details=why, output=[])
        return chat_answer("", finish_reason="length") if chat else none
    if desk == "refusal":
        part = {"type": "refusal", "refusal": "I cannot help with that."}
        item = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant"}
        refusal = text_answer("", output=[item | {"content": [part]}])
        return chat_answer(None, message={"refusal": part["refusal"]}) if chat else refusal
    return _filled(asked, desk)


def _run(answer: Callable[..., Any], desks: Mapping[str, str]) -> tuple[list[Any], Probe]:
    """The grades of mails whose labels are `heat`, answered with `desks`."""
    mails = {
        f"Mail {name}: it is cold. T-{n + 100}": d for n, (name, d) in enumerate(desks.items())
    }

    def reply(asked: Asked) -> Reply:
        expect(_schema(asked), "a request carries no form: use `response_format=Sorted`")
        return next((_reply(asked, d) for mail, d in mails.items() if mail in _said(asked)), "?")

    probe = Probe([reply], limit=30)
    cases = [
        {"id": f"case-{n}", "mail": m, "desk": "heat", "must": False} for n, m in enumerate(mails)
    ]
    return answer(probe.client, cases), probe


def grades(answer: Callable[..., Any]) -> str:
    found, probe = _run(answer, {"a": "heat", "b": "bill", "c": "heat"})
    expect(probe.requests, "no request was sent through the client that it is given")
    expect(found == [True, False, True], f"for right, wrong and right it returned {found!r}")
    for kind, what in (("cut", "was cut"), ("refusal", "was refused"), ("400", "ended in a 400")):
        try:
            found, _ = _run(answer, {"a": "heat", "b": kind, "c": "heat", "d": "bill"})
        except (openai.OpenAIError, AttributeError) as error:
            name = type(error).__name__
            raise Wrong(f"one answer {what}, and `{name}` ended the run") from None
        expect(len(found) == 4, f"one answer {what}, and {len(found)} grades came for 4 cases")
        expect(found == [True, False, True, False], f"one answer {what}: it returned {found!r}")
    for half in ({"a": "heat", "b": "cut"}, {"a": "refusal", "b": "heat"}):
        found, _ = _run(answer, half)
        expect(sum(found) == 1, f"one of two has no answer: it returned {found!r}")
    _goes_on(answer)
    _gives_up(answer)
    return "Each case counts, and an outage is no verdict."


def _goes_on(answer: Callable[..., Any]) -> None:
    """What says nothing about the model must be raised."""
    for status, kind, what in (
        (401, "invalid_request_error", "a wrong key (401)"),
        (429, "rate_limit_error", "a rate limit (429)"),
        (500, "server_error", "a failing server (500)"),
    ):
        probe = Probe([error_answer(status, "No.", type=kind)], limit=30)
        try:
            found = answer(probe.client, [{"id": "case-1", "mail": MAIL, "desk": "bill"}] * 3)
        except openai.APIStatusError:
            continue
        except Exception as error:
            raise Wrong(f"{what} was raised as `{type(error).__name__}`") from None
        raise Wrong(f"{what} became the grades {found!r}")


def _gives_up(answer: Callable[..., Any]) -> None:
    for kind in ("400", "cut", "refusal"):
        try:
            found, _ = _run(answer, {"a": "heat", "b": kind, "c": kind})
        except RuntimeError:
            continue
        raise Wrong(f"two of three cases have no answer, and it returned {found!r}")


EXERCISES = [
    Exercise(
        "25-1",
        mcnemar,
        (
            "`down`: old is right and new is wrong. `up` is the other way round.",
            "Go through both lists with `zip(old, new)`. True counts as 1 in `sum`.",
            "`down = sum(a and not b for a, b in zip(old, new))`",
        ),
        """def mcnemar(old, new):
    down = sum(a and not b for a, b in zip(old, new))
    up = sum(b and not a for a, b in zip(old, new))
    return min(1, sum(comb(down + up, k) for k in range(min(down, up) + 1)) / 2 ** (down + up - 1))
""",
    ),
    Exercise(
        "25-2",
        prefer,
        (
            'The form is a class with one field: `better: Literal["A", "B"]`.',
            "Write a small function that asks for one order, and call it with both.",
            "The first reply has won if it is A in the one order and B in the other.",
        ),
        """class Better(BaseModel):
    better: Literal["A", "B"]


def prefer(client, mail, one, two):
    def first_wins(a, b):
        done = client.chat.completions.parse(
            model="gpt-6-luna",
            reasoning_effort="none",
            response_format=Better,
            messages=[
                {"role": "developer", "content": "Which reply to the mail is better, A or B?"},
                {"role": "user", "content": f"Mail: {mail}\\nA: {a}\\nB: {b}"},
            ],
        )
        return done.choices[0].message.parsed.better == "A"

    there, back = first_wins(one, two), first_wins(two, one)
    if there == back:
        return 0
    return 1 if there else 2
""",
    ),
    Exercise(
        "25-3",
        grades,
        (
            "Write the request out as in `ask`, but with the `client` of the function. Put `try` around it.",
            "Collect a desk or None for each case. Of a refusal, `parsed` is None.",
            "Catch `openai.LengthFinishReasonError` and `openai.BadRequestError`, nothing wider. Then count None.",
        ),
        """def grades(client, cases):
    desks = []
    for case in cases:
        try:
            done = client.chat.completions.parse(
                model="gpt-6-luna",
                reasoning_effort="none",
                response_format=Sorted,
                messages=[
                    {"role": "developer", "content": TASK},
                    {"role": "user", "content": case["mail"]},
                ],
            )
            desks.append(getattr(done.choices[0].message.parsed, "desk", None))
        except (openai.LengthFinishReasonError, openai.BadRequestError):
            desks.append(None)
    if desks.count(None) > len(desks) / 2:
        raise RuntimeError(f"{desks.count(None)} of {len(desks)} cases have no answer")
    return [desk == case["desk"] for desk, case in zip(desks, cases)]
""",
    ),
]
