"""The shipped recordings have the API's wire format.

Against real exchanges where that folder is present (it is no part of the project), and against the
rules that held in all of them everywhere.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook import settings
from oaiworkbook.recordings.file import Answer, Event, Recording, read_recording
from oaiworkbook.recordings.wire import ended, parse_sse

REAL = Path(__file__).parents[3] / "shared" / "real-traffic"
RECORDED = sorted((settings.course_dir() / "data" / "recordings").glob("*/*.json"))
SESSIONS = [path for path in RECORDED if read_recording(path).request.method == "WS"]
FILES = [path for path in RECORDED if path not in SESSIONS]  # test_session_format.py has the rest
NAMES = [f"{path.parent.name}/{path.name}" for path in FILES]

# Maps whose keys the caller chooses.
OPEN = re.compile(r"(metadata|parameters|schema|\.arguments|logprobs|categories|category_)")
# Seen only in newer answers than the collected ones, or documented in the SDK's types alone.
NEWER = re.compile(
    r"(cache_write_tokens|access_programs|shutdown_date|phase|model$|annotations\[\])"
)
# In the SDK's types or in reports, but in no collected exchange.
DOCUMENTED = re.compile(
    r"batch \.errors.*"  # types/batch.py: object, data[code, line, message, param]
    r"|batch \.error_file_id|batch \.\w+_at"
    r"|error \.detail.*"  # /v1/files repeats the error under this name
    r"|error \.error\.moderation_details(\.\w+)?"  # OpenAI's guide to image generation, reports
    r"|(audio None|transcript\.text\.done) \.languages.*"  # types/audio: by gpt-transcribe
    r"|response \.conversation\.id"  # types/responses/response.py
    # types/conversations/message.py: a model's message among a conversation's items
    r"|conversations list \.data\[\]\.content\[\]\.(annotations|logprobs)"
    # types/vector_store.py: collected is an older one without a name or an end
    r"|vector_store \.(name|description|expires_at|expires_after\.\w+)"
    # types/responses: response_function_web_search, web_search_tool, response_code_interpreter_tool_call
    r"|response \.output\[\]\.action\.(sources(\[\]\.\w+)?|url)"
    r"|response \.tools\[\]\.filters\.allowed_domains(\[\])?"
    r"|response \.output\[\]\.outputs"
    # types/fine_tuning: of single jobs only an unfinished one is collected, of events none
    r"|fine_tuning\.job \.(finished_at|fine_tuned_model|trained_tokens|result_files\[\])"
    r"|fine_tuning\.job \.(validation_file|user_provided_suffix)"
    r"|fine_tuning list \.data\[\]\.(level|message|type|data(\.\w+)?)"
    r"|fine_tuning list \.data\[\]\.(step_number|fine_tun\w+|metrics\.\w+)"
    r"|model \.created"  # types/model.py; of single models only a deleted one is collected
    r"|response \.safety_identifier"  # types/responses/response.py
    # types/responses/response.py: Moderation, with a result or an error on each side
    r"|response \.moderation\.(input|output)\.(flagged|model|type|code|message)"
    # types/responses/response.py: PromptCacheOptions, PromptCacheDiagnostics
    r"|response \.prompt_cache_options\.comparison_response_id"
    r"|response \.prompt_cache_diagnostics\.(type|reason|cache_missed_tokens|comparison_reusable_tokens)"
)

every_recording = pytest.mark.parametrize("path", FILES, ids=NAMES)


def flat(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Each field's path with list positions left out, and its JSON type."""
    if OPEN.search(at):
        return
    if isinstance(value, dict):
        for key in value:
            yield from flat(value[key], f"{at}.{key}")
    elif isinstance(value, list):
        yield at, "list"
        for item in value:
            yield from flat(item, f"{at}[]")
    else:
        kinds = {bool: "bool", int: "number", float: "number", str: "string", type(None): "null"}
        yield at, kinds[type(value)]


def kind_of(path: str, body: Any) -> str:
    """What a body is, for comparison with its like: an object type, an event type, or an endpoint."""
    if isinstance(body, dict) and "error" in body and "object" not in body and "type" not in body:
        return "error"
    shape = body.get("object") or body.get("type") if isinstance(body, dict) else None
    if shape and shape != "list":
        return str(shape)
    return f"{path.removeprefix('/v1/').split('/')[0]} {shape}"


def split(body: Any) -> Iterator[Any]:
    """A body, and apart from it the response that a stream event carries: both forms are one type."""
    if isinstance(body, dict) and isinstance(body.get("response"), dict):
        yield body["response"]
        body = {name: value for name, value in body.items() if name != "response"}
    yield body


