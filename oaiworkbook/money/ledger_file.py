"""The SQLite file under the ledger: how it is opened and brought back, its tables, and its errors."""

import contextlib
import os
import random
import shlex
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from ..errors import LedgerError
from . import ledger_sums
from .ledger_place import (
    disk_of,
    elsewhere,
    is_blank,
    is_busy,
    is_new,
    lacks_shared_memory,
    no_locks,
    refuse_what_is_not_ours,
    spare_beside,
)

# One script a schema version; PRAGMA user_version counts those already run. Append, never edit.
SCHEMA = [
    """
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY, ts REAL NOT NULL, pid INTEGER NOT NULL, mode TEXT NOT NULL,
        endpoint TEXT NOT NULL, lesson TEXT, model TEXT, service_tier TEXT,
        stream INTEGER NOT NULL, attempt INTEGER NOT NULL, status TEXT NOT NULL,
        http_status INTEGER, error TEXT, request_id TEXT, response_id TEXT,
        seconds REAL, first_token_s REAL,
        input_tokens INTEGER, cached_tokens INTEGER, cache_write_tokens INTEGER,
        output_tokens INTEGER, reasoning_tokens INTEGER,
        price_note TEXT NOT NULL, recording TEXT,
        usage TEXT, cost_usd REAL,
        held_pico INTEGER NOT NULL, budgets TEXT NOT NULL
    );
    -- A response that is fetched again, such as a background one, is paid once.
    CREATE UNIQUE INDEX calls_paid_once ON calls (response_id)
        WHERE cost_usd IS NOT NULL AND mode IN ('live', 'record');
    -- Reservations whose cost is not known yet: few, and looked up by response.
    CREATE INDEX calls_held ON calls (response_id)
        WHERE response_id IS NOT NULL AND cost_usd IS NULL AND held_pico > 0;
    CREATE TABLE budgets (
        name TEXT PRIMARY KEY, limit_pico INTEGER NOT NULL, committed_pico INTEGER NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    -- Some servers give every answer the same id, or none: an id alone does not say "paid before".
    DROP INDEX calls_paid_once;
    CREATE INDEX calls_priced ON calls (response_id)
        WHERE cost_usd IS NOT NULL AND mode IN ('live', 'record');
    """,
    ledger_sums.EACH_CALL,
    ledger_sums.SOME_CALLS,
]

# Calls under way, and those of unknown cost for which limits hold something.
UNSETTLED = "status = 'open' OR cost_usd IS NULL AND held_pico > 0"


def connect(path: Path, wait: float) -> sqlite3.Connection:
    """Open, or make, the ledger at `path`; `wait`: seconds to wait for a lock. Raises LedgerError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, str(error)) from error
    refuse_what_is_not_ours(path, len(SCHEMA))
    db: sqlite3.Connection | None = None
    try:
        db = _opened(path, wait)
        _migrate(db, path)
    except (sqlite3.Error, LedgerError) as error:
        if db is not None:
            db.close()
        raise error if isinstance(error, LedgerError) else explain(path, error) from error
    return db


def _opened(path: Path, wait: float) -> sqlite3.Connection:
    """In WAL, or with a rollback journal where the disk shares no memory between processes."""
    new = is_new(path)
    if new and no_locks(path):
        raise _locked(path, "a new file was tried")
    rollback = False
    deadline = time.monotonic() + wait
    while True:
        # Threads take turns through the ledger's own lock. isolation_level=None: no hidden BEGIN.
        db = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
        try:
            mode = db.execute("PRAGMA journal_mode").fetchone()[0]
            # One that has calls and no WAL stays so: another process may be unable to share memory.
            if mode != "wal" and is_blank(db, path, len(SCHEMA)) and not rollback:
                rollback = disk_of(path) == "no shared memory"
                if not rollback:
                    mode = db.execute("PRAGMA journal_mode=WAL").fetchone()[0]
                    _version(db)  # shared memory is asked for by the first look at the file
            if mode == "wal":
                # Survives a killed process; a power cut may cost the last rows, at a tenth of the time.
                db.execute("PRAGMA synchronous=NORMAL")
            return db
        except sqlite3.OperationalError as error:
            db.close()
            if is_busy(error) and time.monotonic() < deadline:
                # The switch does not honour SQLite's own timeout.
                time.sleep(random.uniform(0.005, 0.02))
            elif lacks_shared_memory(error) and not rollback:
                _leave_wal(path, deadline)
                rollback = True
            else:
                raise
        except BaseException:
            db.close()
            raise


def _leave_wal(path: Path, deadline: float) -> None:
    """Give a ledger in WAL a rollback journal, where nobody can read it for want of shared memory."""
    while True:
        with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
            try:
                # Whoever has a file alone needs no memory shared with others.
                db.execute("PRAGMA locking_mode=EXCLUSIVE")
                db.execute("PRAGMA journal_mode=DELETE")
                return
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() > deadline:
                    raise
        time.sleep(random.uniform(0.005, 0.02))


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file at `path`; None where the file system has no inodes.

    Raises FileNotFoundError.
    """
    try:
        found = os.stat(path)
    except NotADirectoryError as error:
        raise FileNotFoundError(*error.args) from error
    except FileNotFoundError:
        raise
    except OSError:
        return None  # it may not be looked at now; SQLite says what that means for its use
    return (found.st_dev, found.st_ino) if found.st_ino else None


