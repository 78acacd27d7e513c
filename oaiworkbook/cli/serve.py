"""`oaiworkbook serve`: the practice server in a terminal."""

import json
import shlex
import time
from collections.abc import Sequence

from .. import settings
from ..practice.server import PracticeServer


def serve(faults: Sequence[str], *, rpm: int | None, port: int, lesson: str | None) -> int:
    """Serves until Ctrl+C and prints each request. Raises PortTaken and UnknownFault."""
    with PracticeServer(faults, rpm=rpm, port=port, lesson=lesson) as server:
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
    """A curl command that has a recorded answer: the shortest request among the recordings."""
    from ..errors import RecordingError
    from ..recordings.library import Library

    library = Library(settings.data_dir() / "recordings")
    bodies = {}
    for path in library.paths():
        try:
            recording = library.read(path)
        except RecordingError:
            continue  # `oaiworkbook doctor` reports it
        asked, answer = recording.request, recording.answers[0]
        if asked.method == "POST" and isinstance(asked.body, dict) and answer.status < 300:
            bodies[json.dumps(asked.body)] = asked.path
    if not bodies:
        return f"curl {url}/models"
    body = min(bodies, key=len)
    address = url.removesuffix("/v1") + bodies[body]
    return f"curl {address} -H 'Content-Type: application/json' -d {shlex.quote(body)}"
