"""The sentence that invites a change: read exactly, refused with a reason where it does not fit."""

from typing import Any

import nbformat
import pytest

from oaiworkbook.course.running.variants import Variant, problems, variants
from oaiworkbook.errors import VariantError

CODE = 'ask("Hello", n=1)\nprint("n")'


def notebook(*texts: str, code: str = CODE) -> Any:
    v4: Any = nbformat.v4
    cells = [v4.new_code_cell(code), *(v4.new_markdown_cell(text) for text in texts)]
    return v4.new_notebook(cells=cells)


def test_a_change_becomes_a_source() -> None:
    text = "**Change one thing.** Replace `n=1` with `n=2` and run the cell again. What now?"
    expected = Variant(0, "n=1", "n=2", 'ask("Hello", n=2)\nprint("n")')
    assert variants(notebook(text)) == [expected]


def test_several_changes_of_one_cell_and_the_error_one_raises() -> None:
    text = (
        "**Change one thing.** Replace `n=1` with `n=0` and run the\ncell again. It raises "
        '`ValueError`. Replace `"Hello"` with `"Bye"` and run the cell again.'
    )
    first, second = variants(notebook(text))
    assert (first.new, first.raises) == ("n=0", "ValueError")
    assert (second.source.splitlines()[0], second.raises) == ('ask("Bye", n=1)', None)


def test_backticks_inside_longer_ones() -> None:
    found = variants(
        notebook("Replace `` `a` `` with ``b`` and run the cell again.", code="x = '`a`'")
    )
    assert [(v.old, v.source) for v in found] == [("`a`", "x = 'b'")]


@pytest.mark.parametrize("text", ["Replace the key when it leaks.", "`Replace` is a function."])
def test_other_uses_of_the_word_invite_nothing(text: str) -> None:
    assert variants(notebook(text)) == []
    assert problems(notebook(text)) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Replace `n=3` with `n=2` and run the cell again.", "it occurs 0 times"),
        ("Replace `n` with `m` and run the cell again.", "it occurs 3 times"),
        ("Replace `n=1` with `n=1` and run the cell again.", "differ from what replaces it"),
        ("Replace `n=1` by `n=2` and run the cell again.", "in this form"),
        ("Replace `n=1` with `n=2`.", "in this form"),
    ],
)
def test_a_change_that_does_not_apply(text: str, reason: str) -> None:
    (problem,) = problems(notebook(text))
    assert problem.startswith("cell 2: ")
    assert reason in problem
    with pytest.raises(VariantError, match="cell 2"):
        variants(notebook(text))


def test_a_change_must_stand_right_beneath_its_cell() -> None:
    text = "Replace `n=1` with `n=2` and run the cell again."
    assert "right beneath" in problems(notebook("Words in between.", text))[0]
