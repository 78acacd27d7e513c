"""Unknown is never zero: what cannot be read, or cannot be right, has no cost; and it never raises."""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook.endpoints import name_of
from oaiworkbook.money import ledger, meter
from oaiworkbook.money.ledger import Call, Ledger, default_ledger
from oaiworkbook.money.meter import Meter, record_usage
from oaiworkbook.money.usage import Asked

WHEN = datetime(2026, 11, 22, tzinfo=UTC)
COUNTS = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
ZEROS = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"


def ask(method: str, path: str, answer: Any, **more: Any) -> Call:
    """One live call that went well, and the row that the ledger has of it."""
    form = {"model": "gpt-6-luna", "max_output_tokens": 10, **more} if method == "POST" else None
    asked = Asked(method, path, form, "api.openai.com", 100)
    call = Call(ts=0, mode="live", endpoint=name_of(path), status="ok", http_status=200)
    Meter("live").add(None, call, asked, answer, WHEN)
    return default_ledger().calls()[-1]


def response(**more: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "status": "completed",
        "model": "gpt-6-luna",
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}],
        "usage": COUNTS,
        **more,
    }


def chat(**more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return {"id": "c", "model": "gpt-6-luna", "choices": [choice], "usage": usage, **more}


def chunk(text: str = "", **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}}
    return {"id": "c", "model": "gpt-6-luna", "choices": [choice], "usage": None, **more}


def test_what_is_right_has_its_cost() -> None:
    for path, answer in ((RESPONSES, response()), (CHAT, chat())):
        assert ask("POST", path, answer).cost_usd == Decimal("0.0000035")


# Endpoints


@pytest.mark.parametrize(
    "path",
    [
        "/v1/videos",
        "/v1/videos/video_1/remix",
        "/v1/evals/eval_1/runs",
        "/v1/fine_tuning/alpha/graders/run",
        "/v1/realtime/calls",
        "/v1/teleport",
        "/v1/teleport/1/runs",
        "/v1/images/something_new",
        "/v1/audio/voices",
    ],
)
@pytest.mark.parametrize(
    "answer",
    [{"id": "x_1", "object": "x"}, {"usage": COUNTS}, [{"type": "delta"}, "[DONE]"], [], None],
    ids=["object", "usage", "stream", "empty stream", "no JSON"],
)
def test_a_post_that_is_not_listed_is_unknown(path: str, answer: Any) -> None:
    call = ask("POST", path, answer)
    assert call.cost_usd is None
    assert call.price_note


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions/chatcmpl_1",
        "/v1/conversations",
        "/v1/conversations/conv_1/items",
        "/v1/files",
        "/v1/uploads/upload_1/complete",
        "/v1/vector_stores/vs_1/file_batches",
        "/v1/organization/projects/proj_1/spend_limit",
        "/v1/realtime/client_secrets",
        "/v1/skills/skill_1",
        "/v1/skills/skill_1/versions",
        "/v1/containers/cntr_1/files",
    ],
)
def test_housekeeping_is_free(path: str) -> None:
    for answer in ({"id": "x_1", "object": "x"}, None, {"error": {"message": "no"}}):
        assert ask("POST", path, answer).cost_usd == 0


# Answers that cannot be read


@pytest.mark.parametrize("answer", [None, "text", 7, [], ["text"], {"foo": 1}, [1, 2]])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", RESPONSES),
        ("POST", "/v1/responses/compact"),
        ("GET", "/v1/responses/resp_1"),
        ("POST", CHAT),
        ("POST", "/v1/completions"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/decisions"),
        ("POST", "/v1/images/generations"),
        ("POST", "/v1/batches"),
        ("POST", "/v1/fine_tuning/jobs"),
        ("POST", "/v1/containers"),
        ("POST", "/v1/audio/transcriptions"),
    ],
)
def test_an_answer_of_another_shape_is_unknown(method: str, path: str, answer: Any) -> None:
    call = ask(method, path, answer)
    assert call.cost_usd is None
    assert call.price_note not in ("", "not billed by itself")


