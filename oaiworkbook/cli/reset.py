"""`oaiworkbook reset`: a lesson as it was, and the learner's version kept."""

import argparse

from .arguments import Parser

WHAT = "bring back a lesson as it was, and keep yours"
HELP = """\
    Puts the course's version of a lesson back. Yours is kept beside it under a dated name,
    such as 03_streaming.mine-2026-11-22.ipynb.

    example:
      oaiworkbook reset 03

    next: in JupyterLab, File > Reload Notebook from Disk.
"""


def options(parser: Parser) -> None:
    parser.add_argument("lesson", metavar="NN", help="lesson, such as 03")


def run(args: argparse.Namespace) -> int:
    from ..course import lab, lessons

    done = lessons.reset(args.lesson)
    if not done.changed:
        print(f"{done.lesson} is the course's own already; nothing was changed.")
        return 0
    lab.trust(done.lesson.parent)
    if done.kept:
        print(f"Your version is kept as {done.kept}")
    print(f"{done.lesson} is the course's own again.")
    print("If it is open in JupyterLab: File > Reload Notebook from Disk.")
    return 0
