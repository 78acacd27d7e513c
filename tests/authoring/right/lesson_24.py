"""Right answers to the exercises of lesson 24, in other ways than the reference."""

_PERMITTED = """
def permitted(call, sender, bookings):
    {body}
"""

RIGHT = {
    "24-1": [
        (
            "hmac.new and casefold",
            """
import hashlib


def identifier(secret, address):
    return hmac.new(secret, address.casefold().strip().encode("utf-8"), hashlib.sha256).hexdigest()
""",
        ),
        (
            "an object that is fed",
            """
def identifier(secret, address):
    same = "".join(address.lower().split())
    made = hmac.HMAC(secret, digestmod="sha256")
    made.update(bytes(same, "ascii"))
    return made.hexdigest()
""",
        ),
        (
            "hex digits by format",
            """
def identifier(secret, address):
    address = re.sub(r"^\\s+|\\s+$", "", address).lower()
    return "".join(f"{byte:02x}" for byte in hmac.digest(secret, address.encode(), "sha256"))
""",
        ),
        (
            "a lambda",
            """
import binascii

identifier = lambda secret, address: binascii.hexlify(
    hmac.digest(key=secret, msg=address.strip().lower().encode(), digest="SHA256")
).decode()
""",
        ),
    ],
    "24-2": [
        (
            "verifies, then reads by itself",
            """
def receive(client, body, headers, seen):
    try:
        client.webhooks.verify_signature(body, headers)
    except (InvalidWebhookSignatureError, ValueError):
        return (400, None)
    event, id_ = json.loads(body), headers["webhook-id"]
    if id_ in seen:
        return (200, None)
    if event["type"] == "response.completed":
        response = client.responses.retrieve(event["data"]["id"])
        seen.add(id_)
        return (200, response.output_text)
    return (200, None)
""",
        ),
        (
            "match, and seen grows for every message",
            """
def receive(client, body, headers, seen):
    try:
        event = client.webhooks.unwrap(body, headers, secret=client.webhook_secret)
    except Exception:
        return 400, None
    text, key = None, headers.get("webhook-id")
    if key not in seen:
        match event.type:
            case "response.completed":
                text = client.responses.retrieve(response_id=event.data.id).output_text
        seen |= {key}
    return 200, text
""",
        ),
        (
            "the raw response, its parts added up",
            """
def receive(client, body, headers, seen):
    try:
        event = client.webhooks.unwrap(body, headers)
    except ValueError:
        return 400, None
    id_ = headers["webhook-id"]
    wanted = event.type == "response.completed" and id_ not in seen
    if not wanted:
        return 200, None
    response = client.responses.with_raw_response.retrieve(event.data.id).parse()
    texts = [
        part.text
        for item in response.output
        if item.type == "message"
        for part in item.content
        if part.type == "output_text"
    ]
    seen.update([id_])
    return 200, "".join(texts)
""",
        ),
        (
            "wraps the API's error and takes nothing back",
            """
import openai


def receive(client, body, headers, seen):
    try:
        event = client.webhooks.unwrap(body.encode(), dict(headers))
    except ValueError:
        return 400, None
    if event.type != "response.completed" or headers["webhook-id"] in seen:
        return 200, None
    try:
        text = client.responses.retrieve(event.data.id).output_text
    except openai.APIError as error:
        raise RuntimeError("the response cannot be fetched") from error
    else:
        seen.add(headers["webhook-id"])
    return 200, text
""",
        ),
    ],
    "24-3": [
        (
            "by hand, early returns",
            _PERMITTED.format(
                body="""
    if call.name != "Refund":
        return None
    try:
        wanted = json.loads(call.arguments)
    except json.JSONDecodeError:
        return None
    if not isinstance(wanted, dict) or sorted(wanted) != ["booking", "usd"]:
        return None
    booking, usd = wanted["booking"], wanted["usd"]
    if not isinstance(booking, str) or isinstance(usd, bool) or not isinstance(usd, int):
        return None
    row = bookings.get(booking)
    if row is None or row["mail"].casefold() != sender.casefold():
        return None
    if usd < 1 or usd > row["paid"]:
        return None
    return booking, usd
"""
            ),
        ),
        (
            "everything in one try",
            _PERMITTED.format(
                body="""
    try:
        assert call.name == "Refund"
        match json.loads(call.arguments):
            case {"booking": str(booking), "usd": int(usd), **rest} if not rest:
                assert usd is not True and usd in range(1, bookings[booking]["paid"] + 1)
                assert bookings[booking]["mail"].lower() == sender.lower()
                return booking, usd
    except Exception:
        pass
"""
            ),
        ),
        (
            "limits in the class",
            """
from typing import Annotated

from pydantic import ConfigDict, Field, StrictInt, StrictStr, ValidationError


def permitted(call, sender, bookings):
    theirs = {
        name: booking["paid"]
        for name, booking in bookings.items()
        if booking["mail"].lower() == sender.lower()
    }

    class Asked(BaseModel):
        model_config = ConfigDict(extra="forbid")
        booking: StrictStr
        usd: Annotated[StrictInt, Field(ge=1)]

    try:
        asked = Asked.model_validate(json.loads(call.arguments))
    except (ValidationError, json.JSONDecodeError):
        return None
    if call.name == "Refund" and asked.usd <= theirs.get(asked.booking, 0):
        return (asked.booking, asked.usd)
    return None
""",
        ),
    ],
}
