"""The pictures of lesson 11 are what the lesson says of them: drawn, of the size asked for, and an
edit that draws 8 pixels over the edge of its mask, and nothing else."""

import base64
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from oaiworkbook.recordings.file import read_recording
from tests.authoring.standin import ASSETS, make_label
from tests.authoring.standin.images import output_tokens

DRAWN = make_label.pictures()
RECORDED = sorted(
    (Path(__file__).parents[2] / "data" / "recordings" / "11_images").glob("*images*.json")
)


def same(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_each_stored_picture_is_the_one_the_code_draws(name: str) -> None:
    picture = (0, 0, 1024, 559)  # below are the words: letters differ from one Pillow to the next
    assert same(Image.open(ASSETS / name).crop(picture), DRAWN[name].crop(picture))


@pytest.mark.parametrize("name", sorted(make_label.MASKS))
def test_an_edit_is_new_in_the_hole_and_8_pixels_beyond_and_old_elsewhere(name: str) -> None:
    box = make_label.MASKS[name]
    hole = Image.open(make_label.SAMPLES / name).getchannel("A").point([255] + 255 * [0])
    assert hole.getbbox() == box
    hole.paste(255, make_label.beyond(box))
    old = Image.open(ASSETS / "11_label_low.png").convert("RGB")
    edit = Image.open(ASSETS / f"11_edit_{name.removeprefix('mask_')}").convert("RGB")
    blank = Image.new("RGB", old.size)
    inside, outside = (Image.composite(blank, each, hole) for each in (old, edit))
    assert same(inside, outside)
    assert same(Image.composite(edit, blank, hole), Image.composite(make_label.anew(), blank, hole))
    assert not same(edit, old)


@pytest.mark.parametrize("path", RECORDED, ids=[path.name for path in RECORDED])
def test_every_recorded_picture_has_the_size_and_format_that_were_asked_for(path: Path) -> None:
    recording = read_recording(path)
    for answer in recording.answers:
        body = answer.json_ or {}
        found = [(body, item["b64_json"]) for item in body.get("data", [])]
        found += [(data, data["b64_json"]) for _, _, data in answer.sse or []]
        assert found or answer.status == 400
        for told, text in found:
            with Image.open(BytesIO(base64.b64decode(text))) as image:
                assert "{}x{}".format(*image.size) == told["size"]
                assert str(image.format).lower() == told["output_format"]
                assert ("A" in image.getbands()) is (told["background"] == "transparent")


@pytest.mark.parametrize(
    ("size", "quality", "tokens"),
    [("1024x1024", "low", 196), ("1024x1024", "max", 7024), ("1536x864", "low", 120)],
)
def test_tokens_of_a_picture_are_those_published_and_seen(
    size: str, quality: str, tokens: int
) -> None:
    assert output_tokens(size, quality) == tokens
