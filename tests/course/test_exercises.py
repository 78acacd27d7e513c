"""check, hint and solution: three outcomes, no traceback out of our code, progress that survives."""

import functools
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from oaiworkbook.course import checks
from oaiworkbook.course.exercises import progress
from oaiworkbook.course.exercises.judge import untried
from oaiworkbook.course.exercises.verdict import Result

LESSON = """
from oaiworkbook.course.checks import Exercise, expect

def double(answer):
    expect(answer(2) == 4, "for 2 it gives `<other>`")
    return "Twice is twice."

def needs_dict(answer):
    expect(answer["model"], "there is no model")

EXERCISES = [
    Exercise("98-1", double, ("Think of 2.", "Multiply."), "def double(x):\\n    return 2 * x\\n"),
    Exercise("98-2", needs_dict, ("One.",), 'answer = {"model": "m"}'),
]
"""


@pytest.fixture(autouse=True)
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lesson_98.py").write_text(LESSON)
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "oaiworkbook.course.checks.lesson_98", raising=False)
    checks._shown.clear()


def defined(source: str, name: str = "f") -> Any:
    names: dict[str, Any] = {"functools": functools}
    exec(textwrap.dedent(source), names)
    return names[name]


@pytest.mark.parametrize(
    "source",
    [
        "f = ...",
        "f = None",
        "def f(x): ...",
        "def f(x): pass",
        "def f(x, *y, z=1, **k): 'Words.'",
        "def f(x):\n    'Words.'\n    ...",
        "def f(x):\n    return None",
        "def f(x):\n    return ...",
        "def f(x):\n    # your code\n    raise NotImplementedError",
        "def f(x):\n    'Words.'\n    raise NotImplementedError()",
        "async def f(x): ...",
        "async def f(x):\n    return None",
        "f = lambda x: ...",
        "def f(client, q):\n    return client.responses.create(model=..., input=q)",
        "def f(x): return x[...]",
        "def f(x): return x(..., 1)[1:]",
        "def f(x):\n    n = ...\n    return x[n, 1:]",
        "f = {'model': ..., 'input': 'Hi'}",
        "f = [{'role': 'user', 'content': ...}]",
        "f = (1, lambda x: None)",
        "class f: ...",
        "class C:\n    def m(self): ...\nf = C().m",
        "def g(x, y): ...\nf = functools.partial(g, 1)",
        "def g(x): ...\n@functools.wraps(g)\ndef f(*a): return g(*a)",
    ],
)
def test_a_stub_counts_as_not_tried(source: str) -> None:
    assert untried(defined(source))


@pytest.mark.parametrize(
    "source",
    [
        "f = 0",
        "f = ''",
        "f = {'store': None}",
        "f = [None, 1]",
        "def f(x): return 1",
        "def f(x): print(x)",
        "def f(x): return x",
        "async def f(x): return x",
        "def f(x): yield",
        "f = lambda x: x",
        "def f(x): return x[..., :3]",
        "def f(x): x[..., 0, x.y:] = 1",
        "f = print",
        "class f:\n    text: str",
        "class f:\n    def run(self): return 1",
        "class f:\n    def __iter__(self): yield 1",
    ],
)
def test_anything_else_counts_as_an_answer(source: str) -> None:
    assert not untried(defined(source))


def test_a_pydantic_model_without_fields_is_a_stub() -> None:
    class Empty(BaseModel): ...

    class Receipt(BaseModel):
        total: float

    assert untried(Empty)
    assert not untried(Receipt)


def test_a_stub_is_not_called() -> None:
    def answer(x: Any) -> None:
        """`check` looks at the code; a call would raise."""

    assert checks.check("98-1", answer).outcome == "not tried"
    assert checks.check("98-2", answer).outcome == "not tried"


def test_correct_shows_its_note() -> None:
    result = checks.check("98-1", lambda x: 2 * x)
    assert result.correct
    assert str(result) == "✓ 98-1 correct. Twice is twice."


def test_wrong_says_what_is_off_and_where_help_is() -> None:
    result = checks.check("98-1", lambda x: x)
    assert str(result) == '✗ 98-1 wrong: for 2 it gives `<other>`. Stuck? `hint("98-1")`'


def test_html_is_safe_and_says_the_outcome_in_words() -> None:
    html = checks.check("98-1", lambda x: x)._repr_html_()
    assert 'role="status"' in html
    assert "✗ 98-1 wrong:" in html
    assert "<code>&lt;other&gt;</code>" in html
    assert " color:" not in html.replace("border-left", "")
    assert "background" not in html


def test_an_error_in_the_learners_code_is_a_wrong_answer_with_its_line() -> None:
    code = compile("def f(x):\n    y = x\n    return y / 0\n", "/tmp/cell.py", "exec")
    names: dict[str, Any] = {}
    exec(code, names)
    text = str(checks.check("98-1", names["f"]))
    assert text.startswith("✗ 98-1 wrong: Your code stopped with `ZeroDivisionError`")
    assert "Line 3 of its cell" in text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("no picture", "`ValueError`: no picture. Line 1"),
        ("It is closed.", "`ValueError`: It is closed. Line 1"),
        ("none fits (nearest: ...). \n\nRun it again.", "(nearest: ...). Line 1"),
        ("which one?", "which one? Line 1"),
        ("2 validation errors:\nname", "2 validation errors. Line 1"),
        ("", "`ValueError`. Line 1"),
    ],
)
def test_an_error_that_ends_its_own_sentence_gets_no_second_full_stop(
    said: str, shown: str
) -> None:
    text = str(checks.check("98-1", defined(f"def f(x): raise ValueError({said!r})")))
    assert shown in text


