"""Exercises of lesson 34, Code that runs."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from ...practice.answers import shell_call_item
from ..exercises.asked import Turn, turns_of
from ..exercises.failures import passes_on
from ..exercises.in_turn import InTurn
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect

Json = dict[str, Any]

# Names from the folder `archive`, which has a neighbour `archive2`.
WITHIN = (
    *("rename.py", "scans/harbour.tif", "./rename.py", "scans/../rename.py", "new/deep/file.txt"),
    *("../archive/rename.py", "..rename.py", "scans/..harbour.tif", "scans/./../scans"),
)
OUTSIDE = (
    *("..", "../rename.py", "../archive2/rename.py", "../archive2", "scans/../../rename.py"),
    *("scans/../../archive2/x", "../archive/../rename.py", "../../rename.py"),
)
ITSELF = (".", "", "scans/..", "../archive")


def inside(answer: Callable[..., Any]) -> str:
    with tempfile.TemporaryDirectory() as made:
        root = Path(made).resolve()
        work = root / "archive"
        (work / "scans").mkdir(parents=True)
        (root / "archive2").mkdir()
        (work / "rename.py").touch()
        for name in WITHIN:
            _is_within(answer, work, name, f"`{name}`")
        for name in OUTSIDE:
            _is_refused(answer, work, name, f"`{name}` lies outside of the folder")
        for name in ITSELF:
            _is_refused(answer, work, name, f"{name!r} is the folder itself")
        _is_refused(answer, work, str(root / "diary.txt"), "a whole path lies elsewhere")
        _links(answer, root, work)
    return "No name leads out of the folder."


def _links(answer: Callable[..., Any], root: Path, work: Path) -> None:
    try:
        (work / "out").symlink_to(root / "archive2", target_is_directory=True)
        (work / "again").symlink_to(work / "scans", target_is_directory=True)
        (root / "alias").symlink_to(work, target_is_directory=True)
    except OSError:  # Windows lets nobody make links by default
        return
    for name in ("out", "out/diary.txt"):
        _is_refused(answer, work, name, f"`{name}` is a link, or behind one, that leads outside")
    _is_within(answer, work, "again/a.tif", "`again/a.tif`, behind a link to `scans`")
    _is_within(answer, root / "alias", "rename.py", "`rename.py` in a folder that is a link")


def _is_within(answer: Callable[..., Any], folder: Path, name: str, what: str) -> None:
    try:
        found = answer(folder, name)
    except PermissionError:
        raise Wrong(f"{what} was refused, and it lies in the folder") from None
    right = (folder / name).resolve()
    kind = type(found).__name__
    expect(isinstance(found, Path), f"for {what} it returned a {kind}, not a Path")
    expect(found == right, f"for {what} it returned {_short(found)}, not {_short(right)}")


def _short(path: Path) -> str:
    """Its last parts: the rest is a name of the check's own."""
    return "/".join(("...", *path.parts[-3:])) if path.is_absolute() else f"`{path.as_posix()}`"


def _is_refused(answer: Callable[..., Any], folder: Path, name: str, why: str) -> None:
    try:
        found = answer(folder, name)
    except PermissionError:
        return
    except Exception as error:
        kind = type(error).__name__
        raise Wrong(f"{why}: it raised `{kind}`, not `PermissionError`") from error
    what = " and returned None" if found is None else ""
    raise Wrong(f"{why}: it raised nothing{what}")


TASK = "Why is the list in the wrong order?"
NO: Json = {"stdout": "", "stderr": "refused", "outcome": {"type": "exit", "exit_code": 126}}
SHELL: Json = {"type": "shell", "environment": {"type": "local"}}
# What a person agrees to.
AGREED = frozenset({"ls", "python a.py", "cat a.py"})


def _entry(command: str) -> Json:
    """What running it gives. One of them fails, and one never ends."""
    if command == "cat a.py":
        return {"stdout": "", "stderr": "", "outcome": {"type": "timeout"}}
    code = 0 if command == "ls" else 1
    end = {"type": "exit", "exit_code": code}
    return {"stdout": f"out of {command}", "stderr": "x" * code, "outcome": end}


class _Model(InTurn[Sequence[str]]):
    """Each call is a list of commands. `lengths`: how much of their output it wants, by call."""

    default = (("ls",),)

    def __init__(self, *answers: Sequence[Sequence[str]] | str, talks: bool = False) -> None:
        super().__init__(*answers, talks=talks)
        self.lengths: dict[str, int | None] = {}

    def call(self, asked: Asked, of: Sequence[str], number: int, place: int) -> Json:
        id_ = f"call_{number}{place}"
        self.lengths[id_] = length = 500 + place if number % 2 == 0 else None
        call = shell_call_item(of, id_, max_output_length=length)
        return call | {"id": f"sh_{number}{place}"}


