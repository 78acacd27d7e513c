"""Rules about what a day or a release makes false: each such sentence is listed, and true as listed."""

import calendar
import re
from collections.abc import Iterator
from datetime import date

from oaiworkbook.course import dated_facts

from .generated import BLOCK
from .lesson import Lesson
from .surroundings import ROOT
from .versions import pins

_MONTHS = calendar.month_name[1:]
_DAY = re.compile(
    r"(?P<iso>20\d\d-\d\d-\d\d)"
    rf"|(?:(?P<day>\d\d?) )?(?P<month>{'|'.join(_MONTHS)}) (?P<year>20\d\d)"
    r"|\b(?:in|from|until|after|before|by) (?P<only>20\d\d)\b(?!-)"
)
_SOON = re.compile(r"\b\d+ days (?:left|to go)\b|\bhas \d+ days\b|\bstill works? today\b", re.I)
_SDK = re.compile(r"(?:SDK|still in) (3\.\d+)\b")
_END = re.compile(r"(?<=[.!?:])\s+(?=[\"*`_(]*[A-Z0-9])|\n\s*\n|\n(?=\||[*-] )")


def dated_sentences(lesson: Lesson) -> Iterator[str]:
    listed = [(each.cell, each.says) for _, each in _listed(lesson)]
    for n, cell in lesson.markdown:
        for sentence in sentences(cell.source):
            to_come = [day for day in days(sentence) if day > dated_facts.as_of()]
            known = any(cell.id == id_ and says in sentence for id_, says in listed)
            vague = _SOON.search(sentence) and not days(sentence)
            if (to_come or vague) and not known:
                yield (
                    f'cell {n}: a day will make "{sentence}" false or old; '
                    "list it in data/dated_facts.toml, or take the day out"
                )


def listed_sentences(lesson: Lesson) -> Iterator[str]:
    cells = {cell.id: (n, cell.source) for n, cell in lesson.markdown}
    for fact, each in _listed(lesson):
        n, source = cells.get(each.cell, (0, ""))
        found = [text for text in sentences(source) if each.says in text]
        if len(found) != 1:
            yield (
                f'cell {n}: "{each.says}" of data/dated_facts.toml is in {len(found)} sentences of '
                f"the cell {each.cell}; correct the entry"
            )
        elif fact.day not in days(found[0]):
            yield f'cell {n}: "{found[0]}" does not name {fact.day}, the day of "{fact.what}"'


def named_sdk(lesson: Lesson) -> Iterator[str]:
    [(pinned, _)] = pins((ROOT / "constraints.txt").read_text("utf-8"))["openai"]
    for n, cell in lesson.markdown:
        for version in _SDK.findall(" ".join(sentences(cell.source))):
            if version != f"{pinned.major}.{pinned.minor}":
                yield (
                    f"cell {n}: says what holds in SDK {version}, and the workbook is tested with "
                    f"{pinned}; try it again there, then name that one"
                )


def sentences(source: str) -> list[str]:
    """What a person wrote, sentence by sentence and row by row, with blanks as one."""
    text = BLOCK.sub("", source)
    return [" ".join(each.split()) for each in _END.split(text) if each.strip()]


def days(sentence: str) -> list[date]:
    """The days that a sentence names. A month or a year counts as its last day."""
    found = []
    for match in _DAY.finditer(sentence):
        if match["iso"]:
            found.append(date.fromisoformat(match["iso"]))
        elif match["only"]:
            found.append(date(int(match["only"]), 12, 31))
        else:
            month = _MONTHS.index(match["month"]) + 1
            # The 28th is in every month, and near enough to its end.
            found.append(date(int(match["year"]), month, int(match["day"] or 28)))
    return found


def _listed(lesson: Lesson) -> Iterator[tuple[dated_facts.Fact, dated_facts.Sentence]]:
    for fact in dated_facts.facts():
        for each in fact.sentences:
            if each.lesson == lesson.number:
                yield fact, each
