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
                    return {result}
"""
_GOOD = {
    "rate": "24_000",
    "model": '"gpt-realtime-2.1-mini"',
    "response": "reading(text)",
    "delta": "base64.b64decode(event.delta)",
    "error": 'elif event.type == "error": raise RuntimeError(event.error.message)',
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
    ],
    "12-2": [
        (
            "divides by the words heard",
            _ROUND_TRIP.format(file="path", more="", rate="word_error_rate(back.text, text)"),
            "it returned",
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
            "keywords told the model",
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
            "a 429 looks like",
        ),
        (
            "takes every error but a 429 for a bad file",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error="except openai.RateLimitError:\n            raise\n"
                "        except Exception:\n            return None",
            ),
            "a wrong key (401) looks like",
        ),
        (
            "takes every 400 for a bad file",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error="except openai.BadRequestError:\n            return None",
            ),
            "a 400 about the model looks like",
        ),
        (
            "takes a broken connection for a bad file",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error=_ERROR
                + "\n        except openai.APIConnectionError:\n            return None",
            ),
            "a broken connection looks like",
        ),
        (
            "lets the 400 through",
            _RECEIVE.format(
                size=_SIZE,
                name=_NAME,
                error="except openai.RateLimitError:\n            return None",
            ),
            "stops the program with a 400",
        ),
    ],
}
