"""`oaiworkbook lab` opens the lessons, overwrites nothing, and `reset` loses nothing."""

import contextlib
import importlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary

import oaiworkbook
from oaiworkbook.course import lab, lessons, start_page
from oaiworkbook.errors import LessonError

from .. import small_course as course

DAY = date(2026, 11, 22)


def test_clone_works_on_its_own_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = course.as_clone(tmp_path, monkeypatch)
    assert lab.prepare() == (clone / "notebooks", "00_start_here.ipynb")
    assert lab.prepare("3") == (clone / "notebooks", "03_streaming.ipynb")


def test_empty_folder_gets_the_lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course.as_wheel(tmp_path, monkeypatch)
    Path(".venv").mkdir()  # hidden: the folder still counts as empty
    assert lab.prepare() == (Path.cwd(), "00_start_here.ipynb")
    assert sorted(p.name for p in Path().glob("*.ipynb")) == [
        "00_start_here.ipynb",
        "03_streaming.ipynb",
    ]


def test_other_files_keep_a_folder_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course.as_wheel(tmp_path, monkeypatch)
    Path("thesis.txt").touch()
    assert lab.prepare("03") == (Path.cwd() / "oaiworkbook-lessons", "03_streaming.ipynb")
    assert f"Copied 2 lessons to {Path.cwd() / 'oaiworkbook-lessons'}" in capsys.readouterr().out
    assert sorted(os.listdir()) == ["oaiworkbook-lessons", "thesis.txt"]


def test_second_start_copies_what_is_missing_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.as_wheel(tmp_path, monkeypatch)
    lab.prepare()
    Path("00_start_here.ipynb").write_text("mine", encoding="utf-8")
    Path("03_streaming.ipynb").unlink()
    Path("thesis.txt").touch()
    assert lab.prepare()[0] == Path.cwd()
    assert Path("00_start_here.ipynb").read_text("utf-8") == "mine"
    assert Path("03_streaming.ipynb").is_file()


def test_full_disk_names_the_folder_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.as_wheel(tmp_path, monkeypatch)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(LessonError, match=re.escape(str(Path.cwd()))):
        lab.prepare()
    assert os.listdir() == []


def test_only_the_course_s_own_notebooks_are_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = course.as_wheel(tmp_path, monkeypatch)
    lab.prepare()
    strange = course.notebook(Path("03_streaming.ipynb"), "import strange")
    assert lab.trust(Path.cwd()) == 1
    notary = NotebookNotary()
    own = nbformat.read(clone / "notebooks" / "00_start_here.ipynb", as_version=4)
    assert notary.check_signature(own)
    assert not notary.check_signature(nbformat.read(strange, as_version=4))


def test_failing_signatures_do_not_stop_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course.as_wheel(tmp_path, monkeypatch)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(NotebookNotary, "sign", fail)
    assert lab.prepare()[1] == "00_start_here.ipynb"
    assert "disk full" in capsys.readouterr().err


def test_options_given_twice_would_stop_jupyter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    mine = ["--ServerApp.root_dir=/x", "--allow-root"]
    made = lab.arguments(Path("/y"), "00.ipynb", browser=False, port=1, extra=mine)
    names = [each.split("=")[0] for each in made]
    assert len(names) == len(set(names))
    assert "--ServerApp.root_dir=/x" in made
    assert "--no-browser" in made


def test_root_is_let_in_and_others_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for uid, allowed in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda uid=uid: uid, raising=False)
        made = lab.arguments(Path("/y"), "00.ipynb", browser=True, port=None)
        assert ("--allow-root" in made) is allowed
        assert "--no-browser" not in made


