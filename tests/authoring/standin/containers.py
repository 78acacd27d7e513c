"""Authored containers and their files: what the API keeps between requests."""

from typing import Any
from urllib.parse import parse_qs

from oaiworkbook.practice.server import Served

from .common import CREATED, answer_json, deleted, headers, identifier, whole_list
from .uploads import uploaded

Json = dict[str, Any]


class Containers:
    """`contents`: of each file by its path, of one that was deleted since, too.

    Record mode sends the changes that a lesson invites after all of its cells have run.
    """

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self._kept: dict[str, Json] = {}
        self._files: dict[str, dict[str, Json]] = {}  # of each container, by path

    def answer(self, served: Served) -> Json | None:
        match (served.asked.method, *served.asked.path.split("/")[2:]):
            case ("POST", "containers"):
                return answer_json(served, self._make(served), 640)
            case ("GET", "containers"):
                return answer_json(served, whole_list(self._named(served.asked.query)), 210)
            case ("GET", "containers", id_) if id_ in self._kept:
                return answer_json(served, self._kept[id_], 120)
            case ("DELETE", "containers", id_) if self._kept.pop(id_, None):
                return answer_json(served, deleted("container", id_), 260)
            case (_, "containers", id_, "files", *rest) if id_ in self._kept:
                return self._of_files(served, id_, rest)
        return None

    def add(self, served: Served, container: str, path: str, content: bytes, source: str) -> Json:
        """A file of the `user` or the `assistant`, in the place of one that has its path."""
        id_ = identifier("cfile_", served, length=32)
        file: Json = {"id": id_, "object": "container.file", "created_at": CREATED}
        file |= {"bytes": len(content), "container_id": container, "path": path, "source": source}
        self._files[container][path], self.contents[path] = file, content
        return file

    def _of_files(self, served: Served, container: str, rest: list[str]) -> Json | None:
        files = self._files[container]
        if rest == [] and served.asked.method == "POST":
            name, content = uploaded(served)
            # Real answers have 32 hex digits before the name of an upload.
            path = f"/mnt/data/{identifier('', served, 'path', 32)}-{name}"
            return answer_json(served, self.add(served, container, path, content, "user"), 920)
        if rest == []:
            return answer_json(served, whole_list(list(files.values())), 230)
        file = next((each for each in files.values() if each["id"] == rest[0]), None)
        if file is None:
            return None
        match (served.asked.method, *rest[1:]):
            case ("GET", "content"):
                head = headers(served, 150, "application/octet-stream")
                return {
                    "status": 200,
                    "headers": head,
                    "ms": 190,
                    "text": self.contents[file["path"]].decode(),
                }
            case ("GET",):
                return answer_json(served, file, 130)
            case ("DELETE",):
                del files[file["path"]]
                return answer_json(served, deleted("container.file", file["id"]), 240)
        return None

    def _make(self, served: Served) -> Json:
        form = served.form
        id_ = identifier("cntr_", served, length=48)
        body: Json = {"id": id_, "object": "container", "created_at": CREATED, "status": "running"}
        body |= {"expires_after": form["expires_after"], "last_active_at": CREATED}
        body |= {"memory_limit": form["memory_limit"], "name": form["name"]}
        self._kept[id_] = body | {"network_policy": {"type": "disabled"}}
        self._files[id_] = {}
        return self._kept[id_]

    def _named(self, query: str) -> list[Json]:
        names = parse_qs(query).get("name")
        return [each for each in self._kept.values() if not names or each["name"] in names]
