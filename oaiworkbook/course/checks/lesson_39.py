"""Exercises of lesson 39, A model as judge."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from ...practice.answers import message_item
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, expect, text_answer

Json = dict[str, Any]


def kappa(answer: Callable[..., Any]) -> str:
    for ours, theirs, wanted, what in (
        (["good", "bad"], ["good", "bad"], 1.0, "two equal lists"),
        (
            ["good", "good", "bad", "bad"],
            ["good", "bad", "good", "bad"],
            0.0,
            "agreement by chance",
        ),
        (["good", "bad"], ["bad", "good"], -1.0, "two lists that never agree"),
        (["a", "a", "b", "c", "c"], ["a", "b", "b", "c", "a"], 7 / 17, "three labels"),
        ([1, 2, 2, 3], [1, 2, 3, 3], 7 / 11, "numbers as labels"),
        (["good"] * 3, ["bad"] * 3, 0.0, "labels that only one of two has used"),
        ([True, False, False, False], [True, True, True, False], 0.2, "True and False"),
        (["good"] * 4, ["good"] * 4, 1.0, "one label everywhere, so that chance is 1"),
    ):
        given, others = list(ours), list(theirs)
        try:
            found = answer(given, others)
        except ZeroDivisionError:
            raise Wrong(f"for {what} it divides by 0") from None
        number = isinstance(found, int | float)
        shown = f"{found:.4g}" if number else repr(found)
        expect(
            number and abs(found - wanted) < 1e-9,
            f"for {what}, {ours} and {theirs}, it gives {shown}, not {wanted:.4g}",
        )
        expect((given, others) == (ours, theirs), "it has changed a list that it was given")
    return "Any labels, and never more than 1."


QUESTION = "May I hang up a wet jumper of Fell?"
SHORT, LONG = "Better dry it flat.", "Thank you for your question. We will be glad to see to it."
_LABELS = {"question", "reply", "first", "second", "one", "two"}


def _picking(says: Callable[[Asked], str]) -> Callable[[Asked], str]:
    """A judge that fills in the asked form, with what it `says` where that is allowed."""
    return lambda asked: asked.filled(says(asked))


def _first(asked: Asked) -> str:
    """Which of the two replies comes first in a request."""
    return min((SHORT, LONG), key=lambda reply: asked.words.find(reply) % (len(asked.words) + 1))


def prefer(answer: Callable[..., Any]) -> str:
    judges: list[tuple[str, Callable[[Asked], str], int]] = [
        ("likes the first text best", lambda asked: "A", 0),
        ("likes the second text best", lambda asked: "B", 0),
        ("finds the first reply better", lambda a: "A" if _first(a) == SHORT else "B", 1),
        ("finds the second reply better", lambda a: "A" if _first(a) == LONG else "B", 2),
    ]
    for what, says, wanted in judges:
        probe = Probe([_picking(says)], limit=6)

        def run(probe: Probe = probe) -> Any:
            return answer(probe.client, QUESTION, SHORT, LONG)

        found = probe.looked_at(run, _compares)
        sent = len(probe.requests)
        expect(sent == 2, f"{_requests(sent)} sent, not 2")
        orders = {_first(asked) for asked in probe.requests}
        expect(len(orders) == 2, "both requests show the replies in the same order")
        expect(found == wanted, f"for a judge that {what} it returned {found!r}, not {wanted}")
    for first in ([], [_picking(lambda asked: "A")]):
        passes_on(lambda probe: answer(probe.client, QUESTION, SHORT, LONG), first=first)
    return "A judge that looks at the place gives a draw."


def _requests(number: int) -> str:
    return "1 request was" if number == 1 else f"{number} requests were"


def _compares(asked: Asked) -> None:
    for what, text in (
        ("the question", QUESTION),
        ("the first reply", SHORT),
        ("the second reply", LONG),
    ):
        expect(text in asked.words, f"a request does not hold {what}")
    allowed = [sorted(map(str, field.get("enum", []))) for field in asked.fields.values()]
    expect(["A", "B"] in allowed, "the request has no form that allows only A or B")
    rest = "\n".join([asked.words, *_described((asked.schema or {}).get("schema"))])
    for text in (QUESTION, SHORT, LONG):
        rest = rest.replace(text, "")
    asks = set(re.findall(r"\w{3,}", rest.lower())) - _LABELS
    expect(asks, "a request holds the question and the replies, and does not say what to decide")


def _described(schema: Any) -> Iterator[str]:
    """What a form says about itself and its fields."""
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            yield schema["description"]
        for each in schema.values():
            yield from _described(each)


DRAFT = {
    "id": "draft-99",
    "question": "Does Mist shrink?",
    "label": "Mist: mohair and silk. Wash by hand, cold.",
    "reply": "Not in cold water.",
    "good": True,
    "note": "the people's verdict",
}
FIELDS = {"reason", "answers", "fits_label", "invents"}
_CUT: Json = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
CUTS: dict[str, Reply] = {
    "cut inside its reason": text_answer('{"reason":"The reply says', **_CUT),
    "cut before its first letter": text_answer("", output=[], **_CUT),
}
REFUSAL = text_answer(
    "", output=[message_item([{"type": "refusal", "refusal": "I cannot judge that."}])]
)


def _says(answers: bool = True, fits_label: bool = True, invents: bool = False) -> str:
    marks = {"answers": answers, "fits_label": fits_label, "invents": invents}
    return json.dumps({"reason": "So.", **marks})


def judged(answer: Callable[..., Any]) -> str:
    for answers, fits, invents in product((True, False), repeat=3):
        wanted = answers and fits and not invents
        what = f"for answers={answers}, fits_label={fits}, invents={invents}"
        found = _judged(answer, [_says(answers, fits, invents)], what, 1)
        expect(found == wanted, f"{what} it returned {found!r}, not {wanted}")
    found = _judged(answer, [REFUSAL, _says()], "after a refusal", 1)
    expect(found is None, f"after a refusal it returned {found!r}, not None")
    for how, cut in CUTS.items():
        for wanted in (True, False):
            what = f"after an answer that was {how}"
            found = _judged(answer, [cut, _says(answers=wanted)], what, 2)
            expect(found == wanted, f"{what}, and a whole one, it returned {found!r}, not {wanted}")
        for then, end in (("and one that was cut too", cut), ("and a refusal", REFUSAL)):
            what = f"after an answer that was {how}, {then},"
            found = _judged(answer, [cut, end, _says()], what, 2)
            expect(found is None, f"{what} it returned {found!r}, not None")
        passes_on(lambda probe: answer(probe.client, dict(DRAFT)), first=[cut])
    passes_on(lambda probe: answer(probe.client, dict(DRAFT)))
    return "A judge without a verdict is asked once more, and then a person is."


def _judged(answer: Callable[..., Any], replies: Sequence[Reply], what: str, sent: int) -> Any:
    """What it returns for such replies. Raises Wrong where it asks otherwise, or not so often."""
    probe = Probe(replies, limit=6)
    try:
        found = probe.looked_at(lambda: answer(probe.client, dict(DRAFT)), _judges)
    except (AttributeError, TypeError, ValueError, LookupError) as error:
        raise Wrong(f"{what} it stops with `{type(error).__name__}`") from error
    caps = [asked.cap for asked in probe.requests]
    expect(caps[0] == 200, f"the first request has the limit {caps[0]}, not 200")
    expect(len(caps) == sent, f"{what} {_requests(len(caps))} sent, not {sent}")
    expect(caps[1:] in ([], [800]), f"the second request has the limit {caps[-1]}, not 800")
    return found


def _judges(asked: Asked) -> None:
    for name in ("question", "label", "reply"):
        line = f"{name}: {DRAFT[name]}"
        held = line in asked.words.splitlines()
        expect(held, f"a request does not hold the draft's {name} as `ask` writes it")
    expect(str(DRAFT["note"]) not in asked.words, "a request tells the judge what people said")
    expect(set(asked.fields) == FIELDS, "a request does not carry the form `Checks`")
    expect("invents" in asked.words, "a request does not hold `CHECKS`")
    expect(asked.model == "gpt-6-luna", f"a request asks {asked.model!r}")
    expect(asked.effort == "none", f"a request has the effort {asked.effort!r}, not 'none'")


EXERCISES = [
    Exercise(
        "39-1",
        kappa,
        (
            "`zip(ours, theirs)` gives the pairs. True counts as 1 in `sum`.",
            "`ours.count(label) / len(ours)` is the share of a label.",
            "Test `chance == 1` before the last line: nothing can be divided by 0.",
        ),
        """def kappa_of(ours, theirs):
    labels = {*ours, *theirs}
    n = len(ours)
    seen = sum(a == b for a, b in zip(ours, theirs)) / n
    chance = sum(ours.count(label) * theirs.count(label) for label in labels) / n**2
    if chance == 1:
        return 1.0
    return (seen - chance) / (1 - chance)
