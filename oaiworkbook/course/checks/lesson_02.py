"""Exercises of lesson 02, Chat Completions."""

import copy
import re
from collections.abc import Callable
from typing import Any

from openai.types.chat import ChatCompletion, ChatCompletionMessage

from ...practice.answers import chat_answer
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Probe, expect

NOTE = "Wed 25 Nov, 11:00. Pip (parrot), claws. Bring his cage."
TEXT = "Pip: claws, Wed 25 Nov, 11:00."
RULES = "You write reminder texts."


def remind(answer: Callable[..., Any]) -> str:
    probe = Probe([TEXT])
    given = answer(probe.client, NOTE)
    body = probe.last.body
    expect(probe.last.path == "/chat/completions", f"the request went to {probe.last.path}")
    expect(body.get("model") == "gpt-6-luna", f"the model is {body.get('model')!r}")
    messages = body.get("messages")
    expect(
        isinstance(messages, list) and all(isinstance(each, dict) for each in messages),
        f"`messages` is no list of dicts but {messages!r}",
    )
    roles = [each.get("role") for each in messages]
    expect("system" not in roles, "`system` is the old name of the role for rules")
    expect(roles == ["developer", "user"], f"the roles are {roles}")
    expect("Ashgrove" in str(messages[0].get("content")), "the rules are not those in `HOUSE`")
    expect(messages[1].get("content") == NOTE, "the user's message is not the note that was given")
    effort = body.get("reasoning_effort")
    expect(effort == "none", f"the reasoning effort is {effort or 'not set, so medium'}, not none")
    expect(
        not isinstance(given, ChatCompletion | ChatCompletionMessage),
        f"`remind` returns a {type(given).__name__}; the text is inside it",
    )
    expect(given == TEXT, f"`remind` returned {given!r}, not the text of the answer")
    return "The rules, the note and the effort each have their place."


def _completion(*choices: tuple[str | None, str]) -> ChatCompletion:
    body = chat_answer(None, model="gpt-6-luna")["json"]
    body["choices"] = [
        {
            "index": index,
            "message": {"role": "assistant", "content": text, "refusal": None, "annotations": []},
            "finish_reason": reason,
        }
        for index, (text, reason) in enumerate(choices)
    ]
    return ChatCompletion.model_validate(body)


def sendable(answer: Callable[..., Any]) -> str:
    cases: list[tuple[tuple[tuple[str | None, str], ...], list[str]]] = [
        ((("Tibs, 9:20", "stop"),), ["Tibs, 9:20"]),
        ((("Tibs, 9:20", "stop"), ("At 9:20, Tibs", "stop")), ["Tibs, 9:20", "At 9:20, Tibs"]),
        ((("Tibs, 9:", "length"), ("Tibs, 9:20", "stop")), ["Tibs, 9:20"]),
        ((("Tibs, 9:", "length"),), []),
        ((("Tibs,", "content_filter"), (None, "tool_calls")), []),
    ]
    for choices, right in cases:
        got = answer(_completion(*choices))
        expect(isinstance(got, list), f"`sendable` returned {type(got).__name__}, not a list")
        case = ", ".join(f"{text!r} ({reason})" for text, reason in choices)
        expect(got == right, f"for {case} it returned {got!r}")
    return "What was cut stays at the desk."


def _said(request: dict[str, Any]) -> list[tuple[Any, Any]]:
    """(role, text) of each message of a Responses request, `instructions` first."""
    given = request.get("input")
    listed: Any = [{"role": "user", "content": given}] if isinstance(given, str) else given
    expect(
        isinstance(listed, list) and all(isinstance(each, dict) for each in listed),
        f"the `input` of the new request is {given!r}, neither a text nor a list of messages",
    )
    rules = request.get("instructions")
    first = [("developer", rules)] if rules else []
    return first + [(each.get("role"), each.get("content")) for each in listed]