def test_speech_that_is_no_sound_is_unknown() -> None:
    assert ask("POST", "/v1/audio/speech", None, model="tts-1", input="Hi").cost_usd
    call = ask("POST", "/v1/audio/speech", {"detail": "none"}, model="tts-1", input="Hi")
    assert call.cost_usd is None


# Errors with status 200


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "Unexpected endpoint or method. (POST /chat/completions)"},
        {"error": {"message": "Provider returned error", "code": 502}, "user_id": "user_1"},
        {"id": "gen-1", "error": {"message": "x"}, "choices": None, "usage": None},
    ],
)
@pytest.mark.parametrize("path", [CHAT, RESPONSES, "/v1/embeddings", "/v1/images/edits"])
def test_an_error_with_status_200_is_unknown(path: str, answer: Any) -> None:
    call = ask("POST", path, answer)
    assert call.cost_usd is None
    assert call.price_note in ("the answer is an error", "the answer carries no usage")


@pytest.mark.parametrize(
    "last",
    [
        {"error": {"message": "boom", "type": "server_error", "code": 500}},
        {"type": "error", "message": "boom", "code": None},
        {"message": "boom", "code": 500},
        "error: boom",
    ],
)
@pytest.mark.parametrize("done", [True, False])
def test_a_stream_that_ends_in_an_error_is_unknown(last: Any, done: bool) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}
    chats = [chunk("Hel", usage=usage), last]
    responses = [{"type": "response.completed", "response": response()}, last]
    for path, events in ((CHAT, chats), (RESPONSES, responses)):
        call = ask("POST", path, [*events, "[DONE]"] if done else events, stream=True)
        assert (call.cost_usd, call.price_note) == (None, "the stream ended in an error")


def test_an_error_that_the_client_has_raised_keeps_its_reservation() -> None:
    asked = Asked("POST", CHAT, {"model": "gpt-6-luna", "max_tokens": 9}, "api.openai.com", 9)
    lost = "no answer came; the API may have billed it"
    for body, note in (({"error": {"code": 502}}, ""), (None, lost)):
        call = Call(ts=0, mode="live", endpoint="chat.completions")
        row = Meter("live").reserve(call, asked)
        call.status, call.price_note = "error", note
        Meter("live").add(row, call, asked, body, WHEN)
        logged = default_ledger().calls()[-1]
        assert (logged.status, logged.model, logged.cost_usd) == ("error", "gpt-6-luna", None)
        assert logged.price_note == (note or "the answer is an error")
    (total,) = default_ledger().summary("model")
    assert total.held_usd > 0


def test_a_call_that_comes_with_its_cost_is_logged_with_that() -> None:
    asked = Asked("POST", CHAT, {"model": "gpt-6-luna", "max_tokens": 9}, "api.openai.com", 9)
    call = Call(ts=0, mode="live", endpoint="chat.completions", cost_usd=Decimal(0), status="cut")
    call.price_note = "never sent"
    Meter("live").add(None, call, asked, chat(), WHEN)
    (logged,) = default_ledger().calls()
    assert (logged.cost_usd, logged.price_note) == (0, "never sent")


# Counts that cannot be right


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (RESPONSES, response(usage=ZEROS)),
        (RESPONSES, response(usage={"input_tokens": 10, "output_tokens": 0})),
        (RESPONSES, [{"type": "response.completed", "response": response(usage=ZEROS)}]),
        (CHAT, chat(usage={"prompt_tokens": 0, "completion_tokens": 0})),
        (CHAT, chat(usage={"prompt_tokens": 10})),
        (CHAT, [chunk("Hi"), chunk(usage={"prompt_tokens": 0, "completion_tokens": 0})]),
        (
            CHAT,
            chat(
                choices=[{"message": {"content": None, "tool_calls": [{"id": "call_1"}]}}],
                usage={"prompt_tokens": 0, "completion_tokens": 0},
            ),
        ),
        ("/v1/completions", chat(choices=[{"text": "Hi"}], usage=ZEROS)),
        ("/v1/embeddings", {"data": [{"embedding": [1.0]}], "usage": {"prompt_tokens": 0}}),
        ("/v1/decisions", {"answers": [1], "model": "gpt-6-luna", "usage": ZEROS}),
        ("/v1/images/generations", {"data": [{"b64_json": "AA"}], "usage": ZEROS}),
        ("/v1/audio/transcriptions", {"text": "Hi", "usage": {"type": "duration", "seconds": 0}}),
        ("/v1/audio/transcriptions", {"text": "Hi", "usage": ZEROS}),
        (
            "/v1/audio/speech",
            [{"type": "speech.audio.delta"}, {"type": "speech.audio.done", "usage": ZEROS}],
        ),
    ],
)
def test_no_tokens_for_an_answer_are_unknown(path: str, answer: Any) -> None:
    call = ask("POST", path, answer)
    assert (call.cost_usd, call.price_note) == (None, "the answer counts no tokens")
    assert call.usage


