"""A model that ends is noticed: `oaiworkbook models` asks the live list, lesson 27's program warns."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from oaiworkbook.cli import main as cli
from oaiworkbook.course import models
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.recordings.file import Answer

from ..authoring import copied
from ..authoring.course import NOTEBOOKS
from ..authoring.standin import standin

LESSON = NOTEBOOKS / "27_choosing_a_model.ipynb"
DAY = "2026-11-22"


def live(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", "live")
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")


def listing(**dates: str | None) -> PracticeServer:
    """A server whose `GET /v1/models` holds these models."""
    data = [
        {"id": name, "object": "model", "created": 1, "owned_by": "system", "shutdown_date": day}
        for name, day in dates.items()
    ]

    def source(served: Served) -> Reply:
        assert (served.asked.method, served.asked.path) == ("GET", "/v1/models")
        body = {"status": 200, "headers": {"content-type": "application/json"}}
        answer = Answer.model_validate(body | {"json": {"object": "list", "data": data}})
        return Reply(answer, "authored")

    return PracticeServer(source=source)


def test_the_table_has_the_dates_of_the_list_in_live_mode(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with standin(LESSON.stem) as server:
        live(monkeypatch, server.url)
        assert cli.main(["models", "--on", DAY]) == 0
        assert [seen.path for seen in server.log] == ["/v1/models"]
    lines = [re.split(r"\s{2,}", line) for line in capsys.readouterr().out.splitlines()[2:]]
    rows = {line[0]: line for line in lines}
    assert set(rows) == set(models.roles())
    speech = models.known()[models.model("speech")]
    assert rows["speech"][2:] == [speech.name, "none announced", str(speech.as_of)]


def test_a_newer_date_of_the_list_wins(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = models.model("chat")
    with listing(**{chat: "2026-12-24"}) as server:
        live(monkeypatch, server.url)
        assert cli.main(["models", "--on", DAY]) == 0
        shown = capsys.readouterr().out
        assert cli.main(["models", "--check", "--within", "32", "--on", DAY]) == 1
        warned = capsys.readouterr().out
    [row] = [re.split(r"\s{2,}", line) for line in shown.splitlines() if line.startswith("chat ")]
    assert row[2:5] == [chat, "2026-12-24", "32"]
    [line] = [line for line in warned.splitlines() if line.startswith(f"2026-12-24 · {chat} · ")]
    assert "taught in the part `chat`; " in line
    assert "; 00_start_here cells " in line


@pytest.mark.parametrize(
    ("code", "expected", "says"),
    [
        ('model="gpt-alive"', 0, "gpt-alive no end announced"),
        ("model='gpt-soon'", 1, "gpt-soon 10 days left"),
        ('model="ft:gpt-soon:club::id"', 1, "gpt-soon 10 days left"),
        ('model="gpt-later"', 0, "gpt-later 400 days left"),
        ('model="gpt-gone"', 1, "gpt-gone has ended, or is not listed"),
        ("# gpt-gone, once", 0, "gpt-6-luna no end announced"),
        ('model="o1"', 1, "o1 has ended, or is not listed"),
        ('model="dall-e-3"', 1, "dall-e-3 has ended, or is not listed"),
        ('kinds = {"gpt": 1, "tts": "o200k_base"}', 0, "gpt-6-luna no end announced"),
    ],
)
def test_the_program_to_copy_warns_of_models_that_end_or_are_not_listed(
    code: str, expected: int, says: str, tmp_path: Path
) -> None:
    def days(count: int) -> str:
        return str(date.fromordinal(date.today().toordinal() + count))

    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "club.py").write_text(code, "utf-8")
    (tmp_path / "model_ends.py").write_text(copied.source(LESSON), "utf-8")
    ends = {"gpt-6-luna": None, "gpt-alive": None, "gpt-soon": days(10), "gpt-later": days(400)}
    with listing(**ends) as server:
        env = os.environ | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-test"}
        done = subprocess.run(
            [sys.executable, "model_ends.py", "src"],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert says in done.stdout.splitlines(), done.stderr
    assert done.returncode == expected, done.stderr
