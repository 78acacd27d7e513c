"""Each lesson works in JupyterLab as a learner meets it: opened, run, looked at, clicked.

Needs the `browser` extra and a Chromium, and is skipped without them. Set OAIWORKBOOK_PICTURES to a
folder for a picture of each lesson in the light and in the dark theme.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..authoring.course import lessons

pytest.importorskip(
    "playwright.sync_api",
    reason="The lessons were not opened in a browser: pip install -e '.[browser]'",
)
pytest.importorskip("axe_playwright_python", reason="No axe: pip install -e '.[browser]'")
from playwright.sync_api import sync_playwright

from .jupyterlab import JupyterLab, Lesson, jupyterlab, launch
from .reading import ZOOMED, cut_off, findings, pictures_and_sounds

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("OAIWORKBOOK_PICTURES", "")
CHARGED = "nothing charged"  # in each cost line of replay
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            pytest.skip(
                "The lessons were not opened in a browser: no Chromium found. Install one, or run "
                "`playwright install chromium`."
            )
        with jupyterlab(tmp_path_factory.mktemp("browser"), browser) as started:
            yield started
        browser.close()


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_a_lesson_works_in_jupyterlab(path: Path, lab: JupyterLab) -> None:
    with lab.lesson(path.name) as lesson:
        stored = lesson.cells()
        assert lesson.trusted(), "outputs would be shown without their looks"
        lesson.run_all()
        cells_ran(lesson)
        lesson.unroll()
        lines_shown(lesson, stored)
        pictures_and_sounds(lesson.page)
        details_open(lesson)
        can_be_read(lesson)
        formulas = lesson.page.locator("mjx-container").all_inner_texts()
        assert formulas == [], "text became a formula: write USD, not a dollar sign"
        if PICTURES:
            pictures(lesson, path.stem)
        assert lesson.popups() == []
    assert lab.left_the_machine() == []


def cells_ran(lesson: Lesson) -> None:
    """Every code cell ran, and those that fail are those that are meant to."""
    for cell in lesson.cells():
        if cell["cell_type"] != "code":
            continue
        source = cell["source"]
        assert cell["execution_count"], f"was not run:\n{source}"
        errors = [each["ename"] for each in cell["outputs"] if each["output_type"] == "error"]
        meant = "raises-exception" in cell["metadata"].get("tags", [])
        assert bool(errors) is meant, f"{errors or 'no error'} in:\n{source}"


def lines_shown(lesson: Lesson, stored: list[dict[str, Any]]) -> None:
    """The start line and the cost lines can be read, and a miss stays calm."""
    for cell, shown in zip(stored, lesson.shown(), strict=True):
        if "%load_ext oaiworkbook" in cell["source"]:
            assert re.search(r"^mode replay · .*nothing is charged$", shown, re.M), shown
        if CHARGED in str([output.get("data") for output in cell.get("outputs", [])]):
            assert CHARGED in shown, f"no cost line under:\n{cell['source']}"
        if "RecordingNotFound" in shown:
            assert len(shown.strip().splitlines()) <= 6, shown


def details_open(lesson: Lesson) -> None:
    for summary in lesson.page.locator(".jp-Notebook summary").all():
        summary.click()
        inside = "node => node.parentElement.open && node.parentElement.innerText.length"
        assert summary.evaluate(inside) > len(summary.inner_text()), summary.inner_text()


def can_be_read(lesson: Lesson) -> None:
    """By those who read with a screen reader, with weak eyes or at 200 %."""
    for title in THEMES.values():
        lesson.change_theme(title)
        assert findings(lesson.page) == [], title
    lesson.change_theme(THEMES["light"])
    lesson.command("application:toggle-left-area")
    lesson.unroll(ZOOMED["width"])
    assert cut_off(lesson.page) == []
    assert findings(lesson.page) == [], "at 200 %"
    lesson.command("application:toggle-left-area")
    lesson.unroll()


def pictures(lesson: Lesson, name: str) -> None:
    folder = Path(PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    for theme, title in THEMES.items():
        lesson.change_theme(title)
        lesson.picture(folder / f"{name}-{theme}.png")
    lesson.change_theme(THEMES["light"])
