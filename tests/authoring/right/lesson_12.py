"""Right answers to the exercises of lesson 12, in other ways than the reference."""

_RECEIVE = """
def receive(client, path):
    import openai
    from pathlib import Path

    {size}
    {name}
    try:
        {call}
    {error}
"""
_SIZE = 'if Path(path).stat().st_size > 25_000_000: raise ValueError("too large")'
_NAME = 'name = path.with_suffix(".ogg").name if path.suffix.lower() == ".oga" else path.name'
_CALL = """answer = client.audio.transcriptions.create(
            model="gpt-transcribe", file=(name, path.read_bytes())
        )
        return answer.text"""
_ERROR = """except openai.APIStatusError as error:
        if error.status_code == 400 and error.param == "file":
            return None
        raise"""

RIGHT = {
    "12-1": [
        (
            "calls the lesson's function",
            """
def announce(client, text, path):
    response = read_aloud(client, reading(text), path)
    return response.output[0].content[0].transcript
""",
        ),
        (
            "receives by hand and adds up the transcript",
            """
def announce(client, text, path):
    said = ""
    with (
        client.realtime.connect(model="gpt-realtime-2.1-mini") as connection,
        wave.open(str(path), "wb") as file,
    ):
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        connection.response.create(response=reading(text, voice="cedar"))
        while (event := connection.recv()).type != "response.done":
            match event.type:
                case "error":
                    raise RuntimeError(event.error.code)
                case "response.output_audio.delta":
                    file.writeframesraw(base64.b64decode(event.delta))
                case "response.output_audio_transcript.delta":
                    said += event.delta
    return said
""",
        ),
        (
            "puts the text into a message",
            """
def announce(client, text, path):
    content = [{"type": "input_text", "text": "Read this aloud, word for word: " + text}]
    message = {"type": "message", "role": "user", "content": content}
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as line:
        line.conversation.item.create(item=message)
        line.response.create()
        file = wave.open(str(path), "wb")
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        for event in line:
            if event.type == "error":
                raise RuntimeError(event.error)
            if event.type == "response.output_audio.delta":
                file.writeframes(base64.b64decode(event.delta))
            if event.type == "response.done":
                file.close()
                return event.response.output[-1].content[0].transcript
""",
        ),
    ],
    "12-2": [
        (
            "an open file",
            """
def round_trip(client, text, path):
    read_aloud(client, reading(text), path)
    with open(path, "rb") as file:
        back = client.audio.transcriptions.create(model="gpt-transcribe", file=file)
    return word_error_rate(text, back.text)
""",
        ),
        (
            "a stream of pieces",
            """
def round_trip(client, text, path):
    read_aloud(client, reading(text, "slowly, word for word"), path)
    heard = ""
    for event in client.audio.transcriptions.create(
        model="gpt-transcribe", file=path, stream=True
    ):
        if event.type == "transcript.text.delta":
            heard += event.delta
    return word_error_rate(text, heard)
""",
        ),
        (
            "the last event of a stream, the name by hand",
            """
def round_trip(client, text, path):
    read_aloud(client, reading(text, voice="cedar"), path)
    upload = ("line.wav", path.read_bytes(), "audio/wav")
    *_, last = client.audio.transcriptions.create(model="gpt-transcribe", file=upload, stream=True)
    return word_error_rate(text, last.text)
""",
        ),
    ],
    "12-3": [
        (
            "a pair of name and bytes",
            _RECEIVE.format(size=_SIZE, name=_NAME, call=_CALL, error=_ERROR),
        ),
        (
            "looks at the error's body",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                call=_CALL,
                error="""except openai.BadRequestError as error:
        if error.body["param"] != "file":
            raise
    return None""",
            ),
        ),
        (
            "an open file and a dict of endings",
            """
def receive(client, path):
    import os
    import openai

    if os.path.getsize(path) > 25 * 1024 * 1024:
        raise ValueError(f"{path} has more than 25 MB")
    root, ending = os.path.splitext(os.path.basename(path))
    ending = {".oga": ".ogg"}.get(ending.lower(), ending)
    with open(path, "rb") as file:
        try:
            answer = client.audio.transcriptions.create(
                model="gpt-transcribe", file=(root + ending, file)
            )
        except openai.BadRequestError as error:
            if error.param == "file":
                return None
            raise
    return answer.text
""",
        ),
    ],
}
