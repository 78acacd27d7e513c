"""What becomes of a lesson when a learner makes a change that it invites, and leaves it in.

    python -m tests.authoring left-in 03

The rest of the lesson runs in a forked copy of its kernel, right after the changed cell, and once in
another copy with all cells as they are. A later cell that stops, or gives another text, depends on the change:
its invitation must then say "Then change it back and run the cell again."
"""

import json
import os
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from oaiworkbook.course.running.kernels import session
from oaiworkbook.course.running.run import read, run_cell, tags
from oaiworkbook.course.running.variants import variants

from . import surroundings

BACK = re.compile(r"\bchange\s+it\s+back\b", re.IGNORECASE)
_SECONDS = 300
COST_LINE = re.compile(r"(\d+ calls?\b|no call|mode )")
_untyped: Any = nbformat


@dataclass(frozen=True, slots=True)
class LeftIn:
    """A change: the number of its cell from 1 among all, what it replaces, what it does to later cells.

    `taken_back`: its invitation asks to change it back.
    """

    cell: int
    old: str
    breaks: list[str]
    taken_back: bool

    def __str__(self) -> str:
        return (
            f"cell {self.cell}, `{self.old}`: {'; '.join(self.breaks) or 'nothing depends on it'}"
        )


def changes(path: Path) -> list[LeftIn]:
    """What each change of a lesson does that is left in.

    Raises RuntimeError where the lesson itself stops.
    """
    node = read(path)
    stored = read(path)
    found = []
    as_it_was: dict[int, Any] = {}  # place of a cell -> its error and its text
    with tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        env = surroundings.environment(scratch)
        with session(
            node, path.parent, mode="replay", lesson=path.stem, env=env, timeout=900
        ) as client:
            for index, cell in enumerate(node.cells):
                if cell.cell_type != "code":
                    continue
                failure = run_cell(client, cell, index, index)
                if failure is not None and "raises-exception" not in tags(cell):
                    raise RuntimeError(f"{path.name}, {failure}")
                mine = [each for each in variants(stored) if each.cell == index]
                if not mine:
                    continue
                later = [
                    place
                    for place in range(index + 1, len(stored.cells))
                    if _counts(stored.cells[place])
                ]
                known = as_it_was.keys() >= set(later)
                said = []
                for number, source in enumerate(
                    [cell.source] * (not known) + [e.source for e in mine]
                ):
                    file = scratch / f"{index}-{number}.json"
                    sources = [source, *(stored.cells[place].source for place in later)]
                    file.write_text(json.dumps(sources), "utf-8")
                    asking = _untyped.from_dict({**cell, "source": _CALL.format(str(file))})
                    run_cell(client, asking, index, index)
                    said.append(json.loads(file.with_suffix(".said").read_text("utf-8"))[1:])
                if not known:
                    as_it_was = dict(zip(later, said.pop(0), strict=True))
                for each, theirs in zip(mine, said, strict=True):
                    breaks = list(_differences(as_it_was, later, theirs))
                    back = _taken_back(stored.cells[index + 1].source, each.old)
                    found.append(LeftIn(index + 1, each.old, breaks, back))
    return found


def _taken_back(invitation: str, old: str) -> bool:
    """Whether the words from this change to the next one ask to change it back."""
    mine = [
        part
        for part in re.split(r"(?=\bReplace\s+`)", invitation)
        if f"`{old}" in part or old in part
    ]
    return any(BACK.search(part) for part in mine)


def _counts(cell: nbformat.NotebookNode) -> bool:
    """Whether a learner who left a change in would miss anything in this cell."""
    apart = {"exercise", "check", "nbval-ignore-output"} & set(tags(cell))
    return cell.cell_type == "code" and not apart and "costs(" not in cell.source


def _differences(
    as_it_was: Mapping[int, Any], places: Sequence[int], changed: Sequence[Any]
) -> Iterator[str]:
    for place, (error, other) in zip(places, changed, strict=True):
        wanted, text = as_it_was[place]
        if error != wanted:
            happens = f"stops with {error}" if error else f"no longer raises {wanted}"
            yield f"cell {place + 1} {happens}"
        elif text != other:
            yield f"cell {place + 1} gives another result"


def _plain(printed: str, result: str) -> str:
    # What overwrites its line, and addresses of objects, differ anyway.
    lines = [line.rpartition("\r")[2] for line in f"{printed}\n{result}".splitlines()]
    return re.sub(r"0x[0-9a-f]+|\d+\.\d+ s\b", "...", "\n".join(lines).strip())


_CALL = """from tests.authoring.left_in import in_a_copy as _in_a_copy
_in_a_copy({!r})"""


def in_a_copy(asked: str) -> None:
    """Runs the sources of the file `asked` in a fork of this kernel, and writes what they gave."""
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return
    try:
        signal.alarm(_SECONDS + 30)  # ends it also where nobody is left to wait for it
        path = Path(asked)
        said: list[tuple[str, str]] = []
        # IPython runs an awaiting cell in a loop of its own, which a thread with a running loop refuses.
        thread = threading.Thread(target=_run, args=(json.loads(path.read_text("utf-8")), said))
        thread.start()
        thread.join(_SECONDS)
        path.with_suffix(".said").write_text(json.dumps(said), "utf-8")
    finally:
        os._exit(0)


def _run(sources: Sequence[str], said: list[tuple[str, str]]) -> None:
    from IPython import get_ipython
    from IPython.utils.capture import capture_output

    shell: Any = get_ipython()
    shell._showtraceback = lambda *_: None  # it would write to the kernel's own socket
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # ends with the process
    for source in sources:
        with capture_output() as out:
            result = shell.run_cell(source)
        error = result.error_before_exec or result.error_in_exec
        shown = ""
        if result.result is not None:
            shown = shell.display_formatter.format(result.result)[0].get("text/plain", "")
        shown += "\n".join(text for text in _seen(out.outputs) if not COST_LINE.match(text))
        said.append((type(error).__name__ if error else "", _plain(out.stdout, shown)))


def _seen(outputs: Sequence[Any]) -> list[str]:
    """What is on display in the end. How often a stream was drawn on the way differs anyway."""
    last = {
        each.transient.get("display_id", place): each.data.get("text/plain", "")
        for place, each in enumerate(outputs)
    }
    return list(last.values())
