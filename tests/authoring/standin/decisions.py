"""Authored answers of `POST /v1/decisions`, in the form of the SDK's types.

No real exchange was at hand. What a question costs in tokens is not documented: it is counted here
as compact JSON. `confidence` is the largest probability, which the types leave open too.
"""

import json
from typing import Any

from oaiworkbook.practice.server import Served

from .common import count, headers

Json = dict[str, Any]


def predicate(question: Json, probability: float) -> Json:
    return {"name": question.get("name"), "probability": probability, "type": "predicate"}


def ranked(question: Json, chances: dict[str, float]) -> Json:
    """The answer to a choice, with the chance of each value."""
    best = max(chances, key=lambda value: chances[value])
    return {
        "choice": best,
        "confidence": chances[best],
        "name": question.get("name"),
        "probabilities": [{"probability": p, "value": value} for value, p in chances.items()],
        "type": "choice",
    }


def scored(question: Json, chances: dict[str, float]) -> Json:
    """The answer to a score: levels count from 0, and the score is what to expect on average."""
    return {
        "confidence": max(chances.values()),
        "name": question.get("name"),
        "probabilities": [
            {"label": label, "probability": p, "value": value}
            for value, (label, p) in enumerate(chances.items())
        ],
        "score": round(sum(value * p for value, p in enumerate(chances.values())), 4),
        "type": "score",
    }


def decide(served: Served, answers: list[Json], ms: int = 600) -> Json:
    form = served.form
    asked = form["input"]
    if not isinstance(asked, str):
        asked = "".join(
            part.get("text") or json.dumps(part["data"], separators=(",", ":"), ensure_ascii=False)
            for message in asked
            for part in message["content"]
        )
    questions = json.dumps(form["questions"], separators=(",", ":"), ensure_ascii=False)
    tokens = count(asked) + count(questions) + 4
    usage = {
        "input_tokens": tokens,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0},
        "output_tokens": 0,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": tokens,
    }
    body = {"answers": answers, "model": form["model"], "usage": usage}
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}
