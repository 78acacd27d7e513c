"""Authored answers of lesson 32, Long talks, and keeping nothing: a debt advice line.

It keeps what the API keeps: stored responses and Chat completions, conversations, the prompt cache. What is
encrypted it can read again. How much a compaction writes, and how much it is read as, is fitted to the four
real answers that we have seen, all of short talks.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import CREATED, count, headers, identifier, rate_limit_headers, seed
from .prompt_cache import PromptCache, boundaries
from .responses import compaction_item, input_texts, message_item, respond
from .stored_chats import StoredChats

Json = dict[str, Any]
# The beginning of what is asked -> reasoning tokens where the request asks for any, and what is said.
REPLIES: dict[str, tuple[int, str]] = {
    "I have 1,640": (
        118,
        "After rent, food and power 445 a month are left. Keep 45 of it for repairs, and offer 400 to the "
        "two together: they are owed 3,300 in all.",
    ),
    "How many months": (
        74,
        "Nine months: with 400 a month, eight are full and the ninth is the last 100.",
    ),
    "My name is": (
        0,
        "You can speak freely here. Do not send the original letters to anybody, and bring copies of all of "
        "them when you come.",
    ),
    "Here is my month": (
        0,
        "Thank you for opening all of them; that is the hardest part. You have 1,840 a month, and what comes "
        "every month is 1,480. You owe seven sums, 4,795 in all. First comes what could hurt you most: your "
        "home and your power. Then comes the rest.",
    ),
    "What is left": (
        0,
        "By your figures 360 are left: 1,840 less 1,480. Put 60 of them aside each month for shoes and for "
        "whatever breaks, so that a broken kettle does not end the plan. That leaves 300 a month for what you "
        "owe.",
    ),
    "Whom do I pay": (
        0,
        "Not the loudest, but the one who can hurt you most. That is the power company: 310, and it has "
        "written twice. One month's 300 nearly pays it. The bank's calls are unpleasant, but a call does not "
        "switch off your heating.",
    ),
    "The power company wants the": (
        0,
        "Yes, offer it in writing: 155 on the 1st, and 155 a month later. Say what you earn and what you can "
        "pay, and keep a copy. Many prefer two payments to a dispute, but they are free to refuse.",
    ),
    "And the shop": (
        0,
        "Ask for the contract first, because it says whose the bed is until it is paid. Do not hand it over at "
        "the door. Offer the old rate of 75 again, from the third month on, and ask them to drop the 260.",
    ),
    "The collection office": (
        0,
        "I cannot judge that by telephone: it depends on their contract and on the law where you live. Ask for "
        "each part of the 260 in writing, and pay nothing of it until one of our lawyers has read the answer.",
    ),
    "Then the phone": (
        0,
        "Whoever signed is asked first, so it stays with you for now. Cancel the contract in writing today, so "
        "that it stops growing. The 185 go to the end of the plan, and you can ask him for them later, with "
        "the bill in your hand.",
    ),
    "My sister": (
        0,
        "I understand that, and she is the one who will wait. Tell her the plan and a month. Somebody who knows "
        "when the money comes can bear it better than silence. In your plan she gets 50 a month from the fourth "
        "month on.",
    ),
    "The bank again": (
        0,
        "It sounds easy because the hard part comes later. It is more than you owe, and it costs interest for "
        "years. Do not sign it this month. Bring the offer with you, and we will read it together.",
    ),
    "I have written": (
        0,
        "Month one: 155 to the power company, 145 to the dentist. Month two: 155 to the power company, 95 to the "
        "dentist, 50 to the bank. Month three: 75 to the shop with the bed, 225 to the bank.",
    ),
    "And if my hours": (
        0,
        "Then 150 of the 300 are left. Keep the power and the bed, and tell the bank before the month begins, not "
        "after it. A plan that is changed in time is still a plan. Call us when you have the letter about your "
        "hours.",
    ),
    "Shall I tell": (
        0,
        "Tell him a little, in your own words: that some bills are late, that you have a plan, and that it is not "
        "his to solve. Children worry more about a bell that nobody answers than about a plan.",
    ),
    "And the letters": (
        0,
        "One pile for each of the seven, newest on top, and only the newest is answered. Power first, then the "
        "collection office, then the bank. Three short letters fit into one evening; the others can wait a week.",
    ),
    "One last question": (
        0,
        "Your rent is 720, and 360 of your 1,840 are left when all that comes every month is paid. 60 of them "
        "are for shoes and repairs. You have a plan now; sleep well.",
    ),
}
PASS_OVERHEAD = 96  # tokens that a compaction reads beside the talk; two real ones read 94 and 105
READ_OVERHEAD = (
    70  # tokens that a compaction item is read as beside what was written, in a real request
)


class Office:
    """What the API keeps between requests. An item is the dict that was sent or answered."""

    def __init__(self) -> None:
        self.cache = PromptCache()
        self.chats = StoredChats()
        self.hidden: dict[str, int] = {}  # encrypted content -> tokens that it is read as
        self.automatic: set[str] = set()  # encrypted contents that stand for all before them
        self.stored: dict[str, list[Json]] = {}  # response -> its input items
        self.conversations: dict[str, Json] = {}
        self.items: dict[str, list[Json]] = {}
        self.lock = Lock()

    def answer(self, served: Served) -> Json | None:
        with self.lock:
            match (served.asked.method, *served.asked.path.split("/")[2:]):
                case ("POST", "responses"):
                    return self._respond(served)
                case ("POST", "responses", "compact"):
                    return self._compact(served)
                case ("POST", "responses", "input_tokens"):
                    tokens = boundaries(self._shown(served.form))[0]
                    body = {"object": "response.input_tokens", "input_tokens": tokens}
                    return _json(served, body, 120)
                case ("GET", "responses", id_, "input_items") if id_ in self.stored:
                    return _json(served, _page(self.stored[id_]), 110)
                case ("GET", "responses", id_):
                    return _not_found(served, f"Response with id '{id_}' not found.")
                case ("DELETE", "responses", id_):
                    del self.stored[id_]
                    gone = {"id": id_, "object": "response.deleted", "deleted": True}
                    return _json(served, gone, 210)
                case ("POST", "chat", "completions"):
                    found = _reply(served.form["messages"])
                    return found and self.chats.create(served, found[1], ms=620)
                case (_, "chat", "completions", *rest):
                    return self.chats.answer(served, rest)
                case (method, "conversations", *rest):
                    return self._converse(served, method, rest)
        return None

    def _respond(self, served: Served) -> Json | None:
        form, items = served.form, _items(served.form)
        for item in items:
            if item.get("type") == "reasoning" and not item.get("encrypted_content"):
                return _not_found(
                    served,
                    f"Item with id '{item['id']}' not found. Items are not persisted when `store` is set to "
                    "false. Try again with `store` set to true, or remove this item from your input.",
                    "input",
                )
        found = _reply(items)
        if found is None:
            return None
        thought, text = found if _effort(form) != "none" else (0, found[1])
        shown = self._shown(form)
        counted = self.cache.counted(shown)
        output, written = [message_item(served, text)], 0
        used = counted.input_tokens + _said(text) + thought
        if used > _threshold(form):
            written = _written(used)
            item = self._sealed(compaction_item(served, written), written + READ_OVERHEAD)
            self.automatic.add(item["encrypted_content"])
            output.append(item)
        given = respond(
            served,
            items=output,
            reasoning_tokens=thought,
            input_tokens=counted.input_tokens,
            output_tokens=thought + _said(text) + written,
            cached_tokens=counted.read,
            cache_write_tokens=counted.written,
            ms=560 + 6 * (thought + written),
        )
        body = given["json"]
        for item in body["output"]:
            if item["type"] == "reasoning":
                self._sealed(item, thought)
        if form.get("store", True):
            self.stored[body["id"]] = _named(served, items)
        return given

    def _compact(self, served: Served) -> Json:
        """The users' messages, and an item for all of the talk."""
        read = boundaries(self._shown(served.form))[0] + PASS_OVERHEAD
        written = _written(read)
        item = self._sealed(compaction_item(served, written), written + READ_OVERHEAD)
        users = [each for each in _items(served.form) if each.get("role") == "user"]
        usage: Json = {
            "input_tokens": read,
            "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": read + written,
        }
        body = {
            "id": identifier("resp_", served),
            "object": "response.compaction",
            "created_at": CREATED,
            "output": [*_named(served, users), item],
            "usage": usage,
        }
        given = _json(served, body, 1400)
        given["headers"] |= rate_limit_headers(usage["total_tokens"])
        return given

    def _converse(self, served: Served, method: str, rest: list[str]) -> Json | None:
        match (method, *rest):
            case ("POST",):
                body: Json = {
                    "id": "conv_" + seed(served, "conv")[:48],
                    "object": "conversation",
                    "created_at": CREATED,
                    "metadata": served.form.get("metadata") or {},
                }
                self.conversations[body["id"]] = body
                self.items[body["id"]] = []  # the same request made again starts from nothing
                return _json(served, body, 140)
            case ("POST", id_, "items"):
                added = _named(served, served.form["items"])
                self.items[id_] += added
                return _json(served, _page(added), 150)
            case ("GET", id_, "items"):
                return _json(served, _page(self.items[id_][::-1]), 110)
            case ("DELETE", id_, "items", item):
                self.items[id_] = [each for each in self.items[id_] if each["id"] != item]
                return _json(served, self.conversations[id_], 130)
            case ("DELETE", id_):
                gone = {"id": id_, "object": "conversation.deleted", "deleted": True}
                return _json(served, gone, 130)
        return None

    def _sealed(self, item: Json, tokens: int) -> Json:
        self.hidden[item["encrypted_content"]] = tokens
        return item

    def _shown(self, form: Json) -> Json:
        """The request as the model is shown it: nothing encrypted, nothing before what stands for it."""
        items = _items(form)
        current = (form.get("reasoning") or {}).get("context") == "current_turn"
        asked = max(n for n, item in enumerate(items) if item.get("role") == "user")
        messages: list[Json] = []
        for number, item in enumerate(items):
            kind = item.get("type", "message")
            if kind == "message":
                [(role, text)] = input_texts({"input": [item]})
                messages.append({"role": role, "content": text})
                continue
            sealed = item["encrypted_content"]
            if sealed in self.automatic:
                messages.clear()
            if kind == "compaction" or not (current and number < asked):
                messages.append({"role": kind, "content": " a" * self.hidden[sealed]})
        return form | {"input": messages}


