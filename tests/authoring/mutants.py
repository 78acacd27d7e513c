"""Mutants of an answer: the same source with one small fault, made by fixed operators.

A check that refuses them looks at what its exercise asks for. Each operator is a function of its
own below; a mutant is one change of one node. What nobody judges is left alone: docstrings, the
words of an error that is raised, and the wording of prose.
"""

import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import getmembers, isgeneratorfunction
from itertools import takewhile

# A node in place of another; None in place of a statement that goes; the statements in its place.
Change = ast.AST | list[ast.stmt] | None
Operator = Callable[[ast.AST], Iterator[Change]]

_TURNED = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OTHER_SIGN = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_AROUND = 12  # characters shown on both sides of a change
_LONGEST = 80
_OTHER_NAME = {"min": "max", "max": "min", "any": "all", "all": "any"}
_METHODS = {"encode", "decode", "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "copy"}
_FUNCTIONS = {"sorted", "reversed", "abs", "round", "int", "set", "enumerate"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """`name` says what was changed, and is unique among the mutants of its source."""

    operator: str
    name: str
    source: str


@cache
def operators() -> list[tuple[str, Operator]]:
    """All operators by name."""
    return [
        (name, function)
        for name, function in getmembers(sys.modules[__name__], isgeneratorfunction)
        if not name.startswith("_") and function.__module__ == __name__
    ]


def of(source: str) -> list[Mutant]:
    """The mutants of a source, in its order; each differs from it and from all others."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    alone = _left_alone(tree)
    found: list[Mutant] = []
    names = Counter[str]()
    for parent in list(ast.walk(tree)):
        for place in _places(parent):
            for operator, make in operators():
                for new in [] if place.node in alone else list(make(place.node)):
                    mutated = place.with_other(new, tree)
                    if mutated in seen:
                        continue
                    seen.add(mutated)
                    what = _in_words(place.node, new)
                    names[what] += 1
                    again = f" ({names[what]})" if names[what] > 1 else ""
                    found.append(Mutant(operator, what + again, mutated))
    return found


def comparison_turned(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            for other in _TURNED[type(op)]:
                ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)


def number_changed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, int):
            yield ast.Constant(node.value + 1)
            yield ast.Constant(node.value - 1)
        else:
            yield ast.Constant(node.value * 2)


def word_changed(node: ast.AST) -> Iterator[Change]:
    """A name, a model, a key; or a text that goes. The wording of a text is nobody's fault."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        prose = any(letter.isspace() for letter in node.value)
        yield ast.Constant("" if prose else f"{node.value}x")


def value_left_out_of_a_text(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield ast.JoinedStr([each for each in node.values if each is not part])


def argument_dropped(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            yield ast.Call(node.func, node.args, [k for k in node.keywords if k is not keyword])
        for index in range(len(node.args)):
            args = [*node.args[:index], *node.args[index + 1 :]]
            yield ast.Call(node.func, args, node.keywords)
    if isinstance(node, ast.Dict):
        for index in range(len(node.keys)):
            yield ast.Dict(
                [*node.keys[:index], *node.keys[index + 1 :]],
                [*node.values[:index], *node.values[index + 1 :]],
            )


def arguments_swapped(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Call):
        for index in range(len(node.args) - 1):
            args = list(node.args)
            args[index], args[index + 1] = args[index + 1], args[index]
            yield ast.Call(node.func, args, node.keywords)


def except_widened(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.ExceptHandler) and node.type is not None:
        for wider in ("openai.APIError", "Exception"):
            yield ast.ExceptHandler(_expression(wider), node.name, node.body)


def one_exception_less(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Tuple):
        for each in node.type.elts:
            left = [other for other in node.type.elts if other is not each]
            yield ast.ExceptHandler(ast.Tuple(left, ast.Load()), node.name, node.body)


def branch_removed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.If):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        yield list(node.body)
        yield list(node.orelse) or None
    if isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse


def filter_removed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.comprehension):
        for each in node.ifs:
            left = [other for other in node.ifs if other is not each]
            yield ast.comprehension(node.target, node.iter, left, node.is_async)


def loop_once(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.For):
        yield ast.For(node.target, node.iter, [*node.body, ast.Break()], node.orelse)
    if isinstance(node, ast.AsyncFor):
        yield ast.AsyncFor(node.target, node.iter, [*node.body, ast.Break()], node.orelse)
    if isinstance(node, ast.While):
        yield ast.If(node.test, node.body, node.orelse)


def jump_changed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Break):
        yield ast.Continue()
        yield None
    if isinstance(node, ast.Continue):
        yield ast.Break()
        yield None


def raise_removed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Raise):
        yield None


