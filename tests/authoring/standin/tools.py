"""What tools add to an answer of `POST /v1/responses`: input tokens, and their echo."""

from typing import Any

from oaiworkbook.practice.server import Served

from .common import count, count_messages
from .responses import input_texts, respond

Json = dict[str, Any]

# Above the text below, as real requests with one tool of no arguments showed.
_AROUND = 3
# What OpenAI puts before the input where there is a tool of this kind, as six real requests showed.
_OF_ITS_OWN = {"tool_search": 209, "programmatic_tool_calling": 486, "custom": 47}
# The same of requests with this tool alone, less a guess at their text; of the first nothing is known.
_OF_ITS_OWN |= {"code_interpreter": 150, "shell": 130, "apply_patch": 620}
# In an answer, tools come in this order, and in the order of the request within it.
_ORDER = (
    *("programmatic_tool_calling", "function", "custom", "tool_search", "namespace"),
    *("code_interpreter", "shell", "apply_patch"),
)


def count_tools(tools: list[Json]) -> int:
    """Input tokens of tools, functions flat or nested: as many as a listing in TypeScript takes.

    How the API writes them down is not documented; two real requests came out within one token. Of
    deferred functions the model sees name and description; of a namespace of them, its own.
    """
    if not tools:
        return 0
    lines = ["# Tools\n\n## functions\n\nnamespace functions {\n"]
    own = sum(_OF_ITS_OWN.get(kind, 0) for kind in {tool["type"] for tool in tools})
    for tool in tools:
        kind = tool["type"]
        if kind == "namespace":
            lines.append(f"// {tool['description']}\nnamespace {tool['name']} {{\n")
            lines += [_function(each) for each in tool["tools"] if not each.get("defer_loading")]
        elif kind == "custom":
            grammar = (tool.get("format") or {}).get("definition", "")
            lines.append(f"// {tool.get('description')}\n{grammar}\ntype {tool['name']} = any;\n")
        elif kind in _OF_ITS_OWN:
            continue
        elif tool.get("defer_loading"):
            lines.append(f"// {tool.get('description')}\ntype {tool['name']}\n")
        else:
            lines.append(_function(tool.get("function", tool)))
    return count("\n".join([*lines, "} // namespace functions"])) + _AROUND + own


def _function(function: Json) -> str:
    fields = (function.get("parameters") or {}).get("properties") or {}
    inside = "".join(f"{name}: {field.get('type')},\n" for name, field in fields.items())
    taken = f"_: {{\n{inside}}}" if inside else ""
    return f"// {function.get('description')}\ntype {function['name']} = ({taken}) => any;\n"


def echoed(tools: list[Json]) -> list[Json]:
    """Tools as an answer shows them: with all of their fields."""
    return [_echo(tool) for tool in sorted(tools, key=lambda tool: _ORDER.index(tool["type"]))]


def _echo(tool: Json) -> Json:
    kind = tool["type"]
    if kind == "function":
        return {"description": None, "output_schema": None, **tool}
    if kind == "custom":
        return {"description": None, "format": {"type": "text"}, **tool}
    if kind == "tool_search":
        return {**tool, "description": None, "parameters": None}
    if kind == "namespace":
        return tool | {"tools": list(map(_echo, tool["tools"]))}
    return tool


def respond_with_tools(served: Served, text: str | None = None, **more: Any) -> Json:
    """`respond`, with the tools counted as input and echoed with all of their fields.

    After a hosted search the model reads everything once more, and what was loaded.
    """
    tools = served.form.get("tools", [])
    tokens = count_messages(input_texts(served.form)) + count_tools(tools)
    for item in more.get("items") or []:
        if item["type"] == "tool_search_output":
            tokens = 2 * tokens + count_tools(loaded(item["tools"]))
    answer = respond(served, text, input_tokens=tokens, **more)
    bodies = [data.get("response") for _, _, data in answer.get("sse", [])]
    for body in [*bodies, answer.get("json")]:
        if body is not None:
            body["tools"] = echoed(tools)
    return answer


def loaded(tools: list[Json]) -> list[Json]:
    """The functions that a search has loaded, no longer deferred."""
    found = []
    for tool in tools:
        found += loaded(tool["tools"]) if tool["type"] == "namespace" else [tool]
    return [
        {name: value for name, value in each.items() if name != "defer_loading"} for each in found
    ]
