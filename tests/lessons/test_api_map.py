"""The map of the API: it has all that the SDK has and no more, and says which lessons run what."""

import re
import warnings
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from oaiworkbook.course import api_map
from oaiworkbook.course.api_map import Map, Row
from oaiworkbook.course.contents import TITLES

from .. import small_course
from ..authoring import api_map as authoring
from ..authoring.__main__ import main
from ..authoring.api_runs import Runs, client_options, named, own_cells, runs, unexplained
from ..authoring.api_surface import MAIN, surface
from ..authoring.lesson import Lesson, parsed
from ..authoring.surroundings import ROOT
from ..authoring.versions import CONSTRAINTS, pins

MEND = "run: python -m tests.authoring api"


@lru_cache(maxsize=1)
def ran() -> Runs:
    return runs()


def the_map() -> Map:
    return api_map.read()


def only_of_the_sdk_here(rows: Map) -> Map:
    theirs = surface()
    return replace(rows, rows=tuple(row for row in rows.rows if (row.kind, row.name) in theirs))


def without(name: str) -> Map:
    rows = tuple(row for row in the_map().rows if row.name != name)
    assert len(rows) < len(the_map().rows)
    return replace(the_map(), rows=rows)


def with_row(row: Row) -> Map:
    """The map with this row in the place of the one of its name, or beside all."""
    rest = [each for each in the_map().rows if (each.kind, each.name) != (row.kind, row.name)]
    return replace(the_map(), rows=(*rest, row))


def test_it_has_every_method_parameter_tool_and_event_and_no_more() -> None:
    found = authoring.differences(the_map())
    if authoring.is_of_this_sdk(the_map()):
        assert found == [], MEND
    elif found:  # the weekly job names them in its issue
        warnings.warn("\n".join(authoring.other_sdk()), stacklevel=1)


def test_it_is_of_the_version_that_is_fixed() -> None:
    fixed = pins(CONSTRAINTS.read_text("utf-8"))["openai"][0][0]
    assert the_map().sdk == str(fixed), MEND


def test_the_lessons_of_each_row_are_those_that_run_it() -> None:
    assert list(authoring.untrue(only_of_the_sdk_here(the_map()), ran())) == [], MEND


def test_every_word_is_true() -> None:
    assert list(authoring.wrong_words(the_map())) == []
    used = {row.word for row in the_map().rows} - {""}
    planned = {"to come in NN"} if not the_map().planned else set()
    assert used | planned == set(the_map().legend)


@pytest.mark.parametrize(
    "name", ["responses.create", "batches.create(metadata)", "shell", "response.completed"]
)
def test_a_row_that_is_taken_out_is_missed(name: str) -> None:
    new = set(authoring.differences(without(name))) - set(authoring.differences(the_map()))
    assert [each.rpartition(" ")[2] for each in new] == [name]
    assert all("the map lacks the" in each for each in new)


def test_a_row_that_the_sdk_does_not_have_is_named() -> None:
    found = authoring.differences(with_row(Row("method", "responses.sing", word="beta")))
    assert any(re.fullmatch(r"openai \S+ has no method responses.sing", each) for each in found)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (Row("method", "images.edit", word="beta"), "run in 11, the map says beta"),
        (Row("method", "images.edit", ("11", "12")), "run in 11, the map says 11 12"),
        (Row("method", "audio.translations.create", ("12",)), "no lesson runs it"),
        (Row("parameter", "images.edit(mask)", word="no lesson"), "run in 11"),
        (Row("tool of Responses", "mcp", word="no lesson"), "run in 09"),
        (Row("event that Realtime sends", "response.done", ("14",)), "run in 12 13 14"),
    ],
    ids=lambda each: each.name if isinstance(each, Row) else "",
)
def test_a_row_that_is_not_true_is_named(row: Row, says: str) -> None:
    [found] = authoring.untrue(only_of_the_sdk_here(with_row(row)), ran())
    assert f"the {row.kind} {row.name}: " in found
    assert says in found


@pytest.mark.parametrize(
    ("word", "of", "says"),
    [
        ("to come in NN", "99", "neither there nor planned"),
        ("named in NN", "00", "does not name it"),
        ("not streamed in NN", "99", "no such lesson"),
        ("sibling of NAME", "images.draw", "no other row"),
        ("sibling of NAME", "images.create_variation", "no other row"),
        ("sibling of NAME", "safety.alerts.retrieve", "no lesson shows"),
        ("replaced by NAME", "mask", "no other row"),
    ],
)
def test_a_word_that_is_not_true_is_named(word: str, of: str, says: str) -> None:
    row = Row("method", "images.create_variation", word=word, of=of)
    found = list(authoring.wrong_words(with_row(row)))
    assert any("images.create_variation" in each and says in each for each in found), found


def test_a_planned_lesson_that_is_there_is_named() -> None:
    planned = {**the_map().planned, "03": "Streaming"}
    assert "[planned] 03: the lesson is there" in authoring.wrong_words(
        replace(the_map(), planned=planned)
    )


