"""What checks of lessons with WebSockets need: a client whose line ends in this process.

    with Line(script) as line:
        result = line.run(answer, "How warm is it?")
    expect(line.sent[0]["type"] == "session.update", "the settings do not come first")

`script(event)` is given each event of the client, first None, and returns what the server says.
A program that sends plain requests as well gets its answers from `plain`.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import openai

from .judge import Wrong
from .probe import error_answer

if TYPE_CHECKING:
    from websockets.sync.server import ServerConnection

    from ...practice.server import Served

PATIENCE = 2.0  # seconds without an event from the client, after which its program is stuck
MODEL = "gpt-realtime-2.1-mini"
Script = Callable[[Any], Iterable[dict[str, Any]]]


class Closed(Exception):
    """Raised by a script: the server ends the session in good order."""


class Line:
    """A server for one session after the other, and `client`, the plain SDK's.

    `plain` answers a request that opens no session; without it each such request gets a 404.
    """

    def __init__(
        self, script: Script, plain: Callable[["Served"], dict[str, Any]] | None = None
    ) -> None:
        self.script = script
        self.plain = plain
        self.sent: list[dict[str, Any]] = []
        self.models: list[str] = []
        self.stuck = False

    def __enter__(self) -> "Line":
        from ...client.sockets import spare_loopback
        from ...practice.server import PracticeServer, Reply, Served
        from ...practice.websocket import Opened
        from ...recordings.file import Answer

        def answered(served: Served) -> Reply:
            if self.plain is not None:
                answer = self.plain(served)
            else:
                answer = error_answer(404, "only sessions here", type="invalid_request_error")
            return Reply(Answer.model_validate(answer), "authored")

        def opened(served: Served, target: str) -> Opened:
            self.models.append(served.asked.query.removeprefix("model="))
            return Opened(self._talk)

        spare_loopback()
        self._server = PracticeServer(source=answered, sessions=opened)
        self._server.__enter__()
        self.client = openai.OpenAI(api_key="sk-test", base_url=self._server.url, max_retries=0)
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__()

    def run(self, answer: Callable[..., Any], *given: Any) -> Any:
        """What the learner's function returns. Raises Wrong where it waits in vain."""
        from websockets.exceptions import ConnectionClosed

        try:
            result = answer(self.client, *given)
        except ConnectionClosed:
            if not self.stuck:
                raise
            result = None
        if not self.models:
            raise Wrong("your code opened no session through the client it was given")
        if self.stuck:
            last = self.sent[-1]["type"] if self.sent else "nothing"
            raise Wrong(f"your code waited for an event that never came; the last it sent: {last}")
        return result

    def _talk(self, connection: "ServerConnection") -> None:
        from ...practice.websocket import parsed, written

        heard = None
        try:
            while True:
                for event in self.script(heard):
                    connection.send(written(event))
                heard = parsed(connection.recv(timeout=PATIENCE))
                self.sent.append(heard)
        except TimeoutError:
            self.stuck = True
            connection.close(1011, "nothing more comes")
        except Closed:
            connection.close(1001, "the session ends here")


def created() -> dict[str, Any]:
    session = {"type": "realtime", "object": "realtime.session", "id": "sess_1", "model": MODEL}
    return {"type": "session.created", "event_id": "event_1", "session": session}


def done(content: list[dict[str, Any]], status: str = "completed") -> dict[str, Any]:
    """The last event of a response whose message has these parts."""
    item = {"id": "item_2", "type": "message", "role": "assistant", "status": "completed"}
    output = [item | {"content": content}] if content else []
    response = {"id": "resp_1", "object": "realtime.response", "status": status, "output": output}
    return {"type": "response.done", "event_id": "event_9", "response": response | {"usage": None}}
