"""Each cell to copy runs in a process without the workbook, and survives a first 429."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import openai
import pytest

from oaiworkbook.practice.server import PracticeServer

from ..authoring import copied
from ..authoring.course import lessons
from ..authoring.standin import StandIn

PROGRAMS = [path for path in lessons() if not copied.serves(path)]
APPLICATIONS = [path for path in lessons() if copied.serves(path)]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
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


@pytest.mark.parametrize("path", APPLICATIONS, ids=lambda path: path.stem)
def test_a_copied_application_answers_a_page(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    asked = {"text": "When does the last car go down?"}
    # The SDK tries again what comes before a stream: a 429 once, a 500 to the end of its patience.
    faults = ["429", "ok", "cut", "end", "500*3"]
    with (
        PracticeServer(faults, source=StandIn(path.stem)) as server,
        copied.served(path, tmp_path, server.url) as (address, log),
        httpx2.Client(base_url=address, cookies={"code": "mira-7kq2"}, trust_env=False) as page,
    ):
        whole, *broken = [page.post("/ask", json=asked, timeout=30) for _ in range(4)]
        events = whole.text.split("\n\n")
        assert whole.headers["content-type"].startswith("text/event-stream")
        assert events[0] == 'data: {"delta":"The"}'
        assert events[-2:] == ['data: {"done": true}', ""]
        for each in broken:
            assert each.status_code == 200
            assert each.text.split("\n\n")[-2].startswith('data: {"problem": ')
        assert page.post("/ask", json={"text": ["a", "list"]}).status_code == 422
        statuses = [page.post("/ask", json=asked).status_code for _ in range(17)]
        assert statuses == [200] * 16 + [429]
        page.cookies.set("code", "a guess")
        assert page.post("/ask", json=asked).status_code == 401
    said = "".join(log)
    assert said.count("broke off: ") == 3
    assert "Traceback" not in said
    assert "oaiworkbook imported" not in said


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
