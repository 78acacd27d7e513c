"""Function calls of a model that knows no tools: it fills in a form, which a grammar enforces.

The form is a JSON schema with a branch for each function. So small a model cannot decide whether to call
one: a question is answered with a call, and the result of a call with words.
"""

import json
from collections.abc import Iterator
from typing import Any

from .request import Json

_ASK = "Call one of these functions: give its name and its arguments."
# Without examples, SmolLM2 writes the function's name where a word of the question belongs.
_EXAMPLES = (("Is Mr Berg there?", "Mr Berg"), ("Have you got blue paint?", "blue paint"))


def as_form(body: Json) -> Json:
    """The request with its tools as a form. Never streamed: the answer must be read as a whole."""
    tools = [tool["function"] for tool in body.get("tools") or []]
    choice = body.get("tool_choice", "auto") if tools else "none"
    if isinstance(choice, dict):
        tools = [each for each in tools if each["name"] == choice["function"]["name"]]
    rest = {name: value for name, value in body.items() if name not in _OF_TOOLS}
    messages = _plain(body["messages"])
    has_result = body["messages"][-1]["role"] == "tool"
    if choice == "none" or (choice == "auto" and has_result):
        return rest | {"messages": messages}
    known = "\n".join(json.dumps(each, ensure_ascii=False) for each in tools)
    schema = {"anyOf": [_call_of(each) for each in tools]}
    form = {"name": "call", "strict": True, "schema": schema}
    return rest | {
        "messages": [{"role": "system", "content": f"{_ASK}\n{known}"}, *_shown(), *messages],
        "response_format": {"type": "json_schema", "json_schema": form},
    }


_OF_TOOLS = ("tools", "tool_choice", "parallel_tool_calls", "stream", "stream_options")


def _call_of(function: Json) -> Json:
    arguments = function.get("parameters") or {"type": "object", "properties": {}}
    properties = {"name": {"type": "string", "enum": [function["name"]]}, "arguments": arguments}
    fixed = {"required": ["name", "arguments"], "additionalProperties": False}
    return {"type": "object", "properties": properties, **fixed}


def _shown() -> Iterator[Json]:
    for question, word in _EXAMPLES:
        yield {"role": "user", "content": question}
        call = {"name": "look_up", "arguments": {"word": word}}
        yield {"role": "assistant", "content": json.dumps(call)}


def from_form(body: Json) -> Json:
    """The server's answer, with the calls that were filled in."""
    return body | {"choices": [_read(choice) for choice in body["choices"]]}


def _read(choice: Json) -> Json:
    try:
        filled: Any = json.loads(choice["message"]["content"])
        arguments = json.dumps(filled["arguments"], ensure_ascii=False)
        function = {"name": filled["name"], "arguments": arguments}
    except (KeyError, TypeError, ValueError):
        return choice  # words, or a form that was cut short
    message = {"role": "assistant", "content": None}
    call = {"type": "function", "function": function}
    return choice | {"message": message | {"tool_calls": [call]}, "finish_reason": "tool_calls"}


def _plain(messages: list[Json]) -> list[Json]:
    """Calls and their results as text: the model's template has no place for them."""
    names: dict[str, str] = {}
    found = []
    for message in messages:
        if message["role"] == "tool":
            name = names.get(message["tool_call_id"], "the function")
            found.append({"role": "user", "content": f"{name} returned: {message['content']}"})
            continue
        said = message.get("content") or ""
        for call in message.get("tool_calls") or []:
            names[call["id"]] = call["function"]["name"]
            said += f"\n{call['function']['name']}({call['function']['arguments']})"
        found.append({"role": message["role"], "content": said.strip()})
    return found
