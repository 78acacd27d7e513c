"""Bodies on their way to the caller: recorded ones at their pace, real ones watched as they pass."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from .. import settings
from .exchange import Exchange

if TYPE_CHECKING:
    from ..recordings.file import Answer


def replayed(exchange: Exchange, answer: "Answer", *, stream: bool) -> httpx2.Response:
    """The recorded answer as a response: settled, or with a body that settles it when it has been read."""
    assert exchange.recording is not None
    folder = exchange.recording.parent
    if answer.sse is None and not stream:
        body: dict[str, Any] = {"content": answer.content(folder)[0]}
        exchange.settle(answer.json_, whole=True)
    else:
        body = {"stream": ReplayedBody(exchange, answer, folder)}
    response = httpx2.Response(
        answer.status, headers=answer.headers, request=exchange.request, **body
    )
    response.elapsed = timedelta(milliseconds=answer.ms)
    return response


class ReplayedBody(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """The body of a recorded answer, at the recorded pace. What was heard of it is settled."""

    def __init__(self, exchange: Exchange, answer: "Answer", folder: Path) -> None:
        self._exchange, self._answer = exchange, answer
        self._pieces = answer.pieces(folder, settings.pace())
        self._events = 0
        self._over = False

    def _next(self, piece: bytes) -> bytes:
        self._events += self._answer.sse is not None
        return piece

    def _broken(self) -> httpx2.RemoteProtocolError | None:
        self._end(whole=not self._answer.cut)
        text = "the connection broke in the middle of the answer"
        return httpx2.RemoteProtocolError(text) if self._answer.cut else None

    def __iter__(self) -> Iterator[bytes]:
        for wait, piece in self._pieces:
            if wait > 0:
                time.sleep(wait)
            yield self._next(piece)
        if broken := self._broken():
            raise broken

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for wait, piece in self._pieces:
            if wait > 0:
                await asyncio.sleep(wait)
            yield self._next(piece)
        if broken := self._broken():
            raise broken

    def _end(self, *, whole: bool) -> None:
        if self._over:
            return
        self._over = True
        answer = self._answer
        if answer.sse is not None:
            heard = answer.sse[: self._events]
            names = [name for _, name, _ in heard]
            self._exchange.settle([data for _, _, data in heard], whole=whole, names=names)
        else:
            self._exchange.settle(answer.json_, whole=whole)

    def close(self) -> None:
        self._end(whole=self._answer.sse is not None and self._events == len(self._answer.sse))

    async def aclose(self) -> None:
        self.close()


class _Watched:
    """What a tee has seen of a body on its way to the caller. No chunk waits for it."""

    def __init__(self, stream: Any, exchange: Exchange) -> None:
        self._stream, self._exchange = stream, exchange
        self._chunks: list[tuple[int, bytes]] = []  # ms since the call began
        self._over = False
        kind = exchange.headers.get("content-type", "").lower()
        # Sound and pictures carry no usage: in live mode they need not be held in memory.
        self._keep = (
            exchange.state.mode == "record"
            or exchange.asked_stream
            or "json" in kind
            or "event-stream" in kind
        )
        # The recording wants the whole answer, also where the caller leaves it in the middle.
        self._wanted = exchange.state.mode == "record"

    def _see(self, chunk: bytes) -> None:
        if self._keep:
            ms = round((time.monotonic() - self._exchange.started) * 1000)
            self._chunks.append((ms, chunk))

    def _end(self, *, whole: bool, cancelled: bool = False) -> None:
        if not self._over:
            self._over = True
            body, times = decoded(self._chunks, self._exchange.encoding)
            self._exchange.finished(body, times, whole=whole, cancelled=cancelled)

    def _broken(self, error: BaseException) -> None:
        """The body broke off: settled, and raises what is to be raised in place of `error`."""
        self._end(whole=False, cancelled=isinstance(error, asyncio.CancelledError))
        if late := self._exchange.late(error):
            raise late from error


def decoded(chunks: list[tuple[int, bytes]], encoding: str) -> tuple[bytes, list[tuple[int, int]]]:
    """The body as the caller reads it, and `(ms, bytes so far)` for each chunk.

    `encoding`: the content-encoding, `gzip` or what else `httpx2` knows. A body that cannot be
    decoded is given back as it came: the caller gets an error for it.
    """
    if encoding.lower() in ("", "identity"):
        times = accumulate(
            chunks, lambda so_far, new: (new[0], so_far[1] + len(new[1])), initial=(0, 0)
        )
        return b"".join(chunk for _, chunk in chunks), list(times)[1:]
    arrived = 0

    class Raw(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            nonlocal arrived
            for arrived, chunk in chunks:  # noqa: B007  # read below
                yield chunk

    plain = httpx2.Response(200, headers={"content-encoding": encoding}, stream=Raw())
    pieces: list[tuple[int, bytes]] = []
    try:
        for piece in plain.iter_bytes():
            pieces.append((arrived, piece))
    except httpx2.DecodingError:
        if not pieces:
            return decoded(chunks, "")
    return decoded(pieces, "")


class Tee(_Watched, httpx2.SyncByteStream):
    def __init__(self, stream: Any, exchange: Exchange) -> None:
        super().__init__(stream, exchange)
        if self._wanted:
            exchange.state.open_bodies.add(self)

    def __iter__(self) -> Iterator[bytes]:
        # Kept outside this frame: when the caller leaves its loop, `close` can read the rest.
        self._chunk_iterator = iter(self._stream)
        try:
            for chunk in self._chunk_iterator:
                self._see(chunk)
                yield chunk
        except GeneratorExit:  # left, which `close` settles
            raise
        except BaseException as error:
            self._broken(error)
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

    def _end(self, *, whole: bool, cancelled: bool = False) -> None:
        self._exchange.state.open_bodies.discard(self)
        super()._end(whole=whole, cancelled=cancelled)

    def close(self) -> None:
        if self._wanted and not self._over:
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
        except GeneratorExit:  # left, which `aclose` settles
            raise
        except BaseException as error:
            self._broken(error)
            raise
        self._end(whole=True)

    async def aclose(self) -> None:
        if self._wanted and not self._over:
            try:
                async for chunk in getattr(self, "_chunk_iterator", self._stream):
                    self._see(chunk)
            except httpx2.TransportError:
                self._end(whole=False)
            self._end(whole=True)
        self._end(whole=False)
        await self._stream.aclose()


class Peeked(httpx2.SyncByteStream):
    """A body whose first chunk has been looked at."""

    def __init__(self, stream: httpx2.SyncByteStream) -> None:
        self._stream, self._rest = stream, iter(stream)
        self.first = next(self._rest, b"")

    def __iter__(self) -> Iterator[bytes]:
        yield self.first
        yield from self._rest

    def close(self) -> None:
        self._stream.close()


class AsyncPeeked(httpx2.AsyncByteStream):
    """The same for an asynchronous body, once `look` has been awaited."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream, self._rest = stream, aiter(stream)
        self.first = b""

    async def look(self) -> "AsyncPeeked":
        self.first = await anext(self._rest, b"")
        return self

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.first
        async for chunk in self._rest:
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
