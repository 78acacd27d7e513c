"""A run leaves nothing behind. Loaded with `-p tests.leftovers`.

Everything that the run starts shares one home and one folder for temporary files. Both go with the
run; where something failed they stay, and are named. The run fails when a temporary file was left,
or when anything was written into the checkout, the user's home or the user's ledger.
"""

import os
import shutil
import site
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from oaiworkbook import settings

# Not the work of a test: git's own files, environments, and the caches of tools, which git ignores.
SKIPPED = {".git", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
# Folders of a home in which a stray program would make one of its own, or change a file.
LISTED = (".", ".cache", ".config", ".local/share", "Library", "AppData/Local", "AppData/Roaming")
# Where the libraries of this course write when nobody tells them otherwise.
WATCHED = (
    *(".cache/matplotlib", ".config/matplotlib", ".matplotlib", ".ipython", ".jupyter"),
    *(".local/share/jupyter", "Library/Jupyter", "AppData/Roaming/jupyter"),
    *(".local/share/oaiworkbook", "Library/Application Support/oaiworkbook"),
    "AppData/Local/oaiworkbook",
)
# They would lead out of the home that HOME names.
ELSEWHERE = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "IPYTHONDIR", "MPLCONFIGDIR")
JUPYTER = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")

Seen = dict[Path, tuple[int, int]]  # size in bytes and time of the last change in ns


class Leftovers:
    """What was there before the run, and where the run's own files are."""

    def __init__(self, checkout: Path) -> None:
        self.checkout, self.home, self.ledger = checkout, Path.home(), settings.ledger_path()
        self.before = self._look()
        self.temporary = Path(tempfile.mkdtemp(prefix="oaiwb-"))
        self.temporary.chmod(0o711)  # a test tries what another user may write
        self.found: list[str] = []
        self.kept = False

    def move_in(self) -> None:
        """Gives this process, and all that it starts, the run's own home and temporary folder."""
        home = self.temporary / "home"
        home.mkdir()
        os.environ.setdefault("PYTHONUSERBASE", site.getuserbase())
        for name in (*ELSEWHERE, *JUPYTER):
            os.environ.pop(name, None)
        os.environ |= dict.fromkeys(("HOME", "USERPROFILE"), str(home))
        os.environ |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.temporary))
        os.environ["LOCALAPPDATA"] = str(home / "AppData" / "Local")
        # Shared by the whole run: matplotlib looks for fonts for seconds when it is new.
        os.environ["MPLCONFIGDIR"] = str(self.temporary / "home" / "matplotlib")
        tempfile.tempdir = None

    def look(self) -> None:
        after = self._look()
        changed = {path for path in self.before | after if self.before.get(path) != after.get(path)}
        self.found += [f"{self._verb(path, after)} {path}" for path in sorted(changed)]
        ours = ("home", "pytest-of-")
        left = (path for path in self.temporary.iterdir() if not path.name.startswith(ours))
        self.found += [f"left     {path}" for path in sorted(left)]

    def _verb(self, path: Path, after: Seen) -> str:
        if path not in self.before:
            return "new     "
        return "changed " if path in after else "removed "

    def _look(self) -> Seen:
        home = [path for name in LISTED for path in _listed(self.home / name)]
        home += [path for name in WATCHED for path in _below(self.home / name)]
        ledger = self.ledger.parent.glob(f"{self.ledger.name}*")
        seen: Seen = {}
        for path in (*_below(self.checkout), *home, *ledger):
            try:
                stat = path.stat()
            except OSError:
                continue  # gone by now, or a broken link
            # A folder's time changes with what is skipped in it.
            seen[path] = (0, 0) if path.is_dir() else (stat.st_size, stat.st_mtime_ns)
        return seen


def _below(folder: Path) -> Iterator[Path]:
    """Files below a folder, less what is skipped, and less environments of Python."""
    for here, folders, files in os.walk(folder):
        inside = "pyvenv.cfg" not in files
        kept = [name for name in folders if name not in SKIPPED and not name.endswith(".egg-info")]
        folders[:] = kept if inside else []
        yield from (Path(here, name) for name in files if inside)


def _listed(folder: Path) -> Iterator[Path]:
    """What stands in a folder itself, less what the user's own shells and editors write there."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if not (path.is_file() and ("hist" in path.name or path.name == ".viminfo")):
            yield path


KEY = pytest.StashKey[Leftovers]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # a worker of xdist inherits the environment
        config.stash[KEY] = Leftovers(config.rootpath)
        config.stash[KEY].move_in()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    leftovers = session.config.stash.get(KEY, None)
    if leftovers is not None:
        leftovers.look()
        if leftovers.found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        leftovers.kept = session.exitstatus != pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    leftovers = terminalreporter.config.stash.get(KEY, None)
    if leftovers is not None and leftovers.found:
        terminalreporter.section("left behind")
        terminalreporter.write_line(
            "Written during this run, by a test or by you. A test writes to its tmp_path alone."
        )
        for line in leftovers.found:
            terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    leftovers = config.stash.get(KEY, None)
    if leftovers is not None and leftovers.kept:
        print(f"The files of this run are kept in {leftovers.temporary}")
    elif leftovers is not None:
        shutil.rmtree(leftovers.temporary, ignore_errors=True)
