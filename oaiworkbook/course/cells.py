"""The code cells of all lessons: which lesson a cell is of, and whether it is one to copy."""

import ast
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
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
    known = _of_the_copy_cells()
    if lesson in known:
        return bool(names & known[lesson])
    return any(each and each <= names for each in known.values())


def defined(module: ast.Module) -> set[str]:
    """The names of the functions and classes that a cell defines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {statement.name for statement in module.body if isinstance(statement, kinds)}


@lru_cache(maxsize=1)
def _owners() -> dict[str, str | None]:
    """Source of a code cell -> its lesson; None where several lessons have it."""
    found: dict[str, str | None] = {}
    for lesson, source, _ in _code_cells():
        found[source] = lesson if found.get(source, lesson) == lesson else None
    return found


@lru_cache(maxsize=1)
def _of_the_copy_cells() -> dict[str, set[str]]:
    """Lesson -> what its cell to copy defines."""
    found: dict[str, set[str]] = {}
    for lesson, source, tags in _code_cells():
        if "copy" in tags:
            with suppress(SyntaxError):
                found[lesson] = defined(ast.parse(source))
    return found


@lru_cache(maxsize=1)
def _code_cells() -> list[tuple[str, str, list[str]]]:
    """(lesson, source, tags) of each code cell of the course; a broken notebook has none."""
    return [cell for path in lessons.shipped() for cell in _of_file(path)]


def _of_file(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    with suppress(LessonError):
        for cell in _parsed(path):
            if cell.kind == "code":
                yield path.stem, cell.source.strip(), cell.tags


def _parsed(path: Path) -> Iterator[Cell]:
    try:
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            tags = cell["metadata"].get("tags", [])
            yield Cell(cell["cell_type"], "".join(cell["source"]), tags)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LessonError(
            f"Cannot read {path}: {error}. `oaiworkbook reset {path.name[:2]}` brings it back."
        ) from error
