"""The holes of nbval are closed: each kind of output compares, each kind of fault is noticed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from .authoring import build
from .authoring.surroundings import ROOT

v4: Any = nbformat.v4

# What a strict nbval fails on an unchanged notebook, or passes without a look. The two that write
# past Python wait a little: ipykernel reads those in a thread that the end of a cell does not await.
STEADY = [
    "print('text')",
    "{'a': 1}",
    "from IPython.display import HTML, clear_output, display\nh = display('old', display_id=True)\nh.update('new')",
    "for n in range(3):\n    clear_output(wait=True)\n    print(n)",
    "import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    print('inside')\nprint('outside')",
    "import os, time\nos.write(1, b'raw ')\ntime.sleep(0.5)",
    "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'])\ntime.sleep(0.5)",
    "object()",
    "import warnings\nwarnings.warn('careful')",
    "import sys\nprint('err', file=sys.stderr)\nprint('out')",
    "import asyncio\nawait asyncio.sleep(0)",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 1])\nplt.show()",
    "_ + _i[:0] if isinstance(_, str) else 'history'",
    "print({name: os.environ.get(name) for name in ('OAIWORKBOOK_MODE', 'OAIWORKBOOK_PACE', 'OPENAI_API_KEY', 'https_proxy', 'PYTEST_CURRENT_TEST', 'PYTEST_ADDOPTS')})",
    "print(os.environ['OAIWORKBOOK_LEDGER'] == 'the user\\'s own')",
]
RAISES = "1 / 0"
START = "%load_ext oaiworkbook"


def notebook(
    folder: Path, name: str, *sources: str, tags: dict[int, list[str]] | None = None
) -> Path:
    cells = [
        v4.new_code_cell(source, metadata={"tags": (tags or {}).get(number, [])})
        for number, source in enumerate(sources)
    ]
    path = folder / name
    build.write(v4.new_notebook(cells=[*cells, v4.new_markdown_cell("# End")]), path)
    return path


def built(path: Path) -> Any:
    """The notebook with the outputs of a run stored, as the build stores them."""
    stored = v4.reads(path.read_text("utf-8"))
    fresh, _ = build.run(path)
    build.store_outputs(stored, fresh)
    build.clean(stored)
    build.write(stored, path)
    return stored


def printed(folder: Path, name: str, *numbers: int) -> tuple[Path, Any]:
    """A notebook that prints numbers, its outputs stored without a run."""
    path = notebook(folder, name, *(f"print({number})" for number in numbers))
    stored = v4.reads(path.read_text("utf-8"))
    for count, number in enumerate(numbers, start=1):
        output = v4.new_output("stream", name="stdout", text=f"{number}\n")
        stored.cells[count - 1].update(execution_count=count, outputs=[output])
    build.write(stored, path)
    return path, stored


def pytest_in(folder: Path) -> list[str]:
    """A pytest that knows the plugin and nothing of this project's own options."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini")]
    return [*command, "--rootdir", str(folder), "-p", "tests.nbval_plugin"]


def nbval(*paths: Path, more: tuple[str, ...] = ()) -> dict[str, str]:
    """`file::cell` -> outcome, of strict nbval with the plugin, in a process of its own."""
    user = {
        "OAIWORKBOOK_LEDGER": "the user's own",
        "OAIWORKBOOK_PACE": "1",
        "OAIWORKBOOK_MODE": "live",
        "OPENAI_API_KEY": "sk-test",
        "https_proxy": "http://127.0.0.1:9",
        "PYTEST_ADDOPTS": "--durations=3",
    }
    command = [*pytest_in(paths[0].parent), "--nbval", "-rA", "-q", "--color=no", *more]
    result = subprocess.run(
        [*command, *map(str, paths)],
        capture_output=True,
        check=False,
        timeout=90,
        cwd=ROOT,
        env={**os.environ, **user},
        text=True,
        encoding="utf-8",
    )
    outcomes = {}
    for line in result.stdout.splitlines():
        outcome, _, rest = line.partition(" ")
        if outcome in ("PASSED", "FAILED", "ERROR", "XFAIL", "SKIPPED"):
            outcomes[rest.partition(" - ")[0]] = outcome
    assert outcomes, result.stdout + result.stderr
    outcomes["text"] = result.stdout
    return outcomes


def test_what_nbval_fails_on_unchanged_notebooks_compares(tmp_path: Path) -> None:
    path = notebook(
        tmp_path, "90_steady.ipynb", *STEADY, RAISES, tags={len(STEADY): ["raises-exception"]}
    )
    built(path)
    outcomes = nbval(path)
    text = outcomes.pop("text")
    assert set(outcomes.values()) == {"PASSED"}, text
    assert len(outcomes) == len(STEADY) + 2


PICTURES = """\
import io
from base64 import b64encode

import numpy as np
from IPython.display import HTML, Image, display
from PIL import Image as Pillow


def png(level, size=100, odd=0):
    pixels = np.full((size, size, 3), level, dtype="uint8")
    pixels[0, :odd] = 250 - level
    file = io.BytesIO()
    Pillow.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def embedded(level, **more):
    coded = b64encode(png(level, **more)).decode()
    display(HTML(f'<img alt="a square" src="data:image/png;base64,{coded}">'))"""
