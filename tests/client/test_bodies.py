"""What is metered is what the caller reads: compressed, broken, unreadable, or an error with status 200."""

import gzip
import json
import warnings
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import openai
import pytest

from oaiworkbook.client import OpenAI
from oaiworkbook.client.bodies import decoded
from oaiworkbook.money.ledger import Call, default_ledger
from oaiworkbook.practice.answers import chat_answer, text_answer
from oaiworkbook.practice.loopback import Reply, Served
from oaiworkbook.practice.server import PracticeServer
from oaiworkbook.recordings.failures import error_in
from oaiworkbook.recordings.file import Answer

from ..support import data, record, recordings  # noqa: F401  # a fixture
from .test_retries import ASK, PRICE, source

CHAT: dict[str, Any] = {"model": "gpt-6-luna", "messages": [{"role": "user", "content": "hi"}]}


def live(url: str, **options: Any) -> OpenAI:
    return OpenAI(base_url=url, api_key="sk-test", mode="live", max_retries=0, **options)


def last() -> Call:
    return default_ledger().calls()[-1]


def says(answer: dict[str, Any]) -> Callable[[Served], Reply]:
    return lambda served: Reply(Answer.model_validate(answer), "authored")


# Compressed


def pieces(text: bytes, encoding: str) -> list[tuple[int, bytes]]:
    """`text`, compressed and sent in three parts at 10, 20 and 30 ms, each readable by itself."""
    packed = zlib.compressobj(wbits={"gzip": 31, "deflate": 15}[encoding])
    third = len(text) // 3
    parts = [text[:third], text[third : 2 * third], text[2 * third :]]
    sent = [packed.compress(part) + packed.flush(zlib.Z_SYNC_FLUSH) for part in parts]
    sent[-1] += packed.flush()
    return list(zip((10, 20, 30), sent, strict=True))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "GZIP"])
def test_a_compressed_body_is_seen_as_the_caller_reads_it(encoding: str) -> None:
    text = b"data: one\n\ndata: two\n\ndata: three and more\n\n"
    body, times = decoded(pieces(text, encoding.lower()), encoding)
    assert body == text
    third = len(text) // 3
    assert dict(times) == {10: third, 20: 2 * third, 30: len(text)}


def test_a_plain_body_keeps_its_times() -> None:
    assert decoded([(1, b"ab"), (3, b"c")], "") == (b"abc", [(1, 2), (3, 3)])
    assert decoded([(1, b"ab")], "identity") == (b"ab", [(1, 2)])
    assert decoded([], "gzip") == (b"", [])


def test_what_only_says_that_it_is_compressed_is_given_back_as_it_came() -> None:
    assert decoded([(1, b"plain")], "gzip") == (b"plain", [(1, 5)])
    assert decoded([(1, b"plain")], "of tomorrow") == (b"plain", [(1, 5)])


@pytest.mark.parametrize("stream", [False, True])
def test_a_compressed_answer_has_its_cost(stream: bool) -> None:
    with PracticeServer(["gzip"], source=source) as server:
        answer = live(server.url).responses.create(**ASK, stream=stream)
        text = list(answer)[-1].response.output_text if stream else answer.output_text
    assert text == "No."
    assert (last().status, last().cost_usd, last().input_tokens) == ("ok", PRICE, 40)


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_compressed_unasked_replays(
    data: Path,  # noqa: F811
    stream: bool,
) -> None:
    def compressing(served: Served) -> Reply:
        reply = source(served)
        if stream:
            return reply
        packed = gzip.compress(json.dumps(reply.answer.json_).encode())
        folder = data / "packed"
        folder.mkdir(exist_ok=True)
        (folder / "body.bin").write_bytes(packed)
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        made = Answer.model_validate({"status": 200, "headers": headers, "file": "body.bin"})
        return Reply(made, "authored", folder)

    def use(client: Any) -> str:
        answer = client.responses.create(**ASK, stream=stream)
        return list(answer)[-1].response.output_text if stream else answer.output_text

    assert record(compressing, use) == "No."
    [path] = recordings(data)
    assert "content-encoding" not in path.read_text("utf-8")
    assert use(OpenAI()) == "No."


# An error with status 200

ERROR = {"message": "boom", "type": "server_error", "code": 500}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"error": ERROR}, "boom"),
        ({"error": "Unexpected endpoint"}, "Unexpected endpoint"),
        ({"id": "x", "object": "chat.completion", "choices": None, "error": ERROR}, "boom"),
        ({"id": "x", "choices": [], "error": {"code": 502}, "user_id": "u"}, "502"),
        ([{"id": "a"}, {"error": ERROR}, "[DONE]"], "boom"),
        ([{"type": "error", "message": "boom"}], "boom"),
        ([{"type": "error", "error": ERROR}], "boom"),
        ([{"id": "a"}, "error: boom"], "boom"),
        ({"id": "x", "choices": [{"index": 0}], "error": ERROR}, None),
        ({"id": "x", "object": "response", "status": "failed", "error": ERROR, "output": []}, None),
        ({"id": "x", "object": "batch", "status": "failed", "errors": {"data": []}}, None),
        ({"id": "x", "output": [1], "error": None}, None),
        ([{"type": "response.failed", "response": {"error": ERROR, "status": "failed"}}], None),
        ([{"id": "a", "choices": []}, "[DONE]"], None),
        (["[DONE]"], None),
        ([], None),
        (None, None),
        ("text", None),
        (7, None),
    ],
)
def test_an_error_in_place_of_an_answer_is_told_from_an_answer(
    answer: Any, message: str | None
) -> None:
    found = error_in(answer)
    if message is None:
        assert found is None
    else:
        assert found is not None
        assert message in str(found)


