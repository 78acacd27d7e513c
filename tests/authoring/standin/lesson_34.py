"""Authored answers of lesson 34, Code that runs: the scanned postcards of a village archive.

No model writes the code. What the code of a container leaves behind is computed here.
"""

from threading import Lock
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import CREATED, count_messages, headers, identifier
from .responses import (
    input_texts,
    message_item,
    patch_call_item,
    reasoning_item,
    respond,
    shell_call_item,
    shell_output_item,
)
from .tools import count_tools, echoed
from .uploads import uploaded

Json = dict[str, Any]

COUNT = "With Python, count the scans of each "  # place or year, and the names
CODE = """names = "{names}".split()
parts = [name.split("-")[{part}] for name in names]
with open("count.csv", "w") as file:
    for part in sorted(set(parts)):
        print(part, parts.count(part), sep=",", file=file)"""
WHY = "Sorted by name, the new names put November before July. Why?"
LOOK = ["cat rename.py", "python rename.py"]
FOUND = (
    "The month has no leading zero. `1931-11-...` comes before `1931-7-...`, because the character 1 "
    "sorts before 7. The last line of `rename.py` writes the month as it is in the old name."
)
PARTLY = (
    "I could not run the script. Its last line writes the month without a leading zero, and the "
    "character 1 sorts before 7. That is probably why."
)
BLIND = "I was not allowed to look at the folder, so I do not know why."
MEND = "Mend it."
LINE = '    print(name, "->", f"{{year}}-{month}-{{place}}.tif")\n'
DIFF = "@@\n-" + LINE.format(month="{month}") + "+" + LINE.format(month="{month:0>2}")
MENDED = "The month now has two digits. Run `python rename.py` to see the new names."
NOT_MENDED = "The file is as it was. Tell me if I shall mend it in another way."
CAPTION = "Write a caption for harbour-7-1931, for the shop."
# What a skill ends with: what is written by it.
CAPTIONS = {
    "Place, then year.": "Harbour, 1931",
    "Place, then month and year.": "Harbour, July 1931",
}


class Archive:
    """Keeps the containers' files, the skills, and what was said under each response's id."""

    def __init__(self) -> None:
        self._said: dict[str, list[Json]] = {}
        self._files: dict[str, tuple[Json, str]] = {}
        self._skills: dict[str, list[str]] = {}
        self._lock = Lock()

    def answer(self, served: Served) -> Json | None:
        with self._lock:
            match (served.asked.method, *served.asked.path.split("/")[2:]):
                case ("POST", "responses"):
                    return self._respond(served)
                case ("POST", "containers"):
                    return _json(served, _container(served), 640)
                case ("GET", "containers", id_, "files") if id_ in self._files:
                    file, _ = self._files[id_]
                    ends: Json = {"first_id": file["id"], "has_more": False, "last_id": file["id"]}
                    body: Json = {"object": "list", "data": [file], **ends}
                    return _json(served, body, 230)
                case ("GET", "containers", id_, "files", _, "content") if id_ in self._files:
                    head = headers(served, 150, "application/octet-stream")
                    return {"status": 200, "headers": head, "ms": 190, "text": self._files[id_][1]}
                case ("DELETE", "containers", id_):
                    body = {"id": id_, "object": "container.deleted", "deleted": True}
                    return _json(served, body, 260)
                case ("POST", "skills"):
                    return _json(served, self._skill(served), 520)
                case ("POST", "skills", id_, "versions") if id_ in self._skills:
                    return _json(served, self._version(served, id_), 480)
        return None

    def _skill(self, served: Served) -> Json:
        named = _front(served)
        id_ = identifier("skill_", served, length=48)
        self._skills[id_] = [_text(served)]
        whole: Json = {"id": id_, "object": "skill", **named}
        return whole | {"default_version": "1", "latest_version": "1", "created_at": CREATED}

    def _version(self, served: Served, id_: str) -> Json:
        self._skills[id_].append(_text(served))
        body: Json = {"id": identifier("skillver_", served, length=48), "object": "skill.version"}
        body |= {"created_at": CREATED, **_front(served), "skill_id": id_}
        return body | {"version": str(len(self._skills[id_]))}

    def _respond(self, served: Served) -> Json | None:
        form = served.form
        given = form["input"]
        sent = [{"role": "user", "content": given}] if isinstance(given, str) else given
        items = [*self._said.get(form.get("previous_response_id") or "", []), *sent]
        if open_call := _without_output(items):
            return error_answer(
                400,
                f"No tool output found for shell call {open_call}.",
                type="invalid_request_error",
                param="input",
                headers=headers(served, 30),
            )
        tool = form["tools"][0]
        asked = next(item["content"] for item in items[::-1] if item.get("role") == "user")
        if tool["type"] == "code_interpreter":
            output = self._counted(served, asked, tool["container"])
        elif asked == CAPTION:
            skill = tool["environment"]["skills"][0]
            texts = self._skills[skill["skill_id"]]
            version = skill["version"]
            output = _caption(served, texts[-1 if version == "latest" else int(version) - 1])
        elif asked == WHY:
            output = _why(served, items[-1])
        elif asked == MEND:
            output = _mend(served, items[-1])
        else:
            return None
        answer = self._told(served, items, output)
        self._said[answer["json"]["id"]] = [*items, *answer["json"]["output"]]
        return answer

    def _counted(self, served: Served, asked: str, container: str) -> list[Json]:
        task, names = asked.removeprefix(COUNT).split(" into count.csv: ")
        part = {"place": 0, "year": 2}[task]
        parts = [name.split("-")[part] for name in names.split()]
        text = "".join(f"{each},{parts.count(each)}\n" for each in sorted(set(parts)))
        id_ = identifier("cfile_", served, length=32)
        file = {"id": id_, "object": "container.file", "created_at": CREATED, "bytes": len(text)}
        file |= {"container_id": container, "path": "/mnt/data/count.csv", "source": "assistant"}
        if task == "place" or container not in self._files:
            self._files[container] = (file, text)
        run: Json = {"id": identifier("ci_", served), "type": "code_interpreter_call"}
        run |= {"status": "completed", "code": CODE.format(names=names, part=part)}
        run |= {"container_id": container, "outputs": None}
        said = f"I counted {len(parts)} scans: "
        link = "[count.csv](sandbox:/mnt/data/count.csv)"
        note: Json = {"type": "container_file_citation", "container_id": container}
        note |= {"end_index": len(said + link), "file_id": id_, "filename": "count.csv"}
        note |= {"start_index": len(said)}
        message = message_item(served, said + link, annotations=[note])
        return [reasoning_item(served, 64), run, message]

    def _told(self, served: Served, items: list[Json], output: list[Json]) -> Json:
        tools = served.form["tools"]
        hosted = next((item for item in output if item["type"] == "shell_call_output"), None)
        tokens = count_messages(input_texts(served.form | {"input": items})) + count_tools(tools)
        runs = sum(item["type"] in ("code_interpreter_call", "shell_call") for item in output)
        thought = sum(item["type"] == "reasoning" for item in output) * 64
        if hosted or output[-1]["type"] == "message":
            tokens *= runs + 1  # what runs at OpenAI reads all of it again
        answer = respond(
            served, items=output, input_tokens=tokens, reasoning_tokens=thought, ms=900 + 700 * runs
        )
        answer["json"]["tools"] = echoed(tools)
        if hosted:
            call = next(item for item in output if item["type"] == "shell_call")
            answer["json"]["tools"] = [{"type": "shell", "environment": call["environment"]}]
        return answer


