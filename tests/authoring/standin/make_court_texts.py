"""Write assets/36_texts.json: each chunk that lesson 36's stores cut, and each query of its own.

    python -m tests.authoring.standin.make_court_texts
    python tests/authoring/standin/make_vectors.py 36

The documents and the labelled questions are those of lesson 16, whose vectors are there already.
"""

import json
from collections.abc import Iterator

from . import ASSETS
from .searched_stores import AUTO, cut

SAMPLES = ASSETS.parents[3] / "data" / "samples"
NAMES = ("coop_rules.md", "coop_handbook.md", "coop_board.md")
SMALL = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50}
NOW, BEFORE = "18 euros a night", "15 euros a night"
GUESTS = "What does a night in the guest room cost?"
QUERY = "guest room price per night"
REWRITTEN = {
    "Good evening, and thank you for your help with the boiler last week. "
    "My mother comes for her birthday. What would the guest room cost us?": "guest room cost"
}
ASKED = (
    "May I keep a hamster?",
    GUESTS,
    "May I park my car in the yard overnight?",
    "Is there a swimming pool?",
    "May I keep bees on the roof?",
)


def texts() -> Iterator[str]:
    """What `36_texts.json` holds: every chunk, and what is searched for. The questions of lesson 16 are its own."""
    papers = [(SAMPLES / name).read_text("utf-8") for name in NAMES]
    for paper in papers:
        yield from cut(paper, *AUTO.values())
    for paper in (*papers, papers[1].replace(NOW, BEFORE)):
        yield from cut(paper, *SMALL.values())
    yield from (*ASKED, QUERY, *REWRITTEN, *REWRITTEN.values())


if __name__ == "__main__":
    listed = list(dict.fromkeys(texts()))
    path = ASSETS / "36_texts.json"
    path.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(path.name, len(listed), "texts")
