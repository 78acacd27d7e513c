"""For type checkers and editors: what the clients' constructors and `copy` take, each argument named.

They are the SDK's arguments, and `mode` and `deadline`; a test compares the names. The constructors
take no `http_client`, because the workbook brings its own.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypedDict

import httpx2
from openai import NotGiven, Timeout

from ..settings import Mode

Key = str | Callable[[], str] | None
AsyncKey = str | Callable[[], Awaitable[str]] | None


class Shared(TypedDict, total=False):
    """Of all four."""

    mode: Mode | None
    deadline: float | None  # seconds, for all tries of one call together
    admin_api_key: str | None
    workload_identity: Any
    organization: str | None
    project: str | None
    webhook_secret: str | None
    provider: Any
    base_url: str | httpx2.URL | NotGiven | None
    data_residency: Any
    websocket_base_url: str | httpx2.URL | None
    timeout: float | Timeout | NotGiven | None
    max_retries: int | NotGiven
    default_headers: Mapping[str, str] | None
    default_query: Mapping[str, object] | None
    _enforce_credentials: bool | None


class New(Shared, total=False):
    """Of the constructors."""

    _strict_response_validation: bool


class Copied(Shared, total=False):
    """Of `copy` and `with_options`."""

    set_default_headers: Mapping[str, str] | None
    set_default_query: Mapping[str, object] | None
    http_client: Any
    _extra_kwargs: Mapping[str, Any]
