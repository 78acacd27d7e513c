"""Equal requests are equal to a check, whatever form they are written in; different ones are not."""

import json
from typing import Any

import pytest

from oaiworkbook.course.exercises.asked import Asked, Turn
from oaiworkbook.course.exercises.gate import refusal
from oaiworkbook.practice.answers import patch_call_item, shell_call_item

RULES, TASK = "Be brief.", "When does the 17:40 sail?"
USER = {"role": "user", "content": TASK}
PART = {"type": "input_text", "text": TASK}


def responses(**body: Any) -> Asked:
    return Asked("POST", "/responses", "", {"model": "gpt-6-luna"} | body, {}, None)


def chat(*messages: Any, **body: Any) -> Asked:
    body = {"model": "gpt-6-luna", "messages": list(messages)} | body
    return Asked("POST", "/chat/completions", "", body, {}, None)


@pytest.mark.parametrize(
    "asked",
    [
        responses(instructions=RULES, input=TASK),
        responses(instructions=RULES, input=[USER]),
        responses(instructions=RULES, input=[USER | {"type": "message"}]),
        responses(instructions=RULES, input=[USER | {"content": [PART]}]),
        responses(input=[{"role": "developer", "content": RULES}, USER]),
        responses(input=[{"role": "system", "content": RULES}, USER]),
        chat({"role": "developer", "content": RULES}, USER),
        chat({"role": "system", "content": RULES}, USER | {"content": [PART | {"type": "text"}]}),
    ],
)
def test_one_question_and_its_rules_in_every_form(asked: Asked) -> None:
    assert (asked.question, asked.rules) == (TASK, RULES)
    assert asked.turns == (Turn("user", TASK),)
    assert refusal(asked) is None


@pytest.mark.parametrize(
    "asked",
    [
        responses(input=[USER, {"role": "assistant", "content": "At 17:40."}, USER]),
        responses(input=[{"role": "developer", "content": TASK}]),
        responses(input=[USER | {"role": "assistant"}]),
        responses(),
        chat(USER, USER),
    ],
)
def test_more_than_one_turn_of_the_user_is_no_single_question(asked: Asked) -> None:
    assert asked.question is None


def test_settings_are_equal_left_out_and_at_their_default() -> None:
    short = {"reasoning": {"effort": "none"}, "max_output_tokens": 16}
    plain = responses(input=TASK, **short)
    spelled = responses(
        input=TASK, **short, stream=False, temperature=1.0, tools=[], truncation=None
    )
    assert plain.settings == spelled.settings == short
    assert plain.settings != responses(input=TASK, **short, temperature=0.9).settings
    in_chat = chat(USER, reasoning_effort="none", max_completion_tokens=16)
    assert (in_chat.effort, in_chat.cap) == (plain.effort, plain.cap) == ("none", 16)
    assert not responses(store=False).stored
    assert responses().stored


def test_a_schema_and_a_tool_are_the_same_in_both_endpoints() -> None:
    schema = {"name": "lot", "strict": True, "schema": {"type": "object"}}
    in_chat = chat(USER, response_format={"type": "json_schema", "json_schema": schema})
    plain = responses(text={"format": {"type": "json_schema"} | schema})
    assert in_chat.schema == plain.schema == schema
    assert responses(text={"format": {"type": "text"}}).schema is None
    tool = {"name": "loan", "description": "Ask for it.", "strict": True, "parameters": {}}
    nested = chat(USER, tools=[{"type": "function", "function": tool}])
    assert nested.tools == responses(tools=[{"type": "function"} | tool]).tools
    assert list(responses(tools=[{"type": "web_search"}]).tools) == ["web_search"]


def test_the_fields_of_a_form_are_found_and_filled_in() -> None:
    desk = {"type": "string", "enum": ["heat", "bill"]}
    named = {"$ref": "#/$defs/Desk"}
    form = {"properties": {"why": {"type": "string"}, "sure": {"type": "boolean"}, "desk": named}}
    schema = {"name": "mail", "strict": True, "schema": form | {"$defs": {"Desk": desk}}}
    asked = responses(text={"format": {"type": "json_schema"} | schema})
    assert asked.fields == {"why": {"type": "string"}, "sure": {"type": "boolean"}, "desk": desk}
    assert json.loads(asked.filled("bill")) == {"why": "So.", "sure": True, "desk": "bill"}
    assert json.loads(asked.filled("garden"))["desk"] == "heat"
    assert responses(input=TASK).fields == {}


