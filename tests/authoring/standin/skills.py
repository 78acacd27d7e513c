"""Authored skills and their versions: what the API keeps between requests."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from zipfile import ZipFile

from oaiworkbook.practice.server import Served

from . import ASSETS
from .common import CREATED, answer_json, deleted, headers, identifier, whole_list
from .uploads import uploaded

Json = dict[str, Any]


@dataclass
class Skill:
    """`texts`: the SKILL.md of each version. A number is never given again."""

    id: str
    default: str = "1"
    versions: dict[str, Json] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, version: str | None) -> str:
        """`latest`, a number, or None for the default."""
        latest = list(self.versions)[-1]
        return self.texts[latest if version == "latest" else version or self.default]

    def body(self) -> Json:
        newest = list(self.versions.values())[-1]
        body: Json = {"id": self.id, "object": "skill", "name": newest["name"]}
        body |= {"description": newest["description"], "default_version": self.default}
        return body | {"latest_version": newest["version"], "created_at": CREATED}


class Skills:
    """`made`: every skill by its id, also one that was deleted since; see `Containers`."""

    def __init__(self, bundles: tuple[str, ...]) -> None:
        """`bundles`: the names of the assets that are downloaded, the zip of each version."""
        self.made: dict[str, Skill] = {}
        self._kept: dict[str, Skill] = {}
        self._bundles = bundles

    def answer(self, served: Served) -> Json | None:
        match (served.asked.method, *served.asked.path.split("/")[2:]):
            case ("POST", "skills"):
                skill = Skill(identifier("skill_", served, length=48))
                self._upload(served, skill)
                self.made[skill.id] = self._kept[skill.id] = skill
                return answer_json(served, skill.body(), 520)
            case ("GET", "skills"):
                return answer_json(
                    served, whole_list([each.body() for each in self._kept.values()]), 180
                )
            case (_, "skills", id_, *rest) if id_ in self._kept:
                return self._of_one(served, self._kept[id_], rest)
        return None

    def _of_one(self, served: Served, skill: Skill, rest: list[str]) -> Json | None:
        match (served.asked.method, *rest):
            case ("GET",):
                return answer_json(served, skill.body(), 110)
            case ("POST",) if served.form["default_version"] in skill.versions:
                skill.default = served.form["default_version"]
                return answer_json(served, skill.body(), 210)
            case ("DELETE",):
                del self._kept[skill.id]
                return answer_json(served, deleted("skill", skill.id), 270)
            case ("GET", "content"):
                return self._bundle(served, skill, skill.default)
            case ("POST", "versions"):
                return answer_json(served, self._upload(served, skill), 480)
            case ("GET", "versions"):
                found = list(skill.versions.values())
                # Which order comes without being asked for is not documented.
                rising = parse_qs(served.asked.query)["order"] == ["asc"]
                return answer_json(served, whole_list(found if rising else found[::-1]), 160)
            case ("GET", "versions", version) if version in skill.versions:
                return answer_json(served, skill.versions[version], 110)
            case ("GET", "versions", version, "content") if version in skill.versions:
                return self._bundle(served, skill, version)
            case ("DELETE", "versions", version) if version in skill.versions:
                if version == skill.default:
                    raise ValueError("the default version; nobody has written this error")
                gone = skill.versions.pop(version)
                body = deleted("skill.version", gone["id"]) | {"version": version}
                return answer_json(served, body, 250)
        return None

    def _upload(self, served: Served, skill: Skill) -> Json:
        text = uploaded(served)[1].decode()
        version = str(len(skill.texts) + 1)
        body: Json = {"id": identifier("skillver_", served, length=48), "object": "skill.version"}
        body |= {"created_at": CREATED, **_front(text), "skill_id": skill.id, "version": version}
        skill.versions[version], skill.texts[version] = body, text
        return body

    def _bundle(self, served: Served, skill: Skill, version: str) -> Json:
        name = self._bundles[int(version) - 1]
        with ZipFile(ASSETS / name) as bundle:
            texts = [bundle.read(each).decode() for each in bundle.namelist()]
        if texts != [skill.texts[version]]:
            raise ValueError(f"{name} is not what was uploaded as version {version}; pack it anew")
        # The type that the SDK asks for; no page says which one comes.
        head = headers(served, 150, "application/binary")
        return {"status": 200, "headers": head, "ms": 190, "file": name}


def _front(text: str) -> Json:
    """Name and description, from the first lines of a SKILL.md."""
    lines = text.splitlines()
    pairs = (line.split(": ", 1) for line in lines[1 : lines.index("---", 1)])
    return {name: value for name, value in pairs if name in ("name", "description")}
