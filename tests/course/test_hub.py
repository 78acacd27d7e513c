"""What a learner's server on a Hub prepares before it starts. With a Hub, for real: tests/hub."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oaiworkbook.course import hub, lessons, start_page
from oaiworkbook.errors import LessonError

from .. import small_course as course


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's, with other files in it; the course is installed from a wheel."""
    course.as_wheel(tmp_path, monkeypatch)
    mine = tmp_path / "home"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    monkeypatch.chdir(mine)
    monkeypatch.setattr(sys, "argv", ["hub"])
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", None)
    return mine


def test_the_lessons_have_a_folder_of_their_own_and_the_start_page_is_opened(home: Path) -> None:
    options = hub.prepare()
    folder = home / lessons.FOLDER
    assert f"--ServerApp.root_dir={folder}" in options
    assert os.environ["JUPYTERHUB_DEFAULT_URL"] == f"/lab/tree/{start_page.NAME}"
    assert os.environ["OAIWORKBOOK_START"] == str(folder / start_page.NAME)
    assert (folder / start_page.NAME).is_file()
    (folder / "00_start_here.ipynb").write_text("mine")
    (folder / "03_streaming.ipynb").unlink()
    hub.prepare()
    assert (folder / "00_start_here.ipynb").read_text() == "mine"
    assert (folder / "03_streaming.ipynb").is_file()


def test_what_the_hubs_file_says_wins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.environ["JUPYTERHUB_DEFAULT_URL"] = "/lab"
    monkeypatch.setattr(sys, "argv", ["hub", "--ServerApp.root_dir=/srv"])
    roots = [each for each in hub.prepare() if each.startswith("--ServerApp.root_dir=")]
    assert roots == ["--ServerApp.root_dir=/srv"]
    assert os.environ["JUPYTERHUB_DEFAULT_URL"] == "/lab"


def test_a_full_disk_stops_no_server(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: Path) -> list[Path]:
        raise LessonError("Cannot put the lessons there: No space left on device.")

    monkeypatch.setattr(lessons, "copy_missing", full)
    assert f"--ServerApp.root_dir={home}" in hub.prepare()
    assert "No space left on device" in capsys.readouterr().err


def test_replay_keeps_keys_out_and_live_does_not(home: Path) -> None:
    for mode, there in (("replay", False), ("live", True)):
        os.environ |= {"OAIWORKBOOK_MODE": mode, "OPENAI_API_KEY": "sk-test"}
        hub.prepare()
        assert ("OPENAI_API_KEY" in os.environ) is there


def test_without_jupyterhub_it_says_what_to_install(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "find_spec", lambda _: None)
    with pytest.raises(SystemExit, match="pip install jupyterhub"):
        hub.main()


def test_the_server_is_a_program_of_its_own_without_the_sdk(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(hub, "find_spec", lambda _: True)
    monkeypatch.setattr(os, "execv", lambda _, argv: started.append(argv))
    hub.main()
    [[_, minus_c, program, *options]] = started
    assert minus_c == "-c"
    assert options == hub.prepare()
    lines = program.replace("JupyterHubSingleUser.launch_instance()", "").replace(
        "from jupyterhub.singleuser.extension import JupyterHubSingleUser",
        "import jupyterlab.labapp",
    )
    look = "import json; print(json.dumps(sorted({'lark', 'openai', 'jsonschema'} & set(sys.modules))))"
    run = [sys.executable, "-c", lines + look]
    said = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    assert json.loads(said) == ["jsonschema"]
