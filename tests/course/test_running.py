"""Headless runs: what counts as a failure, what the kernel sees, what a learner may play."""

import asyncio
import gc
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_core.utils import ensure_event_loop

from oaiworkbook.course.running import kernels
from oaiworkbook.course.running import run as running
from oaiworkbook.course.running.kernels import session
from oaiworkbook.course.running.play import exercises, play, plays
from oaiworkbook.course.running.run import execute, record
from oaiworkbook.errors import NotebookError

v4: Any = nbformat.v4
untyped: Any = nbformat


def code(source: str, *tags: str) -> Any:
    return v4.new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source: str) -> Any:
    return v4.new_markdown_cell(source)


def saved(folder: Path, *cells: Any, name: str = "90_plumbing.ipynb") -> Path:
    path = folder / name
    untyped.write(v4.new_notebook(cells=list(cells)), path)
    return path


def run(path: Path, **options: Any) -> running.RunResult:
    return execute(path, mode="replay", lesson=path.stem, **options)


def test_a_run_fills_in_outputs_counts_cells_and_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOREIGN", "kept")
    monkeypatch.setenv("JPY_SESSION_NAME", "elsewhere.ipynb")
    startup = Path(os.environ["IPYTHONDIR"], "profile_default", "startup")
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("mine = 1")
    names = [
        "OAIWORKBOOK_MODE",
        "OAIWORKBOOK_LESSON",
        "OAIWORKBOOK_PACE",
        "FOREIGN",
        "GIVEN",
        "TAKEN",
    ]
    monkeypatch.setenv("TAKEN", "away")
    path = saved(
        tmp_path,
        text("# Title"),
        code(f"import os\nprint([os.environ.get(name) for name in {names}])"),
        code("print(sorted({'mine', 'early'} & set(globals())), 'JPY_SESSION_NAME' in os.environ)"),
        code("print(os.getcwd() == " + repr(str(tmp_path)) + ")\n'end'"),
    )
    before = path.read_bytes()
    seen: list[tuple[int, int]] = []
    result = run(
        path,
        env={"GIVEN": "yes", "TAKEN": None},
        on_cell=lambda done, total: seen.append((done, total)),
        startup="early = 1",
    )
    assert result.failures == []
    assert result.ok
    shown = [
        o.get("text") or o.data["text/plain"] for c in result.notebook.cells[1:] for o in c.outputs
    ]
    assert shown == [
        "['replay', '90_plumbing', '0', 'kept', 'yes', None]\n",
        "['early'] False\n",
        "True\n",
        "'end'",
    ]
    assert [c.execution_count for c in result.notebook.cells[1:]] == [1, 2, 3]
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert path.read_bytes() == before


def test_the_kernel_needs_no_ports_where_the_system_has_sockets(tmp_path: Path) -> None:
    asked = "import json\nfrom ipykernel import get_connection_file\n"
    asked += "print(json.load(open(get_connection_file()))['transport'])"
    result = run(saved(tmp_path, code(asked)))
    assert result.notebook.cells[0].outputs[0].text.strip() == (
        "tcp" if sys.platform == "win32" else "ipc"
    )


def test_it_stops_at_the_first_error_and_says_which(tmp_path: Path) -> None:
    result = run(
        saved(tmp_path, code("x = 1"), code("raise ValueError('no\\nmore')"), code("x = 2"))
    )
    assert [str(failure) for failure in result.failures] == ["cell [2]: ValueError: no"]
    assert "more" in result.failures[0].traceback
    assert result.notebook.cells[2].execution_count is None


def test_a_cell_that_is_meant_to_raise_has_to(tmp_path: Path) -> None:
    path = saved(
        tmp_path, code("1 / 0", "raises-exception"), code("1", "raises-exception"), code("print(3)")
    )
    result = run(path)
    assert [str(f) for f in result.failures] == [
        "cell [2]: tagged raises-exception, and raised nothing"
    ]
    assert result.notebook.cells[2].outputs[0].text == "3\n"


MISS = "from oaiworkbook import RecordingNotFound\nraise RecordingNotFound('no recorded answer')"


