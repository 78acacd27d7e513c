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
        (
            "a part of another type",
            _ASK.format(**_GOOD | {"part": '"text"'}),
            "'text' as the type of a part",
        ),
        ("the whole answer", _ASK.format(**_GOOD | {"result": "event.response"}), "it returned"),
        (
            "its own question",
            _ASK.format(**_GOOD).replace('"text": question', '"text": "How warm is the pool?"'),
            "and the question is 'How warm is the small pool?'",
        ),
        (
            "forgets the type of the message",
            _ASK.format(**_GOOD).replace('"type": "message", ', ""),
            "Missing required parameter: 'item.type'",
        ),
        (
            "an input of its own",
            _ASK.format(**_GOOD | {"create": _CREATE.replace('["text"]', '["text"], "input": []')}),
            "`input` is empty",
        ),
        (
            "the name of the beta",
            _ASK.format(
                **_GOOD
                | {"create": 'connection.response.create(response={"modalities": ["text"]})'}
            ),
            "Unknown parameter: 'response.modalities'",
        ),
        (
            "text and sound",
            _ASK.format(**_GOOD | {"create": _CREATE.replace('"text"', '"text", "audio"')}),
            "'response.output_modalities'",
        ),
        (
            "waits for a beta event",
            _ASK.format(**_GOOD | {"result": "text"})
            .replace("        for event", '        text = ""\n        for event')
            .replace(
                'if event.type == "response.done":',
                'if event.type == "response.text.delta":\n                text += event.delta\n'
                '            if event.type == "response.done":',
            ),
            "it returned ''",
        ),
        (
            "the first piece",
            _ASK.format(**_GOOD | {"result": "event.delta"}).replace(
                '"response.done"', '"response.output_text.delta"'
            ),
            "it returned 'The small pool '",
        ),
        (
            "the answer as the assistant's message",
            _ASK.format(**_GOOD | {"part": '"output_text"'}).replace('"user"', '"assistant"'),
            "the message has the role 'assistant'",
        ),
        (
            "asks before the question is there",
            """
def ask(client, question):
    with client.realtime.connect(model=MODEL) as connection:
        connection.response.create(response={"output_modalities": ["text"]})
        connection.conversation.item.create(item=message(question))
        return turn(connection)[-1].response.output[0].content[0].text
""",
            "asked for before the question was there",
        ),
    ],
    "14-2": [
        (
            "leaves detection on",
            _TALK.format(**_TALKS | {"update": ""}),
            "turn detection is on while",
        ),
        (
            "sends one large piece",
            _TALK.format(**_TALKS | {"pieces": '[b"".join(pieces)]'}),
            "3 pieces were given, and 1 was sent",
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
        (
            "keeps the last piece",
            _TALK.format(**_TALKS).replace("sound +=", "sound ="),
            "not what the deltas hold together",
        ),
        (
            "returns the sound first",
            _TALK.format(**_TALKS).replace(
                "event.response.output[0].content[0].transcript, sound",
                "sound, event.response.output[0].content[0].transcript",
            ),
            "the transcript is 'It is open until nine.', and it returned b",
        ),
        (
            "returns the sound alone",
            _TALK.format(**_TALKS).replace("content[0].transcript, sound", "content[0].transcript"),
            "it returned str, not a transcript and the sound",
        ),
        (
            "commits after each piece",
            _TALK.format(**_TALKS | {"first": ""}).replace(
                ".decode())\n",
                ".decode())\n            connection.input_audio_buffer.commit()\n",
                1,
            ),
            "was committed 3 times",
        ),
        (
            "switches detection off too late",
            _TALK.format(
                **_TALKS | {"update": "", "first": f"{_TALKS['update']}; {_TALKS['first']}"}
            ),
            "turn detection is on, and changed later, while",
        ),
        (
            "settings without their type",
            _TALK.format(**_TALKS).replace('"type": "realtime", ', ""),
            "Missing required parameter: 'session.type'",
        ),
        (
            "asks for writing",
            _TALK.format(
                **_TALKS
                | {"second": 'connection.response.create(response={"output_modalities": ["text"]})'}
            ),
            "and it returned None",
        ),
        (
            "waits for an answer that nobody asked for",
            _TALK.format(**_TALKS | {"second": ""}),
            "waited for an event that never came; the last it sent: input_audio_buffer.commit",
        ),
        (
            "sends the pieces backwards",
            _TALK.format(**_TALKS | {"pieces": "reversed(pieces)"}),
            "are not those that were given",
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
        (
            "knows one bad status",
            _SAFE.format(
                **_SAFES | {"status": _SAFES["status"].replace('!= "completed"', '== "failed"')}
            ),
            "whose status is `incomplete` it returned 'The small'",
        ),
        (
            "an answer of another kind is not cut",
            _SAFE.format(
                **_SAFES
                | {
                    "status": _SAFES["status"].replace(
                        '!= "completed"', 'in ("failed", "incomplete")'
                    )
                }
            ),
            "whose status is `cancelled` it returned 'The small'",
        ),
        (
            "looks for an error once",
            _SAFE.format(**_SAFES | {"error": ""}).replace(
                "        for event",
                "        first = connection.recv()\n"
                '        if first.type == "error": raise RuntimeError(first.error.code)\n'
                "        for event",
            ),
            "after an error event your code waited on",
        ),
        (
            "raises something else",
            _SAFE.format(**_SAFES | {"error": _SAFES["error"].replace("Runtime", "Value")}),
            "after an error event it stops with `ValueError`",
        ),
        (
            "says only that it failed",
            _SAFE.format(
                **_SAFES
                | {"status": _SAFES["status"].replace("(event.response.status)", '("no answer")')}
            ),
            "after an answer that failed the text of the error lacks 'failed'",
        ),
        (
            "receives until the line is closed",
            """
def safe(client, question):
    with client.realtime.connect(model=MODEL) as connection:
        connection.conversation.item.create(item=message(question))
        connection.response.create(response={"output_modalities": ["text"]})
        while (event := connection.recv()).type not in ("error", "response.done"):
            pass
    if event.type == "error":
        raise RuntimeError(event.error.code)
    if event.response.status != "completed":
        raise RuntimeError(event.response.status)
    return event.response.output[0].content[0].text
""",
            "it stops with `ConnectionClosedOK`, not with a RuntimeError",
        ),
        (
            "gives what came when the line ends",
            _SAFE.format(**_SAFES | {"end": "return text"})
            .replace("        for event", '        text = ""\n        for event')
            .replace(
                '            if event.type == "response.done"',
                '            if event.type == "response.output_text.delta":\n'
                "                text += event.delta\n"
                '            if event.type == "response.done"',
            ),
            "a session that ended before the answer it returned ''",
        ),
        (
            "asks for a voice",
            _SAFE.format(**_SAFES)
            .replace('response={"output_modalities": ["text"]}', "")
            .replace("p.text", "p.transcript"),
            "would have been spoken",
        ),
    ],
}
