"""Exercises of lesson 04, Conversation state."""

import copy
from collections.abc import Callable
from typing import Any

from ...practice.answers import text_answer
from ..exercises.judge import Exercise
from ..exercises.probe import Asked, Probe, expect
from ..models import model

SAID = [
    {"role": "user", "content": "I have a folding bike."},
    {"role": "assistant", "content": "What is wrong with it?"},
]
NOTES = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAAAABx"}
LINES = ["The saddle sinks.", "It has a quick release.", "How tight?", "Thank you."]


def _thinking(asked: Asked) -> dict[str, Any]:
    """An answer of two items, as a reasoning model gives it."""
    body = text_answer("Tighten the clamp.")["json"]
    return text_answer("", output=[NOTES, *body["output"]])


def turn(answer: Callable[..., Any]) -> str:
    probe = Probe([_thinking])
    given = copy.deepcopy(SAID)
    found = answer(probe.client, given, "The saddle sinks.")
    sent = probe.last.body
    asked = {"role": "user", "content": "The saddle sinks."}
    expect(sent.get("model") == model("chat"), "the model is another one than in `luna`")
    expect(sent.get("input") == [*SAID, asked], "`input` is not the history and the new question")
    expect(
        isinstance(found, tuple) and len(found) == 2,
        f"it returned {type(found).__name__}, not a text and a history",
    )
    text, history = found
    expect(text == "Tighten the clamp.", f"the text it returned is {text!r}")
    expect(given == SAID, "the list that it was given has changed")
    expect(isinstance(history, list), f"the history it returned is a {type(history).__name__}")
    answer(probe.client, history, "Done.")
    later = probe.last.body["input"]
    expect(later[:2] == SAID, "the turn after does not begin with what was said before")
    expect(asked in later, "the turn after no longer has your question")
    between = later[later.index(asked) + 1 : -1]
    expect(between, "the turn after no longer has the answer")
    kinds = [item.get("type", "message") for item in between]
    expect(
        kinds == ["reasoning", "message"],
        f"`output` had a reasoning item and a message; the turn after carries {', '.join(kinds)}",
    )
    expect(
        between[1].get("phase") == "final_answer",
        "the answer has lost its `phase` on the way into the history",
    )
    return "The whole output is in the history, and the caller's list is untouched."


def _numbered(probe: list[int]) -> Callable[[Asked], dict[str, Any]]:
    def reply(asked: Asked) -> dict[str, Any]:
        probe.append(len(probe) + 1)
        return text_answer(f"Answer {len(probe)}.", id=f"resp_{len(probe)}")

    return reply


def phone(answer: Callable[..., Any]) -> str:
    probe = Probe([_numbered([])], limit=12)
    found = answer(probe.client, list(LINES))
    bodies = [asked.body for asked in probe.requests if asked.path == "/responses"]
    expect(len(bodies) == 4, f"for four lines it sent {len(bodies)} requests to Responses")
    expect(
        not any(body.get("conversation") for body in bodies),
        "a request belongs to a conversation; here each response follows the one before",
    )
    before = [body.get("previous_response_id") for body in bodies]
    expect(before[0] is None, f"the first line follows {before[0]!r}; there is nothing before it")
    for number, id_ in enumerate(before[1:], 1):
        expect(
            id_ == f"resp_{number}",
            f"line {number + 1} follows {id_!r}; the response before it was 'resp_{number}'",
        )
    for number, (body, line) in enumerate(zip(bodies, LINES, strict=True), 1):
        expect(
            _words(body.get("input")) == [line],
            f"the input of line {number} is not that line alone: what is in the chain is paid twice",
        )
        expect(
            "helpline" in str(body.get("instructions")),
            f"line {number} has no instructions; they are not carried over",
        )
        expect(body.get("model") == model("chat"), f"line {number} asks another model")
    right = [f"Answer {number}." for number in range(1, 5)]
    expect(found == right, f"it returned {found!r}, not the four texts as a list")
    return "Four links, each with instructions, and no sentence sent twice."


def _words(asked: Any) -> list[Any]:
    """The texts of an input, whether it is a text or a list of messages."""
    if not isinstance(asked, list):
        return [asked]
    return [item.get("content") if isinstance(item, dict) else item for item in asked]


def _items(*texts: str) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]


def fit(answer: Callable[..., Any]) -> str:
    plain = _items("bike", "aaaa", "bbbb", "cccc", "dddd")
    gap = _items("bike", "aa", "b" * 20, "cc", "dd")
    wide = _items("bike", "ölöl", "cccc")
    cases = [
        ("all of it fits", plain, 20, plain),
        ("room for two newest", plain, 12, [plain[0], *plain[3:]]),
        ("one byte too few for two newest", plain, 11, [plain[0], plain[4]]),
        ("a long item in the middle", gap, 12, [gap[0], *gap[3:]]),
        ("letters of two bytes", wide, 12, [wide[0], wide[2]]),
        ("the first one is too long alone", plain, 3, [plain[0]]),
        ("the first one is all there is", plain[:1], 10, plain[:1]),
    ]
    for name, history, limit, right in cases:
        given = copy.deepcopy(history)
        found = answer(given, limit)
        expect(isinstance(found, list), f"it returned {type(found).__name__}, not a list")
        expect(given == history, "the list that it was given has changed")
        said = [item.get("content") for item in found]
        case = f"with {limit} bytes for {[item['content'] for item in history]} ({name})"
        expect(said[:1] == ["bike"], f"{case} the first item is not kept first: {said}")
        expect(found == right, f"{case} it kept {said}")
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
            "It is the loop that makes the lesson's list `answers`.",
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
        room -= len(item["content"].encode())
        if room < 0:
            break
        kept.append(item)
    return [history[0], *reversed(kept)]
''',
    ),
]
