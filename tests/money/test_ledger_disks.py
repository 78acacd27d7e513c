"""The ledger on disks that lock nothing or share no memory, in places that cannot be written, and
named where another program's file is.

Such disks are simulated: a small library, compiled here, makes one call of the system fail.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from oaiworkbook import settings
from oaiworkbook.client import OpenAI
from oaiworkbook.errors import LedgerError
from oaiworkbook.money import ledger as ledger_module
from oaiworkbook.money import ledger_place
from oaiworkbook.money.ledger import Call, Ledger, default_ledger

from ..echo import MODEL, Echo
from ..support import data, record  # noqa: F401

HEAD = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
"""
NO_SHARED_MEMORY = """
static int shared(int fd) {
  char link[64], name[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = fd < 0 ? 0 : readlink(link, name, sizeof name - 1);
  return n > 4 && !strncmp(name + n - 4, "-shm", 4);
}
void *mmap(void *a, size_t n, int p, int f, int fd, off_t o) {
  void *(*real)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, "mmap");
  if (shared(fd)) { errno = ENODEV; return MAP_FAILED; }
  return real(a, n, p, f, fd, o);
}
void *mmap64(void *a, size_t n, int p, int f, int fd, off_t o) { return mmap(a, n, p, f, fd, o); }
"""
NO_LOCKS = """
static int go(const char *name, int fd, int cmd, va_list rest) {
  void *arg = va_arg(rest, void *);
  int (*real)(int, int, ...) = dlsym(RTLD_NEXT, name);
  if (cmd == F_SETLK || cmd == F_SETLKW || cmd == F_GETLK) { errno = ENOLCK; return -1; }
  return real(fd, cmd, arg);
}
int fcntl(int fd, int cmd, ...) { va_list r; va_start(r, cmd); return go("fcntl", fd, cmd, r); }
int fcntl64(int fd, int cmd, ...) { va_list r; va_start(r, cmd); return go("fcntl64", fd, cmd, r); }
"""
PRELUDE = """
import sys, time
from decimal import Decimal
from pathlib import Path
from oaiworkbook.money.ledger import Call, Ledger, default_ledger
path = Path(sys.argv[1])
def call():
    return Call(ts=time.time(), mode="live", endpoint="responses", status="ok", cost_usd=Decimal("0.01"))
def opened(wait=20):
    return Ledger(path, wait=wait)
def mode(ledger):
    return ledger._db.execute("PRAGMA journal_mode").fetchone()[0]
"""
EACH = Decimal("0.01")

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "ledger.sqlite"


