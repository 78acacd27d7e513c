"""Exercises of lesson 08, Sampling and determinism."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from ...practice.answers import chat_answer
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Probe, expect

MODEL = "gpt-6-luna"
CLUE = "River (4). One word."


def _with_logprobs(places: Sequence[dict[str, float]]) -> dict[str, Any]:
    """A Chat answer whose text has one token a place, with these candidates and logprobs."""
    content: list[dict[str, Any]] = []
    for place in places:
        ranked: list[dict[str, Any]] = [
            {"token": token, "bytes": list(token.encode()), "logprob": logprob}
            for token, logprob in place.items()
        ]
        content.append(ranked[0] | {"top_logprobs": ranked})
    text = "".join(each["token"] for each in content)
    body = chat_answer(text)
    choice = body["json"]["choices"][0]
    choice["logprobs"] = {"content": content, "refusal": None}
    return body


def likely(answer: Callable[..., Any]) -> str:
    first = {"nile": -0.105361, "ouse": -2.995732, "oder": -4.60517}
    probe = Probe([_with_logprobs([first, {".": -0.01, "!": -4.7}])])
    given = answer(probe.client, CLUE)
    body = probe.last.body
    expect(probe.last.path == "/chat/completions", f"the request went to {probe.last.path}")
    expect(body.get("model") == MODEL, f"the model is {body.get('model')!r}")
    expect(CLUE in str(body.get("messages")), "the clue that was given is not in the messages")
    effort = body.get("reasoning_effort")
    expect(
        effort == "none",
        f"the effort is {effort or 'not set, so medium'}: then logprobs are refused",
    )
    expect(body.get("logprobs") is True, "the request does not ask for logprobs")
    top = body.get("top_logprobs")
    expect(top == 3 and top is not True, f"`top_logprobs` is {top!r}, not 3")
    expect(isinstance(given, dict), f"it returned {type(given).__name__}, not a dict")
    expect(set(given) == set(first), f"the tokens are {list(given)}, not those of the first place")
    expect(given != first, "the values are logprobs, not probabilities")
    for token, logprob in first.items():
        right = math.exp(logprob)
        expect(
            isinstance(given[token], int | float) and math.isclose(given[token], right),
            f"the probability of {token!r} is {given[token]!r}; its logprob is {logprob}",
        )
    return "A look at the candidates, in one call."


def holds(answer: Callable[..., Any]) -> str:
    cases = [
        ("yyyyyyyy", True, 7),
        ("nyyyyyyy", True, 8),
        ("yyyyynyy", True, 8),
        ("nnyyyyyy", False, 2),
        ("yyyynyny", False, 7),
        ("yyyyyynn", False, 8),
    ]
    for run, right, needed in cases:
        probe = Probe(list(run), limit=20)
        seen: list[str] = []

        def good(text: str, seen: list[str] = seen) -> bool:
            seen.append(text)
            return text == "y"

        given = answer(probe.client, CLUE, good)
        _held(probe)
        said = ", ".join("good" if each == "y" else "bad" for each in run)
        sent = len(probe.requests)
        expect(given is right, f"for the answers {said} it returned {given!r}")
        expect(
            sent <= needed,
            f"for the answers {said} it sent {sent} requests; the outcome was certain before",
        )
        expect(sent == needed, f"for the answers {said} it sent only {sent} requests")
        expect(seen == list(run[:sent]), "`good` was not asked once about each answer")
    return "It stops as soon as the outcome is certain."


def _held(probe: Probe) -> None:
    body = probe.last.body
    expect(probe.last.path == "/responses", f"the request went to {probe.last.path}")
    expect(body.get("model") == MODEL, f"the model is {body.get('model')!r}")
    expect(body.get("input") == CLUE, "`input` is not the question that was given")
    effort = (body.get("reasoning") or {}).get("effort")
    expect(
        effort == "none",
        f"the effort is {effort or 'not set, so medium'}: then a temperature is refused",
    )
    expect("temperature" in body, "the request does not set the temperature")
    expect(body["temperature"] == 0, f"the temperature is {body['temperature']!r}, not 0")


def unchanged(answer: Callable[..., Any]) -> str:
    cases = [
        ([35, 35, 40], [35, 40, 35], True, "the medians are equal"),
        ([35, 35, 40], [60, 35, 35, 35], True, "the medians are equal"),
        ([35, 35, 40], [38, 38, 30], True, "the medians are 3 apart"),
        ([35, 35, 40], [40, 40, 45], True, "the medians are exactly 5 apart"),
        ([40, 40, 45], [35, 35, 40], True, "the medians are exactly 5 apart"),
        ([35, 35, 35, 35, 35], [35, 35, 35, 35, 95], True, "one grade of five is far off"),
        ([35, 35, 40], [41, 41, 35], False, "the medians are 6 apart"),
        ([60, 60, 55], [20, 20, 60], False, "the medians are 40 apart"),
        ([35, 10, 60], [35, 70, 90], False, "the medians are 35 apart"),
    ]
    for before, after, right, why in cases:
        kept = list(before), list(after)
        given = answer(before, after)
        expect((before, after) == kept, "it changes the lists that it was given")
        expect(
            given is right,
            f"for {kept[0]} and {kept[1]} it returned {given!r}, though {why}",
        )
    for before, after in (([35, 35], [35, 35, 35]), ([35, 35, 35], [35]), ([], [35, 35, 35])):
        try:
            given = answer(before, after)
        except ValueError:
            continue
        except Exception as error:
            raise Wrong(
                f"for {before} and {after} it raises `{type(error).__name__}`, not `ValueError`"
            ) from None
        raise Wrong(f"for {before} and {after} it returned {given!r}: too few to compare")
    return "What does not matter no longer fails, and what matters still does."


EXERCISES = [
    Exercise(
        "08-1",
        likely,
        (
            "The table under the plot has the names that Chat Completions uses.",
            'Besides `top_logprobs=3` the request needs `logprobs=True` and `reasoning_effort="none"`.',
            "`math.exp(each.logprob)` is the probability.",
        ),
        """import math


def likely(client, clue):
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": clue}],
        reasoning_effort="none",
        logprobs=True,
        top_logprobs=3,
    )
    first = completion.choices[0].logprobs.content[0]
    return {each.token: math.exp(each.logprob) for each in first.top_logprobs}
""",
    ),
    Exercise(
        "08-2",
        holds,
        (
            "Count the good and the bad answers in a loop, and `return` inside it.",
            "7 of 8 are out of reach as soon as two answers were bad.",
            "In the loop: ask, add to one of the two counts, then "
            "`if right == 7: return True` and `if wrong == 2: return False`.",
        ),
        """def holds(client, question, good):
    right = wrong = 0
    while right < 7 and wrong < 2:
        response = client.responses.create(
            model="gpt-6-luna", input=question, reasoning={"effort": "none"}, temperature=0
        )
        if good(response.output_text):
            right += 1
        else:
            wrong += 1
    return right == 7
""",
    ),
    Exercise(
        "08-3",
        unchanged,
        (
            "`median` from `statistics` takes a list of any length, sorted or not.",
            "Which list is higher does not matter: `abs(...)` takes the sign away.",
            "First `if min(len(before), len(after)) < 3: raise ValueError(...)`, then compare "
            "`abs(median(before) - median(after))` with 5.",
        ),
        """from statistics import median


def unchanged(before, after):
    if min(len(before), len(after)) < 3:
        raise ValueError("at least three grades are needed in each list")
    return abs(median(before) - median(after)) <= 5
""",
    ),
]
