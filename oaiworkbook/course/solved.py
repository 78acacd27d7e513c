"""How far a learner is: of each lesson what is solved, and which lesson is next."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..show import Table
from . import contents, lessons
from .exercises import progress

# In the file of a notebook, where a quotation mark has a backslash before it.
_CHECK = re.compile(r'check\(\\"(\d\d-\d+)\\"')


@dataclass(frozen=True, slots=True)
class Lesson:
    """`exercises`: how many there are. `solved`: of those. `tries`: checks of an answer, wrong ones too."""

    number: str
    title: str
    exercises: int
    solved: int
    tries: int

    @property
    def done(self) -> bool:
        return self.solved == self.exercises

    @property
    def started(self) -> bool:
        return self.tries > 0


@dataclass(frozen=True)
class Progress:
    """All lessons in order, and what is kept of each exercise. Shown as a table, and what is next."""

    lessons: list[Lesson]
    checked: dict[str, dict[str, Any]]

    @cached_property
    def next(self) -> Lesson | None:
        """What was begun; else what follows the last lesson that is done; else the first that is not."""
        left = [each for each in self.lessons if not each.done]
        begun = [each for each in left if each.started]
        last = max((each.number for each in self.lessons if each.done), default="")
        after = [each for each in left if each.number > last]
        return next(iter([*begun, *after, *left]), None)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: `next` is the number of a lesson, or None."""
        return {
            "solved": sum(each.solved for each in self.lessons),
            "exercises": sum(each.exercises for each in self.lessons),
            "next": self.next.number if self.next else None,
            "lessons": list(map(asdict, self.lessons)),
            "checked": self.checked,
        }

    @classmethod
    def from_dict(cls, found: Any) -> "Progress":
        """What `to_dict` gave. Raises KeyError, TypeError or AttributeError for anything else."""
        lessons = [
            Lesson(
                str(each["number"]),
                str(each["title"]),
                int(each["exercises"]),
                int(each["solved"]),
                int(each["tries"]),
            )
            for each in found["lessons"]
        ]
        return cls(lessons, {str(id_): dict(entry) for id_, entry in found["checked"].items()})

    def __repr__(self) -> str:
        rows = [
            (
                each.number,
                each.title,
                "done" if each.done else "begun" if each.started else "",
                f"{each.solved} of {each.exercises}",
                each.tries or "",
            )
            for each in self.lessons
        ]
        table = Table(rows, ["lesson", "title", "", "solved", "checks"])
        whole = self.to_dict()
        ends = [f"{whole['solved']} of {whole['exercises']} exercises are solved."]
        if self.next is None:
            ends.append("The course is done.")
        else:
            ends.append(
                f"Next: {self.next.number} {self.next.title} (oaiworkbook lab {self.next.number})"
            )
        return "\n".join([repr(table), "", *ends])


def read(kept: dict[str, dict[str, Any]] | None = None) -> Progress:
    """Of all lessons of the course, of what is `kept` of the exercises: the user's own by default.

    Raises SettingsError where the folder of the progress cannot be.
    """
    entries = progress.read() if kept is None else kept
    return Progress(list(_lessons(lessons.shipped(), entries)), entries)


def line(number: str) -> str:
    """`03: 3 of 3 exercises solved · done: 00 to 03 · next: 04 Conversation state`.

    Empty where nothing was checked yet. A lesson is not named as next to itself.
    """
    if not (kept := progress.read()):
        return ""  # without reading forty notebooks, in the first cell of each lesson
    found = read(kept)
    if not any(each.started for each in found.lessons):
        return ""
    here = [each for each in found.lessons if each.number == number and each.exercises]
    said = [f"{each.number}: {each.solved} of {each.exercises} exercises solved" for each in here]
    if done := [each.number for each in found.lessons if each.done]:
        said.append(f"done: {ranges(done)}")
    if found.next and found.next.number != number:
        said.append(f"next: {found.next.number} {found.next.title}")
    return " · ".join(said)


def _lessons(paths: Sequence[Path], entries: dict[str, dict[str, Any]]) -> Iterator[Lesson]:
    for path in paths:
        # A notebook that is broken is its own lesson's affair.
        ids = dict.fromkeys(_CHECK.findall(path.read_text("utf-8", errors="replace")))
        mine = [entries[each] for each in ids if each in entries]
        number = path.name[:2]
        yield Lesson(
            number=number,
            title=contents.TITLES.get(number, path.stem[3:].replace("_", " ")),
            exercises=len(ids),
            solved=sum("solved" in entry for entry in mine),
            tries=sum(entry["tries"] for entry in mine),
        )


def ranges(numbers: Sequence[str]) -> str:
    """`00 to 02, 05` for 00, 01, 02, 05."""
    runs: list[list[str]] = []
    for number in numbers:
        if runs and int(number) == int(runs[-1][-1]) + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
