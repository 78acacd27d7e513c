"""What one exchange used: read from the answer, endpoint by endpoint, ready to be priced.

The answer's model and service tier count; the request's stand in where the answer names none. An
exchange that is billed but says nothing about its usage, nothing that can be read, or nothing that
can be right, is `known=False`: its cost is unknown, not 0.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..endpoints import endpoint, name_of
from .quantities import (
    OddCount,
    cache_write_12h,
    image_quantities,
    is_object,
    merged,
    number,
    quantities,
    tool_extras,
)

Body = Mapping[str, Any]

RESPONSE_ENDED = frozenset(endpoint("POST", "/v1/responses").ends)
_BATCH_ENDED = frozenset({"completed", "expired", "cancelled", "failed"})
_RUNNING = ("queued", "in_progress")
_STOPPED = ("cancelled", "failed")
_RAW = ("usage", "tool_usage", "svg_usage", "service_tier", "duration")
_CUT = "the stream ended before its usage"
_NO_USAGE = "the answer carries no usage"
_UNREAD = "the answer could not be read"
_SEARCHING = re.compile(r"-search-")


@dataclass(frozen=True, slots=True)
class Asked:
    """What money knows of a request. `form`: its JSON body, or the text fields of a form."""

    method: str
    path: str
    form: Body | None
    host: str  # for regional prices
    size: int  # bytes of the body; 0 where it was not read


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used, in the words of genai-prices; `prices.price()` turns it into USD."""

    endpoint: str
    model: str | None
    service_tier: str | None
    quantities: Mapping[str, float]
    """Totals and their parts: input_tokens, cache_read_tokens, output_tokens, audio_seconds, ..."""
    extras: Mapping[str, float] = field(default_factory=dict)
    """What the price library cannot price: tool calls, 12-hour cache writes, another model's
    tokens as `<quantity>@<model>`, a discounted background window as `background_2h`."""
    raw: Body = field(default_factory=dict)
    """The usage fields verbatim, so that the call can be priced again; `{}` where none were sent."""
    response_id: str | None = None
    batch: bool = False
    host: str = ""
    known: bool = True
    note: str = ""


