"""Authored answers of docs/example: `python -m tests.authoring.example` records them anew."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.recordings.file import Answer

from .standin.common import headers
from .standin.responses import input_texts, refusal_item, respond
from .surroundings import ROOT

EXAMPLE = ROOT / "docs" / "example"
REFUSAL = "I can't share who has sent a report."
SORTED = {
    "Mill Lane": {"team": "lights", "street": "Mill Lane", "urgent": False},
    "Ash Road": {"team": "trees", "street": "Ash Road", "urgent": True},
    "Station Street": {"team": "roads", "street": "Station Street", "urgent": False},
}


def source(served: Served) -> Reply:
    return Reply(Answer.model_validate(_answer(served)), "authored")


def _answer(served: Served) -> dict[str, Any]:
    model = str(served.form["model"])
    if model != "gpt-6-luna":
        return error_answer(
            404,
            f"The model '{model}' does not exist or you do not have access to it.",
            type="invalid_request_error",
            code="model_not_found",
            headers=headers(served, 20),
        )
    said = input_texts(served.form)[-1][1]
    found = [report for street, report in SORTED.items() if street in said]
    if not found:
        return respond(served, items=[refusal_item(served, REFUSAL)], ms=500)
    return respond(served, json.dumps(found[0]), ms=700)


def record(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the tests of the example in `project` against these answers, and records them."""
    with PracticeServer(source=source) as server:
        gone = {"CI", "BUILD_NUMBER"}
        environment = {name: value for name, value in os.environ.items() if name not in gone}
        environment |= {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-test"}
        command = [sys.executable, "-m", "pytest", "--openai-record=all", *words]
        return subprocess.run(command, cwd=project, env=environment, check=False, text=True)


if __name__ == "__main__":
    sys.exit(record(EXAMPLE).returncode)
