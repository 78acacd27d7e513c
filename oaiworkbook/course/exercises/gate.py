"""What the API refuses before a model reads it: the commonest slips in a request, each as its error.

Statuses, types and codes are those of recorded errors; the sentences are ours. What is not looked
at here is let through.
"""

import inspect
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, get_args

from openai.resources.chat.completions import Completions
from openai.resources.responses import Responses
from openai.types.shared.reasoning_effort import ReasoningEffort

from ...practice.answers import error_answer
from ..models import known
from .asked import CHAT, RESPONSES, Asked, Json

_ROLES = {
    RESPONSES: ("user", "assistant", "system", "developer"),
    CHAT: ("user", "assistant", "system", "developer", "tool", "function"),
}
_PARTS = {
    RESPONSES: ("input_text", "input_image", "input_file", "input_audio", "output_text", "refusal"),
    CHAT: ("text", "image_url", "input_audio", "file", "refusal"),
}


def refusal(asked: Asked, models: Collection[str] = ()) -> Json | None:
    """The error that the API answers this request with, or None. `models`: further known names."""
    if asked.method != "POST" or asked.path not in _ROLES or not isinstance(asked.body, dict):
        return None
    checks = (_unknown, _model, _messages, _reasoning, _tools, _deferred, _chosen, _results)
    for problem in (*checks, _screens, _carried_out, _unsealed):
        for status, code, param, words in problem(asked):
            if code == "model_not_found" and param in models:
                continue
            where = "model" if code == "model_not_found" else param
            return error_answer(status, words, type="invalid_request_error", code=code, param=where)
    return None


# Status, code, parameter (of a model: its name), sentence.
Problems = Iterator[tuple[int, str | None, str, str]]


@cache
def _known_arguments(path: str) -> frozenset[str]:
    create: Any = Completions.create if path == CHAT else Responses.create
    names = set(inspect.signature(inspect.unwrap(create)).parameters)
    return frozenset(names - {"self", "extra_headers", "extra_query", "extra_body", "timeout"})


def _unknown(asked: Asked) -> Problems:
    for name in asked.body:
        if name not in _known_arguments(asked.path):
            yield 400, "unknown_parameter", name, f"Unknown parameter: '{name}'."


def _model(asked: Asked) -> Problems:
    name = asked.body.get("model")
    if not isinstance(name, str) or not name:
        yield _missing("model")
    elif name not in known() and not name.startswith("ft:"):
        status = 404 if asked.chat else 400
        yield status, "model_not_found", name, f"The model '{name}' does not exist."


def _messages(asked: Asked) -> Problems:
    word = "messages" if asked.chat else "input"
    given = asked.body.get(word)
    if given is None and asked.chat:
        yield _missing(word)
    if isinstance(given, str) and not asked.chat:
        return
    if given is not None and not isinstance(given, list):
        yield 400, "invalid_type", word, f"'{word}' holds {type(given).__name__}, not a list."
        return
    for number, each in enumerate(given or []):
        yield from _message(each, f"{word}[{number}]", asked.path)


def _message(each: Any, where: str, path: str) -> Problems:
    if not isinstance(each, dict):
        yield 400, "invalid_type", where, f"'{where}' holds {type(each).__name__}, not an object."
        return
    if path == RESPONSES and each.get("type", "message") != "message":
        return
    role = each.get("role")
    if role is None:
        yield _missing(f"{where}.role")
    elif role not in _ROLES[path]:
        yield 400, "invalid_value", f"{where}.role", f"Invalid value: '{role}'."
    content = each.get("content")
    if content is None and not (each.get("tool_calls") or role == "assistant"):
        yield _missing(f"{where}.content")
    for number, part in enumerate(content if isinstance(content, list) else []):
        kind = part.get("type") if isinstance(part, dict) else None
        place = f"{where}.content[{number}]"
        if kind not in _PARTS[path]:
            yield 400, "invalid_value", f"{place}.type", f"Invalid value: '{kind}'."
        elif kind in ("input_text", "text") and not isinstance(part.get("text"), str):
            yield _missing(f"{place}.text")


