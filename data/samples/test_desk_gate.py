"""The gate of lesson 25, before support_desk.py: run `python -m pytest` after each change of model or words.

READ was worded with these 60 cases in view, so they prove nothing about the next mail. Put in cases of
your own that nobody has tuned on.
"""

import json
from pathlib import Path

import numpy as np
from openai import OpenAI
from support_desk import Desk, Keep

CASES = Path(__file__).with_name("heat_desk.jsonl")
# Wrong with gpt-6.1-terra and the words of lesson 25, on 2026-11-22: what has to be kept up with.
OLD_WRONG = {"case-27", "case-36", "case-39", "case-46", "case-54", "case-60"}


def gate(old: list[bool], new: list[bool], must: list[bool], margin: float = 0.05) -> list[str]:
    """Reasons to hold the new one back. An empty list: it may go out."""
    change = np.array(new, int) - np.array(old, int)
    picks = np.random.default_rng(25).integers(0, len(change), (10_000, len(change)))
    loss = -np.percentile(change[picks].mean(axis=1), 2.5)
    missed = sum(a > b for a, b in zip(must, new, strict=True))
    reasons = {f"may lose {loss:.0%}": loss > margin, f"must cases wrong: {missed}": missed > 0}
    return [reason for reason, holds in reasons.items() if holds]


def test_the_desk_sorts_no_worse(tmp_path: Path) -> None:
    cases = [json.loads(row) for row in CASES.read_text("utf-8").splitlines()]
    desk, new = Desk(tmp_path, OpenAI(timeout=20), usd=0.01), []
    for case in cases:
        try:
            new.append(desk.read(case["id"], case["mail"]).desk == case["desk"])
        except Keep:  # cut or refused: wrong. An outage is raised as Stop, and is no wrong answer.
            new.append(False)
    old = [case["id"] not in OLD_WRONG for case in cases]
    assert not (reasons := gate(old, new, [case["must"] for case in cases])), reasons
