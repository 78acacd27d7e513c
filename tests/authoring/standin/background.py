"""Authored responses that run in the background: begun, asked for until they end, cancelled, streamed again.

How long one takes is made up. The bodies of one that runs have no payer, as real ones have none.
"""

from threading import Lock
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import CREATED, headers

Json = dict[str, Any]


class Background:
    """What the API keeps of the responses that were begun, and of those that were not in the background."""

    def __init__(self) -> None:
        self._states: dict[str, list[Json]] = {}  # still to be shown
        self._events: dict[str, list[list[Any]]] = {}
        self._lock = Lock()

    def begin(self, whole: Json, *, seconds: int = 0, polls: int = 2, ends: bool = True) -> Json:
        """The first answer to a request whose answer is `whole` in the end, of `respond`.

        `polls`: how many times it is found in progress. `ends`: whether it ever ends by itself.
        """
        with self._lock:
            if "sse" in whole:
                done = whole["sse"][-1][2]["response"]
                self._events.setdefault(done["id"], whole["sse"])
                self._states.setdefault(done["id"], [done | {"billing": {"payer": "developer"}}])
                return whole
            done = whole["json"]
            if not done["background"]:
                self._states.setdefault(done["id"], [done])
                return whole
            done["completed_at"] = CREATED + seconds
            runs = done | {"completed_at": None, "output": [], "usage": None}
            runs = runs | {"service_tier": "auto", "status": "in_progress"}
            runs["tool_usage"] = runs["tool_usage"] | {"web_search": {"num_requests": 0}}
            del runs["billing"]
            states = [runs] * polls + ([done] if ends else [])
            self._states.setdefault(done["id"], states)
            return whole | {"json": runs | {"status": "queued"}, "ms": 240}

    def answer(self, served: Served) -> Json | None:
        """A response that is fetched, streamed again or cancelled."""
        with self._lock:
            match (served.asked.method, *served.asked.path.split("/")[2:]):
                case ("GET", "responses", id_) if id_ in self._states:
                    if "stream=true" in served.asked.query:
                        return self._streamed(served, id_)
                    states = self._states[id_]
                    return _json(served, states.pop(0) if len(states) > 1 else states[0], 90)
                case ("POST", "responses", id_, "cancel") if id_ in self._states:
                    now = self._states[id_][0]
                    if now["status"] == "in_progress":
                        now = now | {"status": "cancelled"}
                        self._states[id_] = [now]
                    return _json(served, now, 140)
        return None

    def _streamed(self, served: Served, id_: str) -> Json:
        if id_ not in self._events:
            return error_answer(
                400,
                "This response cannot be streamed because it was not created with background=true.",
                type="invalid_request_error",
                code="invalid_request_error",
                param="stream",
                headers=headers(served, 60),
            )
        query = dict(part.split("=") for part in served.asked.query.split("&"))
        after = int(query.get("starting_after", -1))
        rest = [[ms, kind, data] for ms, kind, data in self._events[id_]]
        rest = [each for each in rest if each[2]["sequence_number"] > after]
        begin = rest[0][0] if rest else 0
        head = headers(served, 110, "text/event-stream; charset=utf-8")
        # What was made before comes at once; of what comes later the pace is kept.
        return {
            "status": 200,
            "headers": head,
            "sse": [[ms - begin, kind, data] for ms, kind, data in rest],
        }


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms), "ms": ms + 40, "json": body}
