"""What was said before: the conversation that a `previous_response_id` stands for.

Out of this process's own local answers and out of the recordings. Instructions are not in it: the API
does not carry them over either.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from ...errors import RecordingError
from .request import Json, NotLocal, messages_of

if TYPE_CHECKING:
    from ...recordings.library import Library

MARK = "_local_"  # in every id of a local answer: `resp_local_1f0c...`
_REMEMBERED = 1_000  # answers
_FINAL = ("response.completed", "response.incomplete")

_said: OrderedDict[str, list[Json]] = OrderedDict()


def remember(name: str, messages: list[Json]) -> None:
    """Keep the whole conversation up to and with the answer called `name`."""
    _said[name] = messages
    while len(_said) > _REMEMBERED:
        _said.popitem(last=False)


def history(name: str | None, library: "Library", lesson: str | None) -> list[Json]:
    """The messages up to and with the response called `name`; none for None. Raises NotLocal."""
    if name is None:
        return []
    if name in _said:
        return list(_said[name])
    found = _recorded(name, library, lesson)
    if found is None:
        raise NotLocal(f"goes on from {name}, which is neither recorded nor from this kernel")
    asked, answer = found
    if asked.get("conversation"):
        raise NotLocal("goes on from an answer in a `conversation`, which OpenAI's servers keep")
    before = history(asked.get("previous_response_id"), library, lesson)
    return [*before, *messages_of(asked.get("input", "")), *messages_of(answer["output"])]


def _recorded(name: str, library: "Library", lesson: str | None) -> tuple[Json, Json] | None:
    """The request and the answer of a recorded response; the lesson's own recordings first."""
    paths = library.paths()
    for path in sorted(paths, key=lambda path: path.parent.name != lesson):
        if name.encode() not in path.read_bytes():
            continue
        try:
            recording = library.read(path)
        except RecordingError:
            continue  # `oaiworkbook doctor` names it
        for answer in recording.answers:
            body = answer.json_ if answer.sse is None else _final(answer.sse)
            asked = recording.request.body
            if isinstance(body, dict) and body.get("id") == name and isinstance(asked, dict):
                return asked, body
    return None


def _final(events: list[Any]) -> Any:
    bodies = [data["response"] for _, kind, data in events if kind in _FINAL]
    return bodies[-1] if bodies else None