@pytest.mark.parametrize(("mode", "charged"), [("", 0), ("live", 1), ("record", 1)])
def test_modes_that_cost_money_are_announced(
    mode: str,
    charged: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    course.as_wheel(tmp_path, monkeypatch)
    monkeypatch.setenv("OAIWORKBOOK_MODE", mode)
    monkeypatch.setattr(lab, "environment", dict)
    monkeypatch.setenv("OAIWORKBOOK_START", "")
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", lambda argv: None)
    lab.start()
    assert capsys.readouterr().out.count("calls are charged, at most USD 1.00 a day") == charged


@pytest.mark.parametrize("where", ["clone", "wheel"])
def test_reset_keeps_mine_and_brings_back_the_course_s(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = course.as_clone if where == "clone" else course.as_wheel
    shipped = (make(tmp_path, monkeypatch) / "notebooks" / "03_streaming.ipynb").read_bytes()
    folder, name = lab.prepare("03")
    path = folder / name
    assert lessons.reset("03") == lessons.Restored(path, None, changed=False)
    for number, mine in ((1, b"first"), (2, b"second")):
        path.write_bytes(mine)
        kept = lessons.reset("3", DAY).kept
        suffix = "" if number == 1 else "-2"
        assert kept == folder / f"03_streaming.mine-2026-11-22{suffix}.ipynb"
        assert kept.read_bytes() == mine
        assert path.read_bytes() == shipped
    path.unlink()
    assert lessons.reset("03_streaming.ipynb") == lessons.Restored(path, None, changed=True)
    assert path.read_bytes() == shipped


@pytest.mark.parametrize("name", ["03_a_copy", "03_zz_copy", "03_my_streaming"])
def test_a_copy_beside_a_lesson_does_not_take_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = course.as_clone(tmp_path, monkeypatch) / "notebooks"
    lesson = folder / "03_streaming.ipynb"
    shutil.copy(lesson, folder / f"{name}.ipynb")
    assert lessons.find("03") == lesson
    assert [each.name for each in lessons.shipped() if each.name[:2] == "03"] == [lesson.name]
    assert lessons.reset("03") == lessons.Restored(lesson, None, changed=False)
    lesson.rename(folder / "03_moved.ipynb")
    assert lessons.reset("03").lesson == lesson
    assert lesson.is_file()


def test_reset_without_git_changes_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = course.as_clone(tmp_path, monkeypatch) / "notebooks" / "03_streaming.ipynb"
    path.write_bytes(b"mine")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LessonError, match=r"03_streaming.ipynb.*git cannot be started"):
        lessons.reset("03")
    assert path.read_bytes() == b"mine"
    assert len(list(path.parent.glob("03*"))) == 1


def test_reset_on_a_full_disk_leaves_mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course.as_wheel(tmp_path, monkeypatch)
    folder, name = lab.prepare("03")
    (folder / name).write_bytes(b"mine")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(LessonError, match="No space left"):
        lessons.reset("03")
    assert (folder / name).read_bytes() == b"mine"


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "inside.txt").write_text("mine")


def _link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere.ipynb")


