"""Each cell to copy runs in a process without the workbook, and survives a first 429."""

import shutil
from pathlib import Path

import pytest

from oaiworkbook.practice.server import PracticeServer

from ..authoring import copied
from ..authoring.course import lessons


@pytest.mark.parametrize("faults", [[], ["429"]], ids=["calm", "429 first"])
@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_a_copy_cell_runs_on_its_own(
    path: Path, faults: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    for sample in _samples(path):
        shutil.copy(sample, tmp_path)
    with PracticeServer(faults=faults, lesson=path.stem) as server:
        result = copied.run(path, tmp_path, server.url)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()
    assert "oaiworkbook imported" not in result.stderr
    answered = [seen.answered for seen in server.log]
    assert answered[: len(faults)] == faults
    assert len(answered) > len(faults)
    assert set(answered[len(faults) :]) <= {"200", "101"}  # 101: a session begins


def _samples(path: Path) -> list[Path]:
    """Files that the cell names and a reader would have beside it."""
    folder = path.parent.parent / "data" / "samples"
    text = copied.source(path)
    return [each for each in sorted(folder.rglob("*.*")) if f'"{each.name}"' in text]
