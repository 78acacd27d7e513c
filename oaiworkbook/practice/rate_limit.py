"""The practice server's rate limits: they really refuse, with the headers that say when to come back."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .faults import Fault, rate_limited

Kind = Literal["requests", "tokens"]
# Seconds' worth that a bucket holds: a burst of requests is short, one request may have many tokens.
_HOLDS = {"requests": 0.5, "tokens": 10.0}


@dataclass
class RateLimit:
    """A bucket that refills at `per_minute` and holds a short time's worth, at least 1."""

    per_minute: int
    kind: Kind = "requests"
    level: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self.level, self._at = self.burst, time.monotonic()

    @property
    def burst(self) -> float:
        return max(1.0, self.per_minute / 60 * _HOLDS[self.kind])

    def wait(self, cost: float) -> float:
        """Seconds until a request of this cost may pass; one that is dearer than all the bucket holds
        passes when it is full."""
        now = time.monotonic()
        self.level = min(self.burst, self.level + (now - self._at) * self.per_minute / 60)
        self._at = now
        return max(0.0, (min(cost, self.burst) - self.level) * 60 / self.per_minute)

    def headers(self, wait: float) -> dict[str, str]:
        remaining = 0 if wait else max(0, int(self.level))
        return {
            f"x-ratelimit-limit-{self.kind}": str(self.per_minute),
            f"x-ratelimit-remaining-{self.kind}": str(remaining),
            f"x-ratelimit-reset-{self.kind}": f"{round(wait * 1000)}ms",
        }


class RateLimits:
    """Requests and tokens a minute together, as the API has them. Thread-safe."""

    def __init__(self, limits: Sequence[RateLimit]) -> None:
        self._limits = limits
        self._lock = threading.Lock()

    def take(self, form: Mapping[str, Any], size: int) -> tuple[Fault, dict[str, str]]:
        """A request passes, with headers for its answer, or gets a 429. `size`: bytes of its body."""
        costs = {"requests": 1.0, "tokens": tokens(form, size)}
        with self._lock:
            waits = [limit.wait(costs[limit.kind]) for limit in self._limits]
            for limit in self._limits if not any(waits) else ():
                limit.level -= min(costs[limit.kind], limit.burst)
            headers: dict[str, str] = {}
            for limit, wait in zip(self._limits, waits, strict=True):
                headers |= limit.headers(wait)
        if not any(waits):
            return Fault("ok"), headers
        longest = max(waits)
        kind = self._limits[waits.index(longest)].kind
        headers |= {
            "retry-after": str(max(1, round(longest))),
            "retry-after-ms": str(max(1, round(longest * 1000))),
        }
        return Fault("answer", rate_limited(headers, f"{longest * 1000:.0f}ms", kind)), {}


def tokens(form: Mapping[str, Any], size: int) -> float:
    """What a request counts against tokens a minute: about its text, and the most it asks for."""
    names = ("max_output_tokens", "max_completion_tokens", "max_tokens")
    most = max((form[name] for name in names if isinstance(form.get(name), int)), default=0)
    return float(size // 4 + most)