def simulated(source: str, tmp_path: Path) -> Start:
    """Starts Python where a call of the system fails; with `plain=True` on a disk as it should be."""
    if not sys.platform.startswith("linux") or shutil.which("gcc") is None:
        pytest.skip("needs gcc and Linux")
    code, library = tmp_path / "disk.c", tmp_path / "disk.so"
    code.write_text(HEAD + source)
    command = ["gcc", "-shared", "-fPIC", "-o", str(library), str(code), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)

    def start(program: str, path: Path, *, plain: bool = False) -> subprocess.Popen[str]:
        env = dict(os.environ) if plain else os.environ | {"LD_PRELOAD": str(library)}
        words = [sys.executable, "-c", PRELUDE + textwrap.dedent(program), str(path)]
        return subprocess.Popen(
            words,
            env=env | {"OAIWORKBOOK_LEDGER": str(path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


@pytest.fixture
def no_shared_memory(tmp_path: Path) -> Start:
    return simulated(NO_SHARED_MEMORY, tmp_path)


@pytest.fixture
def no_locks(tmp_path: Path) -> Start:
    return simulated(NO_LOCKS, tmp_path)


def said(process: subprocess.Popen[str]) -> str:
    out = process.communicate(timeout=120)[0]
    assert process.returncode == 0, out
    return out


def call(cost: Decimal | None = EACH) -> Call:
    return Call(ts=time.time(), mode="live", endpoint="responses", status="ok", cost_usd=cost)


def header(path: Path) -> bytes:
    return path.read_bytes()[18:20]  # 1: a rollback journal, 2: WAL


# A disk that shares no memory between processes


def test_without_shared_memory_a_rollback_journal_is_used(
    path: Path, no_shared_memory: Start
) -> None:
    out = said(no_shared_memory("a = opened(); print(a.add(call()), mode(a))", path))
    assert out.split() == ["1", "delete"]
    assert header(path) == b"\1\1"
    assert {each.name for each in path.parent.iterdir()} == {path.name}
    assert Ledger(path).mark().row == 1


def test_processes_share_a_ledger_without_shared_memory(
    path: Path, no_shared_memory: Start
) -> None:
    program = """
        from oaiworkbook.money.ledger import SpendLimitExceeded
        a = opened()
        a.set_budget("day", Decimal("1"))
        print("ready", flush=True); sys.stdin.readline()
        sent = 0
        for _ in range(40):
            made = call()
            try:
                row = a.open(made, Decimal("0.01"), ["day"])
            except SpendLimitExceeded:
                continue
            a.settle(row, made)
            sent += 1
        print(sent)
    """
    started = [no_shared_memory(program, path) for _ in range(4)]
    for each in started:
        assert each.stdin
        each.stdin.write("\n")
        each.stdin.flush()
    sent = [int(said(each).split()[-1]) for each in started]
    assert sum(sent) == 100  # of 160 tries: what the limit lets through
    with closing(Ledger(path)) as ledger:
        assert len(ledger.calls()) == 100
        assert ledger.budget("day") == (1, 1)
    assert header(path) == b"\1\1"


@pytest.mark.parametrize("state", ["closed", "killed", "switched and nothing else"])
def test_a_ledger_that_comes_in_wal_loses_nothing(
    path: Path, state: str, no_shared_memory: Start
) -> None:
    path.parent.mkdir()
    if state == "switched and nothing else":
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA journal_mode=WAL")
    else:
        ending = "import os; os.kill(os.getpid(), 9)" if state == "killed" else "a.close()"
        program = f"a = opened(); [a.add(call()) for _ in range(3)]; {ending}"
        no_shared_memory(program, path, plain=True).communicate(timeout=60)
        assert path.with_name(f"{path.name}-wal").exists() == (state == "killed")
    assert header(path) == b"\2\2"
    program = "a = opened(); a.add(call()); print(len(a.calls()), mode(a))"
    started = [no_shared_memory(program, path) for _ in range(3)]
    assert {said(each).split()[1] for each in started} == {"delete"}
    assert len(Ledger(path).calls()) == (3 if "nothing" in state else 6)


def test_a_kernel_that_could_share_memory_does_not_shut_out_one_that_cannot(
    path: Path, no_shared_memory: Start
) -> None:
    lines = "a = opened(5); print(a.add(call()), flush=True); sys.stdin.readline(); print(a.add(call()))"
    other = no_shared_memory(lines, path)
    assert other.stdout
    assert other.stdout.readline() == "1\n"
    with closing(Ledger(path)) as ledger:
        assert ledger.add(call()) == 2
        assert said(other).split() == ["3"]
    assert header(path) == b"\1\1"


def test_a_new_ledger_on_a_good_disk_is_in_wal_and_leaves_nothing_beside(path: Path) -> None:
    with closing(Ledger(path)) as ledger:
        ledger.add(call())
        assert header(path) == b"\2\2"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


# A disk that locks nothing, and locks that last


@pytest.mark.parametrize("exists", [False, True], ids=["new", "existing"])
def test_a_disk_without_locks_is_named_and_asked_once(
    path: Path, exists: bool, no_locks: Start
) -> None:
    if exists:
        Ledger(path).close()
    program = """
        for _ in range(5):
            t = time.monotonic()
            try:
                default_ledger().mark().row
            except Exception as error:
                print(f"{time.monotonic() - t:.2f}", type(error).__name__, error)
    """
    lines = said(no_locks(program, path)).splitlines()
    assert len(lines) == 5
    for line in lines:
        assert "network disk" in line
        assert "Another kernel" not in line
        assert re.search(r"%env OAIWORKBOOK_LEDGER=\S+\.sqlite`", line)
    seconds = [float(line.split()[0]) for line in lines]
    assert seconds[0] < 8
    assert max(seconds[1:]) < 0.8, seconds


def held(path: Path) -> sqlite3.Connection:
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    return other


def timed(use: Callable[[], object]) -> float:
    start = time.monotonic()
    with pytest.raises(LedgerError, match=r"is locked.*network disk"):
        use()
    return time.monotonic() - start


def test_a_wait_in_vain_is_not_repeated_and_a_short_lock_is_waited_out(path: Path) -> None:
    ledger = Ledger(path, wait=1)
    other = held(path)
    assert timed(lambda: ledger.add(call())) > 0.9
    # What is read goes well meanwhile, and is no reason to wait again.
    assert ledger.mark().row == 0
    for _ in range(3):
        assert timed(lambda: ledger.add(call())) < 0.5
    other.execute("COMMIT")
    assert ledger.add(call()) == 1

    other.execute("BEGIN EXCLUSIVE")
    threading.Timer(0.5, other.execute, ["COMMIT"]).start()
    assert ledger.add(call()) == 2
    other.close()


def test_after_a_while_it_is_waited_for_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_place, "AWHILE", 0.4)
    ledger = Ledger(path, wait=0.6)
    with closing(held(path)):
        assert timed(lambda: ledger.add(call())) > 0.5
        assert timed(lambda: ledger.add(call())) < 0.4
        time.sleep(0.4)
        assert timed(lambda: ledger.add(call())) > 0.5


def test_a_ledger_that_cannot_be_opened_is_waited_for_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = ledger_module.Ledger
    monkeypatch.setattr(
        ledger_module, "Ledger", lambda path, **more: real(path, **({"wait": 1} | more))
    )
    path = settings.ledger_path()
    path.write_bytes(b"")
    other = held(path)
    other.execute("CREATE TABLE t (x)")
    assert timed(default_ledger) > 0.9
    assert timed(default_ledger) < 0.5
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(tmp_path / "another.sqlite"))
    assert default_ledger().mark().row == 0
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(path))
    other.execute("ROLLBACK")
    assert default_ledger().add(call()) == 1
    other.close()


