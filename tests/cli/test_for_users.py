"""`progress`, `cell`, and what commands write for programs."""

import csv
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import nbformat
import pytest

from oaiworkbook.course import solved, start_page
from oaiworkbook.course.exercises import progress
from oaiworkbook.course.notebook import StartLine
from oaiworkbook.money.ledger import Call, default_ledger

from .. import small_course as course
from ..authoring.course import lessons
from ..authoring.lesson import Lesson
from .conftest import Run


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "progress"
    monkeypatch.setenv("OAIWORKBOOK_PROGRESS", str(folder))
    return folder


def by_number(run: Run) -> dict[str, dict[str, object]]:
    return {each["number"]: each for each in json.loads(run("progress", "--json")[1])["lessons"]}


def test_progress_knows_every_lesson_and_its_exercises(run: Run) -> None:
    found = by_number(run)
    assert list(found) == [path.name[:2] for path in lessons()]
    for path in lessons():
        lesson = Lesson.read(path)
        mine = found[path.name[:2]]
        assert mine["exercises"] == len(lesson.tagged("check"))
        assert f"# {mine['number']} · {mine['title']}\n" in lesson.notebook.cells[0].source
        assert (mine["solved"], mine["tries"]) == (0, 0)


def test_progress_counts_what_is_solved_and_names_what_is_next(run: Run) -> None:
    assert "Next: 00 " in run("progress")[1]
    for id_ in ("00-1", "00-2", "00-3"):
        progress.note(id_, "correct")
    assert "Next: 01 " in run("progress")[1]
    progress.note("05-2", "wrong")
    progress.note("05-2", "correct")
    progress.note("05-3", "wrong")
    code, out, _ = run("progress")
    assert code == 0
    assert "Next: 05 Structured outputs (oaiworkbook lab 05)" in out
    (line,) = [each for each in out.splitlines() if each.lstrip().startswith("05")]
    assert line.split() == ["05", "Structured", "outputs", "begun", "1", "of", "3", "3"]
    assert "4 of " in out
    for id_ in ("05-1", "05-3"):
        progress.note(id_, "correct")
    assert "Next: 06 " in run("progress")[1]
    assert by_number(run)["05"]["solved"] == 3


def test_a_course_that_is_done_has_no_next_lesson() -> None:
    done = solved.Lesson("00", "Start here", exercises=2, solved=2, tries=2)
    assert solved.Progress([done], {}).next is None
    assert "The course is done." in repr(solved.Progress([done], {}))
    left = solved.Lesson("01", "Responses", exercises=3, solved=0, tries=0)
    last = solved.Lesson("02", "Chat", exercises=3, solved=3, tries=3)
    assert solved.Progress([done, left, last], {}).next == left


def test_the_start_line_tells_progress_once_there_is_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "03_streaming")
    assert len(repr(StartLine()).splitlines()) == 1
    for id_ in ("00-1", "00-2", "00-3", "03-1"):
        progress.note(id_, "correct")
    line = "03: 1 of 3 exercises solved · done: 00"
    assert repr(StartLine()).splitlines()[1] == line
    assert f"<br>{line}</small>" in StartLine()._repr_html_()
    monkeypatch.delenv("OAIWORKBOOK_LESSON")
    assert repr(StartLine()).splitlines()[1] == "done: 00 · next: 03 Streaming"
    for id_ in ("03-2", "03-3"):
        progress.note(id_, "correct")
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "03_streaming")
    line = "03: 3 of 3 exercises solved · done: 00, 03 · next: 04 Conversation state"
    assert repr(StartLine()).splitlines()[1] == line


def test_the_start_line_leads_to_the_start_page_of_its_jupyterlab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    progress.note("00-1", "correct")
    page = tmp_path / start_page.NAME
    monkeypatch.setenv("OAIWORKBOOK_START", str(page))
    assert "<a href" not in StartLine()._repr_html_()
    page.touch()
    assert f' · <a href="{page.name}">all lessons</a></small>' in StartLine()._repr_html_()
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")
    assert "<a href" not in StartLine()._repr_html_()