def _responses(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    if isinstance(response, list):
        last_first = _events(response)[::-1]
        ended = next((e for e in last_first if str(e.get("type")) in RESPONSE_ENDED), None)
        if ended is None:
            body = {**_named(response), "usage": None}
            if _runs_on(response):
                return None  # what it costs comes with a later call
            return _usage(name, asked, body, {}, host, missing=_CUT)
        response = ended.get("response")
    if not is_object(response):
        return _unread(name, asked, host)
    if response.get("status") in _RUNNING:
        return None
    usage = response.get("usage") or {}
    extras, notes = tool_extras(response)
    if written := cache_write_12h(usage):
        extras["cache_write_12h_tokens"] = written
    window = _part(asked, "background_options").get("completion_window")
    if window in ("2h", "8h"):
        extras[f"background_{window}"] = 1
    elif response.get("background") and not asked:
        notes.append("a 2h or 8h window is not in the answer: priced without its discount")
    counts = quantities(usage)
    empty = _contradicted(counts, bool(response.get("output")))
    return _usage(name, asked, response, counts, host, extras, notes, missing=empty)


def _chat(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    missing = _NO_USAGE
    events = _events(response) if isinstance(response, list) else [response]
    if isinstance(response, list):
        last_first = events[::-1]
        if not any(event.get("usage") for event in last_first):
            missing = _CUT
            if not _part(asked, "stream_options").get("include_usage"):
                missing = 'pass stream_options={"include_usage": True} to learn what a stream used'
        # The usage is on the last chunk that has one, the rest may be on any.
        response = {
            name: next((e[name] for e in last_first if e.get(name) is not None), None)
            for name in ("id", "model", "service_tier", "usage")
        }
    if not is_object(response):
        return _unread(name, asked, host)
    # Searches are not counted in Chat's usage, and some models always search.
    models = f"{asked.get('model')} {response.get('model')}"
    searches = asked.get("web_search_options") is not None or always_searches(name, models)
    extras = {"chat_web_search": 1.0} if searches else {}
    counts = quantities(response.get("usage"))
    if counts:
        missing = _contradicted(counts, any(map(_says, events)))
    return _usage(name, asked, response, counts, host, extras, missing=missing)


def always_searches(name: str, model: str) -> bool:
    """Whether this Chat model searches the web in each call, asked to or not."""
    return name == "chat.completions" and bool(_SEARCHING.search(model))


def _says(chunk: Body) -> bool:
    """Whether a chat completion, or a chunk of one, holds something the model has written."""
    choices = chunk.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if is_object(choice):
            said = _part(choice, "message") or _part(choice, "delta")
            if choice.get("text") or any(said[name] for name in said if name != "role"):
                return True
    return False


def _contradicted(counts: Mapping[str, float], made: bool, *, text: bool = True) -> str:
    """Why these counts cannot be those of an answer that made something; "" where they can.

    `text`: of an answer that was written. Vectors and decisions have no output tokens.
    """
    if not counts or not made:
        return _NO_USAGE if not counts else ""
    needed = [n for n in ("input_tokens", "output_tokens") if n in counts and (text or n[0] == "i")]
    whole = all(counts[name] for name in needed) and any(counts.values())
    return "" if whole else "the answer counts no tokens"


def _plain(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    if not is_object(response):
        return _unread(name, asked, host)
    counts = quantities(response.get("usage"))
    made = any(response.get(what) for what in ("data", "answers"))
    empty = _contradicted(counts, made, text=False)
    return _usage(name, asked, response, counts, host, missing=empty)


def _images(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    notes: list[str] = []
    if isinstance(response, list):
        ended = [e for e in _events(response) if str(e.get("type")).endswith(".completed")]
        counts = merged(image_quantities(e.get("usage")) for e in ended)
        raw: Body = {"usage": [e.get("usage") for e in ended]} if counts else {}
        if len(ended) > 1:
            notes.append(f"sum of {len(ended)} pictures")
        empty = _contradicted(counts, bool(ended)) if counts else _CUT
    elif is_object(response):
        counts, raw = image_quantities(response.get("usage")), response
        empty = _contradicted(counts, bool(response.get("data")))
    else:
        return _unread(name, asked, host)
    extras: dict[str, float] = {}
    # An SVG is written by a text model, which is billed apart and named there.
    if svg := _part(raw, "svg_usage"):
        own = ("input_tokens", "output_tokens")
        extras = {f"{kind}@{svg.get('model') or '?'}": number(svg, kind) for kind in own}
    return _usage(name, asked, raw, counts, host, extras, notes, empty)


def _transcription(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    notes: list[str] = []
    if isinstance(response, list):
        done = [e for e in _events(response) if e.get("type") == "transcript.text.done"]
        response = done[-1] if done else {}
    body: Body = response if is_object(response) else {}
    usage = body.get("usage") or {}
    if not usage and (seconds := number(body, "duration", whole=False)):
        usage = {"seconds": seconds}
        notes.append("seconds taken from the transcript's duration")
    counts = quantities(usage)
    if "input_token_details" not in usage and counts.get("input_tokens"):
        counts["input_audio_tokens"] = counts["input_tokens"]
        notes.append("all input counted as audio")
    empty = _contradicted(counts, bool(body.get("text")))
    if response is None:
        empty = "only JSON answers carry usage"
    return _usage(name, asked, body, counts, host, notes=notes, missing=empty)


def _speech(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    model = str(asked.get("model") or "")
    if isinstance(response, list):
        events = _events(response)
        done = [e for e in events if e.get("type") == "speech.audio.done"]
        body = done[-1] if done else {}
        counts = quantities(body.get("usage"))
        heard = any(e.get("type") == "speech.audio.delta" for e in events)
        empty = _contradicted(counts, heard) if counts else _CUT
        return _usage(name, asked, body, counts, host, missing=empty)
    if response is not None:  # no sound
        return _unread(name, asked, host)
    if model.startswith("tts-1"):
        counts = {"input_characters": len(str(asked.get("input") or ""))}
        return Usage(name, model, None, counts, raw=dict(counts), host=host)
    missing = 'sound carries no usage: pass stream_format="sse" to learn the tokens'
    return _usage(name, asked, {}, {}, host, missing=missing)


def _batch(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    if not is_object(response) or "object" not in response:
        return _unread(name, {}, host)
    if response["object"] != "batch" or str(response.get("status")) not in _BATCH_ENDED:
        return None
    counts = quantities(response.get("usage"))
    requests = _part(response, "request_counts")
    completed = number(requests, "completed")
    none_ran = response["status"] == "failed" or requests.get("completed") == 0
    if not any(counts.values()) and none_ran and not completed:
        return None if not counts else _usage(name, {}, response, counts, host, batch=True)
    # Of a batch that has ended something was made, or it would say that nothing was.
    empty = _contradicted(counts, True, text=False)
    return _usage(name, {}, response, counts, host, batch=True, missing=empty)


def _fine_tuning(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    if not is_object(response) or "object" not in response:
        return _unread(name, asked, host)
    if response["object"] != "fine_tuning.job":
        return None
    trained = number(response, "trained_tokens")
    if not trained and response.get("status") != "succeeded":
        return None
    return Usage(
        endpoint=name,
        model=_word(response.get("model")),
        service_tier=None,
        quantities={},
        extras={"trained_tokens": trained},
        raw={"trained_tokens": trained},
        response_id=_word(response.get("id")),
        host=host,
        known=False,
        note="no price for training tokens is known",
    )


def _usage(
    endpoint: str,
    asked: Body,
    body: Body,
    counts: Mapping[str, float],
    host: str,
    extras: Mapping[str, float] | None = None,
    notes: Sequence[str] = (),
    missing: str = "",
    batch: bool = False,
) -> Usage:
    """`missing`: why the counts say nothing; "" where they do."""
    raw = {name: body[name] for name in _RAW if body.get(name) is not None}
    missing = missing or ("" if counts else _NO_USAGE)
    return Usage(
        endpoint=endpoint,
        model=_word(body.get("model")) or _word(asked.get("model")),
        service_tier=_word(body.get("service_tier")) or _word(asked.get("service_tier")),
        quantities=counts,
        extras=extras or {},
        raw=raw if raw.keys() - {"service_tier"} else {},
        response_id=_word(body.get("id")),
        batch=batch,
        host=host,
        known=not missing,
        note=missing or "; ".join(notes),
    )


def _unread(name: str, asked: Body, host: str, why: str = _UNREAD) -> Usage:
    return _usage(name, asked, {}, {}, host, missing=why)


def _events(response: Sequence[Any]) -> list[Body]:
    return [event for event in response if isinstance(event, dict)]


def read_usage(
    method: str, path: str, request: Body | None = None, response: Any = None, *, host: str = ""
) -> Usage | None:
    """The usage of an answered request, or None where the request is not billed by itself.

    `request`: the JSON body or the text fields of a form. `response`: the JSON body; for a stream the
    list of its events' data, in order; None for text and binary bodies. `host`: for regional prices.
    """
    asked = request or {}
    row, name = endpoint(method, path), name_of(path)
    reader = _READERS.get(row.usage)
    if reader is None:
        return None
    if is_object(response) and response.get("error") and not _is_whole(response):
        quiet = row.again or row.usage in _QUIET
        return None if quiet else _unread(name, asked, host, "the answer is an error")
    try:
        usage = reader(name, asked, response, host)
    except OddCount as why:
        return _odd(name, asked, response, host, why)
    if usage is not None and row.again and usage.note == _CUT and _streams(response):
        return None  # fetched, and cut again: the response was begun by another call
    if usage is not None and isinstance(response, list) and _ends_in_an_error(response):
        return replace(usage, known=False, note="the stream ended in an error")
    return usage


def _odd(name: str, asked: Body, response: Any, host: str, why: OddCount) -> Usage:
    """Unknown, with what was sent, so that a person can look at it."""
    parts = _events(response) if isinstance(response, list) else [response]
    bodies = [part.get("response") if "response" in part else part for part in parts]
    found = next((b for b in bodies[::-1] if is_object(b) and _said(b)), {})
    return _usage(name, asked, found, {}, host, missing=f"the usage cannot be read: {why}")


def _said(body: Body) -> bool:
    return any(body.get(name) is not None for name in _RAW if name != "service_tier")


def _ends_in_an_error(events: Sequence[Any]) -> bool:
    last = next((event for event in reversed(events) if event != "[DONE]"), None)
    if not is_object(last):
        return last is not None  # an event that is no JSON
    shape = {"message", "code"} <= last.keys() and "type" not in last
    return bool(last.get("type") == "error" or last.get("error") or shape)


def begun_response(method: str, path: str, response: Any) -> str | None:
    """The id of a response that a POST has begun and that runs on in the background."""
    if method != "POST" or endpoint(method, path).usage != "responses":
        return None
    if isinstance(response, list):
        return _word(_named(response).get("id")) if _runs_on(response) else None
    body = response if is_object(response) else {}
    return _word(body.get("id")) if body.get("status") in _RUNNING else None


def _named(events: Sequence[Any]) -> Body:
    """The response as the last event has it that has one."""
    found = (e["response"] for e in _events(events)[::-1] if is_object(e.get("response")))
    return next(found, {})


def _streams(events: Sequence[Any]) -> bool:
    return any(str(event.get("type")).startswith("response.") for event in _events(events))


def _runs_on(events: Sequence[Any]) -> bool:
    """Whether these are of a background response that goes on, though its stream was left or cut."""
    body, ended = _named(events), any(str(e.get("type")) in RESPONSE_ENDED for e in _events(events))
    running = bool(body.get("background")) and body.get("status") in _RUNNING
    return running and not ended and not _ends_in_an_error(events)


def read_event(
    event: Body,
    *,
    model: str | None = None,
    transcription_model: str | None = None,
    host: str = "",
) -> Usage | None:
    """The usage of one WebSocket event, or None where the event carries none.

    `model`, `transcription_model`: of the Realtime session, whose `response.done` and transcription
    events do not name them.
    """
    kind = str(event.get("type"))
    inner = event.get("response")
    asked: Body
    made = False
    if kind in RESPONSE_ENDED:
        name, asked, body = "responses", {}, _part(event, "response")
    elif kind == "response.done" and is_object(inner):
        name, asked, body = "realtime", {"model": model}, inner
        made = bool(inner.get("output")) and str(inner.get("status")) not in _STOPPED
    elif kind == "conversation.item.input_audio_transcription.completed":
        # Billed apart from the response, at the price of the transcribing model.
        name, asked = "realtime", {"model": transcription_model}
        body = {"usage": event.get("usage"), "id": event.get("item_id")}
        made = bool(event.get("transcript"))
    elif kind == "session.closed":
        # The Live API counts up over the session; only the last count may be charged.
        session = _part(event, "session")
        name, asked = "live", {"model": model}
        body = {"usage": event.get("usage"), "id": session.get("id"), "model": session.get("model")}
    else:
        return None
    try:
        if name == "responses":
            return _responses(name, asked, body, host)
        counts = quantities(body.get("usage"))
        # A response out of the conversation may have been asked for with next to no input.
        empty = _contradicted(counts, made and not counts.get("output_tokens"))
        return _usage(name, asked, body, counts, host, missing=empty)
    except OddCount as why:
        return _odd(name, asked, body, host, why)


def _part(holder: Body, name: str) -> Body:
    """The object under `name`, or an empty one."""
    found = holder.get(name)
    return found if is_object(found) else {}


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_whole(body: Body) -> bool:
    """An error envelope is nothing but an error; a failed response or job is an object with one."""
    return any(name in body for name in ("id", "object", "usage"))


def _moderations(name: str, asked: Body, response: Any, host: str) -> Usage:
    body = response if is_object(response) else {}
    model = _word(body.get("model")) or _word(asked.get("model"))
    return Usage(name, model, None, {}, response_id=_word(body.get("id")), host=host)


def _container(name: str, asked: Body, response: Any, host: str) -> Usage:
    note = "a container is billed by the minute; the answer does not say how many"
    return Usage(name, None, None, {}, host=host, known=False, note=note)


def _event(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    if not is_object(response):
        return None
    return read_event(response, model=asked.get("model"), host=host)


def _other(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    """An endpoint that is not billed by itself, unless it says that it has used something."""
    if not is_object(response) or not response.get("usage"):
        return None
    return _unlisted(name, asked, response, host)


def _unlisted(name: str, asked: Body, response: Any, host: str) -> Usage:
    """An endpoint that nobody has described: what it costs is unknown, whatever it answers."""
    body = response if is_object(response) else {}
    return _usage(name, asked, body, {}, host, missing="no price is known for this endpoint")


# By `Endpoint.usage`: called with the endpoint's name, the request, the answer and the host.
_READERS: Mapping[str, Callable[[str, Body, Any, str], Usage | None]] = {
    "responses": _responses,
    "chat": _chat,
    "counts": _plain,
    "images": _images,
    "transcription": _transcription,
    "speech": _speech,
    "moderations": _moderations,
    "batch": _batch,
    "fine_tuning": _fine_tuning,
    "container": _container,
    "event": _event,
    "other": _other,
    "unlisted": _unlisted,
}
_QUIET = frozenset({"other", "moderations", "event"})  # an error of theirs costs nothing
