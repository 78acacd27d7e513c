"""What is asked of the API, as a request of Chat Completions: what every local server answers.

What a cell depends on is never dropped in silence: it is translated, or refused with `NotLocal`. What
changes speed, storage or style alone is left out, and `left_out` names it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

# What a local server does not have, and an answer does not show: where it is kept, in what order and
# under which name it is served.
_OF_THE_SERVICE = frozenset(
    {
        *("metadata", "moderation", "prompt_cache_key", "prompt_cache_options", "user"),
        *("prompt_cache_retention", "safety_identifier", "service_tier", "store", "truncation"),
    }
)
# What asks for more or less thought and words: small models do not know it.
_OF_STYLE = frozenset({"reasoning", "reasoning_effort", "verbosity"})
_AS_THEY_ARE = ("temperature", "top_p", "parallel_tool_calls", "stream")
_OF_CHAT = (
    *("frequency_penalty", "logprobs", "n", "presence_penalty", "response_format"),
    *("seed", "stop", "stream_options", "top_logprobs"),
)
_ROLES = {"developer": "system", "system": "system", "user": "user", "assistant": "assistant"}


class NotLocal(Exception):
    """A local model cannot answer this. The text says why, and follows "it"."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`body`: for `/chat/completions`, without its model. `left_out`: what it lacks, in words."""

    body: Json
    left_out: tuple[str, ...]
    chat: bool  # whether the program has asked Chat Completions itself


def of_chat(form: Mapping[str, Any]) -> Asked:
    """A request of Chat Completions. Raises NotLocal."""
    given = _sent(form)
    messages = [_message(each) for each in given.pop("messages", [])]
    body: Json = {"messages": messages}
    body |= _taken(given, (*_AS_THEY_ARE, *_OF_CHAT))
    limits = [given.pop(name, None) for name in ("max_completion_tokens", "max_tokens")]
    if limit := next(filter(None, limits), None):
        body["max_tokens"] = limit
    if tools := given.pop("tools", None):
        body["tools"] = [_function(tool, tool.get("function")) for tool in tools]
    if choice := given.pop("tool_choice", None):
        body["tool_choice"] = _choice(choice)
    if given.get("modalities") == ["text"]:
        del given["modalities"]
    if body.get("stream") and body.get("n", 1) > 1:
        raise NotLocal("asks for several answers in one stream")
    if "include_usage" in (body.get("stream_options") or {}):
        body["stream_options"] = {"include_usage": body["stream_options"]["include_usage"]}
    else:
        body.pop("stream_options", None)
    _keep_to_the_form(body)
    return Asked(body, _left_out(given), chat=True)


def of_responses(form: Mapping[str, Any], history: list[Json]) -> Asked:
    """A request of Responses. `history`: what was said before, as messages. Raises NotLocal."""
    given = _sent(form)
    given.pop("previous_response_id", None)
    body: Json = {"messages": list(history)}
    if instructions := given.pop("instructions", None):
        body["messages"].insert(0, {"role": "system", "content": instructions})
    body["messages"] += messages_of(given.pop("input", ""))
    body |= _taken(given, _AS_THEY_ARE)
    if limit := given.pop("max_output_tokens", None):
        body["max_tokens"] = limit
    tools, choice = _allowed(given.pop("tools", None) or [], given.pop("tool_choice", None))
    if tools:
        body["tools"] = [_function(tool, tool) for tool in tools]
    if choice:
        body["tool_choice"] = _choice(choice)
    _format(given, body)
    _logprobs(given, body)
    if body.get("stream"):
        body["stream_options"] = {"include_usage": True}
    given.pop("stream_options", None)
    _keep_to_the_form(body)
    given.pop("max_tool_calls", None)  # of hosted tools, which are refused
    return Asked(body, _left_out(given), chat=False)


def messages_of(items: Any) -> list[Json]:
    """Input or output items of Responses as messages. Raises NotLocal for what has no such form."""
    if isinstance(items, str):
        return [{"role": "user", "content": items}]
    found: list[Json] = []
    for item in items:
        kind = item.get("type", "message")
        if kind == "message":
            found.append(_message(item))
        elif kind == "function_call":
            function = {"name": item["name"], "arguments": item["arguments"]}
            call = {"id": item["call_id"], "type": "function", "function": function}
            last = found[-1] if found else {}
            if "tool_calls" in last:
                last["tool_calls"].append(call)
            elif last.get("role") == "assistant":
                last["tool_calls"] = [call]
            else:
                found.append({"role": "assistant", "content": None, "tool_calls": [call]})
        elif kind == "function_call_output":
            content = _content(item["output"])
            if isinstance(content, list):  # a message of a tool holds text only
                raise NotLocal("returns a picture from a function")
            found.append({"role": "tool", "tool_call_id": item["call_id"], "content": content})
        elif kind == "compaction":  # what was said before is in it
            raise NotLocal("holds a compacted talk, which only OpenAI's servers can read")
        elif kind != "reasoning":  # another model's thoughts are of no use to this one
            raise NotLocal(f"holds an item of type {kind}")
    return found


def _keep_to_the_form(body: Json) -> None:
    """A small model that rolls dice strays from a schema, and out of a text that it never ends."""
    strict = body.get("response_format", {}).get("type", "text") != "text"
    if (strict or "tools" in body) and "temperature" not in body:
        body["temperature"] = 0


def _sent(form: Mapping[str, Any]) -> Json:
    return {name: value for name, value in form.items() if value is not None and name != "model"}