def _reasoning(asked: Asked) -> Problems:
    given = asked.body.get("reasoning")
    nested = isinstance(given, dict)
    effort = given.get("effort") if nested else asked.body.get("reasoning_effort")
    if given is not None and not nested:
        yield 400, "invalid_type", "reasoning", f"'reasoning' holds {type(given).__name__}."
    for name in given or () if nested else ():
        if name not in ("effort", "summary", "generate_summary", "mode", "context"):
            where = f"reasoning.{name}"
            yield 400, "unknown_parameter", where, f"Unknown parameter: '{where}'."
    if effort is not None and not (isinstance(effort, str) and effort in _efforts()):
        where = "reasoning.effort" if nested else "reasoning_effort"
        yield 400, "invalid_value", where, f"Invalid value: '{effort}'."


@cache
def _efforts() -> frozenset[str]:
    return frozenset(value for part in get_args(ReasoningEffort) for value in get_args(part))


def _tools(asked: Asked) -> Problems:
    choice = asked.body.get("tool_choice", "auto")
    if isinstance(choice, str) and choice not in ("none", "auto", "required"):
        yield 400, "invalid_value", "tool_choice", f"Invalid value: '{choice}'."
    for number, tool in enumerate(asked.body.get("tools") or []):
        where = f"tools[{number}]"
        if not isinstance(tool, dict) or not tool.get("type"):
            yield _missing(f"{where}.type")
        elif tool["type"] in ("function", "custom"):
            kind = tool["type"]
            inner = tool.get(kind, {}) if asked.chat else tool
            if not inner.get("name"):
                yield _missing(f"{where}.{kind}.name" if asked.chat else f"{where}.name")
            if kind == "custom":
                yield from _format(inner.get("format"), f"{where}.format")
        elif tool["type"] == "namespace":
            for name in ("name", "description", "tools"):
                if not tool.get(name):
                    yield _missing(f"{where}.{name}")


def _format(given: Any, where: str) -> Problems:
    """How a custom tool's text is to look. Chat has the grammar one level deeper."""
    if given is None or given == {"type": "text"}:
        return
    inner = given.get("grammar", given) if isinstance(given, dict) else {}
    if inner.get("type", "grammar") != "grammar" or not isinstance(given, dict):
        yield 400, "invalid_value", f"{where}.type", f"Invalid value: '{inner.get('type')}'."
    elif inner.get("syntax") not in ("lark", "regex"):
        yield 400, "invalid_value", f"{where}.syntax", f"Invalid value: '{inner.get('syntax')}'."
    elif not isinstance(inner.get("definition"), str):
        yield _missing(f"{where}.definition")


def _deferred(asked: Asked) -> Problems:
    """What is loaded later needs a search, and a search something to load."""
    tools = [tool for tool in asked.body.get("tools") or [] if isinstance(tool, dict)]
    held = [each for tool in tools for each in [tool, *(tool.get("tools") or [])]]
    deferred = any(isinstance(each, dict) and each.get("defer_loading") for each in held)
    searches = [tool for tool in tools if tool.get("type") == "tool_search"]
    if deferred and not searches:
        words = "Invalid Value: 'tools.defer_loading'. Deferred tools require tools.tool_search."
        yield 400, None, "tools.defer_loading", words
    if not deferred and any(tool.get("execution") != "client" for tool in searches):
        words = "tools.tool_search requires at least one deferred tool."
        yield 400, None, "tools.tool_search", f"Invalid Value: 'tools.tool_search'. {words}"


def _chosen(asked: Asked) -> Problems:
    """A choice between tools that are not there."""
    choice = asked.body.get("tool_choice")
    if not isinstance(choice, dict):
        return
    if not choice.get("type"):
        yield _missing("tool_choice.type")
    mode, _ = asked.choice
    if mode not in ("auto", "required"):
        yield 400, "invalid_value", "tool_choice.mode", f"Invalid value: '{mode}'."
    tools = [each for each in asked.body.get("tools") or [] if isinstance(each, dict)]
    there = {_kind_and_name(each) for tool in tools for each in [tool, *(tool.get("tools") or [])]}
    wanted = choice.get("allowed_tools", choice).get("tools", [choice])
    for kind, name in sorted({_kind_and_name(each) for each in wanted} - there):
        if name or kind not in _OF_OPENAI:
            words = f"Tool choice '{kind}' not found in 'tools' parameter."
            yield 400, None, "tool_choice", words


