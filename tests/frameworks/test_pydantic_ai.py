"""pydantic-ai finds the recordings, and replays with our client inside.

Needs the `frameworks` extra, and is skipped without it.
"""

import asyncio
from typing import Any

import openai
import pytest

from oaiworkbook import AsyncOpenAI, SpendLimitExceeded, spend_limit
from oaiworkbook.practice.server import PracticeServer

from ..echo import MODEL, Echo
from ..support import data, record, serve  # noqa: F401
from .lesson_requests import CHAT, RESPONSES, STREAM, Asked

pydantic_ai = pytest.importorskip("pydantic_ai", reason="pip install -e '.[frameworks]'")
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel  # noqa: E402
from pydantic_ai.providers.openai import OpenAIProvider  # noqa: E402


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")


def ask(said: Asked, client: Any) -> str:
    chat, provider = "messages" in said.body, OpenAIProvider(openai_client=client)
    model = (OpenAIChatModel if chat else OpenAIResponsesModel)(MODEL, provider=provider)
    capped = {"max_tokens": 2000, "openai_store": False} if chat else {}
    settings = {"openai_reasoning_effort": "none"} | capped
    agent = pydantic_ai.Agent(model, instructions=said.instructions, model_settings=settings)

    async def words() -> str:
        if not said.body.get("stream"):
            return str((await agent.run(said.question)).output)
        async with agent.run_stream(said.question) as running:
            return "".join([piece async for piece in running.stream_text(delta=True)])

    return asyncio.run(words())


SAID = pytest.mark.parametrize(
    "said", [RESPONSES, CHAT, STREAM], ids=["responses", "chat", "streamed"]
)


@SAID
def test_it_gets_the_recorded_words(said: Asked) -> None:
    with serve() as url:
        plain = openai.AsyncOpenAI(base_url=url, api_key="sk-test", max_retries=0)
        assert ask(said, plain) == said.words


@SAID
def test_what_ours_records_inside_it_replays(said: Asked, data: Any) -> None:  # noqa: F811
    was = record(Echo(), lambda client: ask(said, client), AsyncOpenAI)
    assert was == f"You said: {said.question}"
    assert ask(said, AsyncOpenAI()) == was


def test_a_spend_limit_stops_it(data: Any) -> None:  # noqa: F811
    with PracticeServer(source=Echo()) as server:
        client = AsyncOpenAI(mode="record", base_url=server.url, api_key="sk-test")
        with spend_limit(0.0000001), pytest.raises(Exception, match="spend limit") as stopped:
            ask(CHAT, client)
        assert server.log == []
    # It wraps what a client raises in an error of its own.
    assert SpendLimitExceeded in {type(stopped.value), type(stopped.value.__cause__)}
