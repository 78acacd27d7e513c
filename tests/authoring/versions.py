"""The fixed versions: constraints.txt, requirements-stick.txt, and what the build backend needs.

pip's `-c` does not reach the environment in which pip builds, so the backend and all that it needs
are pinned in `[build-system]`, to the same versions. requirements-stick.txt is the part of
constraints.txt that `oaiworkbook stick` brings to a room without a network, and a pip.
"""

import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from .surroundings import ROOT

CONSTRAINTS = ROOT / "constraints.txt"
STICK = ROOT / "requirements-stick.txt"
PROJECT = ROOT / "pyproject.toml"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = (
    "x86_64-manylinux_2_28",
    "aarch64-manylinux_2_28",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
)
# Kept back although there are newer ones, and why.
# Both must be compiled on a Mac with an Intel processor from these versions on.
HELD = ("argon2-cffi-bindings<26", "cryptography<49")
# A weekly job tests with the newest versions of these. Nobody else installs them.
NOT_FIXED = ("frameworks",)
HEAD = (
    "# The versions that README's commands install, on Linux, macOS and Windows, Python 3.11 to 3.14.\n"
    "# Made by `python -m tests.authoring versions`.\n"
)
ON_STICK = ("lab", "agents", "web")
STICK_HEAD = (
    "# What `oaiworkbook stick` puts on a stick: what `.[lab,agents,web]` installs, the build backend, and pip.\n"
    "# Made by `python -m tests.authoring versions`.\n"
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

    Raises VersionsError, with the files untouched, where uv is missing, finds no set of versions, or
    a package would have to be compiled on one of the platforms.
    """
    with tempfile.TemporaryDirectory() as folder:
        held, made = Path(folder, "held.txt"), Path(folder, "made.txt")
        held.write_text("\n".join(HELD), "utf-8")
        extras = [option for name in fixed_extras() for option in ("--extra", name)]
        text = _compiled(held, "--universal", "--python-version", "3.11", *extras)
        made.write_text(text, "utf-8")
        for system in PLATFORMS:
            for python in PYTHONS:
                where = ("--python-platform", system, "--python-version", python)
                _compiled(made, *where, "--extra", "test", "--only-binary", ":all:")
        stick = _for_stick(made, Path(folder, "more.in"))
    new = pins(text)
    before = CONSTRAINTS.read_text("utf-8") if CONSTRAINTS.exists() else ""
    project = _with_backend(PROJECT.read_text("utf-8"), new)
    CONSTRAINTS.write_text(HEAD + text, "utf-8", newline="\n")
    STICK.write_text(STICK_HEAD + stick, "utf-8", newline="\n")
    PROJECT.write_text(project, "utf-8", newline="\n")
    return differences(pins(before), new)


def _for_stick(constraints: Path, more: Path) -> str:
    """The versions of what a stick holds, a line each. `more`: a file for what is no extra of ours."""
    more.write_text("\n".join(["pip", *(each.name for each in backend())]), "utf-8")
    extras = [option for name in ON_STICK for option in ("--extra", name)]
    return _compiled(constraints, "--universal", "--python-version", "3.11", *extras, str(more))


def _compiled(constraints: Path, *options: str) -> str:
    """The versions that uv finds for the project, a line each."""
    uv = shutil.which("uv")
    if uv is None:
        raise VersionsError("uv, which finds the versions, is not installed: pip install uv")
    plain = ("--no-annotate", "--no-header", "--no-config", "-c", str(constraints))
    command = [uv, "pip", "compile", "-q", *plain, *options, PROJECT.name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise VersionsError(f"uv {' '.join(options)} found no versions:\n{done.stderr.strip()}")
    return done.stdout


def fixed_extras() -> dict[str, list[str]]:
    """The extras whose versions constraints.txt fixes, with what each asks for."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    return {name: wanted for name, wanted in extras.items() if name not in NOT_FIXED}


def backend() -> list[Requirement]:
    """What pyproject.toml pins for the build."""
    wanted = tomllib.loads(PROJECT.read_text("utf-8"))["build-system"]["requires"]
    return [Requirement(each) for each in wanted]


def _with_backend(project: str, new: Pins) -> str:
    lines = [f'  "{each.name}=={_versions(new[each.name])}",' for each in backend()]
    return _REQUIRES.sub("\n".join(["requires = [", *lines, "]"]), project, count=1)


def _versions(found: list[tuple[Version, Marker | None]]) -> str:
    return ", ".join(str(version) for version, _ in found) or "none"