def test_a_batch_that_completed_something_has_a_cost() -> None:
    batch = {"id": "batch_1", "object": "batch", "status": "completed", "model": "gpt-6-luna"}
    ran = {"request_counts": {"total": 3, "completed": 3, "failed": 0}}
    for more in (ran, {**ran, "usage": ZEROS}, {}, {"usage": ZEROS}):
        assert ask("GET", "/v1/batches/batch_1", {**batch, **more}).cost_usd is None
    job = {"object": "fine_tuning.job", "status": "succeeded", "trained_tokens": None}
    assert ask("GET", "/v1/fine_tuning/jobs/ftjob_1", job).cost_usd is None


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("POST", RESPONSES, response(status="failed", output=[], usage=ZEROS)),
        ("POST", CHAT, chat(choices=[], usage={"prompt_tokens": 0, "completion_tokens": 0})),
        (
            "GET",
            "/v1/batches/batch_1",
            {
                "object": "batch",
                "status": "cancelled",
                "request_counts": {"completed": 0},
                "usage": ZEROS,
            },
        ),
        ("GET", "/v1/batches/batch_1", {"object": "batch", "status": "failed", "usage": ZEROS}),
        ("GET", "/v1/batches/batch_1", {"object": "batch", "status": "failed"}),
    ],
)
def test_no_tokens_where_nothing_was_made_are_zero(method: str, path: str, answer: Any) -> None:
    assert ask(method, path, answer).cost_usd == 0


def test_no_tokens_in_a_session() -> None:
    done = {"type": "response.done", "event_id": "e", "response": {"usage": ZEROS, "output": [1]}}
    call = record_usage(done, model="gpt-realtime-2.1")
    assert call
    assert (call.cost_usd, call.price_note) == (None, "the answer counts no tokens")
    done = {**done, "response": {**done["response"], "status": "cancelled"}}  # type: ignore[dict-item]
    call = record_usage({**done, "event_id": "f"}, model="gpt-realtime-2.1")
    assert call
    assert call.cost_usd == 0


ODD = [2**53 + 2, 2**63, 10**30, -1, 1.5, float("inf"), float("nan"), "7", True, [7], {"n": 7}]


@pytest.mark.parametrize("odd", ODD, ids=map(str, ODD))
def test_a_count_that_cannot_be_is_unknown_and_kept(odd: Any) -> None:
    details = {"cached_tokens": odd}
    usages = [
        {**COUNTS, "input_tokens": odd},
        {**COUNTS, "output_tokens": odd},
        {**COUNTS, "input_tokens_details": details},
        {**COUNTS, "input_tokens_details": odd},
        {**COUNTS, "output_tokens_details": {"reasoning_tokens": odd}},
    ]
    for usage in usages[:3] if isinstance(odd, dict) else usages:
        streamed = [{"type": "response.completed", "response": response(usage=usage)}]
        for answer in (response(usage=usage), streamed):
            call = ask("POST", RESPONSES, answer)
            assert call.cost_usd is None
            assert call.input_tokens is None
            assert call.usage
            assert call.usage["usage"].keys() == usage.keys()
            assert (call.model, call.response_id) == ("gpt-6-luna", "resp_1")
    seconds = {"text": "Hi", "usage": {"type": "duration", "seconds": odd}}
    if odd != 1.5:
        call = ask("POST", "/v1/audio/transcriptions", seconds, model="gpt-transcribe")
        assert call.cost_usd is None


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert ask("POST", RESPONSES, response(usage={**COUNTS, "input_tokens": 10.0})).cost_usd


