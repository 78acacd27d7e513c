"""Pictures in a request: which they are, and the input tokens they cost.

The rule is that of OpenAI's guide to images and vision for the families gpt-5.6 and gpt-6-astra, as
read on 2026-11-22. No copy of it that we read lists gpt-6-luna; it is counted alike here.
"""

import base64
import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oaiworkbook.practice.server import Served

MOST_PATCHES = 30_000
# detail -> longest side in pixels, most patches; None: as many as the API takes
_LIMITS: dict[str, tuple[int, int | None]] = {
    "low": (512, None),
    "high": (2_048, 2_500),
    "original": (65_535, None),
    "auto": (65_535, None),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as it was sent: an address, or the bytes of a data URL."""

    url: str
    content: bytes | None
    detail: str


def pictures(served: Served) -> list[Picture]:
    """The pictures of a request, in order; read from the body as it was sent."""
    form = json.loads(served.raw)
    asked = form.get("messages", form.get("input"))
    messages = asked if isinstance(asked, list) else []
    return [found for message in messages for found in _of(_parts(message))]


def _parts(item: dict[str, Any]) -> object:
    """What may be a picture: the parts of a message, or the screenshot that a call got."""
    shot = item.get("type") == "computer_call_output"
    return [item["output"]] if shot else item.get("content")


def _of(content: object) -> Iterator[Picture]:
    for part in content if isinstance(content, list) else []:
        if part.get("type") in ("input_image", "image_url", "computer_screenshot"):
            # In Chat Completions URL and detail are one level deeper.
            inner = part["image_url"]
            if isinstance(inner, dict):
                part = inner
            url = part["url"] if isinstance(inner, dict) else inner
            head, _, data = url.partition(";base64,")
            content = base64.b64decode(data) if head.startswith("data:") else None
            yield Picture(url, content, part.get("detail") or "auto")


def png_size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def patches(width: int, height: int, detail: str = "auto") -> int:
    """Squares of 32 by 32 pixels that cover the picture once it has been scaled down."""
    side, budget = _LIMITS[detail]
    scale = min(1.0, side / max(width, height))
    width, height = round(width * scale), round(height * scale)
    if budget and _cover(width, height) > budget:
        shrink = math.sqrt(32**2 * budget / (width * height))
        across, down = width * shrink / 32, height * shrink / 32
        shrink *= min(math.floor(across) / across, math.floor(down) / down)
        width, height = math.floor(width * shrink), math.floor(height * shrink)
    return _cover(width, height)


def picture_tokens(width: int, height: int, detail: str = "auto") -> int:
    return -(-patches(width, height, detail) * 6 // 5)  # times 1.2, rounded up


def _cover(width: int, height: int) -> int:
    return math.ceil(width / 32) * math.ceil(height / 32)
