"""`OpenAI` and `AsyncOpenAI`: the SDK's own classes with the workbook's HTTP client inside."""

import atexit
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx2
import openai

from .. import settings
from ..errors import SettingsError
from . import addresses, retries
from .exchange import GIVEN_DEADLINE, ClientState
from .http import AsyncWorkbookClient, WorkbookClient
from .neighbours import practice_server
from .refused_keys import explain
from .sockets import Sockets

if TYPE_CHECKING:
    from typing import Self, Unpack

    from .options import AsyncKey, Copied, Key, New

TIMEOUT = openai.Timeout(120.0, connect=5.0)  # seconds
_NO_KEY = "none-in-replay"  # the SDK refuses to be constructed without a key


def _prepare(options: dict[str, Any], client_class: type[Any]) -> dict[str, Any]:
    """Constructor options for the SDK's class. Raises SettingsError for what cannot work."""
    given = options.get("http_client")
    mode = options.pop("mode", None)
    if isinstance(given, client_class):
        return options  # `copy` and `with_options` hand on this client's own
    mode = settings.checked_mode(mode) if mode else settings.mode()
    settings.check_paths()
    if given is not None:
        raise SettingsError(
            "The workbook's client brings its own http_client. Leave that argument out, or import "
            "OpenAI from openai to use yours."
        )
    keys: tuple[str, ...] = ()
    if (base_url := options.get("base_url")) is not None:
        addresses.check(str(base_url), "base_url=")
    elif mode != "replay" and (named := os.environ.get("OPENAI_BASE_URL")):
        addresses.check(named, "OPENAI_BASE_URL")
    if mode == "replay":
        elsewhere = options.get("provider") is not None  # brings its own address and key
        if not elsewhere:
            options["api_key"] = options["admin_api_key"] = _NO_KEY
        elsewhere = elsewhere or options.get("data_residency") is not None
        if not elsewhere and not _names_workbook_server(os.environ.get("OPENAI_BASE_URL", "")):
            options.setdefault("base_url", "https://api.openai.com/v1")
    else:
        keys = _keys(options)
        _check_key(mode, options)
    options.setdefault("max_retries", retries.MAX_RETRIES)
    options.setdefault("timeout", TIMEOUT)
    own = settings.own_recordings()
    state = ClientState(
        mode=mode,
        recordings=own or settings.data_dir() / "recordings",
        own=own is not None,
        keys=keys,
        passwords=_passwords(options),
        keep_since=settings.keep_since() if mode == "record" else None,
    )
    if mode != "replay":
        state.meter  # noqa: B018  # a ledger that cannot be used is said now, not after the first call
    if mode == "record":
        atexit.register(state.drain)
    options["http_client"] = addresses.made(lambda: client_class(state, timeout=options["timeout"]))
    return options


_KEYS = {
    "api_key": "OPENAI_API_KEY",
    "admin_api_key": "OPENAI_ADMIN_KEY",
    "webhook_secret": "OPENAI_WEBHOOK_SECRET",
}


def checked_key(key: str, where: str) -> str:
    """`key`, which can be sent. Raises SettingsError, without any part of it, for one that cannot.

    `where`: what the person has set, such as `OPENAI_API_KEY`.
    """
    if not key.strip():
        what = "holds nothing but blanks"
    elif key != key.strip():
        what = "begins or ends with a blank or a line break"
    elif any(letter.isspace() for letter in key):
        what = "has a blank or a line break in the middle"
    elif not (key.isascii() and key.isprintable()):
        what = "has a letter that no key has, such as a long dash or an invisible one"
    else:
        return key
    raise SettingsError(f"{where} {what}. Copy the key again, without what stands around it.")


def _keys(options: dict[str, Any]) -> tuple[str, ...]:
    """The keys that a client is given or finds in the environment, each fit to be sent."""
    found = []
    for option, variable in _KEYS.items():
        given = options.get(option)
        if isinstance(given, str) and given:
            found.append(checked_key(given, f"{option}="))
        elif given is None and (value := os.environ.get(variable)):
            found.append(checked_key(value, variable))
    return tuple(found)


def _passwords(options: dict[str, Any]) -> tuple[str, ...]:
    """The user's name and password in the address, where there are any."""
    url = str(options.get("base_url") or os.environ.get("OPENAI_BASE_URL", ""))
    with suppress(httpx2.InvalidURL, UnicodeError):
        return tuple(filter(None, (httpx2.URL(url).password, httpx2.URL(url).userinfo.decode())))
    return ()


