"""Exercises of lesson 25, Evaluation."""

from collections.abc import Callable, Sequence
from typing import Any

import openai

from ...practice.answers import message_item
from ..exercises.failures import OTHER_400, passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, error_answer, expect, text_answer

Json = dict[str, Any]
DESKS = {"heat", "meter", "bill", "move", "other"}
MAIL = "May the school pay its bill in parts? T-002"


def mcnemar(answer: Callable[..., Any]) -> str:
    for lost, won, both, chance in (
        (4, 2, 0, 0.6875),
        (4, 2, 50, 0.6875),
        (6, 0, 3, 0.03125),
        (0, 6, 9, 0.03125),
        (2, 4, 1, 0.6875),
        (3, 3, 0, 1.0),
        (9, 1, 0, 0.021484375),
    ):
        old = [True] * lost + [False] * won + [True, False] * both
        new = [False] * lost + [True] * won + [True, False] * both
        what = f"with {lost} lost, {won} won and {2 * both} alike it gives"
        why = "; only cases where the two differ count" if both else ""
        _near(answer(old, new), chance, what, why)
    for same in ([True] * 5, [True, False]):
        _near(answer(same, list(same)), 1, "for two equal runs it gives")
    return "4 against 2 is what two equal models give in 69 of 100 runs: no proof of a difference."


def _near(found: Any, chance: float, what: str, why: str = "") -> None:
    try:
        near = abs(float(found) - chance) < 1e-6
    except (TypeError, ValueError):
        raise Wrong(f"{what} {found!r}, which is no number") from None
    expect(near, f"{what} {found!r}{why}")


CASES = [
    {"id": "case-1", "desk": "heat", "level": "easy", "must": True, "customer": "T-104"},
    {"id": "case-2", "desk": "bill", "level": "hard", "must": False, "customer": None},
    {"id": "case-3", "desk": "heat", "level": "easy", "must": False, "customer": None},
    {"id": "case-4", "desk": "move", "level": "hard", "must": True, "customer": "T-104"},
    {"id": "case-5", "desk": "meter", "level": "easy", "must": False, "customer": "T-090"},
]


def groups(answer: Callable[..., Any]) -> str:
    said = ["heat", "heat", "bill", None, "meter"]
    for key, wanted in (
        ("level", {"easy": (2, 3), "hard": (0, 2)}),
        ("must", {True: (1, 2), False: (1, 3)}),
        ("customer", {"T-104": (1, 2), None: (0, 2), "T-090": (1, 1)}),
    ):
        cases = [dict(each) for each in CASES]
        answers = list(said)
        found = answer(cases, answers, key)
        expect(isinstance(found, dict), f"by `{key}` it returned {found!r}, which is no dict")
        expect(
            set(found) == set(wanted),
            f"by `{key}` it has the groups {list(found)!r}, not {list(wanted)!r}",
        )
        for name, pair in wanted.items():
            expect(
                isinstance(found[name], tuple | list) and tuple(found[name]) == pair,
                f"in the group {name!r} of `{key}` it counts {found[name]!r}, not {pair!r}",
            )
        expect(
            cases == CASES and answers == said,
            "it has changed the cases or the answers it was given",
        )
    expect(answer([], [], "level") == {}, "without cases it has groups")
    for number in (4, 6):
        try:
            found = answer([dict(each) for each in CASES], ["heat"] * number, "level")
        except ValueError:
            continue
        raise Wrong(
            f"for 5 cases and {number} answers it returned {found!r}; a ValueError is right"
        )
    return "An average of 2 of 5, and you see where the others are."


def _requests(number: int) -> str:
    return "1 request was" if number == 1 else f"{number} requests were"


def _reply(asked: Asked, desk: str) -> Reply:
    """What one mail gets: a desk, or one of the ways in which there is none."""
    if desk == "400":
        return error_answer(
            400, "Invalid prompt.", type="invalid_request_error", code="invalid_prompt"
        )
    if desk in ("cut", "half"):
        why: Json = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
        if desk == "cut":
            return text_answer("", output=[], **why)
        return text_answer(asked.filled("heat")[:-3], **why)
    if desk == "refusal":
        part = {"type": "refusal", "refusal": "I cannot help with that."}
        return text_answer("", output=[message_item([part])])
    return asked.filled(desk)


