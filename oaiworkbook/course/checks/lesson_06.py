"""Exercises of lesson 06, Function calling."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from openai.types.chat import ChatCompletionMessage
from pydantic import BaseModel

from ...practice.answers import call_item, text_answer
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect


class Opens(BaseModel):
    """The hour at which the library opens on a day."""

    day: str

    def run(self) -> str:
        return {"Monday": "9", "Friday": "14"}[self.day]


class Rate(BaseModel):
    """The fine in crowns for a number of days."""

    days: int

    def run(self) -> str:
        if self.days > 99:
            raise ValueError("that book counts as lost")
        return str(2 * self.days)


def renew(answer: Any) -> str:
    expect(isinstance(answer, Mapping), f"the tool is a {type(answer).__name__}, not a dict")
    expect("function" not in answer, "the tool is nested, as in Chat; in Responses it is flat")
    expect(answer.get("strict") is True, "`strict` is not on any more")
    schema = answer.get("parameters")
    expect(isinstance(schema, Mapping), "`parameters` are not a dict")
    expect(schema.get("type") == "object", f"the type of the parameters is {schema.get('type')!r}")
    fields = schema.get("properties")
    expect(isinstance(fields, Mapping), "the schema has no `properties`, or they are not a dict")
    expect(set(fields) == {"title", "weeks"}, f"the properties are {sorted(fields)}")
    for name, kind in (("title", "string"), ("weeks", "integer")):
        found = fields[name].get("type") if isinstance(fields[name], Mapping) else fields[name]
        expect(found == kind, f"the type of `{name}` is {found!r}")
    weeks = fields["weeks"].get("enum")
    expect(weeks == [1, 2, 4], f"`enum` of `weeks` is {weeks!r}: a call could ask for another loan")
    required = schema.get("required")
    expect(
        isinstance(required, list) and set(required) == {"title", "weeks"},
        f"`required` is {required!r}; strict wants every property in it",
    )
    expect(
        schema.get("additionalProperties") is False,
        "the schema leaves room for other properties; strict does not allow it",
    )
    return "Flat, strict, and no loan of three weeks."


def _message(*calls: tuple[str, str, str]) -> ChatCompletionMessage:
    tool_calls = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
        for id_, name, arguments in calls
    ]
    data = {"role": "assistant", "content": None, "tool_calls": tool_calls}
    return ChatCompletionMessage.model_validate(data)


def results(answer: Callable[..., Any]) -> str:
    calls = [("call_a", "Opens", '{"day":"Friday"}'), ("call_b", "Rate", '{"days":3}')]
    found = answer(_message(*calls), (Opens, Rate))
    expect(isinstance(found, list), f"it returned {type(found).__name__}, not a list")
    expect(len(found) == 2, f"for two calls it returned {len(found)} messages")
    expect(all(isinstance(each, Mapping) for each in found), "the messages are not dicts")
    roles = [each.get("role") for each in found]
    expect(roles == ["tool", "tool"], f"the roles of the messages are {roles}")
    ids = [each.get("tool_call_id") for each in found]
    expect(ids == ["call_a", "call_b"], f"for the calls call_a and call_b the ids are {ids}")
    said = [each.get("content") for each in found]
    expect(said == ["14", "6"], f"for Friday and three days the contents are {said}")
    # Cut JSON is found by Pydantic, or before it by `json.loads`.
    cut = r"ValidationError.*day|JSONDecodeError.*string"
    broken = [
        ("a tool that raises", "Rate", '{"days":100}', "ValueError.*counts as lost"),
        ("arguments that are cut", "Opens", '{"day":"Fri', cut),
        ("an argument of another name", "Opens", '{"date":"Friday"}', "ValidationError.*day"),
        ("a tool that nobody has", "Shout", "{}", "KeyError.*Shout"),
    ]
    for what, name, arguments, wanted in broken:
        try:
            found = answer(_message(("call_a", name, arguments), calls[1]), (Opens, Rate))
        except Exception as error:
            raise Wrong(f"{what} stops the program: `{type(error).__name__}`") from None
        expect(len(found) == 2, f"after {what} there are {len(found)} messages for two calls")
        text = str(found[0].get("content"))
        expect(
            re.search(wanted, text, re.DOTALL),
            f"for {what} the content is {text!r}: the name of the error or its text is missing",
        )
        expect(found[1].get("content") == "6", f"after {what} the next call is not answered")
    return "Every call has its answer, also the broken ones."


NOTES = {"id": "rs_1", "type": "reasoning", "content": [], "encrypted_content": "x", "summary": []}


def _calls_on(asked: Asked) -> dict[str, Any]:
    """A model that goes on calling as long as it may."""
    if asked.body.get("tool_choice") == "none":
        return text_answer("At 14.")
    number = sum(1 for item in _input(asked) if item.get("type") == "function_call_output")
    call = call_item("Opens", '{"day":"Friday"}', f"call_{number}")
    return text_answer("", output=[NOTES | {"id": f"rs_{number}"}, call])


def _input(asked: Asked) -> list[dict[str, Any]]:
    given = asked.body.get("input")
    return given if isinstance(given, list) else [{"role": "user", "content": given}]


def desk(answer: Callable[..., Any]) -> str:
    probe = Probe(["At 9."])
    found = answer(probe.client, "When do you open?", (Opens, Rate), 3)
    expect(probe.last.path == "/responses", f"the request went to {probe.last.path}")
    expect(
        len(probe.requests) == 1, f"for an answer at once {len(probe.requests)} requests went out"
    )
    expect(found == "At 9.", f"the answer was 'At 9.'; it returned {found!r}")
    names = [tool.get("name") for tool in probe.last.body.get("tools") or []]
    expect(names == ["Opens", "Rate"], f"the request carries the tools {names}")
    expect(probe.last.body.get("tool_choice") != "none", "the first of three requests may not call")
    for limit in (3, 2):
        probe = Probe([_calls_on], limit=8)
        case = f"a model that calls as long as it may, and limit {limit}"
        try:
            found = answer(probe.client, "When do you open?", (Opens, Rate), limit)
        except RuntimeError as error:
            raise Wrong(f"for {case} it raised `RuntimeError`: {error}") from None
        sent = len(probe.requests)
        expect(sent == limit, f"for {case} it sent {sent} requests")
        choices = [asked.body.get("tool_choice", "auto") for asked in probe.requests]
        expect(choices[-1] == "none", f"for {case} the values of `tool_choice` are {choices}")
        expect("none" not in choices[:-1], f"calls are forbidden too early: {choices}")
        expect(found == "At 14.", f"for {case} it returned {found!r}")
        if not probe.last.body.get("previous_response_id"):
            _passed_back(_input(probe.last), limit - 1)
    return "There is always an answer, and never a request too many."


def _passed_back(items: list[dict[str, Any]], turns: int) -> None:
    """Each turn's notes, its call, and a result with the id of the call."""
    kinds = [item.get("type", "message") for item in items]
    expect("reasoning" in kinds, f"the reasoning items are not passed back; the items are {kinds}")
    turn = ["reasoning", "function_call", "function_call_output"]
    expect(kinds == ["message", *turn * turns], f"the items of the last request are {kinds}")
    ids = [item["call_id"] for item in items if item.get("type") == "function_call"]
    outputs = [item for item in items if item.get("type") == "function_call_output"]
    answered = [item.get("call_id") for item in outputs]
    expect(answered == ids, f"the calls have the ids {ids}, the results {answered}")
    said = [item.get("output") for item in outputs]
    expect(said == ["14"] * turns, f"the results are {json.dumps(said)}")


