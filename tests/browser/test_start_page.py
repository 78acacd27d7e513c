"""The start page in JupyterLab: what is next, a link that opens its lesson, and marks that are up to date.

Needs the `browser` extra and a Chromium, and is skipped without them. Set OAIWORKBOOK_PICTURES to a
folder for pictures in both themes, at 100 % and 200 % zoom.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from oaiworkbook.course import start_page
from oaiworkbook.course.checks import of_lesson

from ..authoring.course import lessons

pytest.importorskip(
    "playwright.sync_api",
    reason="The start page was not opened in a browser: pip install -e '.[browser]'",
)
from playwright.sync_api import Page, sync_playwright

from .jupyterlab import HEIGHT, WIDTH, JupyterLab, Lesson, jupyterlab, launch
from .test_in_jupyterlab import PICTURES, THEMES

pytestmark = pytest.mark.browser
VIEW = ".jp-MarkdownViewer"
CUT = (
    "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth).map(node => node.innerText)"
)
SOLVED = "\n".join(
    [
        *(exercise.reference for exercise in of_lesson("00")),
        'check("00-1", notice), check("00-2", price), check("00-3", quotable)',
    ]
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            pytest.skip("The start page was not opened in a browser: no Chromium found.")
        with jupyterlab(tmp_path_factory.mktemp("start"), browser) as started:
            yield started
        browser.close()


@pytest.fixture
def page(lab: JupyterLab) -> Page:
    """JupyterLab as `lab` opens it."""
    page = lab.page
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    root = page.url.split("/lab")[0]
    page.goto(f"{root}/lab/tree/{start_page.NAME}?reset")
    page.wait_for_selector(f"{VIEW} table")
    return page


def current(page: Page) -> str:
    name: str = page.evaluate("jupyterapp.shell.currentWidget.title.label")
    return name


def test_a_link_and_a_task_open_their_lessons(lab: JupyterLab, page: Page) -> None:
    page.get_by_role("link", name="00 Start here").first.click()
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) h1:has-text('00')")
    assert current(page) == "00_start_here.ipynb"
    back(page)
    page.get_by_role("link", name="What do you want to do?").click()
    page.locator(f"{VIEW} summary", has_text="Text").click()
    page.get_by_role("link", name="Fetch an old response again by its id").click()
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) h1:has-text('01')")
    assert current(page) == "01_responses.ipynb"
    assert lab.left_the_machine() == []


def back(page: Page) -> None:
    page.locator(".lm-TabBar-tab", has_text=start_page.NAME).first.click()
    page.wait_for_selector(f"{VIEW}:not(.lm-mod-hidden) table")


def test_what_a_check_solves_is_marked_when_the_learner_comes_back(page: Page) -> None:
    assert "Begin here: 00 Start here" in page.inner_text(VIEW)
    lesson = Lesson(page)
    lesson.open("00_start_here.ipynb")
    lesson.run_all()
    lesson.panel(
        "const kernel = panel.sessionContext.session.kernel;"
        f"await kernel.requestExecute({{code: {SOLVED!r}}}).done"
    )
    back(page)
    page.wait_for_selector(f"{VIEW} :text('3 of 126 exercises are solved')")
    text = page.inner_text(VIEW).replace("\N{NO-BREAK SPACE}", " ")
    assert "Next: 01 Responses" in text
    assert re.search(r"00 Start here\s+✓ 3 of 3", text)
    lesson.open("00_start_here.ipynb")
    lesson.close()


def test_the_name_of_each_lesson_can_be_read_in_the_side_bar(page: Page) -> None:
    names = page.locator(".jp-DirListing-itemText")
    page.wait_for_function(
        "parseFloat(getComputedStyle(document.querySelector('#jp-left-stack')).width) >= 330"
    )
    page.set_viewport_size({"width": WIDTH, "height": 1_600})
    page.wait_for_function(
        f"document.querySelectorAll('.jp-DirListing-itemText').length > {len(lessons())}"
    )
    assert names.count() == len(lessons()) + 1
    assert names.evaluate_all(CUT) == []


@pytest.mark.parametrize("theme", THEMES)
def test_at_200_percent_nothing_is_cut_and_the_side_bar_makes_room(page: Page, theme: str) -> None:
    page.evaluate(
        "title => jupyterapp.commands.execute('apputils:change-theme', {theme: title}).then(() => null)",
        THEMES[theme],
    )
    picture(page, f"start-{theme}-100")
    page.set_viewport_size({"width": WIDTH // 2, "height": HEIGHT // 2})
    page.wait_for_function("jupyterapp.shell.leftCollapsed")
    page.locator(f"{VIEW} table").wait_for()
    assert page.locator(f"{VIEW} table, {VIEW} .jp-RenderedMarkdown").evaluate_all(CUT) == []
    picture(page, f"start-{theme}-200")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.wait_for_function("!jupyterapp.shell.leftCollapsed")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(500)
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
