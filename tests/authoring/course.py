"""The course: its parts, the titles of its lessons, and what to know before each."""

import re
from pathlib import Path

from .surroundings import ROOT

NOTEBOOKS = ROOT / "notebooks"
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
# Every lesson but the first also wants 00; only what is wanted beyond 00 and 01 is named.
_FIRST: dict[str, tuple[str, ...]] = {
    "00": (),
    "01": ("00",),
    "03": ("02",),
    "05": ("02", "03"),
    "06": ("05",),
    "07": ("02",),
    "08": ("02",),
    "09": ("06",),
    "10": ("05",),
    "11": ("03",),
    "12": ("03",),
    "13": ("12",),
    "14": ("06", "12"),
    "16": ("15",),
    "18": ("05", "17"),
    "19": ("05",),
    "21": ("20",),
    "22": ("21",),
    "23": ("20",),
    "24": ("06", "16", "20"),
    "25": ("05",),
    "26": ("06", "20"),
    "27": ("02", "07"),
    "28": ("02", "04", "06"),
    "29": ("05", "16", "20", "22", "24", "25", "26"),
    "30": ("05", "06"),
    "31": ("03", "24"),
    "32": ("04", "07"),
    "33": ("06",),
    "34": ("06", "09"),
    "35": ("06", "10"),
    "36": ("09", "16"),
    "37": ("14",),
    "38": ("26",),
    "39": ("25",),
    "40": ("22", "24"),
    "41": ("03", "23", "24"),
}


def know_first(number: str) -> tuple[str, ...]:
    """Numbers of the lessons to know before this one."""
    return _FIRST.get(number, ("01",))


def lessons() -> list[Path]:
    """The notebooks there are, in order; a version that a learner kept is none."""
    return sorted(path for path in NOTEBOOKS.glob("*.ipynb") if is_lesson(path))


def is_lesson(path: Path) -> bool:
    return re.fullmatch(r"\d\d_\w+\.ipynb", path.name) is not None


def named(number: str, here: Path) -> str:
    """`03 Streaming`, as a link where that lesson is beside the notebook `here`."""
    text = f"{number} {TITLES[number]}"
    files = sorted(here.parent.glob(f"{number}_*.ipynb"))
    return f"[{text}]({files[0].name})" if files else text


def neighbours(here: Path) -> str:
    """Links to the lesson before and the one after, where they are there."""
    numbers = list(TITLES)
    if here.name[:2] not in numbers:
        return ""
    place = numbers.index(here.name[:2])
    before = named(numbers[place - 1], here) if place else ""
    after = named(numbers[place + 1], here) if place + 1 < len(numbers) else ""
    shown = [f"before: {before}" if before else "", f"next: {after}" if after else ""]
    return " · ".join(filter(None, shown))


def map_of(here: Path) -> str:
    """The whole course folded away: a line for each part, with links to what is there."""
    lines = []
    for part, titles in PARTS.items():
        shown = [_on_map(each, here) for each in titles]
        lines.append(f"- **{part}**: {' · '.join(shown)}")
    return "\n".join(["<details><summary>All lessons</summary>", "", *lines, "", "</details>"])


def _on_map(each: str, here: Path) -> str:
    return (
        f"**{each} {TITLES[each]} (you are here)**" if each == here.name[:2] else named(each, here)
    )
