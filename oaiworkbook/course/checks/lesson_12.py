"""Exercises of lesson 12, Speech."""

import base64
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx2
import openai

from ...recordings.requests import canonical
from ..exercises.judge import Exercise, Wrong
from ..exercises.phone import Line, created, done
from ..exercises.probe import Probe, error_answer, expect
from ..models import model

if TYPE_CHECKING:
    from ...practice.server import Served

RATE = 24_000
# Two seconds of sound in pieces that no buffer of a file takes whole.
SOUND = [bytes([number, 0]) * 12_000 for number in range(4)]
BYTES = "stands for the bytes of an MP3 file"
LIMIT = 25 * 1024 * 1024
TEXT = "The Kittiwake sails at nine."
PATIENCE = 1.0  # seconds in which a piece that has arrived is in the file


class Ear(Probe):
    """A probe that also notes the parts of a form: `files` holds one dict an upload."""

    def __init__(self, *replies: Any) -> None:
        self.files: list[dict[str, Any]] = []
        super().__init__(replies)

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        body = canonical(request).body
        if isinstance(body, list):
            self.files += [part for part in body if "filename" in part]
        return super()._reply(request)


class Reader:
    """A script for `Line`: says `words` to whatever is asked, and watches the file at `path`."""

    def __init__(self, words: str, path: Path, *, fails: bool = False) -> None:
        self.words, self.path, self.fails = words, path, fails
        self.asked: list[dict[str, Any]] = []
        self.grew = False

    def __call__(self, heard: Any) -> Iterator[dict[str, Any]]:
        if heard is None:
            yield created()
        elif heard.get("type") == "session.update":
            yield _event("session.updated", session=heard.get("session"))
        elif heard.get("type") == "conversation.item.create":
            item = {"id": "item_1", "status": "completed"} | (heard.get("item") or {})
            yield _event("conversation.item.added", previous_item_id=None, item=item)
            yield _event("conversation.item.done", previous_item_id=None, item=item)
            self.asked.append(heard)
        elif heard.get("type") == "response.create":
            self.asked.append(heard)
            yield from self._failure() if self.fails else self._answer()

    def _answer(self) -> Iterator[dict[str, Any]]:
        yield _event("response.output_audio_transcript.delta", delta=self.words)
        for piece in SOUND[:-1]:
            yield _event("response.output_audio.delta", delta=base64.b64encode(piece).decode())
        self.grew = _holds(self.path, 2 * len(SOUND[0]))
        yield _event("response.output_audio.delta", delta=base64.b64encode(SOUND[-1]).decode())
        yield _event("response.output_audio.done")
        yield _event("response.output_audio_transcript.done", transcript=self.words)
        yield done([{"type": "output_audio", "transcript": self.words}])

    def _failure(self) -> Iterator[dict[str, Any]]:
        error = {"type": "invalid_request_error", "code": "invalid_value", "message": "No voice."}
        yield _event("error", error=error | {"param": None, "event_id": None})


def _event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "event_id": "event_5", **fields}