Answers = list[list[list[str]] | str]
# What the model answers, and the text that is returned; None where none comes in six requests.
RUNS: tuple[tuple[str, Answers, str | None], ...] = (
    ("an answer without calls", ["By age."], "By age."),
    ("one command", [[["ls"]], "By name."], "By name."),
    ("two commands in one call", [[["ls", "python a.py"]], "By size."], "By size."),
    ("two calls in one answer", [[["ls"], ["python a.py"]], "By both."], "By both."),
    ("a command that is refused", [[["rm a.py"]], "I may not."], "I may not."),
    ("a refused command between others", [[["ls", "rm a.py", "ls"]], "So it is."], "So it is."),
    ("a command that never ends", [[["cat a.py"]], "Too slow."], "Too slow."),
    ("two rounds", [[["ls"]], [["python a.py"]], "At last."], "At last."),
    ("five rounds", [[["ls"]]] * 5 + ["Enough."], "Enough."),
    ("calls without end", [[["ls"]]], None),
)


def work(answer: Callable[..., Any]) -> str:
    for what, answers, wanted in RUNS:
        _works(answer, what, _Model(*answers), answers, wanted)
    talking = _Model([["ls"]], "By name.", talks=True)
    _works(answer, "a call and words beside it", talking, [[["ls"]], "By name."], "By name.")
    for number in (0, 1):
        first = [_Model([["ls"]])] * number
        passes_on(
            lambda probe: answer(probe.client, TASK, _entry, lambda command: True), first=first
        )
    return "Every command is asked for, and every call has its output."


def _works(
    answer: Callable[..., Any], what: str, model: _Model, answers: Answers, wanted: str | None
) -> None:
    log: list[tuple[str, str]] = []

    def run(command: str) -> Json:
        log.append(("run", command))
        return _entry(command)

    def approve(command: str) -> bool:
        log.append(("approve", command))
        return command in AGREED

    probe = Probe([model], limit=9)
    found, gave_up = None, None
    try:
        found = answer(probe.client, TASK, run, approve)
    except RuntimeError as error:
        gave_up = error
    rounds = [each for each in answers if not isinstance(each, str)]
    rounds = rounds * 5 if wanted is None else rounds
    for number, asked in enumerate(probe.requests):
        _asks(asked, number, model, f"for {what}, request {number + 1}")
    _did(log, rounds, what)
    if wanted is None:
        expect(gave_up is not None, f"for {what} it returned {found!r} and raised nothing")
    else:
        expect(gave_up is None, f"for {what} it raised `RuntimeError`: {gave_up}")
        kind = type(found).__name__
        expect(isinstance(found, str), f"for {what} it returned a {kind}, not a text")
        expect(found == wanted, f"for {what} it returned {found!r}, not the text {wanted!r}")
    right = 6 if wanted is None else len(answers)
    sent = len(probe.requests)
    expect(sent == right, f"for {what} it sent {sent} requests, not {right}")


def _did(log: list[tuple[str, str]], rounds: Sequence[Sequence[Sequence[str]]], what: str) -> None:
    right: list[tuple[str, str]] = []
    for command in (each for calls in rounds for commands in calls for each in commands):
        right += [("approve", command)] + [("run", command)] * (command in AGREED)
    for (done, command), (wanted, of) in zip(log, right, strict=False):
        expect(
            (done, command) == (wanted, of),
            f"for {what} it called `{done}({command!r})` where `{wanted}({of!r})` comes",
        )
    if len(log) != len(right):
        more = "more" if len(log) > len(right) else "less"
        raise Wrong(f"for {what} it asked or ran {more} than the {len(right)} times it should")


def _asks(asked: Asked, number: int, model: _Model, which: str) -> None:
    expect(asked.model == "gpt-6-luna", f"{which} asks the model {asked.model!r}")
    expect(
        set(asked.tools) == {"shell"}, f"{which} carries the tools {sorted(asked.tools)}, not shell"
    )
    there = asked.tools["shell"].get("environment")
    expect(there == SHELL["environment"], f"{which}: the environment of the shell is {there!r}")
    mode, _ = asked.choice
    expect(mode == "auto", f"{which}: `tool_choice` is {asked.body.get('tool_choice')!r}")
    before = [Turn("user", TASK)]
    for said in model.said[:number]:
        before += said
        before += [turn for call in said if call.role == "call" for turn in _result(call)]
    turns = list(asked.turns)
    kinds, right = [[turn.role for turn in each] for each in (turns, before)]
    expect(kinds == right, f"{which} holds {kinds}; it should read {right}")
    for turn, each in zip(turns, before, strict=True):
        expect(turn == each, f"{which}: a {each.role} is {turn.text}; it should be {each.text}")
    given = asked.body["input"]
    for item in given if isinstance(given, list) else []:
        if item.get("type") == "shell_call_output":
            length, asked_for = item.get("max_output_length"), model.lengths[item["call_id"]]
            expect(
                length == asked_for,
                f"{which}: `max_output_length` is {length}; that of the call is {asked_for}",
            )


