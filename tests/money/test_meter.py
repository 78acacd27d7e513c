"""The cost line of a background response knows the window that was asked for, as no answer does."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from oaiworkbook.money.ledger import Call, default_ledger
from oaiworkbook.money.meter import Meter
from oaiworkbook.money.usage import Asked

WHEN = datetime(2026, 11, 22, tzinfo=UTC)
COUNTS = {"input_tokens": 100, "output_tokens": 80, "total_tokens": 180}  # USD 0.001 of gpt-6.2-sol


def answered(meter: Meter, asked: Asked, name: str, status: str, **more: Any) -> Call:
    body = {"id": name, "object": "response", "background": True, "status": status, **more}
    body |= {"model": "gpt-6.2-sol", "service_tier": "default", "output": []}
    body |= {"usage": COUNTS if status == "completed" else None}
    call = Call(ts=0, mode="replay", endpoint="responses", status="ok")
    meter.add(None, call, asked, body, WHEN)
    return default_ledger().calls()[-1]


def fetched(name: str) -> Asked:
    return Asked("GET", f"/v1/responses/{name}", None, "", 0)


@pytest.mark.parametrize(
    ("options", "usd"),
    [
        ({"completion_window": "2h"}, "0.0007"),
        ({"completion_window": "8h"}, "0.0006"),
        ({"completion_window": "soonest"}, "0.001"),
        (None, "0.001"),
    ],
    ids=str,
)
def test_the_window_of_the_first_request_counts_when_the_answer_is_fetched(
    options: dict[str, str] | None, usd: str
) -> None:
    meter, name = Meter("replay"), f"resp_{options}"
    form = {"model": "gpt-6.2-sol", "background": True, "background_options": options}
    begun = answered(meter, Asked("POST", "/v1/responses", form, "", 0), name, "queued")
    waiting = answered(meter, fetched(name), name, "in_progress")
    done = answered(meter, fetched(name), name, "completed")
    assert (begun.cost_usd, waiting.cost_usd) == (0, 0)
    assert done.cost_usd == Decimal(usd)
    assert "without its discount" not in done.price_note


def test_a_response_that_another_process_began_is_priced_in_full_and_says_so() -> None:
    done = answered(Meter("replay"), fetched("resp_other"), "resp_other", "completed")
    assert done.cost_usd == Decimal("0.001")
    assert "priced without its discount" in done.price_note
