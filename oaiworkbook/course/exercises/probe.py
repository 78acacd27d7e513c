"""What checks need to look at a learner's program offline: a plain client that notes and answers.

probe = Probe(["Hello"])
answer(probe.client)                    # the learner's function
expect(probe.last.body["store"] is False, "the request does not turn `store` off")
"""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import anyio
import httpx2
import openai

from ...practice.answers import call_item, chat_answer, error_answer, stream_answer, text_answer
from ...recordings.file import Answer
from ...recordings.requests import canonical
from .judge import Runaway, Wrong, expect

__all__ = [
    "Asked",
    "Probe",
    "call_item",
    "chat_answer",
    "error_answer",
    "expect",
    "no_waiting",
    "run_async",
    "stream_answer",
    "text_answer",
]

T = TypeVar("T")
# A text, an answer of `answers`, an error of the connection, or a function of the request.
Reply = str | Mapping[str, Any] | httpx2.TransportError | Callable[["Asked"], Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `path` starts at the endpoint: `/responses`. `body`: JSON, or a form's fields.

    `timeout` is the read timeout in seconds, None where the program asked for none.
    """

    method: str
    path: str
    query: str
    body: Any
    headers: Mapping[str, str]
    timeout: float | None


class Probe:
    """A client to hand to the learner's function: notes each request, sends none.

    Replies are given in order, the last one again and again. A text becomes an answer of the
    endpoint asked, Responses or Chat Completions, streamed where the request says so. After
    `limit` requests the program is stopped: it would never have given up.
    """

    def __init__(self, replies: Sequence[Reply] = ("OK",), max_retries: int = 0, limit: int = 50):
        self.requests: list[Asked] = []
        self._replies = list(replies)
        self._limit = limit
        transport = httpx2.MockTransport(self._reply)
        common: Any = {
            "api_key": "sk-test",
            "base_url": "http://probe.invalid/v1",
            "max_retries": max_retries,
        }
        self.client = openai.OpenAI(
            **common, http_client=openai.DefaultHttpxClient(transport=transport)
        )
        self.async_client = openai.AsyncOpenAI(
            **common, http_client=openai.DefaultAsyncHttpxClient(transport=transport)
        )

    @property
    def last(self) -> Asked:
        """The last request. Raises Wrong where the program made none."""
        if not self.requests:
            raise Wrong("your code sent no request through the client it was given")
        return self.requests[-1]

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        if len(self.requests) >= self._limit:
            raise Runaway(f"your code sent {self._limit} requests and did not stop")
        asked = _asked(request)
        self.requests.append(asked)
        reply = self._replies[min(len(self.requests), len(self._replies)) - 1]
        if callable(reply) and not isinstance(reply, BaseException):
            reply = reply(asked)
        if isinstance(reply, BaseException):
            raise reply
        if isinstance(reply, str):
            reply = _as_asked(reply, asked)
        answer = Answer.model_validate(_named(reply, asked))
        headers = {"x-request-id": f"req_{len(self.requests):032x}"} | answer.headers
        body = _Body(answer)
        return httpx2.Response(answer.status, headers=headers, stream=body)


class _Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        for _, piece in self._answer.pieces(Path(), 0):
            yield piece
        if self._answer.cut:
            raise httpx2.RemoteProtocolError("the connection was closed in the middle of the body")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def _asked(request: httpx2.Request) -> Asked:
    parsed = canonical(request)
    form = parsed.form()
    return Asked(
        parsed.method,
        parsed.path.removeprefix("/v1"),
        parsed.query,
        parsed.body if form is None else form,
        dict(request.headers),
        request.extensions.get("timeout", {}).get("read"),
    )


def _as_asked(text: str, asked: Asked) -> Mapping[str, Any]:
    body = asked.body if isinstance(asked.body, dict) else {}
    chat = asked.path == "/chat/completions"
    if body.get("stream"):
        usage = bool((body.get("stream_options") or {}).get("include_usage"))
        words = [f"{word} " for word in text.split(" ")]
        words[-1] = words[-1][:-1]
        return stream_answer(words, chat=chat, include_usage=usage)
    return chat_answer(text) if chat else text_answer(text)


def _named(reply: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """The answer with the asked model in place of `"model": None`."""
    name = asked.body.get("model") if isinstance(asked.body, dict) else None
    filled = json.dumps(dict(reply)).replace('"model": null', f'"model": {json.dumps(name)}')
    result: dict[str, Any] = json.loads(filled)
    return result


def run_async(work: Awaitable[T], seconds: float = 30) -> T:
    """The result of a coroutine, also while Jupyter's own event loop runs. Wrong after `seconds`."""
    done: dict[str, Any] = {}
    busy = f"your code was still busy after {seconds:g} seconds"

    async def limited() -> T:
        task = asyncio.ensure_future(work)
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            task.cancel()
            raise Wrong(busy)
        return task.result()

    def target() -> None:
        try:
            done["value"] = asyncio.run(limited())
        except BaseException as error:
            done["error"] = error

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(seconds + 5)
    if not done:
        raise Wrong(busy)
    if "error" in done:
        raise done["error"]
    result: T = done["value"]
    return result


@contextmanager
def no_waiting() -> Iterator[list[float]]:
    """Makes every sleep end at once, and notes how many seconds each would have taken.

    Threads that run already, such as those of Jupyter's kernel, sleep on as ever.
    """
    waits: list[float] = []
    here = threading.get_ident()
    others = {each.ident for each in threading.enumerate()} - {here}
    sleep, async_sleep = time.sleep, asyncio.sleep

    def noted(seconds: float) -> None:
        if threading.get_ident() in others:
            sleep(seconds)
        else:
            waits.append(seconds)

    async def async_noted(seconds: float, result: Any = None) -> Any:
        if threading.get_ident() in others:
            return await async_sleep(seconds, result)
        waits.append(seconds)
        return await async_sleep(0, result)

    with (
        patch.object(time, "sleep", noted),
        patch.object(asyncio, "sleep", async_noted),
        patch.object(anyio, "sleep", async_noted),
    ):
        yield waits
