"""What the kernel will see, a line each: versions, mode, key, recordings, cost log, kernel.

No line of a healthy machine names a path or a user, so that a stored output shows nothing private.
No line ever holds any part of a key.
"""

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from .. import settings
from ..errors import SettingsError, WorkbookError
from ..money.amounts import usd

Status = Literal["ok", "note", "problem"]

_SOURCES = {
    "authored": "authored (written by the makers of this course, not by OpenAI's models)",
    "live": "live (answered by the API)",
    "edited": "edited (live, then changed by hand)",
}
_OTHERS = {
    "live": "live (answered by {}, not by OpenAI's API)",
    "edited": "edited (answered by {}, not by OpenAI's API, then changed by hand)",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`note`: works, but worth knowing. `problem`: will not work; the text says what to do."""

    status: Status
    name: str
    text: str


class Report:
    """The lines of `doctor()`; text with one line each, and an HTML table."""

    def __init__(self, lines: list[Finding]) -> None:
        self.lines = lines

    @property
    def problems(self) -> list[Finding]:
        return [line for line in self.lines if line.status == "problem"]

    @property
    def verdict(self) -> str:
        if self.problems:
            return f"To mend: {', '.join(line.name for line in self.problems)}."
        return "No problem found."

    def to_dict(self) -> dict[str, Any]:
        """For JSON: `ok` is False where a line is a problem."""
        lines = [{"status": e.status, "name": e.name, "text": e.text} for e in self.lines]
        return {"ok": not self.problems, "verdict": self.verdict, "lines": lines}

    def __repr__(self) -> str:
        lines = [f"{line.status:8} {line.name:11} {line.text}" for line in self.lines]
        return "\n".join([*lines, self.verdict])

    def _repr_html_(self) -> str:
        rows = "\n".join(
            f"<tr><td>{line.status}</td><td>{line.name}</td>"
            f'<td style="text-align: left">{escape(line.text)}</td></tr>'
            for line in self.lines
        )
        return f"<table><tbody>\n{rows}\n</tbody></table>\n<p>{escape(self.verdict)}</p>"


def doctor() -> Report:
    """Looks at everything a lesson needs; never raises for what it finds, and sends nothing."""
    checks = (
        *(_python, _sdk, _mode, _key, _base_url, _recordings, _tables),
        *(_ledger, _progress, _proxies, _lab, _kernel),
    )
    lines: list[Finding] = []
    for check in checks:
        try:
            lines += check()
        # One check that stumbles must not hide what the others found.
        except Exception as error:
            lines.append(Finding("problem", check.__name__.strip("_"), f"{error}"))
    return Report([replace(line, text=" ".join(line.text.splitlines())) for line in lines])


def _python() -> Iterator[Finding]:
    wanted = metadata.metadata("oaiworkbook")["Requires-Python"]
    yield _version("Python", platform.python_version(), wanted, "Install a newer Python.")


def _sdk() -> Iterator[Finding]:
    wanted = _range_of("openai")
    mend = f"Run: {Path(sys.executable).name} -m pip install 'openai{wanted}'"
    yield _version("openai SDK", metadata.version("openai"), wanted, mend)


def _version(name: str, version: str, wanted: str, mend: str) -> Finding:
    from packaging.specifiers import SpecifierSet

    if SpecifierSet(wanted).contains(version, prereleases=True):
        return Finding("ok", name, f"{version} (tested with {wanted})")
    return Finding("problem", name, f"{version} is outside the tested range {wanted}. {mend}")


def _range_of(package: str) -> str:
    from packaging.requirements import Requirement

    for line in metadata.requires("oaiworkbook") or []:
        requirement = Requirement(line)
        marker = requirement.marker
        if requirement.name == package and (marker is None or marker.evaluate({"extra": "lab"})):
            # Lower bound first, as people write it.
            return ",".join(sorted(map(str, requirement.specifier), reverse=True))
    return ""


def _mode() -> Iterator[Finding]:
    said = {
        "replay": "replay: recorded answers, no network, nothing charged",
        "live": "live: calls the API and is charged",
        "record": "record: calls the API, is charged, and writes recordings",
    }
    mode = settings.mode()
    yield Finding("ok", "mode", said[mode])
    if mode != "replay":
        yield Finding("ok", "daily cap", f"{usd(settings.max_usd())} (OAIWORKBOOK_MAX_USD)")
    elif url := settings.local():
        yield _local(url)


def _local(url: str) -> Finding:
    from ..client.local import NotLocal, server

    try:
        what = f"{server.model()} on {url} answers what no recording does"
        return Finding("ok", "local model", f"{what} (OAIWORKBOOK_LOCAL)")
    except NotLocal as reason:
        return Finding("note", "local model", f"OAIWORKBOOK_LOCAL is set, and the course {reason}")


def _key() -> Iterator[Finding]:
    replay = _replays()
    key = os.environ.get("OPENAI_API_KEY")
    if key and key != key.strip():
        what = "OPENAI_API_KEY has a space or line break at an end. Set it again without."
        yield Finding("note" if replay else "problem", "API key", what)
    elif key:
        used = ", not used in replay" if replay else ""
        yield Finding("ok", "API key", f"set in OPENAI_API_KEY{used}")
    elif replay or settings.is_loopback(os.environ.get("OPENAI_BASE_URL", "")):
        yield Finding("ok", "API key", "not set, and not needed")
    else:
        what = "not set. Set OPENAI_API_KEY before you start, or unset OAIWORKBOOK_MODE for replay."
        yield Finding("problem", "API key", what)


def _base_url() -> Iterator[Finding]:
    from ..client import addresses

    url = os.environ.get("OPENAI_BASE_URL")
    if not url:
        yield Finding("ok", "base URL", "https://api.openai.com/v1 (the default)")
    elif why := addresses.problem_of(url):
        kind: Status = "note" if _replays() else "problem"
        unused = ", and is not used in replay" if _replays() else ""
        what = f"OPENAI_BASE_URL is no address of a server: {why}{unused}. Correct it."
        yield Finding(kind, "base URL", what)
    elif _replays() and not settings.is_loopback(url):
        yield Finding("note", "base URL", f"{_shown(url)} from OPENAI_BASE_URL, not used in replay")
    else:
        yield Finding("ok", "base URL", f"{_shown(url)} from OPENAI_BASE_URL")


def _recordings() -> Iterator[Finding]:
    from ..recordings.library import Library

    library = Library(settings.data_dir() / "recordings")
    paths = library.paths()
    origins = library.origins(paths)
    yield from (Finding("problem", "recordings", str(error)) for error in origins.broken)
    if not paths:
        yield Finding(
            "problem", "recordings", f"none in {library.folder}. Install the course again."
        )
    else:
        lessons = len({path.parent for path in paths})
        yield Finding("ok", "recordings", f"{len(paths)} in {lessons} lessons")
    for origin, count in origins.counts.most_common():
        whose = _OTHERS if origin.server else _SOURCES
        words = whose[origin.source].format(origin.server)
        yield Finding("ok", "written by", f"{count} {words}")
    if settings.own_recordings():
        what = "OAIWORKBOOK_RECORDINGS is set: a project's own answer in place of these. Unset it for lessons."
        yield Finding("note", "in use", what)
    if origins.days:
        newest = max(max(days) for days in origins.days.values())
        yield Finding("ok", "newest", newest.isoformat())


def _tables() -> Iterator[Finding]:
    """Nothing where all is well, as for lessons that need none of them."""
    from ..money import price_table
    from . import api_map, dated_facts, models

    try:
        settings.data_dir()
    except SettingsError:
        return  # the line about the recordings says so
    told = set()
    for name, look in (
        ("prices", price_table.doubts),
        ("models", models.doubts),
        ("dated facts", dated_facts.doubts),
        ("map of the API", api_map.doubts),
    ):
        try:
            found = list(look())
        except WorkbookError as error:
            found = [str(error)]
        new = [each for each in found if each not in told]
        told.update(new)
        more = f" And {len(new) - 1} more like it." if len(new) > 1 else ""
        yield from (Finding("problem", name, each + more) for each in new[:1])


def _ledger() -> Iterator[Finding]:
    from ..errors import LedgerError
    from ..money.ledger_file import connect, explain

    try:
        path = settings.ledger_path()
    except SettingsError as error:
        yield Finding("problem", "cost log", str(error))
        return
    try:
        database = connect(path, 2.0)
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
        finally:
            database.close()
    except (LedgerError, sqlite3.Error) as error:
        known = error if isinstance(error, LedgerError) else explain(path, error)
        yield Finding("note" if _replays() else "problem", "cost log", str(known))
    else:
        yield Finding("ok", "cost log", "can be written")


def _progress() -> Iterator[Finding]:
    """Nothing where all is well: the folder is made when the first exercise is tried."""
    try:
        settings.progress_dir()
    except SettingsError as error:
        yield Finding("problem", "progress", str(error))


def _proxies() -> Iterator[Finding]:
    proxies = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
    found = [name for each in proxies for name in (each, each.lower()) if os.environ.get(name)]
    shown = [f"{name} is {_shown(os.environ[name])}" for name in found]
    shown += [f"{name} is set" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ]
    if shown and not _replays():
        yield Finding("note", "proxies", ", ".join(shown))
    else:
        yield Finding(
            "ok", "proxies", f"{', '.join(shown)}, not used in replay" if shown else "none"
        )


def _lab() -> Iterator[Finding]:
    try:
        version = metadata.version("jupyterlab")
    except metadata.PackageNotFoundError:
        mend = f"not installed. Run: {Path(sys.executable).name} -m pip install jupyterlab"
        yield Finding("problem", "JupyterLab", mend)
    else:
        yield _version("JupyterLab", version, _range_of("jupyterlab"), "Install the course again.")


def _kernel() -> Iterator[Finding]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        mend = f"python3 is missing. Run: {Path(sys.executable).name} -m pip install ipykernel"
        yield Finding("problem", "kernel", mend)
        return
    command = spec.argv[0]
    # The server replaces a bare "python" by its own interpreter.
    if command in ("python", "python3") or Path(command).parent == Path(sys.executable).parent:
        yield Finding("ok", "kernel", "python3, with this Python")
    else:
        what = (
            f"python3 runs {command}, not this Python. Start JupyterLab with `oaiworkbook lab`; if "
            "that is what you did, delete the folder that `jupyter kernelspec list` shows for it."
        )
        yield Finding("problem", "kernel", what)


def _replays() -> bool:
    try:
        return settings.mode() == "replay"
    except SettingsError:
        return False  # reported by the line about the mode


def _shown(url: str) -> str:
    """A URL without user, password and query."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    scheme = f"{parts.scheme}://" if parts.scheme else ""
    return f"{scheme}{parts.hostname or ''}{port}{parts.path}"
