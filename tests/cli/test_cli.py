"""The command line teaches, refuses wrong use in one line, and never ends in a traceback of ours."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook import settings
from oaiworkbook.cli import serve as cli_serve
from oaiworkbook.cli.main import COMMANDS
from oaiworkbook.course import api_map, dated_facts, models
from oaiworkbook.course.running import run as running
from oaiworkbook.money import left_open, price_table
from oaiworkbook.money.ledger import Call, default_ledger
from oaiworkbook.practice.faults import FAULTS
from oaiworkbook.practice.loopback import Reply, Served
from oaiworkbook.practice.server import PracticeServer
from oaiworkbook.recordings.file import read_recording

from .. import small_course as course
from .conftest import Run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return course.as_wheel(tmp_path, monkeypatch)


def test_every_command_has_help_with_an_example_and_a_next_step(run: Run) -> None:
    for name in COMMANDS:
        code, out, _ = run(name, "--help")
        assert code == 0
        assert re.search(rf"example:\n +oaiworkbook {name}", out), name
        assert "next: " in out, name
        assert max(map(len, out.splitlines())) < 100, name


def test_no_command_at_all_shows_where_to_start(run: Run) -> None:
    code, out, _ = run()
    assert code == 0
    assert "oaiworkbook lab" in out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("fly", "'fly'"),
        ("run", "name lessons, such as 03 12, or give --all"),
        ("run 03 --all", "name lessons"),
        ("run 03 --quick", "--quick"),
        ("run 03 -- --quick", "takes nothing after --"),
        ("record", "name lessons"),
        ("record 03 --max-usd free", "'free' is no amount in USD"),
        ("record 03 --max-usd -1", "--max-usd"),
        ("record 03 --max-usd nan", "'nan' is no amount"),
        ("serve --port 65536", "'65536' is no port"),
        ("serve --fail ,,", "--fail names no fault between two commas"),
        ("serve --fail 429,,500", "--fail names no fault"),
        ("serve --fail=", "--fail names no fault"),
        ("serve --rpm 0", "'0' is no number of 1 or more"),
        ("costs --by colour", "'colour'"),
        ("models --on yesterday", "'yesterday' is no date; write 2026-11-22"),
        ("models --within 60", "--within needs --check"),
        ("models --check --within soon", "'soon' is no number of days"),
        ("reset", "NN"),
        ("reset 03 --all", "NN"),
        ("cell", "NN"),
        ("lab 00 03", "03"),
    ],
)
def test_wrong_use_ends_in_one_clear_line(line: str, says: str, run: Run) -> None:
    code, out, err = run(*line.split())
    assert code == 2
    assert out == ""
    assert says in err
    assert err.count("\n") == 1
    assert "--help`.\n" in err


@pytest.mark.parametrize("command", ["lab 7", "run 7", "reset 7", "costs --lesson 7"])
def test_missing_lesson_is_one_line_without_traceback(command: str, run: Run, folder: Path) -> None:
    code, _, err = run(*command.split())
    assert code == 1
    assert err.endswith("There is no lesson '7'. Lessons: 00, 03.\n")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["lab", "run", "reset", "costs --lesson"])
@pytest.mark.parametrize("number", ["", ".ipynb"])
def test_an_empty_name_is_no_lesson(command: str, number: str, run: Run, folder: Path) -> None:
    code, _, err = run(*command.split(), number)
    assert code == 1
    assert err.endswith(f"There is no lesson {number!r}. Lessons: 00, 03.\n")


def test_error_of_settings_is_one_line(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", "fast")
    assert run("run", "--all")[::2] == (
        1,
        "oaiworkbook run: The mode 'fast' does not exist. Set OAIWORKBOOK_MODE to replay, live or "
        "record, or unset it for replay.\n",
    )


def test_bug_is_not_hidden(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oaiworkbook.cli.costs.run", lambda args: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        run("costs")


def test_version_and_help_import_nothing_heavy() -> None:
    program = (
        "import sys\nfrom oaiworkbook.cli import main as cli\n"
        "try: cli.main(['--version'])\nexcept SystemExit: pass\n"
        "print(sorted({'openai', 'jupyterlab', 'nbclient', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert re.fullmatch(r"oaiworkbook \d+\.\d+\.\d+\n\[\]\n", done.stdout), done


def test_run_gives_a_line_for_each_lesson_and_fails_when_one_fails(run: Run, folder: Path) -> None:
    course.notebook(folder / "notebooks" / "03_streaming.ipynb", "1 + 1", "1 / 0")
    (folder / "notebooks" / "04_state.ipynb").write_text("{", encoding="utf-8")
    code, out, _ = run("run", "--all")
    assert code == 1
    lines = out.splitlines()
    assert re.fullmatch(r"ok      00_start_here  \d+\.\d s", lines[0])
    assert lines[1].startswith("FAILED  03_streaming, cell [2]: ZeroDivisionError")
    assert lines[2].startswith("FAILED  04_state: ")
    assert lines[-1] == "2 of 3 lessons failed"


def test_run_takes_my_notebook_before_the_course_s(run: Run, folder: Path) -> None:
    course.notebook(Path("00_start_here.ipynb"), "raise ValueError('mine')")
    code, out, _ = run("run", "0")
    assert (code, "ValueError: mine" in out) == (1, True)


def test_run_does_not_record(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", "record")
    code, _, err = run("run", "00")
    assert code == 1
    assert "oaiworkbook record" in err


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Stands in for the kernel that records; returns the environments it was given."""
    given: list[dict[str, str]] = []

    def record(notebook: Path, *, lesson: str, env: dict[str, str], on_cell: object) -> object:
        given.append(env)
        written = settings.data_dir() / "recordings" / lesson / "02-responses-0badcafe.json"
        course.recording(written, "live")
        return running.RunResult(running.read(notebook), [], 0.1)

    monkeypatch.setattr(running, "record", record)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    return given


