"""Exercises of lesson 28, Other doors."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import openai

from ..exercises.judge import Exercise, Wrong, expect
from ..exercises.probe import Asked, Probe, chat_answer, error_answer, text_answer

LETTER = "Das Dach unserer Turnhalle ist seit Montag undicht."
# Customer -> the address of a Responses call; the school may also write `localhost`.
ADDRESSES = {
    "clinic": "https://eu.api.openai.com/v1/responses",
    "insurer": "https://orrvane.openai.azure.com/openai/v1/responses",
    "school": "http://127.0.0.1:8080/v1/responses",
}


def doors(answer: Callable[..., Any]) -> str:
    for customer, address in ADDRESSES.items():
        seen: list[httpx2.Request] = []

        def note(request: httpx2.Request, to: list[httpx2.Request] = seen) -> httpx2.Response:
            to.append(request)
            return httpx2.Response(200, json={})

        paper = httpx2.Client(transport=httpx2.MockTransport(note))
        client = answer(customer, api_key="not-a-key", http_client=paper)
        expect(
            isinstance(client, openai.OpenAI),
            f"for the {customer} it returns {client!r}, which is no client",
        )
        client.responses.create(model="any", input=LETTER)
        url = str(seen[0].url).replace("//localhost:", "//127.0.0.1:")
        expect(url == address, f"the letter of the {customer} goes to {url}")
    return "Three letters, three addresses."


FULL = chat_answer("A subject", usage=(58, 40, 32))
HEAD = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1790000000, "model": "small"}
CHOICE = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ok"}}
BARE = HEAD | {"choices": [CHOICE]}
COUNTED = BARE | {"usage": {"prompt_tokens": 58, "completion_tokens": 9, "total_tokens": 67}}
ZERO: dict[str, Any] = {"prompt_tokens": 58, "completion_tokens": 9, "total_tokens": 67}
ZERO |= {"completion_tokens_details": {"reasoning_tokens": 0}}
NOTED = ("model", "request_id", "tokens_in", "tokens_out", "reasoning")
# What to say about the answer, its body, its request id, what is to be noted.
STRANGERS: list[tuple[str, dict[str, Any], str | None, tuple[Any, ...]]] = [
    ("a full answer", FULL["json"] | {"model": "big"}, "req_7", ("big", "req_7", 58, 40, 32)),
    ("usage without details", COUNTED, None, ("small", None, 58, 9, None)),
    ("no usage at all", BARE, None, ("small", None, None, None, None)),
    ("`usage: null`", BARE | {"usage": None}, None, ("small", None, None, None, None)),
    ("no reasoning, counted", BARE | {"usage": ZERO}, None, ("small", None, 58, 9, 0)),
]


def noted(answer: Callable[..., Any]) -> str:
    for words, body, request_id, wanted in STRANGERS:
        try:
            found = answer(_chat(body, request_id))
        except (AttributeError, TypeError, KeyError) as error:
            raise Wrong(f"for {words} it stops with {type(error).__name__}: {error}") from None
        expect(
            isinstance(found, dict) and set(found) == set(NOTED),
            f"for {words} it returns {found!r}; the keys are to be {', '.join(NOTED)}",
        )
        for name, value in zip(NOTED, wanted, strict=True):
            expect(
                found[name] == value and type(found[name]) is type(value),
                f"for {words} it notes {found[name]!r} as `{name}`",
            )
    return f"{len(STRANGERS)} answers, and nothing made up."


def _chat(body: dict[str, Any], request_id: str | None) -> Any:
    headers = {"x-request-id": request_id} if request_id else {}
    reply = httpx2.Response(200, headers=headers, json=body)
    transport = httpx2.MockTransport(lambda _: reply)
    client = openai.OpenAI(api_key="not-a-key", http_client=httpx2.Client(transport=transport))
    return client.chat.completions.create(model="any", messages=[])


def text(answer: Callable[..., Any]) -> str:
    probe, found = _asked(answer, _only_chat(text_answer("by Responses")))
    expect(found == "by Responses", f"where the server has Responses it returns {found!r}")
    expect(len(probe.requests) == 1, "where the server has Responses it asks more than once")
    for words, body in (
        ("File Not Found", {"error": {"message": "File Not Found", "code": 404}}),
        ("detail", {"detail": "Not Found"}),
    ):
        missing = {"status": 404, "headers": {"content-type": "application/json"}, "json": body}
        probe, found = _asked(answer, _only_chat(missing))
        expect(
            found == "by Chat",
            f"where Responses is missing (a 404 with {words!r}) it returns {found!r}",
        )
        asked = probe.last.body
        expect(asked["model"] == "small", f"by Chat it asks for the model {asked['model']!r}")
        expect(
            LETTER in json.dumps(asked["messages"], ensure_ascii=False),
            "by Chat the letter is lost",
        )
    for status, code in (
        (404, "model_not_found"),
        (404, "DeploymentNotFound"),
        (401, "invalid_api_key"),
        (429, "rate_limit_exceeded"),
        (400, "unknown_parameter"),
    ):
        _lets_through(answer, status, code)
    return "It finds the way in, and hides no mistake."


def _only_chat(missing: dict[str, Any]) -> Callable[[Asked], Any]:
    def reply(asked: Asked) -> Any:
        return chat_answer("by Chat") if asked.path == "/chat/completions" else missing

    return reply


def _asked(answer: Callable[..., Any], reply: Callable[[Asked], Any]) -> tuple[Probe, Any]:
    probe = Probe([reply])
    try:
        return probe, answer(probe.client, "small", LETTER)
    except openai.APIStatusError as error:
        raise Wrong(f"it let this through, where Chat would have worked: {error}") from None


def _lets_through(answer: Callable[..., Any], status: int, code: str) -> None:
    probe = Probe(
        [_only_chat(error_answer(status, "Refused.", type="invalid_request_error", code=code))]
    )
    try:
        found = answer(probe.client, "small", LETTER)
    except openai.APIStatusError as error:
        expect(error.status_code == status, f"a {status} `{code}` became a {error.status_code}")
        return
    raise Wrong(f"a {status} with the code `{code}` was hidden: it returned {found!r}")


EXERCISES = [
    Exercise(
        id="28-1",
        check=doors,
        hints=(
            'Each value is a dict of arguments for `openai.OpenAI`, such as `{"base_url": ...}`.',
            "The SDK knows OpenAI's regions by name. For Azure, the cell with the four clouds has the "
            "form of the address.",
            "A server on this machine usually speaks http, not https, and has `/v1` in its address.",
        ),
        reference='''
def door(customer, **more):
    """The plain client for a customer."""
    doors = {
        "clinic": {"data_residency": "eu"},
        "insurer": {"base_url": "https://orrvane.openai.azure.com/openai/v1"},
        "school": {"base_url": "http://127.0.0.1:8080/v1"},
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
    return client.chat.completions.create(model=model, messages=messages).choices[0].message.content
''',
    ),
]
