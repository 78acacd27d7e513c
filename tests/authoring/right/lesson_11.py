"""Right answers to the exercises of lesson 11, in other ways than the reference."""

_ASK = 'client.images.generate(**flare, prompt=prompt, n=n, output_format="webp")'
_DRAFTS = """
import base64


def drafts(client, prompt, n, folder):
    response = {ask}
    {rest}
"""

_EDIT = """
import base64
from io import BytesIO

from PIL import Image


def edit_box(client, path, box, prompt):
    with Image.open(path) as opened:
        old = opened.convert("RGB")
    {mask}
    response = client.images.edit(
        model="gpt-image-2.6-flare",
        image={image},
        mask={sent},
        prompt=prompt,
        size="x".join(map(str, old.size)),
        quality="low",
    )
    new = Image.open(BytesIO(base64.b64decode(response.data[0].b64_json)))
    {back}
"""
_IN_MEMORY = """mask = Image.new("RGBA", old.size, (255, 255, 255, 255))
    mask.paste((0, 0, 0, 0), box)
    buffer = BytesIO()
    mask.save(buffer, format="PNG")"""
_SENT = '("mask.png", buffer.getvalue(), "image/png")'
_BACK = """old.paste(new.crop(box), (box[0], box[1]))
    done = BytesIO()
    old.save(done, format="png")
    return done.getvalue()"""

_ALL = """
import base64

import openai


def draw_all(client, prompts):
    made = {{}}
    for prompt in prompts:
        try:
            response = client.images.generate(**flare, prompt=prompt)
        except {error} as error:
            {handler}
        else:
            made[prompt] = base64.b64decode(response.data[0].b64_json)
    return made
"""

