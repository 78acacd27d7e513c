"""`oaiworkbook record` never destroys: a lesson's recordings change when all of it went well, or not at all."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from oaiworkbook.cli import main as cli
from oaiworkbook.course.running import run as running
from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.recordings.file import Answer, read_recording

from .. import small_course as course
from ..echo import Echo

LESSON = "03_streaming"
KEY = error_answer(401, "Incorrect API key.", type="invalid_request_error", code="invalid_api_key")
BROKEN = error_answer(500, "The server had an error.", type="server_error")
START = "from oaiworkbook import OpenAI\nclient = OpenAI()"
ASK = "print(client.responses.create(model='gpt-6-luna', input='{}').output_text)"
STREAM = "for event in client.responses.create(model='gpt-6-luna', input='{}', stream=True): event"
SPEAK = "client.audio.speech.create(model='gpt-4o-mini-tts', voice='alloy', input='tide').content;"
CELLS = (START, ASK.format("ebb"), STREAM.format("flow"), SPEAK, ASK.format("flood"))
# The request that the third cell sends, and a sign that all that came after it was sent too.
THIRD, ALL = 3, 4
Record = Callable[..., tuple[int, str]]


class Server:
    """Answers as Echo does, and to each request for which `wrong` has something, with that."""

    def __init__(self) -> None:
        self.echo, self.asked = Echo(), 0
        self.wrong: dict[int, Any] = {}

    def __call__(self, served: Served) -> Reply:
        self.asked += 1
        wrong = self.wrong.get(self.asked, self.wrong.get(0))
        if callable(wrong):
            wrong = wrong()
        if wrong is None:
            return self.echo(served)
        return Reply(Answer.model_validate(wrong), "live")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the recordings of a course with one lesson of five cells."""
    folder = course.as_wheel(tmp_path, monkeypatch)
    course.notebook(folder / "notebooks" / f"{LESSON}.ipynb", *CELLS)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OAIWORKBOOK_ALLOW_UNKNOWN", "audio.speech")
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(tmp_path / "ledger.sqlite"))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    (folder / "data" / "recordings" / LESSON / "01-responses-d5f91a3e.json").unlink()
    return folder / "data"


