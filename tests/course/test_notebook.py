"""What `%load_ext oaiworkbook` does to a notebook, in a real kernel."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from oaiworkbook.course.running import run as running

from ..echo import MODEL, Echo
from ..support import LESSON, data, record  # noqa: F401

START = "%load_ext oaiworkbook\nfrom oaiworkbook import OpenAI\nclient = OpenAI()"
ASK = f"client.responses.create(model={MODEL!r}, input='tide').output_text"
PROBE = (
    "from oaiworkbook.course.exercises.probe import Probe, error_answer\n"
    "probe = Probe([error_answer(400, 'No.', type='invalid_request_error', code='unknown_parameter', param='x')])\n"
    "probe.client.responses.create(model='gpt-6-luna', input='tide')"
)
UNFINISHED = (
    "from pydantic import BaseModel\n"
    "from oaiworkbook.course.exercises.probe import Probe, chat_answer\n"
    "class Form(BaseModel):\n    desk: str\n"
    "chat = Probe([chat_answer('', finish_reason={!r})]).client.chat\n"
    "chat.completions.parse(model='gpt-6-luna', messages=[], response_format=Form)"
)
PROGRAM = f"""
from openai import OpenAI

def ask(client: OpenAI) -> str:
    return client.responses.create(model={MODEL!r}, input="tide").output_text

if __name__ == "__main__":
    raise SystemExit(ask(OpenAI()))
"""


def run(tmp_path: Path, *cells: str, raises: bool = False) -> list[Any]:
    """The outputs of each cell after the start cell."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in (START, *cells)])
    if raises:
        notebook.cells[-1].metadata["tags"] = ["raises-exception"]
    path = tmp_path / f"{LESSON}.ipynb"
    nbformat.write(notebook, path)
    result = running.execute(path, mode="replay", lesson=LESSON)
    assert result.ok, result.failures
    return [cell.outputs for cell in result.notebook.cells]


def plain(outputs: Any) -> str:
    shown = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs]
    return "\n".join(shown)


@pytest.fixture(autouse=True)
def recorded(data: Path) -> None:  # noqa: F811
    record(Echo(), lambda c: c.responses.create(model=MODEL, input="tide"))


def test_the_start_line_says_mode_and_source(tmp_path: Path) -> None:
    (start,) = run(tmp_path)
    assert "mode replay" in plain(start)
    assert "written by us, not by OpenAI's models" in plain(start)
    assert "nothing is charged" in plain(start)


def test_a_cost_line_stands_under_cells_that_call_and_no_others(tmp_path: Path) -> None:
    _, asked, idle = run(tmp_path, ASK, "1 + 1")
    assert re.search(r"1 call · \d+ in \+ \d+ out tokens · would cost USD 0\.0", plain(asked))
    assert plain(idle) == "2"


def test_an_api_error_shows_the_learner_s_lines_and_its_fields(tmp_path: Path) -> None:
    _, outputs = run(tmp_path, PROBE, raises=True)
    (error,) = (o for o in outputs if o.output_type == "error")
    text = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    assert error.ename == "BadRequestError"
    assert "probe.client.responses.create" in text
    assert "_base_client.py" not in text
    assert "status 400 · type invalid_request_error · code unknown_parameter · param x" in text
    assert len(text.splitlines()) < 20


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_answer_that_cannot_be_parsed_shows_the_learner_s_lines(
    tmp_path: Path, reason: str
) -> None:
    _, outputs = run(tmp_path, UNFINISHED.format(reason), raises=True)
    (error,) = (o for o in outputs if o.output_type == "error")
    text = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    assert error.ename.endswith("FinishReasonError")
    assert "chat.completions.parse" in text
    assert "site-packages" not in text
    assert len(text.splitlines()) < 20


def test_a_miss_is_six_calm_lines(tmp_path: Path) -> None:
    edited = ASK.replace("tide", "ebb")
    _, outputs = run(tmp_path, edited, raises=True)
    (error,) = (o for o in outputs if o.output_type == "error")
    assert error.ename == "RecordingNotFound"
    assert len(error.traceback) <= 6


@pytest.mark.parametrize("loop", ["with", "async with"])
def test_a_miss_of_a_websocket_is_as_calm(tmp_path: Path, loop: str) -> None:
    client = "OpenAI" if loop == "with" else "AsyncOpenAI"
    listen = (
        f"from oaiworkbook import {client}\n"
        f"{loop} {client}().realtime.connect(model='gpt-realtime-2.1-mini') as connection:\n"
        f"    {loop.replace('with', 'for')} event in connection:\n"
        "        print(event.type)"
    )
    _, outputs = run(tmp_path, listen, raises=True)
    assert plain(outputs[:1]) == "error\n"
    assert outputs[1].ename == "RecordingNotFound"
    assert len(outputs[1].traceback) <= 6
    assert "nothing is recorded for this path" in "\n".join(outputs[1].traceback)


def test_the_cell_to_copy_stays_in_replay_in_the_notebook(tmp_path: Path) -> None:
    """It neither runs its main lines nor leaves the plain SDK behind for the cells after it."""
    again = "client = OpenAI()\n"
    _, defined, asked, called = run(tmp_path, PROGRAM, again + ASK, "ask(OpenAI())")
    assert "Defined." in plain(defined)
    assert "You said: tide" in plain(asked)
    assert "You said: tide" in plain(called)


def test_retries_are_visible(tmp_path: Path) -> None:
    practice = (
        "from tests.support import serve\n"
        "with serve(faults=['429:0.05']) as url:\n"
        f"    print({ASK.replace('client.', 'OpenAI(base_url=url).')})"
    )
    _, outputs = run(tmp_path, practice)
    assert re.search(r"retry 1 of 4 in \d\.\d\d s after 429 rate_limit_exceeded", plain(outputs))
