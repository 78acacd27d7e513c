"""pytest --nbval with its holes closed. Loaded with `-p tests.nbval_plugin`.

nbval collects the cells and words the differences. The running is ours, by the engine that stores
the outputs: it applies display updates, counts executions, uses sockets without ports, and notices
a dead kernel. Pictures are compared, and after the last cell, what was replayed is looked at.
"""

import copy
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, coalesce_streams  # type: ignore[import-untyped]
from xdist.scheduler import LoadFileScheduling

from oaiworkbook.course.running.kernels import environment, session
from oaiworkbook.course.running.run import run_cell
from oaiworkbook.course.running.warm import Nursery, warm_kernels

from .authoring import surroundings
from .authoring.outputs import SANITIZE, node, picture_difference, shortened, without_pictures

LESSON = re.compile(r"(?<=\[)\d\d(?=_)")
SINGLE = ("test_support_desk.py", "test_nbval_plugin.py")
BY_LESSON = ("test_lessons.py", "test_left_in.py", "test_rerecord.py", "test_copy_cells.py")
# What waits the longest, and lasts longest at the end of a run if it does not start first.
FIRST = re.compile(r"\b(29_capstone|20_errors_and_retries|23_concurrency)\b")
WARM = pytest.StashKey[Nursery]()
LONGEST = 300  # seconds for a cell; nbval's own default is above half an hour


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    given = getattr(session.config, "workerinput", {})
    with warm_kernels(given.get("warm")):
        return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """All workers take their kernels from one warm process, which imports while they collect."""
    config = node.config
    if WARM not in config.stash and sys.platform == "linux" and with_notebooks(config.args):
        with tempfile.TemporaryDirectory(prefix="oaiwb-") as scratch:
            env = environment("replay", "", Path(scratch), surroundings.environment(Path(scratch)))
        config.stash[WARM] = Nursery(env)
    if WARM in config.stash:
        node.workerinput["warm"] = config.stash[WARM].handle


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if WARM in session.config.stash:
        session.config.stash[WARM].close()


def with_notebooks(arguments: Iterable[str]) -> bool:
    """Whether these arguments of pytest name notebooks, or a folder that holds some."""
    paths = [Path(each.partition("::")[0]) for each in arguments]
    return any(each.suffix == ".ipynb" or any(each.glob("*.ipynb")) for each in paths)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: Any) -> Generator[None, list[Any], list[Any]]:
    """Puts our collector in the place of nbval's."""
    found = yield
    if ".mine-" in file_path.name:
        return []  # a learner's own version, kept by `oaiworkbook reset`
    return [
        LessonFile.from_parent(parent, path=file_path) if type(each) is IPyNbFile else each
        for each in found
    ]


class ByLesson(LoadFileScheduling):  # type: ignore[misc]
    """A worker runs a whole file: a notebook keeps its kernel, a file of tests its fixtures.

    A file of slow tests is divided, by lesson or into single tests: else one worker would be busy
    long after the others.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file.endswith(SINGLE):
            return nodeid
        lesson = LESSON.search(test) if file.endswith(BY_LESSON) else None
        return f"{file} {lesson[0]}" if lesson else file


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The parts that take longest start first: no worker is to be busy long after the others."""
    sizes = Counter(item.nodeid.partition("::")[0] for item in items)

    def turn(item: pytest.Item) -> tuple[int, int]:
        file = item.nodeid.partition("::")[0]
        slow = file.endswith((*SINGLE, *BY_LESSON))
        if FIRST.search(item.nodeid):
            return (0 if slow else 1), 0
        return (2, 0) if slow else (3, -sizes[file])

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a good part of the run is waiting, for kernels and servers."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByLesson:
    return ByLesson(config, log)


class LessonFile(IPyNbFile):  # type: ignore[misc]
    """One notebook, one kernel."""

    def collect(self) -> Iterator[Any]:
        for cell in super().collect():
            yield LessonCell.from_parent(
                self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options
            )
        yield Replayed.from_parent(self, name="recordings")

    def setup(self) -> None:
        self.closing = ExitStack()
        self.scratch = Path(
            self.closing.enter_context(
                tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True)
            )
        )
        self.setup_sanitize_files()
        self.running = copy.deepcopy(self.nb)
        self.places = [i for i, c in enumerate(self.nb.cells) if c.cell_type == "code"]
        self.gone = ""
        self.client = self.closing.enter_context(
            session(
                self.running,
                self.path.parent,
                mode="replay",
                lesson=self.path.stem,
                env=surroundings.environment(self.scratch),
                timeout=min(int(self.config.option.nbval_cell_timeout), LONGEST),
                startup=surroundings.startup(self.scratch),
            )
        )

    def teardown(self) -> None:
        self.closing.close()

    def get_sanitize_files(self) -> list[str]:
        return super().get_sanitize_files() or [str(SANITIZE)]


class LessonCell(IPyNbCell):  # type: ignore[misc]
    """One code cell: runs, raises where it should, and gives the stored outputs."""

    def setup(self) -> None:
        """Without nbval's: a cell after a dead kernel is to fail, not to be excused."""

    def runtest(self) -> None:
        if self.options["skip"]:
            self.raise_cell_error("Remove the tag or comment that skips this cell.")
        lesson = self.parent
        if lesson.gone:
            self.raise_cell_error(f"Not run: {lesson.gone}")
        place = lesson.places[self.cell_num]
        cell = lesson.running.cells[place]
        try:
            failure = run_cell(lesson.client, cell, place, self.cell_num + 1)
        except RuntimeError as error:
            lesson.gone = str(error)
            self.raise_cell_error(f"The kernel is gone: {error}")
        if failure is not None:
            self.raise_cell_error(failure.message, failure.traceback)
        if self.cell.execution_count is None:
            self.raise_cell_error("Nothing is stored for this cell: build the lesson.")
        if self.options["check"]:
            self._compare(shortened(cell.outputs), self.cell.outputs)

    def _compare(self, new: Any, stored: Any) -> None:
        plain_new, pictures_new = without_pictures(new)
        plain_stored, pictures_stored = without_pictures(stored)
        nodes = [coalesce_streams([node(o) for o in each]) for each in (plain_new, plain_stored)]
        if not self.compare_outputs(*nodes, skip_compare=SKIPPED):
            self.raise_cell_error("Cell outputs differ", "\n".join(self.comparison_traceback))
        for number, pair in enumerate(zip(pictures_stored, pictures_new, strict=True), start=1):
            what = picture_difference(*pair)
            if what:
                self.raise_cell_error(f"Picture {number} differs: {what}")


# nbval's list, less pictures: they are numbers by now, and how many there are counts.
SKIPPED = (
    "metadata",
    "traceback",
    "output_type",
    "name",
    "execution_count",
    "application/vnd.jupyter.widget-view+json",
)


class Replayed(pytest.Item):
    """After the last cell: no request was missed, and only recordings were used that are there."""

    parent: LessonFile

    def runtest(self) -> None:
        looked = surroundings.looked(self.parent.scratch)
        missed = looked.unmeant(nbformat.read(self.path, as_version=4))
        assert not missed, f"no recording for {', '.join(missed)}"

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.name}::recordings"
