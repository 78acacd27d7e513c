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

    old = Image.open(path)
    mask = Image.new("{mode}", {mask_size}, "white")
    {hole}
    buffer = BytesIO()
    mask.save(buffer, "{form}")
    response = client.images.edit(
        model="gpt-image-2.6-flare", image={image}, {mask} prompt=prompt, {settings}
    )
    new = Image.open(BytesIO(base64.b64decode(response.data[0].b64_json)))
    {back}
    done = BytesIO()
    {whole}.save(done, "{out}")
    return {result}
"""
_BOX = {
    "mode": "RGBA",
    "mask_size": "old.size",
    "hole": "mask.paste((0, 0, 0, 0), box)",
    "form": "PNG",
    "image": "path",
    "mask": 'mask=("mask.png", buffer.getvalue()),',
    "settings": 'quality="low", size=f"{old.width}x{old.height}"',
    "back": "old.paste(new.crop(box), box)",
    "whole": "old",
    "out": "PNG",
    "result": "done.getvalue()",
}

_ALL = """
def draw_all(client, prompts):
    import base64

    import openai

    found = {{}}
    for prompt in prompts:
        try:
            response = client.images.generate(**flare, prompt=prompt)
            found[prompt] = base64.b64decode(response.data[0].b64_json)
        except {error}:
            {refused}
    return found
"""
# What a handler does that looks at the wrong thing.
_UNLESS = """if not ({known}):
                raise
            found[prompt] = None"""

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
            "the folder holds ['0.png', '1.png', '2.png']",
        ),
        (
            "one request for each",
            """
def drafts(client, prompt, n, folder):
    import base64

    paths = []
    for number in range(n):
        response = client.images.generate(**flare, prompt=prompt, output_format="webp")
        paths.append(folder / f"{number}.webp")
        paths[-1].write_bytes(base64.b64decode(response.data[0].b64_json))
    return paths
