"""The course for its authors: its lessons, what to know before each, and the map in every notebook."""

import re
from pathlib import Path

from oaiworkbook.course.contents import PARTS, TITLES

from .surroundings import ROOT

NOTEBOOKS = ROOT / "notebooks"
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
