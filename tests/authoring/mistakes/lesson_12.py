"""Wrong answers to the exercises of lesson 12: (name, source, what the check must say)."""

_ANNOUNCE = """
def announce(client, text, path):
    said = ""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, {rate}, 0, "NONE", ""))
        with client.realtime.connect(model={model}) as line:
            line.response.create(response={response})
            for event in line:
                if event.type == "response.output_audio.delta":
                    file.writeframes({delta})
                {error}
                elif event.type == "response.done":
                    {status}
                    return {result}
    {end}
"""
_GOOD = {
    "rate": "24_000",
    "model": '"gpt-realtime-2.1-mini"',
    "response": "reading(text)",
    "delta": "base64.b64decode(event.delta)",
    "error": 'elif event.type == "error": raise RuntimeError(event.error.message)',
    "status": 'if event.response.status != "completed": raise RuntimeError("not whole")',
    "end": 'raise RuntimeError("the line ended")',
    "result": "event.response.output[0].content[0].transcript",
}

_ROUND_TRIP = """
def round_trip(client, text, path):
    read_aloud(client, reading(text), path)
    back = client.audio.transcriptions.create(model="gpt-transcribe", file={file}{more})
    return {rate}
"""
_RATE = "word_error_rate(text, back.text)"

_RECEIVE = """
def receive(client, path):
    import openai

    {size}
    name = {name}
    with path.open("rb") as file:
        try:
            answer = client.audio.transcriptions.create(model="gpt-transcribe", file=(name, file))
        {error}
    return answer.text
"""
_SIZE = 'if path.stat().st_size > 25 * 1024 * 1024: raise ValueError("too large")'
_NAME = 'path.stem + path.suffix.lower().replace(".oga", ".ogg")'
_ERROR = """except openai.BadRequestError as error:
            if error.param != "file":
                raise
            return None"""

