"""What the tests of the plumbing share: a data folder of their own, and recording into it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook import settings
from oaiworkbook.client import OpenAI
from oaiworkbook.practice.server import PracticeServer, Source

LESSON = "90_plumbing"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder with the tables, used by everything in this test; no waits."""
    folder = tmp_path / "data"
    (folder / "recordings").mkdir(parents=True)
    for table in (settings.course_dir() / "data").glob("*.toml"):
        shutil.copy(table, folder)
    monkeypatch.setenv("OAIWORKBOOK_DATA", str(folder))
    monkeypatch.setenv("OAIWORKBOOK_LESSON", LESSON)
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    # Recorded below the daily cap, which sends no call of unknown price that nobody has allowed.
    monkeypatch.setenv("OAIWORKBOOK_ALLOW_UNKNOWN", "audio.speech,batches")
    return folder


def record(source: Source, use: Callable[[Any], Any], client: type[Any] = OpenAI) -> Any:
    """What `use(client)` returns with a client in record mode against `source`, over loopback."""
    with PracticeServer(source=source) as server:
        recording = client(mode="record", base_url=server.url, api_key="sk-test")
        try:
            return use(recording)
        finally:
            recording._client.state.drain()


def recordings(data: Path) -> list[Path]:
    return sorted((data / "recordings" / LESSON).glob("*.json"))


@contextmanager
def serve(faults: Sequence[str] = (), **options: Any) -> Iterator[str]:
    """The base URL of a practice server, for a test that needs no more of it."""
    with PracticeServer(faults, **options) as server:
        yield server.url
