"""Where prices come from: genai-prices, completed by `data/prices.toml`. Which entry holds, and how old.

The library loads on first use: it brings 1.5 MB of tables that a lesson may never need.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from ..files import tables
from ..files.tables import Form
from ..settings import data_dir

Entry = Mapping[str, Any]
Tables = Mapping[str, list[Entry]]

_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
# By kind of entry the fields that it needs, beside `as_of` and `source`, and those that it can have.
_KINDS: Mapping[str, tuple[Form, Form]] = {
    "model": (
        {"id": tables.text, "price": tables.numbers},
        {
            "prefix": tables.flag,
            "max_input_tokens": tables.count,
            "long_context": tables.numbers,
        },
    ),
    "most": (
        {"model": tables.text, "context_window": tables.count, "output": tables.count},
        {},
    ),
    "factor": (
        {"when": tables.text, "factor": tables.number},
        {"models": tables.texts, "max_input_tokens": tables.count},
    ),
    "cache_write_12h": ({"model": tables.text, "mtok": tables.number}, {}),
    "fee": ({"what": tables.text, "usd": tables.number}, {}),
    "uplift": (
        {
            "what": tables.text,
            "factor": tables.number,
            "since": tables.patterns,
            "before": tables.patterns,
        },
        {},
    ),
    "free": ({"endpoint": tables.text}, {"quantity": tables.text}),
    "not_established": (
        {"why": tables.text},
        {
            "fee": tables.text,
            "model": tables.text,
            "prefix": tables.flag,
            "quantity": tables.text,
        },
    ),
    "library": ({"name": tables.text, "version": tables.text}, {}),
}
_ALL: Form = {"as_of": tables.day, "source": tables.text}
_DAYS: Form = {"starts": tables.day, "ends": tables.day}
_LONG: Form = dict.fromkeys(("above", "input_factor", "output_factor"), tables.number)


def undated(model: str) -> str:
    """`gpt-4.1-mini-2025-04-14` -> `gpt-4.1-mini`."""
    return _DATED.sub("", model)


class UnknownPriceError(Exception):
    """No price can be said. The message is the reason, for a person to read."""


@dataclass(frozen=True, slots=True)
class PriceInForce:
    """The price of one model on one day in one tier."""

    model: str
    price: Any
    """genai_prices.types.ModelPrice: USD, per million tokens or characters, per hour of sound."""
    factor: Decimal = Decimal(1)
    max_input_tokens: int | None = None
    """Above it nothing is known."""
    as_of: str = ""
    note: str = ""


@lru_cache(maxsize=8)
def price_entries(folder: str = "") -> Tables:
    """`data/prices.toml` by kind of entry. `folder`: the value of OAIWORKBOOK_DATA.

    Raises SettingsError where the file is missing or an entry has no date or source.
    """
    path = data_dir(folder) / "prices.toml"
    found = _read(path)
    by_kind: dict[str, list[Entry]] = {}
    for kind in _KINDS:
        listed = found.get(kind, [])
        by_kind[kind] = [listed] if kind == "library" and isinstance(listed, dict) else listed
        if not tables.entries(by_kind[kind]):
            raise _wrong(path, f"[[{kind}]]", f"it must be {tables.entries.__doc__}")
    for kind, entry in _entries(by_kind):
        if not tables.day(entry.get("as_of")) or not tables.text(entry.get("source")):
            raise _wrong(path, f"{_label(kind, entry)} needs a date as_of and a source")
        needed, optional = _KINDS[kind]
        if what := tables.wrong(entry, needed, {**optional, **_DAYS}):
            raise _wrong(path, _label(kind, entry), what)
        if "long_context" in entry and (what := tables.wrong(entry["long_context"], _LONG, {})):
            raise _wrong(path, _label(kind, entry), f"long_context: {what}")
    return by_kind


def _read(path: Path) -> dict[str, Any]:
    try:
        return tables.read(path, parse_float=Decimal)
    except tables.TableError as error:
        raise SettingsError(
            f"Cannot read the price table {path} ({error}). Put the course's own file there again; "
            "if OAIWORKBOOK_DATA is set, set it to the course's data folder, or unset it."
        ) from error


def _wrong(path: Path, *what: str) -> SettingsError:
    return SettingsError(
        f"{path}: {': '.join(what)}. Correct the entry, or put the course's own file there again."
    )


def doubts(folder: str = "") -> Iterator[str]:
    """What does not stop a price, and yet may make it wrong. Raises what `price_entries` raises.

    Reads the file anew: it may have changed since this process first needed it.
    """
    path = data_dir(folder) / "prices.toml"
    by_kind, found = price_entries.__wrapped__(folder), _read(path)
    for name in [*found, *_KINDS]:
        if name not in _KINDS:
            yield str(_wrong(path, f"[[{name}]]", "there is no such kind of entry"))
        elif name not in found or not by_kind[name]:
            yield str(_wrong(path, f"[[{name}]]", "it has no entry; the file may be cut"))
    for kind, entry in _entries(by_kind):
        for what in tables.unknown(entry, *_KINDS[kind], _ALL, _DAYS):
            yield str(_wrong(path, _label(kind, entry), what))
        if kind == "model":
            for what in tables.unknown(entry.get("long_context", ()), _LONG):
                yield str(_wrong(path, _label(kind, entry), f"long_context: {what}"))
            for word in entry["price"].keys() - _rates_in_use():
                what = f"price: genai-prices has no rate `{word}`"
                yield str(_wrong(path, _label(kind, entry), what))


@lru_cache(maxsize=1)
def _rates_in_use() -> frozenset[str]:
    """The words by which genai-prices prices anything. It takes any word, and reads only its own."""
    from genai_prices import data_snapshot

    models = (each for there in data_snapshot.get_snapshot().providers for each in there.models)
    found: set[str] = set()
    for model in models:
        listed: Any = model.prices  # one price, or several with the condition of each
        for price in listed if isinstance(listed, list) else [listed]:
            found.update(vars(getattr(price, "prices", price)))
    return frozenset(found)


def in_force(entry: Entry, day: date) -> bool:
    """Whether the entry is valid on this day (UTC)."""
    return bool(entry.get("starts", day) <= day <= entry.get("ends", day))


@lru_cache(maxsize=512)
def price_in_force(model: str, tier: str, day: date, folder: str = "") -> PriceInForce:
    """The price of `model` on `day`. `tier`: a service tier or `batch`; `default` is the standard one.

    A dated snapshot that nobody lists is priced as its undated name. Raises UnknownPriceError.
    """
    listed = price_entries(folder)
    for name in dict.fromkeys((model, undated(model))):
        for entry in listed["not_established"]:
            named = "model" in entry and _names(entry, entry["model"], name)
            if named and "quantity" not in entry and in_force(entry, day):
                raise UnknownPriceError(f"the price of {model} is not established: {entry['why']}")
        found = _own(name, tier, day, listed) or _library(name, tier, day, listed)
        if found is None:
            continue
        price, in_tier, limit, as_of = found
        factor = Decimal(1)
        if not in_tier:
            rule = factor_of(tier, name, day, folder)
            if rule is None:
                raise UnknownPriceError(f"no {tier} price of {name} is known for {day}")
            factor = Decimal(rule["factor"])
            limits = [n for n in (limit, rule.get("max_input_tokens")) if n is not None]
            limit = min(limits, default=None)
        note = "" if name == model else f"priced as {name}"
        return PriceInForce(name, price, factor, limit, as_of, note)
    raise UnknownPriceError(f"no price of {model} is known")


CONTEXT_WINDOW = 1_050_000
"""Tokens that any model of OpenAI's reads at most, unless its entry says otherwise."""
MOST_OUTPUT = 128_000
"""Tokens that any model of OpenAI's writes at most, unless its entry says otherwise."""


