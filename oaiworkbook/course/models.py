"""Which model plays which part in the course, when models end, and what replaces what.

The facts live in `data/models.toml`. Dates are OpenAI's announced shutdown dates; None means that
none was announced on the day given by `as_of`, not that there will be none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import openai

from .. import settings
from ..errors import ModelsError
from ..files import tables
from ..show import Table


@dataclass(frozen=True, slots=True)
class Model:
    """One model name. `successor` is OpenAI's recommendation, None where we found none."""

    name: str
    role: str | None
    ends: date | None
    successor: str | None
    source: str
    as_of: date

    def days_left(self, on: date | None = None) -> int | None:
        """Days from `on` (default today, UTC) to the shutdown date; negative once it has passed."""
        return None if self.ends is None else (self.ends - (on or today())).days


def today() -> date:
    return datetime.now(UTC).date()


def model(role: str) -> str:
    """Name of the model that the course uses for `role`, such as `chat` or `embedding`."""
    known = roles()
    if role not in known:
        raise ModelsError(f"No model has the role {role!r}. Roles: {', '.join(known)}.")
    return known[role]


def roles() -> Mapping[str, str]:
    """Role -> model name, in the order of `data/models.toml`."""
    return _load()[0]


def purpose(role: str) -> str:
    """What `role` is for, in a few words; empty where `data/models.toml` does not say."""
    return _load()[2].get(role, "")


def known() -> Mapping[str, Model]:
    """Every model of `data/models.toml` by name: in use, active, ending and shut down."""
    return _load()[1]


def find(name: str) -> Model | None:
    """The model of this name. A fine-tuned one, `ft:base:...`, ends with its base."""
    base = name.split(":")[1] if name.startswith("ft:") else name
    return known().get(base)


def replacement(name: str) -> str | None:
    """The model to use instead of `name`: the course's for that role, else OpenAI's successor.

    None where neither is known, and for a model that has no shutdown date.
    """
    old = find(name)
    if old is None or old.ends is None:
        return None
    ours = roles().get(old.role or "")
    if ours is not None and known()[ours].ends is None:
        return ours
    seen = {name}
    while old is not None and old.ends is not None and old.successor not in seen | {None}:
        seen.add(old.name)
        old = find(str(old.successor))
    return old.name if old is not None and old.ends is None else None


def in_use(client: Any = None) -> list[Model]:
    """The models that have a role, each once; with a `client`, with the dates that it is given."""
    dated = _dated(client)
    return [dated[name] for name in dict.fromkeys(roles().values())]


def all_ending(client: Any = None) -> list[Model]:
    """Every model with a shutdown date, in use or not, past or to come; `client` as in `in_use`."""
    return [each for each in _dated(client).values() if each.ends]


def _dated(client: Any) -> dict[str, Model]:
    live = live_dates(client) if client is not None else {}
    return {
        name: replace(each, ends=live[name], source="GET /v1/models", as_of=today())
        if name in live
        else each
        for name, each in known().items()
    }


def live_dates(client: Any) -> dict[str, date]:
    """Shutdown dates as `GET /v1/models` gives them to `client`; one request, not billed.

    Models without a date are left out: other servers of this API do not send the field at all.
    """
    dates = ((each.id, getattr(each, "shutdown_date", None)) for each in client.models.list())
    return {name: date.fromisoformat(day) for name, day in dates if day}


def sdk_dates() -> dict[str, date]:
    """Shutdown dates in the docstrings of the installed SDK's model types.

    A newer SDK knows newer announcements: this is how the table notices that it has aged.
    """
    types = Path(openai.__file__).parent / "types"
    dates: dict[str, date] = {}
    for part in (
        "shared/chat_model.py",
        "audio_model.py",
        "audio/speech_model.py",
        "image_model.py",
        "responses/response_compact_params.py",
        "realtime/realtime_session_create_request.py",
    ):
        path = types / part
        text = re.sub(r"\s+", " ", path.read_text("utf-8")) if path.is_file() else ""
        announced = r'- ((?:"[^"]+",? ?)+): Announced shutdown date: (\d{4}-\d\d-\d\d)'
        for names, day in re.findall(announced, text):
            dates.update(dict.fromkeys(re.findall(r'"([^"]+)"', names), date.fromisoformat(day)))
    return dates


def aged() -> dict[str, str]:
    """Model name -> how the installed SDK's announcement differs from `data/models.toml`."""
    differs = {}
    for name, day in sorted(sdk_dates().items()):
        ours = find(name)
        if ours is None or ours.ends != day:
            has = "does not know it" if ours is None else f"has {ours.ends or 'no date'}"
            differs[name] = f"the SDK announces {day}, data/models.toml {has}"
    return differs