""",
    ),
    Exercise(
        "39-2",
        prefer,
        (
            'The form is a class with one field: `better: Literal["A", "B"]`.',
            "Write a small function that asks for one order, and call it with both.",
            "The first reply has won if it is A in the one order and B in the other.",
        ),
        """def prefer(client, question, one, two):
    def first_wins(a, b):
        response = client.responses.parse(
            model="gpt-6-luna",
            instructions="Which reply to the question is better, A or B?",
            input=f"Question: {question}\\nA: {a}\\nB: {b}",
            text_format=Better,
        )
        return response.output_parsed.better == "A"

    there = first_wins(one, two)
    back = first_wins(two, one)
    if there == back:
        return 0
    return 1 if there else 2
""",
    ),
    Exercise(
        "39-3",
        judged,
        (
            "Write the request out as in `ask`, but with the `client` of the function.",
            "`for limit in (200, 800):`, and `try` around the request. A cut answer raises a "
            "`ValidationError`, or has the status `incomplete` and nothing in `output_parsed`.",
            "Of a refusal, the status is `completed` and `output_parsed` is None: do not ask again.",
        ),
        """def judged(client, draft):
    text = "\\n".join(f"{name}: {draft[name]}" for name in ("question", "label", "reply"))
    for limit in (200, 800):
        try:
            response = client.responses.parse(
                model="gpt-6-luna",
                reasoning={"effort": "none"},
                instructions=CHECKS,
                input=text,
                text_format=Checks,
                max_output_tokens=limit,
            )
        except ValidationError:
            continue
        if response.status == "completed":
            found = response.output_parsed
            return None if found is None else sound(found)
    return None
""",
    ),
]
