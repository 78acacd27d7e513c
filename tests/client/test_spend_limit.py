"""A spend limit refuses before a call is sent, and holds across threads, kernels and modes."""

import pickle
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.realtime import ResponseDoneEvent

from oaiworkbook import record_usage, spend_limit
from oaiworkbook.errors import LedgerError
from oaiworkbook.money import limits
from oaiworkbook.money.ledger import Call, SpendLimitExceeded, default_ledger
from oaiworkbook.money.limits import active_budgets

CALL = Call(ts=0, mode="replay", endpoint="responses")
WHEN = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_limits_left() -> Iterator[None]:
    yield
    for limit in [*limits._plain.values(), *limits._within]:
        limit.end()


def send(reserve: str, cost: str | None = None, mode: str = "replay") -> None:
    """One call as the HTTP hook makes it."""
    ledger = default_ledger()
    row = ledger.open(CALL, Decimal(reserve), active_budgets(mode))
    ended = Call(ts=0, mode=mode, endpoint="responses", status="ok")
    ended.cost_usd = Decimal(cost or reserve)
    ledger.settle(row, ended)


# In one process


def test_a_call_that_may_not_fit_is_refused_in_clear_words() -> None:
    limit = spend_limit(0.0015)
    for _ in range(10):
        send("0.000202", "0.000132")
    assert limit.remaining == Decimal("0.00018")
    with pytest.raises(SpendLimitExceeded) as caught:
        send("0.000202")
    assert str(caught.value) == (
        "Not sent: this call may cost up to USD 0.000202, and USD 0.00018 is left of the spend "
        "limit of USD 0.0015 (USD 0.00132 is spent or reserved). Set a smaller max_output_tokens, "
        "shorten the input, or set a higher spend_limit."
    )
    assert limit.spent == Decimal("0.00132")
    send("0.00018")  # what just fits is sent


def test_a_call_of_unknown_cost_is_refused_once_the_limit_is_passed() -> None:
    spend_limit("0.01")
    send("0.01", "0.02")
    with pytest.raises(SpendLimitExceeded) as caught:
        send("0")
    assert str(caught.value) == (
        "Not sent: nothing is left of the spend limit of USD 0.010 (USD 0.020 is spent or reserved). "
        "To go on, set a higher spend_limit."
    )


