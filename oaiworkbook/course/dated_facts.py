"""What a day makes false: models that lessons call, and sentences that name a day.

The facts are in `data/models.toml` and `data/dated_facts.toml`, the calls in the lessons' own cells.
A cell tagged `ending` shows the way off what it names, and so is no reason to hurry.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ..errors import ModelsError, NotebookError
from ..files import tables
from . import lessons, models

ENDING = "ending"
Holds = Literal["always", "until", "from"]
Why = Literal["taught", "false", "known"]
_QUOTED = re.compile(r"""["']([\w.:-]+)["']""")
_WORDS = {"taught": "taught in", "false": "makes false", "known": "named in"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A place in a lesson: its number, a cell's id, words of the sentence (blanks as one)."""

    lesson: str
    cell: str
    says: str
    holds: Holds


@dataclass(frozen=True, slots=True)
class Fact:
    """`what` ends or changes on `day`; `instead` is what to use then."""

    what: str
    day: date
    instead: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A cell of a lesson that names what ends or changes on `day`; 0 for a part in the course."""

    what: str
    day: date
    instead: str
    why: Why
    lesson: str
    cell: int


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of `models --check`: what ends on a day, and where the course names it."""

    why: Why
    day: date
    what: str
    instead: str
    places: str

    def __str__(self) -> str:
        return (
            f"{self.day} · {self.what} · {_WORDS[self.why]} {self.places} · instead: {self.instead}"
        )


def facts() -> Sequence[Fact]:
    """The table of dated facts. Raises ModelsError where it cannot be read."""
    return _load()[1]


def as_of() -> date:
    """The day on which the table was last compared with the lessons."""
    return _load()[0]


def notices(within: int, on: date, client: Any = None) -> list[Notice]:
    """What ends or changes within `within` days of `on`, or already has, soonest first.

    `taught`: a lesson calls it, or it plays a part in the course. `false`: a sentence is not true on
    one of these days. `known`: named where it does no harm; one notice for a lesson and a day. With a
    `client`, the dates of `GET /v1/models` count before the table's.
    """
    groups: dict[tuple[Why, date, str], list[Mention]] = {}
    for each in (*_of_models(client), *_of_sentences(within, on)):
        if each.why == "false" or (each.day - on).days <= within:
            key = each.lesson if each.why == "known" else each.what
            groups.setdefault((each.why, each.day, key), []).append(each)
    made = [_notice(why, day, group) for (why, day, _), group in groups.items()]
    return sorted(made, key=lambda each: (each.day, each.places, each.what))


def _notice(why: Why, day: date, group: Sequence[Mention]) -> Notice:
    cells: dict[str, set[int]] = {}
    for each in group:
        cells.setdefault(each.lesson, set()).add(each.cell)
    places = "; ".join(_place(lesson, sorted(there)) for lesson, there in cells.items())
    what = ", ".join(dict.fromkeys(each.what for each in group))
    instead = ", ".join(dict.fromkeys(each.instead for each in group))
    return Notice(why, day, what, instead, places)


def _place(lesson: str, cells: Sequence[int]) -> str:
    if cells == [0]:
        return lesson
    return f"{lesson} cell{'s' * (len(cells) > 1)} {', '.join(map(str, cells))}"


def _of_models(client: Any) -> Iterator[Mention]:
    """Models with a date: those that play a part, and those that a lesson's code names."""
    ending = {each.name: each for each in models.all_ending(client)}
    for role, name in models.roles().items():
        if name in ending:
            yield _of_model(ending[name], "taught", f"the part `{role}`", 0)
    for lesson in lessons.shipped():
        for number, cell in _cells(lesson):
            why: Why = "known" if ENDING in cell["metadata"].get("tags", []) else "taught"
            names = _QUOTED.findall("".join(cell["source"])) if cell["cell_type"] == "code" else ()
            for name in dict.fromkeys(names):
                if name in ending:
                    yield _of_model(ending[name], why, lesson.stem, number)


def _of_model(model: models.Model, why: Why, lesson: str, cell: int) -> Mention:
    assert model.ends is not None
    return Mention(model.name, model.ends, _instead(model), why, lesson, cell)


def _of_sentences(within: int, on: date) -> Iterator[Mention]:
    cells = {
        (lesson.stem[:2], cell.get("id")): (lesson.stem, number)
        for lesson in lessons.shipped()
        for number, cell in _cells(lesson)
    }
    for fact in facts():
        left = (fact.day - on).days
        for each in fact.sentences:
            false = (each.holds == "from" and left > 0) or (
                each.holds == "until" and left <= within
            )
            if false or left >= 0:
                why: Why = "false" if false else "known"
                place = cells.get((each.lesson, each.cell), (each.lesson, 0))
                yield Mention(fact.what, fact.day, fact.instead, why, *place)


def _cells(lesson: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The cells of a lesson with their numbers. Read as JSON: the base does not have nbformat."""
    try:
        cells = json.loads(lesson.read_text("utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotebookError(
            f"Cannot read {lesson}: {error}. `oaiworkbook reset {lesson.name[:2]}` brings it back."
        ) from error
    yield from enumerate(cells, start=1)


def _load() -> tuple[date, tuple[Fact, ...]]:
    path = models.table_path("dated_facts.toml")
    return _read(path, models.changed(path), frozenset(models.known().values()))


_TOP: tables.Form = {"as_of": tables.day, "fact": tables.entries}
_SENTENCE: tables.Form = dict.fromkeys(("lesson", "cell", "says", "holds"), tables.text)
_OWN: tables.Form = {
    "what": tables.text,
    "date": tables.day,
    "instead": tables.text,
    "source": tables.text,
    "as_of": tables.day,
}
_BY_MODELS: tables.Form = {"models": tables.texts}
_FACT: tables.Form = {"sentence": tables.entries}


def doubts() -> Iterator[str]:
    """What stops nothing, and yet may be a mistake. Raises ModelsError for what does stop."""
    _load()
    path = models.table_path("dated_facts.toml")
    data = models.table_in(path)
    found = [] if data["fact"] else ["[[fact]] is missing; the file may be cut"]
    found += tables.unknown(data, _TOP)
    for number, fact in enumerate(data["fact"], start=1):
        form = _BY_MODELS if "models" in fact else _OWN
        where = f"[[fact]] number {number}: "
        found += [where + what for what in tables.unknown(fact, _FACT, form)]
    return (f"{path}: {what}. Correct it, or restore the file." for what in found)


@lru_cache(maxsize=4)
def _read(
    path: Path, _changed: int, _models: frozenset[models.Model]
) -> tuple[date, tuple[Fact, ...]]:
    data = models.table_in(path)
    found: list[Fact] = []
    if what := tables.wrong(data, _TOP, {}):
        raise ModelsError(f"{path}: {what}. Correct it, or restore the file.")
    for number, each in enumerate(data["fact"], start=1):
        try:
            form = _BY_MODELS if "models" in each else _OWN
            if what := tables.wrong(each, {**_FACT, **form}, {}):
                raise ValueError(what)
            if what := next(filter(None, (_wrong(one) for one in each["sentence"])), ""):
                raise ValueError(what)
            sentences = tuple(Sentence(**sentence) for sentence in each["sentence"])
            found += _facts(each, sentences)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelsError(
                f"{path}: [[fact]] number {number}: {error}. Correct the entry, then try again."
            ) from error
    return data["as_of"], tuple(found)


def _wrong(sentence: dict[str, Any]) -> str:
    return tables.wrong(sentence, _SENTENCE, {}) or next(tables.unknown(sentence, _SENTENCE), "")


def _facts(entry: dict[str, Any], sentences: tuple[Sentence, ...]) -> Iterator[Fact]:
    for each in sentences:
        if each.holds not in ("always", "until", "from"):
            raise ValueError(f"`holds` is {each.holds!r}, not always, until or from")
    if "models" not in entry:
        yield Fact(entry["what"], entry["date"], entry["instead"], sentences)
    for name in entry.get("models", []):
        # A data folder of one's own may have another table of models.
        model = models.known().get(name)
        if model is not None and model.ends is not None:
            yield Fact(name, model.ends, _instead(model), sentences)


def _instead(model: models.Model) -> str:
    return models.replacement(model.name) or "no replacement is known"
