"""What the environment says: mode, folders, pace, spend cap. Read at each use, never cached.

| variable | meaning | default |
|---|---|---|
| `OAIWORKBOOK_MODE` | `replay`, `live` or `record` | `replay` |
| `OAIWORKBOOK_DATA` | folder with `recordings/`, `samples/`, `models.toml`, `prices.toml` | shipped |
| `OAIWORKBOOK_RECORDINGS` | folder of a project's own recordings, looked in and written to in place of the course's | unset |
| `OAIWORKBOOK_LESSON` | recordings folder looked in first and written to, such as `03_streaming` | the notebook's |
| `OAIWORKBOOK_RECORD` | `missing`: record mode asks only for what is not recorded yet | everything |
| `OAIWORKBOOK_ASIDE` | set by `oaiworkbook record` for its kernels, whose whole run is judged afterwards | unset |
| `OAIWORKBOOK_START` | set by `oaiworkbook lab` for its kernels: the start page, which a check writes anew | unset |
| `OAIWORKBOOK_PACE` | factor on recorded waits: 1 as recorded, 0 none | 1 |
| `OAIWORKBOOK_LEDGER` | the SQLite file that logs the calls | in the user's data folder |
| `OAIWORKBOOK_PROGRESS` | folder that remembers which exercises are solved | in the user's data folder |
| `OAIWORKBOOK_STRICT` | `1`: an exercise that is not solved raises | unset |
| `OAIWORKBOOK_MAX_USD` | most that live and record mode may spend in one day (UTC) | 1.00 |
| `OAIWORKBOOK_LOCAL` | `http://127.0.0.1:11434/v1`: a server on this machine that answers what no recording does | unset |
| `OAIWORKBOOK_LOCAL_MODEL` | the model it answers with | its first one |
| `OAIWORKBOOK_ALLOW_UNKNOWN` | endpoints and models that a limit lets through though their price is unknown, such as `images,batches` | none |
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from .errors import SettingsError

Mode = Literal["replay", "live", "record"]
MODES: tuple[Mode, ...] = ("replay", "live", "record")


LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MOST_USD = 1_000_000  # no limit of a day or a course is higher; more is a slip of the keyboard
_TITLE = re.compile(r'"# (\d\d) · ')  # of a lesson, in the file of its notebook
_HEAD = 4_000  # characters, within which it is
_LAST = 253_402_300_799  # seconds of the epoch: the end of the year 9999


def mode() -> Mode:
    return checked_mode(os.environ.get("OAIWORKBOOK_MODE", "").strip().lower() or "replay")


def checked_mode(value: str) -> Mode:
    for known in MODES:
        if value == known:
            return known
    raise SettingsError(
        f"The mode {value!r} does not exist. Set OAIWORKBOOK_MODE to replay, live or record, "
        "or unset it for replay."
    )


def data_dir(named: str = "") -> Path:
    """The folder of recordings, samples and tables: a clone's `data/`, or the wheel's copy.

    `named`: in place of OAIWORKBOOK_DATA. Raises SettingsError for what can be no folder.
    """
    named = named or os.environ.get("OAIWORKBOOK_DATA", "")
    return _path("OAIWORKBOOK_DATA", named, "folder") if named else course_dir() / "data"


def own_recordings() -> Path | None:
    """The folder of a project's own recordings, which need not exist; None for the course's.

    Raises SettingsError for what can be no folder.
    """
    named = os.environ.get("OAIWORKBOOK_RECORDINGS", "")
    return _path("OAIWORKBOOK_RECORDINGS", named, "folder") if named else None


def course_dir() -> Path:
    """The folder that holds `notebooks/` and `data/`: the clone, or the wheel's `course/`."""
    package = Path(__file__).parent
    clone = package.parent
    if (clone / "pyproject.toml").is_file() and (clone / "notebooks").is_dir():
        return clone
    return package / "course"


def lesson() -> str | None:
    """Name of the running lesson, such as `03_streaming`, or None outside a notebook.

    A lesson under another name, such as `03_streaming-Copy1`, is told by its title, so that its costs
    and recordings are found. In record mode it goes by its own name, and changes no lesson.
    """
    named = os.environ.get("OAIWORKBOOK_LESSON", "")
    if named:
        if not named.isprintable() or set(named) & set("/\\:") or named.startswith("."):
            raise SettingsError(
                f"OAIWORKBOOK_LESSON is {named!r}. Set it to a name such as 03_streaming, or unset it."
            )
        return named
    # Set by the Jupyter server for each kernel: the notebook's path.
    notebook = os.environ.get("JPY_SESSION_NAME", "").replace("\\", "/")
    if not notebook.endswith(".ipynb"):
        return None
    # A drive of JupyterLab's stands before the path: `RTC:03_streaming.ipynb`.
    name = Path(re.sub(r"^[A-Za-z]+:", "", notebook)).stem
    if os.environ.get("OAIWORKBOOK_MODE", "").strip().lower() == "record":
        return name
    return _copied_from(name, str(data_dir())) or name


@lru_cache(maxsize=8)
def _copied_from(name: str, data: str) -> str | None:
    """The lesson that a notebook of this name is a copy of. Its file is in the kernel's first folder."""
    recordings = Path(data, "recordings")
    if (recordings / name).is_dir():
        return name
    try:
        with Path(f"{name}.ipynb").open(encoding="utf-8") as file:
            title = _TITLE.search(file.read(_HEAD))
    except (OSError, ValueError):
        return None
    found = sorted(recordings.glob(f"{title[1]}_*")) if title else []
    return found[0].name if found else None


