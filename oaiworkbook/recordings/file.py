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

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from ..errors import RecordingError
from ..files import write_atomically
from .secrets import masked
from .wire import Event

Frame = tuple[Literal[">", "<"], int, Any]  # sent by the client or the server, milliseconds, data
Source = Literal["live", "authored", "edited"]


_PIECE = 16_384  # bytes
LONGEST = 3_600_000  # ms; no answer of the API takes longer, and a replay would wait for it
# What says how a body travelled; a recording holds it plain and whole.
_OF_THE_WAY = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection"})


_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# Its regional addresses have a word before: eu.api.openai.com. Azure's are another server's.
_OPENAI = re.compile(r"(?:[a-z0-9-]+\.)?api\.openai\.com\.?(?::443)?")
_ADDRESS = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")


def _check_wait(what: str, ms: float) -> None:
    if not 0 <= ms <= LONGEST:
        raise ValueError(f"{what}: {ms} ms is not between 0 and {LONGEST:,}")


class _Part(BaseModel):
    # What is not recorded is not read: `import oaiworkbook` does not wait for the schemas.
    model_config = ConfigDict(extra="forbid", defer_build=True)


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
    ms: int = Field(default=0, ge=0, le=LONGEST)
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
        if content := self._content:
            return content
        if self.sse is not None:
            content = [event_bytes(event, self.crlf) for event in self.sse]
        elif self.file is not None:
            content = [(folder / self.file).read_bytes()]
        elif self.text is not None:
            content = [self.text.encode()]
        else:
            content = [as_json(self.json_).encode()]
        self._content = content
        return content

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

    @field_validator("status")
    @classmethod
    def _of_an_answer(cls, status: int) -> int:
        if status != 101 and not (200 <= status < 300 or 400 <= status < 600):
            raise ValueError("no status of an answer: 101 for a session, 200 to 299, 400 to 599")
        return status

    @field_validator("headers")
    @classmethod
    def _that_can_be_sent(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not (_TOKEN.fullmatch(name) and value.isascii() and value.isprintable()):
                raise ValueError(
                    f"{name[:40]!r} cannot be sent: it is not ASCII, or holds a line break"
                )
        return headers

    @field_validator("sse")
    @classmethod
    def _events(cls, events: list[Event] | None) -> list[Event] | None:
        for number, (ms, name, _data) in enumerate(events or ()):
            _check_wait(f"event {number}", ms)
            if name is not None and not (name.isprintable() and name.strip()):
                raise ValueError(f"event {number}: its name cannot be sent")
        return events

    @field_validator("frames")
    @classmethod
    def _frames(cls, frames: list[Frame] | None) -> list[Frame] | None:
        for number, (_, ms, _data) in enumerate(frames or ()):
            _check_wait(f"frame {number}", ms)
        return frames

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

    def masked(self) -> "Answer":
        """The same answer without the keys that it hands out."""
        hidden = {
            "json_": masked(self.json_),
            "sse": self.sse and [(ms, name, masked(data)) for ms, name, data in self.sse],
            "frames": self.frames and [(who, ms, masked(data)) for who, ms, data in self.frames],
        }
        given = {name: hidden[name] for name in hidden.keys() & self.model_fields_set}
        return self.model_copy(update=given)

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
        for number, answer in enumerate(self.answers):
            if travelled := _OF_THE_WAY.intersection(map(str.lower, answer.headers)):
                raise ValueError(
                    f"answers.{number}.headers: {', '.join(travelled)} says how a body travelled, and "
                    "a recording holds it plain"
                )
            for event, (_, _, data) in enumerate(answer.sse or ()):
                if not isinstance(data, dict | list) and str(data).strip() != "[DONE]":
                    raise ValueError(
                        f"answers.{number}.sse: event {event} is neither JSON nor [DONE]"
                    )
        session = self.request.method == "WS"
        if any((answer.frames is not None) is not session for answer in self.answers):
            raise ValueError("method WS and frames belong together")
        return self

    @property
    def sent(self) -> list[Any]:
        """What the client of a WebSocket session sent, in order; the same in every answer."""
        return [data for direction, _, data in self.answers[0].frames or [] if direction == ">"]


def as_json(value: Any, **form: Any) -> str:
    """JSON that UTF-8 can hold: half an emoji, which a model may send, stays an escape."""
    text = json.dumps(value, ensure_ascii=False, **form)
    return _HALF.sub(lambda half: f"\\u{ord(half.group()):04x}", text)


_HALF = re.compile("[\ud800-\udfff]")


def event_bytes(event: Event, crlf: bool) -> bytes:
    _, name, data = event
    text = data if isinstance(data, str) else as_json(data, separators=(",", ":"))
    lines = [f"event: {name}"] if name else []
    lines += [f"data: {line}" for line in text.split("\n")]
    newline = "\r\n" if crlf else "\n"
    return (newline.join(lines) + newline * 2).encode()


MEND = "Restore the file (in a clone: git checkout), or record the lesson again."


def read_recording(path: Path) -> Recording:
    """Read one file. Raises RecordingError with file, line and field when it is not a recording."""
    try:
        if path.exists() and not path.is_file():
            raise RecordingError(f"Cannot read the recording {path}: it is no plain file. {MEND}")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"it is no text ({error.reason})"
        raise RecordingError(f"Cannot read the recording {path}: {why}. {MEND}") from error
    try:
        recording = Recording.model_validate(json.loads(text))
    except RecursionError as error:
        raise RecordingError(f"Broken recording {path}: it is nested too deep. {MEND}") from error
    except json.JSONDecodeError as error:
        raise RecordingError(
            f"Broken recording {path}, line {error.lineno}, column {error.colno}: {error.msg}. {MEND}"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join("json" if p == "json_" else str(p) for p in first["loc"]) or "(whole file)"
        line = _line_of(text, first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise RecordingError(
            f"Broken recording {path}, line {line}, field {field}: {reason}. {MEND}"
        ) from error
    for answer in recording.answers:
        if answer.file is not None and (why := _misplaced(path.parent, answer.file)):
            raise RecordingError(
                f"Broken recording {path}, line {_line_of(text, ('answers', 'file'))}, "
                f"field file: {why}. {MEND}"
            )
    return recording


def _misplaced(folder: Path, name: str) -> str | None:
    """Why `name` is no file beside a recording. A recording of a stranger's may name any file here."""
    if (
        not name
        or len(name) > 255
        or Path(name).name != name
        or name in (".", "..")
        or "\\" in name
    ):
        return f"{name[:80]!r} is not the plain name of a file beside it"
    file = folder / name
    if not file.is_file():
        return f"{name} is missing beside it"
    if file.resolve().parent != folder.resolve():
        return f"{name} is a link that leads out of its folder"
    return None


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
        lines.append(as_json(event))
        return f"\0{len(lines) - 1}\0"

    answers = [answer.dump() for answer in recording.answers]
    for answer in answers:
        for name in answer.keys() & {"sse", "frames"}:
            answer[name] = [hold(event) for event in answer[name]]
    request = recording.request.model_dump(exclude_defaults=True)
    provenance = recording.provenance.model_dump(mode="json", exclude_none=True)
    whole = {"request": request, "answers": answers, "provenance": provenance}
    text = as_json(whole, indent=1)
    return re.sub(r'"\\u0000(\d+)\\u0000"', lambda m: lines[int(m[1])], text) + "\n"


def write_recording(path: Path, content: bytes) -> None:
    """Writes a recording or a file beside one, whole or not at all. Raises RecordingError."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise RecordingError(
            f"Cannot write the recording {path}: {error.strerror}. Free space or choose another "
            "folder with OAIWORKBOOK_DATA, then record again."
        ) from error
