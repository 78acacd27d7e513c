"""`oaiworkbook stick`: a folder that installs the course where there is no network."""

import argparse
from pathlib import Path

from ..course.stick import PLATFORMS, PYTHONS
from .arguments import Parser

WHAT = "a folder, as on a USB stick, that installs the course without a network"
HELP = """\
    Makes a folder from which machines without a network, and without this clone, install the
    course: all packages as wheels, the course itself with your edits, a file to start on each
    system, and a text for participants. It is run in a clone and needs the network once. Run
    it again to go on or to bring it up to date: nothing is downloaded twice. Python itself is
    not in it.

    example:
      oaiworkbook stick /media/usb/oaiworkbook
    for some systems and Pythons only:
      oaiworkbook stick room --platform windows-x86_64 macos-arm64 --python 3.12 3.13

    next: cut a machine off from the network and start it there; docs/offline.md says more.
"""


def options(parser: Parser) -> None:
    parser.add_argument("folder", metavar="DIR", help="new, or a stick that was made before")
    for name, metavar, all_of in (
        ("--platform", "SYSTEM", PLATFORMS),
        ("--python", "VERSION", PYTHONS),
    ):
        parser.add_argument(
            name,
            nargs="+",
            metavar=metavar,
            choices=all_of,
            default=all_of,
            help=f"default: all, that is {' '.join(all_of)}",
        )


def run(args: argparse.Namespace) -> int:
    from ..course.stick.make import make
    from ..course.stick.targets import Target

    folder = Path(args.folder).expanduser()
    targets = [Target(platform, python) for platform in args.platform for python in args.python]
    made = make(folder, targets, lambda line: print(line, flush=True))
    print(f"{folder}: {made.files} files, {made.size / 1e6:,.0f} MB.")
    for target, holes in made.holes.items():
        print(f"{target}: cannot be installed from it. No wheel of {', '.join(map(str, holes))}.")
    return 1 if made.holes else 0
