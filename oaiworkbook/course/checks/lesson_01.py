"""Exercises of lesson 01, Responses."""

from collections.abc import Callable
from typing import Any

from openai.types.responses import Response

from ...practice.answers import text_answer
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Probe, expect

QUESTION = "May I bring my dog?"


def ask(answer: Callable[..., Any]) -> str:
    probe = Probe(["Dogs stay outside."])
    given = answer(probe.client, QUESTION)
    body = probe.last.body
    expect(probe.last.path == "/responses", f"the request went to {probe.last.path}")
    expect(body.get("model") == "gpt-6-luna", f"the model is {body.get('model')!r}")
    expect(body.get("input") == QUESTION, "`input` is not the question that was given")
    expect("187 steps" in str(body.get("instructions")), "`instructions` do not carry `HOUSE`")
    reasoning = body.get("reasoning") or {}
    expect(isinstance(reasoning, dict), f"`reasoning` is {reasoning!r}; it takes a dict")
    effort = reasoning.get("effort")
    expect(effort == "none", f"the reasoning effort is {effort or 'not set, so medium'}, not none")
    expect(body.get("store") is False, "the response is stored; say that it is not to be")
    expect(
        not isinstance(given, Response),
        "`ask` returns the whole response; the text is one field of it",
    )
    expect(given == "Dogs stay outside.", f"`ask` returned {given!r}, not the text of the answer")
    return "The request carries all it needs, and nothing is stored."


def _response(text: str, status: str, reasoning: int, visible: int) -> Response:
    counts = (20, reasoning + visible, reasoning)
    answer = text_answer(text, status=status, usage=counts, model="gpt-6-luna")
    return Response.model_validate(answer["json"])


def bill(answer: Callable[..., Any]) -> str:
    cases = [
        (_response("Yes.", "completed", 40, 6), {"read": 6, "hidden": 40, "finished": True}),
        (_response("Yes.", "completed", 0, 6), {"read": 6, "hidden": 0, "finished": True}),
        (_response("", "incomplete", 64, 0), {"read": 0, "hidden": 64, "finished": False}),
        (
            _response("The lamp", "incomplete", 50, 14),
            {"read": 14, "hidden": 50, "finished": False},
        ),
    ]
    for response, right in cases:
        got = answer(response)
        expect(isinstance(got, dict), f"`bill` returned {type(got).__name__}, not a dict")
        missing = sorted(set(right) - set(got))
        expect(not missing, f"the dict lacks {', '.join(missing)}")
        for name, value in right.items():
            case = f"{right['read'] + right['hidden']} output tokens, {right['hidden']} of them reasoning"
            expect(
                got[name] == value,
                f"for {case}, status {response.status}, `{name}` is {got[name]!r}",
            )
    return "Both kinds of tokens are told apart, finished or not."


def patient(answer: Callable[..., Any]) -> str:
    cut = text_answer(
        "",
        status="incomplete",
        incomplete_details={"reason": "max_output_tokens"},
        usage=(20, 100, 100),
    )
    probe = Probe(["At once."])
    expect(answer(probe.client, QUESTION, 100) == "At once.", "a finished answer is not returned")
    expect(len(probe.requests) == 1, "a finished answer was asked for again")
    expect(
        probe.last.body.get("max_output_tokens") == 100, "the first request does not carry the cap"
    )
    probe = Probe([cut, "At last."], limit=6)
    got = answer(probe.client, QUESTION, 100)
    expect(len(probe.requests) == 2, f"a cut answer led to {len(probe.requests)} requests, not 2")
    caps = [asked.body.get("max_output_tokens") for asked in probe.requests]
    expect(caps == [100, 400], f"the caps of the two requests are {caps}, not [100, 400]")
    expect(got == "At last.", f"`patient` returned {got!r}, not the second answer")
    started = text_answer(
        "Dogs may",
        status="incomplete",
        incomplete_details={"reason": "max_output_tokens"},
        usage=(20, 100, 90),
    )
    probe = Probe([started, "At last."], limit=6)
    expect(
        answer(probe.client, QUESTION, 100) == "At last.",
        "an answer that was cut in the middle of a sentence is taken for whole; look at its status",
    )
    probe = Probe([cut], limit=6)
    try:
        got = answer(probe.client, QUESTION, 100)
    except RuntimeError:
        expect(len(probe.requests) == 2, f"{len(probe.requests)} requests were sent, not 2")
        return "One more try with more room, and then it says so."
    raise Wrong(f"both tries were cut short, and `patient` returned {got!r}")


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
            "After the loop there is nothing left but to raise.",
        ),
        """def patient(client, question, cap):
    for limit in (cap, 4 * cap):
        response = client.responses.create(
            model="gpt-6-luna", input=question, max_output_tokens=limit
        )
        if response.status == "completed":
            return response.output_text
    raise RuntimeError(f"cut short at {limit} tokens: {response.incomplete_details}")
""",
    ),
]
