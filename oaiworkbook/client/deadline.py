"""A deadline that every single read and write of a connection keeps.

A timeout of the SDK holds for one read: a server that sends a byte now and then is never late. So a
request's timeouts become `Until`, a number that also knows the moment when all must be over, and the
connections of a client ask it before each read. `httpcore2` hands the number through untouched.
"""

import time
from typing import Any

import httpcore2
import httpx2


class Until(float):
    """Seconds, as a timeout; and `end`, the moment (`time.monotonic()`) that no read may pass."""

    end: float

    def __new__(cls, seconds: float, end: float) -> "Until":
        made = super().__new__(cls, seconds)
        made.end = end
        return made


def limit(request: httpx2.Request, end: float) -> None:
    """No wait of `request` may reach past `end`, on a connection of a client that `keep` has seen."""
    left = end - time.monotonic()
    timeouts = request.extensions.get("timeout", {})
    for kind, seconds in timeouts.items():
        timeouts[kind] = Until(left if seconds is None else min(seconds, left), end)


def keep(transport: Any) -> None:
    """Have the connections of an HTTP transport keep what `limit` has set.

    Its pool is not public. Where it is another one day, each read has what was left at its start.
    """
    pool = getattr(transport, "_pool", None)
    backend = getattr(pool, "_network_backend", None)
    if isinstance(backend, httpcore2.AsyncNetworkBackend):
        pool._network_backend = _AsyncBackend(backend)  # type: ignore[union-attr]
    elif isinstance(backend, httpcore2.NetworkBackend):
        pool._network_backend = _Backend(backend)  # type: ignore[union-attr]


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    if not isinstance(timeout, Until):
        return timeout
    left = timeout.end - time.monotonic()
    if left <= 0:
        raise late("the deadline has passed")
    return min(float(timeout), left)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, inner: httpcore2.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(self, *args: Any, **options: Any) -> "_Stream":
        return _Stream(self._inner.connect_tcp(*args, **options))

    def connect_unix_socket(self, *args: Any, **options: Any) -> "_Stream":
        return _Stream(self._inner.connect_unix_socket(*args, **options))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore2.WriteTimeout))

    def start_tls(self, *args: Any, **options: Any) -> "_Stream":
        return _Stream(self._inner.start_tls(*args, **options))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _AsyncBackend(httpcore2.AsyncNetworkBackend):
    def __init__(self, inner: httpcore2.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(self, *args: Any, **options: Any) -> "_AsyncStream":
        return _AsyncStream(await self._inner.connect_tcp(*args, **options))

    async def connect_unix_socket(self, *args: Any, **options: Any) -> "_AsyncStream":
        return _AsyncStream(await self._inner.connect_unix_socket(*args, **options))

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _AsyncStream(httpcore2.AsyncNetworkStream):
    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, _left(timeout, httpcore2.WriteTimeout))

    async def start_tls(self, *args: Any, **options: Any) -> "_AsyncStream":
        return _AsyncStream(await self._inner.start_tls(*args, **options))

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