def return_without_value(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(None)


def statement_removed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield None
    if isinstance(node, ast.AugAssign):
        yield None


def sum_replaced(node: ast.AST) -> Iterator[Change]:
    """The last value in place of the collected one."""
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)


def await_removed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Await):
        yield node.value


def call_removed(node: ast.AST) -> Iterator[Change]:
    """`text.encode()` becomes `text`, `sorted(names)` becomes `names`."""
    if isinstance(node, ast.Call):
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr in _METHODS:
            yield func.value
        if isinstance(func, ast.Name) and func.id in _FUNCTIONS and len(node.args) >= 1:
            yield node.args[0]


def function_changed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Name) and node.id in _OTHER_NAME:
        yield ast.Name(_OTHER_NAME[node.id], node.ctx)


def condition_changed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
        for each in node.values:
            left = [other for other in node.values if other is not each]
            yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


def sign_changed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and type(node.op) in _OTHER_SIGN:
        yield ast.BinOp(node.left, _OTHER_SIGN[type(node.op)](), node.right)


def attribute_cut(node: ast.AST) -> Iterator[Change]:
    """`response.output_text` becomes `response`, `choices[0]` becomes `choices`."""
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node.value


def field_changed(node: ast.AST) -> Iterator[Change]:
    """A field of a class goes, or has another type."""
    if isinstance(node, ast.AnnAssign):
        yield None
        kind = node.annotation
        for other in _other_types(kind):
            yield ast.AnnAssign(node.target, other, node.value, node.simple)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node stands: in a list of its parent, or in one of its fields."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None

    def with_other(self, new: Change, tree: ast.AST) -> str:
        """The source with `new` in this place. The tree is as before afterwards."""
        there = getattr(self.parent, self.field)
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            instead = new if isinstance(new, list) else [ast.Pass() if new is None else new]
            setattr(self.parent, self.field, _replaced(there, self.index, instead))
        mutated = ast.unparse(ast.fix_missing_locations(tree))
        setattr(self.parent, self.field, there)
        return mutated


def _replaced(nodes: list[ast.AST], index: int, instead: Sequence[ast.AST]) -> list[ast.AST]:
    return [*nodes[:index], *instead, *nodes[index + 1 :]]


def _places(parent: ast.AST) -> Iterator[_Place]:
    for field, value in ast.iter_fields(parent):
        if isinstance(value, ast.AST):
            yield _Place(value, parent, field, None)
        elif isinstance(value, list):
            for index, node in enumerate(value):
                if isinstance(node, ast.AST):
                    yield _Place(node, parent, field, index)


def _in_words(node: ast.AST, new: Change) -> str:
    line = min((each.lineno for each in ast.walk(node) if hasattr(each, "lineno")), default=0)
    if not new:
        return f"line {line}: `{_shortened(_text(node))}` goes"
    old, other = _text(node), _text(new)
    # Long texts are cut at both ends, so that what differs is seen.
    same = _common(old, other)
    start = max(same - _AROUND, 0)
    end = max(_common(old[same:][::-1], other[same:][::-1]) - _AROUND, 0)
    shown = [_shortened(each[start : len(each) - end]) for each in (old, other)]
    return f"line {line}: `{shown[0]}` becomes `{shown[1]}`"


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _text(change: ast.AST | list[ast.stmt]) -> str:
    parts = change if isinstance(change, list) else [change]
    return " ".join("; ".join(ast.unparse(part) for part in parts).split())


def _shortened(text: str) -> str:
    return (
        text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"
    )


def _other_types(kind: ast.expr) -> list[ast.expr]:
    """`str` for `int`, `int` for `str`, and each part of `str | None`."""
    if isinstance(kind, ast.Name):
        return [_expression("int" if kind.id == "str" else "str")]
    if isinstance(kind, ast.BinOp):
        return [kind.left, kind.right]
    return []


def _left_alone(tree: ast.AST) -> set[ast.AST]:
    """Docstrings, the names of fields in a text, and what an error that is raised says."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found |= set(ast.walk(node.exc))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found |= set(ast.walk(first))
        if isinstance(node, ast.JoinedStr):
            found |= {part for part in node.values if isinstance(part, ast.Constant)}
            for part in node.values:
                if isinstance(part, ast.FormattedValue) and part.format_spec is not None:
                    found |= set(ast.walk(part.format_spec))
    return found


def _expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body
