"""The translation against all that is recorded: no text is lost, and the SDK's types hold what comes out."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from openai.types.chat import ChatCompletion
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from oaiworkbook import settings
from oaiworkbook.client.local.answer import checked, completion, new_id, response
from oaiworkbook.client.local.memory import history
from oaiworkbook.client.local.request import Asked, Json, NotLocal, of_chat, of_responses
from oaiworkbook.client.local.stream import Events
from oaiworkbook.recordings.file import Recording
from oaiworkbook.recordings.library import Library

EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
# What a chat model does not have, as the reasons begin.
BEYOND = (
    *(
        "uses the tool ",
        "sends sound",
        "sends a file",
        "sends a part of type",
        "sends `",
        "includes ",
    ),
    *("goes on from an answer in a `conversation`", "holds an item of type ", "forces the tool "),
    "holds a compacted talk",
    *("asks for several answers in one stream", "holds a message that only", "holds a call of a "),
)


@cache
def library() -> Library:
    return Library(settings.data_dir() / "recordings")


def recorded(path: str) -> Iterator[tuple[str, Recording]]:
    for file in library().paths():
        recording = library().read(file)
        asked = recording.request
        if (asked.method, asked.path) == ("POST", path) and isinstance(asked.body, dict):
            yield library().name(file), recording


def translated(path: str, body: Json) -> Asked:
    if path.endswith("chat/completions"):
        return of_chat(body)
    return of_responses(body, history(body.get("previous_response_id"), library(), None))


@pytest.mark.parametrize("path", ["/v1/responses", "/v1/chat/completions"])
def test_every_recorded_request_is_put_or_refused_with_its_reason(path: str) -> None:
    done: Counter[bool] = Counter()
    for name, recording in recorded(path):
        if recording.answers[0].status != 200:
            continue  # a mistake that the lesson is about; a local server may take it or not
        body = recording.request.body
        try:
            asked = translated(path, body)
        except NotLocal as refused:
            reason = str(refused)
        else:
            reason = ""
        done[not reason] += 1
        if reason:
            assert reason.startswith(BEYOND), (name, reason)
            continue
        assert {m["role"] for m in asked.body["messages"]} <= {
            "system",
            "user",
            "assistant",
            "tool",
        }
        said = json.dumps(asked.body["messages"], ensure_ascii=False)
        for text in texts(body.get("input", body.get("messages"))):
            assert json.dumps(text, ensure_ascii=False)[1:-1] in said, name
        assert ("tools" in asked.body) == bool(body.get("tools")), name
    assert done[True] > 30
    assert done[True] > done[False]


def texts(value: Any) -> Iterator[str]:
    """What people and models have said, wherever it is in a request."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict) and value.get("type") != "reasoning":
        for name in ("content", "text", "output", "arguments"):
            yield from texts(value.get(name))


ASK: Json = {"model": "gpt-6-luna", "store": False, "include": ["reasoning.encrypted_content"]}
HI: Json = {"role": "user", "content": "Hi"}


def test_what_is_sealed_for_another_model_is_left_out_and_a_compacted_talk_is_refused() -> None:
    sealed = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAAABx"}
    asked = of_responses(ASK | {"input": [sealed, HI]}, [])
    assert asked.body == {"messages": [HI]}
    item = {"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAAAABy"}
    with pytest.raises(NotLocal, match=r"^holds a compacted talk, which only OpenAI"):
        of_responses(ASK | {"input": [item, HI]}, [])
    rules = [{"type": "compaction", "compact_threshold": 1200}]
    with pytest.raises(NotLocal, match=r"^sends `context_management`"):
        of_responses(ASK | {"input": "Hi", "context_management": rules}, [])


def test_every_recorded_completion_becomes_a_response() -> None:
    seen = 0
    for name, recording in recorded("/v1/chat/completions"):
        for answer in recording.answers:
            body: Any = answer.json_
            if answer.status != 200 or not isinstance(body, dict):
                continue
            if any(choice["message"].get("audio") for choice in body["choices"]):
                continue
            seen += 1
            asked = Asked({"messages": []}, (), chat=True)
            whole = ChatCompletion.model_validate(
                completion(checked(body, asked), "tiny", new_id("chatcmpl")), strict=True
            )
            first = body["choices"][0]["message"]
            assert whole.choices[0].message.content == first["content"], name
            made = Response.model_validate(
                response(checked(body, asked), "tiny", new_id("resp"), {}), strict=True
            )
            assert made.output_text == (first["content"] or ""), name
            assert made.usage is not None
            assert made.usage.total_tokens == body["usage"]["total_tokens"], name
            calls = [item for item in made.output if item.type == "function_call"]
            wanted = first.get("tool_calls") or []
            assert [item.arguments for item in calls] == [
                c["function"]["arguments"] for c in wanted
            ]
    assert seen > 20


