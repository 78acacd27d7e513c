"""Authored answers of lesson 37, Realtime in production: the evening talks of a planetarium.

What is heard is what the sound of `make_dome_talk.py` says, sentence by sentence. No recogniser heard it.
"""

import base64
import wave
from pathlib import Path
from typing import Any

from oaiworkbook.practice.server import Served
from oaiworkbook.practice.websocket import HangUp, Script

from . import NotAuthored
from .common import CREATED, count_messages, headers, letters
from .realtime import RATE, Spoken
from .responses import input_texts, respond
from .responses_socket import over_a_socket
from .talk import Talk, Turn
from .transcribing import QUERY, Transcribing

Json = dict[str, Any]

SAMPLES = Path(__file__).parents[3] / "data" / "samples"
VOICE = "gpt-realtime-2.1-mini"
STAR, MISHEARD = "Betelgeuse", "beetle juice"
# The middle of each sentence, in seconds, and what it says.
SENTENCES = (
    (0.8, f"Tonight you see {STAR}."),
    (3.0, "It is a red star in Orion."),
    (5.3, "Please keep your telephones dark."),
)
ANSWERS = {
    "When does the next show begin?": "The next show begins at half past eight.",
    "Is there room for a wheelchair?": "Yes, there are two places in the first row.",
    "How long does it last?": "It lasts fifty minutes.",
    "May my son come? He is four.": "He is too young this year: children may come from six.",
    "Can I pay by card?": "Yes, by card or in cash.",
    "Where do I park?": "You can park behind the dome, and it is free.",
}
SUMMED_UP = "Tonight's talk shows Betelgeuse, a red star in Orion."
FOR_CHILDREN = "Tonight you can see a giant red star. It is called Betelgeuse."


def answer(served: Served) -> Json | None:
    path = served.asked.path
    if path == "/v1/realtime/client_secrets":
        return _secret(served)
    if path == "/v1/realtime/calls":
        return _call(served)
    if path.startswith("/v1/realtime/calls/") and path.endswith("/hangup"):
        return {"status": 200, "headers": headers(served, 96), "ms": 140, "text": ""}
    return None


def session(path: str, query: str) -> Script | None:
    if (path, query) == ("/v1/realtime", QUERY):
        return _line(Transcribing("lesson 37", _heard))
    if (path, query) == ("/v1/realtime", f"model={VOICE}"):
        return Talk(VOICE, "lesson 37", _turn, caching=True)
    return over_a_socket(_written)(path, query)


def _line(script: Transcribing) -> Script:
    """Where a language is named, a session breaks that began with the first sentence: in the second."""
    sounds: list[bytes] = []

    def said(heard: Any) -> Any:
        kind = heard["type"] if heard else ""
        if kind == "input_audio_buffer.append":
            sounds.append(base64.b64decode(heard["audio"]))
        named = script.session and script.session["audio"]["input"]["transcription"]
        if len(sounds) < 2 or not named["language"] or not _talk().startswith(sounds[0]):
            return script(heard)
        if kind == "input_audio_buffer.commit":
            raise HangUp
        return []

    return said


def _heard(sound: bytes, settings: Json) -> str:
    talk = _talk()
    start = talk.find(sound)
    if start < 0:
        raise NotAuthored("This is not the talk.")
    begin, end = start / 2 / RATE, (start + len(sound)) / 2 / RATE
    text = " ".join(said for middle, said in SENTENCES if begin < middle < end)
    return text if STAR in settings.get("keywords", ()) else text.replace(STAR, MISHEARD)


def _talk() -> bytes:
    with wave.open(str(SAMPLES / "dome_talk.wav"), "rb") as file:
        return file.readframes(file.getnframes())


def _turn(items: list[Json], session: Json) -> Turn:
    return Turn(ANSWERS[items[-1]["content"][0]["text"]])


def _written(served: Served, before: list[Json]) -> Json:
    asked = served.form["input"]
    new = [{"role": "user", "content": asked}] if isinstance(asked, str) else asked
    children = new[-1]["content"] == "Now for children."
    if not children and not new[-1]["content"].startswith("Sum up this talk"):
        raise NotAuthored(f"Lesson 37 has no answer to {asked!r}")
    tokens = count_messages(input_texts({"input": [*before, *new]}))
    text = FOR_CHILDREN if children else SUMMED_UP
    return respond(served, text, reasoning_tokens=0, input_tokens=tokens, ms=420)


def _secret(served: Served) -> Json:
    form = served.form
    after = (form.get("expires_after") or {}).get("seconds", 600)
    session = Spoken(VOICE, "lesson 37").created()[0][1]["session"]
    session |= {"expires_at": 0} | form["session"]
    body = {"value": "ek_" + letters(served, "value", 32), "expires_at": CREATED + after}
    body |= {"session": session}
    return {"status": 200, "headers": headers(served, 410), "ms": 460, "json": body}


def _call(served: Served) -> Json:
    """The answer to a browser's offer: where its sound goes. The addresses are for examples only."""
    name = letters(served, "call", 21)
    lines = [
        "v=0",
        f"o=- 4596005847736977740 {CREATED} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=setup:active",
        "a=mid:0",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        "a=sendrecv",
        "a=candidate:1352698770 1 udp 2130706431 192.0.2.41 3478 typ host ufrag star",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0",
        "a=setup:active",
        "a=mid:1",
        "a=sctp-port:5000",
    ]
    head = {
        "content-type": "text/plain; charset=utf-8",
        "location": f"/v1/realtime/calls/rtc_u2_{name}",
    }
    return {"status": 201, "headers": head, "ms": 380, "text": "\r\n".join(lines) + "\r\n"}
