"""langchain-openai finds the recordings, and replays with our client inside.

Needs the `frameworks` extra, and is skipped without it.
"""

from typing import Any

import pytest

from oaiworkbook import OpenAI, SpendLimitExceeded, spend_limit
from oaiworkbook.practice.server import PracticeServer

from ..echo import MODEL, Echo
from ..support import data, record, serve  # noqa: F401
from .lesson_requests import CHAT, RESPONSES, Asked

langchain = pytest.importorskip("langchain_openai", reason="pip install -e '.[frameworks]'")

OPTIONS: dict[bool, dict[str, Any]] = {
    False: {"use_responses_api": True, "reasoning": {"effort": "none"}},
    True: {
        "use_responses_api": False,
        "reasoning_effort": "none",
        "max_completion_tokens": 2000,
        "store": False,
    },
}


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")


def model(said: Asked, **more: Any) -> Any:
    options = OPTIONS["messages" in said.body]
    return langchain.ChatOpenAI(model=MODEL, api_key="sk-test", max_retries=0, **options, **more)


def ask(said: Asked, made: Any) -> str:
    if "messages" in said.body:
        return str(made.invoke([("system", said.instructions), ("user", said.question)]).text)
    return str(made.invoke(said.question, instructions=said.instructions).text)


def ours(client: Any, said: Asked) -> Any:
    return model(said, root_client=client, client=client.chat.completions)


@pytest.mark.parametrize("said", [RESPONSES, CHAT], ids=["responses", "chat"])
def test_it_gets_the_recorded_words(said: Asked) -> None:
    with serve() as url:
        assert ask(said, model(said, base_url=url)) == said.words


@pytest.mark.parametrize("said", [RESPONSES, CHAT], ids=["responses", "chat"])
def test_what_ours_records_inside_it_replays(said: Asked, data: Any) -> None:  # noqa: F811
    was = record(Echo(), lambda client: ask(said, ours(client, said)))
    assert was == f"You said: {said.question}"
    assert ask(said, ours(OpenAI(), said)) == was


def test_a_spend_limit_stops_it(data: Any) -> None:  # noqa: F811
    with PracticeServer(source=Echo()) as server:
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        with spend_limit(0.0000001), pytest.raises(SpendLimitExceeded):
            ask(CHAT, ours(client, CHAT))
        assert server.log == []
