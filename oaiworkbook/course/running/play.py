"""Plays what a learner may do to a lesson: the changes it invites, and answers to its exercises.

Every change runs in place of its cell, and the original runs again after it, so that later cells
see the state they expect. `running.record` uses this to record what replay must be able to
answer, the tests to prove that it does.
"""

import copy
import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from .kernels import session
from .run import OWN, Failure, Run, RunResult, read, run_cell, tags
from .variants import variants

_CHECKED = re.compile(r"\bcheck\(\s*[\"'](\d\d-\d+)[\"']")
# Exercise id -> (name, source) of each answer to play in place of the stub.
Answers = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Play:
    """`source` runs in place of cell `cell`; then cell `check`, if any. `raises`: error wanted."""

    cell: int
    name: str
    source: str
    check: int | None = None
    exercise: str | None = None
    raises: str | None = None


@dataclass(frozen=True, slots=True)
class Played:
    play: Play
    outputs: list[nbformat.NotebookNode] = field(default_factory=list)
    checked: list[nbformat.NotebookNode] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """What the check beneath an exercise said, as plain text."""
        texts = [output.get("data", {}).get("text/plain", "") for output in self.checked]
        return "\n".join(filter(None, texts))


def exercises(notebook: nbformat.NotebookNode) -> dict[str, tuple[int, int]]:
    """Exercise id -> indexes of its stub and of the check cell that follows it."""
    found: dict[str, tuple[int, int]] = {}
    stub: int | None = None
    for index, cell in enumerate(notebook.cells):
        if "exercise" in tags(cell):
            stub = index
        elif "check" in tags(cell) and stub is not None and (id_ := _CHECKED.search(cell.source)):
            found[id_[1]] = (stub, index)
            stub = None
    return found


def answers(lesson: str) -> dict[str, list[tuple[str, str]]]:
    """The reference of each exercise."""
    from ..checks import of_lesson

    return {each.id: [("reference", each.reference)] for each in of_lesson(lesson[:2])}


def plays(notebook: nbformat.NotebookNode, answered: Answers) -> list[Play]:
    """Everything there is to play, by cell. Raises VariantError for a change that does not fit."""
    found = [
        Play(v.cell, f"with `{v.new}` for `{v.old}`", v.source, raises=v.raises)
        for v in variants(notebook)
    ]
    for id_, (stub, check) in exercises(notebook).items():
        for name, source in answered.get(id_, []):
            found.append(Play(stub, f"{id_}, {name}", source, check, id_))
    return found


def play(
    notebook: Path,
    answered: Answers,
    *,
    mode: str,
    lesson: str,
    env: Mapping[str, str | None] | None = None,
    timeout: int = 600,
    startup: str = "",
    more: Sequence[Play] = (),
) -> tuple[RunResult, list[Played]]:
    """Runs the notebook with everything of `plays`, and `more`, in between. The file stays as it is.

    `timeout` is for each cell, in seconds. `startup` is Python that the kernel runs first.
    """
    node = read(notebook)
    todo = [*plays(node, answered), *more]
    # What a learner asks in a cell of their own is not to be recorded.
    run = Run(node, lambda done, total: None, frozenset({OWN} if mode == "record" else ()))
    played: list[Played] = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True) as scratch:
        # Solving the exercises here is no progress of the learner's.
        env = {"OAIWORKBOOK_PROGRESS": scratch, **(env or {})}
        folder = notebook.absolute().parent
        try:
            with session(
                node, folder, mode=mode, lesson=lesson, env=env, timeout=timeout, startup=startup
            ) as client:
                _with_plays(client, run, todo, played)
        except RuntimeError as error:
            run.failures.append(Failure(run.done, str(error)))
    return RunResult(node, run.failures, time.monotonic() - started), played


def _with_plays(client: NotebookClient, run: Run, todo: list[Play], played: list[Played]) -> None:
    ends = {each.check if each.check is not None else each.cell for each in todo}
    for index, cell in enumerate(run.node.cells):
        if cell.cell_type != "code":
            continue
        run.done += 1
        if run.leaves_out(cell):
            continue
        failure = run_cell(client, cell, index, run.done)
        if failure is not None:
            run.failures.append(failure)
            if "raises-exception" not in tags(cell):
                return
        if index not in ends:
            continue
        mine = [e for e in todo if index == (e.check if e.check is not None else e.cell)]
        kept = copy.deepcopy(cell.outputs)
        for each in mine:
            played.append(_one(client, run, each))
        for original in sorted({each.cell for each in mine} | {index}):
            run_cell(client, run.node.cells[original], original, run.done)
        cell.outputs = kept


def _one(client: NotebookClient, run: Run, each: Play) -> Played:
    cell = run.node.cells[each.cell]
    original = cell.source
    cell.source = each.source
    failure = run_cell(client, cell, each.cell, run.done)
    cell.source = original
    outputs = list(cell.outputs)
    wanted = each.raises or ("raises-exception" in tags(cell) and each.exercise is None)
    raised = next((o.ename for o in outputs if o.output_type == "error"), None)
    if each.raises and raised != each.raises:
        what = f"should raise {each.raises}, and raised {raised or 'nothing'}"
        run.failures.append(Failure(run.done, f"{each.name}: {what}"))
    elif failure is not None and not wanted:
        run.failures.append(replace(failure, message=f"{each.name}: {failure.message}"))
    elif raised in ("RecordingNotFound", "RecordingError"):
        run.failures.append(Failure(run.done, f"{each.name}: {raised}"))
    if each.check is None:
        return Played(each, outputs)
    check = run.node.cells[each.check]
    failure = run_cell(client, check, each.check, run.done)
    if failure is not None:
        run.failures.append(replace(failure, message=f"{each.name}: {failure.message}"))
    return Played(each, outputs, list(check.outputs))
