"""Authored answers of lesson 34, Code that runs: the scanned postcards of a village archive.

No model writes the code. What the code of a container leaves behind is computed here.
"""

from threading import Lock
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import count_messages, headers, identifier
from .containers import Containers
from .responses import (
    input_texts,
    message_item,
    patch_call_item,
    reasoning_item,
    respond,
    shell_call_item,
    shell_output_item,
)
from .skills import Skills
from .tools import count_tools, echoed

Json = dict[str, Any]

COUNT = "With Python, count the scans of each "  # place or year, and the path of the names
INTO = " into count.csv."
CODE = """with open("{path}") as file:
    names = file.read().split()
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
CAPTION = "Write a caption for harbour-7-1931."
# What a skill ends with: what is written by it.
CAPTIONS = {
    "Place, then year.": "Harbour, 1931",
    "Place, then month and year.": "Harbour, July 1931",
}


class Archive:
    """Keeps the containers, the skills, and what was said under each response's id."""

    def __init__(self) -> None:
        self._said: dict[str, list[Json]] = {}
        self._containers = Containers()
        self._skills = Skills(("34_captions_1.zip", "34_captions_2.zip"))
        self._lock = Lock()

    def answer(self, served: Served) -> Json | None:
        with self._lock:
            if (served.asked.method, served.asked.path) == ("POST", "/v1/responses"):
                return self._respond(served)
            return self._containers.answer(served) or self._skills.answer(served)

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
            text = self._skills.made[skill["skill_id"]].text(skill.get("version"))
            output = _caption(served, text)
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
        task, path = asked.removeprefix(COUNT).removesuffix(INTO).split(" in ")
        part = {"place": 0, "year": 2}[task]
        names = self._containers.contents[path].decode().split()
        parts = [name.split("-")[part] for name in names]
        text = "".join(f"{each},{parts.count(each)}\n" for each in sorted(set(parts)))
        id_ = identifier("cfile_", served, length=32)
        if task == "place":  # the invited change comes when the container is gone
            csv = "/mnt/data/count.csv"
            self._containers.add(served, container, csv, text.encode(), "assistant")
        run: Json = {"id": identifier("ci_", served), "type": "code_interpreter_call"}
        run |= {"status": "completed", "code": CODE.format(path=path, part=part)}
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


answer = Archive().answer
