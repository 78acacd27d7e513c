"""One attempt at one call, and how it becomes a row of the ledger."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from pydantic_core import to_json  # a sixth of json's time

ALREADY_COUNTED = "already counted"  # the price_note of a response that another row has paid


@dataclass(slots=True)
class Call:
    """What the ledger keeps: never a prompt, an answer or a key.

    `ts` is seconds since 1970, `seconds` and `first_token_s` are seconds, `cost_usd` is USD;
    None means not known.
    """

    ts: float
    mode: str
    endpoint: str
    lesson: str | None = None
    model: str | None = None
    service_tier: str | None = None
    stream: bool = False
    attempt: int = 0
    status: str = "open"  # open | ok | error | cut
    http_status: int | None = None
    error: str | None = None  # a code or a class: three words are kept, a message is not
    request_id: str | None = None
    response_id: str | None = None
    seconds: float | None = None
    first_token_s: float | None = None
    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    usage: Mapping[str, Any] | None = None  # as the API sent it
    cost_usd: Decimal | float | None = None
    price_note: str = ""
    recording: str | None = None
    pid: int | None = None  # filled in by the ledger, as is `row`
    row: int | None = None


_PLAIN = [
    "ts",
    "mode",
    "endpoint",
    "lesson",
    "model",
    "service_tier",
    "stream",
    "attempt",
    "status",
    "http_status",
    "request_id",
    "response_id",
    "seconds",
    "first_token_s",
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "price_note",
    "recording",
]
_COLUMNS = [*_PLAIN, "error", "usage", "pid", "cost_usd"]

_names, _marks = ", ".join(_COLUMNS), ", ".join("?" * len(_COLUMNS))
INSERT = f"INSERT INTO calls ({_names}, held_pico, budgets) VALUES ({_marks}, ?, ?)"
UPDATE = f"UPDATE calls SET ({_names}, held_pico) = ({_marks}, ?) WHERE id = ?"
SELECT = f"SELECT {_names}, id FROM calls"

_plain = attrgetter(*_PLAIN)
# The API's messages quote keys and prompts, its codes do not.
_label = re.compile(r"[\w.-]+(?: [\w.-]+){0,2}").match


def values_of(call: Call) -> tuple[Any, ...]:
    """The parameters of INSERT and UPDATE but the last two."""
    label = _label(call.error) if call.error else None
    return (
        *_plain(call),
        label.group()[:64] if label else None,
        None if call.usage is None else to_json(dict(call.usage), fallback=str).decode(),
        os.getpid(),
        None if call.cost_usd is None else float(call.cost_usd),
    )


def call_of(record: tuple[Any, ...]) -> Call:
    """From a record of SELECT."""
    fields = dict(zip([*_COLUMNS, "row"], record, strict=True))
    fields["stream"] = bool(fields["stream"])
    fields["usage"] = json.loads(fields["usage"]) if fields["usage"] else None
    if fields["cost_usd"] is not None:
        fields["cost_usd"] = Decimal(str(fields["cost_usd"]))
    return Call(**fields)
