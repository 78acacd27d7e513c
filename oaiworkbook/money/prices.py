"""Usage -> USD. An amount that cannot be said is None, never 0.

A quantity that is not zero and has no price makes the whole price unknown, and every assumption is in
the note. All arithmetic is in Decimal.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from .amounts import usd as written
from .price_data import UnknownPriceError, standing
from .price_parts import (
    UNITS,
    Call,
    extra_12h,
    known_price,
    rate_12h,
    step,
    tokens,
    tool_parts,
    uplift,
    window,
    within,
)
from .usage import Usage


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
        _mode(usage.service_tier, usage.batch),
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
    call = Call(_mode(service_tier, batch), "", _day(at), os.environ.get("OAIWORKBOOK_DATA", ""))
    try:
        found = standing(model, call.mode, call.day, call.folder)
        within(found, input_tokens, call.mode)
    except UnknownPriceError as why:
        return Rates(model, note=str(why))
    listed: dict[str, Decimal] = {}
    for key, rate in vars(found.price).items():
        for unit, ending in UNITS.items():
            if rate is not None and key.endswith(ending):
                name = key.removesuffix(ending) + unit.replace("_seconds", "_minutes")
                per = 60 if unit == "_seconds" else 1
                listed[name] = step(rate, input_tokens) * found.factor / per
    if (rate := rate_12h(found.model, call, input_tokens)) is not None:
        listed["cache_write_12h_tokens"] = rate
    return Rates(model, listed, found.note, found.as_of)


@lru_cache(maxsize=4096)
def _price(
    endpoint: str,
    model: str,
    mode: str,
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
    call = Call(mode, host, day, folder)
    notes = [note] if note else []
    counts = dict(quantities)
    more = {name: count for name, count in extras if count}
    for entry in call.tables["free"]:
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
            found = known_price(model, mode, call)
            as_of = found.as_of
            total = tokens(found, counts, call, notes)
            total += extra_12h(found, counts, more.pop("cache_write_12h_tokens", 0), call)
            total *= window(found.model, more, call, notes) * uplift(found.model, call, notes)
    except UnknownPriceError as why:
        return Price(None, "; ".join([*notes, str(why)]), as_of)
    for part in tool_parts(more, call, notes):
        if isinstance(part, str):
            lacking.append(part)
        else:
            total += part
    if lacking:
        return Price(None, "; ".join([*notes, *lacking, f"the rest is {written(total)}"]), as_of)
    return Price(total, "; ".join(notes), as_of)


def _mode(service_tier: str | None, batch: bool) -> str:
    if batch:
        return "batch"
    return "default" if service_tier in (None, "", "auto") else str(service_tier)


def _day(at: datetime) -> date:
    return (at.astimezone(UTC) if at.tzinfo else at).date()
