"""`oaiworkbook record`: lessons recorded again from the live API."""

import argparse

from .arguments import Parser, usd

WHAT = "record lessons again from the live API"
HELP = """\
    Runs the lessons against the API. The new answers take the place of a lesson's
    recordings when the whole lesson has run as it should; else those stay as they are, and
    the command says where the new ones are kept. Says first what the calls cost by the
    present recordings, and stops at a cap on today's spending (--max-usd, else
    OAIWORKBOOK_MAX_USD, else USD 1.00).
    Needs OPENAI_API_KEY, unless OPENAI_BASE_URL names a server on this machine.

    example:
      oaiworkbook record 03 --max-usd 0.10
    after you have added a call to a lesson:
      oaiworkbook record 03 --missing

    next: read the difference (git diff), then oaiworkbook run 03.
"""


def options(parser: Parser) -> None:
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lessons, such as 03 12")
    parser.add_argument("--all", action="store_true", help="all lessons")
    parser.add_argument("-v", "--verbose", action="store_true", help="tracebacks of failures")
    parser.add_argument("--max-usd", type=usd, metavar="USD", help="cap on today's spending")
    parser.add_argument("--missing", action="store_true", help="send what has no recording yet")


def run(args: argparse.Namespace) -> int:
    from .recording import record

    return record(args)
