"""A price is right to the last digit, or it is None with the reason. It is never a silent zero."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook.errors import SettingsError
from oaiworkbook.money import price_table
from oaiworkbook.money.prices import Price, price, rates
from oaiworkbook.money.usage import Usage

DAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


def cost(
    model: str | None,
    at: datetime = DAY,
    *,
    tier: str | None = None,
    batch: bool = False,
    host: str = "",
    endpoint: str = "responses",
    extras: dict[str, float] | None = None,
    **counts: float,
) -> Price:
    used = Usage(endpoint, model, tier, counts, extras=extras or {}, batch=batch, host=host)
    return price(used, at)


# 10,000 in (8,000 of them cached, 1,000 written), 500 out (300 of them reasoning).
MIXED = {
    "input_tokens": 10_000,
    "cache_read_tokens": 8_000,
    "cache_write_tokens": 1_000,
    "output_tokens": 500,
    "output_reasoning_tokens": 300,
}
MARCH = datetime(2027, 3, 2, tzinfo=UTC)
JULY_29 = datetime(2026, 7, 29, 23, 59, tzinfo=UTC)
JULY_30 = datetime(2026, 7, 30, tzinfo=UTC)

WORKED: list[tuple[str, str, dict[str, Any]]] = [
    ("cached and reasoning tokens are parts", "0.0103", {"model": "gpt-6.1-sol", **MIXED}),
    ("flex", "0.00515", {"model": "gpt-6.1-sol", "tier": "flex", **MIXED}),
    ("batch", "0.00515", {"model": "gpt-6.1-sol", "batch": True, **MIXED}),
    ("fast", "0.0206", {"model": "gpt-6.1-sol", "tier": "fast", **MIXED}),
    ("priority", "0.0206", {"model": "gpt-6.1-sol", "tier": "priority", **MIXED}),
    ("ultrafast", "0.0618", {"model": "gpt-6.1-sol", "tier": "ultrafast", **MIXED}),
    ("EU", "0.01133", {"model": "gpt-6.1-sol", "host": "eu.api.openai.com", **MIXED}),
    ("2 h", "0.00721", {"model": "gpt-6.2-sol", "extras": {"background_2h": 1}, **MIXED}),
    ("8 h", "0.00618", {"model": "gpt-6.2-sol", "extras": {"background_8h": 1}, **MIXED}),
    (
        "3 web searches, 1 file search",
        "0.0428",
        {"model": "gpt-6.1-sol", "extras": {"web_search": 3, "file_search": 1}, **MIXED},
    ),
    (
        "searches cost the same in flex",
        "0.03515",
        {"model": "gpt-6.1-sol", "tier": "flex", "extras": {"web_search": 3}, **MIXED},
    ),
    ("overlay model", "0.0103", {"model": "gpt-6.2-sol", **MIXED}),
    ("overlay batch", "0.00515", {"model": "gpt-6.2-sol", "batch": True, **MIXED}),
    ("overlay fast", "0.0206", {"model": "gpt-6.2-sol", "tier": "priority", **MIXED}),
    ("ultrafast, introduced", "0.0309", {"model": "gpt-6.2-sol", "tier": "ultrafast", **MIXED}),
    (
        "ultrafast, from March",
        "0.0618",
        {"model": "gpt-6.2-sol", "tier": "ultrafast", "at": MARCH, **MIXED},
    ),
    (
        "12 h cache write, USD 5 a million",
        "0.0128",
        {"model": "gpt-6.2-sol", "extras": {"cache_write_12h_tokens": 1_000}, **MIXED},
    ),
    (
        "12 h cache write, part of the writes",
        "0.00565",
        {"model": "gpt-6.1-terra", "extras": {"cache_write_12h_tokens": 400}, **MIXED},
    ),
    (
        "long context reprices the whole call",
        "1.215",
        {"model": "gpt-6.1-sol", "input_tokens": 300_000, "output_tokens": 1_000},
    ),
    ("on the line", "0.544", {"model": "gpt-6.1-sol", "input_tokens": 272_000}),
    ("over the line", "1.088004", {"model": "gpt-6.1-sol", "input_tokens": 272_001}),
    (
        "over the line, overlay",
        "1.215",
        {"model": "gpt-6.2-sol", "input_tokens": 300_000, "output_tokens": 1_000},
    ),
    (
        "a batch is a sum of short requests",
        "0.305",
        {
            "model": "gpt-6.1-sol",
            "batch": True,
            "input_tokens": 300_000,
            "output_tokens": 1_000,
        },
    ),
    (
        "overlay batch above the line",
        "0.305",
        {
            "model": "gpt-6.2-sol",
            "batch": True,
            "input_tokens": 300_000,
            "output_tokens": 1_000,
        },
    ),
    (
        "chat, a quarter for cached",
        "0.0006528",
        {
            "model": "gpt-4.1-mini",
            "input_tokens": 2_000,
            "cache_read_tokens": 1_024,
            "output_tokens": 100,
        },
    ),
    (
        "audio chat",
        "0.02635",
        {
            "model": "gpt-audio",
            "input_tokens": 500,
            "input_audio_tokens": 400,
            "output_tokens": 250,
            "output_audio_tokens": 200,
        },
    ),
    (
        "realtime, half of each modality cached",
        "0.0278",
        {
            "model": "gpt-realtime-2.1",
            "endpoint": "realtime",
            "input_tokens": 1_000,
            "input_audio_tokens": 600,
            "cache_read_tokens": 500,
            "cache_audio_read_tokens": 300,
            "cache_image_read_tokens": 0,
            "output_tokens": 300,
            "output_audio_tokens": 250,
        },
    ),
    (
        "picture from text and a picture",
        "0.03593",
        {
            "model": "gpt-image-2.6-flare",
            "endpoint": "images",
            "input_tokens": 550,
            "input_image_tokens": 500,
            "output_tokens": 1_056,
            "output_image_tokens": 1_056,
        },
    ),
    (
        "streamed picture without output details",
        "0.034042",
        {
            "model": "gpt-image-1.5",
            "endpoint": "images",
            "input_tokens": 50,
            "output_tokens": 1_056,
            "output_image_tokens": 1_056,
        },
    ),
    (
        "transcription by the token",
        "0.00215",
        {
            "model": "gpt-4o-transcribe",
            "endpoint": "audio.transcriptions",
            "input_tokens": 320,
            "input_audio_tokens": 300,
            "output_tokens": 30,
        },
    ),
    (
        "transcription by the minute",
        "0.00675",
        {"model": "gpt-transcribe", "audio_seconds": 90, "input_audio_seconds": 90},
    ),
    (
        "whisper",
        "0.009",
        {"model": "whisper-1", "audio_seconds": 90, "input_audio_seconds": 90},
    ),
    ("speech", "0.006", {"model": "tts-1", "endpoint": "audio.speech", "input_characters": 400}),
    (
        "embeddings",
        "0.02",
        {"model": "text-embedding-3-small", "input_tokens": 1_000_000, "output_tokens": 0},
    ),
    (
        "a batch of embeddings",
        "0.01",
        {"model": "text-embedding-3-small", "batch": True, "input_tokens": 1_000_000},
    ),
    (
        "decisions: output is free",
        "0.0001",
        {
            "model": "gpt-6-luna",
            "endpoint": "decisions",
            "input_tokens": 1_000,
            "output_tokens": 40,
            "output_reasoning_tokens": 10,
        },
    ),
    (
        "a price of its time",
        "0.106",
        {"model": "gpt-5.6-luna", "at": JULY_29, "input_tokens": 100_000, "output_tokens": 1_000},
    ),
    (
        "the price a day later",
        "0.0212",
        {"model": "gpt-5.6-luna", "at": JULY_30, "input_tokens": 100_000, "output_tokens": 1_000},
    ),
    (
        "a tool's own picture model",
        "0.0405",
        {
            "model": "gpt-6-luna",
            "input_tokens": 1_000,
            "output_tokens": 800,
            "extras": {
                "input_tokens@gpt-image-2.6-flare": 200,
                "output_tokens@gpt-image-2.6-flare": 1_300,
                "output_image_tokens@gpt-image-2.6-flare": 1_300,
            },
        },
    ),
    (
        "a tool's own picture model that changes a picture",
        "0.02439",  # 40 of text at 5, 2,560 of the picture at 8, 107 drawn at 30; luna's 1,000 and 800
        {
            "model": "gpt-6-luna",
            "input_tokens": 1_000,
            "output_tokens": 800,
            "extras": {
                "input_tokens@gpt-image-2.6-flare": 2_600,
                "input_image_tokens@gpt-image-2.6-flare": 2_560,
                "output_tokens@gpt-image-2.6-flare": 107,
                "output_image_tokens@gpt-image-2.6-flare": 107,
            },
        },
    ),
    (
        "fine-tuned",
        "0.0054",
        {"model": "ft:gpt-4.1-2025-04-14:org::a", "input_tokens": 1_000, "output_tokens": 200},
    ),
    (
        "fine-tuned, small",
        "0.00144",
        {"model": "ft:gpt-4.1-mini-2025-04-14:o::a", "input_tokens": 1_000, "output_tokens": 200},
    ),
]


@pytest.mark.parametrize(("expected", "what"), [w[1:] for w in WORKED], ids=[w[0] for w in WORKED])
def test_worked_example(expected: str, what: dict[str, Any]) -> None:
    assert cost(**what).usd == Decimal(expected)


# --- what is not known says so ----------------------------------------------------------------------


UNKNOWN: list[tuple[str, dict[str, Any], str]] = [
    ("no model", {"model": None, "input_tokens": 5}, "no model is named"),
    ("a foreign model", {"model": "llama3.2", "input_tokens": 5}, "no price of llama3.2"),
    ("an invented tier", {"model": "gpt-6.1-sol", "tier": "warp", **MIXED}, "no warp price"),
    ("scale is paid in advance", {"model": "gpt-6-luna", "tier": "scale", **MIXED}, "scale"),
    ("no flex here", {"model": "gpt-6.2-sol", "tier": "flex", **MIXED}, "no flex price"),
    ("ultrafast elsewhere", {"model": "gpt-6-luna", "tier": "ultrafast", **MIXED}, "ultrafast"),
    (
        "2 h where no page says so",
        {"model": "gpt-6.1-sol", "extras": {"background_2h": 1}, **MIXED},
        "no background_2h price of gpt-6.1-sol is known for 2026-11-22",
    ),
    (
        "8 h where no page says so",
        {"model": "gpt-6-luna", "extras": {"background_8h": 1}, **MIXED},
        "no background_8h price of gpt-6-luna",
    ),
    (
        "a window in another tier",
        {"model": "gpt-6.2-sol", "tier": "fast", "extras": {"background_2h": 1}, **MIXED},
        "no background_2h price of gpt-6.2-sol (fast)",
    ),
    (
        "a tier before its price was seen",
        {"model": "gpt-6.1-sol", "tier": "flex", "at": datetime(2026, 10, 1), **MIXED},
        "no flex price of gpt-6.1-sol is known for 2026-10-01",
    ),
    (
        "ultrafast in a long context",
        {"model": "gpt-6.1-sol", "tier": "ultrafast", "input_tokens": 300_000},
        "above 272,000 input tokens",
    ),
    ("open weights", {"model": "gpt-oss-20b", **MIXED}, "OpenAI's API does not sell it"),
    (
        "open weights of a later day",
        {"model": "gpt-oss-2-400b", **MIXED},
        "OpenAI's API does not sell it",
    ),
    (
        "a batch of a model without a batch price",
        {"model": "gpt-audio-1.5", "batch": True, "input_tokens": 9},
        "no batch price",
    ),
    (
        "audio where only text has a rate",
        {
            "model": "gpt-4o-mini-audio-preview",
            "input_tokens": 10,
            "output_tokens": 9,
            "output_audio_tokens": 5,
        },
        "no price for output_audio_tokens",
    ),
    ("characters of a token model", {"model": "gpt-6-luna", "input_characters": 9}, "characters"),
    ("tokens of a character model", {"model": "tts-1", "input_tokens": 1_000}, "input_tokens"),
    ("cached, but no cached rate", {"model": "gpt-6.2-astra", **MIXED}, "cache_read_tokens"),
    (
        "long context not established",
        {"model": "gpt-6.2-astra", "input_tokens": 272_001},
        "above 272,000",
    ),
    (
        "12 h where no page says so",
        {"model": "gpt-6-luna", "extras": {"cache_write_12h_tokens": 1_000}, **MIXED},
        "no price for 12-hour cache writes of gpt-6-luna",
    ),
    (
        "12 h in another tier",
        {
            "model": "gpt-6.2-sol",
            "tier": "fast",
            "extras": {"cache_write_12h_tokens": 1_000},
            **MIXED,
        },
        "12-hour cache writes of gpt-6.2-sol (fast)",
    ),
    (
        "a container",
        {"model": "gpt-6.1-sol", "extras": {"container": 1}, **MIXED},
        "container time is billed by the minute and is not in the response; the rest is USD 0.0103",
    ),
    (
        "an unnamed picture model",
        {"model": "gpt-6-luna", "extras": {"output_tokens@?": 1_056}, "input_tokens": 1_000},
        "no model is named; the rest is USD 0.0001",
    ),
    ("an unheard-of fee", {"model": "gpt-6-luna", "extras": {"teleport": 1}, **MIXED}, "teleport"),
    (
        "a region for a model of unknown age",
        {"model": "gpt-audio-1.5", "host": "eu.api.openai.com", "input_tokens": 9},
        "whether data residency",
    ),
    ("a promotion that may have ended", {"model": "gpt-5.6-sol", **MIXED}, "not established"),
    (
        "sources that disagree",
        {"model": "gpt-4o-mini-transcribe", "input_tokens": 9, "input_audio_tokens": 9},
        "USD 1.25 on OpenAI's model page",
    ),
    (
        "parts larger than the whole",
        {"model": "gpt-6.1-sol", "input_tokens": 5, "cache_read_tokens": 9},
        "do not fit together",
    ),
]


@pytest.mark.parametrize(("what", "why"), [u[1:] for u in UNKNOWN], ids=[u[0] for u in UNKNOWN])
def test_unknown_is_none_with_a_reason(what: dict[str, Any], why: str) -> None:
    found = cost(**what)
    assert found.usd is None
    assert why in found.note


def test_an_answer_without_usage_is_unknown_not_free() -> None:
    found = price(Usage("chat.completions", "gpt-6-luna", None, {}, known=False, note="why"), DAY)
    assert (found.usd, found.note) == (None, "why")


def test_free_and_empty_are_zero_and_say_so() -> None:
    free = cost("omni-moderation-latest", endpoint="moderations")
    assert (free.usd, free.note) == (Decimal(0), "free")
    empty = cost("gpt-6-luna", input_tokens=0, output_tokens=0)
    assert (empty.usd, empty.note) == (Decimal(0), "nothing used")
    searched = cost("gpt-6-luna", input_tokens=0, output_tokens=0, extras={"web_search": 1})
    assert searched.usd == Decimal("0.01")


def test_assumptions_are_in_the_note() -> None:
    snapshot = cost("gpt-4o-mini-tts-2025-12-15", input_tokens=100, output_tokens=100)
    assert (snapshot.usd, snapshot.note) == (Decimal("0.00126"), "priced as gpt-4o-mini-tts")
    assert cost("gpt-6.1-sol", host="eu.api.openai.com", **MIXED).note == "data residency x 1.10"
    for host in ("gateway.test", "127.0.0.1", "localhost"):
        assert f"{host} may charge otherwise" in cost("gpt-6-luna", host=host, **MIXED).note
    assert cost("gpt-6-luna", host="api.openai.com", **MIXED).note == ""
    assert cost("gpt-4o", host="eu.api.openai.com", input_tokens=1_000).usd == Decimal("0.0025")


def test_price_names_the_day_of_its_data() -> None:
    assert cost("gpt-6.2-sol", **MIXED).as_of == "2026-11-22"
    stated = price_table.price_entries()["library"][0]
    installed = metadata.version("genai-prices")
    day = str(stated["as_of"]) if stated["version"] == installed else f"genai-prices {installed}"
    assert cost("gpt-6-luna", **MIXED).as_of == day


def test_the_same_usage_is_priced_once() -> None:
    assert cost("gpt-6-luna", **MIXED) is cost("gpt-6-luna", **MIXED)


# --- rates, for tables ------------------------------------------------------------------------------

RATES: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("gpt-6-luna", {}, ("0.10", "0.01", "0.125", "0.50")),
    ("gpt-5.6-luna", {}, ("0.20", "0.02", "0.25", "1.20")),
    ("gpt-6-astra", {}, ("10", "1", "12.5", "50")),
    ("gpt-6.1-sol", {}, ("2", "0.10", "2.5", "10")),
    ("gpt-6.1-sol", {"input_tokens": 300_000}, ("4", "0.20", "5", "15")),
    ("gpt-6.1-terra", {}, ("1", "0.05", "1.25", "5")),
    ("gpt-6-sol", {}, ("2", "0.20", "2.50", "10")),
    ("gpt-5.5", {"service_tier": "fast"}, ("12.5", "1.25", "", "75")),
    ("gpt-5.4", {"service_tier": "fast"}, ("5", "0.5", "", "30")),
    ("gpt-5.4-mini", {"service_tier": "fast"}, ("1.5", "0.15", "", "9")),
    ("gpt-6.2-sol", {}, ("2", "0.10", "2.50", "10")),
    ("gpt-6.2-sol", {"input_tokens": 300_000}, ("4", "0.20", "5", "15")),
    ("gpt-6-astra", {"service_tier": "ultrafast"}, ("60", "6", "75", "300")),
]


@pytest.mark.parametrize(("model", "kind", "expected"), RATES)
def test_rates_agree_with_the_model_pages(
    model: str, kind: dict[str, Any], expected: tuple[str, ...]
) -> None:
    found = rates(model, DAY, **kind).usd
    names = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
    want = {name: Decimal(rate) for name, rate in zip(names, expected, strict=True) if rate}
    assert {name: found[name] for name in names if name in found} == want


def test_rates_of_sound_characters_and_long_cache_writes() -> None:
    assert rates("gpt-transcribe", DAY).usd["audio_minutes"] == Decimal("0.0045")
    assert rates("tts-1", DAY).usd == {"input_characters": Decimal(15)}
    assert rates("gpt-6.2-sol", DAY).usd["cache_write_12h_tokens"] == 5
    assert "cache_write_12h_tokens" not in rates("gpt-6-luna", DAY).usd


def test_rates_of_an_unknown_model_are_empty_with_a_reason() -> None:
    found = rates("llama3.2", DAY)
    assert (dict(found.usd), found.note) == ({}, "no price of llama3.2 is known")


# --- the table ages -----------------------------------------------------------------------------------


def test_no_entry_was_older_than_60_days_when_the_table_was_last_edited() -> None:
    assert price_table.stale(date(2026, 11, 22), days=60) == []


def test_old_entries_are_listed_with_their_source() -> None:
    lines = price_table.stale(date(2027, 6, 1), days=60)
    assert any(
        line.startswith("model gpt-6.2-sol") and "https://developers.openai.com" in line
        for line in lines
    )
    assert len(lines) == sum(len(entries) for entries in price_table.price_entries().values())


def test_entries_that_the_library_has_meanwhile_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = price_table._find
    monkeypatch.setattr(
        price_table, "_find", lambda name: real("gpt-6-sol" if name == "gpt-6.2-sol" else name)
    )
    found = price_table.superseded()
    assert "model gpt-6.2-sol 2026-11-17: genai-prices has it" in found
    assert any(line.startswith("factor fast") for line in found)
    assert not any("gpt-image-2.6" in line for line in found)


def test_an_entry_without_a_date_or_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text('[[fee]]\nwhat = "web_search"\nusd = 0.01\n')
    with pytest.raises(SettingsError, match="fee web_search needs a date as_of and a source"):
        price_table.price_entries(str(tmp_path))


def test_a_missing_table_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="OAIWORKBOOK_DATA"):
        price_table.price_entries(str(tmp_path / "nowhere"))
