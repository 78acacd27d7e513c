"""The lessons agree with each other: the map, nothing written twice, every public name met."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

import oaiworkbook
from oaiworkbook.course.running.run import tags

from ..authoring import course
from ..authoring.alone import as_written
from ..authoring.lesson import Lesson, parsed
from ..authoring.readme import README

LESSONS = {path.name[:2]: Lesson.read(path) for path in course.lessons()}
LONG = 5  # lines; below, two lessons may well write the same


def imported(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """Each import of ours in the lesson: the module, and the name taken from it."""
    for _, cell in lesson.code:
        for node in ast.walk(parsed(as_written(cell.source))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("oaiworkbook"):
                yield from ((node.module or "", each.name) for each in node.names)
            elif isinstance(node, ast.Import):
                ours = (each.name for each in node.names if each.name.startswith("oaiworkbook"))
                yield from ((name, "") for name in ours)


def met(lesson: Lesson) -> set[str]:
    """Names of ours that the lesson imports, or whose exception it shows."""
    errors = [out.get("ename", "") for _, c in lesson.code for out in c.outputs]
    return {*(name for _, name in imported(lesson)), *errors}


@pytest.mark.parametrize("number", LESSONS)
def test_a_lesson_imports_public_names_and_nothing_else_of_ours(number: str) -> None:
    """So that a file of the package can be moved without breaking a lesson."""
    public = {("oaiworkbook", name) for name in oaiworkbook.__all__}
    assert [each for each in imported(LESSONS[number]) if each not in public] == []


@pytest.mark.parametrize("number", LESSONS)
def test_a_lesson_is_a_script_without_the_lines_of_ipython(number: str) -> None:
    """As tools make one from it that leave out, or comment out, what begins with `%` or `!`."""
    for place, cell in LESSONS[number].code:
        kept = [
            line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!"))
        ]
        try:
            compile("\n".join(kept), f"cell {place}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            pytest.fail(f"{error.filename}: {error.msg}")


@pytest.mark.parametrize("number", LESSONS)
def test_the_header_has_the_map_of_today(number: str) -> None:
    lesson = LESSONS[number]
    assert course.map_of(lesson.path) in lesson.notebook.cells[0].source, "build the lesson"


def test_no_two_lessons_have_the_same_cell() -> None:
    homes = defaultdict(list)
    for number, lesson in LESSONS.items():
        for place, cell in lesson.code:
            written = as_written(cell.source)
            source = re.sub(r"\s+", " ", written)
            if len(written.splitlines()) >= LONG:
                homes[source].append(f"{number} cell {place}")
    assert [places for places in homes.values() if len(places) > 1] == []


@pytest.mark.parametrize("name", oaiworkbook.__all__)
def test_a_lesson_introduces_each_public_name(name: str) -> None:
    assert [number for number, lesson in LESSONS.items() if name in met(lesson)]


ROWS = re.findall(
    r"^\| (`\w+`(?:, `\w+`)*) \| .+ \| ([\d, ]+) \|$", README.read_text("utf-8"), re.M
)


def test_readme_explains_each_public_name_and_no_other() -> None:
    names = [name for row, _ in ROWS for name in re.findall(r"\w+", row)]
    assert sorted(names) == sorted(oaiworkbook.__all__)


@pytest.mark.parametrize(("names", "numbers"), ROWS)
def test_readme_names_the_lessons_that_introduce_a_name(names: str, numbers: str) -> None:
    for name in re.findall(r"\w+", names):
        first = next(number for number, lesson in LESSONS.items() if name in met(lesson))
        assert first in numbers.split(", "), f"{name} is first met in lesson {first}"


def test_two_outputs_of_the_course_are_not_compared_and_the_prose_says_so() -> None:
    ignored = [
        lesson.notebook.cells[place + 1].source
        for lesson in LESSONS.values()
        for place, cell in enumerate(lesson.notebook.cells)
        if "nbval-ignore-output" in tags(cell)
    ]
    assert len(ignored) <= 2
    assert all("do not compare" in " ".join(prose.split()) for prose in ignored)
