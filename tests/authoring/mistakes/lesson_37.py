"""Wrong answers to the exercises of lesson 37: (name, source, what the check must say)."""

_WRITE = """
def write(client, parts):
    import base64

    texts, ended = {{}}, 0
    with client.realtime.connect({where}) as connection:
        {update}
        for part in {parts}:
            connection.input_audio_buffer.append(audio={sound})
            {commit}
        for event in connection:
            {error}
            if event.type == "input_audio_buffer.committed":
                {place}
            elif event.type.endswith({ends}):
                texts[event.item_id] = {text}
                ended += 1
                if ended == len(parts):
                    return {result}
"""
_UPDATE = "connection.session.update(session={})"
_SESSION = """{"type": "transcription", "audio": {"input": HEARD}}""".replace(
    "HEARD", '{"transcription": {"model": "gpt-live-transcribe"}}'
)
_GOOD = {
    "where": 'extra_query={"intent": "transcription"}',
    "update": _UPDATE.format(_SESSION),
    "parts": "parts",
    "sound": "base64.b64encode(part).decode()",
    "commit": "connection.input_audio_buffer.commit()",
    "error": 'if event.type == "error": raise RuntimeError(event.error.code)',
    "place": "texts[event.item_id] = None",
    "ends": '("transcription.completed", "transcription.failed")',
    "text": 'getattr(event, "transcript", None)',
    "result": "list(texts.values())",
}

_PICK = """
def pick_up(client, call, rules, is_open):
    import openai

    calls = client.realtime.calls
    try:
        if {condition}:
            calls.accept({call}, {settings})
        else:
            calls.reject(call["call_id"]{code})
    except {error}:
        return False
    return {result}
"""
_PICKS = {
    "condition": "is_open",
    "call": 'call["call_id"]',
    "settings": 'type="realtime", model="gpt-realtime-2.1-mini", instructions=rules',
    "code": ", status_code=480",
    "error": "openai.NotFoundError",
    "result": "is_open",
}

_GO_ON = """
def go_on(client, history, text, previous):
    desk = {desk}
    whole = {whole}
    again = False
    with client.responses.connect() as connection:
        connection.response.create(**desk, input={first}{before})
        for event in connection:
            {error}
                if {fatal}:
                    raise RuntimeError(event.error.code)
                again = True
                connection.response.create(**desk, input=whole{second})
            elif event.type == "response.completed":
                return {result}
            {bad}
    {end}
"""
_GOES_ON = {
    "desk": '{"model": "gpt-6-luna", "store": False}',
    "whole": '[*history, {"role": "user", "content": text}]',
    "first": "text",
    "before": ", previous_response_id=previous",
    "error": 'if event.type == "error":',
    "fatal": 'event.error.code != "previous_response_not_found" or again',
    "second": "",
    "result": "event.response.output_text",
    "bad": (
        'elif event.type in ("response.incomplete", "response.failed"): '
        "raise RuntimeError(event.response.status)"
    ),
    "end": 'raise RuntimeError("the line ended")',
}


def _write(**other: str) -> str:
    return _WRITE.format(**_GOOD | other)


def _pick(**other: str) -> str:
    return _PICK.format(**_PICKS | other)


def _go_on(**other: str) -> str:
    return _GO_ON.format(**_GOES_ON | other)


