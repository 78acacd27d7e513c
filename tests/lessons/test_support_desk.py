"""The program of lesson 29 against a server that fails: no mail is lost, nothing is done twice, no budget broken."""

import importlib.util
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.recordings.file import Answer

from ..authoring.standin import StandIn, standin
from ..authoring.standin.common import count
from ..authoring.standin.lesson_25 import SORTED_WRONG
from ..forked import Program

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data" / "samples"
PROGRAM = SAMPLES / "support_desk.py"
LESSON = "29_capstone"
IDS = ("case-01", "case-11", "case-17", "case-29", "case-31", "case-52")
CALM = dict(zip(IDS, ("kept", *["pending"] * 4, "kept"), strict=True))
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its programs are forked")
ENDS = {"pending", "kept", "later", "answered"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    rows = map(json.loads, (SAMPLES / "heat_desk.jsonl").read_text("utf-8").splitlines())
    mails = [json.dumps({"id": r["id"], "mail": r["mail"]}) for r in rows if r["id"] in IDS]
    (tmp_path / "mails.jsonl").write_text("\n".join(mails), "utf-8")
    return tmp_path


def start(folder: Path, url: str, *words: str) -> Program:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OAIWORKBOOK_", "OPENAI_"))}
    env |= {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-test"}
    return Program(PROGRAM, words, folder, env)


def run(
    folder: Path, *words: str, faults: tuple[str, ...] = (), source: Any = None
) -> tuple[int, str, list[str]]:
    """Exit code, what was printed, and what the server answered."""
    with PracticeServer(faults, source=source or StandIn(LESSON)) as server:
        process = start(folder, server.url, *words)
        said = process.communicate(timeout=60)
    assert process.returncode is not None
    return process.returncode, said, [seen.answered for seen in server.log]


def answer_mails(folder: Path, *more: str, **options: Any) -> tuple[int, str, list[str]]:
    return run(folder, "run", "mails.jsonl", *more, **options)


def states(folder: Path) -> dict[str, str]:
    db = sqlite3.connect(folder / "desk.sqlite")
    found = dict(db.execute("SELECT id, state FROM mails"))
    db.close()
    return found


def spent(folder: Path) -> int:
    db = sqlite3.connect(folder / "desk.sqlite")
    [nano] = db.execute("SELECT COALESCE(SUM(nano), 0) FROM calls").fetchone()
    db.close()
    return int(nano)


def outbox(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "outbox").iterdir())


def test_on_a_calm_day_each_mail_ends_as_a_draft_or_with_a_person(folder: Path) -> None:
    code, said, answered = answer_mails(folder)
    assert code == 0, said
    assert states(folder) == CALM
    assert outbox(folder) == []  # nothing goes out by itself
    assert set(answered) == {"200"}


@pytest.mark.parametrize(
    "fault",
    ["429", "429-bare", "429-reset", "slow_down", "500", "503", "reset", "hang:2", "cut", "end"],
)
def test_a_fault_that_passes_changes_nothing(folder: Path, fault: str) -> None:
    """At the first reading, at the rules' vectors and in the middle of a later mail."""
    faults = (fault, "ok", fault, "ok", "ok", "ok", fault)
    code, said, answered = answer_mails(folder, "--timeout", "1", faults=faults)
    assert code == 0, said
    assert states(folder) == CALM
    assert said.count(" again ") == 3
    assert len(answered) == 19 + 3


def test_what_broke_off_counts_in_full_and_what_was_refused_not_at_all(folder: Path) -> None:
    costs = {}
    for name, faults in {
        "calm": (),
        "refused": ("503", "429-bare"),
        "cut": ("cut", "hang:2"),
    }.items():
        (folder / name).mkdir()
        shutil.copy(folder / "mails.jsonl", folder / name)
        answer_mails(folder / name, "--timeout", "1", faults=faults)
        costs[name] = spent(folder / name)
    assert costs["refused"] == costs["calm"]
    assert costs["cut"] > costs["calm"] + 2 * 100_000


@pytest.mark.parametrize("fault", ["quota*", "garbage*", "html*"])
@pytest.mark.parametrize("before", [0, 2, 7])
def test_what_does_not_pass_stops_the_run_and_keeps_every_mail(
    folder: Path, fault: str, before: int
) -> None:
    code, said, answered = answer_mails(folder, faults=(*["ok"] * before, fault))
    assert code == 1
    assert len(answered) == before + 1  # not one request more
    assert said.splitlines()[-1].startswith("stopped: ")
    assert set(states(folder)) == set(IDS)
    assert set(states(folder).values()) <= ENDS
    assert list(states(folder).values()).count("later") == (4 if before == 7 else 6)
    answer_mails(folder)  # a better day
    assert states(folder) == CALM


def test_a_refused_mail_goes_to_a_person_and_the_next_goes_on(folder: Path) -> None:
    behind, refused = StandIn(LESSON), []

    def source(served: Served) -> Reply:
        if "puddle" in str(served.asked.body) and not refused:
            refused.append(served)
            error = {"message": "No.", "type": "invalid_request_error", "param": None, "code": "no"}
            answer = {"status": 400, "headers": {}, "json": {"error": error}}
            return Reply(Answer.model_validate(answer), "authored")
        return behind(served)

    code, said, _ = answer_mails(folder, source=source)
    assert code == 0, said
    assert states(folder) == CALM | {"case-11": "kept"}


@pytest.mark.parametrize("usd", [0, 0.0001, 0.0003, 0.0005, 0.0007])
def test_no_request_is_sent_that_the_budget_may_not_hold(folder: Path, usd: float) -> None:
    code, said, answered = answer_mails(
        folder, "--usd", str(usd), "--timeout", "1", faults=("ok", "cut", "ok", "hang:2")
    )
    assert code == 1
    assert said.splitlines()[-1] == "stopped: the budget of the day is used up"
    assert spent(folder) <= usd * 1e9
    assert set(states(folder)) == set(IDS)
    assert set(states(folder).values()) <= ENDS
    if not usd:
        assert answered == []
    again = answer_mails(folder, "--usd", str(usd))
    assert again[0] == 1
    assert spent(folder) <= usd * 1e9


def test_what_is_taken_beforehand_is_never_less_than_the_bill(folder: Path) -> None:
    """For each request, the tokens of what was really sent, and the longest output allowed."""
    behind, taken = StandIn(LESSON), []

    def source(served: Served) -> Reply:
        db = sqlite3.connect(folder / "desk.sqlite")
        [[nano]] = db.execute("SELECT nano FROM calls ORDER BY rowid DESC LIMIT 1")
        db.close()
        body = served.form
        price, out = (20, 0) if "embeddings" in served.asked.path else (125, 500)
        most = count(json.dumps(body)) * price + body.get("max_output_tokens", 0) * out
        taken.append((nano, most))
        return behind(served)

    answer_mails(folder, source=source)
    assert len(taken) == 19
    assert all(nano >= most for nano, most in taken)


def test_an_unknown_price_stops_before_anything_is_sent(folder: Path) -> None:
    text = PROGRAM.read_text("utf-8").replace("PRICES = {MODEL: ", 'PRICES = {"another": ')
    (folder / "support_desk.py").write_text(text, "utf-8")
    shutil.copy(SAMPLES / "heat_rules.md", folder)
    with standin(LESSON) as server:
        env = os.environ | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-test"}
        words = [sys.executable, "support_desk.py", "run", "mails.jsonl"]
        done = subprocess.run(
            words, cwd=folder, env=env, capture_output=True, text=True, timeout=60
        )
    assert "stopped: no price is known for gpt-6-luna" in done.stderr
    assert server.log == []
    assert set(states(folder).values()) == {"later"}


def test_a_yes_acts_once_and_only_on_a_draft(folder: Path) -> None:
    assert run(folder, "yes", "case-11")[0] == 1  # no such mail yet
    answer_mails(folder)
    assert run(folder, "yes", "case-52")[0] == 1  # kept: there is no draft
    assert run(folder, "yes", "case-11")[0] == 0
    assert run(folder, "yes", "case-11")[0] == 1
    assert run(folder, "no", "case-11")[0] == 1  # too late
    assert run(folder, "no", "case-31")[0] == 0
    assert run(folder, "yes", "case-31")[0] == 1
    _, _, answered = answer_mails(folder)
    assert answered == []
    assert outbox(folder) == ["mail-case-11.json"]
    assert states(folder) == CALM | {"case-11": "answered", "case-31": "kept"}
    assert json.loads((folder / "outbox" / "mail-case-11.json").read_text("utf-8"))["do"] == [
        "visit"
    ]


def test_a_yes_whose_program_died_is_carried_out_by_the_next_run(folder: Path) -> None:
    answer_mails(folder)
    db = sqlite3.connect(folder / "desk.sqlite")
    db.execute("UPDATE mails SET state = 'allowed' WHERE id = 'case-29'")
    db.commit()
    db.close()
    (folder / "outbox" / "mail-case-29.part").write_text('{"half', "utf-8")  # it died while writing
    answer_mails(folder)
    assert outbox(folder) == ["mail-case-29.json"]
    assert states(folder)["case-29"] == "answered"


@pytest.mark.parametrize("before", [0, 1, 3, 6, 9])
def test_a_run_that_is_killed_loses_nothing(folder: Path, before: int) -> None:
    """Killed while it waits for an answer that does not come."""
    with standin(LESSON, faults=(*["ok"] * before, "hang:30")) as server:
        process = start(folder, server.url, "run", "mails.jsonl")
        while not _asked(folder, before + 1):
            time.sleep(0.02)
            assert process.poll() is None
        process.kill()
        process.communicate(timeout=30)
    held = spent(folder)
    assert set(states(folder)) == set(IDS)
    code, said, _ = answer_mails(folder)
    assert code == 0, said
    assert states(folder) == CALM
    assert spent(folder) > held  # what may have been billed is not forgotten


def _asked(folder: Path, times: int) -> bool:
    """Whether so many calls have been reserved, which is written before each is sent."""
    try:
        db = sqlite3.connect(f"file:{folder / 'desk.sqlite'}?mode=ro", uri=True)
        [number] = db.execute("SELECT COUNT(*) FROM calls").fetchone()
        db.close()
    except sqlite3.OperationalError:
        return False
    return bool(number >= times)


def test_the_log_holds_no_word_of_a_mail(folder: Path) -> None:
    mail = {"id": "a-1", "mail": "I paid twice in September. When do I get the money back? T-055"}
    (folder / "mails.jsonl").write_text(json.dumps(mail), "utf-8")
    _, said, _ = answer_mails(folder)
    run(folder, "yes", "a-1")
    log = (folder / "desk.jsonl").read_text("utf-8")
    assert [json.loads(line)["state"] for line in log.splitlines()] == ["pending", "answered"]
    for word in ("T-055", "September", "14 days"):
        assert word not in log + said


def test_addresses_and_long_numbers_stay_in_the_house(folder: Path) -> None:
    text = (
        "Call me: +47 912 34 567, or write to lene.aas@example.com. NO93 8601 1117 947. 4,120 kWh."
        " Or 55501772."
    )
    (folder / "mails.jsonl").write_text(json.dumps({"id": "a-1", "mail": text}), "utf-8")
    sent = []

    def source(served: Served) -> Reply:
        sent.append(served.form["input"])
        return StandIn(LESSON)(served)

    answer_mails(folder, source=source)
    assert "4,120 kWh" in sent[0]
    for private in ("912 34", "lene", "1117", "55501772"):
        assert private not in sent[0]


@pytest.mark.parametrize("id_", ["../../etc", "Case-01", "a" * 61, ""])
def test_an_id_from_outside_names_no_file_elsewhere_and_no_other_mails(
    folder: Path, id_: str
) -> None:
    """Capitals: on Windows and macOS, A-1.json and a-1.json are one file."""
    mail = {"id": id_, "mail": "Hi"}
    (folder / "mails.jsonl").write_text(json.dumps(mail), "utf-8")
    code, said, answered = answer_mails(folder)
    assert (code, answered) == (1, [])
    assert "an id may hold" in said


def test_a_mail_that_is_too_long_goes_to_a_person_and_does_not_stop_the_others(
    folder: Path,
) -> None:
    lines = (folder / "mails.jsonl").read_text("utf-8")
    long = json.dumps({"id": "a-1", "mail": "cold " * 20_000})
    (folder / "mails.jsonl").write_text(f"{long}\n{lines}", "utf-8")
    code, said, _ = answer_mails(folder)
    assert code == 0, said
    assert states(folder) == CALM | {"a-1": "kept"}


def test_a_mail_may_hold_breaks_and_control_codes(folder: Path) -> None:
    mail = "I paid twice in September. When do I get the money back? T-055"
    odd = {"id": "a-1", "mail": "Hi\u2028\x85\x1b[2J"}
    rows = [json.dumps(row, ensure_ascii=False) for row in ({"id": "b-1", "mail": mail}, odd)]
    (folder / "mails.jsonl").write_text("\n".join(rows) + "\n\n", "utf-8")
    run(folder, "run", "mails.jsonl", "--usd", "0")
    code, said, _ = run(folder, "list")
    assert code == 0, said
    assert "\x1b" not in said
    assert [line.split(" | ")[0] for line in said.splitlines()] == ["a-1", "b-1"]


def test_the_list_empties(folder: Path) -> None:
    answer_mails(folder)
    assert run(folder, "done", "case-11")[0] == 1  # it waits for yes or no
    assert run(folder, "no", "case-11")[0] == 0
    for id_ in ("case-11", "case-01", "case-52"):
        assert run(folder, "done", id_)[0] == 0
    for id_ in ("case-17", "case-29", "case-31"):
        assert run(folder, "yes", id_)[0] == 0
    assert run(folder, "list")[1] == ""
    assert answer_mails(folder)[2] == []  # and nothing begins again


def test_a_person_who_is_quicker_than_the_run_is_not_overruled(folder: Path) -> None:
    answer_mails(folder, "--usd", "0")
    assert set(states(folder).values()) == {"later"}
    behind, said_no = StandIn(LESSON), []

    def source(served: Served) -> Reply:
        if not said_no:  # the first mail is being read
            said_no.append(run(folder, "no", "case-01")[0])
            said_no.append(run(folder, "done", "case-29")[0])
        return behind(served)

    code, said, _ = answer_mails(folder, source=source)
    assert (code, said_no) == (0, [0, 0]), said
    assert states(folder) == CALM | {"case-29": "done"}
    assert '"reason": "no rule found"' not in _plan(folder, "case-01")


def _plan(folder: Path, id_: str) -> str:
    db = sqlite3.connect(folder / "desk.sqlite")
    [plan] = db.execute("SELECT plan FROM mails WHERE id = ?", (id_,)).fetchone()
    db.close()
    return str(plan)


def test_the_wait_that_a_server_asks_for_is_understood() -> None:
    spec = importlib.util.spec_from_file_location("support_desk", PROGRAM)
    assert spec
    assert spec.loader
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    assert program.asked({"retry-after": "7"}) == 7
    assert program.asked({"retry-after": "1.5"}) == 1.5
    assert program.asked({"retry-after": "1", "retry-after-ms": "494"}) == 0.494
    date = formatdate(time.time() + 20, usegmt=True)
    assert 17 < program.asked({"retry-after": date}) <= 20
    assert program.asked({}) == program.asked({"retry-after": "soon"}) == 0


def test_the_gate_is_that_of_lesson_25_and_knows_what_the_old_model_missed() -> None:
    text = (SAMPLES / "test_desk_gate.py").read_text("utf-8")
    for case in SORTED_WRONG["gpt-6.1-terra"]:
        assert f'"{case}"' in text
    assert text.count('"case-') == len(SORTED_WRONG["gpt-6.1-terra"])


def test_the_program_is_typed() -> None:
    words = ["--strict", "--config-file", "pyproject.toml", "data/samples/support_desk.py"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
