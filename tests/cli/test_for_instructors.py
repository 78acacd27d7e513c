"""What an instructor runs: `progress FOLDER`, `doctor FOLDER`, `solutions`, `copy`, `run --changed`."""

import json
from pathlib import Path

import nbformat
import pytest

from oaiworkbook import settings
from oaiworkbook.course.exercises import progress

from .. import small_course as course
from ..authoring.course import lessons
from ..authoring.lesson import Lesson
from .conftest import Run


def keep(folder: Path, monkeypatch: pytest.MonkeyPatch, **outcomes: str) -> None:
    """Progress of one learner in `folder`; `_00_1="wrong correct"` are two checks of 00-1."""
    monkeypatch.setenv("OAIWORKBOOK_PROGRESS", str(folder))
    for name, said in outcomes.items():
        for outcome in said.split():
            progress.note(name[1:].replace("_", "-"), outcome)  # type: ignore[arg-type]


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """What a room has sent: one file in UTF-8, one as PowerShell writes it, and one that is no progress."""
    folder = tmp_path / "sent"
    folder.mkdir()
    solved = {f"_00_{number}": "correct" for number in (1, 2, 3)}
    for name, coding, outcomes in (
        ("anna", "utf-8", solved | {"_03_2": "wrong wrong"}),
        ("bo", "utf-16", {"_00_1": "wrong correct", "_03_2": "wrong"}),
    ):
        keep(tmp_path / name, monkeypatch, **outcomes)
        (folder / f"{name}.json").write_text(run("progress", "--json")[1], encoding=coding)
    (folder / "notes.txt").write_text("Chairs for thirty.", encoding="utf-8")
    (folder / "list.json").write_text('["anna", "bo"]', encoding="utf-8")
    return folder


def test_a_room_is_shown_from_what_learners_sent(sent: Path, run: Run) -> None:
    code, out, _ = run("progress", str(sent))
    lines = {line.split()[0]: line.split() for line in out.splitlines() if line}
    assert code == 0
    assert lines["anna"][1:4] == ["3", "5", "00"]
    assert lines["bo"][1:3] == ["1", "3"]
    assert "03 Streaming" in " ".join(lines["anna"])
    assert lines["03-2"] == ["03-2", "2", "0"]
    assert "00-1" not in lines
    assert "left out: notes.txt: not what the command writes with --json" in out
    assert "left out: list.json" in out
    assert out.endswith("2 learners.\n")


def test_a_room_is_shown_to_programs(sent: Path, run: Run) -> None:
    found = json.loads(run("progress", str(sent), "--json")[1])
    assert list(found["people"]) == ["anna", "bo"]
    assert found["people"]["bo"]["solved"] == 1
    assert found["people"]["anna"]["next"] == "03"
    assert found["unsolved"] == [{"exercise": "03-2", "tried": 2, "solved": 0}]
    assert [each["name"] for each in found["left_out"]] == ["list.json", "notes.txt"]


def test_a_room_is_shown_from_homes_and_nothing_is_written_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    hub = tmp_path / "hub"
    inside = settings.user_dir().relative_to(Path.home()) / "progress"
    keep(hub / "anna" / inside, monkeypatch, _00_1="correct")
    keep(hub / "bo" / "progress", monkeypatch, _00_1="wrong")
    keep(hub / "cleo", monkeypatch, _00_1="correct", _00_2="correct")
    (hub / "nobody").mkdir()
    broken = hub / "bo" / "progress" / "00-2.json"
    broken.write_text("{", encoding="utf-8")
    before = sorted(hub.rglob("*"))
    people = json.loads(run("progress", str(hub), "--json")[1])["people"]
    assert {name: each["solved"] for name, each in people.items()} == {
        "anna": 1,
        "bo": 0,
        "cleo": 2,
    }
    assert sorted(hub.rglob("*")) == before
    assert broken.read_text("utf-8") == "{"


def test_a_folder_without_learners_says_what_it_should_hold(tmp_path: Path, run: Run) -> None:
    for command, words in (("progress", "no progress"), ("doctor", "no files that")):
        code, _, err = run(command, str(tmp_path))
        assert (code, words in err) == (1, True)
        code, _, err = run(command, str(tmp_path / "gone"))
        assert (code, "is no folder" in err) == (1, True)


