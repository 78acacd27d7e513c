"""Exercises of lesson 00, Start here."""

import copy
import math
import re
from collections.abc import Callable
from decimal import Decimal
from numbers import Real
from typing import Any

from openai.types.responses import Response

from ...practice.answers import text_answer
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise
from ..exercises.probe import Probe, expect

# What the prompt says, in the word of the task -> the words that say it.
_PROMPT = {
    "friendly": r"friend|kind|warm|cheer|nice|polite",
    "sentence": r"sentence|phrase|\bline",
    "bakery": r"baker",
    "closed": r"clos|shut|(not|n.t) (be )?open",
}


def notice(answer: Callable[..., Any]) -> str:
    for day, text in (("Tuesday", "We are closed."), ("24 December", "No bread on Christmas Eve.")):
        probe = Probe([text])
        given = answer(probe.client, day)
        asked = probe.last
        sent = len(probe.requests)
        expect(sent == 1, f"for one notice it sent {sent} requests")
        expect(asked.model == "gpt-6-luna", f"the model is {asked.model!r}")
        words = asked.words.strip()
        expect(
            "{day}" not in words, f"the prompt is {words!r}; without an f before it, {{day}} stays"
        )
        expect(
            day.lower() in words.lower(),
            f"the day is {day!r}, and the prompt does not name the day: {words!r}",
        )
        for word, said in _PROMPT.items():
            expect(
                re.search(said, words, re.IGNORECASE),
                f"the prompt does not say {word}. It is {words!r}",
            )
        effort = asked.effort or "not set"
        expect(effort == "none", f"the reasoning effort is {effort}, not none")
        expect(given is not None, "`notice` prints or forgets the text; it must return it")
        kind = type(given).__name__
        expect(isinstance(given, str), f"`notice` returned {kind}, not the text that is in it")
        expect(given == text, f"the answer was {text!r}, and `notice` returned {given!r}")
    passes_on(lambda probe: answer(probe.client, "Tuesday"))
    return "The day goes in, the text comes out."


def price(answer: Callable[..., Any]) -> str:
    # Tokens in, out, and those of them that are reasoning; the two prices; the cost.
    cases = [
        (1_000_000, 0, 0, 0.10, 0.50, "0.10"),
        (0, 1_000_000, 0, 0.10, 0.50, "0.50"),
        (18, 23, 0, 0.10, 0.50, "0.0000133"),
        (300, 200, 150, 2.00, 10.00, "0.0026"),
    ]
    for into, out, hidden, per_in, per_out, right in cases:
        body = text_answer("Hello", usage=(into, out, hidden), model="gpt-6-luna")["json"]
        got = answer(Response.model_validate(body).usage, per_in, per_out)
        expect(
            isinstance(got, Real | Decimal) and not isinstance(got, bool),
            f"`price` returned {type(got).__name__}, not a number",
        )
        expect(
            math.isclose(got, float(right), rel_tol=1e-9),
            f"{into:,} tokens in at USD {per_in:.2f} a million and {out:,} out at USD {per_out:.2f} "
            f"cost USD {right}; `price` says {_digits(float(got))}",
        )
    return "Prices are per million tokens, and input and output are counted apart."


def _digits(number: float) -> str:
    return f"{number:.10f}".rstrip("0").rstrip(".")


def _recording(number: int, source: str, host: str | None) -> dict[str, Any]:
    label = {"source": source, "at": f"2026-11-22T12:00:0{number}Z", "sdk": "openai 3.54.0"}
    request = {"method": "POST", "path": "/v1/responses", "body": {"model": "gpt-6-luna"}}
    answers = [text_answer(f"Answer {number}.", model="gpt-6-luna")]
    label |= {"host": host} if host else {}
    return {"request": request, "answers": answers, "provenance": label}


# The label of each recording, and why it may not be quoted; the others may.
_LABELS = [
    ("authored", None, "an authored answer is kept: OpenAI did not say that, we did"),
    ("live", "models.bakery.example", "a live answer of `models.bakery.example` is kept"),
    ("live", "api.openai.com", ""),
    ("edited", "api.openai.com", "an edited answer is kept: OpenAI did not say it in these words"),
    ("edited", "models.bakery.example", "an edited answer of another server is kept"),
    ("live", "api.openai.com", ""),
    (
        "live",
        "api.openai.com.bakery.example",
        "`api.openai.com.bakery.example` is not OpenAI's host",
    ),
    ("authored", None, "the last recording is authored, and it is kept"),
]


def quotable(answer: Callable[..., Any]) -> str:
    recordings = [_recording(n, source, host) for n, (source, host, _) in enumerate(_LABELS)]
    before = copy.deepcopy(recordings)
    got = answer(recordings)
    expect(isinstance(got, list), f"`quotable` returned {type(got).__name__}, not a list")
    expect(
        got is not recordings and recordings == before,
        "`quotable` changes or returns the list that it was given; build a new one",
    )
    for recording, (_, _, why) in zip(before, _LABELS, strict=True):
        expect(not why or recording not in got, why)
    wanted = [each for each, (_, _, why) in zip(before, _LABELS, strict=True) if not why]
    kept = sum(each in got for each in wanted)
    expect(
        kept == len(wanted), f"{kept} of the {len(wanted)} live answers of OpenAI's API are kept"
    )
    expect(got == wanted, "the list holds something else than the recordings in their order")
    expect(answer([]) == [], "for an empty list `quotable` does not return an empty list")
    return "Live, and from OpenAI's host: only this may carry OpenAI's name."


EXERCISES = [
    Exercise(
        "00-1",
        notice,
        (
            "It is the first call of this lesson, with the day from the argument.",
            'An f-string puts a value into a text: f"closed on {day}".',
        ),
        """def notice(client, day):
    response = client.responses.create(
        model="gpt-6-luna",
        input=f"Write one friendly sentence: the bakery is closed on {day}.",
        reasoning={"effort": "none"},
    )
    return response.output_text
""",
    ),
    Exercise(
        "00-2",
        price,
        (
            "Prices are for a million tokens.",
            "Multiply each kind of token by its own price, add, divide by 1_000_000.",
        ),
        """def price(usage, per_million_in, per_million_out):
    cost = usage.input_tokens * per_million_in + usage.output_tokens * per_million_out
    return cost / 1_000_000
""",
    ),
    Exercise(
        "00-3",
        quotable,
        (
            'The label is each["provenance"]. It is a dict, with "source" and sometimes "host".',
            "Of the three values of `source` only one means: a server said exactly this.",
            "The lesson names the host of OpenAI's API. An authored answer has no host: ask for "
            "`source` first, or use `.get`.",
        ),
        """def quotable(recordings):
    kept = []
    for recording in recordings:
        label = recording["provenance"]
        if label["source"] == "live" and label["host"] == "api.openai.com":
            kept.append(recording)
    return kept
""",
    ),
]
