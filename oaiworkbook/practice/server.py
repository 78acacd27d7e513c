"""The practice server: replays recordings on 127.0.0.1 to any client, and fails on demand.

with PracticeServer(["429", "500"]) as server:
    client = OpenAI(base_url=server.url)
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from .. import settings
from ..errors import PortTaken
from ..recordings.library import chosen_library
from .faults import Fault, plan
from .loopback import LoopbackServer, Reply, Served
from .rate_limit import RateLimit, RateLimits

if TYPE_CHECKING:
    from .websocket import Opened


__all__ = ["PracticeServer", "Reply", "Seen", "Served", "Source", "recorded"]

Source = Callable[[Served], Reply]
# Given a request for a WebSocket and its target as sent: a session, or an answer that refuses it.
Sessions = Callable[[Served, str], "Reply | Opened"]


# The servers of this process: origin -> what they answer from.
running: dict[str, Literal["recordings", "other answers"]] = {}


def recorded(lesson: str | None = None) -> Source:
    """A source that answers from the recordings, those of `lesson` first.

    A framework says the same in its own form: then the second look-up answers.
    """
    library = chosen_library()

    def answer(served: Served) -> Reply:
        path = library.find(served.asked, lesson) or library.alike(served.asked, lesson)
        if path is None:
            raise library.miss(served.asked, lesson)
        taken, recording = library.take(path)
        return Reply(taken, recording.provenance.source, path.parent)

    return answer


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the server's log: seconds since its start, what was asked, what was answered.

    `form` is the JSON or the text fields of the request; None without any, and of large ones.
    """

    seconds: float
    method: str
    path: str
    answered: str
    form: dict[str, Any] | None = None


class PracticeServer:
    """A context manager. `url` ends in `/v1`; `log` holds one `Seen` a request, in order.

    `faults`: names of `practice.faults.FAULTS`, one a request, in order. `rpm`, `tpm`: requests
    and tokens a minute that pass; more get a 429. `port`: 0 takes a free one. `lesson`: whose recordings come first. `source`
    and `sessions` answer in place of the recordings. Raises PortTaken and UnknownFault.
    """

    def __init__(
        self,
        faults: Sequence[str] = (),
        *,
        rpm: int | None = None,
        tpm: int | None = None,
        port: int = 0,
        lesson: str | None = None,
        source: Source | None = None,
        sessions: Sessions | None = None,
    ) -> None:
        self.replays = source is None
        self.lesson = lesson or settings.lesson()
        self.source = source or recorded(self.lesson)
        self._sessions = sessions
        limits = [RateLimit(rpm)] if rpm else []
        limits += [RateLimit(tpm, "tokens")] if tpm else []
        self.limit = RateLimits(limits) if limits else None
        self.log: list[Seen] = []
        self._faults = plan(faults)
        self._lock = threading.Lock()
        self._started = time.monotonic()
        try:
            self._http = LoopbackServer(port, self)
        except OSError as error:
            raise PortTaken(
                f"Port {port} on 127.0.0.1 cannot be used: {error.strerror}. Stop the other program, "
                "or choose another port; 0 takes any free one."
            ) from error
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self) -> "PracticeServer":
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        running[self.url.removesuffix("/v1")] = "recordings" if self.replays else "other answers"
        return self

    def __exit__(self, *_: object) -> None:
        running.pop(self.url.removesuffix("/v1"), None)
        self._http.shutdown()
        self._http.server_close()

    @cached_property
    def sessions(self) -> Sessions | None:
        """Loaded with the first WebSocket; a source of one's own has none unless it brings them."""
        if self._sessions is None and self.replays:
            from .sessions import Recorded

            return Recorded(chosen_library(), self.lesson)
        return self._sessions

    def next_fault(self) -> Fault:
        with self._lock:
            return next(self._faults)

    def note(
        self, method: str, path: str, answered: str, form: dict[str, Any] | None = None
    ) -> None:
        seconds = time.monotonic() - self._started
        self.log.append(Seen(seconds, method, path, answered, form or None))
