"""Exercises of lesson 13, Audio chat."""

import base64
import copy
import wave
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openai

from ...practice.answers import chat_answer
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect
from ..models import model

SOUND = b"stands for the bytes of an MP3 file"
RATE = 24_000
QUESTION = [{"role": "user", "content": "Say good night to the guests."}]
HISTORY: list[dict[str, Any]] = [
    {"role": "system", "content": "You answer the phone of a hut."},
    {"role": "user", "content": "Are two beds free?"},
    {"role": "assistant", "audio": {"id": "audio_1"}},
    {"role": "user", "content": "And a place for a dog?"},
    {"role": "assistant", "audio": {"id": "audio_2"}},
    {"role": "user", "content": "Sorry, where?"},
]
WORDS = {"audio_1": "Yes, two beds are free.", "audio_2": "Your dog can sleep in the woodshed."}


def spoken(transcript: str, sound: bytes = SOUND) -> dict[str, Any]:
    """An answer of Chat Completions that is a sound."""
    audio: dict[str, Any] = {"id": "audio_3", "data": base64.b64encode(sound).decode()}
    audio |= {"expires_at": 1_790_003_600, "transcript": transcript}
    return chat_answer(None, message={"audio": audio})


def streamed(words: list[str], sound: list[bytes]) -> dict[str, Any]:
    """The same in pieces, with chunks that hold no `choices`, as real streams of sound have."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": None}

    def chunk(delta: dict[str, Any]) -> dict[str, Any]:
        return head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}

    frames = [chunk({"role": "assistant", "refusal": None})]
    frames += [chunk({"audio": {"id": "audio_3", "transcript": word}}) for word in words]
    for piece in sound:
        frames += [head, chunk({"audio": {"data": base64.b64encode(piece).decode()}})]
    frames.append(head | {"choices": [{"index": 0, "delta": {"audio": {"expires_at": 2}}}]})
    kind = {"content-type": "text/event-stream; charset=utf-8"}
    events = [[0, None, frame] for frame in frames]
    return {"status": 200, "headers": kind, "sse": [*events, [0, None, "[DONE]"]]}


def _asks_for_sound(asked: Asked) -> dict[str, Any]:
    """The request as it went out. Raises Wrong where no sound would come back."""
    expect(
        asked.path == "/chat/completions" and isinstance(asked.body, dict),
        f"the request went to `{asked.path}`; audio chat is part of `/chat/completions`",
    )
    body: dict[str, Any] = asked.body
    expect(body.get("model") == model("audio_chat"), f"the model is {body.get('model')!r}")
    expect(
        "audio" in (body.get("modalities") or []),
        "`modalities` does not name audio, so the answer comes as text",
    )
    expect(isinstance(body.get("audio"), dict), "`audio` with its voice and format is missing")
    return body


def say(answer: Callable[..., Any]) -> str:
    probe = Probe([spoken("Good night.")])
    found = answer(probe.client, QUESTION)
    body = _asks_for_sound(probe.last)
    expect(body["audio"].get("voice") == "cedar", "the voice is not cedar")
    expect(body["audio"].get("format") == "mp3", "the format is not mp3")
    expect(body.get("messages") == QUESTION, "`messages` are not those that were given")
    expect(not isinstance(found, str), "it returned text: the sound is still base64")
    expect(found == SOUND, "it returned something else than the bytes of the sound")
    return "One request; the bytes can go into a file or to a player as they are."


def record(answer: Callable[..., Any]) -> str:
    for words, sound in (
        (["Good", " night", "."], [b"\x01\x02" * 2_401, b"\x03\x04" * 100]),
        (["Dinner is ready."], [b"\x05\x06" * 50]),
    ):
        _recorded(answer, words, sound)
    return "The chunks without `choices` were passed over, and each piece was decoded apart."


def _recorded(answer: Callable[..., Any], words: list[str], sound: list[bytes]) -> None:
    def reply(asked: Asked) -> dict[str, Any]:
        body = _asks_for_sound(asked)
        kind = body["audio"].get("format")
        if body.get("stream") and kind != "pcm16":
            raise Wrong(f"the API refuses to stream {kind!r}")
        return streamed(words, sound) if body.get("stream") else spoken("".join(words))

    probe = Probe([reply])
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "answer.wav"
        found = answer(probe.client, QUESTION, path)
        expect(probe.last.body.get("stream") is True, "the answer was not streamed")
        expect(probe.last.body.get("messages") == QUESTION, "`messages` are not those given")
        expect(path.is_file(), "there is no file at `path`")
        try:
            with wave.open(str(path), "rb") as file:
                form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
                frames = file.readframes(file.getnframes())
        except (wave.Error, EOFError):
            raise Wrong("the file has no WAV header, so no player can open it") from None
    expect(
        form == (1, 2, RATE),
        f"the header says {form[0]} channel(s), {8 * form[1]} bits, {form[2]} samples a second",
    )
    expect(frames == b"".join(sound), "the samples in the file are not those that were sent")
    expect(found == "".join(words), f"it returned {found!r} as the transcript")


def turn(answer: Callable[..., Any]) -> str:
    alive = Probe([spoken("In the woodshed.")])
    _answered(answer, alive)
    expect(
        len(alive.requests) == 1 and alive.last.body.get("messages") == HISTORY,
        "the sounds were given up although none of them has expired",
    )
    gone = Probe([_expired])
    _answered(answer, gone)
    told = [
        {"role": "assistant", "content": WORDS[m["audio"]["id"]]} if "audio" in m else m
        for m in HISTORY
    ]
    sent = [_plain(message) for message in gone.last.body.get("messages") or []]
    expect(sent == told, "the last request does not have the words in the place of the sounds")
    expect(len(gone.requests) <= 3, f"it took {len(gone.requests)} requests")
    _asks_for_sound(gone.last)
    other = error_answer(400, "Invalid voice.", type="invalid_request_error", code="invalid_value")
    busy = error_answer(429, "Rate limit reached", type="requests", code="rate_limit_exceeded")
    for failure, name in ((other, "a 400 with another code"), (busy, "a 429")):
        probe = Probe([failure])
        try:
            answer(probe.client, copy.deepcopy(HISTORY), dict(WORDS))
        except openai.APIStatusError:
            expect(len(probe.requests) == 1, f"{name} was taken for an expired sound")
        else:
            raise Wrong(f"{name} was swallowed")
    return "The talk goes on in text where its sound is gone, and only there."


def _plain(message: dict[str, Any]) -> dict[str, Any]:
    """A message without empty fields, and with parts of text as one text: both say the same."""
    said = {name: value for name, value in message.items() if value is not None}
    parts = said.get("content")
    if isinstance(parts, list) and all(part.get("type") == "text" for part in parts):
        said["content"] = "".join(part.get("text", "") for part in parts)
    return said


def _answered(answer: Callable[..., Any], probe: Probe) -> None:
    history = copy.deepcopy(HISTORY)
    try:
        found = answer(probe.client, history, dict(WORDS))
    except openai.BadRequestError:
        raise Wrong("an expired sound still ends the talk with a 400") from None
    _asks_for_sound(probe.last)
    expect(history == HISTORY, "`history` itself was changed")
    expect(
        hasattr(found, "choices") or hasattr(found, "audio"), f"it returned {type(found).__name__}"
    )


def _expired(asked: Asked) -> dict[str, Any]:
    """Refuses the first sound that is named by its id, as the API does when it is gone."""
    for n, message in enumerate(asked.body.get("messages") or []):
        if message.get("audio"):
            what = f"Assistant audio {message['audio']['id']} not found."
            param = f"content.messages[{n}].audio.id"
            return error_answer(
                400, what, type="invalid_request_error", code="audio_not_found", param=param
            )
    return spoken("In the woodshed.")


EXERCISES = [
    Exercise(
        id="13-1",
        check=say,
        hints=(
            "Two things are missing in the request, and one at the return.",
            "`modalities` names what may come back; `audio` has a voice and a format.",
            "`base64.b64decode(...)` turns the text in `audio.data` into bytes.",
        ),
        reference='''
def say(client, messages):
    """The spoken answer to `messages`, by cedar: the bytes of an MP3 file."""
    import base64

    answer = client.chat.completions.create(
        model="gpt-audio-1.5",
        modalities=["text", "audio"],
        audio={"voice": "cedar", "format": "mp3"},
        messages=messages,
    )
    return base64.b64decode(answer.choices[0].message.audio.data)
''',
    ),
    Exercise(
        id="13-2",
        check=record,
        hints=(
            "The loop of step 2 has it all but the file.",
            "`wave.open(str(path), 'wb')` gives a file; set channels, sample width and frame rate.",
            "Decode each piece by itself, and add its transcript to the words.",
        ),
        reference='''
def record(client, messages, path):
    """Stream the spoken answer to `messages` into the WAV file `path`. Returns its transcript."""
    import base64
    import wave

    words = ""
    stream = client.chat.completions.create(
        model="gpt-audio-1.5",
        modalities=["text", "audio"],
        audio={"voice": "marin", "format": "pcm16"},
        messages=messages,
        stream=True,
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        for chunk in stream:
            for choice in chunk.choices or []:
                if part := choice.delta.audio:
                    words += part.transcript or ""
                    file.writeframes(base64.b64decode(part.data or ""))
    return words
''',
    ),
    Exercise(
        id="13-3",
        check=turn,
        hints=(
            "Send `history` as it is first. Only one error is worth a second request.",
            "`error.code` of a `BadRequestError` tells an expired sound from other mistakes.",
            "Build a new list, in which a message with `audio` becomes one with `content`.",
        ),
        reference='''
def turn(client, history, words):
    """The answer to `history`. Sounds that have expired go as their `words[id]`."""
    import openai

    voice = {"voice": "marin", "format": "mp3"}
    request = {"model": "gpt-audio-1.5", "modalities": ["text", "audio"], "audio": voice}
    try:
        return client.chat.completions.create(**request, messages=history)
    except openai.BadRequestError as error:
        if error.code != "audio_not_found":
            raise
    told = [
        {"role": "assistant", "content": words[m["audio"]["id"]]} if m.get("audio") else m
        for m in history
    ]
    return client.chat.completions.create(**request, messages=told)
''',
    ),
]
