"""Authored answers of lesson 20, Errors and retries: a ferry's bot on the day of a storm.

The failures are the practice server's own; only the answers between them come from here.
"""

from typing import Any

from oaiworkbook.practice.server import Served

from .responses import respond

ANSWERS = {
    "Does the 14:10 sail?": "No, the 14:10 is cancelled because of the storm.",
    "Does the 17:40 sail?": "Yes, the 17:40 sails.",
}


def answer(served: Served) -> dict[str, Any] | None:
    text = ANSWERS.get(served.form.get("input", ""))
    return respond(served, text, ms=620) if text else None
