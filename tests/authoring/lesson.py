"""A notebook as the lint sees it: cells with their numbers, prose without code, sections."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from oaiworkbook.course.running.run import tags

from .alone import as_written, is_start
from .generated import BLOCK

Cell = nbformat.NotebookNode
FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*$", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ENCODED = re.compile(r"(data:[\w/+.-]+;base64,)[A-Za-z0-9+/=\s]+")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Heading:
    cell: int
    level: int
    text: str


@dataclass(frozen=True)
class Lesson:
    """`number` is the lesson's, such as "03". Cells are numbered from 1, as a person counts."""

    path: Path
    notebook: nbformat.NotebookNode

    @classmethod
    def read(cls, path: Path) -> "Lesson":
        # nbformat.read would mend what the lint is to notice, such as two cells with one id.
        untyped: Any = nbformat.v4
        return cls(path, untyped.reads(path.read_text("utf-8")))

    @property
    def number(self) -> str:
        return self.path.name[:2]

    @property
    def size(self) -> int:
        """Bytes of the file as it would be written."""
        return len(json.dumps(self.notebook, ensure_ascii=False, indent=1).encode())

    @cached_property
    def cells(self) -> list[tuple[int, Cell]]:
        return list(enumerate(self.notebook.cells, start=1))

    @cached_property
    def code(self) -> list[tuple[int, Cell]]:
        return [(n, cell) for n, cell in self.cells if cell.cell_type == "code"]

    @cached_property
    def teaching(self) -> list[tuple[int, Cell]]:
        """The code cells that teach: not the start, the exercises, nor the cell to copy."""
        apart = {"exercise", "check", "copy"}
        return [
            (n, cell)
            for n, cell in self.code
            if not apart.intersection(tags(cell)) and not is_start(cell.source)
        ]

    @cached_property
    def markdown(self) -> list[tuple[int, Cell]]:
        return [(n, cell) for n, cell in self.cells if cell.cell_type == "markdown"]

    @cached_property
    def prose(self) -> list[tuple[int, str]]:
        """Markdown that a person wrote, without code, comments and generated lines."""
        return [(n, prose_of(cell.source)) for n, cell in self.markdown]

    @cached_property
    def headings(self) -> list[Heading]:
        return [
            Heading(n, len(mark), text)
            for n, cell in self.markdown
            for mark, text in _HEADING.findall(FENCE.sub("", BLOCK.sub("", cell.source)))
        ]

    def tagged(self, tag: str) -> list[tuple[int, Cell]]:
        return [(n, cell) for n, cell in self.cells if tag in tags(cell)]

    def section(self, title: str) -> list[tuple[int, Cell]]:
        """The cells from the heading `title` to the next one of level 2; empty without it."""
        seconds = [each for each in self.headings if each.level == 2]
        starts = [each.cell for each in seconds]
        for position, each in enumerate(seconds):
            if each.text == title:
                end = starts[position + 1] if position + 1 < len(starts) else len(self.cells) + 1
                return [(n, cell) for n, cell in self.cells if each.cell <= n < end]
        return []

    def texts(self) -> Iterator[tuple[int, str, str]]:
        """`(cell, "source" or "output", text)` of everything that is stored as text."""
        for n, cell in self.cells:
            yield n, "source", cell.source
            for output in cell.get("outputs", []):
                yield n, "output", json.dumps(_without_pictures(output), ensure_ascii=False)


def code_lines(cell: Cell) -> int:
    return sum(bool(line.strip()) for line in as_written(cell.source).splitlines())


def prose_of(source: str) -> str:
    text = _COMMENT.sub("", BLOCK.sub("", source))
    return _SPAN.sub("", FENCE.sub("", text))


def parsed(source: str) -> ast.Module | None:
    """The cell as Python, magics resolved; None where it is not Python."""
    untyped: Any = TransformerManager
    try:
        tree: ast.Module = ast.parse(untyped().transform_cell(source))
    except SyntaxError:
        return None
    return tree


def _without_pictures(value: Any) -> Any:
    """The output without encoded pictures and sound: chance words in them mean nothing."""
    if isinstance(value, str):
        return _ENCODED.sub(r"\1", value)
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if not k.startswith(("image/p", "image/j", "audio"))}
        return {k: _without_pictures(v) for k, v in kept.items()}
    if isinstance(value, list):
        return [_without_pictures(each) for each in value]
    return value
