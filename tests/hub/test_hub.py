"""A Hub, its proxy and three learners, for real. Skipped where their packages are not: see docs/hub.md."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from oaiworkbook.course import checks, lessons

from . import trial
from .trial import LEARNERS, Hub

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="JupyterHub does not run on Windows"),
    pytest.mark.skipif(bool(trial.missing()), reason=trial.missing()),
]
LESSONS = ("00_start_here", "03_streaming")
DATA = Path(".local", "share", "oaiworkbook")  # in a learner's home, on Linux
SOLVED = {"anna": "00-1", "ben": "03-1", "chris": "00-2"}
CALLS = "SELECT DISTINCT lesson FROM calls ORDER BY lesson"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """With a server running for each learner."""
    # A test's own folders are gone when the next one begins, and must not lead out of the homes.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "OAIWORKBOOK_LEDGER", "OAIWORKBOOK_PROGRESS"):
            patch.delenv(name, raising=False)
        with trial.running(tmp_path_factory.mktemp("hub")) as found:
            for name in LEARNERS:
                found.start(name)
            yield found


def test_each_home_has_the_lessons_and_an_edit_outlives_the_next_start(hub: Hub) -> None:
    names = {path.name for path in lessons.shipped()}
    for name in LEARNERS:
        mine = hub.homes / name / lessons.FOLDER
        assert {path.name for path in mine.glob("*.ipynb")} == names
    edited = hub.homes / "ben" / lessons.FOLDER / "05_structured_outputs.ipynb"
    gone = edited.with_name("06_function_calling.ipynb")
    edited.write_text("mine")
    gone.unlink()
    hub.stop("ben")
    hub.start("ben")
    assert edited.read_text() == "mine"
    assert gone.is_file()


def test_the_first_page_is_the_first_lesson_below_the_hubs_own_address(hub: Hub) -> None:
    assert hub.of("anna").leads_to("") == "lab/tree/00_all_lessons.md"
    # Our settings of JupyterLab hold, as at home: no pop-up with news.
    assert "@jupyterlab/apputils-extension:announcements" in hub.of("anna").ask("GET", "lab")


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_runs_a_lesson_through_the_proxy(hub: Hub, name: str, lesson: str) -> None:
    assert list(hub.of(name).run_lesson(lesson)) == []


def test_lessons_are_trusted_so_that_their_outputs_look_as_they_are_meant(hub: Hub) -> None:
    _, cells = hub.of("chris").open_lesson("01_responses")
    assert {cell["metadata"]["trusted"] for cell in cells} == {True}


def test_costs_and_progress_are_apart_and_the_room_sees_them(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, exercise in SOLVED.items():
        solve(hub, name, exercise)
    for name in LEARNERS:
        with closing(sqlite3.connect(hub.homes / name / DATA / "ledger.sqlite")) as ledger:
            assert {lesson for (lesson,) in ledger.execute(CALLS)} == set(LESSONS)
    monkeypatch.delenv("XDG_DATA_HOME")  # the Hub's learners have none
    asked = [sys.executable, "-m", "oaiworkbook.cli.main", "progress", str(hub.homes), "--json"]
    room = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    assert room["left_out"] == []
    assert {
        name: [exercise for exercise, each in person["checked"].items() if "solved" in each]
        for name, person in room["people"].items()
    } == {name: [exercise] for name, exercise in SOLVED.items()}


def solve(hub: Hub, name: str, number: str) -> None:
    """Puts the reference into the exercise's cell, and runs the cell with the check."""
    lesson = next(path.stem for path in lessons.shipped() if path.name[:2] == number[:2])
    kernel, cells = hub.of(name).open_lesson(lesson)
    sources = ["".join(cell["source"]) for cell in cells]
    check = next(each for each in sources if f'check("{number}"' in each)
    told = hub.of(name).execute(kernel, [sources[0], checks._find(number).reference, check])
    assert "correct" in str(told[-1]), told


def test_in_replay_a_kernel_finds_no_key(hub: Hub) -> None:
    kernel, _ = hub.of("anna").open_lesson("00_start_here")
    code = "import os; print([name for name in os.environ if name.startswith('OPENAI_')])"
    assert hub.of("anna").execute(kernel, [code])[0][0]["text"] == "[]\n"
