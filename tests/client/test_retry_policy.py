"""The retry policy by itself: what each failure leads to, and how long the wait is."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from oaiworkbook.client import retries

QUOTA = {"type": "insufficient_quota", "code": "credit_balance_exhausted"}
OLD_QUOTA = {"type": "insufficient_quota", "code": "insufficient_quota"}
LIMIT = {"type": "requests", "code": "rate_limit_exceeded"}
STOP = {"x-should-retry": "false"}


def least(low: float, high: float) -> float:
    return low


def most(low: float, high: float) -> float:
    return high


def ms(wait: float) -> dict[str, str]:
    return {"retry-after-ms": str(round(wait * 1000))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0s", 0.0),
        ("2ms", 0.002),
        ("7.66s", 7.66),
        ("6m0s", 360.0),
        ("1m0.052s", 60.052),
        ("9h12m3.4s", 33123.4),
        ("1d2h", 93600.0),
        (" 1s ", 1.0),
        ("", None),
        ("12", None),
        ("soon", None),
        ("1s or so", None),
        ("-1s", None),
    ],
)
def test_durations_of_rate_limit_headers(text: str, expected: float | None) -> None:
    found = retries.seconds(text)
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "1", "retry-after-ms": "494"}, 0.494),
        ({"retry-after": "3", "retry-after-ms": "later"}, 3.0),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "700ms"}, 0.7),
        ({"x-ratelimit-remaining-requests": "4", "x-ratelimit-reset-requests": "700ms"}, None),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "soon"}, None),
        ({"x-ratelimit-remaining-tokens": "0"}, None),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "2s",
                "x-ratelimit-remaining-project-tokens": " 0",
                "x-ratelimit-reset-project-tokens": "1m0s",
            },
            60.0,
        ),
        (
            {
                "retry-after-ms": "300",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            0.3,
        ),
    ],
)
def test_the_wait_a_server_asks_for(headers: dict[str, str], expected: float | None) -> None:
    found = retries.asked_wait(headers)
    assert found == (None if expected is None else pytest.approx(expected))


def test_retry_after_may_be_a_date() -> None:
    def after(wait: float) -> float | None:
        when = format_datetime(datetime.now(UTC) + timedelta(seconds=wait), usegmt=True)
        return retries.asked_wait({"retry-after": when})

    assert after(30) == pytest.approx(30, abs=1.5)
    assert after(-30) is None


@pytest.mark.parametrize("field", ["code", "type"])
@pytest.mark.parametrize(
    "word",
    [
        "insufficient_quota",
        "credit_balance_exhausted",
        "project_spend_limit_exceeded",
        "organization_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "billing_not_active",
        "billing_hard_limit_reached",
        "access_terminated",
        "account_deactivated",
        "Insufficient_Balance",
        "budget_exceeded",
    ],
)
def test_no_waiting_mends_what_the_code_or_the_type_names(field: str, word: str) -> None:
    error = {"type": None, "code": None, "message": "Try again in 1s."} | {field: word}
    assert retries.no_patience(error)
    assert retries.steer(429, {"retry-after": "1"}, error, 0, left=180) == STOP


@pytest.mark.parametrize(
    "said",
    [
        '{"error": {"message": "No.", "type": "insufficient_quota", "code": null}}',
        "Error code: 429 - {'error': {'message': 'No.', 'code': 'billing_hard_limit_reached'}}",
        "You have no credits remaining.",
        "You exceeded your current quota, please check your plan and billing details.",
    ],
)
def test_nor_what_litellm_hands_on(said: str) -> None:
    wrapped = {
        "type": "throttling_error",
        "code": "429",
        "message": f"litellm.RateLimitError: {said}",
    }
    assert retries.steer(429, {}, wrapped, 0, left=180) == STOP
    assert "retry-after-ms" in retries.steer(429, {}, {"message": said}, 0, left=180)


@pytest.mark.parametrize(
    "error",
    [
        LIMIT,
        {"type": "rate_limit_error", "code": "slow_down"},
        {"type": "tokens", "code": 429},
        {"type": None, "message": "You exceeded your current quota"},
        {
            "type": "throttling_error",
            "message": "litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached. "
            "Add a payment method: https://platform.openai.com/account/billing",
        },
        {
            "type": "throttling_error",
            "message": 'litellm.RateLimitError: OpenAIException - {"error": {"type": "tokens", "code": '
            '"rate_limit_exceeded"}}',
        },
        {},
        None,
    ],
)
def test_what_patience_mends_is_tried_again(error: dict[str, Any] | None) -> None:
    assert not retries.no_patience(error)
    assert "retry-after-ms" in retries.steer(429, {}, error, 0, left=180)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Rate limit reached. Please try again in 20s. Visit the page.", 20),
        ("Please try again in 915ms.", 0.915),
        ("Please try again in 1m2s", 62),
        ("Please try again in 6m0s.", 360),
        ("Please retry after 5 seconds.", 5),
        ("Retry after 1 second", 1),
        ("Try again in 2 minutes.", 120),
        ("Please retry after 30", 30),
        ("Please retry after 1.5 s.", 1.5),
        ("Try again in 1 day.", 86_400),
        ("Please try again later.", None),
        ("Try again in a moment.", None),
        ("Limit 20s, used 3s.", None),
        (None, None),
        (7, None),
    ],
)
def test_a_wait_that_only_the_message_names(message: Any, expected: float | None) -> None:
    found = retries.named_wait({"message": message})
    assert found == (None if expected is None else pytest.approx(expected))


def test_headers_count_before_the_message_and_a_long_wait_is_none() -> None:
    error = LIMIT | {"message": "Please try again in 20s."}
    assert retries.steer(429, {}, error, 0, left=180, jitter=least) == ms(20)
    headers = {"retry-after": "2"}
    assert retries.steer(429, headers, error, 0, left=180, jitter=least) == ms(2)
    day = LIMIT | {"message": "Please try again in 6m0s."}
    assert retries.steer(429, {}, day, 0, left=180) == STOP


def test_what_a_server_cannot_do_is_not_asked_twice() -> None:
    assert retries.steer(501, {}, None, 0, left=180) == STOP
    assert retries.steer(502, {}, None, 0, left=180) != STOP


@pytest.mark.parametrize(
    ("status", "headers", "error", "attempt", "shortest", "longest"),
    [
        # (status, headers, error) -> what the SDK is told, with the least and the most jitter
        (429, {}, QUOTA, 0, STOP, STOP),
        (429, {"retry-after": "1"}, OLD_QUOTA, 0, STOP, STOP),
        (429, {"x-should-retry": "true"}, QUOTA, 0, STOP, STOP),
        (429, {"retry-after-ms": "300"}, LIMIT, 0, ms(0.3), ms(0.55)),
        (429, {"retry-after-ms": "300"}, LIMIT, 2, ms(0.3), ms(1.3)),
        (429, {}, LIMIT, 0, ms(0.5), ms(0.375)),
        (429, {}, None, 1, ms(1.0), ms(0.75)),
        (500, {}, None, 3, ms(4.0), ms(3.0)),
        (500, {}, None, 9, ms(8.0), ms(6.0)),
        (503, {"retry-after": "2"}, None, 0, ms(2.0), ms(2.25)),
        (503, {"retry-after": "60"}, None, 0, ms(60.0), ms(60.25)),
        (503, {"retry-after": "61"}, None, 0, STOP, STOP),
        (503, {"retry-after": "inf"}, None, 0, STOP, STOP),
        (503, {"retry-after": "nan"}, None, 0, ms(0.5), ms(0.375)),
        (408, {}, None, 0, ms(0.5), ms(0.375)),
        (409, {}, None, 0, ms(0.5), ms(0.375)),
        # The server's own no, and what is not worth another try: nothing is added.
        (500, {"x-should-retry": "false"}, None, 0, {}, {}),
        (400, {}, {"type": "invalid_request_error"}, 0, {}, {}),
        (401, {}, None, 0, {}, {}),
        (404, {}, None, 0, {}, {}),
        (422, {}, None, 0, {}, {}),
    ],
)
def test_what_the_sdk_is_told(
    status: int,
    headers: dict[str, str],
    error: dict[str, Any] | None,
    attempt: int,
    shortest: dict[str, str],
    longest: dict[str, str],
) -> None:
    ask = (status, headers, error, attempt)
    assert retries.steer(*ask, left=180, jitter=least) == shortest
    assert retries.steer(*ask, left=180, jitter=most) == longest


def test_no_wait_goes_past_the_deadline() -> None:
    asked = {"retry-after": "5"}
    assert retries.steer(429, asked, LIMIT, 0, left=4.9, jitter=least) == STOP
    assert retries.steer(429, asked, LIMIT, 0, left=5.0, jitter=least) == ms(5.0)
    assert retries.steer(500, {}, None, 3, left=3.9, jitter=least) == STOP


def test_the_pace_shortens_a_wait_but_never_to_nothing() -> None:
    asked = {"retry-after": "5"}
    assert retries.steer(429, asked, LIMIT, 0, left=180, pace=0.1, jitter=least) == ms(0.5)
    # The SDK takes 0 for "not given" and would wait by its own formula.
    assert retries.steer(429, asked, LIMIT, 0, left=180, pace=0, jitter=least) == ms(0.001)
