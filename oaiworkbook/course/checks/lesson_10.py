"""Exercises of lesson 10, Vision."""

import base64
import json
from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, expect, text_answer

CONTENT = b"stands for the bytes of a picture \xff\xfb\xfe"
URL = "data:image/jpeg;base64," + base64.b64encode(CONTENT).decode()
GOOD = {
    "shop": "Corner Paints",
    "items": [
        {"what": "Varnish", "quantity": 1, "cents": 1250},
        {"what": "Brush", "quantity": 2, "cents": 640},
    ],
    "total_cents": 1890,
}
OFF = GOOD | {"total_cents": 1840}
EMPTY = GOOD | {"items": [], "total_cents": 0}


def part(answer: Callable[..., Any]) -> str:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, kind, detail in (
            ("scan.png", "image/png", "low"),
            ("photo.jpg", "image/jpeg", "original"),
            ("PHOTO.JPEG", "image/jpeg", "high"),
            ("sign.gif", "image/gif", "auto"),
        ):
            path = Path(folder) / name
            path.write_bytes(CONTENT)
            _part(answer(path, detail), name, kind, detail)
        for name in ("invoice.pdf", "logo.svg", "notes"):
            path = Path(folder) / name
            path.write_bytes(CONTENT)
            try:
                found = answer(path, "low")
            except ValueError:
                continue
            raise Wrong(f"for {name!r}, which the API does not take, it returned {found!r}")
    return "Each file goes by its own type, and what the API would refuse stays here."


def _part(found: Any, name: str, kind: str, detail: str) -> None:
    expect(isinstance(found, Mapping), f"it returned {type(found).__name__}, not a dict")
    expect(found.get("type") == "input_image", f"the type of the part is {found.get('type')!r}")
    url = found.get("image_url")
    expect(isinstance(url, str), f"`image_url` is {url!r}, not a string")
    head, comma, data = url.partition(",")
    expect(comma and head.startswith("data:"), f"`image_url` begins with {url[:30]!r}")
    expect(head == f"data:{kind};base64", f"the data URL of {name!r} begins with {head!r}")
    expect(
        data == base64.b64encode(CONTENT).decode(),
        f"what follows the comma is not the base64 of the file; it begins with {data[:20]!r}",
    )
    given = found.get("detail")
    expect(given == detail, f"`detail` is {given!r} where {detail!r} was asked for")


def _tokens(width: int, height: int) -> int:
    return ceil(ceil(width / 32) * ceil(height / 32) * 6 / 5)


def shrink(answer: Callable[..., Any]) -> str:
    for width, height, budget in (
        (3024, 4032, 1_000),
        (6048, 8064, 3_000),
        (4000, 1000, 700),
        (1200, 3600, 1_500),
        (600, 900, 1_000),
        (64, 64, 500),
    ):
        found = answer(width, height, budget)
        case = f"for {width} by {height} and {budget} tokens"
        expect(
            isinstance(found, tuple | list) and len(found) == 2,
            f"{case} it returned {found!r}, not a width and a height",
        )
        across, down = found
        expect(
            all(isinstance(side, int) for side in found),
            f"{case} it returned {found!r}: pixels are whole numbers",
        )
        shown = f"{across} by {down}"
        expect(across <= width and down <= height, f"{case} it returned {shown}, which is larger")
        cost = _tokens(across, down)
        expect(cost <= budget, f"{case} it returned {shown}, which is {cost} tokens")
        bent = abs(across * height - down * width)
        expect(bent <= max(width, height), f"{case} it returned {shown}, which is another shape")
        whole = _tokens(width, height)
        if whole <= budget:
            expect(
                (across, down) == (width, height),
                f"{case} it returned {shown}, though the picture fits as it is",
            )
        else:
            expect(
                cost >= 0.9 * budget,
                f"{case} it returned {shown}, only {cost} tokens: more detail would fit",
            )
    return "As much of the picture as the budget pays for."


def _fails(answer: Callable[..., Any], replies: list[Reply], what: str) -> list[Asked]:
    probe = Probe(replies)
    try:
        found = answer(probe.client, URL)
    except ValueError:
        return probe.requests
    raise Wrong(f"{what}, and it returned {found!r}: it must raise `ValueError`")


