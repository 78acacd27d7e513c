"""The rooms of the package, from the ground up: an import goes down, never up, and none runs in a circle."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .authoring.surroundings import ROOT

PACKAGE = ROOT / "oaiworkbook"
ROOMS = (
    *("errors", "files", "endpoints", "show", "settings"),
    *("recordings", "money", "practice", "client", "course"),
    *("__init__", "pytest_plugin", "cli"),
)
SCHOOL = (
    *("contents", "lessons", "cells", "copied", "models", "api_map", "dated_facts", "samples"),
    *(
        "doctor",
        "exercises",
        "solved",
        "room",
        "start_page",
        "lab",
        "hub",
        "stick",
        "checks",
        "booklet",
    ),
    *("running", "notebook"),
)


def imports() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(module, what it imports from) within the package, each as its path: `("money", "ledger")`."""
    files = sorted(PACKAGE.rglob("*.py"))
    modules = {_name(file) for file in files}
    for file in files:
        folder = file.relative_to(PACKAGE).parent.parts
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not node.level:
                continue
            base = folder[: len(folder) - node.level + 1]
            base += tuple(node.module.split(".")) if node.module else ()
            for each in node.names:
                inner = (*base, each.name)
                yield _name(file), inner if inner in modules else base or ("__init__",)


def _name(file: Path) -> tuple[str, ...]:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts


def test_there_are_these_rooms_and_no_other() -> None:
    assert {name[0] for name, _ in imports()} | {to[0] for _, to in imports()} == set(ROOMS)
    assert len(ROOMS) <= 13


def test_every_import_between_rooms_goes_down() -> None:
    up = [
        f"{'.'.join(name)} imports {'.'.join(to)}"
        for name, to in imports()
        if ROOMS.index(to[0]) > ROOMS.index(name[0])
    ]
    assert up == []


def test_every_import_inside_the_school_goes_down() -> None:
    up = [
        f"{'.'.join(name)} imports {'.'.join(to)}"
        for name, to in imports()
        if name[0] == to[0] == "course" and len(name) > 1 and len(to) > 1
        if SCHOOL.index(to[1]) > SCHOOL.index(name[1])
    ]
    assert up == []


def test_the_arrows_can_be_counted() -> None:
    arrows = {(name[0], to[0]) for name, to in imports() if name[0] != to[0]}
    assert len(arrows) <= 48
