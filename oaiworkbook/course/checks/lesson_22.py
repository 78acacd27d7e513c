"""Exercises of lesson 22, Costs."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any

from openai.types import CompletionUsage
from openai.types.responses import ResponseUsage

from ...practice.answers import text_answer
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect

PRICE = {"input": 0.10, "cached": 0.01, "written": 0.125, "output": 0.50}
OTHER = {"input": 2.0, "cached": 0.10, "written": 2.5, "output": 10.0}
THIRD = {"input": 0.5, "cached": 0.05, "written": 0.75, "output": 3.0}
FREE = dict.fromkeys(PRICE, 0.0)


def _near(found: Any, wanted: float) -> bool:
    number = isinstance(found, Real | Decimal) and not isinstance(found, bool)
    return number and abs(float(found) - wanted) <= 1e-12


def _cost(plain: int, cached: int, written: int, out: int, price: Mapping[str, float]) -> float:
    usd = plain * price["input"] + cached * price["cached"] + written * price["written"]
    return (usd + out * price["output"]) / 1_000_000


def _chat_usage(into: int, out: int, **details: Any) -> CompletionUsage:
    totals = {"prompt_tokens": into, "completion_tokens": out, "total_tokens": into + out}
    return CompletionUsage.model_validate(totals | details)


def _parts(cached: int | None = 0, written: int | None = 0) -> dict[str, Any]:
    return {"prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written}}


REASONED = {"completion_tokens_details": {"reasoning_tokens": 150}}
# What is said of the usage, the usage, and its plain, cached, written and output tokens.
CHATS: list[tuple[str, CompletionUsage, tuple[int, int, int, int]]] = [
    ("1,000 in and 200 out", _chat_usage(1000, 200, **_parts()), (1000, 0, 0, 200)),
    ("1,000 in, 800 of them cached", _chat_usage(1000, 0, **_parts(800)), (200, 800, 0, 0)),
    (
        "1,000 in, 800 of them written to the cache",
        _chat_usage(1000, 0, **_parts(0, 800)),
        (200, 0, 800, 0),
    ),
    (
        "1,000 in, 600 of them cached and 300 written",
        _chat_usage(1000, 0, **_parts(600, 300)),
        (100, 600, 300, 0),
    ),
    (
        "200 out, 150 of them reasoning",
        _chat_usage(0, 200, **_parts(), **REASONED),
        (0, 0, 0, 200),
    ),
    ("1,000 in and 200 out, without details", _chat_usage(1000, 200), (1000, 0, 0, 200)),
    (
        "1,000 in and 200 out, whose details are None",
        _chat_usage(1000, 200, prompt_tokens_details=None, completion_tokens_details=None),
        (1000, 0, 0, 200),
    ),
    (
        "1,000 in and 200 out, both counts of whose details are None",
        _chat_usage(1000, 200, **_parts(None, None)),
        (1000, 0, 0, 200),
    ),
    (
        "1,000 in, 800 of them cached, and None for those written",
        _chat_usage(1000, 200, **_parts(800, None)),
        (200, 800, 0, 200),
    ),
    (
        "1,000 in, 800 of them written, and None for those cached",
        _chat_usage(1000, 200, **_parts(None, 800)),
        (200, 0, 800, 200),
    ),
]


def chat_usd(answer: Callable[..., Any]) -> str:
    for where, price in (("at PRICE", PRICE), ("at other prices than PRICE", OTHER)):
        for what, usage, counts in CHATS:
            try:
                found = answer(usage.model_copy(deep=True), dict(price))
            except (AttributeError, TypeError, KeyError) as error:
                raise Wrong(
                    f"a usage of {what}, stops it: `{type(error).__name__}`: {error}"
                ) from None
            wanted = _cost(*counts, price)
            expect(
                _near(found, wanted),
                f"{where}, {what} cost USD {wanted:.7f}; it returned {found!r}",
            )
    return "Parts are inside their totals, and a missing detail is none."


def _usage(plain: int, cached: int, written: int, out: int) -> ResponseUsage:
    into = plain + cached + written
    return ResponseUsage.model_validate(
        {
            "input_tokens": into,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
            "output_tokens": out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": into + out,
        }
    )


# In no order: the order says nothing.
HISTORY = {
    "pine": [
        (date(2026, 7, 30), PRICE),
        (date(2026, 5, 1), OTHER),
        (date(2026, 10, 15), THIRD),
        (date(2026, 6, 20), THIRD),
    ],
    "oak": [(date(2026, 10, 1), PRICE)],
    "fig": [(date(2026, 1, 1), FREE)],
    "fir": [],
}
# Model, day, prices that hold, what is said of such a call.
CALLS: list[tuple[str, date, Mapping[str, float] | None, str]] = [
    ("pine", date(2026, 9, 1), PRICE, "in September, after a cut in July"),
    ("pine", date(2026, 6, 1), OTHER, "in June, before the first cut"),
    ("pine", date(2026, 11, 1), THIRD, "in November, after a third change"),
    ("pine", date(2026, 7, 30), PRICE, "on the first day of new prices"),
    ("pine", date(2026, 7, 29), THIRD, "on the last day of old prices"),
    ("fig", date(2026, 9, 1), FREE, "of a model that is free"),
    ("pine", date(2026, 4, 30), None, "before the first day in the history"),
    ("elm", date(2026, 9, 1), None, "of a model that is not in the history"),
    ("fir", date(2026, 9, 1), None, "of a model without any prices"),
]
SMALL, LARGE = (300, 400, 300, 200), (5000, 0, 1000, 700)


def bill(answer: Callable[..., Any]) -> str:
    for model, day, price, what in CALLS:
        one = (model, day, _usage(*SMALL))
        wanted = 0.0 if price is None else _cost(*SMALL, price)
        _billed(answer, [one], f"a call {what}", wanted, int(price is None))
    _billed(answer, [], "no call at all", 0.0, 0)
    several = [(m, d, _usage(*LARGE if n % 2 else SMALL)) for n, (m, d, _, _) in enumerate(CALLS)]
    several.append(several[-1])
    sum_ = sum(
        _cost(*(LARGE if n % 2 else SMALL), price)
        for n, (_, _, price, _) in enumerate(CALLS)
        if price is not None
    )
    _billed(answer, several, f"{len(several)} calls, four without a price,", sum_, 4)
    return "Each call at the prices of its day, and the unknown ones counted."


def _billed(
    answer: Callable[..., Any], calls: Sequence[Any], what: str, usd: float, unknown: int
) -> None:
    try:
        found = answer(list(calls), deepcopy(HISTORY))
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise Wrong(f"{what} stops it: `{type(error).__name__}`: {error}") from None
    expect(
        isinstance(found, tuple | list) and len(found) == 2,
        f"it returned {found!r}, not two things: the sum and how many are unknown",
    )
    expect(found[1] == unknown, f"for {what} the count of unknown is {found[1]!r}")
    expect(
        _near(found[0], usd),
        f"for {what} the sum of what is known is {found[0]!r}, not USD {usd:.7f}",
    )


TEN = [f"Is plant {n} ill?" for n in range(10)]
EXACT = "Brown tips on the leaves of my calathea: too dry, too wet?"  # 58 bytes
CACTI = "🌵" * 1000  # 4,000 bytes
LONG = "这盆花的叶子发黄了。" * 300  # 3,000 characters, 9,000 bytes
ALL = [*TEN, EXACT, CACTI, LONG]
HIGH, LOW = (20, 0, 0, 300), (20, 0, 0, 10)  # USD 0.000152 and 0.000007
MIXED = (200, 1000, 800, 100)  # USD 0.00018


def ask_all(answer: Callable[..., Any]) -> str:
    _asked(answer, TEN, 0.0, HIGH, [], "the limit is 0")
    each = "each of ten calls costs USD"
    _asked(answer, TEN, 0.0005, HIGH, TEN[:3], f"{each} 0.000152, and the limit is 0.0005")
    _asked(answer, TEN, 0.0005, LOW, TEN, f"{each} 0.000007, and the limit is 0.0005")
    cached = "with tokens read from the cache and written to it, and the limit is 0.001"
    _asked(answer, TEN, 0.001, MIXED, TEN[:5], f"{each} 0.00018, {cached}")
    bytes_ = "a question of 58 bytes can cost USD 0.00015725"
    _asked(answer, [EXACT], 0.00015725, HIGH, [EXACT], f"{bytes_}, and so much is the limit")
    _asked(answer, [EXACT], 0.0001572499, HIGH, [], f"{bytes_}, and the limit is 0.0001572499")
    of_cacti = "a question of 1,000 characters, 4 bytes each, can cost USD 0.00065"
    _asked(answer, [CACTI], 0.0006, LOW, [], f"{of_cacti}, and the limit is 0.0006")
    long = "the first and third question of 9,000 bytes can cost USD 0.001275, the others fit"
    mixed = [LONG, TEN[0], LONG, TEN[1]]
    _asked(answer, mixed, 0.0005, LOW, TEN[:2], f"{long}, and the limit is 0.0005")
    passes_on(lambda probe: answer(probe.client, list(TEN), 1.0))
    return "Nothing was sent that could pass the limit, and all that fits."


def _asked(
    answer: Callable[..., Any],
    questions: list[str],
    limit: float,
    counts: tuple[int, int, int, int],
    fit: list[str],
    where: str,
) -> None:
    """Runs the answer, each call using these tokens, and compares what was sent and returned."""

    def reply(asked: Asked) -> Mapping[str, Any]:
        body = text_answer(f"About {str(asked.question)[:12]}")
        body["json"]["usage"] = _usage(*counts).to_dict()
        return body

    probe = Probe([reply], limit=20)
    found = answer(probe.client, list(questions), limit)
    for asked in probe.requests:
        expect(
            asked.question in ALL, f"a request asks {str(asked.question)[:60]!r}, not the question"
        )
        expect(
            asked.cap == 300, f"`max_output_tokens` of a request is {asked.cap!r}: it is to be 300"
        )
        expect(
            (asked.model, asked.effort) == ("gpt-6-luna", "none"),
            f"the model of a request is {asked.model!r}, its effort {asked.effort!r}: "
            f"that was to be left as it is",
        )
    sent = [str(asked.question) for asked in probe.requests]
    expect(
        sent == fit,
        f"{where}: {len(fit)} of {len(questions)} fit, and it sent {_short(sent)}",
    )
    expect(
        isinstance(found, list | tuple) and len(found) == len(questions),
        f"for {_short(questions)} it returned {found!r}, not one place for each question",
    )
    for place, question in enumerate(questions):
        wanted = f"About {question[:12]}" if question in fit else None
        expect(
            found[place] == wanted,
            f"{where}: place {place} of the list is {found[place]!r}, not {wanted!r}",
        )


def _short(questions: Sequence[str]) -> str:
    return "1 question" if len(questions) == 1 else f"{len(questions)} questions"


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
            "Of those left, the latest holds: with a dict from day to prices, `begun[max(begun)]`.",
        ),
        """def bill(calls, history):
    known, unknown = 0.0, 0
    for model, day, usage in calls:
        begun = {first: prices for first, prices in history.get(model, []) if first <= day}
        if begun:
            known += in_usd(usage, begun[max(begun)])
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
