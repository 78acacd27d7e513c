"""Authored answers of `GET /v1/models` and `GET /v1/models/{id}`.

Names and shutdown dates are those of `data/models.toml`. `created` is the date in a name where there
is one; the API's own seconds are not known to us. Models that were shut down when the table was read
are left out: the endpoint lists "the currently available models".
"""

import re
from datetime import UTC, date, datetime
from typing import Any

from oaiworkbook.course import models
from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import headers

_DAY = re.compile(r"\d{4}-\d\d-\d\d$")
# Days on which OpenAI released names that carry no date.
_RELEASED = {
    "gpt-6-luna": date(2026, 9, 22),
    "gpt-6.1-terra": date(2026, 10, 26),
    "gpt-6.2-sol": date(2026, 11, 17),
}
_PREFIX = "/v1/models"


def listed(served: Served) -> dict[str, Any] | None:
    """The list, one entry, or a 404; None for a request that is not about models."""
    path = served.asked.path
    if served.asked.method != "GET" or not path.startswith(_PREFIX):
        return None
    entries = {each.name: _entry(each) for each in models.known().values() if _alive(each)}
    if path == _PREFIX:
        data = sorted(entries.values(), key=lambda entry: (entry["created"], entry["id"]))
        body: dict[str, Any] = {"object": "list", "data": data}
        return {"status": 200, "headers": headers(served, 560), "ms": 600, "json": body}
    name = path.removeprefix(f"{_PREFIX}/")
    if name in entries:
        return {"status": 200, "headers": headers(served, 160), "ms": 200, "json": entries[name]}
    return error_answer(
        404,
        f"The model '{name}' does not exist",
        type="invalid_request_error",
        code="model_not_found",
        param="model",
        headers=headers(served, 120),
    )


def _alive(model: models.Model) -> bool:
    return model.ends is None or model.ends > model.as_of


def _entry(model: models.Model) -> dict[str, Any]:
    return {
        "id": model.name,
        "object": "model",
        "created": _created(model.name),
        "owned_by": "system",
        "shutdown_date": str(model.ends) if model.ends else None,
    }


def _created(name: str) -> int:
    dated = [each for each in models.known() if each == name or each.startswith(f"{name}-20")]
    days = [date.fromisoformat(found[0]) for each in dated if (found := _DAY.search(each))]
    day = _RELEASED.get(name) or min(days, default=date(2026, 1, 1))
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
