"""Exercises of lesson 04, Conversation state."""

import copy
from collections.abc import Callable
from typing import Any

from ...practice.answers import text_answer
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise
from ..exercises.probe import Asked, Probe, expect
from ..models import model

SAID = [
    {"role": "user", "content": "I have a folding bike."},
    {"role": "assistant", "content": "What is wrong with it?"},
]
NOTES = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAAAABx"}
LINES = ["The saddle sinks.", "It has a quick release.", "How tight?", "Thank you."]


def _plain(asked: Asked) -> dict[str, Any]:
    return text_answer(f"Answer to: {asked.sent[-1].text if asked.sent else None}")


def _thinking(asked: Asked) -> dict[str, Any]:
    """An answer of two items, as a reasoning model gives it."""
    return text_answer("", output=[NOTES, *_plain(asked)["json"]["output"]])


def _as_in_luna(asked: Asked, which: str) -> None:
    expect(asked.path == "/responses", f"{which} went to `{asked.path}`, not to Responses")
    expect(asked.model == model("chat"), f"{which} asks {asked.model!r}, not the model in `luna`")
    expect(
        "helpline" in asked.rules,
        f"{which} has no instructions: `luna` has some, and each request needs them",
    )
    expect(asked.effort == "none", f"in {which} the effort is {asked.effort!r}, not that in `luna`")


def _said(asked: Asked) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in asked.sent]


def turn(answer: Callable[..., Any]) -> str:
    for given in (SAID, []):
        _two_turns(answer, copy.deepcopy(given))
    passes_on(lambda probe: answer(probe.client, copy.deepcopy(SAID), LINES[0]))
    return "The whole output is in the history, and the caller's list is untouched."


def _two_turns(answer: Callable[..., Any], history: list[Any]) -> None:
    said = [(each["role"], each["content"]) for each in history]
    for number, text in enumerate(LINES[:2]):
        probe = Probe([_thinking])
        before = list(history)
        found = answer(probe.client, history, text)
        _as_in_luna(probe.last, "your request")
        expect(
            "previous_response_id" not in probe.last.body and "conversation" not in probe.last.body,
            "your request lets OpenAI remember; the task wants your own history",
        )
        asked = ("user", text)
        if number == 0:
            expect(
                _said(probe.last) == [*said, asked],
                f"`input` is not the history and the new question, but {_said(probe.last)}",
            )
        else:
            _goes_on(probe.last, said, ("user", LINES[0]), asked)
        expect(
            isinstance(found, tuple | list) and len(found) == 2,
            f"it returned {type(found).__name__}, not a text and a history",
        )
        reply, longer = found
        kind = type(reply).__name__
        expect(
            isinstance(reply, str), f"the first of what it returned is no text, but of type {kind}"
        )
        expect(reply == f"Answer to: {text}", f"the text that it returned is {reply!r}")
        expect(list(history) == before, "the list that it was given has changed")
        expect(
            isinstance(longer, list | tuple),
            f"the history that it returned is of type {type(longer).__name__}, not a list",
        )
        history = longer


def _goes_on(
    asked: Asked, said: list[tuple[str, str]], question: tuple[str, str], new: tuple[str, str]
) -> None:
    """The turn after the first: what was said, the question, the whole output, the new question."""
    turns, start = _said(asked), len(said)
    expect(turns[:start] == said, "the turn after does not begin with what was said before")
    expect(
        turns[start : start + 1] == [question],
        "in the turn after, your question is not in its place",
    )
    expect(turns[-1] == new, "the turn after does not end with its own question")
    between = asked.sent[start + 1 : -1]
    expect(between, "the turn after no longer has the answer")
    kinds = [each.role for each in between]
    expect(
        kinds == ["reasoning", "assistant"],
        "`output` had a reasoning item and a message of the assistant; the turn after carries: "
        + ", ".join(kinds),
    )
    expect(
        between[1].text == f"Answer to: {question[1]}",
        f"in the turn after, the answer has become {between[1].text!r}",
    )
    phases = [each.get("phase") for each in asked.body["input"] if each.get("role") == "assistant"]
    expect(
        phases[-1] == "final_answer", "the answer has lost its `phase` on the way into the history"
    )


def phone(answer: Callable[..., Any]) -> str:
    probe = Probe([_plain], limit=12)
    for lines in (LINES, LINES[1:3], []):
        start = len(probe.requests)
        found = answer(probe.client, list(lines))
        _chain(probe.requests[start:], lines, start)
        right = [f"Answer to: {line}" for line in lines]
        kinds = {type(each).__name__ for each in found} if isinstance(found, list) else {"str"}
        expect(kinds <= {"str"}, f"it returned a list of {', '.join(kinds)}, not of texts")
        expect(
            found == right,
            f"for {len(lines)} lines it returned {found!r}, not the texts of the answers as a list",
        )
    for first in ([], ["Hello."]):
        passes_on(lambda probe: answer(probe.client, list(LINES)), first=first)
    return "A chain of responses, each with instructions, and no sentence sent twice."


