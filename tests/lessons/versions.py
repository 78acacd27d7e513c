"""The fixed versions: constraints.txt, and what the build backend needs in pyproject.toml.

pip's `-c` does not reach the environment in which pip builds, so the backend and all that it needs
are pinned in `[build-system]`, to the same versions.
"""

import re
import shutil
import subprocess
import tomllib

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from .surroundings import ROOT

CONSTRAINTS = ROOT / "constraints.txt"
PROJECT = ROOT / "pyproject.toml"
HEAD = (
    "# The versions that README's commands install, on Linux, macOS and Windows, Python 3.11 to 3.14.\n"
    "# Made by `python -m tests.lessons versions`.\n"
)
_REQUIRES = re.compile(r"^requires = \[.*?\]$", re.DOTALL | re.MULTILINE)

# name -> each (version, marker) that the file gives it; the marker is None where there is one version.
Pins = dict[str, list[tuple[Version, Marker | None]]]


class VersionsError(Exception):
    """The versions cannot be made anew. Nothing was written."""


def pins(text: str) -> Pins:
    """What a constraints file fixes. Raises ValueError for a line that is not `name==version`."""
    found: Pins = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        try:
            requirement = Requirement(line)
            [fixed] = requirement.specifier
        except ValueError as error:
            raise ValueError(f"not a name, a version and a marker: {line}") from error
        if requirement.url or requirement.extras or fixed.operator != "==":
            raise ValueError(f"not a name, a version and a marker: {line}")
        pin = (Version(fixed.version), requirement.marker)
        found.setdefault(canonicalize_name(requirement.name), []).append(pin)
    return found


def differences(old: Pins, new: Pins) -> list[str]:
    """One line a package: `openai 3.54.0 -> 3.57.0`; `none` where it is not in one of the two."""
    lines = []
    for name in sorted(old.keys() | new.keys()):
        before, after = (_versions(each.get(name, [])) for each in (old, new))
        if before != after:
            lines.append(f"{name} {before} -> {after}")
    return lines


def renew() -> list[str]:
    """Fixes the newest versions that pyproject.toml allows. Returns what changed, a line each.

    Raises VersionsError, with both files untouched, where uv is missing or finds no set of versions.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise VersionsError("uv, which finds the versions, is not installed: pip install uv")
    words = (
        "pip compile -q --universal --python-version 3.11 --all-extras --no-annotate --no-header"
    )
    command = [uv, *words.split(), "--no-config", PROJECT.name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise VersionsError(f"uv found no set of versions:\n{done.stderr.strip()}")
    before = CONSTRAINTS.read_text("utf-8") if CONSTRAINTS.exists() else ""
    new = pins(done.stdout)
    project = _with_backend(PROJECT.read_text("utf-8"), new)
    CONSTRAINTS.write_text(HEAD + done.stdout, "utf-8", newline="\n")
    PROJECT.write_text(project, "utf-8", newline="\n")
    return differences(pins(before), new)


def backend() -> list[Requirement]:
    """What pyproject.toml pins for the build."""
    wanted = tomllib.loads(PROJECT.read_text("utf-8"))["build-system"]["requires"]
    return [Requirement(each) for each in wanted]


def _with_backend(project: str, new: Pins) -> str:
    lines = [f'  "{each.name}=={_versions(new[each.name])}",' for each in backend()]
    return _REQUIRES.sub("\n".join(["requires = [", *lines, "]"]), project, count=1)


def _versions(found: list[tuple[Version, Marker | None]]) -> str:
    return ", ".join(str(version) for version, _ in found) or "none"
