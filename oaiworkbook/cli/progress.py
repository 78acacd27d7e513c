"""`oaiworkbook progress`: which exercises are solved, and which lesson is next."""

import argparse
import json
from pathlib import Path

from .arguments import Parser

WHAT = "which exercises you have solved, and what is next"
HELP = """\
    A line for each lesson: how many of its exercises are solved, and how often you had
    answers checked. Below it says which lesson is next. Progress is kept in your own data
    folder (OAIWORKBOOK_PROGRESS names another one), and not in the notebooks.

    example:
      oaiworkbook progress
    for a program, or to send to an instructor:
      oaiworkbook progress --json
    a whole room, from what learners sent, or from the homes of a Hub:
      oaiworkbook progress FOLDER

    next: oaiworkbook lab NN opens the lesson.
"""


def options(parser: Parser) -> None:
    parser.add_argument(
        "folder", nargs="?", metavar="FOLDER", help="show the learners in this folder"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    from ..course import room, solved

    shown = solved.read() if args.folder is None else room.of(Path(args.folder))
    print(json.dumps(shown.to_dict(), indent=2, ensure_ascii=False) if args.json else shown)
    return 0
