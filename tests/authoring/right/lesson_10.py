"""Right answers to the exercises of lesson 10, in other ways than the reference."""

_PART = """
import mimetypes


def part(path, detail):
    {kind}
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return {{"type": "input_image", "detail": detail, "image_url": f"data:{{kind}};base64,{{data}}"}}
"""

_SHRINK = """
import math


def shrink(width, height, budget):
    {body}
"""

_FITS = "found and found.items and off(found) == 0"
_RECEIPT = """
def receipt(client, url):
    for detail in ("low", "original"):
        {ask}
        if {fits}:
            return found
    raise ValueError("no sum fits")
"""

RIGHT = {
    "10-1": [
        (
            "mimetypes",
            _PART.format(
                kind="kind = mimetypes.guess_type(path, strict=False)[0]\n"
                '    if kind not in {"image/png", "image/jpeg", "image/webp", "image/gif"}:\n'
                '        raise ValueError(f"{path.name} is {kind}")'
            ),
        ),
        (
            "the name of the kind",
            _PART.format(
                kind="kind, _ = mimetypes.guess_type(str(path), strict=False)\n"
                '    if not kind or kind.split("/")[1] not in ("png", "jpeg", "webp", "gif"):\n'
                '        raise ValueError("not taken")'
            ),
        ),
        (
            "looks into the file",
            """
def part(path, detail):
    content = path.read_bytes()
    if content.startswith(b"\\x89PNG"):
        kind = "png"
    elif content[:3] == b"\\xff\\xd8\\xff":
        kind = "jpeg"
    elif content[:3] == b"GIF":
        kind = "gif"
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "webp"
    else:
        raise ValueError(f"unknown picture: {path}")
    url = "data:image/" + kind + ";base64," + str(base64.b64encode(content), "ascii")
    return dict(type="input_image", image_url=url, detail=detail)
""",
        ),
        (
            "Pillow tells the kind",
            """
from PIL import Image, UnidentifiedImageError


class NotTaken(ValueError):
    pass


def part(path, detail):
    try:
        with Image.open(path) as opened:
            kind = Image.MIME[opened.format]
    except UnidentifiedImageError:
        raise NotTaken(path) from None
    if kind not in ("image/png", "image/jpeg", "image/webp", "image/gif"):
        raise NotTaken(kind)
    with open(path, "rb") as file:
        data = base64.standard_b64encode(file.read()).decode()
    return {"type": "input_image", "image_url": f"data:{kind};base64,{data}", "detail": detail}
""",
        ),
        (
            "match",
            _PART.format(
                kind="match path.suffix.lower():\n"
                '        case ".png" | ".gif" | ".webp" as ending:\n'
                '            kind = f"image/{ending[1:]}"\n'
                '        case ".jpg" | ".jpeg":\n'
                '            kind = "image/jpeg"\n'
                "        case other:\n"
                '            raise ValueError(f"no {other!r}")'
            ),
        ),
        (
            "mends the lesson's function's part",
            """
import mimetypes


def part(path, detail):
    kind = mimetypes.guess_type(path.name, strict=False)[0] or ""
    allowed = [f"image/{name}" for name in ("png", "jpeg", "webp", "gif")]
    if kind in allowed:
        made = picture("receipt.png", detail)
        data = base64.b64encode(path.read_bytes()).decode()
        made["image_url"] = f"data:{kind};base64," + data
        return made
    raise ValueError(kind)
""",
        ),
    ],
    "10-2": [
        (
            "pixel by pixel",
            _SHRINK.format(
                body="longest = max(width, height)\n"
                "    for side in range(longest, 0, -1):\n"
                "        size = round(width * side / longest), round(height * side / longest)\n"
                "        if patch_tokens(*size) <= budget:\n"
                "            return size"
            ),
        ),
        (
            "steps of a hundredth",
            _SHRINK.format(
                body="w, h = width, height\n"
                "    while patch_tokens(w, h) > budget:\n"
                "        width, height = width * 0.99, height * 0.99\n"
                "        w, h = int(width), int(height)\n"
                "    return w, h"
            ),
        ),
        (
            "halves an interval",
            _SHRINK.format(
                body="if patch_tokens(width, height) <= budget:\n"
                "        return [width, height]\n"
                "    low, high = 0.0, 1.0\n"
                "    for _ in range(40):\n"
                "        middle = (low + high) / 2\n"
                "        size = round(width * middle), round(height * middle)\n"
                "        if patch_tokens(*size) <= budget:\n"
                "            low = middle\n"
                "        else:\n"
                "            high = middle\n"
                "    return [round(width * low), round(height * low)]"
            ),
        ),
        (
            "the root of the area, then on",
            _SHRINK.format(
                body="scale = min(1, math.sqrt(budget / 1.2 * 1024 / (width * height)) * 1.05)\n"
                "    while patch_tokens(round(width * scale), round(height * scale)) > budget:\n"
                "        scale -= 0.0005\n"
                "    return round(width * scale), round(height * scale)"
            ),
        ),
        (
            "the first of a generator, rounded down",
            _SHRINK.format(
                body="scales = (thousandth / 1000 for thousandth in range(1000, 0, -1))\n"
                "    sizes = ((math.floor(width * s), math.floor(height * s)) for s in scales)\n"
                "    return next(size for size in sizes if patch_tokens(*size) <= budget)"
            ),
        ),
        (
            "numpy",
            """
import numpy as np


def shrink(width, height, budget):
    size = np.array([width, height])
    for scale in np.arange(1, 0, -0.001):
        across, down = np.rint(size * scale).astype(int)
        if patch_tokens(across, down) <= budget:
            return across, down
""",
        ),
        (
            "exact fractions, without the lesson's function",
            """
from fractions import Fraction
from math import ceil


def shrink(width, height, budget):
    patches = budget * 5 // 6
    shape = Fraction(height, width)
    for across in range(width, 0, -1):
        down = max(1, round(across * shape))
        if ceil(across / 32) * ceil(down / 32) <= patches:
            return across, down
""",
        ),
    ],
    "10-3": [
        (
            "the lesson's form with a guard",
            _RECEIPT.format(
                ask='part = {"type": "input_image", "image_url": url, "detail": detail}\n'
                "        answer = client.responses.parse(\n"
                "            **luna, instructions=READ, input=user(part), text_format=Receipt\n"
                "        )\n"
                "        found = answer.output_parsed",
                fits="found is not None and len(found.items) > 0 and not off(found)",
            ),
        ),
        (
            "rules as a text before the picture",
            _RECEIPT.format(
                ask='part = {"type": "input_image", "image_url": url, "detail": detail}\n'
                "        found = client.responses.parse(\n"
                "            **luna, input=user(READ, part), text_format=Receipt\n"
                "        ).output_parsed",
                fits=_FITS,
            ),
        ),
        (
            "rules of the developer",
            _RECEIPT.format(
                ask='part = {"type": "input_image", "image_url": url, "detail": detail}\n'
                '        rules = {"role": "developer", "content": READ}\n'
                "        found = client.responses.parse(\n"
                "            **luna, input=[rules, *user(part)], text_format=Receipt, store=False\n"
                "        ).output_parsed",
                fits=_FITS,
            ),
        ),
        (
            "Chat Completions",
            _RECEIPT.format(
                ask='image = {"url": url, "detail": detail}\n'
                "        completion = client.chat.completions.parse(\n"
                '            model="gpt-6-luna",\n'
                "            messages=[\n"
                '                {"role": "system", "content": READ},\n'
                '                {"role": "user", "content": '
                '[{"type": "image_url", "image_url": image}]},\n'
                "            ],\n"
                "            response_format=Receipt,\n"
                "        )\n"
                "        found = completion.choices[0].message.parsed",
                fits=_FITS,
            ),
        ),
        (
            "one helper, two calls",
            """
def receipt(client, url):
    def look(detail):
        part = dict(type="input_image", image_url=url, detail=detail)
        settings = luna | {"instructions": READ, "text_format": Receipt}
        return client.responses.parse(**settings, input=user(part)).output_parsed

    def fits(found):
        return bool(found) and bool(found.items) and off(found) == 0

    first = look("low")
    if fits(first):
        return first
    second = look("original")
    if not fits(second):
        raise ValueError(f"please look yourself: {second}")
    return second
""",
        ),
        (
            "a generator of readings",
            """
def readings(client, url):
    for detail in "low", "original":
        part = {"type": "input_image", "image_url": url, "detail": detail}
        yield client.responses.parse(
            **luna, instructions=READ, input=user("The receipt:", part), text_format=Receipt
        ).output_parsed


def receipt(client, url):
    for found in readings(client, url):
        match found:
            case Receipt(items=[_, *_]) if sum(i.cents for i in found.items) == found.total_cents:
                return found
    raise ValueError
""",
        ),
        (
            "create, and the class by hand",
            """
from pydantic import ValidationError

SCHEMA = Receipt.model_json_schema()
for each in (SCHEMA, *SCHEMA["$defs"].values()):
    each["additionalProperties"] = False
FORM = {"type": "json_schema", "name": "receipt", "schema": SCHEMA, "strict": True}


def receipt(client, url):
    why = None
    for detail in ("low", "original"):
        part = {"type": "input_image", "image_url": url, "detail": detail}
        response = client.responses.create(
            **luna, instructions=READ, input=user(part), text={"format": FORM}
        )
        try:
            found = Receipt.model_validate_json(response.output_text)
        except ValidationError as error:
            why = error
            continue
        if found.items and off(found) == 0:
            return found
    raise ValueError("no reading fits") from why
""",
        ),
        (
            "a stream",
            _RECEIPT.format(
                ask='part = {"type": "input_image", "image_url": url, "detail": detail}\n'
                "        with client.responses.stream(\n"
                "            **luna, instructions=READ, input=user(part), text_format=Receipt\n"
                "        ) as stream:\n"
                "            found = stream.get_final_response().output_parsed",
                fits=_FITS,
            ),
        ),
    ],
}
