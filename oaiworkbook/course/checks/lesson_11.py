"""Exercises of lesson 11, Images."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import openai

from ...practice.answers import of_body, of_events
from ..exercises.failures import BUSY, FAILURES, passes_on
from ..exercises.judge import Exercise, Runaway, Wrong
from ..exercises.probe import Asked, Probe, Reply, error_answer, expect, no_waiting
from ..models import model

Json = dict[str, Any]
Box = tuple[int, int, int, int]
GENERATE, EDIT = "/images/generations", "/images/edits"
PROMPT = "A label: a hive under a lime tree."
LOOKS = {"size": "1024x640", "quality": "low"}
ALMOST = 2  # of 255; a way over fractions of colours may round by so much
REFUSED = error_answer(
    400,
    "Rejected by the safety system.",
    type="image_generation_user_error",
    code="moderation_blocked",
)
# Errors that a program might take for a refusal. Their sentences are ours.
OTHER_ERRORS: Mapping[str, Reply] = {
    "a 400 `invalid_value` about the size": error_answer(
        400, "Invalid size.", type="image_generation_user_error", code="invalid_value"
    ),
    "a 400 whose message says 'safety'": error_answer(
        400,
        "Invalid 'safety_identifier': too long for the safety system.",
        type="image_generation_user_error",
        code="string_above_max_length",
    ),
    "a 400 `invalid_value` about the parameter `moderation`": error_answer(
        400, "Invalid value for 'moderation'.", type="invalid_request_error", code="invalid_value"
    ),
    "a 400 about an unknown parameter `moderation_blocked`": error_answer(
        400,
        "Unknown parameter: 'moderation_blocked'.",
        type="invalid_request_error",
        code="unknown_parameter",
        param="moderation_blocked",
    ),
    BUSY: FAILURES[BUSY],
}


class Easel(Probe):
    """A probe for one endpoint of pictures; a stream gets the event with the whole picture.

    It also keeps the parts of the last form, by name: their bytes and their types.
    """

    parts: dict[str, bytes]
    kinds: dict[str, str]

    def __init__(self, path: str, *replies: Any) -> None:
        self.parts, self.kinds, self._path = {}, {}, path
        super().__init__(replies)

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

    def _next(self, asked: Asked) -> Mapping[str, Any]:
        if asked.path != self._path:
            raise Runaway(f"the request went to `{asked.path}`, not to `{self._path}`")
        reply = super()._next(asked)
        if reply.get("status") == 200 and asked.body.get("stream") in (True, "true"):
            name = ("image_edit" if asked.path == EDIT else "image_generation") + ".completed"
            shared = {key: value for key, value in reply["json"].items() if key != "data"}
            shared |= {"type": name, "created_at": shared.pop("created")}
            return of_events([[0, name, shared | each] for each in reply["json"]["data"]])
        return reply


def drawn(*pictures: bytes) -> Json:
    data = [{"b64_json": base64.b64encode(picture).decode()} for picture in pictures]
    looks = {"background": "opaque", "output_format": "png", "quality": "low", "size": "1024x640"}
    counts = {"input_tokens": 9, "output_tokens": 107, "total_tokens": 116}
    kinds = {"image_tokens": 0, "text_tokens": 9}
    usage = counts | {"input_tokens_details": kinds}
    return of_body({"created": 1790000000, "data": data, "usage": usage} | looks)


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name)


def _request(asked: Asked, prompt: str, **fields: Any) -> None:
    for name, value in {"model": model("image"), "prompt": prompt, **fields}.items():
        found = asked.body.get(name)
        expect(found == value, f"`{name}` is {found!r}, not {value!r}")


def drafts(answer: Callable[..., Any]) -> str:
    for pictures in ((b"one", b"two", b"three"), (b"single",)):
        probe = Easel(GENERATE, drawn(*pictures))
        with _folder() as folder:
            paths = answer(probe.client, PROMPT, len(pictures), folder)
            expect(probe.requests, "your code sent no request through the client it was given")
            expect(
                len(probe.requests) == 1,
                f"{len(probe.requests)} requests for {len(pictures)} pictures; one is enough",
            )
            count = probe.last.body.get("n", 1)
            expect(count == len(pictures), f"`n` is {count}, and {len(pictures)} are wanted")
            _request(probe.last, PROMPT, **LOOKS, output_format="webp")
            names = sorted(path.name for path in folder.iterdir())
            wanted = [f"{number}.webp" for number in range(len(pictures))]
            expect(names == wanted, f"the folder holds {names}, not {wanted}")
            content = tuple((folder / name).read_bytes() for name in wanted)
            expect(content == pictures, "a file does not hold the bytes behind the base64")
            several = hasattr(paths, "__iter__") and not isinstance(paths, str | bytes)
            expect(several, f"it returned {type(paths).__name__}, not the paths")
            expect(
                [Path(path) for path in paths] == [folder / name for name in wanted],
                "the function does not return the paths, in order",
            )
    with _folder() as folder, no_waiting(answer):
        passes_on(lambda probe: answer(probe.client, PROMPT, 2, folder))
    return "One request for all of them: the prompt is paid once, each picture is paid."


def edit_box(answer: Callable[..., Any]) -> str:
    from PIL import Image

    with _folder() as folder:
        for size, box in (((1024, 640), (16, 8, 480, 400)), ((640, 1024), (0, 0, 640, 100))):
            path = folder / "label.png"
            ramp = Image.linear_gradient("L").resize(size)
            old = Image.merge("RGB", (ramp, ramp.transpose(Image.Transpose.ROTATE_180), ramp))
            new = old.point([255 - value for value in range(256)] * 3)
            old.save(path)
            probe = Easel(EDIT, drawn(_png(new)))
            found = answer(probe.client, path, box, PROMPT)
            expect(probe.requests, "your code sent no request through the client it was given")
            _request(probe.last, PROMPT, quality="low", size="{}x{}".format(*size))
            sent = _opened(probe.parts.get("image"), "the picture that was sent")
            expect(_differ(sent, old) == 0, "the picture that was sent is not that of the file")
            for name in ("image", "mask"):
                kind = probe.kinds.get(name, "image/png")
                expect(
                    kind in ("image/png", "image/webp", "image/jpeg"),
                    f"the type of `{name}` is {kind}, which the API refuses: it comes from the name",
                )
            _mask(probe.parts.get("mask"), size, box)
            _mended(found, old, new, box)
            expect(len(probe.requests) == 1, f"one picture took {len(probe.requests)} requests")
        with no_waiting(answer):
            passes_on(lambda probe: answer(probe.client, path, box, PROMPT))
    return "A hole where the model may draw, and the old pixels wherever else it drew."


def _png(picture: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _opened(content: Any, what: str) -> Any:
    from PIL import Image

    expect(isinstance(content, bytes | bytearray), f"{what} is {type(content).__name__}, not bytes")
    try:
        picture = Image.open(BytesIO(content))
        picture.load()
    except OSError:
        raise Wrong(f"{what} cannot be read as a picture") from None
    return picture


def _differ(one: Any, other: Any) -> int:
    """The largest difference of a colour, 0 to 255. Pictures of two sizes differ most."""
    from PIL import ImageChops

    if one.size != other.size:
        return 255
    both = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    bands: Any = both.getextrema()
    return max(int(most) for _, most in bands)


def _mended(found: Any, old: Any, new: Any, box: Box) -> None:
    made = _opened(found, "what it returned")
    expect(made.format == "PNG", f"the picture it returned is a {made.format}, not a PNG")
    expect(made.size == old.size, f"it returned {made.size} pixels; the picture has {old.size}")
    expect(
        _differ(made.crop(box), new.crop(box)) <= ALMOST,
        "in the box the picture it returned is not the new one",
    )
    right = old.copy()
    right.paste(new.crop(box), box)
    expect(_differ(made, right) <= ALMOST, "outside the box there are not the old pixels")


def _mask(sent: bytes | None, size: tuple[int, int], box: Box) -> None:
    from PIL import Image

    if sent is None:
        raise Wrong("the request has no `mask`: the whole picture may change")
    mask = _opened(sent, "the mask")
    expect(mask.format == "PNG", f"the mask is a {mask.format}; it must be a PNG")
    expect(mask.size == size, f"the mask is {mask.size} pixels, the picture {size}")
    alpha = mask.convert("RGBA").getchannel("A")
    expect(alpha.getextrema() != (255, 255), "the mask has no alpha: nothing in it is transparent")
    right = Image.new("L", size, 255)
    right.paste(0, box)
    if alpha.tobytes() == right.tobytes():
        return
    reverse = right.point([255 - value for value in range(256)])
    expect(alpha.tobytes() != reverse.tobytes(), "the mask is the wrong way round")
    hole = alpha.point([255] + [0] * 255).getbbox()
    expect(hole is not None, "nothing in the mask is fully transparent")
    expect(hole == box, f"the transparent part of the mask is {hole}, and the box is {box}")
    raise Wrong("the mask is not opaque everywhere outside the box")


def draw_all(answer: Callable[..., Any]) -> str:
    for prompts in (["a hive", "a bear", "a smoker"], ["a bear", "a hive"], ["a hive", "a bear"]):
        _drawn_all(answer, prompts)
    with no_waiting(answer):
        for name, error in OTHER_ERRORS.items():
            _raised(answer, name, error)
        before: Sequence[Json]
        for before in ([], [REFUSED], [drawn(b"a bear")]):
            passes_on(lambda probe: answer(probe.client, ["a bear", "a hive"]), first=before)
    return "Only the code `moderation_blocked` means None. All else is raised."


def _raised(answer: Callable[..., Any], name: str, error: Reply) -> None:
    probe = Easel(GENERATE, error)
    try:
        found = answer(probe.client, ["a hive"])
    except Exception:
        sent = len(probe.requests)
        expect(sent <= 1, f"after {name} the prompt was sent again, {sent} times in all")
        return
    raise Wrong(f"{name} looks like a refused prompt: it returned {found!r}")


def _drawn_all(answer: Callable[..., Any], prompts: list[str]) -> None:
    def reply(asked: Asked) -> Json:
        prompt = asked.body.get("prompt")
        return REFUSED if prompt == "a bear" else drawn(str(prompt).encode())

    probe = Easel(GENERATE, reply)
    try:
        found = answer(probe.client, list(prompts))
    except openai.BadRequestError:
        raise Wrong("one refused prompt stops all the others") from None
    expect(probe.requests, "your code sent no request through the client it was given")
    asked = [request.body.get("prompt") for request in probe.requests]
    expect(asked.count("a bear") == 1, "a refused prompt was sent again, to be refused again")
    expect(sorted(asked) == sorted(prompts), f"the prompts sent were {asked}")
    for request in probe.requests:
        _request(request, request.body["prompt"], **LOOKS)
    expect(isinstance(found, dict), f"it returned {type(found).__name__}, not a dict")
    expect("a bear" in found, "the refused prompt is missing: nobody learns that it was refused")
    right = {prompt: None if prompt == "a bear" else prompt.encode() for prompt in prompts}
    expect(sorted(found) == sorted(right), f"the dict has the keys {list(found)}")
    for prompt, picture in right.items():
        expect(
            found[prompt] == picture,
            f"for the prompt {prompt!r} the dict holds {found[prompt]!r}, not "
            + ("`None`" if picture is None else "the bytes of its picture"),
        )


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
            '`mask.save(buffer, "PNG")` writes into a `BytesIO`; `buffer.getvalue()` has the bytes. '
            'Bytes want a name: `mask=("mask.png", buffer.getvalue())`. A path has one.',
            "`Image.open(BytesIO(...))` opens the bytes of the new picture. "
            "`old.paste(new.crop(box), box)`, and save that as you saved the mask.",
        ),
        reference="""
def edit_box(client, path, box, prompt):
    import base64
    from io import BytesIO

    from PIL import Image

    old = Image.open(path)
    width, height = old.size
    mask = Image.new("RGBA", old.size, "white")
    mask.paste("#0000", box)
    hole = BytesIO()
    mask.save(hole, "PNG")
    response = client.images.edit(
        model="gpt-image-2.6-flare",
        image=path,
        mask=("mask.png", hole.getvalue()),
        prompt=prompt,
        size=f"{width}x{height}",
        quality="low",
    )
    [made] = response.data
    new = Image.open(BytesIO(base64.b64decode(made.b64_json)))
    old.paste(new.crop(box), box)
    mended = BytesIO()
    old.save(mended, "PNG")
    return mended.getvalue()
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
        except openai.APIError as error:
            if error.code != "moderation_blocked":
                raise
            found[prompt] = None
        else:
            [made] = response.data
            found[prompt] = base64.b64decode(made.b64_json)
    return found
""",
    ),
]
