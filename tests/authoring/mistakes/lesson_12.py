"""Wrong answers to the exercises of lesson 12: (name, source, what the check must say)."""

_ROUND_TRIP = """
def round_trip(client, text, path):
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="marin", input=text
    ) as response:
        response.stream_to_file(path)
    with path.open("rb") as file:
        back = client.audio.transcriptions.create(model="gpt-transcribe", file={file})
    return {rate}
"""

_RECEIVE = """
def receive(client, path):
    import openai

    {size}
    name = {name}
    with path.open("rb") as file:
        try:
            answer = client.audio.transcriptions.create(model="gpt-transcribe", file=(name, file))
        except {error}:
            return None
    return answer.text
"""
_SIZE = 'if path.stat().st_size > 25 * 1024 * 1024: raise ValueError("too large")'
_NAME = 'path.stem + path.suffix.lower().replace(".oga", ".ogg")'

WRONG = {
    "12-1": [
        (
            "holds the whole sound",
            """
def speak(client, text, path):
    sound = client.audio.speech.create(model="gpt-4o-mini-tts", voice="marin", input=text)
    sound.write_to_file(path)
""",
            "held in memory",
        ),
        (
            "another voice",
            """
def speak(client, text, path):
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="cedar", input=text
    ) as response:
        response.stream_to_file(path)
""",
            "not marin",
        ),
        (
            "says something else",
            """
def speak(client, text, path):
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="marin", input="Welcome aboard."
    ) as response:
        response.stream_to_file(path)
""",
            "not the text that was given",
        ),
        (
            "writes no file",
            """
def speak(client, text, path):
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="marin", input=text
    ) as response:
        return response.read()
""",
            "not in the file",
        ),
    ],
    "12-2": [
        (
            "divides by the words heard",
            _ROUND_TRIP.format(file="file", rate="word_error_rate(back.text, text)"),
            "it returned",
        ),
        (
            "returns a percentage as text",
            _ROUND_TRIP.format(file="file", rate='f"{word_error_rate(text, back.text):.0%}"'),
            "not a number",
        ),
        (
            "uploads bytes without a name",
            _ROUND_TRIP.format(
                file='("upload", file.read())', rate="word_error_rate(text, back.text)"
            ),
            "the ending tells the API",
        ),
        (
            "transcribes without speaking",
            """
def round_trip(client, text, path):
    path.write_bytes(b"nothing")
    with path.open("rb") as file:
        back = client.audio.transcriptions.create(model="gpt-transcribe", file=file)
    return word_error_rate(text, back.text)
""",
            "speech is made at",
        ),
    ],
    "12-3": [
        (
            "leaves the name",
            _RECEIVE.format(size=_SIZE, name="path.name", error="openai.BadRequestError"),
            "was uploaded as",
        ),
        (
            "sends the large file",
            _RECEIVE.format(size="", name=_NAME, error="openai.BadRequestError"),
            "come back with a 413",
        ),
        (
            "takes every error for a bad file",
            _RECEIVE.format(size=_SIZE, name=_NAME, error="openai.APIError"),
            "429 looks like",
        ),
        (
            "lets the 400 through",
            _RECEIVE.format(size=_SIZE, name=_NAME, error="openai.RateLimitError"),
            "stops the program with a 400",
        ),
    ],
}
