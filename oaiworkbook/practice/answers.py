"""Answers in the API's wire form, for checks: the shape is real, the words and numbers are ours.

Each function returns an answer as recordings and the practice server have it: a dict with `status`,
`headers` and one of `json`, `text`, `sse`. A `model` of None becomes the model that was asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
_AT = 1790000000  # any second; answers must not differ from run to run
_JSON = {"content-type": "application/json", "openai-version": "2020-10-01"}
_STREAM = {"content-type": "text/event-stream; charset=utf-8", "openai-version": "2020-10-01"}


def text_answer(text: str, *, output: Sequence[Json] | None = None, **fields: Any) -> Json:
    """A Responses answer with one message. `output` replaces the items, `fields` any other field.

    `usage=(input, output)` or `(input, output, reasoning)` sets the token counts.
    """
    return {"status": 200, "headers": _JSON, "json": response_body(text, output, fields)}


def call_item(name: str, arguments: str, call_id: str = "call_1") -> Json:
    """An output item in which the model asks for a function; for `text_answer(output=[...])`."""
    item = {"id": "fc_1", "type": "function_call", "status": "completed"}
    return item | {"arguments": arguments, "call_id": call_id, "name": name}


def chat_answer(text: str | None, *, finish_reason: str = "stop", **fields: Any) -> Json:
    """A Chat Completions answer with one choice; `message={...}` adds to its message."""
    message: Json = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    message |= fields.pop("message", {})
    counts = fields.pop("usage", (10, _tokens(text or "")))
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": _AT,
        "model": None,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": _chat_usage(*counts),
        "service_tier": "default",
        "system_fingerprint": None,
    }
    return {"status": 200, "headers": _JSON, "json": body | fields}


def stream_answer(
    pieces: Sequence[str],
    *,
    chat: bool = False,
    include_usage: bool = False,
    cut_after: int | None = None,
    silent: bool = False,
    **fields: Any,
) -> Json:
    """A stream of text pieces: Responses events, or Chat Completions chunks with `chat=True`.

    `cut_after` pieces the stream is cut, before the event that ends it: the connection breaks and
    the SDK raises, or with `silent=True` the body just ends, as when a proxy closes it politely.
    """
    if chat:
        events = _chat_events(pieces, include_usage, fields)
        before = 1
    else:
        events = _response_events(pieces, fields)
        before = 4
    answer: Json = {"status": 200, "headers": _STREAM, "sse": events}
    if cut_after is not None:
        answer |= {"sse": events[: before + cut_after]} | ({} if silent else {"cut": True})
    return answer


def error_answer(
    status: int,
    message: str,
    *,
    type: str,  # noqa: A002  # the API's word
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Json:
    """An error as the API words it: an envelope with `error.message`, `type`, `param` and `code`."""
    error = {"message": message, "type": type, "param": param, "code": code}
    return {
        "status": status,
        "headers": {"content-type": "application/json; charset=utf-8", **(headers or {})},
        "json": {"error": error},
    }


def response_body(text: str, output: Sequence[Json] | None, fields: Json) -> Json:
    """The whole object of `/v1/responses`; `fields` replace what is in it by default."""
    if output is None:
        output = [_message([_part(text)])]
    given = dict(fields)
    counts = given.pop("usage", (10, _tokens(text)))
    no_image = {"image_tokens": 0, "text_tokens": 0}
    image = {"input_tokens": 0, "input_tokens_details": no_image}
    image |= {"output_tokens": 0, "output_tokens_details": no_image, "total_tokens": 0}
    body: Json = {
        "id": "resp_1",
        "object": "response",
        "created_at": _AT,
        "status": "completed",
        "access_programs": None,
        "background": False,
        "billing": {"payer": "developer"},
        "completed_at": _AT + 1,
        "error": None,
        "frequency_penalty": 0.0,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "model": None,
        "moderation": None,
        "output": list(output),
        "parallel_tool_calls": True,
        "presence_penalty": 0.0,
        "previous_response_id": None,
        "prompt_cache_key": None,
        "prompt_cache_retention": "24h",
        "reasoning": {
            "context": "all_turns",
            "effort": "none",
            "mode": "standard",
            "summary": None,
        },
        "safety_identifier": None,
        "service_tier": "default",
        "store": True,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tool_usage": {"image_gen": image, "web_search": {"num_requests": 0}},
        "tools": [],
        "top_logprobs": 0,
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": _usage(*counts),
        "user": None,
        "metadata": {},
    }
    return body | given


def streamed(body: Json) -> Json:
    """The object of `/v1/responses` as its events carry it: real streams never name the payer."""
    return {name: value for name, value in body.items() if name != "billing"}


def _response_events(pieces: Sequence[str], fields: Json) -> list[list[Any]]:
    text = "".join(pieces)
    done = streamed(response_body(text, None, fields))
    begun = done | {"status": "in_progress", "completed_at": None, "output": [], "usage": None}
    item = _message([]) | {"status": "in_progress"}
    there = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    named: list[tuple[str, Json]] = [
        ("response.created", {"response": begun}),
        ("response.in_progress", {"response": begun}),
        ("response.output_item.added", {"item": item, "output_index": 0}),
        ("response.content_part.added", there | {"part": _part("")}),
    ]
    for piece in pieces:
        delta = there | {"delta": piece, "logprobs": [], "obfuscation": "x" * 8}
        named.append(("response.output_text.delta", delta))
    named += [
        ("response.output_text.done", there | {"logprobs": [], "text": text}),
        ("response.content_part.done", there | {"part": _part(text)}),
        ("response.output_item.done", {"item": _message([_part(text)]), "output_index": 0}),
        ("response.completed", {"response": done}),
    ]
    return [
        [0, name, {"type": name, **data, "sequence_number": number}]
        for number, (name, data) in enumerate(named)
    ]


def _chat_events(pieces: Sequence[str], include_usage: bool, fields: Json) -> list[list[Any]]:
    given = dict(fields)
    counts = given.pop("usage", (10, _tokens("".join(pieces))))
    finish = given.pop("finish_reason", "stop")
    base: Json = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": _AT}
    base |= {"model": None, "service_tier": "default", "system_fingerprint": None}
    if include_usage:
        base["usage"] = None

    def chunk(delta: Json, reason: str | None = None) -> list[Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return [0, None, base | given | {"choices": [choice], "obfuscation": "x" * 8}]

    events = [chunk({"role": "assistant", "content": "", "refusal": None})]
    events += [chunk({"content": piece}) for piece in pieces]
    events.append(chunk({}, finish))
    if include_usage:
        events.append([0, None, base | given | {"choices": [], "usage": _chat_usage(*counts)}])
    return [*events, [0, None, "[DONE]"]]


def _message(content: list[Json]) -> Json:
    message: Json = {"id": "msg_1", "type": "message", "status": "completed", "content": content}
    return message | {"phase": "final_answer", "role": "assistant"}


def _part(text: str) -> Json:
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def _usage(input_: int, output: int, reasoning: int = 0) -> Json:
    return {
        "input_tokens": input_,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": input_ + output,
    }


def _chat_usage(input_: int, output: int, reasoning: int = 0) -> Json:
    spent = {"reasoning_tokens": reasoning, "audio_tokens": 0}
    spent |= {"accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
    return {
        "prompt_tokens": input_,
        "completion_tokens": output,
        "total_tokens": input_ + output,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": spent,
    }


def _tokens(text: str) -> int:
    return len(text.split()) + 5