def _why(served: Served, last: Json) -> list[Json]:
    if last.get("type") != "shell_call_output":
        return [reasoning_item(served, 64), shell_call_item(served, LOOK, most=4_000)]
    ran = [each["outcome"] == {"type": "exit", "exit_code": 0} for each in last["output"]]
    text = FOUND if all(ran) else PARTLY if ran[0] else BLIND
    return [reasoning_item(served, 64), message_item(served, text)]


def _mend(served: Served, last: Json) -> list[Json]:
    if last.get("type") != "apply_patch_call_output":
        return [reasoning_item(served, 64), patch_call_item(served, "rename.py", DIFF)]
    return [message_item(served, MENDED if last["status"] == "completed" else NOT_MENDED)]


def _caption(served: Served, skill: str) -> list[Json]:
    """A shell in a container reads the skill, as real answers showed, and then writes by it."""
    container = identifier("cntr_", served, length=48)
    folder = f"/home/oai/skills/captions-{identifier('', served, 'skill', 32)}"
    call = shell_call_item(served, [f"cat {folder}/SKILL.md"], container=container)
    made = [reasoning_item(served, 64), call, shell_output_item(served, call, skill)]
    return [*made, message_item(served, CAPTIONS[skill.splitlines()[-1]])]


def _without_output(items: list[Json]) -> str | None:
    """The id of the first call that the program has left without an output."""
    done = {item["call_id"] for item in items if item.get("type") == "shell_call_output"}
    calls = [item["call_id"] for item in items if item.get("type") == "shell_call"]
    return next((id_ for id_ in calls if id_ not in done), None)


def _container(served: Served) -> Json:
    form = served.form
    body: Json = {"id": identifier("cntr_", served, length=48), "object": "container"}
    body |= {"created_at": CREATED, "status": "running", "expires_after": form["expires_after"]}
    body |= {"last_active_at": CREATED, "memory_limit": form["memory_limit"], "name": form["name"]}
    return body | {"network_policy": {"type": "disabled"}}


def _text(served: Served) -> str:
    """Of an uploaded SKILL.md."""
    return uploaded(served)[1].decode()


def _front(served: Served) -> Json:
    """Name and description, from its first lines."""
    lines = _text(served).splitlines()
    pairs = (line.split(": ", 1) for line in lines[1 : lines.index("---", 1)])
    return {name: value for name, value in pairs if name in ("name", "description")}


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 30), "ms": ms, "json": body}


answer = Archive().answer
