"""A run recorded to the side: what it sees, and how its recordings take their places or are kept."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook.errors import RecordingError
from oaiworkbook.recordings import aside as aside_module
from oaiworkbook.recordings import library
from oaiworkbook.recordings.aside import UNFINISHED, Aside
from oaiworkbook.recordings.file import Answer, Provenance, write_recording
from oaiworkbook.recordings.library import Library
from oaiworkbook.recordings.requests import CanonicalRequest, canonical_parts
from oaiworkbook.recordings.secrets import Gate

from .. import small_course as course

LESSON = "03_streaming"
SOUND = {"status": 200, "headers": {"content-type": "audio/mpeg"}, "file": ".mp3"}
JSON = {"status": 200, "headers": {}, "json": {"id": "resp_2"}}
MADE = Provenance.model_validate({"source": "live", "at": "2026-11-30T12:00:00Z", "sdk": "x"})
HI = b'{"model": "gpt-6-luna", "input": "hi"}'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    data = course.course(tmp_path / "course") / "data"
    shutil.rmtree(data / "recordings" / LESSON)
    add(data, HI, {"status": 200, "headers": {}, "json": {"id": "resp_1"}})
    return data


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, empty in (("_started", {}), ("_written", set())):
        monkeypatch.setattr(library, name, empty)


def asked(body: bytes) -> CanonicalRequest:
    return canonical_parts("POST", "/v1/responses", "", "application/json", body)


def add(data: Path, body: bytes, answer: dict[str, Any] = JSON, sound: bytes = b"") -> Path:
    """Records as a kernel does that was given the data folder `data`."""
    made = Library(data / "recordings")
    request = asked(body)
    path = made.start(request, LESSON)
    made.add(path, request, Answer.model_validate(answer), MADE, sound, gate=Gate())
    return path


def files(home: Path) -> dict[str, bytes]:
    found = [path for path in home.rglob("*") if path.is_file()]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in found}


def test_a_run_sees_the_whole_data_folder_and_changes_nothing_of_it(home: Path) -> None:
    before = files(home)
    with Aside(home, LESSON) as aside:
        assert files(aside.data) == before
        path = add(aside.data, b'"new"')
        add(aside.data, HI)
        assert path.name.startswith("02-responses-"), "numbered after the lesson's present ones"
        assert files(home) == before
        assert [each.name[:2] for each in aside.new()] == ["01", "02"]
    assert files(home) == before
    assert not aside.data.exists()


def test_what_was_there_is_older_than_the_run_whatever_its_time_says(home: Path) -> None:
    (present,) = (home / "recordings" / LESSON).iterdir()
    os.utime(present, (2**32, 2**32))  # a folder whose clock is ahead
    with Aside(home, LESSON) as aside:
        copy = aside.data / present.relative_to(home)
        assert copy.stat().st_mtime < aside.began - 30
        assert aside.new() == []


def test_recordings_take_their_places_and_the_others_stay(home: Path) -> None:
    add(home, b'"not asked for again"')
    others = files(home)
    with Aside(home, LESSON) as aside:
        new, again = add(aside.data, b'"new"'), add(aside.data, HI)
        made = {path.name: path.read_bytes() for path in (new, again)}
        aside.place()
        assert aside.placed == 2
    folder = f"recordings/{LESSON}/"
    assert files(home) == others | {f"{folder}{name}": content for name, content in made.items()}


def test_sidecar_files_move_along_and_stale_ones_go(home: Path) -> None:
    for _ in range(2):
        add(home, b'"speak"', SOUND, b"old")
    folder = home / "recordings" / LESSON
    (folder / "01-notes.txt").touch()
    stem = next(folder.glob("*.mp3")).stem[: len("02-responses-01234567")]
    assert {f"{stem}.mp3", f"{stem}-2.mp3"} <= {path.name for path in folder.iterdir()}
    with Aside(home, LESSON) as aside:
        add(aside.data, b'"speak"', SOUND, b"new")
        aside.place()
    left = {path.name for path in folder.iterdir() if not path.name.startswith("01-responses-")}
    assert left == {"01-notes.txt", f"{stem}.json", f"{stem}.mp3"}
    assert (folder / f"{stem}.mp3").read_bytes() == b"new"


def test_wherever_placing_ends_what_new_answers_lead_to_is_there(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new answer has a new id, so what follows it in the lesson is a request of its own."""
    before = files(home)
    with Aside(home, LESSON) as aside:
        replaced = add(aside.data, HI)
        added = [add(aside.data, b'"follows"'), add(aside.data, b'"follows too"')]
        order: list[str] = []

        def until(path: Path, content: bytes) -> None:
            order.append(path.name)
            if len(order) == 3 and path.is_relative_to(home / "recordings"):
                raise RecordingError("no space left")
            write_recording(path, content)

        monkeypatch.setattr(aside_module, "write_recording", until)
        with pytest.raises(RecordingError):
            aside.place()
        assert order == [*(path.name for path in added), replaced.name]
        said = aside.keep()
    assert said.startswith(f"2 recordings of {LESSON} have taken their places. ")
    assert files(home).items() >= before.items()


