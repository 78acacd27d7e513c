"""Where a client's WebSockets go: in replay to a server on this machine that plays recordings, in
record mode through one that notes what passes, in live mode straight to the API.

The SDK opens WebSockets by itself, past any HTTP client. It asks its client for one thing, the
attribute `websocket_base_url`, and asks at the moment of connecting: so the server starts then.
"""

import atexit
import os
import threading
import urllib.request
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx2

from .. import settings
from .exchange import ClientState
from .http import is_practice_call
from .neighbours import practice_server

NOWHERE = "ws://127.0.0.1:9/v1"  # given to a copy for "no address was given"; never connected to
_starting = threading.Lock()


class Sockets:
    """The part of a client that answers where WebSockets go. Building or copying one starts nothing."""

    if not TYPE_CHECKING:  # the signatures shown to a type checker are the SDK's

        @property
        def websocket_base_url(self) -> Any:
            return address(self._client.state, self._given_address, self._base_url)

        @websocket_base_url.setter
        def websocket_base_url(self, url: Any) -> None:
            self._given_address = None if url == NOWHERE else url

        def copy(self, **options: Any) -> Any:
            """The SDK's, which would ask for the address to hand it on."""
            if options.get("data_residency") is None and not options.get("websocket_base_url"):
                options["websocket_base_url"] = self._given_address or NOWHERE
            return super().copy(**options)

        with_options = copy


def address(
    state: ClientState, given: httpx2.URL | str | None, base_url: httpx2.URL
) -> httpx2.URL | None:
    """Where to connect to now; None leaves it to the SDK.

    `given`: the address that the client was made with, if any. Raises NetworkRefused in replay for
    a server on this machine that is not the workbook's.
    """
    url = base_url if given is None else httpx2.URL(given)
    secure = url.scheme in ("https", "wss")
    url = url.copy_with(scheme="wss" if secure else "ws")
    asked = url.copy_with(scheme="https" if secure else "http")
    practice = is_practice_call(state, asked, practice_server(asked))
    if practice or state.mode == "live":
        if url.host in settings.LOOPBACK:
            spare_loopback()
            return url
        return None if given is None else url
    spare_loopback()
    served = httpx2.URL(_server(state, url).url)
    return served.copy_with(scheme="ws", raw_path=url.raw_path)


def _server(state: ClientState, url: httpx2.URL) -> Any:
    """The server of this client and its copies; in record mode one for each address recorded."""
    from ..money.meter import SessionMeter
    from ..practice.server import PracticeServer
    from ..practice.sessions import Recorded

    key = "" if state.mode == "replay" else str(url.copy_with(raw_path=b"/"))
    with _starting:
        if key not in state.servers:
            if state.mode == "replay":
                sessions: Any = Recorded(state.library, meter=partial(SessionMeter, "replay"))
            else:
                from .relay import Relay

                sessions = Relay(url, state)
                atexit.register(sessions.end)
            server = PracticeServer(sessions=sessions)
            atexit.register(server.__exit__)
            state.servers[key] = server.__enter__()
        return state.servers[key]


def spare_loopback() -> None:
    """See to it that no proxy is asked for a server on this machine.

    `websockets` asks the environment's proxy even for 127.0.0.1, and neither the SDK's clients nor
    an address can tell it not to. So where a proxy is set, 127.0.0.1 joins `no_proxy` in this
    process; nothing else changes.
    """
    if not urllib.request.getproxies() or urllib.request.proxy_bypass("127.0.0.1"):
        return
    if not urllib.request.getproxies_environment():
        # Proxies of the operating system are not looked at any more once `no_proxy` is set.
        for scheme, proxy in urllib.request.getproxies().items():
            os.environ[f"{scheme}_proxy"] = proxy
    known = urllib.request.getproxies_environment().get("no", "")
    os.environ["no_proxy"] = f"{known},127.0.0.1".lstrip(",")
