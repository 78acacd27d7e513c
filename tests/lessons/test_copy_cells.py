"""Each cell to copy runs in a process without the workbook, and survives a first 429."""

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import openai
import pytest

from oaiworkbook.course.exercises.probe import Probe, call_item, error_answer, text_answer
from oaiworkbook.practice.server import PracticeServer

from ..authoring import copied
from ..authoring.course import lessons


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_a_copy_cell_runs_on_its_own(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = ["429"]
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    for sample in _samples(path):
        shutil.copy(sample, tmp_path)
    with PracticeServer(faults=faults, lesson=path.stem) as server:
        result = copied.run(path, tmp_path, server.url)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()
    assert "oaiworkbook imported" not in result.stderr
    answered = [seen.answered for seen in server.log]
    assert answered[: len(faults)] == faults
    assert len(answered) > len(faults)
    assert set(answered[len(faults) :]) <= {"200", "101"}  # 101: a session begins


def test_the_copied_agent_stops_when_its_money_is_spent() -> None:
    (path,) = [each for each in lessons() if each.name.startswith("26_")]
    names: dict[str, Any] = {"__name__": "copied"}
    exec(copied.source(path), names)
    order = SimpleNamespace(type="function_call", call_id="c", arguments='{"item": "x", "kg": 1}')
    usage = SimpleNamespace(input_tokens=2_000, output_tokens=400)  # USD 0.0002 + 0.0002
    asked: list[Any] = []

    def create(**form: Any) -> Any:
        asked.append(form)
        return SimpleNamespace(output=[order], usage=usage)

    client = SimpleNamespace(responses=SimpleNamespace(create=create))
    with pytest.raises(RuntimeError, match="a limit of money"):
        names["agent"](client, "soup", lambda order: True, usd=0.001)
    assert len(asked) == 3


def test_the_copied_wait_survives_a_dropped_link_and_cancels_when_its_time_is_over() -> None:
    (path,) = [each for each in lessons() if each.name.startswith("31_")]
    names: dict[str, Any] = {"__name__": "copied"}
    exec(copied.source(path), names)
    done: list[str] = []
    clock = iter(range(100))
    names["time"] = SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda seconds: None)

    def response(status: str, **more: Any) -> Any:
        empty = {"id": "resp_1", "error": None, "incomplete_details": None, "output_text": "Fine."}
        return SimpleNamespace(status=status, **empty | more)

    def client(*answers: Any) -> Any:
        left = list(answers)

        def retrieve(name: str) -> Any:
            done.append(name)
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        calls = SimpleNamespace(create=lambda **form: response("queued"), retrieve=retrieve)
        calls.cancel = lambda name: done.append(f"cancel {name}")
        return SimpleNamespace(responses=calls)

    dropped = openai.APIConnectionError(request=httpx2.Request("GET", "https://api.openai.com"))
    whole = client(dropped, response("in_progress"), response("completed"))
    assert names["in_background"](whole, "review", 10) == "Fine."
    assert done == ["resp_1"] * 3
    with pytest.raises(TimeoutError):
        names["in_background"](client(response("in_progress")), "review", 2)
    assert done[-1] == "cancel resp_1"
    cut = response("incomplete", incomplete_details=SimpleNamespace(reason="max_output_tokens"))
    with pytest.raises(RuntimeError, match=r"incomplete.*max_output_tokens"):
        names["in_background"](client(cut), "review", 10)


def test_the_copied_talk_begins_anew_with_a_compaction_and_forgets_a_question_that_failed() -> None:
    (path,) = [each for each in lessons() if each.name.startswith("32_")]
    names: dict[str, Any] = {"__name__": "copied"}
    exec(copied.source(path), names)
    said, short = SimpleNamespace(type="message"), SimpleNamespace(type="compaction")
    request = httpx2.Request("POST", "https://api.openai.com/v1/responses")
    answers: list[Any] = [[said], [said, short], openai.APIConnectionError(request=request)]
    asked: list[Any] = []

    def create(**form: Any) -> Any:
        asked.append(form | {"input": list(form["input"])})
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(output=answer, output_text="Yes.")

    client = SimpleNamespace(responses=SimpleNamespace(create=create))
    history: list[Any] = []
    names["ask"](client, history, "I owe 900.")
    names["ask"](client, history, "And 300.", 200_000)
    assert history == [short]
    with pytest.raises(openai.APIConnectionError):
        names["ask"](client, history, "Are you there?")
    assert history == [short]
    assert [form["store"] for form in asked] == [False] * 3
    rule = {"type": "compaction", "compact_threshold": 200_000}
    assert [form.get("context_management") for form in asked] == [None, [rule], None]


def _samples(path: Path) -> list[Path]:
    """Files that the cell names and a reader would have beside it."""
    folder = path.parent.parent / "data" / "samples"
    text = copied.source(path)
    return [each for each in sorted(folder.rglob("*.*")) if f'"{each.name}"' in text]


def test_the_copied_desk_keeps_card_numbers_to_itself_and_survives_an_outage() -> None:
    agents = pytest.importorskip("agents", reason="pip install -e '.[agents]'")
    (path,) = [each for each in lessons() if each.name.startswith("38_")]
    names: dict[str, Any] = {"__name__": "copied"}
    exec(copied.source(path), names)
    agents.set_tracing_disabled(True)
    endless = text_answer("", output=[call_item("in_stock", '{"costume": "mermaid", "size": "M"}')])
    crashed = error_answer(500, "No.", type="server_error", code=None)
    probe = Probe(["Yes.", crashed, endless], limit=20)
    model = agents.OpenAIResponsesModel("gpt-6-luna", probe.async_client)
    desk = agents.Agent("Desk", model=model, tools=[names["in_stock"]])
    chat = agents.SQLiteSession("check")

    def said(question: str) -> str:
        return str(asyncio.run(names["reply"](desk, question, chat)))

    assert said("Charge 4111-1111-1111-1111.") == "Please send no card number."
    assert probe.requests == []
    assert asyncio.run(chat.get_items()) == []
    assert said("Is a pirate free?") == "Yes."
    assert said("And now?") == "The desk cannot answer now."
    assert said("A mermaid?") == "The desk cannot answer now."
    assert len(probe.requests) == 2 + 4
    assert probe.last.turns[-1].text == "unknown here"
