"""Exercises of lesson 12, Speech."""

import re
import time
import wave
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256
from numbers import Real
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import httpx2
import openai

from ...recordings.requests import canonical
from ..exercises.failures import FAILURES, passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.phone import Closed, Line, Talk, done, event, raises, said, waited
from ..exercises.probe import Asked, Probe, error_answer, expect
from ..models import known, model

if TYPE_CHECKING:
    from ...practice.server import Served

RATE = 24_000
# Two seconds of sound in pieces that no buffer of a file takes whole.
SOUND = [bytes([number, 0]) * 12_000 for number in range(4)]
BYTES = b"stands for the bytes of an MP3 file"
LIMIT = 25 * 1024 * 1024
TEXT = "The Kittiwake sails at nine."
QUESTION = "Do bicycles need a ticket?"
DELTA = "response.output_audio.delta"
Reading = Callable[[dict[str, Any]], Iterable[dict[str, Any]]]


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
    """Says `words` to whatever is asked, and watches the folder before the last piece of sound."""

    def __init__(self, words: str, folder: Path) -> None:
        self.words, self.folder = words, folder
        self.grew = False

    def __call__(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        left = len(SOUND)
        for each in said(self.words, SOUND, asked):
            left -= each["type"] == DELTA
            if each["type"] == DELTA and not left:
                self.grew = _holds(self.folder, 2 * len(SOUND[0]))
            yield each


def _holds(folder: Path, size: int) -> bool:
    """Whether a file there has `size` bytes before the rest of the sound is sent."""

    def there(seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if any(path.is_file() and path.stat().st_size >= size for path in folder.iterdir()):
                return True
            time.sleep(0.05)
        return False

    return waited(there)


def _refuses(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    error = {"type": "invalid_request_error", "code": "invalid_value", "message": "No voice."}
    yield event("error", error=error | {"param": None, "event_id": None})


def _fails(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield event("response.created", response=done([], "in_progress")["response"])
    yield done([], "failed")


def _is_cut(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from said(TEXT[:10], SOUND[:2], asked, "incomplete")


def _hangs_up(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in said(TEXT, SOUND, asked):
        if each["type"] == "response.output_audio.done":
            raise Closed
        yield each


def heard(text: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """The transcript in the form that was asked for: whole, in pieces, or as bare text."""
    body: dict[str, Any] = {"text": text, "languages": [{"code": "en"}]}
    if form.get("stream") == "true":
        half = len(text) // 2
        events: list[dict[str, Any]] = [
            {"type": "transcript.text.delta", "delta": part} for part in (text[:half], text[half:])
        ]
        events.append({"type": "transcript.text.done", **body})
        return {
            "status": 200,
            "headers": {"content-type": "text/event-stream"},
            "sse": [[0, None, each] for each in events] + [[0, None, "[DONE]"]],
        }
    if form.get("response_format") == "text":
        return {"status": 200, "headers": {"content-type": "text/plain"}, "text": f"{text}\n"}
    body |= {"usage": {"type": "duration", "seconds": 3}}
    return {"status": 200, "headers": {"content-type": "application/json"}, "json": body}


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name)


def _reading_request(line: Line, text: str) -> None:
    expect(line.models[-1] == model("speech"), f"the session is one of {line.models[-1]!r}")
    kinds = [each["type"] for each in line.sent]
    expect("response.create" in kinds, "no response was asked for")
    settings: dict[str, Any] = {}
    for each in line.sent:
        settings |= each.get("session") or {}
        settings |= each.get("response") or {}
    expect(settings.get("output_modalities") != ["text"], "the answer was asked for in writing")
    told = " ".join(_texts(line.sent))
    expect(text in told, "the text that was given is not in the request")
    expect(
        re.search(r"\w", told.replace(text, "")),
        "the model gets the text, and nothing says that it is to be read aloud",
    )


def _texts(given: Any) -> Iterator[str]:
    """What the model is told in these events: instructions and the texts of messages."""
    if isinstance(given, list):
        for each in given:
            yield from _texts(each)
    if isinstance(given, dict):
        for name, value in given.items():
            if name in ("instructions", "text") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)


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
            reader = Reader(words, folder)
            path.unlink(missing_ok=True)
            with Line(Talk(reader)) as line:
                found = line.run(answer, TEXT, path)
            _reading_request(line, TEXT)
            _is_the_sound(path)
            expect(reader.grew, "nothing was in the file before the whole sound had come")
            expect(found == words, f"what was said is {words!r}, and it returned {found!r}")
        _raises(answer, path, "an error event", _refuses)
        _raises(answer, path, "a response whose status is `failed`", _fails)
        _raises(answer, path, "a response whose status is `incomplete`", _is_cut)
        _raises(answer, path, "a line that ended in the middle", _hangs_up, Exception)
    return "The file grows while the sound comes, and no failure looks like a good file."


def _raises(
    answer: Callable[..., Any],
    path: Path,
    when: str,
    reading: Reading,
    kind: type[Exception] = RuntimeError,
) -> None:
    with Line(Talk(reading)) as line:
        raises(lambda: line.run(answer, TEXT, path), when, kind=kind)


def round_trip(answer: Callable[..., Any]) -> str:
    for text, back, rate in (
        (TEXT, "The kitty wake sails at nine", 0.4),
        ("Mind the wet steps, please, all!", "Mine the wet steps, please, all.", 1 / 6),
        (TEXT, TEXT, 0.0),
        (TEXT, "", 1.0),
        ("Ahoy.", "A hoy there", 3.0),
    ):
        with _folder() as folder:
            path = folder / "line.wav"
            uploads: list[Served] = []
            with Line(Talk(Reader(text, folder)), _listener(uploads, back)) as line:
                found = line.run(answer, text, path)
            _reading_request(line, text)
            _is_the_sound(path)
            _transcribed(uploads, path)
        expect(
            isinstance(found, Real | Decimal), f"it returned {type(found).__name__}, not a number"
        )
        expect(
            abs(float(found) - rate) < 1e-6,
            f"for {text!r}, heard as {back!r}, it returned {float(found):g}, not {rate:g}",
        )
    with _folder() as folder:
        path = folder / "line.wav"
        _raises(answer, path, "an error event while it reads", _refuses, Exception)
        with Line(Talk(Reader(TEXT, folder)), lambda served: _CRASHED) as line:
            try:
                found = line.run(answer, TEXT, path)
            except openai.APIError:
                return "A rate of 3 is 300 %: one word was said, and three are wrong or too many."
        raise Wrong(f"the file could not be transcribed (a 500), and it returned {found!r}")


_CRASHED = error_answer(500, "The server had an error", type="server_error")


def _listener(uploads: "list[Served]", back: str) -> "Callable[[Served], dict[str, Any]]":
    def answered(served: "Served") -> dict[str, Any]:
        if served.asked.path != "/v1/audio/transcriptions":
            where = f"nothing at {served.asked.path}"
            return error_answer(404, where, type="invalid_request_error")
        uploads.append(served)
        return heard(back, served.form)

    return answered


def _transcribed(uploads: "list[Served]", path: Path) -> None:
    expect(uploads, "the file was not transcribed")
    asked = uploads[-1]
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
    for name in ("keywords", "prompt"):
        expect(
            not any(field.startswith(name) for field in asked.form),
            f"`{name}` told the model what to hear: the rate then measures nothing",
        )


def receive(answer: Callable[..., Any]) -> str:
    with _folder() as folder:
        _formats(answer, folder)
        _sizes(answer, folder)
        note = folder / "noise.mp3"
        note.write_bytes(b"not a sound")
        for code in ("invalid_value", "unsupported_value"):
            probe = Ear(_refused(400, "This sound cannot be read", "file", code))
            try:
                found = answer(probe.client, note)
            except openai.BadRequestError:
                raise Wrong(
                    f"a file that the API cannot read (400, `file`, `{code}`) stops the program"
                ) from None
            expect(found is None, f"for a file that the API cannot read it returned {found!r}")
        passes_on(lambda probe: answer(probe.client, note), failures={**_OTHERS, **FAILURES})
    return "Only what is about the file returns None; your caller is told of all the rest."


def _refused(status: int, message: str, param: str, code: str) -> dict[str, Any]:
    return error_answer(status, message, type="invalid_request_error", code=code, param=param)


_OTHERS: dict[str, Any] = {
    "a 400 about the model": _refused(400, "There is no such model.", "model", "model_not_found"),
    "a 400 about `response_format`": _refused(
        400, "This format does not fit the file", "response_format", "unsupported_value"
    ),
    "a 413 (too large)": _refused(413, "Too large", "file", "invalid_value"),
    "a 422": _refused(422, "Try another file", "file", "invalid_value"),
}


def _heard(asked: Asked) -> dict[str, Any]:
    name = asked.body.get("model")
    if name not in known():
        return _refused(400, f"There is no model {name!r}.", "model", "model_not_found")
    return heard(QUESTION, asked.body)


def _formats(answer: Callable[..., Any], folder: Path) -> None:
    for name, ending in (("note.oga", ".ogg"), ("NOTE.OGA", ".ogg"), ("call.mp3", ".mp3")):
        path = folder / name
        path.write_bytes(BYTES)
        probe = Ear(_heard)
        found = answer(probe.client, path)
        expect(probe.files, "your code uploaded no file")
        part = probe.files[-1]
        expect(
            Path(part["filename"]).suffix.lower() == ending,
            f"{name} was uploaded as {part['filename']!r}",
        )
        expect(
            part["sha256"] == sha256(BYTES).hexdigest(), f"the bytes of {name} changed on the way"
        )
        expect(path.is_file(), f"{name} is gone from the folder: rename the upload, not the file")
        expect(
            isinstance(found, str) and found.strip() == QUESTION,
            f"for {name}, in which {QUESTION!r} was heard, it returned {found!r}",
        )


def _sizes(answer: Callable[..., Any], folder: Path) -> None:
    path = folder / "meeting.wav"
    _of_size(path, LIMIT)
    try:
        answer(Ear(_heard).client, path)
    except ValueError:
        raise Wrong(f"a file of exactly {LIMIT:,} bytes is refused, and it is not above") from None
    _of_size(path, LIMIT + 1)
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


def _of_size(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


EXERCISES = [
    Exercise(
        id="12-1",
        check=announce,
        hints=(
            "`read_aloud` of step 1 has nearly all of it. It leaves one failure unseen.",
            "A delta is base64 text: `base64.b64decode(event.delta)` makes bytes of it.",
            "An error is an event of its own. How a response ended is in `event.response.status`.",
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
                    if event.response.status != "completed":
                        raise RuntimeError(f"the response is {event.response.status}")
                    return event.response.output[0].content[0].transcript
    raise RuntimeError("the line ended before the answer")
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

    if path.stat().st_size > 26_214_400:
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
