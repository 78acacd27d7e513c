"""The map of the API: each method, parameter, tool and event with the lesson that runs it, or why none does.

The facts are in `data/api.toml`. What a row says is its lessons, the one to begin with first, or one
of the words that `[legend]` explains.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import MapError
from ..files import tables
from ..show import Table
from . import models

COPY = "Copy this cell"  # the section of every lesson that has the cell to copy
KINDS = (
    *("method", "parameter", "tool of Responses", "tool of Chat", "event of a Responses stream"),
    *("event that Realtime sends", "event that Realtime takes"),
)
_LESSONS = re.compile(r"\d\d(?: \d\d)*")
_TASK = re.compile(r"(\d\d) (.+)")
# What stands at the end of a word of the legend, and what a row has there.
_ENDS = {"NN": r"\d\d", "DATE": r"\d{4}-\d\d-\d\d", "NAME": r"[\w.()]+"}


@dataclass(frozen=True, slots=True)
class Row:
    """`lessons` run it, the one to begin with first. Where none does, `word` of the legend says why."""

    kind: str
    name: str
    lessons: tuple[str, ...] = ()
    word: str = ""
    of: str = ""

    @property
    def says(self) -> str:
        """As it stands in the file."""
        if self.lessons:
            return " ".join(self.lessons)
        return self.word.replace(_end(self.word), self.of) if self.of else self.word


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody wants to do, and the section of the lesson that shows it."""

    says: str
    lesson: str
    section: str

    @property
    def where(self) -> str:
        """`10, the cell to copy` or `01, "Find it again"`."""
        section = "the cell to copy" if self.section == COPY else f'"{self.section}"'
        return f"{self.lesson}, {section}"


@dataclass(frozen=True, slots=True)
class Map:
    """`legend`: word -> what it means. `planned`: number -> title of a lesson to come."""

    sdk: str
    as_of: date
    legend: Mapping[str, str]
    planned: Mapping[str, str]
    rows: tuple[Row, ...]
    tasks: tuple[Task, ...]


def read() -> Map:
    """The map. Raises MapError, which names the file, the place and what to do."""
    path = file()
    return _read(path, models.changed(path))


def file() -> Path:
    return models.table_path("api.toml")


def find(words: Sequence[str]) -> Table | None:
    """What has all of these words, in any case: tasks first. None where nothing has."""
    the_map, today = read(), models.today()
    shown = [
        *((each.says, "task", each.where) for each in the_map.tasks),
        *((each.name, each.kind, told(each, the_map, today)) for each in the_map.rows),
    ]
    wanted = [word.lower() for word in words]
    rows = [row for row in shown if all(word in " ".join(row).lower() for word in wanted)]
    return Table(rows, ("what", "kind", "lesson, or why none")) if rows else None


def anchor(section: str) -> str:
    """As JupyterLab names a heading."""
    return section.replace(" ", "-").replace("(", "%28").replace(")", "%29")


def told(row: Row, the_map: Map, on: date) -> str:
    """The lessons, or why there is none, as a person says it on that day."""
    if row.lessons:
        first, *others = row.lessons
        if not others:
            return first
        return f"{first}, also {' '.join(others) if len(others) < 7 else f'{len(others)} others'}"
    if row.word == "ends DATE":
        return f"{'ended' if date.fromisoformat(row.of) <= on else 'ends'} on {row.of}"
    if row.word == "to come in NN" and row.of in the_map.planned:
        return f"{row.says} {the_map.planned[row.of]}"
    return row.says


def counts(the_map: Map) -> dict[str, dict[str, int]]:
    """Kind -> how many rows, and how many of them are `run` or have each word of the legend."""
    columns = ("all", "run", *the_map.legend)
    found = {kind: dict.fromkeys(columns, 0) for kind in KINDS}
    for row in the_map.rows:
        found[row.kind]["all"] += 1
        found[row.kind][row.word or "run"] += 1
    return found


def summary() -> Table:
    """A line a kind: how many there are, how many a lesson runs, is to run, and the rest."""
    columns, rows = table(read())
    return Table(rows, ("kind", *columns))


