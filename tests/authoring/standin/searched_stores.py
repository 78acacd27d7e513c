"""Authored vector stores that cut and search what was uploaded, beside `files.py`.

A store cuts by tokens, as its files' strategy says. It ranks by the cosine of stored vectors: those of
the open model of `embeddings.py`, not of OpenAI's. There is no second ranking and no search by words,
so nothing here says how well OpenAI's own search finds. Of a batch, one file is ready at the first
look and all are at the second. `usage_bytes` is the text of the chunks; what their vectors take is not
documented. What was deleted leaves the lists and still answers: record mode makes a lesson's changes
after the whole lesson has run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from pathlib import PurePath
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import CREATED, _encoding, headers, identifier
from .files import Files

Json = dict[str, Any]
Vector = Callable[[str], Any]
DAY = 86_400
AUTO = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}
COUNTED = ("in_progress", "completed", "failed", "cancelled")
# The guide's list, November 2026.
SUPPORTED = frozenset(
    {".c", ".cpp", ".cs", ".css", ".doc", ".docx", ".go", ".html", ".java", ".js", ".json", ".md"}
    | {".pdf", ".php", ".pptx", ".py", ".rb", ".sh", ".tex", ".ts", ".txt"}
)
COMPARED = {"eq": eq, "ne": ne, "gt": gt, "gte": ge, "lt": lt, "lte": le}


def cut(text: str, size: int, overlap: int) -> list[str]:
    """Chunks of `size` tokens, each beginning with the last `overlap` of the one before."""
    coder = _encoding("cl100k_base")
    ids = coder.encode(text)
    starts = range(0, max(1, len(ids) - overlap), size - overlap)
    return [coder.decode(ids[start : start + size]) for start in starts]


@dataclass
class Attached:
    """A file in a store."""

    id: str
    attributes: Json
    sizes: Json
    status: str = "in_progress"
    chunks: list[str] = field(default_factory=list)


@dataclass
class Store:
    body: Json
    files: dict[str, Attached] = field(default_factory=dict)
    batches: dict[str, list[str]] = field(default_factory=dict)
    deleted: bool = False


class SearchedStores:
    """`rewritten`: what a query becomes where the request asks for it."""

    def __init__(self, files: Files, vector: Vector, rewritten: Mapping[str, str]) -> None:
        self.files, self.vector, self.rewritten = files, vector, rewritten
        self.stores: dict[str, Store] = {}
        self._names: dict[str, str] = {}

    def answer(self, served: Served) -> Json | None:
        path = served.asked.path.split("/")[2:]
        if path[:1] != ["vector_stores"]:
            answer = self.files.answer(served)
            self._names |= {id_: file["filename"] for id_, file in self.files.kept.items()}
            return answer
        if len(path) > 1 and path[1] not in self.stores:
            return None
        store = self.stores[path[1]] if len(path) > 1 else None
        match (served.asked.method, *path[:1], *path[2:]):
            case ("POST", _) if store is None:
                return self._create(served)
            case ("GET", _) if store is None:
                there = [s for s in reversed(self.stores.values()) if not s.deleted]
                return _json(served, _page([_body(each) for each in there]), 540)
            case ("POST", _) if store is not None:
                return self._update(served, store)
            case ("GET", _) if store is not None:
                for file in store.files.values():
                    self._work([file])
                return _json(served, _body(store), 110)
            case ("DELETE", _) if store is not None:
                gone = {"id": path[1], "object": "vector_store.deleted", "deleted": True}
                store.deleted = True
                return _json(served, gone, 700)
            case ("POST", _, "search") if store is not None:
                return _json(served, self._search(served.form, store), 420)
        return self._of_a_file(served, store, path[2:]) if store else None

    def _of_a_file(self, served: Served, store: Store, path: list[str]) -> Json | None:
        match (served.asked.method, *path):
            case ("POST", "files"):
                return self._refused(served, [served.form["file_id"]]) or _json(
                    served, _attached(store, self._attach(store, served.form)), 380
                )
            case ("GET", "files"):
                return _json(served, _listed(store, list(store.files), served.asked.query), 130)
            case ("GET", "files", id_):
                self._work([store.files[id_]])
                return _json(served, _attached(store, store.files[id_]), 110)
            case ("POST", "files", id_):
                store.files[id_].attributes = served.form["attributes"]
                return _json(served, _attached(store, store.files[id_]), 210)
            case ("DELETE", "files", id_):
                del store.files[id_]
                gone = {"id": id_, "object": "vector_store.file.deleted", "deleted": True}
                return _json(served, gone, 240)
            case ("GET", "files", id_, "content"):
                text = self.files.contents[id_].decode()
                body = {"object": "vector_store.file_content.page", "has_more": False}
                body |= {"data": [{"type": "text", "text": text}], "next_page": None}
                return _json(served, body, 160)
            case ("POST", "file_batches"):
                return self._batch(served, store)
            case ("GET", "file_batches", id_):
                self._work([store.files[file] for file in store.batches[id_]])
                return _json(served, _counted_batch(store, id_), 120)
            case ("GET", "file_batches", id_, "files"):
                return _json(served, _listed(store, store.batches[id_], served.asked.query), 140)
        return None

    def _create(self, served: Served) -> Json:
        form, id_ = served.form, identifier("vs_", served, length=32)
        body = {"id": id_, "object": "vector_store", "created_at": CREATED}
        body |= {"name": form.get("name"), "description": form.get("description")}
        body |= {"metadata": form.get("metadata") or {}} | _expiry(form.get("expires_after"))
        self.stores[id_] = Store(body)
        for file in form.get("file_ids") or []:
            self._attach(self.stores[id_], {"file_id": file} | _strategy(form))
        return _json(served, _body(self.stores[id_]), 350)

    def _update(self, served: Served, store: Store) -> Json:
        given = dict(served.form)
        if "expires_after" in given:
            given |= _expiry(given["expires_after"])
        store.body |= given
        return _json(served, _body(store), 210)

    def _batch(self, served: Served, store: Store) -> Json:
        form = served.form
        listed = form.get("files") or [
            {"file_id": id_, "attributes": form.get("attributes")} | _strategy(form)
            for id_ in form["file_ids"]
        ]
        refused = self._refused(served, [each["file_id"] for each in listed])
        if refused:
            return refused
        id_ = identifier("vsfb_ibj_", served, length=32)
        store.batches[id_] = [self._attach(store, each).id for each in listed]
        return _json(served, _counted_batch(store, id_), 460)

    def _refused(self, served: Served, ids: list[str]) -> Json | None:
        """A name with another ending, as reported in 2025 and September 2026."""
        ends = sorted({PurePath(self._names[id_]).suffix for id_ in ids} - SUPPORTED)
        if not ends:
            return None
        return error_answer(
            400,
            f"Files with extensions [{', '.join(ends)}] are not supported for retrieval. See "
            "https://platform.openai.com/docs/assistants/tools/file-search/supported-files",
            type="invalid_request_error",
            code="unsupported_file",
            param="file_ids",
            headers=headers(served, 190),
        )

    def _attach(self, store: Store, asked: Json) -> Attached:
        sizes = (asked.get("chunking_strategy") or {}).get("static") or AUTO
        file = Attached(asked["file_id"], asked.get("attributes") or {}, sizes)
        store.files[file.id] = file
        return file

    def _work(self, files: list[Attached]) -> None:
        """One look: of several files, one is done first, then the others."""
        waiting = [file for file in files if file.status == "in_progress"]
        for file in waiting[: 1 if len(waiting) == len(files) > 1 else None]:
            content = self.files.contents[file.id]
            try:
                text = content.decode()
            except UnicodeDecodeError:
                file.status = "failed"
                continue
            file.status = "completed"
            sizes = file.sizes
            file.chunks = cut(text, sizes["max_chunk_size_tokens"], sizes["chunk_overlap_tokens"])

    def found(self, store: Store, query: str, form: Json) -> Iterator[tuple[float, Attached, str]]:
        """Score, file and text of each chunk, the best first."""
        asked = self.vector(query)
        chunks = [
            (round(max(0.0, float(self.vector(chunk) @ asked)), 4), file, chunk)
            for file in store.files.values()
            if form.get("filters") is None or fits(form["filters"], file.attributes)
            for chunk in file.chunks
        ]
        least = (form.get("ranking_options") or {}).get("score_threshold", 0)
        best = sorted(chunks, key=lambda each: -each[0])[: form.get("max_num_results", 10)]
        return (each for each in best if each[0] >= least)

    def name(self, file: Attached) -> str:
        return self._names[file.id]

    def _search(self, form: Json, store: Store) -> Json:
        query = self.rewritten[form["query"]] if form.get("rewrite_query") else form["query"]
        data = []
        for score, file, chunk in self.found(store, query, form):
            result: Json = {"file_id": file.id, "filename": self.name(file), "score": score}
            result |= {"attributes": file.attributes}
            data.append(result | {"content": [{"type": "text", "text": chunk}]})
        page = {"object": "vector_store.search_results.page", "search_query": [query]}
        return page | {"data": data, "has_more": False, "next_page": None}


def fits(rule: Json, attributes: Json) -> bool:
    """Whether a file's attributes pass a filter. One that lacks the attribute does not."""
    if rule["type"] in ("and", "or"):
        parts = [fits(part, attributes) for part in rule["filters"]]
        return all(parts) if rule["type"] == "and" else any(parts)
    if rule["key"] not in attributes:
        return False
    given, wanted = attributes[rule["key"]], rule["value"]
    if rule["type"] in ("in", "nin"):
        return bool((given in wanted) == (rule["type"] == "in"))
    return bool(COMPARED[rule["type"]](given, wanted))