@pytest.mark.parametrize(
    "answer",
    [
        response(tool_usage={"web_search": {"num_requests": "3"}}),
        response(tool_usage=[3]),
        response(usage={**COUNTS, "input_tokens_details": {"cache_write_tokens_details": 5}}),
    ],
)
def test_odd_counts_of_tools_are_unknown(answer: Any) -> None:
    assert ask("POST", RESPONSES, answer).cost_usd is None


# Models that always search


@pytest.mark.parametrize(
    "model",
    ["gpt-4o-search-preview", "gpt-4o-mini-search-preview-2025-03-11", "gpt-5-search-api"],
)
def test_a_model_that_always_searches_is_not_priced_without_its_searches(model: str) -> None:
    call = ask("POST", CHAT, chat(model=model), model=model)
    assert call.cost_usd is None
    assert "Chat does not count its web searches" in call.price_note


# Whatever goes wrong


@pytest.mark.parametrize(
    "answer",
    [
        response(model={"name": "gpt-6-luna"}),
        response(model=["gpt-6-luna"], service_tier=["default"], id={"a": 1}),
        response(id="\ud83d", model="\ud83d", usage={**COUNTS, "note": "\ud83d"}),
        response(usage={**COUNTS, "note": {"deep": 10**40}}),
        response(output="text", tools="none", tool_usage={}),
        response(status=["completed"]),
        [{"type": ["response.completed"]}],
        [{"type": "response.completed", "response": [1]}],
        chat(choices="none", usage={"prompt_tokens": 1, "completion_tokens": 1}),
        chat(choices=[None, 7, {"message": 3}]),
    ],
)
def test_odd_json_is_logged_and_never_raises(answer: Any) -> None:
    for path in (RESPONSES, CHAT):
        before = default_ledger().mark().row
        call = ask("POST", path, answer)
        assert call.row == before + 1
        assert call.status == "ok"


def deep(levels: int) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for _ in range(levels):
        nested = {"a": nested}
    return nested


@pytest.mark.filterwarnings("ignore:What this call cost")
def test_a_row_never_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked("POST", RESPONSES, {"model": "gpt-6-luna"}, "api.openai.com", 9)

    def settled(answer: Any) -> Call:
        call = Call(ts=0, mode="live", endpoint="responses")
        row = Meter("live").reserve(call, asked)
        call.status = "ok"
        Meter("live").add(row, call, asked, answer, WHEN)
        return default_ledger().calls()[-1]

    assert settled(response(usage={**COUNTS, "deep": deep(5_000)})).status == "ok"
    for error in (OverflowError("too large"), RecursionError(), KeyError("x")):

        def fail(*_: Any, error: Exception = error, **__: Any) -> None:
            raise error

        monkeypatch.setattr(meter, "read_usage", fail)
        with pytest.warns(UserWarning, match="What this call cost cannot be read"):
            call = settled(response())
        assert (call.status, call.cost_usd) == ("ok", None)
        assert call.price_note == "its usage cannot be read"
        assert default_ledger().summary("model")[0].held_usd > 0


def test_a_ledger_that_is_locked_is_warned_of_and_written_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.sqlite"
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(path))
    monkeypatch.setitem(ledger._default, path, Ledger(path, wait=0.1))
    used = Meter("live")
    asked = Asked("POST", RESPONSES, {"model": "gpt-6-luna"}, "api.openai.com", 9)
    call = Call(ts=0, mode="live", endpoint="responses")
    row = used.reserve(call, asked)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    call.status = "ok"
    with pytest.warns(UserWarning, match=r"not in the cost log yet\. The ledger .* is locked"):
        used.add(row, call, asked, response(), WHEN)
    other.execute("COMMIT")
    other.close()
    assert [c.status for c in default_ledger().calls()] == ["open"]
    ask("POST", RESPONSES, response())  # the next call that is logged takes it along
    written = default_ledger().calls()[0]
    assert (written.status, written.cost_usd) == ("ok", Decimal("0.0000035"))
    assert default_ledger().summary("model")[0].held_usd == 0
    assert meter._late == []
