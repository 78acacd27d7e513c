"""Authored answers of lesson 12, Speech.

The sound is a synthesiser's, the transcripts are what a recogniser heard in that very sound
(`make_speech.py`). The shapes follow the API: `gpt-transcribe` answers with the length in whole
seconds, looks at the ending of the file's name and not at the bytes, and streams data-only events
in CR LF. Its streamed answers carry no usage here: none has been seen, and the SDK's type has room
for tokens only.
"""

import base64
import json
import wave
from hashlib import sha256
from pathlib import Path
from typing import Any

from oaiworkbook.serve import Served
from oaiworkbook.server.faults import error_answer
from oaiworkbook.server.websocket import Script

from . import NotAuthored
from .common import count, headers, pieces, rate_limit_headers, spread
from .realtime import Said, Spoken

ASSETS = Path(__file__).parent / "assets"
SAMPLES = Path(__file__).parents[2] / "data" / "samples"
STREAM = "text/event-stream; charset=utf-8"
FORMATS = {"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"}
TOKENS_A_SECOND = 1250 / 60  # USD 0.015 a minute at USD 12 a million tokens of sound
CHUNK = 4_096
REALTIME = "gpt-realtime-2.1-mini"
READ = "Read this aloud, word for word: We will reach Skarravoe in five minutes."

CLIPS: dict[str, dict[str, Any]] = json.loads((ASSETS / "12_speech.json").read_text("utf-8"))[
    "clips"
]


def _bytes(clip: dict[str, Any]) -> bytes:
    folder = ASSETS if (ASSETS / clip["file"]).is_file() else SAMPLES
    return (folder / clip["file"]).read_bytes()


KNOWN = {sha256(_bytes(clip)).hexdigest(): clip for clip in CLIPS.values()}
# (text, voice, whether instructions were given) -> clip
SPOKEN = {
    (CLIPS["announcement"]["spoken"], "marin", False): CLIPS["announcement"],
    (CLIPS["announcement"]["spoken"], "marin", True): CLIPS["calm_marin"],
    (CLIPS["announcement"]["spoken"], "cedar", True): CLIPS["calm_cedar"],
    (CLIPS["short"]["spoken"], "marin", False): CLIPS["short"],
}


def answer(served: Served) -> dict[str, Any] | None:
    if served.asked.path == "/v1/audio/speech":
        return _speech(served)
    if served.asked.path == "/v1/audio/transcriptions":
        return _transcription(served)
    return None


def session(path: str, query: str) -> Script | None:
    """Realtime in the place of `/audio/speech`: it reads a line aloud, in words of its own."""
    if (path, query) != ("/v1/realtime", f"model={REALTIME}"):
        return None
    clip = CLIPS["realtime"]
    with wave.open(str(ASSETS / clip["file"]), "rb") as file:
        pcm = file.readframes(file.getnframes())
    spoken = Spoken(REALTIME, "lesson 12")

    def script(heard: Any) -> Said:
        if heard is None:
            return spoken.created()
        asked = heard.get("response", {})
        if asked.get("instructions") != READ or asked.get("conversation") != "none":
            raise NotAuthored(f"Lesson 12 has no answer for {heard}")
        return spoken.read_aloud(READ, clip["spoken"], pcm)

    return script


def _speech(served: Served) -> dict[str, Any] | None:
    form = served.form
    clip = SPOKEN.get((form["input"], form["voice"], "instructions" in form))
    if clip is None:
        return None
    tokens = count(form["input"])
    limits = rate_limit_headers(tokens)
    if form.get("stream_format") != "sse":
        head = headers(served, 640, "audio/mpeg") | limits
        return {"status": 200, "headers": head, "ms": 640, "file": clip["file"]}
    sound = _bytes(clip)
    parts = [sound[i : i + CHUNK] for i in range(0, len(sound), CHUNK)]
    events: list[list[Any]] = [
        [ms, None, {"type": "speech.audio.delta", "audio": base64.b64encode(part).decode()}]
        for ms, part in zip(spread(served, 640, 90, len(parts)), parts, strict=True)
    ]
    made = round(clip["seconds"] * TOKENS_A_SECOND)
    usage = {"input_tokens": tokens, "output_tokens": made, "total_tokens": tokens + made}
    return _stream(served, events, {"type": "speech.audio.done", "usage": usage}, limits)


def _transcription(served: Served) -> dict[str, Any] | None:
    file = next(part for part in served.asked.body if "filename" in part)
    ending = Path(file["filename"]).suffix.removeprefix(".")
    if ending not in FORMATS:
        message = f"Unsupported file format {ending}"
        return error_answer(
            400,
            message,
            "invalid_request_error",
            "unsupported_value",
            "file",
            headers(served, 90) | _limits(),
        )
    clip = KNOWN.get(file["sha256"])
    if clip is None:
        return None
    hinted = any(part["name"].startswith("keywords") for part in served.asked.body)
    text = clip["heard_with_keywords" if hinted else "heard"]
    body = {"text": text, "languages": [{"code": "en"}]}
    if served.form.get("stream") == "true":
        words = pieces(text)
        events: list[list[Any]] = [
            [ms, None, {"type": "transcript.text.delta", "delta": word}]
            for ms, word in zip(spread(served, 520, 35, len(words)), words, strict=True)
        ]
        return _stream(served, events, {"type": "transcript.text.done", **body}, _limits())
    usage = {"type": "duration", "seconds": clip["billed_seconds"]}
    head = headers(served, 780) | _limits()
    return {"status": 200, "headers": head, "ms": 780, "json": {**body, "usage": usage}}


def _stream(
    served: Served, events: list[list[Any]], done: dict[str, Any], limits: dict[str, str]
) -> dict[str, Any]:
    end = events[-1][0] + 40
    return {
        "status": 200,
        "headers": headers(served, events[0][0], STREAM) | limits,
        "sse": [*events, [end, None, done], [end, None, "[DONE]"]],
        "crlf": True,
    }


def _limits() -> dict[str, str]:
    """Transcriptions are limited by requests only."""
    return {k: v for k, v in rate_limit_headers(0).items() if k.endswith("-requests")}
