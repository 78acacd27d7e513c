"""`oaiworkbook costs`: what calls have cost, and what limits hold for calls that never ended."""

import argparse
import csv
import json
import sys
from typing import Any

from .arguments import Parser, positive

WHAT = "what your calls have cost"
HELP = """\
    Sums up the log of calls. Money spent (live, record) stands apart from what replayed
    calls would have cost. A cost that is not known is called unknown, never zero.
    With --open it lists the calls that have not ended, and what spend limits hold for each.
    A kernel that was killed leaves such calls. With --give-back too, those whose process is
    gone are ended and hold nothing any more; whether the API has billed them is not known.
    A process on another computer counts as gone.

    With --json or --csv it writes the same for programs: an unknown cost is null, or empty.

    example:
      oaiworkbook costs --by lesson --days 7
      oaiworkbook costs --by day --csv > costs.csv
      oaiworkbook costs --open

    next: lesson 22 is about costs and how to limit them.
"""


def options(parser: Parser) -> None:
    by = ("model", "lesson", "day", "endpoint")
    parser.add_argument("--by", choices=by, default="model", help="group by (default: model)")
    parser.add_argument("--lesson", metavar="NN", help="only this lesson")
    parser.add_argument("--days", type=positive, metavar="N", help="only the last N days")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--csv", action="store_true", help="as CSV")
    parser.add_argument("--open", action="store_true", help="list the calls that have not ended")
    parser.add_argument(
        "--give-back", action="store_true", help="end those whose process is gone (with --open)"
    )


def run(args: argparse.Namespace) -> int:
    if args.give_back and not args.open:
        args.parser.error("--give-back needs --open")
    if args.open and (args.lesson or args.days):
        args.parser.error("--open lists every call that has not ended")
    if args.open and (args.json or args.csv):
        args.parser.error("--open has no other form")
    if args.open:
        return _left_open(give_back=args.give_back)
    from ..course import lessons
    from ..money import report

    found = report.costs(args.by, lesson=lessons.stem(args.lesson), days=args.days)
    if args.json:
        print(json.dumps(found.rows(), indent=2, default=float))
    elif args.csv:
        _write_csv(found.rows(), args.by)
    else:
        print(found)
    return 0


def _write_csv(rows: list[dict[str, Any]], by: str) -> None:
    """With its head also where there are no rows. Decimals are written out, without an exponent."""
    columns = list(rows[0]) if rows else [by, "cost_usd"]
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        usd = row["cost_usd"]
        writer.writerow(row | {"cost_usd": "" if usd is None else f"{usd.normalize():f}"})


def _left_open(*, give_back: bool) -> int:
    from ..money import left_open
    from ..money.amounts import usd

    calls = left_open.open_calls()
    if not calls:
        print("Every call in the cost log has ended.")
        return 0
    print(left_open.table(calls))
    gone = [each for each in calls if not each.runs]
    what = "1 call" if len(gone) == 1 else f"{len(gone)} calls"
    print()
    if not gone:
        print("Each of these processes runs, and may still end its call.")
    elif give_back:
        print(f"Given back for {what}: {usd(left_open.give_back(calls), 'up')}.")
        print("Whether the API has billed them is not known; the log calls their cost unknown.")
    else:
        held = usd(sum(each.held for each in gone), "up")
        print(f"The process of {what} is gone. To release what limits hold for them ({held}):")
        print("  oaiworkbook costs --open --give-back")
    return 0
