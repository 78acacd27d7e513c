"""The start page says what is solved and what is next, is written anew, and loses nothing of the learner's."""

import os
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import nbformat
import pytest

from oaiworkbook import check
from oaiworkbook.course import contents, lab, lessons, start_page
from oaiworkbook.course.exercises import progress
from oaiworkbook.errors import LessonError

from .. import small_course as course
from ..authoring.course import lessons as all_lessons
from ..authoring.lesson import Lesson

HEAD = "# {} · Title\n\n*30 minutes, and 5 for 2 exercises · costs USD 0 in replay, {} · nothing*"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two lessons with exercises and a head, in the learner's folder too."""
    shipped = course.as_wheel(tmp_path, monkeypatch) / "notebooks"
    for number, name, cost in (
        ("00", "00_start_here", "USD 0.0042 live"),
        ("03", "03_streaming", "at least USD 0.1 live (1 of 3 calls has no known price)"),
    ):
        checks = [f'check("{number}-{n}", ...)' for n in (1, 2)]
        path = course.notebook(shipped / f"{name}.ipynb", *checks)
        notebook = nbformat.read(path, 4)
        head = nbformat.v4.new_markdown_cell(HEAD.format(number, cost), id="head")
        notebook.cells.insert(0, head)
        nbformat.write(notebook, path)
    return lab.prepare()[0]


def written(folder: Path) -> str:
    start_page.write(folder)
    return (folder / start_page.NAME).read_text("utf-8")


def row(page: str, number: str) -> list[str]:
    (found,) = [line for line in page.splitlines() if line.startswith(f"| [{number} ")]
    return [cell.strip().replace("&nbsp;", " ") for cell in found.strip("|").split("|")]


def test_nothing_solved_begins_with_the_first_lesson(folder: Path) -> None:
    page = written(folder)
    assert "**Begin here: [00 Start here](00_start_here.ipynb)** · 0 of 4 exercises" in page
    link = "[00 Start here](00_start_here.ipynb)"
    assert row(page, "00") == [link, "**next**", "30 min", "5 min", "USD 0.0042"]
    link = "[03 Streaming](03_streaming.ipynb)"
    assert row(page, "03") == [link, "", "30 min", "5 min", "at least USD 0.10"]
    assert [part for part in contents.PARTS if f"| **{part}** |" in page] == ["Start", "Text"]


def test_what_is_solved_and_what_is_next_is_marked(folder: Path) -> None:
    progress.note("00-1", "wrong")
    page = written(folder)
    assert "**Next: [00 Start here]" in page
    assert row(page, "00")[1] == "0 of 2, **next**"
    for id_ in ("00-1", "00-2", "03-1"):
        progress.note(id_, "correct")
    page = written(folder)
    assert "**Next: [03 Streaming](03_streaming.ipynb)** · 3 of 4 exercises are solved." in page
    assert (row(page, "00")[1], row(page, "03")[1]) == ("✓ 2 of 2", "1 of 2, **next**")
    progress.note("03-2", "correct")
    page = written(folder)
    assert "**The course is done.** 4 of 4" in page
    assert "next" not in page


def test_a_lesson_that_is_not_there_is_no_link(folder: Path) -> None:
    (folder / "03_streaming.ipynb").unlink()
    page = written(folder)
    assert "| 03 Streaming |" in page
    assert "03_streaming.ipynb" not in page


def test_a_notebook_without_a_head_has_no_minutes(folder: Path) -> None:
    course.notebook(lessons.shipped()[0], "1")
    assert row(written(folder), "00")[1:] == ["", "", "", ""]


def test_every_lesson_of_the_course_has_a_title_a_head_and_its_tasks(tmp_path: Path) -> None:
    for path in all_lessons():
        (tmp_path / path.name).touch()
    page = written(tmp_path)
    for path in all_lessons():
        number, head = path.name[:2], contents.head(path)
        first = Lesson.read(path).notebook.cells[0].source
        assert head is not None
        assert f"# {number} · {contents.TITLES[number]}\n" in first
        assert f"*{head.reading} minutes, and {head.solving} for " in first
        assert f"in replay, {head.live.replace('unknown', 'an unknown amount')} live" in first
        assert row(page, number)[2:] == [
            f"{head.reading} min",
            f"{head.solving} min",
            head.live,
        ]
        sections = re.findall(rf"\]\({path.name}#(\S+?)\): {number}, ", page)
        headings = {each.text.replace(" ", "-") for each in Lesson.read(path).headings}
        assert sections
        assert {each.replace("%28", "(").replace("%29", ")") for each in sections} <= headings


