"""Authored answers of `/v1/audio/transcriptions` and `/v1/audio/speech`.

The words are what a recogniser heard, the sound is a synthesiser's (`make_speech.py`). Streams are
data-only events in CR LF.
"""

import base64
import json
from pathlib import Path
from typing import Any

from oaiworkbook.practice.server import Served

from .common import count, headers, pieces, rate_limit_headers, spread

ASSETS = Path(__file__).parent / "assets"
SAMPLES = Path(__file__).parents[3] / "data" / "samples"
STREAM = "text/event-stream; charset=utf-8"
TOKENS_A_SECOND = 1250 / 60  # USD 0.015 a minute at USD 12 a million tokens of sound
HEARD_A_SECOND = 10  # tokens: 17 for 1.7 seconds and 37 for 3.7 in real streams
CHUNK = 4_096

Clip = dict[str, Any]


def clips(lesson: str) -> dict[str, Clip]:
    """What `make_speech.py` wrote about the sound of a lesson, such as `12`."""
    found: dict[str, Clip] = json.loads((ASSETS / f"{lesson}_speech.json").read_text("utf-8"))[
        "clips"
    ]
    return found


def sound_of(clip: Clip) -> bytes:
    folder = ASSETS if (ASSETS / clip["file"]).is_file() else SAMPLES
    return Path(folder, clip["file"]).read_bytes()


def spoken(served: Served, clip: Clip) -> dict[str, Any]:
    """The sound of `clip`: bare, or as events that count tokens where the request asks for them."""
    tokens = count(served.form["input"])
    limits = rate_limit_headers(tokens)
    if served.form.get("stream_format") != "sse":
        head = headers(served, 640, "audio/mpeg") | limits
        return {"status": 200, "headers": head, "ms": 640, "file": clip["file"]}
    sound = sound_of(clip)
    parts = [sound[i : i + CHUNK] for i in range(0, len(sound), CHUNK)]
    events: list[list[Any]] = [
        [ms, None, {"type": "speech.audio.delta", "audio": base64.b64encode(part).decode()}]
        for ms, part in zip(spread(served, 640, 90, len(parts)), parts, strict=True)
    ]
    made = round(clip["seconds"] * TOKENS_A_SECOND)
    usage = {"input_tokens": tokens, "output_tokens": made, "total_tokens": tokens + made}
    return _stream(served, events, {"type": "speech.audio.done", "usage": usage}, limits)


def transcribed(served: Served, text: str, seconds: int) -> dict[str, Any]:
    """`text` as the transcript, with the length in whole seconds; in pieces if asked so."""
    body = {"text": text, "languages": [{"code": "en"}]}
    if served.form.get("stream") == "true":
        words = pieces(text)
        events: list[list[Any]] = [
            [ms, None, {"type": "transcript.text.delta", "delta": word}]
            for ms, word in zip(spread(served, 520, 35, len(words)), words, strict=True)
        ]
        done = {"type": "transcript.text.done", **body, "usage": _heard(seconds, len(words))}
        return _stream(served, events, done, by_requests())
    usage = {"type": "duration", "seconds": seconds}
    head = headers(served, 780) | by_requests()
    return {"status": 200, "headers": head, "ms": 780, "json": {**body, "usage": usage}}


def _heard(seconds: int, words: int) -> dict[str, Any]:
    """The usage of a streamed transcript, in tokens.

    The SDK's type of the event (`types/audio/transcription_text_done_event.py`) knows no other form.
    So do the real streams that were collected (crmne/ruby_llm, openai/openai-dotnet), all of gpt-4o
    models. `gpt-transcribe` was in none, and is billed by the minute: its tokens have no price.
    """
    # openai/openai-dotnet, StreamingTranscriptionWorks: eight pieces were ten tokens.
    sound, said = HEARD_A_SECOND * seconds, words + 2
    return {
        "type": "tokens",
        "total_tokens": sound + said,
        "input_tokens": sound,
        "input_token_details": {"text_tokens": 0, "audio_tokens": sound},
        "output_tokens": said,
    }


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


def by_requests() -> dict[str, str]:
    """Transcriptions are limited by requests only."""
    return {k: v for k, v in rate_limit_headers(0).items() if k.endswith("-requests")}
