"""Authored answers of lesson 26, Agents: the pantry of a community kitchen and its wholesaler."""

import json
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import headers
from .responses import function_call_item, reasoning_item
from .tools import respond_with_tools

SOUP = "Soup for 40 on Thursday"
FLOUR = "How much flour is left?"
Reply = str | tuple[str, dict[str, Any]]  # a text, or the name and arguments of a call


def answer(served: Served) -> dict[str, Any] | None:
    if served.asked.path != "/v1/responses":
        return None
    items = served.form["input"]
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    if open_call := _without_output(items):
        return error_answer(
            400,
            f"No tool output found for function call {open_call}.",
            type="invalid_request_error",
            param="input",
            headers=headers(served, 30),
        )
    said = [item["content"] for item in items if item.get("role") == "user"]
    outputs = [item["output"] for item in items if item.get("type") == "function_call_output"]
    reply = _flour(outputs) if said[0] == FLOUR else _soup(said, outputs)
    if reply is None:
        return None
    tokens = 72 if not outputs else 40
    ms = 500 + 6 * tokens
    if isinstance(reply, str):
        return respond_with_tools(served, reply, reasoning_tokens=24, ms=ms)
    name, values = reply
    call = function_call_item(served, name, json.dumps(values, separators=(",", ":")))
    output = [reasoning_item(served, tokens), call]
    return respond_with_tools(served, items=output, reasoning_tokens=tokens, ms=ms)


def _without_output(items: list[dict[str, Any]]) -> str | None:
    """The id of the first call that has no output: the API refuses such an input."""
    done = {item["call_id"] for item in items if item.get("type") == "function_call_output"}
    calls = [item["call_id"] for item in items if item.get("type") == "function_call"]
    return next((id_ for id_ in calls if id_ not in done), None)


def _flour(outputs: list[str]) -> Reply:
    """The scale is busy for ever, and the model never tires of asking."""
    return "Stock", {"item": "flour"}


def _soup(said: list[str], outputs: list[str]) -> Reply | None:
    if not said[0].startswith(SOUP):
        return None
    last = outputs[-1] if outputs else ""
    if not outputs and "We have" not in said[0]:
        return "Stock", {"item": "red lentils"}
    if last.startswith("KeyError"):
        return "Stock", {"item": "lentils"}
    if not outputs or last == "1.5 kg":
        return "Order", {"item": "lentils", "kg": 2.5}
    if last.startswith("not done") and said[-1] == "Make it 3 kg.":
        return "Order", {"item": "lentils", "kg": 3}
    if last.startswith("denied"):
        return "Nothing is ordered. For Thursday, 2.5 kg of lentils are still missing."
    if last == "arrives on Wednesday":
        return "2.5 kg of lentils are ordered and arrive on Wednesday. Then there are 4 kg."
    return None
