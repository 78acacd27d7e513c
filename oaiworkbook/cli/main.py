"""The command line `oaiworkbook`: a module a command. What a command needs is imported when it runs."""

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from importlib import import_module

from .. import __version__
from .arguments import Parser

# What the extra `lab` brings, and commands that run lessons cannot do without.
COURSE = (
    *("jupyterlab", "jupyter_client", "nbclient", "nbformat", "zmq", "matplotlib", "numpy"),
    "mistune",
)
INSTALL = 'It comes with the course: in a clone, pip install -c constraints.txt -e ".[lab]".'

# Each is a module with WHAT (a line for the list), HELP (what it does, and an example), options and run.
COMMANDS = (
    *("lab", "progress", "cell", "run", "record", "serve", "local", "costs", "models", "api"),
    *("doctor", "reset", "copy", "stick", "solutions"),
)
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


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Exit codes: 0 well, 1 failed, 2 wrong use, 130 stopped with Ctrl+C."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console that cannot show a character must not stop a command.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if argv is None else argv)
    end = given.index("--") if "--" in given else len(given)
    args = parser().parse_args(given[:end])
    args.extra = given[end + 1 :]
    if args.command is None:
        parser().print_help()
        return 0
    if args.extra and args.command != "lab":
        args.parser.error(f"takes nothing after --, but got {' '.join(args.extra)}")
    try:
        if args.command != "doctor":  # which tells it among all else
            from .. import settings

            settings.check_paths()
        return int(args.run(args))
    except KeyboardInterrupt as stop:
        for note in getattr(stop, "__notes__", ()):  # what has become of what was under way
            print(note, file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. Python would complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        from openai import OpenAIError

        from ..errors import WorkbookError

        if isinstance(error, ModuleNotFoundError) and error.name in COURSE:
            error = WorkbookError(f"{error.name} is not installed. {INSTALL}")
        if not isinstance(error, OpenAIError | OSError):
            raise
        print(f"oaiworkbook {args.command}: {error}", file=sys.stderr)
        return 1


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
    for name in COMMANDS:
        command = import_module(f"{__package__}.{name}")
        text, _, example = textwrap.dedent(command.HELP).partition("\n\n")
        its = commands.add_parser(
            name, help=command.WHAT, description=text, epilog=example, formatter_class=style
        )
        its.set_defaults(parser=its, run=command.run)
        command.options(its)
    return main


if __name__ == "__main__":
    sys.exit(main())
