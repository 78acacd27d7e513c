"""`oaiworkbook api`: which lesson shows a method, a parameter, a tool, an event or a task."""

import argparse

from .arguments import Parser

WHAT = "which lesson shows a method, a parameter or a task"
HELP = """\
    Searches the map of the API for all words given, in any case: the tasks of the course, and
    every method, parameter of the main calls, tool and stream event of the SDK, each with the
    lesson that runs it or the reason why none does. Without a word it counts them and explains
    the reasons. It ends with 1 if nothing is found.

    example:
      oaiworkbook api transcriptions
    two words:
      oaiworkbook api vector search

    next: oaiworkbook lab NN opens the lesson.
"""


def options(parser: Parser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="what to look for")


def run(args: argparse.Namespace) -> int:
    from ..course import api_map

    if args.words:
        found = api_map.find(args.words)
        if found is None:
            said = " ".join(args.words)
            print(
                f"Nothing on the map has {said!r}. Try a shorter word, or one of the SDK's names."
            )
            return 1
        print(found)
        return 0
    the_map = api_map.read()
    print(api_map.summary())
    print(f"\nopenai {the_map.sdk}, as of {the_map.as_of}. Why no lesson runs the others:")
    for word, meaning in the_map.legend.items():
        print(f"  {word}: {meaning}")
    print("\nSearch it: oaiworkbook api WORD")
    return 0
