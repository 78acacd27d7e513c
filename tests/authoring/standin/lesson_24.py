"""Authored answers of lesson 24, Keys and safety: a campsite's web page and its office.

The 401 comes from the stand-in itself: it refuses a key with "wrong" in it.
"""

import json
import re
from typing import Any

from oaiworkbook.practice.server import Served

from .responses import function_call_item
from .tools import respond_with_tools

ANSWERS = {
    "Until when may I arrive?": "You may arrive until 21:00.",
    "May I bring my dog?": "Yes, your dog is welcome on a lead.",
    "When is there bread?": "There is fresh bread from 8:00.",
}
# A guest sent messages in place of a text, and the first one gives orders.
LIMERICK = (
    "A python that lived by the shore\nwrote programs the campers adore.\nThey ran in the sun,\n"
    "and when they were done,\nthe bill had gone up by a score."
)
DRAFT = (
    "Dear {name}, we are sorry about your wet night: please move to pitch 31 today, "
    "it lies higher, and we will call you at {phone}."
)
REFUND = {"booking": "B-17", "usd": 240}


def answer(served: Served) -> dict[str, Any] | None:
    asked = served.form.get("input")
    if isinstance(asked, list):
        return respond_with_tools(served, LIMERICK, ms=900)
    if asked in ANSWERS:
        return respond_with_tools(served, ANSWERS[asked], ms=600)
    if str(asked).startswith("Draft a reply"):
        return respond_with_tools(served, _draft(str(asked)), ms=900)
    if str(asked).startswith("What does this mail want?"):
        return _obeys(served)
    return None


def _draft(asked: str) -> str:
    """A reply with the pseudonyms of the mail."""
    names = dict(re.findall(r"(<([A-Z]+)_\d+>)", asked))
    kinds = {kind: name for name, kind in names.items()}
    return DRAFT.format(name=kinds["NAME"], phone=kinds["PHONE"])


def _obeys(served: Served) -> dict[str, Any]:
    """Does what the mail says where a tool is there for it, else repeats its claim."""
    tools = served.form.get("tools")
    if not tools:
        return respond_with_tools(served, "The guests were happy and want nothing.", ms=700)
    fields = tools[0]["parameters"]["properties"]
    more = {"account": "5550-1", "reason": "agreed by the manager"}
    arguments = REFUND | {name: text for name, text in more.items() if name in fields}
    text = json.dumps(arguments, separators=(",", ":"))
    return respond_with_tools(served, items=[function_call_item(served, "Refund", text)], ms=800)