WRONG = {
    "12-1": [
        (
            "holds the whole sound",
            """
def announce(client, text, path):
    sound = b""
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as line:
        line.response.create(response=reading(text))
        for event in line:
            if event.type == "response.output_audio.delta":
                sound += base64.b64decode(event.delta)
            elif event.type == "error":
                raise RuntimeError(event.error.message)
            elif event.type == "response.done":
                break
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(sound)
    return event.response.output[0].content[0].transcript
""",
            "before the whole sound had come",
        ),
        (
            "writes no header",
            """
def announce(client, text, path):
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as line, open(path, "wb") as file:
        line.response.create(response=reading(text))
        for event in line:
            if event.type == "response.output_audio.delta":
                file.write(base64.b64decode(event.delta))
            elif event.type == "error":
                raise RuntimeError(event.error.message)
            elif event.type == "response.done":
                return event.response.output[0].content[0].transcript
""",
            "it has no header",
        ),
        (
            "waits on after an error",
            _ANNOUNCE.format(**_GOOD | {"error": ""}),
            "after an error event your code waited on",
        ),
        (
            "ends quietly after an error",
            _ANNOUNCE.format(**_GOOD | {"error": 'elif event.type == "error": return None'}),
            "after an error event it returned None",
        ),
        (
            "returns what was asked for",
            _ANNOUNCE.format(**_GOOD | {"result": "text"}),
            "what was said is",
        ),
        (
            "writes the base64 text",
            _ANNOUNCE.format(**_GOOD | {"delta": "event.delta.encode()"}),
            "not what the deltas hold together",
        ),
        (
            "another rate",
            _ANNOUNCE.format(**_GOOD | {"rate": "16_000"}),
            "channels, bytes a sample and rate",
        ),
        (
            "reads something else",
            _ANNOUNCE.format(**_GOOD | {"response": 'reading("Welcome aboard.")'}),
            "the text that was given is not in the request",
        ),
        (
            "does not say what to do with the text",
            _ANNOUNCE.format(**_GOOD | {"response": '{"instructions": text}'}),
            "nothing says that it is to be read aloud",
        ),
        (
            "asks for writing",
            _ANNOUNCE.format(
                **_GOOD | {"response": 'reading(text) | {"output_modalities": ["text"]}'}
            ),
            "asked for in writing",
        ),
        (
            "looks at no status",
            _ANNOUNCE.format(**_GOOD | {"status": ""}),
            "after a response whose status is `failed` it stops with `IndexError`",
        ),
        (
            "knows failed answers only",
            _ANNOUNCE.format(
                **_GOOD
                | {"status": 'if event.response.status == "failed": raise RuntimeError("failed")'}
            ),
            "after a response whose status is `incomplete` it returned",
        ),
        (
            "raises something else for an error",
            _ANNOUNCE.format(
                **_GOOD | {"error": 'elif event.type == "error": raise ValueError("error")'}
            ),
            "after an error event it stops with `ValueError`",
        ),
        (
            "returns the sound's file when the line ends",
            _ANNOUNCE.format(**_GOOD | {"end": "return None"}),
            "after a line that ended in the middle it returned None",
        ),
        (
            "another model",
            _ANNOUNCE.format(**_GOOD | {"model": '"gpt-audio-mini"'}),
            "the session is one of 'gpt-audio-mini'",
        ),
        (
            "forgets the type of its message",
            """
def announce(client, text, path):
    with client.realtime.connect(model=MODEL) as line:
        parts = [{"type": "input_text", "text": f"Read this aloud: {text}"}]
        line.conversation.item.create(item={"role": "user", "content": parts})
        line.response.create()
        for event in line:
            if event.type == "response.done":
                return event.response.output[0].content[0].transcript
""",
            "Missing required parameter: 'item.type'",
        ),
    ],
    "12-2": [
        (
            "divides by the words heard",
            _ROUND_TRIP.format(file="path", more="", rate="word_error_rate(back.text, text)"),
            "it returned 0.333333, not 0.4",
        ),
        (
            "returns a percentage as text",
            _ROUND_TRIP.format(file="path", more="", rate=f'f"{{{_RATE}:.0%}}"'),
            "not a number",
        ),
        (
            "uploads bytes without an ending",
            _ROUND_TRIP.format(file='("upload", path.read_bytes())', more="", rate=_RATE),
            "the ending tells the API",
        ),
        (
            "tells the model what to hear",
            _ROUND_TRIP.format(file="path", more=", keywords=text.split()", rate=_RATE),
            "`keywords` told the model",
        ),
        (
            "tells the model the text",
            _ROUND_TRIP.format(file="path", more=", prompt=text", rate=_RATE),
            "`prompt` told the model",
        ),
        (
            "rounds to whole percents",
            _ROUND_TRIP.format(file="path", more="", rate=f"round({_RATE}, 2)"),
            "it returned 0.17, not 0.166667",
        ),
        (
            "no rate above one",
            _ROUND_TRIP.format(file="path", more="", rate=f"min(1.0, {_RATE})"),
            "it returned 1, not 3",
        ),
        (
            "an older model",
            _ROUND_TRIP.format(file="path", more="", rate=_RATE).replace("gpt-tra", "gpt-4o-tra"),
            "the transcribing model is 'gpt-4o-transcribe'",
        ),
        (
            "takes an error for silence",
            """
def round_trip(client, text, path):
    read_aloud(client, reading(text), path)
    try:
        heard = client.audio.transcriptions.create(model="gpt-transcribe", file=path).text
    except Exception:
        heard = ""
    return word_error_rate(text, heard)
""",
            "the file could not be transcribed (a 500), and it returned 1.0",
        ),
        (
            "goes on where nothing was read",
            """
def round_trip(client, text, path):
    try:
        read_aloud(client, reading(text), path)
    except RuntimeError:
        return 1.0
    back = client.audio.transcriptions.create(model="gpt-transcribe", file=path)
    return word_error_rate(text, back.text)
""",
            "after an error event while it reads it returned 1.0",
        ),
        (
            "adds the whole text to its pieces",
            """
def round_trip(client, text, path):
    read_aloud(client, reading(text), path)
    heard = ""
    for event in client.audio.transcriptions.create(
        model="gpt-transcribe", file=path, stream=True
    ):
        heard += getattr(event, "delta", "") or getattr(event, "text", "")
    return word_error_rate(text, heard)
""",
            "it returned 1.4, not 0.4",
        ),
        (
            "compares the transcript of the reader",
            """
def round_trip(client, text, path):
    answer = read_aloud(client, reading(text), path)
    return word_error_rate(text, answer.output[0].content[0].transcript)
""",
            "the file was not transcribed",
        ),
        (
            "transcribes without reading",
            """
def round_trip(client, text, path):
    path.write_bytes(b"nothing")
    back = client.audio.transcriptions.create(model="gpt-transcribe", file=path)
    return word_error_rate(text, back.text)
""",
            "opened no session",
        ),
    ],
    "12-3": [
        (
            "leaves the name",
            _RECEIVE.format(size=_SIZE, name="path.name", error=_ERROR),
            "was uploaded as",
        ),
        (
            "sends the large file",
            _RECEIVE.format(size="", name=_NAME, error=_ERROR),
            "come back with a 413",
        ),
        (
            "takes every error for a bad file",
            _RECEIVE.format(
                size=_SIZE, name=_NAME, error="except openai.APIError:\n            return None"
            ),
            "a 400 about the model is kept from",
        ),
        (
            "takes every error but a 429 for a bad file",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error="except openai.RateLimitError:\n            raise\n"
                "        except Exception:\n            return None",
            ),
            "400 about the model is kept from the caller",
        ),
        (
            "takes every 400 for a bad file",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error="except openai.BadRequestError:\n            return None",
            ),
            "about the model is kept from the caller: it returned None",
        ),
        (
            "takes a broken connection for a bad file",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error=_ERROR
                + "\n        except openai.APIConnectionError:\n            return None",
            ),
            "a broken connection is kept from",
        ),
        (
            "lets the 400 through",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error="except openai.RateLimitError:\n            return None",
            ),
            "(400, `file`, `invalid_value`) stops the program",
        ),
        (
            "knows the error by its words",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error=_ERROR.replace('error.param != "file"', '"file" not in str(error)'),
            ),
            "`file`, `invalid_value`) stops the program",
        ),
        (
            "knows the error by one code",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error=_ERROR.replace('error.param != "file"', 'error.code != "invalid_value"'),
            ),
            "`file`, `unsupported_value`) stops the program",
        ),
        (
            "knows the error by both codes",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error=_ERROR.replace(
                    'error.param != "file"',
                    'error.code not in ("invalid_value", "unsupported_value")',
                ),
            ),
            "a 400 about `response_format` is kept from",
        ),
        (
            "looks at the parameter, not at the status",
            _RECEIVE.format(
                size=_SIZE, name=_NAME, error=_ERROR.replace("BadRequestError", "APIStatusError")
            ),
            "a 413 (too large) is kept from",
        ),
        (
            "returns an empty text for a bad file",
            _RECEIVE.format(
                size=_SIZE, name=_NAME, error=_ERROR.replace("return None", "return ''")
            ),
            "for a file that the API cannot read it returned ''",
        ),
        (
            "small letters only",
            _RECEIVE.format(size=_SIZE, name='path.name.replace(".oga", ".ogg")', error=_ERROR),
            "NOTE.OGA was uploaded as 'NOTE.OGA'",
        ),
        (
            "everything is Ogg",
            _RECEIVE.format(size=_SIZE, name='path.stem + ".ogg"', error=_ERROR),
            "call.mp3 was uploaded as 'call.ogg'",
        ),
        (
            "returns the object",
            _RECEIVE.format(size=_SIZE, name=_NAME, error=_ERROR).replace("answer.text", "answer"),
            "for note.oga, in which",
        ),
        (
            "a million is not 1024 times 1024",
            _RECEIVE.format(
                size=_SIZE.replace("25 * 1024 * 1024", "25_000_000"), name=_NAME, error=_ERROR
            ),
            "a file of exactly 26,214,400 bytes is refused",
        ),
        (
            "refuses after sending",
            """
def receive(client, path):
    import openai

    name = path.stem + path.suffix.lower().replace(".oga", ".ogg")
    try:
        return client.audio.transcriptions.create(model="gpt-transcribe", file=(name, path)).text
    except openai.APIStatusError as error:
        if error.status_code == 413:
            raise ValueError("above 25 MB") from error
        if error.status_code == 400 and error.param == "file":
            return None
        raise
""",
            "was sent before it was refused",
        ),
        (
            "renames the file",
            """
def receive(client, path):
    import openai

    if path.stat().st_size > 25 * 1024 * 1024:
        raise ValueError("too large")
    if path.suffix.lower() == ".oga":
        path = path.rename(path.with_suffix(".ogg"))
    try:
        return client.audio.transcriptions.create(model="gpt-transcribe", file=path).text
    except openai.BadRequestError as error:
        if error.param == "file":
            return None
        raise
""",
            "is gone from the folder",
        ),
    ],
}