def test_a_page_that_the_learner_has_changed_is_kept(folder: Path) -> None:
    path = folder / start_page.NAME
    mine = written(folder) + "my note\n"
    path.write_text(mine, "utf-8")
    kept = start_page.write(folder)
    assert kept == folder / f"00_all_lessons.mine-{date.today()}.md"
    assert kept.read_text("utf-8") == mine
    assert "my note" not in path.read_text("utf-8")
    progress.note("00-1", "correct")
    assert start_page.write(folder) is None, "a page of ours is not kept"
    path.unlink()
    path.mkdir()
    (path / "inside.txt").touch()
    moved = start_page.write(folder)
    assert moved is not None
    assert (moved / "inside.txt").is_file()
    assert path.is_file()


def test_a_page_that_says_the_same_is_not_written_again(folder: Path) -> None:
    written(folder)
    path = folder / start_page.NAME
    os.utime(path, (1, 1))
    written(folder)
    assert path.stat().st_mtime == 1


def test_a_check_writes_the_page_of_its_own_jupyterlab_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = folder / start_page.NAME
    check("00-1", "wrong")
    assert not page.exists(), "no JupyterLab has one"
    monkeypatch.setenv("OAIWORKBOOK_START", str(page))
    check("00-1", "wrong")
    assert row(page.read_text("utf-8"), "00")[1] == "0 of 2, **next**"


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_page_that_cannot_be_written_stops_no_check(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written(folder)
    monkeypatch.setenv("OAIWORKBOOK_START", str(folder / start_page.NAME))
    real, ours = os.replace, start_page.NAME
    monkeypatch.setattr(os, "replace", lambda a, b: full() if b.name == ours else real(a, b))
    assert "not" in str(check("00-1", "wrong"))
    assert (folder / start_page.NAME).read_text("utf-8") == before
    assert progress.read()["00-1"]["tries"] == 1


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The command lines that JupyterLab was to start with; it is not started."""
    found: list[Sequence[str]] = []
    monkeypatch.setattr(lab, "environment", dict)
    monkeypatch.setenv("OAIWORKBOOK_START", "")
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", lambda argv: found.append(argv))
    return found


def test_lab_opens_the_page_and_a_number_its_lesson(
    folder: Path, launched: list[Sequence[str]]
) -> None:
    lab.start()
    assert f"--LabApp.default_url=/lab/tree/{start_page.NAME}" in launched[-1]
    assert os.environ["OAIWORKBOOK_START"] == str(folder / start_page.NAME)
    (folder / start_page.NAME).unlink()
    lab.start("03")
    assert "--LabApp.default_url=/lab/tree/03_streaming.ipynb" in launched[-1]
    assert (folder / start_page.NAME).is_file()


def test_lab_where_nothing_can_be_written_opens_a_lesson_and_says_so(
    folder: Path,
    launched: list[Sequence[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(LessonError, match="No space left"):
        start_page.write(folder)
    lab.start()
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in launched[-1]
    assert os.environ["OAIWORKBOOK_START"] == ""
    said = capsys.readouterr().err
    assert str(folder / start_page.NAME) in said
    assert "No space left on device" in said
    assert "`oaiworkbook progress`" in said


def test_lab_says_where_the_learner_s_own_page_is_kept(
    folder: Path, launched: list[Sequence[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / start_page.NAME).write_text("mine", "utf-8")
    lab.start()
    assert f"kept as 00_all_lessons.mine-{date.today()}.md" in capsys.readouterr().out


def test_the_page_is_in_the_folder_that_jupyterlab_shows(
    folder: Path, launched: list[Sequence[str]], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    lab.start(extra=[f"--ServerApp.root_dir={other}"])
    assert list(other.iterdir()) == [], "it has no lessons"
    (other / "03_streaming.ipynb").write_bytes((folder / "03_streaming.ipynb").read_bytes())
    lab.start(extra=[f"--ServerApp.root_dir={other}"])
    assert (other / start_page.NAME).is_file()
    assert not (folder / start_page.NAME).exists()


def test_a_second_lab_on_the_same_folder_says_so(
    folder: Path,
    launched: list[Sequence[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    servers = [
        {"root_dir": str(folder), "url": "http://localhost:8888/"},
        {"root_dir": str(folder.parent), "url": "http://localhost:8889/"},
    ]
    monkeypatch.setattr("jupyter_server.serverapp.list_running_servers", lambda: iter(servers))
    lab.start()
    said = capsys.readouterr().out
    assert said.count("runs on this folder already") == 1
    assert "http://localhost:8888/" in said
    assert launched