def test_a_client_made_while_the_ledger_was_locked_logs_when_it_is_free(
    data: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    record(Echo(), lambda c: c.responses.create(model=MODEL, input="tide"))
    path = tmp_path / "busy.sqlite"
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(path))
    monkeypatch.setitem(ledger_module._in_vain, path, time.monotonic() + 60)
    path.write_bytes(b"")
    other = held(path)
    other.execute("CREATE TABLE t (x)")
    client = OpenAI()
    with pytest.warns(UserWarning, match="are not logged"):
        client.responses.create(model=MODEL, input="tide")
    other.execute("ROLLBACK")
    client.responses.create(model=MODEL, input="tide")
    assert len(default_ledger().calls()) == 1
    other.close()


# Another program's file


def plain(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE photos (name)")


def numbered(number: int) -> Callable[[sqlite3.Connection], None]:
    def make(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE photos (name)")
        db.execute(f"PRAGMA user_version = {number}")

    return make


def like_ours(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE calls (phone)")
    db.execute("CREATE TABLE budgets (year)")
    db.execute("PRAGMA user_version = 2")


def marked(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA application_id = 1196444487")


def in_wal(make: Callable[[sqlite3.Connection], None]) -> Callable[[sqlite3.Connection], None]:
    def switched(db: sqlite3.Connection) -> None:
        db.execute("PRAGMA journal_mode=WAL")
        make(db)

    return switched


OTHERS = {
    "plain": plain,
    "version 1": numbered(1),
    "version 2": numbered(2),
    "version 99": numbered(99),
    "tables of the same names": like_ours,
    "marked, without tables": marked,
    "WAL": in_wal(plain),
    "WAL, version 2": in_wal(numbered(2)),
}


def contents(folder: Path) -> dict[str, bytes]:
    # The -shm is rebuilt at will: a reader that the owner of a -wal lets in notes itself there.
    return {each.name: each.read_bytes() for each in folder.iterdir() if "-shm" not in each.name}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("state", ["closed", "in use", "killed"])
def test_no_byte_of_another_program_s_database_changes(
    name: str, state: str, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    path = folder / "photos.sqlite"
    db = sqlite3.connect(path, isolation_level=None)
    OTHERS[name](db)
    if state == "killed":  # what it had not written back yet is in the -wal
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*-shm"))
        path = copy / path.name
        folder = copy
    if state != "in use":
        db.close()
    before, names = contents(folder), {each.name for each in folder.iterdir()}
    for _ in range(2):
        with pytest.raises(LedgerError, match=r"another program; it was left as it is") as caught:
            Ledger(path)
    assert "OAIWORKBOOK_LEDGER" in str(caught.value)
    assert contents(folder) == before
    assert {each.name for each in folder.iterdir()} == names
    db.close()


def test_nor_where_no_memory_is_shared(tmp_path: Path, no_shared_memory: Start) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    with closing(sqlite3.connect(tmp_path / "photos.sqlite", isolation_level=None)) as db:
        in_wal(plain)(db)
        for ending in ("", "-wal"):
            shutil.copy(tmp_path / f"photos.sqlite{ending}", folder)
    before = contents(folder)
    program = """
        try:
            opened(1)
        except Exception as error:
            print(error)
    """
    assert "another program" in said(no_shared_memory(program, folder / "photos.sqlite"))
    assert contents(folder) == before


@pytest.mark.parametrize(
    "content",
    [b"Dear diary,", b"not a database, at all " * 500, b"SQLite format 3\0" + b"x" * 2000],
)
def test_what_is_no_database_is_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "diary.txt"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="OAIWORKBOOK_LEDGER"):
        Ledger(path, wait=0.2)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"diary.txt": content}


def test_a_newer_ledger_is_left_alone(path: Path) -> None:
    with closing(Ledger(path)) as ledger:
        ledger.add(call())
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=DELETE")
        db.execute("PRAGMA user_version=99")
    before = contents(path.parent)
    with pytest.raises(LedgerError, match=r"newer oaiworkbook \(schema 99"):
        Ledger(path)
    assert contents(path.parent) == before


def test_an_empty_file_is_a_ledger_to_be(path: Path) -> None:
    # So a kernel finds it that starts while another one makes it.
    path.parent.mkdir()
    path.write_bytes(b"")
    assert Ledger(path).add(call()) == 1


def test_a_name_is_a_name_whatever_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "50% of? a#b &mode=memory é.sqlite"
    for row in (1, 2):
        with closing(Ledger(path)) as ledger:
            assert ledger.add(call()) == row
    assert path.is_file()
    other = tmp_path / "100% mine #1?.sqlite"
    with closing(sqlite3.connect(other)) as db:
        plain(db)
    before = other.read_bytes()
    with pytest.raises(LedgerError, match="another program"):
        Ledger(other)
    assert other.read_bytes() == before


# What cannot be written


@pytest.fixture
def open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())  # not below tmp_path, which other users may not enter
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of Unix")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_the_advice_is_about_what_cannot_be_written(what: str, open_folder: Path) -> None:
    path = open_folder / "ledger.sqlite"
    Ledger(path).close()
    path.chmod(0o444 if what == "file" else 0o666)
    open_folder.chmod(0o777 if what == "file" else 0o555)
    program = f"""{PRELUDE}
import os
if os.geteuid() == 0:  # who may write anywhere
    os.seteuid(65534)
try:
    opened(1).add(call())
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=60
    )
    assert f"LedgerError The ledger {path} cannot be written" in done.stdout, done.stderr
    assert (f"chmod u+w {path}" in done.stdout) == (what == "file")
    assert ("a folder that you may write to" in done.stdout) == (what == "folder")
    assert "%env OAIWORKBOOK_LEDGER=" in done.stdout


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that even root cannot write")
def test_a_lesson_goes_on_where_no_file_can_be_written(
    data: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    record(Echo(), lambda c: c.responses.create(model=MODEL, input="tide"))
    program = f"""
import re, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
def cell(text):
    print("cell:", text.splitlines()[0])
    done = shell.run_cell(text)
    print("failed" if done.error_in_exec else "went well", flush=True)
    return done.error_in_exec
cell("%load_ext oaiworkbook\\nfrom oaiworkbook import OpenAI, spend_limit\\nclient = OpenAI()")
ask = "client.responses.create(model={MODEL!r}, input='tide').output_text"
cell(ask)
error = cell("spend_limit(0.05)")
line = re.search("`(%env [^`]+)`", str(error))[1]
cell(line)
cell("limit = spend_limit(5)")
cell(ask)
"""
    env = os.environ | {"OAIWORKBOOK_LEDGER": "/proc/oaiworkbook/l.sqlite", "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=120
    )
    cells = done.stdout.split("cell:")[1:]
    assert len(cells) == 6, done.stdout + done.stderr
    ended = ["failed" if "failed" in each else "went well" for each in cells]
    assert ended == ["went well", "went well", "failed", "went well", "went well", "went well"]
    assert "1 call" in cells[5], done.stdout
    assert [each.name for each in tmp_path.glob("oaiworkbook-*.sqlite")]
