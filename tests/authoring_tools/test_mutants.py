"""The mutants of an answer, and the verdicts in forked copies of a lesson."""

import ast
import os
from pathlib import Path

import pytest

from ..authoring import mutants
from ..authoring.score import Score, fits, report

SOURCE = '''
import openai


async def first(client, texts, limit=8):
    """The answers."""
    found = []
    for text in texts[:limit]:
        try:
            answer = await client.ask(text.encode(), retries=2)
        except (openai.RateLimitError, openai.APIConnectionError):
            continue
        if answer is None or len(found) >= limit:
            raise ValueError(f"no answer to {text}")
        found += [answer.output_text]
    return found
'''
# operator -> what one of its mutants has in place of what the source has
MADE = {
    "comparison_turned": ("len(found) >= limit", "len(found) > limit"),
    "number_changed": ("limit=8", "limit=9"),
    "argument_dropped": ("(text.encode(), retries=2)", "(text.encode())"),
    "except_widened": ("(openai.RateLimitError, openai.APIConnectionError)", "Exception"),
    "one_exception_less": (
        "openai.RateLimitError, openai.APIConnectionError",
        "openai.RateLimitError,",
    ),
    "raise_removed": ("raise ValueError(f'no answer to {text}')", "pass"),
    "await_removed": ("await client", "client"),
    "call_removed": ("text.encode()", "text"),
    "condition_changed": ("answer is None or", "answer is None and"),
    "jump_changed": ("continue", "break"),
    "sum_replaced": ("found +=", "found ="),
    "statement_removed": ("found += [answer.output_text]", "pass"),
    "return_without_value": ("return found", "return"),
    "attribute_cut": ("answer.output_text", "answer"),
    "branch_removed": ("if answer is None", "if not (answer is None"),
}


def test_each_operator_makes_its_change() -> None:
    plain = ast.unparse(ast.parse(SOURCE))
    made = mutants.of(SOURCE)
    for operator, (old, new) in MADE.items():
        sources = [each.source for each in made if each.operator == operator]
        assert old in plain, old
        assert any(new in each and each != plain for each in sources), operator


def test_mutants_are_python_differ_and_have_names_of_their_own() -> None:
    made = mutants.of(SOURCE)
    sources = [each.source for each in made]
    assert len(made) > 30
    assert len({*sources, ast.unparse(ast.parse(SOURCE))}) == len(made) + 1
    assert len({each.name for each in made}) == len(made)
    for each in sources:
        compile(each, "<mutant>", "exec")


def test_words_that_nobody_judges_stay() -> None:
    for each in mutants.of(SOURCE):
        assert "The answers." in each.source
        assert "raise" not in each.source or "no answer to" in each.source


@pytest.mark.skipif(not hasattr(os, "fork"), reason="answers are judged in forked copies")
def test_answers_are_judged_each_in_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ..authoring.judging import NO_VERDICT, _all

    def check(answer: object) -> str:
        assert not names.get("spoiled")
        return f"it is {answer}"

    names: dict[str, object] = {"check": check}
    sources = [
        "answer = 1; spoiled = check.__globals__.update(x=1)",
        "answer = 2",
        "def answer(): ...\n1 / 0",
        "import os; os._exit(3)",
        "answer = open('a file', 'w').write('four')",
    ]
    monkeypatch.chdir(tmp_path)
    said = _all("from pathlib import Path\ncheck(answer)", sources, names)
    assert said == [
        "it is 1",
        "it is 2",
        "the cell stopped: ZeroDivisionError: division by zero",
        NO_VERDICT,
        "it is 4",
    ]
    assert "answer" not in names
    assert list(tmp_path.iterdir()) == []


def test_a_score_says_what_falls_short() -> None:
    good = Score("03-1", 40, 1, [])
    weak = Score("03-2", 20, 0, ["line 3: `a` becomes `b`"] * 4)
    assert fits([good])
    assert not fits([good, weak]), "80 % of one exercise"
    assert not fits([Score("03-1", 40, 4, [])]), "too many called equivalent"
    for wrong in (
        Score("03-1", 40, 0, [], refused_right={"a loop": "✗"}),
        Score("03-1", 40, 0, [], accepted_wrong={"a slip": "✓"}),
        Score("03-1", 40, 0, [], unknown=["line 9: gone"]),
    ):
        assert not fits([wrong])
    lines = list(report([good, weak]))
    assert lines[-1] == "55 of 59 mutants refused: 93.2%; 1 of 60 equivalent: 1.7%"
    assert "    accepts: line 3: `a` becomes `b`" in lines
