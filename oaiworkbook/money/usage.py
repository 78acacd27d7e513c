"""What one exchange used: read from the answer, endpoint by endpoint, ready to be priced.

The answer's model and service tier count; the request's stand in where the answer names none. An
exchange that is billed but says nothing about its usage is `known=False`: its cost is unknown, not 0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..endpoints import endpoint, name_of
from .quantities import cache_write_12h, image_quantities, merged, number, quantities, tool_extras

Body = Mapping[str, Any]

RESPONSE_ENDED = frozenset(endpoint("POST", "/v1/responses").ends)
_BATCH_ENDED = frozenset({"completed", "expired", "cancelled", "failed"})
_RUNNING = ("queued", "in_progress")
_RAW = ("usage", "tool_usage", "svg_usage", "service_tier", "duration")
_CUT = "the stream ended before its usage"
_NO_USAGE = "the answer carries no usage"


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
        ended = next((e for e in last_first if e.get("type") in RESPONSE_ENDED), None)
        if ended is None:
            named = (e["response"] for e in last_first if isinstance(e.get("response"), Mapping))
            body = {**next(named, {}), "usage": None}
            return _usage(name, asked, body, {}, host, missing=_CUT)
        response = ended.get("response")
    if not isinstance(response, Mapping):
        return None
    if response.get("status") in _RUNNING:
        return None
    usage = response.get("usage") or {}
    extras, notes = tool_extras(response)
    if written := cache_write_12h(usage):
        extras["cache_write_12h_tokens"] = written
    window = (asked.get("background_options") or {}).get("completion_window")
    if window in ("2h", "8h"):
        extras[f"background_{window}"] = 1
    elif response.get("background") and not asked:
        notes.append("a 2h or 8h window is not in the answer: priced without its discount")
    return _usage(name, asked, response, quantities(usage), host, extras, notes)


def _chat(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    missing = _NO_USAGE
    if isinstance(response, list):
        last_first = _events(response)[::-1]
        if not any(event.get("usage") for event in last_first):
            options = asked.get("stream_options") or {}
            missing = _CUT
            if not options.get("include_usage"):
                missing = 'pass stream_options={"include_usage": True} to learn what a stream used'
        # The usage is on the last chunk that has one, the rest may be on any.
        response = {
            name: next((e[name] for e in last_first if e.get(name) is not None), None)
            for name in ("id", "model", "service_tier", "usage")
        }
    if not isinstance(response, Mapping):
        return None
    # Searches are not counted in Chat's usage.
    extras = {"chat_web_search": 1.0} if asked.get("web_search_options") is not None else {}
    counts = quantities(response.get("usage"))
    return _usage(name, asked, response, counts, host, extras, missing=missing)


def _plain(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    if not isinstance(response, Mapping):
        return None
    return _usage(name, asked, response, quantities(response.get("usage")), host)


def _images(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    notes: list[str] = []
    missing = _NO_USAGE
    if isinstance(response, list):
        ended = [e for e in _events(response) if str(e.get("type")).endswith(".completed")]
        counts = merged(image_quantities(e.get("usage")) for e in ended)
        raw: Body = {"usage": [e.get("usage") for e in ended]} if counts else {}
        if len(ended) > 1:
            notes.append(f"sum of {len(ended)} pictures")
        missing = _CUT
    elif isinstance(response, Mapping):
        counts, raw = image_quantities(response.get("usage")), response
    else:
        return None
    extras: dict[str, float] = {}
    # An SVG is written by a text model, which is billed apart and named there.
    if isinstance(svg := raw.get("svg_usage"), Mapping):
        own = {"input_tokens": svg.get("input_tokens"), "output_tokens": svg.get("output_tokens")}
        extras = {f"{kind}@{svg.get('model') or '?'}": number(n) for kind, n in own.items()}
    return _usage(name, asked, raw, counts, host, extras, notes, missing)


def _transcription(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    notes: list[str] = []
    if isinstance(response, list):
        done = [e for e in _events(response) if e.get("type") == "transcript.text.done"]
        response = done[-1] if done else {}
    body: Body = response if isinstance(response, Mapping) else {}
    usage = body.get("usage") or {}
    if not usage and (seconds := number(body.get("duration"))):
        usage = {"seconds": seconds}
        notes.append("seconds taken from the transcript's duration")
    counts = quantities(usage)
    if "input_token_details" not in usage and counts.get("input_tokens"):
        counts["input_audio_tokens"] = counts["input_tokens"]
        notes.append("all input counted as audio")
    missing = "only JSON answers carry usage" if response is None else _NO_USAGE
    return _usage(name, asked, body, counts, host, notes=notes, missing=missing)


def _speech(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    model = str(asked.get("model") or "")
    if isinstance(response, list):
        done = [e for e in _events(response) if e.get("type") == "speech.audio.done"]
        body = done[-1] if done else {}
        counts = quantities(body.get("usage"))
        return _usage(name, asked, body, counts, host, missing=_CUT)
    if model.startswith("tts-1"):
        counts = {"input_characters": len(str(asked.get("input") or ""))}
        return Usage(name, model, None, counts, raw=dict(counts), host=host)
    missing = 'sound carries no usage: pass stream_format="sse" to learn the tokens'
    return _usage(name, asked, {}, {}, host, missing=missing)


def _batch(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    if not isinstance(response, Mapping) or response.get("object") != "batch":
        return None
    if response.get("status") not in _BATCH_ENDED:
        return None
    counts = quantities(response.get("usage"))
    if not counts and not number((response.get("request_counts") or {}).get("completed")):
        return None
    return _usage(name, {}, response, counts, host, batch=True)


def _fine_tuning(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    if not isinstance(response, Mapping) or response.get("object") != "fine_tuning.job":
        return None
    trained = number(response.get("trained_tokens"))
    if not trained:
        return None
    return Usage(
        endpoint=name,
        model=response.get("model"),
        service_tier=None,
        quantities={},
        extras={"trained_tokens": trained},
        raw={"trained_tokens": trained},
        response_id=response.get("id"),
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
    missing: str = _NO_USAGE,
    batch: bool = False,
) -> Usage:
    raw = {name: body[name] for name in _RAW if body.get(name) is not None}
    model = body.get("model") or asked.get("model")
    return Usage(
        endpoint=endpoint,
        model=model if isinstance(model, str) else None,
        service_tier=body.get("service_tier") or asked.get("service_tier"),
        quantities=counts,
        extras=extras or {},
        raw=raw if counts or extras else {},
        response_id=body.get("id"),
        batch=batch,
        host=host,
        known=bool(counts),
        note="; ".join(notes if counts else [missing]),
    )


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
    if isinstance(response, Mapping) and "error" in response and not _is_object(response):
        return None
    reader = _READERS.get(endpoint(method, path).usage)
    return reader(name_of(path), asked, response, host) if reader else None


def begun_response(method: str, path: str, response: Any) -> str | None:
    """The id of a response that a POST has begun and that runs on in the background."""
    if method != "POST" or endpoint(method, path).usage != "responses":
        return None
    body = response if isinstance(response, Mapping) else {}
    return _word(body.get("id")) if body.get("status") in _RUNNING else None


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
    kind = event.get("type")
    inner = event.get("response")
    if kind in RESPONSE_ENDED:
        return _responses("responses", {}, inner, host)
    if kind == "response.done" and isinstance(inner, Mapping):
        return _usage("realtime", {"model": model}, inner, quantities(inner.get("usage")), host)
    if kind == "conversation.item.input_audio_transcription.completed":
        # Billed apart from the response, at the price of the transcribing model.
        body = {"usage": event.get("usage"), "id": event.get("item_id")}
        counts = quantities(body["usage"])
        return _usage("realtime", {"model": transcription_model}, body, counts, host)
    if kind == "session.closed":
        # The Live API counts up over the session; only the last count may be charged.
        session = event.get("session") or {}
        body = {"usage": event.get("usage"), "id": session.get("id"), "model": session.get("model")}
        return _usage("live", {"model": model}, body, quantities(body["usage"]), host)
    return None


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_object(body: Body) -> bool:
    """An error envelope is nothing but an error; a failed response or job is an object with one."""
    return any(name in body for name in ("id", "object", "usage"))


def _moderations(name: str, asked: Body, response: Any, host: str) -> Usage:
    body = response if isinstance(response, Mapping) else {}
    model = body.get("model") or asked.get("model")
    return Usage(name, model, None, {}, response_id=body.get("id"), host=host)


def _container(name: str, asked: Body, response: Any, host: str) -> Usage:
    note = "a container is billed by the minute; the answer does not say how many"
    return Usage(name, None, None, {}, host=host, known=False, note=note)


def _event(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    if not isinstance(response, Mapping):
        return None
    return read_event(response, model=asked.get("model"), host=host)


def _other(name: str, asked: Body, response: Any, host: str) -> Usage | None:
    """An endpoint that nobody has described, and that says it has used something."""
    if not isinstance(response, Mapping) or not response.get("usage"):
        return None
    note = "no price is known for this endpoint"
    return _usage(name, asked, response, {}, host, missing=note)


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
}
