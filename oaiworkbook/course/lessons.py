"""The lesson files: finding one by its number, copying what is missing, bringing one back.

In a clone a learner works on `notebooks/` itself. Installed from a wheel, the lessons are copied
into the learner's own folder, and nothing there is ever overwritten.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .. import settings
from ..errors import LessonError
from ..files import write_atomically

FOLDER = "oaiworkbook-lessons"
_LESSON = re.compile(r"(\d\d)_\w+\.ipynb")


def in_clone() -> bool:
    """True in a clone (or an editable installation of one), False when installed from a wheel."""
    return (settings.course_dir() / "pyproject.toml").is_file()


def shipped() -> list[Path]:
    """The lessons of the course in order: a clone's `notebooks/`, or the wheel's own copies."""
    return _lessons(settings.course_dir() / "notebooks")


def folder() -> Path:
    """Where the learner works; need not exist yet.

    In a clone `notebooks/`. Otherwise the current folder if it is empty or has lessons in it
    already, else `oaiworkbook-lessons` inside it, so that the course never mixes with other files.
    """
    if in_clone():
        return settings.course_dir() / "notebooks"
    here = Path.cwd()
    names = [name for name in os.listdir(here) if not name.startswith(".")]
    ours = {lesson.name for lesson in shipped()}
    return here if not names or ours.intersection(names) else here / FOLDER


def find(number: str) -> Path:
    """The learner's notebook for `3`, `03` or `03_streaming`; the course's own if there is none."""
    name = _name(number)
    mine = folder() / name
    return mine if mine.is_file() else settings.course_dir() / "notebooks" / name


def copy_missing(target: Path) -> list[Path]:
    """Copies lessons that are not in `target` yet; returns the new files. Overwrites nothing."""
    new = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for lesson in shipped():
            copy = target / lesson.name
            if not os.path.lexists(copy):
                write_atomically(copy, lesson.read_bytes())
                new.append(copy)
    except OSError as error:
        raise LessonError(
            f"Cannot put the lessons into {target}: {error.strerror}. "
            "Start `oaiworkbook lab` in a folder that you may write to."
        ) from error
    return new


@dataclass(frozen=True, slots=True)
class Restored:
    """What `reset` did. `kept` is the learner's version, None where there was nothing to keep."""

    lesson: Path
    kept: Path | None
    changed: bool  # False: the file was the course's own already


def reset(number: str, on: date | None = None) -> Restored:
    """Brings back the course's version of a lesson; the learner's is kept under a dated name."""
    name = _name(number, _committed())
    path = folder() / name
    fresh = _original(name)
    kept, moved = None, False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            mine = content(path)
            if mine == fresh:
                return Restored(path, None, changed=False)
            moved = mine is None
            kept = keep(path, on or date.today(), move=moved)
        write_atomically(path, fresh)
    except OSError as error:
        if kept is not None and moved:
            os.rename(kept, path)
        raise LessonError(
            f"Cannot bring {path} back: {error.strerror}. What was there is unchanged."
        ) from error
    return Restored(path, kept, changed=True)


def numbers() -> list[str]:
    """The numbers of all lessons that `reset` can bring back, in order."""
    names = {lesson.name for lesson in shipped()} | set(filter(_LESSON.fullmatch, _committed()))
    return sorted({name[:2] for name in names})


def changed() -> list[Path]:
    """The learner's lessons that differ from the course's own, and new ones, in order.

    In a clone from its last commit, else from what is installed. Raises LessonError where git cannot tell.
    """
    mine = _lessons(folder())
    if not in_clone():
        own = settings.course_dir() / "notebooks"
        return [
            path
            for path in mine
            if not (own / path.name).is_file()
            or path.read_bytes() != (own / path.name).read_bytes()
        ]
    try:
        listed = _git("status", "--porcelain", "-z", "--untracked-files=all", "--", "notebooks")
    except (OSError, subprocess.CalledProcessError) as error:
        raise LessonError(
            f"git cannot say which lessons have changed ({error}). Name them: oaiworkbook run 03 12."
        ) from error
    names = {entry.rpartition("/")[2] for entry in listed.decode().split("\0")}
    return [path for path in mine if path.name in names]


def _original(name: str) -> bytes:
    if not in_clone():
        return (settings.course_dir() / "notebooks" / name).read_bytes()
    try:
        return _git("show", f"HEAD:./notebooks/{name}")
    except (OSError, subprocess.CalledProcessError) as error:
        said = error.stderr if isinstance(error, subprocess.CalledProcessError) else b""
        reason = said.decode("utf-8", "replace").strip() or "git cannot be started"
        raise LessonError(
            f"Cannot find the course's own version of {name}: {reason}. "
            "Download the course again and copy the notebook from there."
        ) from error


def _committed() -> list[str]:
    """Names of the lessons in a clone's last commit: a learner may have deleted one."""
    if not in_clone():
        return []
    try:
        return _git("ls-tree", "--name-only", "HEAD:./notebooks").decode().splitlines()
    except (OSError, subprocess.CalledProcessError):
        return []


def _git(*command: str) -> bytes:
    return subprocess.run(
        ["git", *command], cwd=settings.course_dir(), check=True, capture_output=True
    ).stdout


def content(path: Path) -> bytes | None:
    """What a learner's file holds; None for what is no file, or none that may be read."""
    try:
        return path.read_bytes() if path.is_file() else None
    except PermissionError:
        return None


def keep(path: Path, day: date, *, move: bool) -> Path:
    """Copies `path` to a dated name that is still free; moves what cannot be copied, as a folder.

    Raises OSError, and LessonError where 999 versions of that day are kept already.
    """
    for number in range(1, 1000):
        suffix = "" if number == 1 else f"-{number}"
        kept = path.with_name(f"{path.stem}.mine-{day.isoformat()}{suffix}{path.suffix}")
        if move:
            if os.path.lexists(kept):
                continue
            os.rename(path, kept)
            return kept
        try:
            # "x" never replaces a version that was kept before, even with two resets at once.
            with path.open("rb") as source, kept.open("xb") as copy:
                shutil.copyfileobj(source, copy)
        except FileExistsError:
            continue
        return kept
    raise LessonError(f"There are 999 kept versions of {path.name} of today. Delete some first.")


def stem(number: str | None) -> str | None:
    """`03_streaming` for "03"; None for None. Raises LessonError where there is no such lesson."""
    return None if number is None else find(number).stem


def _name(number: str, more: Sequence[str] = ()) -> str:
    wanted = number.removesuffix(".ipynb")
    committed = filter(_LESSON.fullmatch, more)
    names = list(dict.fromkeys((*sorted(committed), *(lesson.name for lesson in shipped()))))
    for name in names:
        if name.removesuffix(".ipynb") == wanted or (wanted and name[:2] == wanted.zfill(2)):
            return name
    there = ", ".join(sorted({name[:2] for name in names})) or "none"
    raise LessonError(f"There is no lesson {number!r}. Lessons: {there}.")


def _lessons(where: Path) -> list[Path]:
    """One lesson a number: a learner's copy, such as `03_my_copy.ipynb`, has no recordings of its own."""
    recordings = settings.course_dir() / "data" / "recordings"
    found: dict[str, Path] = {}
    for path in sorted(where.glob("*.ipynb")):
        if (match := _LESSON.fullmatch(path.name)) and (
            match[1] not in found or (recordings / path.stem).is_dir()
        ):
            found[match[1]] = path
    return sorted(found.values())
