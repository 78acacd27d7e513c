"""A ledger that is deleted, moved or replaced while it is in use loses no call and frees no limit."""

import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oaiworkbook.errors import LedgerError
from oaiworkbook.money import ledger_file
from oaiworkbook.money.ledger import Call, Ledger, SpendLimitExceeded

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted")

EACH = Decimal("0.01")
BROUGHT_BACK = "was deleted or moved away while it was in use. It is there again"
REPLACED = "Another file has taken the place of the ledger"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    made = Ledger(path, wait=2)
    made.set_budget("day", 5 * EACH)
    yield made
    made.close()


def call(ledger: Ledger, cost: Decimal | None = EACH) -> int:
    """One paid call below the cap, as the meter makes it."""
    made = Call(ts=time.time(), mode="live", endpoint="responses")
    row = ledger.open(made, EACH, ["day"])
    made.status, made.cost_usd = "ok", cost
    ledger.settle(row, made)
    return row


def calls(ledger: Ledger, count: int) -> None:
    for _ in range(count):
        call(ledger)


def said(caught: list[warnings.WarningMessage]) -> list[str]:
    """Without what the garbage collector has to say about other tests."""
    return [str(each.message) for each in caught if each.category is UserWarning]


def files(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}*"))


def remove_all(path: Path) -> None:
    for file in files(path):
        file.unlink(missing_ok=True)  # the threads of a ledger clear up what they find half gone


def remove_main(path: Path) -> None:
    path.unlink(missing_ok=True)


def move_away(path: Path) -> None:
    path.rename(path.with_name("moved.sqlite"))


def move_all(path: Path) -> None:
    for file in files(path):
        with suppress(FileNotFoundError):
            file.rename(file.with_name(file.name.replace("ledger", "moved")))


def remove_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


GOING = [remove_all, remove_main, move_away, move_all, remove_folder]


