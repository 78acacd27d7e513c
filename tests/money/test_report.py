"""Cost reports keep real money apart from simulated, say what is unknown, and need no colours."""

import re
import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from oaiworkbook import costs, show
from oaiworkbook.money.amounts import usd
from oaiworkbook.money.ledger import Call, default_ledger
from oaiworkbook.money.report import cost_line

CALL = Call(
    ts=1_790_000_000,
    mode="replay",
    endpoint="responses",
    lesson="01_responses",
    model="model-a",
    status="ok",
    input_tokens=155,
    output_tokens=42,
    cost_usd=Decimal("0.0000365"),
)


def call(**changes: Any) -> Call:
    return replace(CALL, **changes)


FAILED = call(
    status="error",
    error="429 slow_down",
    cost_usd=Decimal(0),
    price_note="refused: no usage",
    input_tokens=None,
    output_tokens=None,
)
LOST = replace(FAILED, error="ReadTimeout", cost_usd=None, price_note="no answer came")
UNKNOWN = call(cost_usd=None, price_note="sound carries no usage", model="model-b")


# Amounts


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "unknown"),
        (0, "USD 0"),
        (Decimal("12.345"), "USD 12.34"),
        (1, "USD 1.00"),
        (0.5, "USD 0.50"),
        (Decimal("0.0108"), "USD 0.0108"),
        (Decimal("0.0042"), "USD 0.0042"),
        (Decimal("0.000073124"), "USD 0.0000731"),
        (Decimal("0.00099999"), "USD 0.0010"),
        (Decimal("0.9999"), "USD 1.00"),
        (Decimal("-0.002"), "USD -0.0020"),
        (Decimal("1E-9"), "USD 0.0000000010"),
    ],
)
def test_an_amount_shows_at_least_two_digits_that_count(amount: Any, text: str) -> None:
    assert usd(amount) == text


def test_a_bound_is_rounded_up_and_a_rest_down() -> None:
    assert usd(Decimal("0.0012341"), "up") == "USD 0.00124"
    assert usd(Decimal("0.0012349"), "down") == "USD 0.00123"


# The line under a cell


@pytest.mark.parametrize(
    ("calls", "line"),
    [
        (
            [call(), call()],
            "2 calls · 310 in + 84 out tokens · would cost USD 0.000073 · replay: nothing charged",
        ),
        (
            [call(mode="live")],
            "1 call · 155 in + 42 out tokens · cost USD 0.0000365 · live",
        ),
        (
            [
                call(
                    input_tokens=12_000,
                    cached_tokens=1024,
                    cache_write_tokens=9,
                    reasoning_tokens=30,
                )
            ],
            "1 call · 12,000 in (1,024 cached, 9 written to cache) + 42 out (30 reasoning) tokens · "
            "would cost USD 0.0000365 · replay: nothing charged",
        ),
        (
            [FAILED, replace(FAILED, attempt=1), call(attempt=2)],
            "1 call, 2 retries, 2 failed (429 slow_down) · 155 in + 42 out tokens · "
            "would cost USD 0.0000365 · replay: nothing charged",
        ),
        (
            [UNKNOWN],
            "1 call · 155 in + 42 out tokens · would cost unknown (sound carries no usage) · "
            "replay: nothing charged",
        ),
        (
            [call(mode="live"), replace(UNKNOWN, mode="live", status="cut")],
            "2 calls, 1 cut short · 310 in + 84 out tokens · "
            "cost USD 0.0000365 + 1 unknown (sound carries no usage) · live",
        ),
        (
            [call(cost_usd=Decimal(0), endpoint="files"), UNKNOWN],
            "2 calls · 310 in + 84 out tokens · would cost unknown (sound carries no usage) · "
            "replay: nothing charged",
        ),
        (
            [call(mode="record"), call(mode="practice", cost_usd=1)],
            "2 calls · 310 in + 84 out tokens · cost USD 0.0000365 · record · "
            "would cost USD 1.00 · practice: nothing charged",
        ),
        (
            [call(mode="live", cost_usd=None, price_note="already counted")],
            "1 call, 1 already counted · 155 in + 42 out tokens · cost USD 0 · live",
        ),
        ([FAILED], "1 call, 1 failed (429 slow_down) · would cost USD 0 · replay: nothing charged"),
        (
            [LOST],
            "1 call, 1 failed (ReadTimeout) · would cost unknown (no answer came) · "
            "replay: nothing charged",
        ),
        ([], "no calls"),
    ],
    ids=[
        "replay",
        "live",
        "details",
        "retries",
        "unknown",
        "cut",
        "nothing-known",
        "mixed",
        "again",
        "failed",
        "lost",
        "none",
    ],
)
def test_the_cost_line(calls: list[Call], line: str) -> None:
    assert repr(cost_line(calls)) == line


