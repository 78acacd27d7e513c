"""The SQLite file under the ledger: how it is opened and brought back, its tables, and its errors."""

import contextlib
import os
import random
import sqlite3
import time
import uuid
from pathlib import Path

from ..errors import LedgerError

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
]


def connect(path: Path, wait: float) -> sqlite3.Connection:
    """Open, or make, the ledger at `path`; `wait`: seconds to wait for a lock. Raises LedgerError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, str(error)) from error
    db: sqlite3.Connection | None = None
    try:
        # Threads take turns through the ledger's own lock. isolation_level=None: no hidden BEGIN.
        db = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
        if _journal_mode(db, wait) == "wal":
            # Survives a killed process; a power cut may cost the last rows, at a tenth of the time.
            db.execute("PRAGMA synchronous=NORMAL")
        _migrate(db, path)
    except (sqlite3.Error, LedgerError) as error:
        if db is not None:
            db.close()
        raise error if isinstance(error, LedgerError) else explain(path, error) from error
    return db


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
    """Write the ledger that `db` has open to `path`, where its file is gone, and close `db`.

    Returns False where another program has put a file there in the meantime; `db` is open then.
    """
    spare = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(spare)) as copy:
            db.backup(copy)
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
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                spare.with_name(spare.name + ending).unlink(missing_ok=True)


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


def _journal_mode(db: sqlite3.Connection, wait: float) -> str:
    """Switch to WAL. Where shared memory is missing, as on network disks, SQLite stays as it is."""
    deadline = time.monotonic() + wait
    while True:
        try:
            return str(db.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            # The switch does not honour SQLite's own timeout.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.005, 0.02))


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    if _version(db) == len(SCHEMA):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = _version(db)  # again: another kernel may have been first
        if version > len(SCHEMA):
            raise LedgerError(
                f"The ledger {path} was written by a newer oaiworkbook (schema {version}, this one "
                f"knows {len(SCHEMA)}). Upgrade oaiworkbook, or set OAIWORKBOOK_LEDGER to another file."
            )
        if version == 0 and db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise LedgerError(
                f"{path} is a database of another program; it was left as it is. "
                "Set OAIWORKBOOK_LEDGER to a file of its own."
            )
        for number, script in enumerate(SCHEMA[version:], version + 1):
            # Not executescript: it would commit before it starts.
            for statement in filter(str.strip, script.split(";")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version={number}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


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
            "limits stay in the renamed file; the new one starts at zero."
        )
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LedgerError(
            f"The ledger {path} is locked ({error}). Another kernel, a database browser with unsaved "
            "changes, or a backup or sync program holds it. Close that one, then run the cell again."
        )
    if kind == sqlite3.SQLITE_FULL:
        return LedgerError(
            f"No room left to write the ledger {path} ({error}). Free some space on that disk, or "
            "set OAIWORKBOOK_LEDGER to a file on another one."
        )
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _unwritable(path, str(error))
    return LedgerError(
        f"The ledger {path} cannot be used ({error}). Look at the disk it is on, or set "
        "OAIWORKBOOK_LEDGER to a file elsewhere."
    )


def _unwritable(path: Path, why: str) -> LedgerError:
    return LedgerError(
        f"The ledger {path} cannot be written ({why}). Make {path.parent} a folder that you may "
        "write to, or set OAIWORKBOOK_LEDGER to a file elsewhere."
    )
