"""Where a lesson runs under test: replay, no pace, nothing of the user's, every look-up noted."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from oaiworkbook.course.running.run import OWN, tags

ROOT = Path(__file__).parent.parent.parent
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir")


def environment(scratch: Path) -> dict[str, str | None]:
    """Changes to the environment of a kernel; None takes a variable away."""
    foreign = {
        name: None
        for name in os.environ
        if name.startswith(("OPENAI_", "OAIWORKBOOK_")) or name.lower() in _PROXIES
    }
    return foreign | {
        "OAIWORKBOOK_MODE": "replay",
        "OAIWORKBOOK_PACE": "0",
        "OAIWORKBOOK_LEDGER": str(scratch / "ledger.sqlite"),
        "OAIWORKBOOK_PROGRESS": str(scratch / "progress"),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
    }


def startup(scratch: Path) -> str:
    """What the kernel runs first: notes which recordings are used and which are missed."""
    return f"from tests.authoring.trace import note_into\nnote_into({str(scratch / 'trace')!r})\n"


@dataclass(frozen=True, slots=True)
class Looked:
    """`used`: names of recordings, such as `03_streaming/02-responses-1a2b3c4d.json`."""

    used: set[str] = field(default_factory=set)
    missed: list[str] = field(default_factory=list)

    def unmeant(self, notebook: nbformat.NotebookNode) -> list[str]:
        """The misses, less those that the notebook shows on purpose as a cell's error."""
        shown = [
            output.evalue
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if is_meant(cell, output)
        ]
        left = []
        for call in self.missed:
            heads = (f"{_MISS} {call}:", f"{_MISS} {call} with ")
            its_own = next((text for text in shown if text.startswith(heads)), None)
            if its_own is None:
                left.append(call)
            else:
                shown.remove(its_own)
        return left


_MISS = "no recorded answer for"
_OF_ONES_OWN = "this is a question of your own"


def is_meant(cell: nbformat.NotebookNode, output: nbformat.NotebookNode) -> bool:
    """Whether the output is a miss that the cell is to show.

    In a cell tagged `own` a question of one's own; in another that is meant to fail, an edited one.
    """
    if output.get("ename") != "RecordingNotFound" or "raises-exception" not in tags(cell):
        return False
    return (_OF_ONES_OWN in output.evalue) is (OWN in tags(cell))


def looked(scratch: Path) -> Looked:
    """What the kernel looked up, the server inside it too."""
    path = scratch / "trace"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    pairs = [line.partition(" ")[::2] for line in lines]
    return Looked(
        {name for kind, name in pairs if kind == "used"},
        [name for kind, name in pairs if kind == "missed"],
    )
