"""The course as it is listed: its parts, the titles of its lessons, and what the head of a lesson says."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ..money.amounts import usd

PARTS: dict[str, dict[str, str]] = {
    "Start": {"00": "Start here"},
    "Text": {
        "01": "Responses",
        "02": "Chat Completions",
        "03": "Streaming",
        "04": "Conversation state",
        "05": "Structured outputs",
        "06": "Function calling",
        "07": "Reasoning",
        "08": "Sampling and determinism",
        "09": "Built-in tools",
    },
    "Seeing, hearing, speaking": {
        "10": "Vision",
        "11": "Images",
        "12": "Speech",
        "13": "Audio chat",
        "14": "Realtime",
    },
    "Data": {
        "15": "Embeddings",
        "16": "Retrieval",
        "17": "Batch",
        "18": "Fine-tuning",
        "19": "Moderation and decisions",
    },
    "Production": {
        "20": "Errors and retries",
        "21": "Prompt caching",
        "22": "Costs",
        "23": "Concurrency",
        "24": "Keys and safety",
        "25": "Evaluation",
        "26": "Agents",
        "27": "Choosing a model",
        "28": "Other doors",
        "29": "Capstone",
    },
    "One feature each": {
        "30": "Files and PDFs",
        "31": "Background work",
        "32": "Long talks, and keeping nothing",
        "33": "Shaping tool calls",
        "34": "Code that runs",
        "35": "Computer use",
        "36": "Vector stores",
        "37": "Realtime in production",
        "38": "The Agents SDK",
        "39": "A model as judge",
        "40": "The organisation's side",
        "41": "Answering over the web",
    },
}
TITLES = {number: title for part in PARTS.values() for number, title in part.items()}
# The line that `tests/authoring/generated.py` writes below the title of a lesson.
_HEAD = re.compile(
    r"\*(?P<reading>\d+) minutes, and (?P<solving>\d+) for \d+ exercises? · costs USD 0 in replay, "
    r"(?:(?:at least )?USD (?P<usd>[\d.]+)|an unknown amount) live(?: \((?P<unpriced>\d+) of)?"
)
_WITHIN = 4_000  # characters of the notebook's file


@dataclass(frozen=True, slots=True)
class Head:
    """Minutes for reading and for the exercises; what one live run costs without `unpriced` calls."""

    reading: int
    solving: int
    live_usd: Decimal
    unpriced: int

    @property
    def live(self) -> str:
        """`USD 0.0042`, `at least USD 0.0042` or `unknown`."""
        if not self.unpriced:
            return usd(self.live_usd)
        return f"at least {usd(self.live_usd)}" if self.live_usd else "unknown"


def head(notebook: Path) -> Head | None:
    """None where the notebook has no such line: not built yet, or edited. Raises OSError."""
    with notebook.open(encoding="utf-8", errors="replace") as file:
        found = _HEAD.search(file.read(_WITHIN))
    if found is None:
        return None
    return Head(
        int(found["reading"]),
        int(found["solving"]),
        Decimal(found["usd"] or 0),
        int(found["unpriced"] or 0),
    )
