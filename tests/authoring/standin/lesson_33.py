"""Authored answers of lesson 33, Shaping tool calls: the layout of a model railway club."""

import json
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import headers
from .responses import (
    custom_call_item,
    function_call_item,
    program_items,
    program_output_item,
    reasoning_item,
    search_items,
)
from .tools import echoed, respond_with_tools

Json = dict[str, Any]

# What is asked for, the lines that a grammar leaves possible, and the text once they are sent.
LINES = {
    "Goods train into the siding: point 3 to the left, then signal B to go.": (
        "point 3 left\nsignal B go",
        "The way into the siding is open: point 3 is set to the left and signal B shows go.",
    ),
    "Set all signals to stop.": (
        "signal A stop\nsignal B stop\nsignal C stop\nsignal D stop",
        "All four signals show stop.",
    ),
    "Bring the goods train home.": (
        "point 1 right\nsignal A go",
        "The goods train is on its way home.",
    ),
}
# The same without a grammar.
FREELY = "Set point 3 to the left.\nSet signal B to go."
HALF_PAST = "On the layout it is half past nine in the evening."
VISITOR = "Please set signal A to go."
LAMP = "It gets dark. Light the lighthouse in the harbour."
BLOCKS = "Which blocks are free?"
PROGRAM = (
    "const found = await Promise.all(\n"
    "  [1, 2, 3, 4, 5, 6].map(block => tools.read_block({ block })));\n"
    "text(JSON.stringify(found.filter(each => !each.train).map(each => each.block)));"
)


def answer(served: Served) -> Json | None:
    if served.asked.path != "/v1/responses":
        return None
    form = served.form
    items = form["input"] if isinstance(form["input"], list) else [{"content": form["input"]}]
    asked = items[0]["content"]
    if wrong := _refused(served):
        return wrong
    if asked == BLOCKS:
        return _blocks(served, items)
    if asked == LAMP:
        return _parts(served)
    if asked == HALF_PAST:
        return _says(served, custom_call_item(served, "clock", "21:30"), 32)
    choice = form.get("tool_choice")
    if asked == VISITOR and choice is not None:
        if choice["mode"] == "auto":
            text = "I cannot set signals for visitors. I can tell you where a train is."
            return respond_with_tools(served, text, reasoning_tokens=48, ms=900)
        return _says(served, _where(served), 40)
    if choice == {"type": "function", "name": "where_is"}:
        return _says(served, _where(served), 24)
    if asked not in LINES:
        return None
    lines, text = LINES[asked]
    if any(item.get("type") == "custom_tool_call_output" for item in items):
        return respond_with_tools(served, text, reasoning_tokens=16, ms=640)
    free = not form["tools"][0].get("format")
    return _says(served, custom_call_item(served, "box", FREELY if free else lines), 56)


def _says(served: Served, item: Json, tokens: int) -> Json:
    output = [reasoning_item(served, tokens), item]
    return respond_with_tools(served, items=output, reasoning_tokens=tokens, ms=500 + 8 * tokens)


def _where(served: Served) -> Json:
    return function_call_item(served, "where_is", '{"train":"goods train"}')


def _refused(served: Served) -> Json | None:
    """Deferred tools without a search, as reported: the message in openai/codex#19486 and by
    pydantic-ai, which met it on gpt-5.6; `param` and the missing `code` by davidmovas/postulator.
    """
    tools = served.form.get("tools", [])
    held = [each for tool in tools for each in tool.get("tools", [])]
    if not any(each.get("defer_loading") for each in held):
        return None
    if any(tool["type"] == "tool_search" for tool in tools):
        return None
    return error_answer(
        400,
        "Invalid Value: 'tools.defer_loading'. Deferred tools require tools.tool_search.",
        type="invalid_request_error",
        param="tools.defer_loading",
        headers=headers(served, 24),
    )


def _parts(served: Served) -> Json:
    """The lighthouse among all parts of the layout: named at once, or searched for first."""
    spaces = [tool for tool in served.form["tools"] if tool["type"] == "namespace"]
    if not spaces:
        call = function_call_item(served, "harbour_lighthouse", '{"on":true}')
        return _says(served, call, 40)
    (harbour,) = [echoed([tool])[0] for tool in spaces if tool["name"] == "harbour"]
    call = function_call_item(served, "lighthouse", '{"on":true}') | {"namespace": "harbour"}
    output = [reasoning_item(served, 48), *search_items(served, ["harbour"], [harbour]), call]
    return respond_with_tools(served, items=output, reasoning_tokens=48, ms=1500)


def _blocks(served: Served, items: list[Json]) -> Json:
    """A program that reads six blocks at once, and keeps those without a train."""
    results = [item for item in items if item.get("type") == "function_call_output"]
    if not results:
        calls = [("read_block", f'{{"block":{number}}}') for number in range(1, 7)]
        output = [reasoning_item(served, 72), *program_items(served, PROGRAM, calls)]
        return respond_with_tools(served, items=output, reasoning_tokens=72, ms=2100)
    found = [json.loads(item["output"]) for item in results]
    free = [each["block"] for each in found if not each["train"]]
    (id_,) = {item["caller"]["caller_id"] for item in results}
    kept = program_output_item(served, id_, json.dumps(free, separators=(",", ":")))
    named = " and ".join(filter(None, [", ".join(map(str, free[:-1])), str(free[-1])]))
    text = f"Blocks {named} are free."
    return respond_with_tools(served, text, items=[kept], ms=1300)
