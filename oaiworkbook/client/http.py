"""The SDK's own HTTP clients with `send()` overridden: the one place where we come in.

Overriding `send()` keeps the SDK's proxies, limits and timeouts, and one place can refuse, answer,
watch and advise. An exception raised here reaches the caller unchanged (see `errors.py`).
"""

import asyncio
import time
from contextlib import suppress
from functools import partial
from typing import Any

import httpx2
import openai

from .. import settings
from ..endpoints import endpoint
from ..errors import NetworkRefused, SettingsError
from ..recordings.failures import error_in
from ..recordings.secrets import masked_text
from ..recordings.wire import PRACTICE, kept_headers, looks_like_events, parse_body
from .bodies import AsyncPeeked, AsyncTee, Peeked, Tee, decoded, replayed
from .exchange import ClientState, Exchange
from .neighbours import PATIENCE, Answers, forget, practice_server, practice_server_async

# A proxy of the environment must not be asked for a server on this very machine.
_NO_PROXY: dict[str, None] = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}


def is_practice_call(state: ClientState, url: httpx2.URL, found: Answers | None) -> bool:
    """Whether a call goes to a practice server: in every mode it is sent there, and costs nothing.

    `found`: what a practice server at `url` answers from, None where there is none.
    """
    if url.host not in settings.LOOPBACK:
        return False
    if state.mode != "replay":
        # What answers from elsewhere, such as the stand-in for the API, is to be called and recorded.
        return found == "recordings"
    if found is None:
        forget(url)  # one may be started there
        raise NetworkRefused(
            f"Replay mode sends nothing, and {url.scheme}://{url.netloc.decode('ascii')} is not the "
            "workbook's practice server. Start one (oaiworkbook serve), or set "
            "OAIWORKBOOK_MODE=live to call a server of your own."
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

    def __del__(self) -> None:
        """As the SDK's own: a client that is dropped closes its connections."""
        with suppress(Exception):
            self.close()

    def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        _refuse_closed(self)
        if _needs_body(self.state, request):
            request.read()
        found = practice_server(request.url, _timeout(request))
        practice = is_practice_call(self.state, request.url, found)
        exchange = self.state.begin(request, practice=practice)
        recorded = exchange.find()
        if exchange.local is not None:
            response = exchange.local.answer(partial(super().send, stream=True))
            if not stream:
                response.read()
            return response
        try:
            if recorded is not None:
                # A stream keeps its waits to itself.
                if wait := 0.0 if recorded.sse else recorded.ms / 1000 * settings.pace():
                    time.sleep(wait)
                response = replayed(exchange, recorded, stream=stream)
            else:
                _check_headers(request)
                exchange.limit_time()
                response = super().send(request, stream=True, **options)
        except BaseException as error:
            exchange.failed(error)
            raise
        if recorded is None:
            _note_head(exchange, response)
            response.stream = Tee(response.stream, exchange)
        try:
            first = b""
            if not stream or response.is_error:
                response.read()
            elif recorded is None and _is_odd(exchange, response):
                assert isinstance(response.stream, httpx2.SyncByteStream)
                response.stream = peeked = Peeked(response.stream)
                first = peeked.first
            _advise(exchange, response, first)
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
        found = await practice_server_async(request.url, _timeout(request))
        practice = is_practice_call(self.state, request.url, found)
        exchange = self.state.begin(request, practice=practice)
        recorded = exchange.find()
        if exchange.local is not None:
            response = await exchange.local.answer_async(partial(super().send, stream=True))
            if not stream:
                await response.aread()
            return response
        try:
            if recorded is not None:
                # A stream keeps its waits to itself.
                if wait := 0.0 if recorded.sse else recorded.ms / 1000 * settings.pace():
                    await asyncio.sleep(wait)
                response = replayed(exchange, recorded, stream=stream)
            else:
                _check_headers(request)
                exchange.limit_time()
                response = await super().send(request, stream=True, **options)
        except BaseException as error:
            exchange.failed(error)
            raise
        if recorded is None:
            _note_head(exchange, response)
            response.stream = AsyncTee(response.stream, exchange)
        try:
            first = b""
            if not stream or response.is_error:
                await response.aread()
            elif recorded is None and _is_odd(exchange, response):
                assert isinstance(response.stream, httpx2.AsyncByteStream)
                response.stream = peeked = await AsyncPeeked(response.stream).look()
                first = peeked.first
            _advise(exchange, response, first)
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


def _timeout(request: httpx2.Request) -> float:
    """Seconds: the shortest wait that the caller allows."""
    given = request.extensions.get("timeout", {}).values()
    return min((seconds for seconds in given if seconds is not None), default=PATIENCE)


def _check_headers(request: httpx2.Request) -> None:
    """A header that cannot be sent: the SDK would try five times, and show the whole of it."""
    for name, value in request.headers.raw:
        if value != value.strip() or b"\r" in value or b"\n" in value or b"\0" in value:
            header = name.decode("ascii", "replace")
            raise SettingsError(
                f"The header {header} cannot be sent: it begins or ends with a blank, or holds a line "
                "break. Where it carries a key, copy the key again, without what stands around it."
            )


def _needs_body(state: ClientState, request: httpx2.Request) -> bool:
    """A live upload may be larger than the memory; nothing in it is needed for the price."""
    if state.mode == "record":
        request.headers["accept-encoding"] = "identity"  # a recording holds plain bytes
    return state.mode != "live" or not endpoint(request.method, request.url.path).upload


def _is_odd(exchange: Exchange, response: httpx2.Response) -> bool:
    """Whether a stream was asked for, and what comes does not say that it is one."""
    kind = response.headers.get("content-type", "").lower()
    return exchange.asked_stream and "event-stream" not in kind


def _advise(exchange: Exchange, response: httpx2.Response, first: bytes) -> None:
    """`first`: how a stream begins that does not say that it is one; it may be one all the same."""
    content_type = response.headers.get("content-type", "")
    if response.is_error:
        exchange.steer(response, parse_body(content_type, response.content, [])[0])
        return
    start = decoded([(0, first)], exchange.encoding)[0] if first else b""
    if (
        exchange.failure is None
        and "text/html" not in content_type.lower()
        and looks_like_events(start)
    ):
        return
    where = f"{response.request.url} answered {response.status_code}"
    if exchange.failure is not None:
        # The SDK would hand it on as if it were the object asked for, without its content.
        raise openai.APIError(
            masked_text(f"{where} with an error: {exchange.failure}"),
            response.request,
            body=error_in(exchange.parsed),
        )
    # The SDK would hand a page on as if it were the object asked for, or an empty stream.
    raise openai.APIConnectionError(
        message=masked_text(
            f"{where} with {content_type}, not with what was asked for. Check the base URL, and any "
            "proxy between you and the API."
        ),
        request=response.request,
    )


def _note_head(exchange: Exchange, response: httpx2.Response) -> None:
    source = response.headers.get(PRACTICE)
    exchange.answered_by = response.url
    exchange.encoding = response.headers.get("content-encoding", "")
    if exchange.call.mode == "practice" and source is None:
        forget(exchange.request.url)  # the port has changed hands, and this call is a real one
        exchange.call.mode = exchange.state.mode
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
