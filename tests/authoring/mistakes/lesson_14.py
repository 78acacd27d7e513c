"""Wrong answers to the exercises of lesson 14: (name, source, what the check must say)."""

_ASK = """
def ask(client, question):
    item = {{"type": "message", "role": "user", "content": [{{"type": {part}, "text": question}}]}}
    with client.realtime.connect(model={model}) as connection:
        connection.conversation.item.create(item=item)
        {create}
        for event in connection:
            if event.type == "response.done":
                return {result}
"""
_CREATE = 'connection.response.create(response={"output_modalities": ["text"]})'
_GOOD = {
    "part": '"input_text"',
    "model": '"gpt-realtime-2.1-mini"',
    "create": _CREATE,
    "result": "event.response.output[0].content[0].text",
}

_TALK = """
def push_to_talk(client, pieces):
    import base64

    sound = {start}
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as connection:
        {update}
        for piece in {pieces}:
            connection.input_audio_buffer.append(audio=base64.b64encode(piece).decode())
        {first}
        {second}
        for event in connection:
            if event.type == "response.output_audio.delta":
                sound += {delta}
            elif event.type == "response.done":
                return event.response.output[0].content[0].transcript, sound
"""
_OFF = '{"type": "realtime", "audio": {"input": {"turn_detection": None}}}'
_TALKS = {
    "start": 'b""',
    "update": f"connection.session.update(session={_OFF})",
    "pieces": "pieces",
    "first": "connection.input_audio_buffer.commit()",
    "second": "connection.response.create()",
    "delta": "base64.b64decode(event.delta)",
}

_SAFE = """
def safe(client, question):
    item = {{"type": "message", "role": "user"}}
    item["content"] = [{{"type": "input_text", "text": question}}]
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as connection:
        connection.conversation.item.create(item=item)
        connection.response.create(response={{"output_modalities": ["text"]}})
        for event in connection:
            {error}
            if event.type == "response.done":
                {status}
                return "".join(p.text for i in event.response.output for p in i.content)
    {end}
"""
_SAFES = {
    "error": 'if event.type == "error": raise RuntimeError(event.error.code)',
    "status": (
        'if event.response.status != "completed": raise RuntimeError(event.response.status)'
    ),
    "end": 'raise RuntimeError("the session ended")',
}

WRONG = {
    "14-1": [
        (
            "asks for a voice",
            _ASK.format(**_GOOD | {"create": "connection.response.create()"}),
            "would have been spoken",
        ),
        ("asks for nothing", _ASK.format(**_GOOD | {"create": ""}), "an event that never came"),
        ("another model", _ASK.format(**_GOOD | {"model": '"gpt-6-luna"'}), "the session is one"),
        ("a part of another type", _ASK.format(**_GOOD | {"part": '"text"'}), "is of type"),
        ("the whole answer", _ASK.format(**_GOOD | {"result": "event.response"}), "it returned"),
    ],
    "14-2": [
        (
            "leaves detection on",
            _TALK.format(**_TALKS | {"update": ""}),
            "turn detection is 'on",
        ),
        (
            "sends one large piece",
            _TALK.format(**_TALKS | {"pieces": '[b"".join(pieces)]'}),
            "1 pieces were sent",
        ),
        (
            "asks before it commits",
            _TALK.format(**_TALKS | {"first": _TALKS["second"], "second": _TALKS["first"]}),
            "the order of the events",
        ),
        ("does not commit", _TALK.format(**_TALKS | {"first": ""}), "was committed 0 times"),
        (
            "returns base64",
            _TALK.format(**_TALKS | {"start": '""', "delta": "event.delta"}),
            "the sound is str",
        ),
    ],
    "14-3": [
        ("waits after an error", _SAFE.format(**_SAFES | {"error": ""}), "your code waited on"),
        (
            "says nothing of the code",
            _SAFE.format(**_SAFES | {"error": 'if event.type == "error": raise RuntimeError()'}),
            "lacks 'conversation_already",
        ),
        (
            "looks past the status",
            _SAFE.format(**_SAFES | {"status": ""}),
            "an answer that failed it returned",
        ),
        (
            "returns nothing at the end",
            _SAFE.format(**_SAFES | {"end": "return None"}),
            "ended before the answer it returned",
        ),
    ],
}
