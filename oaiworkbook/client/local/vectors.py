"""Vectors of one's own texts, in the space of the recorded ones. No server is asked: the model runs here.

Never beside the vectors of another model: before the first answer the recorded texts are embedded too,
and must come out as they are recorded.
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from ...errors import RecordingError
from . import extras
from .in_process import InProcess
from .request import Json, NotLocal

if TYPE_CHECKING:
    from ...recordings.library import Library
    from ..exchange import Exchange

# What the API refuses; the stand-in that answers while a lesson is recorded refuses it too.
MAX_INPUTS = 2_048
MAX_TOKENS = 8_192
MAX_TOKENS_TOGETHER = 300_000
_TAKEN = frozenset({"model", "input", "dimensions", "encoding_format", "user"})
_SAME = 0.99  # cosine of one text's recorded and local vector: other processors round a little

# Model and recordings, each with its time of change -> what is wrong with them.
_checked: dict[tuple[str, tuple[tuple[Path, int], ...]], str] = {}
_checking = threading.Lock()


class LocalVectors(InProcess[tuple[list[Any], list[int]]]):
    """`exchange`: a call that has no recording. Raises NotLocal for what gets no vectors here."""

    def __init__(self, exchange: "Exchange") -> None:
        extras.need("local", "all-MiniLM-L6-v2 (its vectors are the recorded ones)")
        from .minilm import SIZES

        super().__init__(exchange)
        try:
            form: Json = json.loads(exchange.request.content)
            self._model, given = form["model"], form["input"]
        except (KeyError, TypeError, ValueError) as error:
            raise NotLocal(f"has a request that cannot be read ({error!r})") from None
        if self._model not in SIZES:
            raise NotLocal(
                f"asks for {self._model}. There are vectors here for {' and '.join(SIZES)} only"
            )
        for name in sorted(form.keys() - _TAKEN):
            raise NotLocal(f"sends `{name}`, which only OpenAI's servers answer")
        self._form = form.get("encoding_format")
        if self._form not in (None, "float", "base64"):
            raise NotLocal(f"asks for the encoding {self._form}")
        self._size = SIZES[self._model]
        dimensions = form.get("dimensions")
        self._dimensions = self._size if dimensions is None else dimensions
        if not isinstance(self._dimensions, int) or not 1 <= self._dimensions <= self._size:
            raise NotLocal(f"asks for {dimensions} dimensions of {self._size}")
        self._texts = _texts(given)

    def _make(self) -> tuple[list[Any], list[int]]:
        """Vectors, and how many word pieces each text has. Raises NotLocal."""
        from . import minilm

        state = self._exchange.state
        model = minilm.shared()
        if wrong := _other_space(state.library, self._model):
            raise NotLocal(wrong)
        pieces = [model.pieces(text) for text in self._texts]
        counts = [len(each) - minilm.MARKS for each in pieces]
        if max(counts) > MAX_TOKENS or sum(counts) > MAX_TOKENS_TOGETHER:
            raise NotLocal("sends more text than the API reads in one request")
        vectors = [
            minilm.spread(minilm.turned(model.vector(each)), self._size, self._dimensions)
            for each in pieces
        ]
        return vectors, counts

    def _told(self, made: tuple[list[Any], list[int]]) -> httpx2.Response:
        vectors, counts = made
        from . import minilm

        most = minilm.READS - minilm.MARKS
        read = sum(min(count, most) for count in counts)
        usage = {"prompt_tokens": read, "total_tokens": read}
        body = {
            "object": "list",
            "data": [
                {"object": "embedding", "index": at, "embedding": minilm.encoded(each, self._form)}
                for at, each in enumerate(vectors)
            ],
            "model": minilm.NAME,
            "usage": usage,
        }
        note = f"not {self._model}"
        if long := sum(count > most for count in counts):
            texts = "1 text" if long == 1 else f"{long} texts"
            note += f"; of {texts} it read the first {most} word pieces only"
        self._exchange.settle_local(minilm.NAME, note, usage, whole=True)
        return httpx2.Response(200, json=body, request=self._exchange.request)


def _texts(given: Any) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise NotLocal("sends token numbers, which are those of OpenAI's tokenizer: send the text")
    if not texts or "" in texts:
        raise NotLocal("sends an empty text, which the API refuses")
    if len(texts) > MAX_INPUTS:
        raise NotLocal(f"sends {len(texts):,} texts, and the API takes {MAX_INPUTS:,}")
    return texts


def _other_space(library: "Library", model: str) -> str:
    """Why vectors of here must not be multiplied with the recorded ones of `model`; "" if they may."""
    paths = [path for path in library.paths() if "-embeddings-" in path.name]
    with _checking:
        known = (model, tuple((path, path.stat().st_mtime_ns) for path in paths))
        if known not in _checked:
            _checked[known] = _compared(library, paths, model)
        return _checked[known]


def _compared(library: "Library", paths: list[Path], model: str) -> str:
    from . import minilm

    recorded = list(_recorded(library, paths, model))
    if not recorded:
        return f"asks for {model}, of which no vectors are recorded"
    local: dict[str, Any] = {}
    for name, text, embedding in recorded:
        there = minilm.decoded(embedding)
        if text not in local:
            local[text] = minilm.turned(minilm.shared().vectors([text])[0])
        here = minilm.spread(local[text], minilm.SIZES[model], len(there)).astype(float)
        if here.shape != there.shape or minilm.cosine(here, there) < _SAME:
            return f"needs the model that made the vectors in {name}, which is not {minilm.NAME}"
    return ""


def _recorded(library: "Library", paths: list[Path], model: str) -> Iterator[tuple[str, str, Any]]:
    """Of each recorded answer of `model`: its file, the shortest text and the vector of that."""
    for path in paths:
        try:
            recording = library.read(path)
        except RecordingError:
            continue  # `oaiworkbook doctor` names it
        asked = recording.request.body
        if not isinstance(asked, dict) or asked.get("model") != model:
            continue
        given = asked["input"]
        texts = [given] if isinstance(given, str) else given
        if not all(isinstance(text, str) for text in texts):
            continue
        for answer in recording.answers:
            if answer.status == 200 and isinstance(answer.json_, dict):
                at = min(range(len(texts)), key=lambda n: len(texts[n]))
                yield library.name(path), texts[at], answer.json_["data"][at]["embedding"]
