"""The lines of a lesson that no person writes: below its title, and at its end."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import nbformat
from packaging.requirements import Requirement

from oaiworkbook import settings
from oaiworkbook.course import models
from oaiworkbook.course.checks import of_lesson
from oaiworkbook.course.exercises.judge import Exercise
from oaiworkbook.course.running.play import exercises
from oaiworkbook.course.running.run import tags
from oaiworkbook.money.amounts import usd
from oaiworkbook.money.ledger import Call
from oaiworkbook.money.ledger_sums import ALREADY_COUNTED
from oaiworkbook.recordings.library import Library, Origin

from . import alone
from .course import know_first, map_of, named, neighbours
from .surroundings import ROOT

BLOCK = re.compile(r"<!-- generated: (?P<name>\w+) -->.*?<!-- /generated -->", re.DOTALL)
_AUTHORED = "written by us in OpenAI's format, not produced by OpenAI's models"
_ORIGIN = {
    "authored": _AUTHORED,
    "live": "recorded from OpenAI's API",
    "edited": "recorded from OpenAI's API and edited",
}


def header(notebook: nbformat.NotebookNode, path: Path, calls: Sequence[Call]) -> str:
    """Minutes, cost in replay and live, what to know first, the lessons beside it, the course map."""
    first = [named(each, path) for each in know_first(path.name[:2])]
    before = f"know first: {', '.join(first)}" if first else "nothing to know first"
    count = len(exercises(notebook))
    reading, solving = minutes(notebook)
    line = (
        f"{reading} minutes, and {solving} for {count} exercise{'' if count == 1 else 's'} · "
        f"costs USD 0 in replay, {live_cost(calls)} · {before}"
    )
    return with_neighbours(f"*{line}*", path)


def with_neighbours(line: str, path: Path) -> str:
    parts = (line, alone.for_header(path), neighbours(path), map_of(path))
    return "\n\n".join(filter(None, parts))


def footer(path: Path, calls: Sequence[Call]) -> str:
    """The lessons beside it; SDK range, models used and their end, where the recordings come from."""
    lines = [f"Tested with openai {sdk_range()}.", *_models(calls), *_recordings(path.stem)]
    return with_line(f"*{' '.join(lines)}*", path)


def with_line(line: str, path: Path) -> str:
    return f"{neighbours(path)}\n\n{line}"


def with_block(source: str, name: str, text: str) -> str:
    """The Markdown source with the block `name` replaced, or added at its end."""
    block = f"<!-- generated: {name} -->\n{text}\n<!-- /generated -->"
    if any(found["name"] == name for found in BLOCK.finditer(source)):
        return BLOCK.sub(lambda m: block if m["name"] == name else m[0], source)
    return f"{source.rstrip()}\n\n{block}" if source.strip() else block


def minutes(notebook: nbformat.NotebookNode) -> tuple[int, int]:
    """Time to work through a lesson, and time for its exercises, each to five minutes."""
    asked = {id_[:2] for id_ in exercises(notebook)}
    solved = [each for number in asked for each in of_lesson(number)]
    return _to_five(minutes_of(notebook.cells)), _to_five(solving(solved))


def minutes_of(cells: Sequence[nbformat.NotebookNode]) -> float:
    """Time to work through these cells.

    Fitted to what thirty lessons took their readers (25 to 80 minutes; the fit is off by 5 on
    average): 130 words a minute, 15 lines of code a minute, four minutes for each prediction with
    its change.
    """
    prose = [BLOCK.sub("", cell.source) for cell in cells if cell.cell_type == "markdown"]
    words = sum(len(text.split()) for text in prose)
    predictions = sum(text.count("**Predict:**") for text in prose)
    lines = sum(
        bool(line.strip())
        for cell in cells
        if cell.cell_type == "code"
        if not {"exercise", "check", "copy"}.intersection(tags(cell))
        for line in alone.as_written(cell.source).splitlines()
    )
    return words / 130 + lines / 15 + 4 * predictions


def solving(chosen: Iterable[Exercise]) -> float:
    """Time for these exercises, from the same fit: 0.42 minutes for each line of the solutions."""
    texts = [each.reference for each in chosen]
    return 0.42 * sum(bool(line.strip()) for text in texts for line in text.splitlines())


def _to_five(time: float) -> int:
    return max(5, 5 * round(time / 5))


def live_cost(calls: Sequence[Call]) -> str:
    """What the calls of one run would cost live; calls to a practice server cost nothing there.

    `USD 0.0042 live`, or `at least USD 0.0042 live (1 of 3 calls has no known price)`: of all calls
    that the reports under the cells count, those that fail included.
    """
    made = [call for call in calls if call.mode == "replay"]
    known = sum((Decimal(str(c.cost_usd)) for c in made if c.cost_usd is not None), Decimal(0))
    unknown = sum(
        call.cost_usd is None
        and call.status in ("ok", "cut")
        and call.price_note != ALREADY_COUNTED
        for call in made
    )
    if not unknown:
        return f"{usd(known)} live"
    of_all = f"{unknown} of {len(made)} call{'' if len(made) == 1 else 's'}"
    least = f"at least {usd(known)}" if known else "an unknown amount"
    return f"{least} live ({of_all} {'has' if unknown == 1 else 'have'} no known price)"


def sdk_range() -> str:
    """`>=3.54,<4`, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = next(each for each in project["dependencies"] if Requirement(each).name == "openai")
    return str(wanted.partition("]")[2])


def _models(calls: Sequence[Call]) -> list[str]:
    # A build runs in replay: what is live there goes to a server of the lesson's own.
    used = dict.fromkeys(
        call.model
        for call in calls
        if call.model and call.http_status in (101, 200) and call.mode != "live"
    )
    lines = []
    for name in used:
        model = models.find(name)
        if model is None:
            raise LookupError(f"{name} is not in data/models.toml: add it, with its shutdown date")
        end = f"shutdown date {model.ends}" if model.ends else "no shutdown date announced"
        lines.append(f"`{name}`: {end} (as of {model.as_of}).")
    return lines


def _recordings(lesson: str) -> list[str]:
    library = Library(settings.data_dir() / "recordings")
    paths = sorted((library.folder / lesson).glob("*.json"))
    return [
        f"Recordings: {_origin(origin)}, {_days(days)}."
        for origin, days in sorted(library.origins(paths).days.items())
    ]


def _origin(origin: Origin) -> str:
    if not origin.server:
        return _ORIGIN[origin.source]
    edited = " and edited" if origin.source == "edited" else ""
    return f"recorded from `{origin.server}`, not from OpenAI's API{',' * bool(edited)}{edited}"


def _days(days: set[date]) -> str:
    first, last = min(days), max(days)
    return f"{first}" if first == last else f"{first} to {last}"
