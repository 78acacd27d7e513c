"""Authored files and uploads: what the API keeps between requests, and what it says of it.

Fields and their order are those of recorded exchanges of 2025 and 2026. An upload has no `file`
before it is complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oaiworkbook.practice.server import Served

from .common import CREATED, headers, identifier, letters
from .uploads import uploaded

Json = dict[str, Any]
HOUR = 3_600


@dataclass
class Upload:
    """One that is still going on: what was announced, and the parts so far by their ids."""

    asked: Json
    parts: dict[str, bytes]


class Files:
    """`contents`: of each file by its id, for a lesson whose answers depend on it."""

    def __init__(self) -> None:
        self.kept: dict[str, Json] = {}
        self.contents: dict[str, bytes] = {}
        self._uploads: dict[str, Upload] = {}

    def answer(self, served: Served) -> Json | None:
        match (served.asked.method, *served.asked.path.split("/")[2:]):
            case ("POST", "files"):
                name, content = uploaded(served)
                seconds = served.form.get("expires_after[seconds]")
                life = int(seconds) if seconds else None
                return _json(served, self._keep(served, name, content, life), 450)
            case ("GET", "files"):
                return _json(served, self._listed(served.asked.query), 330)
            case ("GET", "files", id_) if id_ in self.kept:
                return _json(served, self.kept[id_], 85)
            case ("DELETE", "files", id_) if self.kept.pop(id_, None):
                return _json(served, {"object": "file", "deleted": True, "id": id_}, 350)
            case ("POST", "uploads"):
                return _json(served, self._begin(served), 270)
            case ("POST", "uploads", id_, "parts") if id_ in self._uploads:
                part = identifier("part_", served, length=32)
                self._uploads[id_].parts[part] = uploaded(served)[1]
                body = {"id": part, "object": "upload.part", "created_at": CREATED}
                return _json(served, body | {"upload_id": id_}, 490)
            case ("POST", "uploads", id_, "complete") if id_ in self._uploads:
                return _json(served, self._complete(served, id_), 780)
            case ("POST", "uploads", id_, "cancel") if upload := self._uploads.pop(id_, None):
                return _json(served, _upload(id_, upload.asked, "cancelled"), 160)
        return None

    def _keep(self, served: Served, name: str, content: bytes, life: int | None) -> Json:
        id_ = f"file-{letters(served, 'file', 22)}"
        file: Json = {"object": "file", "id": id_, "purpose": served.form.get("purpose")}
        file |= {"filename": name, "bytes": len(content), "created_at": CREATED}
        file |= {"expires_at": CREATED + life if life else None}
        file |= {"status": "processed", "status_details": None}
        self.kept[id_], self.contents[id_] = file, content
        return file

    def _listed(self, query: str) -> Json:
        purpose = dict(part.split("=") for part in query.split("&") if part).get("purpose")
        newest = reversed(self.kept.values())
        found = [file for file in newest if purpose in (None, file["purpose"])]
        ids = [file["id"] for file in found]
        ends = {"first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}
        return {"object": "list", "data": found, "has_more": False, **ends}

    def _begin(self, served: Served) -> Json:
        id_ = identifier("upload_", served, length=32)
        self._uploads[id_] = Upload(served.form, {})
        return _upload(id_, served.form, "pending")

    def _complete(self, served: Served, id_: str) -> Json:
        upload = self._uploads[id_]
        content = b"".join(upload.parts[part] for part in served.form["part_ids"])
        if len(content) != upload.asked["bytes"]:
            raise ValueError(f"{id_}: {len(content)} bytes came; nobody has written this error")
        life = (upload.asked.get("expires_after") or {}).get("seconds")
        file = self._keep(served, upload.asked["filename"], content, life)
        file["purpose"] = upload.asked["purpose"]
        return _upload(id_, upload.asked, "completed") | {"file": file}


def _upload(id_: str, asked: Mapping[str, Any], status: str) -> Json:
    return {
        "id": id_,
        "object": "upload",
        "bytes": asked["bytes"],
        "created_at": CREATED,
        "filename": asked["filename"],
        "purpose": asked["purpose"],
        "status": status,
        "expires_at": CREATED + HOUR,
    }


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}
