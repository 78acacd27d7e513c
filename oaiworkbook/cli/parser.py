"""The parser of `oaiworkbook`: commands, options, and help that teaches."""

import argparse
import textwrap
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from .. import __version__

ABOUT = """\
    Learn the OpenAI API in JupyterLab: numbered lessons that answer from recordings,
    without a key, a network or a bill.
"""
START = """\
    start here:
      oaiworkbook lab          open the lessons
      oaiworkbook doctor       see whether everything is in place
      oaiworkbook lab --help   more on a command, with an example
"""
# A line for the list of commands, then what it does, and an example.
HELP = {
    "lab": (
        "open JupyterLab on the lessons",
        """\
        Opens JupyterLab on lesson 00, or on the lesson given. In a clone it works on notebooks/.
        Installed with pip it copies the lessons that are missing into this folder, or into
        oaiworkbook-lessons/ if other files are here, and never overwrites one of yours.
        Stop it with Ctrl+C. Options of JupyterLab itself can follow after --.

        example:
          oaiworkbook lab 03
        on a server, without a browser:
          oaiworkbook lab --no-browser -- --ServerApp.ip=0.0.0.0

        next: run the cells of lesson 00 from top to bottom with Shift+Enter.
        """,
    ),
    "run": (
        "run lessons without a browser",
        """\
        Runs every cell of the lessons named and prints a result for each. Nothing is saved.
        OAIWORKBOOK_MODE decides where answers come from: recordings, unless you set it to live.
        Ends with 1 if a lesson failed.

        example:
          oaiworkbook run 00 03
          oaiworkbook run --all

        next: oaiworkbook lab NN shows a lesson that failed.
        """,
    ),
    "record": (
        "record lessons again from the live API",
        """\
        Runs the lessons against the API and writes each answer into data/recordings/. Says
        first what the calls cost by the present recordings, and stops at a cap on today's
        spending (--max-usd, else OAIWORKBOOK_MAX_USD, else USD 1.00).
        Needs OPENAI_API_KEY, unless OPENAI_BASE_URL names a server on this machine.

        example:
          oaiworkbook record 03 --max-usd 0.10
        after you have added a call to a lesson:
          oaiworkbook record 03 --missing

        next: read the difference (git diff), then oaiworkbook run 03.
        """,
    ),
    "serve": (
        "a practice server for any client, which can fail on demand",
        """\
        Answers on 127.0.0.1 from the recordings, to any client in any language. --fail gives
        the first requests these faults, in order: status codes, reset, hang, cut and others
        (a wrong name lists them all). --rpm sets a rate limit.

        example:
          oaiworkbook serve --fail 429,500 --rpm 60
        then, in another terminal,
          the curl command that it prints

        next: lesson 20 meets this server and survives it.
        """,
    ),
    "costs": (
        "what your calls have cost",
        """\
        Sums up the log of calls. Money spent (live, record) stands apart from what replayed
        calls would have cost. A cost that is not known is called unknown, never zero.

        example:
          oaiworkbook costs --by lesson --days 7

        next: lesson 22 is about costs and how to limit them.
        """,
    ),
    "models": (
        "the models of the course, and when they end",
        """\
        Shows which model plays which part, its shutdown date and what replaces it. In live mode
        (OAIWORKBOOK_MODE=live) the dates come from the API.
        With --check it ends with 1 if a model in use ends soon, or a price in data/prices.toml was
        last read more than 60 days ago: for a scheduled job.

        example:
          oaiworkbook models --check --within 60 --on 2026-11-22

        next: data/models.toml is the table; lesson 27 is about choosing a model.
        """,
    ),
    "doctor": (
        "check that everything is in place",
        """\
        Looks at what the lessons need: Python, the SDK, mode, key (only whether it is set),
        base URL, recordings and who wrote them, cost log, proxies, JupyterLab, kernel. A line
        each: ok, note or problem with what to do. Sends nothing. Ends with 1 on a problem.

        example:
          oaiworkbook doctor

        next: oaiworkbook lab.
        """,
    ),
    "reset": (
        "bring back a lesson as it was, and keep yours",
        """\
        Puts the course's version of a lesson back. Yours is kept beside it under a dated name,
        such as 03_streaming.mine-2026-11-22.ipynb.

        example:
          oaiworkbook reset 03

        next: in JupyterLab, File > Reload Notebook from Disk.
        """,
    ),
}


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong use ends in one line, without the usage block."""
        self.exit(2, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


def parser() -> Parser:
    """Parsed arguments have `command` (None for none), `parser` (the command's) and its options."""
    style = argparse.RawDescriptionHelpFormatter
    main = Parser(
        prog="oaiworkbook",
        description=textwrap.dedent(ABOUT),
        epilog=textwrap.dedent(START),
        formatter_class=style,
    )
    main.add_argument("--version", action="version", version=f"oaiworkbook {__version__}")
    commands = main.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    of = {}
    for name, (what, more) in HELP.items():
        text, _, example = textwrap.dedent(more).partition("\n\n")
        of[name] = commands.add_parser(
            name, help=what, description=text, epilog=example, formatter_class=style
        )
        of[name].set_defaults(parser=of[name])
    _options(of)
    return main


def _options(of: dict[str, Parser]) -> None:
    lab, serve, costs, models = of["lab"], of["serve"], of["costs"], of["models"]
    lab.add_argument("lesson", nargs="?", metavar="NN", help="lesson to open (default: 00)")
    lab.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    lab.add_argument("--port", type=_port, help="default: 8888, or the next that is free")
    for each in (of["run"], of["record"]):
        each.add_argument("lessons", nargs="*", metavar="NN", help="lessons, such as 03 12")
        each.add_argument("--all", action="store_true", help="all lessons")
        each.add_argument("-v", "--verbose", action="store_true", help="tracebacks of failures")
    record = of["record"]
    record.add_argument("--max-usd", type=_usd, metavar="USD", help="cap on today's spending")
    record.add_argument("--missing", action="store_true", help="send what has no recording yet")
    serve.add_argument("--port", type=_port, default=8787, help="default 8787; 0: any free port")
    serve.add_argument("--fail", action="append", default=[], metavar="FAULTS", help="like 429,500")
    serve.add_argument("--rpm", type=_positive, metavar="N", help="requests a minute before a 429")
    serve.add_argument("--lesson", metavar="NN", help="this lesson's recordings come first")
    by = ("model", "lesson", "day", "endpoint")
    costs.add_argument("--by", choices=by, default="model", help="group by (default: model)")
    costs.add_argument("--lesson", metavar="NN", help="only this lesson")
    costs.add_argument("--days", type=_positive, metavar="N", help="only the last N days")
    models.add_argument("--check", action="store_true", help="fail if a model in use ends soon")
    models.add_argument("--within", type=_days, metavar="DAYS", help="what soon is (default: 60)")
    models.add_argument("--on", type=_date, metavar="DATE", help="as if today were DATE")
    of["reset"].add_argument("lesson", metavar="NN", help="lesson, such as 03")


def _whole(text: str, least: int, most: int, what: str) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no {what}")
    return int(text)


def _port(text: str) -> int:
    return _whole(text, 0, 65535, "port: a number from 0 to 65535")


def _positive(text: str) -> int:
    return _whole(text, 1, 10**9, "number of 1 or more")


def _days(text: str) -> int:
    return _whole(text, 0, 36500, "number of days")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write 2026-11-22") from None


def _usd(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in USD, such as 0.50")
    return amount
