"""Several lessons in a row, without a browser: a bar while one runs, then a result line."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from ..course import lessons
from ..course.running import run as running
from ..course.running.warm import warm_kernels
from ..errors import LessonError, WorkbookError

# The result of one lesson, and a line about what it wrote.
Ran = tuple[running.RunResult, str]


def chosen(args: argparse.Namespace) -> list[Path]:
    """The notebooks that the command line names."""
    if bool(args.lessons) == args.all:
        args.parser.error("name lessons, such as 03 12, or give --all")
    if args.all:
        names = [lesson.stem for lesson in lessons.shipped()]
        if not names:
            raise LessonError("There are no lessons here. Install the course again.")
        return [lessons.find(name) for name in names]
    return [lessons.find(number) for number in args.lessons]


def each(
    notebooks: list[Path], one: Callable[[Path, running.OnCell], Ran], *, verbose: bool
) -> int:
    """Runs `one` on each notebook and prints how it went. Returns the exit code."""
    with warm_kernels() if len(notebooks) > 1 else nullcontext():
        return _each(notebooks, one, verbose=verbose)


def _each(
    notebooks: list[Path], one: Callable[[Path, running.OnCell], Ran], *, verbose: bool
) -> int:
    seconds, failed = 0.0, 0
    for notebook in notebooks:
        try:
            with _bar(notebook.stem) as on_cell:
                result, report = one(notebook, on_cell)
        except WorkbookError as error:
            failed += 1
            print(f"FAILED  {notebook.stem}: {error}", flush=True)
            for note in getattr(error, "__notes__", ()):
                print(f"        {note}", flush=True)
            continue
        seconds += result.seconds
        failed += not result.ok
        if result.ok:
            print(f"ok      {notebook.stem}  {result.seconds:.1f} s", flush=True)
        if report:
            print(f"        {report}", flush=True)
        for failure in result.failures:
            print(f"FAILED  {notebook.stem}, {failure}", flush=True)
            if verbose and failure.traceback:
                print(failure.traceback)
    count = f"{len(notebooks)} {'lesson' if len(notebooks) == 1 else 'lessons'}"
    print(f"{failed} of {count} failed" if failed else f"{count} ok in {seconds:.1f} s")
    return 1 if failed else 0


@contextmanager
def _bar(name: str) -> Iterator[running.OnCell]:
    from tqdm import tqdm

    # disable=None: no bar where nobody watches, such as in a log file.
    with tqdm(desc=name, unit="cell", leave=False, disable=None) as bar:

        def on_cell(done: int, total: int) -> None:
            bar.total = total
            bar.n = done
            bar.refresh()

        yield on_cell
