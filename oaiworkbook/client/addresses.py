"""Addresses that a person sets: a base URL, and what the environment says of proxies and certificates."""

import os
from collections.abc import Callable
from typing import TypeVar

import httpx2

from ..errors import SettingsError

_Made = TypeVar("_Made")
# What httpx2 reads when a client is made.
_OF_A_NETWORK = (
    *(f"{kind}_PROXY" for kind in ("HTTP", "HTTPS", "ALL", "NO")),
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)


def problem_of(url: str) -> str | None:
    """Why no request can be sent to a base URL; None for one to which requests can be."""
    try:
        parsed = httpx2.URL(url.strip())
        port = parsed.port
    except (httpx2.InvalidURL, ValueError) as error:
        return f"it cannot be read ({error})"
    if url != url.strip() or not url.isprintable() or " " in url:
        return "it holds a blank or a line break"
    if parsed.scheme not in ("http", "https"):
        return "it does not begin with http:// or https://"
    if not parsed.host:
        return "it names no server"
    if port is not None and not 0 < port < 65_536:
        return f"there is no port {port}"
    return None


def check(url: str, where: str) -> None:
    """Raises SettingsError for a base URL to which nothing can be sent.

    `where`: what the person has set, such as `OPENAI_BASE_URL`. The URL may hold a password and is
    not shown.
    """
    if why := problem_of(url):
        raise SettingsError(
            f"{where} is no address of a server: {why}. It looks like https://api.openai.com/v1 or "
            "http://127.0.0.1:8000/v1."
        )


def made(client: Callable[[], _Made]) -> _Made:
    """What `client()` returns. Raises SettingsError where the environment's network settings are wrong."""
    try:
        return client()
    except (ValueError, httpx2.InvalidURL, ImportError, OSError) as error:
        named = [name for name in _OF_A_NETWORK if name in os.environ or name.lower() in os.environ]
        if not named:
            raise
        raise SettingsError(
            f"The connection cannot be set up: {_without_password(str(error))}. The environment sets "
            f"{', '.join(named)}. Correct or unset what is wrong there, then start again."
        ) from None


def _without_password(text: str) -> str:
    """An error may quote a proxy's address, with what stands before its @."""
    before, at, after = text.rpartition("@")
    scheme, slashes, _ = before.rpartition("//")
    return f"{scheme}{slashes}{after}" if at else text
