"""`oaiworkbook doctor`: what a notebook will see on this machine."""

import argparse
import json
import os

from .arguments import Parser

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

    next: oaiworkbook lab.
"""


def options(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    from ..course.doctor import doctor
    from ..course.lab import environment

    os.environ.update(environment())
    report = doctor()
    print(json.dumps(report.to_dict(), indent=2, ensure_ascii=False) if args.json else report)
    return 1 if report.problems else 0
