"""Authored answers of lesson 12, Speech.

The sound is a synthesiser's, the transcripts are what a recogniser heard in that very sound
(`make_speech.py`). The shapes follow the API: `gpt-transcribe` answers with the length in whole
seconds, looks at the ending of the file's name and not at the bytes, and streams data-only events
in CR LF. Its streamed answers carry no usage here: none has been seen, and the SDK's type has room
for tokens only.
"""

import wave
from hashlib import sha256
from pathlib import Path
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served
from oaiworkbook.practice.websocket import Script

from . import NotAuthored
from .common import headers
from .realtime import Said, Spoken
from .speech import ASSETS, by_requests, clips, sound_of, spoken, transcribed

FORMATS = {"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"}
REALTIME = "gpt-realtime-2.1-mini"
READ = "Read this aloud, word for word: We will reach Skarravoe in five minutes."

CLIPS = clips("12")
KNOWN = {sha256(sound_of(clip)).hexdigest(): clip for clip in CLIPS.values()}
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
    speaker = Spoken(REALTIME, "lesson 12")

    def script(heard: Any) -> Said:
        if heard is None:
            return speaker.created()
        asked = heard.get("response", {})
        if asked.get("instructions") != READ or asked.get("conversation") != "none":
            raise NotAuthored(f"Lesson 12 has no answer for {heard}")
        return speaker.read_aloud(READ, clip["spoken"], pcm)

    return script


def _speech(served: Served) -> dict[str, Any] | None:
    form = served.form
    clip = SPOKEN.get((form["input"], form["voice"], "instructions" in form))
    return spoken(served, clip) if clip else None


def _transcription(served: Served) -> dict[str, Any] | None:
    file = next(part for part in served.asked.body if "filename" in part)
    ending = Path(file["filename"]).suffix.removeprefix(".")
    if ending not in FORMATS:
        message = f"Unsupported file format {ending}"
        return error_answer(
            400,
            message,
            type="invalid_request_error",
            code="unsupported_value",
            param="file",
            headers=headers(served, 90) | by_requests(),
        )
    clip = KNOWN.get(file["sha256"])
    if clip is None:
        return None
    hinted = any(part["name"].startswith("keywords") for part in served.asked.body)
    return transcribed(
        served, clip["heard_with_keywords" if hinted else "heard"], clip["billed_seconds"]
    )