def _result(call: Turn) -> list[Turn]:
    commands = json.loads(call.text)["commands"]
    entries = [_entry(each) if each in AGREED else NO for each in commands]
    item = {"type": "shell_call_output", "call_id": call.call_id, "output": entries}
    return list(turns_of([item]))


WRITE = "import sys; sys.stdout.write({!r}); sys.stderr.write({!r}); sys.exit({})"
SEE = "import os, sys; sys.stdout.write(' '.join(os.environ.get(n, '-') for n in sys.argv[1:]))"
WHERE = "import os, sys; sys.stdout.write(os.path.basename(os.getcwd()))"
SAY = "import sys; sys.stdout.write('|'.join(sys.argv[1:]))"
BYTES = "import sys; sys.stdout.buffer.write(b'caf\\xc3\\xa9 \\xff.')"
SLEEP = "import sys, time; print('begun', flush=True); time.sleep(6)"
SECRETS = {"OPENAI_API_KEY": "sk-not-a-real-one", "KEY_OF_THE_SHED": "x", "ARCHIVEKEY": "y"}
OPEN = {"ARCHIVE_PLACE": "harbour"}


def limited(answer: Callable[..., Any]) -> str:
    with tempfile.TemporaryDirectory() as made, patch.dict(os.environ, SECRETS | OPEN):
        folder = Path(made).resolve() / "scans"
        folder.mkdir()
        _gives(answer, folder, "a program that writes", WRITE.format("hello", "", 0), "hello")
        failing = WRITE.format("half", "it broke", 3)
        _gives(answer, folder, "a program that fails", failing, "half", "it broke", 3)
        _gives(answer, folder, "a program that asks where it is", WHERE, "scans")
        long = WRITE.format("abcdefghij", "0123456789", 1)
        _gives(answer, folder, "ten characters, most=4", long, "ghij", "6789", 1, most=4)
        _gives(
            answer, folder, "ten characters, most=10", long, "abcdefghij", "0123456789", 1, most=10
        )
        _gives(answer, folder, "ten characters, most=1", long, "j", "9", 1, most=1)
        flood = "import sys; [s.write('scan ' * 60_000 + 'end') for s in (sys.stdout, sys.stderr)]"
        end = "scan scan end"
        _gives(answer, folder, "a flood", flood, end, end, most=len(end))
        _gives(answer, folder, "bytes that are no UTF-8", BYTES, "caf\u00e9 \ufffd.")
        odd = ["a b", "$ARCHIVE_PLACE", "; echo x", "%PATH%"]
        _gives(answer, folder, "arguments with spaces and signs", SAY, "|".join(odd), words=odd)
        for name in SECRETS:
            _gives(answer, folder, f"`{name}` in the environment", SEE, "-", words=[name])
        for name, value in OPEN.items():
            _gives(answer, folder, f"`{name}` in the environment", SEE, value, words=[name])
        _gives_up(answer, folder)
        _cannot_start(answer, folder)
        expect(
            all(os.environ.get(name) == value for name, value in SECRETS.items()),
            "the keys are gone from the program's own environment",
        )
    return "It ends, it is short, and it sees no key."


def _gives(
    answer: Callable[..., Any],
    folder: Path,
    what: str,
    code: str,
    out: str,
    err: str = "",
    exit_code: int = 0,
    *,
    most: int = 1_000,
    words: Sequence[str] = (),
) -> None:
    entry = _called(answer, [sys.executable, "-c", code, *words], folder, 60, most, what)
    end = {"type": "exit", "exit_code": exit_code}
    expect(entry["outcome"] == end, f"for {what} the outcome is {entry['outcome']}, not {end}")
    for name, right in (("stdout", out), ("stderr", err)):
        text = entry[name]
        shown = f"{text[:40]!r}" + (f" and {len(text) - 40} more" if len(text) > 40 else "")
        expect(text == right, f"for {what} `{name}` is {shown}, not {right!r}")