@pytest.mark.parametrize(
    ("message", "end"),
    [
        ("it is 3", "it is 3. Stuck?"),
        ("it is 3.", "it is 3. Stuck?"),
        ("it is ...", "it is ... Stuck?"),
        ("is it 3?", "is it 3? Stuck?"),
    ],
)
def test_a_message_ends_with_one_mark(message: str, end: str) -> None:
    assert end in str(Result("98-1", "wrong", message))


@pytest.mark.parametrize("error", ["SystemExit(3)", "RecursionError()", "StopIteration()"])
def test_even_a_strange_error_stays_inside(error: str) -> None:
    answer = defined(f"def f(x): raise {error}")
    assert checks.check("98-1", answer).outcome == "wrong"


@pytest.mark.parametrize("answer", [7, "text", [1], object(), lambda: 1])
def test_an_answer_of_the_wrong_kind_is_a_wrong_answer(answer: Any) -> None:
    result = checks.check("98-1", answer)
    assert result.outcome == "wrong"
    assert "cannot use this answer" in result.message


def test_a_message_that_quotes_a_whole_book_is_cut() -> None:
    answer = defined("def f(x): raise ValueError('long ' * 10_000)")
    assert len(str(checks.check("98-1", answer))) < 700


def test_interrupting_a_check_is_no_wrong_answer() -> None:
    answer = defined("def f(x): raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        checks.check("98-1", answer)


def test_hints_come_one_at_a_time() -> None:
    first, second, third = (str(checks.hint("98-1")) for _ in range(3))
    assert first == 'Hint 1 of 2: Think of 2. More: `hint("98-1")`'
    assert second == third
    assert second.startswith("Hint 2 of 2: Multiply.")
    assert '`solution("98-1")`' in second
    assert "Think of 2." in str(checks.hint("98-1", 1))


def test_a_hint_that_does_not_exist() -> None:
    with pytest.raises(checks.UnknownExercise, match=r"98-1 has no hint 3\. Ask for 1 to 2"):
        checks.hint("98-1", 3)


def test_a_solution_is_folded_in_jupyter_and_plain_elsewhere() -> None:
    shown = checks.solution("98-1")
    assert shown._repr_html_().startswith("<details")
    assert "<summary>One way to solve 98-1</summary>" in shown._repr_html_()
    assert str(shown).endswith("def double(x):\n    return 2 * x")


@pytest.mark.parametrize("name", ["98-9", "97-1", "1", "", "../98-1", 3])
def test_an_unknown_name_says_which_there_are(name: Any) -> None:
    expected = "Lesson 98 has 98-1, 98-2." if str(name).startswith("98") else 'such as "03-1"'
    with pytest.raises(checks.UnknownExercise, match=expected):
        checks.check(name, 1)


def test_strict_mode_raises_until_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_STRICT", "1")
    with pytest.raises(checks.ExerciseNotSolved, match="98-1 not tried"):
        checks.check("98-1", ...)
    with pytest.raises(checks.ExerciseNotSolved, match="98-1 wrong"):
        checks.check("98-1", lambda x: x)
    assert checks.check("98-1", lambda x: 2 * x).correct


def test_progress_keeps_the_first_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    checks.check("98-1", ...)
    assert progress.read() == {}
    checks.check("98-1", lambda x: x)
    checks.check("98-1", lambda x: 2 * x)
    solved = progress.read()["98-1"]["solved"]
    monkeypatch.setattr(progress, "_now", lambda: "later")
    checks.check("98-1", lambda x: 2 * x)
    checks.check("98-1", lambda x: x)
    assert progress.read() == {"98-1": {"tries": 4, "last": "wrong", "solved": solved}}


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"tries": "x"}', "\0\0"])
def test_broken_progress_is_set_aside(broken: str) -> None:
    path = progress.folder() / "98-1.json"
    path.parent.mkdir(parents=True)
    path.write_text(broken)
    assert checks.check("98-1", lambda x: 2 * x).correct
    assert json.loads(path.read_text())["tries"] == 1
    assert path.with_suffix(".broken").read_text() == broken


def test_progress_that_cannot_be_written_is_said_and_not_fatal() -> None:
    folder = progress.folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where the folder should be")
    result = checks.check("98-1", lambda x: 2 * x)
    assert result.correct
    assert "Progress could not be saved" in str(result)


def test_a_write_that_fails_leaves_the_old_file(monkeypatch: pytest.MonkeyPatch) -> None:
    checks.check("98-1", lambda x: x)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert "No space left" in str(checks.check("98-1", lambda x: x))
    assert progress.read()["98-1"]["tries"] == 1
    assert [path.name for path in progress.folder().iterdir()] == ["98-1.json"]
