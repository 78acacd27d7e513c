"""Exercises of lesson 00, Start here."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ..exercises.judge import Exercise
from ..exercises.probe import Probe, expect


def notice(answer: Callable[..., Any]) -> str:
    probe = Probe(["We are closed."])
    given = answer(probe.client, "Tuesday")
    body = probe.last.body
    expect(probe.last.path == "/responses", f"the request went to {probe.last.path}")
    expect(body.get("model") == "gpt-6-luna", f"the model is {body.get('model')!r}")
    asked = str(body.get("input"))
    expect(
        "{day}" not in asked, f"the input is {asked!r}; a string with braces needs an f before it"
    )
    expect("Tuesday" in asked, f"the input does not name the day that was given: {asked!r}")
    effort = (body.get("reasoning") or {}).get("effort")
    expect(effort == "none", f"the reasoning effort is {effort or 'not set'}, not none")
    expect(given is not None, "`notice` prints or forgets the text; it must return it")
    expect(given == "We are closed.", f"`notice` returned {type(given).__name__}, not the text")
    return "The day goes in, the text comes out."


def price(answer: Callable[..., Any]) -> str:
    cases = [
        (1_000_000, 0, 0.10, 0.50, 0.10),
        (0, 1_000_000, 0.10, 0.50, 0.50),
        (18, 23, 0.10, 0.50, 0.0000133),
        (300, 200, 2.00, 10.00, 0.0026),
    ]
    for into, out, per_in, per_out, right in cases:
        got = answer(SimpleNamespace(input_tokens=into, output_tokens=out), per_in, per_out)
        expect(isinstance(got, int | float), f"`price` returned {type(got).__name__}, not a number")
        expect(
            abs(got - right) < 1e-12,
            f"{into:,} tokens in at USD {per_in:.2f} a million and {out:,} out at USD {per_out:.2f}: "
            f"`price` says {got:g}",
        )
    return "Prices are per million tokens, and input and output are counted apart."


def quotable(answer: Callable[..., Any]) -> str:
    sources = ["authored", "live", "edited", "live"]
    host = {"host": "api.openai.com"}
    recordings = [
        {
            "provenance": {"source": s, "at": "2026-11-22T12:00:00Z"}
            | (host if s != "authored" else {})
        }
        for s in sources
    ]
    got = answer(recordings)
    expect(isinstance(got, list), f"`quotable` returned {type(got).__name__}, not a list")
    kept = [each["provenance"]["source"] for each in got]
    expect("authored" not in kept, "an authored answer is kept: OpenAI did not say that, we did")
    expect("edited" not in kept, "an edited answer is kept: OpenAI did not say it in these words")
    expect(kept == ["live", "live"], f"{len(kept)} of the 2 live answers are kept")
    expect(answer([]) == [], "for an empty list `quotable` does not return an empty list")
    return "Only what the API answered may carry its name."


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
            'The label is in each["provenance"]["source"].',
            "Of the three values only one means: a server said exactly this.",
        ),
        """def quotable(recordings):
    return [each for each in recordings if each["provenance"]["source"] == "live"]
""",
    ),
]
