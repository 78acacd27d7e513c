"""Authored answers of lesson 21, Prompt caching: guests ask about a canoe hire's guide."""

import json
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import headers
from .prompt_cache import PromptCache, has_breakpoints, marks
from .responses import respond

ANSWERS = {
    "Can I pay in cash?": "Yes, we take cash and cards, but no cheques or vouchers of other firms.",
    "May my dog come along?": (
        "Yes, one dog a boat, in a Heron, a Swan or a raft. It wears a jacket, which we lend for 4."
    ),
    "What does a Swan cost for the morning?": (
        "36: a half day costs two thirds of the price, and the boat is back by 12:30."
    ),
    "Where do I carry the boat around the weir?": (
        "At Hobb's Mill: leave the river on the left at the yellow board, then 120 metres of path."
    ),
    "The gauge says 95 cm. Is stage three open?": (
        "No. From 90 to 120 cm only stages one and two are open, and no Teals go out."
    ),
    "When does the last minibus leave Marl Lock?": "At 16:30. A seat costs 5.",
}


def start() -> Any:
    cache = PromptCache()

    def answer(served: Served) -> dict[str, Any] | None:
        if served.asked.path != "/v1/responses":
            return None
        form = served.form
        if refused := marks(form) if not has_breakpoints(form["model"]) else []:
            return error_answer(
                400,
                f"{refused[0]} is not supported on this model",
                type="invalid_request_error",
                code="invalid_parameter",
                param=refused[0],
                headers=headers(served, 20),
            )
        text = _said(form["input"])
        if text and "text" in form:
            text = json.dumps({"reply": text, "ask_staff": False})
        return _cached(served, cache, text) if text else None

    return answer


def _said(asked: str | list[dict[str, Any]]) -> str | None:
    last = asked if isinstance(asked, str) else asked[-1]["content"]
    return next((text for question, text in ANSWERS.items() if last.endswith(question)), None)


def _cached(served: Served, cache: PromptCache, text: str) -> dict[str, Any]:
    form = served.form
    counted = cache.counted(form)
    # A prefix that is read need not be worked through again: the answer begins earlier.
    given = respond(
        served,
        text,
        input_tokens=counted.input_tokens,
        cached_tokens=counted.read,
        cache_write_tokens=counted.written,
        ms=520 if counted.read else 760,
    )
    body: dict[str, Any] = given["json"]
    cache.remember(body["id"], form)
    asked = form.get("prompt_cache_options")
    if asked:
        body["prompt_cache_options"] = {"mode": "implicit", "ttl": "30m", **asked}
        if asked.get("ttl") == "12h":
            split = {"ttl_12h_tokens": counted.written, "ttl_30m_tokens": 0}
            body["usage"]["input_tokens_details"]["cache_write_tokens_details"] = split
    if (compared := cache.compared(form, counted.read)) is not None:
        body["prompt_cache_diagnostics"] = compared
    return given
