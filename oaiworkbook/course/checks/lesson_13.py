"""Exercises of lesson 13, Audio chat."""

import base64
import copy
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openai

from ...practice.answers import chat_answer, of_events
from ..exercises.failures import BUSY, FAILURES, passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect
from ..models import model

Json = dict[str, Any]
SOUND = b"stands for the bytes of an MP3 file"
RATE = 24_000
GUEST: list[Json] = [{"type": "input_audio", "input_audio": {"data": "c291bmQ=", "format": "mp3"}}]
QUESTION: list[Json] = [{"role": "user", "content": "Say good night to the guests."}]
CALL: list[Json] = [
    {"role": "system", "content": "You answer the phone of a hut."},
    {"role": "user", "content": GUEST},
]
HISTORY: list[Json] = [
    {"role": "system", "content": "You answer the phone of a hut."},
    {"role": "user", "content": "Are two beds free?"},
    {"role": "assistant", "audio": {"id": "audio_1"}},
    {"role": "user", "content": GUEST},
    {"role": "assistant", "audio": {"id": "audio_2"}},
    {"role": "user", "content": "Sorry, where?"},
]
WORDS = {"audio_1": "Yes, two beds are free.", "audio_2": "Your dog can sleep in the woodshed."}
TRANSCRIPT = "In the woodshed."
# Those of the types and docstrings of `ChatCompletionAudioParam`.
VOICES = (
    *("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"),
    *("verse", "marin", "cedar"),
)
FORMATS = ("wav", "aac", "mp3", "flac", "opus", "pcm16")


def spoken(transcript: str, sound: bytes = SOUND) -> Json:
    """An answer of Chat Completions that is a sound."""
    audio: Json = {"id": "audio_3", "data": base64.b64encode(sound).decode()}
    audio |= {"expires_at": 1_790_003_600, "transcript": transcript}
    return chat_answer(None, message={"audio": audio})


def streamed(words: Sequence[str], sound: Sequence[bytes], *, usage: bool = False) -> Json:
    """The same in pieces, with chunks that hold no `choices`, as real streams of sound have."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": None}

    def chunk(delta: Json) -> Json:
        return head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}

    frames = [chunk({"role": "assistant", "refusal": None})]
    frames += [chunk({"audio": {"id": "audio_3", "transcript": word}}) for word in words]
    for piece in sound:
        frames += [head, chunk({"audio": {"data": base64.b64encode(piece).decode()}})]
    if usage:
        counts = {"prompt_tokens": 17, "completion_tokens": 31, "total_tokens": 48}
        frames.append(head | {"choices": [], "usage": counts})
    frames.append(head | {"choices": [{"index": 0, "delta": {"audio": {"expires_at": 2}}}]})
    return of_events([*([0, None, frame] for frame in frames), [0, None, "[DONE]"]])


def _problem(asked: Asked) -> str | None:
    """Why no sound comes back; None where one does."""
    if not asked.chat or not isinstance(asked.body, dict):
        return f"the request went to `{asked.path}`; audio chat is part of `/chat/completions`"
    body: Json = asked.body
    modalities = body.get("modalities") or []
    audio = body.get("audio")
    if body.get("model") != model("audio_chat"):
        return f"the model is {body.get('model')!r}"
    if "audio" not in modalities:
        return "`modalities` does not name audio, so the answer comes as text"
    if set(modalities) != {"text", "audio"}:
        return f"`modalities` is {modalities!r}, and not text and audio"
    if not isinstance(audio, dict) or {"voice", "format"} - set(audio):
        return f"`audio` needs a voice and a format, and it is {audio!r}"
    if isinstance(audio["voice"], str) and audio["voice"] not in VOICES:
        return f"there is no voice {audio['voice']!r}"
    if audio["format"] not in FORMATS:
        return f"there is no format {audio['format']!r}"
    if asked.streamed and audio["format"] != "pcm16":
        return f"the API refuses to stream {audio['format']!r}"
    return None


def _speaks(answer: Json | Callable[[Asked], Json]) -> Callable[[Asked], Json]:
    """A reply that is this answer, or the API's refusal of a request that gets no sound."""

    def reply(asked: Asked) -> Json:
        problem = _problem(asked)
        if problem is None:
            return answer(asked) if callable(answer) else answer
        return error_answer(400, problem, type="invalid_request_error", code="invalid_value")

    return reply


