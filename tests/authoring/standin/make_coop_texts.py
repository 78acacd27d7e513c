"""Write assets/16_texts.json: each chunk and question that lesson 16 embeds.

The lesson's own function cuts the documents. Then run make_vectors.py 16.

python -m tests.authoring.standin.make_coop_texts
"""

import json
from collections.abc import Callable
from pathlib import Path

from oaiworkbook import sample

from . import ASSETS

LESSON = Path(__file__).parents[3] / "notebooks" / "16_retrieval.ipynb"
# (size, overlap) of each index that the lesson makes, changes included.
CUTS = ((1, 0), (3, 0), (3, 1))
ASKED = (
    "We want to get a puppy. What do we have to do?",
    "May I keep bees on the roof?",
    "May I park my car in the yard overnight?",
)


def lesson_cut() -> Callable[[int, int], dict[str, str]]:
    sources = ["".join(cell["source"]) for cell in json.loads(LESSON.read_text("utf-8"))["cells"]]
    source = next(each for each in sources if "def cut(" in each)
    names: dict[str, Callable[[int, int], dict[str, str]]] = {}
    exec(source, names)
    return names["cut"]


def texts() -> list[str]:
    cut = lesson_cut()
    chunks = [text for size, overlap in CUTS for text in cut(size, overlap).values()]
    labelled = json.loads(sample("coop_questions.json").read_text("utf-8"))
    questions = [each["question"] for each in labelled]
    return list(dict.fromkeys([*chunks, *questions, *ASKED]))


if __name__ == "__main__":
    path = ASSETS / "16_texts.json"
    path.write_text(json.dumps(texts(), ensure_ascii=False, indent=1) + "\n", "utf-8")
