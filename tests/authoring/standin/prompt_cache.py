"""A prompt cache by the rules of OpenAI's guide for GPT-5.6 and later: what is read, what is written.

https://developers.openai.com/api/docs/guides/prompt-caching (stored copies). It is a model of the
rules, to the letter: the real cache may find more, or lose an entry. Where a boundary lies in tokens
is what real requests showed; see tests/authoring_tools/test_prompt_cache_standin.py. Nothing ends here: the authored
answers' clock stands still. Earlier models keep to intervals that are not documented: 0 and 0.
"""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from .common import count, schema_tokens

LEAST = 1_024
_MARKED = re.compile(r"gpt-(5\.6|6)")
# Request field -> the reason given where it differs, in the order in which they are told.
_SETTINGS = {
    "model": "model_changed",
    "prompt_cache_key": "prompt_cache_key_changed",
    "tools": "tools_changed",
    "format": "text_format_changed",
    "effort": "reasoning_effort_changed",
    "verbosity": "verbosity_changed",
}


@dataclass(frozen=True, slots=True)
class Boundary:
    """The end of a prefix: how many tokens it has, and a digest of them.

    `marked`: by the caller. `eligible`: the end of a message where OpenAI may set a breakpoint.
    """

    tokens: int
    digest: str
    marked: bool
    eligible: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """`input_tokens` in all, and of these what was read from the cache and what was written to it."""

    input_tokens: int
    read: int = 0
    written: int = 0


def marks(form: dict[str, Any]) -> list[str]:
    """The fields of a request that only models with breakpoints take."""
    named = ["prompt_cache_options"] if form.get("prompt_cache_options") else []
    marked = any(
        "prompt_cache_breakpoint" in part for _, parts in _messages(form) for part in parts
    )
    return named + ["prompt_cache_breakpoint"] * marked


def has_breakpoints(model: str) -> bool:
    return bool(_MARKED.match(model))


class PromptCache:
    def __init__(self) -> None:
        self._entries: dict[str, set[str]] = defaultdict(set)
        self._asked: dict[str, tuple[dict[str, Any], int]] = {}

    def counted(self, form: dict[str, Any]) -> Counted:
        """What one request reads and writes; from then on its prefixes are there to be read."""
        total, ends = boundaries(form)
        if not has_breakpoints(form["model"]):
            return Counted(total)
        scope = json.dumps(_settings(form), sort_keys=True)
        implicit = (form.get("prompt_cache_options") or {}).get("mode", "implicit") == "implicit"
        ends = [end for end in ends if end.tokens >= LEAST]
        marked = [end for end in ends if end.marked]
        eligible = [end for end in ends if end.eligible and implicit]
        known = self._entries[scope]
        found = [end.tokens for end in (*marked, *eligible) if end.digest in known]
        write = [*marked[-3:], *eligible[-1:]] if implicit else marked[-4:]
        self._entries[scope] |= {end.digest for end in write}
        read = max(found, default=0)
        return Counted(total, read, max([end.tokens - read for end in write], default=0))

    def remember(self, response_id: str, form: dict[str, Any]) -> None:
        marked = [end.tokens for end in boundaries(form)[1] if end.marked]
        self._asked[response_id] = (_settings(form), max(marked, default=0))

    def compared(self, form: dict[str, Any], read: int) -> dict[str, Any] | None:
        """`prompt_cache_diagnostics`, where the request names a response to compare with."""
        named = (form.get("prompt_cache_options") or {}).get("comparison_response_id")
        if named is None:
            return None
        if named not in self._asked:
            return {"type": "comparison_response_not_found"}
        if read:
            return {"type": "cache_hit"}
        then, reusable = self._asked[named]
        now = _settings(form)
        reasons = [reason for name, reason in _SETTINGS.items() if then[name] != now[name]]
        return {
            "type": "cache_miss",
            "reason": [*reasons, "input_changed"][0],
            "cache_missed_tokens": reusable,
            "comparison_reusable_tokens": reusable,
        }


def boundaries(form: dict[str, Any]) -> tuple[int, list[Boundary]]:
    """Input tokens, and where a cached prefix can end.

    At a mark, at the end of a user message, and at the end of the developer messages in front. A
    message is 3 tokens, its blocks, 1 token; 2 follow the last. A prefix ends with a block's text.
    A schema comes before them all.
    """
    tokens, digest, ends = schema_tokens(form), hashlib.sha256(), []
    messages = _messages(form)
    front = next((n for n, (role, _) in enumerate(messages) if role != "developer"), len(messages))
    for place, (role, parts) in enumerate(messages, start=1):
        tokens += 3
        digest.update(f"\0{role}".encode())
        for number, part in enumerate(parts, start=1):
            tokens += count(part["text"])
            digest.update(part["text"].encode())
            marked = "prompt_cache_breakpoint" in part
            eligible = number == len(parts) and (role == "user" or place == front)
            if marked or eligible:
                ends.append(Boundary(tokens, digest.hexdigest(), marked, eligible))
        tokens += 1
    return tokens + 2, ends


def _messages(form: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    given = form["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if form.get("instructions"):
        items = [{"role": "developer", "content": form["instructions"]}, *items]
    return [
        (item["role"], [{"text": c}] if isinstance(c := item["content"], str) else c)
        for item in items
    ]


def _settings(form: dict[str, Any]) -> dict[str, Any]:
    text = form.get("text") or {}
    return {
        "model": form["model"],
        "prompt_cache_key": form.get("prompt_cache_key"),
        "tools": form.get("tools", []),
        "format": text.get("format"),
        "effort": (form.get("reasoning") or {}).get("effort", "medium"),
        "verbosity": text.get("verbosity"),
    }
