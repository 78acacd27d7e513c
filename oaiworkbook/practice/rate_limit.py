"""The practice server's rate limit: it really refuses, with the headers that say when to come back."""

import threading
import time
from dataclasses import dataclass, field

from .faults import Fault, rate_limited


@dataclass
class RateLimit:
    """A bucket that refills at `rpm` requests a minute and holds half a second's worth, at least 1."""

    rpm: int
    _level: float = field(init=False)
    _at: float = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._level, self._at = self.burst, time.monotonic()

    @property
    def burst(self) -> float:
        return max(1.0, self.rpm / 120)

    def take(self) -> float:
        """Seconds to wait before another try; 0 if this request may pass."""
        with self._lock:
            now = time.monotonic()
            self._level = min(self.burst, self._level + (now - self._at) * self.rpm / 60)
            self._at = now
            if self._level < 1:
                return (1 - self._level) * 60 / self.rpm
            self._level -= 1
            return 0.0


def limited(limit: RateLimit) -> tuple[Fault, dict[str, str]]:
    wait = limit.take()
    headers = {
        "x-ratelimit-limit-requests": str(limit.rpm),
        "x-ratelimit-remaining-requests": "0" if wait else "1",
        "x-ratelimit-reset-requests": f"{round(wait * 1000)}ms",
    }
    if not wait:
        return Fault("ok"), headers
    again = {
        "retry-after": str(max(1, round(wait))),
        "retry-after-ms": str(max(1, round(wait * 1000))),
    }
    return Fault("answer", rate_limited(headers | again, f"{wait * 1000:.0f}ms")), {}
