"""Typical mistakes in lesson 10, and what the check says to each."""

_PART = """
def part(path, detail):
    import mimetypes

    kind = {kind}
    {guard}
    data = {data}
    return {{"type": "{type}", "image_url": {url}, "detail": {detail}}}
"""
_GOOD = {
    "kind": "mimetypes.guess_type(path)[0]",
    "guard": 'if kind not in ("image/png", "image/jpeg", "image/gif"): raise ValueError(kind)',
    "data": "base64.b64encode(path.read_bytes()).decode()",
    "type": "input_image",
    "url": 'f"data:{kind};base64,{data}"',
    "detail": "detail",
}

_SHRINK = """
def shrink(width, height, budget):
    scale = 1.0
    while {cost} > {budget}:
        scale *= {factor}
    return {size}
"""
_FITS = {
    "cost": "patch_tokens(round(width * scale), round(height * scale))",
    "budget": "budget",
    "factor": "0.999",
    "size": "round(width * scale), round(height * scale)",
}

_RECEIPT = """
def receipt(client, url):
    for detail in {details}:
        part = {{"type": "input_image", "image_url": url, "detail": {detail}}}
        given = {{"instructions": READ, "input": user(part), "text_format": Receipt}}
        found = client.responses.parse(**luna, **given).output_parsed
        if {fits}:
            return found
    {after}
"""
_READS = {
    "details": '("low", "original")',
    "detail": "detail",
    "fits": "found and found.items and off(found) == 0",
    "after": 'raise ValueError("no sum fits")',
}

WRONG = {
    "10-1": [
        (
            "calls every file a PNG",
            _PART.format(**_GOOD | {"url": 'f"data:image/png;base64,{data}"'}),
            "the data URL of 'photo.jpg' begins with 'data:image/png;base64'",
        ),
        (
            "sends any file",
            _PART.format(**_GOOD | {"guard": "pass"}),
            "for 'invoice.pdf', which the API does not take",
        ),
        (
            "takes every kind of image",
            _PART.format(**_GOOD | {"guard": 'if "image" not in str(kind): raise ValueError'}),
            "for 'logo.svg'",
        ),
        (
            "puts the bytes' repr into the URL",
            _PART.format(**_GOOD | {"data": "base64.b64encode(path.read_bytes())"}),
            "it begins with \"b'",
        ),
        (
            "forgets the detail",
            _PART.format(**_GOOD | {"detail": '"auto"'}),
            "`detail` is 'auto' where 'low' was asked for",
        ),
        (
            "writes the part as in Chat",
            _PART.format(**_GOOD | {"type": "image_url"}),
            "the type of the part is 'image_url'",
        ),
        (
            "sends base64 without a data URL",
            _PART.format(**_GOOD | {"url": "data"}),
            "`image_url` begins with",
        ),
    ],
    "10-2": [
        (
            "halves until it fits",
            _SHRINK.format(**_FITS | {"factor": "0.5"}),
            "more detail would fit",
        ),
        (
            "counts patches, not tokens",
            _SHRINK.format(**_FITS | {"cost": _FITS["cost"] + " / 1.2"}),
            "which is 11",
        ),
        (
            "returns fractions of pixels",
            _SHRINK.format(**_FITS | {"size": "width * scale, height * scale"}),
            "pixels are whole numbers",
        ),
        (
            "squeezes into a square",
            _SHRINK.format(
                cost="patch_tokens(s := round(min(width, height) * scale), s)",
                budget="budget",
                factor="0.999",
                size="s, s",
            ),
            "another shape",
        ),
        (
            "enlarges small pictures",
            "def shrink(width, height, budget):\n"
            "    scale = (1024 * budget / 1.26 / (width * height)) ** 0.5\n"
            "    return round(width * scale), round(height * scale)\n",
            "which is larger",
        ),
        (
            "leaves large pictures alone",
            "def shrink(width, height, budget):\n    size = width, height\n    return size\n",
            "which is 14364 tokens",
        ),
    ],
    "10-3": [
        (
            "returns the last one, right or wrong",
            _RECEIPT.format(**_READS | {"after": "return found"}),
            "no sum fitted, and it returned",
        ),
        (
            "begins with the dear one",
            _RECEIPT.format(**_READS | {"details": '("original", "low")'}),
            "the details asked: ['original']",
        ),
        (
            "asks the same again",
            _RECEIPT.format(**_READS | {"detail": '"low"'}),
            "the details asked were ['low', 'low']",
        ),
        (
            "takes an empty receipt for a fitting one",
            _RECEIPT.format(**_READS | {"fits": "found and off(found) == 0"}),
            "the receipts had no items",
        ),
        (
            "does not expect a refusal",
            _RECEIPT.format(**_READS | {"fits": "found.items and off(found) == 0"}),
            "`AttributeError`",
        ),
        (
            "goes on asking",
            _RECEIPT.format(**_READS | {"details": '("low", *["original"] * 5)'}),
            "it sent 6 requests",
        ),
    ],
}
