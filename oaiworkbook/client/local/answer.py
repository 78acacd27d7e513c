"""What a local server answers, in the form that OpenAI's SDK reads: whole, or event by event.

The model is named as what it is, and every id says that the answer is a local one.
"""

import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from ...practice.answers import message_item, response_body, text_part
from .memory import MARK
from .request import Asked, Json, NotLocal

Event = tuple[str | None, Json]  # the name, None in Chat Completions; the data
_CUT = {"length": "max_output_tokens", "content_filter": "content_filter"}
# What only OpenAI's servers say of an answer.
_OF_OPENAI = ("billing", "moderation", "prompt_cache_retention", "tool_usage", "service_tier")


def new_id(prefix: str) -> str:
    """Like `resp_local_1f0c...`: an id that nobody can take for one of OpenAI's."""
    return f"{prefix}{MARK}{uuid.uuid4().hex[:16]}"


def checked(body: Any, asked: Asked) -> Json:
    """A whole answer of the server that has all that was asked for. Raises NotLocal."""
    try:
        choices = [_choice(each) for each in body["choices"]]
        usage = _usage(body.get("usage"), thought=any(map(_thought, body["choices"])))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise NotLocal(f"got an answer that is no chat completion ({error!r})") from None
    wanted = asked.body
    if not choices:
        raise NotLocal("got no answer from the local server")
    if wanted.get("logprobs") and not any(each["logprobs"] for each in choices):
        raise NotLocal("asks for logprobs, which the local server did not give")
    forced = wanted.get("tool_choice", "auto") not in ("auto", "none")
    if forced and not any(each["message"].get("tool_calls") for each in choices):
        raise NotLocal("must call a function, and the local model did not")
    return {"choices": choices, "usage": usage}


def completion(answer: Json, model: str, name: str) -> Json:
    """A `chat.completion`. `answer`: as `checked` returns it."""
    head = {"id": name, "object": "chat.completion", "created": int(time.time()), "model": model}
    last = {"service_tier": None, "system_fingerprint": None}
    return head | {"choices": answer["choices"], "usage": answer["usage"]} | last


def response(answer: Json, model: str, name: str, form: Mapping[str, Any]) -> Json:
    """A `response` with the first choice. `form`: the request, whose settings it repeats."""
    choice = answer["choices"][0]
    message = choice["message"]
    output = []
    if message["content"] is not None:
        part = text_part(message["content"])
        part["logprobs"] = (choice["logprobs"] or {}).get("content") or []
        output.append(message_item([part]) | {"id": new_id("msg")})
    output += [call_item(call) for call in message.get("tool_calls") or []]
    return envelope(model, name, form) | ended(choice["finish_reason"], output, answer["usage"])


def envelope(model: str, name: str, form: Mapping[str, Any]) -> Json:
    """The object of Responses before it says anything."""
    repeated = (
        *("instructions", "max_output_tokens", "metadata", "previous_response_id", "store"),
        *("temperature", "tool_choice", "tools", "top_logprobs", "top_p", "truncation"),
    )
    fields: Json = {each: form[each] for each in repeated if form.get(each) is not None}
    if isinstance(form.get("text"), Mapping):
        fields["text"] = {"format": {"type": "text"}} | dict(form["text"])
    now = int(time.time())
    fields |= {"id": name, "model": model, "created_at": now, "completed_at": None}
    fields |= {"reasoning": {"effort": None, "summary": None}, "status": "in_progress"}
    body = response_body("", [], fields) | {"usage": None}
    return {field: value for field, value in body.items() if field not in _OF_OPENAI}


def ended(reason: str | None, output: list[Json], usage: Json | None) -> Json:
    cut = _CUT.get(str(reason))
    return {
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": cut} if cut else None,
        "completed_at": int(time.time()),
        "output": output,
        "usage": _usage_of_responses(usage),
    }


def _choice(given: Mapping[str, Any]) -> Json:
    said = given["message"]
    content = without_thoughts(said.get("content"))
    calls = [_call(call) for call in said.get("tool_calls") or []]
    message: Json = {"role": "assistant", "content": content if content or not calls else None}
    message |= {"refusal": said.get("refusal"), "annotations": []}
    if calls:
        message["tool_calls"] = calls
    reason = given.get("finish_reason") or "stop"
    return {
        "index": given.get("index", 0),
        "message": message,
        "logprobs": _logprobs(given),
        "finish_reason": "tool_calls" if calls and reason == "stop" else reason,
    }


def _call(call: Mapping[str, Any]) -> Json:
    function = call["function"]
    arguments = function.get("arguments") or "{}"
    named = {"name": function["name"], "arguments": arguments}
    return {"id": call.get("id") or new_id("call"), "type": "function", "function": named}