# (source when built, source when tested, what nbval has to say; None where it has to pass)
FAULTS = [
    ("print(1)", "print(2)", "mismatch 'stdout'"),
    ("embedded(0)", "embedded(100)", "100.00% of the pixels differ"),
    ("embedded(0)", "embedded(0, odd=5)", None),  # 5 pixels of 10,000
    ("embedded(0)", "embedded(0, odd=9)", "0.09% of the pixels differ"),
    ("embedded(0)", "embedded(30)", None),  # another version's anti-aliasing
    ("embedded(0)", "embedded(0, size=99)", "size 100x100 became 99x99"),
    ("display(Image(png(0)))", "display(Image(png(100)))", "100.00% of the pixels differ"),
    ("print(3)", "print(3); display(Image(png(0)))", "Unexpected output fields"),
    ("display(Image(png(0)))", "pass", "Missing output fields"),
]


def test_every_fault_fails_its_own_cell(tmp_path: Path) -> None:
    raising = ("1 / 0", "{}['k']", "1 / 0")
    sources = [PICTURES, *(source for source, _, _ in FAULTS), *raising, "print(4)", "print(5)"]
    first = len(FAULTS) + 1
    path = notebook(
        tmp_path,
        "90_faulty.ipynb",
        *sources,
        tags={first + number: ["raises-exception"] for number in range(3)},
    )
    stored = built(path)
    cells = stored.cells
    for cell, (_, source, _) in zip(cells[1:], FAULTS, strict=False):
        cell.source = source
    cells[first].source = "1 / 1"  # raises no longer
    cells[first + 1].outputs[0].ename = "IndexError"  # raises something else
    cells[first + 2].metadata.tags = []  # raises, and is not meant to
    cells[first + 3].metadata.tags = ["nbval-skip"]
    cells[first + 4].update(execution_count=None, outputs=[])  # stripped
    build.write(stored, path)
    expected = {
        **{number: words for number, (_, _, words) in enumerate(FAULTS, start=1) if words},
        first: "tagged raises-exception, and raised nothing",
        first + 1: "mismatch 'ename'",
        first + 2: "ZeroDivisionError: division by zero",
        first + 3: "Remove the tag or comment that skips this cell",
        first + 4: "Nothing is stored for this cell",
    }
    outcomes = nbval(path)
    text = outcomes.pop("text")
    failed = [name.partition("::Cell ")[2] for name, said in outcomes.items() if said == "FAILED"]
    assert failed == [str(number) for number in expected], text
    # Where the variable CI is set, pytest repeats each failure's first line in its summary.
    failures = text.partition("short test summary info")[0]
    sections = failures.split("Notebook cell execution failed")[1:]
    for section, words in zip(sections, expected.values(), strict=True):
        assert words in section


def test_a_dead_kernel_fails_the_rest_at_once(tmp_path: Path) -> None:
    path, stored = printed(tmp_path, "90_dead.ipynb", 1, 2, 3)
    stored.cells[1].source = "import os\nos._exit(1)"
    build.write(stored, path)
    outcomes = nbval(path, more=("--nbval-cell-timeout=300",))
    text = outcomes.pop("text")
    assert {name.partition("::")[2]: said for name, said in outcomes.items()} == {
        "Cell 0": "PASSED",
        "Cell 1": "FAILED",
        "Cell 2": "FAILED",
        "recordings": "PASSED",
    }
    assert "The kernel is gone: the kernel died while running: import os" in text
    assert "Not run: the kernel died" in text


def test_a_miss_is_noticed_even_where_the_lesson_swallows_it(tmp_path: Path) -> None:
    swallowed = (
        "from oaiworkbook import OpenAI, RecordingNotFound\n"
        "try:\n    OpenAI().responses.create(model='none', input='Never recorded.')\n"
        "except RecordingNotFound:\n    pass"
    )
    path, stored = printed(tmp_path, "90_miss.ipynb", 1, 2)
    stored.cells[1].source = swallowed
    stored.cells[1].outputs = []
    build.write(stored, path)
    outcomes = nbval(path)
    text = outcomes.pop("text")
    assert [k.partition("::")[2] for k, v in outcomes.items() if v == "FAILED"] == ["recordings"]
    assert "no recording for POST /v1/responses" in text


def test_a_question_of_ones_own_may_miss_in_its_cell_alone(tmp_path: Path) -> None:
    ask = (
        "from oaiworkbook import OpenAI\nOpenAI().responses.create(model='gpt-6-luna', input={!r})"
    )
    source = ask.format("Which tea is good against a cold night?")
    name = "01_own.ipynb"
    path = notebook(tmp_path, name, START, source, tags={1: ["raises-exception", "own"]})
    stored = built(path)
    outcomes = nbval(path)
    text = outcomes.pop("text")
    assert set(outcomes.values()) == {"PASSED"}, text
    stored.cells[1].metadata.tags = ["raises-exception"]
    build.write(stored, path)
    outcomes = nbval(path)
    text = outcomes.pop("text")
    assert [k.partition("::")[2] for k, v in outcomes.items() if v == "FAILED"] == ["recordings"]
    assert "no recording for POST /v1/responses" in text


def test_notebooks_spread_over_two_processes(tmp_path: Path) -> None:
    paths = [printed(tmp_path, f"9{n}_x.ipynb", n, 7)[0] for n in range(3)]
    outcomes = nbval(*paths, more=("-n", "2", "--dist", "loadfile"))
    outcomes.pop("text")
    assert list(outcomes.values()) == ["PASSED"] * 9


def test_without_nbval_the_plugin_collects_nothing(tmp_path: Path) -> None:
    path = notebook(tmp_path, "90_x.ipynb", "1 / 0")
    command = [*pytest_in(tmp_path), "-q", str(path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert b"no tests ran" in result.stdout
