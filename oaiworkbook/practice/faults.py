"""What the practice server can do wrong, by name: the plan behind `oaiworkbook serve --fail 429,500`.

The bodies have OpenAI's form and wording as far as it has been reported; no recording of a real 429
or 503 was available, so these are built from documentation and reports.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from ..errors import UnknownFault
from .answers import error_answer

_SPEC = re.compile(r"(?P<name>[a-z0-9_-]+?)(?::(?P<value>\d+(?:\.\d+)?))?(?P<times>\*\d*)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: `answer` (send `answer`), `ok`, or what else is in FAULTS; `seconds`: of it."""

    kind: str
    answer: dict[str, Any] | None = None
    seconds: float = 0.0


def rate_limited(
    headers: dict[str, str], again: str = "1s", kind: str = "requests"
) -> dict[str, Any]:
    of = {"requests": "requests per min (RPM)", "tokens": "tokens per min (TPM)"}[kind]
    return error_answer(
        429,
        f"Rate limit reached for gpt-6-luna in organization org-practice on {of}. "
        f"Please try again in {again}. "
        "Visit https://platform.openai.com/account/rate-limits to learn more.",
        type=kind,
        code="rate_limit_exceeded",
        headers=headers,
    )


def _429(value: float | None) -> Fault:
    wait = 1.0 if value is None else value
    headers = {"retry-after": str(max(1, round(wait))), "retry-after-ms": str(round(wait * 1000))}
    return Fault("answer", rate_limited(headers, f"{wait * 1000:.0f}ms"))


def _429_reset(value: float | None) -> Fault:
    again = f"{round((0.5 if value is None else value) * 1000)}ms"
    return Fault(
        "answer",
        rate_limited(
            {
                "x-ratelimit-limit-requests": "500",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": again,
            },
            again,
        ),
    )


def _429_words(value: float | None) -> Fault:
    again = f"{1.0 if value is None else value:g}s"
    return Fault("answer", rate_limited({}, again))


def _503(value: float | None) -> Fault:
    headers = {} if value is None else {"retry-after": f"{value:g}"}
    message = "Our servers are currently overloaded. Please try again later."
    return Fault(
        "answer",
        error_answer(
            503,
            message,
            type="service_unavailable_error",
            code="server_is_overloaded",
            headers=headers,
        ),
    )


_QUOTA = error_answer(
    429,
    "You have no credits remaining. Add credits to continue using the API at "
    "https://platform.openai.com/settings/organization/billing/.",
    type="insufficient_quota",
    code="credit_balance_exhausted",
)
_INACTIVE = error_answer(
    429,
    "Your account is not active, please check your billing details on our website.",
    type="billing_not_active",
    code="billing_not_active",
)
_501 = error_answer(501, "This server cannot do that.", type="not_supported_error")
_ERROR_200 = {"error": {"message": "The provider returned an error.", "code": 502}}
_SLOW_DOWN = error_answer(429, "Please slow down.", type="rate_limit_error", code="slow_down")
_500 = error_answer(
    500,
    "The server had an error while processing your request. Sorry about that!",
    type="server_error",
)
_JSON = {"content-type": "application/json"}

FAULTS: dict[str, tuple[str, Callable[[float | None], Fault]]] = {
    "ok": ("answers as usual", lambda _: Fault("ok")),
    "429": ("too many requests, Retry-After given (429:0.2 for 0.2 s)", _429),
    "429-bare": (
        "too many requests, no hint how long to wait",
        lambda _: Fault("answer", rate_limited({})),
    ),
    "429-reset": ("too many requests, only x-ratelimit-reset-* tells when", _429_reset),
    "429-words": ("too many requests, only the message names the wait", _429_words),
    "slow_down": ("429 slow_down", lambda _: Fault("answer", _SLOW_DOWN)),
    "quota": ("429 that means no credit", lambda _: Fault("answer", _QUOTA)),
    "inactive": (
        "429 of an account that is not active",
        lambda _: Fault("answer", _INACTIVE),
    ),
    "500": ("server error", lambda _: Fault("answer", _500)),
    "501": ("what this server cannot do", lambda _: Fault("answer", _501)),
    "503": ("overloaded (503:300 adds Retry-After: 300)", _503),
    "reset": ("the connection is reset before an answer", lambda _: Fault("reset")),
    "lost": ("the answer is made, then the connection is reset", lambda _: Fault("lost")),
    "hang": ("no answer for 3 s, or hang:0.5 for 0.5 s", lambda v: Fault("hang", seconds=v or 3.0)),
    "garbage": (
        "200 with a body that is not JSON",
        lambda _: Fault("answer", {"status": 200, "headers": _JSON, "text": '{"id": "resp_'}),
    ),
    "html": (
        "200 with a web page",
        lambda _: Fault(
            "answer",
            {
                "status": 200,
                "headers": {"content-type": "text/html"},
                "text": "<html><body>Sign in to the network</body></html>",
            },
        ),
    ),
    "error-200": (
        "200 with an error in place of the answer",
        lambda _: Fault("answer", {"status": 200, "headers": _JSON, "json": _ERROR_200}),
    ),
    "redirect": ("sent to where it asked before", lambda _: Fault("redirect")),
    "gzip": ("the answer is compressed", lambda _: Fault("gzip")),
    "same-id": ("the answer has the id of every other answer", lambda _: Fault("same-id")),
    "drip": ("a byte of the body each 0.5 s (drip:0.1)", lambda v: Fault("drip", seconds=v or 0.5)),
    "drip-head": (
        "a byte of the head each 0.5 s (drip-head:0.1)",
        lambda v: Fault("drip-head", seconds=v or 0.5),
    ),
    "cut": ("the answer breaks off in the middle", lambda _: Fault("cut")),
    "end": ("a stream ends early, without a word", lambda _: Fault("end")),
}


def plan(specs: Iterable[str]) -> Iterator[Fault]:
    """One fault a request, in order; `500*3` three times, `500*` for ever; then all is well.

    Raises UnknownFault for a name that is not in FAULTS.
    """
    return chain(*[_parse(spec.strip()) for spec in specs], repeat(Fault("ok")))


def _parse(spec: str) -> Iterable[Fault]:
    match = _SPEC.fullmatch(spec)
    if not match or match["name"] not in FAULTS:
        raise UnknownFault(f"No fault is called {spec!r}. There are: {', '.join(FAULTS)}.")
    fault = FAULTS[match["name"]][1](float(match["value"]) if match["value"] else None)
    times = match["times"]
    if times is None:
        return [fault]
    return repeat(fault) if times == "*" else repeat(fault, int(times[1:]))
