"""Which cells begin a slide: `jupyter nbconvert --to slides` reads it from their metadata.

Each section is a slide. Its cells come one by one, on a further slide beneath where there is no room.
"""

import re

import nbformat

from oaiworkbook.course.running.run import tags

from .generated import BLOCK
from .lesson import FENCE

# Heights are in lines of code, as nbconvert draws them on a slide of 960 x 700 pixels.
ROOM = 25.0
CODE, TEXT = 74, 82  # letters in a line
LINE, PARAGRAPH, HEADING = 1.1, 0.8, 2.6
CELL, ROW, PICTURE, PLAYER = 1.2, 2.0, 17.0, 4.5
_SECTION = re.compile(r"^##? ", re.MULTILINE)
_NO_LINE = re.compile(r"<style>.*?</style>|<table.*?</table>|<[^>]+>", re.DOTALL)
_FOLDED = re.compile(r"(?<=</summary>).*?(?=</details>)", re.DOTALL)


def slide_types(notebook: nbformat.NotebookNode) -> list[str]:
    """The slide type of each cell: slide, subslide, fragment, or skip for the check of an exercise."""
    cells = notebook.cells
    types: list[str] = []
    used = 0.0
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        if "check" in tags(cell):
            types.append("skip")
            continue
        height = needed = _height(cell)
        if cell.cell_type == "markdown" and after is not None and after.cell_type == "code":
            needed += _height(after)  # a question stays with its cell
        if not types or _begins_section(cell):
            types.append("slide")
        elif used + needed > ROOM:
            types.append("subslide")
        else:
            types.append("fragment")
            height += used
        used = height
    return types


def _begins_section(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "markdown" and bool(_SECTION.search(FENCE.sub("", cell.source)))


def _height(cell: nbformat.NotebookNode) -> float:
    if cell.cell_type == "markdown":
        return CELL + _of_text(cell.source)
    return CELL + _lines(cell.source, CODE) + sum(map(_of_output, cell.outputs))


def _of_text(source: str) -> float:
    height = 0.0
    for block in re.split(r"\n\n+", _FOLDED.sub("", BLOCK.sub(_unfolded, source)).strip()):
        lines = block.splitlines()
        if block.startswith("#"):
            height += HEADING
        elif block.startswith("```"):
            height += _lines(block, CODE)
        elif block.startswith("|"):
            height += ROW * (len(lines) - 1)  # the second line only draws a rule
        elif block.startswith(("-", "1.")):
            height += PARAGRAPH + sum(LINE * _lines(each, TEXT) for each in lines)
        else:
            height += PARAGRAPH + LINE * _lines(" ".join(lines), TEXT)
    return height


def _unfolded(block: re.Match[str]) -> str:
    """A generated block without the marks around it."""
    return re.sub(r"<!--.*?-->", "", block[0])


def _of_output(output: nbformat.NotebookNode) -> float:
    if output.output_type == "stream":
        return _lines(output.text, CODE)
    if output.output_type == "error":
        return _lines("\n".join(output.traceback), CODE)
    if "text/markdown" in output.data:
        return _of_text(output.data["text/markdown"])
    if "text/html" not in output.data:
        return _lines(output.data.get("text/plain", ""), CODE)
    html: str = output.data["text/html"]
    return (
        PICTURE * html.count("<img")
        + PLAYER * html.count("<audio")
        + ROW * html.count("<tr")
        + _lines(_NO_LINE.sub("", html), CODE)
    )


def _lines(text: str, width: int) -> int:
    return sum(max(1, -(-len(line) // width)) for line in text.splitlines())