def test_a_recording_that_cannot_be_read_stops_all_of_them(home: Path) -> None:
    before = files(home)
    with Aside(home, LESSON) as aside:
        add(aside.data, HI)
        add(aside.data, b'"new"').write_text("{")
        with pytest.raises(RecordingError):
            aside.place()
    assert files(home) == before


def test_two_runs_that_record_the_same_request_leave_one_file(home: Path) -> None:
    with Aside(home, LESSON) as one, Aside(home, LESSON) as two:
        add(one.data, b'"other"')
        first, second = add(one.data, b'"new"'), add(two.data, b'"new"')
        assert first.name != second.name
        one.place()
        two.place()
    folder = home / "recordings" / LESSON
    assert len(list(folder.glob(f"*{first.name[2:]}"))) == 1
    request = asked(b'"new"')
    assert Library(home / "recordings").find(request, LESSON) == folder / first.name


def test_what_a_failed_run_has_recorded_is_kept_in_one_place(home: Path) -> None:
    before = files(home)
    kept = home / UNFINISHED / LESSON
    with Aside(home, LESSON) as aside:
        add(aside.data, b'"speak"', SOUND, b"sound")
        add(aside.data, b'"other"')
        assert aside.keep() == (
            f"The recordings of {LESSON} are as they were. What this run has recorded (2 files) is "
            f"kept in {kept}, to look at. `oaiworkbook record 03` records again and replaces it."
        )
    assert {path.suffix for path in kept.iterdir()} == {".json", ".mp3"}
    with Aside(home, LESSON) as aside:
        assert not (aside.data / UNFINISHED).exists()
        path = add(aside.data, HI)
        assert "(1 file)" in aside.keep()
    assert [each.name for each in kept.iterdir()] == [path.name]
    assert len(Library(home / "recordings").paths()) == 1, "it is no recording of a lesson"
    with Aside(home, LESSON) as aside:
        assert aside.keep().endswith(" are as they were. Nothing was recorded.")
    assert [each.name for each in kept.iterdir()] == [path.name]
    with Aside(home, LESSON) as aside:
        aside.place()
    assert files(home) == before
    assert not (home / UNFINISHED).exists()


def test_what_another_lesson_has_left_stays(home: Path) -> None:
    with Aside(home, "04_state") as aside:
        add(aside.data, HI)
        aside.keep()
    with Aside(home, LESSON) as aside:
        aside.place()
    assert [path.name for path in (home / UNFINISHED).iterdir()] == ["04_state"]


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_sent(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RecordingError, match=r"Nothing was sent.*OAIWORKBOOK_DATA"):
        Aside(home / "nowhere", LESSON).__enter__()

    def read_only(dir: Path) -> None:  # noqa: A002
        raise OSError(30, "Read-only file system", str(dir))

    monkeypatch.setattr(aside_module.tempfile, "TemporaryFile", read_only)
    with pytest.raises(RecordingError, match=r"Read-only file system.*Nothing was sent"):
        Aside(home, LESSON).__enter__()


def test_files_that_another_run_is_moving_do_not_disturb(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "recordings" / LESSON / ".half.part").write_text("{")
    copy = shutil.copy2

    def late(source: str, target: str) -> None:
        if source.endswith(".json"):
            os.unlink(source)
        copy(source, target)

    monkeypatch.setattr(aside_module.shutil, "copy2", late)
    with Aside(home, LESSON) as aside:
        assert list((aside.data / "recordings" / LESSON).iterdir()) == []
