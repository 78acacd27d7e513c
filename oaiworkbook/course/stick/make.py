"""Writing the folder: the wheels, the course's own wheel, the programs that start it, the texts."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ... import settings
from ...errors import StickError
from .. import lessons
from .targets import Pin, Target, everywhere, read_name, requirements
from .wheels import Wheels, pip

MANIFEST = "stick.json"
LIST = "requirements-stick.txt"
HERE = Path(__file__).parent
# On the stick, its source beside this file, and how its lines end.
FILES = (
    ("start.py", "start.py", "\n"),
    ("start.sh", "start.sh", "\n"),
    ("start.command", "start.sh", "\n"),  # macOS runs a file of this name on a double click
    ("start.cmd", "start.cmd", "\r\n"),
    ("README.txt", "README.txt", "\r\n"),
    ("python/README.txt", "python.txt", "\r\n"),
)
# What a system puts on a drive by itself.
_OF_SYSTEMS = {"System Volume Information", "$RECYCLE.BIN", "lost+found"}


@dataclass(frozen=True, slots=True)
class Made:
    """`holes`: what has no wheel, by target. `size` is in bytes."""

    holes: dict[Target, list[Pin]]
    files: int
    size: int


def make(folder: Path, targets: Sequence[Target], say: Callable[[str], None] = print) -> Made:
    """Makes the stick in `folder`, or goes on with one that is there. Needs a clone, pip and the network.

    `say` is given a line after each step. Raises StickError for a folder that holds other files, where
    this is no clone, and where pip fails; OSError where the folder cannot be written.
    """
    if not lessons.in_clone():
        raise StickError(
            "A stick is made from a clone of the course, which knows the fixed versions, and this one "
            "was installed with pip. Get the course as its README says and run the command there."
        )
    root = settings.course_dir()
    listed = (root / LIST).read_text("utf-8")
    fixed = requirements(listed)
    _claim(folder)
    wheels = Wheels(folder / "wheels")
    holes: dict[Target, list[Pin]] = {}
    for target in targets:
        pins = target.needs(fixed)
        before = _size(wheels.folder)
        found = wheels.fetch(pins, target)
        new = _size(wheels.folder) - before
        if found:
            holes[target] = found
        say(f"{target}: {len(pins) - len(found)} packages, {new / 1e6:.1f} MB new")
    own = _build(root, wheels.folder)
    say(f"the course itself: {own.name}, {own.stat().st_size / 1e6:.1f} MB")
    fits: dict[str, list[str]] = {}
    for target in everywhere():
        if not wheels.missing(target.needs(fixed), target):
            fits.setdefault(target.platform, []).append(target.python)
    for name, source, ending in FILES:
        _write(folder / name, (HERE / source).read_text("utf-8"), ending)
    _write(folder / LIST, listed, "\n")
    shutil.copy(root / "LICENSE", folder / "LICENSE.txt")
    # By this the next start on a machine knows that the course or a package is another one.
    content = hashlib.sha256(own.read_bytes() + listed.encode()).hexdigest()
    manifest = {"wheel": own.name, "content": content, "fits": fits}
    _write(folder / MANIFEST, json.dumps(manifest, indent=2) + "\n", "\n")
    return Made(holes, sum(1 for each in folder.rglob("*") if each.is_file()), _size(folder))


def _claim(folder: Path) -> None:
    """Makes the folder ours, before anything large is fetched. Raises StickError for one of others."""
    if folder.exists() and not (folder / MANIFEST).is_file():
        if not folder.is_dir():
            raise StickError(f"{folder} is no folder. Name a new one.")
        others = {name for name in os.listdir(folder) if not name.startswith(".")} - _OF_SYSTEMS
        if others:
            raise StickError(
                f"{folder} holds other files ({sorted(others)[0]}). Name a new folder on the stick, "
                f"such as {folder / 'oaiworkbook'}."
            )
    (folder / "wheels").mkdir(parents=True, exist_ok=True)
    if not (folder / MANIFEST).is_file():
        _write(folder / MANIFEST, json.dumps({"fits": {}}) + "\n", "\n")


def _build(root: Path, wheels: Path) -> Path:
    """The course's own wheel, built with what is on the stick; an older one makes room for it."""
    with tempfile.TemporaryDirectory() as made:
        source = ["--no-index", "--find-links", str(wheels), "--wheel-dir", made, str(root)]
        command = [*pip(), "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", *source]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        new = next(Path(made).glob("*.whl"), None)
        if done.returncode or new is None:
            raise StickError(f"The course's own wheel could not be built:\n{done.stderr.strip()}")
        for old in wheels.glob("oaiworkbook-*.whl"):
            if read_name(old.name):
                old.unlink()
        return Path(shutil.copy(new, wheels))


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def _write(path: Path, text: str, ending: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline=ending)
    if path.suffix in (".sh", ".command"):
        path.chmod(0o755)
