"""`oaiworkbook solutions`: a booklet for those who help."""

import argparse
from pathlib import Path

from .arguments import Parser, deliver

WHAT = "a booklet of tasks, hints and solutions, for those who help"
HELP = """\
    Prints the exercises of the lessons named, or of all: task, hints and one good answer
    each, as Markdown. With -o it is written into a new file; one that ends in .html is a page
    to print from a browser.

    example:
      oaiworkbook solutions 03 05
      oaiworkbook solutions 00 01 05 -o booklet.html

    next: in a notebook, solution("03-1") shows the same answer.
"""


def options(parser: Parser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lessons, such as 03 05")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it into this new file")


def run(args: argparse.Namespace) -> int:
    from ..course import booklet, lessons

    numbers = args.lessons or [path.stem for path in lessons.shipped()]
    text = booklet.markdown(numbers)
    if args.output and Path(args.output).suffix.lower() in (".html", ".htm"):
        text = booklet.html(text)
    deliver(text, args.output)
    return 0
