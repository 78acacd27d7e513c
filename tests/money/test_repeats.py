"""An id alone says nothing: each POST is charged, and only what can be a repeat is looked for."""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook import costs, record_usage, spend_limit
from oaiworkbook.endpoints import name_of
from oaiworkbook.money import ledger_file
from oaiworkbook.money.ledger import PAID, Call, Ledger, default_ledger
from oaiworkbook.money.meter import Meter
from oaiworkbook.money.usage import Asked

MODEL = "gpt-6-luna"
EACH = Decimal("0.0000035")  # 10 tokens in, 5 out
COUNTS = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
ANSWER = {"id": "resp_1", "object": "response", "status": "completed", "model": MODEL}


def ask(method: str, path: str, answer: Any, mode: str = "live") -> Call:
    """One call and its answer, as the HTTP hook makes and logs it."""
    meter = Meter(mode)  # type: ignore[arg-type]
    form = {"model": MODEL, "max_output_tokens": 100} if method == "POST" else None
    asked = Asked(method, path, form, "api.openai.com", 100)
    call = Call(ts=0, mode=mode, endpoint=name_of(path))
    row = meter.reserve(call, asked)
    call.status, call.http_status = "ok", 200
    meter.add(row, call, asked, answer, datetime(2026, 11, 22, tzinfo=UTC))
    return default_ledger().calls()[-1]


def response(name: Any = "resp_1", **more: Any) -> dict[str, Any]:
    return {**ANSWER, "id": name, "usage": COUNTS, "output": [{"type": "message"}], **more}


@pytest.mark.parametrize("mode", ["live", "record"])
@pytest.mark.parametrize("name", ["", None, "chatcmpl-local", 7])
def test_each_post_is_charged_whatever_its_id(name: Any, mode: str) -> None:
    with spend_limit(1) as limit:
        for _ in range(5):
            call = ask("POST", "/v1/responses", response(name), mode)
            assert call.cost_usd == EACH
        assert limit.spent == 5 * EACH
    (total,) = costs().totals
    assert (total.calls, total.unknown, total.cost_usd) == (5, 0, 5 * EACH)


def test_a_stream_left_early_keeps_its_reservation_when_another_post_has_its_id() -> None:
    cut = [{"type": "response.created", "response": {**ANSWER, "status": "in_progress"}}]
    with spend_limit(1) as limit:
        ask("POST", "/v1/responses", cut)
        held = limit.spent
        assert held > 0
        ask("POST", "/v1/responses", response())
        assert limit.spent == held + EACH


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/responses/resp_1"), ("POST", "/v1/responses/resp_1/cancel")]
)
def test_a_response_that_is_fetched_again_is_not(method: str, path: str) -> None:
    with spend_limit(1) as limit:
        ask("POST", "/v1/responses", response())
        again = ask(method, path, response())
        assert (again.cost_usd, again.price_note) == (None, "already counted")
        assert limit.spent == EACH
    (total,) = costs().totals
    assert (total.calls, total.unknown, total.cost_usd) == (2, 0, EACH)


def test_a_background_response_is_held_until_a_poll_says_what_it_cost() -> None:
    with spend_limit(1) as limit:
        started = ask("POST", "/v1/responses", {**ANSWER, "status": "queued"})
        held = limit.spent
        assert (started.cost_usd, held > 0) == (None, True)
        assert "billed when it has ended" in started.price_note
        ask("GET", "/v1/responses/resp_1", {**ANSWER, "status": "in_progress"})
        assert limit.spent == held
        for _ in range(2):
            ask("GET", "/v1/responses/resp_1", response())
            assert limit.spent == EACH
    (total,) = [total for total in costs().totals if total.key == MODEL]
    assert (total.unknown, total.held_usd, total.cost_usd) == (0, 0, EACH)


