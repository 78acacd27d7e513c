"""Exercises of lesson 11, Images."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import openai

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect, no_waiting
from ..models import model

PROMPT = "A label: a hive under a lime tree."
SIZE = (96, 64)
BOX = (16, 8, 48, 40)
REFUSED = error_answer(
    400,
    "Rejected by the safety system.",
    type="image_generation_user_error",
    code="moderation_blocked",
)


class Easel(Probe):
    """A probe that also keeps the parts of the last form, by name: their bytes and their types."""

    parts: dict[str, bytes]
    kinds: dict[str, str]

    def __init__(self, *replies: Any, **options: Any) -> None:
        self.parts, self.kinds = {}, {}
        super().__init__(replies, **options)

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        kind = request.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            whole = f"content-type: {kind}\r\n\r\n".encode() + request.read()
            self.parts, self.kinds = {}, {}
            for part in message_from_bytes(whole).walk():
                name = part.get_param("name", header="content-disposition")
                content = part.get_payload(decode=True)
                if isinstance(content, bytes):
                    field = str(name).removesuffix("[]")
                    self.parts[field] = content
                    self.kinds[field] = part.get_content_type()
        return super()._reply(request)


def drawn(*pictures: bytes) -> dict[str, Any]:
    data = [{"b64_json": base64.b64encode(picture).decode()} for picture in pictures]
    return {
        "status": 200,
        "headers": {"content-type": "application/json"},
        "json": {"created": 1, "data": data},
    }


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name)


def _request(asked: Asked, path: str, prompt: str, **fields: Any) -> None:
    expect(asked.path == path, f"the request went to `{asked.path}`, not to `{path}`")
    for name, value in {"model": model("image"), "prompt": prompt, **fields}.items():
        found = asked.body.get(name)
        expect(found == value, f"`{name}` is {found!r}, not {value!r}")


def drafts(answer: Callable[..., Any]) -> str:
    for pictures in ((b"one", b"two", b"three"), (b"single",)):
        probe = Easel(drawn(*pictures))
        with _folder() as folder:
            paths = answer(probe.client, PROMPT, len(pictures), folder)
            expect(probe.requests, "your code sent no request through the client it was given")
            expect(
                len(probe.requests) == 1,
                f"{len(probe.requests)} requests for {len(pictures)} pictures; one is enough",
            )
            looks = {"size": "1024x640", "quality": "low", "output_format": "webp"}
            count = probe.last.body.get("n", 1)
            expect(count == len(pictures), f"`n` is {count}, and {len(pictures)} are wanted")
            _request(probe.last, "/images/generations", PROMPT, **looks)
            names = sorted(path.name for path in folder.iterdir())
            wanted = [f"{number}.webp" for number in range(len(pictures))]
            expect(names == wanted, f"the folder holds {names}, not {wanted}")
            content = tuple((folder / name).read_bytes() for name in wanted)
            expect(content == pictures, "a file does not hold the bytes behind the base64")
            expect(
                [Path(path) for path in paths or ()] == [folder / name for name in wanted],
                "the function does not return the paths, in order",
            )
    return "One request for all of them: the prompt is paid once, each picture is paid."


def edit_box(answer: Callable[..., Any]) -> str:
    from PIL import Image

    with _folder() as folder:
        for size, box in ((SIZE, BOX), ((64, 96), (0, 0, 64, 10))):
            path = folder / "label.png"
            Image.new("RGB", size, "#f2b134").save(path)
            probe = Easel(drawn(b"new"))
            found = answer(probe.client, path, box, PROMPT)
            expect(probe.requests, "your code sent no request through the client it was given")
            _request(probe.last, "/images/edits", PROMPT, quality="low")
            sent = probe.parts.get("image")
            expect(sent == path.read_bytes(), "the picture was not sent as it is in the file")
            kind = probe.kinds["image"]
            expect(kind == "image/png", f"the picture goes as {kind}, which the API refuses")
            _mask(probe.parts.get("mask"), size, box)
            expect(found == b"new", f"it returned {found!r}, not the bytes of the new picture")
    return "The mask has the picture's size, and a hole where the model may draw."


def _mask(sent: bytes | None, size: tuple[int, int], box: tuple[int, int, int, int]) -> None:
    from PIL import Image

    if sent is None:
        raise Wrong("the request has no `mask`: the whole picture may change")
    try:
        mask = Image.open(BytesIO(sent))
        mask.load()
    except OSError:
        raise Wrong("the mask is not a picture that can be read") from None
    expect(mask.format == "PNG", f"the mask is a {mask.format}; it must be a PNG")
    expect(mask.size == size, f"the mask is {mask.size} pixels, the picture {size}")
    expect("A" in mask.getbands(), "the mask has no alpha: nothing in it is transparent")
    alpha = mask.getchannel("A")
    right = Image.new("L", size, 255)
    right.paste(0, box)
    if alpha.tobytes() == right.tobytes():
        return
    reverse = right.point([255 - value for value in range(256)])
    expect(alpha.tobytes() != reverse.tobytes(), "the mask is the wrong way round")
    raise Wrong("the transparent part of the mask is not the box")


def draw_all(answer: Callable[..., Any]) -> str:
    prompts = ["a hive", "a bear", "a smoker"]

    def reply(asked: Asked) -> dict[str, Any]:
        prompt = asked.body["prompt"]
        return REFUSED if prompt == "a bear" else drawn(prompt.encode())

    probe = Easel(reply)
    try:
        found = answer(probe.client, list(prompts))
    except openai.BadRequestError:
        raise Wrong("one refused prompt stops all the others") from None
    expect(probe.requests, "your code sent no request through the client it was given")
    asked = [request.body.get("prompt") for request in probe.requests]
    expect(asked.count("a bear") == 1, "a refused prompt was sent again, to be refused again")
    expect(sorted(asked) == sorted(prompts), f"the prompts sent were {asked}")
    expect(isinstance(found, dict), f"it returned {type(found).__name__}, not a dict")
    expect("a bear" in found, "the refused prompt is missing: nobody learns that it was refused")
    right = {"a hive": b"a hive", "a bear": None, "a smoker": b"a smoker"}
    expect(
        found == right, "the dict does not hold the bytes of each picture, and None for the bear"
    )
    size = error_answer(
        400, "Invalid size.", type="image_generation_user_error", code="invalid_value"
    )
    for other, name in ((size, "a wrong size"), (_busy(), "a 429")):
        try:
            with no_waiting():
                answer(Easel(other).client, ["a hive"])
        except openai.APIStatusError:
            continue
        raise Wrong(f"{name} looks like a refused prompt: the message would be lost")
    return "Only the code `moderation_blocked` means None. All else is raised."


def _busy() -> dict[str, Any]:
    return error_answer(429, "Rate limit reached", type="requests", code="rate_limit_exceeded")


EXERCISES = [
    Exercise(
        id="11-1",
        check=drafts,
        hints=(
            "`n=n` asks for several; `output_format` names the format.",
            "`response.data` has one item for each picture. `enumerate` counts them.",
            "`base64.b64decode(item.b64_json)` gives bytes; `path.write_bytes` writes them.",
        ),
        reference="""
