"""The stand-in API: the practice server with answers that we wrote, in the API's wire format.

`record` mode run against it writes the recordings that ship. They are `authored`: not produced by
OpenAI's models. One module a lesson, `lesson_NN.py`, with `def answer(served) -> dict | None`: an
answer in the form of `oaiworkbook/recordings/file.py`, or None for a request that is not its own.
A lesson with WebSockets has `def session(path, query) -> Script | None` too: a function that is given
each event of the client (first None) and returns what the server says, `(seconds before, event)`.
Where it needs state, `start_session()` returns such a function, a fresh one for each server.

    python -m tests.authoring.standin --port 8899 --lesson 03_streaming
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from oaiworkbook.errors import WorkbookError
from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.practice.websocket import Opened, Script, scripted
from oaiworkbook.recordings.file import Answer

ASSETS = Path(__file__).parent / "assets"

Rule = Callable[[Served], dict[str, Any] | None]


class NotAuthored(WorkbookError):
    """Nobody has written an answer for this event of a session."""


class StandIn:
    """A source for the practice server. Stateful: a batch moves on with each poll."""

    def __init__(self, lesson: str | None = None) -> None:
        numbers = sorted(p.stem[-2:] for p in Path(__file__).parent.glob("lesson_[0-9][0-9].py"))
        if lesson:
            numbers = [lesson[:2]]
        self._rules: list[Rule] = []
        self._sessions: list[Callable[[str, str], Script | None]] = []
        for number in numbers:
            module = import_module(f"{__name__}.lesson_{number}")
            # A module with state gives a fresh rule to each server.
            self._rules.append(module.start() if hasattr(module, "start") else module.answer)
            if hasattr(module, "start_session"):
                self._sessions.append(module.start_session())
            elif hasattr(module, "session"):
                self._sessions.append(module.session)

    def __call__(self, served: Served) -> Reply:
        answer = refuse(served)
        for rule in self._rules:
            answer = answer or rule(served)
        return Reply(Answer.model_validate(answer or _not_authored(served)), "authored", ASSETS)

    def open_session(self, served: Served, target: str) -> Reply | Opened:
        refused = refuse(served)
        found = (session(served.asked.path, served.asked.query) for session in self._sessions)
        script = next(filter(None, found), None)
        if script is not None and refused is None:
            return scripted(script)
        return Reply(Answer.model_validate(refused or _not_authored(served)), "authored")


def _not_authored(served: Served) -> dict[str, Any]:
    asked = f"{served.asked.method} {served.asked.path} {str(served.asked.body)[:400]}"
    message = f"The stand-in has no answer for {asked}"
    return error_answer(404, message, type="invalid_request_error", code="not_authored")


def refuse(served: Served) -> dict[str, Any] | None:
    """What the API refuses whatever the lesson: a call without a usable key."""
    key = served.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if key and "wrong" not in key:
        return None
    shown = f"{key[:4]}{'*' * 8}{key[-2:]}"
    return error_answer(
        401,
        f"Incorrect API key provided: {shown}. "
        "You can find your API key at https://platform.openai.com/account/api-keys.",
        type="invalid_request_error",
        code="invalid_api_key",
    )


@contextmanager
def standin(lesson: str | None = None, **options: Any) -> Iterator[PracticeServer]:
    source = StandIn(lesson)
    with PracticeServer(source=source, sessions=source.open_session, **options) as server:
        yield server
