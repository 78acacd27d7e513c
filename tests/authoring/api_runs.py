"""What the lessons run of the API: what their own cells call, and what their recordings sent and received.

A call counts where a cell of the lesson itself names the method and a recorded request of the same
lesson went to its address. An exercise, a check and the cell for one's own question do not count; a
change that the lesson invites does. A parameter and a tool count where a recorded request has them,
an event where a recorded answer or session does.
"""

import ast
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import parse_qs

from oaiworkbook.course.running.run import tags

from .api_surface import MAIN, Endpoint, endpoints, methods, parameters
from .course import lessons
from .lesson import Lesson, parsed
from .surroundings import ROOT

NOT_ITS_OWN = frozenset({"exercise", "check", "own"})
RECORDINGS = ROOT / "data" / "recordings"
SAMPLES = ROOT / "data" / "samples"
_SAME_CALL = {"with_raw_response", "with_streaming_response"}
_MAKES_A_CLIENT = {"OpenAI", "AsyncOpenAI", "with_options", "copy"}

Runs = dict[tuple[str, str], set[str]]


def runs() -> Runs:
    """(kind, name) -> numbers of the lessons that run it. What none runs is not there."""
    found: Runs = defaultdict(set)
    for path in lessons():
        number, cells = path.name[:2], own_cells(Lesson.read(path))
        recordings = _recordings(path.stem)
        called = {name for name in named(cells) if _was_sent(name, recordings)}
        for name in called:
            found["method", name].add(number)
        for name in client_options(cells):
            found["parameter", f"OpenAI({name})"].add(number)
        for recording in recordings:
            for key in (*_of_request(recording, called), *_of_answers(recording)):
                found[key].add(number)
    return dict(found)


def unexplained() -> list[str]:
    """Recorded requests of a lesson that no call in its own cells can have sent."""
    lost = []
    for path in lessons():
        called = named(own_cells(Lesson.read(path)))
        sent = {endpoints()[name] for name in called if name in endpoints()}
        for recording in _recordings(path.stem):
            if not any(_fits(each, recording) for each in sent):
                request = recording["request"]
                lost.append(f"{path.name[:2]} {request['method']} {request['path']}")
    return lost


def own_cells(lesson: Lesson) -> list[ast.Module]:
    """The lesson's own code: no stub of an exercise, no check, no question of the learner's own."""
    cells = [cell for _, cell in lesson.code if not NOT_ITS_OWN.intersection(tags(cell))]
    trees = [tree for tree in (parsed(cell.source) for cell in cells) if tree is not None]
    programs = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.endswith(".py") and (SAMPLES / node.value).is_file()
    }
    return trees + [ast.parse((SAMPLES / name).read_text("utf-8")) for name in sorted(programs)]


def named(cells: list[ast.Module]) -> set[str]:
    """The methods that code names on a client: called, or handed on to be called.

    A resource handed on, as in `send(client.embeddings)`, is named with each method that a function of
    the same code calls on an argument, as in `resource.create(...)`.
    """
    chains = [chain for cell in cells for chain in _chains(cell)]
    found = {name for chain in chains if (name := _end_among(chain, methods()))}
    resources = {name.rpartition(".")[0] for name in methods()}
    handed_on = {name for chain in chains if (name := _end_among(chain, resources))}
    arguments = {node.arg for cell in cells for node in ast.walk(cell) if isinstance(node, ast.arg)}
    on_one = {chain[1] for chain in chains if len(chain) == 2 and chain[0] in arguments}
    return found | {f"{each}.{last}" for each in handed_on for last in on_one} & methods().keys()


def client_options(cells: list[ast.Module]) -> set[str]:
    """What code sets on a client: `OpenAI(timeout=20)`, `client.with_options(max_retries=0)`."""
    calls = [node for cell in cells for node in ast.walk(cell) if isinstance(node, ast.Call)]
    set_ = {
        each.arg
        for call in calls
        if (_chain(call.func) or [""])[-1] in _MAKES_A_CLIENT
        for each in call.keywords
    }
    return {name for name in parameters("OpenAI") if name in set_}


