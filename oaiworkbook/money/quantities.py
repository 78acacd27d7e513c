"""Token counts in the API's words -> quantities in the words of genai-prices. Pure functions on JSON.

The endpoints name the same things differently (`prompt_tokens`, `input_tokens_details`,
`input_token_details`); each pair of names below is one thing. Detail counts are parts of the totals:
cached and written tokens are input tokens, reasoning tokens are output tokens. A field that is there
and is no count raises OddCount: leaving it out would make the price wrong.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

MOST = 2**53
"""Above it JSON's numbers are not exact, and no answer has as many tokens."""


class OddCount(ValueError):
    """A field of the usage cannot be a count. The message names it, for a person to read."""


_READ, _WRITTEN = ("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")
# Detail field -> quantity. Text is what the named parts leave over, so it needs no entry.
_INPUT = {
    "cached_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "audio_tokens": "input_audio_tokens",
    "image_tokens": "input_image_tokens",
}
_OUTPUT = {
    "reasoning_tokens": "output_reasoning_tokens",
    "audio_tokens": "output_audio_tokens",
    "image_tokens": "output_image_tokens",
}


def quantities(usage: Any) -> dict[str, float]:
    """Totals always, parts where they are not zero; `{}` where there is no usage."""
    if not is_object(usage):
        if usage:
            raise OddCount("the usage is no object")
        return {}
    if usage.get("seconds") is not None:
        # The price library wants the total and the part named.
        seconds = number(usage, "seconds", whole=False)
        return {"audio_seconds": seconds, "input_audio_seconds": seconds}
    if all(usage.get(name) is None for name in (*_READ, *_WRITTEN)):
        return {}
    found = {"input_tokens": number(usage, *_READ), "output_tokens": number(usage, *_WRITTEN)}
    into = _details(usage, "input_tokens_details", "input_token_details", "prompt_tokens_details")
    out = _details(
        usage, "output_tokens_details", "output_token_details", "completion_tokens_details"
    )
    for details, parts in ((into, _INPUT), (out, _OUTPUT)):
        for field, quantity in parts.items():
            if field in details and (count := number(details, field)):
                found[quantity] = count
    if found.get("cache_read_tokens") and into.get("cached_tokens_details") is not None:
        cached = _details(into, "cached_tokens_details")
        # Realtime: with audio in the input, the price needs to know which of the cached tokens were
        # audio, so a zero must be said too.
        found["cache_audio_read_tokens"] = number(cached, "audio_tokens")
        found["cache_image_read_tokens"] = number(cached, "image_tokens")
    return found


def image_quantities(usage: Any) -> dict[str, float]:
    """As `quantities`, where what comes out is a picture unless the answer says otherwise."""
    found = quantities(usage)
    if not found:
        return {}
    if not _details(usage, "output_tokens_details"):
        found["output_image_tokens"] = found["output_tokens"]
    if cached := number(usage, "cached_tokens"):
        found["cache_read_tokens"] = cached
        if usage.get("cached_tokens_details") is not None:
            parts = _details(usage, "cached_tokens_details")
            found["cache_image_read_tokens"] = number(parts, "cached_image_tokens")
    return found


def cache_write_12h(usage: Any) -> float:
    """Input tokens written to the cache for 12 hours; part of `cache_write_tokens`."""
    written = _details(_details(usage, "input_tokens_details"), "cache_write_tokens_details")
    return number(written, "ttl_12h_tokens")


def tool_extras(response: Mapping[str, Any]) -> tuple[dict[str, float], list[str]]:
    """What a response's hosted tools did beside its tokens, and what had to be assumed.

    `web_search`, `file_search`: calls. `container`: containers used. `<quantity>@<model>`: tokens of
    another model, `?` where the response does not name it.
    """
    extras: dict[str, float] = {}
    notes: list[str] = []
    raw_items = response.get("output")
    items = [i for i in raw_items if is_object(i)] if isinstance(raw_items, list) else []
    kinds = [item.get("type") for item in items]
    usage = _details(response, "tool_usage")

    if searches := number(_details(usage, "web_search"), "num_requests"):
        extras["web_search"] = searches
    elif "web_search" not in usage and (searches := sum(map(_is_search, items))):
        extras["web_search"] = searches
        notes.append("web searches counted from the output items")
    if files := kinds.count("file_search_call"):
        extras["file_search"] = files
    if containers := set(_containers(items, response.get("tools"))):
        extras["container"] = len(containers)

    drawn = kinds.count("image_generation_call")
    picture = _details(usage, "image_gen")
    if drawn or number(picture, "total_tokens"):
        # The counts do not say whose they are; the echoed tool definition may.
        model = _drawing_model(response.get("tools"))
        notes.append(
            "image model taken from the tool definition"
            if model
            else "the response does not say which image model drew"
        )
        counts = {k: v for k, v in image_quantities(picture).items() if v}
        for quantity, count in counts.items():
            extras[f"{quantity}@{model or '?'}"] = count
        if not counts:
            extras["image_without_usage"] = drawn
    return extras, notes


def merged(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The sum of several quantities."""
    total: dict[str, float] = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total.get(name, 0) + count
            if total[name] > MOST:
                raise OddCount(f"{name} adds up to more than can be")
    return total


def number(holder: Mapping[str, Any], *names: str, whole: bool = True) -> float:
    """The first of these fields that is there, 0 where none is. `whole`: it counts pieces.

    Raises OddCount for anything but a number from 0 to `MOST`.
    """
    for name in names:
        value = holder.get(name)
        if value is None:
            continue
        # `type`: to Python, true and false are numbers.
        if type(value) not in (int, float) or not 0 <= value <= MOST or (whole and value % 1):
            raise OddCount(f"its {name} cannot be right")
        return int(value) if whole else value
    return 0


def _is_search(item: Mapping[str, Any]) -> bool:
    action = item.get("action")
    kind = action.get("type", "search") if is_object(action) else "search"
    return item.get("type") == "web_search_call" and kind == "search"


def _containers(items: Iterable[Mapping[str, Any]], tools: Any) -> Iterable[str]:
    """Ids; "None" of a call at OpenAI that does not name its container."""
    hosted = [
        _details(tool, "environment").get("type") != "local"
        for tool in (tools if isinstance(tools, list) else ())
        if is_object(tool) and tool.get("type") == "shell"
    ]
    for item in items:
        if item.get("type") == "code_interpreter_call":
            yield str(item.get("container_id"))
        elif item.get("type") == "shell_call":
            where = _details(item, "environment")
            if where.get("container_id") or (any(hosted) and where.get("type") != "local"):
                yield str(where.get("container_id"))


def _drawing_model(tools: Any) -> str | None:
    for tool in tools if isinstance(tools, list) else ():
        if is_object(tool) and tool.get("type") == "image_generation":
            return tool.get("model")
    return None


def _details(holder: Any, *names: str) -> Mapping[str, Any]:
    """The object under one of these names; an empty one where there is none."""
    found = _first(holder, *names) if is_object(holder) else None
    if found is not None and not is_object(found):
        raise OddCount(f"its {names[0]} is no object")
    return found or {}


def _first(holder: Mapping[str, Any], *names: str) -> Any:
    for name in names:
        value = holder.get(name)
        if value is not None:
            return value
    return None


def is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a part of an answer is a JSON object. Asked some thirty times a call."""
    return type(value) is dict or isinstance(value, Mapping)
