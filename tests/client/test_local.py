"""In replay, after a miss and only then, a server on this machine answers: translated, labelled, or refused.

The server here is scripted: it says what it was asked, and answers what the test wants.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openai import APIConnectionError
from pydantic import BaseModel

from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.client.local import server as local_server
from oaiworkbook.course.exercises.judge import Exercise, judge
from oaiworkbook.course.running.kernels import environment
from oaiworkbook.errors import RecordingNotFound, SettingsError
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.money.limits import spend_limit
from oaiworkbook.money.report import cost_line

from ..echo import Echo
from ..support import data as data  # a fixture
from ..support import record, recordings

Json = dict[str, Any]
ASK: Any = {"model": "gpt-6-luna", "input": "What do gulls eat in winter?"}
CHAT: Any = {"model": "gpt-6-luna", "messages": [{"role": "user", "content": "What do gulls eat?"}]}
TOOL: Json = {
    "type": "function",
    "name": "where_is",
    "description": "Where a person is now.",
    "parameters": {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    },
    "strict": True,
}


def said(text: str | None, reason: str = "stop", **more: Any) -> Json:
    message = {"role": "assistant", "content": text, **more.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": reason, **more}
    usage = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
    return {"choices": [choice], "usage": usage, "id": "x", "object": "chat.completion"}


def pieces(*deltas: Json, reason: str | None = "stop", usage: bool = True) -> list[Json]:
    chunks: list[Json] = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    if reason:
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    if usage:
        counts = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
        chunks.append({"choices": [], "usage": counts})
    return chunks


class Server:
    """`asked`: the bodies of the chat calls. `answers`: what they get, in turn, the last one again."""

    def __init__(self) -> None:
        self.asked: list[Json] = []
        self.paths: list[str] = []
        self.answers: list[Any] = [said("Fish.")]
        self.status = 200
        self.told: dict[str, Json] = {}  # path -> what it says of itself
        self.models = ["text-embedder", "tiny-talker"]
        self.stopped = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None: ...

            def do_GET(self) -> None:
                owner.paths.append(self.path)
                if self.path == "/v1/models":
                    self._say({"data": [{"id": name} for name in owner.models]})
                elif self.path in owner.told:
                    self._say(owner.told[self.path])
                else:
                    self._say({}, 404)

            def do_POST(self) -> None:
                owner.paths.append(self.path)
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if self.path in owner.told:
                    self._say(owner.told[self.path])
                elif self.path == "/v1/chat/completions":
                    owner.asked.append(asked)
                    answer = owner.answers.pop(0) if len(owner.answers) > 1 else owner.answers[0]
                    if isinstance(answer, list):
                        self._stream(answer)
                    else:
                        self._say(answer, owner.status)
                else:
                    self._say({}, 404)

            def _say(self, body: Any, status: int = 200) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _stream(self, chunks: list[Any]) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("connection", "close")
                self.end_headers()
                for chunk in chunks:
                    if callable(chunk):
                        chunk()
                        continue
                    self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                    self.wfile.flush()
                self.wfile.write(b"data: [DONE]\n\n")
                self.close_connection = True

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def local(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    monkeypatch.setenv("OAIWORKBOOK_LOCAL", server.url)
    yield server
    server.stopped.set()
    server.http.shutdown()
    server.http.server_close()
    local_server._first.clear()
    local_server._abilities.clear()


def missed(call: Callable[[], Any]) -> str:
    with pytest.raises(RecordingNotFound) as caught:
        call()
    return str(caught.value)


# Off unless asked for


def test_unset_nothing_is_asked(local: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OAIWORKBOOK_LOCAL")
    assert "oaiworkbook local" in missed(lambda: OpenAI().responses.create(**ASK))
    assert local.paths == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.com/v1", "https://api.openai.com/v1", "http://10.0.0.5:11434/v1"),
        *("127.0.0.1:11434", "http://127.0.0.1.example.com/v1", "file:///etc/hosts"),
    ],
)
def test_an_address_elsewhere_is_refused(
    url: str, local: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LOCAL", url)
    with pytest.raises(SettingsError, match="OAIWORKBOOK_LOCAL"):
        OpenAI().responses.create(**ASK)
    assert local.paths == []


def test_what_is_recorded_is_not_asked(local: Server) -> None:
    record(Echo(), lambda client: client.responses.create(**ASK))
    answer = OpenAI().responses.create(**ASK)
    assert (answer.model, local.paths) == ("gpt-6-luna", [])


@pytest.mark.parametrize("mode", ["live", "record"])
def test_another_mode_does_not_ask(mode: str, local: Server) -> None:
    def use(client: Any) -> Any:
        return client.responses.create(**ASK)

    answer = record(Echo(), use) if mode == "record" else None
    if answer is None:
        from oaiworkbook.practice.server import PracticeServer

        with PracticeServer(source=Echo()) as there:
            answer = use(OpenAI(mode="live", base_url=there.url, api_key="sk-test"))
    assert answer.output_text == "You said: What do gulls eat in winter?"
    assert local.paths == []


def test_a_kernel_that_stores_outputs_has_none(local: Server, tmp_path: Path) -> None:
    assert "OAIWORKBOOK_LOCAL" not in environment("replay", "03_streaming", tmp_path)


# Never to be taken for OpenAI's


def test_it_is_labelled_and_never_recorded(local: Server, data: Path) -> None:
    answer = OpenAI().responses.create(**ASK)
    assert (answer.output_text, answer.model, answer.status) == (
        "Fish.",
        "tiny-talker",
        "completed",
    )
    assert answer.id.startswith("resp_local_")
    assert recordings(data) == []
    [call] = default_ledger().calls()
    assert (call.mode, call.model, call.cost_usd) == ("local", "tiny-talker", None)
    assert (call.input_tokens, call.output_tokens) == (11, 5)
    line = str(cost_line([call]))
    said_of = (
        "tiny-talker on this machine answered, not gpt-6-luna; nothing charged, nothing recorded"
    )
    assert said_of in line
    assert "USD" not in line


def test_a_spend_limit_holds_nothing_for_it(local: Server) -> None:
    with spend_limit(1) as limit:
        OpenAI().responses.create(**ASK, max_output_tokens=64)
        assert limit.spent == 0


def test_the_model_can_be_named(local: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LOCAL_MODEL", "large-talker")
    assert OpenAI().responses.create(**ASK).model == "large-talker"
    assert local.asked[0]["model"] == "large-talker"


def test_an_exercise_does_not_count_it(local: Server) -> None:
    def check(answer: Callable[[], str]) -> None:
        answer()

    def ask() -> str:
        return OpenAI().responses.create(**ASK).output_text

    exercise = Exercise("90-1", check, (), "")
    assert judge(exercise, ask)[0] == "wrong"
    assert local.asked == []
    answer = OpenAI().responses.create(**ASK)
    assert judge(exercise, answer)[0] == "not judged"
    assert judge(exercise, {"one": [answer]})[0] == "not judged"


def test_a_local_answer_is_kept_by_nobody(local: Server) -> None:
    client = OpenAI()
    name = client.responses.create(**ASK).id
    assert "asks for a local answer again" in missed(lambda: client.responses.retrieve(name))


# What is asked


def test_a_response_is_put_to_chat_completions(local: Server) -> None:
    OpenAI().responses.create(
        model="gpt-6-sol",
        instructions="Be short.",
        input=[
            {"role": "developer", "content": "No fish."},
            {"role": "user", "content": [{"type": "input_text", "text": "And gulls?"}]},
        ],
        max_output_tokens=50,
        temperature=0.3,
        reasoning={"effort": "low"},
        store=False,
        metadata={"a": "b"},
    )
    [asked] = local.asked
    assert asked["messages"] == [
        {"role": "system", "content": "Be short."},
        {"role": "system", "content": "No fish."},
        {"role": "user", "content": "And gulls?"},
    ]
    assert (asked["max_tokens"], asked["temperature"]) == (50, 0.3)
    assert asked.keys() == {"model", "messages", "max_tokens", "temperature"}
    assert "without reasoning" in str(cost_line(default_ledger().calls()))


def test_chat_is_passed_on(local: Server) -> None:
    local.answers = [{"choices": [*said("a")["choices"], *said("b")["choices"]], "usage": None}]
    answer = OpenAI().chat.completions.create(
        **CHAT, n=2, seed=7, stop=["."], max_completion_tokens=9, reasoning_effort="none"
    )
    assert [each.message.content for each in answer.choices] == ["a", "b"]
    assert [each.index for each in answer.choices] == [0, 1]
    assert answer.usage is None  # unknown is not zero
    asked = local.asked[0]
    assert (asked["n"], asked["seed"], asked["stop"], asked["max_tokens"]) == (2, 7, ["."], 9)
    assert asked["messages"] == CHAT["messages"]


def test_several_answers_from_a_server_that_gives_one(local: Server) -> None:
    local.answers = [said("one"), said("two"), said("three")]
    answer = OpenAI().chat.completions.create(**CHAT, n=3)
    assert [each.message.content for each in answer.choices] == ["one", "two", "three"]
    assert [each.get("n") for each in local.asked] == [3, 2, 1]
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (33, 15)


def test_a_conversation_goes_on(local: Server) -> None:
    client = OpenAI()
    first = client.responses.create(**ASK, instructions="Be short.")
    client.responses.create(model="gpt-6-luna", input="And rain?", previous_response_id=first.id)
    assert local.asked[1]["messages"] == [
        {"role": "user", "content": "What do gulls eat in winter?"},
        {"role": "assistant", "content": "Fish."},
        {"role": "user", "content": "And rain?"},
    ]


def test_a_recorded_conversation_goes_on(local: Server) -> None:
    def talk(client: Any) -> str:
        one = client.responses.create(**ASK)
        more: Json = {"model": "gpt-6-luna", "input": "Go on.", "previous_response_id": one.id}
        return str(client.responses.create(**more).id)

    last = record(Echo(), talk)
    OpenAI().responses.create(model="gpt-6-luna", input="Why?", previous_response_id=last)
    assert [each["content"] for each in local.asked[0]["messages"]] == [
        "What do gulls eat in winter?",
        "You said: What do gulls eat in winter?",
        "Go on.",
        "You said: Go on.",
        "Why?",
    ]


def test_an_answer_that_nobody_knows_is_no_beginning(local: Server) -> None:
    ask = {**ASK, "previous_response_id": "resp_0123456789"}
    assert "goes on from resp_0123456789" in missed(lambda: OpenAI().responses.create(**ask))


# Forms


class Clock(BaseModel):
    maker: str
    year: int


def test_a_form_is_kept(local: Server) -> None:
    local.answers = [said('{"maker": "Holm", "year": 1924}')]
    client = OpenAI()
    parsed = client.responses.parse(**ASK, text_format=Clock)
    assert parsed.output_parsed == Clock(maker="Holm", year=1924)
    asked = local.asked[0]
    schema = asked["response_format"]["json_schema"]
    assert (schema["name"], schema["strict"]) == ("Clock", True)
    assert schema["schema"]["properties"].keys() == {"maker", "year"}
    assert asked["temperature"] == 0
    chat = client.chat.completions.parse(**CHAT, response_format=Clock)
    assert chat.choices[0].message.parsed == Clock(maker="Holm", year=1924)


def test_a_function_is_called_and_answered(local: Server) -> None:
    function = {"name": "where_is", "arguments": '{"name": "Emma"}'}
    call = {"id": "call_7", "type": "function", "function": function}
    local.answers = [said(None, message={"tool_calls": [call]}), said("On the shelf.")]
    client = OpenAI()
    asks: list[Any] = [{"role": "user", "content": "Where is Emma?"}]
    first = client.responses.create(model="gpt-6-luna", input=asks, tools=[TOOL])
    [item] = first.output
    assert item.type == "function_call"
    assert (item.name, item.arguments, item.call_id) == ("where_is", '{"name": "Emma"}', "call_7")
    result = {"type": "function_call_output", "call_id": item.call_id, "output": "shelf 3"}
    asks += [*first.output, result]
    last = client.responses.create(model="gpt-6-luna", input=asks, tools=[TOOL])
    assert last.output_text == "On the shelf."
    sent = local.asked[1]
    assert sent["tools"][0]["function"]["name"] == "where_is"
    assert sent["messages"][1]["tool_calls"] == [call]
    assert sent["messages"][2] == {"role": "tool", "tool_call_id": "call_7", "content": "shelf 3"}


def test_a_model_without_tools_fills_in_a_form(local: Server) -> None:
    local.told["/props"] = {"chat_template_caps": {"supports_tools": False}}
    local.answers = [
        said('{"name": "where_is", "arguments": {"name": "Emma"}}'),
        said("Here."),
    ]
    client = OpenAI()
    first = client.responses.create(**ASK, tools=[TOOL])
    [item] = first.output
    assert item.type == "function_call"
    assert json.loads(item.arguments) == {"name": "Emma"}
    form = local.asked[0]["response_format"]["json_schema"]["schema"]["anyOf"]
    assert [each["required"] for each in form] == [["name", "arguments"]]
    assert "tools" not in local.asked[0]
    asks: list[Any] = [{"role": "user", "content": "Where is Emma?"}, *first.output]
    asks.append({"type": "function_call_output", "call_id": item.call_id, "output": "shelf 3"})
    stream = client.responses.create(model="gpt-6-luna", input=asks, tools=[TOOL], stream=True)
    last = [event for event in stream if event.type == "response.completed"]
    assert last[0].response.output_text == "Here."
    assert "response_format" not in local.asked[1]
    assert local.asked[1]["messages"][-1] == {
        "role": "user",
        "content": "where_is returned: shelf 3",
    }


def test_logprobs(local: Server) -> None:
    look = {"id": 5, "token": "Fish", "logprob": -0.5, "bytes": [70], "top_logprobs": []}
    local.answers = [said("Fish", logprobs={"content": [look]})]
    asked: Any = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
    answer = OpenAI().responses.create(**ASK, **asked)
    part = answer.output[0].content[0]  # type: ignore[union-attr]
    assert part.logprobs[0].logprob == -0.5  # type: ignore[union-attr, index]
    assert (local.asked[0]["logprobs"], local.asked[0]["top_logprobs"]) == (True, 2)
    local.answers = [said("Fish")]
    assert "did not give" in missed(lambda: OpenAI().responses.create(**ASK, **asked))


def test_who_knows_no_tools_can_be_told_to_call_none(local: Server) -> None:
    local.told["/props"] = {"chat_template_caps": {"supports_tools": False}}
    answer = OpenAI().responses.create(**ASK, tools=[TOOL], tool_choice="none")
    assert answer.output_text == "Fish."
    assert local.asked[0].keys() == {"model", "messages", "temperature"}


# Streams


def test_a_stream_has_the_events_of_the_api_in_their_order(local: Server) -> None:
    local.answers = [
        pieces({"role": "assistant", "content": ""}, {"content": "Fi"}, {"content": "sh."})
    ]
    events = list(OpenAI().responses.create(**ASK, stream=True))
    assert [event.type for event in events] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(10))
    whole = events[-1].response  # type: ignore[union-attr]
    assert (whole.output_text, whole.model) == ("Fish.", "tiny-talker")
    assert whole.usage is not None
    assert whole.usage.input_tokens == 11
    assert local.asked[0]["stream_options"] == {"include_usage": True}
    with OpenAI().responses.stream(**ASK) as stream:
        assert stream.get_final_response().output_text == "Fish."


def test_a_streamed_call_of_a_function(local: Server) -> None:
    first = {"index": 0, "id": "call_7", "function": {"name": "where_is", "arguments": ""}}
    more = [{"index": 0, "function": {"arguments": text}} for text in ('{"name": ', '"Emma"}')]
    local.answers = [
        pieces(*({"tool_calls": [each]} for each in [first, *more]), reason="tool_calls")
    ]
    with OpenAI().responses.stream(**ASK, tools=[TOOL]) as stream:  # type: ignore[list-item]
        kinds = [event.type for event in stream]
        [item] = stream.get_final_response().output
    assert item.type == "function_call"
    assert (item.call_id, item.arguments) == ("call_7", '{"name": "Emma"}')
    assert kinds.count("response.function_call_arguments.delta") == 2
    assert kinds[-3:] == [
        "response.function_call_arguments.done",
        "response.output_item.done",
        "response.completed",
    ]


def test_a_stream_of_chat(local: Server) -> None:
    local.answers = [pieces({"content": "Fi"}, {"content": "sh."})]
    options: Any = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = list(OpenAI().chat.completions.create(**CHAT, **options))
    texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert "".join(filter(None, texts)) == "Fish."
    assert {chunk.model for chunk in chunks} == {"tiny-talker"}
    assert chunks[-1].usage.total_tokens == 16


def test_the_first_word_does_not_wait_for_the_last(local: Server) -> None:
    go_on = threading.Event()
    [one, two, *end] = pieces({"content": "Fi"}, {"content": "sh."})
    local.answers = [[one, lambda: go_on.wait(10), two, *end]]
    started = time.monotonic()
    for event in OpenAI().responses.create(**ASK, stream=True):
        if event.type == "response.output_text.delta" and not go_on.is_set():
            assert time.monotonic() - started < 5
            go_on.set()
    assert go_on.is_set()


def test_thoughts_are_not_part_of_an_answer(local: Server) -> None:
    local.answers = [said("<think>Gulls? Birds.</think>\n\nFish.")]
    assert OpenAI().responses.create(**ASK).output_text == "Fish."
    local.answers = [
        pieces(*({"content": each} for each in ("<th", "ink>Gulls", "?</think>\n", "Fish.")))
    ]
    with OpenAI().responses.stream(**ASK) as stream:
        assert stream.get_final_response().output_text == "Fish."


def test_a_stream_that_breaks_off(local: Server) -> None:
    local.answers = [pieces({"content": "Fi"}, reason=None, usage=False)]
    with pytest.raises(APIConnectionError):
        list(OpenAI().responses.create(**ASK, stream=True))
    [call] = default_ledger().calls()
    assert (call.mode, call.status) == ("local", "cut")


def test_what_is_cut_says_so(local: Server) -> None:
    local.answers = [said("Fi", reason="length")]
    answer = OpenAI().responses.create(**ASK, max_output_tokens=1)
    assert answer.status == "incomplete"
    assert answer.incomplete_details is not None
    assert answer.incomplete_details.reason == "max_output_tokens"


def test_an_event_loop(local: Server) -> None:
    async def both() -> tuple[str, list[str]]:
        async with AsyncOpenAI() as client:
            local.answers = [said("Fish.")]
            plain = await client.responses.create(**ASK)
            local.answers = [pieces({"content": "Fish."})]
            stream = await client.responses.create(**ASK, stream=True)
            return plain.output_text, [event.type async for event in stream]

    text, kinds = asyncio.run(both())
    assert (text, kinds[0], kinds[-1]) == ("Fish.", "response.created", "response.completed")


# What it cannot do is the miss, with the reason

CALLED: Json = {"type": "function_call", "call_id": "c", "name": "draw", "arguments": "{}"}
RETURNED: Json = {"type": "function_call_output", "call_id": "c"}
DRAWN: Json = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"tools": [{"type": "web_search"}]}, "the tool web_search"),
        ({"conversation": "conv_1"}, "`conversation`"),
        ({"background": True}, "`background`"),
        ({"background_options": {"completion_window": "8h"}}, "`background_options`"),
        ({"prompt": {"id": "pmpt_1"}}, "`prompt`"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]},
            "a file",
        ),
        (
            {"input": [CALLED, RETURNED | {"output": [{"type": "input_file", "file_id": "f"}]}]},
            "a file",
        ),
        ({"input": [CALLED, RETURNED | {"output": [DRAWN]}]}, "a picture from a function"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "item_reference"),
        ({"include": ["file_search_call.results"]}, "file_search_call.results"),
        ({"brand_new_field": 1}, "`brand_new_field`"),
    ],
)
def test_nothing_that_a_cell_depends_on_is_dropped(more: Json, reason: str, local: Server) -> None:
    text = missed(lambda: OpenAI().responses.create(**{**ASK, "extra_body": more}))
    assert "The model on this machine has not answered" in text
    assert reason in text
    assert local.asked == []


def test_a_background_response_is_fetched_and_cancelled_at_openai_only(local: Server) -> None:
    responses = OpenAI().responses
    path = "goes to /v1/responses/resp_1"
    assert path in missed(lambda: responses.retrieve("resp_1", stream=True, starting_after=4))
    assert f"{path}/cancel" in missed(lambda: responses.cancel("resp_1"))
    assert local.asked == []


def test_a_picture_for_a_model_without_eyes(local: Server) -> None:
    local.told["/api/show"] = {"capabilities": ["completion"]}
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"}
    ask: Any = {"model": "gpt-6-luna", "input": [{"role": "user", "content": [picture]}]}
    assert "tiny-talker cannot see" in missed(lambda: OpenAI().responses.create(**ask))
    local_server._abilities.clear()
    local.told["/api/show"] = {"capabilities": ["completion", "vision"]}
    assert OpenAI().responses.create(**ask).output_text == "Fish."
    [part] = local.asked[0]["messages"][0]["content"]
    assert part == {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.mark.parametrize("status", [400, 404, 422, 500, 503])
def test_an_error_of_the_server_is_the_reason(status: int, local: Server) -> None:
    local.status, local.answers = status, [{"error": {"message": "no such thing"}}]
    text = missed(lambda: OpenAI().responses.create(**ASK))
    assert f"refused by the local server: {status} no such thing" in text
    assert len(local.asked) == 1
    [call] = default_ledger().calls()
    assert (call.mode, call.status, call.cost_usd) == ("replay", "error", 0)


def test_no_server_there(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LOCAL", "http://127.0.0.1:9/v1")
    text = missed(lambda: OpenAI().responses.create(**ASK))
    assert "found no server at http://127.0.0.1:9/v1: start it" in text


def test_a_server_without_a_model(local: Server) -> None:
    local.models = []
    assert "found no model" in missed(lambda: OpenAI().responses.create(**ASK))


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": [{}]}, [1], "text"])
def test_an_answer_that_is_none(answer: Any, local: Server) -> None:
    local.answers = [answer] if answer != [1] else [{"choices": 3}]
    assert "has not answered" in missed(lambda: OpenAI().responses.create(**ASK))


def test_other_endpoints_are_missed_as_ever(local: Server) -> None:
    client = OpenAI()
    asks: Any = {"model": "text-embedding-3-small", "input": "gull"}
    for call in (
        lambda: client.embeddings.create(**asks),
        lambda: client.images.generate(model="gpt-image-2", prompt="a gull"),
        lambda: client.moderations.create(input="gull"),
    ):
        assert "has not answered" in missed(call)
    assert local.asked == []


def test_a_timeout_of_the_program_holds(local: Server) -> None:
    local.answers = [[lambda: local.stopped.wait(5), *pieces({"content": "Fish."})]]
    text = missed(lambda: OpenAI(timeout=0.3).responses.create(**ASK))
    assert "no answer" in text or "within 0.3 s" in text


# The miss


def test_a_small_edit_is_shown_beside_its_recording(data: Path) -> None:
    record(Echo(), lambda client: client.responses.create(**ASK))
    text = missed(
        lambda: OpenAI().responses.create(**{**ASK, "input": "What do gulls eat in spring?"})
    )
    assert "nearest recording: 90_plumbing/01-responses-" in text
    assert "[spring?]" in text
    assert "undo your edit" in text
    assert "oaiworkbook local" in text


def test_a_question_of_ones_own_has_no_neighbour(data: Path) -> None:
    record(Echo(), lambda client: client.responses.create(**ASK))
    own = {**ASK, "input": "How do I teach my aunt to use a ticket machine?"}
    text = missed(lambda: OpenAI().responses.create(**own))
    assert "this is a question of your own" in text
    assert "nearest" not in text
    assert "undo" not in text
    assert "oaiworkbook local" in text
    assert "go live" in text


def test_a_setting_is_a_small_edit(data: Path) -> None:
    record(Echo(), lambda client: client.responses.create(**ASK))
    text = missed(lambda: OpenAI().responses.create(**ASK, max_output_tokens=64))
    assert "differs in max_output_tokens" in text