def test_doctor_tells_which_machines_of_a_room_are_ready(tmp_path: Path, run: Run) -> None:
    ready = run("doctor", "--json")[1]
    (tmp_path / "anna.json").write_text(ready, encoding="utf-8")
    assert run("doctor", str(tmp_path)) == (0, "ok       anna\n\n1 of 1 ready.\n", "")
    other = json.loads(ready)
    other["ok"] = False
    other["lines"][0] = {"status": "problem", "name": "Python", "text": "3.9.1 is too old"}
    (tmp_path / "bo.json").write_text(json.dumps(other), encoding="utf-8")
    code, out, _ = run("doctor", str(tmp_path))
    assert code == 1
    assert "problem  bo\n           Python: 3.9.1 is too old\n" in out
    assert out.endswith("1 of 2 ready.\n")
    found = json.loads(run("doctor", str(tmp_path), "--json")[1])
    assert (found["ok"], list(found["machines"])) == (False, ["anna", "bo"])


def test_solutions_hold_every_exercise_with_its_task_and_what_was_given(run: Run) -> None:
    code, out, _ = run("solutions")
    assert code == 0
    for path in lessons():
        lesson = Lesson.read(path)
        for number, _ in enumerate(lesson.tagged("check"), start=1):
            part = out.split(f"\n### {path.name[:2]}-{number}\n")[1].split("\n### ")[0]
            assert part.startswith(f"\n**{path.name[:2]}-{number}, "), part[:80]
            assert part.count("```python\n") >= 2
            assert "\n1. " in part
            assert "Given:" in part


def test_solutions_are_a_page_to_print_and_overwrite_nothing(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "booklet.html"
    assert run("solutions", "03", "-o", str(path))[0] == 0
    text = path.read_text("utf-8")
    assert '<html lang="en">' in text
    assert "<h2>03 Streaming</h2>" in text
    assert "<strong>03-1, complete.</strong>" in text
    code, _, err = run("solutions", "05", "-o", str(path))
    assert (code, path.read_text("utf-8")) == (1, text)
    assert "exists" in err
    assert run("solutions", "77")[0] == 1


def test_copy_brings_what_is_missing_and_overwrites_nothing(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "room" / "lessons"
    mine = folder / "03_streaming.ipynb"
    folder.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    everything = len(lessons())
    code, out, _ = run("copy", str(folder))
    assert (code, out) == (
        0,
        f"{everything - 1} lessons copied to {folder}, 1 left as they were.\n",
    )
    assert mine.read_text("utf-8") == "mine"
    assert len(list(folder.glob("*.ipynb"))) == everything
    assert run("copy", str(folder))[1].startswith(
        f"0 lessons copied to {folder}, {everything} left"
    )
    code, _, err = run("copy", str(mine))
    assert (code, f"Cannot put the lessons into {mine}" in err) == (1, True)


@pytest.mark.parametrize("made", [course.as_clone, course.as_wheel])
def test_run_changed_runs_what_is_not_the_courses_own(
    made: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    folder = made(tmp_path, monkeypatch)  # type: ignore[operator]
    mine = folder / "notebooks" if made is course.as_clone else Path.cwd()
    if made is course.as_wheel:
        run("copy", str(mine))
    assert run("run", "--changed") == (0, "Every lesson is the course's own.\n", "")
    changed = nbformat.read(mine / "03_streaming.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    changed.cells[0].source = "4 + 4"
    nbformat.write(changed, mine / "03_streaming.ipynb")  # type: ignore[no-untyped-call]
    course.notebook(mine / "42_mine.ipynb", "1 / 0")
    code, out, _ = run("run", "--changed")
    assert code == 1
    assert "ok      03_streaming" in out
    assert "FAILED  42_mine" in out
    assert "00_start_here" not in out
    assert run("run", "--changed", "03")[0] == 2


def test_run_changed_without_git_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    course.as_clone(tmp_path, monkeypatch)
    monkeypatch.setenv("PATH", "")
    code, _, err = run("run", "--changed")
    assert code == 1
    assert "Name them: oaiworkbook run 03 12" in err