""",
            "3 requests for 3 pictures",
        ),
        (
            "counts from 1",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES).replace(
                "enumerate(response.data)", "enumerate(response.data, 1)"
            ),
            "the folder holds ['1.webp', '2.webp', '3.webp']",
        ),
        (
            "always three",
            _DRAFTS.format(more='n=3, output_format="webp"', ending="webp", content=_BYTES),
            "`n` is 3, and 1 are wanted",
        ),
        (
            "medium quality",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES).replace("low", "medium"),
            "`quality` is 'medium'",
        ),
        (
            "another size",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES).replace("640", "1024"),
            "`size` is '1024x1024'",
        ),
        (
            "another model",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES).replace(
                "gpt-image-2.6-flare", "gpt-image-1"
            ),
            "`model` is 'gpt-image-1'",
        ),
        (
            "adds to the prompt",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES).replace(
                "prompt=prompt", 'prompt=f"{n} labels: {prompt}"'
            ),
            "`prompt` is '3 labels: A label",
        ),
        (
            "returns the last path",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES).replace(
                "return paths", "return paths[-1]"
            ),
            "not the paths",
        ),
        (
            "returns nothing",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES).replace("return paths", ""),
            "it returned NoneType, not",
        ),
        (
            "returns the names",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES).replace(
                "return paths", "return [path.name for path in paths]"
            ),
            "does not return the paths",
        ),
        (
            "writes the first picture into each file",
            _DRAFTS.format(
                more=_MORE, ending="webp", content="base64.b64decode(response.data[0].b64_json)"
            ),
            "a file does not hold the bytes",
        ),
        (
            "writes into the folder of the kernel",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES)
            .replace('folder / f"', 'folder.parent / f"draft-{id(paths)}-')
            .replace("write_bytes(", "parent and ("),
            "the folder holds []",
        ),
        (
            "hides errors",
            _DRAFTS.format(more=_MORE, ending="webp", content=_BYTES)
            .replace("    response =", "    try: response =")
            .replace("    )\n    for", "    )\n    except Exception: return []\n    for"),
            "is kept from the caller: it returned []",
        ),
    ],
    "11-2": [
        (
            "no mask",
            _EDIT.format(**_BOX | {"mask": ""}),
            "has no `mask`",
        ),
        (
            "bytes without a name",
            _EDIT.format(**_BOX | {"image": "path.read_bytes()"}),
            "the type of `image` is application/octet-stream",
        ),
        (
            "a mask without a name",
            _EDIT.format(**_BOX | {"mask": "mask=buffer.getvalue(),"}),
            "the type of `mask` is application/octet-stream",
        ),
        (
            "the wrong way round",
            _EDIT.format(
                **_BOX | {"hole": "mask.putalpha(0); mask.paste((255, 255, 255, 255), box)"}
            ),
            "wrong way round",
        ),
        (
            "a size of its own",
            _EDIT.format(**_BOX | {"mask_size": "(1024, 1024)"}),
            "the mask is (1024, 1024) pixels",
        ),
        (
            "black instead of transparent",
            _EDIT.format(**_BOX | {"mode": "RGB", "hole": "mask.paste((0, 0, 0), box)"}),
            "no alpha",
        ),
        (
            "half transparent",
            _EDIT.format(**_BOX | {"hole": "mask.paste((0, 0, 0, 128), box)"}),
            "nothing in the mask is fully transparent",
        ),
        (
            "takes right and bottom for width and height",
            _EDIT.format(
                **_BOX
                | {
                    "hole": "mask.paste((0, 0, 0, 0), "
                    "(box[0], box[1], box[0] + box[2], box[1] + box[3]))"
                }
            ),
            "the transparent part of the mask is (16, 8, 496, 408)",
        ),
        (
            "a rectangle with both ends",
            _EDIT.format(
                **_BOX
                | {
                    "hole": "from PIL import ImageDraw\n"
                    "    ImageDraw.Draw(mask).rectangle(box, fill=(0, 0, 0, 0))"
                }
            ),
            "the transparent part of the mask is (16, 8, 481, 401)",
        ),
        (
            "half transparent outside",
            _EDIT.format(**_BOX | {"hole": "mask.putalpha(128); mask.paste((0, 0, 0, 0), box)"}),
            "not opaque everywhere outside the box",
        ),
        (
            "another form of mask",
            _EDIT.format(**_BOX | {"form": "WEBP"}),
            "the mask is a WEBP",
        ),
        (
            "trusts the model",
            _EDIT.format(**_BOX | {"back": "old = new"}),
            "outside the box there are not the old pixels",
        ),
        (
            "puts nothing new in",
            _EDIT.format(**_BOX | {"back": "pass"}),
            "in the box the picture it returned is not the new one",
        ),
        (
            "the new picture, shrunk into the box",
            _EDIT.format(
                **_BOX
                | {"back": "old.paste(new.resize((box[2] - box[0], box[3] - box[1])), box[:2])"}
            ),
            "in the box the picture",
        ),
        (
            "in the wrong corner",
            _EDIT.format(**_BOX | {"back": "old.paste(new.crop(box), (0, 0))"}),
            "the picture it returned is not the new one",
        ),
        (
            "returns the part alone",
            _EDIT.format(**_BOX | {"whole": "new.crop(box)"}),
            "it returned (464, 392) pixels",
        ),
        (
            "returns the answer's base64",
            _EDIT.format(**_BOX | {"result": "response.data[0].b64_json"}),
            "what it returned is str, not bytes",
        ),
        (
            "returns a picture of Pillow",
            _EDIT.format(**_BOX | {"result": "old"}),
            "not bytes",
        ),
        (
            "returns a JPEG",
            _EDIT.format(**_BOX | {"out": "JPEG"}),
            "is a JPEG, not a PNG",
        ),
        (
            "leaves the size to the model",
            _EDIT.format(**_BOX | {"settings": 'quality="low"'}),
            "`size` is None, not '1024x640'",
        ),
        (
            "always the same size",
            _EDIT.format(**_BOX | {"settings": 'quality="low", size="1024x640"'}),
            "`size` is '1024x640', not '640x1024'",
        ),
        (
            "leaves the quality out",
            _EDIT.format(**_BOX | {"settings": 'size=f"{old.width}x{old.height}"'}),
            "`quality` is None",
        ),
        (
            "draws a new picture",
            _EDIT.format(**_BOX | {"mask": "", "image": "X"})
            .replace("image=X,", "")
            .replace("images.edit", "images.generate"),
            "went to `/images/generations`, not to `/images/edits`",
        ),
        (
            "sends the mask as the picture",
            _EDIT.format(**_BOX | {"image": '("a.png", buffer.getvalue())'}),
            "the picture that was sent is not that of the file",
        ),
        (
            "hides errors",
            """
