"""Each cell to copy passes the type checkers and the linter that its reader's project may have.

mypy with `--strict`, pyright in its default mode (basedpyright brings its engine) and ruff's default
rules, each once over all cells.
"""

import json
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ..authoring import copied
from ..authoring.course import lessons

COMMANDS = {
    "mypy": ("mypy", "--strict", "--no-incremental", "--output", "json"),
    "pyright": ("basedpyright", "--outputjson", "--pythonpath", sys.executable),
    "ruff": ("ruff", "check", "--isolated", "--output-format", "json"),
}
PYRIGHT = {"typeCheckingMode": "standard", "pythonVersion": "3.11"}


@cache
def said(tool: str) -> dict[str, list[str]]:
    """Name of a lesson -> what the tool says of its cell."""
    with TemporaryDirectory(prefix="oaiwb-") as folder:
        for path in lessons():
            # A module cannot begin with a digit.
            Path(folder, f"cell_{path.stem}.py").write_text(copied.source(path), "utf-8")
        Path(folder, "pyrightconfig.json").write_text(json.dumps(PYRIGHT), "utf-8")
        names = [f"cell_{path.stem}.py" for path in lessons()]
        module, *options = COMMANDS[tool]
        command = [sys.executable, "-m", module, *options, *names]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found = defaultdict(list)
    for file, line, words in _read(tool, done.stdout, done.stderr):
        found[Path(file).stem.removeprefix("cell_")].append(f"line {line}: {words[:200]}")
    return found


def _read(tool: str, out: str, err: str) -> list[tuple[str, int, str]]:
    try:
        if tool == "mypy":
            rows = [json.loads(line) for line in out.splitlines() if line.strip()]
            return [(r["file"], r["line"], r["message"]) for r in rows if r["severity"] == "error"]
        if tool == "ruff":
            return [(r["filename"], r["location"]["row"], r["message"]) for r in json.loads(out)]
        rows = json.loads(out)["generalDiagnostics"]
        return [(r["file"], r["range"]["start"]["line"] + 1, r["message"]) for r in rows]
    except (ValueError, KeyError) as error:
        raise AssertionError(f"{tool} gave no report: {out[:500]}{err[:500]}") from error


@pytest.mark.parametrize("tool", COMMANDS)
@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_the_cell_to_copy_fits_a_checked_project(path: Path, tool: str) -> None:
    assert said(tool).get(path.stem, []) == []


@pytest.mark.parametrize("tool", COMMANDS)
def test_the_tools_look_at_the_cells(tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spoiled = "import os\n\n\ndef total(a: int) -> int:\n    return undefined + a.upper()\n"
    monkeypatch.setattr(copied, "source", lambda path: spoiled)
    assert set(said.__wrapped__(tool)) == {path.stem for path in lessons()}
