"""Failures that a program must not hide: each reaches the caller, or the check says which did not.

passes_on(lambda probe: answer(probe.client, QUESTION), but={BUSY})
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import httpx2
import openai

from ...practice.answers import error_answer
from .judge import Wrong
from .probe import Probe, Reply, no_waiting


def _error(status: int, kind: str, code: str | None, param: str | None = None) -> Reply:
    return error_answer(status, "Refused for the check.", type=kind, code=code, param=param)


OTHER_400 = "a 400 about another parameter"
WRONG_KEY = "a 401 (wrong key)"
NO_MODEL = "a 404 (no such model)"
BUSY = "a 429 `rate_limit_exceeded`"
NO_CREDIT = "a 429 `credit_balance_exhausted`"
CRASHED = "a 500"
BROKEN = "a broken connection"
SILENCE = "a timeout"

# What to say about it -> the reply. Types and codes as in recorded and documented errors.
FAILURES: Mapping[str, Reply] = {
    OTHER_400: _error(400, "invalid_request_error", "unknown_parameter", "another"),
    WRONG_KEY: _error(401, "invalid_request_error", "invalid_api_key"),
    NO_MODEL: _error(404, "invalid_request_error", "model_not_found", "model"),
    BUSY: _error(429, "requests", "rate_limit_exceeded"),
    NO_CREDIT: _error(429, "insufficient_quota", "credit_balance_exhausted"),
    CRASHED: _error(500, "server_error", None),
    BROKEN: httpx2.ConnectError("no route"),
    SILENCE: httpx2.ReadTimeout("silence"),
}


def passes_on(
    run: Callable[[Probe], Any],
    *,
    but: Collection[str] = (),
    first: Sequence[Reply] = (),
    then: Sequence[Reply] = (),
    models: Collection[str] = (),
    failures: Mapping[str, Reply] = FAILURES,
) -> None:
    """Runs the program once with each failure. Raises Wrong where one is kept from the caller.

    `run` hands the probe's client to the learner's function. `but`: names of failures that the task
    wants handled. `first`: what the requests before the failing one get. `then`: what those after
    it get, where a program could go on; else the failure again. `models`: as those of Probe.
    `failures`: others than the usual. An error of another class that was raised from the API's
    counts as passed on, and so does a group with one in it. No wait between the SDK's own retries
    is real.
    """
    for name, failure in failures.items():
        if name in but:
            continue
        try:
            with no_waiting():
                found = run(Probe([*first, failure, *then], models=models))
        except Exception as error:
            if _of_the_api(error):
                continue
            what = f"`{type(error).__name__}`"
            raise Wrong(
                f"after {name} it stops with {what}, and not with the API's error"
            ) from error
        raise Wrong(f"{name} is kept from the caller: it returned {found!r}")


def _of_the_api(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, openai.APIError):
            return True
        if isinstance(error, BaseExceptionGroup) and any(map(_of_the_api, error.exceptions)):
            return True
        error = error.__cause__ or error.__context__
    return False
