"""What function tools add to an answer of `POST /v1/responses`: input tokens, and their echo."""

from typing import Any

from oaiworkbook.practice.server import Served

from .common import count, count_messages
from .responses import input_texts, respond

# Above the text below, as real requests with one tool of no arguments showed.
_AROUND = 3


def count_tools(tools: list[dict[str, Any]]) -> int:
    """Input tokens of function tools, flat or nested: as many as a listing in TypeScript takes.

    How the API writes them down is not documented; two real requests came out within one token.
    """
    if not tools:
        return 0
    lines = ["# Tools\n\n## functions\n\nnamespace functions {\n"]
    for tool in tools:
        function = tool.get("function", tool)
        fields = (function.get("parameters") or {}).get("properties") or {}
        inside = "".join(f"{name}: {field.get('type')},\n" for name, field in fields.items())
        taken = f"_: {{\n{inside}}}" if inside else ""
        lines.append(
            f"// {function.get('description')}\ntype {function['name']} = ({taken}) => any;\n"
        )
    return count("\n".join([*lines, "} // namespace functions"])) + _AROUND


def respond_with_tools(served: Served, text: str | None = None, **more: Any) -> dict[str, Any]:
    """`respond`, with the tools counted as input and echoed with all of their fields."""
    tools = served.form.get("tools", [])
    tokens = count_messages(input_texts(served.form)) + count_tools(tools)
    answer = respond(served, text, input_tokens=tokens, **more)
    bodies = [data.get("response") for _, _, data in answer.get("sse", [])]
    for body in [*bodies, answer.get("json")]:
        if body is not None:
            body["tools"] = [{"description": None, "output_schema": None, **each} for each in tools]
    return answer
