"""Authored answers of `POST /v1/moderations`, and the verdicts inside other answers."""

import random
from typing import Any

from oaiworkbook.practice.server import Served

from .common import headers, seed

Json = dict[str, Any]
# In the order of real answers. A picture alone has no score in the categories for text only.
CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "sexual",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm/intent",
    "self-harm/instructions",
    "self-harm",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
SEEN = {
    "sexual",
    "self-harm/intent",
    "self-harm/instructions",
    "self-harm",
    "violence",
    "violence/graphic",
}
# From which score on a category counts as flagged. Ours: a real answer had 0.209 flagged in violence.
FLAGGED = {"violence": 0.2}
OTHERWISE = 0.4


def verdict(served: Served, strong: dict[str, float], kinds: list[str], number: int = 0) -> Json:
    """One result: `strong` scores stand out, the others are next to nothing."""
    noise = random.Random(seed(served, f"scores{number}"))
    scores, applied = {}, {}
    for name in CATEGORIES:
        small = 10 ** noise.uniform(-6, -3.3)
        applied[name] = [kind for kind in kinds if kind == "text" or name in SEEN]
        scores[name] = strong.get(name, small) if applied[name] else 0.0
    flags = {name: score >= FLAGGED.get(name, OTHERWISE) for name, score in scores.items()}
    return {
        "flagged": any(flags.values()),
        "categories": flags,
        "category_scores": scores,
        "category_applied_input_types": applied,
    }


def moderate(served: Served, results: list[Json], ms: int = 500) -> Json:
    body = {
        "id": f"modr-{int(seed(served, 'modr')[:8], 16) % 9000 + 1000}",
        "model": served.form["model"],
        "results": results,
    }
    return {"status": 200, "headers": headers(served, ms - 40), "ms": ms, "json": body}
