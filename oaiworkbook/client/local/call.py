"""One call that a model on this machine answers, because no recording does.

Only in replay, only after a miss, and only where OAIWORKBOOK_LOCAL names a server on this machine.
Such an answer is never recorded. Whatever it cannot do ends as the miss, with the reason.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import anyio
import httpx2

from ... import settings
from ...errors import RecordingNotFound
from ...practice.events import chat_events, response_events
from ...recordings.file import event_bytes
from ..client import TIMEOUT
from . import memory, server
from .answer import Chunks, Event, checked, completion, new_id, response
from .by_form import as_form, from_form
from .request import Asked, Json, NotLocal, messages_of, of_chat, of_responses, sends_pictures
from .stream import Events

if TYPE_CHECKING:
    from ..exchange import Exchange

Send = Callable[[httpx2.Request], httpx2.Response]
AsyncSend = Callable[[httpx2.Request], Awaitable[httpx2.Response]]

PATIENCE = 600.0  # seconds for an answer where the program has set no timeout of its own
_JSON = {"content-type": "application/json"}
_STREAM = {"content-type": "text/event-stream; charset=utf-8"}
_ENDPOINTS = ("/v1/responses", "/v1/chat/completions")


class LocalCall:
    """`exchange`: the call that has no recording. Raises NotLocal for what no chat model can answer."""

    def __init__(self, exchange: "Exchange") -> None:
        request = exchange.request
        if (request.method, request.url.path) not in [("POST", path) for path in _ENDPOINTS]:
            raise NotLocal(_unlike(request))
        self._exchange = exchange
        try:
            self.form: Json = json.loads(request.content)
            self._asked = self._translated()
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise NotLocal(f"has a request that cannot be read ({error!r})") from None
        given = request.extensions.get("timeout", {}).get("read")
        self._patience = PATIENCE if given in (None, TIMEOUT.read) else float(given)
        self._model = ""
        self._body = self._asked.body  # what is sent
        self._by_form = False  # a model that knows no tools fills in a form

    def _translated(self) -> Asked:
        if self._exchange.request.url.path == _ENDPOINTS[1]:
            return of_chat(self.form)
        state, call = self._exchange.state, self._exchange.call
        name = self.form.get("previous_response_id")
        return of_responses(self.form, memory.history(name, state.library, call.lesson))

    def answer(self, send: Send) -> httpx2.Response:
        """Sends it, and returns the answer in the form that the program has asked for.

        Raises RecordingNotFound with the reason where the server cannot answer.
        """
        try:
            self._prepare()
            got = self._sent(send, self._request())
            if self._body.get("stream"):
                return self._response(stream=_Body(got, _Translation(self)))
            parts = [_parsed(got)]
            while missing := self._missing(parts):
                parts.append(_parsed(self._sent(send, self._request(n=missing))))
            return self._whole(parts)
        except (NotLocal, ValueError) as error:
            raise self.refused(error) from None

    async def answer_async(self, send: AsyncSend) -> httpx2.Response:
        """The same from an event loop."""
        try:
            await anyio.to_thread.run_sync(self._prepare)
            got = await self._sent_async(send, self._request())
            if self._body.get("stream"):
                return self._response(stream=_AsyncBody(got, _Translation(self)))
            parts = [_parsed(got)]
            while missing := self._missing(parts):
                more = await self._sent_async(send, self._request(n=missing))
                parts.append(_parsed(more))
            return self._whole(parts)
        except (NotLocal, ValueError) as error:
            raise self.refused(error) from None

    def _prepare(self) -> None:
        """Finds the model, and whether it can what is asked for. Raises NotLocal."""
        self._model = server.model()
        asked = self._asked.body
        if sends_pictures(asked["messages"]) and server.abilities(self._model).sees is False:
            raise NotLocal(f"sends a picture, and {self._model} cannot see")
        talks_of_tools = "tools" in asked or any("tool_calls" in m for m in asked["messages"])
        if talks_of_tools and server.abilities(self._model).tools is False:
            self._by_form = True
            self._body = as_form(asked)

    def _request(self, **changed: Any) -> httpx2.Request:
        timeout = httpx2.Timeout(self._patience, connect=server.PATIENCE).as_dict()
        return httpx2.Request(
            "POST",
            f"{settings.local()}/chat/completions",
            json={"model": self._model} | self._body | changed,
            headers={"authorization": "Bearer none"},
            extensions={"timeout": timeout},
        )

    def _sent(self, send: Send, request: httpx2.Request) -> httpx2.Response:
        try:
            got = send(request)
            if got.is_error or not self._body.get("stream"):
                got.read()
        except httpx2.TransportError as error:
            raise NotLocal(self._silent(error)) from None
        return _checked_head(got)

    async def _sent_async(self, send: AsyncSend, request: httpx2.Request) -> httpx2.Response:
        try:
            got = await send(request)
            if got.is_error or not self._body.get("stream"):
                await got.aread()
        except httpx2.TransportError as error:
            raise NotLocal(self._silent(error)) from None
        return _checked_head(got)

    def _silent(self, error: httpx2.TransportError) -> str:
        url = settings.local()
        if isinstance(error, (httpx2.ReadTimeout, httpx2.WriteTimeout)):
            return f"got no answer from {url} within {self._patience:g} s"
        return f"found no server at {url}: start it ({type(error).__name__})"

    def _missing(self, parts: list[Json]) -> int:
        """How many answers are still to be had: some servers give one, whatever `n` says."""
        there = [len(part["choices"]) for part in parts]
        return int(self._asked.body.get("n") or 1) - sum(there) if all(there) else 0

    def _whole(self, parts: list[Json]) -> httpx2.Response:
        parts = list(map(from_form, parts)) if self._by_form else parts
        bodies = [checked(part, self._asked) for part in parts]
        body = bodies[0]
        for other in bodies[1:]:
            body["choices"] += other["choices"]
            body["usage"] = _added(body["usage"], other["usage"])
        for at, choice in enumerate(body["choices"]):
            choice["index"] = at
        if self._asked.chat:
            shaped = completion(body, self._model, new_id("chatcmpl"))
        else:
            shaped = response(body, self._model, new_id("resp"), self.form)
            self._remember(shaped)
        self._settle(body["usage"], whole=True)
        if not self._asked.body.get("stream"):
            return self._response(json=shaped)
        wants_usage = bool(self._asked.body.get("stream_options"))
        in_pieces = (
            chat_events(shaped, include_usage=wants_usage)
            if self._asked.chat
            else response_events(shaped)
        )
        content = b"".join(event_bytes((0, name, data), False) for _, name, data in in_pieces)
        return self._response(stream=httpx2.ByteStream(content))

    def _response(self, **body: Any) -> httpx2.Response:
        headers = _STREAM if "stream" in body else _JSON
        return httpx2.Response(200, headers=headers, request=self._exchange.request, **body)

    def _remember(self, body: Json) -> None:
        said = self._asked.body["messages"]
        if self.form.get("instructions"):
            said = said[1:]
        memory.remember(body["id"], [*said, *messages_of(body["output"])])

    def _settle(self, usage: Json | None, *, whole: bool) -> None:
        note = f"not {self.form.get('model')}"
        if self._asked.left_out:
            note += f", without {' and '.join(self._asked.left_out)}"
        self._exchange.settle_local(self._model, note, usage or {}, whole=whole)

    def translator(self) -> Chunks | Events:
        """What turns the server's chunks into what was asked for."""
        if self._asked.chat:
            return Chunks(self._asked, self._model)
        return Events(self._asked, self._model, self.form)

    def ended(self, made: Chunks | Events, *, whole: bool) -> None:
        """The stream is over, or was left."""
        if isinstance(made, Events) and whole:
            self._remember(made.body)
        self._settle(made.usage, whole=whole)

    def refused(self, error: Exception) -> RecordingNotFound:
        """The miss, with the reason."""
        return self._exchange.missed(_reason(error))


