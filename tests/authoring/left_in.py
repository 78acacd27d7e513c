"""What becomes of a lesson when a learner makes a change that it invites, and leaves it in.

    python -m tests.authoring left-in 03

The rest of the lesson runs in a forked copy of its kernel, right after the changed cell, and once in
another copy with all cells as they are. A later cell that stops, or gives another text, depends on the change:
its invitation must then say "Then change it back and run the cell again."

A copy has no threads but its own. A lesson that has started one, such as a server, runs anew from its first cell.
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
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from oaiworkbook.course.running.kernels import session
from oaiworkbook.course.running.run import read, run_cell, tags
from oaiworkbook.course.running.variants import variants

from . import surroundings

BACK = re.compile(r"\bchange\s+it\s+back\b", re.IGNORECASE)
_SECONDS = 300
_THREAD = "threading.Thread("
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


def changes(path: Path, *, taken_back: bool = True) -> list[LeftIn]:
    """What each change of a lesson does that is left in.

    `taken_back`: those too whose invitation asks to change it back. Raises RuntimeError where the lesson itself stops.
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
                invited = [each for each in variants(stored) if each.cell == index]
                back = {e.old: _taken_back(stored.cells[index + 1].source, e.old) for e in invited}
                mine = [each for each in invited if taken_back or not back[each.old]]
                if not mine:
                    continue
                later = {
                    place: stored.cells[place].source
                    for place in range(index + 1, len(stored.cells))
                    if _counts(stored.cells[place])
                }

                if any(_THREAD in each.source for each in stored.cells[: index + 1]):
                    after = partial(_anew, path, index, later)
                else:
                    after = partial(_after, client, cell, index, later, scratch)
                if not as_it_was:
                    as_it_was = after(cell.source)
                from_here = None
                for each in mine:
                    theirs = after(each.source)
                    breaks = list(_differences(as_it_was, theirs))
                    if breaks:
                        # From a later cell on a lesson may go on otherwise: what it drew, what it counted.
                        from_here = from_here or after(cell.source)
                        breaks = list(_differences(from_here, theirs))
                    found.append(LeftIn(index + 1, each.old, breaks, back[each.old]))
    return found


def _after(
    client: Any, cell: Any, index: int, later: Mapping[int, str], scratch: Path, source: str
) -> dict[int, Any]:
    """What the later cells give in a copy that goes on from here with `source`."""
    file = scratch / f"{len(list(scratch.glob('*.said')))}.json"
    file.write_text(json.dumps([source, *later.values()]), "utf-8")
    asking = _untyped.from_dict({**cell, "source": _CALL.format(str(file))})
    run_cell(client, asking, index, index)
    said = json.loads(file.with_suffix(".said").read_text("utf-8"))
    return dict(zip(later, said[1:], strict=True))


def _anew(path: Path, index: int, later: Mapping[int, str], source: str) -> dict[int, Any]:
    """As `_after`, in a kernel of its own that has run the cells before."""
    node = read(path)
    node.cells[index].source = source
    found = {}
    with tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True) as folder:
        env = surroundings.environment(Path(folder))
        with session(
            node, path.parent, mode="replay", lesson=path.stem, env=env, timeout=_SECONDS
        ) as client:
            for place, cell in enumerate(node.cells):
                if place in later or (place <= index and cell.cell_type == "code"):
                    run_cell(client, cell, place, place)
                if place in later:
                    found[place] = _given(cell.outputs)
    return found


def _given(outputs: Sequence[Any]) -> tuple[str, str]:
    """The error of a cell, and its text."""
    error, printed, shown = "", "", []
    for each in outputs:
        if each.output_type == "error":
            error = each.ename
        elif each.output_type == "stream":
            printed += each.text if each.name == "stdout" else ""
        elif not COST_LINE.match(text := each.data.get("text/plain", "")):
            shown.append(text)
    return error, _plain(printed, "\n".join(shown))


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


def _differences(as_it_was: Mapping[int, Any], changed: Mapping[int, Any]) -> Iterator[str]:
    for place, (error, other) in changed.items():
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
    before = _files()
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        _put_back(before)
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


def _files() -> dict[Path, bytes]:
    """What the lesson has written into its folder for temporary files."""
    found = Path(tempfile.gettempdir()).rglob("*")
    return {file: file.read_bytes() for file in found if file.is_file()}


def _put_back(before: Mapping[Path, bytes]) -> None:
    """So that no copy finds what an earlier one has written. In place: a database may be open."""
    for file, content in _files().items():
        if file not in before:
            file.unlink()
        elif content != before[file]:
            file.write_bytes(before[file])
    for file in before.keys() - _files().keys():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(before[file])


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