def receipt(answer: Callable[..., Any]) -> str:
    good, off, empty = (json.dumps(each) for each in (GOOD, OFF, EMPTY))
    probe = Probe([good])
    found = answer(probe.client, URL)
    expect(probe.requests, "your code sent no request through the client it was given")
    expect(_details(probe.requests)[0] == "low", f"the details asked: {_details(probe.requests)}")
    expect(
        len(probe.requests) == 1, f"the sum fitted at once, and {len(probe.requests)} requests went"
    )
    _is_good(found)
    probe = Probe([off, good])
    found = answer(probe.client, URL)
    wanted = ["low", "original"]
    expect(
        _details(probe.requests) == wanted,
        f"when the first sum was off, the details asked were {_details(probe.requests)}",
    )
    _is_good(found)
    asked = _fails(answer, [off], "no sum fitted")
    expect(len(asked) <= 2, f"no sum fitted, and it sent {len(asked)} requests")
    _fails(answer, [empty], "the receipts had no items")
    said = [{"type": "refusal", "refusal": "I cannot read this."}]
    message = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant"}
    refusal = text_answer("", output=[message | {"content": said}])
    _fails(answer, [refusal], "the answers were refusals")
    return "A receipt that adds up, or a reason to look at it yourself."


def _details(requests: list[Asked]) -> list[Any]:
    """`detail` of the picture in each request, in order."""
    found = []
    for asked in requests:
        expect(asked.path == "/responses", f"a request went to {asked.path}")
        expect("schema" in json.dumps(asked.body.get("text")), "a request carries no schema")
        given = asked.body.get("input")
        messages = given if isinstance(given, list) else []
        parts = [
            each
            for message in messages
            if isinstance(message.get("content"), list)
            for each in message["content"]
            if each.get("type") == "input_image"
        ]
        expect(len(parts) == 1, f"a request carries {len(parts)} pictures")
        expect(parts[0].get("image_url") == URL, "the picture is not the one that was given")
        found.append(parts[0].get("detail"))
    return found


def _is_good(found: Any) -> None:
    expect(isinstance(found, BaseModel), f"it returned {type(found).__name__}, not a `Receipt`")
    expect(found.model_dump() == GOOD, f"it returned {found!r}, not the receipt whose sum fits")


EXERCISES = [
    Exercise(
        "10-1",
        part,
        (
            "Start from `picture`. `path.read_bytes()` has the bytes.",
            "Compare `kind` with the types that are allowed before you read the file.",
            'The data URL is `f"data:{kind};base64,{data}"`.',
        ),
        """import mimetypes


def part(path, detail):
    kind = mimetypes.guess_type(path)[0]
    if kind not in ("image/png", "image/jpeg", "image/gif"):
        raise ValueError(f"{path} is {kind}")
    data = base64.b64encode(path.read_bytes()).decode()
    return {"type": "input_image", "image_url": f"data:{kind};base64,{data}", "detail": detail}
""",
    ),
    Exercise(
        "10-2",
        shrink,
        (
            "Begin with the whole picture: a scale of 1.",
            "While `patch_tokens` of the scaled size is above the budget, take a little off the scale.",
            "One factor for both sides keeps the shape; `round` makes whole pixels.",
        ),
        """def shrink(width, height, budget):
    scale = 1.0
    while patch_tokens(round(width * scale), round(height * scale)) > budget:
        scale *= 0.999
    return round(width * scale), round(height * scale)
""",
    ),
    Exercise(
        "10-3",
        receipt,
        (
            "The loop over the two details is in the lesson; `return` takes the place of `break`.",
            "Look at `output_parsed` and at its `items` before you add anything up.",
            "`raise ValueError(...)` stands after the loop: there is nothing more to try.",
        ),
        """def receipt(client, url):
    for detail in ("low", "original"):
        part = {"type": "input_image", "image_url": url, "detail": detail}
        given = {"instructions": READ, "input": user(part), "text_format": Receipt}
        found = client.responses.parse(**luna, **given).output_parsed
        if found and found.items and off(found) == 0:
            return found
    raise ValueError(f"no receipt whose sum fits: {found}")
""",
    ),
]