@lru_cache(maxsize=512)
def most_tokens(model: str, folder: str = "") -> tuple[int, int]:
    """What this model reads and what it writes at most in one go, in tokens."""
    for entry in price_entries(folder)["most"]:
        if entry["model"] in (model, undated(model)):
            return entry["context_window"], entry["output"]
    return CONTEXT_WINDOW, MOST_OUTPUT


def factor_of(when: str, model: str, day: date, folder: str = "") -> Entry | None:
    """The entry that says how a tier, a batch or a background window changes the standard rates."""
    when = "fast" if when == "priority" else when
    for entry in price_entries(folder)["factor"]:
        if (
            entry["when"] == when
            and model in entry.get("models", (model,))
            and in_force(entry, day)
        ):
            return entry
    return None


def stale(today: date, days: int = 60) -> list[str]:
    """Entries last read more than `days` before `today`, one line each."""
    oldest = today - timedelta(days=days)
    return [
        f"{_label(kind, entry)}: read on {entry['as_of']}, {entry['source']}"
        for kind, entry in _entries(price_entries(os.environ.get("OAIWORKBOOK_DATA", "")))
        if entry["as_of"] < oldest
    ]


def superseded() -> list[str]:
    """Entries that genai-prices has meanwhile, one line each: they can go from `data/prices.toml`."""
    found = []
    for kind, entry in _entries(price_entries(os.environ.get("OAIWORKBOOK_DATA", ""))):
        if kind == "model":
            had = _find(entry["id"]) is not None
        elif kind == "factor":
            infos = [info for name in entry.get("models", ()) if (info := _find(name))]
            had = any(_has_variant(info, entry["when"], None) for info in infos)
        else:
            continue
        if had:
            found.append(f"{_label(kind, entry)}: genai-prices has it")
    return found


