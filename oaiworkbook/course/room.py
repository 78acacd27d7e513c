"""A room of learners: how far each one is, and whose machine is ready, from the files they sent."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from .. import settings
from ..errors import SettingsError
from ..show import Table
from .exercises import progress
from .solved import Progress, ranges, read

_T = TypeVar("_T")
_LONGEST = 10  # exercises named as those that keep people


@dataclass(frozen=True, slots=True)
class Left:
    """A file or folder that could not be read, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Room:
    """Learners by name. Shown as a table, and the exercises that keep people below it."""

    people: dict[str, Progress]
    left: list[Left]

    @property
    def unsolved(self) -> list[tuple[str, int, int]]:
        """Exercise, by how many it was tried and is not solved, by how many it is solved."""
        solved: Counter[str] = Counter()
        tried: Counter[str] = Counter()
        for each in self.people.values():
            for exercise, entry in each.checked.items():
                (solved if "solved" in entry else tried)[exercise] += 1
        found = [(exercise, count, solved[exercise]) for exercise, count in tried.items()]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def to_dict(self) -> dict[str, Any]:
        return {
            "people": {name: each.to_dict() for name, each in self.people.items()},
            "unsolved": [
                {"exercise": exercise, "tried": tried, "solved": solved}
                for exercise, tried, solved in self.unsolved
            ],
            "left_out": list(map(asdict, self.left)),
        }

    def __repr__(self) -> str:
        rows = [self._row(name, each) for name, each in self.people.items()]
        parts = [repr(Table(rows, ["who", "solved", "checks", "done", "next"]))] if rows else []
        hard = [(e, tried, solved) for e, tried, solved in self.unsolved[:_LONGEST]]
        if hard:
            table = Table(hard, ["exercise", "tried, not solved", "solved"])
            parts.append(f"Where people are kept:\n{table!r}")
        parts += _left_out(self.left)
        count = f"{len(self.people)} learner{'' if len(self.people) == 1 else 's'}"
        return "\n\n".join([*parts, f"{count}."])

    @staticmethod
    def _row(name: str, each: Progress) -> tuple[str, ...]:
        return (
            name,
            str(sum(lesson.solved for lesson in each.lessons)),
            str(sum(lesson.tries for lesson in each.lessons)),
            ranges([lesson.number for lesson in each.lessons if lesson.done]),
            f"{each.next.number} {each.next.title}" if each.next else "the course is done",
        )


@dataclass(frozen=True, slots=True)
class Machines:
    """What `doctor --json` said on each machine, by name."""

    reports: dict[str, dict[str, Any]]
    left: list[Left]

    @property
    def ready(self) -> bool:
        return not self.left and all(each["ok"] for each in self.reports.values())

    def to_dict(self) -> dict[str, Any]:
        left_out = list(map(asdict, self.left))
        return {"ok": self.ready, "machines": self.reports, "left_out": left_out}

    def __repr__(self) -> str:
        lines = []
        for name, report in self.reports.items():
            bad = [each for each in report["lines"] if each["status"] == "problem"]
            lines.append(f"{'problem' if bad else 'ok':8} {name}")
            lines += [f"{'':8}   {each['name']}: {each['text']}" for each in bad]
        ready = sum(bool(each["ok"]) for each in self.reports.values())
        parts = ["\n".join(lines)] if lines else []
        return "\n\n".join(
            [*parts, *_left_out(self.left), f"{ready} of {len(self.reports)} ready."]
        )


def of(folder: Path) -> Room:
    """The learners in a folder: files of `progress --json`, folders of progress, or the homes of a Hub.

    A learner goes by the name of the file or the folder. Nothing is written there. Raises SettingsError
    where `folder` is none, or nothing in it is of a learner.
    """
    people, left = _files(folder, Progress.from_dict)
    for name, path in _homes(folder):
        if name in people:
            left.append(Left(name, "a file of this name was read; the folder was not"))
            continue
        try:
            people[name] = read(progress.entries(path))
        except OSError as error:
            left.append(Left(name, str(error.strerror)))
    if not people and not left:
        raise SettingsError(
            f"{folder} holds no progress: neither files that `oaiworkbook progress --json` wrote, nor "
            "folders of progress, nor the homes of learners."
        )
    return Room(dict(sorted(people.items())), left)


def machines(folder: Path) -> Machines:
    """The reports in a folder of files that `doctor --json` wrote. Raises SettingsError as `of` does."""
    reports, left = _files(folder, _report)
    if not reports and not left:
        raise SettingsError(f"{folder} holds no files that `oaiworkbook doctor --json` wrote.")
    return Machines(reports, left)


def _report(found: Any) -> dict[str, Any]:
    lines = [
        {name: str(each[name]) for name in ("status", "name", "text")} for each in found["lines"]
    ]
    return {"ok": bool(found["ok"]), "lines": lines}


def _files(folder: Path, made: Callable[[Any], _T]) -> tuple[dict[str, _T], list[Left]]:
    """What each file of the folder holds, by its name without the ending, and what could not be read."""
    if not folder.is_dir():
        raise SettingsError(f"{folder} is no folder. Name the one that holds what learners sent.")
    found: dict[str, _T] = {}
    left = []
    for path in sorted(each for each in folder.iterdir() if each.suffix in (".json", ".txt")):
        try:
            found[path.stem] = made(json.loads(_text(path)))
        except OSError as error:
            left.append(Left(path.name, str(error.strerror)))
        except (ValueError, KeyError, TypeError, AttributeError):
            left.append(Left(path.name, "not what the command writes with --json"))
    return found, left


def _text(path: Path) -> str:
    content = path.read_bytes()
    # Windows PowerShell's `>` writes UTF-16.
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if wide else "utf-8-sig")


def _homes(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and folder of progress of each learner: the folder itself, one in it, or one in a home."""
    try:
        in_home = [settings.user_dir().relative_to(Path.home()) / "progress"]
    except ValueError:
        in_home = []
    for home in sorted(each for each in folder.iterdir() if each.is_dir()):
        for place in (Path(), Path("progress"), *in_home):
            if any((home / place).glob("??-*.json")):
                yield home.name, home / place
                break


def _left_out(left: list[Left]) -> list[str]:
    return ["\n".join(f"left out: {each.name}: {each.why}" for each in left)] if left else []
