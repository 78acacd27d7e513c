"""`oaiworkbook stick`: what it makes, what it says where that fails, and how a stick starts.

A stand-in for pip answers here. test_stick_offline.py makes a real stick, with the network.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from oaiworkbook.course.stick import PLATFORMS, PYTHONS, make, start, wheels

from .. import small_course as course
from .conftest import Run

# It "fetches" a wheel for this machine's kind of name; what it is to refuse stands in the environment.
PIP = """
import json, os, sys, zipfile
from pathlib import Path

def wheel(folder, name):
    with zipfile.ZipFile(Path(folder, name), "w") as file:
        file.writestr("x", "x" * 1000)

words = sys.argv[1:]
with open(os.environ["PIP_LOG"], "a") as log:
    log.write(json.dumps(words) + "\\n")
said = json.loads(os.environ["PIP_SAYS"])
if words[0] == "wheel":
    if "wheel" in said:
        sys.exit(said["wheel"])
    wheel(words[words.index("--wheel-dir") + 1], "oaiworkbook-0.1.0-py3-none-any.whl")
    sys.exit()
pins = [word for word in words if "==" in word and not word.startswith("-")]
[platform] = [word for word in words if word.startswith("--platform")][:1]
[python] = [word for word in words if word.startswith("--python-version")]
for pin in pins:
    for part, text in said.items():
        if part in (pin, pin + " " + platform.partition("=")[2]):
            sys.exit(text)
for pin in pins:
    name, _, version = pin.partition("==")
    cp = "cp" + "".join(python.partition("=")[2].split(".")[:2])
    tags = f"{cp}-{cp}-{platform.partition('=')[2]}" if name == "fast" else "py3-none-any"
    wheel(words[words.index("--dest") + 1], f"{name}-{version}-{tags}.whl")
