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
    sound, words = b"", ""
    for chunk in stream:
        for choice in {choices}:
            if part := choice.delta.audio:
                words += part.transcript or ""
                sound += base64.b64decode(part.data or "")
    {write}
    return {result}
"""
_WRITE = """with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, {rate}, 0, "NONE", ""))
        file.writeframes(sound)"""
_FINE = {"format": "pcm16", "choices": "chunk.choices or []", "result": "words"}

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
            "as the transcript",
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
            "still ends the talk",
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
            "words in the place of the sounds",
        ),
    ],
}
