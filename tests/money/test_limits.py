"""A spend limit is an upper bound, or it refuses and says what to send."""

import pickle
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from oaiworkbook import SpendLimitExceeded, spend_limit
from oaiworkbook.endpoints import name_of
from oaiworkbook.money import limits
from oaiworkbook.money.ledger import Call, default_ledger
from oaiworkbook.money.meter import Meter
from oaiworkbook.money.usage import Asked

RESPONSES, CHAT = "/v1/responses", "/v1/chat/completions"
MODEL = "gpt-6-luna"


@pytest.fixture(autouse=True)
def no_limits_left() -> Iterator[None]:
    yield
    for limit in [*limits._plain.values(), *limits._within]:
        limit.end()


def reserve(path: str = RESPONSES, mode: str = "live", host: str = "api.openai.com", **form: Any):  # type: ignore[no-untyped-def]
    """As before a call is sent. Returns its row."""
    call = Call(ts=0, mode=mode, endpoint=name_of(path))
    asked = Asked("POST", path, {"model": MODEL, **form}, host, 1_000)
    return Meter(mode).reserve(call, asked)  # type: ignore[arg-type]


# What is reserved


def test_a_call_without_a_maximum_reserves_all_that_the_model_can_write() -> None:
    limit = spend_limit(1)
    reserve(input="Hi")
    assert 128_000 * Decimal("0.0000005") < limit.spent < Decimal("0.0641")
    held = limit.spent
    reserve(CHAT, messages=[], n=3)
    assert limit.spent - held > 3 * 128_000 * Decimal("0.0000005")


@pytest.mark.parametrize(
    ("path", "form", "name"),
    [
        (RESPONSES, {"input": "Hi"}, "max_output_tokens"),
        (CHAT, {"messages": []}, "max_completion_tokens"),
        ("/v1/completions", {"prompt": "Hi"}, "max_tokens"),
    ],
)
def test_the_refusal_names_what_to_send_and_what_was_assumed(
    path: str, form: dict[str, Any], name: str
) -> None:
    spend_limit("0.01")
    with pytest.raises(SpendLimitExceeded) as caught:
        reserve(path, **form)
    assert str(caught.value) == (
        "Not sent: this call may cost up to USD 0.0641 (128,000 output tokens assumed), and "
        "USD 0.010 is left of the spend limit of USD 0.010 (USD 0 is spent or reserved). "
        f"Pass {name}, shorten the input, or set a higher spend_limit."
    )
    with pytest.raises(SpendLimitExceeded, match=rf"USD 0\.\d+, and .* Set a smaller {name}, sho"):
        reserve(path, **form, **{name: 50_000})
    reserve(path, **form, **{name: 50})
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)


def test_a_call_without_an_answer_to_shorten_names_no_maximum() -> None:
    spend_limit("0.0000001")
    with pytest.raises(SpendLimitExceeded, match=r"reserved\)\. Shorten the input, or set a high"):
        reserve("/v1/embeddings", model="text-embedding-3-small", input="Hi" * 100)


def test_a_conversation_reserves_what_the_log_knows_of_it() -> None:
    limit = spend_limit(1)
    reserve(input="Hi", max_output_tokens=50, previous_response_id="resp_1")
    unseen = limit.spent
    assert unseen > Decimal("0.26")
    earlier = Call(ts=0, mode="live", endpoint="responses", response_id="resp_1", model=MODEL)
    earlier.input_tokens, earlier.output_tokens = 700, 300
    default_ledger().add(earlier)
    reserve(input="Hi", max_output_tokens=50, previous_response_id="resp_1")
    assert limit.spent - unseen < Decimal("0.001")
