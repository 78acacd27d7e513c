"""The wheel carries the course and nothing else, and works in an empty folder."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from . import small_course as course
from .small_course import ROOT

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None, reason="hatchling builds the wheel"
)
LEFT_BEHIND = (
    "notebooks/.ipynb_checkpoints/00-checkpoint.ipynb",
    "notebooks/00_x.mine-1.ipynb",
    "notebooks/ruff.toml",
    "data/recordings.unfinished/03_streaming/01-responses-d5f91a3e.json",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of this tree with a small course, and with what a learner leaves behind."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tree)
    ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    shutil.copytree(ROOT / "oaiworkbook", tree / "oaiworkbook", ignore=ignore)
    course.course(tree)
    (tree / "tests").mkdir()
    (tree / "tests" / "test_x.py").touch()
    (tree / "data" / "samples").mkdir()
    (tree / "data" / "samples" / "voice.mp3").write_bytes(b"sound")
    shutil.copy(ROOT / "data" / "minilm_map.npz", tree / "data")
    for name in LEFT_BEHIND:
        course.notebook(tree / name, "1")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next((tree / "dist").glob("*.whl"))


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a Python that has the wheel, unpacked, before everything else."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    return os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"}


def test_wheel_holds_package_lessons_recordings_and_samples(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {p.relative_to(ROOT).as_posix() for p in (ROOT / "oaiworkbook").rglob("*.py")}
    assert modules <= names
    shipped = ("oaiworkbook/course/notebooks/", "oaiworkbook/course/data/")
    inside = {
        name.removeprefix("oaiworkbook/course/") for name in names if name.startswith(shipped)
    }
    assert inside == {
        "notebooks/00_start_here.ipynb",
        "notebooks/03_streaming.ipynb",
        "notebooks/scratch.ipynb",
        "data/api.toml",
        "data/dated_facts.toml",
        "data/minilm_map.npz",
        "data/models.toml",
        "data/prices.toml",
        "data/recordings/03_streaming/01-responses-d5f91a3e.json",
        "data/samples/voice.mp3",
    }
    rest = [n for n in names if not n.startswith("oaiworkbook/") and ".dist-info/" not in n]
    assert rest == []
    assert "oaiworkbook/course/jupyter/labconfig/page_config.json" in names


def test_wheel_runs_in_an_empty_folder(installed: dict[str, str], tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, *words]
        return subprocess.run(program, cwd=here, env=installed, capture_output=True, text=True)

    where = run("-c", "import oaiworkbook; print(oaiworkbook.__file__)")
    assert str(tmp_path / "site") in where.stdout, where
    copied = run("-c", "from oaiworkbook.course import lab; print(lab.prepare())")
    assert "Copied 2 lessons" in copied.stdout, copied
    assert sorted(os.listdir(here)) == ["00_start_here.ipynb", "03_streaming.ipynb"]
    ran = run("-m", "oaiworkbook.cli.main", "run", "--all")
    assert re.search(r"2 lessons ok in \d", ran.stdout), ran
    found = run("-m", "oaiworkbook.cli.main", "api", "transcriptions.create")
    assert "audio.transcriptions.create(keywords)" in found.stdout, found
    checked = run("-m", "oaiworkbook.cli.main", "doctor")
    assert checked.returncode == 0, checked.stdout
    assert "1 in 1 lessons" in checked.stdout