def drafts(client, prompt, n, folder):
    import base64

    response = client.images.generate(
        model="gpt-image-2.6-flare",
        prompt=prompt,
        size="1024x640",
        quality="low",
        n=n,
        output_format="webp",
    )
    paths = []
    for number, item in enumerate(response.data):
        paths.append(folder / f"{number}.webp")
        paths[-1].write_bytes(base64.b64decode(item.b64_json))
    return paths
""",
    ),
    Exercise(
        id="11-2",
        check=edit_box,
        hints=(
            "`Image.open(path).size` is the size; `from PIL import Image` comes first.",
            '`mask.save(buffer, "PNG")` writes into a `BytesIO`; `buffer.getvalue()` has the bytes.',
            'Bytes want a name: `mask=("mask.png", buffer.getvalue())`. A path has one.',
        ),
        reference="""
def edit_box(client, path, box, prompt):
    import base64
    from io import BytesIO

    from PIL import Image

    mask = Image.new("RGBA", Image.open(path).size, "white")
    mask.paste((0, 0, 0, 0), box)
    buffer = BytesIO()
    mask.save(buffer, "PNG")
    response = client.images.edit(
        model="gpt-image-2.6-flare",
        image=path,
        mask=("mask.png", buffer.getvalue()),
        prompt=prompt,
        quality="low",
    )
    return base64.b64decode(response.data[0].b64_json)
""",
    ),
    Exercise(
        id="11-3",
        check=draw_all,
        hints=(
            "The `try` belongs inside the loop, around one request.",
            "Catch `openai.BadRequestError`, and `raise` where `error.code` is another.",
            "`moderation_blocked` is the code for which the dict gets `None`.",
        ),
        reference="""
def draw_all(client, prompts):
    import base64

    import openai

    found = {}
    for prompt in prompts:
        try:
            response = client.images.generate(
                model="gpt-image-2.6-flare", prompt=prompt, size="1024x640", quality="low"
            )
        except openai.BadRequestError as error:
            if error.code != "moderation_blocked":
                raise
            found[prompt] = None
        else:
            found[prompt] = base64.b64decode(response.data[0].b64_json)
    return found
""",
    ),
]
