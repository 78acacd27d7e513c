"""Rules about numbers in the prose: each is in an output or a cell, is computed from such, or has a source.

`tests/authoring/figures/lesson_03.toml` has what is not to be seen in the lesson itself:

    "0.077" = "1000 * 0.0000768"           # computed: its numbers are in outputs or cells
    "25,000" = "fact: the reasoning guide" # a fact of the API, and where it comes from
"""

import ast
import operator
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from .generated import BLOCK
from .lesson import Lesson

FIGURES = Path(__file__).parent / "figures"
_NUMBER = re.compile(r"(?<![\w.\-/:])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\w\-/]|\.\d)")
_ANY = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_PLAIN = 100  # a smaller whole number needs no source in a formula, nor a power of ten
_SIGNS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def numbers_have_a_source(lesson: Lesson) -> Iterator[str]:
    """Of numbers with a decimal point or thousands: smaller ones are counted by the reader."""
    known, listed = _in_cells(lesson), _listed(lesson.number)
    seen = set()
    for n, cell in lesson.markdown:
        for text in _NUMBER.findall(_prose(cell.source)):
            seen.add(text)
            if _value(text) in known:
                continue
            if text not in listed:
                yield (
                    f"cell {n}: {text} is in no output or cell: put its formula or its source into "
                    f"tests/authoring/figures/lesson_{lesson.number}.toml"
                )
    for text, formula in listed.items():
        if text not in seen or _value(text) in known:
            yield f"figures/lesson_{lesson.number}.toml: {text} needs no entry; take it out"
        elif not formula.startswith("fact: "):
            yield from _checked(lesson.number, text, formula, known)


def _checked(number: str, text: str, formula: str, known: set[float]) -> Iterator[str]:
    where = f"figures/lesson_{number}.toml: {text} = {formula}"
    try:
        result = _computed(ast.parse(formula, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError) as error:
        yield f"{where}: {error}"
        return
    for operand in map(float, _ANY.findall(formula.replace("_", ""))):
        whole = operand == int(operand)
        plain = whole and (operand <= _PLAIN or str(int(operand)).strip("0") == "1")
        if operand not in known and not plain:
            yield f"{where}: {operand:g} is in no output or cell"
    decimals = len(text.partition(".")[2])
    if abs(result - _value(text)) > 0.5000001 * 10**-decimals:
        yield f"{where}: this gives {result:.{decimals + 3}f}"


def _computed(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        return float(_SIGNS[type(node.op)](_computed(node.left), _computed(node.right)))
    raise ValueError(f"{ast.unparse(node)} is no number, sum or product")


def _listed(number: str) -> dict[str, str]:
    path = FIGURES / f"lesson_{number}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def _in_cells(lesson: Lesson) -> set[float]:
    """Every number that a reader finds in a code cell or beneath it."""
    texts = []
    for _, cell in lesson.code:
        texts.append(cell.source.replace("_", ""))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts += [output.get("text", ""), data.get("text/plain", "")]
            texts += re.findall(r'alt="([^"]*)"', data.get("text/html", ""))
    return {_value(each) for text in texts for each in _ANY.findall(str(text))}


def _prose(source: str) -> str:
    text = BLOCK.sub("", source)
    text = re.sub(r"```.*?```|~~~.*?~~~|<!--.*?-->", "", text, flags=re.DOTALL)
    return re.sub(r"`[^`]*`|\]\([^)]*\)|\d{4}-\d\d-\d\d|SDK \d[\d.]*", "", text)


def _value(text: str) -> float:
    return float(text.replace(",", ""))
