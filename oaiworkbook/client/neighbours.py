"""Which servers on this machine are the workbook's own practice servers: each is asked once.

Another server there, such as a local model, must not notice us: its scripted answers, its quota and
the caller's timeout are its own. So "no" is remembered as "yes" is, and an event loop never waits.
"""

import sys
import threading
from typing import Literal

import anyio
import httpx2

from .. import settings
from ..recordings.wire import PRACTICE

Answers = Literal["recordings", "other answers"]
PATIENCE = 1.0  # seconds; a practice server answers at once

_known: dict[str, Answers | None] = {}
_asking = threading.Lock()


def practice_server(url: httpx2.URL, timeout: float = PATIENCE) -> Answers | None:
    """What a practice server at `url` answers from; None for any other server, or none at all.

    Asks over loopback only, at most once for each address while something listens there. `timeout`:
    seconds that the caller has.
    """
    if url.host not in settings.LOOPBACK:
        return None
    origin = _origin(url)
    here = _of_this_process(origin)
    if here is not None or origin in _known:
        return here or _known[origin]
    with _asking:
        if origin not in _known:
            try:
                _known[origin] = _asked(origin, min(timeout, PATIENCE))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                return None  # nobody there yet
        return _known[origin]


async def practice_server_async(url: httpx2.URL, timeout: float = PATIENCE) -> Answers | None:
    """The same from an event loop, which goes on meanwhile."""
    origin = _origin(url)
    if url.host not in settings.LOOPBACK or origin in _known or _of_this_process(origin):
        return practice_server(url)
    return await anyio.to_thread.run_sync(practice_server, url, timeout)


def forget(url: httpx2.URL) -> None:
    """Another program listens there now, or none."""
    _known.pop(_origin(url), None)


def _origin(url: httpx2.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _of_this_process(origin: str) -> Answers | None:
    server = sys.modules.get("oaiworkbook.practice.server")
    return server.running.get(origin) if server is not None else None


def _asked(origin: str, timeout: float) -> Answers | None:
    try:
        with httpx2.Client(trust_env=False, timeout=timeout, verify=False) as client:
            answer = client.get(f"{origin}/oaiworkbook")
        if PRACTICE not in answer.headers:
            return None
        return "recordings" if answer.json()["answers"] == "recordings" else "other answers"
    except (httpx2.ConnectError, httpx2.ConnectTimeout):
        raise
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        return None
