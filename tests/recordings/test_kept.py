"""What stays in memory after a search: a kernel lives for hours, and thirty of them share a machine."""

import gc
from pathlib import Path

import pytest

from oaiworkbook import settings
from oaiworkbook.client import OpenAI
from oaiworkbook.course.doctor import doctor
from oaiworkbook.errors import RecordingNotFound
from oaiworkbook.recordings.file import Recording
from oaiworkbook.recordings.library import Library


def recordings_in_memory() -> list[Recording]:
    gc.collect()
    return [each for each in gc.get_objects() if type(each) is Recording]


def added_to(before: list[Recording]) -> list[Recording]:
    """Those that are new. What was there may go meanwhile: an earlier test's client, for one."""
    known = {id(each) for each in before}
    return [each for each in recordings_in_memory() if id(each) not in known]


def test_a_miss_keeps_none_of_the_recordings_that_it_has_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "00_start_here")
    client, before = OpenAI(), recordings_in_memory()
    for _ in range(2):
        with pytest.raises(RecordingNotFound, match="nearest recording: 00_start_here/"):
            client.responses.create(
                model="gpt-6-luna",
                input="Write one friendly sentence: the bakery is closed on Saturday.",
                reasoning={"effort": "none"},
            )
    assert added_to(before) == []


def test_whose_answers_they_are_keeps_no_recording() -> None:
    library, before = Library(settings.data_dir() / "recordings"), recordings_in_memory()
    assert sum(library.origins(library.paths()).counts.values()) > 500
    assert added_to(before) == []
    doctor()
    assert added_to(before) == []


def test_a_recording_that_answers_is_kept_and_read_again_when_its_file_changes(
    tmp_path: Path,
) -> None:
    source = Library(settings.data_dir() / "recordings").paths("00_start_here")[0]
    copy = tmp_path / source.parent.name / source.name
    copy.parent.mkdir()
    copy.write_bytes(source.read_bytes())
    library = Library(tmp_path)
    first = library.read(copy)
    assert library.read(copy) is first
    copy.write_bytes(source.read_bytes().replace(b"authored", b"edited"))
    assert library.read(copy).provenance.source == "edited"
    assert [each.source for each in library.origins([copy]).counts] == ["edited"]
