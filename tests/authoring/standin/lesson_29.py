"""Authored answers of lesson 29, Capstone: a support desk for the mail of a village heating utility.

Right answers are the labels of data/samples/heat_desk.jsonl and the rules of heat_rules.md. The
mistakes are ours: they are there to be caught, and say nothing about any model. The vectors are an
open model's (embeddings.py), so what the search finds and misses is measured, not written.
"""

import json
from pathlib import Path
from typing import Any

from oaiworkbook.practice.server import Served

from .common import seed
from .embeddings import Vectors, embeddings
from .responses import respond

Json = dict[str, Any]
VECTORS = Vectors("29")
CASES = Path(__file__).parents[3] / "data" / "samples" / "heat_desk.jsonl"
# The desk said in place of the label.
SORTED_WRONG = {"case-27": "meter", "case-39": "move", "case-54": "heat", "case-60": "bill"}
# Asked without rules, an answer that sounds well and is wrong: it takes 14 days (rule 7).
INVENTED = "You will have your money back within three days."
TOLD = "You will have your money back within 14 days."
# The rule, the words quoted from it, and the answer. Where the rule was not sent along: not found.
DRAFTS = {
    "case-01": (
        2,
        "A home without heat that is reported before noon is visited on the same day.",
        "A home without heat that is reported before noon is visited on the same day.",
    ),
    "case-11": (
        1,
        "close the red valve beside the heat exchanger, keep away, and call 555 0177",
        "Please close the red valve beside the heat exchanger, keep away, and call 555 0177 now.",
    ),
    # No such words: the rule says that it is free in October and November.
    "case-16": (3, "Bleeding radiators costs 35 euros.", "We come gladly. It costs 35 euros."),
    "case-17": (
        4,
        "Send the top line of the meter, in kWh, by the 5th of the month.",
        "Thank you for your reading of 4,120 kWh.",
    ),
    "case-29": (
        7,
        "Money paid twice goes back within 14 days.",
        "Money paid twice goes back within 14 days.",
    ),
    "case-31": (5, "10.4 cents from 1 January 2027", "10.4 cents from 1 January 2027."),
}


def _cases() -> dict[str, Json]:
    return {row["mail"]: row for row in map(json.loads, CASES.read_text("utf-8").splitlines())}


def answer(served: Served) -> Json | None:
    if served.asked.path != "/v1/responses":
        return embeddings(served, VECTORS)
    form = served.form
    kind = form.get("text", {}).get("format", {}).get("name")
    rules, _, mail = form["input"].rpartition("\n\nMail: ")
    case = _cases().get(mail)
    if case is None:
        return None
    if kind == "Ticket":
        read = {name: case[name] for name in ("customer", "reading", "wants")}
        desk = SORTED_WRONG.get(case["id"], case["desk"])
        # Quick: a replay at a desk waits for 60 of them, one after the other.
        return _say(served, {"desk": desk, **read}, 110 + int(seed(served, "ms")[:4], 16) % 70)
    if kind == "Draft":
        return _say(served, _draft(case["id"], rules), 500)
    return respond(served, TOLD if rules else INVENTED, ms=600)


def _draft(id_: str, rules: str) -> Json:
    rule, quote, reply = DRAFTS.get(id_, (0, "", ""))
    if f"\n{rule}. " not in rules:
        return {"found": False, "rule": 0, "quote": "", "reply": ""}
    return {"found": True, "rule": rule, "quote": quote, "reply": reply}


def _say(served: Served, value: Json, ms: int) -> Json:
    return respond(served, json.dumps(value, ensure_ascii=False, separators=(",", ":")), ms=ms)