def _run(answer: Callable[..., Any], desks: Sequence[str]) -> list[Any]:
    """The grades of mails whose labels are `heat`, answered with `desks`."""
    mails = {f"Mail {number}: it is cold. T-{number + 100}": d for number, d in enumerate(desks)}
    probe = Probe(
        [lambda asked: next((_reply(asked, d) for m, d in mails.items() if m in asked.words), "?")],
        limit=30,
    )
    cases = [{"id": f"case-{n}", "mail": m, "desk": "heat"} for n, m in enumerate(mails)]

    def look(asked: Asked) -> None:
        held = [mail for mail in mails if mail in asked.words]
        expect(len(held) == 1, f"a request holds {len(held)} mails of {len(mails)}, not one")
        rest = asked.words.replace(held[0], "").strip()
        expect(rest, "a request holds the mail and no task: `TASK` says what the desks are for")
        enums = [set(map(str, field.get("enum", []))) for field in asked.fields.values()]
        expect(DESKS in enums, "a request does not carry the form `Sorted`")
        expect(asked.model == "gpt-6-luna", f"a request asks {asked.model!r}")
        expect(asked.effort == "none", f"a request has the effort {asked.effort!r}, not 'none'")

    found = probe.looked_at(lambda: answer(probe.client, cases), look)
    sent = len(probe.requests)
    expect(sent == len(cases), f"{_requests(sent)} sent for {len(cases)} cases")
    if not isinstance(found, list | tuple):
        raise Wrong(f"it returned {found!r}, no list of grades")
    return [bool(each) if each in (True, False) else each for each in found]


def grades(answer: Callable[..., Any]) -> str:
    found = _run(answer, ["heat", "bill", "heat"])
    expect(found == [True, False, True], f"for right, wrong and right it returned {found!r}")
    for kind, what in (
        ("cut", "was cut before its first letter"),
        ("half", "was cut in the middle of its JSON"),
        ("refusal", "was refused"),
        ("400", "ended in a 400"),
    ):
        try:
            found = _run(answer, ["heat", kind, "heat", "bill"])
            half = [_run(answer, ["heat", kind]), _run(answer, [kind, "heat"])]
        except (openai.OpenAIError, AttributeError, TypeError, ValueError, RuntimeError) as error:
            name = type(error).__name__
            raise Wrong(f"an answer {what}, and `{name}` ended the run") from None
        expect(len(found) == 4, f"one answer {what}, and {len(found)} grades came for 4 cases")
        expect(found == [True, False, True, False], f"one answer {what}: it returned {found!r}")
        expect(
            half == [[True, False], [False, True]],
            f"one of two answers {what}: it returned {half[0]!r}",
        )
        _gives_up(answer, kind, what)
    _all_wrong(answer)
    _stops(answer)
    return "Each case counts, and an outage is no verdict."


def _gives_up(answer: Callable[..., Any], kind: str, what: str) -> None:
    try:
        found = _run(answer, ["heat", kind, kind])
    except RuntimeError:
        return
    except (Wrong, openai.OpenAIError):
        raise
    except Exception as error:
        name = type(error).__name__
        raise Wrong(f"two of three times an answer {what}, and it raised `{name}`") from None
    raise Wrong(f"two of three times an answer {what}, and it returned {found!r}")


def _all_wrong(answer: Callable[..., Any]) -> None:
    try:
        found = _run(answer, ["bill"] * 3)
    except RuntimeError:
        raise Wrong(
            "all mails were answered with other desks, and it raised a RuntimeError"
        ) from None
    expect(found == [False] * 3, f"all mails were answered with other desks: it returned {found!r}")


def _stops(answer: Callable[..., Any]) -> None:
    """What says nothing about the model must be raised."""
    cases = [{"id": f"case-{n}", "mail": f"{MAIL} {n}", "desk": "bill"} for n in range(3)]
    for good in (0, 2):
        first = [lambda asked: asked.filled("bill")] * good
        passes_on(lambda probe: answer(probe.client, cases), but={OTHER_400}, first=first)


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
        groups,
        (
            "`zip(cases, answers, strict=True)` raises the ValueError for you.",
            "Begin a group with `(0, 0)`: `groups.get(case[key], (0, 0))`.",
            '`answer == case["desk"]` is True or False, and counts as 1 or 0. `None` is no desk.',
        ),
        """def by_group(cases, answers, key):
    groups = {}
    for case, answer in zip(cases, answers, strict=True):
        right, count = groups.get(case[key], (0, 0))
        groups[case[key]] = (right + (answer == case["desk"]), count + 1)
    return groups
""",
    ),
    Exercise(
        "25-3",
        grades,
        (
            "Write the request out as in `ask`, but with the `client` of the function. Put `try` around it.",
            "Collect a desk or None for each case. Of a refusal, `parsed` is None.",
            "Catch `openai.LengthFinishReasonError` and `openai.BadRequestError`, nothing wider. "
            "(With Responses a cut JSON raises a `ValidationError`.) Then count None.",
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