def test_the_error_is_no_api_error_and_survives_a_process_pool() -> None:
    spend_limit(0)
    with pytest.raises(SpendLimitExceeded) as caught:
        send("0.01")
    assert isinstance(caught.value, openai.OpenAIError)
    assert not isinstance(caught.value, openai.APIError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert (again.limit, again.committed, again.asked) == (0, 0, Decimal("0.01"))


def test_two_amounts_that_round_to_the_same_still_read_as_more_and_less() -> None:
    spend_limit("0.0002000")
    with pytest.raises(SpendLimitExceeded, match=r"up to USD 0\.000201, and USD 0\.00020 is left"):
        send("0.00020001")


def test_with_holds_for_its_block_only() -> None:
    with spend_limit(0.01) as limit:
        send("0.008")
        with pytest.raises(SpendLimitExceeded):
            send("0.008")
    send("0.008")
    assert active_budgets("replay") == []
    assert limit.spent == Decimal("0.008")  # can still be read


def test_limits_inside_each_other_all_hold() -> None:
    outer = spend_limit(0.01)
    with spend_limit(1):
        send("0.006")
        with pytest.raises(SpendLimitExceeded, match=r"limit of USD 0\.010"):
            send("0.006")
    assert outer.spent == Decimal("0.006")
    with spend_limit(0.001), pytest.raises(SpendLimitExceeded, match=r"limit of USD 0\.0010"):
        send("0.002")
    send("0.002")


def test_running_the_line_again_starts_at_zero() -> None:
    for _ in range(2):
        limit = spend_limit(0.01)
        send("0.008")
    assert len(active_budgets("replay")) == 1
    limit.end()
    assert active_budgets("replay") == []


def test_the_limit_shows_what_is_left() -> None:
    limit = spend_limit("0.05")
    send("0.0108")
    text = "spend limit USD 0.050 (this kernel only): USD 0.0108 spent, USD 0.0392 left"
    assert repr(limit) == text


@pytest.mark.parametrize("amount", ["much", "-1", -0.01, float("nan"), float("inf"), True, None])
def test_an_amount_that_is_none_is_refused(amount: Any) -> None:
    with pytest.raises(ValueError, match=r"amount in USD, such as 0\.05"):
        spend_limit(amount)
    assert active_budgets("replay") == []


@pytest.mark.parametrize("name", ["", " ", "a\nb"])
def test_a_name_is_a_line_of_text(name: str) -> None:
    with pytest.raises(ValueError, match="one line of text"):
        spend_limit(1, name=name)


# The daily cap


def on(day: int) -> type[datetime]:
    class Fixed(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Fixed":
            return cls(2026, 11, day, 23, 59, tzinfo=tz)

    return Fixed


def test_the_daily_cap_holds_in_live_and_record_and_follows_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "datetime", on(22))
    monkeypatch.setenv("OAIWORKBOOK_MAX_USD", "0.05")
    assert active_budgets("replay") == []
    send("0.03", mode="live")
    with pytest.raises(SpendLimitExceeded, match=r"daily cap of USD 0\.050.*OAIWORKBOOK_MAX_USD"):
        send("0.03", mode="record")
    monkeypatch.setenv("OAIWORKBOOK_MAX_USD", "0.06")
    send("0.03", mode="record")
    with pytest.raises(SpendLimitExceeded):
        send("0.000001", mode="live")
    send("5", mode="replay")
    monkeypatch.setattr(limits, "datetime", on(23))
    send("0.06", mode="live")
    assert active_budgets("live") == ["day-2026-11-23"]


# Many at once

WORKER = """
    import sys, threading, time
    from decimal import Decimal
    from oaiworkbook import spend_limit
    from oaiworkbook.money.ledger import Call, SpendLimitExceeded, default_ledger
    from oaiworkbook.money.limits import active_budgets

    kind, start = sys.argv[1], float(sys.argv[2])
    limit = spend_limit(1, name="class")
    ledger = default_ledger()
    bound, cost = Decimal("0.010"), Decimal("0.008")
    sent = []

    def reserving():
        while True:
            call = Call(ts=0, mode="live", endpoint="responses")
            try:
                row = ledger.open(call, bound, active_budgets("replay"))
            except SpendLimitExceeded:
                return
            time.sleep(0.005)
            call.status, call.cost_usd = "ok", cost
            ledger.settle(row, call)
            sent.append(cost)

    def naive():
        while limit.remaining >= bound:
            time.sleep(0.005)
            call = Call(ts=0, mode="live", endpoint="responses", status="ok", cost_usd=cost)
            ledger.add(call, active_budgets("replay"))
            sent.append(cost)

    time.sleep(max(0, start - time.time()))
    threads = [threading.Thread(target=globals()[kind]) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(sum(sent))
"""


def spent_by_32(kind: str) -> Decimal:
    """What 4 kernels with 8 threads each spend of one dollar."""
    start = str(time.time() + 2)
    command = [sys.executable, "-c", textwrap.dedent(WORKER), kind, start]
    kernels = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    outs = [kernel.communicate(timeout=120)[0] for kernel in kernels]
    assert [kernel.returncode for kernel in kernels] == [0] * 4
    return sum(map(Decimal, outs), Decimal(0))


def test_32_callers_in_4_kernels_never_overspend() -> None:
    spent = spent_by_32("reserving")
    assert Decimal("0.98") <= spent <= 1
    limit = spend_limit(1, name="class")
    assert limit.spent == spent  # nothing stays reserved
    assert default_ledger().summary("model")[0].cost_usd == spent


def test_checking_without_reserving_would_overspend() -> None:
    assert spent_by_32("naive") > 1


def test_32_threads_never_overspend() -> None:
    limit = spend_limit(1)

    def work(_: int) -> int:
        for count in range(1000):
            try:
                send("0.010", "0.008")
            except SpendLimitExceeded:
                return count
        return 1000

    with ThreadPoolExecutor(32) as pool:
        sent = sum(pool.map(work, range(32)))
    assert limit.spent == sent * Decimal("0.008")
    assert Decimal("0.98") <= limit.spent <= 1


def test_a_named_limit_is_shared_and_keeps_what_was_spent(own_folders: Path) -> None:
    code = """
        from decimal import Decimal
        from oaiworkbook import spend_limit
        from oaiworkbook.money.ledger import Call, default_ledger
        from oaiworkbook.money.limits import active_budgets
        spend_limit(9)
        with spend_limit(1, name="class"):
            call = Call(ts=0, mode="replay", endpoint="responses", status="ok", cost_usd=0.4)
            default_ledger().add(call, active_budgets("replay"))
    """
    for _ in range(2):
        subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=60)
    limit = spend_limit(1, name="class")
    assert limit.spent == Decimal("0.8")
    with pytest.raises(SpendLimitExceeded, match=r"spend limit 'class' of USD 1\.00"):
        send("0.3")
    with default_ledger()._use() as db:  # what was a kernel's own went with it
        assert db.execute("SELECT name FROM budgets").fetchall() == [("shared-class",)]


