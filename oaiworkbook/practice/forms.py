"""The same answer in another form: whole or streamed, of Responses or of Chat Completions.

A check writes its answers once. A program that asks for them in another form than the author had in
mind gets them in the form that the API would have used.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import answers
from .events import Json, chat_events, response_events

_REASONS = {"max_output_tokens": "length", "content_filter": "content_filter"}
_ENDINGS = ("response.completed", "response.incomplete", "response.failed")


def as_asked(
    answer: Mapping[str, Any], *, chat: bool, stream: bool, include_usage: bool = False
) -> Json:
    """The answer in the form that was asked for. What is no answer of these two stays as it is."""
    given = dict(answer)
    if given.get("status", 200) != 200:
        return given
    events = given.get("sse")
    if events is not None:
        theirs = _is_chat_stream(events)
        if theirs is None or (stream and theirs == chat):
            return given
        if given.get("cut"):
            return given if stream else answers.of_body({}) | {"cut": True}
        given = _whole(events, chat=theirs)
    body = given.get("json")
    if not isinstance(body, dict):
        return given
    if body.get("object") == "response" and chat:
        given = chat_of(body)
    if body.get("object") == "chat.completion" and not chat:
        given = response_of(body)
    body = given["json"]
    if not stream or body.get("object") not in ("response", "chat.completion"):
        return given
    headers = {n: v for n, v in given.get("headers", {}).items() if n != "content-type"}
    if chat:
        stream_of = answers.of_events(chat_events(body, include_usage=include_usage))
    else:
        stream_of = answers.of_events(response_events(body))
    return stream_of | {"headers": headers | stream_of["headers"]}


def chat_of(body: Json) -> Json:
    """A response as the answer of Chat Completions. A failed one is an error 500 there."""
    if body["status"] == "failed":
        return answers.error_answer(500, (body["error"] or {})["message"], type="server_error")
    parts = [part for item in body["output"] for part in item.get("content") or []]
    texts = [part["text"] for part in parts if part.get("type") == "output_text"]
    refusals = [part["refusal"] for part in parts if part.get("type") == "refusal"]
    calls = [
        {
            "id": item["call_id"],
            "type": "function",
            "function": {"name": item["name"], "arguments": item["arguments"]},
        }
        for item in body["output"]
        if item["type"] == "function_call"
    ]
    reason = (body.get("incomplete_details") or {}).get("reason")
    message = {"refusal": "".join(refusals) or None} | ({"tool_calls": calls} if calls else {})
    usage = body["usage"] or {"input_tokens": 0, "output_tokens": 0}
    hidden = usage.get("output_tokens_details", {}).get("reasoning_tokens", 0)
    whole = answers.chat_answer(
        "".join(texts) if texts else None,
        finish_reason=_REASONS.get(str(reason)) or ("tool_calls" if calls else "stop"),
        message=message,
        usage=(usage["input_tokens"], usage["output_tokens"], hidden),
        model=body["model"],
    )
    in_cache = _in_cache(usage.get("input_tokens_details"))
    whole["json"]["usage"]["prompt_tokens_details"] |= in_cache
    return whole


def response_of(body: Json) -> Json:
    """A chat completion as a response: its first choice. Responses has no second one."""
    choice = body["choices"][0]
    message = choice["message"]
    parts = [answers.text_part(message["content"])] if message.get("content") else []
    if message.get("refusal"):
        parts.append({"type": "refusal", "refusal": message["refusal"]})
    output = [answers.message_item(parts)] if parts else []
    output += [
        answers.call_item(call["function"]["name"], call["function"]["arguments"], call["id"])
        for call in message.get("tool_calls") or []
    ]
    reasons = {theirs: ours for ours, theirs in _REASONS.items()}
    cut = reasons.get(choice["finish_reason"])
    fields: Json = {"incomplete_details": {"reason": cut}, "status": "incomplete"} if cut else {}
    usage = body["usage"]
    hidden = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens", 0)
    counts = (usage["prompt_tokens"], usage["completion_tokens"], hidden)
    whole = answers.text_answer("", output=output, usage=counts, model=body["model"], **fields)
    in_cache = _in_cache(usage.get("prompt_tokens_details"))
    whole["json"]["usage"]["input_tokens_details"] |= in_cache
    return whole


def _in_cache(details: Json | None) -> Json:
    """The input tokens that were read from the prompt cache, and those that were written to it."""
    return {
        name: (details or {}).get(name) or 0 for name in ("cached_tokens", "cache_write_tokens")
    }


def _is_chat_stream(events: list[list[Any]]) -> bool | None:
    """None for a stream of another endpoint."""
    for _, name, data in events:
        if isinstance(data, dict):
            if data.get("object") == "chat.completion.chunk":
                return True
            if str(name or data.get("type", "")).startswith(("response.", "error")):
                return False
    return None


def _whole(events: list[list[Any]], *, chat: bool) -> Json:
    """What the same call gives without `stream`. A stream without its end breaks off there too."""
    data = [each for _, _, each in events if isinstance(each, dict)]
    wrong = next((each for each in data if each.get("type") == "error" or each.get("error")), None)
    if wrong is not None:
        said = wrong.get("error") or wrong
        return answers.error_answer(500, str(said.get("message")), type="server_error")
    if chat:
        return _completion(data)
    end = next((each["response"] for each in data if each.get("type") in _ENDINGS), None)
    return answers.of_body({}) | {"cut": True} if end is None else answers.of_body(end)


def _completion(chunks: list[Json]) -> Json:
    parts = [choice for chunk in chunks for choice in chunk["choices"]]
    reasons = [each["finish_reason"] for each in parts if each["finish_reason"]]
    if not reasons:
        return answers.of_body({}) | {"cut": True}
    text = "".join(_of(parts, "content"))
    message: Json = {"refusal": "".join(_of(parts, "refusal")) or None}
    calls = _calls(part["delta"].get("tool_calls") or [] for part in parts)
    usage = next((chunk["usage"] for chunk in chunks if chunk.get("usage")), None)
    whole = answers.chat_answer(
        text or None,
        finish_reason=reasons[-1],
        message=message | ({"tool_calls": calls} if calls else {}),
        model=chunks[0].get("model"),
    )
    return answers.of_body(whole["json"] | {"usage": usage}) if usage else whole


def _of(parts: list[Json], name: str) -> Iterator[str]:
    return (part["delta"][name] for part in parts if part["delta"].get(name))


def _calls(deltas: Iterable[list[Json]]) -> list[Json]:
    found: dict[int, Json] = {}
    for delta in deltas:
        for piece in delta:
            if piece["index"] in found:
                function = found[piece["index"]]["function"]
                function["arguments"] += piece["function"]["arguments"]
            else:
                call = {name: value for name, value in piece.items() if name != "index"}
                found[piece["index"]] = call | {"function": dict(piece["function"])}
    return list(found.values())
