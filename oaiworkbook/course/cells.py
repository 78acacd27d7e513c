"""The code cells of all lessons: which lesson a cell is of, and whether it is one to copy."""

import ast
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..errors import LessonError
from . import lessons


class Cell(NamedTuple):
    """`kind` is `code` or `markdown`."""

    kind: str
    source: str
    tags: list[str]


def read(path: Path) -> list[Cell]:
    """The cells of a notebook. Raises LessonError where it is broken or not there."""
    return list(_parsed(path))


def lesson_of(source: str) -> str | None:
    """The lesson, such as `03_streaming`, that alone has a code cell with this source, unedited."""
    return _owners().get(source.strip())


def is_copied(names: set[str], lesson: str | None) -> bool:
    """Whether a cell that defines these names is a cell to copy.

    In its lesson it is known also when it was edited. Elsewhere it may be that of any lesson, and has all
    of its names: a learner's own program may have a `main`, too.
    """
    shipped = {path.stem: path for path in lessons.shipped()}
    own = _of_the_copy_cell(shipped[lesson]) if lesson in shipped else None
    if own is not None:
        return bool(names & own)
    return any(each and each <= names for each in map(_of_the_copy_cell, shipped.values()))


def defined(module: ast.Module) -> set[str]:
    """The names of the functions and classes that a cell defines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {statement.name for statement in module.body if isinstance(statement, kinds)}


@cache
def _owners() -> dict[str, str | None]:
    """Source of a code cell -> its lesson; None where several lessons have it."""
    found: dict[str, str | None] = {}
    for path in lessons.shipped():
        for cell in _code(path):
            source, lesson = cell.source.strip(), path.stem
            found[source] = lesson if found.get(source, lesson) == lesson else None
    return found


@cache
def _of_the_copy_cell(path: Path) -> set[str] | None:
    """What a lesson's cell to copy defines; None where it has no such cell."""
    for cell in _code(path):
        if "copy" in cell.tags:
            with suppress(SyntaxError):
                return defined(ast.parse(cell.source))
    return None


def _code(path: Path) -> Iterator[Cell]:
    """The code cells of a lesson; a broken notebook has none."""
    with suppress(LessonError):
        yield from (cell for cell in _parsed(path) if cell.kind == "code")


def _parsed(path: Path) -> Iterator[Cell]:
    try:
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            tags = cell["metadata"].get("tags", [])
            yield Cell(cell["cell_type"], "".join(cell["source"]), tags)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LessonError(
            f"Cannot read {path}: {error}. `oaiworkbook reset {path.name[:2]}` brings it back."
        ) from error
