"""The program of lesson 35 clicks and types in a real Chromium, as a server with written answers tells it.

Needs the `browser` extra and a Chromium, and is skipped without them.
"""

from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from oaiworkbook.practice.answers import computer_call_item, text_answer
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.recordings.file import Answer

from ..authoring.standin.pictures import pictures, png_size

pytest.importorskip(
    "playwright.sync_api",
    reason="The program was not run in a browser: pip install -e '.[browser]'",
)
from playwright.sync_api import Page, sync_playwright

from .jupyterlab import launch

pytestmark = pytest.mark.browser
PROGRAM = Path(__file__).parents[2] / "data" / "samples" / "court_browser.py"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            pytest.skip("The program was not run in a browser: no Chromium found.")
        yield browser.new_page(viewport={"width": 480, "height": 320})
        browser.close()


def middle(page: Page, selector: str) -> dict[str, Any]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    at = {"x": round(box["x"] + box["width"] / 2), "y": round(box["y"] + box["height"] / 2)}
    return {"type": "click", "button": "left", **at}


@pytest.mark.parametrize("by", ["a click", "a key"])
def test_the_program_books_in_a_browser(
    page: Page, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = run_path(str(PROGRAM))
    page.set_content(program["HTML"])
    text = {"type": "type", "text": "Mara Holt"}
    keys = [{"type": "keypress", "keys": ["TAB"]}, {"type": "keypress", "keys": ["ENTER"]}]
    batches = [
        [{"type": "screenshot"}],
        [middle(page, "#name"), text],
        [{"type": "scroll", "x": 9, "y": 9, "scroll_x": 0, "scroll_y": 0}, {"type": "wait"}],
        [middle(page, "button")] if by == "a click" else keys,
    ]
    seen: list[bytes] = []

    def source(served: Served) -> Reply:
        seen.extend(each.content or b"" for each in pictures(served))
        number = len(seen)
        call = [computer_call_item(each, f"call_{n}") for n, each in enumerate(batches)]
        answer = text_answer(
            "Booked.", output=call[number : number + 1] or None, model="gpt-6-luna"
        )
        return Reply(Answer.model_validate(answer), "authored")

    with PracticeServer(source=source) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        assert program["run"](page, "Book Thursday at 18:00 for Mara Holt.") == "Booked."
    assert page.title() == "Booked: Mara Holt"
    assert [png_size(each) for each in seen] == [(480, 320)] * 4
    assert len({*seen}) > 1
