"""OAIWORKBOOK_RECORDINGS: a project's own recordings, in a folder of its own, outside the course."""

import json
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook import OpenAI, PracticeServer, RecordingNotFound, settings
from oaiworkbook.errors import SettingsError
from oaiworkbook.recordings.library import Library

from ..echo import MODEL, Echo
from ..support import record


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project" / "recordings"
    monkeypatch.setenv("OAIWORKBOOK_RECORDINGS", str(folder))
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    return folder


def ask(client: Any, words: str = "Is the ferry to Ryde late?") -> str:
    return str(client.responses.create(model=MODEL, input=words).output_text)


def test_it_is_made_with_the_first_answer_and_replays(own: Path) -> None:
    with pytest.raises(
        RecordingNotFound, match=r"nothing is recorded for this path in recordings/"
    ):
        ask(OpenAI())
    assert not own.exists()
    was = record(Echo(), ask)
    [path] = own.iterdir()
    assert path.name.startswith("01-responses-")
    assert ask(OpenAI()) == was


def test_the_course_s_recordings_do_not_answer(own: Path) -> None:
    [first, *_] = Library(settings.course_dir() / "data" / "recordings").paths("01_responses")
    body = json.loads(first.read_text("utf-8"))["request"]["body"]
    with pytest.raises(RecordingNotFound):
        OpenAI().responses.create(**body)


def test_a_miss_names_the_nearest_and_speaks_to_a_program(own: Path) -> None:
    record(Echo(), ask)
    with pytest.raises(RecordingNotFound) as missed:
        ask(OpenAI(), "Who?")
    assert f"nearest recording: recordings/{next(own.iterdir()).name}, differs in input" in str(
        missed.value
    )
    assert str(missed.value).endswith(
        "or record this one with OAIWORKBOOK_MODE=record (costs money)."
    )


def test_the_practice_server_replays_them(own: Path) -> None:
    was = record(Echo(), ask)
    with PracticeServer() as server:
        assert ask(OpenAI(mode="live", base_url=server.url, api_key="sk-test")) == was


def test_a_file_is_no_folder(own: Path) -> None:
    own.parent.mkdir()
    own.write_text("x")
    for used in (OpenAI, settings.check_paths):
        with pytest.raises(SettingsError, match="OAIWORKBOOK_RECORDINGS"):
            used()
