"""The programs in TypeScript that lessons show run with Node and the npm package `openai`.

Needs both: `npm install --global openai`, or a folder that OAIWB_NODE_MODULES names. Skipped without.
The programs name no types, so that every Node takes them as JavaScript.
"""

import ast
import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from oaiworkbook.practice.server import PracticeServer

from ..authoring import copied
from ..authoring.course import lessons
from ..authoring.lesson import Lesson

PROGRAM = re.compile(r"^```typescript\n(.*?)^```", re.DOTALL | re.MULTILINE)
# `const HOUSE = "...";`: what the cell to copy has under this name.
LEFT_OUT = re.compile(r'(?<=^const )(?P<name>[A-Z]+) = "\.\.\."', re.MULTILINE)


def programs() -> list[tuple[Path, str]]:
    """Each lesson with a program in TypeScript, and the program."""
    return [
        (path, found[1])
        for path in lessons()
        for _, cell in Lesson.read(path).markdown
        for found in PROGRAM.finditer(cell.source)
    ]


def whole(path: Path, program: str) -> str:
    """The program with the texts that it takes from the cell to copy."""
    texts = {
        ast.unparse(node.targets[0]): node.value.value
        for node in ast.parse(copied.source(path)).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    return LEFT_OUT.sub(lambda m: f"{m['name']} = {json.dumps(texts[m['name']])}", program)


@cache
def node_modules() -> Path | None:
    """The folder with the npm package `openai`; None where it or Node is missing."""
    npm = shutil.which("npm")
    if not shutil.which("node") or npm is None:
        return None
    folder = os.environ.get("OAIWB_NODE_MODULES")
    if folder is None:
        asked = subprocess.run(
            [npm, "root", "--global"], capture_output=True, text=True, check=False
        )
        folder = asked.stdout.strip()
    return Path(folder) if Path(folder, "openai").is_dir() else None


@pytest.mark.parametrize(("path", "program"), programs(), ids=[path.stem for path, _ in programs()])
def test_it_runs_with_node(
    path: Path, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = node_modules()
    if modules is None:
        pytest.skip("npm install --global openai")
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    (tmp_path / "node_modules").symlink_to(modules, target_is_directory=True)
    file = tmp_path / "program.mjs"
    file.write_text(whole(path, program), "utf-8")
    with PracticeServer(lesson=path.stem) as server:
        env = {**os.environ, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-test"}
        done = subprocess.run(
            ["node", file.name],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert [seen.answered for seen in server.log] == ["200"]


def test_there_is_one() -> None:
    assert [path.name[:2] for path, _ in programs()][:1] == ["01"]
