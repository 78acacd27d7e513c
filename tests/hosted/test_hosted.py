"""The course beside a kernel that is there already, with the versions of Colab: nothing of the kernel's changes.

These tests install some hundred packages, so they need the package index and minutes:
`pytest -m network tests/hosted`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec
from nbformat import NotebookNode

from oaiworkbook.course.running import kernels
from oaiworkbook.course.running import run as running

from ..authoring.course import NOTEBOOKS
from ..authoring.lesson import Lesson
from ..authoring.surroundings import ROOT

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(sys.version_info >= (3, 13), reason="Colab has Python 3.12"),
]
# What is replaced: the SDK, which is too old there, and what the SDK itself asks for.
REPLACED = {"openai", "jiter"}
LESSONS = ("01", "03", "05", "15", "20", "23")


def call(*words: str | Path, cwd: Path | None = None) -> str:
    """What a command prints. The test fails with its last words where the command does."""
    command = list(map(str, words))
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "\n".join((done.stdout + done.stderr).splitlines()[-20:])
    return done.stdout


def installed(python: Path) -> dict[str, str]:
    lines = call(python, "-m", "pip", "list", "--format", "freeze").split()
    return dict(line.split("==") for line in lines)


class Hosted:
    """An environment with Colab's versions; `before` and `after` the course was installed."""

    def __init__(self, folder: Path) -> None:
        call(sys.executable, "-m", "venv", folder / "env")
        self.python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
        call(self.python, "-m", "pip", "install", "-r", Path(__file__).with_name("colab.txt"))
        self.before = installed(self.python)
        call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
        [wheel] = folder.glob("*.whl")
        call(self.python, "-m", "pip", "install", wheel)
        self.base = installed(self.python)
        call(self.python, "-m", "pip", "install", f"{wheel}[lessons]")
        self.after = installed(self.python)


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Hosted:
    return Hosted(tmp_path_factory.mktemp("hosted"))


def test_the_base_replaces_nothing_that_the_kernel_runs_on(hosted: Hosted) -> None:
    assert hosted.before["ipython"] == "7.34.0"
    assert "oaiworkbook" in hosted.base
    assert _replaced(hosted.before, hosted.base) <= REPLACED


def test_what_the_lessons_import_replaces_a_newer_pytest_alone(hosted: Hosted) -> None:
    assert {"pypdf", "lark"} <= set(hosted.after)
    assert _replaced(hosted.base, hosted.after) <= {"pytest"}


def _replaced(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name, version in before.items() if after.get(name) != version}


@pytest.mark.parametrize("number", LESSONS)
def test_a_lesson_runs_alone_in_that_kernel(
    number: str, hosted: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of its own, as a notebook whose name nobody tells the kernel."""

    def spec(manager: kernels.OwnInterpreter, kernel_name: str) -> KernelSpec:
        argv = [str(hosted.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="hosted", language="python")

    monkeypatch.setattr(kernels.OwnInterpreter, "get_kernel_spec", spec)
    monkeypatch.setattr(kernels, "nursery_for", lambda env: None)  # which forks this Python
    [lesson] = NOTEBOOKS.glob(f"{number}_*.ipynb")
    path = tmp_path / "Untitled.ipynb"
    path.write_bytes(lesson.read_bytes())
    nameless = {"OAIWORKBOOK_LESSON": None, "PYTHONPATH": None}
    result = running.execute(path, mode="replay", lesson="", env=nameless)
    assert result.ok, [f"{each}\n{each.traceback}" for each in result.failures]
    ran = [cell for cell in result.notebook.cells if cell.cell_type == "code"]
    for cell, (n, stored) in zip(ran, Lesson.read(lesson).code, strict=True):
        if "costs(" in stored.source:
            assert _text(cell) == _text(stored), f"cell {n}"
        errors = [each for each in cell.outputs if each.output_type == "error"]
        if any("Error code: " in each.evalue for each in errors):  # the API's: ours to show
            shown = "\n".join(errors[0].traceback)
            assert "site-packages" not in shown, f"cell {n}"
            assert "--> " in shown, f"cell {n} does not show the learner's line"


def _text(cell: NotebookNode) -> list[str]:
    return [each["data"]["text/plain"] for each in cell.outputs if "data" in each]
