"""The shipped WebSocket sessions have the API's wire format: event by event, and in their order.

Against real sessions where that folder is present (it is no part of the project), and against the
rules that held in all of them everywhere.
"""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from openai import BaseModel
from openai.types.realtime import (
    ConversationItemTruncatedEvent,
    RealtimeClientEvent,
    RealtimeErrorEvent,
    RealtimeServerEvent,
    RealtimeTranscriptionSessionCreateResponse,
)
from openai.types.responses import ResponsesServerEvent

from oaiworkbook.recordings.file import read_recording

from ..recordings.test_wire_format import LINES, REAL, SESSIONS, real_order

TALKS = [path for path in SESSIONS if path not in LINES]
each_session = pytest.mark.parametrize(
    "path", TALKS, ids=[f"{path.parent.name}/{path.name}" for path in TALKS]
)
each_line = pytest.mark.parametrize(
    "path", LINES, ids=[f"{path.parent.name}/{path.name}" for path in LINES]
)
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="the real exchanges are not on this machine"
)
RATE = 24_000 * 2  # bytes a second of sound
# Maps whose keys the caller chooses.
OPEN = re.compile(r"(metadata|parameters|schema|\.arguments|logprobs|categories|category_)")
# In the SDK's types, but in no collected session.
EVENTS = {
    "error": RealtimeErrorEvent,
    "conversation.item.truncated": ConversationItemTruncatedEvent,
}
DOCUMENTED = re.compile(
    r"\S+\.conversation_id null"  # a response outside of the conversation
    r"|\S+\.session\.audio\.input\.turn_detection null"  # switched off
    r"|response\.done\.response\.status_details\.(type|reason) string"  # cancelled
    r"|\S+\.session\.tools\[\]\.parameters.*"  # the caller's own schema
    r"|\S+\.session\.truncation\.\S+ (string|number)"  # a ratio: realtime_truncation.py
    r"|\S+\.session\.audio\.input\.transcription\.(keywords(\[\])? (list|string)|language string)"
)


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


def said(path: Path) -> list[dict[str, Any]]:
    """The server's events."""
    frames = read_recording(path).answers[0].frames or []
    return [event for direction, _, event in frames if direction == "<"]


def is_written(event: dict[str, Any]) -> bool:
    """Whether this tells of a transcription session, of which none was collected."""
    return bool(event.get("session", {}).get("type") == "transcription")


@cache
def real_events() -> list[list[dict[str, Any]]]:
    """The server's events of each real session."""
    sessions = []
    for file in sorted((REAL / "realtime-ws").glob("*.json")):
        events = json.loads(file.read_text())["response"]["body"]["events"]
        sessions.append([each["data"] for each in events if each["direction"] == "received"])
    return sessions


