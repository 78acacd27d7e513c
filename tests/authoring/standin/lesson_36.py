"""Authored answers of lesson 36, Vector stores: a cooperative's papers, kept and searched at OpenAI.

What a search finds is measured with an open model's vectors (`searched_stores.py`, `embeddings.py`)
and was not chosen. What the model says, what it searches for and how a query is rewritten is written
here.
"""

from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any

from oaiworkbook.practice.server import Served

from . import NotAuthored
from .common import identifier
from .embeddings import Vectors, embeddings
from .files import Files
from .hosted import respond_hosted
from .make_court_texts import BEFORE, GUESTS, NOW, QUERY, REWRITTEN
from .responses import message_item, respond
from .searched_stores import SearchedStores

Json = dict[str, Any]
VECTORS = [Vectors("36"), Vectors("16")]


@lru_cache(maxsize=256)
def vector(text: str) -> Any:
    for vectors in VECTORS:
        try:
            return vectors.vector(text, 1_536, 1_536).astype("float64")
        except NotAuthored:
            continue
    raise NotAuthored(f"No vector for {text[:80]!r}")


class Court:
    def __init__(self) -> None:
        self.stores = SearchedStores(Files(), vector, REWRITTEN)
        self.lock = Lock()

    def answer(self, served: Served) -> Json | None:
        with self.lock:
            match served.asked.path:
                case "/v1/embeddings":
                    return embeddings(served, VECTORS[1])
                case "/v1/responses":
                    return self._respond(served)
            return self.stores.answer(served)

    def _respond(self, served: Served) -> Json | None:
        asked = str(served.form["input"])
        if not asked.endswith(GUESTS):
            return None
        if not served.form.get("tools"):
            return respond(served, "18 euros.", ms=700)
        [tool] = served.form["tools"]
        store = self.stores.stores[tool["vector_store_ids"][0]]
        found = list(self.stores.found(store, QUERY, tool))
        results = [
            {"attributes": file.attributes, "file_id": file.id, "filename": self.stores.name(file)}
            | {"score": score, "text": text}
            for score, file, text in found
        ]
        call: Json = {"id": identifier("fs_", served), "type": "file_search_call"}
        call |= {"status": "completed", "queries": [QUERY]}
        call["results"] = results if served.form.get("include") else None
        text, cited = _said([(file.id, self.stores.name(file), chunk) for _, file, chunk in found])
        message = message_item(served, text, annotations=cited)
        read = "\n".join(chunk for _, _, chunk in found)
        return respond_hosted(served, [call, message], read=read, written=QUERY, tokens=0, ms=1500)


def _said(found: list[tuple[str, str, str]]) -> tuple[str, list[Json]]:
    """What the chunks say of the price, and which files that is from."""
    said, notes = "", []
    for price, words in ((NOW, "18 euros"), (BEFORE, "15 euros")):
        source = next((each for each in found if price in each[2]), None)
        if source is None:
            continue
        said += f", or {words} in another handbook" if said else f"A night costs {words}"
        note = {"type": "file_citation", "file_id": source[0], "filename": source[1]}
        notes.append(note | {"index": len(said)})
    return (f"{said}." if said else "The papers do not say."), notes


def start() -> Callable[[Served], Json | None]:
    return Court().answer
