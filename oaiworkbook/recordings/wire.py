"""Bytes to values and back: event streams, JSON, and which bodies go into a file of their own."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..endpoints import LAST_EVENTS
from .file import Answer, Event

_KEPT = frozenset(
    {
        "content-type",
        "retry-after",
        "retry-after-ms",
        "x-should-retry",
        "x-request-id",
        "openai-processing-ms",
        "openai-version",
    }
)
_ENDINGS = {
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/opus": ".opus",
    "audio/ogg": ".ogg",
    "audio/aac": ".aac",
    "audio/flac": ".flac",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
}


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The response headers that matter; an allow-list, so that no new header can leak anything."""
    return {
        name: value
        for name, value in ((n.lower(), v) for n, v in headers.items())
        if name in _KEPT or name.startswith("x-ratelimit-")
    }


def parse_body(
    content_type: str, body: bytes, times: list[tuple[int, int]]
) -> tuple[Any, list[Event] | None]:
    """`(JSON value or None, events or None)`."""
    if "event-stream" in content_type:
        return None, parse_sse(body, times)
    if "json" in content_type:
        try:
            return json.loads(body), None
        except ValueError:
            return None, None
    return None, None


def parse_sse(body: bytes, times: list[tuple[int, int]]) -> list[Event]:
    """Events of a stream. `times`: `(ms, bytes so far)` a chunk; an event has its last byte's time."""
    events: list[Event] = []
    chunk = 0
    for match in re.finditer(rb"(.+?)(?:\r?\n){2}", body, re.DOTALL):
        while chunk < len(times) - 1 and times[chunk][1] < match.end():
            chunk += 1
        event = _event(match[1].decode("utf-8"), times[chunk][0] if times else 0)
        if event is not None:
            events.append(event)
    return events


def _event(block: str, ms: int) -> Event | None:
    name, data = None, []
    for line in block.splitlines():
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            data.append(value.removeprefix(" "))
    if not data:
        return None  # a comment that keeps the connection open
    text = "\n".join(data)
    try:
        return ms, name, json.loads(text)
    except ValueError:
        return ms, name, text


def ended(data: Sequence[Any]) -> bool:
    """Whether the data of a stream's events hold its last event."""
    last = data[-1] if data else None
    if isinstance(last, dict):
        return last.get("type") in LAST_EVENTS or "error" in last
    return bool(last == "[DONE]")


def answer_of(
    status: int,
    headers: dict[str, str],
    parsed: Any,
    events: list[Event] | None,
    body: bytes,
    times: list[tuple[int, int]],
    *,
    whole: bool,
) -> Answer:
    """An answer in the form of a recording; `file` then holds only the ending of its file's name."""
    fields: dict[str, Any] = {"status": status, "headers": headers}
    if events is not None:
        fields["sse"] = events
        fields |= {"crlf": True} if b"\r\n" in body else {}
        fields |= {} if whole else {"cut": True}
        return Answer.model_validate(fields)
    fields["ms"] = times[0][0] if times else 0
    if parsed is not None:
        fields["json"] = parsed
    elif ending := sidecar_ending(headers.get("content-type", ""), body):
        fields["file"] = ending
    else:
        fields["text"] = body.decode("utf-8")
    return Answer.model_validate(fields)


def sidecar_ending(content_type: str, body: bytes) -> str | None:
    """The file ending of a body that is no text; None for text."""
    kind = content_type.partition(";")[0].strip()
    if kind in _ENDINGS:
        return _ENDINGS[kind]
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return ".bin"
    return None
