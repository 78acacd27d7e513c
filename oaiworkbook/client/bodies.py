"""Bodies on their way to the caller: recorded ones at their pace, real ones watched as they pass."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2

from .. import settings
from ..recordings.file import Answer
from .exchange import Exchange

_CHUNK = 16_384  # bytes; a replayed file arrives in pieces, as from a network


class Played(httpx2.SyncByteStream, httpx2.AsyncByteStream):
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
            if wait > 0:
                time.sleep(wait)
            yield piece
        self._end(whole=True)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for wait, piece in self._pieces():
            if wait > 0:
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


class Tee(_Watched, httpx2.SyncByteStream):
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


class AsyncTee(_Watched, httpx2.AsyncByteStream):
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
