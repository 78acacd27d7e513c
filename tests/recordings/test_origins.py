"""Whose answers recordings are: those of another server are nowhere called OpenAI's."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook import settings
from oaiworkbook.cli import recording as cli_recording
from oaiworkbook.client import OpenAI
from oaiworkbook.course.doctor import doctor
from oaiworkbook.course.notebook import StartLine
from oaiworkbook.practice.server import PracticeServer, Reply
from oaiworkbook.practice.websocket import scripted
from oaiworkbook.recordings.file import Answer, Provenance, read_recording
from oaiworkbook.recordings.library import Library
from oaiworkbook.recordings.requests import canonical_parts
from oaiworkbook.recordings.secrets import Gate

from .. import small_course as course
from ..authoring import generated
from ..support import LESSON, data, recordings  # noqa: F401

OURS = "127.0.0.1:8080"
OPENAI = "api.openai.com"


@contextmanager
def foreign(redirect: str = "") -> Iterator[str]:
    """A server that knows nothing of the workbook; the base URL. It may send each request elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            body = json.dumps({"id": "r", "object": "response", "output": []}).encode()
            self.send_response(307 if redirect else 200)
            self.send_header("location", redirect + self.path)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def recorded(base: str, data: Path) -> Provenance:  # noqa: F811
    with OpenAI(mode="record", base_url=f"{base}/v1", api_key="sk-test") as client:
        client.responses.create(model="gpt-6-luna", input="tide")
    (path,) = recordings(data)
    return read_recording(path).provenance


def test_a_recording_names_the_server_that_answered_with_its_port(data: Path) -> None:  # noqa: F811
    with foreign() as base:
        made = recorded(base, data)
    assert (made.source, made.host) == ("live", base.removeprefix("http://"))
    assert made.server == made.host


def test_after_a_redirect_it_names_the_one_that_answered(data: Path) -> None:  # noqa: F811
    with foreign() as base, foreign(redirect=base) as first:
        made = recorded(first, data)
    assert made.host == base.removeprefix("http://")


def test_a_header_of_a_server_makes_no_answer_openai_s(data: Path) -> None:  # noqa: F811
    """Ours say so where they wrote an answer; whatever else they say, it is theirs."""
    answer = {"status": 200, "headers": {}, "json": {"id": "r", "object": "response", "output": []}}
    said = Reply(Answer.model_validate(answer), "live")
    with PracticeServer(source=lambda _: said) as server:
        made = recorded(server.url.removesuffix("/v1"), data)
        assert made.server == server.url.removeprefix("http://").removesuffix("/v1")


def test_where_two_servers_answer_one_request_the_other_one_is_named(
    data: Path,  # noqa: F811
) -> None:
    """The same request to two addresses goes into one file, which has one label."""
    asked = canonical_parts("GET", "/v1/responses/r", "", "", b"")
    made = Library(data / "recordings")
    path = made.start(asked, LESSON)
    for number, host in enumerate((OPENAI, OURS, OPENAI)):
        answer = {"status": 200, "headers": {}, "json": {"id": "r", "number": number}}
        at = {"source": "live", "at": "2026-11-30T12:00:00Z", "sdk": "x", "host": host}
        provenance = Provenance.model_validate(at)
        made.add(path, asked, Answer.model_validate(answer), provenance, b"", gate=Gate())
    held = read_recording(path)
    assert (len(held.answers), held.provenance.server) == (3, OURS)


