"""Exercises of lesson 28, Other doors."""

import os
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import httpx2
import openai

from ..exercises.failures import FAILURES, passes_on
from ..exercises.judge import Exercise, Wrong, expect
from ..exercises.probe import Asked, Probe, chat_answer, error_answer, text_answer

LETTER = "Das Dach unserer Turnhalle ist seit Montag undicht."
AZURE = ("https://orrvane.openai.azure.com", "https://orrvane.services.ai.azure.com")
HOUSE = ("http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080")
# Customer -> the addresses that a Responses call may go to.
ADDRESSES = {
    "clinic": ["https://eu.api.openai.com/v1/responses"],
    "insurer": [f"{host}/openai/v1/responses" for host in AZURE],
    "school": [f"{host}/v1/responses" for host in HOUSE],
}
KEYS = {"OPENAI_API_KEY": "key-of-openai", "AZURE_OPENAI_API_KEY": "key-of-azure"}
OTHER_SETTINGS = ("OPENAI_BASE_URL", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID")


def doors(answer: Callable[..., Any]) -> str:
    with patch.dict(os.environ, KEYS):
        for name in OTHER_SETTINGS:
            os.environ.pop(name, None)
        for customer in ADDRESSES:
            _door(answer, customer)
    return "Three letters, three addresses, and each key where it belongs."


def _door(answer: Callable[..., Any], customer: str) -> None:
    seen: list[httpx2.Request] = []

    def note(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={})

    paper = httpx2.Client(transport=httpx2.MockTransport(note))
    client = answer(customer, timeout=7, http_client=paper)
    expect(
        isinstance(client, openai.OpenAI),
        f"for the {customer} it returns {client!r}, which is no client",
    )
    expect(
        client.timeout == 7, f"`timeout=7` in `more` does not reach the client of the {customer}"
    )
    client.responses.create(model="any", input=LETTER)
    url = str(seen[0].url)
    expect(url in ADDRESSES[customer], f"the letter of the {customer} goes to {url}")
    head = seen[0].headers
    given = f"{head.get('authorization')} {head.get('api-key')}"
    found = {name for name, key in KEYS.items() if key in given}
    if customer == "school":
        expect(not found, f"the school's server gets the key of {' and '.join(found)}")
    else:
        wanted = "OPENAI_API_KEY" if customer == "clinic" else "AZURE_OPENAI_API_KEY"
        got = " and ".join(found) or "neither variable"
        expect(
            found == {wanted}, f"the door of the {customer} gets a key of {got}, not of {wanted}"
        )


FULL = chat_answer("A subject", usage=(58, 40, 32))
HEAD = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1790000000, "model": "small"}
CHOICE = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ok"}}
BARE: dict[str, Any] = HEAD | {"choices": [CHOICE]}
COUNTS: dict[str, Any] = {"prompt_tokens": 61, "completion_tokens": 9, "total_tokens": 70}
NULL = COUNTS | {"completion_tokens_details": None}
EMPTY = COUNTS | {"completion_tokens_details": {}}
ZERO = COUNTS | {"completion_tokens": 0, "completion_tokens_details": {"reasoning_tokens": 0}}
NAMELESS = {name: value for name, value in BARE.items() if name != "model"} | {"usage": COUNTS}
TOTAL = {"total_tokens": 67}
NOTED = ("model", "request_id", "tokens_in", "tokens_out", "reasoning")
# What to say about the answer, its body, its request id, what is to be noted.
STRANGERS: list[tuple[str, dict[str, Any], str | None, tuple[Any, ...]]] = [
    ("a full answer", FULL["json"] | {"model": "big"}, "req_7", ("big", "req_7", 58, 40, 32)),
    ("usage without details", BARE | {"usage": COUNTS}, None, ("small", None, 61, 9, None)),
    ("details that are null", BARE | {"usage": NULL}, "req_8", ("small", "req_8", 61, 9, None)),
    ("details that are empty", BARE | {"usage": EMPTY}, None, ("small", None, 61, 9, None)),
    ("no usage at all", BARE, "req_9", ("small", "req_9", None, None, None)),
    ("`usage: null`", BARE | {"usage": None}, None, ("small", None, None, None, None)),
    ("a usage with the sum alone", BARE | {"usage": TOTAL}, None, ("small", *[None] * 4)),
    ("no name of a model", NAMELESS, None, (None, None, 61, 9, None)),
    ("counts that are zero", BARE | {"usage": ZERO}, None, ("small", None, 61, 0, 0)),
]


def noted(answer: Callable[..., Any]) -> str:
    for words, body, request_id, wanted in STRANGERS:
        try:
            found = answer(_chat(body, request_id))
        except (AttributeError, TypeError, KeyError, ValueError) as error:
            raise Wrong(f"for {words} it stops with {type(error).__name__}: {error}") from None
        expect(
            isinstance(found, dict) and set(found) >= set(NOTED),
            f"for {words} it returns {found!r}; the keys are to be {', '.join(NOTED)}",
        )
        for name, value in zip(NOTED, wanted, strict=True):
            said = "does not say it" if value is None else f"says {value!r}"
            expect(
                found[name] == value and type(found[name]) is type(value),
                f"for {words} it notes {found[name]!r} as `{name}`; the server {said}",
            )
    return f"{len(STRANGERS)} answers, and nothing made up."


def _chat(body: dict[str, Any], request_id: str | None) -> Any:
    headers = {"x-request-id": request_id} if request_id else {}
    reply = httpx2.Response(200, headers=headers, json=body)
    transport = httpx2.MockTransport(lambda _: reply)
    client = openai.OpenAI(api_key="not-a-key", http_client=httpx2.Client(transport=transport))
    return client.chat.completions.create(model="any", messages=[])


