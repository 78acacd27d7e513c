"""`oaiworkbook models`: the models of the course, and what ends or ages."""

import argparse

from .arguments import Parser, day, days

WHAT = "the models of the course, and when they end"
HELP = """\
    Shows which model plays which part, its shutdown date and what replaces it. In live mode
    (OAIWORKBOOK_MODE=live) the dates come from the API.
    With --check it ends with 1 if a model that lessons call ends soon, a sentence of a lesson
    becomes false, or a price in data/prices.toml has aged: for a scheduled job. It names the
    lessons and their cells. What a lesson names only to show the way off is listed, no more.

    example:
      oaiworkbook models --check --within 60 --on 2026-11-22

    next: data/models.toml is the table; lesson 27 is about choosing a model.
"""


def options(parser: Parser) -> None:
    parser.add_argument("--check", action="store_true", help="fail if what lessons teach ends soon")
    parser.add_argument("--within", type=days, metavar="DAYS", help="what soon is (default: 60)")
    parser.add_argument("--on", type=day, metavar="DATE", help="as if today were DATE")


def run(args: argparse.Namespace) -> int:
    from .. import settings
    from ..course import dated_facts, models
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
    found = dated_facts.notices(within, today, client)
    known = [each for each in found if each.why == "known"]
    wrong = [str(each) for each in found if each.why != "known"]
    wrong += [f"Read again, the price of {entry}." for entry in price_table.stale(today)]
    wrong += [f"Take out of data/prices.toml, {entry}." for entry in price_table.superseded()]
    in_use = {each.name for each in models.in_use()}
    aged = models.aged()
    wrong += [f"{name}: {differs}." for name, differs in aged.items() if name in in_use]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    for name, differs in aged.items():
        if name not in in_use:
            print(f"{name} (no lesson uses it): {differs}.")
    if known:
        print("True before and after, in lessons that show the way off:")
        print(*(f"  {each}" for each in known), sep="\n")
    print(f"{len(wrong) or 'Nothing'} to mend within {within} days of {today}.")
    return 1 if wrong else 0
