"""What a request asks for, in whatever form a framework sends it: the key of the second look-up.

It is tried where the strict one has found nothing. Only what OpenAI documents as the default is
dropped, and only forms that it documents as the same are made one. A recording that is found by it
answers the request that was sent, so all that can change an answer must stay.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from .file import Answer

RESPONSES, CHAT, EMBEDDINGS = "/v1/responses", "/v1/chat/completions", "/v1/embeddings"

_OF_ONE_ANSWER = ("id", "item_id", "created", "created_at", "completed_at", "obfuscation")

# Value by value from the SDK's docstrings. `tools` and `include` are lists of what is added to a
# request. Chat does not document a default of `store`, but that it keeps the answer and nothing else.
# `tools: []` is not here for Chat: no reference says that it takes an empty list.
_DEFAULTS: dict[str, dict[str, Any]] = {
    RESPONSES: {
        "include": [],
        "reasoning": {},
        "store": True,
        "stream": False,
        "text": {},
        "tools": [],
        "truncation": "disabled",
    },
    CHAT: {
        "response_format": {"type": "text"},
        "store": True,
        "stream": False,
        "verbosity": "medium",
    },
    EMBEDDINGS: {},
}
_INNER: dict[str, dict[str, Any]] = {
    "reasoning": {"context": "auto"},
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
}
# Without it, POST /v1/responses returns it all the same.
_INCLUDED = "reasoning.encrypted_content"
# From o1 on, `developer` messages replace `system` messages. Older models may tell them apart.
_ONE_ROLE = re.compile(r"(ft:)?(o[1-9]|gpt-[5-9])(?![0-9])")
# These take `reasoning.context: "all_turns"`. It says which reasoning items the model sees again, so it
# says nothing in a request that brings none.
_TURNS = re.compile(r"gpt-(5\.6|[6-9])(?![0-9])")
# A UUID or digest of a framework's, new in each run. A key that a person chose says which entries of
# the cache a request may read, and so changes its usage: lesson 21.
_MADE_KEY = re.compile(r"([\w.-]+:)*[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")


def loose_key(method: str, path: str, query: str, body: Any) -> str | None:
    """Equal for requests that ask for the same; None where only the strict key counts.

    `body` as in a `CanonicalRequest`.
    """
    if method != "POST" or path not in _DEFAULTS or not isinstance(body, dict):
        return None
    return json.dumps([path, query, loose_body(path, body)], sort_keys=True, ensure_ascii=False)


def same_answers(one: Sequence[Answer], other: Sequence[Answer]) -> bool:
    """Whether two recordings differ in nothing but ids and times."""
    return [_timeless(answer) for answer in one] == [_timeless(answer) for answer in other]


def loose_body(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """`body` without the defaults of `path`, each part of it in one form."""
    said: dict[str, Any] = _one_number(body)
    asked = said.get("messages" if path == CHAT else "input")
    if path == EMBEDDINGS and isinstance(asked, list) and len(asked) == 1:
        said["input"] = asked[0] if isinstance(asked[0], str) else asked
    elif path == RESPONSES:
        if isinstance(asked, str):
            asked = [{"role": "user", "content": asked}]
        if isinstance(asked, list):
            said["input"] = _messages(asked, said, "input_text")
        for name, defaults in _INNER.items():
            if isinstance(said.get(name), dict):
                said[name] = _without(said[name], defaults)
        if isinstance(said.get("reasoning"), dict) and _has_no_turns(said):
            said["reasoning"] = _without(said["reasoning"], {"context": "all_turns"})
        if isinstance(said.get("include"), list):
            said["include"] = [each for each in said["include"] if each != _INCLUDED]
    elif path == CHAT:
        if isinstance(asked, list):
            said["messages"] = _messages(asked, said, "text")
        if said.get("tool_choice") == ("auto" if said.get("tools") else "none"):
            del said["tool_choice"]
    if _MADE_KEY.fullmatch(str(said.get("prompt_cache_key"))):
        del said["prompt_cache_key"]
    return _without(said, _DEFAULTS[path])


def _has_no_turns(said: dict[str, Any]) -> bool:
    """Whether a model that takes `all_turns` gets no reasoning of earlier turns with this request."""
    items = said.get("input")
    inside = isinstance(items, list) and any(
        isinstance(each, dict) and each.get("type") == "reasoning" for each in items
    )
    before = any(said.get(name) for name in ("previous_response_id", "conversation"))
    return bool(_TURNS.match(str(said.get("model")))) and not inside and not before


def _without(given: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    def is_default(name: str, value: Any) -> bool:
        return name in defaults and json.dumps(value) == json.dumps(defaults[name])

    return {name: value for name, value in given.items() if not is_default(name, value)}


def _messages(items: list[Any], said: dict[str, Any], text_type: str) -> list[Any]:
    one_role = bool(_ONE_ROLE.match(str(said.get("model"))))
    return [_message(item, text_type, one_role) for item in items]


def _message(item: Any, text_type: str, one_role: bool) -> Any:
    """One message with its text as a string; anything else as it is."""
    if not isinstance(item, dict) or "role" not in item or "content" not in item:
        return item
    made = _without(item, {"type": "message"})
    if made["role"] == "system" and one_role:
        made["role"] = "developer"
    match made["content"]:
        case [{"type": kind, "text": str(text), **rest}] if kind == text_type and not rest:
            made["content"] = text
    return made


def _one_number(value: Any) -> Any:
    """JSON knows one kind of number: 1 and 1.0 are the same."""
    if isinstance(value, dict):
        return {name: _one_number(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_one_number(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _timeless(answer: Answer) -> list[Any]:
    def bare(value: Any) -> Any:
        if isinstance(value, list):
            return [bare(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {name: bare(each) for name, each in value.items() if name not in _OF_ONE_ANSWER}

    events = [(name, bare(data)) for _, name, data in answer.sse or []]
    return [answer.status, bare(answer.json_), answer.text, answer.file, answer.cut, events]
