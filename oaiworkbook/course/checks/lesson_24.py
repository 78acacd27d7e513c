"""Exercises of lesson 24, Keys and safety."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from openai.types.responses import ResponseFunctionToolCall

from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Probe, expect, text_answer

SECRET = b"for the check only"
REPORT = "Pitch 31 is dry."


def hashed(answer: Callable[..., Any]) -> str:
    found = answer(SECRET, "jonas@mail.example")
    expect(isinstance(found, str), f"it returns {found!r}, which is no string")
    expect("jonas" not in found and "@" not in found, f"the address is in it: {found!r}")
    expect(
        len(found) == 64 and not set(found.lower()) - set("0123456789abcdef"),
        f"{found!r} is not 64 hex digits",
    )
    expect(
        answer(b"another secret", "jonas@mail.example") != found,
        "with another secret the result is the same: whoever guesses the address can compute it",
    )
    for other in (
        "Jonas@Mail.example",
        " jonas@mail.example",
        "JONAS@MAIL.EXAMPLE \n",
        "\tJonas@mail.example",
    ):
        expect(answer(SECRET, other) == found, f"for {other!r} the result is another one")
    expect(answer(SECRET, "ada@mail.example") != found, "two guests have the same result")
    whole = hmac.digest(SECRET, b"jonas@mail.example", "sha256").hex()
    expect(found != whole.upper(), f"{found!r} has capitals; the lesson's HMAC has small letters")
    expect(found == whole, "it is not HMAC with SHA-256 of the address, as in the lesson")
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


def _report() -> dict[str, Any]:
    """The response behind the message: a reasoning item, then the text."""
    thought = {"id": "rs_1", "type": "reasoning", "summary": []}
    output = text_answer(REPORT)["json"]["output"]
    return text_answer("", id="resp_7", output=[thought, *output])


def _knows(probe: Probe) -> Probe:
    probe.client.webhook_secret = "whsec_" + base64.b64encode(SECRET).decode()
    return probe


def webhook(answer: Callable[..., Any]) -> str:
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


BOOKINGS = {
    "B-17": {"mail": "ada@mail.example", "paid": 240},
    "B-18": {"mail": "jonas@mail.example", "paid": 90},
    "B-19": {"mail": "Ada@Mail.example", "paid": 80},
    "B-20": {"mail": "ada@mail.example", "paid": 0},
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
    ("the address of another case", "Refund", {"booking": "B-19", "usd": 80}, True),
    ("a booking that nobody has paid", "Refund", {"booking": "B-20", "usd": 1}, False),
    ("another tool", "DeleteBooking", {"booking": "B-17", "usd": 10}, False),
    ("a tool in small letters", "refund", {"booking": "B-17", "usd": 10}, False),
    ("an amount in words", "Refund", {"booking": "B-17", "usd": "all"}, False),
    ("an amount in quotation marks", "Refund", {"booking": "B-17", "usd": "10"}, False),
    ("`true` for the amount", "Refund", {"booking": "B-17", "usd": True}, False),
    ("USD 9.50", "Refund", {"booking": "B-17", "usd": 9.5}, False),
    ("`null` for the amount", "Refund", {"booking": "B-17", "usd": None}, False),
    ("no booking", "Refund", {"usd": 10}, False),
    ("no amount", "Refund", {"booking": "B-17"}, False),
    ("an account beside the rest", "Refund", {"booking": "B-17", "usd": 9, "account": "5"}, False),
    ("a reason beside the rest", "Refund", {"booking": "B-17", "usd": 9, "reason": ""}, False),
    ("a list for the booking", "Refund", {"booking": ["B-17"], "usd": 10}, False),
    ("a text in place of an object", "Refund", "B-17", False),
    ("a list in place of an object", "Refund", ["B-17", 10], False),
    ("JSON that breaks off", "Refund", None, False),
]


def gate(answer: Callable[..., Any]) -> str:
    for words, name, wanted, allowed in CALLS:
        _decides(answer, words, name, wanted, allowed, "ada@mail.example")
    words, name, wanted, allowed = CALLS[0]
    _decides(answer, words, name, wanted, allowed, "Ada@mail.Example")
    for other in ("ada@mail.example.com", "a@mail.example", ""):
        _decides(answer, words, name, wanted, False, other)
    return f"{len(CALLS)} calls, and a person is asked about {sum(c[3] for c in CALLS)}."


def _decides(
    answer: Callable[..., Any], words: str, name: str, wanted: Any, allowed: bool, sender: str
) -> None:
    text = '{"booking": "B-1' if wanted is None else json.dumps(wanted)
    call = ResponseFunctionToolCall(
        type="function_call", call_id="call_1", name=name, arguments=text
    )
    bookings = {name: dict(each) for name, each in BOOKINGS.items()}
    try:
        found = answer(call, sender, bookings)
    except Exception as error:
        raise Wrong(f"a call with {words} made it raise `{type(error).__name__}`") from None
    expected = (wanted["booking"], wanted["usd"]) if allowed else None
    expect(
        found == expected,
        f"for a call with {words}, sent by {sender or 'nobody'}, it returned {found!r}",
    )
    expect(
        bookings == BOOKINGS,
        f"after a call with {words} `bookings` is another: nobody has paid yet",
    )


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
            "Until the message is believed, look at nothing in it, and leave `seen` alone.",
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
            "Compare both addresses in small letters, as in 24-1.",
        ),
        reference="""
class Wanted(BaseModel):
    model_config = {"extra": "forbid", "strict": True}
    booking: str
    usd: int


def permitted(call, sender, bookings):
    try:
        wanted = Wanted.model_validate_json(call.arguments)
        booking = bookings[wanted.booking]
    except (ValueError, KeyError):  # a ValidationError is a ValueError
        return None
    theirs = call.name == "Refund" and booking["mail"].lower() == sender.lower()
    return (wanted.booking, wanted.usd) if theirs and 1 <= wanted.usd <= booking["paid"] else None
""",
    ),
]
