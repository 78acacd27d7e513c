"""The cell to copy of a lesson, as a program for a file of its own."""

import ast
import sys

from ..errors import LessonError
from . import cells, lessons

# What is imported -> what pip installs, where the names differ.
_INSTALLED = {"websockets": "openai[realtime]", "agents": "openai-agents", "httpx2": "openai"}


def program(number: str) -> str:
    """The cell tagged `copy`, beneath two comments: where it is from, and what it needs.

    Raises LessonError where there is no such lesson, or its notebook has no such cell.
    """
    path = lessons.find(number)
    found = [
        each.source for each in cells.read(path) if each.kind == "code" and "copy" in each.tags
    ]
    if len(found) != 1:
        raise LessonError(
            f"{path} has {len(found)} cells tagged `copy`. `oaiworkbook reset {number}` brings the "
            "course's own version back."
        )
    (source,) = found
    wanted = " ".join(f'"{name}"' if "[" in name else name for name in sorted(_needs(source)))
    head = f"# oaiworkbook, lesson {path.name[:2]}, licence MIT.\n# pip install {wanted}\n"
    return f"{head}\n{source.rstrip()}\n"


def _needs(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    wanted = {_INSTALLED.get(name, name) for name in names - sys.stdlib_module_names}
    return wanted - {"openai"} if "openai[realtime]" in wanted else wanted