@pytest.fixture
def recorded(home: Path, server: Server) -> dict[str, bytes]:
    """The data folder when the lesson has been recorded well; quicker than with the command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OAIWORKBOOK_MODE", "record")
        patch.setenv("OAIWORKBOOK_LESSON", LESSON)
        names: dict[str, Any] = {}
        for cell in CELLS:
            exec(cell, names)
        names["client"].close()
    server.asked = 0
    # A recording of the same second may be the same to the byte, and is then not counted as a new one.
    for path in (home / "recordings").rglob("*.json"):
        path.write_text(re.sub(r'"at": "[^"]+"', '"at": "2026-11-01T00:00:00Z"', path.read_text()))
    return files(home)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    source = Server()
    with PracticeServer(source=source) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield source


@pytest.fixture
def record(home: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> Record:
    """Records the lesson, with something `wrong` the second time; returns exit code and output."""

    def call(wrong: dict[int, Any] | None = None, *words: str) -> tuple[int, str]:
        server.asked, server.wrong = 0, wrong or {}
        code = cli.main(["record", "03", "--max-usd", "5", *words])
        return code, capsys.readouterr().out

    return call


def files(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def files_of(recorded: dict[str, bytes]) -> dict[str, bytes]:
    """Those below `recordings/`."""
    named = ((Path(name), content) for name, content in recorded.items())
    return {
        path.relative_to("recordings").as_posix(): content
        for path, content in named
        if path.parts[0] == "recordings"
    }


def text(body: str, kind: str, status: int = 200) -> dict[str, Any]:
    return {"status": status, "headers": {"content-type": kind}, "text": body}


def edit(home: Path, *cells: str, tags: dict[int, str] | None = None) -> None:
    path = course.notebook(home.parent / "notebooks" / f"{LESSON}.ipynb", *cells)
    notebook: Any = nbformat.read(path, 4)
    for number, tag in (tags or {}).items():
        notebook.cells[number].metadata["tags"] = [tag]
    nbformat.write(notebook, path)


def invite(home: Path, cell: int, old: str, new: str) -> None:
    """A change to the cell of this number that the lesson invites its readers to make."""
    path = home.parent / "notebooks" / f"{LESSON}.ipynb"
    notebook: Any = nbformat.read(path, 4)
    words = f"Replace `{old}` with `{new}` and run the cell again."
    notebook.cells.insert(cell + 1, nbformat.v4.new_markdown_cell(words, id="invites"))
    nbformat.write(notebook, path)


PAGE = text("<html><body>Sign in to the network</body></html>", "text/html")
CUT = {"status": 200, "headers": {"content-type": "text/event-stream"}, "sse": [], "cut": True}
QUIET = "client = OpenAI(max_retries=0)"
FAULTS: dict[str, tuple[dict[int, Any], str, int]] = {
    "a wrong key": ({0: KEY}, "cell [2]: AuthenticationError", 1),
    "no credit": (
        {2: error_answer(429, "No credit.", type="insufficient_quota", code="insufficient_quota")},
        "cell [3]: RateLimitError",
        2,
    ),
    "a page to sign in": ({2: PAGE}, "cell [3]: APIConnectionError", 2),
    "an error with a good status": (
        {1: {"status": 200, "headers": {}, "json": {"error": {"message": "boom"}}}},
        "cell [2]: APIError",
        1,
    ),
    "a stream that is cut": ({2: CUT}, "cell [3]: ", 2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_middle_changes_no_recording(
    fault: str, home: Path, record: Record, recorded: dict[str, bytes]
) -> None:
    tables = [name for name in recorded if name.endswith(".toml")]
    assert tables, sorted(recorded)
    assert len(recorded) == len(tables) + 4 + 1, "four recordings and a sound"
    wrong, said, count = FAULTS[fault]
    code, out = record(wrong)
    assert code == 1
    assert f"FAILED  {LESSON}, {said}" in out
    assert "written to" not in out
    side = home / "recordings.unfinished" / LESSON
    kept = "1 file" if count == 1 else f"{count} files"
    assert f"The recordings of {LESSON} are as they were. " in out
    assert f"({kept}) is kept in {side}, to look at. `oaiworkbook record 03` records again" in out
    assert len(list(side.glob("*.json"))) == count
    after = files(home)
    assert {name: after[name] for name in after if "unfinished" not in name} == recorded


def test_when_the_fault_is_gone_the_lesson_is_recorded(
    home: Path, record: Record, recorded: dict[str, bytes]
) -> None:
    assert record({0: KEY})[0] == 1
    code, out = record({1: BROKEN, 3: BROKEN})  # each is tried again
    assert code == 0, out
    assert f"4 recordings written to {home / 'recordings' / LESSON} (0 new; 4 authored)" in out
    after = files(home)
    assert after.keys() == recorded.keys(), "and what the first run has left is gone"
    for path in (home / "recordings" / LESSON).glob("*.json"):
        assert [answer.status for answer in read_recording(path).answers] == [200]


@pytest.mark.parametrize("fault", ["reset", "lost", "cut"])
def test_a_server_that_dies_changes_no_recording(
    fault: str,
    home: Path,
    record: Record,
    recorded: dict[str, bytes],
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edit(home, CELLS[0].replace("OpenAI()", "OpenAI(max_retries=0)"), *CELLS[1:])
    with PracticeServer(["ok", f"{fault}*"], source=server) as dying:
        monkeypatch.setenv("OPENAI_BASE_URL", dying.url)
        code, out = record()
    assert code == 1
    assert f"FAILED  {LESSON}, cell [3]: " in out
    assert "is kept in" in out
    assert files(home / "recordings") == files_of(recorded)


def test_a_server_that_never_answered_leaves_nothing(
    home: Path, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(home, CELLS[0].replace("OpenAI()", "OpenAI(max_retries=0)"), *CELLS[1:])
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    before = files(home)
    code, out = record()
    assert (code, files(home)) == (1, before)
    assert f"The recordings of {LESSON} are as they were. Nothing was recorded." in out


def test_a_failure_that_the_lesson_shows_takes_its_place(
    home: Path, record: Record, recorded: dict[str, bytes]
) -> None:
    edit(home, *CELLS[:3], tags={1: "raises-exception", 2: "raises-exception"})
    code, out = record({1: KEY, 2: PAGE})
    assert code == 0, out
    (first,) = (home / "recordings" / LESSON).glob("01-*.json")
    assert [answer.status for answer in read_recording(first).answers] == [401]
    (second,) = (home / "recordings" / LESSON).glob("02-*.json")
    assert "Sign in" in str(read_recording(second).answers[0].text)


CATCH = "try:\n    {}\nexcept Exception as error:\n    print(error)"


@pytest.mark.parametrize("invites", [False, True], ids=["one pass", "two passes"])
def test_failures_that_the_lesson_catches_and_nobody_sees_change_nothing(
    invites: bool, home: Path, record: Record, recorded: dict[str, bytes]
) -> None:
    wrong = {1: KEY, 2: CUT, 3: PAGE, 4: {"status": 200, "headers": {}, "json": {"no": "answer"}}}
    shown = f"try:\n    raise OSError('Error code: 401')\nfinally:\n    {ASK.format('new')}"
    cells = [CELLS[0], *(CATCH.format(cell.replace(": event", ": pass")) for cell in CELLS[1:])]
    edit(home, *cells, shown, tags={5: "raises-exception"})
    if invites:
        invite(home, 5, "new", "newer")
    code, out = record(wrong)
    assert code == 1
    whys = ("401 invalid_api_key", "it broke off", "200 with a page of HTML", "not of the kind")
    for number, why in enumerate(whys, start=1):
        (name,) = (name for name in recorded if f"/0{number}-" in name and name.endswith(".json"))
        assert f"FAILED  {LESSON}, {Path(name).name} would become a failure (" in out
        assert f"{why}" in out
    assert files(home / "recordings") == files_of(recorded)


def test_a_change_that_the_lesson_invites_may_fail_too(home: Path, record: Record) -> None:
    edit(home, *CELLS[:2])
    invite(home, 1, "ebb", "neap")
    code, out = record({2: KEY})
    assert code == 1
    assert "with `neap` for `ebb`: AuthenticationError" in out
    assert files(home / "recordings") == {}
    assert len(list((home / "recordings.unfinished" / LESSON).iterdir())) == 2


def test_a_change_that_does_not_fit_is_said_and_changes_nothing(home: Path, record: Record) -> None:
    edit(home, *CELLS[:2])
    invite(home, 1, "spring", "neap")
    code, out = record()
    assert code == 1
    assert f"FAILED  {LESSON}: cell 3: `spring` must occur exactly once" in out
    assert "What this run has recorded (1 file) is kept in" in out
    assert files(home / "recordings") == {}


def test_only_what_is_missing_is_sent_and_the_rest_stays(
    home: Path, server: Server, record: Record, recorded: dict[str, bytes]
) -> None:
    before = files(home / "recordings")
    edit(home, *CELLS, ASK.format("new"))
    code, out = record({1: KEY}, "--missing")
    assert (code, server.asked) == (1, 1)
    assert files(home / "recordings") == before
    code, out = record(None, "--missing")
    assert (code, server.asked) == (0, 1)
    assert "1 recordings written" in out
    assert "(1 new; 1 authored)" in out
    after = files(home / "recordings")
    assert {name: after[name] for name in before} == before
    (new,) = after.keys() - before
    assert new.startswith(f"{LESSON}/05-responses-")


def test_what_was_asked_for_in_vain_is_not_named_for_deletion(
    home: Path, record: Record, recorded: dict[str, bytes]
) -> None:
    """The lesson catches that no answer came: its recording is asked for all the same."""
    cells = [CELLS[0].replace("OpenAI()", "OpenAI(max_retries=0, timeout=1)"), *CELLS[1:]]
    cells[1] = CATCH.format(cells[1])
    edit(home, *cells)
    code, out = record({1: lambda: time.sleep(2)})
    assert code == 0, out
    assert "3 recordings written" in out
    assert "to delete" not in out
    assert "1 tries have no recorded answer" in out
    assert files(home).keys() == recorded.keys()


def started(home: Path) -> "subprocess.Popen[str]":
    """The command in a process of its own."""
    program = (
        "import pathlib, sys\nfrom oaiworkbook import settings\n"
        f"settings.course_dir = lambda: pathlib.Path({str(home.parent)!r})\n"
        "from oaiworkbook.cli import main\nsys.exit(main.main(['record', '03']))"
    )
    options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    return subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, **options
    )


def asked(server: Server, count: int) -> None:
    until = time.monotonic() + 60
    while server.asked < count and time.monotonic() < until:
        time.sleep(0.01)
    assert server.asked >= count


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is sent as a signal")
def test_ctrl_c_in_the_middle_changes_no_recording(
    home: Path, server: Server, recorded: dict[str, bytes]
) -> None:
    server.asked, server.wrong = 0, {THIRD: lambda: time.sleep(5)}
    command = started(home)
    asked(server, THIRD)
    command.send_signal(signal.SIGINT)
    out, _ = command.communicate(timeout=60)
    assert command.returncode == 130
    assert "Traceback" not in out
    assert f"The recordings of {LESSON} are as they were. " in out
    assert str(home / "recordings.unfinished" / LESSON) in out
    assert files(home / "recordings") == files_of(recorded)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_command_that_is_killed_changes_no_recording(
    home: Path,
    server: Server,
    recorded: dict[str, bytes],
    record: Record,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.asked, server.wrong = 0, {THIRD: lambda: time.sleep(5)}
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what it leaves behind is this test's
    command = started(home)
    asked(server, THIRD)
    command.kill()
    command.communicate(timeout=60)
    assert files(home) == recorded
    assert record()[0] == 0


def test_two_commands_at_once_leave_a_lesson_that_replays(
    home: Path, recorded: dict[str, bytes]
) -> None:
    names = files(home / "recordings").keys()
    edit(home, *CELLS, ASK.format("another"))
    commands = [started(home), started(home)]
    ends = [command.communicate(timeout=120)[0] for command in commands]
    assert [command.returncode for command in commands] == [0, 0], ends
    after = files(home / "recordings").keys()
    assert names < after
    assert len(after) == len(names) + 1
    assert sorted(path.name for path in home.iterdir() if path.is_dir()) == ["recordings"]
    notebook = home.parent / "notebooks" / f"{LESSON}.ipynb"
    result = running.execute(notebook, mode="replay", lesson=LESSON)
    assert result.ok, result.failures