def _chains(tree: ast.AST) -> Iterator[list[str]]:
    """Every chain of names with dots, whole: `client.files` only where nothing follows it."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    inner = {id(node.value) for node in found}
    yield from (_chain(node) for node in found if id(node) not in inner)


def _chain(node: ast.AST) -> list[str]:
    """`client.with_options(timeout=9).responses.create` -> client, with_options, responses, create."""
    names: list[str] = []
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        else:
            names.append(node.id if isinstance(node, ast.Name) else "")
            return [name for name in reversed(names) if name not in _SAME_CALL]


def _end_among(chain: list[str], names: Collection[str]) -> str:
    """The longest end of the chain that is one of these and has something before it, the client."""
    ends = (".".join(chain[start:]) for start in range(1, len(chain)))
    return next((end for end in ends if end in names), "")


def _recordings(lesson: str) -> list[dict[str, Any]]:
    paths = sorted((RECORDINGS / lesson).glob("*.json"))
    return [json.loads(path.read_text("utf-8")) for path in paths]


def _was_sent(name: str, recordings: list[dict[str, Any]]) -> bool:
    """What sends nothing, such as `webhooks.unwrap`, needs no recording."""
    endpoint = endpoints().get(name)
    return endpoint is None or any(_fits(endpoint, each) for each in recordings)


def _fits(endpoint: Endpoint, recording: dict[str, Any]) -> bool:
    request = recording["request"]
    path = request["path"].removeprefix("/v1")
    return request["method"] == endpoint.verb and bool(re.fullmatch(endpoint.path, path))


def _of_request(recording: dict[str, Any], called: set[str]) -> Iterator[tuple[str, str]]:
    request = recording["request"]
    sent = _fields(request)
    for call in MAIN:
        endpoint = endpoints().get(call)
        if endpoint is None or not _fits(endpoint, recording):
            continue
        if not called.intersection(_ways_to(call)):
            continue
        in_path = _in_path(call)
        for name in parameters(call):
            if name in sent or name in in_path:
                yield "parameter", f"{call}({name})"
    tools = sent.get("tools")
    kind = {"/v1/responses": "Responses", "/v1/chat/completions": "Chat"}.get(request["path"])
    for tool in tools if kind and isinstance(tools, list) else ():
        yield f"tool of {kind}", tool["type"]


def _ways_to(call: str) -> set[str]:
    """The call, and what sends the same request in its place: `parse` and `stream` beside `create`."""
    resource = call.rpartition(".")[0]
    return {call, f"{resource}.parse", f"{resource}.stream"} if call.endswith(".create") else {call}


def _in_path(call: str) -> set[str]:
    """Parameters that are a part of the address: `vector_store_id` of `vector_stores.search`."""
    count = endpoints()[call].path.count("[^/]+")
    return set([name for name in parameters(call) if name.endswith("_id")][:count])


def _fields(request: dict[str, Any]) -> dict[str, Any]:
    """The fields of the body and of the query.

    A form is a list of parts, with `[]` for lists and `[anchor]` for what is inside an object.
    """
    body = request.get("body") or {}
    if isinstance(body, list):
        body = {part["name"].partition("[")[0]: part.get("value") for part in body}
    return {**parse_qs(request.get("query") or ""), **body}


def _of_answers(recording: dict[str, Any]) -> Iterator[tuple[str, str]]:
    path = recording["request"]["path"]
    for answer in recording["answers"]:
        if path == "/v1/responses":
            for _, kind, *_ in answer.get("sse", []):
                yield "event of a Responses stream", kind
        if path == "/v1/realtime":
            for way, _, frame in answer.get("frames", []):
                does = "takes" if way == ">" else "sends"
                yield f"event that Realtime {does}", frame["type"]