def _holds(path: Path, size: int) -> bool:
    """Whether the file has `size` bytes before the rest of the sound is sent."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if path.is_file() and path.stat().st_size >= size:
            return True
        time.sleep(0.01)
    return False


def heard(text: str) -> dict[str, Any]:
    usage = {"type": "duration", "seconds": 3}
    body = {"text": text, "languages": [{"code": "en"}], "usage": usage}
    return {"status": 200, "headers": {"content-type": "application/json"}, "json": body}


def _heard_in_pieces(text: str) -> dict[str, Any]:
    half = len(text) // 2
    pieces = [
        {"type": "transcript.text.delta", "delta": part} for part in (text[:half], text[half:])
    ]
    events = [*pieces, {"type": "transcript.text.done", "text": text}]
    return {
        "status": 200,
        "headers": {"content-type": "text/event-stream"},
        "sse": [[0, None, event] for event in events] + [[0, None, "[DONE]"]],
    }


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name)


def _reading_request(line: Line, reader: Reader, text: str) -> None:
    expect(line.models[0] == model("speech"), f"the session is one of {line.models[0]!r}")
    expect(reader.asked, "no response was asked for")
    said = " ".join(str(event) for event in reader.asked)
    expect(text in said, "the text that was given is not in the request")
    made = next(event for event in reader.asked if event["type"] == "response.create")
    told = made.get("response") or {}
    expect(told.get("output_modalities") != ["text"], "the answer was asked for in writing")


def _is_the_sound(path: Path) -> None:
    expect(path.is_file(), "there is no file at `path`")
    try:
        with wave.open(str(path), "rb") as file:
            form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError):
        raise Wrong("what is in the file is not a WAV file: it has no header") from None
    expect(form == (1, 2, RATE), f"channels, bytes a sample and rate in the file are {form}")
    expect(frames == b"".join(SOUND), "the sound in the file is not what the deltas hold together")


def announce(answer: Callable[..., Any]) -> str:
    with _folder() as folder:
        path = folder / "line.wav"
        # Other words than those that were asked for: only the transcript knows them.
        for words in (TEXT, "The Kittiwake leaves at nine."):
            reader = Reader(words, path)
            path.unlink(missing_ok=True)
            with Line(reader) as line:
                found = line.run(answer, TEXT, path)
            _reading_request(line, reader, TEXT)
            _is_the_sound(path)
            expect(reader.grew, "nothing was in the file before the whole sound had come")
            expect(found == words, f"what was said is {words!r}, and it returned {found!r}")
        with Line(Reader(TEXT, path, fails=True)) as line:
            try:
                found = line.run(answer, TEXT, path)
            except RuntimeError:
                return "The file grows while the sound comes, and an error does not go unseen."
            except Wrong:
                raise Wrong("after an error event your code waited on") from None
        raise Wrong(f"after an error event it returned {found!r}")


def round_trip(answer: Callable[..., Any]) -> str:
    for text, back, rate in (
        (TEXT, "The kitty wake sails at nine", 0.4),
        (TEXT, TEXT, 0.0),
        (TEXT, "", 1.0),
        ("Ahoy.", "A hoy there", 3.0),
    ):
        with _folder() as folder:
            path = folder / "line.wav"
            requests: list[Served] = []
            reader = Reader(text, path)
            with Line(reader, _listener(requests, back)) as line:
                found = line.run(answer, text, path)
            _reading_request(line, reader, text)
            _is_the_sound(path)
            _transcribed(requests, path)
        expect(isinstance(found, int | float), f"it returned {type(found).__name__}, not a number")
        expect(
            abs(found - rate) < 1e-9,
            f"for {text!r}, heard as {back!r}, it returned {found:g}, not {rate:g}",
        )
    return "A rate of 3 is 300 %: one word was said, and three are wrong or too many."


def _listener(requests: "list[Served]", back: str) -> "Callable[[Served], dict[str, Any]]":
    def answered(served: "Served") -> dict[str, Any]:
        requests.append(served)
        if served.asked.path != "/v1/audio/transcriptions":
            return error_answer(
                404, f"nothing at {served.asked.path}", type="invalid_request_error"
            )
        return _heard_in_pieces(back) if served.form.get("stream") == "true" else heard(back)

    return answered


def _transcribed(requests: "list[Served]", path: Path) -> None:
    expect(requests, "the file was not transcribed")
    asked = requests[-1]
    files = [part for part in asked.asked.body if "filename" in part]
    expect(files, "the request to transcribe carries no file")
    expect(
        files[-1]["sha256"] == sha256(path.read_bytes()).hexdigest(),
        "the uploaded bytes are not the file's",
    )
    ending = Path(files[-1]["filename"]).suffix
    expect(
        ending == ".wav",
        f"the upload is called {files[-1]['filename']!r}: the ending tells the API its format",
    )
    named = asked.form.get("model")
    expect(named == model("transcribe"), f"the transcribing model is {named!r}")
    expect(
        not any(name.startswith("keywords") for name in asked.form),
        "keywords told the model what to hear: the rate then measures nothing",
    )


def receive(answer: Callable[..., Any]) -> str:
    with _folder() as folder:
        _formats(answer, folder)
        _too_large(answer, folder)
        note = folder / "noise.mp3"
        note.write_bytes(b"not a sound")
        probe = Ear(_refused("Audio file might be corrupted or unsupported", "file"))
        try:
            found = answer(probe.client, note)
        except openai.BadRequestError:
            raise Wrong("a file that the API cannot read stops the program with a 400") from None
        expect(found is None, f"for a file that the API cannot read it returned {found!r}")
        for what, reply in _OTHERS.items():
            try:
                answer(Ear(reply).client, note)
            except openai.APIError:
                continue
            raise Wrong(f"{what} looks like an unreadable file: the message would be lost")
    return "Only what is about the file returns None. A later try can succeed with all the rest."


def _refused(message: str, param: str) -> dict[str, Any]:
    kind = "invalid_request_error"
    return error_answer(400, message, type=kind, code="invalid_value", param=param)


_OTHERS: dict[str, Any] = {
    "a 429": error_answer(429, "Slow down", type="requests", code="rate_limit_exceeded"),
    "a wrong key (401)": error_answer(401, "Incorrect API key", type="invalid_request_error"),
    "a 400 about the model": _refused("The model does not exist", "model"),
    "a 500": error_answer(500, "The server had an error", type="server_error"),
    "a broken connection": httpx2.ConnectError("the connection was refused"),
}


def _formats(answer: Callable[..., Any], folder: Path) -> None:
    for name, sent in (("note.oga", ".ogg"), ("NOTE.OGA", ".ogg"), ("call.mp3", ".mp3")):
        path = folder / name
        path.write_bytes(BYTES.encode())
        probe = Ear(heard("Do bicycles need a ticket?"))
        found = answer(probe.client, path)
        expect(probe.files, "your code uploaded no file")
        part = probe.files[-1]
        expect(
            Path(part["filename"]).suffix.lower() == sent,
            f"{name} was uploaded as {part['filename']!r}",
        )
        expect(
            part["sha256"] == sha256(BYTES.encode()).hexdigest(),
            f"the bytes of {name} changed on the way",
        )
        expect(path.is_file(), f"{name} is gone from the folder: rename the upload, not the file")
        expect(found == "Do bicycles need a ticket?", f"for {name} it returned {found!r}")


def _too_large(answer: Callable[..., Any], folder: Path) -> None:
    path = folder / "meeting.wav"
    with path.open("wb") as file:
        file.truncate(LIMIT + 1)
    message = f"413: Maximum content size limit ({LIMIT}) exceeded ({LIMIT + 400} bytes read)"
    probe = Ear(error_answer(413, message, type="server_error"))
    try:
        answer(probe.client, path)
    except ValueError:
        expect(not probe.requests, "the file above 25 MB was sent before it was refused")
        return
    except openai.APIStatusError:
        raise Wrong("a file above 25 MB was sent, only to come back with a 413") from None
    raise Wrong("a file above 25 MB went through without a ValueError")


EXERCISES = [
    Exercise(
        id="12-1",
        check=announce,
        hints=(
            "`read_aloud` of step 1 has all of it but the last line.",
            "A delta is base64 text: `base64.b64decode(event.delta)` makes bytes of it.",
            'The branch that is missing begins `elif event.type == "error":`.',
        ),
        reference='''
def announce(client, text, path):
    """Have `text` read into the WAV file `path`, piece by piece. Returns what was said."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        with client.realtime.connect(model="gpt-realtime-2.1-mini") as line:
            line.response.create(response=reading(text))
            for event in line:
                if event.type == "response.output_audio.delta":
                    file.writeframes(base64.b64decode(event.delta))
                elif event.type == "error":
                    raise RuntimeError(event.error.message)
                elif event.type == "response.done":
                    return event.response.output[0].content[0].transcript
