"""Make the sound of lesson 37: three sentences of an evening talk, with the pauses between them.

    pip install -e ".[authoring]"
    python -m tests.authoring.standin.make_dome_talk

The voice is hibari-tts, as in `make_speech.py`. Nothing here runs in CI: the sound is stored.
"""

import numpy as np
from hibari import Hibari

from .make_speech import RATE, SAMPLES, Clip, encode, speak

# A listener's program cuts where it is quiet for half a second.
PAUSE_S = 0.6
SENTENCES = (
    "Tonight you see Betelgeuse.",
    "It is a red star in Orion.",
    "Please keep your telephones dark.",
)
PATH = SAMPLES / "dome_talk.wav"


def make() -> None:
    tts = Hibari()
    pause = np.zeros(int(PAUSE_S * RATE), dtype=np.float32)
    parts = []
    for text in SENTENCES:
        parts += [speak(tts, Clip(PATH, text, pitch=0.92, pace=1.15)), pause]
    PATH.write_bytes(encode(np.concatenate(parts), ".wav"))


if __name__ == "__main__":
    make()
