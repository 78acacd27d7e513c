"""Builders of authored answers of `/v1/images` and of the tool that draws: usage, picture, stream.

Output tokens follow the calculator on OpenAI's page for the models before this one; for
gpt-image-2 a real answer agrees (1536x864, low: 120). A picture sent in counts one token for 16 by
16 pixels, as one real answer showed (128x128: 64). Neither is established for gpt-image-2.6.
"""

import base64
from typing import Any

from oaiworkbook.practice.server import Served

from .common import CREATED, count, headers, identifier

Json = dict[str, Any]

FACTOR = {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96}
PARTIAL = 100  # documented: tokens that each partial image adds


def output_tokens(size: str, quality: str) -> int:
    """Tokens of one picture of `size`, such as 1024x640."""
    width, height = (int(side) for side in size.split("x"))
    long, short = max(width, height), min(width, height)
    factor = FACTOR[quality]
    across = (2 * factor * short + long) // (2 * long)  # rounded
    return -(-factor * across * (2_000_000 + width * height) // 4_000_000)


def usage(prompt: str, pictures_in: list[tuple[int, int]], out: int, *, details: bool) -> Json:
    """`details`: of the output, which streamed answers leave out."""
    text = count(prompt) + (7 if pictures_in else 6)
    seen = sum(-(-width // 16) * -(-height // 16) for width, height in pictures_in)
    found: Json = {
        "input_tokens": text + seen,
        "input_tokens_details": {"image_tokens": seen, "text_tokens": text},
        "output_tokens": out,
    }
    if details:
        found["output_tokens_details"] = {"image_tokens": out, "text_tokens": 0}
    return found | {"total_tokens": text + seen + out}


def described(served: Served) -> Json:
    """What every answer repeats of its request."""
    form = served.form
    background = form.get("background", "opaque")
    kind = form.get("output_format", "png")
    look = {"quality": form["quality"], "size": form["size"]}
    return {"background": background, "output_format": kind} | look


def picture(
    served: Served, content: bytes, *, ms: int, pictures_in: list[tuple[int, int]] | None = None
) -> Json:
    """One picture, whole."""
    look = described(served)
    spent = output_tokens(look["size"], look["quality"])
    body = {"created": CREATED, "background": look["background"]}
    body["data"] = [{"b64_json": _text(content)}]
    body |= {name: look[name] for name in ("output_format", "quality", "size")}
    body["usage"] = usage(served.form["prompt"], pictures_in or [], spent, details=True)
    return {"status": 200, "headers": headers(served, ms), "ms": ms, "json": body}


def streamed(served: Served, content: bytes, partial: list[bytes], *, ms: int) -> Json:
    """Partial pictures, then the last one with the usage."""
    look = described(served)
    kind = "image_generation"
    spent = output_tokens(look["size"], look["quality"]) + PARTIAL * len(partial)
    gap = ms // (len(partial) + 1)
    events: list[list[Any]] = []
    for number, coarse in enumerate(partial):
        event: Json = {"type": f"{kind}.partial_image", "b64_json": _text(coarse), **look}
        event |= {"created_at": CREATED, "partial_image_index": number}
        events.append([gap * (number + 1), event["type"], event])
    done: Json = {"type": f"{kind}.completed", "b64_json": _text(content), **look}
    done |= {"created_at": CREATED}
    done["usage"] = usage(served.form["prompt"], [], spent, details=False)
    events.append([ms, done["type"], done])
    head = headers(served, gap, "text/event-stream; charset=utf-8")
    return {"status": 200, "headers": head, "sse": events}


def drawn_item(served: Served, tool: Json, content: bytes, prompt: str, *, action: str) -> Json:
    """What the tool `image_generation` drew. `prompt`: as the text model wrote it."""
    item: Json = {"id": identifier("ig_", served), "type": "image_generation_call"}
    item |= {"status": "completed", "action": action, "background": "opaque"}
    item |= {"output_format": "png", "quality": tool["quality"], "result": _text(content)}
    return item | {"revised_prompt": prompt, "size": tool["size"]}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
