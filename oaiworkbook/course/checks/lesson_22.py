"""Exercises of lesson 22, Costs."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from openai.types import CompletionUsage
from openai.types.responses import ResponseUsage

from ...practice.answers import text_answer
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect

PRICE = {"input": 0.10, "cached": 0.01, "written": 0.125, "output": 0.50}
OTHER = {"input": 2.0, "cached": 0.10, "written": 2.5, "output": 10.0}


def _near(found: Any, wanted: float) -> bool:
    return isinstance(found, int | float) and abs(found - wanted) <= 1e-12


def _chat_usage(into: int, out: int, **details: Any) -> CompletionUsage:
    totals = {"prompt_tokens": into, "completion_tokens": out, "total_tokens": into + out}
    return CompletionUsage.model_validate(totals | details)


def _parts(cached: int = 0, written: int = 0) -> dict[str, int]:
    return {"cached_tokens": cached, "cache_write_tokens": written}


REASONED = {"reasoning_tokens": 150}
# What is said of the usage, the usage, and what it costs at PRICE.
CHATS: list[tuple[str, CompletionUsage, float]] = [
    ("1,000 in and 200 out", _chat_usage(1000, 200, prompt_tokens_details=_parts()), 0.0002),
    (
        "1,000 in, 800 of them cached",
        _chat_usage(1000, 0, prompt_tokens_details=_parts(800)),
        0.000028,
    ),
    (
        "1,000 in, 800 of them written to the cache",
        _chat_usage(1000, 0, prompt_tokens_details=_parts(0, 800)),
        0.00012,
    ),
    (
        "1,000 in, 600 of them cached and 300 written",
        _chat_usage(1000, 0, prompt_tokens_details=_parts(600, 300)),
        0.0000535,
    ),
    (
        "200 out, 150 of them reasoning",
        _chat_usage(0, 200, prompt_tokens_details=_parts(), completion_tokens_details=REASONED),
        0.0001,
    ),
]


def chat_usd(answer: Callable[..., Any]) -> str:
    for what, usage, wanted in CHATS:
        found = answer(usage, PRICE)
        expect(_near(found, wanted), f"{what} cost USD {wanted:.7f}; it returned {found!r}")
    for what, usage in (
        ("without details", _chat_usage(1000, 200)),
        ("whose details are null", _chat_usage(1000, 200, prompt_tokens_details=None)),
        (
            "whose counts are null",
            _chat_usage(1000, 200, prompt_tokens_details={"cached_tokens": None}),
        ),
    ):
        try:
            found = answer(usage, PRICE)
        except (AttributeError, TypeError) as error:
            raise Wrong(f"a usage {what} stops it: `{type(error).__name__}`: {error}") from None
        expect(_near(found, 0.0002), f"for a usage {what} it returned {found!r}")
    found = answer(_chat_usage(1000, 200), OTHER)
    expect(_near(found, 0.004), f"at other prices it returned {found!r}: are its own built in?")
    return "Parts are inside their totals, and a missing detail is none."


def _usage(into: int, out: int) -> ResponseUsage:
    return ResponseUsage.model_validate(
        {
            "input_tokens": into,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": into + out,
        }
    )


# The later entry first: the order says nothing.
HISTORY = {
    "pine": [(date(2026, 7, 30), PRICE), (date(2026, 5, 1), OTHER)],
    "oak": [(date(2026, 10, 1), PRICE)],
}
TOKENS = _usage(1000, 200)  # USD 0.0002 at PRICE, 0.004 at OTHER


def bill(answer: Callable[..., Any]) -> str:
    def of(*calls: tuple[str, date, ResponseUsage]) -> tuple[Any, Any]:
        found = answer(list(calls), HISTORY)
        expect(
            isinstance(found, tuple | list) and len(found) == 2,
            f"it returned {found!r}, not two things: the sum and how many are unknown",
        )
        return found[0], found[1]

    cases: list[tuple[str, date, float | None, str]] = [
        ("pine", date(2026, 9, 1), 0.0002, "in September, after a cut in July"),
        ("pine", date(2026, 6, 1), 0.004, "in June, before the cut"),
        ("pine", date(2026, 7, 30), 0.0002, "on the first day of new prices"),
        ("pine", date(2026, 7, 29), 0.004, "on the last day of old prices"),
        ("pine", date(2026, 4, 30), None, "before the first day in the history"),
        ("elm", date(2026, 9, 1), None, "of a model that is not in the history"),
    ]
    for model, day, wanted, what in cases:
        try:
            usd, unknown = of((model, day, TOKENS))
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise Wrong(f"a call {what} stops it: `{type(error).__name__}`: {error}") from None
        if wanted is None:
            expect(unknown == 1, f"for a call {what} the count of unknown is {unknown!r}")
            expect(_near(usd, 0.0), f"for a call {what} the sum of what is known is {usd!r}")
        else:
            expect(_near(usd, wanted), f"a call {what} cost USD {wanted}; the sum is {usd!r}")
            expect(unknown == 0, f"for a call {what} the count of unknown is {unknown!r}")
    usd, unknown = of(
        ("pine", date(2026, 6, 1), TOKENS),
        ("elm", date(2026, 6, 1), TOKENS),
        ("oak", date(2026, 11, 1), TOKENS),
        ("oak", date(2026, 9, 30), TOKENS),
    )
    expect(_near(usd, 0.0042) and unknown == 2, f"for four calls it returned {(usd, unknown)!r}")
    return "Each call at the prices of its day, and the unknown ones counted."


LONG = "这盆花的叶子发黄了。" * 300  # 3,000 characters, 9,000 bytes


def _dear(asked: Asked) -> Mapping[str, Any]:
    return text_answer("Yes.", usage=(20, 300))


def _cheap(asked: Asked) -> Mapping[str, Any]:
    return text_answer("Yes.", usage=(20, 10))


def ask_all(answer: Callable[..., Any]) -> str:
    ten = [f"Is plant {n} ill?" for n in range(10)]

    def sent(reply: Any, questions: list[str], limit: float) -> tuple[int, list[Any]]:
        probe = Probe([reply], limit=20)
        found = answer(probe.client, list(questions), limit)
        expect(isinstance(found, list), f"it returned {type(found).__name__}, not a list")
        expect(
            len(found) == len(questions),
            f"for {len(questions)} questions the list has {len(found)} places",
        )
        for asked in probe.requests:
            most = asked.body.get("max_output_tokens")
            expect(most == 300, f"`max_output_tokens` of a request is {most!r}: it can cost more")
        return len(probe.requests), found

    number, _ = sent(_dear, ten, 0.0)
    expect(number == 0, f"with a limit of 0 it sent {number} requests")
    number, found = sent(_dear, ten, 0.0005)
    expect(
        number <= 3,
        f"the limit is USD 0.0005 and each call cost 0.000152: it sent {number} and spent too much",
    )
    expect(number == 3, f"three calls fit into USD 0.0005; it sent {number}")
    expect(found == ["Yes."] * 3 + [None] * 7, f"three of ten were answered; it returned {found!r}")
    number, _ = sent(_cheap, ten, 0.0005)
    expect(
        number == 10,
        f"each call cost only 0.000007, so ten fit into USD 0.0005; it sent {number}: is the "
        "bound counted instead of the cost?",
    )
    number, found = sent(_cheap, [LONG, ten[0]], 0.0005)
    expect(
        found[0] is None,
        "a question of 9,000 bytes can cost USD 0.0013, and it was sent under a limit of 0.0005",
    )
    expect(found[1] == "Yes.", "after a question that did not fit, a short one was not sent")
    return "Nothing can pass the limit, and little of it lies idle."


EXERCISES = [
    Exercise(
        "22-1",
        chat_usd,
        (
            "Begin with two numbers, cached and written: 0 where `parts` or the count is missing.",
            "`cached = (parts and parts.cached_tokens) or 0` covers all three cases.",
            "What is neither cached nor written is plain input. `completion_tokens` is all output.",
        ),
        '''def chat_usd(usage, price):
    """USD of a Chat usage. `price` is a dict like PRICE."""
    parts = usage.prompt_tokens_details
    cached = (parts and parts.cached_tokens) or 0
    written = (parts and parts.cache_write_tokens) or 0
    plain = usage.prompt_tokens - cached - written
    cost = plain * price["input"] + cached * price["cached"] + written * price["written"]
    return (cost + usage.completion_tokens * price["output"]) / 1_000_000
''',
    ),
    Exercise(
        "22-2",
        bill,
        (
            "For one call: which entries of its model begin on its day or before?",
            "`history.get(model, [])` is empty for an unknown model. No entry left: unknown.",
            "Of those left, the latest holds: `max(rows, key=lambda row: row[0])`.",
        ),
        """def bill(calls, history):
    known, unknown = 0.0, 0
    for model, day, usage in calls:
        rows = [row for row in history.get(model, []) if row[0] <= day]
        if rows:
            known += in_usd(usage, max(rows, key=lambda row: row[0])[1])
        else:
            unknown += 1
    return known, unknown
""",
    ),
    Exercise(
        "22-3",
        ask_all,
        (
            "Before each call: `most`, in USD, from `len(question.encode())` and 300.",
            "If `spent + most > limit`, append None and go on with `continue`.",
            "Pass `max_output_tokens=300`. After the answer add `in_usd(answer.usage)`, not `most`.",
        ),
        """def ask_all(client, questions, limit):
    texts, spent = [], 0.0
    for question in questions:
        most = len(question.encode()) * PRICE["written"] + 300 * PRICE["output"]
        if spent + most / 1_000_000 > limit:
            texts.append(None)
            continue
        answer = client.responses.create(
            model="gpt-6-luna",
            input=question,
            reasoning={"effort": "none"},
            max_output_tokens=300,
        )
        spent += in_usd(answer.usage)
        texts.append(answer.output_text)
    return texts
""",
    ),
]
