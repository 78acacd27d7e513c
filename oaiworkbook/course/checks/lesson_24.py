"""Exercises of lesson 24, Keys and safety."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import openai
from openai.types.responses import ResponseFunctionToolCall

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Probe, error_answer, expect, text_answer

SECRET = b"for the check only"
REPORT = "Pitch 31 is dry."


def hashed(answer: Callable[..., Any]) -> str:
    found = answer(SECRET, "jonas@mail.example")
    expect(isinstance(found, str), f"it returns {found!r}, which is no string")
    expect("jonas" not in found and "@" not in found, f"the address stands in it: {found!r}")
    expect(
        len(found) == 64 and not set(found) - set("0123456789abcdef"),
        f"{found!r} is not 64 hex digits",
    )
    expect(
        answer(b"another secret", "jonas@mail.example") != found,
        "with another secret the result is the same: whoever guesses the address can compute it",
    )
    for other in ("Jonas@Mail.example", " jonas@mail.example", "JONAS@MAIL.EXAMPLE \n"):
        expect(answer(SECRET, other) == found, f"for {other!r} the result is another one")
    expect(answer(SECRET, "ada@mail.example") != found, "two guests have the same result")
    whole = hmac.digest(SECRET, b"jonas@mail.example", "sha256").hex()
    expect(found == whole, "it is not HMAC with SHA-256, as in the lesson")
    return "One guest, one identifier, and only you can compute it."


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


def _probe(reply: Any = None) -> Probe:
    probe = Probe([reply or text_answer(REPORT, id="resp_7")])
    probe.client.webhook_secret = "whsec_" + base64.b64encode(SECRET).decode()
    return probe


def webhook(answer: Callable[..., Any]) -> str:
    now, body = time.time(), _event()
    seen: set[str] = set()
    _refuses(answer, "whose body was changed", _event(id_="resp_8"), _signed(body, now))
    _refuses(answer, "that is ten minutes old", body, _signed(body, now - 600))
    _refuses(answer, "without any signature", body, {"content-type": "application/json"})
    probe = _probe()
    found = answer(probe.client, body, _signed(body, now), seen)
    expect(
        [each.path for each in probe.requests] == ["/responses/resp_7"],
        f"for a genuine message it sent {[each.path for each in probe.requests]}",
    )
    expect(found == (200, REPORT), f"for a genuine message it returned {found!r}")
    expect(seen == {"msg_1"}, f"after the first message `seen` is {seen!r}")
    probe = _probe()
    found = answer(probe.client, body, _signed(body, now), seen)
    expect(
        not probe.requests and found == (200, None),
        f"the same message came twice; it returned {found!r} and sent {len(probe.requests)} requests",
    )
    other = _event("response.failed")
    found = answer(_probe().client, other, _signed(other, now, 2), seen)
    expect(found == (200, None), f"for a `response.failed` it returned {found!r}")
    _lets_through(answer, body, _signed(body, now, 3))
    return "Forged, old, twice: nothing gets by."


def _refuses(answer: Callable[..., Any], words: str, body: str, headers: Mapping[str, str]) -> None:
    probe, seen = _probe(), set[str]()
    try:
        found = answer(probe.client, body, headers, seen)
    except (ValueError, KeyError) as error:
        raise Wrong(f"a message {words} made it raise `{type(error).__name__}`") from None
    expect(not probe.requests, f"it fetched a response for a message {words}")
    expect(found == (400, None), f"for a message {words} it returned {found!r}")
    expect(not seen, f"a message {words} counts as seen: the genuine one would be dropped")


def _lets_through(answer: Callable[..., Any], body: str, headers: Mapping[str, str]) -> None:
    probe = _probe(error_answer(500, "Refused.", type="server_error"))
    seen: set[str] = set()
    try:
        found = answer(probe.client, body, headers, seen)
    except openai.InternalServerError:
        expect(not seen, "the response could not be fetched, and the message counts as seen")
        return
    raise Wrong(f"the response could not be fetched (500), and it returned {found!r}")


BOOKINGS = {
    "B-17": {"mail": "ada@mail.example", "paid": 240},
    "B-18": {"mail": "jonas@mail.example", "paid": 90},
}
# What to say about the call, its name, its arguments, whether Ada may get it.
CALLS: list[tuple[str, str, Any, bool]] = [
    ("all that was paid", "Refund", {"booking": "B-17", "usd": 240}, True),
    ("USD 1", "Refund", {"booking": "B-17", "usd": 1}, True),
    ("more than was paid", "Refund", {"booking": "B-17", "usd": 241}, False),
    ("the booking of another guest", "Refund", {"booking": "B-18", "usd": 90}, False),
    ("USD 0", "Refund", {"booking": "B-17", "usd": 0}, False),
    ("USD -50", "Refund", {"booking": "B-17", "usd": -50}, False),
    ("a booking that does not exist", "Refund", {"booking": "B-99", "usd": 10}, False),
    ("another tool", "DeleteBooking", {"booking": "B-17", "usd": 10}, False),
    ("an amount in words", "Refund", {"booking": "B-17", "usd": "all"}, False),
    ("no amount", "Refund", {"booking": "B-17"}, False),
    ("an account beside the rest", "Refund", {"booking": "B-17", "usd": 9, "account": "5"}, False),
    ("a list for the booking", "Refund", {"booking": ["B-17"], "usd": 10}, False),
    ("arguments that are no object", "Refund", "B-17", False),
    ("JSON that breaks off", "Refund", None, False),
]


def gate(answer: Callable[..., Any]) -> str:
    for words, name, wanted, allowed in CALLS:
        text = '{"booking": "B-1' if wanted is None else json.dumps(wanted)
        call = ResponseFunctionToolCall(
            type="function_call", call_id="call_1", name=name, arguments=text
        )
        try:
            found = answer(call, "ada@mail.example", BOOKINGS)
        except Exception as error:
            raise Wrong(f"a call with {words} made it raise `{type(error).__name__}`") from None
        expected = (wanted["booking"], wanted["usd"]) if allowed else None
        expect(found == expected, f"for a call with {words} it returned {found!r}")
    return f"{len(CALLS)} calls, and a person is asked about {sum(c[3] for c in CALLS)}."


EXERCISES = [
    Exercise(
        id="24-1",
        check=hashed,
        hints=(
            "`address.strip().lower()` writes an address always in the same way.",
            '`hmac.digest` takes the secret, bytes and `"sha256"`; `.encode()` makes bytes of a string.',
        ),
        reference='''
def identifier(secret, address):
    """64 hex digits for a guest. `secret` is bytes, `address` a string."""
    return hmac.digest(secret, address.strip().lower().encode(), "sha256").hex()
''',
    ),
    Exercise(
        id="24-2",
        check=webhook,
        hints=(
            "First `client.webhooks.unwrap(body, headers)`, and only its errors are caught: `ValueError`.",
            "Until the message is believed, look at nothing in it, and do not touch `seen`.",
            "`client.responses.retrieve(event.data.id)` comes before `seen.add(...)`.",
        ),
        reference="""
def receive(client, body, headers, seen):
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
    Exercise(
        id="24-3",
        check=gate,
        hints=(
            "A Pydantic class with `booking: str` and `usd: int` checks the types for you.",
            '`model_config = {"extra": "forbid", "strict": True}` refuses other fields and other types.',
            "`model_validate_json` raises a `ValidationError`, a kind of ValueError, for all that is not such an object.",
        ),
        reference="""
class Wanted(BaseModel):
    model_config = {"extra": "forbid", "strict": True}
    booking: str
    usd: int


def permitted(call, sender, bookings):
    try:
        wanted = Wanted.model_validate_json(call.arguments)
    except ValueError:
        return None
    booking = bookings.get(wanted.booking)
    if call.name != "Refund" or booking is None or booking["mail"] != sender:
        return None
    return (wanted.booking, wanted.usd) if 1 <= wanted.usd <= booking["paid"] else None
""",
    ),
]
