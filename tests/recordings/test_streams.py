"""An event stream is read as the SDK reads it, live, recorded and replayed."""

import asyncio
import json
from pathlib import Path
from typing import Any

import openai
import pytest
from openai._streaming import SSEDecoder

from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.practice.loopback import Reply, Served
from oaiworkbook.practice.server import PracticeServer
from oaiworkbook.recordings.file import Answer
from oaiworkbook.recordings.wire import ended, looks_like_events, parse_body, parse_sse

from ..support import data, record, recordings  # noqa: F401  # a fixture

CHAT: dict[str, Any] = {
    "model": "gpt-6-luna",
    "messages": [{"role": "user", "content": "hi"}],
    "stream": True,
}
USAGE = {"prompt_tokens": 40, "completion_tokens": 12, "total_tokens": 52}


def chunk(text: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": None}
    made = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-6-luna"}
    return made | {"choices": [choice]} | more


def sent(*events: Any, newline: str = "\n", last: str | None = None) -> bytes:
    lines = [
        f"data: {e if isinstance(e, str) else json.dumps(e, ensure_ascii=False)}" for e in events
    ]
    text = "".join(line + newline * 2 for line in lines)
    return (text if last is None else text.removesuffix(newline * 2) + last).encode()


WHOLE = [chunk("Hel"), chunk("lo."), chunk(None, choices=[], usage=USAGE), "[DONE]"]
FRAMINGS = {
    "LF": sent(*WHOLE),
    "CR LF": sent(*WHOLE, newline="\r\n"),
    "CR": sent(*WHOLE, newline="\r"),
    "a mark at the start": b"\xef\xbb\xbf" + sent(*WHOLE),
    "comments": b": hello\n\n" + sent(*WHOLE).replace(b"\n\n", b"\n\n: ping\n\n"),
    "id and retry": sent(*WHOLE).replace(b"data:", b"id: 7\nretry: 3\ndata:"),
    "no blank after the colon": sent(*WHOLE).replace(b"data: ", b"data:"),
    "more empty lines": sent(*WHOLE).replace(b"\n\n", b"\n\n\n\n"),
}


@pytest.mark.parametrize("name", FRAMINGS)
def test_framings_give_the_same_events(name: str) -> None:
    assert [value for _, _, value in parse_sse(FRAMINGS[name], [])] == WHOLE


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_only_cr_and_lf_end_a_line(separator: str) -> None:
    raw = sent(f"a{separator}b")
    assert [value for _, _, value in parse_sse(raw, [])] == [f"a{separator}b"]
    [event] = SSEDecoder().iter_bytes(iter([raw]))
    assert event.data == f"a{separator}b", "the SDK reads it so too"


@pytest.mark.parametrize("last", ["", "\n", "\r"])
def test_the_last_event_counts_without_its_empty_line(last: str) -> None:
    raw = sent(*WHOLE, last=last)
    assert [value for _, _, value in parse_sse(raw, [])] == WHOLE


def test_lines_of_data_belong_together_and_an_event_has_a_name() -> None:
    raw = b"event: thing\r\ndata: {\r\ndata: }\r\n\r\nevent: empty\n\ndata: text\n\n"
    assert parse_sse(raw, [(5, 4), (9, len(raw))]) == [(9, "thing", {}), (9, None, "text")]


def test_an_event_has_the_time_of_its_last_byte() -> None:
    raw = sent("a", "b")
    half = len(raw) // 2
    assert parse_sse(raw, [(1, half), (2, len(raw))]) == [(1, None, "a"), (2, None, "b")]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"data: {}", True),
        (b"event: x", True),
        (b": ping", True),
        (b"id: 3\ndata: x", True),
        (b"\n\ndata: x", True),
        (b"\xef\xbb\xbfdata: x", True),
        (b"", True),
        (b"\n", True),
        (b'{"error": "x"}', False),
        (b"<html>", False),
        (b"Not found", False),
        (b"database", False),
    ],
)
def test_how_a_stream_of_events_begins(start: bytes, expected: bool) -> None:
    assert looks_like_events(start) is expected


def test_a_stream_is_read_as_one_only_where_one_was_asked_for() -> None:
    raw = sent({"a": 1})
    assert parse_body("text/plain", raw, [], stream=True) == (None, [(0, None, {"a": 1})])
    assert parse_body("text/plain", raw, []) == (None, None)
    assert parse_body("Application/JSON", b'{"a": 1}', []) == ({"a": 1}, None)
    assert parse_body("TEXT/EVENT-STREAM", raw, [])[1] == [(0, None, {"a": 1})]


