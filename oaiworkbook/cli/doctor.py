"""`oaiworkbook doctor`: what a notebook will see on this machine."""

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import Parser

if TYPE_CHECKING:
    from ..course.doctor import Report
    from ..course.room import Machines

WHAT = "check that everything is in place"
HELP = """\
    Looks at what the lessons need: Python, the SDK, mode, key (only whether it is set),
    base URL, recordings and who wrote them, cost log, proxies, JupyterLab, kernel. A line
    each: ok, note or problem with what to do. Tables of prices, models and dated facts, and
    the folder of your progress, have a line only where something is wrong with them. Sends
    nothing. Ends with 1 on a problem.

    example:
      oaiworkbook doctor
    for a program, or to paste into a form:
      oaiworkbook doctor --json
    whose machine is ready, from a folder of files that learners sent:
      oaiworkbook doctor FOLDER

    next: oaiworkbook lab.
"""


def options(parser: Parser) -> None:
    parser.add_argument(
        "folder", nargs="?", metavar="FOLDER", help="show the reports in this folder"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    if args.folder is not None:
        from ..course import room

        machines = room.machines(Path(args.folder))
        _print(machines, as_json=args.json)
        return 0 if machines.ready else 1
    from ..course.doctor import doctor
    from ..course.lab import environment

    os.environ.update(environment())
    report = doctor()
    _print(report, as_json=args.json)
    return 1 if report.problems else 0


def _print(shown: "Report | Machines", *, as_json: bool) -> None:
    print(json.dumps(shown.to_dict(), indent=2, ensure_ascii=False) if as_json else shown)
