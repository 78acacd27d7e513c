"""The ledger keeps every call it acknowledged, counts each cost once, and says what is wrong."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook.errors import LedgerError
from oaiworkbook.money import ledger_file
from oaiworkbook.money.ledger import Call, Ledger, SpendLimitExceeded
from oaiworkbook.money.ledger_file import SCHEMA
from oaiworkbook.money.ledger_place import is_blank

USAGE = {"input_tokens": 310, "output_tokens": 84, "output_tokens_details": {"reasoning_tokens": 9}}


def call(**changes: Any) -> Call:
    made = Call(
        ts=1_790_000_000.5,
        mode="replay",
        endpoint="responses",
        lesson="01_responses",
        model="model-a",
        status="ok",
        input_tokens=310,
        cached_tokens=0,
        output_tokens=84,
        reasoning_tokens=9,
        usage=USAGE,
        cost_usd=Decimal("0.000073"),
        response_id="resp_1",
    )
    return replace(made, **changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    made = Ledger(path, wait=2)
    yield made
    made.close()


def python(code: str, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


# What is kept


def test_a_call_comes_back_as_it_was(ledger: Ledger) -> None:
    full = call(
        service_tier="flex",
        stream=True,
        attempt=2,
        status="error",
        http_status=429,
        error="429 insufficient_quota",
        request_id="req_1",
        seconds=0.8,
        cache_write_tokens=1,
        price_note="priced as model-a",
        recording="01_responses/01-hello-1a2b3c4d.json",
    )
    row = ledger.add(full)
    assert ledger.calls() == [replace(full, pid=os.getpid(), row=row)]


def test_calls_are_found_by_row_process_and_lesson(ledger: Ledger) -> None:
    assert ledger.mark().row == 0
    first = ledger.add(call(lesson=None))
    mark = ledger.mark()
    second = ledger.add(call(lesson="02_chat"))
    assert ledger.mark().row == second
    assert [c.row for c in ledger.calls()] == [first, second]
    assert [c.row for c in ledger.calls(mark)] == [second]
    assert [c.row for c in ledger.calls(lesson="02_chat")] == [second]
    assert ledger.calls(pid=os.getpid() + 1) == []
    assert len(ledger.calls(pid=os.getpid())) == 2


def test_neither_keys_nor_prompts_reach_the_file(ledger: Ledger, path: Path) -> None:
    ledger.add(call(error="Incorrect API key provided: sk-test. Asked: my secret plan"))
    assert ledger.calls()[0].error == "Incorrect API key"
    ledger.close()
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"Incorrect API key" in stored
    assert b"sk-test" not in stored
    assert b"secret" not in stored


KEY = "sk-" + "proj-Ab3-Ef9hIjKlMn0pQrStUvWxT3BlbkFJ"
OF_A_SERVER = {
    "model": KEY,
    "response_id": KEY,
    "request_id": f"id-{KEY}",
    "service_tier": KEY,
    "price_note": f"no price of {KEY} is known",
    "usage": {"input_tokens": 18, "service_tier": KEY, "parts": [{"of": KEY}]},
}


@pytest.mark.parametrize("name", OF_A_SERVER)
def test_what_a_server_or_a_caller_has_named_is_no_way_for_a_key(
    name: str, ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (KEY, "1111-2222-3333-4444"):  # of OpenAI's form, and a gateway's
        monkeypatch.setenv("GATEWAY_KEY", key)
        asked = json.loads(json.dumps(OF_A_SERVER[name]).replace(KEY, key))
        ledger.add(call(**{name: asked}))
        row = ledger.calls()[-1]
        assert "(secret)" in str(getattr(row, name))
        assert row.input_tokens == call().input_tokens
    ledger.close()
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert KEY.encode() not in stored
    assert b"1111-2222-3333-4444" not in stored


def test_ids_of_the_api_stay_what_they_are(ledger: Ledger) -> None:
    for made in ("resp_0a1b2c3d4e5f60718293a4b5c6d7e8f9", "chatcmpl-Ab3Cd4Ef5Gh6", "batch_1"):
        ledger.add(call(response_id=made, request_id="req_0a1b2c3d4e5f6071"))
        row = ledger.calls()[-1]
        assert (row.response_id, row.request_id) == (made, "req_0a1b2c3d4e5f6071")


def test_the_schema_has_a_version_and_an_old_file_is_brought_up_to_date(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Ledger(path)
    old.add(call())
    old.close()
    later = [*ledger_file.SCHEMA, "ALTER TABLE calls ADD COLUMN colour TEXT"]
    monkeypatch.setattr(ledger_file, "SCHEMA", later)
    new = Ledger(path)
    assert len(new.calls()) == 1
    new.close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(later),)
        assert db.execute("SELECT colour FROM calls").fetchall() == [(None,)]


# What counts


@pytest.mark.parametrize("mode", ["live", "record"])
def test_a_response_is_paid_once(ledger: Ledger, mode: str) -> None:
    ledger.add(call(mode=mode))
    ledger.add(call(mode=mode), repeat=True)
    row = ledger.open(call(mode=mode, cost_usd=None, response_id=None), Decimal(0), [])
    ledger.settle(row, call(mode=mode), repeat=True)
    first, second, third = ledger.calls()
    assert first.cost_usd == Decimal("0.000073")
    for again in (second, third):
        assert again.cost_usd is None
        assert again.price_note == "already counted"
    (total,) = ledger.summary("model")
    assert (total.cost_usd, total.unknown) == (Decimal("0.000073"), 0)


@pytest.mark.parametrize("mode", ["replay", "practice"])
def test_a_simulation_counts_each_time(ledger: Ledger, mode: str) -> None:
    ledger.add(call(mode=mode))
    ledger.add(call(mode=mode))
    (total,) = ledger.summary("model")
    assert (total.cost_usd, total.real) == (Decimal("0.000146"), False)


@pytest.mark.parametrize(
    ("ended", "committed"),
    [
        (call(mode="live"), "0.000073"),
        (call(mode="live", cost_usd=Decimal("0.5")), "0.5"),
        (call(mode="live", cost_usd=None), "0.01"),
        (call(mode="live", cost_usd=None, status="cut"), "0.01"),
        (call(mode="live", cost_usd=None, status="error"), "0.01"),
        (call(mode="live", cost_usd=Decimal(0), status="error"), "0"),
        (call(mode="live", cost_usd=Decimal("0.002"), status="error"), "0.002"),
    ],
    ids=["known", "above its bound", "unknown", "cut", "lost", "refused", "error that was charged"],
)
def test_the_cost_takes_the_place_of_the_reservation(
    ledger: Ledger, ended: Call, committed: str
) -> None:
    ledger.set_budget("a", Decimal(1))
    ledger.set_budget("b", Decimal("0.02"))
    row = ledger.open(call(mode="live", status="open", cost_usd=None), Decimal("0.01"), ["a", "b"])
    assert ledger.remaining("a") == Decimal("0.99")
    assert ledger.remaining("b") == Decimal("0.01")
    for _ in range(2):  # settling twice counts once
        ledger.settle(row, ended)
        assert ledger.budget("a") == (Decimal(1), Decimal(committed))
        assert ledger.remaining("b") == Decimal("0.02") - Decimal(committed)


def test_the_cost_of_a_cut_stream_or_background_response_may_come_later(ledger: Ledger) -> None:
    ledger.set_budget("a", Decimal(1))
    row = ledger.open(call(mode="live", status="open", cost_usd=None), Decimal("0.01"), ["a"])
    ledger.settle(row, call(mode="live", status="cut", cost_usd=None))
    assert ledger.summary("model")[0].held_usd == Decimal("0.01")
    for _ in range(3):  # as when the response is polled
        row = ledger.open(call(mode="live", status="open", cost_usd=None), Decimal(0), ["a"])
        ledger.settle(row, call(mode="live"), repeat=True)
    assert ledger.budget("a")[1] == Decimal("0.000073")
    (total,) = ledger.summary("model")
    assert (total.held_usd, total.unknown) == (0, 0)


def test_what_was_not_reserved_is_charged_all_the_same(ledger: Ledger) -> None:
    ledger.set_budget("a", Decimal("0.0001"))
    for response in ("r1", "r2", "r2"):
        ledger.add(call(mode="live", response_id=response), ["a", "a"], repeat=True)
    assert ledger.remaining("a") == Decimal("0.0001") - 2 * Decimal("0.000073")


def test_a_refused_call_leaves_no_trace(ledger: Ledger) -> None:
    ledger.set_budget("wide", Decimal(1))
    ledger.set_budget("narrow", Decimal("0.001"))
    with pytest.raises(SpendLimitExceeded):
        ledger.open(call(), Decimal("0.002"), ["wide", "narrow"])
    assert ledger.remaining("wide") == 1
    assert ledger.mark().row == 0
    ledger.open(call(), Decimal("0.001"), ["wide", "narrow"])  # what just fits, fits
    assert ledger.remaining("narrow") == 0


def test_a_new_limit_keeps_what_was_spent_and_a_missing_one_refuses(ledger: Ledger) -> None:
    ledger.set_budget("a", Decimal(1))
    ledger.add(call(mode="live"), ["a"])
    ledger.set_budget("a", Decimal(2))
    assert ledger.budget("a") == (Decimal(2), Decimal("0.000073"))
    ledger.drop_budget("a")
    with pytest.raises(LedgerError, match=r"no spend limit 'a'.*again"):
        ledger.open(call(), Decimal(0), ["a"])


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity"])
def test_an_amount_is_a_number_of_0_or_more(ledger: Ledger, amount: str) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        ledger.open(call(), Decimal(amount), [])


def test_a_call_is_kept_when_its_open_row_has_gone(ledger: Ledger) -> None:
    ledger.settle(99, call(mode="live"))
    assert [c.cost_usd for c in ledger.calls()] == [Decimal("0.000073")]


def test_a_stream_may_be_closed_by_the_garbage_collector_at_any_moment(ledger: Ledger) -> None:
    ledger.set_budget("a", Decimal(1))
    row = ledger.open(call(mode="live"), Decimal("0.1"), ["a"])
    with ledger._use(transaction=True):
        ledger.settle(row, call(mode="live"))
        ledger.add(call(mode="live", response_id="resp_2"))
    assert ledger.remaining("a") == 1 - Decimal("0.000073")
    assert ledger.mark().row == row + 1


# Sums


def test_sums_keep_real_money_apart_and_unknown_is_not_zero(ledger: Ledger) -> None:
    ledger.add(call())
    ledger.add(call(model="model-b", cost_usd=None, cached_tokens=100))
    ledger.add(call(model="model-b", cost_usd=Decimal(0), status="error"))
    ledger.add(call(mode="live", ts=1_790_000_000 + 86400, lesson=None))
    real, cheap, unknown = ledger.summary("model")
    assert (real.key, real.real, real.cost_usd) == ("model-a", True, Decimal("0.000073"))
    assert (cheap.key, cheap.real, cheap.calls) == ("model-a", False, 1)
    assert (unknown.key, unknown.calls, unknown.failed, unknown.unknown) == ("model-b", 2, 1, 1)
    assert (unknown.input_tokens, unknown.cached_tokens, unknown.cost_usd) == (620, 100, Decimal(0))
    assert [(t.key, t.real) for t in ledger.summary("day")] == [
        ("2026-09-22", True),
        ("2026-09-21", False),
    ]
    assert [t.key for t in ledger.summary("lesson")] == ["(none)", "01_responses"]
    assert [t.key for t in ledger.summary("endpoint", lesson="01_responses")] == ["responses"]
    assert [t.real for t in ledger.summary("model", since=1_790_000_001)] == [True]


def test_many_small_sums_lose_nothing(ledger: Ledger) -> None:
    ledger.set_budget("a", Decimal(1))
    for number in range(1000):
        ledger.add(call(mode="live", response_id=str(number)), ["a"])
    assert ledger.budget("a")[1] == Decimal("0.073")
    assert ledger.summary("day")[0].cost_usd == Decimal("0.073")


def test_a_sum_by_something_else_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="model, lesson, endpoint, day"):
        ledger.summary("colour")  # type: ignore[arg-type]


# Many at once


def test_threads_share_a_ledger(ledger: Ledger) -> None:
    with ThreadPoolExecutor(16) as pool:
        rows = list(pool.map(lambda _: ledger.add(call()), range(400)))
    assert sorted(rows) == list(range(1, 401))
    assert len(ledger.calls()) == 400


def test_processes_that_start_at_once_share_a_new_file(path: Path) -> None:
    code = """
        import sys, time
        from pathlib import Path
        from oaiworkbook.money.ledger import Call, Ledger
        time.sleep(max(0, float(sys.argv[2]) - time.time()))
        ledger = Ledger(Path(sys.argv[1]))
        for number in range(200):
            ledger.add(Call(ts=number, mode="replay", endpoint="responses"))
    """
    start = time.time() + 1.5
    kernels = [python(code, path, start) for _ in range(4)]
    assert [kernel.wait(60) for kernel in kernels] == [0, 0, 0, 0]
    calls = Ledger(path).calls()
    assert len(calls) == 800
    assert {c.pid for c in calls} == {kernel.pid for kernel in kernels}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_opens_the_file_anew(ledger: Ledger) -> None:
    ledger.add(call())
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with ledger._lock:
            held.set()
            go_on.wait(10)

    threading.Thread(target=hold).start()
    held.wait(10)
    before = ledger._db
    child = os.fork()  # while another thread holds the lock
    if child == 0:
        row = ledger.add(call())
        os._exit(0 if row == 2 and ledger._db is not before else 1)
    go_on.set()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert ledger.add(call()) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_kernel_loses_no_acknowledged_row(path: Path) -> None:
    code = """
        import os, sys
        from decimal import Decimal
        from pathlib import Path
        from oaiworkbook.money.ledger import Call, Ledger
        ledger = Ledger(Path(sys.argv[1]))
        ledger.set_budget("a", Decimal(1000))
        call = Call(ts=0, mode="replay", endpoint="responses", status="ok", usage={"x": "y" * 400})
        while True:
            row = ledger.open(call, Decimal("0.01"), ["a"])
            os.write(1, b"%d\\n" % row)
            ledger.settle(row, call)
            os.write(1, b"%d\\n" % ledger.add(call))
    """
    acknowledged: set[int] = set()
    for trial in range(5):
        kernel = python(code, path)
        assert kernel.stdout
        acknowledged.add(int(kernel.stdout.readline()))
        time.sleep(0.05 + 0.03 * trial)
        kernel.send_signal(signal.SIGKILL)
        lines = kernel.stdout.read().split("\n")
        kernel.wait()
        acknowledged |= {int(line) for line in lines[:-1]}
    ledger = Ledger(path)
    stored = {c.row for c in ledger.calls()}
    assert len(acknowledged) > 50
    assert acknowledged <= stored
    # A call that was killed on its way keeps its reservation: it may have been charged.
    reserved = sum(c.cost_usd is None and c.usage is not None for c in ledger.calls())
    assert 0 < ledger.budget("a")[1] <= Decimal("0.01") * reserved
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# What goes wrong


@pytest.mark.parametrize("damage", ["garbage", "head", "middle"])
def test_a_damaged_file_is_named_and_left_alone(path: Path, damage: str) -> None:
    good = Ledger(path)
    for _ in range(200):
        good.add(call())
    good.close()
    content = bytearray(path.read_bytes())
    if damage == "garbage":
        content[:] = b"not a database, at all " * 500
    elif damage == "head":
        content[:16] = bytes(16)
    else:
        content[8192:] = b"\xff" * len(content[8192:])
    path.write_bytes(content)

    with pytest.raises(LedgerError) as caught:
        Ledger(path).calls()
    message = str(caught.value)
    assert str(path) in message
    assert "Nothing was deleted" in message
    assert f"rename {path.name} to {path.name}.damaged" in message
    assert path.read_bytes() == content
    path.rename(path.with_name(path.name + ".damaged"))
    assert Ledger(path).add(call()) == 1


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE photos (name)")
    with pytest.raises(LedgerError, match=r"photos\.sqlite is a database of another program"):
        Ledger(path)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("photos",)]


def test_tables_that_are_made_while_we_look_are_no_other_programs(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as looking:
        looking.execute("PRAGMA journal_mode = WAL")
        made: list[Ledger] = []

        def another_kernel(statement: str) -> None:
            if "sqlite_master" in statement and not made:
                made.append(Ledger(path))

        looking.set_trace_callback(another_kernel)
        assert is_blank(looking, path, len(SCHEMA))
        assert made
        assert not is_blank(looking, path, len(SCHEMA))


def test_a_file_of_a_newer_version_is_left_alone(ledger: Ledger, path: Path) -> None:
    ledger.close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match=r"newer oaiworkbook \(schema 99.*Upgrade"):
        Ledger(path)


@pytest.mark.parametrize("known", [True, False], ids=["open ledger", "new ledger"])
def test_a_locked_file_is_waited_for_and_then_named(path: Path, known: bool) -> None:
    ledger = Ledger(path, wait=0.3)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()
    with pytest.raises(LedgerError, match=r"is locked .*Another kernel.*Close that one") as caught:
        (ledger if known else Ledger(path, wait=0.3)).add(call())
    assert str(path) in str(caught.value)
    assert 0.25 < time.monotonic() - start < 5

    patient = Ledger(path, wait=10)
    threading.Timer(0.3, other.execute, ["COMMIT"]).start()
    assert patient.add(call()) == 1


def test_the_switch_to_wal_waits_too(ledger: Ledger, path: Path) -> None:
    ledger.close()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN IMMEDIATE")  # SQLite refuses the switch at once, whatever its timeout
    threading.Timer(0.3, other.execute, ["COMMIT"]).start()
    assert Ledger(path, wait=10).add(call()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a Unix file system layer")
def test_without_shared_memory_the_ledger_works_without_wal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(
        "oaiworkbook.money.ledger_file.sqlite3.connect",
        lambda file, **options: connect(f"file:{file}?vfs=unix-dotfile", uri=True, **options),
    )
    ledger = Ledger(path)
    assert ledger._db
    assert ledger._db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert ledger._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert ledger.add(call()) == 1


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for path in (file / "ledger.sqlite", tmp_path):
        with pytest.raises(LedgerError, match=r"cannot be written.*OAIWORKBOOK_LEDGER") as caught:
            Ledger(path)
        assert str(path) in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of Unix")
@pytest.mark.parametrize("exists", [True, False], ids=["existing file", "no file yet"])
def test_a_read_only_folder_is_named(exists: bool) -> None:
    folder = Path(tempfile.mkdtemp())  # not below tmp_path, which other users may not enter
    path = folder / "ledger.sqlite"
    if exists:
        Ledger(path).close()
        path.chmod(0o444)
    folder.chmod(0o555)
    code = """
        import os, sys
        from pathlib import Path
        from oaiworkbook.money.ledger import Call, Ledger
        from oaiworkbook.errors import LedgerError
        if os.geteuid() == 0:  # who may write anywhere
            os.seteuid(65534)
        try:
            Ledger(Path(sys.argv[1])).add(Call(ts=0, mode="replay", endpoint="responses"))
        except LedgerError as error:
            print(error)
    """
    try:
        out = python(code, path).communicate(timeout=60)[0]
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)
    assert f"The ledger {path} cannot be written" in out
    assert "set OAIWORKBOOK_LEDGER" in out


def test_a_full_disk_is_named_and_earlier_rows_stay(ledger: Ledger) -> None:
    ledger.add(call())
    assert ledger._db
    ledger._db.execute("PRAGMA max_page_count = 1")  # SQLite reports it as a full disk

    def fill() -> None:
        for _ in range(1000):
            ledger.add(call())

    with pytest.raises(LedgerError, match=r"No room left.*Free some space"):
        fill()
    kept = ledger.mark().row
    assert kept >= 1
    ledger._db.execute("PRAGMA max_page_count = 100000")
    assert ledger.add(call()) == kept + 1
