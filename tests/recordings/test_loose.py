"""The second look-up: what is one request in two forms, what stays apart, and whom it answers."""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import pytest

from oaiworkbook import settings
from oaiworkbook.client import OpenAI
from oaiworkbook.errors import RecordingNotFound
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.recordings import library, loose
from oaiworkbook.recordings.library import Library
from oaiworkbook.recordings.loose import loose_key, same_answers
from tests.support import serve

from ..echo import Echo
from ..support import LESSON, data, record, recordings  # noqa: F401

LUNA, OLD = "gpt-6-luna", "gpt-4.1-mini"
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
HEX = UUID.replace("-", "")

Body = dict[str, Any]


def user(content: Any, **more: Any) -> Body:
    return {"role": "user", "content": content} | more


def part(text: str, kind: str = "input_text", **more: Any) -> Body:
    return {"type": kind, "text": text} | more


def key(path: str, body: Body) -> str | None:
    return loose_key("POST", path, "", json.loads(json.dumps(body)))


# All recordings


def groups() -> tuple[int, list[list[Path]]]:
    """How many distinct requests are recorded, and the files of each that the loose key tells apart."""
    course = Library(settings.course_dir() / "data" / "recordings")
    strict: set[str] = set()
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for path in course.paths():
        asked = course.read(path).request
        if asked.method == "POST":
            whole = json.dumps([asked.path, asked.query, asked.body], sort_keys=True)
            strict.add(whole)
            loosely = loose_key(asked.method, asked.path, asked.query, asked.body)
            found[loosely or whole].append(path)
    return len(strict), list(found.values())


# Each pair is one request in two forms, which is what its lesson says about it.
MERGED = [
    ["chat-completions-6549bc5e", "chat-completions-8ac18fdc"],  # developer, system
    ["responses-76e2ff10", "responses-6af34f25"],  # a text, a list of one message
    ["responses-96d06ccb", "responses-2216bd83"],  # a text, a list of one message
]


def test_of_all_recordings_these_merge_and_no_others() -> None:
    strict, loosely = groups()
    merged = [paths for paths in loosely if len(paths) > 1]
    print(f"{strict} distinct requests, {len(loosely)} for the second look-up")
    # The number of a file is its place in the lesson, and changes with it.
    assert [[path.stem.partition("-")[2] for path in paths] for paths in merged] == MERGED
    assert [{path.parent.name[:2] for path in paths} for paths in merged] == [
        {"02"},
        {"02"},
        {"04"},
    ]
    assert len(loosely) == strict - len(MERGED) > 600


def test_those_that_merge_give_the_same_answer() -> None:
    course = Library(settings.course_dir() / "data" / "recordings")
    for paths in groups()[1]:
        first, *others = [course.read(path).answers for path in paths]
        assert all(same_answers(first, other) for other in others), paths


# One request in two forms

R, C, E = "/v1/responses", "/v1/chat/completions", "/v1/embeddings"
ONE = {"model": LUNA, "input": "tide"}
SAID = {"model": LUNA, "messages": [user("tide")]}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}
SYSTEM = {"role": "system", "content": "Be brief."}
DEVELOPER = SYSTEM | {"role": "developer"}

