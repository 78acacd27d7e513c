"""Rules about the shape of a lesson: sections, budgets, headings, header and footer."""

import ast
import re
from collections.abc import Iterator
from statistics import median

from oaiworkbook.course.running.run import OWN, tags

from .alone import START
from .generated import BLOCK, minutes
from .lesson import Cell, Lesson, code_lines, parsed
from .surroundings import is_meant

BEFORE_STEPS = ("You will be able to", "Start", "The smallest thing that works")
AFTER_STEPS = (
    "When it goes wrong",
    "What it costs",
    "Exercises",
    "Copy this cell",
    "Recap",
    "Go further",
)
SIZE = 60_000  # bytes
MEDIAN, LONGEST, COPIED = 5, 12, 30  # lines of code in a cell
WITH_OWN = frozenset({"01", "02", "05", "06", "08"})  # lessons with a place to play
SLOWEST = 60  # minutes, exercises included


def sections(lesson: Lesson) -> Iterator[str]:
    titles = [each.text for each in lesson.headings if each.level == 2]
    for wanted in (*BEFORE_STEPS, *AFTER_STEPS):
        if titles.count(wanted) != 1:
            yield f"add one section '## {wanted}' (there are {titles.count(wanted)})"
    steps = [each for each in titles if each not in (*BEFORE_STEPS, *AFTER_STEPS)]
    if not 2 <= len(steps) <= 3:
        yield f"write two or three steps as '## ' sections; there are {len(steps)}"
    order = [*BEFORE_STEPS, *steps, *AFTER_STEPS]
    if sorted(order) == sorted(titles) and titles != order:
        yield f"put the sections in this order: {', '.join(order)}"


def single_title(lesson: Lesson) -> Iterator[str]:
    titles = [each for each in lesson.headings if each.level == 1]
    if [each.cell for each in titles] != [1]:
        yield f"give the first cell one '# ' title and no other cell any ({len(titles)} found)"


def heading_order(lesson: Lesson) -> Iterator[str]:
    before = 0
    for each in lesson.headings:
        if each.level > before + 1:
            yield f"cell {each.cell}: '{each.text}' skips a heading level; use {before + 1} signs"
        before = each.level


def generated_lines(lesson: Lesson) -> Iterator[str]:
    blocks = {m["name"]: n for n, c in lesson.markdown for m in BLOCK.finditer(c.source)}
    places = {"header": 1, "footer": lesson.markdown[-1][0] if lesson.markdown else 0}
    for name, place in places.items():
        if blocks.get(name) != place:
            yield f"cell {place}: the generated {name} is missing; build the lesson"


def goals(lesson: Lesson) -> Iterator[str]:
    text = "\n".join(c.source for _, c in lesson.section("You will be able to"))
    points = re.findall(r"^(?:[-*]|\d\.)\s", text, re.MULTILINE)
    if len(points) != 3:
        yield f"list three goals under 'You will be able to'; there are {len(points)}"


def skip_question(lesson: Lesson) -> Iterator[str]:
    text = "\n".join(c.source for _, c in lesson.section("You will be able to"))
    if "**Skip this lesson?**" not in text:
        yield "begin the question that tells whether to skip the lesson with **Skip this lesson?**"


def answer_before_change(lesson: Lesson) -> Iterator[str]:
    """A change of the cell would spoil what the reader has predicted of it."""
    for before, cell, after in zip(
        lesson.notebook.cells, lesson.notebook.cells[1:], lesson.notebook.cells[2:], strict=False
    ):
        asked = before.cell_type == "markdown" and "**Predict:**" in before.source
        if asked and cell.cell_type == "code" and after.source.startswith("**Change one thing.**"):
            number = lesson.notebook.cells.index(after) + 1
            yield f"cell {number}: first answer the prediction, then invite the change"


