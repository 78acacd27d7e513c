"""The SDK's own HTTP clients with `send()` overridden: the one place where we come in.

Overriding `send()` keeps the SDK's proxies, limits and timeouts, and one place can refuse, answer,
watch and advise. An exception raised here reaches the caller unchanged (see `errors.py`).
"""

import asyncio
import time
from typing import Any, Literal

import httpx2
import openai

from .. import settings
from ..endpoints import endpoint
from ..errors import NetworkRefused
from ..recordings.file import PRACTICE
from ..recordings.wire import kept_headers, parse_body
from .bodies import AsyncTee, Tee, replayed
from .exchange import ClientState, Exchange, error_in

# A proxy of the environment must not be asked for a server on this very machine.
_NO_PROXY: dict[str, None] = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}


_servers: dict[str, Literal["recordings", "other answers"]] = {}


def workbook_server(origin: str) -> Literal["recordings", "other answers"] | None:
    """What a server of the workbook at `origin` answers from; None for any other server there.

    Asks over loopback only, and not again once one has answered.
    """
    if origin in _servers:
        return _servers[origin]
    try:
        with httpx2.Client(trust_env=False, timeout=2.0, verify=False) as client:
            answer = client.get(f"{origin}/oaiworkbook")
        if PRACTICE in answer.headers:
            replays = answer.json()["answers"] == "recordings"
            return _servers.setdefault(origin, "recordings" if replays else "other answers")
    except (httpx2.HTTPError, ValueError, KeyError):
        pass
    return None


def is_practice_call(state: ClientState, url: httpx2.URL) -> bool:
    """Whether a call goes to a practice server: in every mode it is sent there, and costs nothing."""
    if url.host not in settings.LOOPBACK:
        return False
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    found = workbook_server(origin)
    if state.mode != "replay":
        # What answers from elsewhere, such as the stand-in for the API, is to be called and recorded.
        return found == "recordings"
    if found is None:
        raise NetworkRefused(
            f"Replay mode sends nothing, and {origin} is not the workbook's practice server. "
            "Start one (oaiworkbook serve), or set OAIWORKBOOK_MODE=live to call a server of your own."
        )
    return True


class WorkbookClient(openai.DefaultHttpxClient):
    """The SDK's synchronous HTTP client; `state` is shared with the client's copies."""

    def __init__(self, state: ClientState, **options: Any) -> None:
        if state.mode == "replay":
            options.update(transport=_LoopbackOnly(), trust_env=False)
        else:
            options.update(mounts=_NO_PROXY)
        super().__init__(**options)
        self.state = state
        _keep_deadlines(self)

    def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        _refuse_closed(self)
        if _needs_body(self.state, request):
            request.read()
        exchange = self.state.begin(request, practice=is_practice_call(self.state, request.url))
        recorded = exchange.find()
        try:
            if recorded is not None:
                # A stream keeps its waits to itself.
                if wait := 0.0 if recorded.sse else recorded.ms / 1000 * settings.pace():
                    time.sleep(wait)
                response = replayed(exchange, recorded, stream=stream)
            else:
                exchange.limit_time()
                response = super().send(request, stream=True, **options)
        except BaseException as error:
            exchange.failed(error)
            raise
        if recorded is None:
            _note_head(exchange, response)
            response.stream = Tee(response.stream, exchange)
        try:
            if not stream or response.is_error:
                response.read()
            _advise(exchange, response, stream)
        except BaseException:
            response.close()
            raise
        return response


