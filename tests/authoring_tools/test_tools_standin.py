"""Authored answers with tools count and show them as real answers did."""

import json
from typing import Any

import pytest

from ..authoring.standin.common import count_messages
from ..authoring.standin.responses import input_texts
from ..authoring.standin.tools import count_tools, echoed, loaded
from ..recordings.test_wire_format import REAL, needs_real

Json = dict[str, Any]


def exchange(number: int) -> tuple[Json, Json]:
    """The request and the response of a real exchange; of a stream the last."""
    whole = json.loads((REAL / "responses" / f"{number}.json").read_text())
    answer = whole["response"]
    lines = [line[6:] for line in answer.get("body_text", "").splitlines() if line[:6] == "data: "]
    body = json.loads(lines[-1])["response"] if lines else answer["body"]
    return whole["request"]["body"], body


@needs_real
@pytest.mark.parametrize(
    ("number", "what"),
    [
        (43, "a custom tool"),
        (45, "a program and its result"),
        (46, "a program and a custom tool"),
        (52, "a search for a function"),
        (67, "the same of an earlier model"),
        (79, "a search in a namespace"),
    ],
)
def test_input_tokens_come_near_those_of_a_real_answer(number: int, what: str) -> None:
    form, body = exchange(number)
    counted = count_messages(input_texts(form)) + count_tools(form["tools"])
    for item in body["output"]:
        if item["type"] == "tool_search_output":
            counted = 2 * counted + count_tools(loaded(item["tools"]))
    assert counted == pytest.approx(body["usage"]["input_tokens"], rel=0.05), what


@needs_real
@pytest.mark.parametrize("number", [43, 46, 52, 60, 67, 79])
def test_tools_are_shown_in_the_order_of_a_real_answer(number: int) -> None:
    form, body = exchange(number)
    real = [(tool["type"], tool.get("name")) for tool in body["tools"]]
    assert [(tool["type"], tool.get("name")) for tool in echoed(form["tools"])] == real


def test_of_a_deferred_function_only_name_and_description_are_counted() -> None:
    parameters = {"type": "object", "properties": {"on": {"type": "boolean"}}}
    lamp = {
        "type": "function",
        "name": "lamp",
        "description": "Switch it.",
        "parameters": parameters,
    }
    later = lamp | {"defer_loading": True}
    search = {"type": "tool_search"}
    space = {"type": "namespace", "name": "yard", "description": "All of it.", "tools": [later]}
    assert count_tools([later, search]) < count_tools([lamp, search])
    more = {**space, "tools": [later, later | {"name": "gate"}]}
    assert count_tools([space, search]) == count_tools([more, search])
    assert loaded([space]) == [lamp]
    assert count_tools([]) == 0
