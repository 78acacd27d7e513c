"""One recording on disk: its form, reading with clear errors, writing that survives a crash.

A file is pretty-printed JSON with `request`, `answers` in order and `provenance`, one stream event
or WebSocket frame a line, so that a person can review a difference. Binary bodies lie beside it,
with their own ending.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError, model_validator

from ..errors import RecordingError
from ..files import write_atomically
from .requests import whole_characters

Event = tuple[int, str | None, Any]  # milliseconds, event name or None, data
Frame = tuple[Literal[">", "<"], int, Any]  # sent by the client or the server, milliseconds, data
Source = Literal["live", "authored", "edited"]
PRACTICE = "x-oaiworkbook-source"  # a header of the practice server: the source of its answer


_PIECE = 16_384  # bytes
# Its regional addresses have a word before: eu.api.openai.com. Azure's are another server's.
_OPENAI = re.compile(r"(?:[a-z0-9-]+\.)?api\.openai\.com\.?(?::443)?")
_ADDRESS = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RecordedRequest(_Part):
    method: str
    path: str
    query: str = ""
    body: Any = None


class Answer(_Part):
    """One HTTP answer. Exactly one of `json`, `text`, `file`, `sse`, `frames` holds its body.

    `ms`: milliseconds until the answer came. `sse`: `[ms, event name or null, data]` an event.
    `crlf`: lines of the stream end in CR LF. `cut`: the connection broke after the last event.
    `frames`: a WebSocket session (method `WS`, status 101), `[">" or "<", ms, data]` a frame, `>`
    from the client; there `cut` says that the server ended the session.
    """

    status: int
    headers: dict[str, str] = {}
    ms: int = 0
    json_: Any = None
    text: str | None = None
    file: str | None = None
    sse: list[Event] | None = None
    frames: list[Frame] | None = None
    crlf: bool = False
    cut: bool = False
    _content: list[bytes] = PrivateAttr(default_factory=list)

    def content(self, folder: Path) -> list[bytes]:
        """The body as sent: a piece an event for a stream, else one piece."""
        if not self._content:
            if self.sse is not None:
                self._content = [event_bytes(event, self.crlf) for event in self.sse]
            elif self.file is not None:
                self._content = [(folder / self.file).read_bytes()]
            elif self.text is not None:
                self._content = [self.text.encode()]
            else:
                text = json.dumps(self.json_, ensure_ascii=False)
                self._content = [whole_characters(text).encode()]
        return self._content

    def pieces(self, folder: Path, pace: float) -> Iterator[tuple[float, bytes]]:
        """The body as it arrives: (seconds to wait first, bytes). `pace` scales the recorded waits.

        A stream comes an event a piece, a file in pieces of 16 KiB, as from a network. It does not say
        how a `cut` answer ends: that is the player's.
        """
        content = self.content(folder)
        if self.sse is None:
            for at in range(0, len(content[0]), _PIECE):
                yield 0.0, content[0][at : at + _PIECE]
            return
        before = 0
        for event, piece in zip(self.sse, content, strict=True):
            yield max(0, event[0] - before) / 1000 * pace, piece
            before = event[0]

    @model_validator(mode="before")
    @classmethod
    def _one_body(cls, value: Any) -> Any:
        if isinstance(value, dict):
            if sum(name in value for name in ("json", "text", "file", "sse", "frames")) != 1:
                raise ValueError("needs exactly one of json, text, file, sse, frames")
            value = {("json_" if k == "json" else k): v for k, v in value.items()}
        return value

    def says_the_same(self, other: "Answer") -> bool:
        """Whether two successful answers differ in nothing but times."""

        def timeless(answer: Answer) -> list[Any]:
            events = [event[1:] for event in answer.sse or []]
            return [answer.headers, answer.json_, answer.text, answer.cut, events]

        same = self.status == other.status == 200 and self.file is other.file is None
        return same and timeless(self) == timeless(other)

    def dump(self) -> dict[str, Any]:
        named = self.model_dump(exclude_unset=True)
        return {("json" if k == "json_" else k): v for k, v in named.items()}


class Provenance(_Part):
    source: Source
    at: datetime
    sdk: str
    host: str | None = None  # the server of a live recording, with its port where it names one

    @property
    def server(self) -> str | None:
        """The server that answered where that was not OpenAI's API, in a form fit to be shown."""
        if self.source == "authored" or self.host is None or _OPENAI.fullmatch(self.host.lower()):
            return None
        return self.host if _ADDRESS.fullmatch(self.host) else "another server"


