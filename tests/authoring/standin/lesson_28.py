"""Authored answers of lesson 28, Other doors: a translation office gives each letter a subject line.

Only OpenAI's side is here. The local server's answers are in data/samples/local_server.json, in the
form that llama.cpp's server had when it was run with SmolLM2-135M-Instruct on 2026-11-22.
"""

from typing import Any

from oaiworkbook.practice.server import Served

from .chat import chat
from .common import count_messages, letters
from .model_list import listed
from .responses import respond
from .tools import count_tools

SUBJECT = "Gym roof leaking since Monday, visit requested"


def answer(served: Served) -> dict[str, Any] | None:
    path, form = served.asked.path, served.form
    if path == "/v1/responses":
        return respond(served, "ok" if form["input"] == "Say ok." else SUBJECT, ms=620)
    if path == "/v1/chat/completions":
        return _tool_call(served) if "tools" in form else chat(served, "ok", ms=540)
    return listed(served)


def _tool_call(served: Served) -> dict[str, Any]:
    tools = served.form["tools"]
    function = {"name": tools[0]["function"]["name"], "arguments": "{}"}
    call = {"id": "call_" + letters(served, "call", 24), "type": "function", "function": function}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [call],
        "refusal": None,
        "annotations": [],
    }
    texts = [(each["role"], each["content"]) for each in served.form["messages"]]
    return chat(
        served,
        message=message,
        finish_reason="tool_calls",
        prompt_tokens=count_messages(texts) + count_tools(tools),
        completion_tokens=12,
        ms=600,
    )
