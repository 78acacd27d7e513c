"""Wrong answers to the exercises of lesson 13: (name, source, what the check must say)."""

_SAY = """
def say(client, messages):
    import base64

    answer = client.chat.completions.create(model="gpt-audio-1.5", messages=messages, {request})
    return {result}
"""
_BYTES = "base64.b64decode(answer.choices[0].message.audio.data)"

_RECORD = """
def record(client, messages, path):
    import base64
    import wave

    stream = client.chat.completions.create(
        model="gpt-audio-1.5", messages=messages, modalities=["text", "audio"],
        audio={{"voice": "marin", "format": "{format}"}}, stream=True,
    )
    sound, words, end = b"", "", None
    for chunk in stream:
        for choice in {choices}:
            if part := choice.delta.audio:
                words += part.transcript or ""
                sound += base64.b64decode(part.data or "")
                end = part.expires_at or end
    {whole}
    {write}
    return {result}
"""
_WRITE = """with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, {rate}, 0, "NONE", ""))
        file.writeframes(sound)"""
_FINE = {"format": "pcm16", "choices": "chunk.choices or []", "result": "words"}
_FINE["whole"] = 'if end is None: raise RuntimeError("cut")'

_TURN = """
def turn(client, history, words):
    import openai

    request = {{
        "model": "gpt-audio-1.5",
        "modalities": ["text", "audio"],
        "audio": {{"voice": "marin", "format": "mp3"}},
    }}
    told = [
        {{"role": "assistant", "content": words[m["audio"]["id"]]}} if m.get("audio") else m
        for m in history
    ]
    try:
        return client.chat.completions.create(**request, messages={first})
    except openai.APIStatusError as error:
        if {passed}:
            raise
    {change}
    return client.chat.completions.create(**request, messages={second})
"""
_CODE = 'error.code != "audio_not_found"'