def is_loopback(url: str) -> bool:
    """Whether a base URL points to this machine, where neither key nor money is needed."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:  # no URL at all
        return False


def local() -> str | None:
    """Base URL of the server on this machine that answers what no recording does; None for none.

    Raises SettingsError for an address elsewhere: a question of one's own must not leave unnoticed.
    """
    value = os.environ.get("OAIWORKBOOK_LOCAL", "").strip().rstrip("/")
    if not value:
        return None
    if not value.startswith(("http://", "https://")) or not is_loopback(value):
        shown = value if len(value) <= 80 else f"{value[:80]}..."
        raise SettingsError(
            f"OAIWORKBOOK_LOCAL is {shown!r}, which is no server on this machine. Set it to an address "
            "such as http://127.0.0.1:11434/v1, or unset it. For a server elsewhere: "
            "OAIWORKBOOK_MODE=live and OPENAI_BASE_URL."
        )
    return value


def local_model() -> str:
    """The model that OAIWORKBOOK_LOCAL is to answer with; "" for its first one."""
    return os.environ.get("OAIWORKBOOK_LOCAL_MODEL", "").strip()


@contextmanager
def without_local() -> Iterator[None]:
    """No model on this machine answers inside: neither here nor in a program that is started."""
    taken = os.environ.pop("OAIWORKBOOK_LOCAL", None)
    try:
        yield
    finally:
        if taken is not None:
            os.environ["OAIWORKBOOK_LOCAL"] = taken


def keep_since() -> float | None:
    """For record mode: what is recorded since this time (seconds of the epoch) is not asked again.

    From `OAIWORKBOOK_RECORD`: `missing` means any time, `missing since 1795348800` that one; unset,
    None: everything is asked again.
    """
    value = os.environ.get("OAIWORKBOOK_RECORD", "").strip()
    if not value:
        return None
    word, _, since = value.partition(" since ")
    if word != "missing":
        raise SettingsError(f"OAIWORKBOOK_RECORD is {value!r}. Set it to missing, or unset it.")
    return _number("OAIWORKBOOK_RECORD (missing since)", since or "0", _LAST)


def aside() -> bool:
    """Whether record mode writes to the side, so that a failure takes no other answer's place."""
    return bool(os.environ.get("OAIWORKBOOK_ASIDE"))


def start_page() -> Path | None:
    """The start page of the JupyterLab that this kernel belongs to; None elsewhere."""
    named = os.environ.get("OAIWORKBOOK_START", "")
    return Path(named) if named else None


def pace() -> float:
    value = os.environ.get("OAIWORKBOOK_PACE", "") or "1"
    return _number("OAIWORKBOOK_PACE", value, 1_000)


def max_usd() -> float:
    """Most that live and record mode may spend in one day (UTC), in USD."""
    value = os.environ.get("OAIWORKBOOK_MAX_USD", "") or "1.00"
    return _number("OAIWORKBOOK_MAX_USD", value, MOST_USD)


def allow_unknown() -> frozenset[str]:
    """Endpoints, as the cost log calls them, and models whose calls of unknown price are sent."""
    value = os.environ.get("OAIWORKBOOK_ALLOW_UNKNOWN", "")
    return frozenset(name.strip() for name in value.split(",") if name.strip())


def ledger_path() -> Path:
    """The file that logs the calls; it need not exist. Raises SettingsError for what can be none."""
    named = os.environ.get("OAIWORKBOOK_LEDGER", "")
    return _path("OAIWORKBOOK_LEDGER", named, "file") if named else user_dir() / "ledger.sqlite"


def progress_dir() -> Path:
    """The folder that remembers what is solved; it need not exist. Raises SettingsError."""
    named = os.environ.get("OAIWORKBOOK_PROGRESS", "")
    return _path("OAIWORKBOOK_PROGRESS", named, "folder") if named else user_dir() / "progress"


def check_paths() -> None:
    """Raises SettingsError for the first variable that names what can be no file or folder of ours."""
    for path in (data_dir, own_recordings, ledger_path, progress_dir):
        path()


# NUL, and what breaks a line.
_NO_NAME = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"


def _path(variable: str, value: str, kind: Literal["file", "folder"]) -> Path:
    path = Path(value)
    try:
        if not value.strip():
            raise ValueError("nothing but blanks")
        if re.search(_NO_NAME, value):
            raise ValueError("with a line break or another character that no name has")
        path = path.expanduser().absolute()
        # Up to what is there already: what is missing can be made.
        for there in (path, *path.parents):
            try:
                mode = os.stat(f"{there}").st_mode
            except (FileNotFoundError, NotADirectoryError):
                continue
            if there != path and not stat.S_ISDIR(mode):
                raise ValueError(f"but {there} is no folder")
            if kind == "folder" and not stat.S_ISDIR(mode):
                raise ValueError("which is no folder")
            if there == path and kind == "file" and not stat.S_ISREG(mode):
                raise ValueError("a folder" if stat.S_ISDIR(mode) else "no ordinary file")
            break
        return path
    except PermissionError:
        return path  # who uses it says so
    except RuntimeError:
        why = "but this computer knows no home folder of that name"
    except OSError as error:
        why = f"which cannot be used: {error.strerror}"
    except ValueError as error:
        why = str(error)
    shown = value if len(value) <= 200 else f"{value[:100]}...{value[-20:]}"
    raise SettingsError(
        f"{variable} is {shown!r}, {why}. Set it to the path of a {kind}, or unset it."
    )


def user_dir() -> Path:
    """Where this user's own files go: the ledger and the progress of exercises."""
    from platformdirs import user_data_path

    return user_data_path("oaiworkbook", appauthor=False)


def _number(name: str, value: str, most: float) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        shown = value if len(value) <= 40 else f"{value[:40]}..."
        raise SettingsError(f"{name} is {shown!r}. Set it to a number from 0 to {most:,.0f}.")
    return number