@pytest.mark.parametrize("put", [_folder, _link_to_nothing])
def test_reset_brings_back_what_run_says_it_does(
    put: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = course.as_clone(tmp_path, monkeypatch)
    path = clone / "notebooks" / "00_start_here.ipynb"
    fresh = path.read_bytes()
    path.unlink()
    put(path)
    done = lessons.reset("00", date(2026, 11, 22))
    assert path.read_bytes() == fresh
    assert done.kept
    assert done.kept.name == "00_start_here.mine-2026-11-22.ipynb"
    if put is _folder:
        assert (done.kept / "inside.txt").read_text() == "mine"
    else:
        assert os.readlink(done.kept) == "nowhere.ipynb"


def test_a_folder_in_a_lesson_s_place_stays_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = course.as_clone(tmp_path, monkeypatch)
    path = clone / "notebooks" / "00_start_here.ipynb"
    path.unlink()
    _folder(path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(LessonError, match="What was there is unchanged"):
        lessons.reset("00")
    assert [each.name for each in path.parent.glob("00_*")] == [path.name]
    assert (path / "inside.txt").read_text() == "mine"


def test_unknown_lesson_names_the_lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course.as_wheel(tmp_path, monkeypatch)
    with pytest.raises(LessonError, match=r"no lesson '7'. Lessons: 00, 03"):
        lessons.find("7")


def test_a_free_port_is_not_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        other.listen()
        assert lab.is_taken(port)
    assert not lab.is_taken(port)


@pytest.fixture
def server(
    tmp_path: Path, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, int]]:
    """JupyterLab started for real in a clone, on a port that is taken. Yields its URL, the port."""
    clone = course.as_clone(tmp_path, monkeypatch)
    package = clone / "oaiworkbook"
    shutil.copytree(
        Path(oaiworkbook.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        started = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "oaiworkbook.cli.main",
                "lab",
                "--no-browser",
                "--port",
                str(port),
            ],
            cwd=clone,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert started.stdout is not None
        said = list[str]()
        try:
            for line in started.stdout:
                said.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\S+", line):
                    assert said[0].startswith(f"Port {port} is taken by another program."), said
                    yield found[0], port
                    break
            else:
                pytest.fail("JupyterLab did not start:\n" + "".join(said))
        finally:
            started.terminate()
            started.communicate(timeout=20)


def test_jupyterlab_opens_the_start_page_calmly(server: tuple[str, int], own_folders: Path) -> None:
    url, taken = server
    root, token = url.split("/lab/tree/")[0], url.split("token=")[1]
    assert f"/lab/tree/{start_page.NAME}?" in url
    assert int(root.rsplit(":", 1)[1]) != taken

    def get(path: str) -> bytes:
        # Jupyter prints the address a moment before it listens.
        for _ in range(100):
            with contextlib.suppress(urllib.error.URLError):
                response = urllib.request.urlopen(f"{root}{path}?token={token}", timeout=30)
                body: bytes = response.read()
                return body
            time.sleep(0.1)
        pytest.fail(f"{root} does not answer")

    names = {each["name"] for each in json.loads(get("/api/contents"))["content"]}
    assert {start_page.NAME, "00_start_here.ipynb", "03_streaming.ipynb"} <= names
    page = get("/lab").decode()
    assert "@jupyterlab/apputils-extension:announcements" in page  # switched off: no pop-up
    (ours,) = [e for e in _config(page)["federated_extensions"] if e["name"] == "oaiworkbook"]
    assert b"_JUPYTERLAB" in get(f"/lab/extensions/oaiworkbook/{ours['load']}")
    viewers = json.loads(get("/lab/api/settings/@jupyterlab/docmanager-extension:plugin"))
    assert viewers["schema"]["properties"]["defaultViewers"]["default"] == {
        "markdown": "Markdown Preview"
    }
    kernels = json.loads(get("/api/kernelspecs"))
    assert kernels["default"] in kernels["kernelspecs"]
    assert (own_folders / "jupyter-data" / "nbsignatures.db").is_file()


def _config(page: str) -> dict[str, Any]:
    found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    config: dict[str, Any] = json.loads(found[1])
    return config


def test_the_server_builds_no_grammar_of_addresses(own_folders: Path) -> None:
    """It took a second of each start, and 15 MB of each server (jsonschema, for the format `iri`)."""
    started = (
        "import sys; from oaiworkbook.course import lab\n"
        "lab.arguments = lambda *_, **__: ['--version']\n"
        "try: lab.start(browser=False, extra=['--ServerApp.root_dir=.'])\n"
        "except SystemExit: print({'jsonschema', 'lark'} & sys.modules.keys())"
    )
    run = [sys.executable, "-c", started]
    said = subprocess.run(run, cwd=own_folders, check=True, capture_output=True, text=True).stdout
    assert said.endswith("{'jsonschema'}\n"), said


def test_no_schema_of_jupyter_s_asks_for_that_grammar() -> None:
    schemas = [
        path
        for name in (
            "jupyter_events",
            "jupyter_server",
            "jupyterlab",
            "jupyterlab_server",
            "nbformat",
        )
        for path in Path(str(importlib.import_module(name).__file__)).parent.rglob("*")
        if path.suffix in (".json", ".yaml", ".yml") and "schema" in f"{path}"
    ]
    assert len(schemas) > 20
    found = [path for path in schemas if re.search(r"""format["']?: *["']?iri""", path.read_text())]
    assert not found


def test_a_replay_session_finds_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cell to copy, run without the first cell, would call the API with the plain SDK."""
    course.as_wheel(tmp_path, monkeypatch)
    monkeypatch.setenv("OAIWORKBOOK_START", "")
    seen: dict[str, bool] = {}

    def launch(argv: list[str]) -> None:
        seen.update({name: name in os.environ for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY")})

    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", launch)
    for mode, there in (("replay", False), ("live", True)):
        monkeypatch.setenv("OAIWORKBOOK_MODE", mode)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        lab.start(browser=False)
        assert seen["OPENAI_API_KEY"] is there
        assert "sk-test" not in capsys.readouterr().out
