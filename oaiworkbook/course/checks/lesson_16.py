"""Exercises of lesson 16, Retrieval."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from ...errors import RecordingNotFound
from ...practice.answers import message_item
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, expect, text_answer

PASSAGES = {
    "rules-4": "Yard: Bicycles stand under the roof beside the gate.",
    "rules-8": "Yard: Ball games are over at 20:00, on Sundays at 18:00.",
}
QUESTION = "Where do I put my bicycle?"


def metrics(answer: Callable[[list[int | None], int], Any]) -> str:
    cases: list[tuple[list[int | None], int, float, float]] = [
        ([1, 2, 4, 1], 2, 0.75, 0.6875),
        ([1, None, 5], 3, 1 / 3, 0.4),
        ([None, None], 1, 0.0, 0.0),
    ]
    for ranks, k, hits, mrr in cases:
        found = answer(list(ranks), k)
        case = f"for the places {ranks} and k={k}"
        try:
            got = [float(each) for each in found]
        except (TypeError, ValueError):
            got = []
        expect(len(got) == 2, f"{case} it returned {found!r}, not two numbers")
        expect(
            hits == mrr or not _near(got, (mrr, hits)),
            f"{case} MRR comes first, and hit@{k} second",
        )
        for name, is_, wanted in zip((f"hit@{k}", "MRR"), got, (hits, mrr), strict=True):
            rounded = ": it is rounded" if abs(is_ - wanted) < 0.006 else ""
            expect(
                _near((is_,), (wanted,)), f"{case} {name} is {is_:g} and not {wanted:.6g}{rounded}"
            )
    return "What is not found counts, too: as 0."


def _near(some: Sequence[float], others: Sequence[float]) -> bool:
    return all(abs(one - other) < 1e-9 for one, other in zip(some, others, strict=True))


CUTS = (
    (10, 4, 1),
    (9, 3, 0),
    (8, 4, 2),
    (7, 3, 1),
    (3, 5, 2),
    (5, 5, 3),
    (2, 3, 2),
    (2, 5, 3),
    (9, 4, 1),
)


def windows(answer: Callable[[str, int, int], Any]) -> str:
    for words, size, overlap in CUTS:
        given = [f"w{n}" for n in range(1, words + 1)]
        _cut(answer(" ".join(given), size, overlap), given, size, overlap, "")
    given = ["w1", "w2", "w3", "w4", "w5"]
    _cut(answer(" w1  w2\nw3\tw4 \n\n w5\n", 2, 1), given, 2, 1, " with line breaks and tabs")
    for text in ("", "  \n "):
        found = answer(text, 4, 1)
        expect(found == [], f"for {text!r} it returned {found!r}, and there are no words")
    return "Every word is in, and nothing empty goes to the API."


def _cut(found: Any, given: list[str], size: int, overlap: int, how: str) -> None:
    case = f"{len(given)} words{how}, size {size}, overlap {overlap}"
    expect(isinstance(found, list), f"it returned {type(found).__name__}, not a list")
    expect(
        all(isinstance(each, str) for each in found),
        f"for {case} the list holds {', '.join(sorted({type(each).__name__ for each in found}))}, "
        "not texts",
    )
    parts = [each.split() for each in found]
    lengths = [len(part) for part in parts]
    expect(all(lengths), f"for {case} a text is empty: {found}")
    expect(max(lengths, default=0) <= size, f"for {case} the texts have {lengths} words: too many")
    seen: list[str] = []
    for n, part in enumerate(parts):
        again = part[:overlap] if n else []
        before = parts[n - 1][-overlap:] if n and overlap else []
        expect(
            again == before, f"for {case} text {n + 1} begins with {again}, and not with {before}"
        )
        expect(part[len(again) :], f"for {case} text {n + 1} adds nothing new: {part}")
        seen += part[len(again) :]
    expect(seen == given, f"for {case} the words without overlap are {' '.join(seen)!r}")
    # No other cut of these words has fewer texts.
    least = 1 + max(0, -(-(len(given) - size) // (size - overlap)))
    expect(len(parts) == least, f"for {case} there are {len(parts)} texts, {least} would do")


def _said(found: bool, *citations: tuple[str, str]) -> dict[str, Any]:
    cited = [{"chunk": chunk, "quote": quote} for chunk, quote in citations]
    text = "Under the roof." if found else "Not there."
    return text_answer(json.dumps({"found": found, "text": text, "citations": cited}))


GOOD = _said(True, ("rules-4", "under the roof beside the gate"))
REFUSED = text_answer(
    "", output=[message_item([{"type": "refusal", "refusal": "I cannot help with that."}])]
)
CELLAR, ROOM = ("rules-4", "in the cellar of house 1"), ("rules-8", "in the room for bicycles")
# What is wrong -> the answer, and the quotes at fault.
FAULTY: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a quote that is not in its passage": (_said(True, CELLAR), (CELLAR[1],)),
    "a quote from another passage than the one cited": (
        _said(True, ("rules-8", "under the roof beside the gate")),
        ("under the roof beside the gate",),
    ),
    "a passage that was not sent": (
        _said(True, ("rules-7", "under the roof beside the gate")),
        ("rules-7",),
    ),
    "an answer without citations": (_said(True), ()),
    "an empty quote": (_said(True, ("rules-4", "")), ()),
    "a quote of one word": (_said(True, ("rules-4", "Bicycles")), ("Bicycles",)),
    "a quote of two words": (_said(True, ("rules-4", "the roof")), ("the roof",)),
    "a quote of two long words": (_said(True, ("rules-4", "Yard: Bicycles")), ("Yard: Bicycles",)),
    "a good and an empty quote": (
        _said(True, ("rules-4", "under the roof beside the gate"), ("rules-8", " ")),
        (),
    ),
    "two quotes that are not in their passages": (
        _said(True, CELLAR, ROOM),
        (CELLAR[1], ROOM[1]),
    ),
    "`found` false beside a quote that is not in its passage": (
        _said(False, CELLAR),
        (CELLAR[1],),
    ),
    "`found` false beside a quote of one word": (
        _said(False, ("rules-4", "Bicycles")),
        ("Bicycles",),
    ),
}


def checked(answer: Callable[..., Any]) -> str:
    def run(*replies: Reply) -> tuple[Any, Probe]:
        probe = Probe(replies, limit=6)
        try:
            found = answer(probe.client, QUESTION, dict(PASSAGES))
        except RecordingNotFound:
            raise Wrong(
                "it asked through another client than the one given, as `ask` does"
            ) from None
        return found, probe

    good = {
        "a good answer": GOOD,
        "an answer that found nothing": _said(False),
        "a true quote of three words": _said(True, ("rules-4", "under the roof")),
    }
    for what, reply in good.items():
        found, probe = run(reply)
        _as_ask(probe.last)
        _sent(probe, 1, what)
        wanted = (
            "Not there." if reply is good["an answer that found nothing"] else "Under the roof."
        )
        expect(getattr(found, "text", None) == wanted, f"for {what} it returned {found!r}")
    for what, (faulty, quotes) in FAULTY.items():
        found, probe = run(faulty, GOOD)
        _sent(probe, 2, f"{what}, and then a good answer")
        first, second = probe.requests
        expect(first.rules == second.rules, f"for {what} the second request has other rules")
        _faults_added(first, second, what, quotes)
        _as_ask(second)
        expect(
            getattr(found, "text", None) == "Under the roof.",
            f"for {what}, and then a good answer, it returned {found!r}",
        )
        found, probe = run(faulty)
        _sent(probe, 2, f"{what}, again and again")
        expect(found is None, f"for {what}, twice, it returned {found!r}")
    for what, replies in (("a refusal", [REFUSED]), ("a bad quote, and then a refusal", None)):
        replies = replies or [FAULTY["a quote of one word"][0], REFUSED]
        try:
            found, probe = run(*replies)
        except (AttributeError, TypeError) as error:
            raise Wrong(f"for {what} it stopped: {error}") from None
        _sent(probe, len(replies), what)
        expect(found is None, f"for {what} it returned {found!r}")
    for before in ([], [FAULTY["a quote of one word"][0]]):
        passes_on(lambda probe: answer(probe.client, QUESTION, dict(PASSAGES)), first=before)
    return "No answer gets through whose quotes prove nothing."


def _sent(probe: Probe, wanted: int, what: str) -> None:
    sent = len(probe.requests)
    expect(sent == wanted, f"for {what}, the number of requests is {sent}, and not {wanted}")


def _input(asked: Asked) -> str:
    return "\n".join(turn.text for turn in asked.turns if turn.role == "user")


def _as_ask(asked: Asked) -> None:
    expect(asked.schema, "the request has no schema for the answer")
    lines = _input(asked).splitlines()
    for chunk, text in PASSAGES.items():
        expect(f"[{chunk}] {text}" in lines, f"the input has no line `[{chunk}] {text}`")
    expect(QUESTION in _input(asked), "the question is not in the input")
    expect(not re.search("roof|20:00", asked.rules), "a passage is in the instructions")
    expect(
        "Answer from the passages only" in asked.rules, "the rules of `ask` are not in the request"
    )
    for name, is_, wanted in (
        ("model", asked.model, "gpt-6-luna"),
        ("effort", asked.effort, "none"),
    ):
        expect(is_ == wanted, f"the {name} is {is_}; `ask` has {wanted}")
    expect(not asked.tools, "the request has tools; an answer needs none")


def _faults_added(first: Asked, second: Asked, what: str, quotes: tuple[str, ...]) -> None:
    before, after = _input(first), _input(second)
    expect(
        len(after) > len(before) and after.startswith(before),
        f"for {what} the second input is not the first with the faults at its end",
    )
    added = after[len(before) :]
    expect(
        added[0].isspace() or not isinstance(second.body.get("input"), str),
        f"what is added sticks to the question: {added!r}",
    )
    for quote in quotes:
        expect(quote in added, f"for {what}, what is added does not name the fault: {added!r}")
    expect(
        f"{CELLAR[1]}'not in" not in added, f"two faults stick together in what is added: {added!r}"
    )
    for quote in quotes:
        added = added.replace(quote, "")
    expect(
        re.search(r"\w", added), f"for {what}, what is added does not say what is wrong: {added!r}"
    )


EXERCISES = [
    Exercise(
        "16-1",
        metrics,
        (
            "Both are means over all questions, also those without a place.",
            "A generator in `sum` adds up: 1 for each hit, 1 / place for each place.",
            "`sum(1 / rank for rank in ranks if rank) / len(ranks)` is the second.",
        ),
        """def metrics(ranks, k):
    hits = sum(rank is not None and rank <= k for rank in ranks) / len(ranks)
    mrr = sum(1 / rank for rank in ranks if rank) / len(ranks)
    return hits, mrr
