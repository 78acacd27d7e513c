"""`oaiworkbook run`: lessons without a browser, a result line each."""

import argparse
from pathlib import Path

from .arguments import Parser

WHAT = "run lessons without a browser"
HELP = """\
    Runs every cell of the lessons named and prints a result for each. Nothing is saved.
    OAIWORKBOOK_MODE decides where answers come from: recordings, unless you set it to live.
    Ends with 1 if a lesson failed.

    example:
      oaiworkbook run 00 03
      oaiworkbook run --all
    what you have edited and not committed, or what is not as it was installed:
      oaiworkbook run --changed

    next: oaiworkbook lab NN shows a lesson that failed.
"""


def options(parser: Parser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lessons, such as 03 12")
    parser.add_argument("--all", action="store_true", help="all lessons")
    parser.add_argument(
        "--changed", action="store_true", help="lessons that are not the course's own"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="tracebacks of failures")


def run(args: argparse.Namespace) -> int:
    from .. import settings
    from ..course import lessons
    from ..course.running import run as running
    from ..errors import SettingsError
    from .batch import Ran, chosen, each

    if args.changed and (args.lessons or args.all):
        args.parser.error("--changed chooses the lessons itself; leave the rest out")
    notebooks = lessons.changed() if args.changed else chosen(args)
    if not notebooks:
        print("Every lesson is the course's own.")
        return 0
    mode = settings.mode()
    if mode == "record":
        raise SettingsError(
            "OAIWORKBOOK_MODE is record. To record lessons use `oaiworkbook record`; to run them, "
            "unset OAIWORKBOOK_MODE."
        )

    def one(notebook: Path, on_cell: running.OnCell) -> Ran:
        return running.execute(notebook, mode=mode, lesson=notebook.stem, on_cell=on_cell), ""

    return each(notebooks, one, verbose=args.verbose)
