"""Exercises of lesson 06, Function calling."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openai.types.chat import ChatCompletionMessage
from pydantic import BaseModel

from ...practice.answers import call_item, text_answer
from ..exercises.asked import Turn, turns_of
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, NotPlayed, Wrong
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
    for name, value in (("type", "function"), ("name", "renew"), ("strict", True)):
        found = answer.get(name)
        expect(found == value, f"`{name}` of the tool was {value!r}; now it is {found!r}")
    expect(answer.get("description"), "the tool has lost its `description`")
    schema = answer.get("parameters")
    expect(isinstance(schema, Mapping), "`parameters` are not a dict")
    expect(schema.get("type") == "object", f"the type of the parameters is {schema.get('type')!r}")
    fields = schema.get("properties")
    expect(isinstance(fields, Mapping), "the schema has no `properties`, or they are not a dict")
    expect(set(fields) == {"title", "weeks"}, f"the properties are {sorted(fields)}")
    for name, kind in (("title", "string"), ("weeks", "integer")):
        field = fields[name]
        expect(isinstance(field, Mapping), f"`{name}` is {field!r}, not a schema of its own")
        expect(field.get("type") == kind, f"the type of `{name}` is {field.get('type')!r}")
    expect("enum" not in fields["title"], "a `title` may be any string, and yours has an `enum`")
    weeks = fields["weeks"].get("enum")
    expect(weeks is not None, "`weeks` has no `enum`: a call could ask for three weeks")
    whole = isinstance(weeks, list | tuple) and all(type(each) is int for each in weeks)
    expect(whole, f"`enum` of `weeks` is {weeks!r}, not a list of whole numbers")
    expect(sorted(weeks) == [1, 2, 4], f"`enum` of `weeks` is {weeks!r}: those are other loans")
    required = schema.get("required")
    expect(
        isinstance(required, list | tuple) and set(required) == {"title", "weeks"},
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
    data = {"role": "assistant", "content": None, "tool_calls": tool_calls or None}
    return ChatCompletionMessage.model_validate(data)


CALLS = [
    ("call_a", "Opens", '{"day":"Friday"}'),
    ("call_b", "Rate", '{"days":3}'),
    ("call_c", "Opens", '{"day":"Monday"}'),
]
# What fails, the name of the tool, its arguments, and how the content begins. Cut JSON is found by
# Pydantic, or before it by `json.loads`; how a tool is looked up is nobody's business.
BROKEN = [
    ("a tool that raises", "Rate", '{"days":100}', r"ValueError\b.*counts as lost"),
    ("arguments that are cut", "Opens", '{"day":"Fri', r"\w*Error\b.*\w"),
    ("an argument of another name", "Opens", '{"date":"Friday"}', r"\w*Error\b.*day"),
    ("a value that its tool does not know", "Opens", '{"day":"Sunday"}', r"KeyError\b.*Sunday"),
    ("a tool that nobody has", "Shout", "{}", r"\w+(: |\().*\w"),
]


def results(answer: Callable[..., Any]) -> str:
    kinds = (Opens, Rate)
    ids = [id_ for id_, _, _ in CALLS]
    said = _contents(answer(_message(*CALLS), kinds), ids, "three calls")
    expect(said == ["14", "6", "9"], f"for Friday, three days and Monday the contents are {said}")
    _contents(answer(_message(), kinds), [], "a message without calls")
    for what, name, arguments, wanted in BROKEN:
        try:
            found = answer(_message(("call_a", name, arguments), CALLS[1]), kinds)
        except Exception as error:
            raise Wrong(f"{what} stops the program: `{type(error).__name__}`") from None
        first, second = _contents(found, ids[:2], f"{what} and then a good call")
        expect(
            re.match(wanted, str(first), re.DOTALL),
            f"for {what} the content is {first!r}, not the name of the error and its text",
        )
        expect(second == "6", f"after {what} the content for the next call is {second!r}")
    return "Every call has its answer, also the broken ones."


def _contents(found: Any, ids: Sequence[str], what: str) -> list[Any]:
    """The contents of the messages, one for each call, in order."""
    expect(isinstance(found, list), f"for {what}, it returned {type(found).__name__}, not a list")
    expect(
        len(found) == len(ids),
        f"for {what}, it returned {_counted(len(found), 'message')}, not {len(ids)}",
    )
    expect(all(isinstance(each, Mapping) for each in found), "the messages are not dicts")
    roles = [each.get("role") for each in found if each.get("role") != "tool"]
    expect(not roles, f"for {what} a message has the role {roles and roles[0]!r}")
    told = [each.get("tool_call_id") for each in found]
    expect(told == list(ids), f"for {what} with the ids {', '.join(ids)} it answers {told}")
    return [each.get("content") for each in found]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("s" if number != 1 else "")


NOTES = {"id": "rs_1", "type": "reasoning", "content": [], "encrypted_content": "x", "summary": []}
HELLO, FINES, HOURS = "Good morning.", "What do 3 and 100 days cost?", "When do you open?"
# What each call finds.
FOUND = {'{"day": "Friday"}': "14", '{"days": 3}': "6", '{"days": 100}': "counts as lost"}


class _Model:
    """It needs no call for `HELLO`, two at once for `FINES`, and calls for `HOURS` while it may."""

    def __init__(self) -> None:
        self.said: list[list[Turn]] = []

    def __call__(self, asked: Asked) -> dict[str, Any]:
        if asked.path not in ("/responses", "/chat/completions"):
            raise NotPlayed(f"`{asked.method} {asked.path}`")
        number = len(self.said)
        items = [NOTES | {"id": f"rs_{number}"}, *self._next(asked, number)]
        self.said.append(list(turns_of(items)))
        return text_answer("", output=items)

    def _next(self, asked: Asked, number: int) -> list[dict[str, Any]]:
        last = next((turn.text for turn in reversed(asked.turns) if turn.role == "user"), "")
        calls = []
        if _may_call(asked) and (last == HOURS or _must_call(asked)):
            calls = [("Opens", '{"day":"Friday"}')]
        elif _may_call(asked) and last == FINES and asked.turns[-1].role == "user":
            calls = [("Rate", '{"days":3}'), ("Rate", '{"days":100}')]
        made = [
            call_item(*call, f"call_{number}_{n}") | {"id": f"fc_{number}_{n}"}
            for n, call in enumerate(calls)
        ]
        answer: list[dict[str, Any]] = text_answer(f"Answer {number}.")["json"]["output"]
        return made or answer


def _choice(asked: Asked) -> Any:
    choice = asked.body.get("tool_choice") or "auto"
    return choice.get("mode", "required") if isinstance(choice, dict) else choice


def _may_call(asked: Asked) -> bool:
    return bool(asked.tools) and _choice(asked) != "none"


def _must_call(asked: Asked) -> bool:
    return _may_call(asked) and _choice(asked) == "required"


def desk(answer: Callable[..., Any]) -> str:
    # The questions, the limit, and how many requests each question takes.
    for questions, limit, sent in (
        ([HELLO], 3, [1]),
        ([HOURS], 3, [3]),
        ([HOURS], 2, [2]),
        ([HOURS], 1, [1]),
        ([FINES], 3, [2]),
        ([HELLO, HOURS, FINES, HELLO], 3, [1, 3, 2, 1]),
        ([FINES, HOURS], 2, [2, 2]),
    ):
        _asks(answer, questions, limit, sent)
    call = text_answer("", output=[NOTES, call_item("Opens", '{"day":"Friday"}')])
    for first in ([], [call], ["Good morning to you."]):
        passes_on(lambda probe: answer(probe.client, [HELLO, HOURS], (Opens, Rate), 3), first=first)
    return "Each question has its text within the limit, and what was said before is there."


def _asks(answer: Callable[..., Any], questions: list[str], limit: int, wanted: list[int]) -> None:
    model, case = _Model(), f"for {questions} with limit {limit}"
    probe = Probe([model], limit=sum(wanted) + 5)
    try:
        found = answer(probe.client, list(questions), (Opens, Rate), limit)
    except RuntimeError as error:
        raise Wrong(f"{case} it raised `RuntimeError`: {error}") from None
    requests = probe.requests
    expect(not any(asked.chat for asked in requests), "it asks Chat; the task wants Responses")
    for index, asked in enumerate(requests):
        before = [*requests[index - 1].turns, *model.said[index - 1]] if index else []
        _goes_on(asked, before, questions, f"{case}, request {index + 1}")
    numbers = [sum(turn.role == "user" for turn in asked.turns) for asked in requests]
    for place, right in enumerate(wanted, 1):
        own = [asked for asked, number in zip(requests, numbers, strict=True) if number == place]
        _decides(own, limit, f"{case}, question {place}")
        sent = _counted(len(own), "request")
        expect(len(own) == right, f"{case}, question {place} took {sent}, not {right}")
    texts = [turn.text for said in model.said for turn in said if turn.role == "assistant"]
    expect(found == texts, f"{case} the texts were {texts}; it returned {found!r}")


def _decides(own: list[Asked], limit: int, case: str) -> None:
    """The model may call in each request of a question but the last allowed one, and never must."""
    for number, asked in enumerate(own, 1):
        choice = f"{case}, request {number} of at most {limit}"
        if number >= limit:
            expect(not _may_call(asked), f"{choice} still allows calls: no text need come")
            continue
        names = sorted(asked.tools)
        expect(names == ["Opens", "Rate"], f"{choice} carries the tools {names}")
        expect(not _must_call(asked), f"{choice} demands a call; the model should decide")
        expect(_may_call(asked), f"{choice} forbids calls")


def _goes_on(asked: Asked, before: list[Turn], questions: list[str], which: str) -> None:
    """After `before` come the results of its calls, or the next question."""
    turns, start = list(asked.turns), len(before)
    kinds, right = [[turn.role for turn in each] for each in (turns, before)]
    if turns[:start] != before:
        rest, spoken = [[t for t in each if t.role != "reasoning"] for each in (turns, before)]
        expect(
            rest[: len(spoken)] != spoken, f"{which}: a reasoning item is not passed back as it was"
        )
        raise Wrong(
            f"{which} does not begin with what was said before. It holds {kinds}; before were {right}"
        )
    new = turns[start:]
    calls = {turn.call_id: turn for turn in before if turn.role == "call"}
    for turn in before:
        if turn.role == "result":
            calls.pop(turn.call_id, None)
    if calls:
        results = {turn.call_id: turn.text for turn in new if turn.role == "result"}
        expect(
            sorted(results) == sorted(calls) and len(new) == len(calls),
            f"{which}: the calls {sorted(calls)} were open; it brings {kinds[start:]} "
            f"for {sorted(results)}",
        )
        for id_, call in calls.items():
            expect(
                FOUND[call.text] in results[id_],
                f"{which}: the result of {call.name} {call.text} is {results[id_]!r}",
            )
    else:
        asked_for = sum(turn.role == "user" for turn in before)
        question = [("user", each) for each in questions[asked_for : asked_for + 1]]
        expect(
            [(turn.role, turn.text) for turn in new] == question,
            f"{which}: what is new in it is {[turn.text for turn in new]}, not the next question",
        )


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
            "The lookup by name belongs into `try` as well: the model may name an unknown tool."
            " `tool_calls` is None in a message without calls.",
        ),
        """def results(message, kinds):
    named = {kind.__name__: kind for kind in kinds}
    messages = []
    for call in message.tool_calls or []:
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
            "Start from `talk`. One list of items goes through all questions, and a loop over the"
            " questions is around the loop over the requests.",
            'Count the requests of a question. `tool_choice` is "none" in the last one allowed, and'
            ' "auto" before.',
            "Pass on `response.output` as a whole after each request, also when it holds the text.",
        ),
        """def desk(client, questions, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    items, texts = [], []
    for question in questions:
        items.append({"role": "user", "content": question})
        for left in reversed(range(limit)):  # requests that may follow this one
            response = client.responses.create(
                model="gpt-6-luna",
                tools=tools,
                input=items,
                tool_choice="auto" if left else "none",
            )
            items += response.output
            calls = [item for item in response.output if item.type == "function_call"]
            if not calls:
                break
            items += [run(call, kinds) for call in calls]
        texts.append(response.output_text)
    return texts
""",
    ),
]
