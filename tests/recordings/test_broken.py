"""A broken recording is one calm line with file, field and what to do, and hides no good one."""

import copy
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import pytest

from oaiworkbook.client import OpenAI
from oaiworkbook.errors import RecordingError
from oaiworkbook.recordings.file import LONGEST, read_recording

from ..echo import Echo
from ..support import LESSON, data, record, recordings  # noqa: F401  # a fixture


def plain(client: Any) -> Any:
    return client.responses.create(model="gpt-6-luna", input="hi")


def stream(client: Any) -> Any:
    return list(client.responses.create(model="gpt-6-luna", input="hi", stream=True))


def answer(**more: Any) -> Callable[[Any], None]:
    return lambda content: content["answers"][0].update(more)


def header(name: str, value: Any) -> Callable[[Any], None]:
    return lambda content: content["answers"][0]["headers"].update({name: value})


def event(at: int, value: Any) -> Callable[[Any], None]:
    return lambda content: content["answers"][0]["sse"][3].__setitem__(at, value)


def whole(**more: Any) -> Callable[[Any], None]:
    return lambda content: content.update(more)


def without(*path: Any) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        for name in path[:-1]:
            content = content[name]
        del content[path[-1]]

    return change


KINDS: dict[str, tuple[Callable[[Any], None], str]] = {
    "no answers": (whole(answers=[]), "answers is empty"),
    "answers is no list": (whole(answers={}), "field answers"),
    "an answer is null": (whole(answers=[None]), "field answers.0"),
    "no request": (without("request"), "field request"),
    "no provenance": (without("provenance"), "field provenance"),
    "no method": (without("request", "method"), "field request.method"),
    "another field": (whole(more=1), "field more"),
    "a source of one's own": (lambda c: c["provenance"].update(source="mine"), "provenance.source"),
    "a day that is none": (lambda c: c["provenance"].update(at="soon"), "field provenance.at"),
    "two bodies": (answer(text="x"), "exactly one of json, text, file, sse"),
    "no body": (without("answers", 0, "json"), "exactly one of json, text, file, sse"),
    "status 0": (answer(status=0), "field answers.0.status"),
    "status -1": (answer(status=-1), "field answers.0.status"),
    "status 99": (answer(status=99), "field answers.0.status"),
    "status 100": (answer(status=100), "field answers.0.status"),
    "status 304": (answer(status=304), "field answers.0.status"),
    "status 1000": (answer(status=1000), "field answers.0.status"),
    "status 10**30": (answer(status=10**30), "field answers.0.status"),
    "status is text": (answer(status="fine"), "field answers.0.status"),
    "status is null": (answer(status=None), "field answers.0.status"),
    "ms negative": (answer(ms=-5), "field answers.0.ms"),
    "ms 1e30": (answer(ms=10**30), "field answers.0.ms"),
    "ms 1e12": (answer(ms=10**12), "field answers.0.ms"),
    "ms one too many": (answer(ms=LONGEST + 1), "field answers.0.ms"),
    "ms is text": (answer(ms="soon"), "field answers.0.ms"),
    "headers is a list": (answer(headers=[]), "field answers.0.headers"),
    "a header not in ASCII": (header("x-request-id", "réq"), "field answers.0.headers"),
    "a header with a line break": (header("x-request-id", "a\r\nset: b"), "answers.0.headers"),
    "a header's name with a blank": (header("x request", "a"), "field answers.0.headers"),
    "a header that is a number": (header("retry-after", 3), "field answers.0.headers"),
    "gzip": (header("content-encoding", "gzip"), "content-encoding says how a body travelled"),
    "a length": (header("Content-Length", "3"), "says how a body travelled"),
    "chunked": (header("transfer-encoding", "chunked"), "says how a body travelled"),
    "a file that is missing": (
        lambda c: c["answers"].__setitem__(0, {"status": 200, "file": "x.mp3"}),
        "x.mp3 is missing",
    ),
    "a file elsewhere": (
        lambda c: c["answers"].__setitem__(0, {"status": 200, "file": "../x.mp3"}),
        "is not the plain name",
    ),
    "frames without a session": (
        lambda c: c["answers"].__setitem__(0, {"status": 101, "frames": []}),
        "method WS and frames belong together",
    ),
}
STREAMS: dict[str, tuple[Callable[[Any], None], str]] = {
    "data null": (event(2, None), "event 3 is neither JSON nor"),
    "data text": (event(2, "{broken"), "event 3 is neither JSON nor"),
    "data a number": (event(2, 7), "event 3 is neither JSON nor"),
    "ms negative": (event(0, -1), "event 3: -1 ms"),
    "ms 1e12": (event(0, 10**12), "event 3: 1000000000000 ms"),
    "a name with a line break": (event(1, "a\nb"), "event 3: its name"),
    "an event too short": (lambda c: c["answers"][0]["sse"].__setitem__(3, [1]), "answers.0.sse.3"),
    "sse is text": (answer(sse="x"), "field answers.0.sse"),
}
FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "empty": (lambda p: p.write_bytes(b""), "line 1, column 1"),
    "cut": (lambda p: p.write_bytes(p.read_bytes()[:200]), "line "),
    "binary": (lambda p: p.write_bytes(bytes(range(256))), "it is no text"),
    "a list": (lambda p: p.write_text("[]"), "field (whole file)"),
    "null": (lambda p: p.write_text("null"), "field (whole file)"),
    "nested too deep": (lambda p: p.write_text("[" * 200_000 + "]" * 200_000), "nested too deep"),
    "a folder": (lambda p: (p.unlink(), p.mkdir()), "it is no plain file"),
    "a pipe": (lambda p: (p.unlink(), os.mkfifo(p)), "it is no plain file"),
    "a device": (lambda p: (p.unlink(), p.symlink_to("/dev/zero")), "it is no plain file"),
    "a link to itself": (lambda p: (p.unlink(), p.symlink_to(p)), "Cannot read the recording"),
    "a link to nowhere": (lambda p: (p.unlink(), p.symlink_to("/nowhere")), "Cannot read"),
}


