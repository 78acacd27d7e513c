"""A booklet of solutions: each exercise with its task, its hints and one good answer."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import cells, contents, lessons
from .checks import of_lesson

_TASK = r"^\*\*{id}, .+?(?=^\*\*\d\d-\d|\Z)"
_PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 11pt/1.45 sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em }}
pre {{ background: #f4f4f4; padding: .7em 1em; overflow-wrap: anywhere; white-space: pre-wrap }}
h2 {{ margin-top: 2em; break-before: page }} h2:first-of-type {{ break-before: auto }}
table {{ border-collapse: collapse }} td, th {{ border: 1px solid #999; padding: .2em .5em; text-align: left }}
pre, li, tr {{ break-inside: avoid }} h2, h3 {{ break-after: avoid }}
</style></head><body>
{body}</body></html>
"""
TITLE = "Solutions"


def markdown(numbers: Sequence[str]) -> str:
    """The booklet of these lessons. Raises LessonError for a lesson that is not there or unreadable."""
    parts = [f"# {TITLE}", "Other answers may be right as well: `check` decides."]
    for number in numbers:
        parts += _lesson(lessons.find(number))
    return "\n\n".join(parts) + "\n"


def html(text: str, title: str = TITLE) -> str:
    """A Markdown text as a page to print; what stands under a second heading begins on a page of its own."""
    import mistune

    return _PAGE.format(title=title, body=mistune.html(text))


def _lesson(path: Path) -> Iterator[str]:
    number = path.name[:2]
    there = cells.read(path)
    yield f"## {number} {contents.TITLES.get(number, path.stem[3:].replace('_', ' '))}"
    for exercise in of_lesson(number):
        yield f"### {exercise.id}"
        task = re.compile(_TASK.format(id=exercise.id), re.MULTILINE | re.DOTALL)
        found = (
            (place, task.search(each.source))
            for place, each in enumerate(there)
            if each.kind == "markdown"
        )
        place, words = next(((place, match) for place, match in found if match), (len(there), None))
        if words:
            yield words[0].strip()
        given = [each.source for each in there[place:] if "exercise" in each.tags]
        if given:
            yield f"Given:\n\n```python\n{given[0].strip()}\n```"
        yield "\n".join(f"{place}. {hint}" for place, hint in enumerate(exercise.hints, start=1))
        yield f"One good answer:\n\n```python\n{exercise.reference.strip()}\n```"
