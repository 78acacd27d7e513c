"""The wheel carries the course and nothing else, and works in an empty folder."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from oaiworkbook.course.running import kernels
from oaiworkbook.course.running import run as running

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
    return built(tree, tree / "dist")


def built(tree: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


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


WHERE = "import oaiworkbook\nprint(oaiworkbook.__file__)\nprint(oaiworkbook.sample('helpline_call.txt'))"


def test_one_lesson_alone_in_a_folder_runs_from_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its recordings and samples, and nothing of the clone."""
    monkeypatch.setattr(kernels, "nursery_for", lambda env: None)  # it has imported the clone's
    zipfile.ZipFile(built(ROOT, tmp_path / "dist")).extractall(tmp_path / "site")
    lesson = ROOT / "notebooks" / "04_conversation_state.ipynb"
    notebook: Any = nbformat.v4
    alone = notebook.reads(lesson.read_text("utf-8"))
    alone.cells.append(notebook.new_code_cell(WHERE))
    path = tmp_path / "alone" / "talk.ipynb"
    path.parent.mkdir()
    path.write_text(notebook.writes(alone), "utf-8")
    env = {"PYTHONPATH": str(tmp_path / "site"), "OAIWORKBOOK_LESSON": None}
    result = running.execute(path, mode="replay", lesson="", env=env)
    assert result.ok, result.failures
    *_, where = result.notebook.cells
    shown = where.outputs[0].text.splitlines()
    assert len(shown) == 2
    assert all(line.startswith(str(tmp_path / "site")) for line in shown), shown