def test_record_needs_a_key(run: Run, folder: Path, kernel: list[dict[str, str]]) -> None:
    code, _, err = run("record", "03")
    assert (code, kernel) == (1, [])
    assert "OPENAI_API_KEY is not set" in err


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL"])
def test_record_says_what_it_costs_and_what_it_wrote(
    name: str,
    run: Run,
    folder: Path,
    kernel: list[dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, "sk-test" if name == "OPENAI_API_KEY" else "http://localhost:1/v1")
    code, out, _ = run("record", "03", "--max-usd", "0.50", "--missing")
    assert code == 0
    # 1,000 tokens in at 0.10 and 100 out at 0.50 USD a million: 0.00015
    assert "03_streaming: 1 recorded calls cost USD 0.00015 live" in out
    assert "USD 0.50" in out
    assert "(1 new; 1 live)" in out
    assert "no longer asked for, to delete: 01-responses-d5f91a3e.json" in out
    assert kernel == [{"OAIWORKBOOK_MAX_USD": "0.50", "OAIWORKBOOK_RECORD": "missing"}]


def test_a_session_that_was_held_again_is_not_called_unused(
    run: Run, folder: Path, kernel: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    frames = [[">", 1, {"type": "response.create"}], ["<", 2, {"type": "response.done"}]]
    session = {"status": 101, "headers": {}, "frames": frames}
    asked = {"method": "WS", "path": "/v1/realtime", "body": {}}
    there = folder / "data" / "recordings" / "03_streaming" / "03-realtime-1234abcd.json"
    content = {"request": asked, "answers": [session]}
    text = json.loads(course.recording(there, "authored").read_text("utf-8")) | content
    there.write_text(json.dumps(text), "utf-8")

    assert "delete: 01-responses-d5f91a3e.json, 03-realtime" in run("record", "03")[1]

    inner = running.record

    def talk(notebook: Path, **how: Any) -> object:
        row = Call(ts=time.time(), mode="record", endpoint="realtime", model="m", http_status=101)
        default_ledger().add(row)
        return inner(notebook, **how)

    monkeypatch.setattr(running, "record", talk)
    assert "03-realtime" not in run("record", "03")[1]


def test_record_refuses_what_the_cap_cannot_pay(
    run: Run, folder: Path, kernel: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    code, _, err = run("record", "03", "--max-usd", "0.0001")
    assert (code, kernel) == (1, [])
    assert "above the cap of USD 0.00010" in err


@pytest.mark.parametrize(("answer", "sent"), [("y", 1), ("", 0), ("no", 0)])
def test_record_asks_a_person_first(
    answer: str,
    sent: int,
    run: Run,
    folder: Path,
    kernel: list[dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda prompt: answer)
    code, out, _ = run("record", "03")
    assert len(kernel) == sent
    assert (code, "Nothing was sent." in out) == (1 - sent, not sent)


def test_record_from_a_server_on_this_machine(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = (
        "from oaiworkbook import OpenAI\nOpenAI().responses.create(model='gpt-6-luna', input='hi')"
    )
    course.notebook(folder / "notebooks" / "03_streaming.ipynb", call)
    recorded = folder / "data" / "recordings" / "03_streaming"
    answers = Answers(recorded / "01-responses-d5f91a3e.json")
    with PracticeServer(source=answers) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        code, out, _ = run("record", "03")
    assert code == 0, out
    assert answers.asked == 1
    assert f"1 recordings written to {recorded} (1 new; 1 authored)" in out
    assert len(list(recorded.iterdir())) == 2
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")  # nobody answers there
    code, out, _ = run("record", "03", "--missing")
    assert code == 0, out
    assert "nothing written" in out
    # The other recording was replayed: only this one is never asked for.
    assert out.count(".json") == 1
    assert "to delete: 01-responses-d5f91a3e.json" in out
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert run("run", "03")[0] == 0


class Answers:
    """A source for the practice server: one recorded answer to every request."""

    def __init__(self, path: Path) -> None:
        self.answer, self.asked = read_recording(path).answers[0], 0

    def __call__(self, served: Served) -> Reply:
        self.asked += 1
        return Reply(self.answer, "authored")


@pytest.fixture
def served(folder: Path) -> Iterator[list[str]]:
    """`oaiworkbook serve` in a process of its own; the lines it printed so far."""
    started = subprocess.Popen(
        [sys.executable, "-m", "oaiworkbook.cli.main", "serve", "--port", "0", "--fail", "500"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    lines = []
    for line in started.stdout:
        lines.append(line)
        if line.startswith("Asked"):
            break
    yield lines
    started.terminate()
    lines += started.communicate(timeout=20)[0].splitlines()


def test_serve_prints_what_each_kind_of_client_needs(served: list[str]) -> None:
    text = "".join(served)
    url = re.search(r"http://127\.0\.0\.1:\d+/v1", text)
    assert url is not None
    assert f"OPENAI_BASE_URL={url[0]} " in text
    assert f'new OpenAI({{ baseURL: "{url[0]}"' in text
    assert "  curl " in text


def test_curl_line_of_serve_has_a_recorded_answer(folder: Path) -> None:
    words = shlex.split(cli_serve.example("http://127.0.0.1:1/v1"))
    assert words[:2] == ["curl", "http://127.0.0.1:1/v1/responses"]
    assert words[-1] == '{"model": "gpt-6-luna", "input": "hi"}'


def test_serve_lists_its_faults(run: Run) -> None:
    code, out, _ = run("serve", "--fail", "help")
    assert code == 0
    for name, (text, _) in FAULTS.items():
        assert re.search(rf"^  {re.escape(name)} +{re.escape(text)}$", out, re.M), name


def test_the_curl_line_of_the_course_is_one_that_a_person_would_try() -> None:
    words = shlex.split(cli_serve.example("http://127.0.0.1:1/v1"))
    asked = json.loads(words[-1])
    assert asked.keys() == {"model", "input"}
    assert asked["input"].endswith("?")


def test_serve_on_a_port_that_is_taken(run: Run, folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = run("serve", "--port", str(port))
    assert (code, out) == (1, "")
    assert str(port) in err
    assert err.count("\n") == 1


def test_serve_with_a_fault_it_does_not_know(run: Run, folder: Path) -> None:
    code, _, err = run("serve", "--port", "0", "--fail", "429,weather")
    assert code == 1
    assert "'weather'" in err


def test_api_finds_what_has_all_words_in_any_case(run: Run) -> None:
    code, out, _ = run("api", "IMAGES", "mask")
    assert code == 0
    assert [line.split("  ")[0] for line in out.splitlines()[2:]] == ["images.edit(mask)"]
    code, out, _ = run("api", "invoice")
    assert code == 0
    assert out.splitlines()[-1].endswith("task  10, the cell to copy")
    code, out, _ = run("api", "shell_call")
    assert "not streamed in 34" in out


def test_api_says_ended_only_when_it_has(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for today, says in (("2027-02-25", "ends on"), ("2027-02-26", "ended on")):
        monkeypatch.setattr(models, "today", lambda day=today: date.fromisoformat(day))
        assert f"{says} 2027-02-26" in run("api", "translations.create")[1]


def test_api_that_finds_nothing_says_so(run: Run) -> None:
    code, out, _ = run("api", "zeppelin", "mask")
    assert code == 1
    assert out.startswith("Nothing on the map has 'zeppelin mask'. ")


def test_api_without_a_word_counts_and_explains(run: Run) -> None:
    code, out, _ = run("api")
    assert code == 0
    the_map = api_map.read()
    assert all(f"  {word}: {meaning}\n" in out for word, meaning in the_map.legend.items())
    methods = sum(row.kind == "method" for row in the_map.rows)
    assert re.search(rf"^method +{methods} ", out, re.MULTILINE)


def test_models_check_is_for_a_scheduled_job(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    old = dated_facts.Notice("taught", date(2026, 12, 30), "a model", "another", "03 cell 6")
    monkeypatch.setattr(dated_facts, "notices", lambda *_: [old])
    code, out, _ = run("models", "--check", "--within", "30", "--on", "2026-11-30")
    assert code == 1
    assert "2026-12-30 · a model · taught in 03 cell 6 · instead: another\n" in out
    assert out.endswith("1 to mend within 30 days of 2026-11-30.\n")
    monkeypatch.setattr(dated_facts, "notices", lambda *_: [replace(old, why="known")])
    code, out, _ = run("models", "--check", "--within", "30", "--on", "2026-11-30")
    assert code == 0
    assert "  2026-12-30 · a model · named in 03 cell 6 · instead: another\n" in out
    assert out.endswith("Nothing to mend within 30 days of 2026-11-30.\n")


def test_models_check_fails_when_the_sdk_knows_better(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dated_facts, "notices", lambda *_: [])
    words = ("models", "--check", "--within", "0", "--on", "2020-01-01")
    other = {"some-older-name": "the SDK announces 2030-01-01, data/models.toml has no date"}
    monkeypatch.setattr(models, "aged", lambda: other)
    assert run(*words)[0] == 0
    monkeypatch.setattr(models, "aged", lambda: {models.model("chat"): "the SDK announces ..."})
    assert run(*words)[0] == 1


def test_models_check_fails_when_a_price_has_aged(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dated_facts, "notices", lambda *_: [])
    assert run("models", "--check", "--on", "2026-12-01")[0] == 0
    code, out, _ = run("models", "--check", "--on", "2027-06-01")
    assert code == 1
    assert re.search(r"^Read again, the price of .+: read on 2026-\S+, ", out, re.M)
    monkeypatch.setattr(price_table, "superseded", lambda: ["model x: genai-prices has it"])
    code, out, _ = run("models", "--check", "--on", "2026-12-01")
    assert code == 1
    assert "Take out of data/prices.toml, model x: genai-prices has it.\n" in out


def test_models_shows_the_table_of_a_day(run: Run) -> None:
    code, out, _ = run("models", "--on", "2026-11-22")
    assert code == 0
    assert repr(models.table(date(2026, 11, 22))) in out


def test_costs_of_an_empty_log(run: Run) -> None:
    code, out, _ = run("costs", "--by", "lesson", "--days", "7")
    assert (code, "No calls" in out) == (0, True)


KILLED = """
import os, signal, sys, time
from decimal import Decimal
from oaiworkbook import spend_limit
from oaiworkbook.money.ledger import Call, default_ledger
from oaiworkbook.money.limits import active_budgets
limit = spend_limit(1, name="class")
call = Call(ts=time.time(), mode="live", endpoint="responses", model="gpt-6-luna")
default_ledger().open(call, Decimal("0.0641"), active_budgets("live"))
print(os.getpid(), flush=True)
if sys.argv[1] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
input()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_what_a_killed_process_holds_is_shown_and_given_back(run: Run) -> None:
    assert run("costs", "--open")[:2] == (0, "Every call in the cost log has ended.\n")
    started = {
        how: subprocess.Popen(
            [sys.executable, "-c", KILLED, how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for how in ("killed", "alive")
    }
    pids = {how: each.stdout.readline().strip() for how, each in started.items() if each.stdout}
    started["killed"].wait(30)
    budgets = ("shared-class", f"day-{datetime.now(UTC):%Y-%m-%d}")
    held = [default_ledger().budget(name)[1] for name in budgets]
    assert held == [Decimal("0.1282")] * 2

    for _ in range(2):  # looking changes nothing
        code, out, _ = run("costs", "--open")
        assert code == 0
        lines = {line.split()[3]: line.split() for line in out.splitlines() if "luna" in line}
        assert lines[pids["killed"]][4:] == ["gone", "responses", "gpt-6-luna", "USD", "0.0641"]
        assert lines[pids["alive"]][4:] == ["runs", "responses", "gpt-6-luna", "USD", "0.0641"]
        assert "The process of 1 call is gone." in out
        assert "oaiworkbook costs --open --give-back" in out
    code, out, _ = run("costs", "--open", "--give-back")
    assert (code, "Given back for 1 call: USD 0.0641." in out) == (0, True)
    assert [default_ledger().budget(name)[1] for name in budgets] == [Decimal("0.0641")] * 2
    ended, open_still = sorted(default_ledger().calls(), key=lambda call: call.status)
    assert (str(ended.pid), ended.status, ended.cost_usd) == (pids["killed"], "cut", None)
    assert "given back" in ended.price_note
    assert open_still.status == "open"
    assert "may still end its call" in run("costs", "--open", "--give-back")[1]
    started["alive"].communicate("\n", timeout=30)
    run("costs", "--open", "--give-back")
    assert default_ledger().budget("shared-class")[1] == 0
    assert "2 unknown" in run("costs")[1] or "unknown (2)" in run("costs")[1]


def test_a_number_that_another_process_has_by_now_is_gone() -> None:
    assert left_open.process_runs(os.getppid(), time.time())
    if Path("/proc/stat").exists():
        assert not left_open.process_runs(os.getppid(), 0.0)
    for pid in (-1, 0, 2**22 + 1, 2**40):
        assert not left_open.process_runs(pid, time.time())


@pytest.mark.parametrize(
    "line", ["costs --give-back", "costs --open --days 7", "costs --open --lesson 03"]
)
def test_what_does_not_go_together_is_refused(line: str, run: Run) -> None:
    code, _, err = run(*line.split())
    assert (code, err.count("\n")) == (2, 1)


def test_doctor_ends_with_one_on_a_problem(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in list(os.environ.items()):  # the command sets some; undo it after the test
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    assert run("doctor")[0] == 0
    monkeypatch.setenv("OAIWORKBOOK_MODE", "live")
    code, out, _ = run("doctor")
    assert code == 1
    assert "problem  API key" in out


def test_reset_says_where_mine_is(run: Run, folder: Path) -> None:
    Path("03_streaming.ipynb").write_text("mine", encoding="utf-8")
    code, out, _ = run("reset", "03")
    assert code == 0
    kept = next(Path.cwd().glob("03_streaming.mine-*.ipynb"))
    assert kept.read_text("utf-8") == "mine"
    assert f"Your version is kept as {kept}" in out
    assert time.strftime("%Y-%m-%d") in kept.name