def _taken(given: Json, names: tuple[str, ...]) -> Json:
    return {name: given.pop(name) for name in names if name in given}


def _left_out(given: Json) -> tuple[str, ...]:
    if given.get("logit_bias"):
        raise NotLocal("sends `logit_bias`, whose token numbers are those of OpenAI's models")
    for name in sorted(given.keys() - _OF_THE_SERVICE - _OF_STYLE):
        if given[name] not in (False, [], {}):
            raise NotLocal(f"sends `{name}`, which only OpenAI's servers answer")
    return tuple(sorted(given.keys() & _OF_STYLE))


def _message(given: Mapping[str, Any]) -> Json:
    role = given.get("role", "user")
    message: Json = {"role": _ROLES.get(role, role), "content": _content(given.get("content"))}
    for name in ("name", "tool_call_id"):
        if name in given:
            message[name] = given[name]
    if calls := given.get("tool_calls"):
        message["tool_calls"] = [_call(call) for call in calls]
    if given.get("function_call") or given.get("audio") or role == "function":
        raise NotLocal("holds a message that only OpenAI's servers read")
    return message


def _call(call: Mapping[str, Any]) -> Json:
    if call.get("type", "function") != "function":
        raise NotLocal(f"holds a call of a {call['type']} tool")
    return dict(call)


def _content(content: Any) -> Any:
    """Text as a text; parts, where there is a picture among them, as parts."""
    if content is None or isinstance(content, str):
        return content
    parts = list(map(_part, content))
    if all(part["type"] == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return parts


def _part(part: Mapping[str, Any]) -> Json:
    kind = part.get("type")
    if kind in ("text", "input_text", "output_text"):
        return {"type": "text", "text": part["text"]}
    if kind == "refusal":
        return {"type": "text", "text": part["refusal"]}
    if kind == "image_url":
        return {"type": "image_url", "image_url": {"url": part["image_url"]["url"]}}
    if kind == "input_image" and part.get("image_url"):
        return {"type": "image_url", "image_url": {"url": part["image_url"]}}
    what = {"input_audio": "sound", "input_file": "a file", "file": "a file"}
    raise NotLocal(f"sends {what.get(str(kind), f'a part of type {kind}')}")


def _allowed(tools: list[Json], choice: Any) -> tuple[list[Json], Any]:
    """The tools that the model may call, and who decides. What is not allowed is not offered."""
    if not isinstance(choice, Mapping) or choice.get("type") != "allowed_tools":
        return tools, choice
    wanted = [(each.get("type"), each.get("name")) for each in choice["tools"]]
    allowed = [tool for tool in tools if (tool.get("type"), tool.get("name")) in wanted]
    return allowed, choice["mode"] if allowed else None


# Why a tool that the program runs itself is nothing for a local server.
_NOT_THERE = {
    "computer": "and a local server knows neither its clicks nor its screenshots",
    "custom": "whose free text a local server does not know",
    "namespace": "and a local server knows no namespaces",
    "shell": "whose calls a local server does not know",
    "apply_patch": "whose calls a local server does not know",
}


_ELSEWHERE = "which runs on OpenAI's servers"


def _function(tool: Mapping[str, Any], function: Mapping[str, Any] | None) -> Json:
    kind = tool.get("type")
    if kind != "function" or function is None:
        why = _NOT_THERE.get(str(kind), _ELSEWHERE)
        if kind == "shell" and (tool.get("environment") or {}).get("type") != "local":
            why = _ELSEWHERE
        raise NotLocal(f"uses the tool {kind}, {why}")
    callers = function.get("allowed_callers") or ("direct",)
    if function.get("defer_loading") or function.get("async") or "direct" not in callers:
        raise NotLocal(f"uses the tool {function['name']} in a way that only OpenAI's servers know")
    names = ("name", "description", "parameters", "strict")
    kept = {name: function[name] for name in names if function.get(name) is not None}
    return {"type": "function", "function": kept}


def _choice(choice: Any) -> Any:
    if isinstance(choice, str):
        return choice
    name = choice.get("name") or (choice.get("function") or {}).get("name")
    if choice.get("type") != "function" or not name:
        raise NotLocal(f"forces the tool {choice.get('type')}")
    return {"type": "function", "function": {"name": name}}


def _format(given: Json, body: Json) -> None:
    text = dict(given.pop("text", None) or {})
    wanted = text.pop("format", None) or {"type": "text"}
    if wanted["type"] == "json_schema":
        schema = {name: value for name, value in wanted.items() if name != "type"}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif wanted["type"] != "text":
        body["response_format"] = dict(wanted)
    given.update({name: value for name, value in text.items() if value is not None})


def _logprobs(given: Json, body: Json) -> None:
    include = list(given.pop("include", None) or [])
    top = given.pop("top_logprobs", None)
    if "message.output_text.logprobs" in include or top:
        body |= {"logprobs": True, "top_logprobs": top or 0}
    # `reasoning.encrypted_content` asks for thoughts that a local model does not hide.
    others = set(include) - {"message.output_text.logprobs", "reasoning.encrypted_content"}
    if others:
        raise NotLocal(f"includes {', '.join(sorted(others))}")


def sends_pictures(messages: list[Json]) -> bool:
    """Whether a picture is among them."""
    return any(part["type"] == "image_url" for part in _parts(messages))


def _parts(messages: list[Json]) -> Iterator[Json]:
    for message in messages:
        if isinstance(message.get("content"), list):
            yield from message["content"]
