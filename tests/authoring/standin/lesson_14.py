"""Authored answers of lesson 14, Realtime: the telephone of a small lido.

`talk.py` does what the API does without a model; here is what the model says. The sound is a synthesiser's (`make_lido_calls.py`).
"""

import wave
from pathlib import Path
from typing import Any

from oaiworkbook.practice.server import Served
from oaiworkbook.practice.websocket import Script

from . import NotAuthored
from .realtime import RATE
from .talk import Talk, Turn

ASSETS = Path(__file__).parent / "assets"
MODEL = "gpt-realtime-2.1-mini"
OPEN = "Yes, we are open until nine."
WARM = {"large": 24, "small": 31}
# What is typed -> what the model writes.
WRITTEN = {
    "Greet a caller of Fernholt Lido.": "Good morning, this is Fernholt Lido.",
    "Say goodbye to a caller of Fernholt Lido.": "Thank you for calling, goodbye.",
}


def answer(served: Served) -> dict[str, Any] | None:
    return None


def session(path: str, query: str) -> Script | None:
    if (path, query) != ("/v1/realtime", f"model={MODEL}"):
        return None
    return Talk(MODEL, "lesson 14", _turn)


def _turn(items: list[dict[str, Any]], session: dict[str, Any]) -> Turn:
    last = items[-1]
    if last["type"] == "function_call_output":
        pool = "large" if last["output"].startswith(str(WARM["large"])) else "small"
        return Turn(f"The {pool} pool has {WARM[pool]} degrees today.")
    part = last["content"][0]
    if part["type"] == "input_audio":
        spoken = session["output_modalities"] == ["audio"]
        return Turn(OPEN, _sound("14_open.wav") if spoken else b"")
    asked = part["text"]
    if asked == "Which courses do you have?":
        # One second, in which the client cancels: as many words as pieces of sound.
        return Turn("We have three courses.", _sound("14_courses.wav")[: RATE * 2], held=True)
    if session["tools"] and "pool" in asked:
        pool = "small" if "small" in asked else "large"
        return Turn("One moment, I will look.", call=("water", {"pool": pool}))
    if asked in WRITTEN:
        return Turn(WRITTEN[asked])
    raise NotAuthored(f"Lesson 14 has no answer to {asked!r}")


def _sound(name: str) -> bytes:
    with wave.open(str(ASSETS / name), "rb") as file:
        return file.readframes(file.getnframes())
