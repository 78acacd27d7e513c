"""Authored answers of lesson 27, Choosing a model: reports from the roads of a valley in winter.

Which answers are right, and how long each model takes, is ours and says nothing about the models.
The 404 of a model that was shut down has the form that a reseller reported in August 2026.
"""

from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .chat import chat
from .common import headers, identifier, rate_limit_headers
from .model_list import listed
from .responses import respond

RIGHT = "plough grit wait grit wait plough wait grit plough wait"
# Model, effort -> words that are wrong (position: word), reasoning tokens, milliseconds.
Said = tuple[dict[int, str], int, int]
SAID: dict[tuple[str, str], Said] = {
    ("gpt-4o-mini", "none"): ({6: "grit", 8: "grit", 9: "plough"}, 0, 860),
    ("gpt-6-luna", "none"): ({6: "grit", 9: "plough"}, 0, 680),
    ("gpt-6-luna", "low"): ({9: "plough"}, 118, 1010),
    ("gpt-6-luna", "medium"): ({}, 412, 1490),
    ("gpt-6.1-terra", "none"): ({9: "plough"}, 0, 950),
    ("gpt-6.2-sol", "low"): ({}, 96, 1420),
    ("gpt-6.2-sol", "medium"): ({}, 288, 1500),
}
GONE = "gpt-4.1-nano"


def answer(served: Served) -> dict[str, Any] | None:
    if served.asked.path == "/v1/responses":
        return _response(served)
    if served.asked.path == "/v1/chat/completions":
        return _chat(served)
    return listed(served)


def _response(served: Served) -> dict[str, Any] | None:
    form = served.form
    said = SAID.get((form["model"], (form.get("reasoning") or {}).get("effort", "medium")))
    if said is None:
        return None
    wrong, thought, ms = said
    return respond(served, _words(wrong), reasoning_tokens=thought, ms=ms)


def _chat(served: Served) -> dict[str, Any] | None:
    form = served.form
    model = form["model"]
    if model == GONE:
        message = f"The model {GONE} has been deprecated"
        return _refused(served, 404, message, "model_not_found", None)
    if model == "gpt-4o-mini":
        return _as_4o(served)
    effort = form.get("reasoning_effort", "medium")
    if "max_tokens" in form:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead."
        )
        return _refused(served, 400, message, "unsupported_parameter", "max_tokens")
    if "temperature" in form and effort != "none":
        message = "Unsupported parameter: 'temperature' is not supported with this model."
        return _refused(served, 400, message, "unsupported_parameter", "temperature")
    wrong, thought, ms = SAID[model, effort]
    cap = form.get("max_completion_tokens", 10_000)
    if cap <= thought:
        return chat(
            served,
            "",
            finish_reason="length",
            reasoning_tokens=cap,
            completion_tokens=cap,
            ms=ms,
        )
    return chat(served, _words(wrong), reasoning_tokens=thought, ms=ms)


def _as_4o(served: Served) -> dict[str, Any]:
    """Older models answer with their dated name, and without a count of cache writes."""
    wrong, _, ms = SAID["gpt-4o-mini", "none"]
    answered = chat(served, _words(wrong), ms=ms)
    body = answered["json"]
    body["model"] = "gpt-4o-mini-2024-07-18"
    body["system_fingerprint"] = identifier("fp_", served, length=10)
    del body["usage"]["prompt_tokens_details"]["cache_write_tokens"]
    return answered


def _words(wrong: dict[int, str]) -> str:
    return "\n".join(wrong.get(at, word) for at, word in enumerate(RIGHT.split()))


def _refused(
    served: Served, status: int, message: str, code: str, param: str | None
) -> dict[str, Any]:
    head = headers(served, 12) | (rate_limit_headers(0) if status == 400 else {})
    return error_answer(
        status, message, type="invalid_request_error", code=code, param=param, headers=head
    )
