"""The running sums say what a sum over all the calls says, whatever was done to the calls."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from oaiworkbook.money import ledger_file
from oaiworkbook.money.ledger import Call, Ledger
from oaiworkbook.money.ledger_sums import ALREADY_COUNTED, REAL_MODES, By

DAY = 86_400
MODELS = ["gpt-6-luna", "gpt-6.2-sol", "Bücher 'x'", None]
NOON = 20_000 * DAY + DAY / 2


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.sqlite")) as made:
        made.set_budget("day", Decimal(1_000))
        yield made


def call(chance: random.Random) -> Call:
    return Call(
        ts=NOON + chance.randrange(-3 * DAY, 3 * DAY),
        mode=chance.choice(["live", "record", "replay", "practice"]),
        endpoint=chance.choice(["responses", "images"]),
        lesson=chance.choice([None, "01_responses", "22_costs"]),
        model=chance.choice(MODELS),
        status=chance.choice(["ok", "error", "cut"]),
        input_tokens=chance.choice([None, 0, 310]),
        cached_tokens=chance.choice([None, 17]),
        output_tokens=chance.choice([None, 84]),
        reasoning_tokens=chance.choice([None, 5]),
        cost_usd=chance.choice([None, 0, Decimal("0.000073"), Decimal("0.1")]),
        price_note=chance.choice(["", "", ALREADY_COUNTED]),
        response_id=chance.choice([None, f"resp_{chance.randrange(60)}"]),
    )


def busy(ledger: Ledger, steps: int, seed: int) -> None:
    """Everything that a ledger does, in an order of chance."""
    chance = random.Random(seed)
    under_way: list[tuple[int, Call]] = []
    for _ in range(steps):
        do = chance.random()
        made = call(chance)
        if do < 0.4:
            ledger.add(made, chance.choice([[], ["day"]]), repeat=chance.random() < 0.5)
        elif do < 0.7:
            asked = Call(ts=made.ts, mode=made.mode, endpoint=made.endpoint, model="asked for")
            under_way.append((ledger.open(asked, Decimal("0.01"), ["day"]), made))
        elif do < 0.95 and under_way:
            row, ended = under_way.pop(chance.randrange(len(under_way)))
            ledger.settle(row, ended, repeat=chance.random() < 0.5)
        elif under_way:
            ledger.give_back([under_way.pop()[0]], "given back")


def counted(ledger: Ledger, by: By, lesson: str | None, since: float) -> dict[object, list[object]]:
    """The same sums by the slow way: from every call."""
    sums: dict[object, list[object]] = {}
    held = dict(sqlite3.connect(ledger.path).execute("SELECT id, held_pico FROM calls"))
    for each in ledger.calls():
        if each.ts < since or lesson not in (None, each.lesson):
            continue
        keys = {"model": each.model, "lesson": each.lesson, "endpoint": each.endpoint}
        keys["day"] = time.strftime("%Y-%m-%d", time.gmtime(each.ts))
        key = keys[by] or "(none)", each.mode in REAL_MODES
        found = sums.setdefault(key, [0, 0, 0, 0, 0, 0, 0, Decimal(0), Decimal(0)])
        adds = [1, each.status == "error"]
        adds += [each.cost_usd is None and each.price_note != ALREADY_COUNTED]
        tokens = (each.input_tokens, each.cached_tokens, each.output_tokens, each.reasoning_tokens)
        adds += [number or 0 for number in tokens]
        unknown = Decimal(held[each.row]).scaleb(-12) if each.cost_usd is None else Decimal(0)
        adds += [unknown, each.cost_usd or Decimal(0)]
        sums[key] = [a + b for a, b in zip(found, adds, strict=True)]
    return sums


def summary(ledger: Ledger, by: By, lesson: str | None, since: float) -> dict[object, list[object]]:
    return {
        (t.key, t.real): [
            *(t.calls, t.failed, t.unknown, t.input_tokens, t.cached_tokens),
            *(t.output_tokens, t.reasoning_tokens, t.held_usd, t.cost_usd),
        ]
        for t in ledger.summary(by, lesson=lesson, since=since)
    }


def agree(ledger: Ledger) -> None:
    ways: list[By] = ["model", "lesson", "day", "endpoint"]
    for by in ways:
        for lesson in (None, "22_costs", "no such lesson"):
            for since in (0.0, NOON - DAY, NOON - DAY / 2, NOON, NOON + 1, NOON + 90 * DAY):
                expected = counted(ledger, by, lesson, since)
                assert summary(ledger, by, lesson, since) == expected, (by, lesson, since)


@pytest.mark.parametrize("seed", range(3))
def test_the_sums_are_those_of_the_calls(ledger: Ledger, seed: int) -> None:
    busy(ledger, 1_000, seed)
    assert len(ledger.calls()) > 500  # some are in the sums, the newest are not
    assert len(counted(ledger, "model", None, 0)) == 2 * len([*MODELS, "asked for"])
    agree(ledger)


def test_what_another_program_writes_is_counted(ledger: Ledger) -> None:
    busy(ledger, 60, 4)
    with closing(sqlite3.connect(ledger.path)) as db:
        db.execute("DELETE FROM calls WHERE id % 3 = 0")
        db.execute("UPDATE calls SET model = 'renamed', ts = ts + 86400 WHERE id % 3 = 1")
        db.commit()
    agree(ledger)


def test_a_number_that_is_given_out_again_is_counted(ledger: Ledger) -> None:
    busy(ledger, 1_000, 7)
    with closing(sqlite3.connect(ledger.path)) as db:
        db.execute("DELETE FROM calls WHERE id > 200")
        db.commit()
    agree(ledger)
    busy(ledger, 60, 8)
    assert {each.row for each in ledger.calls()} >= {201, 202}
    agree(ledger)


@pytest.mark.parametrize("version", [2, 3])
def test_an_older_ledger_gets_the_sums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    path = tmp_path / "old.sqlite"
    with monkeypatch.context() as before:
        before.setattr(ledger_file, "SCHEMA", ledger_file.SCHEMA[:version])
        with closing(Ledger(path)) as old:
            old.set_budget("day", Decimal(1_000))
            busy(old, 200, 5)
            with pytest.raises(Exception, match="no such table: summed"):
                old.summary("model")
    with closing(Ledger(path)) as new:
        agree(new)
        busy(new, 600, 6)
        agree(new)


def test_a_model_that_answered_in_the_place_of_another_leaves_no_empty_line(ledger: Ledger) -> None:
    asked = Call(ts=NOON, mode="live", endpoint="responses", model="alias")
    row = ledger.open(asked, Decimal("0.01"), ["day"])
    asked.model, asked.status, asked.cost_usd = "real", "ok", Decimal("0.002")
    ledger.settle(row, asked)
    assert [t.key for t in ledger.summary("model")] == ["real"]