RIGHT = {
    "11-1": [
        (
            "counts to n",
            _DRAFTS.format(
                ask=_ASK,
                rest='paths = [folder / f"{number}.webp" for number in range(n)]\n'
                "    for number in range(n):\n"
                "        content = base64.b64decode(response.data[number].b64_json)\n"
                "        paths[number].write_bytes(content)\n"
                "    return paths",
            ),
        ),
        (
            "open, and texts as paths",
            _DRAFTS.format(
                ask=_ASK.replace("n=n", "n=n, output_compression=80"),
                rest="import os\n\n"
                "    paths = ()\n"
                "    for item in response.data:\n"
                '        name = os.path.join(folder, str(len(paths)) + ".webp")\n'
                '        with open(name, "wb") as file:\n'
                "            file.write(base64.b64decode(item.b64_json))\n"
                "        paths += (name,)\n"
                "    return paths",
            ),
        ),
        (
            "zip and a helper",
            """
import base64
from itertools import count


def written(path, item):
    path.write_bytes(base64.standard_b64decode(item.b64_json.encode()))
    return path


def drafts(client, prompt, n, folder):
    response = client.images.generate(
        model="gpt-image-2.6-flare",
        prompt=prompt,
        size="1024x640",
        quality="low",
        n=n,
        output_format="webp",
    )
    return [
        written(folder.joinpath(f"{number}.webp"), item)
        for number, item in zip(count(), response.data)
    ]
""",
        ),
        (
            "the raw response",
            """
import base64
import json


def drafts(client, prompt, n, folder):
    raw = client.images.with_raw_response.generate(
        **flare | {"output_format": "webp", "n": n, "prompt": prompt}
    )
    paths = []
    for number, item in enumerate(json.loads(raw.content)["data"]):
        (folder / f"{number}.webp").write_bytes(base64.b64decode(item["b64_json"]))
        paths.append(folder / f"{number}.webp")
    return paths
""",
        ),
    ],
    "11-2": [
        (
            "a mask in memory",
            _EDIT.format(mask=_IN_MEMORY, image="path", sent=_SENT, back=_BACK),
        ),
        (
            "a file beside the picture",
            _EDIT.format(
                mask='alpha = Image.new("L", old.size, 255)\n'
                "    alpha.paste(0, box)\n"
                '    mask = old.convert("RGBA")\n'
                "    mask.putalpha(alpha)\n"
                '    name = path.with_name("mask.png")\n'
                "    mask.save(name)",
                image='[open(path, "rb")]',
                sent="name",
                back=_BACK,
            ),
        ),
        (
            "a buffer with a name, and a blend",
            _EDIT.format(
                mask=_IN_MEMORY + '\n    buffer.seek(0)\n    buffer.name = "mask.png"',
                image='("label.png", path.read_bytes())',
                sent="buffer",
                back='inside = Image.new("1", old.size, 0)\n'
                "    inside.paste(1, box)\n"
                '    whole = Image.composite(new.convert("RGB"), old, inside)\n'
                "    done = BytesIO()\n"
                '    whole.save(done, "PNG", optimize=True)\n'
                "    return done.getvalue()",
            ),
        ),
        (
            "numpy",
            """
import base64
from io import BytesIO

import numpy as np
from PIL import Image


def png(values):
    buffer = BytesIO()
    Image.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue()


def edit_box(client, path, box, prompt):
    old = np.array(Image.open(path))
    left, top, right, bottom = box
    inside = np.s_[top:bottom, left:right]
    mask = np.full((*old.shape[:2], 4), 255, dtype=np.uint8)
    mask[inside] = 0
    response = client.images.edit(
        **flare | {"size": f"{old.shape[1]}x{old.shape[0]}"},
        image=path,
        mask=("mask.png", png(mask)),
        prompt=prompt,
    )
    new = np.array(Image.open(BytesIO(base64.b64decode(response.data[0].b64_json))))
    old[inside] = new[inside]
    return png(old)
""",
        ),
        (
            "matplotlib",
            """
import base64
from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np


def edit_box(client, path, box, prompt):
    old = plt.imread(path)[..., :3].copy()
    height, width = old.shape[:2]
    left, top, right, bottom = box
    mask = np.ones((height, width, 4))
    mask[top:bottom, left:right, 3] = 0
    sent = BytesIO()
    plt.imsave(sent, mask, format="png")
    response = client.images.edit(
        **flare | {"size": f"{width}x{height}"},
        image=path,
        mask=("mask.png", sent.getvalue()),
        prompt=prompt,
    )
    new = plt.imread(BytesIO(base64.b64decode(response.data[0].b64_json)))[..., :3]
    old[top:bottom, left:right] = new[top:bottom, left:right]
    whole = BytesIO()
    plt.imsave(whole, old, format="png")
    return whole.getvalue()
""",
        ),
        (
            "a stream",
            _EDIT.format(mask=_IN_MEMORY, image="path", sent=_SENT, back=_BACK)
            .replace("    response =", "    events =")
            .replace('quality="low",', 'quality="low",\n        stream=True,')
            .replace(
                "    new =",
                "    for event in events:\n"
                '        if event.type == "image_edit.completed":\n'
                "            picture = event.b64_json\n"
                "    new =",
            )
            .replace("response.data[0].b64_json", "picture"),
        ),
    ],
    "11-3": [
        (
            "raises unless",
            _ALL.format(
                error="openai.BadRequestError",
                handler='if error.code != "moderation_blocked":\n'
                "                raise\n"
                "            made[prompt] = None",
            ),
        ),
        (
            "looks at the error's body",
            _ALL.format(
                error="openai.APIStatusError",
                handler='if (error.body or {}).get("code") == "moderation_blocked":\n'
                "                made[prompt] = None\n"
                "            else:\n"
                "                raise",
            ),
        ),
        (
            "raises an error of its own",
            _ALL.format(
                error="openai.APIError",
                handler='if getattr(error, "code", None) == "moderation_blocked":\n'
                "                made[prompt] = None\n"
                "                continue\n"
                '            raise RuntimeError(f"no picture for {prompt!r}") from error',
            ),
        ),
        (
            "a helper and a dict comprehension",
            """
import base64

from openai import BadRequestError


def picture_of(client, prompt):
    try:
        made = client.images.generate(
            model="gpt-image-2.6-flare", size="1024x640", quality="low", prompt=prompt, n=1
        )
    except BadRequestError as error:
        if error.code == "moderation_blocked":
            return None
        raise
    return base64.b64decode(made.data[0].b64_json)


def draw_all(client, prompts):
    return {prompt: picture_of(client, prompt) for prompt in prompts}
""",
        ),
        (
            "the lesson's way with fromkeys",
            """
import base64

import openai


def draw_all(client, prompts):
    found = dict.fromkeys(prompts)
    for prompt in found:
        try:
            response = client.images.generate(**flare, prompt=prompt)
            found[prompt] = base64.b64decode(response.data[0].b64_json)
        except openai.BadRequestError as error:
            if error.code == "moderation_blocked":
                print("for the log:", error.request_id)
            else:
                raise
    return found
""",
        ),
        (
            "threads",
            """
import base64
from concurrent.futures import ThreadPoolExecutor

import openai


def draw_all(client, prompts):
    def one(prompt):
        try:
            response = client.images.generate(**flare, prompt=prompt)
        except openai.BadRequestError as error:
            if error.code != "moderation_blocked":
                raise
            return None
        return base64.b64decode(response.data[0].b64_json)

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(prompts, pool.map(one, prompts)))
""",
        ),
        (
            "streams",
            """
import base64

import openai


def draw_all(client, prompts):
    found = {}
    for prompt in prompts:
        found[prompt] = None
        try:
            events = client.images.generate(
                **flare, prompt=prompt, stream=True, output_format="png"
            )
            for event in events:
                if event.type == "image_generation.completed":
                    found[prompt] = base64.b64decode(event.b64_json)
        except openai.BadRequestError as error:
            if error.code != "moderation_blocked":
                raise
    return found
""",
        ),
    ],
}
