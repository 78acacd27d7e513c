"""`python -m tests.authoring.standin`: run the stand-in until Ctrl+C."""

import argparse
import contextlib
import threading

from . import standin

parser = argparse.ArgumentParser(prog="python -m tests.authoring.standin", description=__doc__)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--lesson", help="such as 03_streaming; all lessons if not given")
arguments = parser.parse_args()
with standin(arguments.lesson, port=arguments.port) as server:
    print(f"OPENAI_BASE_URL={server.url}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
