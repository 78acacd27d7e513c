"""A lesson under another name is the lesson still: its costs, its recordings, its start line."""

import json
from pathlib import Path

import pytest

from oaiworkbook import OpenAI, costs, settings
from oaiworkbook.course.notebook import StartLine

from ..authoring.surroundings import ROOT

SPEECH = ROOT / "notebooks" / "12_speech.ipynb"


@pytest.fixture(autouse=True)
def nothing_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings._copied_from.cache_clear()
    monkeypatch.delenv("OAIWORKBOOK_LESSON", raising=False)
    monkeypatch.delenv("OAIWORKBOOK_MODE", raising=False)
    monkeypatch.chdir(tmp_path)


def opened(name: str, monkeypatch: pytest.MonkeyPatch, text: str | None = None) -> None:
    """A notebook of this name in the kernel's folder, as Jupyter tells the kernel of it."""
    Path(f"{name}.ipynb").write_text(SPEECH.read_text("utf-8") if text is None else text, "utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", f"some/folder/{name}.ipynb")


@pytest.mark.parametrize("name", ["12_speech", "12_speech-Copy1", "my ferry"])
def test_the_title_tells_which_lesson_it_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(name, monkeypatch)
    assert settings.lesson() == "12_speech"
    monkeypatch.chdir("/")  # a lesson may go elsewhere
    assert settings.lesson() == "12_speech"


@pytest.mark.parametrize("text", ["", "{", '{"cells": []}', SPEECH.name, '"# 97 · No such lesson"'])
def test_a_notebook_of_one_s_own_keeps_its_name(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened("my ferry", monkeypatch, text)
    assert settings.lesson() == "my ferry"


def test_a_notebook_that_is_not_there_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "gone.ipynb")
    assert settings.lesson() == "gone"


def test_a_copy_records_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    opened("12_speech-Copy1", monkeypatch)
    monkeypatch.setenv("OAIWORKBOOK_MODE", "record")
    assert settings.lesson() == "12_speech-Copy1"


def test_costs_and_start_line_are_those_of_the_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = next((ROOT / "data" / "recordings" / "01_responses").glob("01-*.json"))
    body = json.loads(recording.read_text("utf-8"))["request"]["body"]
    text = (ROOT / "notebooks" / "01_responses.ipynb").read_text("utf-8")
    opened("my first call", monkeypatch, text)
    assert "answers written by us" in repr(StartLine())
    OpenAI().responses.create(**body)
    assert [total.calls for total in costs(lesson="01_responses").totals] == [1]
