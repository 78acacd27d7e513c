"""The course map in README.md, made from the titles of the course and the notebooks there are."""

from .course import NOTEBOOKS, PARTS
from .generated import with_block
from .surroundings import ROOT

README = ROOT / "README.md"


def course_map() -> str:
    """A line a part; a lesson that is here is a link to its notebook."""
    there = {path.name[:2]: path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")}
    lines = []
    for part, lessons in PARTS.items():
        named = [
            f"[{number} {title}](notebooks/{there[number]})"
            if number in there
            else f"{number} {title}"
            for number, title in lessons.items()
        ]
        lines.append(f"- **{part}**: {' · '.join(named)}")
    return "\n".join(lines)


def with_map(text: str) -> str:
    return with_block(text, "map", course_map())