def _run(answer: Callable[..., Any], probe: Probe, *given: Any) -> Any:
    """What the learner's function returns. Raises Wrong where a request gets no sound."""
    try:
        return answer(probe.client, *given)
    finally:
        for asked in probe.requests:
            problem = _problem(asked)
            if problem is not None:
                raise Wrong(problem)


def _sent(asked: Asked) -> list[Json]:
    return [_plain(message) for message in asked.body.get("messages") or []]


def _plain(message: Json) -> Json:
    """A message without empty fields, and with parts of text as one text: both say the same."""
    said = {name: value for name, value in message.items() if value is not None}
    parts = said.get("content")
    if isinstance(parts, list) and all(part.get("type") == "text" for part in parts):
        said["content"] = "".join(part.get("text", "") for part in parts)
    return said


def say(answer: Callable[..., Any]) -> str:
    for messages, sound in ((QUESTION, SOUND), (CALL, b"\xff\xfb another sound")):
        probe = Probe([_speaks(spoken("Good night.", sound))])
        found = _run(answer, probe, copy.deepcopy(messages))
        audio = probe.last.body["audio"]
        expect(audio["voice"] == "cedar", f"the voice is {audio['voice']!r}, not cedar")
        expect(audio["format"] == "mp3", f"the format is {audio['format']!r}, not mp3")
        expect(_sent(probe.last) == messages, "`messages` are not those that were given")
        expect(not isinstance(found, str), "it returned text: the sound is still base64")
        expect(
            isinstance(found, bytes | bytearray | memoryview),
            f"it returned {type(found).__name__}, not bytes",
        )
        expect(found != base64.b64encode(sound), "the bytes that it returned are still base64 text")
        expect(found == sound, "it returned something else than the bytes of the sound")
    passes_on(lambda probe: answer(probe.client, copy.deepcopy(QUESTION)))
    return "The bytes can go into a file or to a player as they are."


# Pieces whose base64 ends in `=`: as one text they cannot be decoded.
STREAMS = (
    (QUESTION, ["Good", " night", "."], [b"\x01\x02" * 2_401, b"\x03\x04" * 100]),
    (CALL, ["Dinner is ready."], [b"\x05\x06" * 50]),
)


def record(answer: Callable[..., Any]) -> str:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "answer.wav"
        for messages, words, sound in STREAMS:
            path.unlink(missing_ok=True)
            _recorded(answer, path, messages, words, sound)
        path.unlink(missing_ok=True)
        _ends_early(answer, path)
        passes_on(lambda probe: answer(probe.client, copy.deepcopy(QUESTION), path))
    return "Each piece was decoded apart, and a stream that ended early was not taken for whole."


def _recorded(
    answer: Callable[..., Any],
    path: Path,
    messages: list[Json],
    words: Sequence[str],
    sound: Sequence[bytes],
) -> None:
    def reply(asked: Asked) -> Json:
        options = asked.body.get("stream_options") or {}
        if not asked.streamed:
            return spoken("".join(words))
        return streamed(words, sound, usage=options.get("include_usage") is True)

    probe = Probe([_speaks(reply)])
    found = _run(answer, probe, copy.deepcopy(messages), path)
    expect(probe.last.streamed, "the answer was not streamed")
    expect(_sent(probe.last) == messages, "`messages` are not those that were given")
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
    whole = "".join(words)
    expect(found == whole, f"the transcript is {whole!r}, and it returned {found!r}")


def _ends_early(answer: Callable[..., Any], path: Path) -> None:
    messages, words, sound = STREAMS[0]
    *events, _, end = streamed(words, sound)["sse"]
    for cut in (*(events[:number] for number in range(1, len(events) + 1)), [*events, end]):
        probe = Probe([_speaks(of_events(cut))])
        when = f"the stream ended after {len(cut)} of {len(events) + 2} events"
        if cut[-1] == end:
            when = "the chunk with `expires_at` never came"
        try:
            found = _run(answer, probe, copy.deepcopy(messages), path)
        except RuntimeError:
            continue
        raise Wrong(f"{when}, and it returned {found!r} as if the sound were whole")


