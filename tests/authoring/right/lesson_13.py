"""Right answers to the exercises of lesson 13, in other ways than the reference."""

_START = """
import base64
import io
import wave

def record(client, messages, path):
    stream = client.chat.completions.create(
        model="gpt-audio-1.5", modalities=["audio", "text"], messages=messages,
        audio={"voice": "cedar", "format": "pcm16"}, stream=True, max_completion_tokens=1000,
    )
"""

_TURN = """
import openai

def turn(client, history, words):
    request = {"model": "gpt-audio-1.5", "modalities": ["text", "audio"], "audio": voice}
"""

RIGHT = {
    "13-1": [
        (
            "the lesson's settings, with another voice",
            """
def say(client, messages):
    answer = client.chat.completions.create(
        **spoken, audio=voice | {"voice": "cedar"}, messages=messages
    )
    return base64.b64decode(answer.choices[0].message.audio.data)
""",
        ),
        (
            "a raw response, other order",
            """
def say(client, messages):
    from binascii import a2b_base64

    raw = client.with_options(timeout=60).chat.completions.with_raw_response.create(
        messages=list(messages),
        model="gpt-audio-1.5",
        modalities=["audio", "text"],
        audio=dict(format="mp3", voice="cedar"),
        max_completion_tokens=1000,
        store=False,
    )
    [choice] = raw.parse().choices
    return bytearray(a2b_base64(choice.message.audio.data))
""",
        ),
        (
            "looks whether there is a sound",
            """
def say(client, messages):
    answer = client.chat.completions.create(
        model="gpt-audio-1.5",
        messages=messages,
        modalities=["text", "audio"],
        audio={"voice": "cedar", "format": "mp3"},
    )
    audio = answer.to_dict()["choices"][-1]["message"].get("audio")
    if audio is None:
        raise RuntimeError("it answered in text")
    return base64.decodebytes(audio["data"].encode())
""",
        ),
    ],
    "13-2": [
        (
            "collects first, looks with getattr",
            _START
            + """
    pieces, words, end = [], [], None
    for chunk in stream:
        if not chunk.choices:
            continue
        audio = getattr(chunk.choices[0].delta, "audio", None)
        if audio is None:
            continue
        words.append(getattr(audio, "transcript", None) or "")
        pieces.append(base64.b64decode(getattr(audio, "data", None) or ""))
        end = getattr(audio, "expires_at", None) or end
    if end is None:
        raise RuntimeError("cut")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", "not compressed"))
        file.writeframes(b"".join(pieces))
    return "".join(words)
""",
        ),
        (
            "dicts and a generator",
            _START
            + """
    class Cut(RuntimeError):
        pass

    def parts():
        for chunk in stream:
            for choice in chunk.to_dict().get("choices") or []:
                yield choice["delta"].get("audio") or {}

    text, done = "", False
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24000)
        for part in parts():
            text += part.get("transcript", "")
            if "data" in part:
                file.writeframes(base64.b64decode(part["data"]))
            done |= "expires_at" in part
    if not done:
        raise Cut("no expires_at")
    path.write_bytes(buffer.getvalue())
    return text
""",
        ),
        (
            "stops at the end, with usage",
            """
def record(client, messages, path):
    import struct

    request = {**spoken, "audio": {"voice": "marin", "format": "pcm16"}, "messages": messages}
    sound, words = bytearray(), ""
    with client.chat.completions.create(
        **request, stream=True, stream_options={"include_usage": True}
    ) as stream:
        for chunk in stream:
            try:
                part = chunk.choices[0].delta.audio
            except (TypeError, IndexError):
                continue
            if not part:
                continue
            if part.transcript:
                words += part.transcript
            if part.data:
                sound += base64.b64decode(part.data)
            if part.expires_at:
                break
        else:
            raise RuntimeError("the sound was cut")
    size = len(sound)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 24_000, 48_000, 2, 16)
    with open(path, "wb") as file:
        file.write(struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + form)
        file.write(struct.pack("<4sI", b"data", size) + sound)
    return words
""",
        ),
    ],
    "13-3": [
        (
            "the class first, then the code",
            _TURN
            + """
    try:
        return client.chat.completions.create(**request, messages=history)
    except openai.BadRequestError as error:
        if error.code != "audio_not_found":
            raise
        told = []
        for message in history:
            if "audio" in message:
                told.append({"role": "assistant", "content": words[message["audio"]["id"]]})
            else:
                told.append(message)
        return client.chat.completions.create(**request, messages=told)
""",
        ),
        (
            "a loop over two histories, parts of text",
            _TURN
            + """
    def as_text(message):
        match message:
            case {"audio": {"id": id_}, **rest}:
                part = {"type": "text", "text": words[id_]}
                return rest | {"content": [part], "refusal": None}
        return dict(message)

    for messages in (history, [as_text(m) for m in history]):
        try:
            return client.chat.completions.create(**request, messages=messages)
        except openai.APIStatusError as error:
            if error.body.get("code") != "audio_not_found":
                raise
            last = error
    raise last
""",
        ),
        (
            "a deep copy that is changed",
            """
def turn(client, history, words):
    from copy import deepcopy
    from functools import partial
    import openai

    ask = partial(client.chat.completions.create, **spoken, audio=voice)
    try:
        return ask(messages=history)
    except openai.OpenAIError as error:
        if getattr(error, "code", None) != "audio_not_found":
            raise RuntimeError("no answer") from error
    copied = deepcopy(history)
    for message in copied:
        if audio := message.pop("audio", None):
            message["content"] = words[audio["id"]]
    return ask(messages=copied)
""",
        ),
        (
            "returns the message",
            _TURN
            + """
    try:
        answer = client.chat.completions.create(**request, messages=history)
    except openai.BadRequestError as error:
        if error.response.json()["error"]["code"] != "audio_not_found":
            raise
        told = [
            m if m.get("audio") is None else {"role": m["role"], "content": words[m["audio"]["id"]]}
            for m in history
        ]
        answer = client.chat.completions.create(**request, messages=told)
    return answer.choices[0].message
""",
        ),
    ],
}
