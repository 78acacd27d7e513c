"""Authored answers of lesson 41, Answering over the web: the page of a cable car.

The words are ours, and so is the speed: slow enough for a visitor to leave in between, on a busy machine too.
"""

from typing import Any

from oaiworkbook.practice.server import Served

from .responses import respond

ANSWERS = {
    "When does the last car go down?": (
        "The last car goes down at 17:10. Please be at the top station ten minutes before."
    ),
    "My mother cannot walk far after her operation. Is it far to the hut?": (
        "No, it is only 300 metres from the top station, and the path is flat."
    ),
    "Can she sit down on the way?": (
        "Yes, there are benches along the path, so your mother can rest on the way to the hut."
    ),
}


def answer(served: Served) -> dict[str, Any] | None:
    asked = served.form.get("input")
    if isinstance(asked, list):
        asked = asked[-1].get("content")
    text = ANSWERS.get(str(asked))
    return None if text is None else respond(served, text, ms=400, gap=70)
