"""What a program asked for, in one form whichever of the equal forms it wrote. Checks compare this.

    asked = probe.last
    expect(asked.question == TASK, f"the model is asked {asked.question!r}, not the task")
    expect("187 steps" in asked.rules, "the rules are not in the request")
    expect(asked.effort == "none", f"the effort is {asked.effort}")

Equal are: a text and one message of the user; a message with and without `"type": "message"`; a
text and one part that holds it; the roles developer and system and `instructions`; an argument that
is left out, that is None and that has its default; a Responses request and a Chat request.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
CHAT = "/chat/completions"
RESPONSES = "/responses"
_RULES = ("developer", "system")
_TEXTS = ("input_text", "output_text", "text")
# Left out, these mean the same: a response of the API shows them with these values where the request had
# none, and Chat's `n`, `logprobs`, `stream` ask for nothing more.
DEFAULTS: Mapping[str, Any] = {
    "background": False,
    "frequency_penalty": 0,
    "logprobs": False,
    "metadata": {},
    "n": 1,
    "parallel_tool_calls": True,
    "presence_penalty": 0,
    "service_tier": "auto",
    "stream": False,
    "temperature": 1,
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1,
    "truncation": "disabled",
}
_ANOTHER_NAME = {
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing in the conversation. `role`: user, assistant, call, result or reasoning.

    `text` is what was said, the arguments of a call as JSON with sorted names or its free text, or the
    output of one; `name` the function or the custom tool that is called; `other` the parts that are no
    text: pictures, sounds, files. A call of `computer` and its screenshot are there as whole items.
    """

    role: str
    text: str
    name: str = ""
    call_id: str = ""
    other: tuple[Json, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `path` starts at the endpoint: `/responses`. `body`: JSON, or a form's fields.

    `timeout` is the read timeout in seconds, None where the program asked for none. `before` are
    the turns that `previous_response_id` stands for. `files` are those of a form: {name, filename,
    bytes, sha256}.
    """

    method: str
    path: str
    query: str
    body: Any
    headers: Mapping[str, str]
    timeout: float | None
    before: tuple[Turn, ...] = ()
    files: tuple[Json, ...] = ()

    @property
    def chat(self) -> bool:
        return self.path == CHAT

    @property
    def rules(self) -> str:
        """`instructions`, then the messages of developer and system."""
        own = self._field("instructions")
        given = [own] if isinstance(own, str) else []
        return "\n".join([*given, *(text_of(each) for each in self._items(_RULES))])

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation that the model reads, without the rules, from its beginning."""
        return (*self.before, *self.sent)

    @property
    def sent(self) -> tuple[Turn, ...]:
        """The turns that are in this request itself."""
        return tuple(turns_of(self._items(None)))

    @property
    def question(self) -> str | None:
        """The text of the user's only turn; None where there is more or less in the conversation."""
        turns = self.turns
        return turns[0].text if len(turns) == 1 and turns[0].role == "user" else None

    @property
    def words(self) -> str:
        """All that the model reads: rules and turns, each on lines of its own."""
        return "\n".join([self.rules, *(each.text for each in self.turns)])

    @property
    def model(self) -> str | None:
        name = self._field("model")
        return name if isinstance(name, str) else None

    @property
    def effort(self) -> str | None:
        """Of the reasoning; None where it is left to the model."""
        given = self._field("reasoning")
        effort = given.get("effort") if isinstance(given, dict) else self._field("reasoning_effort")
        return effort if isinstance(effort, str) else None

    @property
    def cap(self) -> int | None:
        """The most output tokens; None without a limit."""
        for name in ("max_output_tokens", "max_completion_tokens", "max_tokens"):
            if self._field(name) is not None:
                found: int = self._field(name)
                return found
        return None

    @property
    def stored(self) -> bool:
        """False only where the request says so. Left out, Responses stores; Chat: not documented."""
        return self._field("store") is not False

    @property
    def streamed(self) -> bool:
        return self._field("stream") is True

    @property
    def schema(self) -> Json | None:
        """The JSON schema of a structured output: {name, strict, schema}; None without one."""
        text = self._field("text")
        asked = text.get("format") if isinstance(text, dict) else self._field("response_format")
        if not isinstance(asked, dict) or asked.get("type") != "json_schema":
            return None
        found: Json = asked.get("json_schema", asked)
        return {name: found.get(name) for name in ("name", "strict", "schema")}

    @property
    def fields(self) -> dict[str, Json]:
        """The fields of the form that is asked for, also where one is under `$defs`; empty without one."""
        form: Json = (self.schema or {}).get("schema") or {}
        apart = form.get("$defs", {})
        return {
            name: apart.get(str(one.get("$ref", "")).rpartition("/")[2], one)
            for name, one in form.get("properties", {}).items()
        }

    def filled(self, value: str) -> str:
        """An answer in the form that is asked for, with `value` in each field that allows it."""
        return json.dumps({name: _any(field, value) for name, field in self.fields.items()})

    @property
    def tools(self) -> dict[str, Json]:
        """Functions, custom tools and namespaces by name, other tools by type.

        Of a function {description, strict, parameters}, of a custom tool {description, format}, of any
        other the tool.
        """
        found: dict[str, Json] = {}
        for tool in self._field("tools") or []:
            kind = tool.get("type")
            if kind in _OF_A_TOOL:
                tool = tool.get(kind, tool)
                found[str(tool.get("name"))] = {name: tool.get(name) for name in _OF_A_TOOL[kind]}
            else:
                found[str(tool.get("name") if kind == "namespace" else kind)] = tool
        return found

    @property
    def choice(self) -> tuple[str, frozenset[str]]:
        """Who decides, and between which tools: "auto", "none" or "required", and their names.

        A forced tool is "required" with one name; `allowed_tools` are their mode and their names.
        """
        given = self._field("tool_choice") or "auto"
        if isinstance(given, str):
            return given, frozenset(self.tools)
        given = given.get("allowed_tools", given)
        if "tools" in given:
            names = frozenset(str(_name_of(tool)) for tool in given["tools"])
            return str(given.get("mode", "auto")), names
        return "required", frozenset({str(_name_of(given))})

    @property
    def settings(self) -> Json:
        """All other arguments by name, those at their default left out, `cap` under one name."""
        if not isinstance(self.body, dict):
            return {}
        named: Json = {
            _ANOTHER_NAME.get(str(name), str(name)): value for name, value in self.body.items()
        }
        apart = ("input", "messages", "instructions", "model", "previous_response_id")
        return {
            name: value
            for name, value in named.items()
            if name not in apart and value is not None and value != DEFAULTS.get(name, _NOTHING)
        }

    def _field(self, name: str) -> Any:
        return self.body.get(name) if isinstance(self.body, dict) else None

    def _items(self, roles: tuple[str, ...] | None) -> list[Json]:
        """The messages and items of these roles; with None all that are no rules."""
        given = self._field("messages" if self.chat else "input")
        if isinstance(given, str):
            given = [{"role": "user", "content": given}]
        items = [each for each in given or [] if isinstance(each, dict)]
        if roles is None:
            return [each for each in items if each.get("role") not in _RULES]
        return [each for each in items if each.get("role") in roles]


_OF_A_TOOL: Mapping[Any, tuple[str, ...]] = {
    "function": ("description", "strict", "parameters"),
    "custom": ("description", "format"),
}
_NOTHING = object()
# Calls of OpenAI's tools that the program itself carries out: the field that says what.
_CARRIED_OUT = {"shell_call": "action", "apply_patch_call": "operation"}


def _any(field: Json, value: str) -> Any:
    allowed = field.get("enum", [value])
    if value not in allowed:
        return allowed[0]
    others = {"boolean": True, "integer": 1, "number": 0.5, "array": [], "object": {}}
    return value if "enum" in field else others.get(str(field.get("type")), "So.")


def _name_of(tool: Json) -> Any:
    """Of a choice: its name, in Chat one level deeper, or the type of one of OpenAI's tools."""
    kind = str(tool.get("type"))
    inner = tool.get(kind, tool) if kind in _OF_A_TOOL else tool
    return inner.get("name") or kind


def text_of(item: Json) -> str:
    """The text of a message or of the output of a call, its parts one after the other."""
    content = item.get("content", item.get("output"))
    if isinstance(content, list):
        return "".join(_part(part) for part in content)
    return content if isinstance(content, str) else ""


def turns_of(items: Iterable[Json]) -> Iterator[Turn]:
    """The turns in the items of Responses or the messages of Chat Completions."""
    for item in items:
        kind, role = item.get("type", "message"), item.get("role", "")
        if kind == "function_call":
            yield _call(item, item.get("call_id"))
        elif kind == "custom_tool_call":
            text, name = str(item.get("input", "")), str(item.get("name"))
            yield Turn("call", text, name, str(item.get("call_id")))
        elif kind == "computer_call":
            text = json.dumps(item.get("actions", []), sort_keys=True)
            yield Turn("call", text, "computer", str(item.get("call_id")), other=(item,))
        elif kind == "computer_call_output":
            yield Turn("result", "", call_id=str(item.get("call_id")), other=(item,))
        elif kind in _CARRIED_OUT:
            what = json.dumps(item.get(_CARRIED_OUT[kind]), sort_keys=True)
            yield Turn("call", what, kind.removesuffix("_call"), str(item.get("call_id")))
        elif kind == "shell_call_output":
            entries = json.dumps(item.get("output"), sort_keys=True)
            yield Turn("result", entries, call_id=str(item.get("call_id")))
        elif kind == "apply_patch_call_output":
            said = f"{item.get('status')}: {item.get('output') or ''}"
            yield Turn("result", said, call_id=str(item.get("call_id")))
        elif kind in ("function_call_output", "custom_tool_call_output"):
            yield Turn("result", text_of(item), call_id=str(item.get("call_id")))
        elif role == "tool":
            yield Turn("result", text_of(item), call_id=str(item.get("tool_call_id")))
        elif kind != "message":
            yield Turn(kind, "", other=(item,))
        else:
            parts = item.get("content")
            parts = parts if isinstance(parts, list) else []
            other = tuple(p for p in parts if isinstance(p, dict) and p.get("type") not in _TEXTS)
            calls = item.get("tool_calls") or []
            if text_of(item) or other or not calls:
                yield Turn(role, text_of(item), other=other)
            for call in calls:
                custom = call.get("custom")
                if custom is not None:
                    text, name = str(custom.get("input", "")), str(custom.get("name"))
                    yield Turn("call", text, name, str(call.get("id")))
                else:
                    yield _call(call.get("function", {}), call.get("id"))


def _call(function: Json, call_id: Any) -> Turn:
    arguments = function.get("arguments", "")
    try:
        arguments = json.dumps(json.loads(arguments), sort_keys=True)
    except (TypeError, ValueError):
        arguments = str(arguments)
    return Turn("call", arguments, str(function.get("name")), str(call_id))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    return str(part.get("text") or part.get("refusal") or "") if isinstance(part, dict) else ""
