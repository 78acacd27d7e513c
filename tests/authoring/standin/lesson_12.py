"""Authored answers of lesson 12, Speech.

The sound is a synthesiser's, the transcripts are what a recogniser heard in that very sound
(`make_speech.py`). The shapes follow the API: `gpt-transcribe` answers with the length in whole
seconds, looks at the ending of the file's name and not at the bytes, and streams data-only events
in CR LF.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .common import headers
from .realtime import reads
from .speech import ASSETS, by_requests, clips, sound_of, spoken, transcribed

FORMATS = {"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"}
REALTIME = "gpt-realtime-2.1-mini"
READ = "Read this aloud, {how}: {text}"
CALM = "word for word, slowly, like a calm captain"

CLIPS = clips("12")
KNOWN = {sha256(sound_of(clip)).hexdigest(): clip for clip in CLIPS.values()}
TEXT = CLIPS["announcement"]["spoken"]
# (text, how, voice) -> the clip, whose words are not always those of the text.
READINGS = {
    (TEXT, "word for word", "marin"): "announcement",
    (TEXT, CALM, "marin"): "calm_marin",
    (TEXT, CALM, "cedar"): "calm_cedar",
    ("We will reach Skarravoe in five minutes.", "word for word", "marin"): "five_minutes",
    (CLIPS["short"]["spoken"], "word for word", "marin"): "short",
}
_ASKED = {
    (READ.format(how=how, text=text), voice): CLIPS[name]
    for (text, how, voice), name in READINGS.items()
}


def _reading(instructions: str, voice: str) -> tuple[str, Path] | None:
    clip = _ASKED.get((instructions, voice))
    return (clip["spoken"], ASSETS / clip["file"]) if clip else None


session = reads(REALTIME, "lesson 12", _reading)


def answer(served: Served) -> dict[str, Any] | None:
    if served.asked.path == "/v1/audio/speech":
        return _speech(served)
    if served.asked.path == "/v1/audio/transcriptions":
        return _transcription(served)
    return None


def _speech(served: Served) -> dict[str, Any] | None:
    form = served.form
    known = (form["input"], form["voice"]) == (TEXT, "marin")
    return spoken(served, CLIPS["announcement_mp3"]) if known else None


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
