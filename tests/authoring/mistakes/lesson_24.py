"""Wrong answers to the exercises of lesson 24: (name, source, what the check must say)."""

_HASH = """
def identifier(secret, address):
    return {how}
"""

_TURN = """
def turn(who, now, asked, each, total):
    recent = [(guest, when) for guest, when in asked if {counts}]
    mine = [when for guest, when in recent if guest == who]
    seconds = 0
    if {too_many}:
        seconds = {own}
    if {all_too_many}:
        seconds = {longer}
    {noted}
    return seconds
"""
_TURNS = {
    "counts": "when > now - 3600",
    "too_many": "len(mine) >= each",
    "own": "mine[-each] + 3600 - now",
    "all_too_many": "len(recent) >= total",
    "longer": "max(seconds, recent[-total][1] + 3600 - now)",
    "noted": "if seconds == 0: asked.append((who, now))",
}

_GATE = """
def permitted(call, sender, bookings):
    try:
        wanted = json.loads(call.arguments)
        booking = bookings[wanted["booking"]]
        if {refuse}:
            return None
        return {fine}
    except {caught}:
        return None
"""
_CAUGHT = "(ValueError, KeyError, TypeError)"
_REFUSE = (
    'call.name != "Refund" or booking["mail"].lower() != sender.lower()'
    ' or set(wanted) != {"booking", "usd"} or type(wanted["usd"]) is not int'
    ' or not 1 <= wanted["usd"] <= booking["paid"]'
)
_FINE = 'wanted["booking"], wanted["usd"]'


def _gate(refuse: str = _REFUSE, fine: str = _FINE, caught: str = _CAUGHT) -> str:
    return _GATE.format(refuse=refuse, fine=fine, caught=caught)


