"""Exercises of lesson 16, Retrieval."""

import json
import re
from collections.abc import Callable
from typing import Any

from ...errors import RecordingNotFound
from ...practice.answers import text_answer
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect

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
        found = answer(ranks, k)
        expect(
            isinstance(found, tuple | list) and len(found) == 2,
            f"for {ranks} and k={k} it returned {found!r}, not two numbers",
        )
        for name, got, wanted in ((f"hit@{k}", found[0], hits), ("MRR", found[1], mrr)):
            expect(
                abs(float(got) - wanted) < 1e-9, f"for the places {ranks}, {name} is {float(got):g}"
            )
    return "What is not found counts, too: as 0."


def windows(answer: Callable[[str, int, int], Any]) -> str:
    for words, size, overlap in ((10, 4, 1), (9, 3, 0), (8, 4, 2), (7, 3, 1), (3, 5, 2), (5, 5, 3)):
        given = [f"w{n}" for n in range(1, words + 1)]
        found = answer(" ".join(given), size, overlap)
        case = f"{words} words, size {size}, overlap {overlap}"
        expect(isinstance(found, list), f"it returned {type(found).__name__}, not a list")
        parts = [each.split() for each in found]
        lengths = [len(part) for part in parts]
        expect(all(lengths), f"for {case} a text is empty")
        expect(max(lengths, default=0) <= size, f"for {case} the texts have {lengths} words")
        seen: list[str] = []
        for n, part in enumerate(parts):
            again = part[:overlap] if n else []
            before = parts[n - 1][-overlap:] if n and overlap else []
            expect(again == before, f"for {case} text {n + 1} begins with {again}, after {before}")
            expect(part[len(again) :], f"for {case} text {n + 1} holds nothing new: {part}")
            seen += part[len(again) :]
        expect(seen == given, f"for {case} the words without overlap are {' '.join(seen)!r}")
        # No other cut of these words has fewer texts.
        least = 1 + max(0, -(-(words - size) // (size - overlap)))
        expect(len(parts) == least, f"for {case} there are {len(parts)} texts, {least} would do")
    for text in ("", "  \n "):
        expect(answer(text, 4, 1) == [], f"for {text!r} it returned {answer(text, 4, 1)!r}")
    return "Every word is in, and nothing empty goes to the API."


def _said(found: bool, *citations: tuple[str, str]) -> dict[str, Any]:
    cited = [{"chunk": chunk, "quote": quote} for chunk, quote in citations]
    text = "Under the roof." if found else "Not there."
    return text_answer(json.dumps({"found": found, "text": text, "citations": cited}))


GOOD = _said(True, ("rules-4", "under the roof beside the gate"))
FAULTY = {
    "a quote that is not in its passage": _said(True, ("rules-4", "in the cellar of house 1")),
    "a passage that was not sent": _said(True, ("rules-7", "under the roof beside the gate")),
    "an answer without citations": _said(True),
    "an empty quote": _said(True, ("rules-4", "")),
    "a quote of one word": _said(True, ("rules-4", "Bicycles")),
    "a quote of two words": _said(True, ("rules-4", "the roof")),
    "a good and an empty quote": _said(
        True, ("rules-4", "under the roof beside the gate"), ("rules-8", " ")
    ),
}


def checked(answer: Callable[..., Any]) -> str:
    probe = Probe([GOOD])
    try:
        found = answer(probe.client, QUESTION, dict(PASSAGES))
    except RecordingNotFound:
        raise Wrong("it asked through another client than the one given, as `ask` does") from None
    _request(probe.last)
    expect(len(probe.requests) == 1, f"for a good answer it sent {len(probe.requests)} requests")
    expect(getattr(found, "found", None) is True, f"for a good answer it returned {found!r}")
    probe = Probe([_said(False)])
    found = answer(probe.client, "May I keep bees?", dict(PASSAGES))
    sent = len(probe.requests)
    expect(sent == 1, f"for an answer that found nothing it sent {sent} requests")
    expect(
        getattr(found, "found", None) is False,
        f"for an answer that found nothing it returned {found!r}",
    )
    probe = Probe([_said(True, ("rules-4", "under the roof"))])
    found = answer(probe.client, QUESTION, dict(PASSAGES))
    sent = len(probe.requests)
    expect(found is not None and sent == 1, "it refused a true quote of three words")
    for what, faulty in FAULTY.items():
        probe = Probe([faulty, GOOD], limit=6)
        found = answer(probe.client, QUESTION, dict(PASSAGES))
        sent = len(probe.requests)
        expect(sent == 2, f"for {what} it sent {sent} requests")
        expect(found is not None, f"for {what}, and then a good answer, it returned None")
        first, second = (_asked_for(each) for each in probe.requests)
        expect(
            len(second) > len(first) and second.startswith(first),
            f"for {what} the second input is not the first with the faults at its end",
        )
        probe = Probe([faulty], limit=6)
        found = answer(probe.client, QUESTION, dict(PASSAGES))
        sent = len(probe.requests)
        expect(found is None, f"for {what}, twice, it returned {found!r}")
        expect(sent == 2, f"for {what}, again and again, it sent {sent} requests")
    probe = Probe([FAULTY["a quote that is not in its passage"], GOOD])
    answer(probe.client, QUESTION, dict(PASSAGES))
    added = _asked_for(probe.last)[len(_asked_for(probe.requests[0])) :]
    expect("in the cellar of house 1" in added, f"what is added does not name the fault: {added!r}")
    return "No answer gets through whose quotes prove nothing."


def _request(asked: Asked) -> None:
    body = asked.body
    expect(asked.path == "/responses", f"the request went to {asked.path}")
    form = (body.get("text") or {}).get("format") or {}
    expect(form.get("type") == "json_schema", "the request has no schema for the answer")
    for chunk, text in PASSAGES.items():
        expect(f"[{chunk}] {text}" in _asked_for(asked), f"the input lacks [{chunk}] and its text")
    expect(QUESTION in _asked_for(asked), "the question is not in the input")
    rules = str(body.get("instructions") or "")
    expect(rules, "the request has no `instructions`")
    expect(not re.search("roof|20:00", rules), "a passage stands in `instructions`")
    expect(not body.get("tools"), "the request has tools; an answer needs none")


def _asked_for(asked: Asked) -> str:
    given = asked.body.get("input")
    if isinstance(given, str):
        return given
    if not isinstance(given, list):
        raise Wrong(f"`input` is {given!r}")
    return "\n".join(str(item.get("content", "")) for item in given)


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
            "Stop when a text has reached the last word: the starts end at `len(words) - overlap`.",
        ),
        """def windows(text, size, overlap):
    words = text.split()
    if not words:
        return []
    starts = range(0, max(1, len(words) - overlap), size - overlap)
    return [" ".join(words[start : start + size]) for start in starts]
""",
    ),
    Exercise(
        "16-3",
        checked,
        (
            "Write the input as in `ask`, and loop twice over request and faults.",
            "`[*faults(answer, passages)]`, and one more for each quote with `len(quote.split()) < 3`.",
            "After the first try: `asked += '\\n\\nCorrect this: ' + '; '.join(found)`.",
        ),
        """def checked(client, question, passages):
    listed = "\\n".join(f"[{chunk}] {text}" for chunk, text in passages.items())
    asked = f"{listed}\\n\\nQuestion: {question}"
    for _ in range(2):
        response = client.responses.parse(**luna, input=asked, text_format=Answer)
        answer = response.output_parsed
        found = list(faults(answer, passages))
        found += [f"too short: {c.quote!r}" for c in answer.citations if len(c.quote.split()) < 3]
        if not found:
            return answer
        asked += "\\n\\nCorrect this: " + "; ".join(found)
    return None
""",
    ),
]