@pytest.mark.parametrize(
    ("events", "closed", "expected"),
    [
        (WHOLE, False, True),
        ([chunk("a"), "[DONE] "], False, True),
        (WHOLE[:-1], True, True),
        (WHOLE[:-1], False, False),
        ([chunk("a", choices=[{"finish_reason": "stop"}])], True, True),
        ([chunk("a", choices=[{"finish_reason": "stop"}])], False, False),
        ([chunk("a")], True, False),
        ([chunk("a", usage=USAGE)], True, False),  # some servers count in every chunk
        ([{"type": "response.completed"}], False, True),
        ([{"type": "response.output_text.delta"}], True, False),
        ([], True, False),
    ],
)
def test_a_stream_that_ended_whole_is_not_cut_short(
    events: list[Any], closed: bool, expected: bool
) -> None:
    assert ended(events, closed=closed) is expected


KINDS = [
    None,
    "",
    "text/plain; charset=utf-8",
    "application/json",
    "application/octet-stream",
    "application/x-ndjson",
    "text/event-stream;charset=UTF-8",
    "TEXT/EVENT-STREAM",
]


def streams(kind: str | None, raw: bytes, folder: Path) -> Any:
    (folder / "stream.bin").write_bytes(raw)
    headers = {} if kind is None else {"content-type": kind}
    made = Answer.model_validate({"status": 200, "headers": headers, "file": "stream.bin"})
    return lambda served: Reply(made, "authored", folder)


def said(client: Any) -> str:
    chunks = client.chat.completions.create(**CHAT, stream_options={"include_usage": True})
    return "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_of_any_content_type_is_read_recorded_and_replayed(
    data: Path,  # noqa: F811
    tmp_path: Path,
    kind: str | None,
) -> None:
    source = streams(kind, sent(*WHOLE), tmp_path)
    with PracticeServer(source=source) as server:
        assert said(openai.OpenAI(base_url=server.url, api_key="x")) == "Hello."
        assert said(OpenAI(base_url=server.url, api_key="x", mode="live")) == "Hello."
    row = default_ledger().calls()[-1]
    assert (row.status, row.input_tokens, row.stream) == ("ok", 40, True)
    assert row.cost_usd is not None
    assert record(source, said) == "Hello."
    [path] = recordings(data)
    assert len(json.loads(path.read_text("utf-8"))["answers"][0]["sse"]) == len(WHOLE)
    assert said(OpenAI()) == "Hello."


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"id": "x", "choices": []}'),
        ("text/plain", b"Bad gateway"),
        (None, b"<html><body>Sign in</body></html>"),
        ("text/html", b"<html><body>Sign in</body></html>"),
    ],
)
def test_what_is_no_stream_stays_refused(tmp_path: Path, kind: str | None, body: bytes) -> None:
    with PracticeServer(source=streams(kind, body, tmp_path)) as server:
        client = OpenAI(base_url=server.url, api_key="x", mode="live", max_retries=0)
        with pytest.raises(openai.APIConnectionError, match="not with what was asked for"):
            said(client)


def test_an_asynchronous_stream_without_a_content_type_is_read(tmp_path: Path) -> None:
    async def asked(url: str) -> str:
        async with AsyncOpenAI(base_url=url, api_key="x", mode="live") as client:
            stream = await client.chat.completions.create(**CHAT)
            return "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])

    with PracticeServer(source=streams(None, sent(*WHOLE), tmp_path)) as server:
        assert asyncio.run(asked(server.url)) == "Hello."
    assert default_ledger().calls()[-1].status == "ok"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_a_separator_in_an_answer_replays(
    data: Path,  # noqa: F811
    separator: str,
) -> None:
    events: list[Any] = [chunk(f"a{separator}b"), chunk(None, choices=[], usage=USAGE), "[DONE]"]

    def source(served: Served) -> Reply:
        headers = {"content-type": "text/event-stream"}
        sse = [[0, None, event] for event in events]
        return Reply(
            Answer.model_validate({"status": 200, "headers": headers, "sse": sse}), "authored"
        )

    assert record(source, said) == f"a{separator}b"
    assert recordings(data)
    assert said(OpenAI()) == f"a{separator}b"