def events(*bodies: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": f"response.{body['status']}", "response": body} for body in bodies]


def test_a_background_stream_that_was_cut_is_held_until_it_was_read_to_its_end() -> None:
    runs = {**ANSWER, "background": True, "status": "in_progress", "usage": None}
    with spend_limit(1) as limit:
        cut = ask("POST", "/v1/responses", events(runs))
        held = limit.spent
        assert (cut.cost_usd, cut.response_id, held > 0) == (None, "resp_1", True)
        ask("GET", "/v1/responses/resp_1", [{"type": "response.output_text.delta", "delta": "a"}])
        assert limit.spent == held
        for _ in range(2):
            ask("GET", "/v1/responses/resp_1", events(response(background=True)))
            assert limit.spent == EACH
    (total,) = [total for total in costs().totals if total.key == MODEL]
    assert (total.unknown, total.held_usd, total.cost_usd) == (0, 0, EACH)


def test_in_replay_a_background_stream_that_was_cut_is_counted_where_it_ends() -> None:
    name = "resp_replayed_in_the_background"
    runs = {**ANSWER, "id": name, "background": True, "status": "in_progress", "usage": None}
    cut = ask("POST", "/v1/responses", events(runs), "replay")
    assert (cut.cost_usd, cut.price_note) == (0, "not billed by itself")
    done = events(response(name, background=True))
    rest = [ask("GET", f"/v1/responses/{name}", done, "replay") for _ in range(2)]
    assert [call.cost_usd for call in rest] == [EACH, None]
    assert rest[1].price_note == "already counted"


def test_what_a_cancelled_response_was_held_for_stays_held() -> None:
    with spend_limit(1) as limit:
        ask("POST", "/v1/responses", {**ANSWER, "background": True, "status": "queued"})
        held = limit.spent
        stopped = {**ANSWER, "background": True, "status": "cancelled", "usage": None, "output": []}
        for _ in range(2):
            cancelled = ask("POST", "/v1/responses/resp_1/cancel", stopped)
            assert (cancelled.cost_usd, cancelled.price_note) == (
                None,
                "the answer carries no usage",
            )
        assert limit.spent == held > 0


def test_an_event_that_is_passed_twice_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", "live")
    event = {"type": "response.completed", "response": response()}
    first, second = record_usage(event), record_usage(event)
    assert first
    assert second
    assert (first.cost_usd is None, second.cost_usd, second.price_note) == (
        False,
        None,
        "already counted",
    )
    nameless = {"type": "response.completed", "response": response("")}
    charged = [record_usage(nameless) for _ in range(2)]
    assert all(call and call.cost_usd for call in charged)


# The file


def old_ledger(path: Path) -> None:
    """As made by the first schema, with two rows, one of them reserving."""
    with sqlite3.connect(path) as db:
        for statement in filter(str.strip, ledger_file.SCHEMA[0].split(";")):
            db.execute(statement)
        db.execute("PRAGMA user_version=1")
        db.execute("INSERT INTO budgets VALUES ('shared-class', 1000000000000, 500000000000)")
        row = (
            "INSERT INTO calls (ts, pid, mode, endpoint, model, stream, attempt, status, response_id, "
            "price_note, cost_usd, held_pico, budgets) "
            "VALUES (1, 1, 'live', 'responses', 'm', 0, 0, ?, 'resp_1', '', ?, ?, 'shared-class')"
        )
        db.execute(row, ("ok", 0.3, 300_000_000_000))
        db.execute(row, ("cut", None, 200_000_000_000))
    db.close()


def test_a_ledger_of_the_first_schema_opens_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    old_ledger(path)
    ledger = Ledger(path)
    assert [(c.status, c.cost_usd) for c in ledger.calls()] == [
        ("ok", Decimal("0.3")),
        ("cut", None),
    ]
    assert ledger.budget("shared-class") == (1, Decimal("0.5"))
    paid = Call(ts=2, mode="live", endpoint="responses", response_id="resp_1", cost_usd=0.3)
    ledger.add(paid, ["shared-class"])
    assert ledger.budget("shared-class")[1] == Decimal("0.8")
    ledger.add(paid, ["shared-class"], repeat=True)
    assert ledger.calls()[-1].price_note == "already counted"
    ledger.close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(ledger_file.SCHEMA),)
    db.close()


def test_an_id_is_looked_up_by_an_index(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with ledger._use() as db:
        plan = " ".join(map(str, db.execute(f"EXPLAIN QUERY PLAN {PAID}", ("r", 1)).fetchall()))
    assert "USING INDEX calls_priced" in plan