def _check_key(mode: str, options: dict[str, Any]) -> None:
    if any(
        options.get(name) for name in ("api_key", "workload_identity", "provider", "admin_api_key")
    ):
        return
    if any(os.environ.get(name) for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY")):
        return
    base_url = str(options.get("base_url") or os.environ.get("OPENAI_BASE_URL", ""))
    if settings.is_loopback(base_url):
        options["api_key"] = "local"  # a server on this machine seldom asks for one
        return
    raise SettingsError(
        f"The mode is {mode}, but no API key is set. Set OPENAI_API_KEY in the environment that starts "
        "your program, such as JupyterLab or pytest, then start it again; or unset OAIWORKBOOK_MODE to "
        "go on in replay, without a key."
    )


def _names_workbook_server(url: str) -> bool:
    """Whether the environment names a practice server; any other server there is not for replay."""
    if not settings.is_loopback(url):
        return False
    try:
        named = httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    return practice_server(named) is not None


class _Given:
    """What the SDK's constructor and `copy` do not know: `mode` and `deadline`."""

    if not TYPE_CHECKING:  # a type checker is shown the signatures of `options.py`
        _http_class: type[Any]

        def __init__(self, *, deadline: float | None = None, **options: Any) -> None:
            self._given = options | {"deadline": deadline}
            super().__init__(**_prepare(dict(options), self._http_class))

        def copy(self, **options: Any) -> Any:
            """The SDK's, with `mode` and `deadline` too. Another mode takes a client of its own."""
            mode, deadline = options.pop("mode", None), options.pop("deadline", None)
            deadline = self._given["deadline"] if deadline is None else deadline
            if mode is None or mode == self._client.state.mode:
                made = super().copy(**options)
                made._given = self._given | options | {"deadline": deadline}
                return made
            given = self._given | options | {"mode": mode, "deadline": deadline}
            return type(self)(
                **{name: value for name, value in given.items() if name != "http_client"}
            )

        with_options = copy

        @property
        def _admin_api_key_auth(self) -> dict[str, str]:
            """The SDK asks for it where an endpoint takes an admin key and no other."""
            if self.admin_api_key is None:
                raise SettingsError(
                    "This call needs an admin key, and none is set. An owner of the organisation makes "
                    "one; set OPENAI_ADMIN_KEY to it in the environment that starts JupyterLab."
                )
            return super()._admin_api_key_auth

        def _make_status_error(self, message: str, **answer: Any) -> openai.APIStatusError:
            return explain(super()._make_status_error(message, **answer))

        def _prepare_request(self, request: httpx2.Request) -> Any:
            request.extensions[GIVEN_DEADLINE] = self._given["deadline"]
            return super()._prepare_request(request)


class OpenAI(_Given, Sockets, openai.OpenAI):
    """`openai.OpenAI` with replay, cost log, spend limit and steered retries.

    Takes the same arguments, and two more, also in `with_options`: `mode` (`replay`, `live` or
    `record`; default `OAIWORKBOOK_MODE`) and `deadline` (seconds for all tries of one call together,
    the last byte of its answer included; default 180, or a longer `timeout` that you set).
    Other defaults than the SDK's: `max_retries=4`, `timeout=120` seconds.

    Raises SettingsError without a key in live and record mode.
    """

    __module__ = "oaiworkbook.client"  # as a person would import it
    _http_class = WorkbookClient

    if TYPE_CHECKING:

        def __init__(self, *, api_key: Key = None, **options: Unpack[New]) -> None: ...

        def copy(self, *, api_key: Key = None, **options: Unpack[Copied]) -> Self: ...

        with_options = copy

    else:

        def _refresh_api_key(self) -> str:
            return checked_key(super()._refresh_api_key(), "The key that api_key= returns")


class AsyncOpenAI(_Given, Sockets, openai.AsyncOpenAI):
    """`openai.AsyncOpenAI` with the same additions as `OpenAI`."""

    __module__ = "oaiworkbook.client"
    _http_class = AsyncWorkbookClient

    if TYPE_CHECKING:

        def __init__(self, *, api_key: AsyncKey = None, **options: Unpack[New]) -> None: ...

        def copy(self, *, api_key: AsyncKey = None, **options: Unpack[Copied]) -> Self: ...

        with_options = copy

    else:

        async def _refresh_api_key(self) -> str:
            return checked_key(await super()._refresh_api_key(), "The key that api_key= returns")