def test_a_cell_of_ones_own_may_miss_its_recording_and_raise_nothing_else(tmp_path: Path) -> None:
    own = ("raises-exception", "own")
    cells = [code(MISS, *own), code("1", *own), code("1 / 0", *own), code("print(3)")]
    for mode in ("replay", "live"):
        result = execute(saved(tmp_path, *cells), mode=mode, lesson="90_plumbing")
        (failure,) = result.failures
        assert str(failure) == "cell [3]: ZeroDivisionError: division by zero"
        assert "division by zero" in failure.traceback
        assert result.notebook.cells[1].outputs[0].data["text/plain"] == "1"
        assert result.notebook.cells[3].outputs[0].text == "3\n"


def test_a_cell_that_hangs_is_a_failure_and_not_a_traceback(tmp_path: Path) -> None:
    path = saved(tmp_path, code("import time"), code("while True:\n    time.sleep(1)"))
    result = run(path, timeout=1)
    assert [str(failure) for failure in result.failures] == [
        "cell [2]: still running after 1 seconds, stopped: while True:"
    ]


def test_a_kernel_that_dies_is_noticed_long_before_the_timeout(tmp_path: Path) -> None:
    result = run(saved(tmp_path, code("import os\nos._exit(1)"), code("1")), timeout=300)
    assert [str(failure) for failure in result.failures] == [
        "cell [1]: the kernel died while running: import os"
    ]
    assert result.seconds < 60


def test_a_kernel_that_cannot_start_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        kernels, "nursery_for", lambda env: None
    )  # a warm process needs no launcher
    path = saved(tmp_path, code("1"))
    result = run(path, env={"PYTHONPATH": _broken_ipykernel(tmp_path)})
    assert [failure.cell for failure in result.failures] == [0]
    assert "this kernel is broken" in result.failures[0].traceback


