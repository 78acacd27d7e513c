"""The one hook: the SDK's own HTTP clients with `send()` overridden.

Overriding `send()` keeps the SDK's proxies, limits and timeouts, and one place can refuse, answer,
watch and advise. An exception raised here reaches the caller unchanged (see `errors.py`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Any

import httpx2
import openai

from . import settings
from .errors import WorkbookError
from .exchange import PRACTICE, Exchange, Hook
from .recording_file import Answer
from .wire import parse_body

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CHUNK = 16_384  # bytes; a replayed file arrives in pieces, as from a network


class NetworkRefused(WorkbookError):
    """Something tried to reach a network in replay mode."""


@lru_cache(maxsize=64)
def is_practice_server(origin: str) -> bool:
    """Whether the workbook's practice server listens there. Asks once, over loopback only."""
    try:
        with httpx2.Client(trust_env=False, timeout=2.0) as client:
            return PRACTICE in client.get(f"{origin}/oaiworkbook").headers
    except httpx2.HTTPError:
        return False


def _practice(hook: Hook, url: httpx2.URL) -> bool:
    if hook.mode != "replay" or url.host not in LOOPBACK:
        return False
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    if not is_practice_server(origin):
        raise NetworkRefused(
            f"Replay mode sends nothing, and {origin} is not the workbook's practice server. "
            "Start one (oaiworkbook serve), or set OAIWORKBOOK_MODE=live to call a server of your own."
        )
    return True


class WorkbookClient(openai.DefaultHttpxClient):
    """The SDK's synchronous HTTP client with the workbook's hook."""

    def __init__(self, hook: Hook, **options: Any) -> None:
        if hook.mode == "replay":
            options.update(transport=_LoopbackOnly(), trust_env=False)
        super().__init__(**options)
        self.hook = hook

    def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        _prepare(self.hook, request)
        if _needs_body(self.hook, request):
            request.read()
        exchange = self.hook.begin(request, practice=_practice(self.hook, request.url))
        if exchange.replays:
            answer = exchange.take()
            response = _replayed(exchange, answer)
            time.sleep(_pause(answer))
        else:
            try:
                response = super().send(request, stream=True, **options)
            except httpx2.TransportError as error:
                exchange.failed(error)
                raise
            exchange.answered(response)
            response.stream = _Tee(response.stream, exchange)
        try:
            if not stream or response.status_code >= 400:
                response.read()
                _advise(exchange, response, stream)
        except BaseException:
            response.close()
            raise
        return response


class AsyncWorkbookClient(openai.DefaultAsyncHttpxClient):
    """The SDK's asynchronous HTTP client with the workbook's hook."""

    def __init__(self, hook: Hook, **options: Any) -> None:
        if hook.mode == "replay":
            options.update(transport=_AsyncLoopbackOnly(), trust_env=False)
        super().__init__(**options)
        self.hook = hook

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        _prepare(self.hook, request)
        if _needs_body(self.hook, request):
            await request.aread()
        exchange = self.hook.begin(request, practice=_practice(self.hook, request.url))
        if exchange.replays:
            answer = exchange.take()
            response = _replayed(exchange, answer)
            await asyncio.sleep(_pause(answer))
        else:
            try:
                response = await super().send(request, stream=True, **options)
            except httpx2.TransportError as error:
                exchange.failed(error)
                raise
            exchange.answered(response)
            response.stream = _AsyncTee(response.stream, exchange)
        try:
            if not stream or response.status_code >= 400:
                await response.aread()
                _advise(exchange, response, stream)
        except BaseException:
            await response.aclose()
            raise
        return response


def _prepare(hook: Hook, request: httpx2.Request) -> None:
    if hook.mode == "record":
        request.headers["accept-encoding"] = "identity"  # a recording holds plain bytes


def _needs_body(hook: Hook, request: httpx2.Request) -> bool:
    """A live upload may be larger than the memory; nothing in it is needed for the price."""
    return hook.mode != "live" or not request.url.path.endswith(("/files", "/parts"))


def _pause(answer: Answer) -> float:
    """Seconds that the answer to a plain call took when it was recorded, at today's pace."""
    return 0.0 if answer.sse else answer.ms / 1000 * settings.pace()


def _advise(exchange: Exchange, response: httpx2.Response, stream: bool) -> None:
    content_type = response.headers.get("content-type", "")
    body, _ = parse_body(content_type, response.content, []) if response.is_error else (None, None)
    if response.is_error:
        exchange.steer(response, body)
    elif not stream and "text/html" in content_type:
        # The SDK would hand the page on as if it were the object asked for.
        raise openai.APIConnectionError(
            message=f"{response.request.url} answered {response.status_code} with a web page, not "
            "with JSON. Check the base URL, and any proxy between you and the API.",
            request=response.request,
        )


def _replayed(exchange: Exchange, answer: Answer) -> httpx2.Response:
    response = httpx2.Response(
        answer.status,
        headers=answer.headers,
        stream=_Played(exchange, answer),
        request=exchange.request,
    )
    response.elapsed = timedelta(milliseconds=answer.ms)
    exchange.answered(response)
    return response


