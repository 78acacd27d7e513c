"""The fixed versions: what they hold, that they fit pyproject.toml, and how they are made anew."""

import re
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from oaiworkbook.course import stick

from .authoring import versions
from .authoring.__main__ import main
from .authoring.surroundings import ROOT

TEXT = versions.CONSTRAINTS.read_text("utf-8")
PROJECT = tomllib.loads(versions.PROJECT.read_text("utf-8"))["project"]
SYSTEMS = {"linux": "x86_64", "darwin": "arm64", "win32": "AMD64"}
PYTHONS = ("3.11.0", "3.12.0", "3.13.0", "3.14.0")


def requirements() -> list[Requirement]:
    extras = versions.fixed_extras().values()
    wanted = [Requirement(each) for part in (PROJECT["dependencies"], *extras) for each in part]
    return [each for each in wanted if each.name != PROJECT["name"]]


def test_the_file_holds_names_versions_and_markers_only() -> None:
    assert len(versions.pins(TEXT)) > 100
    assert "//" not in TEXT
    for line in ("--index-url https://example.com", "a @ file:///x/a", "a>=1", "a[b]==1", "-e ."):
        with pytest.raises(ValueError, match="not a name"):
            versions.pins(f"b==2\n{line}\n")


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_everything_we_ask_for_has_one_version_that_we_allow(python: str, system: str) -> None:
    there = {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "platform_machine": SYSTEMS[system],
    }
    pins = versions.pins(TEXT)
    for wanted in requirements():
        lines = pins[canonicalize_name(wanted.name)]
        [fixed] = [v for v, marker in lines if marker is None or marker.evaluate(there)]
        assert wanted.specifier.contains(fixed), wanted


def test_a_stick_is_for_the_pythons_and_systems_whose_versions_are_fixed() -> None:
    assert stick.PYTHONS == versions.PYTHONS
    assert len(stick.PLATFORMS) == len(versions.PLATFORMS)


def test_the_build_backend_is_fixed_to_the_same_versions() -> None:
    backend, pins = versions.backend(), versions.pins(TEXT)
    assert "hatchling" in [each.name for each in backend]
    for each in backend:
        assert str(each.specifier) == f"=={pins[each.name][0][0]}"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", ".github/workflows/tests.yml"])
def test_every_command_installs_the_fixed_versions(name: str) -> None:
    # All but `%pip`, which installs beside the versions of a kernel that is there already.
    command = r"(?<!%)pip(?: --python \S+)? install [^&`\n]+"
    lines = re.findall(command, (ROOT / name).read_text("utf-8"))
    assert lines
    assert [line for line in lines if "-c constraints.txt" not in line] == []


def test_what_changed_is_said_by_package() -> None:
    old = versions.pins("openai==3.54.0\nsix==1.17.0\nnumpy==2.4.6")
    new = versions.pins(
        "openai==3.57.0\nnumpy==2.4.6 ; python_version < '3.12'\n"
        "numpy==2.5.5 ; python_version >= '3.12'\n"
    )
    assert versions.differences(old, new) == [
        "numpy 2.4.6 -> 2.4.6, 2.5.5",
        "openai 3.54.0 -> 3.57.0",
        "six 1.17.0 -> none",
    ]
    assert versions.differences(new, new) == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, and a PATH on which there is no uv."""
    text = '[build-system]\nrequires = [\n  "hatchling==1.0",\n]\nbuild-backend = "x"\n'
    text += "[project.optional-dependencies]\nlab = []\nframeworks = []\n"
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    monkeypatch.setattr(versions, "ROOT", tmp_path)
    monkeypatch.setattr(versions, "PROJECT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(versions, "CONSTRAINTS", tmp_path / "constraints.txt")
    monkeypatch.setattr(versions, "STICK", tmp_path / "requirements-stick.txt")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def uv(project: Path, *lines: str, unless: str = "") -> None:
    """Puts a `uv` on the PATH that answers with these lines; it refuses without, or with that option."""
    answer = "\n".join(lines)
    refuses = f"sys.exit('no solution found') if {not lines} or {unless!r} in sys.argv else None"
    words = f"{refuses}\nprint({answer!r})"
    program = project / "bin" / "uv"
    program.write_text(f"#!{sys.executable}\nimport sys\n{words}\n")
    program.chmod(0o755)


needs_shebang = pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")


@needs_shebang
def test_one_command_makes_them_anew(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uv(project, "hatchling==1.1", "openai==3.57.0")
    assert main(["versions"]) == 0
    assert capsys.readouterr().out == "hatchling none -> 1.1\nopenai none -> 3.57.0\n"
    uv(project, "hatchling==1.2", "openai==3.57.0")
    assert main(["versions"]) == 0
    assert capsys.readouterr().out == "hatchling 1.1 -> 1.2\n"
    assert '  "hatchling==1.2",\n]\nbuild-backend' in (project / "pyproject.toml").read_text()
    made = versions.pins((project / "constraints.txt").read_text("utf-8"))
    assert made["openai"] == [(Version("3.57.0"), None)]
    listed = (project / "requirements-stick.txt").read_text("utf-8")
    assert listed == f"{versions.STICK_HEAD}hatchling==1.2\nopenai==3.57.0\n"
    assert main(["versions"]) == 0
    assert capsys.readouterr().out == "constraints.txt: nothing new\n"


def test_a_stick_has_the_course_the_build_backend_and_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(versions, "_compiled", lambda _, *options: asked.append(options))
    versions._for_stick(versions.CONSTRAINTS, tmp_path / "more.in")
    more = (tmp_path / "more.in").read_text("utf-8").split()
    assert more == ["pip", *(each.name for each in versions.backend())]
    [options] = asked
    assert options[-1] == str(tmp_path / "more.in")
    extras = [name for word, name in pairwise(options) if word == "--extra"]
    assert extras == ["lab", "agents", "web"]


@needs_shebang
def test_frameworks_are_not_fixed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uv(project, "hatchling==1.1", unless="frameworks")
    assert main(["versions"]) == 0
    uv(project, "hatchling==1.1", unless="lab")
    assert main(["versions"]) == 1
    assert "--extra lab" in capsys.readouterr().out


@needs_shebang
def test_nothing_is_written_where_there_is_no_set(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (project / "pyproject.toml").read_bytes()
    assert main(["versions"]) == 1
    assert "pip install uv" in capsys.readouterr().out
    uv(project)
    assert main(["versions"]) == 1
    assert "no solution found" in capsys.readouterr().out
    uv(project, "hatchling==1.1", unless="--only-binary")
    assert main(["versions"]) == 1
    assert "x86_64-manylinux_2_28 --python-version 3.11" in capsys.readouterr().out
    assert (project / "pyproject.toml").read_bytes() == before
    assert not (project / "constraints.txt").exists()
    assert not (project / "requirements-stick.txt").exists()


def test_the_versions_that_lesson_00_shows_are_the_fixed_ones() -> None:
    """Its output is compared without them: another version may run it, but none else be shown."""
    shown = (ROOT / "notebooks" / "00_start_here.ipynb").read_text("utf-8")
    for line, name in (("openai SDK", "openai"), ("JupyterLab", "jupyterlab")):
        [version] = re.findall(rf'"ok +{line} +(\S+) \(tested with', shown)
        fixed = versions.pins(TEXT)[name][0][0]
        assert version == str(fixed), "run: python -m tests.authoring build 00 --fresh"
