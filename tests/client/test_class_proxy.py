"""A key that a class has from LiteLLM's proxy: what is asked, raised, said and logged when it is refused.

The answers are those of LiteLLM 1.108.7, taken from the running proxy; `tests/live_class` runs it.
"""

import asyncio
import json
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openai
import pytest

from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.practice.loopback import Reply, Served
from oaiworkbook.practice.server import PracticeServer
from oaiworkbook.recordings.file import Answer

ASK: dict[str, Any] = {"model": "gpt-6-luna", "input": "hi", "max_output_tokens": 50}
NO_CREDIT = (
    "You have no credits remaining. Add credits to continue using the API at "
    "https://platform.openai.com/settings/organization/billing/."
)
ENDED = (
    "\n\nLiteLLM: model group 'gpt-6-luna' failed with the error above. No fallback was attempted."
)
QUOTED = json.dumps(
    {
        "error": {
            "message": "No.",
            "type": "insufficient_quota",
            "param": None,
            "code": "project_spend_limit_exceeded",
        }
    }
)


@dataclass(frozen=True)
class Case:
    """`note`: a part of what the learner reads beneath the error. `label`: as the cost line has it."""

    status: int
    error: dict[str, Any]
    raises: type[openai.APIStatusError]
    label: str
    note: str = ""


BUDGET = {
    "message": "Budget has been exceeded! Key=seat-07 (sk-...Eqvw) Current cost: 2.24e-05, Max budget: 2e-05",
    "type": "budget_exceeded",
    "param": None,
}
CASES = {
    "the budget is used up": Case(
        422,
        BUDGET | {"code": "422"},
        openai.UnprocessableEntityError,
        "422 budget_exceeded",
        "The budget of your key at the proxy is used up.",
    ),
    "the budget is used up, where the proxy is set to 429": Case(
        429,
        BUDGET | {"code": "429"},
        openai.RateLimitError,
        "429 budget_exceeded",
        "The budget of your key at the proxy is used up.",
    ),
    "revoked": Case(
        401,
        {
            "message": "Authentication Error, Invalid API key provided.",
            "type": "token_not_found_in_db",
            "param": "key",
            "code": "401",
        },
        openai.AuthenticationError,
        "401 token_not_found_in_db",
        "The proxy does not know this key",
    ),
    "blocked": Case(
        401,
        {
            "message": "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.",
            "type": "auth_error",
            "param": "None",
            "code": "401",
        },
        openai.AuthenticationError,
        "401 auth_error",
        "Your key at the proxy is blocked.",
    ),
    "expired": Case(
        401,
        {
            "message": "Authentication Error - Expired Key. Key Expiry time 2026-11-30 19:54:56.906000+00:00 "
            "and current time 2026-11-30 19:54:59.546185+00:00",
            "type": "expired_key",
            "param": "sk-...e42e",
            "code": "401",
        },
        openai.AuthenticationError,
        "401 expired_key",
        "Your key at the proxy has ended.",
    ),
    "the model is not allowed": Case(
        403,
        {
            "message": "The requested model 'gpt-6.1-terra' is not available for this API key, or the model "
            "name is invalid. Check the models available to you and try again.",
            "type": "key_model_access_denied",
            "param": "model",
            "code": "403",
        },
        openai.PermissionDeniedError,
        "403 key_model_access_denied",
        "Your key at the proxy may not call this model.",
    ),
    "no credit behind the proxy, asked through Chat": Case(
        429,
        {
            "message": f"litellm.RateLimitError: RateLimitError: OpenAIException - {NO_CREDIT}{ENDED}",
            "type": "throttling_error",
            "param": None,
            "code": "429",
        },
        openai.RateLimitError,
        "429 throttling_error",
    ),
    "a spend limit behind the proxy, asked through Responses": Case(
        429,
        {
            "message": f"litellm.RateLimitError: RateLimitError: OpenAIException - {QUOTED}{ENDED}",
            "type": "throttling_error",
            "param": None,
            "code": "429",
        },
        openai.RateLimitError,
        "429 throttling_error",
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def proxy(case: Case) -> Iterator[PracticeServer]:
    answer = Answer.model_validate(
        {
            "status": case.status,
            "headers": {"content-type": "application/json"},
            "json": {"error": case.error},
        }
    )

    def refuse(served: Served) -> Reply:
        return Reply(answer, "authored")

    with PracticeServer(source=refuse) as server:
        yield server


def refused(call: Any) -> openai.APIStatusError:
    with pytest.raises(openai.APIStatusError) as caught:
        call()
    return caught.value


def test_it_is_asked_once_and_the_error_says_what_to_do(case: Case, proxy: PracticeServer) -> None:
    client = OpenAI(mode="live", base_url=proxy.url, api_key="sk-seat")
    error = refused(lambda: client.responses.create(**ASK))
    assert type(error) is case.raises
    assert (error.status_code, error.type) == (case.status, case.error["type"])
    assert len(proxy.log) == 1
    told = "".join(traceback.format_exception_only(error))
    assert case.error["message"].splitlines()[0] in told
    assert case.note in told
    assert bool(case.note) is ("at the proxy" in told or "The proxy" in told)
    [call] = default_ledger().calls()
    assert (call.status, call.error) == ("error", case.label)
    assert (call.cost_usd, call.price_note) == (Decimal(0), "refused: no usage")


def test_so_is_a_stream_of_an_asynchronous_client(case: Case, proxy: PracticeServer) -> None:
    async def ask() -> None:
        client = AsyncOpenAI(mode="live", base_url=proxy.url, api_key="sk-seat")
        chat: Any = client.chat.completions.create
        await chat(model="gpt-6-luna", messages=[{"role": "user", "content": "hi"}], stream=True)

    error = refused(lambda: asyncio.run(ask()))
    assert type(error) is case.raises
    assert len(proxy.log) == 1
    assert case.note in "".join(getattr(error, "__notes__", []))
