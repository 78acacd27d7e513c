"""An answer as the events of a stream, in the order in which the API sends them.

An event is a list: milliseconds to wait before it, its name (None in Chat Completions), its data.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

Json = dict[str, Any]
_PIECE = re.compile(r"\S+\s*|\s+")
_BLANK = "x" * 8  # what `obfuscation` holds: it hides the length of a piece


def pieces_of(text: str) -> list[str]:
    """A text cut after each word, as models send it."""
    return _PIECE.findall(text)


def streamed(body: Json) -> Json:
    """The object of `/v1/responses` as its events carry it: real streams never name the payer."""
    return {name: value for name, value in body.items() if name != "billing"}


def response_events(body: Json, pieces: Sequence[str] | None = None) -> list[list[Any]]:
    """The events of a response. `pieces`: how its only text is cut; by default after each word."""
    done = streamed(body)
    begun = done | {"status": "in_progress", "completed_at": None, "output": [], "usage": None}
    begun |= {"incomplete_details": None, "error": None}
    named: list[tuple[str, Json]] = [
        ("response.created", {"response": begun}),
        ("response.in_progress", {"response": begun}),
    ]
    for index, item in enumerate(body["output"]):
        opened = item | ({"content": []} if item["type"] == "message" else {})
        opened |= {"arguments": ""} if item["type"] == "function_call" else {}
        opened |= {"input": ""} if item["type"] == "custom_tool_call" else {}
        opened |= {"summary": []} if item["type"] == "reasoning" else {}
        opened |= _unwritten(item)
        opened |= {"status": "in_progress"} if "status" in item else {}
        named.append(("response.output_item.added", {"item": opened, "output_index": index}))
        named += _inside(item, index, pieces)
        named.append(("response.output_item.done", {"item": item, "output_index": index}))
    named.append((f"response.{body['status']}", {"response": done}))
    return [
        [0, name, {"type": name, **data, "sequence_number": number}]
        for number, (name, data) in enumerate(named)
    ]


def _inside(item: Json, index: int, pieces: Sequence[str] | None) -> Iterator[tuple[str, Json]]:
    there: Json = {"item_id": item.get("id"), "output_index": index}
    if item["type"] == "function_call":
        for piece in pieces_of(item["arguments"]):
            delta = there | {"delta": piece, "obfuscation": _BLANK}
            yield "response.function_call_arguments.delta", delta
        whole = there | {"arguments": item["arguments"], "name": item["name"]}
        yield "response.function_call_arguments.done", whole
    if item["type"] == "custom_tool_call":
        for piece in pieces_of(item["input"]):
            delta = there | {"delta": piece, "obfuscation": _BLANK}
            yield "response.custom_tool_call_input.delta", delta
        yield "response.custom_tool_call_input.done", there | {"input": item["input"]}
    if item["type"] == "shell_call":
        yield from _commands(item, {"output_index": index})
    if item["type"] == "apply_patch_call" and "diff" in item["operation"]:
        diff, kind = item["operation"]["diff"], "response.apply_patch_call_operation_diff"
        for piece in pieces_of(diff):
            yield f"{kind}.delta", there | {"delta": piece, "obfuscation": _BLANK}
        yield f"{kind}.done", there | {"diff": diff}
    if item["type"] == "reasoning":
        yield from _thoughts(item, there)
    if item["type"] != "message":
        return
    for number, part in enumerate(item["content"]):
        there |= {"content_index": number}
        refused = part["type"] == "refusal"
        word = "refusal" if refused else "text"
        kind = "response.refusal" if refused else "response.output_text"
        extra: Json = {} if refused else {"logprobs": []}
        yield "response.content_part.added", there | {"part": part | {word: ""}}
        for piece in pieces_of(part[word]) if pieces is None else pieces:
            yield f"{kind}.delta", there | {"delta": piece, **extra, "obfuscation": _BLANK}
        yield f"{kind}.done", there | extra | {word: part[word]}
        yield "response.content_part.done", there | {"part": part}


def _unwritten(item: Json) -> Json:
    """What a call of a shell or a patch lacks when it is announced."""
    if item["type"] == "shell_call":
        return {"action": {"commands": [], "max_output_length": None, "timeout_ms": None}}
    if item["type"] == "apply_patch_call" and "diff" in item["operation"]:
        return {"operation": item["operation"] | {"diff": ""}}
    return {}


def _commands(item: Json, there: Json) -> Iterator[tuple[str, Json]]:
    kind = "response.shell_call_command"
    for number, command in enumerate(item["action"]["commands"]):
        there = there | {"command_index": number}
        yield f"{kind}.added", there | {"command": ""}
        for piece in pieces_of(command):
            yield f"{kind}.delta", there | {"delta": piece, "obfuscation": _BLANK}
        yield f"{kind}.done", there | {"command": command}


def _thoughts(item: Json, there: Json) -> Iterator[tuple[str, Json]]:
    kind = "response.reasoning_summary"
    for number, part in enumerate(item.get("summary") or []):
        there = there | {"summary_index": number}
        yield f"{kind}_part.added", there | {"part": part | {"text": ""}}
        for piece in pieces_of(part["text"]):
            yield f"{kind}_text.delta", there | {"delta": piece, "obfuscation": _BLANK}
        yield f"{kind}_text.done", there | {"text": part["text"]}
        yield f"{kind}_part.done", there | {"part": part}


def chat_events(
    body: Json, pieces: Sequence[str] | None = None, *, include_usage: bool = False
) -> list[list[Any]]:
    """The chunks of a chat completion, and `[DONE]`. `pieces` as in `response_events`."""
    base: Json = {"id": body["id"], "object": "chat.completion.chunk", "created": body["created"]}
    names = ("model", "service_tier", "system_fingerprint")
    base |= {name: body[name] for name in names if name in body}
    if include_usage:
        base["usage"] = None
    events: list[list[Any]] = []
    for choice in body["choices"]:
        looks = list((choice.get("logprobs") or {}).get("content") or [])
        if looks:
            pieces = [each["token"] for each in looks]
        for delta, reason in _deltas(choice, pieces):
            chunk = {"index": choice["index"], "delta": delta, "finish_reason": reason}
            if looks and delta.get("content"):
                chunk["logprobs"] = {"content": [looks.pop(0)], "refusal": None}
            events.append([0, None, base | {"choices": [chunk], "obfuscation": _BLANK}])
    if include_usage:
        events.append([0, None, base | {"choices": [], "usage": body["usage"]}])
    return [*events, [0, None, "[DONE]"]]


def _deltas(choice: Json, pieces: Sequence[str] | None) -> Iterator[tuple[Json, str | None]]:
    message = choice["message"]
    yield {"role": "assistant", "content": "", "refusal": None}, None
    text = message.get("content") or ""
    for piece in pieces_of(text) if pieces is None else pieces:
        yield {"content": piece}, None
    for piece in pieces_of(message.get("refusal") or ""):
        yield {"refusal": piece}, None
    for index, call in enumerate(message.get("tool_calls") or []):
        opened = {"name": call["function"]["name"], "arguments": ""}
        yield {"tool_calls": [call | {"index": index, "function": opened}]}, None
        for piece in pieces_of(call["function"]["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}, None
    yield {}, choice["finish_reason"]
