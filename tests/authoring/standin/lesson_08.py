"""Authored answers of lesson 08, Sampling: a crossword club tests whether its clues have one answer.

The probabilities, the draws and the grades are ours; no model was asked. A draw gets an id of its
own, so that equal texts in a row stay apart. The 400 has the form recorded for gpt-4o: above the
maximum on Chat Completions, below the minimum on Responses.
"""

import math
from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Any

from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from .chat import chat
from .common import headers, identifier, letters, pieces
from .responses import message_item, respond

Json = dict[str, Any]
# The most likely words at the answer's first token.
CHANCES = {
    "Tree (3)": {"oak": 0.38, "elm": 0.27, "ash": 0.21, "fir": 0.08, "fig": 0.03, "box": 0.01},
    "Tree with acorns (3)": {"oak": 0.996, "elm": 0.0014, "ash": 0.0011, "fig": 4e-4, "box": 2e-4},
    "Tree with cones (3)": {
        "fir": 0.972,
        "oak": 0.0095,
        "elm": 0.0062,
        "ash": 0.005,
        "fig": 0.0013,
    },
}
DRAWS = {
    ("temperature", 0.2): "oak oak oak elm oak oak oak oak",
    ("temperature", 1): "oak elm oak ash oak elm fir ash",
    ("temperature", 2): "ash fig oak bay elm box fir elm",
    ("top_p", 0.5): "oak elm oak oak elm oak elm oak",
}
GRADES = "35 35 40 35 35 30 35 40"


def start() -> Callable[[Served], Json | None]:
    """A rule that counts how often each request came."""
    asked: Counter[str] = Counter()
    lock = Lock()

    def answer(served: Served) -> Json | None:
        key = identifier("", served)
        with lock:
            number = asked[key]
            asked[key] += 1
        return _answer(served, number)

    return answer


def _answer(served: Served, number: int) -> Json | None:
    form = served.form
    if served.asked.path == "/v1/chat/completions" and "seed" in form:
        grades = GRADES.split()
        return _apart(served, chat(served, grades[number % len(grades)], ms=410), number)
    if served.asked.path != "/v1/responses":
        return None
    clue = form["input"].rpartition(": ")[2]
    if refused := _refused(served):
        return refused
    if "message.output_text.logprobs" in form.get("include", []):
        return _with_logprobs(served, CHANCES[clue], form["top_logprobs"])
    for (name, value), words in DRAWS.items():
        if form.get(name) == value:
            drawn = words.split()
            return _apart(served, respond(served, drawn[number % len(drawn)], ms=430), number)
    return respond(served, "oak", ms=520)


def _apart(served: Served, answer: Json, number: int) -> Json:
    """The same answer under the ids of draw `number`."""
    salt, body = f"draw{number}", answer["json"]
    answer["headers"]["x-request-id"] = identifier("req_", served, salt, 32)
    if body["object"] == "response":
        body["id"] = identifier("resp_", served, salt)
        body["output"][0]["id"] = identifier("msg_", served, salt)
    else:
        body["id"] = "chatcmpl-" + letters(served, salt, 29)
    return answer


def _with_logprobs(served: Served, chances: dict[str, float], top: int) -> Json:
    ranked = [_logprob(word, chance) for word, chance in chances.items()]
    word = next(iter(chances))
    assert pieces(word) == [word]
    item = message_item(served, word)
    item["content"][0]["logprobs"] = [ranked[0] | {"top_logprobs": ranked[:top]}]
    return respond(served, items=[item], ms=540)


def _logprob(word: str, chance: float) -> Json:
    return {"token": word, "bytes": list(word.encode()), "logprob": round(math.log(chance), 6)}


def _refused(served: Served) -> Json | None:
    value = served.form.get("temperature", 1)
    if 0 <= value <= 2:
        return None
    code, what, expected = (
        ("decimal_above_max_value", "above maximum value", "<= 2")
        if value > 2
        else ("decimal_below_min_value", "below minimum value", ">= 0")
    )
    return error_answer(
        400,
        f"Invalid 'temperature': decimal {what}. Expected a value {expected}, "
        f"but got {value} instead.",
        type="invalid_request_error",
        code=code,
        param="temperature",
        headers=headers(served, 15),
    )