def test_calls_and_their_results_are_turns_of_both_endpoints() -> None:
    call = {"name": "loan", "arguments": '{"weeks": 2, "book": "Emma"}'}
    there = [
        {"type": "function_call", "call_id": "call_1", **call},
        {"type": "function_call_output", "call_id": "call_1", "output": "done"},
    ]
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "function": call}],
    }
    result = {"role": "tool", "tool_call_id": "call_1", "content": "done"}
    in_chat, plain = chat(USER, message, result), responses(input=[USER, *there])
    assert in_chat.turns == plain.turns
    assert plain.turns[1] == Turn("call", '{"book": "Emma", "weeks": 2}', "loan", "call_1")
    assert refusal(plain) is None
    assert refusal(in_chat) is None


BOX = {"type": "custom", "name": "box", "description": "Takes commands."}
LOAN = {"type": "function", "name": "loan"}
LATER = LOAN | {"defer_loading": True}
SHELF = {"type": "namespace", "name": "shelf", "description": "Books.", "tools": [LATER]}
SEARCH = {"type": "tool_search"}


def grammar(**given: Any) -> dict[str, Any]:
    return BOX | {"format": {"type": "grammar"} | given}


def test_a_custom_tool_is_the_same_in_both_endpoints() -> None:
    form = {"type": "text"}
    inner = {"name": "box", "description": "Takes commands.", "format": form}
    nested = chat(USER, tools=[{"type": "custom", "custom": inner}])
    assert nested.tools == responses(tools=[BOX | {"format": form}]).tools
    assert nested.tools == {"box": {"description": "Takes commands.", "format": form}}
    call = {"type": "custom_tool_call", "call_id": "c", "name": "box", "input": '{"b": 1, "a": 2}'}
    result = {"type": "custom_tool_call_output", "call_id": "c", "output": "ok"}
    custom = {"id": "c", "type": "custom", "custom": {"name": "box", "input": call["input"]}}
    message = {"role": "assistant", "content": None, "tool_calls": [custom]}
    said = chat(USER, message, {"role": "tool", "tool_call_id": "c", "content": "ok"})
    plain = responses(input=[USER, call, result])
    assert said.turns == plain.turns
    assert plain.turns[1:] == (
        Turn("call", '{"b": 1, "a": 2}', "box", "c"),  # a text, and no JSON to be sorted
        Turn("result", "ok", call_id="c"),
    )
    assert refusal(plain) is None
    assert list(responses(tools=[SHELF, SEARCH]).tools) == ["shelf", "tool_search"]


@pytest.mark.parametrize(
    ("choice", "mode", "names"),
    [
        (None, "auto", {"box", "loan"}),
        ("none", "none", {"box", "loan"}),
        ("required", "required", {"box", "loan"}),
        ({"type": "function", "name": "loan"}, "required", {"loan"}),
        ({"type": "custom", "name": "box"}, "required", {"box"}),
        ({"type": "custom", "custom": {"name": "box"}}, "required", {"box"}),
        ({"type": "allowed_tools", "mode": "auto", "tools": [LOAN]}, "auto", {"loan"}),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [BOX]}},
            "required",
            {"box"},
        ),
        ({"type": "mcp", "server_label": "x"}, "required", {"mcp"}),
    ],
)
def test_a_choice_says_who_decides_and_between_which_tools(
    choice: Any, mode: str, names: set[str]
) -> None:
    asked = responses(tools=[BOX, LOAN], tool_choice=choice)
    assert asked.choice == (mode, frozenset(names))