def bring_back(db: sqlite3.Connection, path: Path) -> bool:
    """Begin the ledger that `db` has open anew at `path`, where its file is gone, and close `db`.

    What limits have spent goes over, and the calls that are not settled. Returns False where another
    program has put a file there in the meantime; `db` is open then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with spare_beside(path) as spare:
            with contextlib.closing(sqlite3.connect(spare)) as copy:
                db.backup(copy)
                # Who deleted the file meant the calls in it; where it was moved, they are in it.
                copy.execute(f"DELETE FROM calls WHERE NOT ({UNSETTLED})")
                copy.commit()
                copy.execute("VACUUM")
            if path.exists():
                return False
            # Of the file that has gone, and would be taken for the new one's.
            for ending in ("-wal", "-shm", "-journal"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
            if not _placed(spare, path):
                return False
        let_go(db)
        return True
    except sqlite3.Error as error:
        raise explain(path, error) from error
    except OSError as error:
        raise _unwritable(path, str(error)) from error


def _placed(spare: Path, path: Path) -> bool:
    """Give `spare` the name `path`, unless something has it by now."""
    try:
        os.link(spare, path)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):  # a file system without links
        if path.exists():
            return False
        spare.rename(path)
    return True


def let_go(db: sqlite3.Connection) -> None:
    """Close a ledger whose file has another name now, or none. It keeps all its rows."""
    with contextlib.suppress(sqlite3.Error):
        db.execute("PRAGMA wal_checkpoint")
    # SQLite sees that the file has moved, and leaves the -wal beside the old name alone.
    with contextlib.suppress(sqlite3.Error):
        db.close()


def carry_over(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """What was spent of each budget is the larger of what both ledgers say."""
    budgets = old.execute("SELECT name, limit_pico, committed_pico FROM budgets").fetchall()
    new.execute("BEGIN IMMEDIATE")
    try:
        new.executemany(
            "INSERT INTO budgets VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE "
            "SET committed_pico = max(committed_pico, excluded.committed_pico)",
            budgets,
        )
        new.execute("COMMIT")
    except BaseException:
        if new.in_transaction:
            new.execute("ROLLBACK")
        raise


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    if _version(db) == len(SCHEMA):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        is_blank(db, path, len(SCHEMA))  # again: another program may have been first
        version = _version(db)
        for number, script in enumerate(SCHEMA[version:], version + 1):
            # Not executescript: it would commit before it starts.
            for statement in _statements(script):
                db.execute(statement)
            db.execute(f"PRAGMA user_version={number}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \n;"):
                yield statement
            statement = ""


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def explain(path: Path, error: sqlite3.Error) -> LedgerError:
    """What happened, where, and what to do. Nothing is deleted, ever."""
    # An extended code keeps its kind in the low byte (sqlite.org/rescode.html).
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LedgerError(
            f"The ledger {path} is damaged or is no SQLite file ({error}). Nothing was deleted.\n"
            f"To start a new one: stop every kernel, rename {path.name} to {path.name}.damaged "
            "(and, if they exist, the files of the same name that end in -wal and -shm likewise), "
            "then run the cell again.\nThe log of past calls and what was counted against spend "
            "limits stay in the renamed file; the new one starts at zero.\n"
            f"Or leave that file as it is, and {elsewhere()}"
        )
    if is_busy(error):
        return _locked(path, str(error))
    if kind == sqlite3.SQLITE_FULL:
        return LedgerError(
            f"No room left to write the ledger {path} ({error}). Free some space on that disk, or "
            f"{elsewhere()}"
        )
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _unwritable(path, str(error))
    return LedgerError(
        f"The ledger {path} cannot be used ({error}). Look at the disk it is on: a network disk may "
        f"not do what SQLite needs. Or {elsewhere()}"
    )


def _locked(path: Path, why: str) -> LedgerError:
    if no_locks(path):
        return LedgerError(
            f"The ledger {path} cannot be locked ({why}). No file in its folder can: it is on a "
            f"network disk (such as NFS) without locks. To go on, {elsewhere()}"
        )
    return LedgerError(
        f"The ledger {path} is locked ({why}). Another kernel, a database browser with unsaved "
        "changes, or a backup or sync program holds it. Close that one, then run the cell again. "
        "If there is none, it may be on a network disk whose locks fail: then "
        f"{elsewhere()}"
    )


def _unwritable(path: Path, why: str) -> LedgerError:
    if path.is_file() and not _may_write(path):
        mend = f"Give yourself the right to write to this file ({_grant(path)})"
    else:
        mend = f"Make {path.parent} a folder that you may write to"
    return LedgerError(f"The ledger {path} cannot be written ({why}). {mend}, or {elsewhere()}")


def _may_write(path: Path) -> bool:
    # Where it can be asked for, who runs this counts, not who started it.
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _grant(path: Path) -> str:
    if os.name == "nt":
        return f'attrib -r "{path}"'
    return f"chmod u+w {shlex.quote(str(path))}"
