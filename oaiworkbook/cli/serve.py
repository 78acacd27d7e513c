"""`oaiworkbook serve`: the practice server in a terminal."""

import argparse
import json
import shlex
import time
from collections.abc import Sequence
from typing import Any

from .arguments import Parser, port, positive

WHAT = "a practice server for any client, which can fail on demand"
HELP = """\
    Answers on 127.0.0.1 from the recordings, to any client in any language. --fail gives
    the first requests these faults, in order: status codes, reset, hang, cut and others;
    --fail help lists them all. --rpm and --tpm set rate limits.

    example:
      oaiworkbook serve --fail 429,500 --rpm 60
    then, in another terminal,
      the curl command that it prints

    next: lesson 20 meets this server and survives it.
"""


def options(parser: Parser) -> None:
    parser.add_argument("--port", type=port, default=8787, help="default 8787; 0: any free port")
    parser.add_argument(
        "--fail", action="append", default=[], metavar="FAULTS", help="like 429,500"
    )
    parser.add_argument("--rpm", type=positive, metavar="N", help="requests a minute before a 429")
    parser.add_argument("--tpm", type=positive, metavar="N", help="tokens a minute before a 429")
    parser.add_argument("--lesson", metavar="NN", help="this lesson's recordings come first")


def run(args: argparse.Namespace) -> int:
    from ..course import lessons

    faults = [name.strip() for given in args.fail for name in given.split(",")]
    if not all(faults):
        args.parser.error("--fail names no fault between two commas; `--fail help` lists them")
    if "help" in faults:
        print(fault_words())
        return 0
    lesson = lessons.stem(args.lesson)
    return forever(faults, rpm=args.rpm, tpm=args.tpm, port=args.port, lesson=lesson)


def fault_words() -> str:
    """The faults that `--fail` knows, a line each."""
    from ..practice.faults import FAULTS

    lines = [f"  {name:10} {text}" for name, (text, _) in FAULTS.items()]
    more = "Several with commas, in order: 429,500. Repeated: 500*3 three times, 500* for ever."
    return "\n".join(["Faults for --fail:", *lines, more])


def forever(
    faults: Sequence[str], *, rpm: int | None, tpm: int | None, port: int, lesson: str | None
) -> int:
    """Serves until Ctrl+C and prints each request. Raises PortTaken and UnknownFault."""
    from ..practice.server import PracticeServer

    with PracticeServer(faults, rpm=rpm, tpm=tpm, port=port, lesson=lesson) as server:
        url = server.url
        print(
            f"Practice server on {url}: recorded answers, any key will do. Stop it with Ctrl+C.\n"
            f"  curl        {example(url)}\n"
            f"  Python      OPENAI_BASE_URL={url} OPENAI_API_KEY=none python your_program.py\n"
            f'  TypeScript  new OpenAI({{ baseURL: "{url}", apiKey: "none" }})\n'
            "Asked and answered:",
            flush=True,
        )
        shown = 0
        while True:
            for seen in server.log[shown:]:
                shown += 1
                print(
                    f"{seen.seconds:8.1f} s  {seen.method} {seen.path}  {seen.answered}", flush=True
                )
            time.sleep(0.2)


def example(url: str) -> str:
    """A curl command that has a recorded answer: the first plain question, else the shortest request."""
    from ..errors import RecordingError
    from ..recordings.library import chosen_library

    library = chosen_library()
    bodies = {}
    for path in library.paths():
        try:
            recording = library.read(path)
        except RecordingError:
            continue  # `oaiworkbook doctor` reports it
        asked, answer = recording.request, recording.answers[0]
        if asked.method == "POST" and isinstance(asked.body, dict) and answer.status < 300:
            bodies[json.dumps(asked.body)] = asked.path
            if asked.path == "/v1/responses" and _is_a_question(asked.body):
                break
    if not bodies:
        return f"curl {url}/models"
    last = list(bodies)[-1]
    body = last if _is_a_question(json.loads(last)) else min(bodies, key=len)
    address = url.removesuffix("/v1") + bodies[body]
    return f"curl {address} -H 'Content-Type: application/json' -d {shlex.quote(body)}"


def _is_a_question(body: dict[str, Any]) -> bool:
    """Whether a person would type it: a model and a text, as in the first lesson."""
    return body.keys() == {"model", "input"} and isinstance(body["input"], str)