def test_a_session_names_its_server_too(data: Path) -> None:  # noqa: F811
    def script(_: Any) -> Iterator[tuple[float, Any]]:
        yield 0.0, {"type": "session.created", "event_id": "e", "session": {"type": "realtime"}}

    sessions: Any = lambda *_: scripted(script, "live")  # noqa: E731
    with PracticeServer(source=lambda _: 1 // 0, sessions=sessions) as server:
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        with client.realtime.connect(model="gpt-realtime-2.1-mini") as connection:
            connection.recv()
        client._client.state.drain()
    (path,) = recordings(data)
    assert read_recording(path).provenance.server == server.url[len("http://") : -len("/v1")]


@pytest.mark.parametrize(
    ("host", "server"),
    [
        (None, None),
        ("api.openai.com", None),
        ("API.openai.com", None),
        ("api.openai.com:443", None),
        ("eu.api.openai.com", None),
        ("api.openai.com:8443", "api.openai.com:8443"),
        ("mine.openai.azure.com", "mine.openai.azure.com"),
        ("api.openai.com.example.org", "api.openai.com.example.org"),
        ("api-openai.com", "api-openai.com"),
        ("notapi.openai.com", "notapi.openai.com"),
        ("127.0.0.1", "127.0.0.1"),  # of a recording made before ports were recorded
        ("[::1]:8080", "[::1]:8080"),
        ("<b>api.openai.com</b>", "another server"),
    ],
)
@pytest.mark.parametrize("source", ["live", "edited", "authored"])
def test_which_server_is_openai_s(source: str, host: str | None, server: str | None) -> None:
    made = {"source": source, "at": "2026-11-30T12:00:00Z", "sdk": "x", "host": host}
    expected = None if source == "authored" else server
    assert Provenance.model_validate(made).server == expected


Made = list[tuple[str, str | None]]  # source and host of each recording


def lesson(folder: Path, made: Made) -> None:
    for number, (source, host) in enumerate(made):
        path = folder / "recordings" / LESSON / f"{number:02d}-responses-0000000{number}.json"
        course.recording(path, source)
        whole = json.loads(path.read_text())
        whole["provenance"] |= {"host": host} if host else {}
        path.write_text(json.dumps(whole))


BY_US = "answers written by us, not by OpenAI's models"
LINES: list[tuple[Made, str]] = [
    ([("authored", None)], BY_US),
    ([("live", OPENAI), ("live", "eu.api.openai.com")], "answers are recordings of the live API"),
    (
        [("live", OPENAI), ("authored", None)],
        "answers are recordings, in part of the live API and in part written or edited by us",
    ),
    (
        [("edited", OPENAI)],
        "answers are recordings, in part of the live API and in part written or edited by us",
    ),
    ([("live", OURS)], f"answers are recordings from {OURS}, not from OpenAI's API"),
    (
        [("live", OURS), ("live", "gpu.example.org")],
        f"answers are recordings from {OURS} and gpu.example.org, not from OpenAI's API",
    ),
    (
        [("live", OURS), ("live", OPENAI)],
        f"answers are recordings, in part from {OURS} (not OpenAI's API) and in part of the live API",
    ),
    (
        [("live", OURS), ("authored", None)],
        f"answers are recordings, in part from {OURS} (not OpenAI's API) and in part written or "
        "edited by us",
    ),
    (
        [("edited", OURS)],
        f"answers are recordings, in part from {OURS} (not OpenAI's API) and in part written or "
        "edited by us",
    ),
    (
        [("live", OURS), ("live", OPENAI), ("authored", None)],
        f"answers are recordings, in part from {OURS} (not OpenAI's API), in part of the live API "
        "and in part written or edited by us",
    ),
]


@pytest.mark.parametrize(("made", "line"), LINES, ids=[str(made) for made, _ in LINES])
def test_the_start_line_says_whose_the_answers_are(
    made: Made,
    line: str,
    data: Path,  # noqa: F811
) -> None:
    lesson(data, made)
    assert str(StartLine()) == f"mode replay · {line} · nothing is sent, nothing is charged"


MIXED: Made = [("live", OURS), ("live", OURS), ("live", OPENAI), ("authored", None)]


def test_doctor_counts_them_by_server(data: Path) -> None:  # noqa: F811
    lesson(data, [*MIXED, ("edited", OURS)])
    said = [each.text for each in doctor().lines if each.name == "written by"]
    assert set(said) == {
        f"2 live (answered by {OURS}, not by OpenAI's API)",
        "1 live (answered by the API)",
        "1 authored (written by the makers of this course, not by OpenAI's models)",
        f"1 edited (answered by {OURS}, not by OpenAI's API, then changed by hand)",
    }


def test_record_counts_them_by_server(data: Path) -> None:  # noqa: F811
    lesson(data, MIXED)
    said = cli_recording._written(LESSON, {})
    assert said.endswith(f"(4 new; 2 live from {OURS} (not OpenAI's API), 1 live, 1 authored)")


def test_the_footer_of_a_lesson_names_them(data: Path) -> None:  # noqa: F811
    lesson(data, [*MIXED, ("edited", OURS)])
    days = "2026-11-20"
    said = generated.footer(settings.course_dir() / "notebooks" / f"{LESSON}.ipynb", [])
    assert said.endswith(
        f"Recordings: written by us in OpenAI's format, not produced by OpenAI's models, {days}. "
        f"Recordings: recorded from `{OURS}`, not from OpenAI's API, and edited, {days}. "
        f"Recordings: recorded from OpenAI's API, {days}. "
        f"Recordings: recorded from `{OURS}`, not from OpenAI's API, {days}.*"
    )