"""


class Pip:
    """The stand-in: what it is to say instead of fetching, and what it was asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program = folder / "pip_standin.py"
        program.write_text(PIP, "utf-8")
        self.log, self.monkeypatch = folder / "pip.log", monkeypatch
        for module in (wheels, make):
            monkeypatch.setattr(module, "pip", lambda: [sys.executable, str(program)])
        monkeypatch.setenv("PIP_LOG", str(self.log))
        self.says()

    def says(self, said: dict[str, str] | None = None) -> None:
        self.monkeypatch.setenv("PIP_SAYS", json.dumps(said or {}))

    def asked(self) -> list[list[str]]:
        """The pins of each download since the last look."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        words = [json.loads(line) for line in lines]
        return [[word for word in each if "==" in word] for each in words if each[0] == "download"]


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pip:
    """A clone with three packages in its list, of which `fast` is compiled."""
    clone = course.as_clone(tmp_path, monkeypatch)
    listed = "# made\npip==26.3\nfast==1.0\nslow==2.0\nwin==1 ; sys_platform == 'win32'\n"
    (clone / "requirements-stick.txt").write_text(listed, "utf-8")
    (clone / "LICENSE").write_text("MIT", "utf-8")
    return Pip(tmp_path, monkeypatch)


LINUX_ONLY = ("--platform", "linux-x86_64", "--python", "3.12")


def stick(run: Run, *words: str) -> tuple[int, str, str]:
    return run("stick", "usb", *words)


def test_a_stick_holds_everything_and_nothing_is_fetched_twice(
    pip: Pip,
    run: Run,
    tmp_path: Path,
) -> None:
    code, out, err = stick(run, *LINUX_ONLY)
    assert (code, err) == (0, "")
    assert "linux-x86_64, Python 3.12: 3 packages" in out
    assert pip.asked() == [["fast==1.0", "pip==26.3", "slow==2.0"]]
    usb = tmp_path / "usb"
    there = {path.relative_to(usb).as_posix() for path in usb.rglob("*") if path.is_file()}
    assert there == {
        *("README.txt", "LICENSE.txt", "start.sh", "start.command", "start.cmd", "start.py"),
        *("python/README.txt", "requirements-stick.txt", "stick.json"),
        "wheels/fast-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        *("wheels/pip-26.3-py3-none-any.whl", "wheels/slow-2.0-py3-none-any.whl"),
        "wheels/oaiworkbook-0.1.0-py3-none-any.whl",
    }
    assert f"usb: {len(there)} files" in out
    manifest = json.loads((usb / "stick.json").read_text("utf-8"))
    assert manifest["fits"] == {"linux-x86_64": ["3.12"]}
    assert manifest["wheel"] == "oaiworkbook-0.1.0-py3-none-any.whl"
    assert stick(run, *LINUX_ONLY)[0] == 0
    assert pip.asked() == []
    # Another system: what is pure Python is there already, and the first one stays.
    assert stick(run, "--platform", "windows-x86_64", "--python", "3.12", "3.13")[0] == 0
    assert pip.asked() == [["fast==1.0", "win==1"], ["fast==1.0"]]
    manifest = json.loads((usb / "stick.json").read_text("utf-8"))
    assert manifest["fits"] == {"windows-x86_64": ["3.12", "3.13"], "linux-x86_64": ["3.12"]}


def test_without_a_choice_it_is_for_all(pip: Pip, run: Run) -> None:
    assert stick(run)[0] == 0
    fits = json.loads(Path("usb/stick.json").read_text("utf-8"))["fits"]
    assert fits == {platform: list(PYTHONS) for platform in PLATFORMS}


def test_a_package_without_a_wheel_is_named_and_the_rest_is_made(pip: Pip, run: Run) -> None:
    none = "ERROR: No matching distribution found for fast==1.0"
    pip.says({"fast==1.0 macosx_13_0_x86_64": none})
    code, out, _ = stick(run, "--platform", "macos-x86_64", "--python", "3.12")
    assert code == 1
    assert out.endswith(
        "\nmacos-x86_64, Python 3.12: cannot be installed from it. No wheel of fast==1.0.\n"
    )
    assert {path.name.partition("-")[0] for path in Path("usb/wheels").iterdir()} == {
        *("pip", "slow", "oaiworkbook"),
    }
    code, _, _ = stick(run, "--platform", "macos-x86_64", "linux-x86_64", "--python", "3.12")
    assert code == 1
    manifest = json.loads(Path("usb/stick.json").read_text("utf-8"))
    assert manifest["fits"] == {"linux-x86_64": ["3.12"]}


UNREACHED = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'\n"
    "ERROR: No matching distribution found for slow==2.0"
)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (UNREACHED, "No package index answers"),
        ("ERROR: [Errno 28] No space left on device", "There is no room left"),
        ("ERROR: no such option: --implementation", "pip cannot fetch the wheels for linux-x86_64"),
    ],
)
def test_what_stops_pip_is_said_and_the_next_run_goes_on(
    pip: Pip,
    run: Run,
    said: str,
    words: str,
) -> None:
    assert stick(run, *LINUX_ONLY)[0] == 0
    Path("usb/wheels/slow-2.0-py3-none-any.whl").unlink()
    pip.asked()
    pip.says({"slow==2.0": said})
    code, _, err = stick(run, *LINUX_ONLY)
    assert code == 1
    assert err.startswith("oaiworkbook stick: ")
    assert words in err
    pip.asked()
    pip.says()
    assert stick(run, *LINUX_ONLY)[0] == 0
    assert pip.asked() == [["slow==2.0"]]


def test_a_wheel_that_was_cut_off_is_fetched_again(pip: Pip, run: Run) -> None:
    stick(run, *LINUX_ONLY)
    pip.asked()
    cut = Path("usb/wheels/slow-2.0-py3-none-any.whl")
    cut.write_bytes(cut.read_bytes()[:500])
    assert stick(run, *LINUX_ONLY)[0] == 0
    assert pip.asked() == [["slow==2.0"]]
    assert zipfile.is_zipfile(cut)


def test_an_older_wheel_of_the_course_makes_room(pip: Pip, run: Run) -> None:
    stick(run, *LINUX_ONLY)
    old = Path("usb/wheels/oaiworkbook-0.0.9-py3-none-any.whl")
    old.write_bytes(Path("usb/wheels/slow-2.0-py3-none-any.whl").read_bytes())
    stick(run, *LINUX_ONLY)
    assert [path.name for path in Path("usb/wheels").glob("oaiworkbook-*")] == [
        "oaiworkbook-0.1.0-py3-none-any.whl"
    ]


def test_a_course_that_cannot_be_built_is_said_with_the_reason(pip: Pip, run: Run) -> None:
    pip.says({"wheel": "error: no README.md"})
    code, _, err = stick(run, *LINUX_ONLY)
    assert code == 1
    assert "own wheel could not be built:\nerror: no README.md" in err
    # Nothing can be installed from it yet, and it says so.
    assert json.loads(Path("usb/stick.json").read_text("utf-8")) == {"fits": {}}


def test_a_folder_with_other_files_is_left_alone(pip: Pip, run: Run) -> None:
    usb = Path("usb")
    (usb / "System Volume Information").mkdir(parents=True)
    (usb / ".Trashes").mkdir()
    (usb / "holiday.jpg").write_bytes(b"x")
    code, _, err = stick(run, *LINUX_ONLY)
    assert code == 1
    assert "usb holds other files (holiday.jpg)" in err
    assert str(usb / "oaiworkbook") in err
    assert pip.asked() == []
    assert sorted(path.name for path in usb.iterdir())[-1] == "holiday.jpg"
    (usb / "holiday.jpg").unlink()
    assert stick(run, *LINUX_ONLY)[0] == 0


def test_it_needs_a_clone_and_says_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run: Run,
) -> None:
    course.as_wheel(tmp_path, monkeypatch)
    code, _, err = stick(run)
    assert code == 1
    assert "made from a clone" in err
    assert not Path("usb").exists()


def test_without_a_pip_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(sys, "_base_executable", "false", raising=False)
    failing = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(wheels.subprocess, "run", lambda *given, **more: failing)
    with pytest.raises(wheels.StickError, match="uv pip install pip"):
        wheels.pip()


def test_wrong_systems_and_pythons_are_refused_in_a_line(run: Run) -> None:
    for words in (("--platform", "amiga"), ("--python", "3.10")):
        code, _, err = stick(run, *words)
        assert (code, err.count("\n")) == (2, 1)


def test_files_to_start_have_the_line_ends_of_their_systems(pip: Pip, run: Run) -> None:
    stick(run, *LINUX_ONLY)
    for name in ("start.cmd", "README.txt", "python/README.txt"):
        lines = Path("usb", name).read_bytes().splitlines(keepends=True)
        assert {line[-2:] for line in lines} == {b"\r\n"}, name
        assert max(map(len, lines)) <= 90, name
    for name in ("start.sh", "start.command", "start.py"):
        assert b"\r" not in Path("usb", name).read_bytes(), name
    assert Path("usb/start.sh").read_text() == Path("usb/start.command").read_text()
    if os.name == "posix":
        assert os.access("usb/start.command", os.X_OK)


@pytest.fixture
def usb(pip: Pip, run: Run) -> Path:
    """A stick for this machine, as far as its manifest goes."""
    stick(run, *LINUX_ONLY)
    usb = Path("usb").absolute()
    manifest = json.loads((usb / "stick.json").read_text("utf-8"))
    manifest["fits"] = {start.here(): [f"{sys.version_info[0]}.{sys.version_info[1]}"]}
    (usb / "stick.json").write_text(json.dumps(manifest), "utf-8")
    return usb


needs_sh = pytest.mark.skipif(os.name == "nt", reason="needs sh")


def begin(usb: Path, python: Path | str, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs start.sh where this Python is the only one."""
    there = usb.parent / "bin"
    there.mkdir(exist_ok=True)
    for name, target in (("python3", str(python)), ("dirname", "/usr/bin/dirname")):
        (there / name).unlink(missing_ok=True)
        (there / name).write_text(f'#!/bin/sh\nexec "{target}" "$@"\n')
        (there / name).chmod(0o755)
    environment = {"PATH": str(there), "HOME": os.environ["HOME"]}
    command = ["/bin/sh", str(usb / "start.sh"), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@needs_sh
def test_start_finds_the_python_that_fits_and_tells_where_there_is_none(usb: Path) -> None:
    done = begin(usb, sys.executable, "--fits")
    assert (done.returncode, done.stderr) == (0, "")
    (usb / "stick.json").write_text(json.dumps({"fits": {start.here(): ["3.99"]}}), "utf-8")
    done = begin(usb, sys.executable)
    assert done.returncode == 1
    assert "the stick needs one of: 3.99" in done.stderr
    assert 'See README.txt on the stick, under "Python is missing".' in done.stderr


@needs_sh
def test_start_leaves_a_folder_with_other_files_alone(usb: Path, tmp_path: Path) -> None:
    mine = tmp_path / "my work"
    mine.mkdir()
    (mine / "thesis.txt").write_text("x")
    done = begin(usb, sys.executable, "--no-lab", str(mine))
    assert done.returncode == 1
    assert "holds other files (thesis.txt)" in done.stderr
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


@needs_sh
def test_an_installation_that_fails_says_so_and_begins_again(usb: Path, tmp_path: Path) -> None:
    """The stand-in's wheels hold no pip."""
    for _ in range(2):
        done = begin(usb, sys.executable, "--no-lab", str(tmp_path / "mine"))
        assert done.returncode == 1
        assert "Installing the course into" in done.stdout
        assert "This has failed; the lines above say why." in done.stderr