def test_every_recorded_stream_becomes_the_events_of_a_response() -> None:
    seen = 0
    for name, recording in recorded("/v1/chat/completions"):
        for answer in recording.answers:
            chunks = [data for _, _, data in answer.sse or [] if isinstance(data, dict)]
            of_chat_alone = all(
                "choices" in chunk for chunk in chunks
            )  # and no error in the middle
            if not chunks or not of_chat_alone or recording.request.body.get("n", 1) > 1:
                continue
            seen += 1
            made = Events(Asked({"messages": []}, (), chat=False), "tiny", {})
            events = list(made.begin())
            for chunk in chunks:
                events += made.feed(chunk)
            events += made.end() if made.whole else []
            for _, data in events:
                EVENT.validate_python(data)
            assert [data["sequence_number"] for _, data in events] == list(range(len(events)))
            text = "".join(
                choice["delta"].get("content") or ""
                for chunk in chunks
                for choice in chunk["choices"]
            )
            if made.whole:
                assert Response.model_validate(made.body).output_text == text, name
                assert str(events[-1][0]).startswith(("response.completed", "response.incomplete"))
    assert seen > 2


LOAN: Json = {"type": "function", "name": "loan", "parameters": {"type": "object"}}
FINE: Json = LOAN | {"name": "fine"}


@pytest.mark.parametrize(
    ("mode", "choice"), [("auto", "auto"), ("required", "required")], ids=["auto", "required"]
)
def test_what_is_not_allowed_is_not_offered(mode: str, choice: str) -> None:
    allowed = {
        "type": "allowed_tools",
        "mode": mode,
        "tools": [{"type": "function", "name": "fine"}],
    }
    asked = of_responses({"input": "Hi", "tools": [LOAN, FINE], "tool_choice": allowed}, [])
    assert [each["function"]["name"] for each in asked.body["tools"]] == ["fine"]
    assert asked.body["tool_choice"] == choice


def test_nothing_allowed_is_nothing_offered() -> None:
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": []}
    asked = of_responses({"input": "Hi", "tools": [LOAN], "tool_choice": allowed}, [])
    assert "tools" not in asked.body
    assert "tool_choice" not in asked.body


@pytest.mark.parametrize(
    ("tool", "why"),
    [
        ({"type": "custom", "name": "box"}, "the tool custom, whose free text"),
        ({"type": "computer"}, "the tool computer, and a local server knows neither its clicks"),
        ({"type": "namespace", "name": "shelf", "tools": [LOAN]}, "knows no namespaces"),
        ({"type": "tool_search"}, "the tool tool_search, which runs on OpenAI's servers"),
        ({"type": "programmatic_tool_calling"}, "which runs on OpenAI's servers"),
        ({"type": "shell", "environment": {"type": "local"}}, "shell, whose calls a local server"),
        ({"type": "shell", "environment": {"type": "container_auto"}}, "which runs on OpenAI's"),
        ({"type": "shell"}, "the tool shell, which runs on OpenAI's servers"),
        ({"type": "apply_patch"}, "the tool apply_patch, whose calls a local server"),
        (LOAN | {"defer_loading": True}, "the tool loan in a way that only OpenAI's servers know"),
        (LOAN | {"allowed_callers": ["programmatic"]}, "the tool loan in a way"),
        (LOAN | {"async": True}, "the tool loan in a way"),
    ],
)
def test_a_tool_that_a_local_server_does_not_have_is_refused(tool: Json, why: str) -> None:
    with pytest.raises(NotLocal, match=why):
        of_responses({"input": "Hi", "tools": [tool]}, [])


def test_a_tool_that_may_also_be_called_directly_is_put() -> None:
    tool = LOAN | {"allowed_callers": ["direct", "programmatic"]}
    asked = of_responses({"input": "Hi", "tools": [tool]}, [])
    assert [each["function"]["name"] for each in asked.body["tools"]] == ["loan"]
