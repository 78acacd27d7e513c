"""`python tests/benchmarks/walk.py`: how a replayed call walks through the package's files.

Counts, for a warm `responses.create` in replay, the calls of our own functions, the files they are in,
and the moves from one file to another.
"""

import itertools
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any

import oaiworkbook

PACKAGE = str(Path(oaiworkbook.__file__).parent)
ASKED: dict[str, Any] = {
    "model": "gpt-6-luna",
    "input": "Why do lighthouses flash instead of shining steadily?",
}


def walk() -> list[tuple[str, str]]:
    """(file, function) of each call of ours, in order."""
    import os

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"OAIWORKBOOK_LEDGER": f"{folder}/ledger.sqlite", "OAIWORKBOOK_PACE": "0"}
        os.environ["OAIWORKBOOK_LESSON"] = "01_responses"
        client = oaiworkbook.OpenAI()
        seen: list[tuple[str, str]] = []

        def note(frame: FrameType, event: str, _: object) -> None:
            if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
                file = frame.f_code.co_filename.removeprefix(PACKAGE).lstrip("/\\")
                seen.append((file, frame.f_code.co_name))

        client.responses.create(**ASKED)  # the first call loads prices and the ledger
        sys.setprofile(note)
        client.responses.create(**ASKED)
        sys.setprofile(None)
        return seen


def main() -> None:
    seen = walk()
    files = [file for file, _ in seen]
    moves = sum(a != b for a, b in itertools.pairwise(files))
    for file, group in itertools.groupby(seen, key=lambda each: each[0]):
        print(f"{file:28} {', '.join(name for _, name in group)}")
    print(f"{len(seen)} calls, {len(set(files))} files, {moves} moves between files")


if __name__ == "__main__":
    main()
