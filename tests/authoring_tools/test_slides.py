"""Slides of a lesson: what begins one, what comes onto it, and what nbconvert makes of it."""

import re
from typing import Any

import nbformat
import pytest
from nbconvert import SlidesExporter

from ..authoring.course import lessons
from ..authoring.lesson import Lesson
from ..authoring.slides import ROOM, slide_types

v4: Any = nbformat.v4


def types(*cells: Any) -> list[str]:
    return slide_types(v4.new_notebook(cells=list(cells)))


def text(source: str) -> Any:
    return v4.new_markdown_cell(source)


def code(lines: int = 1, *outputs: Any, tags: tuple[str, ...] = ()) -> Any:
    metadata = {"tags": list(tags)}
    return v4.new_code_cell("\n".join(["x"] * lines), outputs=list(outputs), metadata=metadata)


def printed(lines: int) -> Any:
    return v4.new_output("stream", name="stdout", text="x\n" * lines)


def test_a_section_is_a_slide_and_what_follows_comes_one_by_one() -> None:
    cells = [text("# Title"), text("## Start"), code(), text("### A part"), code()]
    assert types(*cells) == ["slide", "slide", "fragment", "fragment", "fragment"]


def test_a_section_may_begin_within_a_cell_but_not_within_code() -> None:
    fenced = text("```python\n## no section\n```")
    cells = [text("# Title"), text("An answer.\n\n## Next"), fenced]
    assert types(*cells) == ["slide", "slide", "fragment"]


def test_what_has_no_room_comes_onto_the_next_slide() -> None:
    half = int(ROOM / 2)
    assert types(text("## A"), code(half), code(half)) == ["slide", "fragment", "subslide"]
    assert types(text("## A"), code(half), code(1)) == ["slide", "fragment", "fragment"]
    assert types(text("## A"), code(1, printed(half)), code(half)) == [
        *("slide", "fragment", "subslide")
    ]


def test_a_question_stays_with_its_cell() -> None:
    half = int(ROOM / 2)
    cells = [text("## A"), code(half), text("What comes?"), code(half)]
    assert types(*cells) == ["slide", "fragment", "subslide", "fragment"]


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": '<figure><img alt="a" src="data:"></figure>' * 2},
        {"text/html": f"<table>{'<tr><td>a</td></tr>' * 20}</table>"},
        {"text/html": "<audio></audio>" * 6},
        {"text/markdown": "A paragraph.\n\n" * 20},
        {"text/plain": "line\n" * 30},
    ],
    ids=["pictures", "a table", "sounds", "Markdown", "text"],
)
def test_outputs_take_room(data: dict[str, str]) -> None:
    shown = v4.new_output("display_data", data=data)
    assert types(text("## A"), code(1, shown), code(1)) == ["slide", "subslide", "subslide"]


def test_the_style_sheet_of_the_start_line_takes_no_room() -> None:
    shown = v4.new_output("display_data", data={"text/html": f"<style>{'a{}' * 900}</style>mode"})
    assert types(text("## A"), code(1, shown)) == ["slide", "fragment"]


def test_checks_are_not_shown_and_take_no_room() -> None:
    cells = [text("## Exercises"), code(1, tags=("exercise",)), code(99, tags=("check",)), code()]
    assert types(*cells) == ["slide", "fragment", "skip", "fragment"]


def test_nbconvert_makes_these_slides() -> None:
    lesson = Lesson.read(lessons()[3])
    untyped: Any = SlidesExporter
    html, _ = untyped().from_notebook_node(lesson.notebook)
    kinds = slide_types(lesson.notebook)
    # nbconvert puts each slide into a section of its own, with one for what stands beneath.
    assert html.count("<section") == 2 * kinds.count("slide") + kinds.count("subslide")
    assert html.count('<div class="fragment"') == kinds.count("fragment")
    titles = [each.text for each in lesson.headings if each.level == 2]
    shown = re.findall(r"<h2[^>]*>(.*?)<a ", html)
    assert shown == titles
    assert "check(" not in html