def test_only_what_a_cell_calls_on_a_client_counts() -> None:
    def of(source: str) -> set[str]:
        tree = parsed(source)
        assert tree is not None
        return named([tree])

    assert of("client.files.list()") == {"files.list"}
    assert of("client.with_options(timeout=9).files.with_raw_response.list()") == {"files.list"}
    assert of("run(client.files.list)") == {"files.list"}
    assert of("client.vector_stores.files.list()") == {"vector_stores.files.list"}
    assert of("def send(at):\n    at.create()\nsend(client.embeddings)") == {"embeddings.create"}
    assert of("models.list()") == of("'client.files.list()'") == of("client.files") == set()
    tree = parsed("OpenAI(timeout=9).with_options(max_retries=0); print(sep='', timeout=1)")
    assert tree is not None
    assert client_options([tree]) == {"timeout", "max_retries"}


def test_an_exercise_a_check_and_a_question_of_ones_own_do_not_count(tmp_path: Path) -> None:
    path = small_course.notebook(
        tmp_path / "03_x.ipynb",
        "client.files.list()",
        "client.files.delete('x')",
        "client.files.create()",
        "client.files.content('x')",
        "run('support_desk.py')",
    )
    lesson = Lesson.read(path)
    for cell, tag in zip(lesson.notebook.cells[1:4], ("exercise", "check", "own"), strict=True):
        cell.metadata["tags"] = [tag]
    of_the_program = {"embeddings.create", "responses.create"}
    assert named(own_cells(lesson)) == {"files.list", *of_the_program}


def test_every_recorded_request_is_explained_by_a_call() -> None:
    helper = ("09 POST /v1/files", "09 GET /v1/vector_stores/")  # inside files.upload_and_poll
    assert [each for each in unexplained() if not each.startswith(helper)] == []


def test_the_main_calls_are_methods_and_every_lesson_runs_something() -> None:
    names = {row.name for row in the_map().rows}
    assert set(MAIN) - {"OpenAI"} <= names
    assert {number for each in ran().values() for number in each} == set(TITLES)


def test_the_lessons_are_written_into_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    text = authoring.FILE.read_text("utf-8")
    assert authoring.with_lessons(text, the_map(), ran()) == text
    more = {**ran(), ("method", "webhooks.create"): {"17"}, ("method", "responses.create"): {"99"}}
    more["parameter", "images.edit(mask)"] = {"10", "11"}
    made = authoring.with_lessons(text, the_map(), more).splitlines()
    changed = [line for line in made if line not in text.splitlines()]
    assert changed == [
        '"responses.create" = "99"',
        '"webhooks.create" = "17"',
        'mask = "11 10"',
    ]


def test_each_task_leads_to_a_section_and_each_lesson_has_one() -> None:
    assert list(authoring.wrong_tasks(the_map())) == []
    assert len(the_map().tasks) >= 60
    wrong = replace(the_map(), tasks=(api_map.Task("Sing", "03", "Singing"),))
    found = list(authoring.wrong_tasks(wrong))
    assert "'Sing': lesson 03 has no section 'Singing'" in found
    assert "lesson 04 has no task" in found


def test_the_page_of_tasks_is_made_from_the_map() -> None:
    page = authoring.PAGE.read_text("utf-8")
    assert authoring.page(the_map()) == page, MEND
    links = re.findall(r"\]\(\.\./(notebooks/[^#)]+)#([^)]+)\) \|$", page, re.MULTILINE)
    assert len(links) == len(the_map().tasks)
    for file, anchor in links:
        headings = [each.text.replace(" ", "-") for each in Lesson.read(ROOT / file).headings]
        assert unquote(anchor) in headings


def test_one_command_says_whether_all_is_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(authoring, "renew", lambda: ["the map lacks the method files.sing"])
    monkeypatch.setattr("tests.authoring.readme.renew", lambda: None)
    assert main(["api"]) == 1
    assert capsys.readouterr().out == "the map lacks the method files.sing\n"
    monkeypatch.setattr(authoring, "renew", list)
    assert main(["api"]) == 0
    assert capsys.readouterr().out == "api.toml: all well\n"
    monkeypatch.setattr(authoring, "differences", lambda _: ["the map lacks the method files.sing"])
    assert main(["api", "--check"]) == 1
    assert capsys.readouterr().out == "the map lacks the method files.sing\n"


def test_another_sdk_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authoring.openai, "__version__", "99.0")
    monkeypatch.setattr(authoring, "differences", lambda _: ["the map lacks the method files.sing"])
    assert not authoring.is_of_this_sdk(the_map())
    lines = list(authoring.other_sdk())
    assert f"openai {the_map().sdk}. Here it is 99.0" in lines[0]
    assert lines[-1] == "- the map lacks the method files.sing"
    with pytest.warns(UserWarning, match=r"files\.sing"):
        test_it_has_every_method_parameter_tool_and_event_and_no_more()
