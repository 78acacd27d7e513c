"""Usage and prices of exchanges that really happened, where a folder of them is beside the checkout.

They are not part of the project, so this test skips where they are missing.
"""

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from oaiworkbook.money.prices import price
from oaiworkbook.money.usage import Usage, read_event, read_usage

TRAFFIC = Path(__file__).parents[3] / "shared" / "real-traffic"
FILES = sorted(TRAFFIC.glob("*/*.json"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"no folder of real exchanges at {TRAFFIC}")


def exchanges() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in FILES:
        yield f"{file.parent.name}/{file.name}", json.loads(file.read_text(encoding="utf-8"))


def answer(exchange: dict[str, Any]) -> Any:
    """As the HTTP layer hands it over: a JSON body, a list of events, or None."""
    response = exchange["response"]
    body = response.get("body")
    if isinstance(body, dict | list):
        return body
    text = response.get("body_text") or (body if isinstance(body, str) else "")
    if not re.search(r"^data: ", text, re.MULTILINE):
        return None
    data = re.findall(r"^data: ?(.*)$", text.replace("\r\n", "\n"), re.MULTILINE)
    return [json.loads(line) for line in data if line.strip() and line.strip() != "[DONE]"]


def form(body: Any) -> dict[str, Any] | None:
    """The JSON body, or the text fields of a form; of a raw form only the model."""
    if isinstance(body, str):
        run = re.match(r"[A-Za-z0-9+/]*", body.removeprefix("base64:"))
        packed = run[0] if run else ""
        sent = base64.b64decode(packed[: len(packed) // 4 * 4]).decode("latin-1") + body
        model = re.search(r'name="?model"?\r?\n(?:[^\r\n]+\r?\n)*\r?\n([^\r\n]+)', sent)
        return {"model": model[1]} if model else None
    if isinstance(body, dict) and "multipart" in body:
        return {part["name"]: part["value"] for part in body["multipart"] if "value" in part}
    return body if isinstance(body, dict) else None


def usages(name: str, exchange: dict[str, Any]) -> list[tuple[Usage, Any]]:
    """Each usage that was read, with the raw object it was read from."""
    request, response = exchange["request"], answer(exchange)
    if name.startswith("realtime-ws"):
        events = [e["data"] for e in response["events"] if isinstance(e.get("data"), dict)]
        model = next((e["session"].get("model") for e in events if "session" in e), None)
        read = [read_event(e, model=model, transcription_model="whisper-1") for e in events]
        return [(usage, usage.raw["usage"]) for usage in read if usage and usage.raw]
    path = urlsplit(request["url"]).path
    usage = read_usage(request["method"], path, form(request.get("body")), response)
    raw = (usage.raw.get("usage") or {}) if usage else {}
    return [(usage, raw)] if usage else []


def moment(exchange: dict[str, Any]) -> datetime:
    stamp = exchange.get("recorded_at") or exchange.get("file_last_commit")
    return datetime.fromisoformat(stamp) if stamp else datetime(2026, 11, 22, tzinfo=UTC)


def raw_number(raw: dict[str, Any], *path: str) -> float:
    value: Any = raw
    for step in path:
        value = (value or {}).get(step)
    return value or 0


def test_totals_and_parts_agree_with_what_the_api_sent() -> None:
    checked = 0
    for name, exchange in exchanges():
        for usage, raw in usages(name, exchange):
            if not isinstance(raw, dict) or not raw:
                continue
            checked += 1
            counts = usage.quantities
            if raw.get("type") == "duration":
                assert counts["audio_seconds"] == raw["seconds"], name
                continue
            into = raw_number(raw, "input_tokens") or raw_number(raw, "prompt_tokens")
            out = raw_number(raw, "output_tokens") or raw_number(raw, "completion_tokens")
            assert (counts["input_tokens"], counts["output_tokens"]) == (into, out), name
            assert raw["total_tokens"] == into + out, name
            parts = ("cache_read_tokens", "cache_write_tokens")
            assert sum(counts.get(part, 0) for part in parts) <= into, name
            parts = ("input_audio_tokens", "input_image_tokens")
            assert sum(counts.get(part, 0) for part in parts) <= into, name
            assert counts.get("output_reasoning_tokens", 0) <= out, name
            parts = ("output_audio_tokens", "output_image_tokens")
            assert sum(counts.get(part, 0) for part in parts) <= out, name
            for details in raw.values():
                if isinstance(details, dict) and "cached_tokens" in details:
                    assert counts.get("cache_read_tokens", 0) == details["cached_tokens"], name
    assert checked > 100


def test_each_has_a_price_or_says_why_not() -> None:
    priced = unknown = free = 0
    for name, exchange in exchanges():
        if exchange["response"]["status"] >= 400:
            # One refused transcription says "0 seconds".
            assert not any(any(u.quantities.values()) for u, _ in usages(name, exchange)), name
            continue
        for usage, _ in usages(name, exchange):
            cost = price(usage, moment(exchange))
            if cost.usd is None:
                unknown += 1
                assert cost.note, name
            elif cost.usd == 0:
                free += 1
                assert "free" in cost.note or not any(usage.quantities.values()), name
            else:
                priced += 1
                assert 0 < cost.usd < 5, name
    assert priced > 100
    assert free > 0
    assert unknown > 0


def test_nothing_billed_is_read_from_look_ups_and_housekeeping() -> None:
    quiet = re.compile(r"^(files|models|vector_stores|conversations|uploads|organization)")
    for name, exchange in exchanges():
        if quiet.match(name) or name.startswith(("responses-input_tokens", "responses-id-delete")):
            assert usages(name, exchange) == [], name