class Recording(_Part):
    request: RecordedRequest
    answers: list[Answer]
    provenance: Provenance

    @model_validator(mode="after")
    def _answered(self) -> "Recording":
        if not self.answers:
            raise ValueError("answers is empty")
        session = self.request.method == "WS"
        if any((answer.frames is not None) is not session for answer in self.answers):
            raise ValueError("method WS and frames belong together")
        return self

    @property
    def sent(self) -> list[Any]:
        """What the client of a WebSocket session sent, in order; the same in every answer."""
        return [data for direction, _, data in self.answers[0].frames or [] if direction == ">"]


def event_bytes(event: Event, crlf: bool) -> bytes:
    _, name, data = event
    text = (
        data
        if isinstance(data, str)
        else whole_characters(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    )
    lines = [f"event: {name}"] if name else []
    lines += [f"data: {line}" for line in text.split("\n")]
    newline = "\r\n" if crlf else "\n"
    return (newline.join(lines) + newline * 2).encode()


def read_recording(path: Path) -> Recording:
    """Read one file. Raises RecordingError with file, line and field when it is not a recording."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"Cannot read the recording {path}: {error}.") from error
    mend = "Restore the file (in a clone: git checkout), or record the lesson again."
    try:
        recording = Recording.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise RecordingError(
            f"Broken recording {path}, line {error.lineno}, column {error.colno}: {error.msg}. {mend}"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join("json" if p == "json_" else str(p) for p in first["loc"]) or "(whole file)"
        line = _line_of(text, first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise RecordingError(
            f"Broken recording {path}, line {line}, field {field}: {reason}. {mend}"
        ) from error
    for answer in recording.answers:
        if answer.file and not (path.parent / answer.file).is_file():
            raise RecordingError(
                f"Broken recording {path}, line {_line_of(text, ('answers', 'file'))}, "
                f"field file: {answer.file} is missing beside it. {mend}"
            )
    return recording


def _line_of(text: str, loc: tuple[int | str, ...]) -> int:
    at = 0
    for name in loc:
        if isinstance(name, str):
            found = text.find(f'"{name}"', at)
            at = found if found >= 0 else at
    return text.count("\n", 0, at) + 1


def dump_recording(recording: Recording) -> str:
    """Pretty JSON, one event or frame a line, so that a person can review a difference."""
    lines: list[str] = []

    def hold(event: Event | Frame) -> str:
        lines.append(json.dumps(event, ensure_ascii=False))
        return f"\0{len(lines) - 1}\0"

    answers = [answer.dump() for answer in recording.answers]
    for answer in answers:
        for name in answer.keys() & {"sse", "frames"}:
            answer[name] = [hold(event) for event in answer[name]]
    request = recording.request.model_dump(exclude_defaults=True)
    provenance = recording.provenance.model_dump(mode="json", exclude_none=True)
    whole = {"request": request, "answers": answers, "provenance": provenance}
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    text = re.sub(r'"\\u0000(\d+)\\u0000"', lambda m: lines[int(m[1])], text) + "\n"
    return whole_characters(text)


def write_recording(path: Path, content: bytes) -> None:
    """Writes a recording or a file beside one, whole or not at all. Raises RecordingError."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise RecordingError(
            f"Cannot write the recording {path}: {error.strerror}. Free space or choose another "
            "folder with OAIWORKBOOK_DATA, then record again."
        ) from error
