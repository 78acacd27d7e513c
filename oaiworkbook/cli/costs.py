"""`oaiworkbook costs`: what calls have cost."""

import argparse

from .arguments import Parser, positive

WHAT = "what your calls have cost"
HELP = """\
    Sums up the log of calls. Money spent (live, record) stands apart from what replayed
    calls would have cost. A cost that is not known is called unknown, never zero.

    example:
      oaiworkbook costs --by lesson --days 7

    next: lesson 22 is about costs and how to limit them.
"""


def options(parser: Parser) -> None:
    by = ("model", "lesson", "day", "endpoint")
    parser.add_argument("--by", choices=by, default="model", help="group by (default: model)")
    parser.add_argument("--lesson", metavar="NN", help="only this lesson")
    parser.add_argument("--days", type=positive, metavar="N", help="only the last N days")


def run(args: argparse.Namespace) -> int:
    from ..course import lessons
    from ..money import report

    print(report.costs(args.by, lesson=lessons.stem(args.lesson), days=args.days))
    return 0