def order(events: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Which event of a response came right after which. Items of the conversation are announced in
    between, but not those of a response outside of it."""
    types = [event["type"] for event in events]
    return set(pairwise(kind for kind in types if kind.startswith("response.")))


def test_there_are_sessions() -> None:
    assert SESSIONS


@needs_real
@each_session
def test_every_field_and_type_was_seen_in_real_sessions(path: Path) -> None:
    known: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for event in (event for session in real_events() for event in session):
        for field, kind in flat(event):
            known[event["type"]][field].add(kind)
    for field, kinds in known["session.created"].items():  # the same object
        known["session.updated"][field] |= kinds
    for event in said(path):
        if event["type"] in EVENTS:
            continue
        if is_written(event):
            session = RealtimeTranscriptionSessionCreateResponse.model_validate(event["session"])
            assert not session.model_extra
            continue
        fields = known[event["type"]]
        assert fields, f"no real event is called {event['type']}"
        for field, kind in flat(event):
            found = f"{event['type']}{field} {kind}"
            assert kind in fields[field] or DOCUMENTED.fullmatch(found), found


@each_session
def test_every_event_is_one_of_the_sdk_s(path: Path) -> None:
    """The names of the GA interface, in both directions, and no field that the types lack."""
    names = {}
    for way, union in (("<", RealtimeServerEvent), (">", RealtimeClientEvent)):
        kinds = get_args(get_args(union)[0])
        assert len(kinds) > 10
        names[way] = {get_args(kind.model_fields["type"].annotation)[0] for kind in kinds}
    for answer in read_recording(path).answers:
        for way, _, event in answer.frames or []:
            assert event["type"] in names[way]
            if event["type"] in EVENTS:
                parsed = EVENTS[event["type"]].model_validate(event, strict=True)
                inner = [parsed, *(part for _, part in parsed if isinstance(part, BaseModel))]
                assert not any(part.model_extra for part in inner)


@needs_real
@each_session
def test_nothing_that_real_events_always_have_is_missing(path: Path) -> None:
    always: dict[str, set[str]] = {}
    for event in (event for session in real_events() for event in session):
        fields = {field for field, _ in flat(event)}
        always[event["type"]] = always.get(event["type"], fields) & fields
    for event in said(path):
        if is_written(event):
            continue
        fields = {field for field, _ in flat(event)}
        # An object may be null instead, and the other way round.
        missing = {
            field
            for field in always.get(event["type"], set()) - fields
            if not any(o.startswith(f"{field}.") or field.startswith(f"{o}.") for o in fields)
        }
        assert not missing, event["type"]


@needs_real
@each_session
def test_events_follow_each_other_as_in_real_sessions(path: Path) -> None:
    real = set().union(*(order(session) for session in real_events()))
    assert not order(said(path)) - real


@each_session
def test_a_session_begins_and_ends_as_the_api_s(path: Path) -> None:
    recording = read_recording(path)
    types = [event["type"] for event in said(path)]
    assert types[0] == "session.created"
    session = said(path)[0]["session"]
    asked = "intent=transcription" if is_written(said(path)[0]) else f"model={session['model']}"
    assert recording.request.query == asked
    assert types.count("response.created") == types.count("response.done")
    assert recording.answers[0].status == 101
    assert recording.answers[0].headers == {}
    times = [ms for _, ms, _ in recording.answers[0].frames or []]
    assert times == sorted(times)
    assert times[-1] < 10_000, "nobody waits that long"


@each_session
def test_pieces_add_up_to_the_whole(path: Path) -> None:
    text: dict[str, str] = defaultdict(str)
    sound: dict[str, bytes] = defaultdict(bytes)
    for event in said(path):
        kind = event["type"]
        if kind == "response.output_audio.delta":
            sound[event["response_id"]] += base64.b64decode(event["delta"], validate=True)
        elif kind.endswith(".delta"):
            text[kind.removesuffix(".delta")] += event["delta"]
        elif (name := re.sub(r"\.(done|completed)$", "", kind)) in text:
            whole = event.get("transcript", event.get("text", event.get("arguments")))
            assert whole == text.pop(name)
        elif kind == "response.done":
            usage = event["response"]["usage"]
            made = usage["output_token_details"]
            assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
            assert usage["output_tokens"] == made["text_tokens"] + made["audio_tokens"]
            seconds = len(sound[event["response"]["id"]]) / RATE
            assert made["audio_tokens"] == pytest.approx(seconds * 20, abs=1)
    assert not text or read_recording(path).answers[0].cut


@each_session
def test_ids_look_like_the_api_s_and_each_is_one_thing_s(path: Path) -> None:
    events = said(path)
    names = [event["event_id"] for event in events]
    assert len(set(names)) == len(names)
    found = re.findall(r': "((?:event|sess|resp|item)_[^"]*)"', json.dumps(events))
    assert all(re.fullmatch(r"[a-z]+_[A-Za-z0-9]{21}", name) for name in found)
    for event in events:
        if event["type"].startswith("response.output_") and "item_id" in event:
            assert event["response_id"].startswith("resp_")


@each_session
def test_words_are_padded_as_the_api_pads_them(path: Path) -> None:
    for event in said(path):
        if "obfuscation" in event:
            assert len(event["delta"] + event["obfuscation"]) % 16 == 0


@each_session
def test_sessions_say_that_we_wrote_them(path: Path) -> None:
    source = read_recording(path).provenance
    assert source.source == "live" or source.host is None


@needs_real
@each_line
def test_responses_over_a_websocket_are_streams_one_after_the_other(path: Path) -> None:
    """Their fields are compared in tests/recordings/test_wire_shapes.py."""
    events = said(path)
    types = [event["type"] for event in events]
    if types != ["error"]:
        ends = [at for at, kind in enumerate(types) if kind == "response.completed"]
        for start, end in pairwise([-1, *ends]):
            pairs = pairwise(["", *types[start + 1 : end + 1], ""])
            assert not set(pairs) - real_order()
        assert ends[-1] == len(types) - 1
    names = {get_args(kind.model_fields["type"].annotation)[0] for kind in _server_events()}
    assert set(types) <= names
    for event in events:
        if event["type"] == "response.completed":
            response = event["response"]
            usage = response["usage"]
            assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
            asked = [e for way, _, e in read_recording(path).answers[0].frames or [] if way == ">"]
            assert response["store"] == asked[0]["store"]


def _server_events() -> tuple[Any, ...]:
    return get_args(get_args(ResponsesServerEvent)[0])
