"""The code is typed, linted and formatted, notebooks included."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECKS = {
    "types": ["mypy"],
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
}


def ruff(*words: str, source: str) -> subprocess.CompletedProcess[str]:
    """What ruff says of a lesson that has this source."""
    cell = {"cell_type": "code", "id": "a1", "metadata": {}, "execution_count": None, "outputs": []}
    lesson = {"cells": [{**cell, "source": source}], "metadata": {}, "nbformat": 4}
    command = [sys.executable, "-m", "ruff", *words, "--no-cache"]
    command += ["--stdin-filename", "notebooks/03_streaming.ipynb", "-"]
    said = json.dumps({**lesson, "nbformat_minor": 5})
    return subprocess.run(
        command, cwd=ROOT, input=said, capture_output=True, text=True, check=False
    )


def test_a_line_of_a_lesson_has_88_characters_at_most() -> None:
    fits, wide = (f"x = '{'y' * size}'" for size in (82, 83))
    assert ruff("check", source=fits).returncode == 0
    refused = ruff("check", source=wide)
    assert "E501" in refused.stdout + refused.stderr
    widest = f"{'x' * 40} = call({'y' * 40})"
    assert len(widest) == 88 + 1
    assert ruff("format", "--check", source=widest[1:]).returncode == 0
    assert ruff("format", "--check", source=widest).returncode == 1


@pytest.mark.parametrize("name", CHECKS)
def test_code(name: str) -> None:
    command = [sys.executable, "-m", *CHECKS[name]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