def _kind_and_name(tool: Json) -> tuple[str, str]:
    """Only what the program runs itself has a name; in Chat one level deeper."""
    kind = str(tool.get("type"))
    named = kind in ("function", "custom")
    return kind, str(tool.get(kind, tool).get("name")) if named else ""


# A choice of these may have another name than the tool itself: `web_search_preview`.
_OF_OPENAI = frozenset(
    {"web_search", "web_search_preview", "file_search", "code_interpreter", "image_generation"}
    | {"mcp", "computer", "computer_use", "computer_use_preview", "shell", "apply_patch"}
    | {"web_search_preview_2025_03_11", "programmatic_tool_calling"}
)


def _results(asked: Asked) -> Problems:
    """The output of a call that nobody has made."""
    calls = {turn.call_id for turn in asked.turns if turn.role == "call"}
    for turn in asked.sent:
        if turn.role == "result" and turn.call_id not in calls and "conversation" not in asked.body:
            words = f"No tool call found for the output with call_id '{turn.call_id}'."
            yield 400, "invalid_value", "messages" if asked.chat else "input", words


def _screens(asked: Asked) -> Problems:
    """A call of `computer` without its screenshot, or with a safety check that nobody has acknowledged."""
    calls = {t.call_id: t.other[0] for t in asked.turns if (t.role, t.name) == ("call", "computer")}
    answered = {turn.call_id for turn in asked.turns if turn.role == "result"}
    for turn in asked.sent:
        if turn.role == "result" and turn.call_id in calls:
            item = turn.other[0] if turn.other else {}
            yield from _screen(item, calls[turn.call_id])
    for id_ in calls.keys() - answered:
        yield 400, None, "input", f"No tool output found for computer call {id_}."


def _screen(item: Json, call: Json) -> Problems:
    shot = item.get("output")
    if not isinstance(shot, dict) or shot.get("type") != "computer_screenshot":
        yield (
            400,
            "invalid_value",
            "input",
            "Invalid value: 'output' holds no 'computer_screenshot'.",
        )
    elif not (shot.get("image_url") or shot.get("file_id")):
        yield _missing("input[0].output.image_url")
    given = item.get("acknowledged_safety_checks") or []
    known = {each.get("id") for each in given if isinstance(each, dict)}
    pending = [each["id"] for each in call.get("pending_safety_checks") or []]
    if left := [each for each in pending if each not in known]:
        words = f"Computer tool has unacknowledged safety check for {left}"
        yield 400, None, "input", words


def _carried_out(asked: Asked) -> Problems:
    """Outputs of OpenAI's tools that the program carries out, and their calls without one."""
    given = asked.body.get("input")
    items = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    for number, item in enumerate(items):
        where = f"input[{number}]"
        if item.get("type") == "shell_call_output":
            if not isinstance(item.get("output"), list):
                kind = type(item.get("output")).__name__
                yield 400, "invalid_type", f"{where}.output", f"'output' holds {kind}, not a list."
                continue
            for place, entry in enumerate(item["output"]):
                entry = entry if isinstance(entry, dict) else {}
                missing = [name for name in ("stdout", "stderr", "outcome") if name not in entry]
                yield from (_missing(f"{where}.output[{place}].{name}") for name in missing)
        if item.get("type") == "apply_patch_call_output":
            status = item.get("status")
            if status not in ("completed", "failed"):
                yield 400, "invalid_value", f"{where}.status", f"Invalid value: '{status}'."
    done = {turn.call_id for turn in asked.turns if turn.role == "result"}
    for turn in asked.turns:
        if turn.role == "call" and turn.name in _BY_THE_PROGRAM and turn.call_id not in done:
            kind = turn.name.replace("_", " ")
            yield 400, None, "input", f"No tool output found for {kind} call {turn.call_id}."


_BY_THE_PROGRAM = ("shell", "apply_patch")


def _unsealed(asked: Asked) -> Problems:
    """A reasoning item without its encrypted text, where nothing is stored that has it."""
    given = asked.body.get("input")
    for item in given if isinstance(given, list) and not asked.chat and not asked.stored else []:
        if item.get("type") == "reasoning" and not item.get("encrypted_content"):
            words = f"Item with id '{item.get('id')}' not found: nothing is stored."
            yield 404, None, "input", words


def _missing(param: str) -> tuple[int, str, str, str]:
    return 400, "missing_required_parameter", param, f"Missing required parameter: '{param}'."
