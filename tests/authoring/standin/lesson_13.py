"""Authored answers of lesson 13, Audio chat.

The sound is a synthesiser's, and each transcript is what it was given to speak (`make_speech.py`).
The three errors of Chat Completions are worded as users reported them: the expired sound in 2024, for
an older model of this kind; `param` and `code` of the streamed format follow the form of its like.
"""

import hashlib
from pathlib import Path
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from . import NotAuthored
from .audio_chat import as_stored, audio_ids, sounds, speak, write
from .common import headers, rate_limit_headers
from .realtime import reads
from .responses import respond
from .speech import ASSETS, Clip, clips, sound_of, transcribed

CLIPS = clips("13")
ASKED = ("call", "follow_up")
HEARD = {as_stored(sound_of(CLIPS[name])): name for name in ASKED}
UPLOADED = {hashlib.sha256(sound_of(CLIPS[name])).hexdigest(): name for name in ASKED}
BEDS = {
    ("marin", "mp3"): "beds_marin",
    ("marin", "opus"): "beds_marin_opus",
    ("cedar", "mp3"): "beds_cedar",
}


def _reading(instructions: str, voice: str) -> tuple[str, Path] | None:
    clip = CLIPS["beds_read"]
    known = (f"Read this aloud, word for word: {clip['spoken']}", "marin")
    return (clip["spoken"], ASSETS / clip["file"]) if (instructions, voice) == known else None


session = reads("gpt-realtime-2.1-mini", "lesson 13", _reading)


def answer(served: Served) -> dict[str, Any] | None:
    match served.asked.path:
        case "/v1/chat/completions":
            return _chat(served)
        case "/v1/audio/transcriptions":
            file = next(part for part in served.asked.body if "filename" in part)
            clip = CLIPS[UPLOADED[file["sha256"]]]
            return transcribed(served, clip["heard"], clip["billed_seconds"])
        case "/v1/responses":
            return respond(served, CLIPS["beds_marin"]["spoken"])
    return None


def _chat(served: Served) -> dict[str, Any] | None:
    form = served.form
    heard = [HEARD[sound] for sound in sounds(form)]
    audio = "audio" in form.get("modalities", [])
    if not heard and not audio:
        what = "This model requires that either input content or output modality contain audio."
        return _refused(served, what, "model", "invalid_value")
    if form.get("stream") and audio and form["audio"]["format"] != "pcm16":
        what = (
            f"Unsupported value: 'audio.format' does not support '{form['audio']['format']}' "
            "when stream=true. Supported values are: 'pcm16'."
        )
        return _refused(served, what, "audio.format", "unsupported_value")
    for position, audio_id in audio_ids(form):
        if audio_id not in ISSUED:
            what = f"Assistant audio {audio_id} not found."
            param = f"content.messages[{position}].audio.id"
            return _refused(served, what, param, "audio_not_found")
    seconds = sum(CLIPS[name]["seconds"] for name in heard)
    if not audio:
        return write(served, CLIPS["beds_marin"]["spoken"], seconds, ISSUED.__getitem__)
    name = _name(form, heard)
    told = any(m["role"] == "assistant" and m.get("content") for m in form["messages"])
    return speak(served, CLIPS[name], _id(name, told), seconds, ISSUED.__getitem__)


def _name(form: dict[str, Any], heard: list[str]) -> str:
    if form.get("stream"):
        return "dinner"
    if heard == ["call"]:
        return BEDS[form["audio"]["voice"], form["audio"]["format"]]
    if heard == ["call", "follow_up"]:
        return "straw"
    raise NotAuthored(f"Lesson 13 has no spoken answer to {heard}")


def _id(name: str, told: bool = False) -> str:
    """`told`: the words of an earlier answer were sent, not the id of its sound."""
    return "audio_" + hashlib.sha256(f"{name} {told}".encode()).hexdigest()[:32]


ISSUED: dict[str, Clip] = {_id(name): clip for name, clip in CLIPS.items()}


def _refused(served: Served, message: str, param: str, code: str) -> dict[str, Any]:
    head = headers(served, 60) | rate_limit_headers(0)
    return error_answer(
        400, message, type="invalid_request_error", code=code, param=param, headers=head
    )