def _chain(requests: list[Asked], lines: list[str], start: int) -> None:
    """Each request follows the one before. `start` requests were sent for other lines."""
    expect(
        not any("conversation" in asked.path or "conversation" in asked.body for asked in requests),
        "it uses a conversation; the task wants `previous_response_id`",
    )
    for number, (asked, line) in enumerate(zip(requests, lines, strict=False), 1):
        _as_in_luna(asked, f"the request of line {number}")
        before = asked.body.get("previous_response_id")
        right = f"resp_{start + number - 1}" if number > 1 else None
        there = f"the response before it was {right!r}" if right else "nothing is before it"
        expect(before == right, f"line {number} follows {before!r}; {there}")
        expect(
            _said(asked) == [("user", line)],
            f"the input of line {number} is not that line alone, but {_said(asked)}"
            + (": what is in the chain already would be there twice" if number > 1 else ""),
        )
    sent = f"{len(requests)} request{'s' if len(requests) != 1 else ''}"
    expect(len(requests) == len(lines), f"for {len(lines)} lines it sent {sent}")


def _items(*texts: str) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]


# What the case is about, the contents, the limit, the places of what is kept.
CASES: list[tuple[str, tuple[str, ...], int, tuple[int, ...]]] = [
    ("all of it fits", ("bike", "aaaa", "bbb", "cc", "d"), 14, (0, 1, 2, 3, 4)),
    ("room for the two newest", ("bike", "aaaa", "bbb", "cc", "d"), 7, (0, 3, 4)),
    ("one byte too few for the two newest", ("bike", "aaaa", "bbb", "cc", "d"), 6, (0, 4)),
    ("a long item in the middle", ("bike", "aa", "b" * 20, "cc", "ddd"), 12, (0, 3, 4)),
    ("the newest does not fit, an older one would", ("bike", "a", "b" * 20), 12, (0,)),
    ("letters of two bytes", ("bike", "ölöl", "ccccc"), 14, (0, 2)),
    ("the first one has letters of two bytes", ("Fußöl", "aa", "cc"), 9, (0, 2)),
    ("the first one is the longest", ("A steel tourer", "aa", "cc"), 17, (0, 2)),
    ("the same words twice", ("bike", "Yes.", "It slips.", "Yes."), 8, (0, 3)),
    ("there is room for the first one alone", ("bike", "aa", "b"), 4, (0,)),
    ("the first one is too long alone", ("bike", "aa", "b"), 3, (0,)),
    ("the first one is all there is", ("bike",), 10, (0,)),
]


def fit(answer: Callable[..., Any]) -> str:
    for name, contents, limit, places in CASES:
        history = _items(*contents)
        given = copy.deepcopy(history)
        found = answer(given, limit)
        expect(isinstance(found, list), f"it returned {type(found).__name__}, not a list")
        case = f"with {limit} bytes for {list(contents)} ({name})"
        expect(given == history, f"{case} the list that it was given has changed")
        kinds = {type(each).__name__ for each in found} - {"dict"}
        expect(not kinds, f"{case} it returned a list of {', '.join(kinds)}, not of items")
        said = [each.get("content") for each in found]
        expect(said[:1] == [contents[0]], f"{case} the first item is not kept first: {said}")
        right = [history[place] for place in places]
        expect(
            said == [each["content"] for each in right],
            f"{case} it kept {said}",
        )
        expect(found == right, f"{case} an item has changed: {found}")
    return "Within the limit, without a gap, and the bike is never forgotten."


EXERCISES = [
    Exercise(
        id="04-1",
        check=turn,
        hints=(
            "The new question is an item like the first one of the lesson's `history`.",
            "The longer history is what was asked, and then all of `response.output`.",
            "`[*asked, *response.output]` makes a new list. `append` would change the old one.",
        ),
        reference='''
def turn(client, history, text):
    """The answer to `text`, and the longer history."""
    asked = [*history, {"role": "user", "content": text}]
    response = client.responses.create(**luna, input=asked)
    return response.output_text, [*asked, *response.output]
''',
    ),
    Exercise(
        id="04-2",
        check=phone,
        hints=(
            "It is the loop that makes the lesson's list `answers`, with the texts in the list.",
            "`previous_response_id=None` is allowed: so begins a chain.",
            "After each call, remember `response.id` for the next one.",
        ),
        reference="""
def phone(client, lines):
    texts, last = [], None
    for line in lines:
        response = client.responses.create(**luna, previous_response_id=last, input=line)
        texts.append(response.output_text)
        last = response.id
    return texts
""",
    ),
    Exercise(
        id="04-3",
        check=fit,
        hints=(
            '`len(item["content"].encode())` is the length in bytes.',
            "Walk through `reversed(history[1:])`, and stop at the first item that does not fit.",
            "What you collect so is newest first. Turn it round at the end.",
        ),
        reference='''
def fit(history, limit):
    """The first item and the newest ones, within `limit` bytes."""
    room = limit - len(history[0]["content"].encode())
    kept = []
    for item in reversed(history[1:]):
        size = len(item["content"].encode())
        if size > room:
            break
        room -= size
        kept.append(item)
    return [history[0], *reversed(kept)]
''',
    ),
]
