"""Bytes to values and back: event streams, JSON, and which bodies go into a file of their own."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..endpoints import LAST_EVENTS

if TYPE_CHECKING:
    from .file import Answer

Event = tuple[int, str | None, Any]  # milliseconds, event name or None, data
PRACTICE = "x-oaiworkbook-source"  # a header of the practice server: the source of its answer

_KEPT = frozenset(
    {
        "content-type",
        "location",  # the only place where a call over WebRTC is named
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
    content_type: str, body: bytes, times: list[tuple[int, int]], *, stream: bool = False
) -> tuple[Any, list[Event] | None]:
    """`(JSON value or None, events or None)`. `stream`: whether a stream was asked for.

    Then a body that looks like one is read as one, whatever its content type, as the SDK does. Raises
    UnicodeDecodeError for events that are no UTF-8, RecursionError for JSON that is nested too deep.
    """
    kind = content_type.lower()
    if "event-stream" in kind or (stream and looks_like_events(body)):
        return None, parse_sse(body, times)
    if "json" in kind:
        try:
            return json.loads(body), None
        except ValueError:
            return None, None
    return None, None


_FIELD = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*(?:(?:data|event|id|retry) ?:|:)")


def looks_like_events(start: bytes) -> bool:
    """Whether a body that starts so is an event stream; what is empty may be one."""
    return not start.strip() or _FIELD.match(start) is not None


# Lines of an event stream end in CR LF, LF or CR, and in nothing else that Python takes for a line's end.
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|\Z)")


def parse_sse(body: bytes, times: list[tuple[int, int]]) -> list[Event]:
    """Events of a stream. `times`: `(ms, bytes so far)` a chunk; an event has its last byte's time.

    The last event counts also without the empty line that ends it.
    """
    events: list[Event] = []
    lines: list[bytes] = []
    chunk = 0
    for match in _LINE.finditer(body.removeprefix(b"\xef\xbb\xbf")):
        if match[1]:
            lines.append(match[1])
            if match.end() < len(body):
                continue
        if not lines:
            continue
        while chunk < len(times) - 1 and times[chunk][1] < match.end():
            chunk += 1
        event = _event(lines, times[chunk][0] if times else 0)
        if event is not None:
            events.append(event)
        lines = []
    return events


def _event(lines: Sequence[bytes], ms: int) -> Event | None:
    name, data = None, []
    for line in lines:
        field, _, value = line.decode("utf-8").partition(":")
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


def ended(data: Sequence[Any], *, closed: bool = False) -> bool:
    """Whether the data of a stream's events are all of it. `closed`: the connection ended in order.

    Some servers leave out the last event: then the reason why a model stopped, or a count, will do.
    """
    last = data[-1] if data else None
    if isinstance(last, dict):
        by_event = last.get("type") in LAST_EVENTS or "error" in last
    else:
        by_event = isinstance(last, str) and last.strip() == "[DONE]"
    return by_event or (closed and any(map(_says_the_end, data)))


def _says_the_end(event: Any) -> bool:
    if not isinstance(event, dict):
        return False
    choices = event.get("choices") if isinstance(event.get("choices"), list) else []
    reasons = [choice.get("finish_reason") for choice in choices or () if isinstance(choice, dict)]
    return any(reasons) or bool(event.get("usage") and not choices)


def answer_of(
    status: int,
    headers: dict[str, str],
    parsed: Any,
    events: list[Event] | None,
    body: bytes,
    times: list[tuple[int, int]],
    *,
    whole: bool,
) -> "Answer":
    """An answer in the form of a recording; `file` then holds only the ending of its file's name."""
    from .file import Answer  # with Pydantic's models, which `import OpenAI` is not to wait for

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
