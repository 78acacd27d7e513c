"""`oaiworkbook models`: the models of the course, and what ends or ages."""

import argparse

from .arguments import Parser, day, days

WHAT = "the models of the course, and when they end"
HELP = """\
    Shows which model plays which part, its shutdown date and what replaces it. In live mode
    (OAIWORKBOOK_MODE=live) the dates come from the API.
    With --check it ends with 1 if a model in use ends soon, or a price in data/prices.toml was
    last read more than 60 days ago: for a scheduled job.

    example:
      oaiworkbook models --check --within 60 --on 2026-11-22

    next: data/models.toml is the table; lesson 27 is about choosing a model.
"""


def options(parser: Parser) -> None:
    parser.add_argument("--check", action="store_true", help="fail if a model in use ends soon")
    parser.add_argument("--within", type=days, metavar="DAYS", help="what soon is (default: 60)")
    parser.add_argument("--on", type=day, metavar="DATE", help="as if today were DATE")


def run(args: argparse.Namespace) -> int:
    from .. import settings
    from ..course import models
    from ..money import price_table

    if args.within is not None and not args.check:
        args.parser.error("--within needs --check")
    client = None
    if settings.mode() == "live":
        from ..client.client import OpenAI

        client = OpenAI()
    today = args.on or models.today()
    if not args.check:
        print(models.table(today, client))
        return 0
    within = 60 if args.within is None else args.within
    soon = models.ending(within, today, client)
    for each in soon:
        left = each.days_left(today) or 0
        when = f"in {left} days" if left > 0 else "it is shut down"
        instead = models.replacement(each.name) or "no replacement known"
        print(f"{each.name} ends on {each.ends}, {when}. Instead: {instead}.")
    names = {each.name for each in models.in_use()}
    aged = models.aged()
    for name, differs in aged.items():
        print(f"{name}: {differs}.")
    old = price_table.stale(today)
    for entry in old:
        print(f"Read again, the price of {entry}.")
    for entry in price_table.superseded():
        print(f"Take out of data/prices.toml, {entry}.")
    count = "1 model in use ends" if len(soon) == 1 else f"{len(soon)} models in use end"
    print(f"{count} within {within} days of {today}.")
    return 1 if soon or old or names.intersection(aged) else 0
