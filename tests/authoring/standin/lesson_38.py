"""Authored answers of lesson 38, The Agents SDK: the desk and the sewing room of a costume hire."""

import json
from typing import Any

from oaiworkbook.practice.server import Served

from .responses import function_call_item
from .tools import respond_with_tools

Json = dict[str, Any]
Reply = str | tuple[str, Json]  # a text, or the name and the arguments of a call
PIRATE = "Is a pirate in M free on Saturday?"
LARGE = "And in L?"
QUEEN = "Is a queen in S free on Saturday?"
SLEEVE = "My pirate coat has a torn sleeve. One hour of work, I think."
MERMAID = "Is a mermaid in M free on Saturday?"
CARD = "Charge 4111 1111 1111 1111, please."


def answer(served: Served) -> Json | None:
    if served.asked.path != "/v1/responses":
        return None
    reply = _reply(served.form)
    if reply is None:
        return None
    if isinstance(reply, str):
        return respond_with_tools(served, reply, ms=560)
    name, values = reply
    call = function_call_item(served, name, json.dumps(values, separators=(",", ":")))
    return respond_with_tools(served, items=[call], ms=620)


def _reply(form: Json) -> Reply | None:
    items = form["input"]
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    said = [item["content"] for item in items if item.get("role") == "user"]
    asked = said[-1]
    # What has come back since the last question.
    start = max(n for n, item in enumerate(items) if item.get("role") == "user")
    outputs = [item["output"] for item in items[start:] if "output" in item]
    if asked == SLEEVE:
        return _sleeve(outputs, {tool["name"] for tool in form["tools"]})
    return {
        PIRATE: _free("pirate", "M", outputs, "Yes, two pirates in M are free on Saturday."),
        LARGE: _large(outputs, alone=len(said) == 1),
        QUEEN: _free("queen", "S", outputs, "Yes, one queen in S is free on Saturday."),
        MERMAID: _mermaid(outputs),
        CARD: "I cannot take a card in this chat. You can pay when you fetch the costume.",
    }.get(asked)


def _free(costume: str, size: str, outputs: list[str], then: str) -> Reply:
    return then if outputs else ("in_stock", {"costume": costume, "size": size})


def _large(outputs: list[str], alone: bool) -> Reply:
    if alone:
        return "Which costume would you like in L?"
    return _free("pirate", "L", outputs, "No, all pirates in L are out on Saturday.")


def _sleeve(outputs: list[str], tools: set[str]) -> Reply:
    if "first_free_day" not in tools:
        return "transfer_to_sewing_room", {}
    if outputs[-1:] == ["Tuesday"]:
        return "Bring the coat on Tuesday, and we mend the sleeve while you wait."
    return "first_free_day", {"hours": 1}


def _mermaid(outputs: list[str]) -> Reply:
    """Told to try again it does, and never tires."""
    if outputs and "try again" not in outputs[-1]:
        return "I am sorry, we have no mermaid in M."
    return "in_stock", {"costume": "mermaid", "size": "M"}