MODELS = ["small", "tiny"]
BY_CHAT = chat_answer("by Chat")


def _404(body: Any) -> dict[str, Any]:
    return {"status": 404, "headers": {"content-type": "application/json"}, "json": body}


# Servers without Responses, as they say it.
MISSING = {
    "the code 404": _404({"error": {"message": "File Not Found", "code": 404}}),
    "the code '404'": _404({"error": {"message": "Resource not found", "code": "404"}}),
    "`detail` and no code": _404({"detail": "Not Found"}),
    "the code unknown_url": error_answer(
        404, "Unknown request URL", type="invalid_request_error", code="unknown_url"
    ),
    "a text that is no JSON": {
        "status": 404,
        "headers": {"content-type": "text/plain"},
        "text": "404 page not found",
    },
}
OUR_MISTAKES = {
    "a 404 with the code `model_not_found`": _404({"error": {"code": "model_not_found"}}),
    "a 404 with the code `DeploymentNotFound`": _404(
        {"error": {"code": "DeploymentNotFound", "message": "The deployment does not exist."}}
    ),
    "a 400 with the code `model_not_found`": error_answer(
        400, "No such model.", type="invalid_request_error", code="model_not_found"
    ),
}


def text(answer: Callable[..., Any]) -> str:
    for model in MODELS:
        probe = Probe([_answers(text_answer("by Responses"))], models=MODELS)
        found = answer(probe.client, model, LETTER)
        expect(found == "by Responses", f"where the server has Responses it returns {found!r}")
        expect(len(probe.requests) == 1, "where the server has Responses it asks more than once")
        _same(probe.last, model, "by Responses")
    for words, missing in MISSING.items():
        when = f"where Responses is missing (a 404 with {words})"
        probe = Probe([_answers(missing)], models=MODELS)
        try:
            found = answer(probe.client, "small", LETTER)
        except Exception as error:
            raise Wrong(f"{when} it stops with `{type(error).__name__}`: {error}") from None
        expect(found == "by Chat", f"{when} it returns {found!r}")
        _same(probe.last, "small", "by Chat")

    def run(probe: Probe) -> Any:
        return answer(probe.client, "small", LETTER)

    for failures in (OUR_MISTAKES, FAILURES):
        passes_on(run, then=[BY_CHAT], models=MODELS, failures=failures)
    passes_on(run, first=[MISSING["`detail` and no code"]], models=MODELS)
    return "It finds the way in, and hides no mistake."


def _answers(by_responses: Any) -> Callable[[Asked], Any]:
    """A server: what is neither Responses nor Chat is not played."""

    def reply(asked: Asked) -> Any:
        if asked.chat:
            return BY_CHAT
        return by_responses if asked.path == "/responses" else "-"

    return reply


def _same(asked: Asked, model: str, way: str) -> None:
    expect(asked.model == model, f"{way} it asks for the model {asked.model!r}, not {model!r}")
    expect(LETTER in asked.words, f"{way} the letter is lost")


EXERCISES = [
    Exercise(
        id="28-1",
        check=doors,
        hints=(
            'Each value is a dict of arguments for `openai.OpenAI`, such as `{"base_url": ...}`.',
            "The SDK knows OpenAI's regions by name. For Azure, the cell with the four clouds has the "
            "form of the address.",
            "A server on this machine usually speaks http, not https, and has `/v1` in its address. It "
            'gets `"api_key": "none"`, and Azure `os.environ["AZURE_OPENAI_API_KEY"]`.',
        ),
        reference='''
import os


def door(customer, **more):
    """The plain client for a customer."""
    doors = {
        "clinic": {"data_residency": "eu"},
        "insurer": {
            "base_url": "https://orrvane.openai.azure.com/openai/v1",
            "api_key": os.environ["AZURE_OPENAI_API_KEY"],
        },
        "school": {"base_url": "http://127.0.0.1:8080/v1", "api_key": "none"},
    }
    return openai.OpenAI(**doors[customer], **more)
''',
    ),
    Exercise(
        id="28-2",
        check=noted,
        hints=(
            "`getattr(thing, name, None)` gives None where the field, or the thing itself, is missing.",
            "`usage` can be None, and so can `usage.completion_tokens_details`.",
            "A counted 0 is 0. So do not write `... or None`.",
        ),
        reference='''
def noted(answer):
    """What the server says of itself; None for the rest."""
    usage = answer.usage
    details = getattr(usage, "completion_tokens_details", None)
    return {
        "model": answer.model,
        "request_id": answer._request_id,
        "tokens_in": getattr(usage, "prompt_tokens", None),
        "tokens_out": getattr(usage, "completion_tokens", None),
        "reasoning": getattr(details, "reasoning_tokens", None),
    }
''',
    ),
    Exercise(
        id="28-3",
        check=text,
        hints=(
            "Begin with `try` around `client.responses.create`, and `except openai.NotFoundError as error`.",
            "`error.code` is None, or a text. Two texts mean that the endpoint is there: `raise`.",
            "Otherwise `client.chat.completions.create`, and `choices[0].message.content`.",
        ),
        reference='''
def text(client, model, letter):
    """A text by Responses, or by Chat where the server has no Responses."""
    try:
        return client.responses.create(model=model, input=letter).output_text
    except openai.NotFoundError as error:
        if error.code in ("model_not_found", "DeploymentNotFound"):
            raise
    messages = [{"role": "user", "content": letter}]
    [choice] = client.chat.completions.create(model=model, messages=messages).choices
    return choice.message.content
''',
    ),
]
