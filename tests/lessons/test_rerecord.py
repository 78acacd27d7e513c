"""Record mode against the stand-in makes the shipped recordings again, but for when and with which SDK."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook import settings
from oaiworkbook.course.running import run as running

from ..authoring.standin import standin

COURSE = settings.course_dir()
LESSONS = sorted(
    path
    for path in (COURSE / "notebooks").glob("[0-9][0-9]_*.ipynb")
    if (COURSE / "data" / "recordings" / path.stem).is_dir()
)


def timeless(path: Path) -> Any:
    """A recording without what a clock wrote into it, and without the version of the SDK at the time."""
    whole = json.loads(path.read_text("utf-8"))
    for name in ("at", "sdk"):
        whole["provenance"].pop(name)
    for answer in whole["answers"]:
        answer.pop("ms", None)
        for event in answer.get("sse", []):
            event[0] = 0
        for frame in answer.get("frames", []):
            frame[1] = 0
    return whole


@pytest.mark.parametrize("notebook", LESSONS, ids=lambda path: path.stem)
def test_nothing_is_asked_for_that_was_deleted_before(notebook: Path) -> None:
    """The stand-in would answer, and the API would not: what deletes has the tag `cleanup`."""
    gone: dict[str, str] = {}
    folder = COURSE / "data" / "recordings" / notebook.stem
    for path in sorted(folder.glob("*.json"), key=lambda path: int(path.name.split("-")[0])):
        whole = json.loads(path.read_text("utf-8"))
        asked, well = whole["request"], whole["answers"][0]["status"] < 400
        if asked["method"] == "DELETE":
            gone |= {asked["path"].rpartition("/")[2]: path.name} if well else {}
            continue
        # The number of a version says nothing by itself.
        used = [id_ for id_ in gone if len(id_) > 8 and id_ in json.dumps(asked)]
        assert not (used and well), f"{path.name} asks for what {gone[used[0]]} has deleted"


@pytest.mark.parametrize("notebook", LESSONS, ids=lambda path: path.stem)
def test_recording_again_finds_no_difference(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = notebook.stem
    data = tmp_path / "data"
    shutil.copytree(COURSE / "data" / "samples", data / "samples")
    for table in (COURSE / "data").glob("*.toml"):
        shutil.copy(table, data)
    (data / "recordings").mkdir()
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")  # the stand-in answers at once
    with standin(lesson) as server:
        result = running.record(
            notebook,
            lesson=lesson,
            env={
                "OAIWORKBOOK_DATA": str(data),
                "OAIWORKBOOK_LEDGER": str(tmp_path / "ledger.sqlite"),
                "OAIWORKBOOK_MAX_USD": "5",
                "OPENAI_BASE_URL": server.url,
                "OPENAI_API_KEY": "sk-test",
                "OPENAI_ADMIN_KEY": "sk-test",  # lesson 40
            },
        )
    assert result.ok, "\n".join(map(str, result.failures))
    shipped, again = COURSE / "data" / "recordings" / lesson, data / "recordings" / lesson
    assert {p.name for p in again.iterdir()} == {p.name for p in shipped.iterdir()}
    for path in sorted(again.iterdir()):
        if path.suffix == ".json":
            assert timeless(path) == timeless(shipped / path.name), path.name
        else:
            assert path.read_bytes() == (shipped / path.name).read_bytes(), path.name
