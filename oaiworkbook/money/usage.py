"""What one exchange used: read from the answer, endpoint by endpoint, ready to be priced.

The answer's model and service tier count; the request's stand in where the answer names none. An
exchange that is billed but says nothing about its usage is `known=False`: its cost is unknown, not 0.
"""

from collections.abc import Mapping
from typing import Any

from . import usage_answers as answers
from .usage_answers import Body, Usage
from .usage_fields import quantities

__all__ = ["Usage", "endpoint_of", "parts_of", "read_event", "read_usage"]

# The last path segment before the resource: OpenAI, Azure, and Google's compatible endpoints.
_ROOTS = frozenset({"v1", "openai", "openapi"})


def endpoint_of(method: str, path: str) -> str:
    """`/v1/chat/completions` -> `chat.completions`, `/v1/files/file_1/content` -> `files`."""
    match parts_of(path):
        case ["chat", *_]:
            return "chat.completions"
        case ["audio", kind, *_]:
            return f"audio.{kind}"
        case ["responses", "input_tokens"]:
            return "responses.input_tokens"
        case [first, *_]:
            return first
    return "unknown"


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
    match (method.upper(), *parts_of(path)):
        case (
            ("POST", "responses")
            | ("POST", "responses", "compact")
            | ("GET", "responses", _)
            | ("POST", "responses", _, "cancel")
        ):
            return answers.responses(asked, response, host)
        case ("POST", "chat", "completions") | ("POST", "completions"):
            return answers.chat(endpoint_of(method, path), asked, response, host)
        case ("POST", "embeddings" | "decisions" as endpoint):
            return answers.plain(endpoint, asked, response, host)
        case ("POST", "images", "generations" | "edits" | "variations"):
            return answers.images(asked, response, host)
        case ("POST", "audio", "transcriptions" | "translations" as kind):
            return answers.transcription(f"audio.{kind}", asked, response, host)
        case ("POST", "audio", "speech"):
            return answers.speech(asked, response, host)
        case ("POST", "moderations"):
            body = response if isinstance(response, Mapping) else {}
            model = body.get("model") or asked.get("model")
            return Usage("moderations", model, None, {}, response_id=body.get("id"), host=host)
        case (_, "batches", *_):
            return answers.batch(response, host)
        case (_, "fine_tuning", "jobs", *_):
            return answers.fine_tuning(response, host)
        case ("POST", "containers"):
            note = "a container is billed by the minute; the answer does not say how many"
            return Usage("containers", None, None, {}, host=host, known=False, note=note)
        case ("WS", *_) if isinstance(response, Mapping):
            return read_event(response, model=asked.get("model"), host=host)
        case ("POST", *_) if isinstance(response, Mapping) and response.get("usage"):
            note = "no price is known for this endpoint"
            return answers.found(endpoint_of(method, path), asked, response, {}, host, missing=note)
    return None


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
    if kind in answers.RESPONSE_ENDED:
        return answers.responses({}, inner, host)
    if kind == "response.done" and isinstance(inner, Mapping):
        return answers.found(
            "realtime", {"model": model}, inner, quantities(inner.get("usage")), host
        )
    if kind == "conversation.item.input_audio_transcription.completed":
        # Billed apart from the response, at the price of the transcribing model.
        body = {"usage": event.get("usage"), "id": event.get("item_id")}
        counts = quantities(body["usage"])
        return answers.found("realtime", {"model": transcription_model}, body, counts, host)
    if kind == "session.closed":
        # The Live API counts up over the session; only the last count may be charged.
        session = event.get("session") or {}
        body = {"usage": event.get("usage"), "id": session.get("id"), "model": session.get("model")}
        return answers.found("live", {"model": model}, body, quantities(body["usage"]), host)
    return None


def _is_object(body: Body) -> bool:
    """An error envelope is nothing but an error; a failed response or job is an object with one."""
    return any(name in body for name in ("id", "object", "usage"))


def parts_of(path: str) -> list[str]:
    """The segments of a path after the API's root: `/v1/files/file_1` -> `["files", "file_1"]`."""
    parts = [part for part in path.split("?", 1)[0].split("/") if part]
    root = max((i for i, part in enumerate(parts) if part in _ROOTS), default=-1)
    parts = parts[root + 1 :]
    return parts[2:] if parts[:1] == ["deployments"] else parts
