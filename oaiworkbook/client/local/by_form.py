"""Function calls of a model that knows no tools: it fills in a form, which a grammar enforces.

The form is a JSON schema with one branch for each function and one for an answer in words.
"""

import json
from typing import Any

from .request import Json

_ASK = (
    "You may call one of these functions, or answer in words. To call one, give its name and its "
    "arguments. Functions:"
)


def as_form(body: Json) -> Json:
    """The request with its tools as a form. Never streamed: the answer must be read as a whole."""
    tools = [tool["function"] for tool in body["tools"]]
    choice = body.get("tool_choice", "auto")
    if isinstance(choice, dict):
        tools = [each for each in tools if each["name"] == choice["function"]["name"]]
    rest = {name: value for name, value in body.items() if name not in _OF_TOOLS}
    messages = _plain(body["messages"])
    if choice == "none":
        return rest | {"messages": messages}
    known = "\n".join(json.dumps(each, ensure_ascii=False) for each in tools)
    branches = [] if choice != "auto" else [_branch({"answer": {"type": "string"}})]
    branches += [_branch(_fields(each)) for each in tools]
    form = {"name": "call", "strict": True, "schema": {"anyOf": branches}}
    return rest | {
        "messages": [{"role": "system", "content": f"{_ASK}\n{known}"}, *messages],
        "response_format": {"type": "json_schema", "json_schema": form},
    }


_OF_TOOLS = ("tools", "tool_choice", "parallel_tool_calls", "stream", "stream_options")


def _branch(properties: Json) -> Json:
    fixed = {"required": list(properties), "additionalProperties": False}
    return {"type": "object", "properties": properties, **fixed}


def _fields(function: Json) -> Json:
    arguments = function.get("parameters") or {"type": "object", "properties": {}}
    return {"name": {"type": "string", "enum": [function["name"]]}, "arguments": arguments}


def from_form(body: Json) -> Json:
    """The server's answer, with the call that was filled in. Raises ValueError where none was."""
    return body | {"choices": [_read(choice) for choice in body["choices"]]}


def _read(choice: Json) -> Json:
    content = choice["message"].get("content") or ""
    try:
        filled: Any = json.loads(content)
    except ValueError:
        return choice  # cut short, or words where the form asked for none
    message: Json = {"role": "assistant", "content": None}
    if not isinstance(filled, dict) or "name" not in filled:
        text = filled.get("answer", content) if isinstance(filled, dict) else content
        return choice | {"message": message | {"content": text}}
    arguments = json.dumps(filled["arguments"], ensure_ascii=False)
    call = {"type": "function", "function": {"name": filled["name"], "arguments": arguments}}
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
