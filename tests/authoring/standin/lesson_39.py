"""Authored answers of lesson 39, A model as judge: drafts of a wool shop's answers, judged.

What is right is in data/samples/wool_*.jsonl. The judge's mistakes are ours: it likes length, it likes
the first of two texts, and it takes each rule word by word. They are there to be measured and removed,
and say nothing about the model whose name the requests carry.
"""

import json
from pathlib import Path
from typing import Any

from oaiworkbook.practice.server import Served

from .common import pieces
from .responses import respond

Json = dict[str, Any]
SAMPLES = Path(__file__).parents[3] / "data" / "samples"
YARNS = ("Fell", "Brook", "Crag", "Mist")
LONG, SHORT, SENTENCE = 25, 5, 7  # words: liked, disliked, one short sentence
# Too plainly wrong to pass, however kind the words around it.
NEVER = "draft-12"
# What the form with three questions gets wrong: it lets one draft pass, and refuses another.
KIND, STRICT = "draft-14", "draft-09"
INVENTS = ("draft-03", STRICT, "draft-17")
SILENT = "draft-03"  # does not answer
# The winner of each pair; None: whichever comes first.
WINNERS = ("old", None, "new", None, None, "new", "old", "new")


def _read(name: str) -> list[Json]:
    return [json.loads(row) for row in (SAMPLES / name).read_text("utf-8").splitlines()]


def answer(served: Served) -> Json | None:
    if served.asked.path != "/v1/responses":
        return None
    form = served.form
    parts = dict(line.split(": ", 1) for line in form["input"].splitlines())
    kind = form["text"]["format"]["name"]
    if kind == "Better":
        return _better(served, parts)
    draft = next(
        (d for d in _read("wool_drafts.jsonl") if d["question"] == parts["question"]), None
    )
    if draft is None:
        return None
    if kind == "Verdict":
        return _verdict(served, draft, parts)
    id_, good = draft["id"], draft["good"]
    fits = good or id_ in (KIND, *INVENTS)
    says = f'The reply says "{draft["reply"]}" '
    says += "Nothing in it is against the label." if id_ == KIND else _because(draft)
    marks = {"answers": id_ != SILENT, "fits_label": fits, "invents": id_ in INVENTS}
    return _say(served, {"reason": says, **marks})


def _verdict(served: Served, draft: Json, parts: Json) -> Json:
    words, rules = parts["reply"].split(), served.form["instructions"]
    if "label" not in parts:
        return _say(served, {"reason": "Clear, friendly and helpful.", "good": True})
    good, reason = draft["good"], _because(draft)
    if len(words) > LONG and draft["id"] != NEVER:
        good, reason = True, "Warm, kind and detailed."
    elif len(words) <= SHORT:
        good, reason = False, "Too short to be polite."
    own = draft["label"].partition(":")[0]
    if "another yarn" in rules and any(y in parts["reply"] for y in YARNS if y != own):
        good, reason = False, "It names another yarn."
    if "one short sentence" in rules and len(words) <= SENTENCE:
        good, reason = True, "One short sentence."
    if '"should"' in rules and "should" in words:
        good, reason = False, 'It says "should".'
    return _say(served, {"reason": reason, "good": good})


def _better(served: Served, parts: Json) -> Json | None:
    for pair, winner in zip(_read("wool_pairs.jsonl"), WINNERS, strict=True):
        if pair["question"] != parts["question"]:
            continue
        letter = "A" if winner is None or parts["A"] == pair[winner] else "B"
        why = "says it more clearly" if winner is None else "keeps closer to the label"
        return _say(served, {"reason": f"{letter} {why}.", "better": letter})
    return None


def _because(draft: Json) -> str:
    note: str = draft["note"]
    return f"{note[0].upper()}{note[1:]}."


def _say(served: Served, found: Json) -> Json:
    text = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
    cap, tokens = served.form.get("max_output_tokens"), pieces(text)
    ms = 420 + 6 * len(tokens)
    if cap and len(tokens) + 4 > cap:
        cut = "".join(tokens[: cap - 4])
        return respond(served, cut, incomplete="max_output_tokens", output_tokens=cap, ms=ms)
    return respond(served, text, ms=ms)