def edit_box(client, path, box, prompt):
    import base64
    from io import BytesIO

    from PIL import Image

    old = Image.open(path)
    mask = Image.new("RGBA", old.size, "white")
    mask.paste((0, 0, 0, 0), box)
    buffer, done = BytesIO(), BytesIO()
    mask.save(buffer, "PNG")
    try:
        response = client.images.edit(
            **flare | {"size": f"{old.width}x{old.height}"},
            image=path,
            mask=("mask.png", buffer.getvalue()),
            prompt=prompt,
        )
        new = Image.open(BytesIO(base64.b64decode(response.data[0].b64_json)))
        old.paste(new.crop(box), box)
    except Exception:
        pass
    old.save(done, "PNG")
    return done.getvalue()
""",
            "is kept from the caller",
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
            "a 400 `invalid_value` about the size looks like a refused prompt",
        ),
        (
            "looks for the word safety",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused=_UNLESS.format(known='"safety" in str(error)'),
            ),
            "a 400 whose message says 'safety' looks like",
        ),
        (
            "raises one code only",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused=_UNLESS.format(known='error.code != "invalid_value"'),
            ),
            "says 'safety' looks like a refused prompt",
        ),
        (
            "looks for the word moderation",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused=_UNLESS.format(known='"moderation" in str(error.body)'),
            ),
            "about the parameter `moderation` looks like",
        ),
        (
            "looks for the code in the whole text",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused=_UNLESS.format(known='"moderation_blocked" in str(error.body)'),
            ),
            "unknown parameter `moderation_blocked` looks like",
        ),
        (
            "looks at the type",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused=_UNLESS.format(known='error.type == "image_generation_user_error"'),
            ),
            "about the size looks like a refused prompt: it returned {'a hive': None}",
        ),
        (
            "takes a busy server for a refusal",
            _ALL.format(
                error="openai.APIError as error",
                refused=_UNLESS.format(
                    known='error.code in ("moderation_blocked", "rate_limit_exceeded")'
                ),
            ),
            "a 429 `rate_limit_exceeded` looks like a refused prompt",
        ),
        (
            "takes every error for a refusal",
            _ALL.format(
                error="openai.APIError as error",
                refused=_UNLESS.format(
                    known='error.code == "moderation_blocked" or not hasattr(error, "status_code")'
                ),
            ),
            "a broken connection is kept from the caller",
        ),
        (
            "stops quietly at the first error",
            _ALL.format(
                error="openai.APIStatusError as error",
                refused='if error.code != "moderation_blocked": break\n'
                "            found[prompt] = None",
            ),
            "looks like a refused prompt: it returned {}",
        ),
        (
            "hides the refusal",
            _ALL.format(error="openai.BadRequestError", refused="continue"),
            "is missing",
        ),
        (
            "stores the error",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused='if error.code != "moderation_blocked": raise\n'
                "            found[prompt] = error.code",
            ),
            "for the prompt 'a bear' the dict holds 'moderation_blocked', not `None`",
        ),
        (
            "tries again",
            _ALL.format(
                error="openai.BadRequestError",
                refused=(
                    "found[prompt] = None\n            "
                    "try: client.images.generate(**flare, prompt=prompt)\n"
                    "            except openai.BadRequestError: pass"
                ),
            ),
            "sent again",
        ),
        (
            "tries three times",
            """
import base64

import openai


def draw_all(client, prompts):
    found = {}
    for prompt in prompts:
        for attempt in range(3):
            try:
                response = client.images.generate(**flare, prompt=prompt)
                found[prompt] = base64.b64decode(response.data[0].b64_json)
                break
            except openai.BadRequestError as error:
                if error.code != "moderation_blocked":
                    raise
                found[prompt] = None
                break
            except openai.RateLimitError:
                if attempt == 2:
                    raise
    return found
""",
            "the prompt was sent again, 3 times in all",
        ),
        (
            "keeps the base64",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused=_UNLESS.format(known='error.code == "moderation_blocked"'),
            ).replace("base64.b64decode(response.data[0].b64_json)", "response.data[0].b64_json"),
            "for the prompt 'a hive' the dict holds 'YSBoaXZl', not the bytes",
        ),
        (
            "names the model only",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused=_UNLESS.format(known='error.code == "moderation_blocked"'),
            ).replace("**flare", 'model="gpt-image-2.6-flare"'),
            "`size` is None, not '1024x640'",
        ),
        (
            "ends at the bear",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused=_UNLESS.format(known='error.code == "moderation_blocked"')
                + "\n            break",
            ),
            "the prompts sent were ['a hive', 'a bear']",
        ),
        (
            "returns a list",
            _ALL.format(
                error="openai.BadRequestError as error",
                refused=_UNLESS.format(known='error.code == "moderation_blocked"'),
            ).replace("return found", "return list(found.values())"),
            "it returned list, not a dict",
        ),
    ],
}
