"""A spend limit is an upper bound, or it refuses and says what to send."""

import pickle
import shutil
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from oaiworkbook import SpendLimitExceeded, settings, spend_limit
from oaiworkbook.endpoints import name_of
from oaiworkbook.money import limits
from oaiworkbook.money.ledger import Call, default_ledger
from oaiworkbook.money.meter import Meter
from oaiworkbook.money.usage import Asked

RESPONSES, CHAT = "/v1/responses", "/v1/chat/completions"
MODEL = "gpt-6-luna"


@pytest.fixture(autouse=True)
def no_limits_left() -> Iterator[None]:
    yield
    for limit in [*limits._plain.values(), *limits._within]:
        limit.end()


def reserve(path: str = RESPONSES, mode: str = "live", host: str = "api.openai.com", **form: Any):  # type: ignore[no-untyped-def]
    """As before a call is sent. Returns its row."""
    call = Call(ts=0, mode=mode, endpoint=name_of(path), lesson=settings.lesson())
    asked = Asked("POST", path, {"model": MODEL, **form}, host, 1_000)
    return Meter(mode).reserve(call, asked)  # type: ignore[arg-type]


# What is reserved


def test_a_call_without_a_maximum_reserves_all_that_the_model_can_write() -> None:
    limit = spend_limit(1)
    reserve(input="Hi")
    assert 128_000 * Decimal("0.0000005") < limit.spent < Decimal("0.0641")
    held = limit.spent
    reserve(CHAT, messages=[], n=3)
    assert limit.spent - held > 3 * 128_000 * Decimal("0.0000005")


@pytest.mark.parametrize(
    ("path", "form", "name"),
    [
        (RESPONSES, {"input": "Hi"}, "max_output_tokens"),
        (CHAT, {"messages": []}, "max_completion_tokens"),
        ("/v1/completions", {"prompt": "Hi"}, "max_tokens"),
    ],
)
def test_the_refusal_names_what_to_send_and_what_was_assumed(
    path: str, form: dict[str, Any], name: str
) -> None:
    spend_limit("0.01")
    with pytest.raises(SpendLimitExceeded) as caught:
        reserve(path, **form)
    assert str(caught.value) == (
        "Not sent: this call may cost up to USD 0.0641 (128,000 output tokens assumed), and "
        "USD 0.010 is left of the spend limit of USD 0.010 (USD 0 is spent or reserved). "
        f"Pass {name}, shorten the input, or set a higher spend_limit."
    )
    with pytest.raises(SpendLimitExceeded, match=rf"USD 0\.\d+, and .* Set a smaller {name}, sho"):
        reserve(path, **form, **{name: 50_000})
    reserve(path, **form, **{name: 50})
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)


def test_a_call_without_an_answer_to_shorten_names_no_maximum() -> None:
    spend_limit("0.0000001")
    with pytest.raises(SpendLimitExceeded, match=r"reserved\)\. Shorten the input, or set a high"):
        reserve("/v1/embeddings", model="text-embedding-3-small", input="Hi" * 100)


def test_a_conversation_reserves_what_the_log_knows_of_it() -> None:
    limit = spend_limit(1)
    reserve(input="Hi", max_output_tokens=50, previous_response_id="resp_1")
    unseen = limit.spent
    assert unseen > Decimal("0.26")
    earlier = Call(ts=0, mode="live", endpoint="responses", response_id="resp_1", model=MODEL)
    earlier.input_tokens, earlier.output_tokens = 700, 300
    default_ledger().add(earlier)
    reserve(input="Hi", max_output_tokens=50, previous_response_id="resp_1")
    assert limit.spent - unseen < Decimal("0.001")


# What cannot be bounded

