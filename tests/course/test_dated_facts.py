"""What ends is named with lesson, cell and successor before a learner meets it."""

import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from oaiworkbook import settings
from oaiworkbook.course import dated_facts, models
from oaiworkbook.errors import ModelsError, NotebookError

TODAY = date(2026, 11, 30)
MODELS = """
as_of = 2026-11-22
sources = { sdk = "the SDK" }
[roles]
chat = "new"
[[active]]
role = "chat"
source = "sdk"
models = ["new"]
[[ending]]
date = 2026-12-30
role = "chat"
source = "sdk"
models = ["old", "older"]
[[ending]]
date = 2026-10-01
role = "chat"
source = "sdk"
models = ["gone"]
"""
FACTS = """
as_of = 2026-11-30
[[fact]]
what = "The door closes"
date = 2027-01-10
instead = "the window"
source = "a page"
as_of = 2026-11-22
sentence = [{ lesson = "02", cell = "said", says = "closes", holds = "HOLDS" }]
[[fact]]
models = ["older", "unknown-here"]
sentence = [{ lesson = "02", cell = "said", says = "older", holds = "always" }]
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A course of one lesson, 02, with a Markdown cell `said` and one code cell."""

    def make(code: str = "1", *, tags: list[str] | None = None, holds: str = "always") -> Path:
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / "models.toml").write_text(MODELS, "utf-8")
        (tmp_path / "data" / "dated_facts.toml").write_text(FACTS.replace("HOLDS", holds), "utf-8")
        cells = [
            nbformat.v4.new_markdown_cell("The door closes, and older ends.", id="said"),
            nbformat.v4.new_code_cell(code, id="code", metadata={"tags": tags or []}),
        ]
        path = tmp_path / "notebooks" / "02_doors.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        monkeypatch.setattr(settings, "course_dir", lambda: tmp_path)
        monkeypatch.delenv("OAIWORKBOOK_DATA", raising=False)
        return path

    return make


def said(within: int = 60, on: date = TODAY) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in dated_facts.notices(within, on):
        found.setdefault(each.why, []).append(str(each))
    return found


def test_a_model_that_a_lesson_calls_is_named_with_its_cell_and_successor(
    course: Callable[..., Path],
) -> None:
    course('client.responses.create(model="old", input="hi")')
    line = "2026-12-30 · old · taught in 02_doors cell 2 · instead: new"
    assert said(30)["taught"] == [line]
    assert "taught" not in said(29)
    assert said(0, date(2027, 5, 1))["taught"] == [line], "once it has ended, it stays red"


def test_a_model_that_a_lesson_calls_counts_once_with_all_its_cells(
    course: Callable[..., Path],
) -> None:
    path = course('model = "old"')
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("ask(model='old')", id="more"))
    nbformat.write(notebook, path)
    [line] = said()["taught"]
    assert "taught in 02_doors cells 2, 3 ·" in line


def test_a_part_that_is_played_by_an_ending_model_is_named(course: Callable[..., Path]) -> None:
    course()
    path = settings.data_dir() / "models.toml"
    path.write_text(MODELS.replace('chat = "new"', 'chat = "old"'), "utf-8")
    assert said()["taught"] == [
        "2026-12-30 · old · taught in the part `chat` · instead: no replacement is known"
    ]


def test_a_cell_that_shows_the_way_off_is_listed_and_does_not_count(
    course: Callable[..., Path],
) -> None:
    course('client.responses.create(model="old")', tags=["ending"])
    assert said() == {
        "known": [
            "2026-12-30 · old, older · named in 02_doors cells 1, 2 · instead: new",
            "2027-01-10 · The door closes · named in 02_doors cell 1 · instead: the window",
        ]
    }
    assert said(30)["known"] == said()["known"][:1]


def test_a_name_in_a_longer_text_is_no_call(course: Callable[..., Path]) -> None:
    course('OLD = "old gone"\n# old\n"older than old"')
    assert "taught" not in said()


