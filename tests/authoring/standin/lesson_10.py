"""Authored answers of lesson 10, Vision: a shared workshop and its papers.

No model looks at the pictures. What is said of them is written from the numbers they are drawn
from (`make_pictures.py`); the one misreading is there on purpose.
"""

import json
from hashlib import sha256
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .chat import chat, message_texts
from .common import count_messages, headers, schema_tokens
from .make_pictures import DAY as BOUGHT
from .make_pictures import EXITS, ITEMS, ROOMS, SAMPLES, SHOP, TOTAL, VISITS, money
from .pictures import MOST_PATCHES, Picture, patches, picture_tokens, pictures, png_size
from .responses import input_texts, respond

LOGO = (
    "https://raw.githubusercontent.com/matplotlib/matplotlib/v3.10.0/lib/matplotlib/mpl-data/"
    "images/matplotlib_large.png"
)
LOGO_SIZE = (48, 48)
KNOWN = {
    sha256((SAMPLES / name).read_bytes()).hexdigest(): name
    for name in ("receipt.png", "chart.png", "plan.png")
}
MISREAD = {"Masking tape": 880}  # a 3 read as an 8


def answer(served: Served) -> dict[str, Any] | None:
    if served.asked.path == "/v1/chat/completions":
        return _in_chat(served)
    if served.asked.path not in ("/v1/responses", "/v1/responses/input_tokens"):
        return None
    seen = pictures(served)
    if refused := _refused(served, seen):
        return refused
    tokens = count_messages(input_texts(served.form)) + schema_tokens(served.form)
    tokens += sum(picture_tokens(*_size(each), each.detail) for each in seen)
    if served.asked.path.endswith("/input_tokens"):
        body = {"object": "response.input_tokens", "input_tokens": tokens}
        return {"status": 200, "headers": headers(served, 90), "ms": 120, "json": body}
    text = _said(served.form, seen)
    return respond(served, text, input_tokens=tokens, ms=900) if text else None


def _in_chat(served: Served) -> dict[str, Any] | None:
    texts, seen = message_texts(served.form), pictures(served)
    if [_name(each) for each in seen] != ["receipt.png"]:
        return None
    tokens = count_messages(texts) + sum(picture_tokens(*_size(p), p.detail) for p in seen)
    return chat(served, _paid(texts[0][1]), prompt_tokens=tokens, ms=900)


def _refused(served: Served, seen: list[Picture]) -> dict[str, Any] | None:
    """The two refusals about a picture, worded as reported for this endpoint in 2026."""
    if any(each.content is None and each.url != LOGO for each in seen):
        text, param = "Error while downloading file. Upstream status code: 404.", "url"
    else:
        most = max((patches(*_size(each), each.detail) for each in seen), default=0)
        if most <= MOST_PATCHES:
            return None
        text = f"The image you provided requires {most} patches after processing, exceeding the "
        text += f"limit of {MOST_PATCHES}. Please resize the image and try again."
        param = "input"
    head = headers(served, 310)
    return error_answer(
        400, text, type="invalid_request_error", code="invalid_value", param=param, headers=head
    )


def _size(picture: Picture) -> tuple[int, int]:
    return LOGO_SIZE if picture.content is None else png_size(picture.content)


def _name(picture: Picture) -> str:
    if picture.content is None:
        return "logo"
    return KNOWN.get(sha256(picture.content).hexdigest(), "unknown")


def _said(form: dict[str, Any], seen: list[Picture]) -> str | None:
    question = "\n".join(text for role, text in input_texts(form) if role == "user")
    schema = ((form.get("text") or {}).get("format") or {}).get("schema")
    names = [_name(each) for each in seen]
    match names:
        case ["logo"]:
            return _logo(question)
        case ["receipt.png"]:
            return json.dumps(_receipt(seen[0].detail)) if schema else _paid(question)
        case ["chart.png", "plan.png"] if schema:
            return json.dumps(_yard())
        case ["plan.png"]:
            return f"There are two exits: one in the {' and one in the '.join(EXITS).lower()}."
    return None


def _logo(question: str) -> str:
    if "colours" in question:
        return "Orange, yellow and green wedges, a white disc, a black rim."
    return (
        "A small logo: a white disc with a black rim, and on it orange, yellow and green wedges "
        "of different lengths that start in the centre, like a round bar chart."
    )


def _paid(question: str) -> str:
    if "on which day" in question:
        return f"It is from {SHOP}, of {BOUGHT}."
    return f"It is from {SHOP}, and EUR {money(TOTAL)} was paid."


def _receipt(detail: str) -> dict[str, Any]:
    wrong = MISREAD if detail == "low" else {}
    items = [
        {"what": what, "quantity": many, "cents": wrong.get(what, cents)}
        for what, many, cents in ITEMS
    ]
    return {"shop": SHOP, "items": items, "total_cents": TOTAL}


def _yard() -> dict[str, Any]:
    places = [room[0] for room in ROOMS.values() if room[0]]
    return {"visits": [*VISITS.values()], "total": sum(VISITS.values()), "places": places}