""",
    ),
    Exercise(
        "16-2",
        windows,
        (
            "`text.split()` gives the words, and none for a blank text.",
            "Each text starts `size - overlap` words after the one before.",
            "A further text is needed only where more than its `overlap` words are left.",
        ),
        """def windows(text, size, overlap):
    words = text.split()
    return [
        " ".join(words[start : start + size])
        for start in range(0, len(words), size - overlap)
        if start == 0 or len(words) - start > overlap
    ]
""",
    ),
    Exercise(
        "16-3",
        checked,
        (
            "Write the input as in `ask`, and loop twice over request and faults.",
            "After a refusal, `output_parsed` is None: look at it first.",
            "`[*faults(answer, passages)]`, and one more for each quote with `len(quote.split()) < 3`.",
            'After the first try, add to the input: `asked += f"\\n\\nCorrect this: {found}"`.',
        ),
        """def checked(client, question, passages):
    listed = "\\n".join(f"[{chunk}] {text}" for chunk, text in passages.items())
    asked = f"{listed}\\n\\nQuestion: {question}"
    for _ in range(2):
        answer = client.responses.parse(**luna, input=asked, text_format=Answer).output_parsed
        if answer is None:  # the model has refused
            break
        found = list(faults(answer, passages))
        found += [f"too short: {c.quote!r}" for c in answer.citations if len(c.quote.split()) < 3]
        if not found:
            return answer
        asked += f"\\n\\nCorrect this: {found}"
    return None
""",
    ),
]
