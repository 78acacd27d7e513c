"""The parts that a price is added up from: tokens, 12-hour cache writes, factors, tool fees.

Each returns USD or a factor, or raises UnknownPriceError with the reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .price_data import Standing, Tables, UnknownPriceError, factor_of, holds, overlay, standing

LONG_CONTEXT = 272_000
"""Input tokens above which models with a long-context rate charge it for the whole request."""

UNITS = {"_tokens": "_mtok", "_characters": "_mchars", "_seconds": "_hours"}
"""Ending of a quantity -> ending of its rate's name in the price library."""

_MILLION = Decimal(1_000_000)
_REGION = re.compile(r"[a-z]{2}\.api\.openai\.com")
_LIST_PRICE_HOSTS = frozenset({"", "api.openai.com", "localhost", "127.0.0.1", "::1"})
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
class Call:
    """Under which conditions a call is priced. `mode`: a service tier, or `batch`."""

    mode: str
    host: str
    day: date
    folder: str

    @property
    def tables(self) -> Tables:
        return overlay(self.folder)


def known_price(model: str, mode: str, call: Call) -> Standing:
    if not model:
        raise UnknownPriceError("no model is named")
    return standing(model, mode, call.day, call.folder)


def tokens(found: Standing, counts: Mapping[str, float], call: Call, notes: list[str]) -> Decimal:
    """Tokens, characters and seconds; the counts that are not zero must all have a price."""
    from genai_prices import Usage as Counted

    if found.note:
        notes.append(found.note)
    into = counts.get("input_tokens", 0)
    within(found, into, call.mode)
    if call.mode == "batch" and into > LONG_CONTEXT:
        notes.append("no single request of the batch counted as long context")
    for name, count in counts.items():
        if count and not (_listed(found.price, name) or _listed(found.price, _LIKE.get(name))):
            raise UnknownPriceError(f"no price for {name} of {found.model} is known")
        for entry in call.tables["not_established"]:
            named = (entry.get("model"), entry.get("quantity")) == (found.model, name)
            if count and named and holds(entry, call.day):
                raise UnknownPriceError(f"price not established: {entry['why']}")
    try:
        priced = found.price.calc_price(Counted(**counts))
    except ValueError as error:
        raise UnknownPriceError(f"the counts do not fit together: {error}") from error
    return Decimal(priced["total_price"]) * found.factor


def extra_12h(found: Standing, counts: Mapping[str, float], tokens: float, call: Call) -> Decimal:
    """What a 12-hour cache write costs above the 30-minute one that it is already counted as."""
    if not tokens:
        return Decimal(0)
    rate = rate_12h(found.model, call, counts.get("input_tokens", 0))
    if rate is None:
        where = found.model if call.mode == "default" else f"{found.model} ({call.mode})"
        raise UnknownPriceError(f"no price for 12-hour cache writes of {where} is known")
    return (rate - step(found.price.cache_write_mtok, 0)) * Decimal(str(tokens)) / _MILLION


def rate_12h(model: str, call: Call, input_tokens: float) -> Decimal | None:
    if call.mode != "default" or input_tokens > LONG_CONTEXT:
        return None
    entries = call.tables["cache_write_12h"]
    return next((Decimal(e["mtok"]) for e in entries if e["model"] == model), None)


def window(model: str, more: dict[str, float], call: Call, notes: list[str]) -> Decimal:
    for name in [name for name in more if name.startswith("background_")]:
        del more[name]
        rule = factor_of(name, model, call.day, call.folder)
        if rule is None or call.mode != "default":
            raise UnknownPriceError(f"no price for {name} ({call.mode}) is known for {call.day}")
        notes.append(f"{name.replace('_', ' ')} x {rule['factor']}")
        return Decimal(rule["factor"])
    return Decimal(1)


def uplift(model: str, call: Call, notes: list[str]) -> Decimal:
    if not _REGION.fullmatch(call.host):
        if call.host not in _LIST_PRICE_HOSTS:
            notes.append(f"OpenAI's list price, {call.host} may charge otherwise")
        return Decimal(1)
    for entry in call.tables["uplift"]:
        if any(re.match(pattern, model) for pattern in entry["since"]):
            notes.append(f"{entry['what']} x {entry['factor']}")
            return Decimal(entry["factor"])
        if any(re.match(pattern, model) for pattern in entry["before"]):
            return Decimal(1)
    raise UnknownPriceError(f"whether data residency makes {model} dearer is not known")


def tool_parts(more: Mapping[str, float], call: Call, notes: list[str]) -> Iterator[Decimal | str]:
    """Each tool's USD, or why it is unknown."""
    foreign: dict[str, dict[str, float]] = {}
    for name, count in more.items():
        quantity, at, model = name.partition("@")
        if at:
            foreign.setdefault(model, {})[quantity] = count
            continue
        fees = [e["usd"] for e in call.tables["fee"] if e["what"] == name and holds(e, call.day)]
        whys = [e["why"] for e in call.tables["not_established"] if e.get("fee") == name]
        yield fees[0] * Decimal(str(count)) if fees else next(iter(whys), f"no price for {name}")
    for model, counts in foreign.items():
        own = Call("default", call.host, call.day, call.folder)
        try:
            found = known_price(model.strip("?"), own.mode, own)
            yield tokens(found, counts, own, notes) * uplift(found.model, own, [])
        except UnknownPriceError as why:
            yield str(why)


def within(found: Standing, input_tokens: float, mode: str) -> None:
    if found.max_input_tokens is not None and input_tokens > found.max_input_tokens:
        raise UnknownPriceError(
            f"no {mode} price of {found.model} is known above {found.max_input_tokens:,} input tokens"
        )


def _listed(price: Any, quantity: str | None) -> bool:
    for unit, ending in UNITS.items():
        if quantity and quantity.endswith(unit):
            return getattr(price, quantity.removesuffix(unit) + ending, None) is not None
    return False


def step(rate: Any, input_tokens: float) -> Decimal:
    """A rate, or the step of it that so many input tokens reach."""
    reached = [tier.price for tier in getattr(rate, "tiers", ()) if input_tokens > tier.start]
    return Decimal(reached[-1] if reached else getattr(rate, "base", rate))