class AsyncWorkbookClient(openai.DefaultAsyncHttpxClient):
    """The SDK's asynchronous HTTP client; `state` is shared with the client's copies."""

    def __init__(self, state: ClientState, **options: Any) -> None:
        if state.mode == "replay":
            options.update(transport=_AsyncLoopbackOnly(), trust_env=False)
        else:
            options.update(mounts=_NO_PROXY)
        super().__init__(**options)
        self.state = state
        _keep_deadlines(self)

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        _refuse_closed(self)
        if _needs_body(self.state, request):
            await request.aread()
        exchange = self.state.begin(request, practice=is_practice_call(self.state, request.url))
        recorded = exchange.find()
        try:
            if recorded is not None:
                # A stream keeps its waits to itself.
                if wait := 0.0 if recorded.sse else recorded.ms / 1000 * settings.pace():
                    await asyncio.sleep(wait)
                response = replayed(exchange, recorded, stream=stream)
            else:
                exchange.limit_time()
                response = await super().send(request, stream=True, **options)
        except BaseException as error:
            exchange.failed(error)
            raise
        if recorded is None:
            _note_head(exchange, response)
            response.stream = AsyncTee(response.stream, exchange)
        try:
            if not stream or response.is_error:
                await response.aread()
            _advise(exchange, response, stream)
        except BaseException:
            await response.aclose()
            raise
        return response


def _keep_deadlines(client: Any) -> None:
    if client.state.mode == "replay":
        return  # its transport sees to its own, made with the first call to a practice server
    from .deadline import keep

    for transport in (client._transport, *client._mounts.values()):
        keep(transport)


def _refuse_closed(client: Any) -> None:
    """As `httpx2` does, but before the call is logged, and in replay too."""
    if client.is_closed:
        raise RuntimeError("Cannot send a request, as the client has been closed.")


def _needs_body(state: ClientState, request: httpx2.Request) -> bool:
    """A live upload may be larger than the memory; nothing in it is needed for the price."""
    if state.mode == "record":
        request.headers["accept-encoding"] = "identity"  # a recording holds plain bytes
    return state.mode != "live" or not endpoint(request.method, request.url.path).upload


def _advise(exchange: Exchange, response: httpx2.Response, stream: bool) -> None:
    content_type = response.headers.get("content-type", "")
    if response.is_error:
        exchange.steer(response, parse_body(content_type, response.content, [])[0])
        return
    if exchange.failure is not None:
        # The SDK would hand it on as if it were the object asked for, without its content.
        raise openai.APIError(
            f"{response.request.url} answered {response.status_code} with an error: {exchange.failure}",
            response.request,
            body=error_in(exchange.parsed),
        )
    form = exchange.asked.form or {}
    no_stream = stream and form.get("stream") is True and "event-stream" not in content_type
    if "text/html" in content_type or no_stream:
        # The SDK would hand a page on as if it were the object asked for, or an empty stream.
        raise openai.APIConnectionError(
            message=f"{response.request.url} answered {response.status_code} with {content_type}, not "
            "with what was asked for. Check the base URL, and any proxy between you and the API.",
            request=response.request,
        )


def _note_head(exchange: Exchange, response: httpx2.Response) -> None:
    source = response.headers.get(PRACTICE)
    exchange.answered_by = response.url
    exchange.encoding = response.headers.get("content-encoding", "")
    exchange.answered(response.status_code, kept_headers(response.headers), source)


class _LoopbackOnly(httpx2.BaseTransport):
    """Replay's transport: no path behind it but to a practice server on this machine."""

    _inner: httpx2.HTTPTransport | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        _refuse_network(request)
        if self._inner is None:
            from .deadline import keep

            self._inner = httpx2.HTTPTransport(verify=False)
            keep(self._inner)
        return self._inner.handle_request(request)

    def close(self) -> None:
        if self._inner is not None:
            self._inner.close()


class _AsyncLoopbackOnly(httpx2.AsyncBaseTransport):
    _inner: httpx2.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        _refuse_network(request)
        if self._inner is None:
            from .deadline import keep

            self._inner = httpx2.AsyncHTTPTransport(verify=False)
            keep(self._inner)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        if self._inner is not None:
            await self._inner.aclose()


def _refuse_network(request: httpx2.Request) -> None:
    if request.url.host not in settings.LOOPBACK:
        raise NetworkRefused(f"Replay mode sends nothing; {request.url.host} was asked for.")
