"""Build one lesson: run it in replay, store its outputs, regenerate header and footer, lint."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from oaiworkbook.course.notebook import STYLE
from oaiworkbook.course.running.run import execute, read, tags
from oaiworkbook.files import write_atomically
from oaiworkbook.money.ledger import Call, Ledger

from . import alone, generated, surroundings
from .outputs import difference, node, shortened
from .slides import slide_types


class BuildError(Exception):
    """The lesson does not run as it stands. Nothing was written."""


def build(path: Path, *, fresh: bool = False) -> list[str]:
    """Runs a lesson and stores what came out. Returns what changed, a line each.

    A cell keeps its stored outputs, byte for byte, where the new ones are equal after sanitising or
    it is tagged nbval-ignore-output; with `fresh`, every cell gets the new ones. Raises BuildError,
    with the file untouched, where a cell fails or a recording is missing.
    """
    before = path.read_bytes()
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)
    stored = read(path)
    try:
        new, calls = run(path)
    except Exception:
        path.write_bytes(before)
        raise
    changed = store_outputs(stored, new, fresh=fresh)
    changed += generate(stored, path, calls)
    clean(stored)
    write(stored, path)
    return changed


def run(
    path: Path, env: Mapping[str, str | None] | None = None
) -> tuple[nbformat.NotebookNode, list[Call]]:
    """The notebook after a run in replay, and the calls that it made. `env` goes to its kernel."""
    with tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        result = execute(
            path,
            mode="replay",
            lesson=path.stem,
            env=surroundings.environment(scratch) | dict(env or {}),
            startup=surroundings.startup(scratch),
        )
        missed = surroundings.looked(scratch).unmeant(result.notebook)
        problems = [str(failure) for failure in result.failures]
        problems += [f"no recording for {each}: run `oaiworkbook record`" for each in missed]
        if problems:
            raise BuildError("\n".join(f"{path.name}: {each}" for each in problems))
        ledger = scratch / "ledger.sqlite"
        return result.notebook, Ledger(ledger).calls() if ledger.exists() else []


def store_outputs(
    stored: nbformat.NotebookNode, new: nbformat.NotebookNode, *, fresh: bool = False
) -> list[str]:
    changed = []
    number = 0
    for kept, ran in zip(stored.cells, new.cells, strict=True):
        if kept.cell_type != "code":
            continue
        number += 1
        outputs = [node(each) for each in shortened(ran.outputs)]
        what = "stored anew" if fresh else difference(kept.outputs, outputs)
        ignored = "nbval-ignore-output" in tags(kept) and bool(kept.outputs) and not fresh
        if what and not ignored:
            kept.outputs = outputs
            changed.append(f"cell [{number}]: {what}")
        kept.execution_count = number
        for output in kept.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
    return changed


def generate(notebook: nbformat.NotebookNode, path: Path, calls: list[Call]) -> list[str]:
    """Puts header and footer in the first and the last Markdown cell, and makes the start cell whole."""
    text = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    if not text:
        raise BuildError(f"{path.name}: there is no Markdown cell to put the header into")
    before = [cell.source for cell in text]
    text[0].source = generated.with_block(
        text[0].source, "header", generated.header(notebook, path, calls)
    )
    text[-1].source = generated.with_block(text[-1].source, "footer", generated.footer(path, calls))
    _complete_start(notebook)
    names = ("header", *[""] * (len(text) - 2), "footer")
    pairs = zip(names, text, before, strict=False)
    return [f"{name} regenerated" for name, cell, old in pairs if cell.source != old]


def around(path: Path) -> bool:
    """Writes links, course map, start cell, styles and metadata anew, without a run.

    Returns whether the file changed.
    """
    before = path.read_bytes()
    notebook = read(path)
    text = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    for name, cell in (("header", text[0]), ("footer", text[-1])):
        block = next(each for each in generated.BLOCK.finditer(cell.source) if each["name"] == name)
        line = next(each for each in block[0].splitlines() if each.startswith("*"))
        new = (
            generated.with_neighbours(line, path)
            if name == "header"
            else generated.with_line(line, path)
        )
        cell.source = generated.with_block(cell.source, name, new)
    restyle(notebook)
    _complete_start(notebook)
    clean(notebook)
    write(notebook, path)
    return path.read_bytes() != before


def restyle(notebook: nbformat.NotebookNode) -> None:
    """Puts the style sheet of today's start line into the stored one."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            if html.startswith("<style>"):
                output.data["text/html"] = re.sub(r"<style>.*?</style>", STYLE, html)


def _complete_start(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = alone.with_start(cell.source)


def clean(notebook: nbformat.NotebookNode) -> None:
    """Leaves only the metadata that the course uses: tags, slides, the kernel's and language's name."""
    notebook.metadata = node(
        {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )
    for cell, kind in zip(notebook.cells, slide_types(notebook), strict=True):
        kept = {"tags": tags(cell)} if tags(cell) else {}
        cell.metadata = node({"slideshow": {"slide_type": kind}} | kept)


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Writes beside and renames; leaves a file alone that would not change."""
    untyped: Any = nbformat
    content = (untyped.writes(notebook, version=4).rstrip() + "\n").encode()
    if path.exists() and path.read_bytes() == content:
        return
    write_atomically(path, content)
