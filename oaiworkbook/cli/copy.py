"""`oaiworkbook copy`: the lessons in a folder of one's own."""

import argparse
from pathlib import Path

from .arguments import Parser

WHAT = "copy the lessons into a folder, overwriting nothing"
HELP = """\
    Copies the lessons that are not in the folder yet, and makes the folder if need be. A file
    that is there stays as it is. Run it again after an update to get what is new; for a fresh
    version of a lesson that you changed, move yours away first. Recordings and samples stay
    with the package, so the folder needs nothing else.

    example:
      oaiworkbook copy ~/lessons

    next: jupyter lab ~/lessons
"""


def options(parser: Parser) -> None:
    parser.add_argument("folder", metavar="DIR", help="where they go")


def run(args: argparse.Namespace) -> int:
    from ..course import lab, lessons

    folder = Path(args.folder).expanduser()
    new = len(lessons.copy_missing(folder))
    kept = len(lessons.shipped()) - new
    lab.trust(folder)
    print(
        f"{new} {'lesson' if new == 1 else 'lessons'} copied to {folder}, {kept} left as they were."
    )
    return 0
