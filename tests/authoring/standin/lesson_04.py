"""Authored answers of lesson 04, Conversation state: a bicycle helpline that remembers the bike.

It keeps what the API keeps: responses with their chain, and conversations with their items.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import CREATED, count_messages, headers, identifier, seed
from .responses import input_texts, respond

Json = dict[str, Any]
REPLIES = {
    "My bike is": (
        "A chain that slips under load is usually worn, and so may be the sprockets. Measure the chain "
        "first: a wear gauge costs little, and it decides what comes next."
    ),
    "How do I measure": (
        "Hook one end of the gauge between two links and let the other end drop. If it falls in at 0.75, "
        "the chain is worn. Measure in three places and take the worst."
    ),
    "The gauge says": (
        "Past 0.75 a new chain is due, and at 1.0 the sprockets have usually worn with it. Replace the "
        "chain, then test whether the new one slips on your most used gears."
    ),
    "Which chain": (
        "Your tourer has seven gears at the back, so take a chain for six, seven or eight speeds. Cut it to "
        "the number of links of the old one."
    ),
    "Do I need": (
        "Probably. If the new chain jumps on the small sprockets, they are worn. On a bike from 1994 they "
        "may well sit on a screwed freewheel, which is replaced as a whole."
    ),
    "Which tool": (
        "A freewheel remover with the same notches as your freewheel, and a large spanner. Hold the tool in "
        "place with the axle nut and turn against the direction of travel."
    ),
    "The front brake": (
        "Squealing often stops when the pads meet the rim with their front edge first. Clean the rim, loosen "
        "each pad, turn it in by about a millimetre and tighten it again."
    ),
    "How thick": (
        "Replace them at the wear line. If there is none, go by the grooves: once they are gone, or less "
        "than two millimetres of rubber is left, the pads are done."
    ),
    "How long": (
        "About an hour with the tools at hand: a quarter for the chain, half an hour for the freewheel if it "
        "comes off willingly, and the rest for the pads."
    ),
    "List the parts": (
        "One chain for seven speeds, one freewheel with seven sprockets, one freewheel remover to fit, one "
        "pair of brake pads for the front."
    ),
    "How old": "From 1994, as you told me.",
}
# What can be said when the question is all there is.
UNKNOWN = "That depends on the bike. How many gears does it have at the back, and how old is it?"
LATE = "A chain, a freewheel and brake pads, going by the times above. Which ones we chose, I cannot see."


class Helpline:
    """What the API keeps between requests. An item is the dict that was sent or answered."""

    def __init__(self) -> None:
        self.chains: dict[str, list[Json]] = {}
        self.conversations: dict[str, Json] = {}
        self.items: dict[str, list[Json]] = {}
        self.lock = Lock()

    def answer(self, served: Served) -> Json | None:
        with self.lock:
            match (served.asked.method, *served.asked.path.split("/")[2:]):
                case ("POST", "responses"):
                    return self._respond(served)
                case ("POST", "responses", "input_tokens"):
                    return self._counted(served)
                case ("POST", "conversations"):
                    return self._create(served)
                case ("GET", "conversations", id_, "items") if id_ in self.items:
                    return self._listed(served, self.items[id_])
                case ("GET", "conversations", id_, "items", name) if id_ in self.items:
                    [item] = [each for each in self.items[id_] if each["id"] == name]
                    return _json(served, item, 100)
                case ("GET", "conversations", id_) if id_ in self.conversations:
                    return _json(served, self.conversations[id_], 100)
                case ("POST", "conversations", id_) if id_ in self.conversations:
                    known = self.conversations[id_] | {"metadata": served.form["metadata"]}
                    self.conversations[id_] = known
                    return _json(served, known, 140)
        return None

    def _respond(self, served: Served) -> Json | None:
        form = served.form
        items = self._context(form)
        if items is None:
            return _not_found(served)
        reply = _reply(items, bool(form.get("instructions")))
        if reply is None:
            return None
        given = respond(served, reply, input_tokens=self._tokens(form, items), ms=560)
        body = given["json"]
        if name := form.get("conversation"):
            body["conversation"] = {"id": name}
            self.items[name] = [*_named(served, items), *body["output"]]
        if form.get("store", True):
            self.chains[body["id"]] = [*items, *body["output"]]
        return given

    def _context(self, form: Json) -> list[Json] | None:
        """All items that the model is shown; None where the chain is not there."""
        asked = form["input"]
        new = [{"role": "user", "content": asked}] if isinstance(asked, str) else list(asked)
        if before := form.get("previous_response_id"):
            return [*self.chains[before], *new] if before in self.chains else None
        return [*self.items.get(form.get("conversation") or "", []), *new]

    def _tokens(self, form: Json, items: Sequence[Json]) -> int:
        asked = {"instructions": form.get("instructions"), "input": list(items)}
        return count_messages(input_texts(asked))

    def _counted(self, served: Served) -> Json:
        items = self._context(served.form)
        if items is None:
            return _not_found(served)
        tokens = self._tokens(served.form, items)
        return _json(served, {"object": "response.input_tokens", "input_tokens": tokens}, 120)

    def _create(self, served: Served) -> Json:
        body: Json = {
            "id": "conv_" + seed(served, "conv")[:48],
            "object": "conversation",
            "created_at": CREATED,
            "metadata": served.form.get("metadata") or {},
        }
        self.conversations[body["id"]] = body
        self.items[body["id"]] = []  # the same request made again starts from nothing
        return _json(served, body, 140)

    def _listed(self, served: Served, items: list[Json]) -> Json:
        if "order=asc" not in served.asked.query:
            items = items[::-1]
        body = {"object": "list", "data": items, "has_more": False}
        body |= {"first_id": items[0]["id"], "last_id": items[-1]["id"]}
        return _json(served, body, 110)


def start() -> Callable[[Served], Json | None]:
    return Helpline().answer


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}


def _not_found(served: Served) -> Json:
    return error_answer(
        400,
        f"Previous response with id '{served.form['previous_response_id']}' not found.",
        type="invalid_request_error",
        code="previous_response_not_found",
        param="previous_response_id",
        headers=headers(served, 20),
    )


def _text(item: Json) -> str:
    content = item.get("content") or ""
    return content if isinstance(content, str) else "".join(p.get("text", "") for p in content)


def _reply(items: Sequence[Json], instructed: bool) -> str | None:
    asked = _text(items[-1])
    found = next((text for start, text in REPLIES.items() if asked.startswith(start)), None)
    known = " ".join(_text(item) for item in items)
    if found and "tourer" not in known:
        found = UNKNOWN
    if found and asked.startswith("List the parts") and "gauge" not in known:
        found = LATE
    if found and not instructed:
        found += " Tell me more about how you ride, and I can say more about what wears and when."
    return found


def _named(served: Served, items: Sequence[Json]) -> list[Json]:
    """Messages as the API lists them: with id, type and parts."""
    return [
        item
        if "id" in item
        else {
            "id": identifier("msg_", served, f"in{number}"),
            "type": "message",
            "status": "completed",
            "content": [{"type": "input_text", "text": _text(item)}],
            "role": item["role"],
        }
        for number, item in enumerate(items)
    ]
