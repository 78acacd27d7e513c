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
    'call.name != "Refund" or booking["mail"] != sender or set(wanted) != {"booking", "usd"}'
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
            "the address stands in it",
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
            "for a call with more than was paid it returned",
        ),
        (
            "does not ask whose booking",
            _gate(refuse=_REFUSE.replace(' or booking["mail"] != sender', "")),
            "with the booking of another guest",
        ),
        (
            "pays a negative amount",
            _gate(refuse=_REFUSE.replace('not 1 <= wanted["usd"]', 'not wanted["usd"]')),
            "a call with USD 0 it returned",
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
    ],
}
