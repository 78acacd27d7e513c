"""Exercises of lesson 12, Speech."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import openai

from ...recordings.requests import canonical
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect
from ..models import model

SOUND = "stands for the bytes of an MP3 file"
LIMIT = 25 * 1024 * 1024
TEXT = "The Kittiwake sails at nine."


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


def spoken() -> dict[str, Any]:
    return {"status": 200, "headers": {"content-type": "audio/mpeg"}, "text": SOUND}


def heard(text: str) -> dict[str, Any]:
    usage = {"type": "duration", "seconds": 3}
    body = {"text": text, "languages": [{"code": "en"}], "usage": usage}
    return {"status": 200, "headers": {"content-type": "application/json"}, "json": body}


def _by_path(back: str) -> Callable[[Asked], dict[str, Any]]:
    return lambda asked: spoken() if asked.path == "/audio/speech" else heard(back)


def _speech_request(probe: Ear, text: str) -> None:
    expect(probe.requests, "your code sent no request through the client it was given")
    asked = probe.requests[0]
    expect(
        asked.path == "/audio/speech" and isinstance(asked.body, dict),
        f"the first request went to `{asked.path}`; speech is made at `/audio/speech`",
    )
    expect(asked.body.get("model") == model("speech"), f"the model is {asked.body.get('model')!r}")
    expect(asked.body.get("input") == text, "`input` is not the text that was given")
    expect(
        asked.headers.get("x-stainless-raw-response") == "stream",
        "the whole sound was held in memory before the file was written",
    )


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name)


def speak(answer: Callable[..., Any]) -> str:
    probe = Ear(spoken())
    with _folder() as folder:
        path = folder / "line.mp3"
        answer(probe.client, TEXT, path)
        _speech_request(probe, TEXT)
        voice = probe.last.body.get("voice")
        expect(voice == "marin", f"the voice is {voice!r}, not marin")
        kind = probe.last.body.get("response_format", "mp3")
        expect(kind == "mp3", f"the sound came as {kind}, and the file is called .mp3")
        expect(path.is_file() and path.read_text() == SOUND, "the sound is not in the file")
    return "One request, and no more of the sound in memory than one piece."


def round_trip(answer: Callable[..., Any]) -> str:
    for text, back, rate in (
        (TEXT, "The kitty wake sails at nine", 0.4),
        (TEXT, TEXT, 0.0),
        (TEXT, "", 1.0),
        ("Ahoy.", "A hoy there", 3.0),
    ):
        probe = Ear(_by_path(back))
        with _folder() as folder:
            found = answer(probe.client, text, folder / "line.mp3")
        _speech_request(probe, text)
        ways = [asked.path for asked in probe.requests]
        expect(
            ways == ["/audio/speech", "/audio/transcriptions"],
            f"the requests went to {' and '.join(ways)}; it takes one of each kind",
        )
        expect(probe.files, "the second request carries no file")
        _uploaded(probe.files[-1], SOUND.encode())
        named = probe.last.body.get("model")
        expect(named == model("transcribe"), f"the transcribing model is {named!r}")
        expect(isinstance(found, int | float), f"it returned {type(found).__name__}, not a number")
        expect(
            abs(found - rate) < 1e-9,
            f"for {text!r}, heard as {back!r}, it returned {found:g}, not {rate:g}",
        )
    return "A rate of 3 is 300 %: one word was said, and three are wrong or too many."


def _uploaded(part: dict[str, Any], content: bytes) -> None:
    expect(part["sha256"] == sha256(content).hexdigest(), "the uploaded bytes are not the file's")
    expect(
        Path(part["filename"]).suffix == ".mp3",
        f"the upload is called {part['filename']!r}: the ending tells the API its format",
    )


def receive(answer: Callable[..., Any]) -> str:
    with _folder() as folder:
        _formats(answer, folder)
        _too_large(answer, folder)
        note = folder / "noise.mp3"
        note.write_bytes(b"not a sound")
        unreadable = error_answer(
            400,
            "Audio file might be corrupted or unsupported",
            type="invalid_request_error",
            code="invalid_value",
            param="file",
        )
        probe = Ear(unreadable)
        try:
            found = answer(probe.client, note)
        except openai.BadRequestError:
            raise Wrong("a file that the API cannot read stops the program with a 400") from None
        expect(found is None, f"for a file that the API cannot read it returned {found!r}")
        busy = error_answer(429, "Rate limit reached", type="requests", code="rate_limit_exceeded")
        try:
            answer(Ear(busy).client, note)
        except openai.RateLimitError:
            return "A 429 is passed on: the file is fine, and a later try can succeed."
        raise Wrong("a 429 looks like an unreadable file: the message would be lost")


def _formats(answer: Callable[..., Any], folder: Path) -> None:
    for name, sent in (("note.oga", ".ogg"), ("NOTE.OGA", ".ogg"), ("call.mp3", ".mp3")):
        path = folder / name
        path.write_bytes(SOUND.encode())
        probe = Ear(heard("Do bicycles need a ticket?"))
        found = answer(probe.client, path)
        expect(probe.files, "your code uploaded no file")
        part = probe.files[-1]
        expect(
            Path(part["filename"]).suffix.lower() == sent,
            f"{name} was uploaded as {part['filename']!r}",
        )
        expect(
            part["sha256"] == sha256(SOUND.encode()).hexdigest(),
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
        check=speak,
        hints=(
            "Where the lesson wrote its first file, the call stands behind `with`.",
            "`with_streaming_response` stands between `speech` and `create`.",
            "The call takes `model`, `voice` and `input`; the text is an argument of `speak`.",
        ),
        reference='''
def speak(client, text, path):
    """Speak `text` with the voice marin into the MP3 file `path`, piece by piece."""
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="marin", input=text
    ) as response:
        response.stream_to_file(path)
''',
    ),
    Exercise(
        id="12-2",
        check=round_trip,
        hints=(
            "Three steps: speak into the file, transcribe that file, compare two texts.",
            "The upload takes a path, `file=path`, and the name goes along.",
            "`word_error_rate(text, answer.text)`: what was said comes first.",
        ),
        reference='''
def round_trip(client, text, path):
    """Speak `text` into `path`, transcribe that file, and return the word error rate."""
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="marin", input=text
    ) as response:
        response.stream_to_file(path)
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
            "Catch `openai.BadRequestError` alone: its parent classes catch a 429 too.",
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
    except openai.BadRequestError:
        return None
    return answer.text
''',
    ),
]
