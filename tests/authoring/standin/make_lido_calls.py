"""Make the sound of lesson 14: a caller of the lido and the voice that answers.

    pip install -e ".[authoring]"
    python -m tests.authoring.standin.make_lido_calls

The voice is hibari-tts, as in `make_speech.py`; the caller is the same voice with its pitch moved.
Nothing here runs in CI: the sound is stored.
"""

import numpy as np
from hibari import Hibari

from .make_speech import ASSETS, RATE, SAMPLES, Clip, encode, speak

# The server hears the end of a turn by the silence after it: half a second is its default.
SILENCE_S = 0.6
CALLER = Clip(SAMPLES / "lido_call.wav", "Are you open this evening?", pitch=0.88, pace=1.1)
ANSWERS = (
    Clip(ASSETS / "14_open.wav", "Yes, we are open until nine.", pace=1.1),
    Clip(ASSETS / "14_courses.wav", "We have three courses. The first one starts on Monday."),
)
KEPT_S = 1.2  # of the courses: the rest of that answer is never sent, it is cancelled before


def make() -> None:
    tts = Hibari()
    silence = np.zeros(int(SILENCE_S * RATE), dtype=np.float32)
    CALLER.path.write_bytes(encode(np.concatenate([speak(tts, CALLER), silence]), ".wav"))
    spoken, courses = (speak(tts, clip) for clip in ANSWERS)
    ANSWERS[0].path.write_bytes(encode(spoken, ".wav"))
    ANSWERS[1].path.write_bytes(encode(courses[: int(KEPT_S * RATE)], ".wav"))


if __name__ == "__main__":
    make()
