"""What a stick holds for each system and Python, and how a machine knows whether the stick is for it."""

import importlib.metadata
import os
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from oaiworkbook.course.stick import PLATFORMS, start, wheels
from oaiworkbook.course.stick.targets import Pin, Target, everywhere, requirements

from ..authoring import versions
from ..authoring.surroundings import ROOT

LIST = requirements(versions.STICK.read_text("utf-8"))
LINUX = Target("linux-x86_64", "3.12")


def pins(target: Target) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pin in target.needs(LIST):
        found.setdefault(pin.name, []).append(str(pin.version))
    return found


def test_the_list_is_a_part_of_the_fixed_versions_and_a_pip() -> None:
    listed = versions.pins(versions.STICK.read_text("utf-8"))
    fixed = versions.pins(versions.CONSTRAINTS.read_text("utf-8"))
    assert {"pip", "jupyterlab", "openai-agents", "fastapi"} <= listed.keys()
    assert not {"mypy", "ruff", "playwright", "onnxruntime"} & listed.keys()
    for name in listed.keys() - {"pip"}:
        assert {version for version, _ in listed[name]} <= {version for version, _ in fixed[name]}
    assert {canonicalize_name(each.name) for each in versions.backend()} <= listed.keys()


@pytest.mark.parametrize("target", everywhere(), ids=str)
def test_nothing_that_a_listed_package_asks_for_is_missing(target: Target) -> None:
    """As far as it is installed here: what it asks for is in the list, in a version that it allows."""
    environment = target.environments()[1]
    open_ = [Requirement("oaiworkbook[lab,agents,web]"), *versions.backend()]
    listed = {pin.name: pin.version for pin in target.needs(LIST) if str(pin) != "soupsieve==2.10"}
    seen: set[str] = set()
    while open_:
        wanted = open_.pop()
        name = canonicalize_name(wanted.name)
        if name != "oaiworkbook":
            assert wanted.specifier.contains(listed[name]), wanted
        if str(wanted) in seen:
            continue
        seen.add(str(wanted))
        try:
            lines = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for each in map(Requirement, lines):
            extras = wanted.extras or {""}
            if each.marker is None or any(
                each.marker.evaluate(environment | {"extra": extra}) for extra in extras
            ):
                open_.append(each)
    assert len(seen) > 100


def test_each_system_gets_its_own_packages_and_each_python_its_versions() -> None:
    for platform in PLATFORMS:
        there = pins(Target(platform, "3.12")).keys()
        windows, mac = platform.startswith("windows"), platform.startswith("macos")
        assert ({"pywin32", "pywinpty", "colorama"} <= there) == windows
        assert ("appnope" in there) == mac
        assert ("pexpect" in there) != windows
        assert "httpx2-jsfetch" not in there
    old, new = pins(Target("macos-arm64", "3.11")), pins(LINUX)
    assert (old["numpy"], new["numpy"]) == (["2.4.6"], ["2.5.5"])
    # Python 3.11.4 and 3.11.5 need different ones.
    assert (old["soupsieve"], new["soupsieve"]) == (["2.10", "4.1.3"], ["4.1.3"])


def test_a_marker_is_compared_with_what_the_system_says_of_itself() -> None:
    machines = {"AMD64": "windows-x86_64", "arm64": "macos-arm64", "aarch64": "linux-aarch64"}
    for machine, platform in machines.items():
        line = Requirement(f"x==1 ; platform_machine == '{machine}' and os_name != 'java'")
        there = [name for name in PLATFORMS if Target(name, "3.12").needs([line])]
        assert there == [platform]


@pytest.mark.parametrize(
    ("file", "fits"),
    [
        ("x-1-py3-none-any.whl", PLATFORMS),
        ("x-1-py2.py3-none-any.whl", PLATFORMS),
        ("x-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", ("linux-x86_64",)),
        ("x-1-cp312-cp312-manylinux_2_28_aarch64.whl", ("linux-aarch64",)),
        ("x-1-cp39-abi3-win_amd64.whl", ("windows-x86_64",)),
        ("x-1-cp312-cp312-macosx_10_13_universal2.whl", ("macos-x86_64", "macos-arm64")),
        ("x-1-cp312-cp312-macosx_11_0_arm64.whl", ("macos-arm64",)),
        ("x-1-cp312-cp312-macosx_14_0_arm64.whl", ()),
        ("x-1-cp312-cp312-manylinux_2_34_x86_64.whl", ()),
        ("x-1-cp312-cp312-musllinux_1_2_x86_64.whl", ()),
        ("x-1-cp312-cp312t-manylinux_2_28_x86_64.whl", ()),
        ("x-1-cp311-cp311-manylinux_2_28_x86_64.whl", ()),
        ("x-2-py3-none-any.whl", ()),
        ("notes.whl", ()),
    ],
)
def test_a_wheel_is_there_for_the_systems_that_can_install_it(
    tmp_path: Path, file: str, fits: tuple[str, ...]
) -> None:
    with zipfile.ZipFile(tmp_path / file, "w") as made:
        made.writestr("x", "x")
    there, pin = wheels.Wheels(tmp_path), Pin("x", Version("1"))
    found = [name for name in PLATFORMS if not there.missing([pin], Target(name, "3.12"))]
    assert found == [name for name in PLATFORMS if name in fits]


# What the stick says on a participant's machine.


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("Linux", "x86_64", "linux-x86_64"),
        ("Linux", "aarch64", "linux-aarch64"),
        ("Darwin", "arm64", "macos-arm64"),
        ("Darwin", "x86_64", "macos-x86_64"),
        ("FreeBSD", "amd64", "FreeBSD-amd64"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows is told by its Python alone")
def test_a_machine_knows_what_the_stick_calls_it(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, name: str
) -> None:
    monkeypatch.setattr(start.platform, "system", lambda: system)
    monkeypatch.setattr(start.platform, "machine", lambda: machine)
    assert start.here() == name


def test_a_python_or_a_system_that_the_stick_lacks_is_refused_with_what_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(start, "here", lambda: "linux-x86_64")
    mine = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert start.unfit({"linux-x86_64": ["3.0", mine]}) is None
    other = start.unfit({"linux-x86_64": ["3.98", "3.99"]})
    assert other == f"This is Python {mine}. On linux-x86_64 the stick needs one of: 3.98, 3.99."
    only = start.unfit({"macos-arm64": [mine]})
    assert only == "This machine is linux-x86_64. The stick was made for macos-arm64."
    assert "was not finished" in str(start.unfit({}))


def test_the_texts_name_what_is_there() -> None:
    text = (ROOT / "docs" / "offline.md").read_text("utf-8")
    for platform in PLATFORMS:
        assert platform in text
    assert "](offline.md)" in (ROOT / "docs" / "instructor.md").read_text("utf-8")
    assert "](docs/offline.md)" in (ROOT / "README.md").read_text("utf-8")