def recall(lesson: Lesson) -> Iterator[str]:
    text = "\n".join(c.source for _, c in lesson.section("Recap"))
    wanted = 3 if lesson.number == "00" else 4
    if text.count("<summary>") != wanted or text.count("</details>") != wanted:
        yield f"fold {wanted} recall questions into <details><summary> under 'Recap'"
    if re.search(r"<summary>\s*\d+\.", text):
        yield "leave the numbers of the recall questions out"
    earlier = re.findall(r"<summary>[^\n]*From lesson (\d\d)", text)
    if lesson.number != "00" and not any(each < lesson.number for each in earlier):
        yield "begin a recall question with 'From lesson NN', NN being an earlier lesson"


def number_of_cells(lesson: Lesson) -> Iterator[str]:
    yield from _within("cells", len(lesson.cells), 30, 50)


def number_of_code_cells(lesson: Lesson) -> Iterator[str]:
    yield from _within("code cells", len(lesson.code), 12, 26)


def number_of_words(lesson: Lesson) -> Iterator[str]:
    words = sum(len(re.sub(r"<[^>]+>|[#*_|>-]", " ", text).split()) for _, text in lesson.prose)
    yield from _within("words of prose", words, 900, 1500)


def lines_of_code(lesson: Lesson) -> Iterator[str]:
    """Counted in the cells that teach: not the start, the exercises, nor the cell to copy."""
    for n, cell in lesson.code:
        most = COPIED if "copy" in tags(cell) else LONGEST
        if code_lines(cell) > most:
            yield f"cell {n}: {code_lines(cell)} lines of code; split it, {most} are the most"
    lengths = [code_lines(cell) for _, cell in lesson.teaching]
    if lengths and median(lengths) > MEDIAN:
        yield f"half of the teaching cells have {median(lengths):g} lines or more; aim for {MEDIAN}"


def one_thing_a_line(lesson: Lesson) -> Iterator[str]:
    """Two values in one assignment, and a text that grows: both are hard to read for a beginner."""
    for n, cell in lesson.code:
        for node in ast.walk(parsed(cell.source) or ast.Module([], [])):
            if _assigns_two(node):
                yield f"cell {n}: `{ast.unparse(node)}`: assign one name a line"
            if _grows_a_text(node):
                yield f"cell {n}: `{ast.unparse(node)}`: collect the pieces in a list and join them"


def _assigns_two(node: ast.AST) -> bool:
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Tuple):
        return False
    (target,) = node.targets if len(node.targets) == 1 else (None,)
    if not isinstance(target, ast.Tuple):
        return False
    swapped = {ast.unparse(each) for each in target.elts} == {
        ast.unparse(each) for each in node.value.elts
    }
    return not swapped


