"""What checks need to look at a learner's program offline: a plain client that notes and answers.

probe = Probe(["Hello"])
answer(probe.client)                    # the learner's function
expect(probe.last.body["store"] is False, "the request does not turn `store` off")
"""

import asyncio
import inspect
import json
import threading
import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import anyio
import httpx2
import openai

from ...practice.answers import call_item, chat_answer, error_answer, stream_answer, text_answer
from ...practice.forms import as_asked
from ...recordings.file import Answer
from ...recordings.requests import canonical
from .asked import CHAT, RESPONSES, Asked, Turn, turns_of
from .gate import refusal
from .judge import NotPlayed, Runaway, Wrong, expect

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


class Probe:
    """A client to hand to the learner's function: notes each request, sends none.

    Replies are given in order, the last one again and again, each in the form that the request asks
    for: of Responses or of Chat Completions, whole or streamed. What `previous_response_id` stands
    for is remembered. A slip in a request gets the API's error (`gate`), and an answer that
    `tool_choice` rules out is not played; `models` are names that
    are known beside those of the course. After `limit` requests the program is stopped: it would
    never have given up. `pause` is awaited before the async client gets an answer or a failure: so
    long the call is under way. `open` is how many answers are neither read to their end nor closed.
    """

    def __init__(
        self,
        replies: Sequence[Reply] = ("OK",),
        max_retries: int = 0,
        limit: int = 50,
        models: Collection[str] = (),
        pause: Callable[["Asked"], Awaitable[None]] | None = None,
    ):
        self.requests: list[Asked] = []
        self._replies = list(replies)
        self._given = 0
        self._limit = limit
        self._models = models
        self._pause = pause
        self._memory: dict[str, tuple[Turn, ...]] = {}
        self._bodies: list[_Body] = []
        common: Any = {
            "api_key": "sk-test",
            "admin_api_key": "sk-test",
            "base_url": "http://probe.invalid/v1",
            "max_retries": max_retries,
        }
        self.client = openai.OpenAI(
            **common,
            http_client=openai.DefaultHttpxClient(transport=httpx2.MockTransport(self._reply)),
        )
        later = httpx2.MockTransport(self._reply_later)
        self.async_client = openai.AsyncOpenAI(
            **common, http_client=openai.DefaultAsyncHttpxClient(transport=later)
        )

    @property
    def last(self) -> Asked:
        """The last request. Raises Wrong where the program made none."""
        if not self.requests:
            raise Wrong("your code sent no request through the client it was given")
        return self.requests[-1]

    @property
    def open(self) -> int:
        """Answers whose connection is held open: the program has left them, and not closed them."""
        return sum(not body.over for body in self._bodies)

    def looked_at(self, run: Callable[[], T], look: Callable[[Asked], None]) -> T:
        """What `run` gives. Also of a program that stops, what is wrong with a request is said first."""
        failed: Exception | None = None
        try:
            found = run()
        except Exception as error:
            failed = error
        for asked in self.requests:
            look(asked)
        if failed is not None:
            raise failed
        expect(self.requests, "no request was sent through the client that it is given")
        return found

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        if len(self.requests) >= self._limit:
            raise Runaway(f"your code sent {_counted(self._limit)} and did not stop")
        asked = _asked(request)
        before = asked.body.get("previous_response_id") if isinstance(asked.body, dict) else None
        if before is not None:
            asked = replace(asked, before=self._memory.get(before, ()))
        self.requests.append(asked)
        refused = refusal(asked, self._models)
        if before is not None and before not in self._memory:
            refused = error_answer(
                400,
                f"Previous response with id '{before}' not found.",
                type="invalid_request_error",
                code="previous_response_not_found",
                param="previous_response_id",
            )
        answer = Answer.model_validate(refused or self._next(asked))
        headers = {"x-request-id": f"req_{len(self.requests):032x}"} | answer.headers
        self._bodies.append(_Body(answer))
        return httpx2.Response(answer.status, headers=headers, stream=self._bodies[-1])

    async def _reply_later(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return self._reply(request)
        finally:
            if self._pause is not None:
                await self._pause(self.requests[-1])

    def _next(self, asked: Asked) -> Mapping[str, Any]:
        reply = self._replies[min(self._given, len(self._replies) - 1)]
        self._given += 1
        if callable(reply) and not isinstance(reply, BaseException):
            reply = reply(asked)
        if isinstance(reply, BaseException):
            raise reply
        if asked.path not in (CHAT, RESPONSES):
            if isinstance(reply, str):
                raise NotPlayed(f"`{asked.method} {asked.path}`")
            return _named(reply, asked)
        options = asked.body.get("stream_options") or {}
        reply = as_asked(
            text_answer(reply) if isinstance(reply, str) else reply,
            chat=asked.chat,
            stream=asked.streamed,
            include_usage=options.get("include_usage") is True,
        )
        _can_be(reply, asked)
        return self._remembered(asked, _named(reply, asked))

    def _remembered(self, asked: Asked, reply: dict[str, Any]) -> dict[str, Any]:
        """The answer with an id of its own, kept for a request that goes on from it."""
        id_ = f"resp_{len(self.requests)}"
        reply = json.loads(json.dumps(reply).replace('"id": "resp_1"', f'"id": "{id_}"'))
        body = reply.get("json")
        for _, _, data in reply.get("sse") or []:
            if isinstance(data, dict) and data.get("type", "").startswith("response."):
                body = data.get("response", body)
        if not asked.chat and isinstance(body, dict) and "output" in body and asked.stored:
            said = turns_of(body["output"])
            self._memory[body["id"]] = (*asked.turns, *said)
        return reply


def _can_be(reply: Mapping[str, Any], asked: Asked) -> None:
    """Raises NotPlayed for an answer that the request has ruled out: a text where a call must come."""
    mode, names = asked.choice
    body = reply.get("json")
    for _, _, data in reply.get("sse") or []:
        body = data.get("response", body) if isinstance(data, dict) else body
    if asked.chat or not isinstance(body, dict) or body.get("status") != "completed":
        return
    called = {turn.name for turn in turns_of(body["output"]) if turn.role == "call"}
    if (mode == "none" and called) or (mode == "required" and not called & names):
        wanted = " or ".join(f"`{name}`" for name in sorted(names))
        raise NotPlayed("no call of a tool" if mode == "none" else f"a call of {wanted}")


def _counted(requests: int) -> str:
    return f"{requests} request" + ("s" if requests != 1 else "")


class _Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.over = False

    def __iter__(self) -> Iterator[bytes]:
        for _, piece in self._answer.pieces(Path(), 0):
            yield piece
        self.over = True
        if self._answer.cut:
            raise httpx2.RemoteProtocolError("the connection was closed in the middle of the body")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.over = True

    async def aclose(self) -> None:
        self.over = True


def _asked(request: httpx2.Request) -> Asked:
    parsed = canonical(request)
    form = parsed.form()
    parts = parsed.body if isinstance(parsed.body, list) else []
    return Asked(
        parsed.method,
        parsed.path.removeprefix("/v1"),
        parsed.query,
        parsed.body if form is None else form,
        dict(request.headers),
        request.extensions.get("timeout", {}).get("read"),
        files=tuple(part for part in parts if isinstance(part, dict) and "filename" in part),
    )


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
        raise _stopper(done["error"]) or done["error"]
    result: T = done["value"]
    return result


def _stopper(error: BaseException) -> BaseException | None:
    """What stopped the program, where a group of tasks has wrapped it."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_stopper, error.exceptions)), None)
    return error if isinstance(error, Wrong | Runaway | NotPlayed) else None


@contextmanager
def no_waiting(answer: Callable[..., Any] | None = None) -> Iterator[list[float]]:
    """Makes every sleep end at once, and notes how many seconds each would have taken.

    With the learner's function also where its cell says `from time import sleep`. Threads that run
    already, such as those of Jupyter's kernel, sleep on as ever.
    """
    waits: list[float] = []
    # The threads themselves: the number of one that has ended is given to the next that starts.
    others = set(threading.enumerate()) - {threading.current_thread()}
    sleep, async_sleep = time.sleep, asyncio.sleep

    def noted(seconds: float) -> None:
        if threading.current_thread() in others:
            sleep(seconds)
        else:
            waits.append(seconds)

    async def async_noted(seconds: float, result: Any = None) -> Any:
        if threading.current_thread() in others:
            return await async_sleep(seconds, result)
        waits.append(seconds)
        return await async_sleep(0, result)

    names = getattr(inspect.unwrap(answer), "__globals__", {}) if answer is not None else {}
    instead: Mapping[Any, Any] = {sleep: noted, async_sleep: async_noted}
    functions = (type(sleep), type(async_sleep))
    own = {
        name: instead[each]
        for name, each in names.items()
        if isinstance(each, functions) and each in instead
    }
    with (
        patch.object(time, "sleep", noted),
        patch.object(asyncio, "sleep", async_noted),
        patch.object(anyio, "sleep", async_noted),
        patch.dict(names, own),
    ):
        yield waits
