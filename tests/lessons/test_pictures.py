"""The pictures of lesson 10 show the numbers its answers name, and cost what the guide says."""

import ast
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ..authoring.standin import make_pictures
from ..authoring.standin.pictures import MOST_PATCHES, patches, picture_tokens, png_size

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "10_vision.ipynb"


# Worked examples of OpenAI's guide to images and vision, and counts in refusals that were reported.
@pytest.mark.parametrize(
    ("size", "detail", "tokens"),
    [
        ((1024, 1024), "high", 1229),
        ((2048, 2048), "high", 3000),
        ((1920, 1080), "high", 2448),
        ((1000, 1000), "high", 1229),
    ],
)
def test_a_picture_costs_what_the_guide_says(
    size: tuple[int, int], detail: str, tokens: int
) -> None:
    assert picture_tokens(*size, detail) == tokens
    assert _taught()["patch_tokens"](*size, detail) == tokens


@pytest.mark.parametrize(
    ("size", "needed"), [((7952, 5304), 41_334), ((1425, 21_637), 30_465), ((6000, 6000), 35_344)]
)
def test_a_picture_that_was_refused_has_too_many_patches(
    size: tuple[int, int], needed: int
) -> None:
    assert patches(*size) == needed > MOST_PATCHES
    assert patches(*size, "high") <= 2_500


def test_the_lesson_and_the_answers_count_alike() -> None:
    taught = _taught()["patch_tokens"]
    for width in range(32, 6_000, 217):
        for height in (31, 512, 700, 2_049, 4_032):
            for detail in ("low", "high", "original", "auto"):
                case = (width, height, detail)
                assert taught(*case) == picture_tokens(*case), case


def test_the_numbers_of_the_pictures_add_up() -> None:
    assert sum(cents for _, _, cents in make_pictures.ITEMS) == make_pictures.TOTAL
    assert len({what for what, _, _ in make_pictures.ITEMS}) == len(make_pictures.ITEMS)


@pytest.mark.parametrize("name", make_pictures.SIZES)
def test_a_stored_picture_was_drawn_from_these_numbers(name: str) -> None:
    """Not compared by its pixels: one digit is fewer of them than another version's letters."""
    path = make_pictures.SAMPLES / name
    for data in (path.read_bytes(), make_pictures.draw(name)):
        assert png_size(data) == make_pictures.SIZES[name]
        assert len(data) < 30_000
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.info["Comment"] == make_pictures.numbers(name)


def _taught() -> dict[str, Any]:
    """What the lesson defines for the tokens of a picture: cell by cell, up to `patch_tokens`."""
    cells = json.loads(LESSON.read_text("utf-8"))["cells"]
    sources = ["".join(each["source"]) for each in cells if each["cell_type"] == "code"]
    first = next(n for n, source in enumerate(sources) if "from math import" in source)
    last = next(n for n, source in enumerate(sources) if "def patch_tokens" in source)
    found: dict[str, Any] = {"math": math}
    wanted = (ast.FunctionDef, ast.ImportFrom, ast.Import, ast.Assign)
    for source in sources[first : last + 1]:
        tree = ast.parse(source)
        tree.body = [node for node in tree.body if isinstance(node, wanted)]
        exec(compile(tree, "lesson 10", "exec"), found)
    return found
