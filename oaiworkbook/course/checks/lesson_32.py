"""Exercises of lesson 32, Long talks, and keeping nothing."""

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from ...practice.answers import error_answer, message_item, of_body, text_answer, text_part
from ..exercises.failures import NO_MODEL, passes_on
from ..exercises.judge import Exercise, NotPlayed
from ..exercises.probe import Asked, Probe, expect
from ..models import model

Json = dict[str, Any]
RULES = [{"type": "compaction", "compact_threshold": 1200}]


def _user(text: str) -> Json:
    return {"role": "user", "content": text}


def _said(text: str) -> Json:
    return message_item([text_part(text)])


def _notes(name: str, sealed: str) -> Json:
    return {"id": f"rs_{name}", "type": "reasoning", "summary": [], "encrypted_content": sealed}


def _short(name: str) -> Json:
    return {"id": f"cmp_{name}", "type": "compaction", "encrypted_content": f"gAAAAAB{name}"}


_BARE = {"id": "rs_4", "type": "reasoning", "summary": []}
_CALL = {"type": "function_call", "call_id": "call_1", "name": "rates", "arguments": "{}"}
_OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "14 percent"}
# What the case is about, the saved talk, the places of what can be sent.
CASES: list[tuple[str, list[Json], tuple[int, ...]]] = [
    ("whole notes", [_user("Hello."), _notes("1", "gAAAAABx"), _said("Good evening.")], (0, 1, 2)),
    ("the key is not there", [_user("Hello."), dict(_BARE), _said("Yes?")], (0, 2)),
    ("no text but None", [_user("Hello."), _BARE | {"encrypted_content": None}], (0,)),
    ("an empty text", [_user("Hello."), _notes("2", ""), _said("Good evening.")], (0, 2)),
    ("two notes of three", [_notes("5", ""), _notes("6", "gAAAAABy"), _notes("7", "")], (1,)),
    ("a compaction item", [_short("A"), _user("Go on."), dict(_BARE)], (0, 1)),
    ("a function call", [_user("Rates?"), dict(_CALL), dict(_OUTPUT)], (0, 1, 2)),
    ("the same message twice", [_user("Yes."), dict(_BARE), _user("Yes.")], (0, 2)),
    ("an item that is only text", [{"type": "message", **_user("Hello.")}], (0,)),
    ("nothing was said", [], ()),
]


def sendable(answer: Callable[..., Any]) -> str:
    for name, items, places in CASES:
        given = copy.deepcopy(items)
        found = answer(given)
        case = f"for the talk with {[_kind(each) for each in items]} ({name})"
        expect(given == items, f"{case} the list that it was given has changed")
        expect(isinstance(found, list), f"{case} it returned {type(found).__name__}, not a list")
        kinds = {type(each).__name__ for each in found} - {"dict"}
        expect(not kinds, f"{case} it returned a list of {', '.join(kinds)}, not of dicts")
        right = [items[place] for place in places]
        kept, wanted = [list(map(_kind, each)) for each in (found, right)]
        expect(kept == wanted, f"{case} it kept {kept}")
        expect(found == right, f"{case} an item has changed: {found}")
    return "What OpenAI could not find is left out, and all else is there."


def _kind(item: Json) -> str:
    kind = str(item.get("type", "message"))
    if kind != "reasoning":
        return kind
    return "reasoning, sealed" if item.get("encrypted_content") else "reasoning, bare"


# Turn by turn: what the caller says, and the output that comes back.
TURNS: list[tuple[str, list[Json]]] = [
    ("I owe 900.", [_notes("a", "gAAAAABn"), _said("To whom?")]),
    ("To a shop.", [_said("Since when?"), _short("A")]),
    ("Since May.", [_notes("b", "gAAAAABm"), _said("Write to them.")]),
    ("What do I write?", [_short("B"), _said("What you can pay.")]),
    ("Thank you.", [_said("Good night.")]),
]
EARLIER: list[Json] = [_user("Hello."), _said("Yes?"), _short("0"), _user("I owe 900.")]


def ask(answer: Callable[..., Any]) -> str:
    _talk(answer, [], TURNS)
    _talk(answer, [_user("Hello."), _said("Good evening.")], TURNS[:2])
    _talk(answer, EARLIER, [("And 300.", [_said("To whom?")]), ("A shop.", [_said("Yes.")])])
    passes_on(lambda probe: answer(probe.client, [_user("Hello."), _said("Yes?")], "I owe 900."))
    return "Nothing is stored, and each history begins with its newest compaction."


