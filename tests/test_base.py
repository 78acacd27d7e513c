"""Without the extra `lab`: the client, the cost log and the practice server work, the rest says what it lacks."""

import subprocess
import sys

import pytest

from .authoring.surroundings import ROOT

BLOCKED = """
import sys
class Blocked:
    names = ("IPython", "ipykernel", "ipywidgets", "jupyterlab", "jupyter_client", "matplotlib",
             "nbclient", "nbformat", "numpy", "zmq", "pytest")
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])
sys.meta_path.insert(0, Blocked())
"""
USE = """
from oaiworkbook import OpenAI, PracticeServer, costs, estimate, rates, spend_limit
asked = {"model": "gpt-6-luna", "input": "Why do lighthouses flash instead of shining steadily?"}
with spend_limit(1), PracticeServer(["429:0.01"]) as server:
    for client in (OpenAI(), OpenAI(base_url=server.url)):
        assert client.responses.create(**asked).output_text
print(costs(), estimate(**asked), sep="\\n")
"""


def run(code: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", BLOCKED + code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_project_needs_nothing_of_the_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    done = run(USE)
    assert done.returncode == 0, done.stderr
    assert "gpt-6-luna · at most USD" in done.stdout


@pytest.mark.parametrize("command", ["lab", "run"])
def test_a_command_of_the_course_says_how_to_get_it(command: str) -> None:
    done = run(f"from oaiworkbook.cli.main import main\nsys.exit(main([{command!r}, '01']))")
    assert done.returncode == 1
    assert "is not installed. It comes with the course" in done.stderr
    assert "Traceback" not in done.stderr
