"""Authored answers of `POST /v1/chat/completions` that hear and speak, plain and streamed.

The counts follow real answers of `gpt-audio-1.5` and `gpt-audio-mini`: 10 tokens a second heard, 20
a second spoken, and the transcript of what is spoken as text. A real second turn counted the sound
of the first answer again; that it counts as many tokens as it was made of is our assumption. Real
streams hold chunks without `choices`, about one for each token of sound, no `finish_reason`, and the
time of expiry after the usage.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from oaiworkbook.practice.server import Served

from .chat import chat
from .common import (
    CREATED,
    count,
    headers,
    letters,
    obfuscation,
    pieces,
    rate_limit_headers,
    spread,
)
from .speech import Clip, sound_of

HEARD_A_SECOND, SPOKEN_A_SECOND = 10, 20
LIFE_S = 3601
PIECE = 19_200  # bytes of PCM in a chunk: 0.4 seconds
WAV_HEADER = 44

Find = Callable[[str], Clip]  # the clip behind an audio id


def as_stored(sound: bytes) -> str:
    """What a recorded request has in the place of a sound: the digest of its base64 text."""
    text = base64.b64encode(sound).decode()
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()} ({len(text)} characters)"


def sounds(form: dict[str, Any]) -> list[str]:
    """Each sound in the request, in order, as `as_stored` names it."""
    return [
        part["input_audio"]["data"]
        for message in form["messages"]
        for part in _parts(message)
        if part["type"] == "input_audio"
    ]


def audio_ids(form: dict[str, Any]) -> list[tuple[int, str]]:
    """(position, id) of each message that names an earlier answer by the id of its sound."""
    return [
        (n, message["audio"]["id"])
        for n, message in enumerate(form["messages"])
        if message.get("audio")
    ]


def speak(
    served: Served, clip: Clip, audio_id: str, heard_s: float, find: Find, ms: int = 1100
) -> dict[str, Any]:
    """The answer spoken in `clip`; `heard_s` seconds of sound came with the request."""
    usage = _usage(served.form, heard_s, find, clip)
    if served.form.get("stream"):
        return _streamed(served, clip, audio_id, usage, ms)
    audio = {
        "id": audio_id,
        "data": base64.b64encode(sound_of(clip)).decode(),
        "expires_at": CREATED + LIFE_S,
        "transcript": clip["spoken"],
    }
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None,
        "refusal": None,
        "audio": audio,
        "annotations": [],
    }
    return _answer(served, usage, message, ms)


def write(served: Served, text: str, heard_s: float, find: Find, ms: int = 800) -> dict[str, Any]:
    """An answer in text to a request with sound."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": text,
        "refusal": None,
        "annotations": [],
    }
    usage = _usage(served.form, heard_s, find)
    written = count(text)
    usage["completion_tokens"] = written
    usage["completion_tokens_details"]["text_tokens"] = written
    usage["total_tokens"] = usage["prompt_tokens"] + written
    return _answer(served, usage, message, ms)


def _answer(
    served: Served, usage: dict[str, Any], message: dict[str, Any], ms: int
) -> dict[str, Any]:
    used = {name: usage[name] for name in ("prompt_tokens", "completion_tokens")}
    reply = chat(served, message=message, ms=ms, **used)
    reply["json"]["usage"] = usage  # audio models count in other parts than text models do
    return reply


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def _usage(
    form: dict[str, Any], heard_s: float, find: Find, clip: Clip | None = None
) -> dict[str, Any]:
    earlier = [find(audio_id) for _, audio_id in audio_ids(form)]
    text = 3
    for message in form["messages"]:
        text += 4 + sum(
            4 if part["type"] == "input_audio" else count(part["text"]) for part in _parts(message)
        )
        if isinstance(message.get("content"), str):
            text += count(message["content"])
    text += sum(4 + count(each["spoken"]) for each in earlier)
    audio = round(heard_s * HEARD_A_SECOND) + sum(map(_made_of, earlier))
    written = 0
    if clip:
        words = count(clip["spoken"])
        written = words + 4 + int(words * 0.4)
    made = _made_of(clip) if clip else 0
    return {
        "prompt_tokens": text + audio,
        "completion_tokens": written + made,
        "total_tokens": text + audio + written + made,
        "prompt_tokens_details": {
            "cached_tokens": 0,
            "audio_tokens": audio,
            "text_tokens": text,
            "image_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": made,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
            "text_tokens": written,
        },
    }


def _made_of(clip: Clip) -> int:
    return round(float(clip["seconds"]) * SPOKEN_A_SECOND)


def _streamed(
    served: Served, clip: Clip, audio_id: str, usage: dict[str, Any], ms: int
) -> dict[str, Any]:
    """Words first, then sound; between them chunks that hold nothing."""
    pcm = sound_of(clip)[WAV_HEADER:]
    include = (served.form.get("stream_options") or {}).get("include_usage", False)
    head = {
        "id": "chatcmpl-" + letters(served, "chat", 29),
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": served.form["model"],
        "service_tier": "default",
        "system_fingerprint": None,
    }
    blank: dict[str, Any] = {"usage": None} if include else {}

    def chunk(delta: dict[str, Any]) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        return head | {"choices": [choice]} | blank

    words = pieces(clip["spoken"])
    first = {"content": None, "audio": {"id": audio_id, "transcript": words[0]}}
    frames = [chunk({"role": "assistant", "refusal": None}), chunk(first)]
    frames += [chunk({"audio": {"transcript": word}}) for word in words[1:]]
    data = [base64.b64encode(pcm[i : i + PIECE]).decode() for i in range(0, len(pcm), PIECE)]
    tokens = usage["completion_tokens_details"]["audio_tokens"]
    silent = [tokens // len(data)] * (len(data) - 1)
    silent.append(tokens - sum(silent))
    for number, (piece, gap) in enumerate(zip(data, silent, strict=True)):
        frames += [head | blank] * gap
        start = {"role": "assistant", "content": None, "refusal": None}
        sound = {"audio": ({"data": piece} if number else {"id": audio_id, "data": piece})}
        frames.append(chunk(sound if number else start | sound))
    if include:
        frames.append(head | {"choices": [], "usage": usage})
    end = {"index": 0, "delta": {"audio": {"expires_at": CREATED + LIFE_S}}}
    frames.append(head | {"choices": [end]} | blank)
    frames = [
        frame | {"obfuscation": obfuscation(served, number, "")}
        for number, frame in enumerate(frames)
    ]
    times = spread(served, ms, 14, len(frames))
    kind = "text/event-stream; charset=utf-8"
    limits = rate_limit_headers(usage["total_tokens"])
    events: list[list[Any]] = [[at, None, frame] for at, frame in zip(times, frames, strict=True)]
    return {
        "status": 200,
        "headers": headers(served, min(ms, 200), kind) | limits,
        "sse": [*events, [times[-1], None, "[DONE]"]],
    }
