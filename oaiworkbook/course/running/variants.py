"""The changes a lesson invites: "Replace `OLD` with `NEW` and run the cell again."

The sentence stands in the Markdown cell after the code cell it is about. Learners and tools read
the same words: `record` records the changed cell too, and a test plays it in replay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat

from ...errors import VariantError

FORM = "Replace `OLD` with `NEW` and run the cell again."
_INVITATION = re.compile(r"\breplace\s+`", re.IGNORECASE)
_SENTENCE = re.compile(
    r"\bReplace\s+(?P<a>`+)(?P<old>.+?)(?<!`)(?P=a)(?!`)"
    r"\s+with\s+(?P<b>`+)(?P<new>.+?)(?<!`)(?P=b)(?!`)"
    r"\s+and\s+run\s+the\s+cell\s+again"
    r"(?:\.\s+It\s+raises\s+`(?P<raises>\w+)`)?"
)


@dataclass(frozen=True, slots=True)
class Variant:
    """`cell` is the index of the code cell among all cells; `source` is what to run instead.

    `raises` names the error of "... run the cell again. It raises `BadRequestError`."
    """

    cell: int
    old: str
    new: str
    source: str
    raises: str | None = None


def variants(notebook: nbformat.NotebookNode) -> list[Variant]:
    """All variants of a notebook, in order. Raises VariantError where one does not apply."""
    found = list(_read(notebook))
    wrong = [each for each in found if isinstance(each, str)]
    if wrong:
        raise VariantError("\n".join(wrong))
    return [each for each in found if isinstance(each, Variant)]


def problems(notebook: nbformat.NotebookNode) -> list[str]:
    """What is wrong with the notebook's invitations, in words; empty when all of them apply."""
    return [each for each in _read(notebook) if isinstance(each, str)]


def _read(notebook: nbformat.NotebookNode) -> Iterator[Variant | str]:
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown" and _INVITATION.search(cell.source):
            yield from _invited(notebook, index)


def _invited(notebook: nbformat.NotebookNode, index: int) -> Iterator[Variant | str]:
    here = f"cell {index + 1}"
    text = notebook.cells[index].source
    sentences = list(_SENTENCE.finditer(text))
    if len(sentences) < len(_INVITATION.findall(text)):
        yield f"{here}: write an invitation to change something in this form: {FORM}"
    if sentences and (index == 0 or notebook.cells[index - 1].cell_type != "code"):
        yield f"{here}: move the invitation right beneath the code cell it is about"
        return
    for found in sentences:
        old, new = _content(found["old"]), _content(found["new"])
        source = notebook.cells[index - 1].source
        if source.count(old) != 1 or old == new:
            yield (
                f"{here}: `{old}` must occur exactly once in the code cell above and differ from "
                f"what replaces it; it occurs {source.count(old)} times"
            )
        else:
            yield Variant(index - 1, old, new, source.replace(old, new), found["raises"])


def _content(span: str) -> str:
    """What a Markdown code span shows: one space at both ends serves only to set off backticks."""
    return span[1:-1] if span[0] == span[-1] == " " and span.strip() else span
