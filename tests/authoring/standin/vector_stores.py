"""Authored files and vector stores: what the API keeps between requests.

A file is `in_progress` at the first look and `completed` at the second. A search finds the whole
file: it suits files that are shorter than a chunk.
"""

from typing import Any

from oaiworkbook.practice.server import Served

from .common import CREATED, headers, identifier, letters

Json = dict[str, Any]
DAY = 86_400
SCORE = 0.6127  # as likely as any; no search was made


class VectorStores:
    def __init__(self, texts: dict[str, str]) -> None:
        """`texts`: what each file holds, by its name."""
        self.texts = texts
        self.files: dict[str, tuple[str, int]] = {}
        self.stores: dict[str, list[str]] = {}
        self.polls: dict[str, int] = {}

    def answer(self, served: Served) -> Json | None:
        match (served.asked.method, *served.asked.path.split("/")[2:]):
            case ("POST", "files"):
                return self._upload(served)
            case ("POST", "vector_stores"):
                return self._store(served)
            case ("POST", "vector_stores", id_, "files"):
                file = str(served.form["file_id"])
                self.stores[id_] = [file]
                return _json(served, self._attached(id_, file, "in_progress"), 380)
            case ("GET", "vector_stores", id_, "files", file):
                self.polls[id_] = self.polls.get(id_, 0) + 1
                status = "in_progress" if self.polls[id_] == 1 else "completed"
                return _json(served, self._attached(id_, file, status), 110)
            case ("GET", "vector_stores", id_, "files"):
                files = [self._attached(id_, file, "completed") for file in self.stores[id_]]
                ends = {"first_id": files[0]["id"], "last_id": files[-1]["id"]}
                page = {"object": "list", "data": files, **ends, "has_more": False}
                return _json(served, page, 130)
            case ("DELETE", "vector_stores", id_, "files", file):
                kind = "vector_store.file.deleted"
                return _json(served, {"id": file, "object": kind, "deleted": True}, 240)
            case ("POST", "vector_stores", id_, "search"):
                return _json(served, self._search(served, id_), 420)
            case ("DELETE", "vector_stores", id_):
                gone = {"id": id_, "object": "vector_store.deleted", "deleted": True}
                return _json(served, gone, 260)
            case ("DELETE", "files", id_):
                return _json(served, {"object": "file", "id": id_, "deleted": True}, 190)
        return None

    def file_of(self, store: str) -> tuple[str, str]:
        """Id and name of the file in a store."""
        file = self.stores[store][0]
        return file, self.files[file][0]

    def _upload(self, served: Served) -> Json:
        part = next(part for part in served.asked.body if "filename" in part)
        id_ = f"file-{letters(served, 'file', 22)}"
        self.files[id_] = (part["filename"], part["bytes"])
        file: Json = {"object": "file", "id": id_, "purpose": "assistants"}
        file |= {"filename": part["filename"], "bytes": part["bytes"], "created_at": CREATED}
        file |= {"expires_at": None, "status": "processed", "status_details": None}
        return _json(served, file, 480)

    def _store(self, served: Served) -> Json:
        expires = served.form.get("expires_after")
        store = {
            "id": identifier("vs_", served, length=32),
            "object": "vector_store",
            "created_at": CREATED,
            "name": served.form["name"],
            "description": None,
            "usage_bytes": 0,
            "file_counts": dict.fromkeys(
                ("in_progress", "completed", "failed", "cancelled", "total"), 0
            ),
            "status": "completed",
            "expires_after": expires,
            "expires_at": CREATED + expires["days"] * DAY if expires else None,
            "last_active_at": CREATED,
            "metadata": {},
        }
        return _json(served, store, 350)

    def _attached(self, store: str, file: str, status: str) -> Json:
        sizes = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}
        return {
            "id": file,
            "object": "vector_store.file",
            "usage_bytes": self.files[file][1] if status == "completed" else 0,
            "created_at": CREATED,
            "vector_store_id": store,
            "status": status,
            "last_error": None,
            "chunking_strategy": {"type": "static", "static": sizes},
            "attributes": {},
        }

    def _search(self, served: Served, store: str) -> Json:
        file, name = self.file_of(store)
        found: Json = {"file_id": file, "filename": name, "score": SCORE, "attributes": {}}
        found["content"] = [{"type": "text", "text": self.texts[name]}]
        page = {"object": "vector_store.search_results.page", "search_query": served.form["query"]}
        return page | {"data": [found], "has_more": False, "next_page": None}


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}
