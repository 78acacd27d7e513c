"""A run that writes outside its temporary folders fails and says where; a clean one leaves nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A project with one file, beside a home and a folder for temporary files."""
    for name in ("clone/tests", "home/.cache/matplotlib", "home/.config", "tmp", "share"):
        (tmp_path / name).mkdir(parents=True)
    clone = tmp_path / "clone"
    (clone / "pytest.ini").write_text("[pytest]\naddopts = -p tests.leftovers\n")
    (clone / "README.md").write_text("# A course\n")
    (tmp_path / "home/.cache/matplotlib/fonts.json").write_text("{}")
    return clone


def run(clone: Path, code: str) -> "subprocess.CompletedProcess[str]":
    """`pytest` in the clone, with one test of that code."""
    lines = ["import os, subprocess, sys, tempfile", "from pathlib import Path"]
    lines += ["def test_it(tmp_path):", *(f"    {line}" for line in code.splitlines())]
    (clone / "tests" / "test_it.py").write_text("\n".join(lines))
    beside = clone.parent
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "HOME": str(beside / "home"),
        "USERPROFILE": str(beside / "home"),
        "TMPDIR": str(beside / "tmp"),
        "TEMP": str(beside / "tmp"),
        "OAIWORKBOOK_LEDGER": str(beside / "share" / "ledger.sqlite"),
        "CLONE": str(clone),
        "REAL_HOME": str(beside / "home"),
    }
    command = [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib"]
    return subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "code",
    [
        "(tmp_path / 'x').write_text('x')",
        "(Path.home() / 'x').write_text('x')",
        "program = 'from pathlib import Path; (Path.home() / \"y\").touch()'\n"
        "subprocess.run([sys.executable, '-c', program], check=True)",
        "with tempfile.TemporaryDirectory() as name: pass",
    ],
    ids=["tmp_path", "its home", "a program's home", "temporary folder"],
)
def test_a_run_that_keeps_to_its_folders_leaves_nothing(clone: Path, code: str) -> None:
    done = run(clone, code)
    assert done.returncode == 0, done.stdout + done.stderr
    beside = clone.parent
    assert list((beside / "tmp").iterdir()) == []
    assert sorted(path.name for path in (beside / "home").iterdir()) == [".cache", ".config"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "Path(os.environ['CLONE'], 'README.md').write_text('empty')",
            "changed  {clone}/README.md",
        ),
        ("Path(os.environ['CLONE'], 'README.md').unlink()", "removed  {clone}/README.md"),
        ("Path(os.environ['CLONE'], 'tests', 'x.txt').touch()", "new      {clone}/tests/x.txt"),
        ("Path(os.environ['REAL_HOME'], '.x').touch()", "new      {home}/.x"),
        ("Path(os.environ['REAL_HOME'], '.config/x').mkdir()", "new      {home}/.config/x"),
        (
            "Path(os.environ['REAL_HOME'], '.cache/matplotlib/fonts.json').write_text('[ ]')",
            "changed  {home}/.cache/matplotlib/fonts.json",
        ),
        (
            "Path(os.environ['OAIWORKBOOK_LEDGER']).touch()",
            "new      {share}/ledger.sqlite",
        ),
        ("tempfile.mkdtemp(prefix='lost-')", "left     "),
    ],
    ids=["change", "removal", "new", "home", "in .config", "fonts", "ledger", "temporary"],
)
def test_what_is_left_behind_fails_the_run(clone: Path, code: str, words: str) -> None:
    done = run(clone, code)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
    beside = clone.parent
    named = words.format(clone=clone, home=beside / "home", share=beside / "share")
    assert named.replace("/", os.sep) in done.stdout


def test_the_files_of_a_failed_test_are_kept_and_named(clone: Path) -> None:
    done = run(clone, "(tmp_path / 'x').write_text('x')\nassert False")
    assert done.returncode == 1
    [kept] = (clone.parent / "tmp").iterdir()
    assert f"The files of this run are kept in {kept}" in done.stdout
    assert list(kept.glob("pytest-of-*/*/*/x"))
