"""`oaiworkbook lab`: JupyterLab on the lessons."""

import argparse
from contextlib import nullcontext

from .arguments import Parser, port

WHAT = "open JupyterLab on the lessons"
HELP = """\
    Opens JupyterLab on the start page, which lists all lessons and what you have solved, or on
    the lesson given. The page, 00_all_lessons.md, is written anew by each start and by each
    check; if you have changed it, your version is kept. In a clone it works on notebooks/.
    Installed with pip it copies the lessons that are missing into this folder, or into
    oaiworkbook-lessons/ if other files are here, and never overwrites one of yours.
    Stop it with Ctrl+C. Options of JupyterLab itself can follow after --.

    example:
      oaiworkbook lab 03
    with a model on this machine for questions of your own:
      oaiworkbook lab --local
    on a server, without a browser:
      oaiworkbook lab --no-browser -- --ServerApp.ip=0.0.0.0

    next: open lesson 00 and run its cells from top to bottom with Shift+Enter.
"""


def options(parser: Parser) -> None:
    parser.add_argument(
        "lesson", nargs="?", metavar="NN", help="lesson to open (default: the start page)"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    parser.add_argument(
        "--local", action="store_true", help="a model on this machine answers your own questions"
    )
    parser.add_argument("--port", type=port, help="default: 8888, or the next that is free")


def run(args: argparse.Namespace) -> int:
    from ..course.lab import local_model, start

    with local_model() if args.local else nullcontext():
        start(args.lesson, browser=not args.no_browser, port=args.port, extra=args.extra)
    return 0
