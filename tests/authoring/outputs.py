"""When two outputs count as equal: after sanitising, and pictures by their pixels."""

import base64
import io
import re
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbval.plugin import get_sanitize_patterns
from PIL import Image, ImageFilter

from .drawings import drawn_in, first_difference

Output = Mapping[str, Any]
SANITIZE = Path(__file__).parent.parent / "nbval_sanitize.cfg"
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg|webp);base64,([A-Za-z0-9+/=\s]+)")
# Tried only where a word begins: elsewhere, embedded sound would take minutes.
_CELL = re.compile(r"(?<![^\s\"'])[^\s\"']*[/\\]ipykernel_\d+[/\\]\d+\.py")
_PICTURES = ("image/png", "image/jpeg")
# Longest first: packages may lie inside the folder of the standard library, or of a clone.
_FOLDERS = sorted(
    {
        sysconfig.get_path("purelib"): "site-packages",
        sysconfig.get_path("platlib"): "site-packages",
        sysconfig.get_path("stdlib"): "python",
        str(SANITIZE.parent.parent / "oaiworkbook"): "oaiworkbook",
    }.items(),
    key=lambda pair: -len(pair[0]),
)
# Anti-aliasing moves a few pixels a little between versions; a changed plot moves many a lot.
PIXELS, LEVELS = 0.0005, 48
# Two versions of matplotlib: what is drawn moves with the width of the letters beside it.
NEAR, AMISS, RESIZED = 3, 0.005, 12


@cache
def patterns() -> list[tuple[re.Pattern[str], str]]:
    rules = get_sanitize_patterns(SANITIZE.read_text("utf-8"))
    return [(re.compile(regex), replacement) for regex, replacement in rules]


def sanitized(value: Any) -> Any:
    """The value with what differs from run to run replaced, in all of its strings."""
    if isinstance(value, str):
        for regex, replacement in patterns():
            value = regex.sub(replacement, value)
        return value
    if isinstance(value, Mapping):
        return {key: sanitized(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [sanitized(each) for each in value]
    return value


def without_pictures(outputs: Sequence[Output]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Outputs with each picture replaced by its number, and the pictures' bytes in order."""
    pictures: list[bytes] = []

    def number(data: str) -> str:
        pictures.append(base64.b64decode(data))
        return f"picture {len(pictures)}"

    plain = []
    for output in outputs:
        each = dict(output)
        if "data" in each:
            each["data"] = {
                kind: number(value)
                if kind in _PICTURES
                else _EMBEDDED.sub(lambda found: number(found[1]), value)
                if isinstance(value, str)
                else value
                for kind, value in each["data"].items()
            }
        plain.append(each)
    return plain, pictures


def picture_difference(stored: bytes, new: bytes) -> str | None:
    """What differs between two pictures, in words; None when they look the same.

    A figure is compared by what it draws, number for number, and loosely by its looks: another
    version of matplotlib draws other letters. Every other picture is compared pixel for pixel.
    """
    if stored == new:
        return None
    drawn = [drawn_in(each) for each in (stored, new)]
    if drawn[0] is not None and drawn[1] is not None:
        return first_difference(drawn[0], drawn[1]) or _looks_otherwise(stored, new)
    if drawn[0] is not None or drawn[1] is not None:
        return "only one of the two says what it draws: build the lesson"
    first, second = (_pixels(each) for each in (stored, new))
    if first.shape != second.shape:
        return f"size {_size(first)} became {_size(second)}"
    far = (np.abs(first.astype(int) - second.astype(int)) > LEVELS).any(axis=-1)
    share = float(far.mean())
    return f"{share:.2%} of the pixels differ" if share > PIXELS else None


def _looks_otherwise(stored: bytes, new: bytes) -> str | None:
    """Whether two figures look different from a step away; in words, or None.

    A pixel is amiss when nothing within NEAR pixels of it, in the other figure, is like it.
    """
    first, second = (Image.open(io.BytesIO(each)).convert("RGB") for each in (stored, new))
    moved = max(abs(a - b) for a, b in zip(first.size, second.size, strict=True))
    if moved > RESIZED:
        return f"size {first.width}x{first.height} became {second.width}x{second.height}"
    share = min(
        max(_amiss(first, shifted), _amiss(shifted, first))
        for shifted in _shifts(second, first.size)
    )
    return f"{share:.2%} of the figure looks different" if share > AMISS else None


def difference(stored: Sequence[Output], new: Sequence[Output]) -> str | None:
    """Whether two cells' outputs differ after sanitising, and in what; None when they are equal."""
    plain, pictures = zip(*(without_pictures(_shown(each)) for each in (stored, new)), strict=True)
    if sanitized(plain[0]) != sanitized(plain[1]):
        return "text differs"
    if len(pictures[0]) != len(pictures[1]):
        return "the number of pictures differs"
    found = (picture_difference(a, b) for a, b in zip(*pictures, strict=True))
    return next((each for each in found if each), None)


def node(value: Any) -> Any:
    """Plain dicts as nbformat's own."""
    untyped: Any = nbformat
    return untyped.from_dict(value)


def shortened(value: Any) -> Any:
    """Outputs without this machine's paths: a package is shown as `site-packages/...`."""
    if isinstance(value, str):
        for folder, name in _FOLDERS:
            value = value.replace(folder, name)
        return _CELL.sub("<cell>", value)
    if isinstance(value, Mapping):
        return {key: shortened(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [shortened(each) for each in value]
    return value


def _shown(outputs: Sequence[Output]) -> list[dict[str, Any]]:
    return [{k: v for k, v in each.items() if k != "execution_count"} for each in outputs]


def _shifts(picture: Image.Image, size: tuple[int, int]) -> Iterator[Image.Image]:
    """The picture on white in that size: its left and right, its upper and lower edges aligned."""
    for x in {0, size[0] - picture.width}:
        for y in {0, size[1] - picture.height}:
            canvas = Image.new("RGB", size, "white")
            canvas.paste(picture, (x, y))
            yield canvas


def _amiss(one: Image.Image, other: Image.Image) -> float:
    window = 2 * NEAR + 1
    low, high = (
        np.asarray(other.filter(kind(window)), dtype=int)
        for kind in (ImageFilter.MinFilter, ImageFilter.MaxFilter)
    )
    pixels = np.asarray(one, dtype=int)
    return float(((pixels < low - LEVELS) | (pixels > high + LEVELS)).any(axis=-1).mean())


def _pixels(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def _size(pixels: Any) -> str:
    return f"{pixels.shape[1]}x{pixels.shape[0]}"
