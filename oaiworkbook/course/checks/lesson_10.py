"""Exercises of lesson 10, Vision."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import takewhile
from math import ceil
from numbers import Integral
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel

from ...practice.answers import message_item
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, expect, no_waiting, text_answer

# The lesson's rule for reading. A test compares the two by running the reference.
READ = "Read the receipt. Amounts in cents, each as it is printed; correct nothing."
URL = "data:image/jpeg;base64," + base64.b64encode(b"a picture \xff\xfb\xfe").decode()
GOOD: dict[str, Any] = {
    "shop": "Corner Paints",
    "items": [
        {"what": "Varnish", "quantity": 1, "cents": 1250},
        {"what": "Brush", "quantity": 2, "cents": 640},
    ],
    "total_cents": 1890,
}
GOOD_TEXT = json.dumps(GOOD)
ABOVE = json.dumps(GOOD | {"total_cents": 1889})
BELOW = json.dumps(GOOD | {"total_cents": 1891})
EMPTY = json.dumps(GOOD | {"items": [], "total_cents": 0})
REFUSAL = text_answer(
    "", output=[message_item([{"type": "refusal", "refusal": "I cannot read this."}])]
)
# File, Pillow's name of its format, type, detail.
PICTURES = (
    ("scan.png", "PNG", "image/png", "low"),
    ("photo.jpg", "JPEG", "image/jpeg", "original"),
    ("PHOTO 2.JPEG", "JPEG", "image/jpeg", "high"),
    ("sign.gif", "GIF", "image/gif", "auto"),
    ("plan.webp", "WEBP", "image/webp", "low"),
)
OTHERS = {
    "invoice.pdf": b"%PDF-1.7",
    "logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "scan.bmp": b"BM",
    "notes.txt": b"image/png",
    "notes": b"no ending",
}


def part(answer: Callable[..., Any]) -> str:
    from PIL import Image

    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for number, (name, form, kind, detail) in enumerate(PICTURES):
            path = Path(folder) / name
            Image.new("RGB", (9 + number, 7), "#3366ff").save(path, form)
            _part(answer(path, detail), path, kind, detail)
        for name, content in OTHERS.items():
            path = Path(folder) / name
            path.write_bytes(content)
            what = f"for {name!r}, which the API does not take"
            _refuses(partial(answer, path, "low"), what)
    return "Each file goes by its own type, and what the API would refuse stays here."


def _part(found: Any, path: Path, kind: str, detail: str) -> None:
    expect(isinstance(found, Mapping), f"it returned {type(found).__name__}, not a dict")
    expect(found.get("type") == "input_image", f"the type of the part is {found.get('type')!r}")
    url = found.get("image_url")
    expect(isinstance(url, str), f"`image_url` is {url!r}, not a string")
    head, comma, data = url.partition(",")
    expect(comma and head.startswith("data:"), f"`image_url` begins with {url[:30]!r}")
    expect(head == f"data:{kind};base64", f"the data URL of {path.name!r} begins with {head!r}")
    right = base64.b64encode(path.read_bytes()).decode()
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(data, right, strict=False))
    )
    expect(
        data == right,
        "what follows the comma is not the base64 of the file: "
        f"from character {same + 1} on it is {data[same : same + 20]!r}",
    )
    given = found.get("detail")
    expect(given == detail, f"`detail` is {given!r} where {detail!r} was asked for")


def _refuses(run: Callable[[], Any], what: str) -> None:
    """Raises Wrong where the program does not raise `ValueError`."""
    try:
        found = run()
    except ValueError:
        return
    except Exception as error:
        kind = type(error).__name__
        raise Wrong(f"{what}, it stops with `{kind}`: it must raise `ValueError`") from error
    raise Wrong(f"{what}, it returned {found!r}: it must raise `ValueError`")


def _tokens(width: int, height: int) -> int:
    return ceil(ceil(width / 32) * ceil(height / 32) * 6 / 5)


def _best(width: int, height: int, budget: int) -> int:
    """The most tokens within the budget that a picture of this shape can cost."""
    longest = max(width, height)
    for side in range(longest, 0, -1):
        cost = _tokens(round(width * side / longest), round(height * side / longest))
        if cost <= budget:
            return cost
    return 0


def shrink(answer: Callable[..., Any]) -> str:
    for width, height, budget in (
        (3024, 4032, 1_000),
        (6048, 8064, 3_000),
        (4000, 1000, 700),
        (1200, 3600, 1_500),
        (3635, 5928, 1_500),
        (3031, 5805, 2_000),
        (5150, 3591, 500),
        (4858, 3374, 1_500),
        (893, 2277, 2_000),
        (3840, 4371, 700),
        (1037, 2800, 100),
        (600, 900, 1_000),
        (600, 900, 662),
        (600, 900, 661),
        (64, 64, 500),
    ):
        found = answer(width, height, budget)
        case = f"for {width} by {height} and {budget} tokens"
        try:
            across, down = found
        except (TypeError, ValueError):
            raise Wrong(f"{case} it returned {found!r}, not a width and a height") from None
        expect(
            isinstance(across, Integral) and isinstance(down, Integral),
            f"{case} it returned {found!r}: pixels are whole numbers",
        )
        shown = f"{across} by {down}"
        expect(across <= width and down <= height, f"{case} it returned {shown}, which is larger")
        cost, whole = _tokens(across, down), _tokens(width, height)
        if whole <= budget:
            expect(
                (across, down) == (width, height),
                f"{case} it returned {shown}, though the picture fits as it is",
            )
        expect(cost <= budget, f"{case} it returned {shown}, which is {cost} tokens")
        # Both sides may be rounded by a pixel.
        bent = abs(across * height - down * width)
        expect(bent <= width + height, f"{case} it returned {shown}, which is another shape")
        best = _best(width, height, budget)
        expect(
            cost >= 0.9 * best,
            f"{case} it returned {shown}, only {cost} tokens: {best} can be reached, "
            "so more detail would fit",
        )
    return "The budget is kept, and hardly any of it is left."


def receipt(answer: Callable[..., Any]) -> str:
    probe = Probe([GOOD_TEXT])
    found = answer(probe.client, URL)
    expect(probe.requests, "your code sent no request through the client it was given")
    details = _details(probe.requests)
    expect(details[0] == "low", f"the details asked: {details}")
    expect(len(details) == 1, f"the sum fitted at once, and {len(details)} requests went")
    _is_good(found)
    for first, what in (
        (ABOVE, "the items of the first reading were a cent above its total"),
        (BELOW, "the items of the first reading were a cent below its total"),
        (EMPTY, "the first reading had no items"),
        (REFUSAL, "the first answer was a refusal"),
    ):
        probe = Probe([first, GOOD_TEXT])
        found = answer(probe.client, URL)
        details = _details(probe.requests)
        expect(details == ["low", "original"], f"{what}, and the details asked were {details}")
        one, two = probe.requests
        expect(
            one.words == two.words and not two.before,
            "the second request has other words than the first, or its answer: "
            "a model that knows of the first reading could make the items fit",
        )
        _is_good(found)
    for never, what in (
        (ABOVE, "where no sum fits"),
        (EMPTY, "where the receipts have no items"),
        (REFUSAL, "where the answers are refusals"),
    ):
        _fails(answer, [never], what)
    with no_waiting(answer):
        before: Sequence[Reply]
        for before in ([], [ABOVE]):
            passes_on(lambda probe: answer(probe.client, URL), first=before)
    return "A receipt that adds up, or a reason to look at it yourself."


def _fails(answer: Callable[..., Any], replies: list[Reply], what: str) -> None:
    probe = Probe(replies)
    _refuses(lambda: answer(probe.client, URL), what)
    details = _details(probe.requests)
    expect(len(details) <= 2, f"{what}, it sent {len(details)} requests")
    expect(details == ["low", "original"], f"{what}, the details asked were {details}")


def _details(requests: Sequence[Asked]) -> list[Any]:
    """`detail` of the picture in each request, in order."""
    found = []
    for asked in requests:
        schema = asked.schema
        expect(schema and "total_cents" in json.dumps(schema), "a request carries no schema")
        expect(
            READ in asked.words,
            "a request does not hold the words of `READ`, which forbid to correct the items",
        )
        pictures = [each for turn in asked.turns for each in turn.other if "image_url" in each]
        expect(len(pictures) == 1, f"a request carries {len(pictures)} pictures")
        # In Chat Completions URL and detail are one level deeper.
        inner = pictures[0]["image_url"]
        picture = inner if isinstance(inner, dict) else pictures[0] | {"url": inner}
        expect(picture.get("url") == URL, "the picture is not the one that was given")
        found.append(picture.get("detail", "auto"))
    return found


def _is_good(found: Any) -> None:
    expect(isinstance(found, BaseModel), f"it returned {type(found).__name__}, not a `Receipt`")
    expect(found.model_dump() == GOOD, f"it returned {found!r}, not the receipt whose sum fits")


EXERCISES = [
    Exercise(
        "10-1",
        part,
        (
            "Start from `picture`. `path.read_bytes()` has the bytes. A dict of endings is as good as `mimetypes`.",
            "Compare `kind` with the four types that are allowed. It is None for an unknown ending.",
            'The data URL is `f"data:{kind};base64,{data}"`.',
        ),
        """KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


def part(path, detail):
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"the API takes no {path}")
    data = base64.b64encode(path.read_bytes()).decode()
    return {"type": "input_image", "image_url": f"data:{kind};base64,{data}", "detail": detail}
""",
    ),
    Exercise(
        "10-2",
        shrink,
        (
            "Begin with the whole picture: a scale of 1.",
            "While `patch_tokens` of the scaled size is above the budget, take a little off the scale: "
            "5 % are too much, 0.1 % are enough.",
            "One factor for both sides keeps the shape; `round` makes whole pixels.",
        ),
        """def shrink(width, height, budget):
    scale = 1.0
    while patch_tokens(width * scale, height * scale) > budget:
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
            "`raise ValueError(...)` comes after the loop: there is nothing more to try.",
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
