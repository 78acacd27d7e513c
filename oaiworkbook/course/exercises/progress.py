"""What the user has solved: one small JSON file an exercise, so that two kernels never collide.

The folder is `progress/` in the user's data folder; `OAIWORKBOOK_PROGRESS` names another one.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ... import settings
from ...errors import SettingsError
from ...files import write_atomically
from .judge import Outcome


def folder() -> Path:
    return settings.progress_dir()


def note(exercise_id: str, outcome: Outcome) -> str:
    """Keeps an outcome; returns a sentence when that was not possible, else an empty string.

    A solved exercise stays solved. An exercise that was not tried leaves no trace.
    """
    if outcome == "not tried":
        return ""
    try:
        path = folder() / f"{exercise_id}.json"
        entry = _read(path)
        entry["tries"] = entry["tries"] + 1
        entry["last"] = outcome
        if outcome == "correct":
            entry.setdefault("solved", _now())
        write_atomically(path, json.dumps(entry).encode())
    except SettingsError as error:
        return f"(Progress could not be saved. {error})"
    except OSError as error:
        return f"(Progress could not be saved in {path}: {error.strerror}.)"
    return ""


def read() -> dict[str, dict[str, Any]]:
    """Exercise id -> `{"tries": int, "last": outcome, "solved": time, if so}`, sorted by id."""
    return {path.stem: _read(path) for path in _paths(folder())}


def entries(folder: Path) -> dict[str, dict[str, Any]]:
    """The same of another's folder, where nothing is mended: a file that is broken is left out."""
    found = {path.stem: _parsed(path) for path in _paths(folder)}
    return {id_: entry for id_, entry in found.items() if entry is not None}


def _paths(folder: Path) -> list[Path]:
    return sorted(folder.glob("??-*.json"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _read(path: Path) -> dict[str, Any]:
    try:
        entry = _parsed(path)
    except FileNotFoundError:
        return {"tries": 0}
    if entry is not None:
        return entry
    # Set aside, not deleted: a person may still read what it said.
    path.replace(path.with_suffix(".broken"))
    return {"tries": 0}


def _parsed(path: Path) -> dict[str, Any] | None:
    try:
        entry = json.loads(path.read_text("utf-8"))
    except ValueError:
        return None
    right = isinstance(entry, dict) and isinstance(entry.get("tries"), int)
    return entry if right else None
