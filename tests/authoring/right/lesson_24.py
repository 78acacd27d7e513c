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
            "one function for both limits",
            """
def turn(who, now, asked, each, total):
    def left(times, most):
        times = [when for when in times if now - when < 3600]
        return 0 if len(times) < most else 3600 - (now - times[len(times) - most])

    mine = left([when for guest, when in asked if guest == who], each)
    everybody = left([when for _, when in asked], total)
    if not mine and not everybody:
        asked += [(who, now)]
    return max(mine, everybody)
""",
        ),
        (
            "takes out what is old, then looks from the end",
            """
def turn(who, now, asked, each, total):
    while asked and asked[0][1] <= now - 3600:
        asked.pop(0)
    waits = [0]
    own = others = 0
    for guest, when in reversed(asked):
        others += 1
        own += guest == who
        if guest == who and own == each or others == total:
            waits.append(when + 3600 - now)
    if max(waits) > 0:
        return max(waits)
    asked.append((who, now))
    return 0
""",
        ),
        (
            "tries second by second",
            """
def turn(who, now, asked, each, total):
    for seconds in range(3601):
        counting = [guest for guest, when in asked if when + 3600 > now + seconds]
        if counting.count(who) < each and len(counting) < total:
            break
    if not seconds:
        asked.insert(len(asked), (who, now))
    return seconds
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
