"""Exercises of lesson 01, Responses."""

from collections.abc import Callable, Sequence
from typing import Any

import openai
from openai.types.responses import Response

from ...practice.answers import message_item, text_answer, text_part
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect

QUESTION = "May I bring my dog?"
_HOUSE = ("187 steps", "desk@skarven.example")  # words of its first and of its last lines


def ask(answer: Callable[..., Any]) -> str:
    for question, text in ((QUESTION, "Dogs stay outside."), ("Is there a café?", "Ask the desk.")):
        probe = Probe([text])
        given = answer(probe.client, question)
        asked = probe.last
        sent = len(probe.requests)
        expect(sent == 1, f"for one question it sent {sent} requests")
        expect(asked.model == "gpt-6-luna", f"the model is {asked.model!r}")
        known = [each for each in _HOUSE if each in asked.rules]
        if len(known) < len(_HOUSE):
            there = all(each in asked.words for each in _HOUSE)
            expect(not there, "`HOUSE` is in the conversation; it belongs into the instructions")
            raise Wrong("the instructions are not those in `HOUSE`")
        _asks(asked, question)
        effort = asked.effort or "not set, so medium"
        expect(effort == "none", f"the reasoning effort is {effort}, not none")
        expect(not asked.stored, "the response is stored; say that it is not to be")
        kind = type(given).__name__
        expect(given is not None, "`ask` returns None: it prints or forgets the text")
        expect(isinstance(given, str), f"`ask` returns a {kind}; the text is one field of it")
        expect(given == text, f"the answer was {text!r}, and `ask` returned {given!r}")
    passes_on(lambda probe: answer(probe.client, QUESTION))
    return "The request carries all it needs, and nothing is stored."


def _asks(asked: Asked, question: str) -> None:
    said = [turn.text for turn in asked.turns]
    expect(said, f"the question {question!r} is not in the request")
    expect(
        asked.question is not None and asked.question.strip() == question,
        f"the question is {question!r}, and the input holds {', '.join(map(repr, said))}",
    )


def _response(status: str, hidden: int, read: int, reason: str | None = None) -> Response:
    """As the API gives it: a cut one has its reason, a failed one has an error in its place."""
    notes = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAAAAB"}
    output = [notes] if hidden else []
    output += [message_item([text_part("The lamp room")])] if read else []
    failed = {"code": "server_error", "message": "The server had an error."}
    answer = text_answer(
        "",
        output=output,
        status=status,
        usage=(20, hidden + read, hidden),
        model="gpt-6-luna",
        incomplete_details={"reason": reason} if reason else None,
        error=failed if status == "failed" else None,
    )
    return Response.model_validate(answer["json"])


def bill(answer: Callable[..., Any]) -> str:
    cases: list[tuple[str, int, int, str | None]] = [
        ("completed", 40, 6, None),
        ("completed", 0, 6, None),
        ("incomplete", 64, 0, "max_output_tokens"),
        ("incomplete", 50, 14, "max_output_tokens"),
        ("incomplete", 0, 9, "content_filter"),
        ("failed", 30, 3, None),
    ]
    for status, hidden, read, reason in cases:
        got = answer(_response(status, hidden, read, reason))
        expect(isinstance(got, dict), f"`bill` returned {type(got).__name__}, not a dict")
        right = {"read": read, "hidden": hidden, "finished": status == "completed"}
        missing = sorted(set(right) - set(got))
        expect(not missing, f"the dict lacks {', '.join(missing)}")
        kind = type(got["finished"]).__name__
        expect(
            isinstance(got["finished"], bool), f"`finished` is of type {kind}, not True or False"
        )
        why = f" ({reason})" if reason else ""
        case = f"{read + hidden} output tokens, {hidden} of them reasoning, status {status}{why}"
        for name, value in right.items():
            expect(got[name] == value, f"for {case}, `{name}` is {got[name]!r}, not {value!r}")
    return "Both kinds of tokens are told apart, finished or not."


def _stopped(text: str, reason: str, tokens: int) -> dict[str, Any]:
    details = {"reason": reason}
    return text_answer(
        text, status="incomplete", incomplete_details=details, usage=(20, tokens, tokens - 2)
    )


def _cut(asked: Asked) -> dict[str, Any]:
    return _stopped("", "max_output_tokens", asked.cap or 100)


def _cut_late(asked: Asked) -> dict[str, Any]:
    return _stopped("Dogs may", "max_output_tokens", asked.cap or 100)


_FILTERED = _stopped("Dogs may", "content_filter", 20)
_FAILED = text_answer(
    "Dogs may", status="failed", error={"code": "server_error", "message": "Sorry."}, usage=(20, 9)
)


