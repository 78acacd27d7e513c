"""Exercises of lesson 08, Sampling and determinism."""

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Number
from typing import Any

from ...practice.answers import chat_answer
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Runaway, Wrong
from ..exercises.probe import Asked, Probe, expect, no_waiting

MODEL = "gpt-6-luna"
CLUE = "River (4). One word."
RIVERS = {"Nile": -0.105361, "Ouse": -2.995732, "Oder": -5.298317}
AFTER = {".": -0.01, "!": -4.7}


def _with_logprobs(
    places: Sequence[dict[str, float]], drawn: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """A Chat answer whose text has one token a place, with these candidates and logprobs.

    `drawn` is the token that was drawn at the first place; by default the likeliest.
    """
    content: list[dict[str, Any]] = []
    for place in places:
        ranked = _candidates(place)
        content.append(ranked[0] | {"top_logprobs": ranked})
    if drawn is not None:
        content[0] |= _candidates(drawn)[0]
    text = "".join(each["token"] for each in content)
    body = chat_answer(text)
    choice = body["json"]["choices"][0]
    choice["logprobs"] = {"content": content, "refusal": None}
    return body


def _candidates(place: Mapping[str, float]) -> list[dict[str, Any]]:
    return [
        {"token": token, "bytes": list(token.encode()), "logprob": logprob}
        for token, logprob in place.items()
    ]


def likely(answer: Callable[..., Any]) -> str:
    two = {"Arno": -0.693147, "Oise": -0.798508}
    _looked(answer, _with_logprobs([RIVERS, AFTER]), RIVERS)
    _looked(answer, _with_logprobs([two, AFTER], drawn={"Ural": -3.0}), two)
    with no_waiting(answer):
        passes_on(lambda probe: answer(probe.client, CLUE))
    return "A look at the candidates, in one call."


def _looked(answer: Callable[..., Any], reply: dict[str, Any], first: dict[str, float]) -> None:
    def chat(asked: Asked) -> dict[str, Any]:
        if not asked.chat:
            raise Runaway(f"the request went to `{asked.path}`, not to Chat Completions")
        return reply

    probe = Probe([chat])
    given = answer(probe.client, CLUE)
    asked = probe.last
    expect(len(probe.requests) == 1, f"it sent {len(probe.requests)} requests for one look")
    expect(asked.model == MODEL, f"the model is {asked.model!r}")
    expect(CLUE in asked.words, "the clue that was given is not in the messages")
    expect(
        asked.effort == "none",
        f"the effort is {asked.effort or 'not set, so medium'}: then logprobs are refused",
    )
    expect(asked.body.get("logprobs") is True, "the request does not ask for logprobs")
    top = asked.body.get("top_logprobs")
    expect(top == 3 and top is not True, f"`top_logprobs` is {top!r}, not 3")
    expect(isinstance(given, Mapping), f"it returned {type(given).__name__}, not a dict")
    expect(
        set(given) == set(first),
        f"the tokens are {list(given)}; the candidates of the first place are {list(first)}",
    )
    expect(given != first, "the values are logprobs, not probabilities")
    for token, logprob in first.items():
        value, right = given[token], math.exp(logprob)
        expect(isinstance(value, Number), f"the value of {token!r} is {value!r}, not a number")
        expect(
            math.isclose(float(value), right, abs_tol=0.00051),
            f"the probability of {token!r} is {value!r}; its logprob is {logprob}, "
            f"so it should be near {right:.4f}",
        )


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
        probe = Probe(["Nile" if each == "y" else "Ouse" for each in run], limit=20)
        given = answer(probe.client, CLUE, _is_nile)
        said = ", ".join("good" if each == "y" else "bad" for each in run)
        for asked in probe.requests or [probe.last]:
            _held(asked)
        sent = len(probe.requests)
        counted = f"{sent} request" + ("s" if sent != 1 else "")
        expect(_is(given, right), f"for the answers {said} it returned {given!r}")
        expect(
            sent <= needed,
            f"for the answers {said} it sent {counted}; the outcome was certain before",
        )
        expect(sent == needed, f"for the answers {said} it sent only {counted}")
    with no_waiting(answer):
        for before in ([], ["Nile"], ["Ouse"]):
            passes_on(lambda probe: answer(probe.client, CLUE, _is_nile), first=before)
    return "It stops as soon as the outcome is certain."


def _is_nile(text: str) -> bool:
    if not isinstance(text, str):
        raise Wrong(f"`good` is given a {type(text).__name__}, not the text of an answer")
    expect(
        text.strip() in ("Nile", "Ouse"), f"`good` is given {text!r}, which is no answer as it came"
    )
    return text.strip() == "Nile"


def _held(asked: Asked) -> None:
    expect(asked.model == MODEL, f"the model is {asked.model!r}")
    several = asked.body.get("n") or 1
    expect(several == 1, f"a request asks for {several} answers at once: all of them are paid")
    expect(asked.turns, "the request holds no words of the user")
    expect(
        asked.question is not None,
        f"a request holds {len(asked.turns)} turns: each is to ask the question alone",
    )
    expect(asked.question == CLUE, f"the model is asked {asked.question!r}, not {CLUE!r}")
    expect(
        asked.effort == "none",
        f"the effort is {asked.effort or 'not set, so medium'}: then a temperature is refused",
    )
    temperature = asked.body.get("temperature")
    expect(temperature is not None, "the request does not set the temperature")
    expect(temperature == 0, f"the temperature is {temperature!r}, not 0")


def _is(given: Any, right: bool) -> bool:
    """True for the bool `right`, that of numpy too; 1 is none."""
    return type(given).__name__ in ("bool", "bool_") and bool(given) is right


def unchanged(answer: Callable[..., Any]) -> str:
    cases = [
        ([35, 35, 40], [35, 40, 35], True, "the medians are equal"),
        ([35, 35, 40], [60, 35, 35, 35], True, "the medians are equal"),
        ([35, 35, 40], [38, 38, 30], True, "the medians are 3 apart"),
        ([35, 35, 40], [40, 40, 45], True, "the medians are exactly 5 apart"),
        ([40, 40, 45], [35, 35, 40], True, "the medians are exactly 5 apart"),
        ([35, 35, 35, 35, 35], [35, 35, 35, 35, 95], True, "one grade of five is far off"),
        ([30, 30, 42, 42], [36, 36, 36], True, "the medians are equal: 36 is between 30 and 42"),
        ([35, 35, 41, 41], [43, 30, 43, 43], True, "the medians are exactly 5 apart: 38 and 43"),
        ([30, 30, 42, 42], [42, 42, 42], False, "the medians are 6 apart: 36 and 42"),
        ([30, 30, 42, 42], [30, 30, 30], False, "the medians are 6 apart: 36 and 30"),
        ([35, 35, 40], [41, 41, 35], False, "the medians are 6 apart"),
        ([35, 35, 35], [40, 40, 41, 41], False, "the medians are 5.5 apart: 35 and 40.5"),
        ([40, 40, 41, 41], [35, 35, 35], False, "the medians are 5.5 apart: 40.5 and 35"),
        ([60, 60, 55], [20, 20, 60], False, "the medians are 40 apart"),
        ([35, 10, 60], [35, 70, 90], False, "the medians are 35 apart"),
        ([0, 0, 0], [0, 4, 100], True, "the medians are 4 apart"),
    ]
    for before, after, right, why in cases:
        kept = list(before), list(after)
        given = answer(before, after)
        expect((before, after) == kept, "it changes the lists that it was given")
        expect(
            _is(given, right),
            f"for {kept[0]} and {kept[1]} it returned {given!r}, though {why}",
        )
    few = [[35, 35], [35], []]
    enough = [35, 35, 36, 35, 35, 36]
    for before, after in [
        *((x, enough) for x in few),
        *((enough, x) for x in few),
        (few[0], few[0]),
    ]:
        try:
            given = answer(list(before), list(after))
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
    [choice] = completion.choices
    first = choice.logprobs.content[0]
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
            "First `if len(before) < 3 or len(after) < 3: raise ValueError(...)`, then compare "
            "`abs(median(before) - median(after))` with 5.",
        ),
        """from statistics import median


def unchanged(before, after):
    if len(before) < 3 or len(after) < 3:
        raise ValueError("at least three grades are needed in each list")
    return abs(median(before) - median(after)) <= 5
""",
    ),
]
