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


def test_the_copied_filling_names_what_is_missing_and_does_not_wait_for_ever(
    tmp_path: Path,
) -> None:
    (path,) = [each for each in lessons() if each.name.startswith("36_")]
    names: dict[str, Any] = {"__name__": "copied"}
    exec(copied.source(path), names)
    waits: list[float] = []
    names["time"] = SimpleNamespace(sleep=waits.append)
    papers = {tmp_path / name: {"year": 2026} for name in ("a.md", "b.md")}
    made: list[Any] = []

    def client(*in_progress: int) -> Any:
        left = list(in_progress)

        def retrieve(id_: str, vector_store_id: str) -> Any:
            assert (id_, vector_store_id) == ("vsfb_1", "vs_1")
            now = left.pop(0) if len(left) > 1 else left[0]
            # As reported: when all is done, the store itself comes back.
            return SimpleNamespace(id="vs_1", file_counts=SimpleNamespace(in_progress=now))

        def list_files(id_: str, vector_store_id: str) -> list[Any]:
            assert (id_, vector_store_id) == ("vsfb_1", "vs_1")
            states = (("completed", None), ("in_progress" if left[0] else "failed", "why"))
            each = zip(("file-a.md", "file-b.md"), states, strict=True)
            return [SimpleNamespace(id=i, status=s, last_error=e) for i, (s, e) in each]

        def create(store: str, files: list[Any]) -> Any:
            made.extend(files)
            return SimpleNamespace(id="vsfb_1")

        batches = SimpleNamespace(create=create, retrieve=retrieve, list_files=list_files)
        stores = SimpleNamespace(create=lambda **given: SimpleNamespace(id="vs_1"))
        stores.file_batches = batches
        files = SimpleNamespace(create=lambda **g: SimpleNamespace(id=f"file-{g['file'].name}"))
        return SimpleNamespace(vector_stores=stores, files=files)

    assert names["fill"](client(2, 1, 0), "Papers", papers) == {"file-b.md": "why"}
    assert [file["file_id"] for file in made] == ["file-a.md", "file-b.md"]
    assert {file["attributes"]["year"] for file in made} == {2026}
    assert waits == [1, 1]
    assert names["fill"](client(1), "Papers", papers) == {"file-b.md": "why"}
    assert sum(waits) == 602


def test_the_copied_bill_adds_up_all_pages_and_says_why_a_key_is_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (path,) = [each for each in lessons() if each.name.startswith("40_")]
    names: dict[str, Any] = {"__name__": "copied"}
    exec(copied.source(path), names)
    asked: list[Any] = []

    def client(answer: Any) -> Any:
        def costs(**form: Any) -> Any:
            asked.append(form)
            return answer(form)

        usage = SimpleNamespace(costs=costs)
        return SimpleNamespace(admin=SimpleNamespace(organization=SimpleNamespace(usage=usage)))

    def result(project: str | None, usd: float | None) -> Any:
        amount = None if usd is None else SimpleNamespace(value=usd)
        kind = "organization.costs.result"
        return SimpleNamespace(object=kind, project_id=project, amount=amount)

    def page(form: Any) -> Any:
        first = form["page"] is openai.omit
        results = [result("proj_a", 0.5), result(None, 1.0)] if first else [result("proj_a", 0.25)]
        data = [SimpleNamespace(results=[]), SimpleNamespace(results=[*results, result("b", None)])]
        return SimpleNamespace(data=data, next_page="page_1" if first else None)

    assert names["costs_by_project"](client(page), 1, 2) == {"proj_a": 0.75, "none": 1.0}
    assert [form["page"] for form in asked] == [openai.omit, "page_1"]
    assert {(form["start_time"], form["end_time"], *form["group_by"]) for form in asked} == {
        (1, 2, "project_id")
    }

    def refused(form: Any) -> Any:
        request = httpx2.Request("GET", "https://api.openai.com/v1/organization/costs")
        response = httpx2.Response(403, request=request)
        raise openai.PermissionDeniedError("403", response=response, body="Missing scopes: x")

    with pytest.raises(openai.PermissionDeniedError):
        names["costs_by_project"](client(refused), 1, 2)
    assert "Missing scopes: x" in caplog.text


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
