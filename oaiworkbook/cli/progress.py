"""`oaiworkbook progress`: which exercises are solved, and which lesson is next."""

import argparse
import json

from .arguments import Parser

WHAT = "which exercises you have solved, and what is next"
HELP = """\
    A line for each lesson: how many of its exercises are solved, and how often you had
    answers checked. Below it says which lesson is next. Progress is kept in your own data
    folder (OAIWORKBOOK_PROGRESS names another one), and not in the notebooks.

    example:
      oaiworkbook progress
    for a program:
      oaiworkbook progress --json

    next: oaiworkbook lab NN opens the lesson.
"""


def options(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    from ..course import solved

    progress = solved.read()
    print(json.dumps(progress.to_dict(), indent=2, ensure_ascii=False) if args.json else progress)
    return 0
