"""Authored answers of `POST /v1/responses`, plain and streamed."""

import json
from typing import Any

from oaiworkbook.practice.answers import response_body
from oaiworkbook.practice.events import streamed
from oaiworkbook.practice.server import Served

from .common import (
    CREATED,
    count,
    count_messages,
    headers,
    identifier,
    letters,
    obfuscation,
    opaque,
    pieces,
    rate_limit_headers,
    schema_tokens,
    spread,
)

_STREAM = "text/event-stream; charset=utf-8"
# Fields of the request that come back in the answer as they were sent.
_ECHOED = (
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt_cache_key",
    "safety_identifier",
    "store",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "metadata",
)


def input_texts(form: dict[str, Any]) -> list[tuple[str, str]]:
    """(role, text) of each input message, `instructions` first."""
    asked = form.get("input", "")
    items = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
    messages = [("developer", form["instructions"])] if form.get("instructions") else []
    for item in items:
        names = ("content", "output", "arguments", "input")
        content = next(filter(None, map(item.get, names)), "")
        if item.get("type") == "program":
            content = item["code"]
        if item.get("type") in _CARRIED_OUT:
            content = item[_CARRIED_OUT[item["type"]]]
        if isinstance(content, dict):
            content = json.dumps(content)
        if isinstance(content, list):
            content = "".join(_read(part) for part in content)
        messages.append((item.get("role", "tool"), content))
    return messages


# Calls of OpenAI's tools that a program carries out: the field that the model has written.
_CARRIED_OUT = {"shell_call": "action", "apply_patch_call": "operation"}


def _read(part: dict[str, Any]) -> str:
    """A part of a message, or what a command gave."""
    return "".join(part.get(name, "") for name in ("text", "stdout", "stderr"))


def reasoning_item(served: Served, tokens: int, summary: str | None = None) -> dict[str, Any]:
    return {
        "id": identifier("rs_", served),
        "type": "reasoning",
        "content": [],
        "encrypted_content": opaque(served, tokens),
        "summary": [{"type": "summary_text", "text": summary}] if summary else [],
    }


def compaction_item(served: Served, tokens: int) -> dict[str, Any]:
    """What a compaction leaves of a talk: encrypted, as real ones were, and longer for more tokens."""
    return {
        "id": identifier("cmp_", served),
        "type": "compaction",
        "encrypted_content": opaque(served, tokens),
    }


def message_item(
    served: Served, text: str, *, status: str = "completed", annotations: list[Any] | None = None
) -> dict[str, Any]:
    part = {"type": "output_text", "annotations": annotations or [], "logprobs": [], "text": text}
    return {
        "id": identifier("msg_", served),
        "type": "message",
        "status": status,
        "content": [part],
        "phase": "final_answer",
        "role": "assistant",
    }


def refusal_item(served: Served, text: str) -> dict[str, Any]:
    """A message whose only part is a refusal; not for streams."""
    return message_item(served, "") | {"content": [{"type": "refusal", "refusal": text}]}


def function_call_item(
    served: Served, name: str, arguments: str, number: int = 0
) -> dict[str, Any]:
    return {
        "id": identifier("fc_", served, str(number)),
        "type": "function_call",
        "status": "completed",
        "arguments": arguments,
        "call_id": "call_" + letters(served, f"call{number}", 24),
        "name": name,
    }


def custom_call_item(served: Served, name: str, text: str, number: int = 0) -> dict[str, Any]:
    return {
        "id": identifier("ctc_", served, str(number)),
        "type": "custom_tool_call",
        "status": "completed",
        "call_id": "call_" + letters(served, f"call{number}", 24),
        "input": text,
        "name": name,
    }


