"""Usage -> USD. An amount that cannot be said is None, never 0.

A quantity that is not zero and has no price makes the whole price unknown, and every assumption is in
the note. All arithmetic is in Decimal.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .amounts import usd as in_usd
from .price_table import (
    PriceInForce,
    Tables,
    UnknownPriceError,
    factor_of,
    in_force,
    price_entries,
    price_in_force,
)
from .usage import Usage

LONG_CONTEXT = 272_000
"""Input tokens above which models with a long-context rate charge it for the whole request."""

UNITS = {"_tokens": "_mtok", "_characters": "_mchars", "_seconds": "_hours"}
"""Ending of a quantity -> ending of its rate's name in the price library."""

_MILLION = Decimal(1_000_000)
_REGION = re.compile(r"[a-z]{2}\.api\.openai\.com")
_LIST_PRICE_HOSTS = frozenset({"", "api.openai.com"})
# A part that is billed like its whole where no rate of its own is listed. Sound is not among them:
# where only a text rate is listed, an audio token costs many times that.
_LIKE = {
    "output_reasoning_tokens": "output_tokens",
    "output_image_tokens": "output_tokens",
    "input_image_tokens": "input_tokens",
    "cache_image_read_tokens": "cache_read_tokens",
    "input_audio_seconds": "audio_seconds",
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which conditions a call is priced. `tier`: a service tier, or `batch`."""

    tier: str
    host: str
    day: date
    folder: str

    @property
    def tables(self) -> Tables:
        return price_entries(self.folder)


def known_price(model: str, tier: str, when: Conditions) -> PriceInForce:
    if not model:
        raise UnknownPriceError("no model is named")
    return price_in_force(model, tier, when.day, when.folder)


def tokens(
    found: PriceInForce, counts: Mapping[str, float], when: Conditions, notes: list[str]
) -> Decimal:
    """Tokens, characters and seconds; the counts that are not zero must all have a price."""
    from genai_prices import Usage as Counted

    if found.note:
        notes.append(found.note)
    into = counts.get("input_tokens", 0)
    refuse_above_limit(found, into, when.tier)
    if when.tier == "batch" and into > LONG_CONTEXT:
        notes.append("no single request of the batch counted as long context")
    for name, count in counts.items():
        if count and not (_listed(found.price, name) or _listed(found.price, _LIKE.get(name))):
            raise UnknownPriceError(f"no price for {name} of {found.model} is known")
        for entry in when.tables["not_established"]:
            named = (entry.get("model"), entry.get("quantity")) == (found.model, name)
            if count and named and in_force(entry, when.day):
                raise UnknownPriceError(f"price not established: {entry['why']}")
    try:
        priced = found.price.calc_price(Counted(**counts))
    except ValueError as error:
        raise UnknownPriceError(f"the counts do not fit together: {error}") from error
    return Decimal(priced["total_price"]) * found.factor


def extra_12h(
    found: PriceInForce, counts: Mapping[str, float], tokens: float, when: Conditions
) -> Decimal:
    """What a 12-hour cache write costs above the 30-minute one that it is already counted as."""
    if not tokens:
        return Decimal(0)
    rate = rate_12h(found.model, when, counts.get("input_tokens", 0))
    if rate is None:
        where = found.model if when.tier == "default" else f"{found.model} ({when.tier})"
        raise UnknownPriceError(f"no price for 12-hour cache writes of {where} is known")
    return (rate - rate_at(found.price.cache_write_mtok, 0)) * Decimal(str(tokens)) / _MILLION


def rate_12h(model: str, when: Conditions, input_tokens: float) -> Decimal | None:
    if when.tier != "default" or input_tokens > LONG_CONTEXT:
        return None
    entries = when.tables["cache_write_12h"]
    return next((Decimal(e["mtok"]) for e in entries if e["model"] == model), None)


def window(model: str, more: dict[str, float], when: Conditions, notes: list[str]) -> Decimal:
    for name in [name for name in more if name.startswith("background_")]:
        del more[name]
        rule = factor_of(name, model, when.day, when.folder)
        if rule is None or when.tier != "default":
            where = model if when.tier == "default" else f"{model} ({when.tier})"
            raise UnknownPriceError(f"no {name} price of {where} is known for {when.day}")
        notes.append(f"{name.replace('_', ' ')} x {rule['factor']}")
        return Decimal(rule["factor"])
    return Decimal(1)


def uplift(model: str, when: Conditions, notes: list[str]) -> Decimal:
    if not _REGION.fullmatch(when.host):
        if when.host not in _LIST_PRICE_HOSTS:
            notes.append(f"OpenAI's list price, {when.host} may charge otherwise")
        return Decimal(1)
    for entry in when.tables["uplift"]:
        if any(re.match(pattern, model) for pattern in entry["since"]):
            notes.append(f"{entry['what']} x {entry['factor']}")
            return Decimal(entry["factor"])
        if any(re.match(pattern, model) for pattern in entry["before"]):
            return Decimal(1)
    raise UnknownPriceError(f"whether data residency makes {model} more expensive is not known")


def tool_parts(
    more: Mapping[str, float], when: Conditions, notes: list[str]
) -> Iterator[Decimal | str]:
    """Each tool's USD, or why it is unknown."""
    foreign: dict[str, dict[str, float]] = {}
    for name, count in more.items():
        quantity, at, model = name.partition("@")
        if at:
            foreign.setdefault(model, {})[quantity] = count
            continue
        fees = [e["usd"] for e in when.tables["fee"] if e["what"] == name and in_force(e, when.day)]
        whys = [e["why"] for e in when.tables["not_established"] if e.get("fee") == name]
        yield fees[0] * Decimal(str(count)) if fees else next(iter(whys), f"no price for {name}")
    for model, counts in foreign.items():
        own = Conditions("default", when.host, when.day, when.folder)
        try:
            found = known_price(model.strip("?"), own.tier, own)
            yield tokens(found, counts, own, notes) * uplift(found.model, own, [])
        except UnknownPriceError as why:
            yield str(why)


def refuse_above_limit(found: PriceInForce, input_tokens: float, tier: str) -> None:
    if found.max_input_tokens is not None and input_tokens > found.max_input_tokens:
        raise UnknownPriceError(
            f"no {tier} price of {found.model} is known above {found.max_input_tokens:,} input tokens"
        )


def _listed(price: Any, quantity: str | None) -> bool:
    for unit, ending in UNITS.items():
        if quantity and quantity.endswith(unit):
            return getattr(price, quantity.removesuffix(unit) + ending, None) is not None
    return False


def rate_at(rate: Any, input_tokens: float) -> Decimal:
    """A rate, or the step of it that so many input tokens reach."""
    reached = [tier.price for tier in getattr(rate, "tiers", ()) if input_tokens > tier.start]
    return Decimal(reached[-1] if reached else getattr(rate, "base", rate))


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` is None where the price is unknown; `note` says why, or what was assumed."""

    usd: Decimal | None
    note: str
    as_of: str
    """Day of the price data used; the library's version where its day is not known."""


@dataclass(frozen=True, slots=True)
class Rates:
    """`usd` per million tokens or characters, and per minute of sound (`audio_minutes`).

    Empty where the price is unknown; `note` says why.
    """

    model: str
    usd: Mapping[str, Decimal] = field(default_factory=dict)
    note: str = ""
    as_of: str = ""


def price(usage: Usage, at: datetime) -> Price:
    """What `usage` cost at `at` (UTC where it has no zone), in USD.

    Cached on content, so that a replayed call is priced in a few microseconds.
    """
    return _price(
        usage.endpoint,
        usage.model or "",
        _tier(usage.service_tier, usage.batch),
        tuple(usage.quantities.items()),
        tuple(usage.extras.items()),
        usage.host,
        usage.known,
        usage.note,
        _day(at),
        os.environ.get("OAIWORKBOOK_DATA", ""),
    )


def rates(
    model: str,
    at: datetime,
    *,
    service_tier: str | None = None,
    batch: bool = False,
    input_tokens: int = 0,
) -> Rates:
    """The rates of `model` for a request with so many input tokens; see `Rates` for the units."""
    when = Conditions(
        _tier(service_tier, batch), "", _day(at), os.environ.get("OAIWORKBOOK_DATA", "")
    )
    try:
        found = price_in_force(model, when.tier, when.day, when.folder)
        refuse_above_limit(found, input_tokens, when.tier)
    except UnknownPriceError as why:
        return Rates(model, note=str(why))
    listed: dict[str, Decimal] = {}
    for key, rate in vars(found.price).items():
        for unit, ending in UNITS.items():
            if rate is not None and key.endswith(ending):
                name = key.removesuffix(ending) + unit.replace("_seconds", "_minutes")
                per = 60 if unit == "_seconds" else 1
                listed[name] = rate_at(rate, input_tokens) * found.factor / per
    if (rate := rate_12h(found.model, when, input_tokens)) is not None:
        listed["cache_write_12h_tokens"] = rate
    return Rates(model, listed, found.note, found.as_of)


@lru_cache(maxsize=4096)
def _price(
    endpoint: str,
    model: str,
    tier: str,
    quantities: tuple[tuple[str, float], ...],
    extras: tuple[tuple[str, float], ...],
    host: str,
    known: bool,
    note: str,
    day: date,
    folder: str,
) -> Price:
    if not known:
        return Price(None, note or "the answer carries no usage", "")
    when = Conditions(tier, host, day, folder)
    notes = [note] if note else []
    counts = dict(quantities)
    more = {name: count for name, count in extras if count}
    for entry in when.tables["free"]:
        if entry["endpoint"] == endpoint:
            quantity = entry.get("quantity", "")
            notes.append(f"{quantity} free".strip())
            kind = quantity.removesuffix("tokens")
            counts = {name: n for name, n in counts.items() if not name.startswith(kind)}
    if not any(counts.values()) and not more:
        return Price(Decimal(0), "; ".join(notes or ["nothing used"]), "")
    as_of = ""
    lacking: list[str] = []
    try:
        total = Decimal(0)
        if any(counts.values()):
            found = known_price(model, tier, when)
            as_of = found.as_of
            total = tokens(found, counts, when, notes)
            total += extra_12h(found, counts, more.pop("cache_write_12h_tokens", 0), when)
            total *= window(found.model, more, when, notes) * uplift(found.model, when, notes)
    except UnknownPriceError as why:
        return Price(None, "; ".join([*notes, str(why)]), as_of)
    for part in tool_parts(more, when, notes):
        if isinstance(part, str):
            lacking.append(part)
        else:
            total += part
    if lacking:
        return Price(None, "; ".join([*notes, *lacking, f"the rest is {in_usd(total)}"]), as_of)
    return Price(total, "; ".join(notes), as_of)


def _tier(service_tier: str | None, batch: bool) -> str:
    if batch:
        return "batch"
    return "default" if service_tier in (None, "", "auto") else str(service_tier)


def _day(at: datetime) -> date:
    return (at.astimezone(UTC) if at.utcoffset() else at).date()
