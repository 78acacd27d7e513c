"""Each lesson as nbconvert's HTML, in both themes and zoomed to 200 %, and as slides.

Needs the `browser` extra and a Chromium, and is skipped without them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter, SlidesExporter

from ..authoring.course import lessons

pytest.importorskip(
    "playwright.sync_api",
    reason="The exported lessons were not looked at: pip install -e '.[browser]'",
)
pytest.importorskip("axe_playwright_python", reason="No axe: pip install -e '.[browser]'")
from playwright.sync_api import Page, ViewportSize, sync_playwright

from .jupyterlab import launch
from .reading import ZOOMED, cut_off, findings, pictures_and_sounds

pytestmark = pytest.mark.browser
SLIDE: ViewportSize = {"width": 960, "height": 700}
SCROLLS = 760  # px, from which `reveal_scroll` lets a slide scroll in a window of 800
THEMES: dict[str, ViewportSize] = {"light": {"width": 1280, "height": 800}, "dark": ZOOMED}
untyped: Any = nbformat


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            pytest.skip("The exported lessons were not looked at: no Chromium found.")
        yield browser.new_page()
        browser.close()


def exported(path: Path, folder: Path, exporter: Any, **options: Any) -> str:
    """The address of the lesson as HTML."""
    html, _ = exporter(**options).from_notebook_node(untyped.read(path, as_version=4))
    file = folder / f"{path.stem}.html"
    file.write_text(html, encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_a_lesson_can_be_read_as_html(path: Path, page: Page, tmp_path: Path) -> None:
    for theme, size in THEMES.items():
        page.set_viewport_size(size)
        page.goto(exported(path, tmp_path, HTMLExporter, theme=theme))
        assert findings(page) == [], theme
    assert cut_off(page) == []
    pictures_and_sounds(page)


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_a_slide_with_several_cells_has_room_for_them(
    path: Path, page: Page, tmp_path: Path
) -> None:
    """Without reveal.js, which nbconvert loads from the web: sections keep its width and its letters."""
    page.set_viewport_size(SLIDE)
    page.goto(exported(path, tmp_path, SlidesExporter))
    slides: list[dict[str, Any]] = page.evaluate(
        "[...document.querySelectorAll('.slides > section > section')].map(slide => ({"
        " height: slide.scrollHeight, cells: slide.querySelectorAll('.jp-Cell').length,"
        " wide: slide.scrollWidth > slide.clientWidth, text: slide.innerText.slice(0, 100)}))"
    )
    assert len(slides) > 20
    assert [each["text"] for each in slides if each["wide"]] == []
    over = [each for each in slides if each["height"] > SCROLLS]
    assert [each["text"] for each in over if each["cells"] > 1] == []
