"""Authored answers of lesson 06, Function calling: the lending desk of a village library."""

import json
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .chat import chat, message_texts
from .common import count, count_messages, headers, letters
from .responses import function_call_item, reasoning_item
from .tools import count_tools, respond_with_tools

Call = tuple[str, dict[str, str]]
FIND, RESERVE = "FindBook", "Reserve"
# What is asked at the desk: the calls it leads to, and the text once they are answered.
ASKED: dict[str, tuple[list[Call], str]] = {
    "Is Heidi in?": (
        [(FIND, {"title": "Heidi"})],
        "Heidi is not in: Mr Lund has it until 28 November.",
    ),
    "Are Emma and Heidi in?": (
        [(FIND, {"title": "Emma"}), (FIND, {"title": "Heidi"})],
        "Emma is on the shelf. Heidi is lent to Mr Lund until 28 November.",
    ),
    "Reserve Emma for Ida.": (
        [(RESERVE, {"title": "Emma", "reader": "Ida"})],
        "There is no need to reserve Emma: it is on the shelf, and Ida can take it home now.",
    ),
    "Reserve Heidi for Ida.": (
        [(RESERVE, {"title": "Heidi", "reader": "Ida"})],
        "Heidi is reserved for Ida.",
    ),
    "Reserve Peter Pan for Ida.": (
        [(RESERVE, {"title": "Peter Pan", "reader": "Ida"})],
        "I could not reserve Peter Pan: this library has no book of that title.",
    ),
    "Good morning.": (
        [(FIND, {"title": "Good morning"})],
        "Good morning. Which book are you looking for?",
    ),
}


def answer(served: Served) -> dict[str, Any] | None:
    if served.asked.path == "/v1/chat/completions":
        return _chat(served)
    if served.asked.path != "/v1/responses":
        return None
    form = served.form
    items = form["input"] if isinstance(form["input"], list) else [{"content": form["input"]}]
    known = ASKED.get(items[0]["content"])
    if known is None:
        return None
    calls, text = known
    given = [item for item in items if item.get("type") == "function_call_output"]
    left = _left(form, calls, len(given), items[0]["content"])
    thinks = (form.get("reasoning") or {}).get("effort") != "none"
    tokens = 0 if not thinks else 40 + 16 * len(left) if left else 24
    ms = 500 + 8 * tokens
    if not left:
        return respond_with_tools(served, text, reasoning_tokens=tokens, ms=ms)
    names = [tool["name"] for tool in form["tools"]]
    output = [
        function_call_item(served, name if name in names else names[0], _written(values), number)
        for number, (name, values) in enumerate(left)
    ]
    if thinks:
        output.insert(0, reasoning_item(served, tokens))
    return respond_with_tools(served, items=output, reasoning_tokens=tokens, ms=ms)


def _left(form: dict[str, Any], calls: list[Call], given: int, asked: str) -> list[Call]:
    """The calls of this answer: all that remain, one by one where they are not to be parallel."""
    choice = form.get("tool_choice", "auto")
    if choice == "none" or (choice == "auto" and asked == "Good morning."):
        return []
    left = calls[given:]
    return left if form.get("parallel_tool_calls", True) else left[:1]


def _written(values: dict[str, str]) -> str:
    return json.dumps(values, separators=(",", ":"))


def _chat(served: Served) -> dict[str, Any] | None:
    form = served.form
    tools, model = form.get("tools", []), form["model"]
    if tools and form.get("reasoning_effort", "medium") != "none":
        return error_answer(
            400,
            f"Function tools with reasoning_effort are not supported for {model} in "
            "/v1/chat/completions. To use function tools, use /v1/responses or set "
            "reasoning_effort to 'none'.",
            type="invalid_request_error",
            param="reasoning_effort",
            headers=headers(served, 20),
        )
    known = ASKED.get(form["messages"][0]["content"])
    if known is None:
        return None
    tokens = count_messages(message_texts(form)) + count_tools(tools)
    calls, text = known
    if form["messages"][-1]["role"] == "tool":
        return chat(served, text, prompt_tokens=tokens, ms=520)
    name, written = tools[0]["function"]["name"], _written(calls[0][1])
    call = {
        "id": "call_" + letters(served, "call0", 24),
        "type": "function",
        "function": {"name": name, "arguments": written},
    }
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None,
        "refusal": None,
        "annotations": [],
    }
    return chat(
        served,
        message=message | {"tool_calls": [call]},
        finish_reason="tool_calls",
        prompt_tokens=tokens,
        completion_tokens=count(name) + count(written) + 4,
        ms=560,
    )
