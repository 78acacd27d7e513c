"""The page of lesson 35 gives the same bytes everywhere, and reacts as the lesson says."""

from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from PIL import Image

from oaiworkbook.recordings.file import read_recording

from ..authoring.standin.lesson_35 import THURSDAY, UP_AND_DOWN
from ..authoring.standin.pictures import picture_tokens, png_size

ROOT = Path(__file__).parents[2]
COURT = run_path(str(ROOT / "data" / "samples" / "court_page.py"))
RECORDED = sorted((ROOT / "data" / "recordings" / "35_computer_use").glob("*.json"))


def page(notice: str = "") -> Any:
    return COURT["Page"](notice)


def does(on: Any, actions: list[dict[str, Any]]) -> None:
    for each in actions:
        match each["type"]:
            case "click":
                on.click(each["x"], each["y"])
            case "type":
                on.type(each["text"])
            case "scroll":
                on.scroll(each["x"], each["y"], each["scroll_y"])
            case "keypress":
                on.press(each["keys"])


def test_the_first_picture_has_the_bytes_that_were_recorded() -> None:
    text = b"data:image/png;base64," + b64encode(page().screenshot())
    asked = [str(read_recording(path).request.body) for path in RECORDED]
    assert any(f"sha256:{sha256(text).hexdigest()} ({len(text)} " in each for each in asked)


def test_a_picture_is_a_png_of_ten_by_fifteen_squares() -> None:
    picture = page("A notice, all of it.").screenshot()
    image = Image.open(BytesIO(picture))
    image.load()
    assert image.size == png_size(picture) == (480, 320)
    assert picture_tokens(*image.size, "original") == 180


def test_the_recorded_clicks_book_the_court() -> None:
    on = page()
    for actions in THURSDAY:
        assert on.booked == []
        does(on, actions)
    assert on.booked == ["Thu 18:00, Mara Holt"]
    on.press(["ENTER"])
    assert (on.message, len(on.booked)) == ("Thu 18:00 is taken.", 1)


def test_up_and_down_shows_the_same_picture_again() -> None:
    on, seen = page(), []
    for actions in UP_AND_DOWN[:5]:
        does(on, actions)
        seen.append(on.screenshot())
    assert [seen.index(each) for each in seen] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("actions", "says"),
    [
        ([("press", ["ENTER"])], "Choose an hour and type a name."),
        ([("type", "Mara"), ("click", 60, 268)], "Choose an hour and type a name."),
        (
            [("click", 100, 60), ("type", "M"), ("click", 100, 90), ("press", ["RETURN"])],
            "Mon 10:00 is taken.",
        ),
        (
            [
                ("click", 100, 60),
                ("type", "Mo"),
                ("press", ["Backspace"]),
                ("click", 100, 130),
                ("click", 60, 268),
            ],
            "Booked: Mon 18:00, M",
        ),
        (
            [
                ("scroll", 240, 148, 9_999),
                ("click", 100, 200),
                ("click", 100, 60),
                ("type", "M"),
                ("click", 60, 268),
            ],
            "Booked: Sat 18:00, M",
        ),
        (
            [
                ("scroll", 240, 300, 128),
                ("click", 100, 130),
                ("click", 100, 60),
                ("type", "M"),
                ("click", 60, 268),
            ],
            "Booked: Mon 18:00, M",
        ),
    ],
)
def test_the_page_reacts(actions: list[Any], says: str) -> None:
    on = page()
    for name, *more in actions:
        getattr(on, name)(*more)
    assert on.message == says
    assert on.screenshot() != page().screenshot()


def test_every_sign_that_the_page_writes_is_known() -> None:
    texts = ["".join(COURT["HOURS"]), "takenfreeBookName", "Choose an hour and type a name."]
    assert set("".join(texts)) - {" "} <= COURT["LETTERS"].keys()
    assert len({*COURT["LETTERS"].values()}) == len(COURT["SIGNS"])