''',
    ),
    Exercise(
        id="12-2",
        check=round_trip,
        hints=(
            "Three steps: read into the file, transcribe that file, compare two texts.",
            "The upload takes a path, `file=path`, and the name goes along.",
            "`word_error_rate(text, answer.text)`: what was said comes first.",
        ),
        reference='''
def round_trip(client, text, path):
    """Read `text` into `path`, transcribe that file, and return the word error rate."""
    read_aloud(client, reading(text), path)
    back = client.audio.transcriptions.create(model="gpt-transcribe", file=path)
    return word_error_rate(text, back.text)
''',
    ),
    Exercise(
        id="12-3",
        check=receive,
        hints=(
            "`path.stat().st_size` knows the size before a byte is sent.",
            "`file=(name, path)` uploads under another name; `path.suffix.lower()` is `.oga`.",
            "Catch `openai.BadRequestError` alone, and raise it again unless `error.param` is `file`.",
        ),
        reference='''
def receive(client, path):
    """The words in `path`, or None where the API cannot read it. ValueError above 25 MB."""
    import openai

    if path.stat().st_size > 25 * 1024 * 1024:
        raise ValueError(f"{path.name} is larger than 25 MB.")
    ending = path.suffix.lower()
    name = path.stem + (".ogg" if ending == ".oga" else ending)
    try:
        answer = client.audio.transcriptions.create(model="gpt-transcribe", file=(name, path))
    except openai.BadRequestError as error:
        if error.param != "file":
            raise
        return None
    return answer.text
''',
    ),
]