def turn(answer: Callable[..., Any]) -> str:
    alive = Probe([_speaks(spoken(TRANSCRIPT))])
    _answered(answer, alive)
    expect(
        len(alive.requests) == 1 and _sent(alive.last) == HISTORY,
        "the sounds were given up although none of them has expired",
    )
    gone = Probe([_speaks(_expired)])
    _answered(answer, gone)
    told = [
        {"role": "assistant", "content": WORDS[m["audio"]["id"]]} if "audio" in m else m
        for m in HISTORY
    ]
    sent = _sent(gone.last)
    expect(len(sent) == len(told), f"{len(told)} messages became {len(sent)} in the last request")
    for number, (mine, right) in enumerate(zip(sent, told, strict=True)):
        expect(mine == right, f"message {number} of the last request is {mine!r}")
    expect(len(gone.requests) == 2, f"it took {len(gone.requests)} requests, not two")

    def run(probe: Probe) -> Any:
        return answer(probe.client, copy.deepcopy(HISTORY), dict(WORDS))

    for name, failure in {**_OTHERS, f"{BUSY}": FAILURES[BUSY]}.items():
        probe = Probe([failure, spoken(TRANSCRIPT)])
        try:
            run(probe)
        except Exception:
            expect(len(probe.requests) == 1, f"{name} was taken for an expired sound")
        else:
            raise Wrong(f"{name} was taken for an expired sound, or kept from the caller")
    passes_on(run, failures={**_OTHERS, **FAILURES})
    passes_on(run, first=[_expired])
    return "The talk goes on in text where its sound is gone, and only there."


def _refused(message: str, param: str) -> Json:
    kind = "invalid_request_error"
    return error_answer(400, message, type=kind, code="invalid_value", param=param)


_OTHERS = {
    "a 400 about the voice": _refused("Invalid voice.", "audio.voice"),
    "a 400 about a model that was not found": _refused("Model not found.", "model"),
    "a 400 about the form of an id": _refused("Invalid id.", "content.messages[2].audio.id"),
}


def _answered(answer: Callable[..., Any], probe: Probe) -> None:
    history = copy.deepcopy(HISTORY)
    try:
        found = _run(answer, probe, history, dict(WORDS))
    except openai.BadRequestError:
        expect(len(probe.requests) > 1, "an expired sound still ends the talk with a 400")
        raise Wrong("the last request still names a sound that has expired") from None
    expect(history == HISTORY, "`history` itself was changed")
    choices = getattr(found, "choices", None)
    audio = getattr(choices[0].message if choices else found, "audio", None)
    expect(
        getattr(audio, "transcript", None) == TRANSCRIPT,
        f"it returned {type(found).__name__}, and not the answer of the API",
    )


def _expired(asked: Asked) -> Json:
    """Refuses the first sound that is named by its id, as the API does when it is gone."""
    for n, message in enumerate(asked.body.get("messages") or []):
        if message.get("audio"):
            what = f"Assistant audio {message['audio']['id']} not found."
            param = f"content.messages[{n}].audio.id"
            return error_answer(
                400, what, type="invalid_request_error", code="audio_not_found", param=param
            )
    return spoken(TRANSCRIPT)


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
            "The loop of step 2 has it all but the file and the sign of the end.",
            "`wave.open(str(path), 'wb')` gives a file; set channels, sample width and frame rate.",
            "Decode each piece by itself. Remember whether a part had `expires_at`, and look after the loop.",
        ),
        reference='''
def record(client, messages, path):
    """Stream the spoken answer to `messages` into the WAV file `path`. Returns its transcript."""
    import base64
    import wave

    words, whole = "", False
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
                    whole = part.expires_at is not None
    if not whole:
        raise RuntimeError("the stream ended before the sound did")
    return words
''',
    ),
    Exercise(
        id="13-3",
        check=turn,
        hints=(
            "Send `history` as it is first. Only one error is worth a second request.",
            "`error.code` tells an expired sound from other mistakes.",
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
    except openai.APIError as error:
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