def test_the_cost_line_in_html_follows_the_theme_and_escapes() -> None:
    html = cost_line([replace(UNKNOWN, price_note="<b>$1 & $2</b>")])._repr_html_()
    assert "&lt;b&gt;$1 &amp; $2&lt;/b&gt;" in html
    assert "mathjax_ignore" in html
    assert not re.search(r"colou?r|background|#[0-9a-f]{3}", html, re.I)


# The table


def log(*calls: Call) -> None:
    for made in calls:
        default_ledger().add(made)


def test_costs_as_text() -> None:
    log(call(), call(cached_tokens=100, reasoning_tokens=5), FAILED, UNKNOWN)
    log(call(mode="live", cost_usd=Decimal("0.0042")))
    assert repr(costs()) == (
        "Charged (live and record mode)\n"
        "model    calls  failed   in  cached  out  reasoning        cost\n"
        "---------------------------------------------------------------\n"
        "model-a      1       0  155       0   42          0  USD 0.0042\n"
        "\n"
        "Would have cost (replay and practice: nothing charged)\n"
        "model    calls  failed   in  cached  out  reasoning                      cost\n"
        "-----------------------------------------------------------------------------\n"
        "model-a      3       1  310     100   84          5              USD 0.000073\n"
        "model-b      1       0  155       0   42          0               unknown (1)\n"
        "all          4       1  465     100  126          5  USD 0.000073 + 1 unknown\n"
        "\n"
        "Not in the sums: 1 call of unknown cost."
    )


def test_what_limits_hold_for_calls_of_unknown_cost_is_said() -> None:
    ledger = default_ledger()
    ledger.set_budget("a", Decimal(1))
    row = ledger.open(UNKNOWN, Decimal("0.02"), ["a"])
    ledger.settle(row, UNKNOWN)
    assert repr(costs()).endswith("1 call of unknown cost; spend limits hold USD 0.020 for them.")


def test_costs_of_a_lesson_and_of_the_last_days(monkeypatch: pytest.MonkeyPatch) -> None:
    log(call(), call(lesson="02_chat", ts=CALL.ts - 3 * 86400))
    monkeypatch.setattr("oaiworkbook.money.report.time.time", lambda: CALL.ts + 60)
    assert [t.key for t in costs("lesson").totals] == ["01_responses", "02_chat"]
    assert [t.key for t in costs("lesson", days=1).totals] == ["01_responses"]
    assert [t.calls for t in costs("model", lesson="02_chat").totals] == [1]
    assert [t.key for t in costs("day").totals] == ["2026-09-18", "2026-09-21"]


def test_costs_in_html_follow_the_theme_and_escape() -> None:
    log(call(model="<script>$a$</script>"))
    html = costs()._repr_html_()
    assert "&lt;script&gt;$a$&lt;/script&gt;" in html
    assert html.startswith('<div class="mathjax_ignore">')
    assert html.count('<th scope="col"') == 8
    assert not re.search(r"colou?r|background|#[0-9a-f]{3}", html, re.I)


def test_no_calls_are_said_so() -> None:
    assert repr(costs()) == "No calls are in the cost log yet."
    assert "No calls are in the cost log yet." in costs()._repr_html_()
    with pytest.raises(ValueError, match="nothing to plot"):
        costs().plot()


def test_the_plot_says_its_finding_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    log(call(cost_usd=Decimal("0.003")), call(model="model-$-b-$", cost_usd=Decimal("0.001")))
    log(call(mode="live", cost_usd=Decimal("0.0042")), UNKNOWN)
    costs().plot()
    assert capsys.readouterr().out == (
        "Cost by model. Charged (live and record mode): USD 0.0042, most for model-a, USD 0.0042 "
        "(100%). Would have cost (replay and practice: nothing charged): "
        "USD 0.0040 + 1 unknown, most for model-a, USD 0.0030 (75%).\n"
    )


def test_a_plot_of_many_says_what_it_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    log(*(call(model=f"model-{i}") for i in range(23)))
    costs().plot()
    assert capsys.readouterr().out.endswith("\n3 more not shown.\n")


def test_the_plot_tells_its_bars_apart_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    log(call(), call(mode="live"))
    figures: list[Any] = []
    monkeypatch.setattr(show, "figure", lambda fig, *_: figures.append(fig))
    costs().plot()
    (axes,) = figures[0].axes
    assert len({bar.get_hatch() for bar in axes.patches}) == 2
    assert {text.get_text() for text in axes.texts} == {"USD 0.0000365"}
    assert (
        "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
    )
