"""Authored answers of lesson 03, Streaming.

The words and the times are ours. A request with more reasoning effort starts its text later, as it
does in recordings of real reasoning models; by how much is made up.
"""

from typing import Any

from oaiworkbook.practice.server import Served

from .chat import chat
from .responses import respond

LINE = "The miller hides his cow in the church. But the priest is on his way home, far too early."
NOTE = """\
### The Miller's Cow

A miller owes the priest **one cow** and would rather not pay. So he hides her where nobody looks \
on a Tuesday: in the church. Then the priest comes home early, and the organ begins to moo.

- **Odo**, the miller: Tom Hale
- **Father Ambrose**, the priest: Ruth Penrose
- **Bella**, the cow: two schoolchildren"""


def answer(served: Served) -> dict[str, Any] | None:
    form = served.form
    if served.asked.path == "/v1/chat/completions":
        return chat(served, LINE, ms=460)
    if served.asked.path != "/v1/responses":
        return None
    thinks = form.get("reasoning", {}).get("effort") != "none"
    if "Scene 3" in form["input"]:
        return respond(
            served, LINE, reasoning_tokens=118 if thinks else 0, ms=1900 if thinks else 480
        )
    if "programme note" in form["input"]:
        return respond(
            served, NOTE, reasoning_tokens=163 if thinks else 0, ms=2300 if thinks else 620
        )
    return None
