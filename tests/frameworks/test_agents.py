"""openai-agents finds the recordings, and replays with our client inside.

Needs the `frameworks` extra, and is skipped without it.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import openai
import pytest

from oaiworkbook import AsyncOpenAI, SpendLimitExceeded, spend_limit
from oaiworkbook.course.exercises.probe import Probe
from oaiworkbook.practice.answers import call_item, error_answer, text_answer
from oaiworkbook.practice.server import PracticeServer, Reply, Served, Source
from oaiworkbook.recordings.file import Answer

from ..echo import MODEL, Echo
from ..support import data, record, recordings, serve  # noqa: F401
from .lesson_requests import CHAT, RESPONSES, STREAM, Asked

agents = pytest.importorskip("agents", reason="pip install -e '.[frameworks]'")
from openai.types.shared import Reasoning  # noqa: E402


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    agents.set_tracing_disabled(True)


def agent(said: Asked, client: Any, *, chat: bool = False, **more: Any) -> Any:
    kind = agents.OpenAIChatCompletionsModel if chat else agents.OpenAIResponsesModel
    settings = agents.ModelSettings(
        reasoning=Reasoning(effort="none"),
        store=said.body.get("store"),
        extra_args={"max_completion_tokens": 2000} if chat else None,
    )
    model = kind(model=MODEL, openai_client=client)
    return agents.Agent(
        name="a", instructions=said.instructions, model=model, model_settings=settings, **more
    )


def run(said: Asked, client: Any, **more: Any) -> str:
    made = agent(said, client, **more)
    return str(asyncio.run(agents.Runner.run(made, said.question)).final_output)


def streamed(said: Asked, client: Any, **more: Any) -> str:
    async def words() -> str:
        running = agents.Runner.run_streamed(agent(said, client, **more), said.question)
        async for _ in running.stream_events():
            pass
        return str(running.final_output)

    return asyncio.run(words())


@pytest.mark.parametrize(
    ("said", "chat", "ask"),
    [(RESPONSES, False, run), (CHAT, True, run), (STREAM, False, streamed)],
    ids=["responses", "chat", "streamed"],
)
def test_it_gets_the_recorded_words(said: Asked, chat: bool, ask: Any) -> None:
    with serve() as url:
        plain = openai.AsyncOpenAI(base_url=url, api_key="sk-test", max_retries=0)
        assert ask(said, plain, chat=chat) == said.words


@agents.function_tool
def tide(port: str) -> str:
    """The next high tide."""
    return f"{port}: 10:20"


def with_a_call(served: Served) -> Reply:
    """Asks for the tide first, and says then what it was told."""
    told = [each["output"] for each in served.form["input"] if "output" in each]
    call = None if told else [call_item("tide", '{"port": "Ryde"}')]
    answer = text_answer(f"You said: {told}", output=call, model=MODEL)
    return Reply(Answer.model_validate(answer), "authored")


WAYS: dict[str, tuple[Source, Callable[[Any], str]]] = {
    "responses": (Echo(), lambda client: run(RESPONSES, client)),
    "chat": (Echo(), lambda client: run(CHAT, client, chat=True)),
    "streamed": (Echo(), lambda client: streamed(STREAM, client)),
    "tools": (with_a_call, lambda client: run(RESPONSES, client, tools=[tide])),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_ours_records_inside_it_replays(
    way: str,
    data: Any,  # noqa: F811
) -> None:
    source, use = WAYS[way]
    was = record(source, use, AsyncOpenAI)
    assert was.startswith("You said: ")
    assert len(recordings(data)) == (2 if way == "tools" else 1)
    # In replay the client has OpenAI's own address: there it adds a key, another one in each run.
    assert use(AsyncOpenAI()) == was
    assert use(AsyncOpenAI()) == was


def test_what_it_adds_at_openai_is_recorded_and_replays(
    data: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("agents.models.openai_responses", "agents.models.chatcmpl_helpers"):
        monkeypatch.setattr(f"{module}.is_official_openai_client", lambda client: True)
    ways = [WAYS[way] for way in ("responses", "chat", "tools")]
    was = [record(source, use, AsyncOpenAI) for source, use in ways]
    assert all("agents-sdk:" in path.read_text("utf-8") for path in recordings(data))
    assert [use(AsyncOpenAI()) for _, use in ways] == was


def test_a_spend_limit_stops_it(data: Any) -> None:  # noqa: F811
    with (
        PracticeServer(source=Echo()) as server,
        spend_limit(0.0000001),
        pytest.raises(SpendLimitExceeded),
    ):
        run(RESPONSES, AsyncOpenAI(mode="record", base_url=server.url, api_key="sk-test"))
    assert server.log == []


def test_the_checks_probe_serves_it() -> None:
    """Lesson 38's checks: whole and streamed, a tool's call, a session, and an error of the API."""
    call = text_answer("", output=[call_item("tide", '{"port": "Ryde"}', "call_1")])
    chat = agents.SQLiteSession("check")
    for use in (run, streamed):
        probe = Probe([call, "At 10:20."], models={MODEL})
        assert use(RESPONSES, probe.async_client, tools=[tide]) == "At 10:20."
        assert [turn.role for turn in probe.last.turns] == ["user", "call", "result"]
        assert probe.last.turns[-1].text == "Ryde: 10:20"
    probe = Probe(["At 10:20.", "At 10:50."], models={MODEL})
    made = agent(RESPONSES, probe.async_client)

    async def twice() -> None:
        for question in ("Ryde?", "Cowes?"):
            await agents.Runner.run(made, question, session=chat)

    asyncio.run(twice())
    assert [turn.text for turn in probe.last.turns] == ["Ryde?", "At 10:20.", "Cowes?"]
    no = error_answer(400, "No.", type="invalid_request_error", code="unknown_parameter")
    with pytest.raises(openai.BadRequestError, match="No"):
        run(RESPONSES, Probe([no]).async_client)