@pytest.mark.parametrize(
    ("holds", "false_on"),
    [
        ("always", []),
        ("until", ["2026-11-30", "2027-01-10", "2027-02-01"]),
        ("from", ["2026-11-30"]),
    ],
)
def test_a_sentence_is_named_when_a_day_makes_it_false(
    course: Callable[..., Path], holds: str, false_on: list[str]
) -> None:
    course(holds=holds)
    days = ["2026-11-30", "2027-01-10", "2027-02-01"]
    line = "2027-01-10 · The door closes · makes false 02_doors cell 1 · instead: the window"
    found = {day: said(60, date.fromisoformat(day)).get("false", []) for day in days}
    assert found == {day: [line] * (day in false_on) for day in days}


def test_a_sentence_that_holds_until_a_day_is_named_only_when_the_day_is_near(
    course: Callable[..., Path],
) -> None:
    course(holds="until")
    assert "false" in said(41)
    assert "false" not in said(40)


def test_the_dates_of_the_live_list_count_first(course: Callable[..., Path]) -> None:
    course('model="new"')
    listed = SimpleNamespace(id="new", shutdown_date="2026-12-05")
    client = SimpleNamespace(models=SimpleNamespace(list=lambda: [listed]))
    taught = [each for each in dated_facts.notices(60, TODAY, client) if each.why == "taught"]
    assert [(each.day, each.what) for each in taught] == [(date(2026, 12, 5), "new")]
    assert taught[0].places == "the part `chat`; 02_doors cell 2"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("date = 2027-01-10", "", "number 1: `date` is missing"),
        ("date = 2027-01-10", 'date = "2027-01-10"', "number 1: `date` must be a day"),
        ('holds = "always"', 'holds = "often"', "number 2: `holds` is 'often'"),
        ('says = "older", ', "", "number 2: .*says"),
        ("[[fact]]", "[[fact", "Cannot read .*dated_facts.toml"),
    ],
)
def test_a_wrong_table_says_file_and_entry(
    course: Callable[..., Path], old: str, new: str, says: str
) -> None:
    course(holds="from")
    path = settings.data_dir() / "dated_facts.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ModelsError, match=says) as caught:
        dated_facts.facts()
    assert "dated_facts.toml" in str(caught.value)


def test_a_broken_lesson_says_how_to_bring_it_back(course: Callable[..., Path]) -> None:
    course().write_text("{", "utf-8")
    with pytest.raises(NotebookError, match="oaiworkbook reset 02"):
        dated_facts.notices(60, TODAY)


def test_every_fact_of_the_shipped_table_is_about_something_known() -> None:
    text = (settings.course_dir() / "data" / "dated_facts.toml").read_text("utf-8")
    for entry in tomllib.loads(text)["fact"]:
        for name in entry.get("models", []):
            model = models.find(name)
            assert model is not None, name
            assert model.ends is not None, name


def test_on_the_day_of_the_table_nothing_that_is_taught_ends_within_60_days() -> None:
    found = dated_facts.notices(60, dated_facts.as_of())
    assert [str(each) for each in found if each.why != "known"] == []
    assert 0 < len(found) <= 10, "a list that nobody reads"


def test_the_shipped_course_turns_red_30_days_before_a_taught_model_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = (settings.course_dir() / "data" / "models.toml").read_text("utf-8")
    luna = '"gpt-6-luna", '
    assert table.count(luna) == 1
    table = table.replace(luna, "")
    table += (
        '\n[[ending]]\ndate = 2027-03-31\nrole = "chat"\nsource = "sdk"\nmodels = ["gpt-6-luna"]\n'
    )
    (tmp_path / "models.toml").write_text(table, "utf-8")
    monkeypatch.setenv("OAIWORKBOOK_DATA", str(tmp_path))
    found = dated_facts.notices(60, date(2027, 3, 1))
    [luna_line] = [each for each in found if (each.what, each.why) == ("gpt-6-luna", "taught")]
    lesson = json.loads((settings.course_dir() / "notebooks" / "01_responses.ipynb").read_text())
    first = next(
        number
        for number, cell in enumerate(lesson["cells"], start=1)
        if 'model="gpt-6-luna"' in "".join(cell["source"])
    )
    assert f"01_responses cells {first}, " in luna_line.places
