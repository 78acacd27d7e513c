"""The files that lessons read: sounds, pictures, texts, tables."""

from pathlib import Path

from .. import settings
from ..errors import SampleNotFound


def sample(name: str) -> Path:
    """The path of a sample, such as `reviews.jsonl`, in a clone and in an installed workbook alike."""
    folder = settings.data_dir() / "samples"
    path = folder / name
    if not path.is_file():
        there = ", ".join(sorted(p.name for p in folder.glob("*.*"))) or "none"
        raise SampleNotFound(f"No sample is called {name!r} in {folder}. There are: {there}.")
    return path
