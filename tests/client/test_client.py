"""The client in live mode over real sockets, and what it refuses to be built with."""

import asyncio
import threading
import time
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from oaiworkbook import SpendLimitExceeded, settings, spend_limit
from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.errors import LedgerError, RecordingNotFound, SettingsError
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.recordings.file import Answer

from ..echo import MODEL, Echo
from ..support import data, record  # noqa: F401

pytestmark = pytest.mark.usefixtures("data")


def ask(client: Any, **more: Any) -> Any:
    return client.responses.create(**{"model": MODEL, "input": "tide"} | more)


@pytest.mark.parametrize("mode", ["live", "record"])
@pytest.mark.parametrize("client", [OpenAI, AsyncOpenAI])
def test_a_missing_key_is_said_at_once_with_the_way_back(mode: str, client: Any) -> None:
    with pytest.raises(SettingsError) as error:
        client(mode=mode)
    assert f"The mode is {mode}" in str(error.value)
    assert "Set OPENAI_API_KEY" in str(error.value)
    assert "unset OAIWORKBOOK_MODE" in str(error.value)


def test_a_local_server_needs_no_key() -> None:
    assert OpenAI(mode="live", base_url="http://127.0.0.1:1/v1").api_key == "local"


@pytest.mark.parametrize("mode", ["Replay!", "offline", "live "])
def test_an_unknown_mode_lists_those_there_are(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"replay, live or record"):
        OpenAI(mode=mode)
    monkeypatch.setenv("OAIWORKBOOK_MODE", mode.strip() + "x")
    with pytest.raises(SettingsError, match="OAIWORKBOOK_MODE"):
        OpenAI()


@pytest.mark.parametrize("name", ["OAIWORKBOOK_PACE", "OAIWORKBOOK_MAX_USD"])
@pytest.mark.parametrize("value", ["fast", "-1", "nan", "inf"])
def test_a_variable_that_is_no_number_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    read = settings.pace if name.endswith("PACE") else settings.max_usd
    with pytest.raises(SettingsError, match=f"{name} is '{value}'"):
        read()


def test_an_http_client_of_one_s_own_is_refused() -> None:
    with pytest.raises(SettingsError, match="Leave that argument out"):
        OpenAI(http_client=httpx2.Client())


def test_defaults_and_the_sdk_s_own_arguments() -> None:
    client = OpenAI()
    assert (client.max_retries, client.timeout.read) == (4, 120)
    assert OpenAI(max_retries=1, timeout=3).timeout == 3
    copy = client.with_options(timeout=5)
    assert type(copy) is OpenAI
    assert copy._client is client._client


def test_live_mode_keeps_the_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    client = OpenAI(mode="live", api_key="sk-test")._client
    patterns = {pattern.pattern: transport for pattern, transport in client._mounts.items()}
    assert patterns["https://"] is not None
    assert client._transport_for_url(httpx2.URL("https://api.openai.com")) is patterns["https://"]
    assert client._transport_for_url(httpx2.URL("http://127.0.0.1:1")) is client._transport


def test_live_calls_are_metered_once_plain_streamed_and_async() -> None:
    async def later(client: Any) -> None:
        await ask(client, input="async")
        async for _ in await ask(client, input="async", stream=True):
            pass

    with PracticeServer(source=Echo()) as server:
        client = OpenAI(mode="live", base_url=server.url)
        ask(client)
        list(ask(client, stream=True))
        client.embeddings.create(model="text-embedding-3-small", input="tide")
        asyncio.run(later(AsyncOpenAI(mode="live", base_url=server.url)))
    calls = default_ledger().calls()
    assert [c.mode for c in calls] == ["live"] * 5
    assert [c.status for c in calls] == ["ok"] * 5
    assert all(c.cost_usd for c in calls)
    spent = sum(Decimal(str(c.cost_usd)) for c in calls)
    today = f"day-{datetime.now(UTC).date()}"
    assert default_ledger().budget(today)[1] == spent, "what was reserved is given back"


@pytest.mark.parametrize(
    ("error", "label"),
    [
        ({"code": 400, "type": "invalid_request_error"}, "400 invalid_request_error"),
        ({"code": "400", "type": None}, "400"),
        ({"code": "unknown_parameter", "type": "invalid_request_error"}, "400 unknown_parameter"),
    ],
)
def test_a_refusal_is_named_by_its_code_unless_that_is_the_status_again(
    error: dict[str, Any], label: str
) -> None:
    def refuse(_: Served) -> Reply:
        body = {"error": {"message": "no"} | error}
        return Reply(Answer.model_validate({"status": 400, "json": body}), "authored")

    with PracticeServer(source=refuse) as server, pytest.raises(openai.BadRequestError):
        ask(OpenAI(mode="live", base_url=server.url))
    assert default_ledger().calls()[-1].error == label


