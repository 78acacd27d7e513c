"""Variables that name a file or a folder: what can be none is one calm line, wherever it is met."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oaiworkbook import OpenAI, check, doctor, estimate, settings
from oaiworkbook.cli import main as cli
from oaiworkbook.cli.main import COMMANDS
from oaiworkbook.errors import SettingsError

from .. import small_course as course

VARIABLES = {
    "OAIWORKBOOK_LEDGER": "cost log",
    "OAIWORKBOOK_DATA": "recordings",
    "OAIWORKBOOK_PROGRESS": "progress",
}
WRONG: dict[str, tuple[Callable[[Path], str], str]] = {
    "home of nobody": (lambda _: "~nosuchuser/x", "no home folder of that name"),
    "long name": (lambda tmp: str(tmp / ("x" * 300)), "cannot be used"),
    "line break": (lambda tmp: f"{tmp}/a\nb", "line break"),
    "return of Windows": (lambda tmp: f"{tmp}/a\r", "line break"),
    "separator of lines": (lambda tmp: f"{tmp}/a\u2028b", "line break"),
    "blanks": (lambda _: "  ", "nothing but blanks"),
    "below a file": (lambda tmp: str(_file(tmp) / "deep" / "er"), "is no folder"),
}


def _file(tmp: Path) -> Path:
    (tmp / "file").write_text("mine")
    return tmp / "file"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return course.as_wheel(tmp_path, monkeypatch)


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("kind", WRONG)
def test_what_can_be_no_path_is_one_calm_line(
    variable: str,
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made, why = WRONG[kind]
    value = made(tmp_path)
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        OpenAI()
    said = str(caught.value)
    assert said.startswith(f"{variable} is '{value[:5].encode('unicode_escape').decode()}")
    assert why in said
    assert said.endswith(", or unset it.")
    assert "\n" not in said
    assert len(said) < 500

    for command in set(COMMANDS) - {"doctor"}:
        words = [
            command,
            *(
                ["00"]
                if command in ("run", "record", "reset", "lab", "cell", "copy", "stick")
                else []
            ),
        ]
        assert cli.main(words) == 1
        assert capsys.readouterr().err == f"oaiworkbook {command}: {said}\n"

    problems = doctor().problems
    assert [each.name for each in problems] == [VARIABLES[variable]]
    assert cli.main(["doctor"]) == 1
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variable", "kind", "why"),
    [
        ("OAIWORKBOOK_LEDGER", "folder", "a folder"),
        ("OAIWORKBOOK_DATA", "file", "no folder"),
        ("OAIWORKBOOK_PROGRESS", "file", "no folder"),
    ],
)
def test_a_file_is_no_folder_and_a_folder_no_file(
    variable: str, kind: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path) if kind == "file" else tmp_path
    monkeypatch.setenv(variable, str(path))
    with pytest.raises(SettingsError, match=f"{variable} is .*{why}") as caught:
        settings.check_paths()
    assert str(path) in str(caught.value)


def test_what_is_not_there_yet_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in VARIABLES:
        monkeypatch.setenv(variable, str(Path("new", "deep", "name with blank")))
    settings.check_paths()
    assert settings.ledger_path() == tmp_path / "new" / "deep" / "name with blank"
    assert list(tmp_path.glob("new*")) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name")
def test_a_pipe_is_not_waited_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(tmp_path / "pipe"))
    with pytest.raises(SettingsError, match="no ordinary file"):
        OpenAI()


def test_helpers_without_a_client_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_DATA", "~nosuchuser/x")
    monkeypatch.setenv("OAIWORKBOOK_PROGRESS", "~nosuchuser/x")
    with pytest.raises(SettingsError, match="OAIWORKBOOK_DATA"):
        estimate(model="gpt-6.2-sol", input="hi", max_output_tokens=10)
    # A verdict is shown all the same.
    assert "could not be saved. OAIWORKBOOK_PROGRESS is" in str(check("00-1", 1))


def test_the_first_cell_shows_one_line_and_works_when_it_is_mended(tmp_path: Path) -> None:
    code = """
        import os
        from IPython.core.interactiveshell import InteractiveShell
        shell = InteractiveShell.instance()
        first = "%load_ext oaiworkbook\\nfrom oaiworkbook import OpenAI\\nclient = OpenAI()"
        shell.run_cell(first)
        print("---")
        shell.run_cell("%env OAIWORKBOOK_LEDGER=" + os.environ["MENDED"])
        shell.run_cell(first)
    """
    env = os.environ | {"OAIWORKBOOK_LEDGER": "~nosuchuser/x", "MENDED": str(tmp_path / "l.sqlite")}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(line[8:] for line in code.splitlines())],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    before, _, after = done.stdout.partition("---")
    assert "SettingsError: OAIWORKBOOK_LEDGER is '~nosuchuser/x'" in before
    assert len(before.strip().splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "mode replay" in after
    assert (tmp_path / "l.sqlite").is_file()
