"""A small lesson that fits the whole contract, for tests that break one part of it."""

from typing import Any

import nbformat

from .authoring import alone

EXERCISES = """
from oaiworkbook.course.checks import Exercise, expect

def check(answer):
    expect(answer == 4, "it is not four")

EXERCISES = [Exercise(f"98-{n}", check, ("Add.",), "answer = 4") for n in (1, 2, 3)]
"""
COPY = """from openai import APIError, OpenAI


def ask(question: str) -> str:
    client = OpenAI(timeout=30)
    try:
        return client.responses.create(model="gpt-6-luna", input=question).output_text
    except APIError as error:
        return f"No answer: {error}"


if __name__ == "__main__":
    print(ask("Hello"))"""
_FILL = "This sentence says one thing and then it ends here, as it should. "


def notebook() -> Any:
    """30 cells, about 1,000 words, no problem for any rule. Each call gives a new one."""
    cells = [
        _text("# Small talk\n\nAsk one question and read one answer.", "header", 3),
        _text(
            "## You will be able to\n\n- ask\n- read\n- count\n\n**Skip this lesson?** Can you do all three?",
            "",
            4,
        ),
        _text("## Start", "", 4),
        _code(
            f"{alone.START}from oaiworkbook import OpenAI\n\nclient = OpenAI()",
            "mode replay",
        ),
        _text("## The smallest thing that works", "", 5),
        _code(
            'response = client.responses.create(model="gpt-6-luna", input="Hi")\nprint(response)',
            "R",
        ),
        _code("response.output_text;"),
        _text("## Step 1: say more", "", 8),
        _code("sizes = [1, 2, 3]\nprint(sum(sizes))", "6"),
        _text("**Change one thing.** Replace `1, 2` with `2, 2` and run the cell again.", "", 3),
        _text("## Step 2: count", "", 8),
        _code("count = 4\ncount", "4"),
        _code("for n in range(2):\n    print(n)", "0\n1"),
        _text("## When it goes wrong", "", 6),
        _code("1 / 0", error="ZeroDivisionError", tags=["raises-exception"]),
        _code("total = 1"),
        _text("## What it costs", "", 6),
        _code("print('USD 0.0042')", "USD 0.0042"),
        _text("## Exercises\n\n### Exercise 1\n\n**98-1, complete.**", "", 4),
        *_exercise(1),
        _text("### Exercise 2\n\n**98-2, build.**", "", 4),
        *_exercise(2),
        _text("### Exercise 3\n\n**98-3, improve.**", "", 4),
        *_exercise(3),
        _text("## Copy this cell", "", 2),
        _code(COPY, "Hello", tags=["copy"]),
        _text(
            "## Recap\n\n"
            + "<details><summary>Why?</summary>\n\nSo.\n\n</details>\n" * 3
            + "<details><summary>From lesson 01: why?</summary>\n\nSo.\n\n</details>\n",
            "",
            2,
        ),
        _text("## Go further\n\n[The deprecations page](https://example.org/d)", "footer", 1),
    ]
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
        cell.execution_count = number
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    untyped: Any = nbformat
    return untyped.from_dict(made)


def _exercise(number: int) -> list[Any]:
    return [
        _code("answer = ...", tags=["exercise"]),
        _code(
            f'from oaiworkbook import check\n\ncheck("98-{number}", answer)', "…", tags=["check"]
        ),
    ]


def _text(source: str, block: str = "", sentences: int = 0) -> Any:
    text = f"{source}\n\n{_FILL * sentences}".strip()
    if block:
        text += f"\n\n<!-- generated: {block} -->\n*A line.*\n<!-- /generated -->"
    return nbformat.v4.new_markdown_cell(text)


def _code(source: str, shown: str = "", *, error: str = "", tags: list[str] | None = None) -> Any:
    outputs = []
    if shown:
        outputs.append(nbformat.v4.new_output("stream", name="stdout", text=shown))
    if error:
        outputs.append(nbformat.v4.new_output("error", ename=error, evalue="", traceback=[]))
    metadata = {"tags": tags} if tags else {}
    return nbformat.v4.new_code_cell(source, outputs=outputs, metadata=metadata)
