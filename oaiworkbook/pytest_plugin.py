"""pytest with record and replay of one's own calls: the fixtures `openai_client` and `async_openai_client`.

A project asks for it in its `conftest.py`, so that nobody else's tests load it:

    pytest_plugins = ["oaiworkbook.pytest_plugin"]

A test replays what is recorded beside its module, in `recordings/<module>/<test>/`. Nothing is sent
unless `--openai-record=once` or `=all` says so, and never where `CI` is set.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import openai
import pytest

from . import AsyncOpenAI, OpenAI
from .errors import RecordingNotFound
from .recordings import aside, library
from .recordings.failures import failure_in
from .recordings.file import Recording, read_recording
from .recordings.nearest import to_a_program

OPTION = "--openai-record"
_MODES = ("none", "once", "all")
_CI = ("CI", "BUILD_NUMBER")  # as pytest itself tells that it runs in CI
_LONGEST = 60  # letters of a test's parameters in the name of its folder
_NOT_THE_CALLER = tuple(Path(each).parent for each in (__file__, openai.__file__, asyncio.__file__))
_passed = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("oaiworkbook").addoption(
        OPTION,
        choices=_MODES,
        default="none",
        help="calls of the openai_client fixtures: none are sent (default); once: those of tests "
        "without recordings are sent and recorded; all: all are",
    )


def pytest_configure(config: pytest.Config) -> None:
    mode = config.getoption(OPTION, "none")
    if mode == "none":
        return
    for name in _CI:
        if os.environ.get(name, "").lower() not in ("", "0", "false"):
            raise pytest.UsageError(
                f"{OPTION}={mode} sends calls that cost money, and {name} says that this is CI, where "
                f"nothing is sent. Record on your machine and commit the recordings, or unset {name} "
                "for this command."
            )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    if call.excinfo is not None and call.excinfo.errisinstance(RecordingNotFound):
        # As in a notebook: the caller's own lines, and none of the many inside the SDK.
        miss = call.excinfo.value
        short = miss.with_traceback(_of_the_caller(miss.__traceback__))
        call.excinfo = pytest.ExceptionInfo.from_exception(short)
    report = yield
    if report.when == "call":
        item.stash[_passed] = report.passed
    return report


@pytest.fixture
def openai_client(_recorded_calls: bool) -> Iterator[OpenAI]:
    """A client that replays the test's own recordings, or records them."""
    client = OpenAI()
    yield client
    client._client.state.drain()  # type: ignore[attr-defined]
    client.close()


@pytest.fixture
def async_openai_client(_recorded_calls: bool) -> Iterator[AsyncOpenAI]:
    """The same for programs with an event loop, whichever runs it."""
    # The loop that its connections belong to is the test's, and closed before anybody can close them.
    alone = {"Connection": "close"} if _recorded_calls else None
    client = AsyncOpenAI(default_headers=alone)
    yield client
    client._client.state.drain()  # type: ignore[attr-defined]


@pytest.fixture
def _recorded_calls(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[bool]:
    """While it is in use, every client that names no mode has the test's recordings. True: records."""
    item, folder = request.node, _folder(request.node)
    mode, recorded = request.config.getoption(OPTION, "none"), any(folder.glob("*.json"))
    records = mode == "all" or (mode == "once" and not recorded)
    advice = f'pytest {OPTION}={"all" if recorded else "once"} "{item.nodeid}"'
    with (
        pytest.MonkeyPatch.context() as patch,
        TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True) as made,
        _failures(advice) as failures,
    ):
        if records:
            patch.setenv("OAIWORKBOOK_MODE", "record")
            patch.setenv("OAIWORKBOOK_RECORDINGS", made)
            patch.setenv("OAIWORKBOOK_ASIDE", "1")
        else:
            patch.setenv("OAIWORKBOOK_MODE", "replay")
            patch.setenv("OAIWORKBOOK_RECORDINGS", str(folder))
            patch.setenv("OAIWORKBOOK_PACE", os.environ.get("OAIWORKBOOK_PACE", "0"))
            for server in ("OPENAI_BASE_URL", "OAIWORKBOOK_LOCAL"):  # would answer in their place
                patch.delenv(server, raising=False)
            # What tests replay costs nothing: it is no part of the user's log.
            ledger = tmp_path_factory.getbasetemp() / "oaiworkbook-ledger.sqlite"
            patch.setenv("OAIWORKBOOK_LEDGER", str(ledger))
        yield records
        passed = item.stash.get(_passed, False)
        if records:
            _place(Path(made), folder, passed=passed)
        if failures and passed:
            what = "an answer that it got is not recorded" if records else "a call had no recording"
            pytest.fail(f"The test has passed, but {what}:\n{failures[0]}", pytrace=False)


@contextmanager
def _failures(advice: str) -> Iterator[list[Exception]]:
    """What replay misses and record mode cannot write within, also where the program catches it."""
    found: list[Exception] = []

    def note(failure: Exception) -> None:
        if isinstance(failure, RecordingNotFound):
            text = to_a_program(str(failure), f"Undo the change, or record this test: {advice}")
            failure.args = (text,)
        found.append(failure)

    library.watchers.append(note)
    try:
        yield found
    finally:
        library.watchers.remove(note)


def _of_the_caller(trace: TracebackType | None) -> TracebackType | None:
    """The same without the lines of the SDK, the event loop and this package."""
    if trace is None:
        return None
    rest = _of_the_caller(trace.tb_next)
    here = Path(trace.tb_frame.f_code.co_filename)
    if any(here.is_relative_to(package) for package in _NOT_THE_CALLER):
        return rest
    return TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def _folder(item: pytest.Item) -> Path:
    """Where the recordings of a test are. Its parameters are made fit for any file system."""
    name, bracket, parameters = item.nodeid.partition("::")[2].partition("[")
    name, parameters = name.replace("::", "."), parameters.removesuffix("]")
    if bracket:
        plain = re.sub(r"[^a-z0-9_.-]+", "-", parameters.lower())[:_LONGEST].strip("-.")
        if plain != parameters:  # another test's may look the same
            plain += "-" + hashlib.sha256(parameters.encode()).hexdigest()[:8]
        name = f"{name}-{plain}"
    return item.path.parent / "recordings" / item.path.stem / name


def _place(made: Path, folder: Path, *, passed: bool) -> None:
    """Put what a test has recorded in its folder.

    Of a test that has passed, the folder then holds this and nothing else. Of any other, good answers
    are kept, since they were paid for, and a failure such as a wrong key is not.
    """
    new = {path: read_recording(path) for path in sorted(made.glob("*.json"))}
    old = {path: library.Library(folder, flat=True).present(path) for path in folder.glob("*.json")}
    kept = {path.name for path, recording in new.items() if passed or _is_good(recording)}
    for path, recording in new.items():
        if path.name in kept:
            target = folder / path.name
            aside.copy_recording(path, recording, target)
            library.clear_sidecars(target, old.get(target), recording)
    if passed:
        for path in old.keys() - {folder / name for name in kept}:
            path.unlink()
            library.clear_sidecars(path, old[path], None)


def _is_good(recording: Recording) -> bool:
    return all(failure_in(answer) is None for answer in recording.answers)
