"""`oaiworkbook run` and `oaiworkbook record`: lessons without a browser, a result line each."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .. import settings
from ..course import lessons
from ..course.running import run as running
from ..errors import LessonError, SettingsError, WorkbookError
from ..money.amounts import usd
from ..money.ledger import default_ledger

if TYPE_CHECKING:
    from ..recordings.file import Recording

# The result of one lesson, and a line about what it wrote.
Ran = tuple[running.Result, str]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the calls of one lesson cost by its recordings, in USD at today's prices."""

    usd: Decimal
    calls: int
    unknown: int  # calls that no price is known for, not in `usd`

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(
            self.usd + other.usd, self.calls + other.calls, self.unknown + other.unknown
        )

    def __str__(self) -> str:
        plus = f", and {self.unknown} of them of unknown price" if self.unknown else ""
        return f"{self.calls} recorded calls cost {usd(self.usd)} live{plus}"


def run(args: Namespace) -> int:
    mode = settings.mode()
    if mode == "record":
        raise SettingsError(
            "OAIWORKBOOK_MODE is record. To record lessons use `oaiworkbook record`; to run them, "
            "unset OAIWORKBOOK_MODE."
        )

    def one(notebook: Path, on_cell: running.OnCell) -> Ran:
        return running.execute(notebook, mode=mode, lesson=notebook.stem, on_cell=on_cell), ""

    return _each(_chosen(args), one, verbose=args.verbose)


def record(args: Namespace) -> int:
    notebooks = _chosen(args)
    env = _environment(args)
    cap = Decimal(env.get("OAIWORKBOOK_MAX_USD") or str(settings.max_usd()))
    _announce(notebooks, cap, missing=args.missing)
    if sys.stdin.isatty() and input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
        print("Nothing was sent.")
        return 1

    def one(notebook: Path, on_cell: running.OnCell) -> Ran:
        before, row = _stamps(notebook.stem), default_ledger().last_row()
        result = running.record(notebook, lesson=notebook.stem, env=env, on_cell=on_cell)
        report = _written(notebook.stem, before)
        if result.ok and (unused := _unused(notebook.stem, before, row)):
            report += f"\n        no longer asked for, to delete: {', '.join(unused)}"
        return result, report

    return _each(notebooks, one, verbose=args.verbose)


def _chosen(args: Namespace) -> list[Path]:
    if args.all:
        names = [lesson.stem for lesson in lessons.shipped()]
        if not names:
            raise LessonError("There are no lessons here. Install the course again.")
        return [lessons.find(name) for name in names]
    return [lessons.find(number) for number in args.lessons]


def _environment(args: Namespace) -> dict[str, str]:
    env = {}
    key = os.environ.get("OPENAI_API_KEY")
    if not key and not settings.is_loopback(os.environ.get("OPENAI_BASE_URL", "")):
        raise SettingsError(
            "Recording calls the API, but OPENAI_API_KEY is not set. Set it in this terminal, then "
            "run the command again. (A server on this machine, named by OPENAI_BASE_URL, needs none.)"
        )
    if args.max_usd is not None:
        env["OAIWORKBOOK_MAX_USD"] = str(args.max_usd)
    if args.missing:
        env["OAIWORKBOOK_RECORD"] = "missing"
    return env


def _announce(notebooks: list[Path], cap: Decimal, *, missing: bool) -> None:
    total = Estimate(Decimal(0), 0, 0)
    for notebook in notebooks:
        estimate = estimated(notebook.stem)
        total += estimate
        print(f"{notebook.stem}: {estimate}" if estimate.calls else f"{notebook.stem}: no estimate")
    if len(notebooks) > 1:
        print(f"Together: {total}")
    print(f"Stops when today's spending reaches {usd(cap)} (--max-usd).")
    if missing:
        print("Only calls that have no recording are sent.")
    elif total.usd > cap:
        raise WorkbookError(
            f"The estimate is above the cap of {usd(cap)}: raise it with --max-usd."
        )


def estimated(lesson: str) -> Estimate:
    """Prices the answers that are recorded for a lesson as if they were asked for now."""
    from ..money.prices import price
    from ..money.usage import read_usage
    from ..recordings.library import Library
    from ..recordings.requests import CanonicalRequest

    now = datetime.now(UTC)
    sum_usd, calls, unknown = Decimal(0), 0, 0
    library = Library(settings.data_dir() / "recordings")
    for path in _files(lesson):
        try:
            recording = library.read(path)
        except WorkbookError:
            unknown += 1  # broken; recording the lesson again is what mends it
            continue
        asked = recording.request
        form = CanonicalRequest(asked.method, asked.path, asked.query, asked.body, "").form()
        if asked.method == "WS":
            form = dict(parse_qsl(asked.query))
        for response in _responses(recording):
            usage = read_usage(asked.method, asked.path, form, response)
            if usage is not None:
                cost = price(usage, now).usd
                calls, unknown = calls + 1, unknown + (cost is None)
                sum_usd += cost or 0
    return Estimate(sum_usd, calls, unknown)


def _responses(recording: "Recording") -> Iterator[Any]:
    for answer in recording.answers:
        if answer.frames is not None:
            yield from (data for direction, _, data in answer.frames if direction == "<")
        elif answer.status < 400:
            events = answer.sse
            yield answer.json_ if events is None else [data for _, _, data in events]


def _files(lesson: str) -> list[Path]:
    return sorted((settings.data_dir() / "recordings" / lesson).glob("*.json"))


def _stamps(lesson: str) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in _files(lesson)}


def _written(lesson: str, before: dict[str, int]) -> str:
    """What recording has written, in words."""
    from ..recordings.library import Library

    folder = settings.data_dir() / "recordings" / lesson
    written = [name for name, stamp in _stamps(lesson).items() if before.get(name) != stamp]
    if not written:
        return f"nothing written in {folder}"
    library = Library(folder.parent)
    sources = library.origins(folder / name for name in written).counts
    kinds = ", ".join(f"{count} {source}" for source, count in sources.items())
    new = len(set(written) - set(before))
    return f"{len(written)} recordings written to {folder} ({new} new; {kinds})"


def _unused(lesson: str, before: dict[str, int], row: int) -> list[str]:
    """Recordings that were there before and that no call since ledger row `row` has used."""
    used = {Path(call.recording).name for call in default_ledger().calls(row) if call.recording}
    now = _stamps(lesson)
    return [name for name, stamp in before.items() if now.get(name) == stamp and name not in used]


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