@pytest.mark.parametrize("go", GOING, ids=lambda go: go.__name__)
def test_five_calls_and_the_file_gone_leave_nothing_of_a_cap_for_five(
    ledger: Ledger, path: Path, go: Callable[[Path], None]
) -> None:
    calls(ledger, 5)
    go(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(5):
            with pytest.raises(SpendLimitExceeded):
                call(ledger)
    assert [BROUGHT_BACK in each for each in said(caught)] == [True]
    assert ledger.calls() == []
    fresh = python(path, "with suppress(SpendLimitExceeded): call(ledger)")
    assert fresh == "0 calls, 0.05 spent"
    assert [file.name for file in path.parent.glob(".*")] == []


@pytest.mark.parametrize("go", GOING, ids=lambda go: go.__name__)
def test_it_goes_on_as_if_nothing_had_happened(
    ledger: Ledger, path: Path, go: Callable[[Path], None]
) -> None:
    calls(ledger, 2)
    made = Call(ts=time.time(), mode="live", endpoint="responses")
    row = ledger.open(made, EACH, ["day"])
    go(path)
    made.status, made.cost_usd = "ok", EACH / 2
    with pytest.warns(UserWarning, match=BROUGHT_BACK):
        ledger.settle(row, made)
    calls(ledger, 1)
    assert ledger.budget("day")[1] == EACH * Decimal("3.5")
    assert [(c.status, c.row) for c in ledger.calls()] == [("ok", row), ("ok", row + 1)]
    assert sound(path)


def test_what_is_not_settled_goes_over_and_nothing_else(ledger: Ledger, path: Path) -> None:
    calls(ledger, 1)
    unknown = call(ledger, cost=None)
    under_way = ledger.open(Call(ts=time.time(), mode="live", endpoint="responses"), EACH, ["day"])
    remove_all(path)
    with pytest.warns(UserWarning, match=BROUGHT_BACK):
        assert [c.row for c in ledger.calls()] == [unknown, under_way]
    assert [c.row for c, _ in ledger.left_open()] == [under_way]
    ledger.give_back([under_way], "the kernel has ended")
    assert ledger.budget("day")[1] == 2 * EACH


@pytest.mark.parametrize("other", [False, True], ids=["gone", "replaced"])
def test_a_place_in_the_old_file_is_none_in_the_new_one(
    ledger: Ledger, path: Path, other: bool
) -> None:
    calls(ledger, 1)
    mark = ledger.mark()
    remove_all(path)
    if other:
        Ledger(path).close()
    with pytest.warns(UserWarning, match=REPLACED if other else BROUGHT_BACK):
        row = call(ledger)
    assert [c.row for c in ledger.calls(mark)] == [row]
    mark = ledger.mark()
    assert ledger.calls(mark) == []


def test_the_new_file_does_not_take_the_old_ones_wal(ledger: Ledger, path: Path) -> None:
    calls(ledger, 1)
    wal = path.with_name(path.name + "-wal")
    with wal.open("rb") as old:  # open, so that its number is not given to another file
        remove_main(path)
        with pytest.warns(UserWarning, match=BROUGHT_BACK):
            calls(ledger, 1)
        assert os.fstat(old.fileno()).st_ino != wal.stat().st_ino


@pytest.mark.parametrize("go", [move_away, move_all])
def test_a_file_that_was_moved_is_whole(
    ledger: Ledger, path: Path, go: Callable[[Path], None]
) -> None:
    calls(ledger, 4)
    go(path)
    with pytest.warns(UserWarning, match=BROUGHT_BACK):
        calls(ledger, 1)
    moved = path.with_name("moved.sqlite")
    assert sound(moved)
    assert [len(Ledger(each).calls()) for each in (moved, path)] == [4, 1]


def test_where_it_cannot_be_brought_back_calls_are_refused(ledger: Ledger, path: Path) -> None:
    calls(ledger, 1)
    shutil.rmtree(path.parent)
    path.parent.write_text("a file where the folder was")
    for _ in range(2):
        with pytest.raises(LedgerError, match="cannot be written"):
            call(ledger)
    path.parent.unlink()
    with pytest.warns(UserWarning, match=BROUGHT_BACK):
        calls(ledger, 1)
    assert ledger.budget("day")[1] == 2 * EACH


# Another file in its place


@pytest.mark.parametrize("spent", [0, 1, 4])
def test_of_two_ledgers_the_larger_sum_holds(ledger: Ledger, path: Path, spent: int) -> None:
    calls(ledger, 3)
    remove_all(path)
    other = Ledger(path)
    other.set_budget("day", 5 * EACH)
    other.set_budget("theirs", Decimal(1))
    calls(other, spent)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        calls(ledger, 1)
    assert [REPLACED in each for each in said(caught)] == [True]
    assert ledger.budget("day")[1] == (max(3, spent) + 1) * EACH
    assert ledger.budget("theirs") == (1, 0)
    assert len(other.calls()) == len(ledger.calls()) == spent + 1
    other.close()
    assert sound(path)


def test_what_is_under_way_never_writes_over_a_row_of_the_other(ledger: Ledger, path: Path) -> None:
    made = Call(ts=time.time(), mode="live", endpoint="responses")
    row = ledger.open(made, EACH, ["day"])
    unpriced = Call(ts=time.time(), mode="live", endpoint="images")
    free = ledger.open(unpriced, Decimal(0), ["day"])
    remove_all(path)
    other = Ledger(path)
    other.set_budget("day", 5 * EACH)
    assert [call(other) for _ in range(2)] == [row, free]
    before = other.calls()
    made.status, made.cost_usd = "ok", EACH / 2
    unpriced.status, unpriced.cost_usd = "ok", EACH / 4
    with pytest.warns(UserWarning, match=REPLACED):
        ledger.settle(row, made)
    ledger.settle(free, unpriced)
    after = other.calls()
    assert after[:2] == before
    assert [c.cost_usd for c in after[2:]] == [EACH / 2, EACH / 4]
    # The reservation may have been carried over or not: it is kept. What had none is charged.
    assert ledger.budget("day")[1] == 2 * EACH + EACH / 4
    other.close()


def test_a_file_of_another_program_in_its_place_is_left_alone(ledger: Ledger, path: Path) -> None:
    calls(ledger, 1)
    remove_all(path)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE photos (name)")
    db.close()
    for _ in range(2):
        with pytest.raises(LedgerError, match="a database of another program"):
            call(ledger)
    remove_all(path)
    with pytest.warns(UserWarning, match=BROUGHT_BACK):
        assert call(ledger) == 1


# Several at once


def test_threads_go_on_while_the_file_goes(ledger: Ledger, path: Path) -> None:
    ledger.set_budget("day", Decimal(1_000))
    stop = threading.Event()
    made: list[int] = []

    def work() -> None:
        while not stop.is_set():
            made.append(call(ledger))

    def more() -> None:
        """Waits for calls that were made since, in a file that is there."""
        before, deadline = len(made), time.monotonic() + 60
        while not (len(made) >= before + 20 and path.exists()):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    threads = [threading.Thread(target=work) for _ in range(8)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for thread in threads:
            thread.start()
        try:
            for go in (remove_all, remove_main, move_all):
                more()
                go(path)
            more()
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert 50 < len(made) > len(ledger.calls()) > 1
    assert ledger.budget("day")[1] == len(made) * EACH
    assert sound(path)


def test_two_kernels_go_on_with_one_file(ledger: Ledger, path: Path) -> None:
    kernel = start(path, "for _ in range(2): call(ledger)", "for _ in range(1): call(ledger)")
    calls(ledger, 1)
    remove_all(path)
    with pytest.warns(UserWarning, match=BROUGHT_BACK):
        calls(ledger, 1)
    assert finish(kernel) == "2 calls, 0.05 spent"
    with pytest.raises(SpendLimitExceeded):
        call(ledger)
    assert sound(path)


def test_a_kernel_that_only_ends_harms_nothing(ledger: Ledger, path: Path) -> None:
    """SQLite removes a database's -wal when the last one closes it: it must not be the new one's."""
    kernel = start(path, "call(ledger)", "pass", says=False)
    remove_all(path)
    with pytest.warns(UserWarning, match=BROUGHT_BACK):
        calls(ledger, 2)
    wal = path.with_name(path.name + "-wal")
    assert wal.exists()
    finish(kernel)
    assert wal.exists()
    calls(ledger, 1)
    assert python(path, "pass") == "3 calls, 0.04 spent"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_makes_no_new_file_for_one_that_is_gone(ledger: Ledger, path: Path) -> None:
    calls(ledger, 1)
    remove_all(path)
    child = os.fork()
    if child == 0:
        try:
            call(ledger)
        except LedgerError as error:
            os._exit(0 if "start it again" in str(error) and not path.exists() else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with pytest.warns(UserWarning, match=BROUGHT_BACK):
        calls(ledger, 1)
    child = os.fork()  # now that it is back
    if child == 0:
        os._exit(0 if call(ledger) == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert ledger.budget("day")[1] == 3 * EACH


# File systems without inodes, or with new ones each time


def test_without_inodes_nothing_is_compared(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat, devices = os.stat, iter(range(1, 10_000))
    monkeypatch.setattr(
        ledger_file.os,
        "stat",
        lambda file, **more: (
            SimpleNamespace(st_dev=next(devices), st_ino=0) if file == path else stat(file)
        ),
    )
    ledger = Ledger(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ledger.set_budget("day", EACH)
        assert call(ledger) == 1
    assert said(caught) == []
    ledger.close()


def test_a_file_system_that_numbers_its_files_anew_is_asked_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat, numbers = os.stat, iter(range(1, 10_000))
    monkeypatch.setattr(
        ledger_file.os,
        "stat",
        lambda file, **more: (
            SimpleNamespace(st_dev=1, st_ino=next(numbers)) if file == path else stat(file)
        ),
    )
    ledger = Ledger(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ledger.set_budget("day", 5 * EACH)
        calls(ledger, 5)
    assert len(said(caught)) <= 1
    assert (len(ledger.calls()), ledger.budget("day")[1]) == (5, 5 * EACH)
    ledger.close()


# In a process of its own

KERNEL = """
    import sys, time, warnings
    from contextlib import suppress
    from decimal import Decimal
    from pathlib import Path
    from oaiworkbook.money.ledger import Call, Ledger, SpendLimitExceeded
    warnings.simplefilter("ignore")

    def call(ledger):
        made = Call(ts=time.time(), mode="live", endpoint="responses")
        row = ledger.open(made, Decimal("0.01"), ["day"])
        made.status, made.cost_usd = "ok", Decimal("0.01")
        ledger.settle(row, made)

    ledger = Ledger(Path(sys.argv[1]))
    ledger.set_budget("day", Decimal("0.05"))
"""
SUM = 'print(len(ledger.calls()), "calls,", ledger.budget("day")[1].normalize(), "spent")\n'


def start(path: Path, first: str, then: str, *, says: bool = True) -> "subprocess.Popen[str]":
    """Runs `first`, waits for a line, runs `then`, and says what it sees if `says`."""
    code = textwrap.dedent(KERNEL) + f"{first}\nprint('ready', flush=True)\ninput()\n{then}\n"
    kernel = subprocess.Popen(
        [sys.executable, "-c", code + (SUM if says else ""), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert kernel.stdout
    assert kernel.stdout.readline() == "ready\n"
    return kernel


def finish(kernel: "subprocess.Popen[str]") -> str:
    out = kernel.communicate("\n", timeout=60)[0]
    assert kernel.returncode == 0
    return out.strip()


def python(path: Path, code: str) -> str:
    return finish(start(path, "pass", code))


def sound(path: Path) -> Any:
    db = sqlite3.connect(path)
    try:
        return db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        db.close()
