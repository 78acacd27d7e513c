"""Exercises of lesson 37, Realtime in production."""

import base64
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from ...practice.events import response_events
from ..exercises.asked import RESPONSES, Asked, Turn
from ..exercises.failures import FAILURES, NO_MODEL, passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.phone import Closed, Line, Scribe, event, raises
from ..exercises.probe import Probe, error_answer, expect, text_answer

Json = dict[str, Any]
PARTS = [b"\x01\x00" * 4_800, b"\x02\x00" * 7_200, b"\x03\x00" * 2_400, b"\x04\x00" * 2_400]
TEXTS = ["Good evening.", "Look to the south.", "This is Saturn.", "Mind the step."]
RULES = "You answer for the planetarium in one sentence."
CALL = {"call_id": "rtc_u2_7", "sip_headers": [{"name": "From", "value": "sip:+15550100@example"}]}
EMPTY = {"status": 200, "headers": {}, "text": ""}
HISTORY = [
    {"role": "user", "content": "Which planet has rings?"},
    {"role": "assistant", "content": "Saturn has."},
]
OTHERS = {name: failure for name, failure in FAILURES.items() if name != NO_MODEL}
NOT_FOUND = "previous_response_not_found"


def write(answer: Callable[..., Any]) -> str:
    for texts, order in (
        (TEXTS[:3], (1, 2, 0)),
        (TEXTS[:1], (0,)),
        ([TEXTS[0], None, TEXTS[2], TEXTS[3]], (3, 1, 0, 2)),
        ([None, TEXTS[1]], (1, 0)),
        ([TEXTS[1], TEXTS[1]], (0, 1)),
    ):
        parts = PARTS[: len(texts)]
        with Line(Scribe(texts, order)) as line:
            found = _run(line, answer, parts)
        _transcribed(line, parts)
        expect(
            isinstance(found, list | tuple), f"it returned {type(found).__name__}, and no captions"
        )
        expect(
            list(found) == texts,
            f"the turns ended in the order {', '.join(str(n + 1) for n in order)}: "
            f"the captions are {texts}, and it returned {list(found)}",
        )
    _errors_are_raised(answer)
    return "Whichever turn ended first, each caption has its place."


def _run(line: Line, answer: Callable[..., Any], parts: list[bytes]) -> Any:
    try:
        return line.run(answer, list(parts))
    except Wrong:
        kinds = [each["type"] for each in line.sent]
        turns = kinds.count("input_audio_buffer.commit")
        if not line.stuck or turns >= len(parts):
            raise
        many = f"{turns} turn{'' if turns == 1 else 's'}"
        if sum(map(len, _sounds(line))) < sum(map(len, parts)):
            raise Wrong(
                f"your code waits after {many}, and all parts are to be sent first"
            ) from None
        raise Wrong(f"{len(parts)} parts were given, and they came as {many}") from None


def _sounds(line: Line) -> list[bytes]:
    sent = (each["audio"] for each in line.sent if each["type"] == "input_audio_buffer.append")
    try:
        return [base64.b64decode(each, validate=True) for each in sent]
    except ValueError:
        raise Wrong("a part is not base64") from None


def _transcribed(line: Line, parts: list[bytes]) -> None:
    """One transcription session, set up before the sound, and each part a turn of its own."""
    expect(
        line.queries == ["intent=transcription"],
        f"{len(line.queries)} sessions were opened, with {', '.join(line.queries) or 'no query'}",
    )
    updates = [each["session"] for each in line.sent if each["type"] == "session.update"]
    expect(updates, "no settings were sent, so no model is named")
    first = line.sent[0]["type"]
    expect(first == "session.update", f"the first event is {first}, and not the settings")
    expect(
        updates[0]["type"] == "transcription", f"the session is of the type {updates[0]['type']!r}"
    )
    heard = (updates[0].get("audio") or {}).get("input") or {}
    model = (heard.get("transcription") or {}).get("model")
    expect(model == "gpt-live-transcribe", f"the model is {model!r}")
    detection = heard.get("turn_detection")
    expect(detection is None, f"turn detection is {detection}, which the model does not have")
    layout = heard.get("format", {"type": "audio/pcm", "rate": 24_000})
    expect(
        layout == {"type": "audio/pcm", "rate": 24_000},
        f"the sound is 24 kHz PCM, and the settings say {layout}",
    )
    expect(_turns(line) == parts, "the turns that arrived are not the parts that were given")


def _turns(line: Line) -> list[bytes]:
    turns, open_ = [], b""
    sounds = iter(_sounds(line))
    for each in line.sent:
        if each["type"] == "input_audio_buffer.append":
            open_ += next(sounds)
        elif each["type"] == "input_audio_buffer.commit":
            turns.append(open_)
            open_ = b""
    expect(not open_, "there is sound after the last commit")
    return turns