def test_an_event_named_error_is_one_whatever_it_holds() -> None:
    assert error_in([{"message": "boom"}], ["error"]) == {"message": "boom"}
    assert error_in([{"message": "boom"}], ["message"]) is None


@pytest.mark.parametrize("ask", ["responses", "chat"])
def test_the_caller_learns_of_an_error_with_status_200_and_it_is_logged(ask: str) -> None:
    with PracticeServer(["error-200*"], source=source) as server:
        client: Any = live(server.url)
        call = partial(client.responses.create, **ASK)
        if ask == "chat":
            call = partial(client.chat.completions.create, **CHAT)
        with pytest.raises(openai.APIError, match="answered 200 with an error: The prov") as caught:
            call()
        assert len(server.log) == 1
    assert caught.value.body == {"message": "The provider returned an error.", "code": 502}
    assert (last().status, last().cost_usd, last().error) == ("error", None, "200 502")


def test_a_stream_that_ends_in_an_error_is_logged_as_one() -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-6-luna"}
    first = chunk | {"choices": [{"index": 0, "delta": {"content": "Hel"}}]}
    events = [[0, None, first], [0, None, {"error": ERROR}], [0, None, "[DONE]"]]
    answer = {"status": 200, "headers": {"content-type": "text/event-stream"}, "sse": events}
    with (
        PracticeServer(source=says(answer)) as server,
        pytest.raises(openai.APIError, match="boom"),
    ):
        list(live(server.url).chat.completions.create(**CHAT, stream=True))
    assert (last().status, last().cost_usd) == ("error", None)


def test_a_failed_response_is_an_object_and_reaches_the_caller() -> None:
    failed = text_answer("")["json"] | {"status": "failed", "error": ERROR, "output": []}
    answer = {"status": 200, "headers": {"content-type": "application/json"}, "json": failed}
    with PracticeServer(source=says(answer)) as server:
        assert live(server.url).responses.create(**ASK).status == "failed"
    assert last().status == "ok"


# What cannot be read, logged or written never costs the caller the answer


def raw(body: bytes, kind: str, folder: Path) -> Callable[[Served], Reply]:
    (folder / "body.bin").write_bytes(body)
    answer = {"status": 200, "headers": {"content-type": kind}, "file": "body.bin"}
    return lambda served: Reply(Answer.model_validate(answer), "authored", folder)


DEEP = b'{"id": "x", "choices": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
LATIN = b'data: {"id": "x", "choices": [{"index": 0, "delta": {"content": "Gr\xfc\xdfe"}}]}\n\n'


@pytest.mark.parametrize("mode", ["live", "record"])
@pytest.mark.parametrize(
    ("body", "kind", "stream"),
    [(DEEP, "application/json", False), (LATIN, "text/event-stream", True)],
)
def test_a_body_that_cannot_be_read_leaves_no_row_open(
    data: Path,  # noqa: F811
    tmp_path: Path,
    body: bytes,
    kind: str,
    stream: bool,
    mode: Any,
) -> None:
    with PracticeServer(source=raw(body, kind, tmp_path)) as server:
        client = OpenAI(base_url=server.url, api_key="sk-test", mode=mode, max_retries=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                answer = client.chat.completions.create(**CHAT, stream=stream)
                if stream:
                    list(answer)
            except (ValueError, RecursionError):
                pass  # the SDK's own
    assert last().status in ("ok", "cut")
    assert last().cost_usd is None


@pytest.mark.parametrize("stream", [False, True])
def test_half_an_emoji_reaches_the_caller_and_is_not_recorded_wrongly(
    data: Path,  # noqa: F811
    stream: bool,
) -> None:
    half = "Bye \ud83d"

    def answering(served: Served) -> Reply:
        made = chat_answer("X")["json"]
        made["choices"][0]["message"]["content"] = half
        body = json.dumps(made)
        if stream:
            piece = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            piece |= {"choices": [{"index": 0, "delta": {"content": half}}]}
            body = f"data: {json.dumps(piece)}\n\ndata: [DONE]\n\n"
        kind = "text/event-stream" if stream else "application/json"
        answer = {"status": 200, "headers": {"content-type": kind}, "text": body}
        return Reply(Answer.model_validate(answer), "authored")

    def use(client: Any) -> str:
        answer = client.chat.completions.create(**CHAT, stream=stream)
        if stream:
            return "".join(chunk.choices[0].delta.content or "" for chunk in answer)
        return str(answer.choices[0].message.content)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert record(answering, use) == half
    assert last().status == "ok"
    if recordings(data):
        assert use(OpenAI()) == half
    else:
        assert any("not recorded" in str(each.message) for each in told)


def test_usage_that_no_machine_can_count_costs_nobody_the_answer() -> None:
    made = text_answer("Yes.", model="gpt-6-luna")["json"]
    made["usage"] |= {"input_tokens": 2**64, "total_tokens": 2**64}
    answer = {"status": 200, "headers": {"content-type": "application/json"}, "json": made}
    with PracticeServer(source=says(answer)) as server:
        assert live(server.url).responses.create(**ASK).output_text == "Yes."
    assert (last().status, last().cost_usd) == ("ok", None)
    assert (last().usage or {})["usage"] == made["usage"], "kept as it came"


def test_a_meter_that_fails_becomes_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    from oaiworkbook.money.meter import Meter

    def broken(*_: Any) -> None:
        raise OverflowError("too large")

    monkeypatch.setattr(Meter, "add", broken)
    with PracticeServer(source=source) as server:
        client = live(server.url)
        with pytest.warns(UserWarning, match="not in the cost log. OverflowError: too large"):
            assert client.responses.create(**ASK).output_text == "No."