def _talk(
    answer: Callable[..., Any], given: list[Json], turns: Sequence[tuple[str, list[Json]]]
) -> None:
    history: Any = copy.deepcopy(given)
    right = list(given)
    for number, (text, output) in enumerate(turns, 1):
        probe = Probe([text_answer("", output=output)], limit=3)
        before = [_signature(_as_dict(each)) for each in history]
        found = answer(probe.client, history, text)
        expect(len(probe.requests) < 2, f"one turn sent {len(probe.requests)} requests")
        which = f"the request of turn {number}"
        _private(probe.last, which)
        right.append(_user(text))
        _carries(probe.last, right, which)
        expect(
            [_signature(_as_dict(each)) for each in history] == before,
            "the list that it was given has changed",
        )
        expect(
            isinstance(found, tuple | list) and len(found) == 2,
            f"it returned {type(found).__name__}, not a text and a history",
        )
        said, history = found
        words = next(each["content"][0]["text"] for each in output if each["type"] == "message")
        expect(said == words, f"the text that it returned is {said!r}")
        expect(
            isinstance(history, list),
            f"the history that it returned is of type {type(history).__name__}, not a list",
        )
        right = _newest([*right, *output])
        _goes_on([_as_dict(each) for each in history], right, number)


def _private(asked: Asked, which: str) -> None:
    expect(asked.path == "/responses", f"{which} went to `{asked.path}`, not to Responses")
    expect(
        asked.model == model("chat"), f"{which} asks {asked.model!r}, not the model in `private`"
    )
    expect("debt" in asked.rules, f"{which} has no instructions: `private` has some")
    expect(not asked.stored, f"{which} lets OpenAI store the response")
    for name in ("previous_response_id", "conversation"):
        expect(name not in asked.body, f"{which} has `{name}`; the history is your own here")
    rules = asked.body.get("context_management")
    expect(rules, f"{which} has no `context_management`, so nothing is ever compacted")
    expect(rules == RULES, f"{which} has {rules} as `context_management`")


def _carries(asked: Asked, right: list[Json], which: str) -> None:
    given = asked.body.get("input")
    listed = given if isinstance(given, list) else [_user(str(given))]
    sent = [each for each in listed if each.get("role") not in ("developer", "system")]
    expect(
        list(map(_signature, sent)) == list(map(_signature, right)),
        f"{which} does not carry the history and the question, but {list(map(_label, sent))}",
    )


def _goes_on(history: list[Json], right: list[Json], number: int) -> None:
    labels, wanted = list(map(_label, history)), list(map(_label, right))
    where = f"after turn {number} the history is {labels}"
    kinds = [each.get("type") for each in history]
    expect(kinds.count("compaction") < 2, f"{where}: the older compaction item is of no use now")
    first = right[0].get("type") == "compaction"
    there = "compaction" in kinds
    expect(there or not first, f"{where}: the compaction item is lost")
    expect(
        not first or kinds[0] == "compaction",
        f"{where}: what is before the compaction item is in it already",
    )
    expect(labels == wanted, where)
    expect(
        list(map(_signature, history)) == list(map(_signature, right)),
        f"after turn {number} the encrypted text of an item, or the `phase` of an answer, is lost",
    )


def _newest(items: list[Json]) -> list[Json]:
    places = [n for n, item in enumerate(items) if item.get("type") == "compaction"]
    return items[places[-1] :] if places else items


def _as_dict(item: Any) -> Json:
    if isinstance(item, Mapping):
        return dict(item)
    expect(hasattr(item, "to_dict"), f"the history holds an item of type {type(item).__name__}")
    found: Json = item.to_dict(warnings=False)
    return found


def _text(item: Json) -> str:
    content = item.get("content") or ""
    return content if isinstance(content, str) else "".join(p.get("text", "") for p in content)


def _label(item: Json) -> str:
    kind = item.get("type") or "message"
    return f"{item.get('role')}: {_text(item)}" if kind == "message" else str(kind)


def _signature(item: Json) -> tuple[Any, ...]:
    phase = item.get("phase") if item.get("role") == "assistant" else None
    return (_label(item), item.get("encrypted_content"), phase)


CASE = "conv_7"


class _Kept:
    """A conversation at OpenAI: pages of its items, and what is deleted in which order."""

    def __init__(self, count: int, gone: Collection[int] = ()) -> None:
        self.ids = [f"msg_{number}" for number in range(count)]
        self.gone = {self.ids[number] for number in gone}
        self.left = [each for each in self.ids if each not in self.gone]
        self.log: list[str] = []

    def reply(self, asked: Asked) -> Json:
        root = f"/conversations/{CASE}"
        match asked.method, asked.path.removeprefix(root).strip("/").split("/"):
            case _ if not asked.path.startswith(root):
                return _missing(f"Conversation '{asked.path}' not found.")
            case "GET", ["items"]:
                self.log.append("list")
                return of_body(self._page(dict(parse_qsl(asked.query))))
            case "DELETE", ["items", id_]:
                self.log.append(id_)
                if id_ not in self.left:
                    return _missing(f"Item with id '{id_}' not found.")
                self.left.remove(id_)
                return of_body(_CONVERSATION)
            case "DELETE", [""]:
                self.log.append("conversation")
                return of_body(_DELETED)
        raise NotPlayed(f"`{asked.method} {asked.path}`")

    def _page(self, query: Mapping[str, str]) -> Json:
        ids = self.ids if query.get("order") == "asc" else self.ids[::-1]
        after = query.get("after")
        start = ids.index(after) + 1 if after else 0
        size = int(query.get("limit", 20))
        return _list(ids[start : start + size], more=start + size < len(ids))


