"""Right answers to the exercises of lesson 14, in other ways than the reference."""

RIGHT = {
    "14-1": [
        (
            "the lesson's functions",
            """
def ask(client, question):
    with client.realtime.connect(model=MODEL) as connection:
        connection.conversation.item.create(item=message(question))
        connection.response.create(response={"output_modalities": ["text"]})
        return turn(connection)[-1].response.output[0].content[0].text
""",
        ),
        (
            "settings in the session, pieces added up",
            """
def ask(client, question):
    text = ""
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as line:
        while line.recv().type != "session.created":
            pass
        line.session.update(
            session={
                "type": "realtime",
                "output_modalities": ["text"],
                "instructions": "Answer in one sentence.",
            }
        )
        while line.recv().type != "session.updated":
            pass
        line.conversation.item.create(item=message(question))
        while line.recv().type != "conversation.item.done":
            pass
        line.response.create()
        while (event := line.recv()).type != "response.done":
            if event.type == "response.output_text.delta":
                text += event.delta
    return text
""",
        ),
        (
            "the message in the response, the whole text of its event",
            """
def ask(client, question):
    asked = {"input": [message(question)], "output_modalities": ["text"], "conversation": "none"}
    with client.realtime.connect(model=MODEL) as connection:
        connection.send({"type": "response.create", "response": asked})
        done = next(e for e in connection if e.type == "response.output_text.done")
    return done.text
""",
        ),
        (
            "functions for events",
            """
def ask(client, question):
    found = []
    with client.realtime.connect(model=MODEL) as connection:
        connection.on("response.output_item.done", lambda e: found.append(e.item))
        connection.on("response.done", lambda e: connection.close())
        connection.conversation.item.create(item=message(question))
        connection.response.create(response={"output_modalities": ["text"]})
        connection.dispatch_events()
    [item] = found
    return "".join(part.text for part in item.content)
""",
        ),
        (
            "a manager by hand, events as dicts",
            """
import json

def ask(client, question):
    connection = client.realtime.connect(model=MODEL).enter()
    try:
        connection.conversation.item.create(item=message(question))
        connection.response.create(response={"output_modalities": ["text"]})
        while True:
            event = json.loads(connection.recv_bytes())
            if event["type"] == "response.content_part.done":
                return event["part"]["text"]
    finally:
        connection.close()
""",
        ),
    ],
    "14-2": [
        (
            "the lesson's names",
            """
def push_to_talk(client, pieces):
    with client.realtime.connect(model=MODEL) as connection:
        connection.session.update(session=by_hand | {"output_modalities": ["audio"]})
        for piece in pieces:
            connection.input_audio_buffer.append(audio=base64.b64encode(piece).decode())
        connection.input_audio_buffer.commit()
        connection.response.create()
        events = turn(connection)
    deltas = [e.delta for e in events if e.type == "response.output_audio.delta"]
    sound = b"".join(base64.b64decode(delta) for delta in deltas)
    return events[-1].response.output[0].content[0].transcript, sound
""",
        ),
        (
            "waits for each confirmation, a list of two",
            """
def push_to_talk(client, pieces):
    from binascii import a2b_base64, b2a_base64

    words, sound = [], bytearray()
    with client.realtime.connect(model="gpt-realtime-2.1-mini") as line:
        def wait(kind):
            while line.recv().type != kind:
                pass

        wait("session.created")
        line.session.update(
            session={
                "type": "realtime",
                "instructions": HOUSE,
                "output_modalities": ["audio"],
                "audio": {
                    "input": {
                        "format": {"type": "audio/pcm", "rate": 24_000},
                        "turn_detection": None,
                    },
                    "output": {"voice": "marin"},
                },
            }
        )
        wait("session.updated")
        line.input_audio_buffer.clear()
        for piece in pieces:
            line.send(
                {
                    "type": "input_audio_buffer.append",
                    "audio": b2a_base64(piece, newline=False).decode("ascii"),
                }
            )
        line.input_audio_buffer.commit(event_id="button")
        wait("input_audio_buffer.committed")
        line.response.create(response={"instructions": "Be brief."})
        for event in line:
            match event.type:
                case "response.output_audio.delta":
                    sound.extend(a2b_base64(event.delta))
                case "response.output_audio_transcript.delta":
                    words.append(event.delta)
                case "response.done":
                    break
    return ["".join(words), bytes(sound)]
""",
        ),
        (
            "a named tuple, with errors",
            """
from typing import NamedTuple

class Spoken(NamedTuple):
    transcript: str
    sound: bytes

def push_to_talk(client, pieces):
    import io

    sound, words = io.BytesIO(), None
    with client.realtime.connect(model=MODEL) as connection:
        connection.session.update(
            session={"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        )
        [
            connection.input_audio_buffer.append(audio=str(base64.b64encode(p), "ascii"))
            for p in pieces
        ]
        connection.input_audio_buffer.commit()
        connection.response.create()
        for event in connection:
            if event.type == "error":
                raise RuntimeError(event.error.message)
            if event.type == "response.output_audio.delta":
                sound.write(base64.b64decode(event.delta))
            if event.type == "response.output_audio_transcript.done":
                words = event.transcript
            if event.type == "response.done":
                return Spoken(words, sound.getvalue())
""",
        ),
    ],
    "14-3": [
        (
            "receives by hand",
            """
def safe(client, question):
    from websockets.exceptions import ConnectionClosed

    with client.realtime.connect(model=MODEL) as connection:
        connection.conversation.item.create(item=message(question))
        connection.response.create(response={"output_modalities": ["text"]})
        while True:
            try:
                event = connection.recv()
            except ConnectionClosed as error:
                raise RuntimeError("the session ended before the answer") from error
            if event.type == "error":
                raise RuntimeError(f"error event: {event.error.code}")
            if event.type == "response.done":
                break
    response = event.response
    if response.status == "completed":
        return response.output[0].content[0].text
    raise RuntimeError(f"status {response.status}: {response.status_details}")
""",
        ),
        (
            "for and else, an error of its own",
            """
class Failed(RuntimeError):
    pass

def safe(client, question):
    with client.realtime.connect(model=MODEL) as connection:
        connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        connection.conversation.item.create(item=message(question))
        connection.response.create()
        for event in connection:
            match event.type:
                case "error":
                    raise Failed(event.to_json())
                case "response.done" if event.response.status != "completed":
                    raise Failed(event.response.to_json())
                case "response.done":
                    break
        else:
            raise Failed("no answer came")
    return "".join(part.text for part in event.response.output[-1].content)
""",
        ),
        (
            "functions for events",
            """
def safe(client, question):
    text, done = [], []
    with client.realtime.connect(model=MODEL) as connection:

        @connection.on("error")
        def stop(event):
            raise RuntimeError(event.error.code)

        @connection.on("response.output_text.delta")
        def keep(event):
            text.append(event.delta)

        @connection.on("response.done")
        def end(event):
            done.append(event.response.status)
            connection.close()

        connection.conversation.item.create(item=message(question))
        connection.response.create(response={"output_modalities": ["text"]})
        connection.dispatch_events()
    if done != ["completed"]:
        raise RuntimeError(*done or ["the session ended"])
    return "".join(text)
""",
        ),
        (
            "a generator of events",
            """
def safe(client, question):
    def events(connection):
        for event in connection:
            if event.type == "error":
                raise RuntimeError("{code}: {message}".format(**event.error.to_dict()))
            yield event

    with client.realtime.connect(model=MODEL) as connection:
        connection.conversation.item.create(item=message(question))
        connection.response.create(response={"output_modalities": ["text"]})
        last = next((e for e in events(connection) if e.type == "response.done"), None)
    if last is None:
        raise RuntimeError("the line is closed")
    if (status := last.response.status) != "completed":
        raise RuntimeError("not completed, but " + status)
    return last.response.output[0].content[0].text
""",
        ),
    ],
}
