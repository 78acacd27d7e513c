"""Wrong answers to the exercises of lesson 24: (name, source, what the check must say)."""

_HASH = """
def identifier(secret, address):
    return {how}
"""

_RECEIVE = """
def receive(client, body, headers, seen):
    {first}
    try:
        event = client.webhooks.unwrap(body, headers)
    except {caught}:
        return {refused}, None
    {before}
    if {old} or event.type != "response.completed":
        return 200, None
    text = {fetched}
    {after}
    return 200, text
"""
_ADD = 'seen.add(headers["webhook-id"])'
_GOOD = {
    "first": "pass",
    "caught": "ValueError",
    "refused": "400",
    "before": "pass",
    "old": 'headers["webhook-id"] in seen',
    "fetched": "client.responses.retrieve(event.data.id).output_text",
    "after": _ADD,
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
            "believes every message",
            """
def receive(client, body, headers, seen):
    event = json.loads(body)
    if headers["webhook-id"] in seen or event["type"] != "response.completed":
        return 200, None
    text = client.responses.retrieve(event["data"]["id"]).output_text
    seen.add(headers["webhook-id"])
    return 200, text
""",
            "it fetched a response for a message whose body was changed",
        ),
        (
            "checks the signature but not the age",
            """
def receive(client, body, headers, seen):
    try:
        client.webhooks.verify_signature(body, headers, tolerance=10**9)
    except InvalidWebhookSignatureError:
        return 400, None
    event = json.loads(body)
    if headers["webhook-id"] in seen or event["type"] != "response.completed":
        return 200, None
    text = client.responses.retrieve(event["data"]["id"]).output_text
    seen.add(headers["webhook-id"])
    return 200, text
""",
            "it fetched a response for a message that is ten minutes old",
        ),
        (
            "lets the error out",
            _RECEIVE.format(**_GOOD | {"caught": "KeyError"}),
            "made it raise `InvalidWebhookSignatureError`",
        ),
        (
            "expects that everybody signs",
            _RECEIVE.format(**_GOOD | {"caught": "InvalidWebhookSignatureError"}),
            "a message without any signature made it raise `ValueError`",
        ),
        (
            "takes no note of what came",
            _RECEIVE.format(**_GOOD | {"after": "pass"}),
            "after the first message `seen` is set()",
        ),
        (
            "notes and never looks",
            _RECEIVE.format(**_GOOD | {"old": "False"}),
            "the same message came twice",
        ),
        (
            "notes before it is believed",
            _RECEIVE.format(**_GOOD | {"first": _ADD, "old": "False"}),
            "the genuine one would be dropped",
        ),
        (
            "notes before it has fetched",
            _RECEIVE.format(**_GOOD).replace("    text = ", f"    {_ADD}\n    text = "),
            "the message counts as seen",
        ),
        (
            "looks at the id before the signature",
            """
def receive(client, body, headers, seen):
    if headers.get("webhook-id") in seen:
        return 200, None
    try:
        event = client.webhooks.unwrap(body, headers)
    except ValueError:
        return 400, None
    if event.type != "response.completed":
        return 200, None
    text = client.responses.retrieve(event.data.id).output_text
    seen.add(headers["webhook-id"])
    return 200, text
""",
            "a message that is forged and has an id in `seen` it returned (200, None)",
        ),
        (
            "takes every end for a response",
            _RECEIVE.format(**_GOOD).replace(
                'event.type != "response.completed"', 'not event.type.endswith(".completed")'
            ),
            "a `batch.completed` came",
        ),
        (
            "remembers the event's id in place of the message's",
            _RECEIVE.format(**_GOOD | {"after": "seen.add(event.data.id)"}),
            "after the first message `seen` is {'resp_7'}",
        ),
        (
            "takes the first item",
            _RECEIVE.format(
                **_GOOD
                | {
                    "fetched": "client.responses.retrieve(event.data.id).output[0].content[0].text",
                    "caught": "Exception",
                }
            ),
            "Your code stopped with",
        ),
        (
            "returns the response",
            _RECEIVE.format(**_GOOD | {"fetched": "client.responses.retrieve(event.data.id)"}),
            "for a genuine message it returned (200, Response(",
        ),
        (
            "swallows the outage",
            """
def receive(client, body, headers, seen):
    try:
        event = client.webhooks.unwrap(body, headers)
        if headers["webhook-id"] in seen or event.type != "response.completed":
            return 200, None
        text = client.responses.retrieve(event.data.id).output_text
    except Exception:
        return 400, None
    seen.add(headers["webhook-id"])
    return 200, text
""",
            "a 400 about another parameter is kept from the caller",
        ),
        (
            "answers 401",
            _RECEIVE.format(**_GOOD | {"refused": "401"}),
            "it returned (401, None)",
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