SAME: list[tuple[str, Body, Body]] = [
    (R, ONE, ONE | {"input": [user("tide")]}),
    (R, ONE, ONE | {"input": [user("tide", type="message")]}),
    (R, ONE, ONE | {"input": [user([part("tide")])]}),
    (R, ONE, ONE | {"stream": False}),
    (R, ONE, ONE | {"tools": []}),
    (R, ONE, ONE | {"include": []}),
    (R, ONE, ONE | {"include": ["reasoning.encrypted_content"]}),
    (R, ONE, ONE | {"store": True}),
    (R, ONE, ONE | {"truncation": "disabled"}),
    (R, ONE, ONE | {"text": {"format": {"type": "text"}, "verbosity": "medium"}}),
    (R, ONE, ONE | {"reasoning": {"context": "auto"}}),
    (R, ONE, ONE | {"reasoning": {"context": "all_turns"}}),
    (R, ONE, ONE | {"prompt_cache_key": f"agents-sdk:run:{HEX}"}),
    (R, ONE, ONE | {"prompt_cache_key": UUID}),
    (R, ONE | {"top_p": 1}, ONE | {"top_p": 1.0}),
    (R, ONE | {"input": [SYSTEM]}, ONE | {"input": [DEVELOPER]}),
    (C, SAID, SAID | {"messages": [user([part("tide", "text")])]}),
    (C, SAID, SAID | {"stream": False}),
    (C, SAID, SAID | {"store": True}),
    (C, SAID, SAID | {"verbosity": "medium"}),
    (C, SAID, SAID | {"response_format": {"type": "text"}}),
    (C, SAID, SAID | {"tool_choice": "none"}),
    (C, SAID | {"tools": [TOOL]}, SAID | {"tools": [TOOL], "tool_choice": "auto"}),
    (C, SAID, SAID | {"prompt_cache_key": f"agents-sdk:run:{HEX}"}),
    (C, SAID | {"messages": [SYSTEM]}, SAID | {"messages": [DEVELOPER]}),
    (E, {"model": "e", "input": "tide"}, {"model": "e", "input": ["tide"]}),
]


@pytest.mark.parametrize(("path", "one", "other"), SAME, ids=lambda each: str(each)[:90])
def test_one_request_in_two_forms(path: str, one: Body, other: Body) -> None:
    assert one != other or json.dumps(one) != json.dumps(other)
    assert key(path, one) == key(path, other) is not None


# What changes an answer

TURNS = ONE | {"previous_response_id": "resp_1"}
MARK = {"prompt_cache_breakpoint": {"mode": "explicit"}}
APART: list[tuple[str, Body, Body]] = [
    (R, ONE, ONE | {"input": "Tide"}),
    (R, ONE, ONE | {"input": "tide "}),
    (R, ONE, ONE | {"model": "gpt-6.1-terra"}),
    (R, ONE, ONE | {"instructions": "Be brief."}),
    (R, ONE | {"instructions": "Be brief."}, ONE | {"input": [DEVELOPER, user("tide")]}),
    (R, ONE, ONE | {"stream": True}),
    (R, ONE, ONE | {"stream": 0}),
    (R, ONE, ONE | {"store": False}),
    (R, ONE, ONE | {"include": ["message.output_text.logprobs"]}),
    (R, ONE, ONE | {"tools": [{"type": "web_search"}]}),
    (R, ONE, ONE | {"tool_choice": "none"}),
    (R, ONE, ONE | {"truncation": "auto"}),
    (R, ONE, ONE | {"text": {"verbosity": "low"}}),
    (R, ONE, ONE | {"text": {"format": {"type": "json_object"}}}),
    (R, ONE, ONE | {"reasoning": {"effort": "none"}}),
    (R, ONE, ONE | {"reasoning": {"context": "current_turn"}}),
    (R, TURNS, TURNS | {"reasoning": {"context": "all_turns"}}),
    (R, ONE | {"model": OLD}, ONE | {"model": OLD, "reasoning": {"context": "all_turns"}}),
    (R, ONE, ONE | {"temperature": 1}),
    (R, ONE, ONE | {"max_output_tokens": 16}),
    (R, ONE, ONE | {"service_tier": "default"}),
    (R, ONE, ONE | {"service_tier": "auto"}),
    (R, ONE, ONE | {"prompt_cache_key": "guide-1"}),
    (R, ONE | {"prompt_cache_key": "guest-5"}, ONE | {"prompt_cache_key": "guide-1"}),
    (R, ONE, ONE | {"input": [user([part("tide", **MARK)])]}),
    (R, ONE, ONE | {"input": [user([part("ti"), part("de")])]}),
    (R, ONE, ONE | {"input": [user([part("tide", "output_text")])]}),
    (R, ONE, ONE | {"input": [user("tide"), user("tide")]}),
    (R, ONE, ONE | {"input": [DEVELOPER | {"content": "tide"}]}),
    (R, ONE | {"model": OLD, "input": [SYSTEM]}, ONE | {"model": OLD, "input": [DEVELOPER]}),
    (C, SAID, SAID | {"stream": True}),
    (
        C,
        SAID | {"stream": True},
        SAID | {"stream": True, "stream_options": {"include_usage": True}},
    ),
    (C, SAID | {"max_tokens": 60}, SAID | {"max_completion_tokens": 60}),
    (C, SAID, SAID | {"n": 2}),
    (C, SAID, SAID | {"seed": 7}),
    (C, SAID, SAID | {"store": False}),
    (C, SAID, SAID | {"tools": []}),
    (C, SAID, SAID | {"tool_choice": "auto"}),
    (C, SAID | {"tools": [TOOL]}, SAID | {"tools": [TOOL], "tool_choice": "none"}),
    (C, SAID, SAID | {"messages": [user("tide", name="Ann")]}),
    (C, SAID, SAID | {"messages": [user([part("tide", "text", **MARK)])]}),
    (
        C,
        SAID | {"model": OLD, "messages": [SYSTEM]},
        SAID | {"model": OLD, "messages": [DEVELOPER]},
    ),
    (
        E,
        {"model": "e", "input": "tide"},
        {"model": "e", "input": "tide", "encoding_format": "float"},
    ),
    (E, {"model": "e", "input": ["tide"]}, {"model": "e", "input": ["tide", "ebb"]}),
    (E, {"model": "e", "input": [1]}, {"model": "e", "input": 1}),
]


