"""The page of lesson 41 in a real browser: the words as they come, the error, the limit, the end.

Needs the `browser` extra and a Chromium, and is skipped without them.
"""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook.course.running.run import tags
from oaiworkbook.course.samples import sample

from ..authoring.course import NOTEBOOKS
from ..authoring.lesson import Lesson

pytest.importorskip("fastapi", reason="The page was not looked at: pip install -e '.[web]'")
pytest.importorskip("playwright.sync_api", reason="No browser: pip install -e '.[browser]'")
from playwright.sync_api import Page, expect, sync_playwright

from .jupyterlab import launch

pytestmark = pytest.mark.browser
LESSON = "41_answering_over_the_web"
QUESTION = "When does the last car go down?"
NOT_RUN = {"raises-exception", "exercise", "check", "copy"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the cells of the lesson have defined, and their application running."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OAIWORKBOOK_MODE", "replay")
        patch.setenv("OAIWORKBOOK_LESSON", LESSON)
        patch.setenv("OAIWORKBOOK_PACE", "1")
        patch.setenv("OAIWORKBOOK_LEDGER", str(tmp_path_factory.mktemp("page") / "calls.sqlite"))
        found: dict[str, Any] = {"__name__": "lesson"}
        stop = ""
        for _, cell in Lesson.read(NOTEBOOKS / f"{LESSON}.ipynb").code:
            if "server.should_exit" in cell.source:
                stop = cell.source
                break
            if not NOT_RUN.intersection(tags(cell)):
                exec(cell.source.replace("%load_ext oaiworkbook", "pass"), found)
        yield found
        exec(stop, found)
        assert not found["serving"].is_alive()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            pytest.skip("The page was not looked at: no Chromium found.")
        yield browser.new_page()
        browser.close()


@pytest.fixture(autouse=True)
def _as_new(names: dict[str, Any], page: Page) -> None:
    names["LIMIT"] = 10_000
    names["api"] = names["AsyncOpenAI"]()
    names["spent"].clear()
    page.goto(f"{names['address']}/ticket/mira-7kq2")


def ask(page: Page, text: str = QUESTION) -> None:
    page.get_by_label("Your question").fill(text)
    page.get_by_role("button", name="Ask").click()


def answered(page: Page) -> str:
    return page.locator("#answer").inner_text()


def test_the_words_come_one_by_one(page: Page) -> None:
    ask(page)
    expect(page.locator("#answer")).to_contain_text("The last")
    assert "before" not in answered(page), "the whole answer came at once"
    expect(page.locator("#answer")).to_have_text(
        "The last car goes down at 17:10. Please be at the top station ten minutes before."
    )
    expect(page.locator("#problem")).to_have_text("")


def test_a_second_question_goes_on_with_the_conversation(page: Page) -> None:
    ask(page, "My mother cannot walk far after her operation. Is it far to the hut?")
    expect(page.locator("#answer")).to_contain_text("is flat.")
    page.wait_for_function("talk !== ''")
    ask(page, "Can she sit down on the way?")
    expect(page.locator("#answer")).to_contain_text("there are benches")


def test_an_error_in_the_middle_is_shown_beside_the_words(
    names: dict[str, Any], page: Page
) -> None:
    with names["PracticeServer"](["cut"]) as broken:
        names["api"] = names["AsyncOpenAI"](base_url=broken.url)
        ask(page)
        expect(page.locator("#problem")).to_have_text("The answer broke off. Please ask again.")
    assert answered(page).startswith("The last car")


def test_the_page_notices_that_the_application_has_died(
    names: dict[str, Any], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: Any) -> AsyncIterator[str]:
        yield names["event"](delta="The last")
        raise OSError("the power went off")

    monkeypatch.setitem(names, "pieces", dies)
    ask(page)
    expect(page.locator("#problem")).to_have_text("The connection broke.")


def test_the_limit_says_how_long_to_wait(names: dict[str, Any], page: Page) -> None:
    names["LIMIT"] = 0
    ask(page)
    expect(page.locator("#problem")).to_have_text("Status 429. Ask again in 3600 seconds.")


def test_a_guessed_code_gets_nothing(names: dict[str, Any], page: Page) -> None:
    page.goto(f"{names['address']}/ticket/a-guess")
    ask(page)
    expect(page.locator("#problem")).to_have_text("Status 401.")


def test_closing_the_page_ends_the_call(names: dict[str, Any], page: Page) -> None:
    ask(page)
    expect(page.locator("#answer")).to_contain_text("The")
    assert names["server"].server_state.tasks
    page.goto("about:blank")
    until = time.monotonic() + 20
    while names["server"].server_state.tasks:
        assert time.monotonic() < until
        time.sleep(0.01)
    (held,) = names["spent"].values()
    assert held > 100, "the price of an answer that was read to its end"


def test_html_in_an_answer_is_shown_and_not_run(
    names: dict[str, Any], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def shows(*_: Any) -> AsyncIterator[str]:
        yield names["event"](delta="<img src=x onerror='window.ran=1'>")
        yield names["event"](done="T-1")

    monkeypatch.setitem(names, "pieces", shows)
    ask(page)
    expect(page.locator("#answer")).to_contain_text("<img src=x")
    assert page.evaluate("window.ran") is None


def test_the_lesson_shows_the_script_as_it_is() -> None:
    (cell,) = [
        cell.source
        for _, cell in Lesson.read(Path(NOTEBOOKS, f"{LESSON}.ipynb")).markdown
        if "```javascript" in cell.source
    ]
    shown = cell.partition("```javascript\n")[2].partition("```")[0]
    script = [line.strip() for line in sample("rookhorn.html").read_text("utf-8").splitlines()]
    assert [line for line in map(str.strip, shown.splitlines()) if line not in script] == []