def table(on: date | None = None, client: Any = None) -> Table:
    """The course's models on a day (default today, UTC), for a notebook or a terminal."""
    day = on or today()
    by_name = {each.name: each for each in in_use(client)}
    columns = ("role", "for", "model", "shutdown", "days left", "replaced by", "as of")
    rows = [
        (role, purpose(role), *_row(by_name[name], day), str(by_name[name].as_of))
        for role, name in roles().items()
    ]
    return Table(rows, columns)


def _row(each: Model, day: date) -> tuple[str, ...]:
    left = each.days_left(day)
    if left is None:
        return (each.name, "none announced", "", "")
    days = str(left) if left > 0 else "shut down"
    return (each.name, str(each.ends), days, replacement(each.name) or "?")


def _load() -> tuple[Mapping[str, str], Mapping[str, Model], Mapping[str, str]]:
    path = table_path("models.toml")
    return _read(path, changed(path))


def table_path(name: str) -> Path:
    """A data folder that holds recordings only still has the shipped table."""
    path = settings.data_dir() / name
    return path if path.exists() else settings.course_dir() / "data" / name


def changed(path: Path) -> int:
    """When a table was changed last; 0 where it cannot be asked, which reading it will say."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def table_in(path: Path) -> dict[str, Any]:
    """A table of this course's. Raises ModelsError."""
    try:
        return tables.read(path)
    except tables.TableError as error:
        raise ModelsError(
            f"Cannot read {path}: {error}. Restore the file, then try again."
        ) from error


_TOP: tables.Form = {
    "as_of": tables.day,
    "sources": tables.named_texts,
    "roles": tables.named_texts,
    "purposes": tables.named_texts,
    "active": tables.entries,
    "ending": tables.entries,
}
_GROUP: tables.Form = {
    "models": tables.texts,
    "role": tables.text,
    "successor": tables.text,
    "source": tables.text,
}
_DAYS: tables.Form = {"date": tables.day, "as_of": tables.day}


def doubts() -> Iterator[str]:
    """What stops nothing, and yet may be a mistake. Raises ModelsError for what does stop."""
    _load()
    path = table_path("models.toml")
    data = table_in(path)
    found = [f"[{name}] is missing; the file may be cut" for name in _TOP if not data.get(name)]
    found += tables.unknown(data, _TOP)
    for kind in ("active", "ending"):
        for number, group in enumerate(data.get(kind, []), start=1):
            where = f"[[{kind}]] number {number}: "
            found += [where + what for what in tables.unknown(group, _GROUP, _DAYS)]
    return (f"{path}: {what}. Correct it, or restore the file." for what in found)


@lru_cache(maxsize=4)
def _read(
    path: Path, _changed: int
) -> tuple[Mapping[str, str], Mapping[str, Model], Mapping[str, str]]:
    """Role -> model name, model name -> model, role -> purpose."""
    data = table_in(path)
    entries: dict[str, Model] = {}

    def wrong(what: str) -> ModelsError:
        return ModelsError(f"{path}: {what}. Correct the entry, then try again.")

    if what := tables.wrong(data, {}, _TOP):
        raise wrong(what)
    for kind in ("active", "ending"):
        for number, group in enumerate(data.get(kind, []), start=1):
            where = f"[[{kind}]] number {number}"
            if what := tables.wrong(group, {}, _GROUP):
                raise wrong(f"{where}: {what}")
            ends = group.get("date")
            as_of = group.get("as_of", data.get("as_of"))
            # A TOML date and time is a Python date too, and cannot be compared with one.
            if (type(ends) is date) != (kind == "ending"):
                raise wrong(f"{where}: `date` must be a day in [[ending]] and absent in [[active]]")
            if type(as_of) is not date or group.get("source") not in data.get("sources", {}):
                raise wrong(f"{where}: needs `as_of` (a day) and a `source` out of [sources]")
            for name in group.get("models", []):
                if name in entries:
                    raise wrong(f"{where}: {name} is listed twice")
                entries[name] = Model(
                    name, group.get("role"), ends, group.get("successor"), group["source"], as_of
                )
    for each in entries.values():
        if each.successor is not None and each.successor not in entries:
            raise wrong(f"{each.name}: its successor {each.successor} is not listed")
    for role, name in data.get("roles", {}).items():
        if name not in entries:
            raise wrong(f"[roles] {role}: {name} is not listed in [[active]] or [[ending]]")
    for role in data.get("purposes", {}):
        if role not in data.get("roles", {}):
            raise wrong(f"[purposes] {role}: no such role in [roles]")
    return data.get("roles", {}), entries, data.get("purposes", {})