@cache
def real_exchanges() -> list[tuple[str, int, dict[str, str], Any, list[Event], bytes]]:
    """(path, status, headers, JSON body, events, raw stream) of each real exchange."""
    found = []
    for file in sorted(REAL.glob("*/*.json")):
        exchange = json.loads(file.read_text())
        answer = exchange.get("response") or {}
        url = (exchange.get("request") or {}).get("url") or ""
        if "status" not in answer or "/v1/" not in url:
            continue
        path = "/v1/" + url.split("/v1/", 1)[1].split("?")[0]
        raw = str(answer.get("body_text") or "")
        kind = (answer.get("headers") or {}).get("content-type", "")
        streamed = "event-stream" in kind or raw.startswith(("data:", "event:"))
        events = parse_sse(raw.encode(), []) if streamed else []
        head = answer.get("headers") or {}
        found.append((path, answer["status"], head, answer.get("body"), events, raw.encode()))
    return found


@cache
def real_fields() -> dict[str, dict[str, set[str]]]:
    """Kind of body -> field -> types seen."""
    seen: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path, _, _, body, events, _ in real_exchanges():
        whole = [body, *(data for _, _, data in events)]
        for one in (part for each in whole for part in split(each)):
            if isinstance(one, dict):
                for field, kind in flat(one):
                    seen[kind_of(path, one)][field].add(kind)
    return seen


@cache
def real_order() -> set[tuple[str, str]]:
    """Which stream event came right after which."""
    pairs = set()
    for _, _, _, _, events, _ in real_exchanges():
        types = [data["type"] for _, _, data in events if isinstance(data, dict) and "type" in data]
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
def test_every_field_and_type_was_seen_in_real_answers(path: Path) -> None:
    recording = read_recording(path)
    for answer in recording.answers:
        for body in (part for each in bodies(answer) for part in split(each)):
            kind = kind_of(recording.request.path, body)
            known = real_fields().get(kind)
            if known is None:
                continue  # no real exchange of this kind was collected
            for field, type_ in flat(body):
                if NEWER.search(field) or DOCUMENTED.fullmatch(f"{kind} {field}"):
                    continue
                assert field in known, f"{kind}: {field} is in no real answer"
                assert type_ in known[field], f"{kind}: {field} is {type_}, real: {known[field]}"


@needs_real
def test_most_recordings_have_a_real_counterpart() -> None:
    """Otherwise the test above would check nothing."""
    compared = 0
    for path in FILES:
        recording = read_recording(path)
        compared += any(
            kind_of(recording.request.path, body) in real_fields()
            for answer in recording.answers
            for body in bodies(answer)
        )
    assert compared >= 0.8 * sum(any(bodies(a) for a in read_recording(p).answers) for p in FILES)


@needs_real
@every_recording
def test_nothing_that_newer_real_responses_always_have_is_missing(path: Path) -> None:
    always = None
    for _, status, _, body, _, _ in real_exchanges():
        new = isinstance(body, dict) and body.get("object") == "response"
        if new and status == 200 and body.get("created_at", 0) > 1_784_000_000:  # mid-July 2026
            always = set(body) if always is None else always & set(body)
    assert always
    for answer in read_recording(path).answers:
        for body in bodies(answer):
            if body.get("object") == "response":
                assert not always - set(body)


@needs_real
@every_recording
def test_stream_events_follow_each_other_as_in_real_streams(path: Path) -> None:
    for answer in read_recording(path).answers:
        types = [b["type"] for b in bodies(answer) if "type" in b] if answer.sse else []
        if types and types[0].startswith("response."):
            last = [""] if ended(bodies(answer)) else []
            pairs = set(zip(["", *types], [*types, *last], strict=False))
            assert not pairs - real_order()


@needs_real
def test_real_streams_are_framed_as_ours_are() -> None:
    framed = defaultdict(set)
    for path, status, _, _, events, raw in real_exchanges():
        if events and status == 200:
            framed[path.removeprefix("/v1/")].add(
                (events[0][1] is not None, events[-1][2] == "[DONE]", b"\r\n" in raw)
            )
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
            named, done, crlf = FRAMING[recording.request.path]
            assert all((name is not None) is named for _, name, _ in answer.sse)
            assert all(name == data["type"] for _, name, data in answer.sse if named)
            assert (answer.sse[-1][2] == "[DONE]") is done
            assert answer.crlf is crlf


@every_recording
def test_sequence_numbers_and_deltas_add_up(path: Path) -> None:
    for answer in read_recording(path).answers:
        events = bodies(answer) if answer.sse else []
        if events and "sequence_number" in events[0]:
            assert [e["sequence_number"] for e in events] == list(range(len(events)))
        texts: dict[str, str] = defaultdict(str)
        for event in events:
            kind = event.get("type", "")
            if kind.endswith(".delta") and "audio" not in event:
                texts[kind.removesuffix(".delta")] += event["delta"]
            elif kind.removesuffix(".done") in texts:
                whole = event.get("text", event.get("arguments", event.get("transcript")))
                assert whole == texts.pop(kind.removesuffix(".done"))


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
        if asked in ("/v1/responses", "/v1/chat/completions") and answer.status == 200:
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
