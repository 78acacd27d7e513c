"""Wrong answers to the exercises of lesson 11: (name, source, what the check must say)."""

_DRAFTS = """
def drafts(client, prompt, n, folder):
    import base64

    paths = []
    response = client.images.generate(
        model="gpt-image-2.6-flare", prompt=prompt, size="1024x640", quality="low", {more}
    )
    for number, item in enumerate(response.data):
        paths.append(folder / f"{{number}}.{ending}")
        paths[-1].write_bytes({content})
    return paths
"""
_BYTES = "base64.b64decode(item.b64_json)"
_MORE = 'n=n, output_format="webp"'

_EDIT = """
def edit_box(client, path, box, prompt):
    import base64
    from io import BytesIO

    from PIL import Image

    mask = Image.new("{mode}", {size}, "white")
    {hole}
    buffer = BytesIO()
    mask.save(buffer, "PNG")
    response = client.images.edit(
        model="gpt-image-2.6-flare", image=path, {mask} prompt=prompt, quality="low"
    )
    return base64.b64decode(response.data[0].b64_json)
"""
_SIZE = "Image.open(path).size"
_HOLE = "mask.paste((0, 0, 0, 0), box)"
_MASK = 'mask=("mask.png", buffer.getvalue()),'

_ALL = """
def draw_all(client, prompts):
    import base64

    import openai

    found = {{}}
    for prompt in prompts:
        try:
            response = client.images.generate(model="gpt-image-2.6-flare", prompt=prompt)
            found[prompt] = base64.b64decode(response.data[0].b64_json)
        except {error}:
            {refused}
    return found
"""

WRONG = {
    "11-1": [
        (
            "asks for one",
            _DRAFTS.format(more='output_format="webp"', ending="webp", content=_BYTES),
            "`n` is 1",
        ),
        (
            "asks for PNG",
            _DRAFTS.format(more="n=n", ending="webp", content=_BYTES),
            "`output_format` is None",
        ),
        (
            "writes the base64",
            _DRAFTS.format(more=_MORE, ending="webp", content="item.b64_json.encode()"),
            "the bytes behind the base64",
        ),
        (
            "another ending",
            _DRAFTS.format(more=_MORE, ending="png", content=_BYTES),
            "the folder holds",
        ),
    ],
    "11-2": [
        (
            "no mask",
            _EDIT.format(mode="RGBA", size=_SIZE, hole=_HOLE, mask=""),
            "has no `mask`",
        ),
        (
            "bytes without a name",
            _EDIT.format(mode="RGBA", size=_SIZE, hole=_HOLE, mask=_MASK).replace(
                "image=path", "image=path.read_bytes()"
            ),
            "goes as application/octet-stream",
        ),
        (
            "the wrong way round",
            _EDIT.format(
                mode="RGBA",
                size=_SIZE,
                hole="mask.putalpha(0); mask.paste((255, 255, 255, 255), box)",
                mask=_MASK,
            ),
            "wrong way round",
        ),
        (
            "a size of its own",
            _EDIT.format(mode="RGBA", size="(1024, 1024)", hole=_HOLE, mask=_MASK),
            "the mask is (1024, 1024) pixels",
        ),
        (
            "black instead of transparent",
            _EDIT.format(mode="RGB", size=_SIZE, hole="mask.paste((0, 0, 0), box)", mask=_MASK),
            "no alpha",
        ),
    ],
    "11-3": [
        (
            "stops at the bear",
            _ALL.format(error="openai.RateLimitError", refused="found[prompt] = None"),
            "stops all the others",
        ),
        (
            "takes every 400 for a refusal",
            _ALL.format(error="openai.BadRequestError", refused="found[prompt] = None"),
            "a wrong size looks like",
        ),
        (
            "hides the refusal",
            _ALL.format(error="openai.BadRequestError", refused="continue"),
            "is missing",
        ),
        (
            "tries again",
            _ALL.format(
                error="openai.BadRequestError",
                refused=(
                    "found[prompt] = None\n            "
                    "try: client.images.generate(model='gpt-image-2.6-flare', prompt=prompt)\n"
                    "            except openai.BadRequestError: pass"
                ),
            ),
            "sent again",
        ),
    ],
}