@pytest.mark.parametrize(("path", "one", "other"), APART, ids=lambda each: str(each)[:90])
def test_what_changes_an_answer_stays_apart(path: str, one: Body, other: Body) -> None:
    assert key(path, one) != key(path, other)


def test_reasoning_of_earlier_turns_keeps_its_context_apart() -> None:
    turns = ONE | {"input": [user("tide"), {"type": "reasoning", "id": "rs_1", "summary": []}]}
    assert key(R, turns) != key(R, turns | {"reasoning": {"context": "all_turns"}})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", R, {}),
        ("POST", "/v1/images/generations", {"stream": False}),
        ("POST", R, None),
        ("POST", R, [{"name": "model", "value": LUNA}]),
    ],
)
def test_elsewhere_only_the_strict_key_counts(method: str, path: str, body: Any) -> None:
    assert loose_key(method, path, "", body) is None


@pytest.mark.parametrize("path", [R, C, E])
@pytest.mark.parametrize("odd", [None, 7, "x", [], [7], {}, [{"role": []}]], ids=str)
def test_any_json_has_a_key(path: str, odd: Any) -> None:
    names = ("model", "input", "messages", "reasoning", "text", "include", "tools")
    assert key(path, dict.fromkeys(names, odd)) is not None


def test_the_query_counts() -> None:
    assert loose_key("POST", R, "", ONE) != loose_key("POST", R, "api-version=1", ONE)


# Whom it answers

pytestmark = pytest.mark.usefixtures("data")
FORM: Body = {"input": [user("tide")], "tools": [], "stream": False}


def test_a_framework_gets_the_recorded_answer_on_the_practice_server() -> None:
    was = record(Echo(), lambda client: client.responses.create(**ONE).to_dict())
    with serve() as url:
        framework = openai.OpenAI(base_url=url, api_key="sk-test", max_retries=0)
        assert framework.responses.create(**ONE | FORM).to_dict() == was
        # The miss is about the request as it was sent.
        with pytest.raises(openai.BadRequestError, match=r"differs in stream .*input"):
            framework.responses.create(**ONE | FORM | {"input": [user("ebb")]})