def _called(
    answer: Callable[..., Any],
    program: list[str],
    folder: Path,
    seconds: float,
    most: int,
    what: str,
) -> Json:
    try:
        entry = answer(program, folder, seconds, most)
    except Exception as error:
        raise Wrong(f"{what} stops it with `{type(error).__name__}`: {error}") from error
    kind = type(entry).__name__
    expect(isinstance(entry, Mapping), f"for {what} it returned a {kind}, not a dict")
    names = sorted(entry)
    expect(names == ["outcome", "stderr", "stdout"], f"for {what} the entry has {names}")
    for name in ("stdout", "stderr"):
        kind = type(entry[name]).__name__
        expect(isinstance(entry[name], str), f"for {what} `{name}` is {kind}, not a text")
    return dict(entry)


def _gives_up(answer: Callable[..., Any], folder: Path) -> None:
    what = "a program that takes too long"
    begun = time.monotonic()
    program = [sys.executable, "-c", SLEEP]
    for seconds in (0.2, 1):
        entry = _called(answer, program, folder, seconds, 100, what)
        found = entry["outcome"]
        expect(found == {"type": "timeout"}, f"for {what} the outcome is {found}")
    expect(time.monotonic() - begun < 5, f"{what} is not stopped after its time")


def _cannot_start(answer: Callable[..., Any], folder: Path) -> None:
    what = "a program that is not there"
    program = [str(folder / "nobody")]
    words = ""
    try:
        subprocess.run(program, cwd=folder, check=False)
    except OSError as error:
        words = str(error)
    entry = _called(answer, program, folder, 60, 1_000, what)
    end = {"type": "exit", "exit_code": 127}
    expect(entry["outcome"] == end, f"for {what} the outcome is {entry['outcome']}, not {end}")
    expect(entry["stdout"] == "", f"for {what} `stdout` is {entry['stdout']!r}")
    expect(words in entry["stderr"], f"for {what} `stderr` lacks the error's words")


EXERCISES = [
    Exercise(
        "34-1",
        inside,
        (
            "`Path(folder, name).resolve()` is the whole path, without links and `..`.",
            "Compare paths, not texts: `archive2` begins with `archive`. A path knows `is_relative_to`.",
            "The folder may be a link itself, so resolve it too. It is relative to itself: refuse"
            " that on its own.",
        ),
        """def inside(folder, name):
    folder = Path(folder).resolve()
    path = (folder / name).resolve()
    if path == folder or not path.is_relative_to(folder):
        raise PermissionError(f"{name} is not inside of the folder")
    return path
""",
    ),
    Exercise(
        "34-2",
        work,
        (
            "The loop is that of lesson 06, and goes on from `response.id`.",
            "Look for calls first. Where there are none, return the text. Only `input` and"
            " `previous_response_id` change from request to request.",
            "The sixth response is looked at, too, but its calls are not carried out.",
        ),
        """def work(client, task, run, approve):
    no = {"stdout": "", "stderr": "refused", "outcome": {"type": "exit", "exit_code": 126}}
    shell = {"type": "shell", "environment": {"type": "local"}}
    items, before, sent = task, None, 0
    while True:
        response = client.responses.create(
            model="gpt-6-luna", tools=[shell], input=items, previous_response_id=before
        )
        sent += 1
        calls = [item for item in response.output if item.type == "shell_call"]
        if not calls:
            return response.output_text
        if sent == 6:
            raise RuntimeError("no text after six requests")
        items, before = [], response.id
        for call in calls:
            done = [run(each) if approve(each) else no for each in call.action.commands]
            back = {"type": "shell_call_output", "call_id": call.call_id, "output": done}
            items.append(back | {"max_output_length": call.action.max_output_length})
""",
    ),
    Exercise(
        "34-3",
        limited,
        (
            "Start from `run`: three things change, and one more error is caught.",
            "`encoding` and `errors` of `subprocess.run` say how bytes become a text. `env` is a"
            " dict that you make from `os.environ`.",
            "`text[-most:]` is the end. What cannot be started is an `OSError`.",
        ),
        """def limited(program, folder, seconds, most):
    env = {name: value for name, value in os.environ.items() if "KEY" not in name}
    how = {"cwd": folder, "env": env, "capture_output": True, "timeout": seconds}
    out, err = "", ""
    try:
        done = subprocess.run(program, **how, encoding="utf-8", errors="replace")
        out, err = done.stdout[-most:], done.stderr[-most:]
        outcome = {"type": "exit", "exit_code": done.returncode}
    except subprocess.TimeoutExpired:
        outcome = {"type": "timeout"}
    except OSError as error:
        err = str(error)
        outcome = {"type": "exit", "exit_code": 127}
    return {"stdout": out, "stderr": err, "outcome": outcome}
""",
    ),
]