def start() -> Callable[[Served], Json | None]:
    return Office().answer


def _items(form: Json) -> list[Json]:
    asked = form["input"]
    return [{"role": "user", "content": asked}] if isinstance(asked, str) else list(asked)


def _reply(items: Sequence[Json]) -> tuple[int, str] | None:
    [(_, asked)] = input_texts({"input": [items[-1]]})
    return next((found for start, found in REPLIES.items() if asked.startswith(start)), None)


def _effort(form: Json) -> str:
    effort: str = (form.get("reasoning") or {}).get("effort", "medium")
    return effort


def _threshold(form: Json) -> float:
    rules = form.get("context_management") or [{}]
    return float(rules[0].get("compact_threshold", "inf"))


def _said(text: str) -> int:
    return count(text) + 4  # as `respond` counts it


def _written(read: int) -> int:
    """Tokens of a compaction: four real ones of 62 to 1,240 tokens wrote 190 to 890."""
    return 150 + 2 * read // 5


def _named(served: Served, items: Sequence[Json]) -> list[Json]:
    """Messages as the API lists them: with id, type and parts."""
    named = []
    for number, item in enumerate(items):
        [(role, text)] = input_texts({"input": [item]})
        message = {"id": identifier("msg_", served, f"in{number}"), "type": "message"}
        message |= {"status": "completed"}
        part = {"type": "input_text", "text": text}
        named.append(message | {"content": [part], "role": role})
    return named


def _page(items: Sequence[Json]) -> Json:
    body: Json = {"object": "list", "data": list(items)}
    body |= {"first_id": items[0]["id"] if items else None, "has_more": False}
    return body | {"last_id": items[-1]["id"] if items else None}


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}


def _not_found(served: Served, message: str, param: str | None = None) -> Json:
    kind = "invalid_request_error"
    return error_answer(404, message, type=kind, param=param, headers=headers(served, 20))
