"""The programs of docs/own-project.md that hand our client to a framework: recorded once, then replayed.

Each needs its framework, and is skipped without it.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oaiworkbook.practice.server import PracticeServer

from ..echo import Echo
from ..test_own_project import programs

PROGRAMS = programs(frameworks=True)
NEEDS = {
    "with_agents.py": "agents",
    "with_langchain.py": "langchain_openai",
    "with_pydantic_ai.py": "pydantic_ai",
}


def run(folder: Path, name: str, **variables: str) -> str:
    environment = os.environ | {"OAIWORKBOOK_RECORDINGS": "recordings"} | variables
    done = subprocess.run(
        [sys.executable, name],
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_of_the_page_records_and_replays(name: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(NEEDS[name]) is None:
        pytest.skip("pip install -e '.[frameworks]'")
    (tmp_path / name).write_text(PROGRAMS[name], "utf-8")
    with PracticeServer(source=Echo()) as server:
        live = {"OAIWORKBOOK_MODE": "record", "OPENAI_BASE_URL": server.url}
        was = run(tmp_path, name, **live, OPENAI_API_KEY="sk-test")
        assert len(server.log) == 1
    assert was == "You said: When does the night gate open?\n"
    assert run(tmp_path, name) == was
