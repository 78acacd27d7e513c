"""Which calls of unknown price a limit lets through without being told so by name."""

import os
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from .. import settings
from ..errors import RecordingError
from ..files.tables import TableError, read
from ..recordings.library import Library
from ..recordings.requests import CanonicalRequest
from .price_table import UnknownPriceError, price_in_force, undated
from .usage import Asked


def needs_no_allowance(asked: Asked, lesson: str | None) -> bool:
    """Whether a call may be sent under a limit though nobody knows its price.

    A lesson makes the calls it was written with, and its header says how many have no known price.
    A server on this machine that is asked for a model of its own sends no bill of OpenAI's.
    """
    model = (asked.form or {}).get("model")
    if lesson and (asked.path, model) in calls_of_lesson(lesson, str(settings.data_dir())):
        return True
    return is_own_model(model, asked.host)


def is_own_model(model: object, host: str) -> bool:
    """Whether this is a model of a server on this machine, and none of OpenAI's behind it."""
    named = isinstance(model, str) and bool(model) and not sold_by_openai(model)
    return named and host in settings.LOOPBACK


@lru_cache(maxsize=64)
def calls_of_lesson(lesson: str, data: str) -> frozenset[tuple[str, str | None]]:
    """Path and model of each call that is recorded for a lesson of the course."""
    course = settings.course_dir()
    if Path(lesson).name != lesson or not (course / "notebooks" / f"{lesson}.ipynb").is_file():
        return frozenset()
    found = set()
    for folder in {Path(data), course / "data"}:
        library = Library(folder / "recordings")
        for file in (library.folder / lesson).glob("*.json"):
            try:
                asked = library.read(file).request
            except RecordingError:
                continue  # the call that needs it says so
            form = CanonicalRequest(asked.method, asked.path, "", asked.body, "").form()
            found.add((asked.path, (form or {}).get("model")))
    return frozenset(found)


def sold_by_openai(model: str) -> bool:
    """Whether this is the name of a model of OpenAI's API, with a provider's name before it or not."""
    name = undated(model.rpartition("/")[2])
    folder = os.environ.get("OAIWORKBOOK_DATA", "")
    if name.startswith("ft:") or name in _models(folder):
        return True
    try:
        price_in_force(name, "default", datetime.now(UTC).date(), folder)
    except UnknownPriceError:
        return False
    return True


@lru_cache(maxsize=8)
def _models(folder: str) -> frozenset[str]:
    """The models of `data/models.toml`. `folder`: the value of OAIWORKBOOK_DATA."""
    try:
        tables = read(settings.data_dir(folder) / "models.toml")
    except TableError:
        return frozenset()
    entries = [*tables.get("active", []), *tables.get("ending", [])]
    return frozenset(undated(name) for entry in entries for name in entry.get("models", []))