def patient(answer: Callable[..., Any]) -> str:
    for question, cap in ((QUESTION, 100), ("Is there a café?", 37)):
        probe = Probe(["At once."], limit=6)
        got = answer(probe.client, question, cap)
        expect(got == "At once.", f"a finished answer is not returned, but {got!r}")
        sent = len(probe.requests)
        expect(sent == 1, f"a finished answer was asked for again: {sent} requests")
        expect(probe.last.model == "gpt-6-luna", f"the model is {probe.last.model!r}")
        _asks(probe.last, question)
        first = probe.last.cap
        expect(first == cap, f"the cap given is {cap}, and that of the first request is {first}")
    for cut, what in ((_cut, "without a text"), (_cut_late, "in the middle of a sentence")):
        probe = Probe([cut, "At last."], limit=6)
        got = answer(probe.client, QUESTION, 100)
        sent = len(probe.requests)
        taken = "is taken for whole: 1 request" if sent == 1 else f"led to {sent} requests, not 2"
        expect(sent == 2, f"an answer that the cap cut {what} {taken}")
        caps = [asked.cap for asked in probe.requests]
        expect(caps == [100, 400], f"the caps of the two requests are {caps}, not [100, 400]")
        _asks(probe.last, QUESTION)
        before, after = (_but_the_cap(asked) for asked in probe.requests)
        expect(before == after, "the second request differs from the first in more than the cap")
        expect(got == "At last.", f"`patient` returned {got!r}, not the second answer")
    _raises(answer, [_cut, _cut_late], "both tries were cut short")
    for other, stopped in (
        (_FILTERED, "a content filter stopped the {} answer"),
        (_FAILED, "the {} answer has the status failed"),
    ):
        _raises(answer, [other, "At last."], stopped.format("first"))
        _raises(answer, [_cut, other, "At last."], stopped.format("second"))
    passes_on(lambda probe: answer(probe.client, QUESTION, 100))
    passes_on(lambda probe: answer(probe.client, QUESTION, 100), first=[_cut])
    return "More room where the cap was too small, and an error where room does not help."


def _but_the_cap(asked: Asked) -> tuple[Any, ...]:
    others = {name: value for name, value in asked.settings.items() if name != "max_output_tokens"}
    return asked.model, asked.rules, others


def _raises(answer: Callable[..., Any], replies: Sequence[Any], case: str) -> None:
    """It must raise RuntimeError; an answer after the bad one shows who asks again."""
    wanted = len([each for each in replies if not isinstance(each, str)])
    probe = Probe(replies, limit=6)
    try:
        got = answer(probe.client, QUESTION, 100)
    except RuntimeError:
        pass
    except Exception as error:
        # Chat has no status `failed`: the probe answers with a 500.
        if not (probe.last.chat and isinstance(error, openai.APIError)):
            name = type(error).__name__
            raise Wrong(f"{case}, and it raised `{name}`, not `RuntimeError`: {error}") from error
    else:
        raise Wrong(f"{case}, and `patient` returned {got!r}")
    sent = len(probe.requests)
    expect(sent == wanted, f"{case}, and the number of requests is {sent}, not {wanted}")


EXERCISES = [
    Exercise(
        "01-1",
        ask,
        (
            "It is one call of `client.responses.create` with five arguments.",
            "`reasoning` takes a dict. `store` takes True or False.",
            "Return `output_text`, not the response.",
        ),
        """def ask(client, question):
    response = client.responses.create(
        model="gpt-6-luna",
        instructions=HOUSE,
        input=question,
        reasoning={"effort": "none"},
        store=False,
    )
    return response.output_text
""",
    ),
    Exercise(
        "01-2",
        bill,
        (
            "`response.usage.output_tokens` counts both kinds.",
            "The hidden ones are in `response.usage.output_tokens_details`.",
            'A response is finished when its `status` is "completed".',
        ),
        """def bill(response):
    hidden = response.usage.output_tokens_details.reasoning_tokens
    return {
        "read": response.usage.output_tokens - hidden,
        "hidden": hidden,
        "finished": response.status == "completed",
    }
""",
    ),
    Exercise(
        "01-3",
        patient,
        (
            "Look at `status` before you look at the text.",
            "A loop over `(cap, 4 * cap)` makes the two tries.",
            "After an answer that is not completed, only one reason allows another try: compare "
            "`incomplete_details.reason`. A failed response has no `incomplete_details`.",
        ),
        """def patient(client, question, cap):
    for limit in (cap, 4 * cap):
        response = client.responses.create(
            model="gpt-6-luna", input=question, max_output_tokens=limit
        )
        if response.status == "completed":
            return response.output_text
        details = response.incomplete_details
        if details is None or details.reason != "max_output_tokens":
            break
    raise RuntimeError(f"{response.status} at {limit} tokens: {details}")
""",
    ),
]
