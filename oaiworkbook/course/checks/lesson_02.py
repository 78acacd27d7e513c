"""Exercises of lesson 02, Chat Completions."""

import copy
import re
from collections.abc import Callable
from typing import Any

import openai
from openai.types.chat import ChatCompletion

from ...practice.answers import chat_answer
from ..exercises.asked import CHAT, Asked
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Probe, expect

NOTE = "Wed 25 Nov, 11:00. Pip (parrot), claws. Bring his cage."
TEXT = "Pip: claws, Wed 25 Nov, 11:00."
OTHER = "Fri 20 Nov, 16:00. Olive (rabbit), teeth. Bring hay."
OTHER_TEXT = "Olive: teeth, Fri 20 Nov, 16:00."
RULES = "You write reminder texts."
_HOUSE = ("Ashgrove", "555 0142")  # words of its first and of its last line


def remind(answer: Callable[..., Any]) -> str:
    for note, text in ((NOTE, TEXT), (OTHER, OTHER_TEXT)):
        probe = Probe([text])
        given = answer(probe.client, note)
        asked = probe.last
        sent = len(probe.requests)
        expect(sent == 1, f"for one reminder it sent {sent} requests")
        expect(asked.path == CHAT, f"the request went to `{asked.path}`, not to Chat Completions")
        expect(asked.model == "gpt-6-luna", f"the model is {asked.model!r}")
        roles = [each.get("role") for each in asked.body["messages"]]
        expect("system" not in roles, "`system` is the old name of the role for rules")
        expect(
            "developer" in roles,
            f"no message has the role for rules, `developer`; the roles are {roles}",
        )
        expect(all(each in asked.rules for each in _HOUSE), "the rules are not those in `HOUSE`")
        said = [turn.text for turn in asked.turns]
        expect("user" in roles, f"no message has the role of the user; the roles are {roles}")
        expect(
            asked.question is not None and asked.question.strip() == note,
            f"the note is {note!r}, and beside the rules the messages say {said}",
        )
        effort = asked.effort or "not set, so medium"
        expect(effort == "none", f"the reasoning effort is {effort}, not none")
        kind = type(given).__name__
        expect(given is not None, "`remind` returns None: it prints or forgets the text")
        expect(isinstance(given, str), f"`remind` returns a {kind}; the text is inside it")
        expect(given == text, f"the answer was {text!r}, and `remind` returned {given!r}")
    passes_on(lambda probe: answer(probe.client, NOTE))
    return "The rules, the note and the effort each have their place."


# The text of a choice, and its `finish_reason`.
Choice = tuple[str | None, str]
_REFUSED: Choice = (None, "stop")


def _completion(choices: tuple[Choice, ...]) -> ChatCompletion:
    listed = []
    for index, choice in enumerate(choices):
        text, reason = choice
        refusal = "I cannot write that." if choice == _REFUSED else None
        one = chat_answer(text, finish_reason=reason, message={"refusal": refusal})["json"]
        listed.append(one["choices"][0] | {"index": index})
    body = chat_answer(None, model="gpt-6-luna", choices=listed)["json"]
    return ChatCompletion.model_validate(body)


def sendable(answer: Callable[..., Any]) -> str:
    whole, other, cut = ("Tibs, 9:20", "stop"), ("At 9:20, Tibs", "stop"), ("Tibs, 9:", "length")
    cases: list[tuple[tuple[Choice, ...], list[str]]] = [
        ((whole,), ["Tibs, 9:20"]),
        ((whole, other), ["Tibs, 9:20", "At 9:20, Tibs"]),
        ((other, cut, whole, whole), ["At 9:20, Tibs", "Tibs, 9:20", "Tibs, 9:20"]),
        ((cut, whole), ["Tibs, 9:20"]),
        ((cut,), []),
        ((("Tibs,", "content_filter"), (None, "tool_calls"), ("Let me see.", "tool_calls")), []),
        ((_REFUSED, whole), ["Tibs, 9:20"]),
    ]
    for choices, right in cases:
        got = answer(_completion(choices))
        expect(isinstance(got, list), f"`sendable` returned {type(got).__name__}, not a list")
        case = ", ".join(
            f"a refused choice ({each[1]})" if each == _REFUSED else f"{each[0]!r} ({each[1]})"
            for each in choices
        )
        expect(got == right, f"for {case} it returned {got!r}, not {right!r}")
    return "What was cut or refused stays at the desk."


