"""Authored answers of lesson 25, Evaluation: the mail of a village heating utility, sorted and judged.

Right answers are the labels of data/samples/heat_*.jsonl. The mistakes below are ours: they are there
to be measured, and say nothing about the models whose names the requests carry.
"""

import json
from pathlib import Path
from typing import Any

from oaiworkbook.practice.server import Served

from .chat import chat
from .common import seed

Json = dict[str, Any]
SAMPLES = Path(__file__).parents[3] / "data" / "samples"
# The desk said in place of the label, by model.
SORTED_WRONG = {
    "gpt-6.1-terra": {
        "case-27": "meter",
        "case-36": "heat",
        "case-39": "move",
        "case-46": "other",
        "case-54": "heat",
        "case-60": "bill",
    },
    "gpt-6-luna": {
        "case-10": "move",
        "case-15": "other",
        "case-27": "meter",
        "case-39": "move",
        "case-44": "other",
        "case-54": "heat",
        "case-57": "bill",
        "case-60": "bill",
    },
}
# Reasoning tokens where the effort is not none; the others get 48.
THOUGHT = {"case-09": 152}
# What was read out of a mail, where it is not the label letter for letter.
FACTS_OTHERWISE: dict[str, Json] = {
    "case-18": {"reading": 18077},
    "case-19": {"customer": "T 090"},
    "case-21": {"customer": "t104"},
    "case-22": {"reading": 55},
    "case-23": {"wants": ["answer", "visit"]},
    "case-26": {"customer": "T 077", "reading": 6311},
    "case-43": {"wants": ["note", "visit"]},
    "case-48": {"wants": ["note", "paper"]},
}


def _read(name: str) -> list[Json]:
    return [json.loads(row) for row in (SAMPLES / name).read_text("utf-8").splitlines()]


def answer(served: Served) -> Json | None:
    if served.asked.path != "/v1/chat/completions":
        return None
    form = served.form
    text = form["messages"][-1]["content"]
    kind = form["response_format"]["json_schema"]["name"]
    case = next((each for each in _read("heat_desk.jsonl") if each["mail"] == text), None)
    if case is None:
        return None
    if kind == "Facts":
        facts = {name: case[name] for name in ("customer", "reading", "wants")}
        return _say(served, facts | FACTS_OTHERWISE.get(case["id"], {}))
    desk = SORTED_WRONG[form["model"]].get(case["id"], case["desk"])
    thought = 0 if form["reasoning_effort"] == "none" else THOUGHT.get(case["id"], 48)
    cap = form.get("max_completion_tokens")
    if cap and thought > cap:
        # All tokens went into thinking: no text, as in real exchanges with this finish_reason.
        return chat(
            served, "", finish_reason="length", reasoning_tokens=cap, completion_tokens=cap, ms=1400
        )
    return _say(served, {"desk": desk}, thought)


def _say(served: Served, value: Json, reasoning_tokens: int = 0) -> Json:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Quick: a replay at a desk waits for 60 of them, one after the other.
    ms = 110 + int(seed(served, "ms")[:4], 16) % 70 + 4 * reasoning_tokens
    return chat(served, text, reasoning_tokens=reasoning_tokens, ms=ms)
