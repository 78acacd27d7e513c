"""Which answers are failures, also those that come with a good status, and what they say."""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from .secrets import masked_text
from .wire import ended

if TYPE_CHECKING:
    from .file import Answer

_HTML = re.compile(r"\s*<(!doctype\s+)?html\b", re.IGNORECASE)
# Where an answer has one of these, an `error` beside it is no failure of the call.
_CONTENT = ("choices", "output", "data", "answers", "results", "text")


def error_in(answer: Any, names: Sequence[str | None] = ()) -> Mapping[str, Any] | None:
    """The error that stands in place of an answer with a good status, or that ends its stream.

    `answer`: the JSON body, or the data of each stream event; `names`: of the events. A response, a
    job or a batch that has failed is an object with a status of its own, and no error of the call.
    """
    if isinstance(answer, list):
        errors = (_error_event(name, data) for name, data in zip_longest(names, answer))
        return next((error for error in errors if error), None)
    if not isinstance(answer, dict) or "status" in answer or not answer.get("error"):
        return None
    if any(answer.get(name) for name in _CONTENT):
        return None
    return _as_error(answer["error"])


def failure_in(answer: "Answer", *, whole: bool = True) -> str | None:
    """What is wrong with an answer that a lesson would not ask for; None for a good one.

    `whole`: whether all of its body came, where the answer itself does not say so.
    """
    if answer.status >= 300:
        return label(answer.status, error_of(answer.json_))
    if answer.cut or not whole:
        return "it broke off"
    kind = answer.headers.get("content-type", "").lower()
    if "text/html" in kind or _HTML.match(answer.text or ""):
        return f"{answer.status} with a page of HTML"
    if answer.frames is not None:
        data = [event for direction, _, event in answer.frames if direction == "<"]
        if not data:
            return "the server said nothing"
        error = error_in(data)
    elif answer.sse is not None:
        data = [event for _, _, event in answer.sse]
        if not ended(data) and not any(_is_last(event) for event in data):
            return "its stream ended too early"
        error = error_in(data, [name for _, name, _ in answer.sse])
    else:
        data = [answer.json_]
        error = error_in(answer.json_)
    if error is not None:
        return label(answer.status, error)
    failed = any(_is_failed(each) for each in data)
    return "the response has failed" if failed else None


def failure_beside(
    present: "Sequence[Answer]", answer: "Answer", *, whole: bool = True
) -> str | None:
    """Why an answer is not to take the place of the `present` ones to the same request.

    None where it may: it is a good one, or none of those is.
    """
    good = [each for each in present if failure_in(each) is None]
    if not good:
        return None
    why = failure_in(answer, whole=whole)
    if why is None and not any(_alike(answer, each) for each in good):
        why = "it is not of the kind that was asked for"
    return why


def _alike(one: "Answer", other: "Answer") -> bool:
    """Whether two answers to the same request have the same form."""
    if isinstance(one.json_, dict) and isinstance(other.json_, dict):
        same = one.json_.get("object") == other.json_.get("object")
        return same and not one.json_.keys().isdisjoint(other.json_)
    parts = ("json_", "text", "file", "sse", "frames")
    return all((getattr(one, n) is None) is (getattr(other, n) is None) for n in parts)


def _is_last(event: Any) -> bool:
    """Whether a chunk of Chat Completions is the one with which a choice ends."""
    choices = event.get("choices") if isinstance(event, dict) else None
    choices = choices if isinstance(choices, list) else []
    return any(isinstance(each, dict) and each.get("finish_reason") for each in choices)


def _is_failed(event: Any) -> bool:
    if not isinstance(event, dict):
        return False
    response = event.get("response") if event.get("type") == "response.failed" else event
    if not isinstance(response, dict):
        return False
    return (response.get("object"), response.get("status")) == ("response", "failed")


def _error_event(name: str | None, data: Any) -> Mapping[str, Any] | None:
    if isinstance(data, str):
        return None if data == "[DONE]" else {"message": data}
    if not isinstance(data, dict):
        return None
    if name == "error" or data.get("type") == "error":
        return _as_error(data.get("error") or data)
    return _as_error(data["error"]) if data.get("error") and "status" not in data else None


def _as_error(error: Any) -> Mapping[str, Any]:
    return error if isinstance(error, dict) else {"message": str(error)}


def error_of(body: Any) -> Mapping[str, Any] | None:
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def message_of(body: Any) -> str:
    """What the error of an answer says, as the SDK shows it."""
    return str((error_of(body) or {}).get("message") or "")


def label(status: int, error: Mapping[str, Any] | None) -> str:
    code, kind = (error or {}).get("code"), (error or {}).get("type")
    # Other servers give the status once more as the code.
    word = kind if str(code) == str(status) else code or kind
    return f"{status} {masked_text(str(word))}" if word else str(status)