WRONG = {
    "37-1": [
        (
            "keeps the order of the completed turns",
            _write(place="pass"),
            "the turns ended in the order 2, 3, 1",
        ),
        (
            "waits for completed turns only",
            _write(ends='("transcription.completed",)'),
            "waited for an event that never came",
        ),
        ("a model in the address", _write(where="model=VOICE"), "model=gpt-realtime-2.1-mini"),
        ("no settings", _write(update=""), "no settings were sent"),
        (
            "settings of a conversation",
            _write(
                update=_UPDATE.format(
                    _SESSION.replace('"transcription", "audio"', '"realtime", "audio"')
                )
            ),
            "of the type 'realtime'",
        ),
        (
            "the model for files",
            _write(update=_UPDATE.format(_SESSION.replace("gpt-live-", "gpt-"))),
            "the model is 'gpt-transcribe'",
        ),
        (
            "asks the server to detect turns",
            _write(
                update=_UPDATE.format(
                    _SESSION.replace("}}}", '}, "turn_detection": {"type": "server_vad"}}}')
                )
            ),
            "turn detection is",
        ),
        (
            "one turn for all parts",
            _write(parts='[b"".join(parts)]'),
            "3 parts were given, and they came as 1 turn",
        ),
        ("does not commit", _write(commit=""), "they came as 0 turns"),
        ("sends hexadecimal", _write(sound="part.hex()"), "are not the parts that were given"),
        (
            "looks past errors",
            _write(error=""),
            "after an `error` event your code waited on",
        ),
        ("returns a dict", _write(result="texts"), "it returned dict, and no captions"),
        (
            "joins the deltas",
            _write(
                place="texts[event.item_id] = ''",
                text="texts[event.item_id]",
            ),
            "and it returned ['', '', '']",
        ),
        (
            "waits for each caption before the next part",
            """
def write(client, parts):
    found = []
    with client.realtime.connect(extra_query=INTENT) as connection:
        connection.session.update(session=captions)
        for part in parts:
            hear(connection, part)
            event = next(e for e in connection if e.type.endswith("transcription.completed"))
            found.append(event.transcript)
    return found
""",
            "your code waits after 1 turn, and all parts are to be sent first",
        ),
    ],
    "37-2": [
        ("always accepts", _pick(condition="True"), "the task is /realtime/calls/rtc_u2_7/reject"),
        ("without a code", _pick(code=""), "without one it is 603"),
        ("another code", _pick(code=", status_code=486"), "the SIP code is 486"),
        (
            "rules of its own",
            _pick(settings=_PICKS["settings"].replace("=rules", '="Be kind."')),
            "`instructions` is 'Be kind.'",
        ),
        (
            "no model",
            _pick(settings='type="realtime", instructions=rules'),
            "`model` is None",
        ),
        (
            "a number of its own",
            _pick(call='"rtc_u2_7"'),
            "the task is /realtime/calls/rtc_u0_8/accept",
        ),
        ("catches all errors", _pick(error="openai.APIError"), "kept"),
        (
            "catches none",
            _pick(error="ZeroDivisionError"),
            "after a 404 it stops with `NotFoundError`",
        ),
        ("returns nothing", _pick(result="None"), "after accepting it returned None"),
        ("returns True", _pick(result="True"), "after rejecting it returned True"),
        (
            "hangs up in place of rejecting",
            _pick().replace(
                'calls.reject(call["call_id"], status_code=480)', 'calls.hangup(call["call_id"])'
            ),
            "it asked for /realtime/calls/rtc_u2_7/hangup",
        ),
    ],
    "37-3": [
        ("no id", _go_on(before=""), "goes on from None"),
        (
            "sends the history at once",
            _go_on(first="whole"),
            "only 'And which is red?' is new",
        ),
        ("stores", _go_on(desk='{"model": "gpt-6-luna"}'), "does not turn `store` off"),
        (
            "another model",
            _go_on(desk='{"model": "gpt-6-sol", "store": False}'),
            "is for 'gpt-6-sol'",
        ),
        (
            "keeps the id",
            _go_on(second=", previous_response_id=previous"),
            "the second request goes on from 'resp_old'",
        ),
        (
            "forgets the question",
            _go_on(whole="list(history)"),
            "and not the history with 'And which is red?' after it",
        ),
        (
            "the question first",
            _go_on(whole='[{"role": "user", "content": text}, *history]'),
            "and not the history with",
        ),
        (
            "tries for ever",
            _go_on(fatal='event.error.code != "previous_response_not_found"'),
            "after an error that comes twice your code waited on",
        ),
        ("tries after any error", _go_on(fatal="again"), "after another error"),
        (
            "looks past errors",
            _go_on(error='if event.type == "a":'),
            "waited for an event that never came",
        ),
        ("looks past bad endings", _go_on(bad=""), "your code waited on"),
        ("ends in silence", _go_on(end="return None"), "it returned None"),
        ("the whole response", _go_on(result="event.response"), "and it returned Response"),
        (
            "a new line for the second try",
            """
def go_on(client, history, text, previous):
    def ask(**form):
        with client.responses.connect() as connection:
            connection.response.create(**desk, **form)
            for event in connection:
                if event.type == "error":
                    return event.error.code
                if event.type == "response.completed":
                    return event.response
                if event.type in ("response.failed", "response.incomplete"):
                    raise RuntimeError(event.response.status)
        raise RuntimeError("the line ended")

    found = ask(input=text, previous_response_id=previous)
    if found == "previous_response_not_found":
        found = ask(input=[*history, {"role": "user", "content": text}])
    if isinstance(found, str):
        raise RuntimeError(found)
    return found.output_text
""",
            "it opened 2 lines",
        ),
        (
            "plain requests",
            """
def go_on(client, history, text, previous):
    return client.responses.create(**desk, input=text, previous_response_id=previous).output_text
""",
            "NotFoundError",
        ),
    ],
}
