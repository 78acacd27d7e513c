"""For which machines a stick is made, and what each of them needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from packaging import tags
from packaging.requirements import Requirement
from packaging.utils import BuildTag, InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from . import PLATFORMS, PYTHONS


def _manylinux(machine: str) -> list[str]:
    """Wheels for glibc 2.28 (2018) and older, the newest first."""
    old = {17: "2014", 12: "2010", 5: "1"}
    names = []
    for minor in range(28, 4, -1):
        names.append(f"manylinux_2_{minor}_{machine}")
        if minor in old:
            names.append(f"manylinux{old[minor]}_{machine}")
    return names


def _macos(machine: str) -> list[str]:
    return list(tags.mac_platforms((13, 0), machine))


# What the wheels for a system are called, and what its Python says of itself.
_WHEELS = {
    "windows-x86_64": ["win_amd64"],
    "macos-x86_64": _macos("x86_64"),
    "macos-arm64": _macos("arm64"),
    "linux-x86_64": _manylinux("x86_64"),
    "linux-aarch64": _manylinux("aarch64"),
}
_MARKERS = {
    "windows": {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows"},
    "macos": {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin"},
    "linux": {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"},
}
_CPYTHON = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """A package in the one version that is put on the stick; the name in its canonical form."""

    name: str
    version: Version

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True, slots=True)
class Target:
    """A system with a Python: one of PLATFORMS and one of PYTHONS."""

    platform: str
    python: str

    def __str__(self) -> str:
        return f"{self.platform}, Python {self.python}"

    @property
    def newest(self) -> str:
        """A version higher than any that this Python will have: packages tell 3.11.4 from 3.11.5."""
        return f"{self.python}.99"

    def wheel_platforms(self) -> list[str]:
        return _WHEELS[self.platform]

    def tags(self) -> frozenset[tags.Tag]:
        """Of the wheels that can be installed there."""
        major, minor = (int(part) for part in self.python.split("."))
        cpython, platforms = f"cp{major}{minor}", self.wheel_platforms()
        own = tags.cpython_tags((major, minor), abis=[cpython], platforms=platforms)
        return frozenset(own) | frozenset(
            tags.compatible_tags((major, minor), interpreter=cpython, platforms=platforms)
        )

    def environments(self) -> list[dict[str, str]]:
        """What markers are compared with: for the first release of this Python, and for a late one."""
        system, _, machine = self.platform.partition("-")
        # Windows says AMD64.
        machine = "AMD64" if system == "windows" else machine
        there = _MARKERS[system] | _CPYTHON | {"platform_machine": machine}
        return [
            there | {"python_version": self.python, "python_full_version": full}
            for full in (f"{self.python}.0", self.newest)
        ]

    def needs(self, requirements: Iterable[Requirement]) -> list[Pin]:
        """What is installed there, of requirements that each fix one version."""
        environments = self.environments()
        found = set()
        for each in requirements:
            if each.marker is None or any(map(each.marker.evaluate, environments)):
                [fixed] = each.specifier
                found.add(Pin(each.name, Version(fixed.version)))
        return sorted(found)


def everywhere() -> list[Target]:
    """Each system with each Python."""
    return [Target(platform, python) for platform in PLATFORMS for python in PYTHONS]


def requirements(text: str) -> list[Requirement]:
    """The lines of requirements-stick.txt."""
    lines = (line.strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def read_name(file: str) -> tuple[Pin, frozenset[tags.Tag]] | None:
    """What the name of a wheel says; None for a file that is no wheel."""
    parsed: tuple[str, Version, BuildTag, frozenset[tags.Tag]]
    try:
        parsed = parse_wheel_filename(file)
    except InvalidWheelFilename:
        return None
    name, version, _, its = parsed
    return Pin(name, version), its