def _grows_a_text(node: ast.AST) -> bool:
    if not isinstance(node, ast.AugAssign) or not isinstance(node.op, ast.Add):
        return False
    value = node.value
    texts = {"delta", "text", "content", "output_text", "transcript"}
    return (
        isinstance(value, ast.JoinedStr)
        or (isinstance(value, ast.Constant) and isinstance(value.value, str))
        or (isinstance(value, ast.Attribute) and value.attr in texts)
        or (isinstance(value, ast.BoolOp) and any(map(_is_text, value.values)))
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def encodings(lesson: Lesson) -> Iterator[str]:
    """Without one, a file is read as this machine reads files, and not as another wrote it."""
    for n, cell in lesson.code:
        for node in ast.walk(parsed(cell.source) or ast.Module([], [])):
            if isinstance(node, ast.Call) and (what := _without_encoding(node)):
                yield f'cell {n}: give `{what}` an encoding, such as "utf-8"'


def _without_encoding(call: ast.Call) -> str | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in ("open", "read_text", "write_text"):
        return None
    given = [*call.args[1:], *(each.value for each in call.keywords if each.arg == "encoding")]
    given += call.args[:1] if name == "read_text" else []
    binary = [
        each
        for each in [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
        if isinstance(each, ast.Constant) and "b" in str(each.value) and len(str(each.value)) <= 3
    ]
    named = any(isinstance(each, ast.Constant) and "utf" in str(each.value) for each in given)
    return None if named or (name == "open" and binary) else ast.unparse(call.func)


def time_it_takes(lesson: Lesson) -> Iterator[str]:
    reading, solving = minutes(lesson.notebook)
    if reading + solving > SLOWEST:
        yield f"{reading} minutes and {solving} for the exercises; {SLOWEST} are the most"


def first_answer(lesson: Lesson) -> Iterator[str]:
    early = lesson.code[:3]
    if not any(re.search(r"\b(?:client|Runner)\.\w", c.source) and c.outputs for _, c in early):
        yield "get a first answer from `client.` within the first three code cells"


def start_cell(lesson: Lesson) -> Iterator[str]:
    code = [cell for _, cell in lesson.section("Start") if cell.cell_type == "code"]
    if not code or not code[0].source.startswith(START):
        yield (
            "begin the first code cell under 'Start' with '%load_ext oaiworkbook', and build the "
            "lesson, which adds what a lesson says that is opened alone"
        )


def file_size(lesson: Lesson) -> Iterator[str]:
    shown = "".join(str(c.get("outputs", "")) for _, c in lesson.code)
    if lesson.size > SIZE and not re.search(r"data:(image|audio)/|image/png", shown):
        yield f"the file has {lesson.size // 1000} KB; show less output, {SIZE // 1000} are the most"


def file_name(lesson: Lesson) -> Iterator[str]:
    if not re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", lesson.path.name):
        yield f"name the file as NN_lower_case.ipynb, not {lesson.path.name}"


def change_one_thing(lesson: Lesson) -> Iterator[str]:
    if not any("**Change one thing.**" in cell.source for _, cell in lesson.markdown):
        yield "invite at least one change, with '**Change one thing.** Replace `OLD` with `NEW` ...'"


def own_cell(lesson: Lesson) -> Iterator[str]:
    """A place to play, right before the exercises. In replay it misses, and nothing depends on it."""
    there = [(n, cell) for n, cell in lesson.code if OWN in tags(cell)]
    headed = [h.cell for h in lesson.headings if h.text == "Your own" and h.level == 3]
    wanted = lesson.number in WITH_OWN
    if (len(there), len(headed)) != (wanted, wanted):
        much = "one code cell" if wanted else "no cell"
        yield (
            f"have {much} tagged {OWN} and {much} under '### Your own'; "
            f"there are {len(there)} and {len(headed)}"
        )
    elif wanted:
        yield from _fits(*there[0], headed[0], lesson)


def _fits(n: int, cell: Cell, heading: int, lesson: Lesson) -> Iterator[str]:
    exercises = [h.cell for h in lesson.headings if h.text == "Exercises"]
    if heading != n - 1 or exercises != [n + 1]:
        yield f"cell {n}: put it right between '### Your own' and '## Exercises'"
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if len(errors) != 1 or not is_meant(cell, errors[0]):
        yield f"cell {n}: it is to miss a question of one's own, tagged raises-exception"
    used = {
        name.id
        for m, other in lesson.code
        for name in ast.walk(parsed(other.source) or ast.Module([], []))
        if isinstance(name, ast.Name) and m != n
    }
    for name in sorted(used.intersection(_bound(parsed(cell.source) or ast.Module([], [])))):
        yield f"cell {n}: another cell has the name `{name}` too; choose one that nothing needs"


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that code leaves behind in the notebook."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield each.name
        elif isinstance(each, ast.alias):
            yield (each.asname or each.name).partition(".")[0]
        elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id
        elif not isinstance(each, ast.Lambda | ast.comprehension):
            yield from _bound(each)


def _within(what: str, count: int, least: int, most: int) -> Iterator[str]:
    if not least <= count <= most:
        yield f"{count} {what}; {least} to {most} are meant"