class _Translation:
    """A server's lines as the bytes that the program reads."""

    def __init__(self, call: LocalCall) -> None:
        self._call = call
        self._made = call.translator()
        self._over = False

    def begin(self) -> Iterator[bytes]:
        if isinstance(self._made, Events):
            yield from map(_bytes, self._made.begin())

    def line(self, line: str) -> Iterator[bytes]:
        if not line.startswith("data:"):
            return
        data = line.removeprefix("data:").strip()
        if data in ("", "[DONE]"):
            return
        try:
            chunk = json.loads(data)
            if chunk.get("error"):
                yield _bytes((None, chunk))  # the SDK raises it
                return
            yield from map(_bytes, self._made.feed(chunk))
        except (AttributeError, IndexError, KeyError, NotLocal, TypeError, ValueError) as error:
            self._over = True
            raise self._call.refused(error) from None

    def end(self) -> Iterator[bytes]:
        """After the last line. Raises RemoteProtocolError where the model had not come to its end."""
        if not self._made.whole:
            self.left()
            raise httpx2.RemoteProtocolError(
                "the local server broke off in the middle of its answer"
            )
        if isinstance(self._made, Events):
            yield from map(_bytes, self._made.end())
        else:
            yield event_bytes((0, None, "[DONE]"), False)
        self._over = True
        self._call.ended(self._made, whole=True)

    def left(self) -> None:
        if not self._over:
            self._over = True
            self._call.ended(self._made, whole=False)


class _Body(httpx2.SyncByteStream):
    def __init__(self, got: httpx2.Response, translation: _Translation) -> None:
        self._got, self._translation = got, translation

    def __iter__(self) -> Iterator[bytes]:
        yield from self._translation.begin()
        for line in self._got.iter_lines():
            yield from self._translation.line(line)
        yield from self._translation.end()

    def close(self) -> None:
        self._translation.left()
        self._got.close()


class _AsyncBody(httpx2.AsyncByteStream):
    def __init__(self, got: httpx2.Response, translation: _Translation) -> None:
        self._got, self._translation = got, translation

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._translation.begin():
            yield piece
        async for line in self._got.aiter_lines():
            for piece in self._translation.line(line):
                yield piece
        for piece in self._translation.end():
            yield piece

    async def aclose(self) -> None:
        self._translation.left()
        await self._got.aclose()


def _bytes(event: Event) -> bytes:
    name, data = event
    return event_bytes((0, name, data), False)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, NotLocal) else f"got an answer that is no JSON ({error})"


def _checked_head(got: httpx2.Response) -> httpx2.Response:
    if got.is_error:
        raise NotLocal(f"was refused by the local server: {server.said(got)}")
    return got


def _parsed(got: httpx2.Response) -> Json:
    body = got.json()
    if not isinstance(body, dict) or not isinstance(body.get("choices"), list):
        raise NotLocal("got an answer that is no chat completion")
    return body


def _added(one: Json | None, other: Json | None) -> Json | None:
    if one is None or other is None:
        return None
    both = dict(one)
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        both[name] = one[name] + other[name]
    return both


def _unlike(request: httpx2.Request) -> str:
    path = request.url.path
    if memory.MARK in path:
        return "asks for a local answer again, which nobody keeps"
    return f"goes to {path}, which no chat model answers"