def computer_call_item(
    served: Served,
    actions: list[dict[str, Any]],
    checks: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Clicks and keys for a program to carry out; `checks`: codes and messages, their ids are made."""
    pending = [
        {"id": identifier("cu_sc_", served, str(number)), **check}
        for number, check in enumerate(checks or [])
    ]
    return {
        "id": identifier("cu_", served),
        "type": "computer_call",
        "status": "completed",
        "actions": actions,
        "call_id": "call_" + letters(served, "call0", 24),
        "pending_safety_checks": pending,
    }


def shell_call_item(
    served: Served,
    commands: list[str],
    *,
    container: str | None = None,
    most: int | None = None,
    number: int = 0,
) -> dict[str, Any]:
    """Commands to run in a container of this id, or at the program that asks."""
    there = {"type": "container_reference", "container_id": container}
    return {
        "id": identifier("sh_", served, str(number)),
        "type": "shell_call",
        "status": "completed",
        "action": {"commands": commands, "max_output_length": most, "timeout_ms": None},
        "call_id": "call_" + letters(served, f"call{number}", 24),
        "environment": there if container else {"type": "local"},
    }


def shell_output_item(served: Served, call: dict[str, Any], stdout: str) -> dict[str, Any]:
    """What a call in a container gave."""
    entry = {"outcome": {"type": "exit", "exit_code": 0}, "stderr": "", "stdout": stdout}
    return {
        "id": identifier("sho_", served, call["id"]),
        "type": "shell_call_output",
        "status": "completed",
        "call_id": call["call_id"],
        "max_output_length": call["action"]["max_output_length"],
        "output": [entry],
    }


def patch_call_item(
    served: Served, path: str, diff: str, kind: str = "update_file"
) -> dict[str, Any]:
    return {
        "id": identifier("apc_", served),
        "type": "apply_patch_call",
        "status": "completed",
        "call_id": "call_" + letters(served, "call", 24),
        "operation": {"type": kind, "diff": diff, "path": path},
    }


def search_items(
    served: Served, paths: list[str], tools: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """A hosted tool search and what it loaded: `tools` as the answer echoes them."""
    hosted = {"status": "completed", "call_id": None, "execution": "server"}
    call = {"id": identifier("tsc_", served), "type": "tool_search_call", **hosted}
    found = {"id": identifier("tso_", served), "type": "tool_search_output", **hosted}
    return [call | {"arguments": {"paths": paths}}, found | {"tools": tools}]


def program_items(served: Served, code: str, calls: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """A program that waits for these calls: (name, arguments) of each."""
    id_ = "call_" + letters(served, "program", 24)
    program = {
        "id": identifier("cm_", served),
        "type": "program",
        "call_id": id_,
        "code": code,
        "fingerprint": opaque(served, 0),
    }
    waiting = {"status": "in_progress", "caller": {"type": "program", "caller_id": id_}}
    made = [function_call_item(served, *call, n) | waiting for n, call in enumerate(calls)]
    return [program, *made]


def program_output_item(served: Served, call_id: str, result: str) -> dict[str, Any]:
    return {
        "id": identifier("cmo_", served),
        "type": "program_output",
        "status": "completed",
        "call_id": call_id,
        "result": result,
    }


def respond(
    served: Served,
    text: str | None = None,
    *,
    items: list[dict[str, Any]] | None = None,
    reasoning_tokens: int = 0,
    summary: str | None = None,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    cached_tokens: int = 0,
    cache_write_tokens: int = 0,
    incomplete: str | None = None,
    web_searches: int = 0,
    model: str | None = None,
    service_tier: str | None = None,
    ms: int = 700,
    gap: int = 14,
) -> dict[str, Any]:
    """An answer with `text`, or with output `items` of your own; streamed if the request asks so.

    `ms`: until the first byte of a plain answer, or the first token of a stream. `gap`: between
    tokens. `incomplete`: a reason such as `max_output_tokens`.
    """
    form = served.form
    output = list(items or [])
    if reasoning_tokens and not any(item["type"] == "reasoning" for item in output):
        output.insert(0, reasoning_item(served, reasoning_tokens, summary))
    if text is not None:
        output.append(
            message_item(served, text, status="incomplete" if incomplete else "completed")
        )
    if output_tokens is None:
        output_tokens = reasoning_tokens + _visible_tokens(output)
    if input_tokens is None:
        input_tokens = count_messages(input_texts(form)) + schema_tokens(form)
    details = {"cache_write_tokens": cache_write_tokens, "cached_tokens": cached_tokens}
    usage: dict[str, Any] = {
        "input_tokens": input_tokens,
        "input_tokens_details": details,
        "output_tokens": output_tokens,
        "output_tokens_details": {"reasoning_tokens": reasoning_tokens},
        "total_tokens": input_tokens + output_tokens,
    }
    took = round((ms + gap * output_tokens) / 1000) if form.get("stream") else round(ms / 1000)
    body = response_body(
        "",
        output,
        {
            "id": identifier("resp_", served),
            "created_at": CREATED,
            "status": "incomplete" if incomplete else "completed",
            "background": bool(form.get("background")),
            "completed_at": None if incomplete else CREATED + took,
            "incomplete_details": {"reason": incomplete} if incomplete else None,
            "model": model or form["model"],
            "reasoning": {
                "context": "all_turns",
                "effort": "medium",
                "mode": "standard",
                "summary": None,
                **(form.get("reasoning") or {}),
            },
            "service_tier": service_tier or "default",
            "text": _text(form.get("text")),
            "top_p": 0.98,
            **{name: form[name] for name in _ECHOED if form.get(name) is not None},
        },
    )
    body["usage"] = usage
    body["tool_usage"]["web_search"] = {"num_requests": web_searches}
    limits = rate_limit_headers(usage["total_tokens"])
    if not form.get("stream"):
        return {"status": 200, "headers": headers(served, ms - 40) | limits, "ms": ms, "json": body}
    head = headers(served, min(ms, 200), _STREAM) | limits
    return {"status": 200, "headers": head, "sse": _events(served, streamed(body), ms, gap)}


def _visible_tokens(output: list[dict[str, Any]]) -> int:
    """Visible output is billed a few tokens above its text; 4 is what real answers showed."""
    total = 0
    for item in output:
        if item["type"] == "message":
            total += count("".join(_said(part) for part in item["content"])) + 4
        elif item["type"] == "function_call":
            if not item.get("caller"):  # what a program calls, it calls without the model
                total += count(item["name"]) + count(item["arguments"]) + 4
        elif item["type"] == "custom_tool_call":
            total += count(item["name"]) + count(item["input"]) + 11
        elif item["type"] == "computer_call":
            total += count(json.dumps(item["actions"], separators=(",", ":"))) + 4
        elif item["type"] == "program":
            total += count(item["code"]) + 8
        elif item["type"] in _CARRIED_OUT:
            total += count(json.dumps(item[_CARRIED_OUT[item["type"]]])) + 4
        elif item["type"] == "code_interpreter_call":
            total += count(item["code"]) + 4
        elif item["type"] == "tool_search_call":
            total += count(json.dumps(item["arguments"])) + 1
    return total


def _said(part: dict[str, Any]) -> str:
    said: str = part.get("text") or part.get("refusal") or ""
    return said


def _text(asked: dict[str, Any] | None) -> dict[str, Any]:
    """`text` as the API sends it back: a schema gets the description that was not given."""
    whole = {"format": {"type": "text"}, "verbosity": "medium", **(asked or {})}
    if whole["format"]["type"] == "json_schema":
        whole["format"] = {"description": None, **whole["format"]}
    return whole


def _events(served: Served, body: dict[str, Any], ms: int, gap: int) -> list[list[Any]]:
    begun = body | {"status": "in_progress", "completed_at": None, "output": [], "usage": None}
    begun |= {"incomplete_details": None, "service_tier": "auto"}
    # In the background it waits first.
    first = begun | {"status": "queued"} if body["background"] else begun
    events: list[tuple[str, dict[str, Any], bool]] = [
        ("response.created", {"response": first}, False),
        *([("response.queued", {"response": first}, False)] if body["background"] else []),
        ("response.in_progress", {"response": begun}, False),
    ]
    for index, item in enumerate(body["output"]):
        events += _item_events(served, item, index)
    events.append((f"response.{body['status']}", {"response": body}, False))
    deltas = sum(1 for _, _, timed in events if timed)
    times = iter(spread(served, ms, gap, deltas))
    now, result = min(ms, 60), []
    for number, (kind, data, timed) in enumerate(events):
        if timed:
            now = next(times)
        elif number > 1:
            now = max(now, ms)
        numbered = {"type": kind, **data, "sequence_number": number}
        if body["background"] and kind in ("response.in_progress", "response.completed"):
            numbered = {"type": kind, "sequence_number": number, **data}  # as real ones have it
        result.append([now, kind, numbered])
    return result


def _item_events(
    served: Served, item: dict[str, Any], index: int
) -> list[tuple[str, dict[str, Any], bool]]:
    kind, where = item["type"], {"output_index": index}
    started = item | {"status": "in_progress"} if "status" in item else item
    add, done = "response.output_item.added", "response.output_item.done"
    if kind == "message":
        part = item["content"][0]
        at = {"content_index": 0, "item_id": item["id"], **where}
        return [
            (add, {"item": started | {"content": []}, **where}, False),
            (
                "response.content_part.added",
                {**at, "part": part | {"text": "", "annotations": []}},
                False,
            ),
            *_deltas(served, "response.output_text.delta", part["text"], {**at, "logprobs": []}),
            ("response.output_text.done", {**at, "logprobs": [], "text": part["text"]}, False),
            ("response.content_part.done", {**at, "part": part}, False),
            (done, {"item": item, **where}, False),
        ]
    if kind == "function_call":
        at = {"item_id": item["id"], **where}
        name = "response.function_call_arguments"
        return [
            (add, {"item": started | {"arguments": ""}, **where}, False),
            *_deltas(served, f"{name}.delta", item["arguments"], at),
            (f"{name}.done", {"arguments": item["arguments"], **at}, False),
            (done, {"item": item, **where}, False),
        ]
    if kind == "custom_tool_call":
        at = {"item_id": item["id"], **where}
        name = "response.custom_tool_call_input"
        return [
            (add, {"item": started | {"input": ""}, **where}, False),
            *_deltas(served, f"{name}.delta", item["input"], at),
            (f"{name}.done", {"input": item["input"], **at}, False),
            (done, {"item": item, **where}, False),
        ]
    if kind == "reasoning" and item["summary"]:
        part = item["summary"][0]
        at = {"item_id": item["id"], "summary_index": 0, **where}
        name = "response.reasoning_summary"
        return [
            (add, {"item": started | {"summary": []}, **where}, False),
            (f"{name}_part.added", {**at, "part": part | {"text": ""}}, False),
            *_deltas(served, f"{name}_text.delta", part["text"], at),
            (f"{name}_text.done", {**at, "text": part["text"]}, False),
            (f"{name}_part.done", {**at, "part": part}, False),
            (done, {"item": item, **where}, False),
        ]
    return [(add, {"item": started, **where}, False), (done, {"item": item, **where}, False)]


def _deltas(
    served: Served, kind: str, text: str, at: dict[str, Any]
) -> list[tuple[str, dict[str, Any], bool]]:
    hidden = (served.form.get("stream_options") or {}).get("include_obfuscation", True)
    return [
        (
            kind,
            {**at, "delta": piece}
            | ({"obfuscation": obfuscation(served, number, piece)} if hidden else {}),
            True,
        )
        for number, piece in enumerate(pieces(text))
    ]