def calm(error: BaseException, path: Path, says: str) -> None:
    text = str(error)
    assert says in text
    assert str(path) in text
    assert "git checkout" in text, "what to do"
    assert "\n" not in text


def broken(data: Path, way: Any, change: Any, says: str) -> None:  # noqa: F811
    """Records one call, changes what was recorded, and asks again."""
    record(Echo(), way)
    [path] = recordings(data)
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(RecordingError) as caught:
        way(OpenAI())
    calm(caught.value, path, says)


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_answer(data: Path, kind: str) -> None:  # noqa: F811
    broken(data, plain, *KINDS[kind])


@pytest.mark.parametrize("kind", STREAMS)
def test_a_broken_stream(data: Path, kind: str) -> None:  # noqa: F811
    broken(data, stream, *STREAMS[kind])


@pytest.mark.skipif(os.name == "nt", reason="pipes, devices and links are made otherwise there")
@pytest.mark.parametrize("kind", FILES)
def test_a_broken_file(data: Path, kind: str) -> None:  # noqa: F811
    record(Echo(), plain)
    [path] = recordings(data)
    make, says = FILES[kind]
    make(path)
    with pytest.raises(RecordingError) as caught:
        plain(OpenAI())
    calm(caught.value, path, says)
    if path.is_symlink() or not path.is_dir():
        path.unlink()


@pytest.mark.parametrize("kind", ["cut", "binary"])
def test_a_broken_file_hides_no_good_one(data: Path, kind: str) -> None:  # noqa: F811
    record(Echo(), plain)
    [good] = recordings(data)
    other = data / "recordings" / "00_first" / good.name
    other.parent.mkdir()
    shutil.copy(good, other)
    FILES[kind][0](other)
    assert plain(OpenAI()).status == "completed"
    FILES[kind][0](good)
    other.write_bytes(copy.copy(other.read_bytes()))
    with pytest.raises(RecordingError):
        plain(OpenAI())


def test_a_broken_file_is_no_neighbour_of_a_miss(data: Path) -> None:  # noqa: F811
    record(Echo(), plain)
    [path] = recordings(data)
    shutil.copy(path, path.with_name("02-responses-00000000.json"))
    path.write_text("{")
    with pytest.raises(openai.OpenAIError, match=f"nearest recording: {LESSON}/02-"):
        OpenAI().responses.create(model="gpt-6-luna", input="hi there")


def test_the_shipped_recordings_are_all_readable() -> None:
    from oaiworkbook import settings

    files = sorted((settings.course_dir() / "data" / "recordings").rglob("*.json"))
    assert len(files) > 600
    for path in files:
        read_recording(path)
