"""Recording lessons again: what it may cost, the cap, what was written, what is no longer asked for."""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from .. import settings
from ..errors import SettingsError, WorkbookError
from ..money.amounts import usd
from ..money.ledger import Mark, default_ledger
from ..money.prices import price
from ..money.usage import read_usage
from ..recordings.file import Recording, read_recording
from ..recordings.library import Library
from ..recordings.requests import CanonicalRequest
from .batch import Ran


@dataclass(frozen=True, slots=True)
class LessonCost:
    """What the calls of one lesson cost by its recordings, in USD at today's prices."""

    usd: Decimal
    calls: int
    unknown: int  # calls that no price is known for, not in `usd`

    def __add__(self, other: "LessonCost") -> "LessonCost":
        return LessonCost(
            self.usd + other.usd, self.calls + other.calls, self.unknown + other.unknown
        )

    def __str__(self) -> str:
        plus = f", and {self.unknown} of them of unknown price" if self.unknown else ""
        return f"{self.calls} recorded calls cost {usd(self.usd)} live{plus}"


def record(args: argparse.Namespace) -> int:
    from ..course.running import run as running
    from .batch import chosen, each

    notebooks = chosen(args)
    env = _environment(args)
    cap = Decimal(env.get("OAIWORKBOOK_MAX_USD") or str(settings.max_usd()))
    _announce(notebooks, cap, missing=args.missing)
    if sys.stdin.isatty() and input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
        print("Nothing was sent.")
        return 1

    def one(notebook: Path, on_cell: running.OnCell) -> Ran:
        before, mark = _stamps(notebook.stem), default_ledger().mark()
        result = running.record(notebook, lesson=notebook.stem, env=env, on_cell=on_cell)
        if not result.ok:
            return result, result.kept
        return result, "\n        ".join(_report(notebook.stem, before, mark))

    return each(notebooks, one, verbose=args.verbose)


def _environment(args: argparse.Namespace) -> dict[str, str]:
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
    total = LessonCost(Decimal(0), 0, 0)
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


def estimated(lesson: str) -> LessonCost:
    """Prices the answers that are recorded for a lesson as if they were asked for now."""
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
    return LessonCost(sum_usd, calls, unknown)


def _responses(recording: Recording) -> Iterator[Any]:
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
    folder = settings.data_dir() / "recordings" / lesson
    written = [name for name, stamp in _stamps(lesson).items() if before.get(name) != stamp]
    if not written:
        return f"nothing written in {folder}"
    library = Library(folder.parent)
    origins = library.origins(folder / name for name in written).counts
    kinds = ", ".join(
        f"{count} {source}" + (f" from {server} (not OpenAI's API)" if server else "")
        for (source, server), count in origins.items()
    )
    new = len(set(written) - set(before))
    return f"{len(written)} recordings written to {folder} ({new} new; {kinds})"


def _report(lesson: str, before: dict[str, int], mark: Mark) -> Iterator[str]:
    """What was written, and the recordings that no call since `mark` has asked for."""
    yield _written(lesson, before)
    calls = default_ledger().calls(mark)
    used = {Path(call.recording).name for call in calls if call.recording}
    now = _stamps(lesson)
    unused = [n for n, stamp in before.items() if now.get(n) == stamp and n not in used]
    # A session has no row of its own, and its rows do not name its recording.
    if any(call.http_status == 101 for call in calls):
        folder = settings.data_dir() / "recordings" / lesson
        unused = [n for n in unused if read_recording(folder / n).answers[0].frames is None]
    lost = [c for c in calls if c.mode == "record" and not c.recording and c.http_status != 101]
    if lost:
        yield f"{len(lost)} tries have no recorded answer, so what is no longer asked for is not known"
    elif unused:
        yield f"no longer asked for, to delete: {', '.join(unused)}"
