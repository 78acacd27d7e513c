"""What a learner reads when replay has no answer: the nearest recording with the words that differ.

For a question of one's own there is none: the recording of another question would only confuse.
"""

import difflib
import json
import re
from pathlib import Path
from typing import Any

from .. import settings
from .requests import CanonicalRequest

_WIDTH = 88
_UNDO = "undo your edit (Ctrl+Z) and run the cell again"
_LOCAL = "ask a model on this machine (oaiworkbook local, lesson 00)"
_LIVE = "go live (costs money, lesson 00)"
_ADVICE = "What to do: "
_TO_A_PROJECT = f"{_ADVICE}send the recorded request, or record this one with OAIWORKBOOK_MODE=record (costs money)."
TO_A_PROGRAM = "Send the recorded request, or record this one (oaiworkbook record --help)."
# From so many words a field is a text that somebody wrote, and no setting.
_WORDS_OF_A_TEXT = 4
# What a model on this machine can answer.
_LOCAL_CAN = (
    *("/v1/responses", "/v1/chat/completions"),
    *("/v1/embeddings", "/v1/audio/transcriptions"),
)
_ALIKE = 0.5  # of the words: below that it is another text


def describe_miss(
    request: CanonicalRequest,
    recorded: list[tuple[str, dict[str, Any]]],
    folder: Path,
    why_not_local: str = "",
    *,
    own: bool = False,
) -> str:
    """`recorded`: name and request of each candidate. Compares by word; characters would be slow.

    `why_not_local`: why no model on this machine has answered, if one was to be asked. `own`: the
    recordings are of a project, which asks nothing else than what it has recorded.
    """
    method = "the WebSocket" if request.method == "WS" else request.method
    call = f"{method} {request.path}"
    not_local = (
        f"\nThe model on this machine has not answered: the call {why_not_local}."
        if why_not_local
        else ""
    )
    same_path = [
        c for c in recorded if (c[1]["method"], c[1]["path"]) == (request.method, request.path)
    ]
    if not same_path:
        head = f"no recorded answer for {call} with these inputs."
        nothing = f"nothing is recorded for this path in {folder.name}/."
        return f"{head}\n{nothing}{not_local}\n{_advice(request, undo=True, own=own)}"
    mine = _flat(request.body) | _flat(request.query, "query")
    name, theirs, _ = max(
        (
            (name, flat, _likeness(mine, flat))
            for name, asked in same_path
            for flat in [_flat(asked["body"]) | _flat(asked["query"], "query")]
        ),
        key=lambda candidate: candidate[2],
    )
    fields = [f for f in {**mine, **theirs} if mine.get(f, _NONE) != theirs.get(f, _NONE)]
    if not own and any(_is_another_text(mine.get(f), theirs.get(f)) for f in fields):
        head = f"no recorded answer for {call}: this is a question of your own."
        return f"{head}{not_local}\n{_advice(request, undo=False)}"
    first = fields[0]
    old, new = _both(theirs.get(first, _NONE), mine.get(first, _NONE))
    more = (
        f" (and in {', '.join(fields[1:4])}{' ...' if len(fields) > 4 else ''})"
        if fields[1:]
        else ""
    )
    return (
        f"no recorded answer for {call} with these inputs.\n"
        f"nearest recording: {name}, differs in {first}{more}\n"
        f"  recorded: {old}\n  yours:    {new}{not_local}\n"
        f"{_advice(request, undo=True, own=own)}"
    )


def to_a_program(text: str, advice: str = TO_A_PROGRAM) -> str:
    """A miss for somebody who has no cell to undo an edit in: with this advice in place of its own."""
    return text[: text.rindex(_ADVICE)] + advice


def _advice(request: CanonicalRequest, *, undo: bool, own: bool = False) -> str:
    if own:
        return _TO_A_PROJECT
    ways = [_UNDO] if undo else []
    if request.method == "POST" and request.path in _LOCAL_CAN and not settings.local():
        ways.append(_LOCAL)
    *first, last = [*ways, _LIVE]
    return f"{_ADVICE}{', '.join(first)}{', or ' if first else ''}{last}."


def _is_another_text(mine: Any, theirs: Any) -> bool:
    """Whether a field holds a text of one's own, and not an edit of the recorded one."""
    one, other = (value.split() if isinstance(value, str) else [] for value in (mine, theirs))
    if max(len(one), len(other)) < _WORDS_OF_A_TEXT:
        return False
    return difflib.SequenceMatcher(a=one, b=other, autojunk=False).ratio() < _ALIKE


_NONE = object()


def _flat(value: Any, at: str = "") -> dict[str, Any]:
    """`{"input": [{"role": "user"}]}` becomes `{"input[0].role": "user"}`."""
    if isinstance(value, dict) and value:
        return {
            k: v for key in value for k, v in _flat(value[key], f"{at}.{key}".lstrip(".")).items()
        }
    if isinstance(value, list) and value:
        return {k: v for i, item in enumerate(value) for k, v in _flat(item, f"{at}[{i}]").items()}
    return {at or "body": value}


def _likeness(mine: dict[str, Any], theirs: dict[str, Any]) -> float:
    def words(flat: dict[str, Any]) -> list[str]:
        return [w for k, v in flat.items() for w in (k, *str(v).split())]

    matcher = difflib.SequenceMatcher(a=words(theirs), b=words(mine), autojunk=False)
    return matcher.real_quick_ratio() and matcher.quick_ratio()


def _show(value: Any) -> str:
    return "(not sent)" if value is _NONE else json.dumps(value, ensure_ascii=False)


def _both(old: Any, new: Any) -> tuple[str, str]:
    """Two values to compare; the words that differ in brackets where most words are the same."""
    if isinstance(old, str) and isinstance(new, str):
        alike = difflib.SequenceMatcher(a=old.split(), b=new.split(), autojunk=False).ratio()
        if alike >= 0.5:
            return _word_difference(" ".join(old.splitlines()), " ".join(new.splitlines()))
    return _around(_show(old)), _around(_show(new))


def _word_difference(old: str, new: str) -> tuple[str, str]:
    """Both texts with the words that differ in [brackets], cut to about one line around them."""
    a, b = (re.findall(r"\s+|[^\s]+", text) for text in (old, new))
    marked_a, marked_b = "", ""
    for kind, i, j, k, m in difflib.SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        one, two = "".join(a[i:j]), "".join(b[k:m])
        if kind == "equal":
            marked_a, marked_b = marked_a + one, marked_b + two
        else:
            marked_a += f"[{one}]" if one else ""
            marked_b += f"[{two}]" if two else ""
    return _around(marked_a), _around(marked_b)


def _around(text: str) -> str:
    if len(text) <= _WIDTH:
        return text
    start = max(0, min(text.find("[") - 20, len(text) - _WIDTH))
    return ("..." if start else "") + text[start : start + _WIDTH] + "..."