def _errors_are_raised(answer: Callable[..., Any]) -> None:
    def script(heard: Any) -> Iterable[Json]:
        if heard is None:
            return [event("session.created", session={"type": "transcription"})]
        if heard["type"] == "session.update":
            return [event("session.updated", session=heard["session"])]
        ended = heard["type"] == "input_audio_buffer.commit"
        return [_error("session_expired")] if ended else []

    with Line(script) as line:
        raises(lambda: line.run(answer, PARTS[:1]), "an `error` event", "session_expired")


def _error(code: str, **more: Any) -> Json:
    error = {"type": "invalid_request_error", "code": code, "message": "No.", "param": None}
    return {"type": "error", "event_id": "event_6", "error": error | more}


def pick_up(answer: Callable[..., Any]) -> str:
    for call, rules in ((CALL, RULES), ({**CALL, "call_id": "rtc_u0_8"}, "Be brief.")):
        probe = Probe([EMPTY])
        found = answer(probe.client, call, rules, True)
        _asked(probe, f"/realtime/calls/{call['call_id']}/accept")
        body = probe.last.body or {}
        for name, value in {
            "type": "realtime",
            "model": "gpt-realtime-2.1-mini",
            "instructions": rules,
        }.items():
            expect(body.get(name) == value, f"`{name}` is {body.get(name)!r}, not {value!r}")
        expect(found is True, f"after accepting it returned {found!r}")
        probe = Probe([EMPTY])
        found = answer(probe.client, call, rules, False)
        _asked(probe, f"/realtime/calls/{call['call_id']}/reject")
        code = (probe.last.body or {}).get("status_code")
        expect(code == 480, f"the SIP code is {code}; without one it is 603")
        expect(found is False, f"after rejecting it returned {found!r}")
    gone = error_answer(404, "No such call.", type="invalid_request_error", code="gone")
    for is_open in (True, False):
        found = _tried(answer, Probe([gone]), is_open)
        expect(found is False, f"after a 404 it returned {found!r}")
        passes_on(partial(_rings, answer, is_open), failures=OTHERS)
    return "Two requests make a telephone. The talk itself is the session's."


def _rings(answer: Callable[..., Any], is_open: bool, probe: Probe) -> Any:
    return answer(probe.client, CALL, RULES, is_open)


def _tried(answer: Callable[..., Any], probe: Probe, is_open: bool) -> Any:
    try:
        return answer(probe.client, CALL, RULES, is_open)
    except Wrong:
        raise
    except Exception as error:
        what = f"`{type(error).__name__}`"
        raise Wrong(f"after a 404 it stops with {what}") from error


def _asked(probe: Probe, path: str) -> None:
    paths = [each.path for each in probe.requests]
    expect(paths, "your code sent no request through the client it was given")
    expect(paths == [path], f"it asked for {', '.join(paths)}, and the task is {path}")


def go_on(answer: Callable[..., Any]) -> str:
    for text, said in (("And which is red?", "Mars is."), ("Is it far?", "Yes, very far.")):
        found, asked = _one_line(answer, [_says(said)], text)
        _goes_on(asked[0], text)
        expect(len(asked) == 1, f"it asked {len(asked)} times, and the first answer was there")
        expect(found == said, f"the answer was {said!r}, and it returned {found!r}")
        found, asked = _one_line(answer, [[_error(NOT_FOUND)], _says(said)], text)
        _goes_on(asked[0], text)
        _begins_anew(asked, text)
        expect(found == said, f"on a new line the answer was {said!r}, and it returned {found!r}")
    for when, replies, word in (
        ("another error", [[_error("rate_limit_exceeded")]], "rate_limit_exceeded"),
        ("an error that comes twice", [[_error(NOT_FOUND)]] * 3, NOT_FOUND),
        ("a second error", [[_error(NOT_FOUND)], [_error("server_error")]], "server_error"),
        ("an error in mid-answer", [[*_says("Mars")[:4], _error("server_error")]], "server_error"),
        ("a failed response", [_says("", status="failed")], "failed"),
        ("an incomplete response", [_says("Ma", status="incomplete")], "incomplete"),
        ("a second try that is incomplete", _second(_says("Ma", "incomplete")), "incomplete"),
        ("a line that ends before the answer", [None], ""),
        ("a line that ends in mid-answer", [[*_says("Mars is.")[:6], None]], ""),
        ("a line that ends after the error", _second(None), ""),
    ):
        raises(lambda: _one_line(answer, replies, "And which is red?")[0], when, word)  # noqa: B023
    return "The id is a short cut. The talk itself is in your list."


def _second(reply: Any) -> list[Any]:
    return [[_error(NOT_FOUND)], reply]


def _says(text: str, status: str = "completed") -> list[Any]:
    fields: Json = {"status": status, "model": "gpt-6-luna"}
    return [data for _, _, data in response_events(text_answer(text, **fields)["json"])]


