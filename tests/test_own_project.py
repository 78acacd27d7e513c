"""docs/own-project.md: every block of the page, run in its order in an empty folder.

The name after ```python is the file it is written to. The commands run as they are written; those that
go live or record meet a server that answers anything. ```text and ```json are what the last command prints,
with `...` for what differs from run to run. The programs of frameworks are run by tests/frameworks.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.recordings.file import Answer

from .authoring.standin.responses import input_texts, respond
from .authoring.surroundings import ROOT

PAGE = ROOT / "docs" / "own-project.md"
TEXT = PAGE.read_text("utf-8")
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = [(found[1], found[2], found[3]) for found in BLOCK.finditer(TEXT)]
LIVE = ("OAIWORKBOOK_MODE=live", "OAIWORKBOOK_MODE=record", "--openai-record")
LOCAL = "OPENAI_BASE_URL=http://127.0.0.1:11434/v1"


def programs(*, frameworks: bool) -> dict[str, str]:
    """File name -> source, of the page's programs."""
    named = {name: text for kind, name, text in BLOCKS if kind == "python"}
    return {name: text for name, text in named.items() if name.startswith("with_") is frameworks}


def source(served: Served) -> Reply:
    """Says yes to what is urgent on the page, and else repeats what it was asked."""
    said = input_texts(served.form)[-1][1]
    text = "No." if "party" in said else "Yes." if "Water" in said else f"You said: {said}"
    return Reply(Answer.model_validate(respond(served, text, ms=0, gap=0)), "authored")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with PracticeServer(source=source) as server:
        yield server.url


def run(line: str, folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    """One command of the page, with the variables that are written before it."""
    environment = os.environ.copy()
    for name in ("CI", "BUILD_NUMBER"):
        environment.pop(name, None)
    if any(word in line for word in LIVE):
        environment |= {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-test"}
    words = shlex.split(line.replace(LOCAL, f"OPENAI_BASE_URL={url}"))
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    commands = {
        "python": [sys.executable],
        "oaiworkbook": [sys.executable, "-m", "oaiworkbook.cli.main"],
    }
    command = [*commands[words[0]], *words[1:]]
    return subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )


def test_every_block_of_the_page_runs(tmp_path: Path, url: str) -> None:
    ran: dict[str, str] = {}
    for kind, name, text in BLOCKS:
        if kind == "python":
            assert name.endswith(".py"), text
            (tmp_path / name).write_text(text, "utf-8")
        elif kind == "bash":
            for line in text.splitlines():
                done = run(line, tmp_path, url)
                assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
                assert done.stdout.strip(), line
                ran[line] = done.stdout
        else:
            shown = re.escape(text).replace(r"\.\.\.", ".+?")
            assert re.fullmatch(shown, done.stdout), f"{line}\n{done.stdout}"
    assert (tmp_path / "recordings" / "test_triage").is_dir()
    outputs = list(ran.values())
    record = next(at for at, line in enumerate(ran) if "MODE=record" in line)
    assert outputs[record] == outputs[record + 1] == "You said: Greet the night shift.\n"
    assert "may cost up to" in ran["python limited.py"], ran["python limited.py"]
    assert all("2 passed" in text for line, text in ran.items() if "pytest" in line)


def test_every_program_is_run_here_or_by_the_tests_of_frameworks() -> None:
    commands = " ".join(text for kind, _, text in BLOCKS if kind == "bash")
    here = set(programs(frameworks=False))
    assert {name for name in here if name in commands} == here - {
        "conftest.py",  # these by pytest
        "triage.py",
        "test_triage.py",
    }
    assert set(programs(frameworks=True)) == {
        "with_agents.py",
        "with_langchain.py",
        "with_pydantic_ai.py",
    }


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", TEXT))))
def test_links_lead_somewhere(target: str) -> None:
    assert (PAGE.parent / target).is_file()


def test_the_readme_leads_here() -> None:
    assert "](docs/own-project.md)" in (ROOT / "README.md").read_text("utf-8")
