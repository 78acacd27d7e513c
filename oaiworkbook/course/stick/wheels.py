"""The wheels on a stick: which are there, and fetching those that are missing, with pip."""

import importlib.util
import re
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from packaging.tags import Tag

from ...errors import StickError
from .targets import Pin, Target, read_name

_NONE = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)==", re.IGNORECASE)
# pip says "no matching distribution" too when it could reach nothing; it has said one of these before.
_UNREACHED = ("connection broken by", "could not fetch url", "max retries exceeded", "timed out")
_FULL = ("no space left on device", "errno 28", "not enough space on the disk")


class Wheels:
    """The wheels of a folder. A file that is damaged is removed, so that it is fetched again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tags: dict[Pin, set[Tag]] = {}
        self.look()

    def look(self) -> None:
        """Reads the folder anew."""
        found: dict[Pin, set[Tag]] = defaultdict(set)
        for path in self.folder.glob("*.whl"):
            known = read_name(path.name)
            if known is None:
                continue
            if not zipfile.is_zipfile(path):
                path.unlink()
                continue
            found[known[0]] |= known[1]
        self._tags = dict(found)

    def missing(self, pins: Collection[Pin], target: Target) -> list[Pin]:
        """Those of which no wheel in the folder can be installed on `target`."""
        fitting = target.tags()
        return [pin for pin in pins if not fitting & self._tags.get(pin, set())]

    def fetch(self, pins: Collection[Pin], target: Target) -> list[Pin]:
        """Fetches what is missing. Returns those that have no wheel for `target`.

        Raises StickError where no package index answers, the disk is full, or pip fails otherwise.
        """
        wanted, holes = self.missing(pins, target), []
        while wanted:
            named = {pin.name: pin for pin in wanted}  # pip takes one version of a name
            said = self._download(list(named.values()), target)
            if said is None:
                wanted = [pin for pin in wanted if pin not in named.values()]
                continue
            hole = _NONE.search(said)
            if hole is None or hole[1].lower() not in named:
                raise StickError(f"pip cannot fetch the wheels for {target}:\n{_last(said)}")
            holes.append(named[hole[1].lower()])
            wanted.remove(holes[-1])
        self.look()
        return holes

    def _download(self, pins: list[Pin], target: Target) -> str | None:
        """None, or what pip said when it failed."""
        platforms = [f"--platform={each}" for each in target.wheel_platforms()]
        command = [
            *(*pip(), "download", "--quiet", "--no-deps", "--only-binary=:all:"),
            *("--disable-pip-version-check", "--no-input", "--progress-bar=off"),
            *("--dest", str(self.folder), "--implementation=cp"),
            *(f"--python-version={target.newest}", *platforms, *map(str, pins)),
        ]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        if not done.returncode:
            return None
        said = done.stderr + done.stdout
        if any(word in said.lower() for word in _FULL):
            raise StickError(
                f"There is no room left, for {self.folder} or for temporary files. What was fetched "
                "is kept. Make room, or make the stick for less with --platform and --python."
            )
        if any(word in said.lower() for word in _UNREACHED):
            raise StickError(
                "No package index answers. Making a stick needs the network once; what was fetched "
                f"is kept, and the same command goes on from there. pip said:\n{_last(said)}"
            )
        return said


def pip() -> list[str]:
    """A pip that can fetch and build: this environment's, or that of the Python that made it.

    Raises StickError where there is none.
    """
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    base = [getattr(sys, "_base_executable", sys.executable), "-m", "pip"]
    if subprocess.run([*base, "--version"], capture_output=True, check=False).returncode == 0:
        return base
    raise StickError(
        "Making a stick needs pip, and neither this environment nor the Python that made it has it. "
        "With uv: uv pip install pip"
    )


def _last(said: str) -> str:
    """The end of what pip said, without its empty lines."""
    return "\n".join([line for line in said.splitlines() if line.strip()][-4:])