def _one_line(answer: Callable[..., Any], replies: list[Any], text: str) -> tuple[Any, list[Asked]]:
    """What the program returns, and what it asked. A reply of None, or None in one: the line ends."""
    left = list(replies)

    def script(heard: Any) -> Iterator[Json]:
        if heard is None:
            return
        reply = left.pop(0) if left else []
        for each in [None] if reply is None else reply:
            if each is None:
                raise Closed
            yield each

    with Line(script) as line:
        found = line.run(answer, [dict(each) for each in HISTORY], text, "resp_old")
    expect(len(line.queries) == 1, f"it opened {len(line.queries)} lines")
    return found, [_as_asked(each) for each in line.sent]


def _as_asked(sent: Json) -> Asked:
    body = {name: value for name, value in sent.items() if name != "type"}
    return Asked("POST", RESPONSES, "", body, {}, None)


def _goes_on(asked: Asked, text: str) -> None:
    _plain(asked, "the first request")
    before = asked.body.get("previous_response_id")
    expect(before == "resp_old", f"the first request goes on from {before!r}, not from 'resp_old'")
    expect(
        asked.sent == (Turn("user", text),),
        f"the first request says {_texts(asked)}, and only {text!r} is new",
    )


def _begins_anew(asked: list[Asked], text: str) -> None:
    times = "once" if len(asked) == 1 else f"{len(asked)} times"
    expect(len(asked) == 2, f"after {NOT_FOUND} it asked {times} in all, and two are right")
    again = asked[1]
    _plain(again, "the second request")
    before = again.body.get("previous_response_id")
    expect(before is None, f"the second request goes on from {before!r}, which is not there")
    wanted = (*(Turn(each["role"], each["content"]) for each in HISTORY), Turn("user", text))
    expect(
        again.sent == wanted,
        f"the second request says {_texts(again)}, and not the history with {text!r} after it",
    )


def _plain(asked: Asked, which: str) -> None:
    expect(asked.model == "gpt-6-luna", f"{which} is for {asked.model!r}")
    expect(asked.body.get("store") is False, f"{which} does not turn `store` off")


def _texts(asked: Asked) -> list[str]:
    return [turn.text for turn in asked.sent]


EXERCISES = [
    Exercise(
        id="37-1",
        check=write,
        hints=(
            "The lesson sends three parts the same way, and keeps the texts by `item_id`.",
            "`input_audio_buffer.committed` comes in the order of your commits: make the places there.",
            "Count the turns that have ended, whether completed or failed, and leave at the last.",
        ),
        reference='''
def write(client, parts):
    """The captions of `parts` (24 kHz PCM), by gpt-live-transcribe."""
    import base64

    heard = {"transcription": {"model": "gpt-live-transcribe"}}
    texts, ended = {}, 0
    with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        connection.session.update(session={"type": "transcription", "audio": {"input": heard}})
        for part in parts:
            connection.input_audio_buffer.append(audio=base64.b64encode(part).decode())
            connection.input_audio_buffer.commit()
        for event in connection:
            if event.type == "error":
                raise RuntimeError(event.error.code)
            if event.type == "input_audio_buffer.committed":
                texts[event.item_id] = None
            elif event.type.endswith(("transcription.completed", "transcription.failed")):
                texts[event.item_id] = getattr(event, "transcript", None)
                ended += 1
                if ended == len(parts):
                    return list(texts.values())
''',
    ),
    Exercise(
        id="37-2",
        check=pick_up,
        hints=(
            'The number of the call is `call["call_id"]`.',
            "The table of the lesson has both requests; `reject` takes `status_code`.",
            "Catch `openai.NotFoundError`, and nothing else.",
        ),
        reference="""
def pick_up(client, call, rules, is_open):
    import openai

    calls = client.realtime.calls
    try:
        if is_open:
            model = "gpt-realtime-2.1-mini"
            calls.accept(call["call_id"], type="realtime", model=model, instructions=rules)
        else:
            calls.reject(call["call_id"], status_code=480)
    except openai.NotFoundError:
        return False
    return is_open
""",
    ),
    Exercise(
        id="37-3",
        check=go_on,
        hints=(
            "One loop over the events is enough: an `error` event may send a second request.",
            "In the first request, `input` is only `text`; in the second, `history` and one message more.",
            "What is after the loop runs only if the line ended before the answer.",
        ),
        reference="""
def go_on(client, history, text, previous):
    desk = {"model": "gpt-6-luna", "store": False}
    whole = [*history, {"role": "user", "content": text}]
    again = False
    with client.responses.connect() as connection:
        connection.response.create(**desk, input=text, previous_response_id=previous)
        for event in connection:
            if event.type == "error":
                if event.error.code != "previous_response_not_found" or again:
                    raise RuntimeError(event.error.code)
                again = True
                connection.response.create(**desk, input=whole)
            elif event.type == "response.completed":
                return event.response.output_text
            elif event.type in ("response.incomplete", "response.failed"):
                raise RuntimeError(event.response.status)
    raise RuntimeError("the line ended before the answer")
""",
    ),
]
