"""Authored answers about stored Chat completions: found, read, marked and deleted.

As the recorded tests of openai/openai-dotnet show them (tests/SessionRecords/ChatStoreTests): a stored
completion has other fields than the answer had, and cannot be fetched at once.
"""

from typing import Any
from urllib.parse import parse_qsl

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .chat import chat, message_texts
from .common import headers, seed

Json = dict[str, Any]
TOO_EARLY = 1  # times that a new completion is asked for and not there yet


class StoredChats:
    """The Chat completions that one lesson has stored, by id."""

    def __init__(self) -> None:
        self.bodies: dict[str, Json] = {}
        self.asked: dict[str, list[Json]] = {}
        self.early: dict[str, int] = {}

    def create(self, served: Served, text: str, ms: int = 700) -> Json:
        """A new completion with this text; stored where the request says `store=True`."""
        given = chat(served, text, ms=ms)
        if served.form.get("store"):
            body = given["json"]
            self.bodies[body["id"]] = _as_stored(body, given["headers"]["x-request-id"], served)
            self.asked[body["id"]] = _as_messages(body["id"], served)
            self.early[body["id"]] = TOO_EARLY
        return given

    def answer(self, served: Served, rest: list[str]) -> Json | None:
        """`rest`: what follows `/v1/chat/completions/` in the path."""
        match (served.asked.method, *rest):
            case ("GET",):
                return _json(served, _page(self._found(served)), 160)
            case (_, id_, *_) if id_ not in self.bodies or self._is_early(id_):
                return error_answer(
                    404,
                    f"Completion {id_} not found",
                    type="invalid_request_error",
                    code="not_found",
                    param="completion_id",
                    headers=headers(served, 120),
                )
            case ("GET", id_):
                return _json(served, self.bodies[id_], 140)
            case ("GET", id_, "messages"):
                return _json(served, _page(self.asked[id_]), 120)
            case ("POST", id_):
                self.bodies[id_] = self.bodies[id_] | {"metadata": served.form["metadata"]}
                return _json(served, self.bodies[id_], 210)
            case ("DELETE", id_):
                del self.bodies[id_]
                gone = {"object": "chat.completion.deleted", "id": id_, "deleted": True}
                return _json(served, gone, 170)
        return None

    def _found(self, served: Served) -> list[Json]:
        """Those with all the metadata that is asked for: `metadata[case]=K-17`."""
        asked = {
            name.removeprefix("metadata[").removesuffix("]"): value
            for name, value in parse_qsl(served.asked.query)
            if name.startswith("metadata[")
        }
        return [
            body
            for id_, body in self.bodies.items()
            if not self.early[id_] and asked.items() <= body["metadata"].items()
        ]

    def _is_early(self, id_: str) -> bool:
        left = self.early[id_]
        self.early[id_] = max(0, left - 1)
        return left > 0


def _as_stored(body: Json, request_id: str, served: Served) -> Json:
    usage = body["usage"]
    names = ("total_tokens", "completion_tokens", "prompt_tokens")
    return {
        "object": body["object"],
        "id": body["id"],
        "model": body["model"],
        "created": body["created"],
        "request_id": request_id,
        "tool_choice": None,
        "usage": {name: usage[name] for name in names},
        "seed": int(seed(served, "seed")[:15], 16),
        "top_p": 1.0,
        "temperature": 1.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "system_fingerprint": body["system_fingerprint"],
        "input_user": None,
        "service_tier": body["service_tier"],
        "tools": None,
        "metadata": served.form.get("metadata") or {},
        "choices": [
            {
                "index": each["index"],
                "message": {
                    "content": each["message"]["content"],
                    "role": "assistant",
                    "tool_calls": None,
                    "function_call": None,
                },
                "finish_reason": each["finish_reason"],
                "logprobs": None,
            }
            for each in body["choices"]
        ],
        "response_format": None,
    }


def _as_messages(id_: str, served: Served) -> list[Json]:
    """What was asked, and not the answer: so it is in every recorded list."""
    return [
        {
            "id": f"{id_}-{number}",
            "role": role,
            "content": text,
            "content_parts": None,
            "name": None,
        }
        for number, (role, text) in enumerate(message_texts(served.form))
    ]


def _page(data: list[Json]) -> Json:
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
    return {"object": "list", "data": data, **ends, "has_more": False}


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}
