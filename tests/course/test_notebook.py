"""What `%load_ext oaiworkbook` does to a notebook, in a real kernel."""

import re
import subprocess
import sys
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


CUT = (
    "from pydantic import BaseModel\n"
    "from oaiworkbook.course.exercises.probe import Probe, text_answer\n"
    "class Form(BaseModel):\n    desk: str\n"
    "client = Probe([text_answer('{\"desk\":', status='incomplete')]).client\n"
    "def read(text): return Form.model_validate_json(text)\n"
)


def test_a_cut_answer_that_cannot_be_parsed_shows_the_learner_s_lines(tmp_path: Path) -> None:
    ask = "client.responses.parse(model='gpt-6-luna', input='tide', text_format=Form)"
    _, outputs = run(tmp_path, CUT + ask, raises=True)
    (error,) = (o for o in outputs if o.output_type == "error")
    text = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    assert error.ename == "ValidationError"
    assert "client.responses.parse(" in text
    assert "Invalid JSON: EOF" in text
    assert "site-packages" not in text
    assert len(text.splitlines()) <= 15, text


def test_a_validation_error_of_the_learner_s_own_call_is_shown_as_ever(tmp_path: Path) -> None:
    _, outputs = run(tmp_path, CUT + "read('{')", raises=True)
    (error,) = (o for o in outputs if o.output_type == "error")
    text = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    assert error.ename == "ValidationError"
    assert "in read(text)" in text
    assert "pydantic" in text.partition("ValidationError: ")[0], "Pydantic's own frame"


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


ERRORS = {
    "refused": "OpenAI(mode='live', base_url='http://127.0.0.1:9/v1', api_key='x', max_retries=0)"
    ".responses.create(model='gpt-6-luna', input='hi')",
    "reset": "OpenAI(base_url=URL + 'reset', max_retries=0).responses.create(model='m', input='hi')",
    "hang": "OpenAI(base_url=URL + 'hang', max_retries=0, timeout=0.2)"
    ".responses.create(model='m', input='hi')",
    "deadline": "OpenAI(base_url=URL + 'hang', deadline=0.2).responses.create(model='m', input='hi')",
    "interrupt": "import signal, threading\n"
    "threading.Timer(0.3, signal.raise_signal, [signal.SIGINT]).start()\n"
    "OpenAI(base_url=URL + 'hang', max_retries=0).responses.create(model='m', input='hi')",
    "group": "import asyncio\nfrom oaiworkbook import AsyncOpenAI\nasync with asyncio.TaskGroup() as g:\n"
    "    for n in range(3):\n"
    "        g.create_task(AsyncOpenAI().responses.create(model='gpt-6-luna', input=f'{n}'))",
    "several": "found = []\nfor n in range(3):\n    try:\n"
    "        OpenAI().responses.create(model='gpt-6-luna', input=f'{n}')\n"
    "    except Exception as error: found.append(error)\nraise ExceptionGroup('three', found)",
    "in functions": "def one(): return two()\ndef two(): return three()\ndef three():\n"
    "    return OpenAI(base_url=URL + 'reset', max_retries=0).responses.create(model='m', input='x')\n"
    "one()",
}
SERVERS = """
from oaiworkbook import PracticeServer
servers = {name: PracticeServer([name + "*"]).__enter__() for name in ("reset", "hang")}
class Url(str):
    def __add__(self, name): return servers[name].url
URL = Url()
"""


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_without_a_response_takes_few_lines(tmp_path: Path, name: str) -> None:
    *_, outputs = run(tmp_path, SERVERS, ERRORS[name], raises=True)
    [shown] = [each for each in outputs if each.output_type == "error"]
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(shown.traceback))
    assert len(text.splitlines()) <= 15, text
    last = ERRORS[name].splitlines()[-1].strip()
    assert last[:30] in text or name in ("in functions", "group"), "the learner's own line"
    if name in ("refused", "reset", "hang", "in functions"):
        assert re.search(r"address http://127\.0\.0\.1:\d+/v1/responses", text)
    if name == "refused":
        assert "ConnectionRefusedError" in text
        assert "may have billed" not in str(outputs)
    if name in ("group", "several"):
        assert "RecordingNotFound" in text
    if name == "several":  # of a TaskGroup the first one may have cancelled the others
        assert "and 1 more" in text


TURNS = """
from oaiworkbook.course.exercises.probe import Probe, call_item, text_answer
@agents.function_tool
def tide() -> int: return 3
probe = Probe([text_answer("", output=[call_item("tide", "{}")])])
model = agents.OpenAIResponsesModel("gpt-6-luna", probe.async_client)
agent = agents.Agent("Pilot", model=model, tools=[tide])
await agents.Runner.run(agent, "When?", max_turns=2)
"""


def test_an_error_of_the_agents_sdk_shows_the_learner_s_lines(tmp_path: Path) -> None:
    pytest.importorskip("agents", reason="pip install -e '.[agents]'")
    off = "import agents\nagents.set_tracing_disabled(True)"
    *_, outputs = run(tmp_path, off, TURNS, raises=True)
    [shown] = [each for each in outputs if each.output_type == "error"]
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(shown.traceback))
    assert len(text.splitlines()) <= 15, text
    assert "await agents.Runner.run(agent" in text
    assert "MaxTurnsExceeded: Max turns (2) exceeded" in text
    assert "site-packages" not in text


def test_exercises_are_at_hand_right_after_the_start_cell(tmp_path: Path) -> None:
    *_, outputs = run(tmp_path, "callable(check), callable(hint), callable(solution)")
    assert plain(outputs) == "(True, True, True)"


def test_the_first_cell_run_again_says_the_mode_again(tmp_path: Path) -> None:
    for outputs in run(tmp_path, START, START):
        assert "mode replay" in plain(outputs)
        assert "already loaded" not in plain(outputs)


def test_a_program_of_one_s_own_runs_and_the_cell_to_copy_does_not(tmp_path: Path) -> None:
    mine = (
        "def mine():\n    print('mine ran')\n\n"
        "if __name__ == '__main__':\n    mine()\nelse:\n    1 / 0"
    )
    copied = (
        "from openai import OpenAI\n\ndef read_aloud():\n    print('called')\n\n"
        "if __name__ == '__main__':\n    read_aloud()"
    )
    main = mine.replace("mine", "main")  # a name that a cell to copy has, among others
    _, own, too, held, module = run(tmp_path, mine, main, copied, "OpenAI.__module__")
    assert plain(own).strip() == "mine ran"
    assert plain(too).strip() == "main ran"
    assert plain(held).startswith("Defined. The lines under __main__")
    assert "oaiworkbook" in plain(module)


SCRIPT = """
import os
os.environ["OPENAI_API_KEY"] = "of somebody"
get_ipython().run_line_magic("load_ext", "oaiworkbook")
from openai import OpenAI
print(OpenAI().responses.create(model="gpt-6-luna", input="tide").output_text)
"""


def test_a_lesson_as_a_script_makes_no_live_call_in_replay(tmp_path: Path) -> None:
    (tmp_path / "lesson.py").write_text(SCRIPT)
    command = [sys.executable, "-m", "IPython", f"--ipython-dir={tmp_path / 'ip'}", "lesson.py"]
    (tmp_path / "ip" / "profile_default").mkdir(parents=True)
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert "You said: tide" in ran.stdout, ran.stderr
