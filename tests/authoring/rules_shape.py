"""Rules about the shape of a lesson: sections, budgets, headings, header and footer."""

import re
from collections.abc import Iterator
from statistics import median

from .generated import BLOCK
from .lesson import Lesson

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
    if "?" not in text:
        yield "end 'You will be able to' with the question that tells whether to skip the lesson"


def recall(lesson: Lesson) -> Iterator[str]:
    text = "\n".join(c.source for _, c in lesson.section("Recap"))
    wanted = 3 if lesson.number == "00" else 4
    if text.count("<summary>") != wanted or text.count("</details>") != wanted:
        yield f"fold {wanted} recall questions into <details><summary> under 'Recap'"
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
    lengths = []
    for n, cell in lesson.code:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        lengths.append(len(lines))
        most = 30 if "copy" in cell.metadata.get("tags", []) else 15
        if len(lines) > most:
            yield f"cell {n}: {len(lines)} lines of code; split it, {most} are the most"
    if lengths and median(lengths) > 5:
        yield f"half of the code cells have more than {median(lengths):g} lines; aim for 5"


def first_answer(lesson: Lesson) -> Iterator[str]:
    early = lesson.code[:3]
    if not any(re.search(r"\bclient\.\w", c.source) and c.outputs for _, c in early):
        yield "get a first answer from `client.` within the first three code cells"


def start_cell(lesson: Lesson) -> Iterator[str]:
    code = [cell for _, cell in lesson.section("Start") if cell.cell_type == "code"]
    if not code or not code[0].source.startswith("%load_ext oaiworkbook\n"):
        yield "begin the first code cell under 'Start' with '%load_ext oaiworkbook'"


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


def _within(what: str, count: int, least: int, most: int) -> Iterator[str]:
    if not least <= count <= most:
        yield f"{count} {what}; {least} to {most} are meant"