def _broken_ipykernel(folder: Path) -> str:
    package = folder / "path" / "ipykernel_launcher.py"
    package.parent.mkdir()
    package.write_text("raise SystemExit('this kernel is broken')")
    return str(package.parent)


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"cells": 3, "nbformat": 4}'])
def test_a_notebook_that_cannot_be_read(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "03_x.ipynb"
    if content is not None:
        path.write_text(content)
    expected = "There is no notebook" if content is None else "oaiworkbook reset 03"
    with pytest.raises(NotebookError, match=expected):
        run(path)


LESSON = (
    code("size = 1\nsaid = []"),
    code("said.append(size)\nprint(size * 10, len(said))"),
    text("**Change one thing.** Replace `10` with `20` and run the cell again."),
    code("answer = ...", "exercise"),
    code('print(check("90-1", answer))', "check"),
    code("print(said, answer)"),
)
CHECK = "def check(id_, answer):\n    return (id_, answer)\n"


def test_what_there_is_to_play(tmp_path: Path) -> None:
    notebook = running.read(saved(tmp_path, *LESSON))
    assert exercises(notebook) == {"90-1": (3, 4)}
    found = plays(notebook, {"90-1": [("reference", "answer = 4")], "90-2": [("none", "x")]})
    assert [(p.cell, p.name, p.source) for p in found] == [
        (1, "with `20` for `10`", "said.append(size)\nprint(size * 20, len(said))"),
        (3, "90-1, reference", "answer = 4"),
    ]


def test_playing_runs_each_change_and_then_the_original_again(tmp_path: Path) -> None:
    path = saved(tmp_path, *LESSON)
    answered = {"90-1": [("reference", "answer = 4"), ("too small", "answer = 3")]}
    result, played = play(path, answered, mode="replay", lesson="90_plumbing", startup=CHECK)
    assert result.failures == []
    outputs = [[o.text for o in p.outputs + p.checked] for p in played]
    assert outputs == [["20 2\n"], ["('90-1', 4)\n"], ["('90-1', 3)\n"]]
    # The original, the change and the original again; and the stub is a stub again.
    assert result.notebook.cells[5].outputs[0].text == "[1, 1, 1] Ellipsis\n"
    assert result.notebook.cells[1].outputs[0].text == "10 1\n"
    assert result.notebook.cells[4].outputs[0].text == "('90-1', Ellipsis)\n"


def test_a_change_may_raise_only_what_its_sentence_says(tmp_path: Path) -> None:
    invite = "Replace `1` with `{}` and run the cell again. It raises `ZeroDivisionError`."
    path = saved(
        tmp_path,
        code("1 / 1"),
        text(invite.format("0")),
        code("2 / 1"),
        text(invite.format("2").replace("`1`", "`2 /`").replace("with `2`", "with `4 /`")),
        code("3 / 1"),
        text("Replace `1` with `0` and run the cell again."),
    )
    cells = untyped.read(path, as_version=4)
    cells.cells[0].source = "4 / 1"
    untyped.write(cells, path)
    result, _ = play(path, {}, mode="replay", lesson="90_plumbing")
    assert [str(failure) for failure in result.failures] == [
        "cell [2]: with `4 /` for `2 /`: should raise ZeroDivisionError, and raised nothing",
        "cell [3]: with `0` for `1`: ZeroDivisionError: division by zero",
    ]


def test_recording_plays_changes_in_a_second_pass_that_only_fills_gaps(tmp_path: Path) -> None:
    log = tmp_path / "log"
    note = f"open({str(log)!r}, 'a').write(f'{{os.environ.get(\"OAIWORKBOOK_RECORD\")}} {{n}}\\n')"
    path = saved(
        tmp_path,
        code(f"import os\nn = 1\n{note}"),
        text("Replace `n = 1` with `n = 2` and run the cell again."),
    )
    result = record(path, lesson="90_plumbing")
    assert result.ok
    kept = re.sub(r" since \d+", " since", log.read_text()).splitlines()
    assert kept == ["None 1", "missing since 1", "missing since 2", "missing since 1"]


def test_recording_leaves_out_a_cell_of_ones_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    note = f"open({str(log)!r}, 'a').write(f'{{n}} ')"
    own = code(f"n = 7\n{note}", "raises-exception", "own")
    own.outputs = [v4.new_output("error", ename="RecordingNotFound", evalue="", traceback=[])]
    change = text("Replace `n = 1` with `n = 2` and run the cell again.")
    path = saved(tmp_path, code(f"n = 1\n{note}"), change, own, code(f"n = n + 2\n{note}"))
    seen: list[tuple[int, int]] = []
    result = record(path, lesson="90_plumbing", on_cell=lambda *counts: seen.append(counts))
    assert result.ok
    assert log.read_text().split() == ["1", "3", "1", "2", "1", "3"]
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    # What a stored error shows, a recording that fails may be.
    assert result.notebook.cells[2].outputs == []


@pytest.mark.parametrize(
    "changes", [[text("Replace `n = 1` with `n = 2` and run the cell again.")], []]
)
def test_what_cleans_up_runs_once_and_after_the_changes(tmp_path: Path, changes: list[Any]) -> None:
    log = tmp_path / "log"
    note = f"open({str(log)!r}, 'a').write(f'{{n}} ')"
    path = saved(tmp_path, code(f"n = 1\n{note}"), *changes, code(f"n = 7\n{note}", "cleanup"))
    assert record(path, lesson="90_plumbing").ok
    assert log.read_text().split() == (["1", "1", "2", "1", "7"] if changes else ["1", "1", "7"])
    assert run(path).ok
    assert log.read_text().endswith("1 7 ")


def test_recording_stops_before_the_second_pass_when_the_first_fails(tmp_path: Path) -> None:
    log = tmp_path / "log"
    path = saved(
        tmp_path,
        code(f"n = 1\nopen({str(log)!r}, 'a').write('x')\nn / 0"),
        text("Replace `n = 1` with `n = 2` and run the cell again."),
    )
    assert not record(path, lesson="90_plumbing").ok
    assert log.read_text() == "x"


def test_a_cell_that_is_interrupted_leaves_no_word_of_its_kernel(tmp_path: Path) -> None:
    """nbclient ends it with an exception that nobody takes, and asyncio would print that."""
    heard: list[dict[str, Any]] = []
    loop = ensure_event_loop()
    loop.set_exception_handler(lambda _, context: heard.append(context))
    node = v4.new_notebook(cells=[code("import time; time.sleep(60)")])
    try:
        with (
            suppress(KeyboardInterrupt),
            session(node, tmp_path, mode="replay", lesson="90_interrupted") as client,
        ):
            under_way = loop.create_task(client.async_execute_cell(node.cells[0], 0))
            loop.run_until_complete(asyncio.sleep(0.2))
            raise KeyboardInterrupt
        loop.run_until_complete(asyncio.sleep(1.5))  # it looks each second whether the kernel lives
        assert under_way.done()
        del under_way
        gc.collect()
    finally:
        loop.set_exception_handler(None)
    assert heard == []
