"""Exercises of lesson 24, Keys and safety."""

import hmac
import json
from collections.abc import Callable
from typing import Any

from openai.types.responses import ResponseFunctionToolCall

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import expect

SECRET = b"for the check only"


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


ME, LENA, ADA, BEN = "jonas", "lena", "ada", "ben"
# What to say about the list, the time, the list, questions for each, for all, seconds to wait.
TURNS: list[tuple[str, float, list[tuple[str, int]], int, int, int]] = [
    ("an empty list", 500, [], 2, 4, 0),
    ("one question of the guest", 500, [(ME, 100)], 2, 4, 0),
    ("two questions of the guest", 2000, [(ME, 1000), (ME, 1600)], 2, 4, 2600),
    ("two questions of another guest", 2000, [(ADA, 1000), (ADA, 1600)], 2, 4, 0),
    ("questions of 3,600 and 3,500 seconds ago", 3600, [(ME, 0), (ME, 100)], 2, 4, 0),
    ("questions of 3,599 and 3,499 seconds ago", 3599, [(ME, 0), (ME, 100)], 2, 4, 1),
    ("questions of 3,600.5 and 3,500.5 seconds ago", 3600.5, [(ME, 0), (ME, 100)], 2, 4, 0),
    ("an old question of the guest", 5100, [(ME, 0), (ME, 5000)], 2, 4, 0),
    ("as many questions as all may ask", 500, [(ADA, 100), (BEN, 200), (LENA, 300)], 2, 3, 3200),
    ("one question less than all may ask", 500, [(ADA, 100), (BEN, 200)], 2, 3, 0),
    ("old questions of all", 5100, [(ADA, 0), (BEN, 1500), (LENA, 5000)], 2, 2, 0),
    ("a guest whose wait is the longer one", 500, [(ADA, 100), (ME, 300), (ME, 400)], 2, 3, 3400),
    ("a lower limit for each than before", 300, [(ME, 100), (ME, 200)], 1, 9, 3500),
    ("a lower limit for all than before", 400, [(ADA, 100), (BEN, 200), (LENA, 300)], 2, 2, 3400),
    ("all whose wait is the longer one", 400, [(ME, 100), (ADA, 200), (BEN, 300)], 1, 2, 3400),
]


def turns(answer: Callable[..., Any]) -> str:
    for words, now, before, each, total, wanted in TURNS:
        asked = list(before)
        found = answer(ME, now, asked, each, total)
        expect(
            not isinstance(found, bool) and found == wanted,
            f"for {words} it returned {found!r}, and the guest has to wait {wanted} seconds",
        )
        pairs = [tuple(each) if isinstance(each, list) else each for each in asked]
        more = [] if wanted else [(ME, now)]
        recent = [(who, when) for who, when in before if when > now - 3600]
        may = "must wait" if wanted else "may ask"
        expect(
            pairs in ([*before, *more], [*recent, *more]),
            f"for {words} the guest {may}, and then `asked` is {asked!r}",
        )
    return f"{len(TURNS)} lists: one guest is limited, and so are a hundred accounts."


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
        check=turns,
        hints=(
            "Make a list of the times of this guest's questions, `mine`.",
            "With `each` or more in it, the guest waits until the oldest of the last `each` is 3,600 seconds old: `mine[-each] + 3600 - now`. A result below 0 is no wait.",
            "There are two waits, one for the guest and one for all. The longer one is the answer.",
        ),
        reference="""
def turn(who, now, asked, each, total):
    mine = [when for guest, when in asked if guest == who]
    waits = [0]
    if len(mine) >= each:
        waits.append(mine[-each] + 3600 - now)
    if len(asked) >= total:
        waits.append(asked[-total][1] + 3600 - now)
    if max(waits) == 0:
        asked.append((who, now))
    return max(waits)
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