DRAW = {"path": "/v1/images/generations", "model": "gpt-image-2.6-flare", "prompt": "A cat"}
UNPRICED = {"model": "gpt-5.6-sol", "input": "Hi", "max_output_tokens": 9}


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (DRAW, "images"),
        ({"path": "/v1/audio/speech", "model": "gpt-4o-mini-tts", "input": "Hi"}, "audio.speech"),
        ({"path": "/v1/batches", "model": None, "input_file_id": "file_1"}, "batches"),
        ({"path": "/v1/containers", "model": None}, "containers"),
        ({"path": "/v1/fine_tuning/jobs", "model": "gpt-4.1-mini"}, "fine_tuning"),
        ({"path": "/v1/videos", "model": "sora-2"}, "videos"),
        ({"path": "/v1/teleport/1/runs"}, "teleport"),
        (UNPRICED, "gpt-5.6-sol"),
        ({**UNPRICED, "model": "llama3.2"}, "llama3.2"),
        ({"model": None, "input": "Hi"}, "responses"),
        ({"input": "Hi", "tools": [{"type": "code_interpreter"}]}, MODEL),
    ],
)
def test_a_call_of_unknown_price_is_refused_until_its_line_is_run(
    call: dict[str, Any], name: str
) -> None:
    with spend_limit("0.30") as limit, pytest.raises(SpendLimitExceeded) as caught:
        reserve(**call)
    assert limit.spent == 0
    assert default_ledger().mark().row == 0
    assert caught.value.allow == f'spend_limit(0.30, allow_unknown=["{name}"])'
    assert str(caught.value).startswith("Not sent: what this call may cost is not known (")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    exec(caught.value.allow, {"spend_limit": spend_limit})
    assert reserve(**call)
    (row,) = default_ledger().calls()
    assert (row.status, row.cost_usd) == ("open", None)


def test_the_refusal_says_why_and_shows_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OAIWORKBOOK_ALLOW_UNKNOWN", raising=False)
    with pytest.raises(SpendLimitExceeded) as caught:
        reserve(**DRAW)
    assert str(caught.value) == (
        "Not sent: what this call may cost is not known (what a picture costs depends on its size and "
        "quality), and the daily cap of USD 1.00 lets no such call through. Run this line to send it "
        'all the same:\nimport os; os.environ["OAIWORKBOOK_ALLOW_UNKNOWN"] = "images"'
    )
    exec(caught.value.allow)
    assert reserve(**DRAW)
    monkeypatch.setenv("OAIWORKBOOK_ALLOW_UNKNOWN", "batches, containers")
    with (
        spend_limit(1, name="class", allow_unknown=["batches"]),
        pytest.raises(
            SpendLimitExceeded,
            match=r'spend_limit\(1, name="class", allow_unknown=\["batches", "images"',
        ),
    ):
        reserve(**DRAW)
    with pytest.raises(SpendLimitExceeded, match='= "batches,containers,images"'):
        reserve(**DRAW)


def test_what_would_bound_the_call_is_named_first() -> None:
    search = {"input": "Hi", "max_output_tokens": 9, "tools": [{"type": "web_search"}]}
    with spend_limit(1):
        with pytest.raises(SpendLimitExceeded, match="Pass max_tool_calls, or run this line"):
            reserve(**search)
        reserve(**search, max_tool_calls=2)


@pytest.mark.parametrize("name", ["images", "gpt-image-2.6-flare"])
@pytest.mark.parametrize("by", ["variable", "limit", "another limit"])
def test_what_is_allowed_holds_for_all_limits_and_reserves_nothing(
    name: str, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [name] if "limit" in by else []
    if by == "variable":
        monkeypatch.setenv("OAIWORKBOOK_ALLOW_UNKNOWN", f" {name} ,")
    with spend_limit(1, allow_unknown=names) as outer, spend_limit(1) as inner:
        assert reserve(**DRAW)
        assert (outer.spent, inner.spent) == (0, 0)
        with pytest.raises(SpendLimitExceeded):
            reserve("/v1/batches", model=None)
    if by != "variable":
        with pytest.raises(SpendLimitExceeded):
            reserve(**DRAW)


@pytest.mark.parametrize("names", ["images", ("images",), {"images"}, [" images "]])
def test_names_may_come_in_any_form(names: Any) -> None:
    with spend_limit(1, allow_unknown=names):
        assert reserve(**DRAW)


@pytest.mark.parametrize("names", [[""], [None], [7], " "])
def test_what_is_no_name_is_refused(names: Any) -> None:
    with pytest.raises(ValueError, match="takes names"):
        spend_limit(1, allow_unknown=names)


def test_in_replay_only_a_spend_limit_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reserve(mode="replay", **DRAW) is None
    with spend_limit(1), pytest.raises(SpendLimitExceeded):
        reserve(mode="replay", **DRAW)
    with spend_limit(1, allow_unknown=["images"]):
        assert reserve(mode="replay", **DRAW)


def test_a_lesson_makes_the_calls_that_are_recorded_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "11_images")
    assert reserve(**DRAW)
    for other in (
        {**DRAW, "model": "gpt-image-2.6-sunburst"},
        {**DRAW, "path": "/v1/images/variations"},
        {"path": "/v1/batches", "model": None},
    ):
        with pytest.raises(SpendLimitExceeded, match="not known"):
            reserve(**other)
    for lesson in ("17_batch", "my_own_notebook", ""):
        monkeypatch.setenv("OAIWORKBOOK_LESSON", lesson)
        with pytest.raises(SpendLimitExceeded, match="not known"):
            reserve(**DRAW)