def moved(answer: Callable[..., Any]) -> str:
    rules, note = {"role": "developer", "content": RULES}, {"role": "user", "content": NOTE}
    said = [("developer", RULES), ("user", NOTE)]
    base: dict[str, Any] = {"model": "gpt-6-luna", "messages": [rules, note]}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, {}),
        ({"reasoning_effort": "none"}, {"reasoning": {"effort": "none"}}),
        ({"max_completion_tokens": 300}, {"max_output_tokens": 300}),
        (
            {"max_tokens": 200, "reasoning_effort": "low"},
            {"max_output_tokens": 200, "reasoning": {"effort": "low"}},
        ),
    ]
    for more, wanted in cases:
        request = base | more
        before = copy.deepcopy(request)
        got = answer(request)
        expect(isinstance(got, dict), f"`moved` returned {type(got).__name__}, not a dict")
        expect(request == before, "`moved` changes the dict it was given; build a new one")
        names = ", ".join(request)
        expect(
            got.get("model") == "gpt-6-luna", f"the new request has the model {got.get('model')!r}"
        )
        old = sorted(
            set(got) & {"messages", "reasoning_effort", "max_completion_tokens", "max_tokens"}
        )
        expect(not old, f"the new request still has {', '.join(old)}, a name of Chat")
        expect(_said(got) == said, f"of the messages, the new request has {_said(got)}")
        for name in ("max_output_tokens", "reasoning"):
            expect(
                got.get(name) == wanted.get(name) and (name in wanted or name not in got),
                f"for a request with {names}, `{name}` is {got.get(name, 'missing')!r}",
            )
    for name, value in (("n", 2), ("stop", "Cancel")):
        _refused(answer, base | {name: value}, name)
    return "What has a place is moved, and what has none is refused."


def _refused(answer: Callable[..., Any], request: dict[str, Any], name: str) -> None:
    try:
        got = answer(request)
    except ValueError as error:
        named = re.search(rf"\b{name}\b", str(error))
        expect(named, f"the ValueError does not name `{name}`: {error}")
        return
    raise Wrong(f"a request with `{name}` was moved to {got!r}")


EXERCISES = [
    Exercise(
        id="02-1",
        check=remind,
        hints=(
            "`messages` is a list of two dicts. Each has a `role` and a `content`.",
            "The role for rules is `developer`; its content is the variable `HOUSE`.",
            "Return `completion.choices[0].message.content`.",
        ),
        reference="""
def remind(client, note):
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "developer", "content": HOUSE}, {"role": "user", "content": note}],
        reasoning_effort="none",
    )
    return completion.choices[0].message.content
""",
    ),
    Exercise(
        id="02-2",
        check=sendable,
        hints=(
            "Go through `completion.choices` in a loop.",
            "A choice is whole when its `finish_reason` is one certain word.",
            'Append `choice.message.content` if `choice.finish_reason == "stop"`.',
        ),
        reference="""
def sendable(completion):
    return [
        choice.message.content
        for choice in completion.choices
        if choice.finish_reason == "stop"
    ]
""",
    ),
    Exercise(
        id="02-3",
        check=moved,
        hints=(
            "Begin with a new dict that has `model` and `input`. A list of messages is a good `input`.",
            'Add the rest only where it is there: `if "reasoning_effort" in request:`.',
            "Both `max_tokens` and `max_completion_tokens` become `max_output_tokens`. Raise first, "
            'in a loop: `for name in ("n", "stop"):`.',
        ),
        reference="""
def moved(request):
    for name in ("n", "stop"):
        if name in request:
            raise ValueError(f"Responses has no {name}")
    new = {"model": request["model"], "input": request["messages"]}
    if "reasoning_effort" in request:
        new["reasoning"] = {"effort": request["reasoning_effort"]}
    for name in ("max_tokens", "max_completion_tokens"):
        if name in request:
            new["max_output_tokens"] = request[name]
    return new
""",
    ),
]
