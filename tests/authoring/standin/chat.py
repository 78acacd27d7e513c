"""Authored answers of `POST /v1/chat/completions`, plain and streamed."""

from typing import Any

from oaiworkbook.practice.server import Served

from .common import (
    CREATED,
    count,
    count_messages,
    headers,
    letters,
    obfuscation,
    pieces,
    rate_limit_headers,
    schema_tokens,
    spread,
)


def message_texts(form: dict[str, Any]) -> list[tuple[str, str]]:
    messages = []
    for message in form["messages"]:
        content = message.get("content") or ""
        if isinstance(content, list):
            content = "".join(part.get("text", "") for part in content)
        messages.append((message["role"], content))
    return messages


def chat(
    served: Served,
    texts: str | list[str] | None = None,
    *,
    message: dict[str, Any] | None = None,
    finish_reason: str = "stop",
    reasoning_tokens: int = 0,
    prompt_tokens: int | None = None,
    completion_tokens: int | None = None,
    cached_tokens: int = 0,
    cache_write_tokens: int = 0,
    ms: int = 700,
    gap: int = 14,
) -> dict[str, Any]:
    """An answer with one text a choice, or with one `message` of your own; streamed if asked so."""
    form = served.form
    spoken = [texts] if isinstance(texts, str) else texts or []
    if prompt_tokens is None:
        prompt_tokens = count_messages(message_texts(form)) + schema_tokens(form)
    if completion_tokens is None:
        completion_tokens = reasoning_tokens + sum(count(t) + 4 for t in spoken)
    usage: dict[str, Any] = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {
            "cached_tokens": cached_tokens,
            "cache_write_tokens": cache_write_tokens,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
    head = {
        "id": "chatcmpl-" + letters(served, "chat", 29),
        "object": "chat.completion",
        "created": CREATED,
        "model": form["model"],
    }
    tail = {"service_tier": "default", "system_fingerprint": None}
    limits = rate_limit_headers(usage["total_tokens"])
    if form.get("stream"):
        frames = _frames(
            served, head | {"object": "chat.completion.chunk"} | tail, spoken, finish_reason, usage
        )
        stream = headers(served, min(ms, 200), "text/event-stream; charset=utf-8") | limits
        return {"status": 200, "headers": stream, "sse": _timed(served, frames, ms, gap)}
    messages = (
        [message]
        if message
        else [
            {"role": "assistant", "content": text, "refusal": None, "annotations": []}
            for text in spoken
        ]
    )
    choices = [
        {"index": i, "message": m, "finish_reason": finish_reason} for i, m in enumerate(messages)
    ]
    body = head | {"choices": choices, "usage": usage} | tail
    return {"status": 200, "headers": headers(served, ms - 40) | limits, "ms": ms, "json": body}


def _frames(
    served: Served, head: dict[str, Any], texts: list[str], finish: str, usage: dict[str, Any]
) -> list[dict[str, Any]]:
    options = served.form.get("stream_options") or {}
    include = options.get("include_usage", False)
    hidden = options.get("include_obfuscation", True)

    def frame(index: int, delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}
        return head | {"choices": [choice]} | ({"usage": None} if include else {})

    frames = []
    for index, text in enumerate(texts):
        frames.append(frame(index, {"role": "assistant", "content": "", "refusal": None}, None))
        frames += [frame(index, {"content": piece}, None) for piece in pieces(text)]
        frames.append(frame(index, {}, finish))
    if include:
        frames.append(head | {"choices": [], "usage": usage})
    if hidden:
        for number, one in enumerate(frames):
            delta = one["choices"][0]["delta"].get("content", "") if one["choices"] else ""
            one["obfuscation"] = obfuscation(served, number, delta)
    return frames


def _timed(served: Served, frames: list[dict[str, Any]], ms: int, gap: int) -> list[list[Any]]:
    times = spread(served, ms, gap, len(frames))
    return [[at, None, frame] for at, frame in zip(times, frames, strict=True)] + [
        [times[-1], None, "[DONE]"]
    ]
