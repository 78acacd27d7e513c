"""The start page: the course with the learner's progress, as Markdown beside the lessons.

`oaiworkbook lab` writes it and opens JupyterLab on it; each check in a notebook writes it anew.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path

from .. import settings
from ..errors import LessonError, WorkbookError
from ..files import write_atomically
from . import api_map, contents, lessons, solved

NAME = "00_all_lessons.md"  # the first in the side bar
# The text below this line is as it was written when its hash is the one that stands here.
_FIRST = "<!-- Written anew by each check. If you change it, your version is kept. {} -->\n"
_HASH = re.compile(re.escape(_FIRST.strip()).replace(r"\{\}", "([0-9a-f]{64})"))


def write(target: Path) -> Path | None:
    """Writes the page into the folder of the lessons. Returns where a version of the learner's is kept.

    Raises LessonError where it cannot be written; SettingsError and MapError for what it is made from.
    """
    path, kept = target / NAME, None
    try:
        text = _page(target)
        fresh = (_FIRST.format(_hash(text)) + text).encode()
        if os.path.lexists(path):
            mine = lessons.content(path)
            if mine == fresh:
                return None
            if mine is None or not _is_ours(mine):
                kept = lessons.keep(path, date.today(), move=mine is None)
        write_atomically(path, fresh)
    except OSError as error:
        why = f"{error.strerror} ({error.filename or path})"
        raise LessonError(f"Cannot write the start page {path}: {why}.") from error
    return kept


def renew() -> None:
    """Writes the page of the JupyterLab that this kernel belongs to; elsewhere does nothing."""
    page = settings.start_page()
    if page is not None:
        # The check has kept its outcome and tells it. The next start of `lab` says what is wrong here.
        with suppress(OSError, WorkbookError):
            write(page.parent)


def _is_ours(content: bytes) -> bool:
    first, _, text = content.decode("utf-8", "replace").partition("\n")
    found = _HASH.fullmatch(first)
    return found is not None and found[1] == _hash(text)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _page(target: Path) -> str:
    """A lesson is a link where its notebook is in `target`."""
    shipped = {path.name[:2]: path for path in lessons.shipped()}
    there = {
        number: path.name for number, path in shipped.items() if (target / path.name).is_file()
    }
    progress = solved.read()
    lines = ["# All lessons", "", _where(progress, there), "", *_ABOUT]
    for part, titles in contents.PARTS.items():
        found = [each for each in progress.lessons if each.number in titles]
        lines += [f"| **{part}** | | | | |"] if found else []
        for each in found:
            link, mark = _link(each, there), _mark(each, progress.next)
            lines.append(f"| {link} | {mark} | {_facts(contents.head(shipped[each.number]))} |")
    return "\n".join([*lines, "", f"## {_TO_DO}", "", *_tasks(there), ""])


_TO_DO = "What do you want to do?"
_ABOUT = (
    "The times are for reading and for the exercises. *Live* is what one run costs with a key of your own; "
    "without a key nothing is charged. A check marks here what you have solved. If a mark is missing: "
    "File > Reload Markdown File from Disk.",
    "",
    f"[{_TO_DO}](#{api_map.anchor(_TO_DO)}) lists tasks, each with the place that shows it.",
    "",
    "| lesson | solved | reading | exercises | live |",
    "|:--|:--|--:|--:|--:|",
)


def _where(progress: solved.Progress, there: dict[str, str]) -> str:
    whole = progress.to_dict()
    said = f"{whole['solved']} of {whole['exercises']} exercises are solved."
    if progress.next is None:
        return f"**The course is done.** {said}"
    verb = "Next" if any(each.started for each in progress.lessons) else "Begin here"
    return f"**{verb}: {_link(progress.next, there)}** · {said}"


def _link(lesson: solved.Lesson, there: dict[str, str]) -> str:
    text = f"{lesson.number} {lesson.title}"
    return f"[{text}]({there[lesson.number]})" if lesson.number in there else text


def _mark(lesson: solved.Lesson, next_: solved.Lesson | None) -> str:
    count = f"{lesson.solved}&nbsp;of&nbsp;{lesson.exercises}"
    if lesson == next_:
        return f"{count}, **next**" if lesson.started else "**next**"
    if lesson.done:
        return f"✓&nbsp;{count}" if lesson.exercises else ""
    return count if lesson.started else ""


def _facts(head: contents.Head | None) -> str:
    """The last three columns."""
    facts = (f"{head.reading} min", f"{head.solving} min", head.live) if head else ("", "", "")
    return " | ".join(facts).replace("USD ", "USD&nbsp;")


def _tasks(there: dict[str, str]) -> Iterator[str]:
    """A fold for each part; a task leads to the section of the lesson that shows it."""
    tasks = api_map.read().tasks
    for part, titles in contents.PARTS.items():
        lines = [
            f"- [{each.says}]({there[number]}#{api_map.anchor(each.section)}): {each.where}"
            for number in titles
            for each in tasks
            if each.lesson == number and number in there
        ]
        if lines:
            yield from (f"<details><summary>{part}</summary>", "", *lines, "", "</details>")
