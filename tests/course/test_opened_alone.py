"""A lesson opened alone: where the package is missing, and where no front end names the notebook."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_core.utils import run_sync

from oaiworkbook import settings
from oaiworkbook.course import cells, lessons, notebook
from oaiworkbook.course.running import run as running
from oaiworkbook.course.running.kernels import session

from ..authoring.course import NOTEBOOKS
from ..authoring.lesson import Lesson

STREAMING = NOTEBOOKS / "03_streaming.ipynb"
# With the extra `agents` imported by an earlier test, the hooks ask for its errors as well.
SHELL = SimpleNamespace(custom_exceptions=(), set_custom_exc=lambda *_: None)
SOURCES = [cell.source for _, cell in Lesson.read(STREAMING).code]
MISSING = """
import sys
for name in [name for name in sys.modules if name.partition(".")[0] == "oaiworkbook"]:
    del sys.modules[name]  # a warm kernel has imported it
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "oaiworkbook":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
"""


async def run_all(client: AsyncKernelClient, sources: list[str]) -> tuple[list[str], list[Any]]:
    """Sends the cells one after the other, as Run All does: how each ended, and what was shown."""
    asked = []
    for source in sources:
        asked.append(client.execute(source))
        await asyncio.sleep(0.01)  # a kernel that has failed by then runs what comes after
    ended: dict[str, str] = {}
    while not ended.keys() >= set(asked):
        reply = await client.get_shell_msg(timeout=60)
        ended[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
    last = client.execute("")
    shown = []
    while True:
        message = await client.get_iopub_msg(timeout=60)
        if message["msg_type"] in ("stream", "error", "display_data", "execute_result"):
            shown.append(message["content"])
        ours = message["parent_header"].get("msg_id") == last
        if ours and message["content"].get("execution_state") == "idle":
            return [ended[each] for each in asked], shown


def test_without_the_package_one_line_says_so_and_nothing_else_runs(tmp_path: Path) -> None:
    lesson = Lesson.read(STREAMING).notebook
    with session(lesson, tmp_path, mode="replay", lesson="03_streaming", startup=MISSING) as client:
        ended, shown = run_sync(run_all)(client.kc, SOURCES)
    assert ended == ["error"] + ["aborted"] * (len(SOURCES) - 1)
    assert shown == [
        {
            "name": "stderr",
            "text": "UsageError: No module named 'oaiworkbook'. To install it, see the top of this "
            "lesson.\n",
        }
    ]


def test_a_lesson_that_nobody_names_finds_its_costs(tmp_path: Path) -> None:
    """As in Colab, which tells a kernel nothing of the notebook."""
    path = tmp_path / "Untitled.ipynb"
    path.write_bytes(STREAMING.read_bytes())
    nameless = {
        "OAIWORKBOOK_LESSON": None,
        "OAIWORKBOOK_LEDGER": str(tmp_path / "calls.sqlite"),
    }
    result = running.execute(path, mode="replay", lesson="", env=nameless)
    assert result.ok, result.failures
    [summed] = [n for n, source in enumerate(SOURCES) if "costs(lesson=" in source]
    ran = [cell for cell in result.notebook.cells if cell.cell_type == "code"][summed]
    stored = Lesson.read(STREAMING).code[summed][1]
    assert plain(ran) == plain(stored)
    assert "gpt-6-luna" in plain(ran)[0]


def plain(cell: Any) -> list[str]:
    return [output["data"]["text/plain"] for output in cell.outputs if "data" in output]


def test_only_a_cell_that_one_lesson_alone_has_tells_the_lesson(tmp_path: Path) -> None:
    assert cells.lesson_of(SOURCES[1]) == "03_streaming"
    assert cells.lesson_of(f"\n{SOURCES[1]}\n") == "03_streaming"
    assert cells.lesson_of(SOURCES[0]) is None  # of all lessons
    assert cells.lesson_of(f"{SOURCES[1]} + 1") is None
    assert cells.lesson_of("") is None


def test_a_broken_notebook_of_the_course_stops_no_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = {"cell_type": "code", "source": ["1 + ", "1"], "metadata": {}}
    for name, text in {
        "01_cut": '{"cells": [',
        "02_other": '{"x": 1}',
        "03_bare": json.dumps({"cells": [cell, {"cell_type": "code"}]}),
    }.items():
        (tmp_path / f"{name}.ipynb").write_text(text, "utf-8")
    files = sorted(tmp_path.glob("*.ipynb"))
    monkeypatch.setattr(lessons, "shipped", lambda: [*files, tmp_path / "04_gone.ipynb"])
    assert [path.stem for path in lessons.shipped() if list(cells._code(path))] == ["03_bare"]


@pytest.mark.parametrize(
    ("variables", "lesson"),
    [
        ({}, "03_streaming"),
        ({"OAIWORKBOOK_MODE": "record"}, None),
        ({"OAIWORKBOOK_LESSON": "my_own"}, "my_own"),
        ({"JPY_SESSION_NAME": "folder/mine.ipynb"}, "mine"),
    ],
)
def test_a_cell_tells_the_lesson_where_nothing_else_does(
    variables: dict[str, str], lesson: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "")  # so that what the hook sets is taken back
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    hooks = notebook.Hooks(SHELL)
    hooks.before(SimpleNamespace(raw_cell="something = 'else'"))
    hooks.before(SimpleNamespace(raw_cell=SOURCES[1]))
    assert settings.lesson() == lesson


def test_an_odd_name_of_a_lesson_breaks_no_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "../x")
    hooks = notebook.Hooks(SHELL)
    hooks.before(SimpleNamespace(raw_cell=SOURCES[1]))
