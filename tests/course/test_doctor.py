"""`doctor` sees what a lesson needs, says what to do about each problem, and gives nothing away."""

import sqlite3
import sys
from importlib import metadata
from pathlib import Path

import pytest

from oaiworkbook import settings
from oaiworkbook.course.doctor import Finding, doctor

from .. import small_course as course


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return course.as_wheel(tmp_path, monkeypatch)


def line(name: str) -> Finding:
    found = [each for each in doctor().lines if each.name == name]
    assert len(found) == 1, found
    return found[0]


def test_healthy_machine_has_no_problem_and_shows_no_path() -> None:
    report = doctor()
    assert {each.status for each in report.lines} == {"ok"}
    assert str(Path.home()) not in repr(report)
    assert sys.prefix not in repr(report)
    lines = repr(report).splitlines()
    assert len(lines) == len(report.lines) + 1
    assert lines[-1] == "No problem found."


def test_html_has_a_line_for_each_check() -> None:
    report = doctor()
    html = report._repr_html_()
    assert html.count("<tr>") == len(report.lines) == html.count("\n") - 2


def test_recordings_are_counted_by_who_wrote_them(folder: Path) -> None:
    course.recording(
        folder / "data/recordings/00_start_here/01-x-aaaaaaaa.json", "live", "2026-11-21"
    )
    said = repr(doctor())
    assert "2 in 2 lessons" in said
    assert "1 authored (written by the makers of this course, not by OpenAI's models)" in said
    assert "1 live (answered by the API)" in said
    assert line("newest").text == "2026-11-21"


def test_recordings_of_a_project_in_place_of_the_course_s_are_noted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_RECORDINGS", str(tmp_path / "own"))
    assert line("in use").status == "note"
    assert "1 in 1 lessons" in repr(doctor())


def test_broken_recording_is_named(folder: Path) -> None:
    path = folder / "data/recordings/00_start_here/01-x-aaaaaaaa.json"
    path.parent.mkdir()
    path.write_text("{", encoding="utf-8")
    problems = doctor().problems
    assert [each.name for each in problems] == ["recordings"]
    assert str(path) in problems[0].text


def test_missing_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OAIWORKBOOK_DATA", str(tmp_path / "nowhere"))
    found = line("recordings")
    assert found.status == "problem"
    assert "OAIWORKBOOK_DATA" in found.text


def test_unknown_mode_is_a_problem_and_hides_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", "fast")
    report = doctor()
    assert "fast" in line("mode").text
    assert "mode" in [each.name for each in report.problems]
    assert line("Python").status == "ok"


@pytest.mark.parametrize(
    ("mode", "key", "url", "status", "says"),
    [
        ("replay", None, None, "ok", "not needed"),
        ("replay", "sk-test", None, "ok", "set in OPENAI_API_KEY, not used"),
        ("live", "sk-test", None, "ok", "set in OPENAI_API_KEY"),
        ("live", None, None, "problem", "Set OPENAI_API_KEY"),
        ("live", None, "http://127.0.0.1:8000/v1", "ok", "not needed"),
        ("live", "sk-test\n", None, "problem", "line break"),
        ("replay", " sk-test", None, "note", "space"),
    ],
)
def test_key_is_told_from_its_absence_and_never_shown(
    mode: str,
    key: str | None,
    url: str | None,
    status: str,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", mode)
    for name, value in (("OPENAI_API_KEY", key), ("OPENAI_BASE_URL", url)):
        if value is not None:
            monkeypatch.setenv(name, value)
    found = line("API key")
    assert (found.status, says in found.text) == (status, True), found
    assert "test" not in repr([each for each in doctor().lines if each.name == "API key"])
    assert "sk-" not in repr(doctor()) + doctor()._repr_html_()


def test_passwords_in_urls_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", "live")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://eva:secret@example.com:8443/v1?token=secret")
    monkeypatch.setenv("https_proxy", "eva:secret@proxy.example.com:3128")
    assert line("base URL").text == "https://example.com:8443/v1 from OPENAI_BASE_URL"
    assert line("proxies") == Finding("note", "proxies", "https_proxy is proxy.example.com:3128")
    assert "secret" not in repr(doctor())


def test_base_url_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "api.example.com/v1")
    assert line("base URL").status == "note"
    monkeypatch.setenv("OAIWORKBOOK_MODE", "live")
    assert line("base URL").status == "problem"


def test_sdk_outside_the_tested_range(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda n: "4.0.0" if n == "openai" else real(n))
    found = line("openai SDK")
    assert found.status == "problem"
    assert "4.0.0 is outside the tested range >=3" in found.text
    assert "pip install 'openai>=3" in found.text


def test_jupyterlab_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name == "jupyterlab":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    assert "pip install jupyterlab" in line("JupyterLab").text


@pytest.mark.parametrize(("mode", "status"), [("replay", "note"), ("live", "problem")])
def test_cost_log_that_is_no_database(
    mode: str, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", mode)
    settings.ledger_path().write_text("this is no database, but long enough to be read as one")
    found = line("cost log")
    assert found.status == status
    assert str(settings.ledger_path()) in found.text
    assert "\n" not in found.text


def test_cost_log_that_is_locked() -> None:
    assert line("cost log").status == "ok"
    other = sqlite3.connect(settings.ledger_path(), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert "locked" in line("cost log").text
    finally:
        other.close()


def test_kernel_of_another_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["/elsewhere/bin/python"], "display_name": "x"}')
    monkeypatch.setenv("JUPYTER_PATH", str(spec.parents[1]))
    found = line("kernel")
    assert found.status == "problem"
    assert "/elsewhere/bin/python" in found.text
    assert "oaiworkbook lab" in found.text


def test_check_that_stumbles_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Path:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(settings, "ledger_path", fail)
    report = doctor()
    assert [each.text for each in report.problems] == ["unforeseen"]
    assert report.lines[-1].name == "kernel"