def test_recordings_of_your_own_allow_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    course = settings.course_dir() / "data"
    shutil.copytree(course / "recordings" / "11_images", tmp_path / "recordings" / "my_pictures")
    for table in course.glob("*.toml"):
        shutil.copy(table, tmp_path)
    monkeypatch.setenv("OAIWORKBOOK_DATA", str(tmp_path))
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "my_pictures")
    with pytest.raises(SpendLimitExceeded, match="not known"):
        reserve(**DRAW)
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "11_images")
    assert reserve(**DRAW)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
@pytest.mark.parametrize("model", ["llama3.2", "gpt-oss:20b", "gpt-oss-20b", "openai/gpt-oss-20b"])
def test_a_server_on_this_machine_sends_no_bill_for_a_model_of_its_own(
    host: str, model: str
) -> None:
    assert reserve(CHAT, host=host, model=model, messages=[])
    with pytest.raises(SpendLimitExceeded, match="not known"):
        reserve(CHAT, host="gateway.test", model=model, messages=[])


@pytest.mark.parametrize(
    "call",
    [
        DRAW,
        UNPRICED,
        {**UNPRICED, "model": "openai/gpt-5.6-sol"},
        {**DRAW, "model": "openai/gpt-image-2.6-flare"},
        {"path": "/v1/fine_tuning/jobs", "model": "ft:gpt-4o-mini:x"},
        {"path": "/v1/batches", "model": None},
    ],
)
def test_a_server_on_this_machine_may_stand_before_openai(call: dict[str, Any]) -> None:
    with pytest.raises(SpendLimitExceeded, match="not known"):
        reserve(host="127.0.0.1", **call)


def test_a_known_price_is_reserved_on_this_machine_too() -> None:
    limit = spend_limit(1)
    reserve(host="127.0.0.1", input="Hi", max_output_tokens=1_000)
    assert limit.spent > Decimal("0.0005")


def answer_here(host: str, answered_by: str | None) -> Call:
    """A call to a server on `host` for a model of OpenAI's, reserved, and answered by another."""
    form = {"model": MODEL, "input": "Hi", "max_output_tokens": 1_000}
    asked = Asked("POST", RESPONSES, form, host, 1_000)
    call = Call(ts=0, mode="live", endpoint="responses", http_status=200, status="ok")
    row = Meter("live").reserve(call, asked)
    used = {"input_tokens": 58, "output_tokens": 9, "total_tokens": 67}
    named = {"model": answered_by} if answered_by else {}
    answer = {"id": "resp_1", "object": "response", "status": "completed", "usage": used, **named}
    Meter("live").add(row, call, asked, answer, None)
    return default_ledger().calls()[-1]


def test_what_a_model_of_this_machine_answers_holds_nothing_of_a_limit() -> None:
    # A gateway may be asked, and bill: only the answer says that it was none.
    limit = spend_limit(1)
    call = answer_here("127.0.0.1", "smollm2-135m-instruct")
    assert call.cost_usd is None
    assert call.price_note == "no price of smollm2-135m-instruct is known"
    assert limit.spent == 0
    day = next(name for name in limits.active_budgets("live") if name.startswith("day-"))
    assert default_ledger().budget(day)[1] == 0


@pytest.mark.parametrize(
    ("host", "answered_by"),
    [("gateway.test", "smollm2-135m-instruct"), ("127.0.0.1", "openai/gpt-5.6-sol")],
)
def test_what_may_be_billed_stays_held(host: str, answered_by: str) -> None:
    limit = spend_limit(1)
    assert answer_here(host, answered_by).cost_usd is None
    assert limit.spent > Decimal("0.0005")


def test_a_reservation_in_a_file_that_is_gone_is_not_given_back_twice(tmp_path: Any) -> None:
    limit = spend_limit(1)
    ledger = default_ledger()
    call = Call(ts=0, mode="live", endpoint="responses", model="smollm2-135m-instruct")
    row = ledger.open(call, Decimal("0.25"), [limit._budget])
    with ledger._use() as db:
        db.execute("DELETE FROM calls WHERE id = ?", (row,))
        db.execute("UPDATE budgets SET committed_pico = 0")
    ledger.settle(row, call, free=True)
    assert limit.spent == 0
