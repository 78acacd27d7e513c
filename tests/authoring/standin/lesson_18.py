"""Authored answers of lesson 18, Fine-tuning: a lost-property office sorts its finds.

The labels are ours: which way of asking gets which find wrong says nothing about any model.
"""

import json
from collections.abc import Callable
from threading import Lock
from typing import Any

from oaiworkbook.practice.server import Served

from .common import count_messages, headers
from .fine_tuning import FineTuning
from .make_finds import TEST
from .responses import input_texts, respond

Json = dict[str, Any]
RULES = """safe: money, whatever bears a name, whatever opens a lock
rail: whatever hangs, and whatever is wet
cage: whatever has a battery
box: everything else"""
# What each way of asking gets wrong, and the shelf it names.
WRONG = {
    "tuned": {"padlock with its key": "box"},
    "rules": {"teddy bear that sings": "box"},
    "many examples": {"wet picnic blanket": "box"},
    "examples": {"teddy bear that sings": "box", "wet picnic blanket": "box"},
    "task": {
        "school bag, the name Mia Dahl inside": "box",
        "teddy bear that sings": "box",
        "wet picnic blanket": "box",
        "padlock with its key": "box",
    },
}


def start() -> Callable[[Served], Json | None]:
    platform, lock = FineTuning(refused="today"), Lock()

    def answer(served: Served) -> Json | None:
        with lock:
            return _answer(served) or platform.answer(served)

    return answer


def _answer(served: Served) -> Json | None:
    match (served.asked.method, *served.asked.path.split("/")[2:]):
        case ("GET", "models", name):
            return _json(served, _model(name), 90)
        case ("POST", "responses", "input_tokens"):
            tokens = count_messages(input_texts(served.form))
            counted = {"object": "response.input_tokens", "input_tokens": tokens}
            return _json(served, counted, 120)
        case ("POST", "responses"):
            return _respond(served)
    return None


def _json(served: Served, body: Json, ms: int) -> Json:
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}


def _model(name: str) -> Json:
    known = {"id": name, "object": "model", "created": 1_744_318_173, "owned_by": "system"}
    return known | {"shutdown_date": "2027-01-14"}


def _respond(served: Served) -> Json:
    form = served.form
    if "gpt-6.1-terra" in form["model"]:
        return respond(served, RULES, ms=1_300)
    asked = input_texts(form)
    find = asked[-1][1]
    shelf = WRONG[_way(form, len(asked))].get(find, TEST[find])
    return respond(served, json.dumps({"shelf": shelf}), ms=560)


def _way(form: Json, messages: int) -> str:
    if form["model"].startswith("ft:"):
        return "tuned"
    if "battery" in form["instructions"]:
        return "rules"
    if messages < 4:
        return "task"
    return "examples" if messages < 20 else "many examples"