def test_the_start_line_survives_a_folder_that_cannot_be_read(
    own_progress: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_progress.mkdir()
    (own_progress / "00-1.json").mkdir()
    assert "mode replay" in repr(StartLine())


def test_lessons_in_a_row_are_told_as_a_range() -> None:
    assert solved.ranges(["00", "01", "02", "05", "07", "08"]) == "00 to 02, 05, 07 to 08"


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_cell_gives_the_cell_to_copy_as_a_program(path: Path, run: Run) -> None:
    code, out, _ = run("cell", path.name[:2])
    ((_, cell),) = Lesson.read(path).tagged("copy")
    first, second, empty, *rest = out.splitlines()
    assert code == 0
    assert (first, empty) == (f"# oaiworkbook, lesson {path.name[:2]}, licence MIT.", "")
    assert second.startswith("# pip install ")
    assert "openai" in second
    assert "\n".join(rest) == cell.source.rstrip()
    compile(out, "copied.py", "exec")


def test_cell_names_what_pip_installs(run: Run) -> None:
    assert run("cell", "12")[1].splitlines()[1] == '# pip install "openai[realtime]"'
    assert run("cell", "05")[1].splitlines()[1] == "# pip install openai pydantic"


def test_cell_writes_a_new_file_and_overwrites_none(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "triage.py"
    assert run("cell", "05", "-o", str(file)) == (0, f"Written to {file}.\n", "")
    assert file.read_text("utf-8") == run("cell", "05")[1]
    code, _, err = run("cell", "05", "-o", str(file))
    assert (code, "File exists" in err) == (1, True)


def test_a_notebook_without_the_cell_says_how_to_bring_it_back(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = course.as_wheel(tmp_path, monkeypatch)
    code, _, err = run("cell", "03")
    assert code == 1
    assert "0 cells tagged `copy`. `oaiworkbook reset 03`" in err
    (folder / "notebooks" / "03_streaming.ipynb").write_text("{", "utf-8")
    code, _, err = run("cell", "03")
    assert (code, "Cannot read" in err) == (1, True)


def test_costs_are_written_for_programs_and_unknown_is_not_zero(run: Run) -> None:
    shown = {"ts": time.time(), "mode": "replay", "endpoint": "responses", "http_status": 200}
    default_ledger().add(Call(**shown, model="m-1", input_tokens=7, cost_usd=Decimal("0.0000002")))
    default_ledger().add(Call(**shown, model="m-1"))
    default_ledger().add(Call(**shown, model="m-2"))
    rows = json.loads(run("costs", "--json")[1])
    assert [(row["model"], row["unknown_calls"], row["cost_usd"]) for row in rows] == [
        ("m-1", 1, 2e-07),
        ("m-2", 1, None),
    ]
    table = list(csv.DictReader(io.StringIO(run("costs", "--csv")[1])))
    assert [(row["model"], row["cost_usd"]) for row in table] == [("m-1", "0.0000002"), ("m-2", "")]
    assert {row["charged"] for row in table} == {"False"}
    assert set(rows[0]) == set(table[0])


def test_costs_of_an_empty_log_are_an_empty_list_and_a_head(run: Run) -> None:
    assert run("costs", "--json") == (0, "[]\n", "")
    assert run("costs", "--by", "day", "--csv") == (0, "day,cost_usd\n", "")
    assert run("costs", "--open", "--csv")[0] == 2


def test_doctor_is_written_for_programs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run("doctor", "--json")
    report = json.loads(out)
    assert (code, report["ok"], report["verdict"]) == (0, True, "No problem found.")
    assert {"status", "name", "text"} == set(report["lines"][0])
    monkeypatch.setenv("OAIWORKBOOK_MODE", "fast")
    code, out, _ = run("doctor", "--json")
    report = json.loads(out)
    assert (code, report["ok"]) == (1, False)
    assert "mode" in [line["name"] for line in report["lines"] if line["status"] == "problem"]


@pytest.mark.parametrize("place", [course.as_wheel, course.as_clone])
def test_reset_all_brings_every_lesson_back_and_keeps_mine(
    place: Callable[..., Path], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place(tmp_path, monkeypatch)
    mine = folder / "notebooks" if place is course.as_clone else Path.cwd()
    run("reset", "--all")  # a wheel's lessons are not there yet
    assert run("reset", "--all") == (0, "Every lesson is the course's own.\n", "")
    course.notebook(mine / "03_streaming.ipynb", "'mine'")
    code, out, _ = run("reset", "--all")
    assert code == 0
    assert (
        "03_streaming.ipynb is the course's own again; yours is kept as 03_streaming.mine-" in out
    )
    assert "00_start_here" not in out
    assert "1 lesson was brought back." in out
    assert nbformat.read(mine / "03_streaming.ipynb", 4).cells[0].source == "2 + 2"
    (kept,) = mine.glob("03_streaming.mine-*.ipynb")
    assert nbformat.read(kept, 4).cells[0].source == "'mine'"


def test_reset_wants_a_lesson_or_all(run: Run) -> None:
    for words in (("reset",), ("reset", "03", "--all")):
        code, _, err = run(*words)
        assert (code, "name a lesson" in err) == (2, True)


def test_the_new_commands_need_nothing_of_the_course() -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('jupyterlab', 'nbformat', 'matplotlib')))\n"
        "from oaiworkbook.cli import main as cli\n"
        "sys.exit(cli.main(['progress', '--json']) or cli.main(['cell', '05']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
