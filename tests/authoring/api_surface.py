"""What the installed SDK offers: methods, parameters of the main calls, tools, events. Read from its classes.

An async twin, `with_raw_response` and `with_streaming_response` are the same call again and have no
row of their own.
"""

import ast
import inspect
import re
import textwrap
import typing
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import openai
from openai._resource import SyncAPIResource
from pydantic import BaseModel

# The calls whose every parameter is on the map. `OpenAI` is the client itself.
MAIN = (
    *("OpenAI", "responses.create", "responses.retrieve", "responses.compact"),
    *("responses.input_tokens.count", "chat.completions.create", "embeddings.create"),
    *("images.generate", "images.edit", "audio.speech.create", "audio.transcriptions.create"),
    *("batches.create", "files.create", "uploads.create", "fine_tuning.jobs.create"),
    *("vector_stores.create", "vector_stores.search", "vector_stores.files.create"),
    *("vector_stores.file_batches.create", "conversations.create"),
    *("containers.create", "moderations.create", "decisions.create"),
    "realtime.client_secrets.create",
)
_EVERY_CALL = {"self", "extra_headers", "extra_query", "extra_body", "timeout"}
_VERBS = {"_get": "GET", "_get_api_list": "GET", "_post": "POST", "_put": "PUT", "_patch": "PATCH"}
_VERBS["_delete"] = "DELETE"
_SOCKETS = {"realtime.connect": "/realtime", "responses.connect": "/responses"}

Surface = dict[tuple[str, str], None]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` is a pattern for what follows `/v1`; the verb of a WebSocket is `WS`."""

    verb: str
    path: str


@lru_cache(maxsize=1)
def methods() -> dict[str, Callable[..., Any]]:
    """`responses.create` -> the function, for every method of every resource of the client."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is deprecated says so when it is touched
        client = openai.OpenAI(api_key="none", admin_api_key="none")
        return dict(_methods(client, ()))


def _methods(holder: object, above: tuple[str, ...]) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in sorted(dir(type(holder))):
        if name.startswith(("_", "with_")):
            continue
        found = inspect.getattr_static(type(holder), name)
        if isinstance(found, cached_property | property):
            resource = getattr(holder, name)
            if isinstance(resource, SyncAPIResource):
                yield from _methods(resource, (*above, name))
        elif above and inspect.isfunction(found):
            yield ".".join((*above, name)), inspect.unwrap(found)


def parameters(call: str) -> list[str]:
    """The parameters of a main call, without those that every call has."""
    found = openai.OpenAI.__init__ if call == "OpenAI" else methods()[call]
    names = inspect.signature(found).parameters
    every = {"self"} if call == "OpenAI" else _EVERY_CALL
    return [name for name in names if name not in every and not name.startswith("_")]


@lru_cache(maxsize=1)
def endpoints() -> dict[str, Endpoint]:
    """Method -> what it sends. A helper without an address of its own sends what `create` beside it does."""
    found: dict[str, Endpoint] = {}
    for name, function in methods().items():
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        if sent := next(filter(None, map(_sent, ast.walk(tree))), None):
            found[name] = sent
        elif name in _SOCKETS:
            found[name] = Endpoint("WS", _SOCKETS[name])
    for name in methods().keys() - found.keys():
        resource, _, last = name.rpartition(".")
        beside = "retrieve" if last in ("poll", "wait_for_processing") else "create"
        if f"{resource}.{beside}" in found and resource != "webhooks":
            found[name] = found[f"{resource}.{beside}"]
    return found


def _sent(node: ast.AST) -> Endpoint | None:
    """`self._post(path_template("/files/{file_id}", ...))` -> POST /files/[^/]+"""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return None
    verb, path = _VERBS.get(node.func.attr), node.args[0]
    for each in node.keywords:
        if each.arg == "method" and isinstance(each.value, ast.Constant):
            verb = str(each.value.value).upper()
    if isinstance(path, ast.Call):
        path = path.args[0]
    if verb is None or not (isinstance(path, ast.Constant) and isinstance(path.value, str)):
        return None
    return Endpoint(verb, re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path.value)))


def kinds_of(union: Any) -> list[str]:
    """The values of `type` of each member of a union of the SDK's types."""
    found: dict[str, None] = {}
    for member in _members(union):
        found.update(dict.fromkeys(_literals(_type_of(member))))
    return list(found)


def _type_of(member: Any) -> Any:
    if issubclass(member, BaseModel):
        field = member.model_fields.get("type")
        return field and field.annotation
    return typing.get_type_hints(member).get("type")


def _members(union: Any) -> Iterator[Any]:
    if typing.get_origin(union) is typing.Annotated:
        yield from _members(typing.get_args(union)[0])
    elif typing.get_args(union):
        for each in typing.get_args(union):
            yield from _members(each)
    else:
        yield union


def _literals(hint: Any) -> Iterator[str]:
    if typing.get_origin(hint) is typing.Literal:
        yield from typing.get_args(hint)
    else:
        for each in typing.get_args(hint):
            yield from _literals(each)


def surface() -> Surface:
    """All that the map must have: (kind, name), in the order of the file."""
    from openai.types.chat import chat_completion_tool_union_param as chat
    from openai.types.realtime import realtime_client_event, realtime_server_event
    from openai.types.responses import response_stream_event, tool_param

    found = [("method", name) for name in methods()]
    for call in MAIN:
        if call == "OpenAI" or call in methods():
            found += [("parameter", f"{call}({name})") for name in parameters(call)]
    for kind, union in (
        ("tool of Responses", tool_param.ToolParam),
        ("tool of Chat", chat.ChatCompletionToolUnionParam),
        ("event of a Responses stream", response_stream_event.ResponseStreamEvent),
        ("event that Realtime sends", realtime_server_event.RealtimeServerEvent),
        ("event that Realtime takes", realtime_client_event.RealtimeClientEvent),
    ):
        found += [(kind, name) for name in kinds_of(union)]
    return dict.fromkeys(found)
