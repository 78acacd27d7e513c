"""Authored answers of lesson 02, Chat Completions: a veterinary clinic reminds its visitors."""

from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .chat import chat
from .common import headers, pieces, rate_limit_headers
from .responses import respond

BELONGS = (
    "The animal's name, the day and the time, what to bring, who it is from, and how to cancel. "
    "Keep it to one message."
)
REMINDERS = [
    "Ashgrove Vets: Tibs has a booster on Tue 24 Nov at 9:20. Please bring the vaccination card. "
    "To cancel, call 555 0142.",
    "Tibs is due for a booster at Ashgrove on Tue 24 Nov, 9:20. Bring the vaccination card. "
    "Cannot come? Call 555 0142.",
    "A reminder from Ashgrove: booster for Tibs, Tue 24 Nov, 9:20. Please have the vaccination card "
    "with you. Cancel: 555 0142.",
]
LIKE_THE_EXAMPLE = "Tibs: booster, Tue 24 Nov, 9:20. Bring the vaccination card. Cancel: 555 0142"
THOUGHT = {"none": 0, "low": 32}


def answer(served: Served) -> dict[str, Any] | None:
    path, form = served.asked.path, served.form
    if form.get("model") == "luna":
        return _unknown_model(served)
    if path == "/v1/responses":
        return respond(served, REMINDERS[0], ms=620)
    if path != "/v1/chat/completions":
        return None
    if "max_tokens" in form:
        return _old_cap(served)
    if len(form["messages"]) == 1:
        return chat(served, BELONGS, reasoning_tokens=58, ms=1200)
    if len(form["messages"]) > 2:
        return chat(served, LIKE_THE_EXAMPLE, ms=560)
    thought = THOUGHT.get(str(form.get("reasoning_effort")), 74)
    cap = form.get("max_completion_tokens", 10_000)
    if cap <= 16:
        text = "" if thought else "".join(pieces(REMINDERS[0])[:cap])
        return chat(
            served,
            text,
            finish_reason="length",
            reasoning_tokens=min(thought, cap),
            completion_tokens=cap,
            ms=540,
        )
    spoken = REMINDERS[: form.get("n", 1)]
    return chat(served, spoken, reasoning_tokens=thought, ms=600 + 8 * thought)


def _old_cap(served: Served) -> dict[str, Any]:
    return error_answer(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. "
        "Use 'max_completion_tokens' instead.",
        type="invalid_request_error",
        code="unsupported_parameter",
        param="max_tokens",
        headers=headers(served, 12) | rate_limit_headers(0),
    )


def _unknown_model(served: Served) -> dict[str, Any]:
    """404 on Chat Completions, 400 and another sentence on Responses, as real answers have it."""
    if served.asked.path == "/v1/responses":
        status, message, param = 400, "The requested model 'luna' does not exist.", "model"
    else:
        status, param = 404, None
        message = "The model `luna` does not exist or you do not have access to it."
    return error_answer(
        status,
        message,
        type="invalid_request_error",
        code="model_not_found",
        param=param,
        headers=headers(served, 20),
    )
