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
    "kind": "mimetypes.guess_type(path, strict=False)[0]",
    "guard": 'if kind not in ("image/png", "image/jpeg", "image/webp", "image/gif"): raise ValueError(kind)',
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
            "from character 1 on it is \"b'",
        ),
        (
            "leaves out WebP",
            _PART.format(**_GOOD).replace('"image/webp", ', ""),
            "Your code stopped with `ValueError`: image/webp",
        ),
        (
            "leaves out GIF",
            _PART.format(**_GOOD).replace(', "image/gif"', ""),
            "Your code stopped with `ValueError`: image/gif",
        ),
        (
            "makes the type from the ending",
            _PART.format(**_GOOD | {"kind": '"image/" + path.suffix[1:]', "guard": "pass"}),
            "the data URL of 'photo.jpg' begins with 'data:image/jpg;base64'",
        ),
        (
            "overlooks capital letters",
            """
def part(path, detail):
    kinds = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".gif": "gif"}
    if path.suffix not in kinds:
        raise ValueError(f"no picture: {path.suffix}")
    data = base64.b64encode(path.read_bytes()).decode()
    url = f"data:image/{kinds[path.suffix]};base64,{data}"
    return {"type": "input_image", "image_url": url, "detail": detail}
""",
            "Your code stopped with `ValueError`: no picture: .JPEG",
        ),
        (
            "stops with a KeyError",
            """
def part(path, detail):
    kinds = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".gif": "gif"}
    kind = kinds[path.suffix.lower()]
    data = base64.b64encode(path.read_bytes()).decode()
    return {"type": "input_image", "image_url": f"data:image/{kind};base64,{data}", "detail": detail}
""",
            "it stops with `KeyError`",
        ),
        (
            "returns None for other files",
            _PART.format(**_GOOD).replace("raise ValueError(kind)", "return None"),
            "it returned None: it must raise `ValueError`",
        ),
        (
            "the base64 of the name",
            _PART.format(**_GOOD | {"data": "base64.b64encode(str(path).encode()).decode()"}),
            "is not the base64 of the file",
        ),
        (
            "base64 for addresses",
            _PART.format(
                **_GOOD | {"data": "base64.urlsafe_b64encode(path.read_bytes()).decode()"}
            ),
            "the base64 of the file: from character 4",
        ),
        (
            "forgets the word base64",
            _PART.format(**_GOOD | {"url": 'f"data:{kind},{data}"'}),
            "the data URL of 'scan.png' begins with 'data:image/png'",
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
            "takes off a twentieth each time",
            _SHRINK.format(**_FITS | {"factor": "0.95"}),
            "for 3635 by 5928 and 1500 tokens it returned",
        ),
        (
            "takes off a tenth each time",
            _SHRINK.format(**_FITS | {"factor": "0.9"}),
            "for 6048 by 8064 and 3000 tokens it returned 1245 by 1660, only",
        ),
        (
            "stays below the budget",
            _SHRINK.format(**_FITS).replace("> budget", ">= budget"),
            "though the picture fits as it is",
        ),
        (
            "a little over the budget",
            _SHRINK.format(**_FITS | {"budget": "budget + 1"}),
            "which is 101 tokens",
        ),
        (
            "shrinks the width only",
            _SHRINK.format(
                cost="patch_tokens(round(width * scale), height)",
                budget="budget",
                factor="0.999",
                size="round(width * scale), height",
            ),
            "by 4032, which is another shape",
        ),
        (
            "height before width",
            _SHRINK.format(**_FITS | {"size": "round(height * scale), round(width * scale)"}),
            "it returned 1056 by 792, which is",
        ),
        (
            "returns the scale",
            _SHRINK.format(**_FITS | {"size": "scale"}),
            "not a width and a height",
        ),
        (
            "counts the area in patches",
            """
def shrink(width, height, budget):
    scale = min(1, (1024 * budget / 1.2 / (width * height)) ** 0.5)
    return round(width * scale), round(height * scale)
""",
            "for 3024 by 4032 and 1000 tokens it returned 800 by 1067, which is",
        ),
        (
            "counts with low",
            _SHRINK.format(
                **_FITS
                | {"cost": 'patch_tokens(round(width * scale), round(height * scale), "low")'}
            ),
            "it returned 3024 by 4032, which is 14364 tokens",
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
            _SHRINK.format(**_FITS).replace("scale = 1.0", "scale = 3.0"),
            "which is larger",
        ),
        (
            "leaves large pictures alone",
            "def shrink(width, height, budget):\n    size = width, height\n    return size\n",
            "for 3024 by 4032 and 1000 tokens it returned 3024 by 4032",
        ),
    ],
    "10-3": [
        (
            "returns the last one, right or wrong",
            _RECEIPT.format(**_READS | {"after": "return found"}),
            "where no sum fits, it returned Receipt(",
        ),
        (
            "begins with the expensive one",
            _RECEIPT.format(**_READS | {"details": '("original", "low")'}),
            "the details asked: ['original']",
        ),
        (
            "asks the same again",
            _RECEIPT.format(**_READS | {"detail": '"low"'}),
            "above its total, and the details asked were ['low', 'low']",
        ),
        (
            "takes an empty receipt for a fitting one",
            _RECEIPT.format(**_READS | {"fits": "found and off(found) == 0"}),
            "the first reading had no items, and the details asked were ['low']",
        ),
        (
            "wants the items to be made to fit",
            _RECEIPT.format(**_READS).replace(
                "READ",
                '"Read the receipt. The items must add up to the total: '
                'correct them if they do not."',
            ),
            "does not hold the words of `READ`",
        ),
        (
            "tells the model of the sum",
            """
def receipt(client, url):
    words = []
    for detail in ("low", "original"):
        part = {"type": "input_image", "image_url": url, "detail": detail}
        given = {"instructions": READ, "input": user(part, *words), "text_format": Receipt}
        found = client.responses.parse(**luna, **given).output_parsed
        if found and found.items and off(found) == 0:
            return found
        words = ["Look again: the sum was off."]
    raise ValueError("no sum fits")
""",
            "the second request has other words than the first",
        ),
        (
            "goes on in the same conversation",
            """
def receipt(client, url):
    before = None
    for detail in ("low", "original"):
        part = {"type": "input_image", "image_url": url, "detail": detail}
        given = {"instructions": READ, "input": user(part), "text_format": Receipt}
        answer = client.responses.parse(**luna, **given, previous_response_id=before)
        before, found = answer.id, answer.output_parsed
        if found and found.items and off(found) == 0:
            return found
    raise ValueError("no sum fits")
""",
            "a request carries 2 pictures",
        ),
        (
            "allows a few cents",
            _RECEIPT.format(**_READS | {"fits": "found and found.items and abs(off(found)) < 5"}),
            "a cent above its total, and the details asked were ['low']",
        ),
        (
            "looks in one direction",
            _RECEIPT.format(**_READS | {"fits": "found and found.items and off(found) <= 0"}),
            "a cent below its total, and the details asked were ['low']",
        ),
        (
            "asks for both at once",
            """
def receipt(client, url):
    readings = []
    for detail in ("low", "original"):
        part = {"type": "input_image", "image_url": url, "detail": detail}
        given = {"instructions": READ, "input": user(part), "text_format": Receipt}
        readings.append(client.responses.parse(**luna, **given).output_parsed)
    for found in readings:
        if found and found.items and off(found) == 0:
            return found
    raise ValueError("no sum fits")
""",
            "the sum fitted at once, and 2 requests went",
        ),
        (
            "gives up after a refusal",
            _RECEIPT.format(**_READS).replace(
                "        if found and", "        if not found: break\n        if found and"
            ),
            "`ValueError`: no sum fits",
        ),
        (
            "returns None in the end",
            _RECEIPT.format(**_READS | {"after": "return None"}),
            "where no sum fits, it returned None",
        ),
        (
            "raises another error",
            _RECEIPT.format(**_READS | {"after": 'raise RuntimeError("no sum fits")'}),
            "it stops with `RuntimeError`",
        ),
        (
            "returns a dict",
            _RECEIPT.format(**_READS).replace("return found", "return found.model_dump()"),
            "it returned dict, not a `Receipt`",
        ),
        (
            "asks without a class",
            """
def receipt(client, url):
    for detail in ("low", "original"):
        part = {"type": "input_image", "image_url": url, "detail": detail}
        answer = client.responses.create(**luna, instructions=READ, input=user(part))
        found = Receipt.model_validate_json(answer.output_text)
        if found.items and off(found) == 0:
            return found
    raise ValueError("no sum fits")
""",
            "a request carries no schema",
        ),
        (
            "takes errors of the API for a bad reading",
            """
def receipt(client, url):
    for detail in ("low", "original"):
        try:
            part = {"type": "input_image", "image_url": url, "detail": detail}
            given = {"instructions": READ, "input": user(part), "text_format": Receipt}
            found = client.responses.parse(**luna, **given).output_parsed
            if found and found.items and off(found) == 0:
                return found
        except Exception:
            pass
    raise ValueError("no sum fits")
""",
            "it stops with `ValueError`, and not with the API's error",
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