def call_item(call: Json) -> Json:
    item = {"id": new_id("fc"), "type": "function_call", "status": "completed"}
    return item | {"call_id": call["id"], **call["function"]}


def _logprobs(given: Mapping[str, Any]) -> Json | None:
    """Without the numbers of tokens, which are the local model's own."""
    looks = (given.get("logprobs") or {}).get("content")
    if not looks:
        return None
    return {"content": [_look(each) for each in looks], "refusal": None}


def _look(each: Mapping[str, Any]) -> Json:
    found = _token(each)
    return found | {"top_logprobs": [_token(other) for other in each.get("top_logprobs") or []]}


def _token(each: Mapping[str, Any]) -> Json:
    text = each["token"]
    own = each.get("bytes")
    return {
        "token": text,
        "logprob": each["logprob"],
        "bytes": list(text.encode("utf-8", "replace")) if own is None else own,
    }


def _thought(choice: Mapping[str, Any]) -> bool:
    said = choice.get("message") or choice.get("delta") or {}
    hidden = said.get("reasoning_content") or said.get("reasoning")
    return bool(hidden or str(said.get("content") or "").lstrip().startswith("<think>"))


def without_thoughts(text: str | None) -> str | None:
    """Some servers leave a model's thoughts in its answer, between two marks at its start."""
    if text is None or not text.lstrip().startswith("<think>"):
        return text
    _, _, said = text.partition("</think>")
    return said.lstrip()


def _usage(given: Mapping[str, Any] | None, *, thought: bool) -> Json | None:
    """None where the server counts nothing: unknown is not zero."""
    if not given or given.get("prompt_tokens") is None:
        return None
    read, written = given["prompt_tokens"], given.get("completion_tokens") or 0
    hidden = (given.get("completion_tokens_details") or {}).get("reasoning_tokens")
    cached = (given.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {
            "reasoning_tokens": hidden if hidden is not None or thought else 0
        },
    }


def _usage_of_responses(usage: Json | None) -> Json | None:
    if usage is None:
        return None
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    return {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": usage["completion_tokens_details"],
        "total_tokens": usage["total_tokens"],
    }


class Chunks:
    """The chunks of a stream of Chat Completions, with the local model's name and our id."""

    def __init__(self, asked: Asked, model: str) -> None:
        self.name = new_id("chatcmpl")
        self.whole = False  # whether the model has said why it stopped
        self.usage: Json | None = None
        self._asked = asked
        self._fixed = {"id": self.name, "model": model, "object": "chat.completion.chunk"}
        self._created = int(time.time())
        self._wants_usage = bool((asked.body.get("stream_options") or {}).get("include_usage"))
        self._thoughts = Thoughts()
        self._thought = False

    def feed(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        """What a chunk of the server's becomes. Raises NotLocal."""
        self._thought = self._thought or any(map(_thought, chunk.get("choices") or []))
        if chunk.get("usage"):
            self.usage = _usage(chunk["usage"], thought=self._thought)
        choices = [each for one in chunk.get("choices") or [] if (each := self._delta(one))]
        base = self._fixed | {"created": self._created, "service_tier": None}
        if choices:
            yield None, base | {"choices": choices} | self._none_yet()
        if self._wants_usage and chunk.get("usage") and self.usage:
            yield None, base | {"choices": [], "usage": self.usage}

    def _none_yet(self) -> Json:
        return {"usage": None} if self._wants_usage else {}

    def _delta(self, given: Mapping[str, Any]) -> Json | None:
        reason = given.get("finish_reason")
        said = given.get("delta") or {}
        delta: Json = {name: said[name] for name in ("role", "tool_calls") if said.get(name)}
        piece = self._thoughts.said(said.get("content") or "", last=reason is not None)
        if piece or "role" in delta:
            delta["content"] = piece
        if not delta and reason is None:
            return None
        self.whole = self.whole or reason is not None
        logprobs = _logprobs(given)
        if piece and self._asked.body.get("logprobs") and logprobs is None:
            raise NotLocal("asks for logprobs, which the local server did not give")
        return {"index": given.get("index", 0), "delta": delta, "logprobs": logprobs} | {
            "finish_reason": reason
        }


class Thoughts:
    """Takes a model's thoughts out of a stream, where the server leaves them in the answer."""

    def __init__(self) -> None:
        self._held = ""
        self._past = False

    def said(self, piece: str, *, last: bool) -> str:
        """What of the pieces so far may be shown and was not yet."""
        if self._past:
            return piece
        self._held += piece
        start = self._held.lstrip()
        if start.startswith("<think>"):
            if "</think>" not in start and not last:
                return ""
        elif "<think>".startswith(start) and not last:
            return ""
        held, self._held, self._past = self._held, "", True
        return without_thoughts(held) or ""
