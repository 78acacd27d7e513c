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
    """`kind`: `answer` (send `answer`), `reset`, `hang` (for `seconds`), `cut`, `end` or `ok`."""

    kind: str
    answer: dict[str, Any] | None = None
    seconds: float = 0.0


def rate_limited(headers: dict[str, str], again: str = "1s") -> dict[str, Any]:
    return error_answer(
        429,
        "Rate limit reached for gpt-6-luna in organization org-practice on requests per min (RPM). "
        f"Please try again in {again}. "
        "Visit https://platform.openai.com/account/rate-limits to learn more.",
        type="requests",
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
    "slow_down": ("429 slow_down", lambda _: Fault("answer", _SLOW_DOWN)),
    "quota": ("429 that means no credit", lambda _: Fault("answer", _QUOTA)),
    "500": ("server error", lambda _: Fault("answer", _500)),
    "503": ("overloaded (503:300 adds Retry-After: 300)", _503),
    "reset": ("the connection is reset before an answer", lambda _: Fault("reset")),
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
