"""`python -m tests.browser.screenshots`: the pictures of README.md, taken anew.

Needs the `browser` extra and a Chromium.
"""

import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from ..authoring.mistakes import of_lesson
from ..authoring.surroundings import ROOT
from .jupyterlab import JupyterLab, Lesson, jupyterlab, launch

FOLDER = ROOT / ".github" / "pictures"
SIZE: ViewportSize = {"width": 1100, "height": 900}


def step(lab: JupyterLab, path: Path) -> None:
    """A step of a lesson: question, cell, plot, cost line, one thing to change."""
    with lab.lesson("20_errors_and_retries.ipynb") as lesson:
        lesson.run_all()
        scroll_to(lesson, "If the server says how long")
        lesson.page.screenshot(path=path)


def exercise(lab: JupyterLab, path: Path) -> None:
    """An exercise with a typical mistake in it, and what its check says."""
    number, id_ = "06", "06-1"
    _, mistake, _ = of_lesson(number)[id_][0]
    with lab.lesson("06_function_calling.ipynb") as lesson:
        stub = next(n for n, cell in enumerate(lesson.cells()) if f"**{id_}" in cell["source"]) + 1
        lesson.panel(
            f"panel.content.widgets[{stub}].model.sharedModel.setSource({json.dumps(mistake.strip())})"
        )
        lesson.run_all()
        scroll_to(lesson, f"**{id_}")
        lesson.page.screenshot(path=path)


def scroll_to(lesson: Lesson, text: str) -> None:
    """Puts the cell with `text` at the top of a small window."""
    lesson.page.set_viewport_size(SIZE)
    found = lesson.panel(
        "const of = cell => cell.model.sharedModel.source;"
        f"const at = panel.content.widgets.findIndex(cell => of(cell).includes({json.dumps(text)}));"
        "if (at < 0) return false;"
        "panel.content.activeCellIndex = at;"
        "await panel.content.scrollToItem(at, 'start');"
        "const outer = panel.node.querySelector('.jp-WindowedPanel-outer');"
        "const above = panel.content.widgets[at].node.getBoundingClientRect().top;"
        "outer.scrollBy(0, above - outer.getBoundingClientRect().top - 8); return true"
    )
    if not found:
        sys.exit(f"No cell with {text!r}: name another one here.")
    lesson.page.wait_for_timeout(1_000)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launch(playwright)
        if browser is None:
            sys.exit("No Chromium found. Install one, or run `playwright install chromium`.")
        with jupyterlab(Path(folder), browser) as lab:
            lab.page.evaluate("jupyterapp.shell.collapseLeft()")
            for take in (step, exercise):
                path = FOLDER / f"{take.__name__}.png"
                take(lab, path)
                print(f"{path.name}: {path.stat().st_size // 1000} KB")
        browser.close()


if __name__ == "__main__":
    main()
