"""What stands at the ledger's path, and what its disk can do. Looking changes no byte of the file."""

import os
import shutil
import sqlite3
import stat
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from ..errors import LedgerError

Disk = Literal["shares memory", "no shared memory", "no locks", "unknown"]

_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite puts beside a database
_OURS = {"calls": {"held_pico", "price_note"}, "budgets": {"committed_pico"}}  # columns of a table


def is_blank(db: sqlite3.Connection, path: Path, known: int) -> bool:
    """Whether it has no tables yet. Raises LedgerError for a database that is not ours to write.

    `known`: the newest version of the ledger's tables that we can write.
    """
    with _one_moment(db):
        version = db.execute("PRAGMA user_version").fetchone()[0]
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        marked = db.execute("PRAGMA application_id").fetchone()[0]  # we never mark one
        columns = {table: _columns(db, table) for table in _OURS}
    if not (version or tables or marked):
        return True
    # Many programs number the versions of their tables as we do: the tables tell.
    if marked or not version or not tables.issuperset(_OURS):
        raise _of_another_program(path)
    if version > known:
        raise LedgerError(
            f"The ledger {path} was written by a newer oaiworkbook (schema {version}, this one "
            f"knows {known}). It was left as it is. Upgrade oaiworkbook, or {elsewhere()}"
        )
    if not all(ours <= columns[table] for table, ours in _OURS.items()):
        raise _of_another_program(path)
    return False


@contextmanager
def _one_moment(db: sqlite3.Connection) -> Iterator[None]:
    """All that is read inside is of one moment, though another process may be making the tables."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in db.execute(f"PRAGMA table_info({table})")}


def _of_another_program(path: Path) -> LedgerError:
    return LedgerError(
        f"{path} is a database of another program; it was left as it is. "
        f"Give the ledger a file of its own: {elsewhere()}"
    )


def refuse_what_is_not_ours(path: Path, known: int) -> None:
    """Raises LedgerError for what may not be opened for writing: even that can change a database."""
    try:
        found = os.stat(f"{path}")
    except OSError:
        return  # there is none, or opening it says what is wrong
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "no ordinary file"
        raise LedgerError(
            f"The ledger {path} cannot be written: it is {what}. To go on, {elsewhere()}"
        )
    # What cannot be read here is read again below SQLite's locks, and its error is told then.
    with suppress(sqlite3.Error, OSError):
        blank = True
        if found.st_size:
            # Immutable: no lock is taken, no -shm is made, no log is written back.
            with closing(_reading(path, "immutable=1")) as db:
                blank = is_blank(db, path, known)
        if blank and _size(path, "-wal"):
            _refuse_by_its_log(path, known)


def _refuse_by_its_log(path: Path, known: int) -> None:
    """As above, for a database whose tables may stand in its -wal only."""
    if _size(path, "-shm"):  # it is in use, or was
        with suppress(sqlite3.OperationalError), closing(_reading(path, "mode=ro")) as db:
            is_blank(db, path, known)
            return
    with tempfile.TemporaryDirectory(prefix="oaiworkbook-") as folder:
        copy = Path(folder, "looked-at")
        for ending in ("", "-wal"):
            shutil.copyfile(f"{path}{ending}", f"{copy}{ending}")
        with closing(sqlite3.connect(copy, isolation_level=None)) as db:
            db.execute("PRAGMA locking_mode=EXCLUSIVE")  # needs no shared memory
            is_blank(db, path, known)


def _reading(path: Path, how: str) -> sqlite3.Connection:
    name = path.absolute().as_posix()
    # Three slashes before a drive's letter; four before the name of a server.
    address = (
        f"file://{'' if name.startswith('/') else '/'}{quote(os.fsencode(name))}?mode=ro&{how}"
    )
    return sqlite3.connect(address, timeout=0, isolation_level=None, uri=True)


def _size(path: Path, ending: str) -> int:
    try:
        return os.stat(f"{path}{ending}").st_size
    except OSError:
        return 0


def is_new(path: Path) -> bool:
    return not _size(path, "") and not _size(path, "-wal")


def disk_of(path: Path) -> Disk:
    """What SQLite can do in the ledger's folder: tried with a file that nobody else knows.

    A switch to WAL that fails stays in the file, which then cannot be read any more.
    """
    with spare_beside(path) as spare:
        try:
            with closing(sqlite3.connect(spare, timeout=0.2, isolation_level=None)) as db:
                db.execute("PRAGMA synchronous=OFF")
                mode = db.execute("PRAGMA journal_mode=WAL").fetchone()[0]
                db.execute("CREATE TABLE tried (it)")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                return "no locks"
            return "no shared memory" if lacks_shared_memory(error) else "unknown"
        except sqlite3.Error:
            return "unknown"
    return "shares memory" if mode == "wal" else "no shared memory"


@contextmanager
def spare_beside(path: Path) -> Iterator[Path]:
    """The name of a file beside `path` that is not there yet, and goes afterwards."""
    spare = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        yield spare
    finally:
        for ending in ("", *_BESIDE):
            with suppress(OSError):
                os.unlink(f"{spare}{ending}")


def is_busy(error: sqlite3.Error) -> bool:
    # An extended code keeps its kind in the low byte (sqlite.org/rescode.html).
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def lacks_shared_memory(error: sqlite3.Error) -> bool:
    """Whether WAL fails for what it needs beyond an ordinary file: memory shared between processes."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code in (
        sqlite3.SQLITE_IOERR_SHMMAP,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMLOCK,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    )


HURRY, AWHILE = 0.1, 60.0  # seconds
_without_locks: dict[Path, float] = {}  # ledger -> until when (monotonic) that is not tried again


def no_locks(path: Path) -> bool:
    """Whether the disk of a ledger locks no file. What was found holds for a while."""
    if time.monotonic() < _without_locks.get(path, 0.0):
        return True
    _without_locks.pop(path, None)
    if disk_of(path) != "no locks":
        return False
    _without_locks[path] = time.monotonic() + AWHILE
    return True


def hurries_until(error: BaseException | None) -> float:
    """After this error of a use: until when (monotonic) nobody waits for that ledger again."""
    in_vain = isinstance(error, sqlite3.Error) and is_busy(error)
    return time.monotonic() + AWHILE if in_vain else 0.0


def elsewhere() -> str:
    """What to do where a ledger cannot be used, also in a running notebook."""
    try:
        folder = tempfile.gettempdir()
    except OSError:
        folder = os.path.abspath(os.sep)
    user = f"-{os.getuid()}" if hasattr(os, "getuid") else ""  # such a folder may be everybody's
    example = Path(folder, f"oaiworkbook{user}.sqlite")
    return (
        "set OAIWORKBOOK_LEDGER to another file on a disk of this computer. In a notebook, run "
        f"`%env OAIWORKBOOK_LEDGER={example}`, then the cell again."
    )
