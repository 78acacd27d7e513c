"""Make the vectors of a lesson's texts with an open model: `assets/NN_texts.json` -> `NN_vectors.npz`.

    pip install -e ".[authoring]"
    python tests/authoring/standin/make_vectors.py 15

The model and its space are those of `oaiworkbook/client/local/minilm.py`, with which learners embed
texts of their own. Nothing here runs in CI: the vectors are stored, `embeddings.py` answers with them.

`make_vectors.py map` makes the map into that space, `data/minilm_map.npz`. Its axes are the principal
ones of the words in the model's own vocabulary, the same for every lesson; within each 64 of them, the
numbers are mixed, so that none stands out. With another map all lessons must be recorded again.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oaiworkbook.client.local.minilm import MAP, NUMBERS, MiniLM, turned

ASSETS = Path(__file__).parent / "assets"
DATA = Path(__file__).parents[3] / "data"
SEED = 15
BLOCK = 64
WORDS = 4_000


def words(model: MiniLM) -> list[str]:
    known = sorted(w for w in model.tokenizer.get_vocab() if w.isalpha() and len(w) > 2)
    return [known[i] for i in np.random.default_rng(SEED).permutation(len(known))[:WORDS]]


def turn(vectors: NDArray[Any]) -> NDArray[Any]:
    """An orthogonal 384 x 384 matrix: principal axes, strongest first, mixed in blocks of 64."""
    _, _, axes = np.linalg.svd(vectors, full_matrices=False)
    random = np.random.default_rng(SEED)
    mixed = [
        np.linalg.qr(random.normal(size=(BLOCK, BLOCK)))[0] @ axes[i : i + BLOCK]
        for i in range(0, NUMBERS, BLOCK)
    ]
    return np.concatenate(mixed)


def fingerprint(texts: list[str]) -> str:
    """So that `embeddings.py` notices texts that were changed afterwards."""
    return sha256("\0".join(texts).encode()).hexdigest()


def make_map(model: MiniLM) -> Path:
    axes = turn(model.vectors(words(model)))
    assert np.allclose(axes @ axes.T, np.eye(NUMBERS), atol=1e-9)
    path = DATA / MAP
    np.savez_compressed(path, axes=axes.astype(np.float32))
    return path


def make(model: MiniLM, number: str) -> Path:
    texts = json.loads((ASSETS / f"{number}_texts.json").read_text("utf-8"))
    assert len(set(texts)) == len(texts), f"{number}_texts.json names a text twice"
    path = ASSETS / f"{number}_vectors.npz"
    np.savez_compressed(path, vectors=turned(model.vectors(texts)), texts=fingerprint(texts))
    return path


if __name__ == "__main__":
    model = MiniLM()
    for what in sys.argv[1:]:
        made = make_map(model) if what == "map" else make(model, what)
        print(made.name, made.stat().st_size, "bytes")
