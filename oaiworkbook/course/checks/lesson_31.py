"""Exercises of lesson 31, Background work."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import openai
from openai.types.responses import Response

from ...practice.answers import response_body, stream_answer, text_answer
from ..exercises.failures import BROKEN, SILENCE, passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, expect, no_waiting


def _response(status: str, text: str = "", **fields: Any) -> Response:
    body = response_body(
        text, None if text else [], {"status": status, "model": "gpt-6-luna", **fields}
    )
    return Response.model_validate(body)


_NO_TEXT = {"usage": (0, 0)}
# What to say about it, the response, and the words that the error must have.
STOPPED: list[tuple[str, Response, tuple[str, ...]]] = [
    (
        "a failed response",
        _response("failed", error={"code": "server_error", "message": "Sorry."}),
        ("failed", "server_error"),
    ),
    ("a failed response without an `error`", _response("failed"), ("failed",)),
    (
        "a response that was cut short",
        _response("incomplete", "Half a", incomplete_details={"reason": "max_output_tokens"}),
        ("incomplete", "max_output_tokens"),
    ),
    (
        "a response that a filter stopped",
        _response("incomplete", incomplete_details={"reason": "content_filter"}),
        ("incomplete", "content_filter"),
    ),
    (
        "an incomplete response without `incomplete_details`",
        _response("incomplete", "Half"),
        ("incomplete",),
    ),
    ("a cancelled response", _response("cancelled"), ("cancelled",)),
]


def outcome(answer: Callable[..., Any]) -> str:
    for text in ("Fewer flycatchers.", "Redwings as ever.", ""):
        whole = _response("completed", text)
        _gives(answer, whole, text, f"a completed response with the text {text!r}")
    for status in ("queued", "in_progress"):
        _gives(answer, _response(status), None, f"a response that is `{status}`")
    some = _response("in_progress", "Half a")
    _gives(answer, some, None, "a response that is `in_progress` and has some text")
    for what, response, words in STOPPED:
        try:
            found = answer(response)
        except RuntimeError as error:
            missing = [word for word in words if word not in str(error)]
            expect(not missing, f"for {what} the message is {str(error)!r}, without {missing}")
            shown = [
                name for name in ("ResponseError(", "IncompleteDetails(") if name in str(error)
            ]
            expect(not shown, f"for {what} the message shows a whole object: {str(error)!r}")
        except AttributeError as error:
            raise Wrong(f"for {what} it stopped with `AttributeError`: {error}") from None
        else:
            raise Wrong(f"for {what} it returned {found!r} and raised nothing")
    return "Whole, not yet, or never: you can tell them apart."


def _gives(answer: Callable[..., Any], response: Response, wanted: str | None, what: str) -> None:
    try:
        found = answer(response)
    except RuntimeError as error:
        raise Wrong(f"for {what} it raised `RuntimeError`: {error}") from None
    expect(found == wanted, f"for {what} it returned {found!r}")


ID = "resp_7"
PIECES = ("Three ", "more ", "nets ", "at ", "the ", "wall.")
_FIRST = 4  # the number of the first piece's event
Events = list[list[Any]]


def _events(end: str | None = "response.completed") -> Events:
    """All events of the response. `end`: its last event, None where it never comes."""
    events: Events = stream_answer(PIECES, id=ID, model="gpt-6-luna", background=True)["sse"]
    *before, (ms, _, data) = events
    if end is None:
        return before
    status = end.removeprefix("response.")
    data = data | {"type": end, "response": data["response"] | {"status": status}}
    return [*before, [ms, end, data]]


def _after(events: Events, asked: Asked, first: int) -> Events:
    """What the API would send: the events after `starting_after`, or all."""
    query = parse_qs(asked.query)
    after = int(query.get("starting_after", ["-1"])[0])
    expect(
        asked.method == "GET" and asked.path == f"/responses/{ID}",
        f"it sent {asked.method} {asked.path}, which does not fetch the response",
    )
    expect(query.get("stream") == ["true"], "a request does not ask for a stream")
    expect(
        after >= first,
        f"it asks for the events after {after}; those up to {first} are there already"
        if "starting_after" in query
        else "it asks for all events again: `starting_after` is missing",
    )
    return [each for each in events if each[2]["sequence_number"] > after]


def _breaks(after: int, end: str | None, first: int, *, loud: bool) -> Callable[[Asked], Any]:
    """A stream that breaks after this many events, or ends with `end` before that."""

    def reply(asked: Asked) -> Any:
        rest = _after(_events(end), asked, first)
        cut = {"cut": True} if loud and len(rest) > after else {}
        return stream_answer(()) | {"sse": rest[:after], **cut}

    return reply


ENDLESS = 99


def _plan(
    *parts: tuple[int, bool], end: str | None = "response.completed", last: int
) -> list[Reply]:
    """A reply for each part: after how many events it breaks, and whether the SDK notices."""
    replies: list[Reply] = []
    newest = last
    for count, loud in parts:
        replies.append(_breaks(count, end, newest, loud=loud))
        newest += count
    return replies


def _text_after(last: int) -> str:
    return "".join(PIECES[max(0, last - _FIRST + 1) :])


# What to say about it, the last event, the parts of the stream.
WHOLE: list[tuple[str, int, list[tuple[int, bool]]]] = [
    ("a stream that comes to its end", 5, [(ENDLESS, False)]),
    ("a stream that breaks once more", 5, [(2, True), (ENDLESS, False)]),
    ("a stream that stops silently once more", 5, [(2, False), (ENDLESS, False)]),
    ("a stream that breaks before its first event", 5, [(0, True), (ENDLESS, False)]),
    ("a stream that breaks twice", 4, [(1, True), (2, False), (ENDLESS, False)]),
    ("a stream that breaks right before its last event", 5, [(7, True), (ENDLESS, False)]),
    ("a stream that broke before its first piece", 2, [(ENDLESS, False)]),
    ("a stream that broke after its first event", 0, [(4, True), (ENDLESS, False)]),
]


def go_on(answer: Callable[..., Any]) -> str:
    for what, last, parts in WHOLE:
        probe = Probe(_plan(*parts, last=last), limit=6)
        found = _run(answer, probe, last, len(parts), what)
        wanted = _text_after(last)
        expect(
            found == wanted,
            f"for {what} it returned {found!r}; the text after event {last} is {wanted!r}",
        )
        expect(
            len(probe.requests) == len(parts),
            f"for {what} it sent {_requests(len(probe.requests))}",
        )
    for end in ("response.incomplete", "response.failed"):
        _gives_up(answer, [(ENDLESS, False)], RuntimeError, f"after `{end}`", 1, end=end, tries=3)
    _gives_up(answer, [(1, True)] * 2, EOFError, "after 2 tries that break", 2, tries=2)
    _gives_up(answer, [(1, False)] * 3, EOFError, "after 3 tries that stop silently", 3, tries=3)
    _gives_up(answer, [(0, True)], EOFError, "after the only try breaks", 1, tries=1)
    but = {BROKEN, SILENCE}
    passes_on(lambda probe: answer(probe.client, ID, 5, 3), but=but)
    passes_on(lambda probe: answer(probe.client, ID, 5, 3), but=but, first=_plan((1, True), last=5))
    return "Event after event, whatever the link does."


def _run(answer: Callable[..., Any], probe: Probe, last: int, tries: int, what: str) -> Any:
    try:
        with no_waiting():
            return answer(probe.client, ID, last, tries)
    except openai.APIConnectionError:
        raise Wrong(f"for {what} the broken connection reached the caller") from None
    except (EOFError, RuntimeError) as error:
        raise Wrong(f"for {what} it raised `{type(error).__name__}`") from None


def _gives_up(
    answer: Callable[..., Any],
    parts: Sequence[tuple[int, bool]],
    wanted: type[Exception],
    when: str,
    requests: int,
    *,
    end: str = "response.completed",
    tries: int,
) -> None:
    probe = Probe(_plan(*parts, end=end, last=5), limit=6)
    try:
        with no_waiting():
            found = answer(probe.client, ID, 5, tries)
    except Wrong:
        raise
    except openai.APIConnectionError:
        raise Wrong(f"{when} it raised `APIConnectionError`, not `{wanted.__name__}`") from None
    except (EOFError, RuntimeError) as error:
        expect(
            isinstance(error, wanted),
            f"{when} it raised `{type(error).__name__}`, not `{wanted.__name__}`",
        )
        sent = len(probe.requests)
        expect(sent == requests, f"{when} it has sent {_requests(sent)}, not {requests}")
        return
    raise Wrong(f"{when} it returned {found!r}, and raised no `{wanted.__name__}`")


SECRET = b"for the check only"
REPORT = "Redwings came late."


def _signed(body: str, at: float, number: int = 1) -> dict[str, str]:
    stamp = str(int(at))
    digest = hmac.digest(SECRET, f"msg_{number}.{stamp}.{body}".encode(), "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {
        "webhook-id": f"msg_{number}",
        "webhook-timestamp": stamp,
        "webhook-signature": signature,
    }


def _event(kind: str = "response.completed", id_: str = "resp_7") -> str:
    return json.dumps({"id": "evt_1", "created_at": 1795348800, "type": kind, "data": {"id": id_}})


def _report() -> dict[str, Any]:
    """The response behind the message: a reasoning item, then the text."""
    thought = {"id": "rs_1", "type": "reasoning", "summary": []}
    output = text_answer(REPORT)["json"]["output"]
    return text_answer("", id="resp_7", output=[thought, *output])


def _knows(probe: Probe) -> Probe:
    probe.client.webhook_secret = "whsec_" + base64.b64encode(SECRET).decode()
    return probe


def receive(answer: Callable[..., Any]) -> str:
    now, body = time.time(), _event()
    forged = _event(id_="resp_8")
    other = _signed(body, now) | {"webhook-signature": "v1," + base64.b64encode(b"x" * 32).decode()}
    _refuses(answer, "whose body was changed", forged, _signed(body, now))
    _refuses(answer, "that somebody else has signed", body, other)
    _refuses(answer, "that is ten minutes old", body, _signed(body, now - 600))
    _refuses(answer, "without any signature", body, {"content-type": "application/json"})
    _refuses(
        answer, "that is forged and has an id in `seen`", forged, _signed(body, now), {"msg_1"}
    )
    seen: set[str] = set()
    probe = _knows(Probe([_report()]))
    found = answer(probe.client, body, _signed(body, now), seen)
    expect(
        [each.path for each in probe.requests] == ["/responses/resp_7"],
        f"for a genuine message it sent {[each.path for each in probe.requests]}",
    )
    expect(found == (200, REPORT), f"for a genuine message it returned {found!r}")
    expect(seen == {"msg_1"}, f"after the first message `seen` is {seen!r}")
    _ignores(answer, "the same message came twice", body, _signed(body, now), seen)
    for number, kind in enumerate(("response.failed", "batch.completed", "response.incomplete"), 2):
        what = f"a `{kind}` came"
        _ignores(answer, what, _event(kind), _signed(_event(kind), now, number), seen)
    probe = _knows(Probe([_report()]))
    found = answer(probe.client, body, _signed(body, now, 9), seen)
    expect(found == (200, REPORT), f"for a second message with a new id it returned {found!r}")
    _lets_through(answer, body, _signed(body, now, 10))
    return "Forged, old, twice: nothing gets by."


def _refuses(
    answer: Callable[..., Any],
    words: str,
    body: str,
    headers: Mapping[str, str],
    known: Collection[str] = (),
) -> None:
    probe, seen = _knows(Probe([_report()])), set(known)
    try:
        found = answer(probe.client, body, headers, seen)
    except (ValueError, KeyError) as error:
        raise Wrong(f"a message {words} made it raise `{type(error).__name__}`") from None
    expect(not probe.requests, f"it fetched a response for a message {words}")
    expect(found == (400, None), f"for a message {words} it returned {found!r}")
    expect(
        seen == set(known),
        f"a message {words} counts as seen: the genuine one would be dropped",
    )


def _ignores(
    answer: Callable[..., Any], what: str, body: str, headers: Mapping[str, str], seen: set[str]
) -> None:
    probe = _knows(Probe([_report()]))
    found = answer(probe.client, body, headers, seen)
    expect(
        not probe.requests and found == (200, None),
        f"{what}; it returned {found!r} and sent {_requests(len(probe.requests))}",
    )


def _lets_through(answer: Callable[..., Any], body: str, headers: Mapping[str, str]) -> None:
    noted: list[set[str]] = []

    def run(probe: Probe) -> Any:
        noted.append(set())
        return answer(_knows(probe).client, body, headers, noted[-1])

    passes_on(run)
    expect(not any(noted), "the response could not be fetched, and the message counts as seen")


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"


EXERCISES = [
    Exercise(
        "31-1",
        outcome,
        (
            "Begin with the two statuses that mean: not yet.",
            "`response.error` and `response.incomplete_details` are None where there is nothing to say. "
            "Look before you ask for `.code` or `.reason`.",
            '`raise RuntimeError(f"{response.status}: {reason}")`, where `reason` may be None.',
        ),
        """def outcome(response):
    if response.status in ("queued", "in_progress"):
        return None
    if response.status == "completed":
        return response.output_text
    reason = None
    if response.error:
        reason = response.error.code
    if response.incomplete_details:
        reason = response.incomplete_details.reason
    raise RuntimeError(f"{response.status}: {reason}")