def _strategy(form: Json) -> Json:
    return {"chunking_strategy": form.get("chunking_strategy")}


def _expiry(rule: Json | None) -> Json:
    return {
        "expires_after": rule,
        "expires_at": CREATED + rule["days"] * DAY if rule else None,
        "last_active_at": CREATED,
    }


def _counts(files: list[Attached]) -> Json:
    found = {name: sum(file.status == name for file in files) for name in COUNTED}
    return found | {"total": len(files)}


def _bytes(file: Attached) -> int:
    return sum(len(chunk.encode()) for chunk in file.chunks)


def _body(store: Store) -> Json:
    files = list(store.files.values())
    counts = _counts(files)
    body = store.body | {"usage_bytes": sum(map(_bytes, files)), "file_counts": counts}
    body["status"] = "in_progress" if counts["in_progress"] else "completed"
    order = [*("id", "object", "created_at", "name", "description", "usage_bytes", "file_counts")]
    order += ["status", "expires_after", "expires_at", "last_active_at", "metadata"]
    return {name: body[name] for name in order}


def _counted_batch(store: Store, id_: str) -> Json:
    counts = _counts([store.files[file] for file in store.batches[id_]])
    body = {"id": id_, "object": "vector_store.file_batch", "created_at": CREATED}
    body |= {"status": "in_progress" if counts["in_progress"] else "completed"}
    return body | {"vector_store_id": store.body["id"], "file_counts": counts}


def _attached(store: Store, file: Attached) -> Json:
    wrong = {"code": "unsupported_file", "message": "The file type is not supported."}
    return {
        "id": file.id,
        "object": "vector_store.file",
        "usage_bytes": _bytes(file),
        "created_at": CREATED,
        "vector_store_id": store.body["id"],
        "status": file.status,
        "last_error": wrong if file.status == "failed" else None,
        "chunking_strategy": {"type": "static", "static": file.sizes},
        "attributes": file.attributes,
    }


def _listed(store: Store, ids: list[str], query: str) -> Json:
    wanted = dict(part.split("=") for part in query.split("&") if part).get("filter")
    files = [store.files[id_] for id_ in ids]
    return _page([_attached(store, each) for each in files if wanted in (None, each.status)])


def _page(data: list[Json]) -> Json:
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
    empty = {"first_id": None, "last_id": None}
    return {"object": "list", "data": data} | (ends or empty) | {"has_more": False}


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}
