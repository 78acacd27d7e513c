"""Token counts in the API's words -> quantities in the words of genai-prices. Pure functions on JSON.

The endpoints name the same things differently (`prompt_tokens`, `input_tokens_details`,
`input_token_details`); each pair of names below is one thing. Detail counts are parts of the totals:
cached and written tokens are input tokens, reasoning tokens are output tokens.
"""

from collections.abc import Iterable, Mapping
from typing import Any

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
    """Totals always, parts where they are not zero; `{}` for what is no count at all."""
    if not isinstance(usage, Mapping):
        return {}
    if "seconds" in usage:
        # The price library wants the total and the part named.
        seconds = number(usage["seconds"])
        return {"audio_seconds": seconds, "input_audio_seconds": seconds}
    total_in = _first(usage, "input_tokens", "prompt_tokens")
    total_out = _first(usage, "output_tokens", "completion_tokens")
    if total_in is None and total_out is None:
        return {}
    if any(total is not None and not _is_count(total) for total in (total_in, total_out)):
        return {}
    found: dict[str, float] = {"input_tokens": total_in or 0, "output_tokens": total_out or 0}
    into = _details(usage, "input_tokens_details", "input_token_details", "prompt_tokens_details")
    out = _details(
        usage, "output_tokens_details", "output_token_details", "completion_tokens_details"
    )
    for details, names in ((into, _INPUT), (out, _OUTPUT)):
        for field, quantity in names.items():
            if count := number(details.get(field)):
                found[quantity] = count
    _cached_parts(found, into.get("cached_tokens_details"))
    return found


def image_quantities(usage: Any) -> dict[str, float]:
    """As `quantities`, where what comes out is a picture unless the answer says otherwise."""
    found = quantities(usage)
    if not found:
        return {}
    if not _details(usage, "output_tokens_details"):
        found["output_image_tokens"] = found["output_tokens"]
    if cached := number(usage.get("cached_tokens")):
        found["cache_read_tokens"] = cached
        parts = usage.get("cached_tokens_details")
        if isinstance(parts, Mapping):
            found["cache_image_read_tokens"] = number(parts.get("cached_image_tokens"))
    return found


def cache_write_12h(usage: Any) -> float:
    """Input tokens written to the cache for 12 hours; part of `cache_write_tokens`."""
    written = _details(_details(usage, "input_tokens_details"), "cache_write_tokens_details")
    return number(written.get("ttl_12h_tokens"))


def tool_extras(response: Mapping[str, Any]) -> tuple[dict[str, float], list[str]]:
    """What a response's hosted tools did beside its tokens, and what had to be assumed.

    `web_search`, `file_search`: calls. `container`: containers used. `<quantity>@<model>`: tokens of
    another model, `?` where the response does not name it.
    """
    extras: dict[str, float] = {}
    notes: list[str] = []
    raw_items = response.get("output")
    items = [i for i in raw_items if isinstance(i, Mapping)] if isinstance(raw_items, list) else []
    usage = _details(response, "tool_usage")

    if searches := number(_details(usage, "web_search").get("num_requests")):
        extras["web_search"] = searches
    elif "web_search" not in usage and (searches := sum(map(_is_search, items))):
        extras["web_search"] = searches
        notes.append("web searches counted from the output items")
    if files := sum(item.get("type") == "file_search_call" for item in items):
        extras["file_search"] = files
    if containers := set(_containers(items)):
        extras["container"] = len(containers)

    drawn = sum(item.get("type") == "image_generation_call" for item in items)
    picture = _details(usage, "image_gen")
    if drawn or number(picture.get("total_tokens")):
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
    return total


def number(value: Any) -> float:
    """`value` where it is a number of 0 or more, else 0. Whole numbers stay whole."""
    return value if _is_count(value) else 0


def _is_count(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < float("inf")


def _cached_parts(found: dict[str, float], details: Any) -> None:
    # Realtime: with audio in the input, the price needs to know which of the cached tokens were
    # audio, so a zero must be said too.
    if found.get("cache_read_tokens") and isinstance(details, Mapping):
        found["cache_audio_read_tokens"] = number(details.get("audio_tokens"))
        found["cache_image_read_tokens"] = number(details.get("image_tokens"))


def _is_search(item: Mapping[str, Any]) -> bool:
    action = _details(item, "action")
    return item.get("type") == "web_search_call" and action.get("type", "search") == "search"


def _containers(items: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for item in items:
        if item.get("type") == "code_interpreter_call":
            yield str(item.get("container_id"))
        elif item.get("type") == "shell_call":
            named = _details(item, "environment").get("container_id")
            if named:
                yield str(named)


def _drawing_model(tools: Any) -> str | None:
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, Mapping) and tool.get("type") == "image_generation":
            return tool.get("model")
    return None


def _details(holder: Any, *names: str) -> Mapping[str, Any]:
    found = _first(holder, *names) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _first(holder: Mapping[str, Any], *names: str) -> Any:
    return next((holder[name] for name in names if holder.get(name) is not None), None)
