"""docs/example: its tests run in an empty folder, and its recordings are what the stand-in says."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oaiworkbook.recordings.file import Recording, read_recording

from .authoring import example
from .authoring.surroundings import ROOT

RECORDINGS = "tests/recordings"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the example holds in the repository, in a folder of its own."""
    shutil.copytree(example.EXAMPLE, tmp_path / "project", ignore=_NOT_KEPT)
    return tmp_path / "project"


_NOT_KEPT = shutil.ignore_patterns("__pycache__", ".pytest_cache")


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *words]
    return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)


def answers(project: Path) -> dict[str, Recording]:
    paths = sorted((project / RECORDINGS).rglob("*.json"))
    return {path.relative_to(project).as_posix(): read_recording(path) for path in paths}


def test_its_tests_run_without_key_and_network(project: Path) -> None:
    done = run(project, "-W", "error")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


def test_they_fail_where_the_program_asks_something_else(project: Path) -> None:
    program = project / "street_reports.py"
    program.write_text(program.read_text("utf-8").replace("Sort a report", "Sort the report"))
    done = run(project)
    assert "5 failed, 1 passed" in done.stdout
    assert "recorded: Sort [a] report" in done.stdout


def test_its_recordings_are_authored_and_what_the_stand_in_says(project: Path) -> None:
    stored = answers(project)
    assert len(stored) == 8
    assert {each.provenance.source for each in stored.values()} == {"authored"}
    shutil.rmtree(project / RECORDINGS)
    done = example.record(project, "-q", "-W", "error")
    assert done.returncode == 0
    anew = answers(project)
    # Tasks that are awaited together are numbered as they come.
    assert sorted(name.rpartition("-")[2] for name in anew) == sorted(
        name.rpartition("-")[2] for name in stored
    )
    for name, recording in stored.items():
        [same] = [each for each in anew.values() if each.request == recording.request][:1]
        assert [each.json_ for each in same.answers] == [
            each.json_ for each in recording.answers
        ], name


def test_its_readme_and_the_page_lead_to_each_other() -> None:
    assert "](../own-project.md)" in (example.EXAMPLE / "README.md").read_text("utf-8")
    assert "](example/" in (ROOT / "docs" / "own-project.md").read_text("utf-8")