def moved(answer: Callable[..., Any]) -> str:
    rules, note = {"role": "developer", "content": RULES}, {"role": "user", "content": NOTE}
    example = [{"role": "user", "content": OTHER}, {"role": "assistant", "content": OTHER_TEXT}]
    base: dict[str, Any] = {"model": "gpt-6-luna", "messages": [rules, note]}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, {}),
        ({"reasoning_effort": "none"}, {"reasoning": {"effort": "none"}}),
        ({"max_completion_tokens": 300}, {"max_output_tokens": 300}),
        (
            {"max_tokens": 200, "reasoning_effort": "low"},
            {"max_output_tokens": 200, "reasoning": {"effort": "low"}},
        ),
        ({"messages": [rules, *example, note]}, {}),
        ({"messages": [note], "model": "gpt-6.2-sol"}, {}),
        ({"messages": [rules | {"role": "system"}, note]}, {}),
    ]
    for more, wanted in cases:
        request = base | more
        before = copy.deepcopy(request)
        got = answer(request)
        expect(isinstance(got, dict), f"`moved` returned {type(got).__name__}, not a dict")
        expect(request == before, "`moved` changes the dict it was given; build a new one")
        _same_call(got, before, wanted)
    for name, value in (("n", 2), ("stop", "Cancel"), ("seed", 7), ("n", 1), ("seed", 0)):
        _refused(answer, base | {name: value}, name)
    _refused(answer, base | {"reasoning_effort": "none", "max_tokens": 90, "stop": ["."]}, "stop")
    return "What has a place is moved, and what has none is refused."


def _same_call(got: dict[str, Any], request: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Raises Wrong where the Responses call asks for something else than the Chat call `request`."""
    old = sorted(set(got) & {"messages", "reasoning_effort", "max_completion_tokens", "max_tokens"})
    expect(not old, f"of the names of Chat, the new request still has {', '.join(old)}")
    expect("input" in got, f"the new request has {', '.join(got) or 'nothing'}, and no `input`")
    for name in ("max_output_tokens", "reasoning"):
        right = got.get(name) == wanted.get(name) and (name in wanted or name not in got)
        there = repr(got[name]) if name in got else "missing"
        expect(right, f"for a request with {', '.join(request)}, `{name}` is {there}")
    probe = Probe()
    try:
        probe.client.responses.create(**got)
    except (TypeError, openai.APIError) as error:
        raise Wrong(f"the new request is {got!r}, and Responses refuses it: {error}") from error
    old_call = Asked("POST", CHAT, "", request, {}, None)
    new_call = probe.last
    expect(
        new_call.model == old_call.model,
        f"the model was {old_call.model!r}, and that of the new request is {new_call.model!r}",
    )
    was, now = _said(old_call), _said(new_call)
    expect(now == was, f"the messages were {was}, and those of the new request are {now}")
    more = sorted(set(got) - {"model", "input", "instructions", "store", *wanted})
    expect(not more, f"the new request also has {', '.join(more)}, which nobody asked for")


def _said(asked: Asked) -> list[tuple[str, str]]:
    """(role, text) of each message, the rules first."""
    first = [("rules", asked.rules)] if asked.rules else []
    return first + [(turn.role, turn.text) for turn in asked.turns]


def _refused(answer: Callable[..., Any], request: dict[str, Any], name: str) -> None:
    case = f"a request with `{name}={request[name]!r}`"
    try:
        got = answer(request)
    except ValueError as error:
        named = [each for each in ("n", "stop", "seed") if re.search(rf"\b{each}\b", str(error))]
        expect(name in named, f"for {case}, the ValueError does not name `{name}`: {error}")
        others = " and ".join(f"`{each}`" for each in named if each != name)
        expect(not others, f"for {case}, the ValueError names {others} too: {error}")
        return
    except Exception as error:
        kind = type(error).__name__
        raise Wrong(f"for {case} it raised `{kind}`, not `ValueError`: {error}") from error
    raise Wrong(f"{case} was moved to {got!r}")


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
            "A choice is whole when its `finish_reason` is one certain word. A refused one has no content.",
            'Append `choice.message.content` if the `finish_reason` is "stop" and the content is not None.',
        ),
        reference="""
def sendable(completion):
    return [
        choice.message.content
        for choice in completion.choices
        if choice.finish_reason == "stop" and choice.message.content is not None
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
            'in a loop: `for name in ("n", "stop", "seed"):`.',
        ),
        reference="""
def moved(request):
    for name in ("n", "stop", "seed"):
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
