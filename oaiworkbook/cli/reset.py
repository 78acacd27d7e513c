"""`oaiworkbook reset`: a lesson as it was, and the learner's version kept."""

import argparse

from .arguments import Parser

WHAT = "bring back a lesson as it was, and keep yours"
HELP = """\
    Puts the course's version of a lesson back. Yours is kept beside it under a dated name,
    such as 03_streaming.mine-2026-11-22.ipynb. Your progress and your cost log stay.

    example:
      oaiworkbook reset 03
    every lesson that is not the course's own any more:
      oaiworkbook reset --all

    next: in JupyterLab, File > Reload Notebook from Disk.
"""


def options(parser: Parser) -> None:
    parser.add_argument("lesson", metavar="NN", nargs="?", help="lesson, such as 03")
    parser.add_argument("--all", action="store_true", help="all lessons")


def run(args: argparse.Namespace) -> int:
    if args.all == (args.lesson is not None):
        args.parser.error("name a lesson (NN), such as 03, or write --all")
    return _all() if args.all else _one(args.lesson)


def _all() -> int:
    from ..course import lab, lessons

    changed = 0
    for number in lessons.numbers():
        done = lessons.reset(number)
        if not done.changed:
            continue
        changed += 1
        lab.trust(done.lesson.parent)
        kept = f"; yours is kept as {done.kept.name}" if done.kept else ""
        print(f"{done.lesson.name} is the course's own again{kept}")
    if not changed:
        print("Every lesson is the course's own.")
        return 0
    print("1 lesson was brought back." if changed == 1 else f"{changed} lessons were brought back.")
    print("What is open in JupyterLab: File > Reload Notebook from Disk.")
    return 0


def _one(number: str) -> int:
    from ..course import lab, lessons

    done = lessons.reset(number)
    if not done.changed:
        print(f"{done.lesson} is the course's own already; nothing was changed.")
        return 0
    lab.trust(done.lesson.parent)
    if done.kept:
        print(f"Your version is kept as {done.kept}")
    print(f"{done.lesson} is the course's own again.")
    print("If it is open in JupyterLab: File > Reload Notebook from Disk.")
    return 0
