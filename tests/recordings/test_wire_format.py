"""The shipped recordings have the API's wire format; their fields are in test_wire_shapes.py.

Against real exchanges where that folder is present (it is no part of the project), and against the
rules that held in all of them everywhere.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import pytest

from oaiworkbook import settings
from oaiworkbook.recordings.file import Answer, Recording, read_recording
from oaiworkbook.recordings.wire import Event, ended, parse_sse

REAL = Path(__file__).parents[3] / "shared" / "real-traffic"
RECORDED = sorted((settings.course_dir() / "data" / "recordings").glob("*/*.json"))
SESSIONS = [path for path in RECORDED if read_recording(path).request.method == "WS"]
# Of these, Responses over a WebSocket; tests/practice/test_session_format.py has the rest.
LINES = [path for path in SESSIONS if read_recording(path).request.path == "/v1/responses"]
FILES = [path for path in RECORDED if path not in SESSIONS]
NAMES = [f"{path.parent.name}/{path.name}" for path in FILES]

every_recording = pytest.mark.parametrize("path", FILES, ids=NAMES)


class Exchange(NamedTuple):
    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: Any
    events: list[Event]
    raw: bytes


@cache
def real_exchanges() -> list[Exchange]:
    found = []
    for file in sorted(REAL.glob("*/*.json")):
        exchange = json.loads(file.read_text())
        request, answer = exchange.get("request") or {}, exchange.get("response") or {}
        url = request.get("url") or ""
        if "status" not in answer or "/v1/" not in url:
            continue
        path = "/v1/" + url.split("/v1/", 1)[1].split("?")[0]
        raw = str(answer.get("body_text") or "")
        head = answer.get("headers") or {}
        streamed = "event-stream" in head.get("content-type", "")
        streamed = streamed or raw.startswith(("data:", "event:"))
        events = parse_sse(raw.encode(), []) if streamed else []
        status, body = answer["status"], answer.get("body")
        found.append(Exchange(request["method"], path, status, head, body, events, raw.encode()))
    return found


@cache
def real_order() -> set[tuple[str, str]]:
    """Which stream event came right after which."""
    pairs = set()
    for each in real_exchanges():
        types = [
            data["type"] for _, _, data in each.events if isinstance(data, dict) and "type" in data
        ]
        pairs |= set(zip(["", *types], [*types, ""], strict=True))
    return pairs


def bodies(answer: Answer) -> list[Any]:
    if answer.sse is not None:
        return [data for _, _, data in answer.sse if isinstance(data, dict)]
    return [answer.json_] if isinstance(answer.json_, dict) else []


needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="the real exchanges are not on this machine"
)


@needs_real
@every_recording
def test_nothing_that_newer_real_responses_always_have_is_missing(path: Path) -> None:
    always = None
    for each in real_exchanges():
        body = each.body
        new = isinstance(body, dict) and body.get("object") == "response"
        if (
            new and each.status == 200 and body.get("created_at", 0) > 1_784_000_000
        ):  # mid-July 2026
            always = set(body) if always is None else always & set(body)
    assert always
    for answer in read_recording(path).answers:
        for body in bodies(answer):
            if body.get("object") == "response":
                # The real one that was fetched while it ran names nobody who pays.
                over = body["status"] in ("completed", "incomplete", "failed")
                assert not always - set(body) - (set() if over else {"billing"})


def begins_after(recording: Recording) -> int:
    """The number of the event after which a fetched stream begins, -1 where it has all."""
    asked = parse_qs(recording.request.query or "")
    return int(asked.get("starting_after", ["-1"])[0])


@needs_real
@every_recording
def test_stream_events_follow_each_other_as_in_real_streams(path: Path) -> None:
    recording = read_recording(path)
    for answer in recording.answers:
        types = [b["type"] for b in bodies(answer) if "type" in b] if answer.sse else []
        if types and types[0].startswith("response."):
            last = [""] if ended(bodies(answer)) else []
            pairs = set(zip(["", *types], [*types, *last], strict=False))
            if begins_after(recording) >= 0:
                pairs.discard(("", types[0]))
            assert not pairs - real_order()


@needs_real
def test_real_streams_are_framed_as_ours_are() -> None:
    framed = defaultdict(set)
    for each in real_exchanges():
        if each.events and each.status == 200:
            named, done = each.events[0][1] is not None, each.events[-1][2] == "[DONE]"
            framed[each.path.removeprefix("/v1/")].add((named, done, b"\r\n" in each.raw))
    assert framed["responses"] == {(True, False, False)}
    assert framed["chat/completions"] == {(False, True, False)}


FRAMING = {
    "/v1/responses": (True, False, False),
    "/v1/chat/completions": (False, True, False),
    "/v1/audio/transcriptions": (False, True, True),
    "/v1/audio/speech": (False, True, True),
    "/v1/images/generations": (True, False, False),  # as OpenAI's reference shows it
}


@every_recording
def test_streams_are_framed_as_the_endpoint_frames_them(path: Path) -> None:
    recording = read_recording(path)
    for answer in recording.answers:
        if answer.sse:
            asked = re.sub(r"/resp_\w+$", "", recording.request.path)
            named, done, crlf = FRAMING[asked]
            assert all((name is not None) is named for _, name, _ in answer.sse)
            assert all(name == data["type"] for _, name, data in answer.sse if named)
            assert (answer.sse[-1][2] == "[DONE]") is done
            assert answer.crlf is crlf


@every_recording
def test_sequence_numbers_and_deltas_add_up(path: Path) -> None:
    recording = read_recording(path)
    first = begins_after(recording) + 1
    for answer in recording.answers:
        events = bodies(answer) if answer.sse else []
        if events and "sequence_number" in events[0]:
            numbers = list(range(first, first + len(events)))
            assert [e["sequence_number"] for e in events] == numbers
        texts: dict[str, str] = defaultdict(str)
        for event in events:
            kind = event.get("type", "")
            if kind.endswith(".delta") and "audio" not in event:
                texts[kind.removesuffix(".delta")] += event["delta"]
            elif kind.removesuffix(".done") in texts:
                names = ("text", "arguments", "transcript", "input")
                whole = next((event[name] for name in names if name in event), None)
                came = texts.pop(kind.removesuffix(".done"))
                assert whole == came or (first and whole.endswith(came))


def usages(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("total_tokens"), int):
            yield value
        for inner in value.values():
            yield from usages(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from usages(inner)


def whole_bodies(recording: Recording) -> Iterator[Any]:
    for answer in recording.answers:
        yield from bodies(answer)
        for line in (answer.text or "").splitlines():
            if line.startswith("{"):
                yield json.loads(line)


@every_recording
def test_usage_adds_up(path: Path) -> None:
    for body in whole_bodies(read_recording(path)):
        for usage in usages(body):
            into = usage.get("input_tokens", usage.get("prompt_tokens", 0))
            out = usage.get("output_tokens", usage.get("completion_tokens", 0))
            assert usage["total_tokens"] == into + out
            details = usage.get("input_tokens_details") or usage.get("prompt_tokens_details") or {}
            modes = ("text_tokens", "audio_tokens", "image_tokens")
            if "text_tokens" in details:  # where each mode is counted, they are the whole
                assert sum(details.get(mode, 0) for mode in modes) == into
            cached = details.get("cached_tokens", 0) + details.get("cache_write_tokens", 0)
            assert cached <= into
            spent = (
                usage.get("output_tokens_details") or usage.get("completion_tokens_details") or {}
            )
            assert spent.get("reasoning_tokens", 0) <= out
            if "text_tokens" in spent:
                assert sum(spent.get(mode, 0) for mode in modes) == out


@every_recording
def test_headers_are_those_of_the_endpoint(path: Path) -> None:
    recording = read_recording(path)
    asked = recording.request.path
    for answer in recording.answers:
        assert "content-type" in answer.headers
        if answer.status == 200:
            assert re.fullmatch(r"req_[0-9a-f]{32}", answer.headers["x-request-id"])
            assert answer.headers["openai-version"] == "2020-10-01"
        limited = any(name.startswith("x-ratelimit-") for name in answer.headers)
        if asked.startswith(
            ("/v1/files", "/v1/batches", "/v1/images", "/v1/moderations", "/v1/models")
        ):
            assert not limited
        made = recording.request.method == "POST" and answer.status == 200
        if made and asked in ("/v1/responses", "/v1/chat/completions"):
            assert limited


@every_recording
def test_ids_look_like_the_api_s(path: Path) -> None:
    forms = {
        "response": r"resp_[0-9a-f]{50}",
        "chat.completion": r"chatcmpl-[A-Za-z0-9]{29}",
        "batch": r"batch_[0-9a-f]{32}",
        "file": r"file-[A-Za-z0-9]{22}",
    }
    for body in whole_bodies(read_recording(path)):
        form = forms.get(str(body.get("object")))
        if form:
            assert re.fullmatch(form, body["id"]), body["id"]


@every_recording
def test_recordings_say_that_we_wrote_them(path: Path) -> None:
    recording = read_recording(path)
    assert recording.provenance.source in ("authored", "live", "edited")
    assert recording.provenance.source == "live" or recording.provenance.host is None
