"""A small course in a folder of its own, for tests that must not depend on the real lessons."""

import json
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from oaiworkbook import settings

ROOT = Path(__file__).parents[1]
GIT = ("git", "-c", "user.name=test", "-c", "user.email=test@example.com")


def notebook(path: Path, *cells: str) -> Path:
    """Writes a notebook of code cells."""
    node = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate(cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(node, path)
    return path


def course(folder: Path) -> Path:
    """Two lessons, one recording, the shipped tables. Not a clone: without pyproject.toml."""
    notebook(folder / "notebooks" / "00_start_here.ipynb", "1 + 1", "print('hello')")
    notebook(folder / "notebooks" / "03_streaming.ipynb", "2 + 2")
    notebook(folder / "notebooks" / "scratch.ipynb", "3 + 3")
    data = folder / "data"
    data.mkdir()
    for name in ("api.toml", "dated_facts.toml", "models.toml", "prices.toml"):
        shutil.copy(ROOT / "data" / name, data)
    recording(data / "recordings" / "03_streaming" / "01-responses-d5f91a3e.json")
    return folder


def recording(path: Path, source: str = "authored", day: str = "2026-11-20") -> Path:
    answer = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1763600000,
        "model": "gpt-6-luna",
        "status": "completed",
        "output": [],
        "usage": {
            "input_tokens": 1000,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 100,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 1100,
        },
    }
    content = {
        "request": {
            "method": "POST",
            "path": "/v1/responses",
            "body": {"model": "gpt-6-luna", "input": "hi"},
        },
        "answers": [{"status": 200, "headers": {}, "json": answer}],
        "provenance": {"source": source, "at": f"{day}T12:00:00Z", "sdk": "3.54.0"},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return path


def as_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The course as installed from a wheel, the current folder empty. Returns the course."""
    folder = course(tmp_path / "site-packages" / "course")
    _use(folder, monkeypatch)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder


def as_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The course as a git clone. Returns the clone."""
    folder = course(tmp_path / "clone")
    (folder / "pyproject.toml").touch()
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "x")):
        subprocess.run([*GIT, *command], cwd=folder, check=True)
    _use(folder, monkeypatch)
    monkeypatch.chdir(tmp_path)
    return folder


def _use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "course_dir", lambda: folder)
    # Kernels and servers are other processes: without it they would use the real recordings.
    monkeypatch.setenv("OAIWORKBOOK_DATA", str(folder / "data"))