# (price, whether it is the price in the tier asked for, input tokens up to which it holds, as of)
_Found = tuple[Any, bool, int | None, str]


def _own(name: str, tier: str, day: date, listed: Tables) -> _Found | None:
    for entry in listed["model"]:
        if _names(entry, entry["id"], name) and in_force(entry, day):
            price = _model_price(entry, flat=tier == "batch")
            limit = None if tier == "batch" else entry.get("max_input_tokens")
            return price, tier == "default", limit, str(entry["as_of"])
    return None


def _names(entry: Entry, model: str, name: str) -> bool:
    return name.startswith(model) if entry.get("prefix") else name == model


def _model_price(entry: Entry, *, flat: bool) -> Any:
    from genai_prices.types import ModelPrice, Tier, TieredPrices

    rates: dict[str, Any] = {key: Decimal(value) for key, value in entry["price"].items()}
    if (long := entry.get("long_context")) and not flat:
        for key, rate in rates.items():
            factor = long["output_factor" if key.startswith("output") else "input_factor"]
            rates[key] = TieredPrices(rate, [Tier(long["above"], rate * factor)])
    return ModelPrice(**rates)


def _library(name: str, tier: str, day: date, listed: Tables) -> _Found | None:
    from genai_prices import __version__, data_snapshot
    from genai_prices.types import ModelPrice, TieredPrices

    info = _find(name)
    if info is None:
        return None
    at = datetime.combine(day, time(12), UTC)
    # For a tier it does not know the library answers the standard price, so it is asked first.
    in_tier = tier == "default" or _has_variant(info, tier, at)
    price = info.get_prices(at, _context(tier) if in_tier and tier != "default" else None)
    if tier == "batch":
        # A batch's usage is the sum of its requests: the sum crosses the long-context line, they do not.
        flat = {k: v.base if isinstance(v, TieredPrices) else v for k, v in vars(price).items()}
        price = ModelPrice(**flat)
    snapshot = data_snapshot.get_snapshot()
    stated = listed["library"][0] if listed["library"] else {}
    if snapshot.from_auto_update:
        as_of = str(snapshot.timestamp.date())
    elif stated.get("version") == __version__:
        as_of = str(stated["as_of"])
    else:
        as_of = f"genai-prices {__version__}"
    return price, in_tier, None, as_of


def _find(name: str) -> Any:
    from genai_prices import data_snapshot

    try:
        return data_snapshot.get_snapshot().find_provider_model(name, None, "openai", None)[1]
    except LookupError:
        return None


def _context(tier: str) -> dict[str, str]:
    return {"processing": "batch"} if tier == "batch" else {"service_tier": tier}


def _has_variant(info: Any, tier: str, at: datetime | None) -> bool:
    return any(
        variant.when == _context(tier)
        and (at is None or variant.constraint is None or variant.constraint.active(at))
        for variant in info.price_variants or ()
    )


def _entries(listed: Tables) -> Iterator[tuple[str, Entry]]:
    for kind, entries in listed.items():
        for entry in entries:
            yield kind, entry


def _label(kind: str, entry: Entry) -> str:
    names = [str(entry[k]) for k in ("id", "name", "what", "when", "endpoint", "fee") if k in entry]
    names += [str(entry[k]) for k in ("model", "models", "quantity", "starts") if k in entry]
    return " ".join([kind, *names])
