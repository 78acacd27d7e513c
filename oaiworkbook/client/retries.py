"""Which failure is worth another try, how long to wait, when to give up.

The SDK's own loop does the trying (`openai/_base_client.py`, 3.57): 408, 409, 429, 5xx, connection
errors and timeouts, after `min(0.5 * 2**n, 8)` seconds less up to a quarter. It obeys the response
headers `x-should-retry` and `retry-after-ms`; they are what this module decides. What the SDK
cannot know and we add: a 429 that means "no credit" is not tried again, `x-ratelimit-reset-*`, or the
wait that the message names, is waited for when Retry-After is missing, waits get jitter and a cap, and
all tries together a deadline.
"""

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from email.utils import mktime_tz, parsedate_tz
from typing import Any

MAX_WAIT = 60.0  # seconds; a server that asks for more gets no further try
DEADLINE = 180.0  # seconds for all tries of one call together
MAX_RETRIES = 4

_RETRIED = frozenset({408, 409, 429})
_NOT_IMPLEMENTED = 501  # what a server cannot do, it cannot do the next time either
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
# Compiled when first used: few calls are refused.
_DURATION = r"(\d+(?:\.\d+)?)(ms|[smhd])"


# Words of `code` and `type` in 429s that no waiting mends. OpenAI's since August 2026 are
# credit_balance_exhausted, project_ and organization_spend_limit_exceeded and
# organization_usage_limit_exceeded, under the type insufficient_quota; older and other servers name
# insufficient_quota as the code, billing_not_active, billing_hard_limit_reached, access_terminated.
# LiteLLM's proxy says budget_exceeded, with 422, and with 429 where it is set to or older.
_NO_PATIENCE = (
    r"insufficient_(quota|credit|balance|funds)|credit_balance|quota_exhausted|billing"
    r"|budget_exceeded|(spend|usage|hard)_limit|terminated|deactivated|suspended|disabled|not_active|inactive"
)
# LiteLLM (1.108) hands OpenAI's 429 on as a throttling_error. What it was stands in the message: as
# OpenAI's body behind Responses, as its sentence behind Chat.
_WRAPPED = "litellm.RateLimitError"
_QUOTED = r"""["'](?:type|code)["']: ?["'](\w+)["']"""
_WRAPPED_SENTENCE = r"no credits remaining|exceeded your current quota|spend limit"
_AGAIN_IN = (
    r"(?:try|retry) (?:again )?(?:in|after) ((?:\d+(?:\.\d+)?(?:ms|[smhd]))+(?![a-z])"
    r"|\d+(?:\.\d+)?(?: ?(?:ms|s|(?:milli)?seconds?|minutes?|hours?|days?)\b|(?!\.?\d| ?[a-z])))"
)
_LONG_UNITS = {"millisecond": "ms", "second": "s", "minute": "m", "hour": "h", "day": "d"}


def no_patience(error: Mapping[str, Any] | None) -> bool:
    """Whether a 429 means that money is needed, or another account, and not patience."""
    error = error or {}
    words = [str(error.get(field) or "") for field in ("code", "type")]
    message = str(error.get("message") or "")
    if message.startswith(_WRAPPED):
        words += re.findall(_QUOTED, message)
        if re.search(_WRAPPED_SENTENCE, message, re.IGNORECASE):
            return True
    return any(re.search(_NO_PATIENCE, word.lower()) for word in words)


def named_wait(error: Mapping[str, Any] | None) -> float | None:
    """Seconds that only the message names: `Please try again in 20s.`, `retry after 5 seconds`."""
    found = re.search(_AGAIN_IN, str((error or {}).get("message") or ""), re.IGNORECASE)
    if not found:
        return None
    text = found[1].strip().lower()
    for name, unit in _LONG_UNITS.items():
        text = re.sub(rf" ?{name}s?$", unit, text)
    return seconds(text.replace(" ", "")) or _number(text)


def seconds(text: str) -> float | None:
    """Seconds in a rate-limit header such as `6m0s`, `2ms` or `1m0.052s`; None if it is none."""
    found = re.findall(_DURATION, text)
    if not found or "".join(number + unit for number, unit in found) != text.strip():
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in found)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks to wait: Retry-After, else the reset of whatever is used up.

    None where it asks for nothing, or for nothing that can be waited: 0, a date in the past.
    """
    resets = [
        seconds(headers.get(name.replace("-remaining-", "-reset-"), ""))
        for name, value in headers.items()
        if name.startswith("x-ratelimit-remaining-") and value.strip() == "0"
    ]
    asked = (
        _number(headers.get("retry-after-ms", ""), 0.001),
        _number(headers.get("retry-after", "")),
        _until(headers.get("retry-after", "")),
        max((r for r in resets if r is not None), default=None),
    )
    return next((wait for wait in asked if wait is not None and wait > 0), None)


def _number(text: str, unit: float = 1.0) -> float | None:
    try:
        return float(text) * unit
    except ValueError:
        return None


def _until(text: str) -> float | None:
    """Seconds until the date that Retry-After may hold instead of a number."""
    try:
        date = parsedate_tz(text)
        return mktime_tz(date) - time.time() if date else None
    except (ValueError, OverflowError):
        return None


def steer(
    status: int,
    headers: Mapping[str, str],
    error: Mapping[str, Any] | None,
    attempt: int,
    *,
    left: float,
    pace: float = 1.0,
    jitter: Callable[[float, float], float] = random.uniform,
) -> dict[str, str]:
    """Response headers to set so that the SDK's loop does the right thing next.

    `attempt` counts from 0, `left` is what remains of the deadline in seconds, `pace` scales the
    wait (0 in tests of recordings). Empty: leave the SDK to itself.
    """
    if headers.get("x-should-retry") == "false" or (status not in _RETRIED and status < 500):
        return {}
    if status == _NOT_IMPLEMENTED or (status == 429 and no_patience(error)):
        return {"x-should-retry": "false"}
    asked = asked_wait(headers) or named_wait(error)
    if asked is not None and asked > MAX_WAIT:
        return {"x-should-retry": "false"}
    # Everyone who was refused at once would otherwise come back at once.
    wait = asked + jitter(0, 0.25 * 2**attempt) if asked else _backoff(attempt, jitter)
    if wait > left:
        return {"x-should-retry": "false"}
    # The SDK takes a wait of 0 for "not given".
    return {"retry-after-ms": str(max(1, round(wait * pace * 1000)))}


def _backoff(attempt: int, jitter: Callable[[float, float], float]) -> float:
    """The SDK's own formula."""
    return min(0.5 * 2.0**attempt, 8.0) * (1 - 0.25 * jitter(0, 1))


class RetryNotice(logging.Handler):
    """Tells the learner of each wait, from the SDK's own log record `(seconds, n, of)`."""

    def __init__(self, tell: Callable[[str], None], reason: Callable[[], str]) -> None:
        super().__init__(logging.INFO)
        self._tell, self._reason = tell, reason

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith("Retrying request in") and isinstance(record.args, tuple):
            wait, number, of = record.args
            reason = self._reason()
            after = f" after {reason}" if reason else ""
            self._tell(f"retry {number} of {of} in {wait:.2f} s{after}")