_CONVERSATION = {"id": CASE, "object": "conversation", "created_at": 1790000000, "metadata": {}}
_DELETED = {"id": CASE, "object": "conversation.deleted", "deleted": True}


def _list(ids: Sequence[str], *, more: bool = False) -> Json:
    data = [
        {
            "id": each,
            "type": "message",
            "status": "completed",
            "content": [{"type": "input_text", "text": "I owe 900."}],
            "role": "user",
        }
        for each in ids
    ]
    ends = {"first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}
    return {"object": "list", "data": data, "has_more": more, **ends}


def _missing(words: str) -> Json:
    return error_answer(404, words, type="invalid_request_error")


def wipe(answer: Callable[..., Any]) -> str:
    for count, gone in ((3, ()), (0, ()), (45, ()), (5, (1, 4)), (1, (0,)), (20, ())):
        kept = _Kept(count, gone)
        found = answer(Probe([kept.reply], limit=160).client, CASE)
        _wiped(kept, found, f"of {count} items, {len(gone)} of them gone already,")
    page, empty, done = of_body(_list(["msg_0"])), of_body(_list([])), of_body(_DELETED)
    one_less = of_body(_CONVERSATION)
    lost = {"a 404 (no such conversation)": _missing(f"Conversation with id '{CASE}' not found.")}

    def run(probe: Probe) -> Any:
        return answer(probe.client, CASE)

    passes_on(run, then=[page, done], but={NO_MODEL})
    passes_on(run, then=[empty, done], failures=lost)
    passes_on(run, first=[page], then=[done], but={NO_MODEL})
    passes_on(run, first=[page, one_less], but={NO_MODEL})
    passes_on(run, first=[page, one_less], failures=lost)
    return "Every item first, the conversation last, and what is gone stops nothing."


def _wiped(kept: _Kept, found: Any, case: str) -> None:
    log = kept.log
    deleted = [each for each in log if each.startswith("msg_")]
    expect("list" in log, "it never asks for the items of the conversation")
    expect(not kept.left, f"{case} {len(kept.left)} are not deleted")
    twice = sorted({each for each in deleted if deleted.count(each) > 1})
    expect(not twice, f"{case} it deletes {', '.join(twice)} more than once")
    times = log.count("conversation")
    expect(times, f"{case} the items are deleted, and the conversation is not")
    expect(times == 1, f"{case} it deletes the conversation {times} times")
    expect(log[-1] == "conversation", f"{case} it deletes the conversation before an item")
    first = next((n for n, each in enumerate(log) if each != "list"), len(log))
    expect(
        "list" not in log[first:],
        f"{case} it goes on to list after it has begun to delete; collect all ids first",
    )
    kind = type(found).__name__
    expect(kind == "int", f"it returned {found!r}, which is of type {kind} and no number of items")
    right = len(kept.ids) - len(kept.gone)
    expect(found == right, f"{case} it says that it has deleted {found}")


EXERCISES = [
    Exercise(
        id="32-1",
        check=sendable,
        hints=(
            "An item stays if it is no reasoning item, or if it has an encrypted text.",
            '`item.get("encrypted_content")` is false for a missing key, for `None` and for `""`.',
            'The message of a user may have no `type`, so ask with `item.get("type")`.',
        ),
        reference='''
def sendable(items):
    """What can be sent with `store=False`."""
    return [
        item
        for item in items
        if item.get("type") != "reasoning" or item.get("encrypted_content")
    ]
''',
    ),
    Exercise(
        id="32-2",
        check=ask,
        hints=(
            "It is one turn of the lesson's `talk`, with a new list in place of `append`.",
            'The question is `{"role": "user", "content": text}`, after all of the history.',
            '`newest` wants dicts: `response.to_dict()["output"]` is a list of them.',
        ),
        reference='''
def ask(client, history, text):
    """The answer to `text`, and the history for the next turn."""
    rules = [{"type": "compaction", "compact_threshold": 1200}]
    asked = [*history, {"role": "user", "content": text}]
    response = client.responses.create(**private, context_management=rules, input=asked)
    return response.output_text, newest([*asked, *response.to_dict()["output"]])
''',
    ),
    Exercise(
        id="32-3",
        check=wipe,
        hints=(
            "A loop over `client.conversations.items.list(...)` fetches the further pages by itself.",
            "Make a list of the ids before the first `delete`.",
            "`try` around the one `delete` of an item, with `except openai.NotFoundError`.",
        ),
        reference='''
def wipe(client, conversation_id):
    """Deletes all items, then the conversation. Returns how many items it has deleted."""
    ids = [item.id for item in client.conversations.items.list(conversation_id)]
    deleted = 0
    for item_id in ids:
        try:
            client.conversations.items.delete(item_id, conversation_id=conversation_id)
        except openai.NotFoundError:
            continue
        deleted += 1
    client.conversations.delete(conversation_id)
    return deleted
''',
    ),
]