def test_the_daily_cap_stops_a_call_before_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MAX_USD", "0.0001")
    with PracticeServer(source=Echo()) as server:
        client = OpenAI(mode="live", base_url=server.url)
        with pytest.raises(SpendLimitExceeded, match="OAIWORKBOOK_MAX_USD"):
            ask(client)
        assert server.log == [seen for seen in server.log if seen.path == "/oaiworkbook"]
        assert ask(client, max_output_tokens=16).status == "completed"


def test_a_limit_holds_over_threads() -> None:
    """Each call costs far less than its bound; the sum of what is sent never passes the limit."""
    with PracticeServer(source=Echo()) as server:
        client = OpenAI(mode="live", base_url=server.url, max_retries=0)
        refused: list[Exception] = []

        def work() -> None:
            for _ in range(5):
                try:
                    ask(client, max_output_tokens=200)
                except SpendLimitExceeded as error:
                    refused.append(error)

        with spend_limit(0.0003) as limit:
            threads = [threading.Thread(target=work) for _ in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert refused
            assert limit.spent <= Decimal("0.0003")


def test_errors_are_the_sdk_s_own() -> None:
    with PracticeServer(["500"], source=Echo()) as server:
        client = OpenAI(mode="live", base_url=server.url, max_retries=0)
        with pytest.raises(openai.InternalServerError) as error:
            ask(client)
    assert error.value.status_code == 500


def test_a_ledger_that_cannot_be_used_stops_live_and_only_warns_in_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(Echo(), ask)
    broken = tmp_path / "ledger.sqlite"
    broken.write_bytes(b"this is no database" * 100)
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(broken))
    with pytest.raises(LedgerError, match=str(broken)):
        OpenAI(mode="live", api_key="sk-test")
    with pytest.warns(UserWarning, match="not logged"):
        assert ask(OpenAI()).status == "completed"
    assert broken.read_bytes().startswith(b"this is no database")


def test_a_stream_is_passed_on_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No chunk waits for the meter: the first event is there long before the last."""
    monkeypatch.setenv("OAIWORKBOOK_PACE", "1")

    def slow(served: Any) -> Any:
        reply = Echo()(served)
        events = reply.answer.sse
        late = events and [(600 if at > 3 else 0, *e[1:]) for at, e in enumerate(events)]
        return replace(reply, answer=reply.answer.model_copy(update={"sse": late}))

    with PracticeServer(source=slow) as server:
        client = OpenAI(mode="live", base_url=server.url)
        client.responses.create(model=MODEL, input="warm")
        came = [time.monotonic() for _ in ask(client, stream=True)]
    assert came[-1] - came[0] > 0.5


def test_nothing_warns_in_ordinary_use() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record(Echo(), ask)
        ask(OpenAI())


def test_another_server_in_the_environment_does_not_stop_replay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A model server on this machine, say; named in code it is refused, from the environment ignored."""
    record(Echo(), ask)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert ask(OpenAI()).status == "completed"


def test_a_miss_holds_nothing_of_a_spend_limit() -> None:
    with spend_limit(1) as limit:
        with pytest.raises(RecordingNotFound):
            ask(OpenAI())
        assert limit.spent == 0
    assert [call.status for call in default_ledger().calls()] == ["error"]


def test_an_admin_call_without_an_admin_key_says_which_key_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OPENAI_ADMIN_KEY", raising=False)
    client = OpenAI(api_key="sk-test", mode="live", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(SettingsError, match="OPENAI_ADMIN_KEY"):
        client.admin.organization.projects.list()
    page = {"object": "page", "data": [], "has_more": False, "next_page": None}
    empty = Reply(Answer.model_validate({"status": 200, "json": page}), "authored")
    with PracticeServer(source=lambda _: empty) as server:
        served = client.with_options(base_url=server.url, admin_api_key="sk-test")
        served.admin.organization.usage.costs(start_time=1)
    assert [each.answered for each in server.log] == ["200"]


@pytest.mark.parametrize("url", ["http://localhost.example/v1", "http://127.0.0.1.example/v1"])
def test_a_name_that_only_begins_like_this_machine_needs_a_key(url: str) -> None:
    with pytest.raises(SettingsError, match="no API key is set"):
        OpenAI(mode="live", base_url=url)
