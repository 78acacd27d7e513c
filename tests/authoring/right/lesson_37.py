"""Right answers to the exercises of lesson 37, in other ways than the reference."""

RIGHT = {
    "37-1": [
        (
            "the lesson's names",
            """
def write(client, parts):
    found, failed = {}, 0
    with client.realtime.connect(extra_query=INTENT) as connection:
        connection.session.update(session=captions)
        for part in parts:
            hear(connection, part)
        done = 0
        while done < len(parts):
            event = connection.recv()
            if event.type == "error":
                raise RuntimeError(f"the API says {event.error.code}")
            if event.type == "input_audio_buffer.committed":
                found.setdefault(event.item_id, None)
            if event.type == "conversation.item.input_audio_transcription.completed":
                found[event.item_id] = event.transcript
                done += 1
            if event.type == "conversation.item.input_audio_transcription.failed":
                done += 1
    return [*found.values()]
""",
        ),
        (
            "waits for the settings, all of them named, a list of items",
            """
def write(client, parts):
    from binascii import b2a_base64

    order, texts, over = [], {}, set()
    with client.realtime.connect(extra_query={"intent": "transcription"}) as line:
        while line.recv().type != "session.created":
            pass
        line.session.update(
            session={
                "type": "transcription",
                "audio": {
                    "input": {
                        "format": {"type": "audio/pcm", "rate": 24_000},
                        "noise_reduction": {"type": "far_field"},
                        "turn_detection": None,
                        "transcription": {
                            "model": "gpt-live-transcribe",
                            "language": "en",
                            "keywords": ["Saturn"],
                        },
                    }
                },
            }
        )
        while line.recv().type != "session.updated":
            pass
        for part in parts:
            line.send(
                {
                    "type": "input_audio_buffer.append",
                    "audio": b2a_base64(part, newline=False).decode(),
                }
            )
            line.input_audio_buffer.commit(event_id="turn")
        for event in line:
            match event.type.rpartition(".")[2]:
                case "error":
                    raise RuntimeError(event.to_json())
                case "committed":
                    order.append(event.item_id)
                case "completed":
                    texts[event.item_id] = event.transcript
                    over.add(event.item_id)
                case "failed":
                    over.add(event.item_id)
            if len(over) == len(parts):
                break
    return [texts.get(item) for item in order]
""",
        ),
        (
            "small pieces, functions for events, a tuple",
            """
def write(client, parts):
    import base64

    items, texts = [], {}
    with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        def ended(event):
            texts[event.item_id] = getattr(event, "transcript", None)
            if len(texts) == len(parts):
                connection.close()

        def refused(event):
            raise RuntimeError(event.error.code)

        kind = "conversation.item.input_audio_transcription"
        connection.on("input_audio_buffer.committed", lambda event: items.append(event.item_id))
        connection.on(f"{kind}.completed", ended)
        connection.on(f"{kind}.failed", ended)
        connection.on("error", refused)
        connection.session.update(session=captions)
        for part in parts:
            for at in range(0, len(part), 4_800):
                piece = base64.b64encode(part[at : at + 4_800]).decode()
                connection.input_audio_buffer.append(audio=piece)
            connection.input_audio_buffer.commit()
        connection.dispatch_events()
    return tuple(texts[item] for item in items)
""",
        ),
    ],
    "37-2": [
        (
            "two returns",
            """
import openai

def pick_up(client, call, rules, is_open):
    id_ = call["call_id"]
    try:
        if not is_open:
            client.realtime.calls.reject(id_, status_code=480)
            return False
        client.realtime.calls.accept(id_, **phone | {"instructions": rules})
        return True
    except openai.NotFoundError:
        return False
""",
        ),
        (
            "looks at the status",
            """
def pick_up(client, call, rules, is_open):
    from openai import APIStatusError

    try:
        if is_open:
            client.realtime.calls.accept(
                call_id=call["call_id"],
                type="realtime",
                model="gpt-realtime-2.1-mini",
                instructions=rules,
                output_modalities=["audio"],
            )
        else:
            client.realtime.calls.reject(call["call_id"], status_code=480)
    except APIStatusError as error:
        if error.status_code != 404:
            raise
        return False
    return bool(is_open)
""",
        ),
        (
            "raw answers, and settings in the body",
            """
def pick_up(client, call, rules, is_open):
    import openai

    raw = client.realtime.calls.with_raw_response
    more = {"model": VOICE, "instructions": rules}
    try:
        if is_open:
            answer = raw.accept(call["call_id"], type="realtime", extra_body=more)
        else:
            answer = raw.reject(call["call_id"], status_code=480)
    except openai.NotFoundError:
        return False
    return answer.http_response.status_code == 200 and is_open
""",
        ),
    ],
    "37-3": [
        (
            "a loop of two tries",
            """
def go_on(client, history, text, previous):
    mine = {"role": "user", "content": text}
    tries = [
        {"input": [mine], "previous_response_id": previous},
        {"input": [*history, mine]},
    ]
    with client.responses.connect() as connection:
        for number, form in enumerate(tries):
            connection.response.create(model="gpt-6-luna", store=False, **form)
            for event in connection:
                if event.type == "error":
                    gone = event.error.code == "previous_response_not_found"
                    if gone and number == 0:
                        break
                    raise RuntimeError(event.error.code)
                if event.type == "response.completed":
                    return event.response.output_text
                if event.type in ("response.failed", "response.incomplete"):
                    raise RuntimeError(event.response.status)
            else:
                raise RuntimeError("the line ended")
""",
        ),
        (
            "recv, deltas added up, the line's end caught",
            """
def go_on(client, history, text, previous):
    from websockets.exceptions import ConnectionClosed

    words, left = "", 1
    with client.responses.connect() as line:
        def send(**more):
            line.send({"type": "response.create", "model": "gpt-6-luna", "store": False, **more})

        send(input=text, previous_response_id=previous, reasoning={"effort": "none"})
        while True:
            try:
                event = line.recv()
            except ConnectionClosed as error:
                raise RuntimeError("the line ended early") from error
            match event.type:
                case "response.output_text.delta":
                    words += event.delta
                case "response.completed":
                    return words
                case "response.failed" | "response.incomplete":
                    raise RuntimeError(f"status {event.response.status}")
                case "error":
                    code = event.error.code
                    if code != "previous_response_not_found" or not left:
                        raise RuntimeError(f"code {code}")
                    left -= 1
                    part = {"type": "input_text", "text": text}
                    send(input=history + [{"type": "message", "role": "user", "content": [part]}])
""",
        ),
        (
            "a function that asks, and calls itself",
            """
def go_on(client, history, text, previous):
    def asked(connection, again, **form):
        connection.response.create(**desk, **form)
        for event in connection:
            kind = event.type
            if kind == "error" and event.error.code == "previous_response_not_found" and not again:
                whole = list(history) + [{"role": "user", "content": text}]
                return asked(connection, True, input=whole, previous_response_id=None)
            if kind == "error":
                raise RuntimeError(event.error)
            if kind.startswith("response.") and kind.split(".")[1] in (
                "completed", "failed", "incomplete", "cancelled"
            ):
                if event.response.status != "completed":
                    raise RuntimeError(event.response.status)
                return event.response.output[-1].content[0].text
        raise RuntimeError("no more events")

    with client.responses.connect() as connection:
        return asked(connection, False, input=text, previous_response_id=previous)
""",
        ),
    ],
}
