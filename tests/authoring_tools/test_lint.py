"""The lint of lessons: a lesson that fits passes, and each rule alone notices what it is for."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest

from oaiworkbook.course import checks, dated_facts

from .. import a_lesson
from ..authoring.lesson import Lesson
from ..authoring.lint import check, lint, rules
from ..authoring.slides import slide_types

NAME = "98_small_talk.ipynb"
PNG = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture(autouse=True)
def its_exercises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lesson_98.py").write_text(a_lesson.EXERCISES)
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "oaiworkbook.course.checks.lesson_98", raising=False)


def onto_slides(notebook: Any) -> None:
    """Puts cells that are on no slide onto one, as a build does."""
    for each, kind in zip(notebook.cells, slide_types(notebook), strict=True):
        each.metadata.setdefault("slideshow", {"slide_type": kind})


def found(notebook: Any, path: Path = Path(NAME)) -> dict[str, str]:
    """Rule -> what it says."""
    onto_slides(notebook)
    problems: dict[str, str] = {}
    for each in check(Lesson(path, notebook)):
        problems[each.rule] = "; ".join(filter(None, (problems.get(each.rule), each.message)))
    return problems


def test_a_lesson_that_fits_passes() -> None:
    assert found(a_lesson.notebook()) == {}


def cell(notebook: Any, words: str) -> Any:
    """The one cell whose source begins with `words`."""
    (only,) = (each for each in notebook.cells if each.source.startswith(words))
    return only


def replaced(words: str, old: str, new: str) -> Callable[[Any], None]:
    def change(notebook: Any) -> None:
        target = cell(notebook, words)
        assert old in target.source
        target.source = target.source.replace(old, new)

    return change


def added(words: str, text: str) -> Callable[[Any], None]:
    def change(notebook: Any) -> None:
        target = cell(notebook, words)
        target.source += text

    return change


def tagged(words: str, *tags: str) -> Callable[[Any], None]:
    return lambda notebook: cell(notebook, words).metadata.update(tags=list(tags))


def removed(words: str) -> Callable[[Any], None]:
    return lambda notebook: notebook.cells.remove(cell(notebook, words))


def outputs(words: str, **data: str) -> Callable[[Any], None]:
    named = {kind.replace("_", "/", 1): text for kind, text in data.items()}

    def change(notebook: Any) -> None:
        new = nbformat.v4.new_output("display_data", data=named)
        cell(notebook, words).outputs.append(nbformat.from_dict(new))

    return change


def printed(words: str, text: str) -> Callable[[Any], None]:
    def change(notebook: Any) -> None:
        cell(notebook, words).outputs[0].text = text

    return change


def moved(words: str, place: int) -> Callable[[Any], None]:
    def change(notebook: Any) -> None:
        target = cell(notebook, words)
        notebook.cells.remove(target)
        notebook.cells.insert(place, target)

    return change


def counted(notebook: Any) -> None:
    code = [each for each in notebook.cells if each.cell_type == "code"]
    for number, each in enumerate(code, start=1):
        each.execution_count = number


def more_cells(kind: str, number: int, source: str = "one = 1") -> Callable[[Any], None]:
    def change(notebook: Any) -> None:
        make = getattr(nbformat.v4, f"new_{kind}_cell")
        new = [nbformat.from_dict(make(source)) for _ in range(number)]
        notebook.cells[14:14] = new
        counted(notebook)

    return change


def predicted(notebook: Any) -> None:
    place = notebook.cells.index(cell(notebook, "**Change one thing.**"))
    notebook.cells[place - 2].source += "\n\n**Predict:** what comes?"


def words_added(number: int) -> Callable[[Any], None]:
    return added("## Start", " word." * number)


def set_in(words: str, name: str, value: Any) -> Callable[[Any], None]:
    return lambda notebook: cell(notebook, words).update({name: value})


def replaced_check(old: str, new: str) -> Callable[[Any], None]:
    def change(notebook: Any) -> None:
        (check,) = (each for each in notebook.cells if f'check("{old}"' in each.source)
        check.source = check.source.replace(old, new)

    return change


CASES: list[tuple[str, str, Callable[[Any], None]]] = [
    (
        "dated_sentences",
        'will make "It ends on 2099-01-06."',
        added("## Start", " It ends on 2099-01-06."),
    ),
    ("dated_sentences", "in May 2099", added("## Start", " It ends in May 2099.")),
    ("dated_sentences", "6 January 2099", added("## Start", "\n\n| a | 6 January 2099 |\n")),
    ("dated_sentences", "from 2099 on", added("## Start", " Take another from 2099 on.")),
    ("dated_sentences", "has 53 days", added("## Start", " Stennick has 53 days.")),
    ("named_sdk", "SDK 3.1", added("## Start", " It works in SDK 3.1.")),
    ("sections", "add one section '## What it costs'", replaced("## What", "## What", "### What")),
    ("sections", "two or three steps", replaced("## Step 2", "## Step", "### Step")),
    ("sections", "in this order", moved("## What it costs", 4)),
    ("single_title", "2 found", added("## Start", "\n\n# Another title")),
    ("heading_order", "skips a heading level", replaced("## Exercises", "###", "####")),
    ("generated_lines", "header is missing", replaced("# Small", "generated: header", "header")),
    ("generated_lines", "footer is missing", replaced("## Go", "generated: footer", "footer")),
    ("goals", "there are 2", replaced("## You", "- count\n", "")),
    ("recall", "fold 4 recall questions", replaced("## Recap", "<summary>", "<b>")),
    ("recall", "an earlier lesson", replaced("## Recap", "From lesson 01", "From lesson 99")),
    ("number_of_cells", "51 cells; 30 to 50", more_cells("markdown", 20, "Words.")),
    ("number_of_code_cells", "27 code cells", more_cells("code", 11)),
    ("number_of_words", "words of prose; 900", words_added(600)),
    ("lines_of_code", "17 lines of code", added("total = 1", "\nx = 1" * 16)),
    ("lines_of_code", "31 lines of code; split it, 30", added("from openai", "\nx = 1" * 22)),
    ("first_answer", "first answer", replaced("response = client", "client", "other")),
    ("start_cell", "load_ext", replaced("try:", "%load_ext oaiworkbook\n", "pass\n")),
    ("file_size", "KB; show less output", printed("print('USD", "x" * 60_000)),
    ("change_one_thing", "at least one change", replaced("**Change", "one thing.**", "it.**")),
    ("execution_counts", "not 1, 2, 3", set_in("total = 1", "execution_count", None)),
    ("outputs_present", "no stored output", set_in("count = 4", "outputs", [])),
    ("outputs_present", "no stored output", set_in("for n in", "outputs", [])),
    ("errors_where_meant", "no error is stored", set_in("1 / 0", "outputs", [])),
    ("errors_where_meant", "stores an error", tagged("1 / 0")),
    ("known_tags", "remove the tag 'hide'", tagged("total = 1", "hide")),
    ("few_ignored_outputs", "in place of the nbval comment", added("total", "\n# NBVAL_SKIP")),
    ("clean_metadata", "metadata 'collapsed'", set_in("total", "metadata", {"collapsed": True})),
    (
        "clean_metadata",
        "the kernel is not python3",
        lambda n: n.metadata.kernelspec.update(name="x"),
    ),
    ("clean_metadata", "the language's name", lambda n: n.metadata.update(orphan={})),
    ("clean_metadata", "attached picture", set_in("## Start", "attachments", {"a.png": {}})),
    (
        "slides",
        "cell 9: among the slides it is to be a fragment",
        set_in("sizes", "metadata", {"slideshow": {"slide_type": "notes"}}),
    ),
    ("cell_ids", "2 cells have the id", set_in("total = 1", "id", "cell-1")),
    (
        "no_interactive_outputs",
        "widget-view",
        outputs("total", **{"application_vnd.jupyter.widget-view+json": "{}"}),
    ),
    (
        "no_keys",
        "source holds something like a key",
        added("total", "\nkey = 'sk-" + "a1" * 12 + "'"),
    ),
    ("no_keys", "output holds something like a key", printed("print('USD", "sk-proj-" + "b2" * 20)),
    ("no_machine_paths", "'/home/a'", printed("print('USD", "/home/ada/course/x.py")),
    ("no_machine_paths", "'C:", added("total", "\np = r'C:\\Users\\ada'")),
    ("one_dollar_at_most", "two dollar signs", added("## Start", " $1 and $2")),
    ("one_dollar_at_most", "text/html output", outputs("total", text_html="<b>$1</b> or $2")),
    ("lists_begin_with_one", "'31.' begins a list", added("## Start", "\n\n31. It is so.")),
    ("valid_code", "not Python", replaced("total = 1", "=", "= =")),
    ("model_names", "gpt-9-max is not in", added("## Start", " `gpt-9-max`")),
    ("model_names", "gpt-4-turbo is shut down", added("total", '\nm = "gpt-4-turbo"')),
    ("alt_texts", "no alt text", added("## Start", " ![](http://x.org/a.png)")),
    ("alt_texts", "in its output", outputs("total", text_html=f'<img src="{PNG}" alt="">')),
    ("alt_texts", "show.figure", outputs("total", image_png="iVBORw0KGgo=")),
    ("links", "leads nowhere", added("## Start", " [Streaming](03_nowhere.ipynb)")),
    ("links", "say where it leads", added("## Start", " [here](https://example.org)")),
    ("calm_prose", "exclamation mark", added("## Start", " Well done!")),
    ("calm_prose", "emoji", added("## Start", " \U0001f680")),
    ("variants_apply", "exactly once", replaced("**Change", "`1, 2`", "`7`")),
    ("variants_apply", "in this form", replaced("**Change", "run the cell", "run that cell")),
    ("variants_apply", "right beneath", moved("**Change", 10)),
    ("own_cell", "have no cell tagged own and no cell", tagged("total = 1", "own")),
    ("own_cell", "there are 0 and 1", added("## What it costs", "\n\n### Your own")),
    ("one_thing_a_line", "one name a line", added("total", "\none, two = 1, 2")),
    ("encodings", "`path.read_text`", added("total", "\npath.read_text()")),
    ("encodings", "`open`", added("total", "\nopen('notes.txt')")),
    ("one_thing_a_line", "join them", added("total", "\ntext = ''\ntext += 'more'")),
    (
        "skip_question",
        "**Skip this lesson?**",
        replaced("## You will", "**Skip this lesson?** Can", "Can"),
    ),
    ("answer_before_change", "first answer", predicted),
    (
        "recall",
        "leave the numbers",
        replaced("## Recap", "<summary>From", "<summary>1. From"),
    ),
    ("time_it_takes", "60 are the most", added("## Start", " **Predict:** what?" * 20)),
    ("common_words", "'stands'", added("## Start", " There it stands.")),
    ("common_words", "'one a line'", added("## Start", " The names are there, one a line.")),
    ("short_sentences", "26 words", added("## Start", " One" + " word" * 25 + ".")),
    ("numbers_have_a_source", "0.077 is in no output", added("## Start", " It costs USD 0.077.")),
    ("three_exercises", "there are 98-1, 98-2", replaced_check("98-3", "98-1")),
    ("three_exercises", "**98-2, build.**", replaced("### Exercise 2", "98-2", "2")),
    ("three_exercises", "put the check directly beneath", moved("### Exercise 3", 25)),
    ("copy_cell", "0 are tagged", tagged("from openai")),
    (
        "copy_cell",
        "take oaiworkbook out",
        replaced("from openai", "from openai", "from oaiworkbook"),
    ),
    (
        "copy_cell",
        "not ['requests']",
        replaced("from openai", "from openai", "import requests\nfrom openai"),
    ),
    ("copy_cell", "type hints for question", replaced("from openai", "question: str", "question")),
    ("copy_cell", "type hints for what it returns", replaced("from openai", " -> str", "")),
    ("copy_cell", "set a timeout", replaced("from openai", "timeout=30", "")),
    ("copy_cell", "__main__", replaced("from openai", "__main__", "main")),
    ("copy_cell", "under 'Copy this cell'", moved("## Copy", 28)),
]


@pytest.mark.parametrize(
    ("rule", "message", "change"),
    CASES,
    ids=[f"{rule}-{message[:30]}" for rule, message, _ in CASES],
)
def test_each_rule_alone_notices_what_it_is_for(
    rule: str, message: str, change: Callable[[Any], None]
) -> None:
    notebook = a_lesson.notebook()
    change(notebook)
    problems = found(notebook)
    assert list(problems) == [rule]
    assert message in problems[rule]


OWN_MISS = "no recorded answer for POST /v1/responses: this is a question of your own.\nGo live."


def with_own(notebook: Any, source: str = "mine = 1", evalue: str = OWN_MISS) -> Any:
    """The lesson with a place to play."""
    new = nbformat.v4
    miss = new.new_output("error", ename="RecordingNotFound", evalue=evalue, traceback=[])
    tags = {"tags": ["raises-exception", "own"]}
    place = notebook.cells.index(cell(notebook, "## Exercises"))
    notebook.cells[place:place] = [
        nbformat.from_dict(new.new_markdown_cell("### Your own")),
        nbformat.from_dict(new.new_code_cell(source, outputs=[miss], metadata=tags)),
    ]
    return notebook


def own_problem(notebook: Any) -> str:
    """What the rule says in a lesson that is to have a place to play."""
    return found(notebook, Path("08_small_talk.ipynb")).get("own_cell", "")


def test_five_lessons_have_a_place_to_play() -> None:
    assert own_problem(with_own(a_lesson.notebook())) == ""
    assert "have one code cell" in own_problem(a_lesson.notebook())
    assert "have no cell" in found(with_own(a_lesson.notebook()))["own_cell"]


@pytest.mark.parametrize("words", ["mine", "### Your own"])
def test_a_place_to_play_is_right_before_the_exercises(words: str) -> None:
    notebook = with_own(a_lesson.notebook())
    moved(words, 14)(notebook)
    assert "right between '### Your own' and '## Exercises'" in own_problem(notebook)


@pytest.mark.parametrize(
    "evalue",
    [
        "no recorded answer for POST /v1/responses with these inputs.\nnearest recording: 01",
        "another thing",
    ],
)
def test_a_place_to_play_stores_the_miss_of_a_question_of_ones_own(evalue: str) -> None:
    assert "is to miss a question" in own_problem(with_own(a_lesson.notebook(), evalue=evalue))


def test_a_place_to_play_stores_a_miss_at_all() -> None:
    notebook = with_own(a_lesson.notebook())
    cell(notebook, "mine").outputs = []
    assert "is to miss a question" in own_problem(notebook)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("total = 2", "total"),
        ("import json as total", "total"),
        ("def sizes(): ...", "sizes"),
        ("class sizes: ...", "sizes"),
        ("for count in (1, 2):\n    print(count)", "count"),
    ],
)
def test_nothing_depends_on_a_place_to_play(source: str, name: str) -> None:
    assert f"has the name `{name}` too" in own_problem(with_own(a_lesson.notebook(), source))


@pytest.mark.parametrize(
    "source",
    [
        "mine = [total for total in (1, 2)]",
        "class Mine:\n    total: int = 1",
        "def mine():\n    total = 1",
        "print(total)",
    ],
)
def test_names_that_a_place_to_play_does_not_leave_behind(source: str) -> None:
    assert own_problem(with_own(a_lesson.notebook(), source)) == ""


def test_the_name_of_the_file() -> None:
    assert list(found(a_lesson.notebook(), Path("98_Small-Talk.ipynb"))) == ["file_name"]


def test_reading_the_file_mends_nothing(tmp_path: Path) -> None:
    notebook = a_lesson.notebook()
    onto_slides(notebook)
    notebook.cells[3].id = notebook.cells[2].id
    path = tmp_path / NAME
    path.write_text(json.dumps(notebook), "utf-8")
    assert [each.rule for each in lint(path)] == ["cell_ids"]


def test_every_rule_is_tested() -> None:
    assert {rule.__name__ for rule in rules()} == {case[0] for case in CASES} | {
        "file_name",
        "listed_sentences",
    }


def test_a_message_of_a_rule_says_where() -> None:
    notebook = a_lesson.notebook()
    notebook.cells[2].source += " Well done!"
    onto_slides(notebook)
    (problem,) = check(Lesson(Path(NAME), notebook))
    assert str(problem) == "cell 3: end the sentence without an exclamation mark [calm_prose]"


@pytest.mark.parametrize(
    "text",
    [
        "`!important` and `x != y`",
        "```python\nprint('Well done!')\n```",
        "<!-- not shown! -->",
        "![A bar chart: two bars](../data/samples/x.png)",
    ],
)
def test_an_exclamation_mark_in_code_is_no_prose(text: str) -> None:
    notebook = a_lesson.notebook()
    cell(notebook, "## Start").source += f"\n\n{text}"
    assert "calm_prose" not in found(notebook)


@pytest.mark.parametrize(
    "text", ["costs $1 once", "`$1` and `$2`", "<code>$1</code> <code>$2</code>", "```\n$a $b\n```"]
)
def test_dollar_signs_that_make_no_formula(text: str) -> None:
    notebook = a_lesson.notebook()
    cell(notebook, "## Start").source += f"\n\n{text}"
    assert "one_dollar_at_most" not in found(notebook)


@pytest.mark.parametrize(
    "text", ["sk-test", "sk-...", "OPENAI_API_KEY", "task-force-of-twenty-people"]
)
def test_what_only_looks_like_a_key(text: str) -> None:
    notebook = a_lesson.notebook()
    cell(notebook, "## Start").source += f" {text}"
    assert "no_keys" not in found(notebook)


@pytest.mark.parametrize(
    "text",
    [
        "It ended on 2026-05-07.",
        "Since 7 May 2026 it is closed.",
        "Prices as of November 2026.",
        "A guest of 30 days.",
        "It has 2099 lines.",
    ],
)
def test_what_was_true_when_it_was_written_stays_true(text: str) -> None:
    notebook = a_lesson.notebook()
    cell(notebook, "## Start").source += f" {text}"
    assert "dated_sentences" not in found(notebook)


def _fact(words: str, cell_id: str, day: date) -> dated_facts.Fact:
    place = dated_facts.Sentence("98", cell_id, words, "always")
    return dated_facts.Fact("The door", day, "the window", (place,))


def test_a_listed_sentence_may_name_a_day_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = a_lesson.notebook()
    start = cell(notebook, "## Start")
    start.source += " The door\ncloses on 6 January 2099."
    facts = [_fact("The door closes", start.id, date(2099, 1, 6))]
    monkeypatch.setattr(dated_facts, "facts", lambda: facts)
    assert found(notebook) == {}


@pytest.mark.parametrize(
    ("words", "day", "says"),
    [
        ("The gate closes", date(2099, 1, 6), "is in 0 sentences"),
        ("door", date(2099, 1, 6), "is in 2 sentences"),
        ("The door closes", date(2099, 1, 7), "does not name 2099-01-07"),
    ],
)
def test_a_listed_sentence_must_be_there_and_name_its_day(
    monkeypatch: pytest.MonkeyPatch, words: str, day: date, says: str
) -> None:
    notebook = a_lesson.notebook()
    start = cell(notebook, "## Start")
    start.source += " The door closes on 6 January 2099. A door is a door."
    monkeypatch.setattr(dated_facts, "facts", lambda: [_fact(words, start.id, day)])
    assert says in str(found(notebook)["listed_sentences"])


def test_an_old_model_may_be_named_where_the_cell_says_so() -> None:
    notebook = a_lesson.notebook()
    start = cell(notebook, "## Start")
    start.source += " Older material uses `gpt-4-turbo`."
    start.metadata.tags = ["ending"]
    assert found(notebook) == {}


def test_a_picture_or_sound_lifts_the_limit_of_size() -> None:
    notebook = a_lesson.notebook()
    outputs("print('USD", text_html=f'<img alt="Two bars" src="{PNG}{"A" * 70_000}">')(notebook)
    assert found(notebook) == {}


def test_more_than_one_ignored_output_in_twenty_cells() -> None:
    notebook = a_lesson.notebook()
    for words in ("total = 1", "count = 4"):
        tagged(words, "nbval-ignore-output")(notebook)
    assert found(notebook) == {
        "few_ignored_outputs": "2 cells are tagged nbval-ignore-output; one in twenty is the most"
    }
