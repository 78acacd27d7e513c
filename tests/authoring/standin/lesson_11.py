"""Authored answers of lesson 11, Images: a beekeepers' club draws the label of its honey.

`make_label.py` draws every picture, and each says in large letters that it is a stand-in. An edit is
answered with the composite through the very mask that was sent, drawn a little over its edge.
"""

import uuid
from hashlib import sha256
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from . import ASSETS
from .common import headers, seed
from .hosted import respond_hosted
from .images import drawn_item, output_tokens, picture, streamed, usage
from .make_label import MASKS, SAMPLES, SIZE
from .responses import message_item

Json = dict[str, Any]
LABEL = "A label for a honey jar: seven cells of a comb above a green hill, a lime blossom. Flat colours."
STICKER = "A sticker: seven cells of a comb, nothing behind them. Flat colours."
ANEW = "The same label, but at sunset, with heather in the place of the lime blossom."
REFUSED = "A label for a honey jar: a bear torn open by a thousand bees, blood on the comb."

WISH = "My bees live on the dunes. What blooms there in June? Draw it on my label."
NEXT_WISH = "Now at night."
SAID = "Sea thrift and wild thyme bloom on dunes in June. I drew pink sea thrift on your label."
SAID_NEXT = "Here is your label at night."
SHORE = (
    "A label for a honey jar in flat colours: seven cells of a comb above a sand dune, "
    "one pink sea thrift in bloom, a pale blue sky."
)
NIGHT = "The same label at night: a dark blue sky, the comb, dune and sea thrift unchanged."

BASE = sha256((ASSETS / "11_label_low.png").read_bytes()).hexdigest()
FLOWER = sha256((SAMPLES / "heather.png").read_bytes()).hexdigest()
SENT = {sha256((SAMPLES / name).read_bytes()).hexdigest(): name for name in MASKS}


def answer(served: Served) -> Json | None:
    match served.asked.path:
        case "/v1/images/generations":
            return _generate(served)
        case "/v1/images/edits":
            return _edit(served)
        case "/v1/responses":
            return _talk(served)
    return None


def _generate(served: Served) -> Json | None:
    form = served.form
    if form["prompt"] == REFUSED:
        return _refuse(served)
    kind = form.get("output_format", "png")
    match form["prompt"], kind, form.get("background"):
        case str(prompt), "png", None if prompt == LABEL:
            name = f"11_label_{form['quality']}.png"
        case str(prompt), "webp", None if prompt == LABEL and _at_half(form):
            name = "11_label.webp"
        case str(prompt), "gif", None if prompt == LABEL and form.get("frame_count") == 4:
            name = "11_label.gif"
        case str(prompt), "png", "transparent" if prompt == STICKER:
            name = "11_sticker.png"
        case _:
            return None
    whole = (ASSETS / name).read_bytes()
    if not form.get("stream"):
        return picture(served, whole, ms=1300)
    wanted = range(form.get("partial_images", 0))
    partial = [(ASSETS / f"11_partial_{number}.png").read_bytes() for number in wanted]
    return streamed(served, whole, partial, ms=1500)


def _at_half(form: Json) -> bool:
    return form.get("output_compression") == 50


def _edit(served: Served) -> Json | None:
    files = [part for part in served.asked.body if "filename" in part]
    mask = next((SENT.get(part["sha256"]) for part in files if part["name"] == "mask"), None)
    sent = [part["sha256"] for part in files if part["name"].startswith("image")]
    if served.form["prompt"] != ANEW or sent not in ([BASE], [BASE, FLOWER]) or mask is None:
        return None
    composite = (ASSETS / f"11_edit_{mask.removeprefix('mask_')}").read_bytes()
    seen = [SIZE, (128, 128)][: len(sent)]
    return picture(served, composite, ms=1500, pictures_in=seen)


def _talk(served: Served) -> Json | None:
    """A text model with the tool that draws; the second picture is an edit of the first."""
    form = served.form
    match form["input"], form.get("previous_response_id"):
        case str(wish), None if wish == WISH:
            name, prompt, said = "11_shore.png", SHORE, SAID
            read, seen, tokens = "", [], 64
        case str(wish), str() if wish == NEXT_WISH:
            name, prompt, said = "11_shore_night.png", NIGHT, SAID_NEXT
            read, seen, tokens = f"{WISH} {SHORE} {SAID}", [SIZE], 32
        case _:
            return None
    [tool] = form["tools"]
    action = "edit" if seen else "generate"
    drawn = drawn_item(served, tool, (ASSETS / name).read_bytes(), prompt, action=action)
    items = [drawn, message_item(served, said)]
    whole = respond_hosted(served, items, read=read, written=prompt, tokens=tokens, ms=1900)
    out = output_tokens(tool["size"], tool["quality"])
    whole["json"]["tool_usage"]["image_gen"] = usage(prompt, seen, out, details=True)
    return whole


def _refuse(served: Served) -> Json:
    """As reported of the API in September 2026, `moderation_details` included."""
    number = uuid.UUID(seed(served, "moderation")[:32])
    refused = error_answer(
        400,
        "Your request was rejected by the safety system. If you believe this is an error, contact us "
        f"at help.openai.com and include the request ID {number}. safety_violations=[violence].",
        type="image_generation_user_error",
        code="moderation_blocked",
        headers=headers(served, 610),
    )
    details = {"moderation_stage": "input", "categories": ["violence"]}
    refused["json"]["error"]["moderation_details"] = details
    return refused