def table(the_map: Map) -> tuple[tuple[str, ...], list[tuple[str | int, ...]]]:
    """Columns, and a row a kind. "to come" is a column only while lessons are planned."""
    counted = counts(the_map)
    coming = any(each["to come in NN"] for each in counted.values())
    rows: list[tuple[str | int, ...]] = []
    for kind, each in counted.items():
        rest = each["all"] - each["run"] - each["to come in NN"]
        planned = (each["to come in NN"],) if coming else ()
        rows.append((kind, each["all"], each["run"], *planned, rest))
    return ("all", "run", *(("to come",) if coming else ()), "neither"), rows


_TOP: tables.Form = {
    "as_of": tables.day,
    "sdk": tables.text,
    "legend": tables.named_texts,
    "planned": tables.named_texts,
    "tasks": tables.named_texts,
}


def _tables_of_texts(value: Any) -> bool:
    """a table of tables of texts"""
    return isinstance(value, dict) and all(map(tables.named_texts, value.values()))


_ROWS: tables.Form = {"rows": _tables_of_texts, "parameters": _tables_of_texts}


def doubts() -> Iterator[str]:
    """What stops nothing, and yet may be a mistake. Raises MapError for what does stop."""
    the_map = read()
    found = list(tables.unknown(_content(file()), _TOP, _ROWS))
    there = {row.kind for row in the_map.rows}
    found += [f"there is no {kind}; the file may be cut" for kind in KINDS if kind not in there]
    if not the_map.tasks:
        found.append("[tasks] is empty; the file may be cut")
    return (f"{file()}: {what}. Correct it, or restore the file." for what in found)


def _content(path: Path) -> dict[str, Any]:
    try:
        return tables.read(path)
    except tables.TableError as error:
        raise MapError(f"Cannot read {path}: {error}. Restore the file, then try again.") from error


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> Map:
    data = _content(path)
    if what := tables.wrong(data, {**_TOP, **_ROWS}, {}):
        raise MapError(f"{path}: {what}. Correct it, or restore the file.")
    try:
        words = {re.compile(_pattern(word)): word for word in data["legend"]}
        rows = [
            _row(kind, name, says, words)
            for kind, names in data["rows"].items()
            for name, says in names.items()
        ]
        rows += [
            _row("parameter", f"{call}({name})", says, words)
            for call, names in data["parameters"].items()
            for name, says in names.items()
        ]
        tasks = tuple(_task(says, where) for says, where in data["tasks"].items())
    except ValueError as error:
        raise MapError(f"{path}: {error}. Correct the entry, then try again.") from error
    rows.sort(key=lambda row: KINDS.index(row.kind))
    legend, planned = data["legend"], data["planned"]
    return Map(data["sdk"], data["as_of"], legend, planned, tuple(rows), tasks)


def _row(kind: str, name: str, says: str, words: Mapping[re.Pattern[str], str]) -> Row:
    if kind not in KINDS:
        raise ValueError(f"[rows] has the kind {kind!r}; the kinds are {', '.join(KINDS)}")
    if _LESSONS.fullmatch(says):
        return Row(kind, name, lessons=tuple(says.split()))
    for pattern, word in words.items():
        if found := pattern.fullmatch(says):
            of = "".join(found.groups())
            if word == "ends DATE":
                _is_a_day(f"{kind} {name}", of)
            return Row(kind, name, word=word, of=of)
    raise ValueError(f"{kind} {name}: {says!r} is neither lessons (such as 03) nor in [legend]")


def _is_a_day(where: str, text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{where}: {text} is no day ({error})") from error


def _end(word: str) -> str:
    last = word.rpartition(" ")[2]
    return last if last in _ENDS else ""


def _pattern(word: str) -> str:
    end = _end(word)
    start = re.escape(word.removesuffix(end))
    return f"{start}({_ENDS[end]})" if end else start


def _task(says: str, where: str) -> Task:
    found = _TASK.fullmatch(where)
    if found is None:
        raise ValueError(f"[tasks] {says!r}: {where!r} is no lesson and section, such as 03 {COPY}")
    return Task(says, found[1], found[2])
