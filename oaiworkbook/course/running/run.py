"""Runs a notebook without a browser, in replay, live or record mode."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from ... import settings
from ...errors import NotebookError
from ...recordings.aside import Aside
from ...recordings.failures import failure_beside, failure_in, message_of
from ...recordings.file import Answer, read_recording
from .kernels import session

OnCell = Callable[[int, int], None]
_untyped: Any = nbformat
# The tag of a cell to play in: a learner's own question, which no recording answers. Nothing depends on it.
OWN = "own"
# The tag of a cell that deletes at OpenAI what the lesson has made. No cell after it needs what it does.
CLEANUP = "cleanup"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Failure:
    """`cell` counts code cells from 1, as the brackets in JupyterLab do; 0 is the kernel itself."""

    cell: int
    message: str
    traceback: str = ""

    def __str__(self) -> str:
        return f"cell [{self.cell}]: {self.message}" if self.cell else self.message


@dataclass(frozen=True, slots=True)
class RunResult:
    """The notebook with its new outputs (the file is untouched); `seconds` of wall time.

    `kept`: of a recording that failed, what became of what it had recorded, in words.
    """

    notebook: nbformat.NotebookNode
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0
    kept: str = ""

    @property
    def ok(self) -> bool:
        return not self.failures


def read(path: Path) -> nbformat.NotebookNode:
    """A notebook as nbformat 4. Raises NotebookError where there is none."""
    try:
        notebook: nbformat.NotebookNode = _untyped.read(path, as_version=4)
        _untyped.validate(notebook)
    except FileNotFoundError as error:
        raise NotebookError(f"There is no notebook {path}.") from error
    except Exception as error:  # nbformat raises whatever a strange structure leads to
        reason = _first_line(str(error)) or type(error).__name__
        raise NotebookError(
            f"{path} is not a notebook that can be read: {reason}. "
            f"`oaiworkbook reset {path.name[:2]}` brings the course's own back and keeps yours."
        ) from error
    return notebook


def execute(
    notebook: Path,
    *,
    mode: str,
    lesson: str,
    env: Mapping[str, str | None] | None = None,
    timeout: int = 600,
    on_cell: OnCell | None = None,
    startup: str = "",
    left_out: frozenset[str] = frozenset(),
) -> RunResult:
    """Runs all cells in a fresh kernel, in the notebook's folder, and leaves the file as it is.

    `timeout` is for each cell, in seconds. `on_cell(done, all)` is called at the start and after
    each code cell; `startup` is Python that the kernel runs first. The run stops at the first
    error; a cell tagged `raises-exception` must raise. A cell tagged `own` may miss its recording.
    Cells with a tag of `left_out` are not run.
    Raises NotebookError where the notebook cannot be read; all else is in the result's failures.
    """
    node = read(notebook)
    started = time.monotonic()
    run = Run(node, on_cell or (lambda done, total: None), left_out)
    try:
        with session(
            node,
            notebook.absolute().parent,
            mode=mode,
            lesson=lesson,
            env=env,
            timeout=timeout,
            startup=startup,
        ) as client:
            run.all_cells(client)
    except RuntimeError as error:
        run.failures.append(Failure(run.done, _first_line(str(error)), str(error)))
    return RunResult(node, run.failures, time.monotonic() - started)


def record(
    notebook: Path,
    *,
    lesson: str,
    env: Mapping[str, str | None] | None = None,
    timeout: int = 600,
    on_cell: OnCell | None = None,
) -> RunResult:
    """Records a lesson: its cells first, then what the changes and answers need on top of them.

    The answers to its exercises are the references. The second pass does not ask again for what the
    first has recorded. Nothing of the lesson's recordings changes before both have gone well; the
    note of an exception, or `kept` of the result, says what has become of the rest.
    """
    extra: dict[str, str | None] = dict(env or {})
    home = Path(extra.get("OAIWORKBOOK_DATA") or settings.data_dir()).expanduser().absolute()
    with Aside(home, lesson) as aside:
        extra |= {"OAIWORKBOOK_DATA": str(aside.data), "OAIWORKBOOK_ASIDE": "1"}
        try:
            result = _both_passes(notebook, lesson, extra, timeout, on_cell, aside)
            if result.ok:
                aside.place()
                return result
        except BaseException as error:
            error.add_note(aside.keep())
            raise
        return replace(result, kept=aside.keep())


def _both_passes(
    notebook: Path,
    lesson: str,
    env: dict[str, str | None],
    timeout: int,
    on_cell: OnCell | None,
    aside: Aside,
) -> RunResult:
    from .play import answers, play, plays

    first = execute(
        notebook,
        mode="record",
        lesson=lesson,
        env=env,
        timeout=timeout,
        on_cell=on_cell,
        # The changes ask for what a cell that cleans up deletes: it runs with the second pass.
        left_out=frozenset({OWN, CLEANUP}),
    )
    if not first.ok:
        return first
    known, shown = answers(lesson), _outputs(first.notebook)
    cleans_up = any(CLEANUP in tags(cell) for cell in first.notebook.cells)
    if not cleans_up and not plays(first.notebook, known):
        return replace(first, failures=list(_unwanted(aside, shown)))
    # File times may be coarser than the clock.
    env.setdefault("OAIWORKBOOK_RECORD", f"missing since {aside.began - 2:.0f}")
    second, played = play(notebook, known, mode="record", lesson=lesson, env=env, timeout=timeout)
    shown += [*_outputs(second.notebook), *(output for each in played for output in each.outputs)]
    failures = [*second.failures, *_unwanted(aside, shown)]
    return RunResult(first.notebook, failures, first.seconds + second.seconds)


def _outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def _unwanted(aside: Aside, outputs: Sequence[nbformat.NotebookNode]) -> Iterator[Failure]:
    """Failures where the present recording has good answers, which no cell has shown as an error.

    The lesson has caught them itself, so its cells have ended well.
    """
    errors = [output.evalue for output in outputs if output.output_type == "error"]
    for path in aside.new():
        present = aside.replaced(path)
        if present is None or any(map(failure_in, present.answers)):
            continue
        for answer in read_recording(path).answers:
            why = failure_beside(present.answers, answer)
            if why and not any(_shows(error, answer) for error in errors):
                yield Failure(
                    0,
                    f"{path.name} would become a failure ({why}) that no cell shows. If the lesson is "
                    "to have it, delete the file first.",
                )


def _shows(error: str, answer: Answer) -> bool:
    """Whether the text of an error is that of this answer."""
    if answer.status < 400:
        return "Error code: " not in error
    return f"Error code: {answer.status}" in error and message_of(answer.json_) in error


@dataclass
class Run:
    """The state of one run of a notebook; `done` counts the code cells that were started.

    `left_out`: tags of cells that are not run.
    """

    node: nbformat.NotebookNode
    on_cell: OnCell
    left_out: frozenset[str]
    failures: list[Failure] = field(default_factory=list)
    done: int = 0

    def all_cells(self, client: NotebookClient) -> None:
        code = [(i, c) for i, c in enumerate(self.node.cells) if c.cell_type == "code"]
        self.on_cell(0, len(code))
        for index, cell in code:
            self.done += 1
            left_out = self.leaves_out(cell)
            failure = None if left_out else run_cell(client, cell, index, self.done)
            self.on_cell(self.done, len(code))
            if failure is not None:
                self.failures.append(failure)
                if "raises-exception" not in tags(cell):
                    return

    def leaves_out(self, cell: nbformat.NotebookNode) -> bool:
        """Whether the cell is not run."""
        left_out = not self.left_out.isdisjoint(tags(cell))
        if left_out:
            cell.outputs = []  # a stored error would excuse a recording that fails
        return left_out


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def run_cell(
    client: NotebookClient, cell: nbformat.NotebookNode, index: int, number: int
) -> Failure | None:
    """Runs one cell and fills in its outputs. Returns what went wrong.

    Raises RuntimeError (nbclient's DeadKernelError too) when the kernel is gone: no cell after
    this one can run.
    """
    cell.execution_count = None
    try:
        client.execute_cell(cell, index, execution_count=number)
    except CellExecutionError as error:
        traceback = "\n".join(o.traceback[-1] for o in cell.outputs if o.output_type == "error")
        message = f"{error.ename}: {_first_line(error.evalue)}"
        return Failure(number, message, _COLOURS.sub("", traceback))
    except CellTimeoutError as error:
        raise DeadKernelError(
            f"still running after {client.timeout} seconds, stopped: {_first_line(cell.source)}"
        ) from error
    except DeadKernelError as error:
        raise DeadKernelError(
            f"the kernel died while running: {_first_line(cell.source)}"
        ) from error
    raised = next((output for output in cell.outputs if output.output_type == "error"), None)
    if OWN in tags(cell):
        if raised is None or raised.ename == "RecordingNotFound":
            return None
        traceback = _COLOURS.sub("", "\n".join(raised.traceback[-1:]))
        return Failure(number, f"{raised.ename}: {_first_line(raised.evalue)}", traceback)
    if "raises-exception" in tags(cell) and raised is None:
        return Failure(number, "tagged raises-exception, and raised nothing")
    return None


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else ""
