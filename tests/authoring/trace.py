"""Runs inside a kernel under test: notes each look-up of a recording, and what each figure draws.

The ledger cannot tell the look-ups: a miss is no call, and what a practice server answers is no replay.
"""

from pathlib import Path
from typing import Any

from oaiworkbook import show
from oaiworkbook.recordings.library import Library

from .drawings import commented


def note_into(file: str) -> None:
    take, miss = Library.take, Library.miss

    def note(kind: str, name: str) -> None:
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(f"{kind} {name}\n")

    def noted_take(self: Library, path: Path) -> Any:
        note("used", self.name(path))
        return take(self, path)

    def noted_miss(self: Library, request: Any, *args: Any, **more: Any) -> Any:
        note("missed", f"{request.method} {request.path}")
        return miss(self, request, *args, **more)

    patched: Any = Library
    patched.take, patched.miss = noted_take, noted_miss
    commented(show)