def test_our_client_answers_the_form_of_a_framework_and_logs_it_as_the_recorded_call(
    data: Path,  # noqa: F811
) -> None:
    record(Echo(), lambda client: client.responses.create(**ONE))
    client = OpenAI()
    ids = [client.responses.create(**ONE | more).id for more in ({}, FORM)]
    assert ids[0] == ids[1]
    _, plain, other = default_ledger().calls()
    for name in (
        "mode",
        "recording",
        "model",
        "usage",
        "cost_usd",
        "status",
        "stream",
        "price_note",
    ):
        assert getattr(plain, name) == getattr(other, name), name
    assert other.recording == f"{LESSON}/{recordings(data)[0].name}"
    assert other.cost_usd > Decimal(0)


def test_a_stream_and_a_whole_answer_never_stand_for_each_other() -> None:
    record(Echo(), lambda client: client.responses.create(**ONE))
    with pytest.raises(RecordingNotFound, match="differs in stream"):
        OpenAI().responses.create(**ONE | FORM | {"stream": True})


@pytest.mark.parametrize("kept", ["", "missing"])
def test_record_mode_records_what_is_sent(
    kept: str,
    data: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_RECORD", kept)
    record(Echo(), lambda client: client.responses.create(**ONE))
    monkeypatch.setattr(library, "_written", set())  # as if another process had recorded it
    record(Echo(), lambda client: client.responses.create(**ONE | FORM))
    assert len(recordings(data)) == 2


def test_a_first_look_up_that_finds_needs_no_second(monkeypatch: pytest.MonkeyPatch) -> None:
    record(Echo(), lambda client: client.responses.create(**ONE))

    def refuse(*_: Any) -> str:
        raise AssertionError("asked for a loose key")

    monkeypatch.setattr(loose, "loose_key", refuse)
    OpenAI().responses.create(**ONE)
    with pytest.raises(AssertionError):
        OpenAI().responses.create(**ONE | FORM)


def test_of_two_recordings_that_say_different_things_none_is_chosen(data: Path) -> None:  # noqa: F811
    for more in ({"stream": False}, {"tools": []}):
        record(Echo(), lambda client, more=more: client.responses.create(**ONE | more))
    assert OpenAI().responses.create(**ONE).output_text == "You said: tide"
    second = recordings(data)[1]
    second.write_text(second.read_text("utf-8").replace("You said", "Also"), "utf-8")
    with pytest.raises(RecordingNotFound, match="differs in stream"):
        OpenAI().responses.create(**ONE)
    assert OpenAI().responses.create(**ONE, tools=[]).output_text == "Also: tide"


def test_the_lesson_has_its_own_first(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    record(Echo(), lambda client: client.responses.create(**ONE))
    [mine] = recordings(data)
    other = data / "recordings" / "10_other"
    other.mkdir()
    (other / mine.name).write_text(mine.read_text("utf-8").replace("You said", "Other"), "utf-8")
    assert OpenAI().responses.create(**ONE | FORM).output_text == "You said: tide"
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "10_other")
    assert OpenAI().responses.create(**ONE | FORM).output_text == "Other: tide"
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "11_none")
    with pytest.raises(RecordingNotFound):
        OpenAI().responses.create(**ONE | FORM)


def test_a_recording_that_changes_is_read_again(data: Path) -> None:  # noqa: F811
    record(Echo(), lambda client: client.responses.create(**ONE))
    client = OpenAI()
    assert client.responses.create(**ONE | FORM).output_text == "You said: tide"
    [path] = recordings(data)
    path.write_text(path.read_text("utf-8").replace('"tide"', '"ebb and flow"'), "utf-8")
    with pytest.raises(RecordingNotFound):
        client.responses.create(**ONE | FORM)


def test_repeats_come_in_order_in_any_form() -> None:
    def say(client: Any, body: Body) -> str:
        return str(client.responses.create(**body).id)

    was = record(Echo(), lambda client: [say(client, ONE) for _ in range(3)])
    client = OpenAI()
    assert [say(client, ONE | more) for more in (FORM, {}, FORM)] == was
