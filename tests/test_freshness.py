"""The issue of the weekly job names what was tried, each failing test, and each package that differs."""

from pathlib import Path

import pytest

from .authoring import freshness, versions
from .authoring.__main__ import main

REPORT = """<testsuites><testsuite>
<testcase classname="tests.test_x" name="test_ok"/>
<testcase classname="tests.test_x" name="test_bad[a]"><failure message="AssertionError: 1 == 2&#10;more"/></testcase>
<testcase classname="notebooks.03" name="Cell 5"><error message=""/></testcase>
<testcase classname="tests.test_x" name="test_not"><skipped message="no"/></testcase>
</testsuite></testsuites>"""


def test_packages_that_differ_are_those_that_the_file_does_not_fix() -> None:
    fixed = versions.pins("a==1.0\nb==1.0 ; python_version < '3'\nb==2.0 ; python_version >= '3'\n")
    here = {"a": "1.1", "b": "2.0", "c": "7", "oaiworkbook": "0.1.0"}
    assert freshness.others(fixed, here) == [("a", "1.0", "1.1"), ("c", "none", "7")]


def test_the_issue_says_what_failed_and_with_which_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT, "utf-8")
    monkeypatch.setattr(freshness, "installed", lambda: {"openai": "99.0", "six": "1.17.0"})
    assert main(["issue", "the newest versions", "pytest --x", str(report)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The tests fail with the newest versions"
    assert "2 of 4 tests failed:" in lines
    assert "- `tests.test_x::test_bad[a]`: AssertionError: 1 == 2" in lines
    assert "- `notebooks.03::Cell 5`: no message" in lines
    fixed = versions.pins(versions.CONSTRAINTS.read_text("utf-8"))["openai"][0][0]
    assert f"| openai | {fixed} | 99.0 |" in lines
    assert "pytest --x" in lines


def test_another_sdk_is_named_even_where_all_tests_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuite><testcase classname="a" name="b"/></testsuite>', "utf-8")
    differs = ["the map lacks the method files.sing"]
    monkeypatch.setattr(freshness, "other_sdk", lambda: iter(differs))
    lines = freshness.issue("the newest versions", report, "y").splitlines()
    assert lines[0] == "The map of the API differs with the newest versions"
    assert differs[0] in lines
    report.write_text(REPORT, "utf-8")
    lines = freshness.issue("the newest versions", report, "y").splitlines()
    assert lines[0] == "The tests fail with the newest versions"
    assert differs[0] in lines


def test_a_run_without_a_report_is_said_to_have_none(tmp_path: Path) -> None:
    assert "left no report" in freshness.issue("x", tmp_path / "none.xml", "y")
    (tmp_path / "cut.xml").write_text(REPORT[:80])
    assert "left no report" in freshness.issue("x", tmp_path / "cut.xml", "y")