""",
    ),
    Exercise(
        "31-2",
        go_on,
        (
            "`for _ in range(tries):` around it, and the `EOFError` after it.",
            "With each event: `last = event.sequence_number`. The next request takes this number.",
            "Put the `for` over the events into a `try`, and let `except openai.APIConnectionError` do "
            "nothing: the loop over the tries goes on.",
        ),
        """def go_on(client, id_, last, tries):
    texts = []
    for _ in range(tries):
        try:
            for event in client.responses.retrieve(id_, stream=True, starting_after=last):
                last = event.sequence_number
                if event.type == "response.output_text.delta":
                    texts.append(event.delta)
                elif event.type == "response.completed":
                    return "".join(texts)
                elif event.type in ("response.incomplete", "response.failed"):
                    raise RuntimeError(event.type)
        except openai.APIConnectionError:
            pass  # the next try goes on
    raise EOFError(f"no final event after {tries} requests")
""",
    ),
    Exercise(
        "31-3",
        receive,
        (
            "First `client.webhooks.unwrap(body, headers)`, and only its errors are caught: `ValueError`.",
            "Until the message is believed, look at nothing in it, and leave `seen` alone.",
            "`client.responses.retrieve(event.data.id)` comes before `seen.add(...)`.",
        ),
        """def receive(client, body, headers, seen):
    try:
        event = client.webhooks.unwrap(body, headers)
    except ValueError:  # InvalidWebhookSignatureError is one
        return 400, None
    if headers["webhook-id"] in seen or event.type != "response.completed":
        return 200, None
    text = client.responses.retrieve(event.data.id).output_text
    seen.add(headers["webhook-id"])
    return 200, text
""",
    ),
]
