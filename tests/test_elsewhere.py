"""What Binder, VS Code and Codespaces are told: README's versions, and what `oaiworkbook lab` sets."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oaiworkbook.course import lab

from .authoring.surroundings import ROOT

README = (ROOT / "README.md").read_text("utf-8")
BINDER = ROOT / "binder"


def test_the_container_is_made_with_the_command_of_the_readme() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    for step in container["postCreateCommand"].split(" && "):
        assert f"\n  {step} &&\n" in README
    editor = container["customizations"]["vscode"]["settings"]
    assert editor["python.defaultInterpreterPath"].endswith("/.venv/bin/python")


def test_binder_installs_the_fixed_versions_of_the_course() -> None:
    commands = (BINDER / "postBuild").read_text("utf-8").splitlines()
    assert 'python -m pip install --no-cache-dir -c constraints.txt -e ".[lab]"' in commands
    listed = subprocess.run(
        ["git", "ls-files", "--stage", "binder"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode == 0 and listed.stdout:  # not in an archive
        modes = {line.split("\t")[1]: line.split()[0] for line in listed.stdout.splitlines()}
        assert modes["binder/postBuild"] == modes["binder/start"] == "100755"


@pytest.mark.skipif(sys.platform == "win32", reason="Binder runs Linux")
def test_binder_starts_its_server_with_the_settings_of_the_course(tmp_path: Path) -> None:
    asks = ["bash", str(BINDER / "start"), "sh", "-c", 'echo "$JUPYTER_CONFIG_PATH"; echo "$1"']
    done = subprocess.run(
        [*asks, "sh", "two words"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    path, given = done.stdout.splitlines()
    assert path == lab.environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0]
    assert given == "two words"
