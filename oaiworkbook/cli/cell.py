"""`oaiworkbook cell`: the cell to copy of a lesson, as a file of its own."""

import argparse

from .arguments import Parser, deliver

WHAT = "print the cell to copy of a lesson, as a program"
HELP = """\
    Prints the cell to copy of a lesson. It needs no workbook: its first lines say which
    packages it needs. With -o it is written into a file, and no file is overwritten.

    example:
      oaiworkbook cell 05 > triage.py
    in PowerShell, whose > may write another encoding:
      oaiworkbook cell 05 -o triage.py

    next: docs/tasks.md and `oaiworkbook api WORD` say which lesson has what you need.
"""


def options(parser: Parser) -> None:
    parser.add_argument("lesson", metavar="NN", help="lesson, such as 05")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it into this new file")


def run(args: argparse.Namespace) -> int:
    from ..course import copied

    deliver(copied.program(args.lesson), args.output)
    return 0