class _Played(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """The body of a recorded answer, at the recorded pace."""

    def __init__(self, exchange: Exchange, answer: Answer) -> None:
        self._exchange, self._answer = exchange, answer
        self._seen = 0
        self._over = False

    def _pieces(self) -> Iterator[tuple[float, bytes]]:
        """`(seconds to wait first, bytes)`"""
        answer, pace, before = self._answer, settings.pace(), 0
        assert self._exchange.target is not None
        content = answer.content(self._exchange.target.parent)
        if answer.sse is None:
            for at in range(0, len(content[0]), _CHUNK):
                yield 0.0, content[0][at : at + _CHUNK]
            return
        for event, piece in zip(answer.sse, content, strict=True):
            self._seen += 1
            yield (event[0] - before) / 1000 * pace, piece
            before = event[0]
        if answer.cut:
            self._end(whole=False)
            raise httpx2.RemoteProtocolError("the connection broke in the middle of the answer")

    def __iter__(self) -> Iterator[bytes]:
        for wait, piece in self._pieces():
            if wait:
                time.sleep(wait)
            yield piece
        self._end(whole=True)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for wait, piece in self._pieces():
            if wait:
                await asyncio.sleep(wait)
            yield piece
        self._end(whole=True)

    def _end(self, *, whole: bool) -> None:
        if self._over:
            return
        self._over = True
        answer = self._answer
        if answer.sse is not None:
            self._exchange.settle([data for _, _, data in answer.sse[: self._seen]], whole=whole)
        else:
            self._exchange.settle(answer.json_, whole=whole)

    def close(self) -> None:
        self._end(whole=self._answer.sse is not None and self._seen == len(self._answer.sse))

    async def aclose(self) -> None:
        self.close()


class _Watched:
    """What a tee has seen of a body on its way to the caller. No chunk waits for it."""

    def __init__(self, stream: Any, exchange: Exchange) -> None:
        self._stream, self._exchange = stream, exchange
        self._chunks: list[bytes] = []
        self._times: list[tuple[int, int]] = []
        self._length = 0
        self._over = False
        kind = exchange.headers.get("content-type", "")
        # Sound and pictures carry no usage: in live mode they need not be held in memory.
        self._keep = exchange.hook.mode == "record" or "json" in kind or "event-stream" in kind
        if exchange.hook.mode == "record":
            exchange.hook.unfinished.add(self)

    def _see(self, chunk: bytes) -> None:
        if not self._keep:
            return
        self._chunks.append(chunk)
        self._length += len(chunk)
        ms = round((time.monotonic() - self._exchange.started) * 1000)
        self._times.append((ms, self._length))

    def _end(self, *, whole: bool) -> None:
        if not self._over:
            self._over = True
            self._exchange.hook.unfinished.discard(self)
            self._exchange.finished(b"".join(self._chunks), self._times, whole=whole)


class _Tee(_Watched, httpx2.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        # Kept outside this frame: when the caller leaves its loop, `close` can read the rest.
        self._chunk_iterator = iter(self._stream)
        try:
            for chunk in self._chunk_iterator:
                self._see(chunk)
                yield chunk
        except httpx2.TransportError:
            self._end(whole=False)
            raise
        self._end(whole=True)

    def drain(self) -> None:
        """The lesson broke out of its loop; the recording still gets the whole answer."""
        try:
            for chunk in getattr(self, "_chunk_iterator", self._stream):
                self._see(chunk)
        except httpx2.TransportError:
            self._end(whole=False)
        self._end(whole=True)

    def close(self) -> None:
        if self in self._exchange.hook.unfinished:
            self.drain()
        self._end(whole=False)
        self._stream.close()


class _AsyncTee(_Watched, httpx2.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._chunk_iterator = aiter(self._stream)
        try:
            async for chunk in self._chunk_iterator:
                self._see(chunk)
                yield chunk
        except httpx2.TransportError:
            self._end(whole=False)
            raise
        self._end(whole=True)

    async def aclose(self) -> None:
        if self in self._exchange.hook.unfinished:
            async for chunk in getattr(self, "_chunk_iterator", self._stream):
                self._see(chunk)
            self._end(whole=True)
        self._end(whole=False)
        await self._stream.aclose()


class _LoopbackOnly(httpx2.BaseTransport):
    """Replay's transport: no path behind it but to a practice server on this machine."""

    _inner: httpx2.HTTPTransport | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        _refuse_network(request)
        self._inner = self._inner or httpx2.HTTPTransport()
        return self._inner.handle_request(request)

    def close(self) -> None:
        if self._inner is not None:
            self._inner.close()


class _AsyncLoopbackOnly(httpx2.AsyncBaseTransport):
    _inner: httpx2.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        _refuse_network(request)
        self._inner = self._inner or httpx2.AsyncHTTPTransport()
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        if self._inner is not None:
            await self._inner.aclose()


def _refuse_network(request: httpx2.Request) -> None:
    if request.url.host not in LOOPBACK:
        raise NetworkRefused(f"Replay mode sends nothing; {request.url.host} was asked for.")
