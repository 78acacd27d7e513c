"""Answers in the API's wire form, for checks: the shape is real, the words and numbers are ours.

Each function returns an answer as recordings and the practice server have it: a dict with `status`,
`headers` and one of `json`, `text`, `sse`. A `model` of None becomes the model that was asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .events import chat_events, response_events

Json = dict[str, Any]
_AT = 1790000000  # any second; answers must not differ from run to run
_JSON = {"content-type": "application/json", "openai-version": "2020-10-01"}
_STREAM = {"content-type": "text/event-stream; charset=utf-8", "openai-version": "2020-10-01"}


def text_answer(text: str, *, output: Sequence[Json] | None = None, **fields: Any) -> Json:
    """A Responses answer with one message. `output` replaces the items, `fields` any other field.

    `usage=(input, output)` or `(input, output, reasoning)` sets the token counts.
    """
    return of_body(response_body(text, output, fields))


def call_item(name: str, arguments: str, call_id: str = "call_1") -> Json:
    """An output item in which the model asks for a function; for `text_answer(output=[...])`."""
    item = {"id": "fc_1", "type": "function_call", "status": "completed"}
    return item | {"arguments": arguments, "call_id": call_id, "name": name}


def custom_call_item(name: str, text: str, call_id: str = "call_1") -> Json:
    """An output item in which the model calls a custom tool with this text."""
    item = {"id": "ctc_1", "type": "custom_tool_call", "status": "completed"}
    return item | {"call_id": call_id, "input": text, "name": name}


def computer_call_item(
    actions: Sequence[Json], call_id: str = "call_1", checks: Sequence[Json] = ()
) -> Json:
    """An output item in which the model asks for clicks and keys. `checks`: to be acknowledged."""
    item = {"id": "cu_1", "type": "computer_call", "status": "completed", "actions": list(actions)}
    return item | {"call_id": call_id, "pending_safety_checks": list(checks)}


def shell_call_item(commands: Sequence[str], call_id: str = "call_1", **limits: Any) -> Json:
    """An output item in which the model wants commands run; `limits`: `timeout_ms` and the like."""
    action = {"commands": list(commands), "max_output_length": None, "timeout_ms": None} | limits
    item = {"id": "sh_1", "type": "shell_call", "status": "completed", "action": action}
    return item | {"call_id": call_id, "environment": {"type": "local"}}


def patch_call_item(operation: Mapping[str, str], call_id: str = "call_1") -> Json:
    """An output item in which the model wants a file changed."""
    item = {"id": "apc_1", "type": "apply_patch_call", "status": "completed"}
    return item | {"call_id": call_id, "operation": dict(operation)}


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
    return of_body(body | fields)


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
    text = "".join(pieces)
    if chat:
        reason = fields.pop("finish_reason", "stop")
        whole = chat_answer(text, finish_reason=reason, **fields)["json"]
        events = chat_events(whole, pieces, include_usage=include_usage)
        before = 1
    else:
        events = response_events(response_body(text, None, fields), pieces)
        before = 4
    answer = of_events(events)
    if cut_after is not None:
        answer |= {"sse": events[: before + cut_after]} | ({} if silent else {"cut": True})
    return answer


def of_events(events: list[list[Any]]) -> Json:
    """A stream of these events, each a list of milliseconds, name (None in Chat) and data."""
    return {"status": 200, "headers": _STREAM, "sse": events}


def of_body(body: Json) -> Json:
    """An answer with this JSON body."""
    return {"status": 200, "headers": _JSON, "json": body}


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
        output = [message_item([text_part(text)])]
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


def message_item(content: list[Json]) -> Json:
    """An output item with these parts."""
    message: Json = {"id": "msg_1", "type": "message", "status": "completed", "content": content}
    return message | {"phase": "final_answer", "role": "assistant"}


def text_part(text: str) -> Json:
    """A part of a message."""
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