def test_a_limit_does_not_outlive_its_ledger(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spend_limit(1)
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(tmp_path / "other.sqlite"))
    with pytest.raises(LedgerError, match="Run the line that sets the limit again"):
        send("0.01")


# WebSocket events

TOKENS = {
    "total_tokens": 1100,
    "input_tokens": 1000,
    "output_tokens": 100,
    "input_token_details": {"text_tokens": 1000, "audio_tokens": 0, "cached_tokens": 0},
    "output_token_details": {"text_tokens": 100, "audio_tokens": 0},
}
DONE = {
    "type": "response.done",
    "event_id": "event_1",
    "response": {"id": "resp_1", "object": "realtime.response", "status": "completed"},
}
USED = {**DONE, "response": {**DONE["response"], "usage": TOKENS}}  # type: ignore[dict-item]


@pytest.mark.parametrize("sdk_object", [True, False])
def test_a_realtime_event_is_logged_with_its_cost(sdk_object: bool) -> None:
    event = ResponseDoneEvent.model_validate(USED) if sdk_object else USED
    logged = record_usage(event, model="gpt-realtime-2.1", at=WHEN)
    assert logged
    assert logged == default_ledger().calls()[-1]
    assert (logged.endpoint, logged.mode, logged.status) == ("realtime", "replay", "ok")
    assert (logged.model, logged.response_id) == ("gpt-realtime-2.1", "resp_1")
    assert (logged.input_tokens, logged.output_tokens) == (1000, 100)
    assert logged.cost_usd
    assert logged.usage == {"usage": TOKENS}


def test_without_its_model_the_cost_of_an_event_is_unknown() -> None:
    logged = record_usage(USED)
    assert logged
    assert logged.cost_usd is None
    assert logged.price_note


def test_a_response_over_a_websocket_and_a_transcript_are_logged() -> None:
    response = {
        "id": "resp_2",
        "object": "response",
        "status": "completed",
        "model": "gpt-6-luna",
        "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15},
    }
    logged = record_usage({"type": "response.completed", "response": response}, at=WHEN)
    assert logged
    assert (logged.endpoint, logged.model) == ("responses", "gpt-6-luna")
    transcript = {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "item_1",
        "usage": {"type": "duration", "seconds": 90},
    }
    logged = record_usage(transcript, transcription_model="gpt-transcribe", at=WHEN)
    assert logged
    assert logged.cost_usd == Decimal("0.00675")


def test_an_event_without_usage_is_passed_over() -> None:
    assert record_usage({"type": "response.output_text.delta", "delta": "Hi"}) is None
    assert default_ledger().mark().row == 0


@pytest.mark.parametrize("event", ["response.done", None, {"usage": {}}])
def test_what_is_no_event_is_refused(event: Any) -> None:
    with pytest.raises(TypeError, match="event of a WebSocket session"):
        record_usage(event)


def test_the_event_that_passes_the_limit_is_logged_and_stops_the_session() -> None:
    with spend_limit("0.000001") as limit:
        with pytest.raises(SpendLimitExceeded, match=r"Past the spend limit.*Close the session"):
            record_usage(USED, model="gpt-realtime-2.1", at=WHEN)
        assert limit.spent > limit.limit
    assert default_ledger().mark().row == 1