WRONG = {
    "13-1": [
        (
            "without modalities",
            _SAY.format(request='audio={"voice": "cedar", "format": "mp3"}', result=_BYTES),
            "does not name audio",
        ),
        (
            "returns the base64",
            _SAY.format(
                request='modalities=["text", "audio"], audio={"voice": "cedar", "format": "mp3"}',
                result="answer.choices[0].message.audio.data",
            ),
            "still base64",
        ),
        (
            "another voice",
            _SAY.format(
                request='modalities=["text", "audio"], audio={"voice": "marin", "format": "mp3"}',
                result=_BYTES,
            ),
            "not cedar",
        ),
        (
            "another format",
            _SAY.format(
                request='modalities=["text", "audio"], audio={"voice": "cedar", "format": "wav"}',
                result=_BYTES,
            ),
            "not mp3",
        ),
        (
            "sound alone",
            _SAY.format(
                request='modalities=["audio"], audio={"voice": "cedar", "format": "mp3"}',
                result=_BYTES,
            ),
            "`modalities` is ['audio'], and not text and audio",
        ),
        (
            "forgets the format",
            _SAY.format(
                request='modalities=["text", "audio"], audio={"voice": "cedar"}', result=_BYTES
            ),
            "`audio` needs a voice and a format",
        ),
        (
            "returns the base64 as bytes",
            _SAY.format(
                request='modalities=["text", "audio"], audio={"voice": "cedar", "format": "mp3"}',
                result="answer.choices[0].message.audio.data.encode()",
            ),
            "the bytes that it returned are still base64",
        ),
        (
            "returns the words",
            _SAY.format(
                request='modalities=["text", "audio"], audio={"voice": "cedar", "format": "mp3"}',
                result="answer.choices[0].message.audio.transcript.encode()",
            ),
            "something else than the bytes of the sound",
        ),
        (
            "returns the audio",
            _SAY.format(
                request='modalities=["text", "audio"], audio={"voice": "cedar", "format": "mp3"}',
                result="answer.choices[0].message.audio",
            ),
            "it returned ChatCompletionAudio, not bytes",
        ),
        (
            "asks its own question",
            _SAY.replace("messages=messages", "messages=messages[-1:]").format(
                request='modalities=["text", "audio"], audio={"voice": "cedar", "format": "mp3"}',
                result=_BYTES,
            ),
            "`messages` are not those that were given",
        ),
        (
            "an older model",
            _SAY.replace("gpt-audio-1.5", "gpt-audio").format(
                request='modalities=["text", "audio"], audio={"voice": "cedar", "format": "mp3"}',
                result=_BYTES,
            ),
            "the model is 'gpt-audio'",
        ),
        (
            "silence for an error",
            """
def say(client, messages):
    try:
        answer = client.chat.completions.create(
            **spoken, audio={"voice": "cedar", "format": "mp3"}, messages=messages
        )
        return base64.b64decode(answer.choices[0].message.audio.data)
    except Exception:
        return b""
""",
            "is kept from the caller: it returned b''",
        ),
    ],
    "13-2": [
        (
            "streams mp3",
            _RECORD.format(**_FINE | {"format": "mp3"}, write=_WRITE.format(rate=24_000)),
            "refuses to stream",
        ),
        (
            "counts on choices",
            _RECORD.format(**_FINE | {"choices": "chunk.choices"}, write=_WRITE.format(rate=24000)),
            "not iterable",
        ),
        ("bare samples", _RECORD.format(**_FINE, write="path.write_bytes(sound)"), "no WAV header"),
        (
            "another rate",
            _RECORD.format(**_FINE, write=_WRITE.format(rate=16_000)),
            "16000 samples a second",
        ),
        (
            "returns nothing",
            _RECORD.format(**_FINE | {"result": "None"}, write=_WRITE.format(rate=24_000)),
            "and it returned None",
        ),
        (
            "takes a cut stream for whole",
            _RECORD.format(**_FINE | {"whole": ""}, write=_WRITE.format(rate=24_000)),
            "the stream ended after 1 of 10 events",
        ),
        (
            "takes a transcript for whole",
            _RECORD.format(
                **_FINE | {"whole": 'if not words.endswith("."): raise RuntimeError("cut")'},
                write=_WRITE.format(rate=24_000),
            ),
            "the stream ended after 4 of 10 events",
        ),
        (
            "takes any sound for whole",
            _RECORD.format(
                **_FINE | {"whole": 'if not sound: raise RuntimeError("cut")'},
                write=_WRITE.format(rate=24_000),
            ),
            "the stream ended after 6 of 10 events",
        ),
        (
            "waits for a finish_reason",
            _RECORD.format(
                **_FINE
                | {
                    "whole": "if not (chunk.choices and chunk.choices[0].finish_reason):\n"
                    '        raise RuntimeError("cut")'
                },
                write=_WRITE.format(rate=24_000),
            ),
            "`RuntimeError`: cut",
        ),
        (
            "decodes all pieces as one text",
            """
def record(client, messages, path):
    stream = client.chat.completions.create(
        **spoken, audio={"voice": "marin", "format": "pcm16"}, messages=messages, stream=True
    )
    data, words, end = "", "", None
    for chunk in stream:
        for choice in chunk.choices or []:
            if part := choice.delta.audio:
                words += part.transcript or ""
                data += part.data or ""
                end = part.expires_at or end
    if end is None:
        raise RuntimeError("cut")
    import wave
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(base64.b64decode(data))
    return words
""",
            "the samples in the file are not those",
        ),
        (
            "does not stream",
            """
def record(client, messages, path):
    answer = client.chat.completions.create(
        **spoken, audio={"voice": "marin", "format": "wav"}, messages=messages
    )
    audio = answer.choices[0].message.audio
    path.write_bytes(base64.b64decode(audio.data))
    return audio.transcript
""",
            "the answer was not streamed",
        ),
        (
            "keeps the last piece of the words",
            _RECORD.format(**_FINE, write=_WRITE.format(rate=24_000)).replace(
                'words += part.transcript or ""', "words = part.transcript or words"
            ),
            "the transcript is 'Good night.', and it returned '.'",
        ),
        (
            "two channels",
            _RECORD.format(**_FINE, write=_WRITE.format(rate=24_000)).replace("(1, 2,", "(2, 2,"),
            "the header says 2 channel(s)",
        ),
        (
            "hides a stream that breaks",
            _RECORD.format(**_FINE, write=_WRITE.format(rate=24_000))
            .replace("    stream = client.chat", "    try:\n     stream = client.chat")
            .replace(
                "    sound, words",
                '    except Exception:\n        return ""\n    sound, words',
            ),
            "is kept from the caller: it returned ''",
        ),
    ],
    "13-3": [
        (
            "gives up living sounds",
            _TURN.format(first="told", passed=_CODE, change="", second="told"),
            "although none of them has expired",
        ),
        (
            "asks the same again",
            _TURN.format(first="history", passed=_CODE, change="", second="history"),
            "the last request still names a sound",
        ),
        (
            "asks once",
            """
def turn(client, history, words):
    return client.chat.completions.create(**spoken, audio=voice, messages=history)
""",
            "an expired sound still ends the talk",
        ),
        (
            "takes each failure for an expired sound",
            _TURN.format(first="history", passed="False", change="", second="told"),
            "was taken for an expired sound",
        ),
        (
            "changes the history",
            _TURN.format(
                first="history", passed=_CODE, change="history[:] = told", second="history"
            ),
            "itself was changed",
        ),
        (
            "leaves the sounds out",
            _TURN.format(
                first="history",
                passed=_CODE,
                change="",
                second='[m for m in history if "audio" not in m]',
            ),
            "6 messages became 4",
        ),
        (
            "knows the error by its status",
            _TURN.format(
                first="history", passed="error.status_code != 400", change="", second="told"
            ),
            "a 400 about the voice was taken",
        ),
        (
            "knows the error by its words",
            _TURN.format(
                first="history", passed='"not found" not in str(error)', change="", second="told"
            ),
            "a 400 about a model that was not found was taken",
        ),
        (
            "knows the error by its param",
            _TURN.format(
                first="history",
                passed='"audio.id" not in (error.param or "")',
                change="",
                second="told",
            ),
            "a 400 about the form of an id was taken",
        ),
        (
            "returns the words",
            _TURN.format(first="history", passed=_CODE, change="", second="told").replace(
                "history)", "history).choices[0].message.audio.transcript"
            ),
            "it returned str, and not the answer",
        ),
        (
            "puts the words under the user's name",
            _TURN.format(first="history", passed=_CODE, change="", second="told").replace(
                '"role": "assistant"', '"role": "user"'
            ),
            "message 2 of the last request is {'role': 'user'",
        ),
        (
            "gives up only the first sound",
            _TURN.format(first="history", passed=_CODE, change="", second="told[:3] + history[3:]"),
            "still names a sound that has expired",
        ),
        (
            "asks again until it works",
            """
def turn(client, history, words):
    import openai

    messages = list(history)
    while True:
        try:
            return client.chat.completions.create(**spoken, audio=voice, messages=messages)
        except openai.BadRequestError as error:
            if error.code != "audio_not_found":
                raise
            n = next(n for n, m in enumerate(messages) if "audio" in m)
            id_ = messages[n]["audio"]["id"]
            messages[n] = {"role": "assistant", "content": words[id_]}
""",
            "it took 3 requests, not two",
        ),
        (
            "a second failure is hidden",
            _TURN.format(first="history", passed=_CODE, change="", second="told").replace(
                "    return client.chat.completions.create(**request, messages=told)",
                "    try:\n"
                "        return client.chat.completions.create(**request, messages=told)\n"
                "    except Exception:\n"
                "        return None",
            ),
            "is kept from the caller: it returned None",
        ),
    ],
}
