"""The command line `oaiworkbook`. What a command needs is imported when it runs."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from .parser import parser

# What the extra `lab` brings, and commands that run lessons cannot do without.
COURSE = ("jupyterlab", "jupyter_client", "nbclient", "nbformat", "zmq", "matplotlib", "numpy")
INSTALL = 'It comes with the course: in a clone, pip install -c constraints.txt -e ".[lab]".'

Action = Callable[[argparse.Namespace], int]


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
        return ACTIONS[args.command](args)
    except KeyboardInterrupt:
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


def lab(args: argparse.Namespace) -> int:
    from ..course.lab import start

    start(args.lesson, browser=not args.no_browser, port=args.port, extra=args.extra)
    return 0


def run(args: argparse.Namespace) -> int:
    _lessons_or_all(args)
    from . import run as cli_run

    return cli_run.run(args)


def record(args: argparse.Namespace) -> int:
    _lessons_or_all(args)
    from . import run as cli_run

    return cli_run.record(args)


def _lessons_or_all(args: argparse.Namespace) -> None:
    if bool(args.lessons) == args.all:
        args.parser.error("name lessons, such as 03 12, or give --all")


def serve(args: argparse.Namespace) -> int:
    from . import serve as cli_serve

    faults = [name for given in args.fail for name in given.split(",") if name]
    return cli_serve.serve(faults, rpm=args.rpm, port=args.port, lesson=_stem(args.lesson))


def costs(args: argparse.Namespace) -> int:
    from ..money import report

    print(report.costs(args.by, lesson=_stem(args.lesson), days=args.days))
    return 0


def _stem(number: str | None) -> str | None:
    from ..course import lessons

    return None if number is None else lessons.find(number).stem


def models(args: argparse.Namespace) -> int:
    from .. import settings
    from ..course import models
    from ..money import price_table

    if args.within is not None and not args.check:
        args.parser.error("--within needs --check")
    client = None
    if settings.mode() == "live":
        from ..client.client import OpenAI

        client = OpenAI()
    day = args.on or models.today()
    if not args.check:
        print(models.table(day, client))
        return 0
    within = 60 if args.within is None else args.within
    soon = models.ending(within, day, client)
    for each in soon:
        left = each.days_left(day) or 0
        when = f"in {left} days" if left > 0 else "it is shut down"
        instead = models.replacement(each.name) or "no replacement known"
        print(f"{each.name} ends on {each.ends}, {when}. Instead: {instead}.")
    names = {each.name for each in models.in_use()}
    aged = models.aged()
    for name, differs in aged.items():
        print(f"{name}: {differs}.")
    old = price_table.stale(day)
    for entry in old:
        print(f"Read again, the price of {entry}.")
    for entry in price_table.superseded():
        print(f"Take out of data/prices.toml, {entry}.")
    count = "1 model in use ends" if len(soon) == 1 else f"{len(soon)} models in use end"
    print(f"{count} within {within} days of {day}.")
    return 1 if soon or old or names.intersection(aged) else 0


def doctor(args: argparse.Namespace) -> int:
    from ..course.doctor import doctor
    from ..course.lab import environment

    os.environ.update(environment())
    report = doctor()
    print(report)
    return 1 if report.problems else 0


def reset(args: argparse.Namespace) -> int:
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


ACTIONS: dict[str, Action] = {
    "lab": lab,
    "run": run,
    "record": record,
    "serve": serve,
    "costs": costs,
    "models": models,
    "doctor": doctor,
    "reset": reset,
}

if __name__ == "__main__":
    sys.exit(main())
