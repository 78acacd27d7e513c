"""What a Realtime session says, in the API's event order: for lessons whose answers we wrote.

    session = Spoken("gpt-realtime-2.1-mini", "12")
    session.created()                                # on connecting
    session.read_aloud(asked, said, pcm, "marin")    # on response.create with conversation "none"

Each returns `(seconds before, event)` pairs. `reads` makes a whole session of them.
"""

import base64
import random
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oaiworkbook.practice.websocket import Script

from . import NotAuthored
from .common import CREATED, count, pieces

Said = list[tuple[float, dict[str, Any]]]

RATE = 24_000  # samples a second
PCM = {"type": "audio/pcm", "rate": RATE}
TOKENS_A_SECOND = 20  # of sound: one for 50 ms, as real responses showed
CHUNK_S = 0.2
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def heard() -> dict[str, Any]:
    """The settings of the sound that comes in, as each session begins with them."""
    listening = {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    }
    begun: dict[str, Any] = {"format": PCM, "transcription": None, "noise_reduction": None}
    return begun | {"turn_detection": listening}


class Spoken:
    """One session of a model that speaks. Deterministic in `seed`."""

    def __init__(self, model: str, seed: str, voice: str = "marin") -> None:
        self.model, self.voice = model, voice
        self._random = random.Random(f"{model} {seed}")

    def created(self) -> Said:
        session = {
            "type": "realtime",
            "object": "realtime.session",
            "id": self._id("sess"),
            "model": self.model,
            "output_modalities": ["audio"],
            "instructions": "",
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": None,
            "truncation": "auto",
            "prompt": None,
            "expires_at": CREATED + 1800,
            "audio": {
                "input": heard(),
                "output": {"format": PCM, "voice": self.voice, "speed": 1.0},
            },
            "include": None,
        }
        return [(0.0, self._event("session.created", session=session))]

    def read_aloud(self, asked: str, said: str, pcm: bytes, voice: str) -> Said:
        """A response outside the conversation: to the instructions `asked` it speaks `said`."""
        whole = {
            "object": "realtime.response",
            "id": self._id("resp"),
            "status": "in_progress",
            "status_details": None,
            "output": [],
            "conversation_id": None,
            "output_modalities": ["audio"],
            "max_output_tokens": "inf",
            "audio": {"output": {"format": PCM, "voice": voice}},
            "usage": None,
            "metadata": None,
        }
        item: dict[str, Any] = {"id": self._id("item"), "type": "message", "status": "in_progress"}
        item |= {"role": "assistant", "content": []}
        done = item | {"status": "completed"}
        done |= {"content": [{"type": "output_audio", "transcript": said}]}
        in_response = {"response_id": whole["id"], "output_index": 0}
        where: dict[str, Any] = {"response_id": whole["id"], "item_id": item["id"]}
        where |= {"output_index": 0, "content_index": 0}
        part = {"type": "audio", "transcript": said}
        seconds = len(pcm) / 2 / RATE
        used = usage(count(asked) + 4, count(said) + 6, round(seconds * TOKENS_A_SECOND))
        ended = whole | {"status": "completed", "output": [done], "usage": used}
        left = 15_000_000 - used["total_tokens"]
        limits = {"name": "tokens", "limit": 15_000_000, "remaining": left, "reset_seconds": 0.002}
        empty, event = part | {"transcript": ""}, self._event
        return [
            (0.2, event("response.created", response=whole)),
            (0.09, event("response.output_item.added", **in_response, item=item)),
            (0.01, event("response.content_part.added", **where, part=empty)),
            *self._deltas(where, said, pcm),
            (0.01, event("response.output_audio.done", **where)),
            (0.0, event("response.output_audio_transcript.done", **where, transcript=said)),
            (0.0, event("response.content_part.done", **where, part=part)),
            (0.0, event("response.output_item.done", **in_response, item=done)),
            (0.0, event("response.done", response=ended)),
            (0.0, event("rate_limits.updated", rate_limits=[limits])),
        ]

    def _deltas(self, where: dict[str, Any], said: str, pcm: bytes) -> Said:
        """Words and sound in turns: sound comes faster than it is heard, words a little ahead of it."""
        words = pieces(said)
        step = int(CHUNK_S * RATE) * 2
        sound = [pcm[at : at + step] for at in range(0, len(pcm), step)]
        out: Said = []
        for number in range(max(len(words), len(sound))):
            if number < len(words):
                word = words[number]
                padding = self._letters(16 - len(word) % 16)
                kind = "response.output_audio_transcript.delta"
                out.append((0.0, self._event(kind, **where, delta=word, obfuscation=padding)))
            if number < len(sound):
                delta = base64.b64encode(sound[number]).decode()
                kind = "response.output_audio.delta"
                out.append((0.04, self._event(kind, **where, delta=delta)))
        return out

    def _event(self, kind: str, **fields: Any) -> dict[str, Any]:
        return {"type": kind, "event_id": self._id("event"), **fields}

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{self._letters(21)}"

    def _letters(self, number: int) -> str:
        return "".join(self._random.choices(_ALPHABET, k=number))


def reads(
    model: str, seed: str, find: Callable[[str, str], tuple[str, Path] | None]
) -> Callable[[str, str], Script | None]:
    """Sessions in which each response reads a text aloud, outside the conversation.

    `find(instructions, voice)`: the words that are said and the WAV file of their sound, None where
    no answer was written.
    """

    def session(path: str, query: str) -> Script | None:
        if (path, query) != ("/v1/realtime", f"model={model}"):
            return None

        def script(heard: Any) -> Said:
            if heard is None:
                return Spoken(model, seed).created()
            asked = heard.get("response", {})
            voice = asked.get("audio", {}).get("output", {}).get("voice", "marin")
            told = asked.get("instructions", "")
            found = find(told, voice)
            if found is None or asked.get("conversation") != "none":
                raise NotAuthored(f"No answer was written for {heard}")
            said, file = found
            with wave.open(str(file), "rb") as sound:
                pcm = sound.readframes(sound.getnframes())
            return Spoken(model, f"{seed} {told} {voice}").read_aloud(told, said, pcm, voice)

        return script

    return session


def usage(
    text_in: int, text_out: int, sound_out: int, sound_in: int = 0, cached: int = 0
) -> dict[str, Any]:
    """`cached`: of the text that goes in."""
    none = {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0}
    read = {"cached_tokens": cached, "cached_tokens_details": none | {"text_tokens": cached}}
    came, went = text_in + sound_in, text_out + sound_out
    return {
        "total_tokens": came + went,
        "input_tokens": came,
        "output_tokens": went,
        "input_token_details": none | {"text_tokens": text_in, "audio_tokens": sound_in} | read,
        "output_token_details": {"text_tokens": text_out, "audio_tokens": sound_out},
    }
