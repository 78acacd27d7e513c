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
_SIZE = 'if Path(path).stat().st_size > 25 * 2**20: raise ValueError("too large")'
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
    if response.status == "completed":
        return response.output[0].content[0].transcript
    raise RuntimeError(response.status_details)
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
    if event.response.status != "completed":
        raise RuntimeError(event.response.status)
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
                if event.response.status in ("failed", "incomplete", "cancelled"):
                    raise RuntimeError("not whole")
                return event.response.output[-1].content[0].transcript
    raise RuntimeError("no answer")
""",
        ),
        (
            "settings in the session, events by function, a header by hand",
            """
def announce(client, text, path):
    import struct

    class Stopped(RuntimeError):
        pass

    def head(size):
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 24000, 48000, 2, 16)
        return (
            b"RIFF" + struct.pack("<I", 36 + size) + b"WAVE" + form
            + b"data" + struct.pack("<I", size)
        )

    result = {}
    with open(path, "w+b") as file, client.realtime.connect(model=MODEL) as line:
        file.write(head(0))
        line.session.update(
            session={
                "type": "realtime",
                "output_modalities": ["audio"],
                "instructions": "You read texts aloud and say nothing else.",
            }
        )
        line.conversation.item.create(
            item={
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": text}],
            }
        )
        line.response.create()

        def stop(event):
            raise Stopped(event.error.message)

        line.on("response.output_audio.delta", lambda e: file.write(base64.b64decode(e.delta)))
        line.on("error", stop)
        line.on("response.done", lambda e: (result.update(done=e.response), line.close()))
        line.dispatch_events()
        size = file.tell() - 44
        file.seek(0)
        file.write(head(size))
    if "done" not in result or result["done"].status != "completed":
        raise Stopped("no whole answer")
    return result["done"].output[0].content[0].transcript
""",
        ),
        (
            "a file beside it, moved when it is whole",
            """
def announce(client, text, path):
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as file, client.realtime.connect(model=MODEL) as line:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        line.send({"type": "response.create", "response": reading(text)})
        transcript = None
        for event in line:
            kind = event.type
            if kind == "response.output_audio.delta":
                file.writeframes(base64.b64decode(event.delta))
            elif kind == "response.output_audio_transcript.done":
                transcript = event.transcript
            elif kind == "error":
                raise RuntimeError(event.to_json())
            elif kind == "response.done":
                break
        else:
            raise RuntimeError("the line ended")
    if event.response.status != "completed":
        raise RuntimeError(event.response.to_json())
    part.replace(path)
    return transcript
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
        (
            "bare text, as a fraction",
            """
def round_trip(client, text, path):
    from fractions import Fraction

    read_aloud(client, reading(text), path)
    heard = client.audio.transcriptions.create(
        model="gpt-transcribe", file=path, response_format="text", language="en"
    )
    return Fraction(word_error_rate(text, heard))
""",
        ),
        (
            "a raw response, with a deadline",
            """
def round_trip(client, text, path):
    read_aloud(client, reading(text), path)
    raw = client.with_options(timeout=30).audio.transcriptions.with_raw_response.create(
        model="gpt-transcribe", file=("a.wav", open(path, "rb").read()), temperature=0
    )
    return word_error_rate(said=text, heard=raw.parse().text)
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
        (
            "reads first, streams, tells the type",
            """
def receive(client, path):
    import re
    from openai import APIStatusError

    sound = path.read_bytes()
    if len(sound) > 26_214_400:
        raise ValueError("above 25 MB")
    name = re.sub(r"\\.oga$", ".ogg", path.name, flags=re.IGNORECASE)
    try:
        stream = client.audio.transcriptions.create(
            model="gpt-transcribe", file=(name, sound, "application/octet-stream"), stream=True
        )
        return "".join(e.delta for e in stream if e.type == "transcript.text.delta")
    except APIStatusError as error:
        told = error.response.json()["error"]
        if (error.status_code, told["param"]) != (400, "file"):
            raise
        return None
""",
        ),
        (
            "a copy with another name, errors of its own",
            """
def receive(client, path):
    import shutil
    import tempfile
    from pathlib import Path
    import openai

    class TooLarge(ValueError):
        pass

    if not path.stat().st_size <= 25 * 1024**2:
        raise TooLarge(path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        if copy.suffix.lower() == ".oga":
            copy = copy.with_suffix(".ogg")
        shutil.copyfile(path, copy)
        try:
            return client.audio.transcriptions.create(model="gpt-transcribe", file=copy).text
        except openai.BadRequestError as error:
            match error.param:
                case "file":
                    return None
                case _:
                    raise RuntimeError("not about the file") from error
""",
        ),
    ],
}
