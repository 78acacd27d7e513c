"""What docs/promises.md says is held: its tests exist, and what a limit refuses is as its table has it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook import OpenAI, SpendLimitExceeded, spend_limit

from .authoring.surroundings import ROOT

TEXT = (ROOT / "docs" / "promises.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"tests/[\w/]+\.py::\w+", TEXT)))
ROWS = [line.strip("|").split("|") for line in TEXT.splitlines() if line.startswith("| ")]


def test_the_readme_leads_here() -> None:
    assert "](docs/promises.md)" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists(name: str) -> None:
    path, function = name.split("::")
    assert re.search(rf"^(async )?def {function}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)


def test_each_promise_names_a_test() -> None:
    promises = [row for row in ROWS if len(row) == 3 and row[1].strip() not in ("test", "why")]
    held = [row for row in promises if not row[2].strip().startswith(("`", "the model", "name"))]
    assert len(held) > 15
    assert [row[0] for row in held if "tests/" not in row[1]] == []


HI: dict[str, Any] = {"model": "gpt-6-luna", "input": "hi"}
CHAT: list[Any] = [{"role": "user", "content": "hi"}]
SOUND = ("a.mp3", b"sound")
# By the name that the table gives.
REFUSED: dict[str, list[Callable[[Any], Any]]] = {
    "images": [
        lambda c: c.images.generate(model="gpt-image-2", prompt="hi"),
        lambda c: c.images.edit(model="gpt-image-2", prompt="hi", image=("a.png", b"x")),
    ],
    "audio.speech": [
        lambda c: c.audio.speech.create(model="gpt-4o-mini-tts", voice="alloy", input="hi")
    ],
    "audio.transcriptions": [
        lambda c: c.audio.transcriptions.create(model="gpt-4o-transcribe", file=SOUND)
    ],
    "batches": [
        lambda c: c.batches.create(
            input_file_id="file-1", endpoint="/v1/responses", completion_window="24h"
        )
    ],
    "fine_tuning": [
        lambda c: c.fine_tuning.jobs.create(model="gpt-4.1-mini", training_file="file-1")
    ],
    "containers": [lambda c: c.containers.create(name="hi")],
    "gpt-6-luna": [
        lambda c: c.responses.create(**HI, tools=[{"type": "web_search"}]),
        lambda c: c.responses.create(
            **HI,
            tools=[{"type": "code_interpreter", "container": {"type": "auto"}}],
            max_tool_calls=1,
        ),
        lambda c: c.responses.create(**HI, tools=[{"type": "image_generation"}], max_tool_calls=1),
    ],
    "gpt-5-search-api": [
        lambda c: c.chat.completions.create(model="gpt-5-search-api", messages=CHAT)
    ],
    "my-model": [lambda c: c.responses.create(model="my-model", input="hi")],
}
CALLS = [(name, call) for name, calls in REFUSED.items() for call in calls]


def test_the_table_of_refusals_is_the_one_that_is_tested() -> None:
    table = TEXT.partition("### What a limit refuses")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert {re.findall(r"`([^`]+)`", row.split("|")[3])[-1] for row in rows} == set(REFUSED)


@pytest.mark.parametrize(("name", "call"), CALLS)
def test_a_limit_refuses_it_until_its_name_allows_it(
    name: str, call: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(tmp_path / "ledger.sqlite"))
    monkeypatch.delenv("OAIWORKBOOK_ALLOW_UNKNOWN", raising=False)
    client = OpenAI(mode="live", api_key="sk-test", max_retries=0)
    sent = []
    monkeypatch.setattr(client._client._transport, "handle_request", sent.append)
    with spend_limit(0.30), pytest.raises(SpendLimitExceeded, match=name):
        call(client)
    with pytest.raises(SpendLimitExceeded, match=name):  # the daily cap
        call(client)
    assert sent == []
    monkeypatch.setenv("OAIWORKBOOK_ALLOW_UNKNOWN", name)
    with pytest.raises(Exception, match=r"NoneType|Connection error"):  # no answer: it was sent
        call(client)
    assert len(sent) == 1


def test_with_a_maximum_of_tool_calls_it_is_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(tmp_path / "ledger.sqlite"))
    client = OpenAI(mode="live", api_key="sk-test", max_retries=0)
    sent = []
    monkeypatch.setattr(client._client._transport, "handle_request", sent.append)
    tools: list[Any] = [{"type": "web_search"}]
    with pytest.raises(Exception, match=r"NoneType|Connection error"):
        client.responses.create(**HI, tools=tools, max_tool_calls=1, max_output_tokens=100)
    assert len(sent) == 1
