"""Responses over a WebSocket: the events of a stream, and what one connection remembers.

    session = over_a_socket(answer)   # `(path, query) -> Script | None`

`answer(served)` writes each response as for `POST /v1/responses` with `stream=True`.
"""

import json
from collections.abc import Callable
from typing import Any

from oaiworkbook.practice.server import Served
from oaiworkbook.practice.websocket import Script
from oaiworkbook.recordings.requests import canonical_parts

from . import NotAuthored

Json = dict[str, Any]
PATH = "/v1/responses"


def over_a_socket(
    answer: Callable[[Served, list[Json]], Json | None],
) -> Callable[[str, str], Script | None]:
    """`answer` is given the items that came before as well, which the connection has kept."""

    def session(path: str, query: str) -> Script | None:
        return _script(answer) if (path, query) == (PATH, "") else None

    return session


def _script(answer: Callable[[Served, list[Json]], Json | None]) -> Script:
    kept: dict[str, list[Json]] = {}

    def script(heard: Any) -> list[tuple[float, Any]]:
        if heard is None:
            return []  # nothing is said before the first question
        if heard["type"] != "response.create":
            raise NotAuthored(f"No answer is written for {str(heard)[:300]}")
        form = {name: value for name, value in heard.items() if name != "type"}
        before = str(form.get("previous_response_id") or "")
        if before and before not in kept:
            return [(0.05, _unknown(before))]
        content = json.dumps(form | {"stream": True}).encode()
        served = Served(canonical_parts("POST", PATH, "", "application/json", content), {}, content)
        made = answer(served, kept.get(before, []))
        if made is None:
            raise NotAuthored(f"No answer is written for {str(form)[:300]}")
        events = made["sse"]
        whole = events[-1][2]["response"]
        asked = form["input"]
        items = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
        kept[whole["id"]] = [*kept.get(before, []), *items, *whole["output"]]
        said, now = [], 0
        for at, _, data in events:
            said.append(((at - now) / 1000, data))
            now = at
        return said

    return script


def _unknown(id_: str) -> Json:
    """As the guide has it, for a response that was not stored and that this connection has not seen."""
    error = {"type": "invalid_request_error", "code": "previous_response_not_found"}
    error |= {"message": f"Previous response with id '{id_}' not found."}
    return {"type": "error", "status": 400, "error": error | {"param": "previous_response_id"}}