WRONG = {
    "24-1": [
        (
            "a hash without the secret",
            """
import hashlib


def identifier(secret, address):
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()
""",
            "with another secret the result is the same",
        ),
        (
            "as it is written",
            _HASH.format(how='hmac.digest(secret, address.encode(), "sha256").hex()'),
            "for 'Jonas@Mail.example' the result is another one",
        ),
        (
            "the address itself",
            _HASH.format(how="address.strip().lower()"),
            "the address is in it",
        ),
        (
            "bytes",
            _HASH.format(how='hmac.digest(secret, address.strip().lower().encode(), "sha256")'),
            "which is no string",
        ),
        (
            "secret and address one after the other",
            """
import hashlib


def identifier(secret, address):
    return hashlib.sha256(secret + address.strip().lower().encode()).hexdigest()
""",
            "it is not HMAC",
        ),
        (
            "only the case",
            _HASH.format(how='hmac.digest(secret, address.lower().encode(), "sha256").hex()'),
            "for ' jonas@mail.example' the result is another one",
        ),
        (
            "only spaces, no line breaks",
            _HASH.format(
                how='hmac.digest(secret, address.strip(" ").lower().encode(), "sha256").hex()'
            ),
            "for 'JONAS@MAIL.EXAMPLE \\n' the result is another one",
        ),
        (
            "the lesson's secret",
            _HASH.format(
                how='hmac.digest(PEPPER, address.strip().lower().encode(), "sha256").hex()'
            ),
            "whoever guesses the address can compute it",
        ),
        (
            "another hash",
            _HASH.format(
                how='hmac.digest(secret, address.strip().lower().encode(), "sha512").hex()'
            ),
            "is not 64 hex digits",
        ),
        (
            "capitals",
            _HASH.format(
                how='hmac.digest(secret, address.strip().lower().encode(), "sha256").hex().upper()'
            ),
            "the lesson's HMAC has small letters",
        ),
    ],
    "24-2": [
        (
            "no limit for all together",
            _TURN.format(**_TURNS | {"all_too_many": "False"}),
            "for as many questions as all may ask it returned 0",
        ),
        (
            "no limit for each",
            _TURN.format(**_TURNS | {"too_many": "False"}),
            "for two questions of the guest it returned 0",
        ),
        (
            "counts for ever",
            _TURN.format(**_TURNS | {"counts": "True"}),
            "for questions of 3,600.5 and 3,500.5 seconds ago it returned -0.5",
        ),
        (
            "never notes a question",
            _TURN.format(**_TURNS | {"noted": "pass"}),
            "for an empty list the guest may ask, and then `asked` is []",
        ),
        (
            "notes the refused ones too",
            _TURN.format(**_TURNS | {"noted": "asked.append((who, now))"}),
            "for two questions of the guest the guest must wait, and then `asked` is",
        ),
        (
            "waits for the newest to end",
            _TURN.format(**_TURNS | {"own": "mine[-1] + 3600 - now"}),
            "for two questions of the guest it returned 3200",
        ),
        (
            "waits for the oldest to end",
            _TURN.format(**_TURNS | {"own": "mine[0] + 3600 - now"}),
            "for a lower limit for each than before it returned 3400",
        ),
        (
            "the limit for all replaces the guest's",
            _TURN.format(**_TURNS | {"longer": "recent[-total][1] + 3600 - now"}),
            "for a guest whose wait is the longer one it returned 3200",
        ),
        (
            "only a time is noted",
            _TURN.format(**_TURNS | {"noted": "if seconds == 0: asked.append(now)"}),
            "then `asked` is [500]",
        ),
    ],
    "24-3": [
        (
            "runs whatever the model asks",
            """
def permitted(call, sender, bookings):
    wanted = json.loads(call.arguments)
    return wanted["booking"], wanted["usd"]
""",
            "for a call with more than was paid, sent by ada@mail.example, it returned",
        ),
        (
            "does not ask whose booking",
            _gate(refuse=_REFUSE.replace(' or booking["mail"].lower() != sender.lower()', "")),
            "with the booking of another guest",
        ),
        (
            "pays a negative amount",
            _gate(refuse=_REFUSE.replace('not 1 <= wanted["usd"]', 'not wanted["usd"]')),
            "a call with USD 0, sent by ada@mail.example, it returned",
        ),
        (
            "any tool will do",
            _gate(refuse=_REFUSE.replace('call.name != "Refund" or ', "")),
            "with another tool",
        ),
        (
            "lets an account pass",
            _gate(refuse=_REFUSE.replace(' or set(wanted) != {"booking", "usd"}', "")),
            "with an account beside the rest",
        ),
        (
            "raises for broken JSON",
            _gate(caught="(KeyError, TypeError)"),
            "with JSON that breaks off made it raise",
        ),
        (
            "compares the addresses letter by letter",
            _gate(
                refuse=_REFUSE.replace(
                    'booking["mail"].lower() != sender.lower()', 'booking["mail"] != sender'
                )
            ),
            "a call with the address of another case, sent by ada@mail.example, it returned None",
        ),
        (
            "looks for the one address in the other",
            _gate(
                refuse=_REFUSE.replace(
                    'booking["mail"].lower() != sender.lower()',
                    'booking["mail"].lower() not in sender.lower()',
                )
            ),
            "sent by ada@mail.example.com, it returned ('B-17', 240)",
        ),
        (
            "makes a number of what comes",
            """
class Wanted(BaseModel):
    model_config = {"extra": "forbid"}
    booking: str
    usd: int


def permitted(call, sender, bookings):
    try:
        wanted = Wanted.model_validate_json(call.arguments)
        booking = bookings[wanted.booking]
    except (ValueError, KeyError):
        return None
    if call.name != "Refund" or booking["mail"].lower() != sender.lower():
        return None
    return (wanted.booking, wanted.usd) if 1 <= wanted.usd <= booking["paid"] else None
""",
            "a call with an amount in quotation marks",
        ),
        (
            "takes true for 1",
            _gate(
                refuse=_REFUSE.replace(
                    'type(wanted["usd"]) is not int', 'not isinstance(wanted["usd"], int)'
                )
            ),
            "a call with `true` for the amount",
        ),
        (
            "refuses the whole sum",
            _gate(refuse=_REFUSE.replace('<= booking["paid"]', '< booking["paid"]')),
            "a call with all that was paid, sent by ada@mail.example, it returned None",
        ),
        (
            "returns True",
            _gate(fine="True"),
            "a call with all that was paid, sent by ada@mail.example, it returned True",
        ),
        (
            "finds one address inside the other",
            _gate(
                refuse=_REFUSE.replace(
                    'booking["mail"].lower() != sender.lower()',
                    'sender.lower() not in booking["mail"].lower()',
                )
            ),
            "sent by a@mail.example, it returned ('B-17', 240)",
        ),
        (
            "pays at once",
            _gate().replace(
                "        return wanted", '        booking["paid"] -= 1\n        return wanted'
            ),
            "`bookings` is another",
        ),
    ],
}