EXERCISES = [
    Exercise(
        "06-1",
        renew,
        (
            "Look at what the SDK made of `FindBook`. Two properties take the place of one.",
            "`weeks` has a `type` and an `enum`, side by side in one dict.",
            "Strict: both names in `required`, and `additionalProperties` is False.",
        ),
        """RENEW = {"type": "function", "name": "renew", "description": "Renew a loan.", "strict": True}
RENEW["parameters"] = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "weeks": {"type": "integer", "enum": [1, 2, 4]},
    },
    "required": ["title", "weeks"],
    "additionalProperties": False,
}
""",
    ),
    Exercise(
        "06-2",
        results,
        (
            "The table of the lesson has the names: where the calls are, where the id goes.",
            "Start from `run`. A call's name and arguments stand under `call.function`.",
            "The lookup by name belongs into `try` as well: the model may name an unknown tool.",
        ),
        """def results(message, kinds):
    named = {kind.__name__: kind for kind in kinds}
    messages = []
    for call in message.tool_calls:
        try:
            kind = named[call.function.name]
            content = kind.model_validate_json(call.function.arguments).run()
        except Exception as error:
            content = f"{type(error).__name__}: {error}"
        messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
    return messages
""",
    ),
    Exercise(
        "06-3",
        desk,
        (
            "Start from `talk`. Count the requests: `for number in range(1, limit + 1):`.",
            '`tool_choice` is "none" when `number == limit`, and "auto" before.',
            "Pass on `response.output` as a whole, then one `run(call, kinds)` for each call.",
        ),
        """def desk(client, question, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    items = [{"role": "user", "content": question}]
    for number in range(1, limit + 1):
        response = client.responses.create(
            model="gpt-6-luna",
            tools=tools,
            input=items,
            tool_choice="none" if number == limit else "auto",
        )
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            break
        items += response.output
        items += [run(call, kinds) for call in calls]
    return response.output_text
""",
    ),
]