@pytest.mark.parametrize(
    "asked",
    [
        responses(tools=[grammar(syntax="lark", definition="start: WORD")]),
        responses(tools=[grammar(syntax="regex", definition="a+")]),
        responses(tools=[BOX | {"format": {"type": "text"}}, SEARCH, SHELF]),
        responses(tools=[LATER, SEARCH], tool_choice={"type": "function", "name": "loan"}),
        responses(tools=[SHELF | {"tools": [LOAN]}]),
        responses(tools=[SEARCH | {"execution": "client"}]),
        responses(tools=[SHELF, SEARCH], tool_choice={"type": "function", "name": "loan"}),
        responses(tools=[{"type": "web_search"}], tool_choice={"type": "web_search_preview"}),
        responses(
            tools=[BOX, LOAN],
            tool_choice={"type": "allowed_tools", "mode": "auto", "tools": [LOAN]},
        ),
        chat(USER, tools=[{"type": "custom", "custom": {"name": "box"}}]),
    ],
)
def test_tools_that_the_api_takes(asked: Asked) -> None:
    assert refusal(asked) is None


LIST: dict[str, Any] = shell_call_item(["ls"], "c")
LISTED: dict[str, Any] = {"type": "shell_call_output", "call_id": "c"}
LISTED["output"] = [{"stdout": "a.py", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]
PATCH: dict[str, Any] = patch_call_item({"type": "delete_file", "path": "a.py"}, "p")
PATCHED: dict[str, Any] = {"type": "apply_patch_call_output", "call_id": "p", "status": "failed"}
PATCHED["output"] = "refused"


def test_commands_and_patches_are_calls_and_their_outputs_results() -> None:
    turns = responses(input=[LIST, LISTED, PATCH, PATCHED]).turns
    assert [(each.role, each.name, each.call_id) for each in turns] == [
        ("call", "shell", "c"),
        ("result", "", "c"),
        ("call", "apply_patch", "p"),
        ("result", "", "p"),
    ]
    assert json.loads(turns[0].text)["commands"] == ["ls"]
    assert json.loads(turns[1].text) == LISTED["output"]
    assert json.loads(turns[2].text) == PATCH["operation"]
    assert turns[3].text == "failed: refused"
    assert refusal(responses(input=[LIST, LISTED, PATCH, PATCHED])) is None


def test_an_error_about_a_call_without_output_names_its_kind() -> None:
    for item, kind in ((LIST, "shell"), (PATCH, "apply patch")):
        refused = refusal(responses(input=[item]))
        assert refused is not None
        words = refused["json"]["error"]["message"]
        assert words == f"No tool output found for {kind} call {item['call_id']}."


@pytest.mark.parametrize(
    ("asked", "status", "code", "param"),
    [
        (responses(inputx=TASK), 400, "unknown_parameter", "inputx"),
        (responses(messages=[USER]), 400, "unknown_parameter", "messages"),
        (responses(model="gpt-6-lunax", input=TASK), 400, "model_not_found", "model"),
        (chat(USER, model="gpt-6-lunax"), 404, "model_not_found", "model"),
        (responses(model=None), 400, "missing_required_parameter", "model"),
        (chat(messages=None), 400, "missing_required_parameter", "messages"),
        (chat({"content": TASK}), 400, "missing_required_parameter", "messages[0].role"),
        (
            responses(input=[{"role": "user"}]),
            400,
            "missing_required_parameter",
            "input[0].content",
        ),
        (responses(input=[USER | {"role": "users"}]), 400, "invalid_value", "input[0].role"),
        (responses(input=[[USER]]), 400, "invalid_type", "input[0]"),
        (chat(USER | {"content": [PART]}), 400, "invalid_value", "messages[0].content[0].type"),
        (responses(reasoning={"effort": "nonex"}), 400, "invalid_value", "reasoning.effort"),
        (responses(reasoning={"effort": {"is": "low"}}), 400, "invalid_value", "reasoning.effort"),
        (responses(reasoning={"efforts": "low"}), 400, "unknown_parameter", "reasoning.efforts"),
        (responses(tool_choice="autox"), 400, "invalid_value", "tool_choice"),
        (responses(tools=[{"name": "loan"}]), 400, "missing_required_parameter", "tools[0].type"),
        (
            responses(tools=[{"type": "function"}]),
            400,
            "missing_required_parameter",
            "tools[0].name",
        ),
        (responses(tools=[{"type": "custom"}]), 400, "missing_required_parameter", "tools[0].name"),
        (responses(tools=[grammar()]), 400, "invalid_value", "tools[0].format.syntax"),
        (
            responses(tools=[grammar(syntax="lark")]),
            400,
            "missing_required_parameter",
            "tools[0].format.definition",
        ),
        (responses(tools=[BOX | {"format": "lark"}]), 400, "invalid_value", "tools[0].format.type"),
        (
            responses(tools=[SHELF | {"description": ""}, SEARCH]),
            400,
            "missing_required_parameter",
            "tools[0].description",
        ),
        (responses(tools=[LATER]), 400, None, "tools.defer_loading"),
        (responses(tools=[SHELF]), 400, None, "tools.defer_loading"),
        (responses(tools=[LOAN, SEARCH]), 400, None, "tools.tool_search"),
        (
            responses(tools=[BOX], tool_choice={"type": "function", "name": "box"}),
            400,
            None,
            "tool_choice",
        ),
        (
            responses(tools=[BOX], tool_choice={"name": "box"}),
            400,
            "missing_required_parameter",
            "tool_choice.type",
        ),
        (
            responses(
                tools=[BOX, LOAN],
                tool_choice={"type": "allowed_tools", "mode": "any", "tools": [LOAN]},
            ),
            400,
            "invalid_value",
            "tool_choice.mode",
        ),
        (
            responses(
                tools=[BOX],
                tool_choice={"type": "allowed_tools", "mode": "auto", "tools": [LOAN]},
            ),
            400,
            None,
            "tool_choice",
        ),
        (
            responses(input=[{"type": "custom_tool_call_output", "call_id": "c", "output": ""}]),
            400,
            "invalid_value",
            "input",
        ),
        (
            responses(input=[{"type": "function_call_output", "call_id": "c", "output": ""}]),
            400,
            "invalid_value",
            "input",
        ),
        (responses(input=[LIST]), 400, None, "input"),
        (responses(input=[PATCH]), 400, None, "input"),
        (responses(input=[LIST, LISTED | {"call_id": "d"}]), 400, "invalid_value", "input"),
        (
            responses(input=[LIST, LISTED | {"output": "a.py"}]),
            400,
            "invalid_type",
            "input[1].output",
        ),
        (
            responses(input=[LIST, LISTED | {"output": [{"stdout": "", "stderr": ""}]}]),
            400,
            "missing_required_parameter",
            "input[1].output[0].outcome",
        ),
        (
            responses(input=[PATCH, PATCHED | {"status": "done"}]),
            400,
            "invalid_value",
            "input[1].status",
        ),
    ],
)
def test_a_slip_gets_the_error_of_the_api(
    asked: Asked, status: int, code: str | None, param: str
) -> None:
    refused = refusal(asked)
    assert refused is not None
    error = refused["json"]["error"]
    assert (refused["status"], error["code"], error["param"]) == (status, code, param)


def test_clicks_are_a_call_and_a_screenshot_is_its_result() -> None:
    call = {"type": "computer_call", "call_id": "c", "actions": [{"y": 2, "type": "move", "x": 1}]}
    output = {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA=="}
    shot = {"type": "computer_call_output", "call_id": "c", "output": output}
    turns = responses(input=[call, shot]).turns
    assert [(turn.role, turn.name, turn.call_id) for turn in turns] == [
        ("call", "computer", "c"),
        ("result", "", "c"),
    ]
    assert turns[0].text == '[{"type": "move", "x": 1, "y": 2}]'
    assert turns[1].other == (shot,)


def test_a_name_that_the_check_knows_is_a_model() -> None:
    asked = responses(model="llama-school", input=TASK)
    assert refusal(asked) is not None
    assert refusal(asked, models=["llama-school"]) is None
    assert refusal(responses(model="ft:gpt-4.1-mini:us::1", input=TASK)) is None
