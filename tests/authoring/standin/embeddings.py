"""POST /v1/embeddings, answered from a lesson's stored vectors (`make_vectors.py` made them).

The vectors are those of an open model, all-MiniLM-L6-v2, spread over as many numbers as the model
asked for has: `oaiworkbook/client/local/minilm.py` says how, and puts new texts beside them.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oaiworkbook.client.local.minilm import SIZES, encoded, spread
from oaiworkbook.client.local.vectors import MAX_INPUTS, MAX_TOKENS, MAX_TOKENS_TOGETHER
from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import Served

from . import ASSETS, NotAuthored
from .common import count, headers, rate_limit_headers


class Vectors:
    """The stored vectors of one lesson, by text."""

    def __init__(self, number: str) -> None:
        self._name = f"{number}_texts.json"
        texts = json.loads((ASSETS / self._name).read_text("utf-8"))
        stored: Path = ASSETS / f"{number}_vectors.npz"
        with np.load(stored) as file:
            vectors, made_from = file["vectors"], str(file["texts"])
        if made_from != sha256("\0".join(texts).encode()).hexdigest():
            raise NotAuthored(f"{self._name} has changed: run make_vectors.py {number}")
        self._vectors = dict(zip(texts, vectors, strict=True))

    def vector(self, text: str, size: int, dimensions: int) -> NDArray[Any]:
        """The first `dimensions` of `size` numbers, at length 1, in half precision."""
        if text not in self._vectors:
            raise NotAuthored(
                f"No vector for {text[:80]!r}. Add the text to {self._name}, run make_vectors.py"
            )
        return spread(self._vectors[text], size, dimensions)


def embeddings(served: Served, vectors: Vectors, ms: int = 0) -> dict[str, Any] | None:
    """The answer to a request for embeddings; None for any other request.

    Raises NotAuthored for a text or a model without vectors.
    """
    if (served.asked.method, served.asked.path) != ("POST", "/v1/embeddings"):
        return None
    form = served.form
    model = form["model"]
    if model not in SIZES:
        raise NotAuthored(f"There are vectors for {', '.join(SIZES)}, not for {model}")
    texts = [form["input"]] if isinstance(form["input"], str) else form["input"]
    if not all(isinstance(text, str) for text in texts):
        raise NotAuthored("Token ids have no vectors here: send the text")
    dimensions = form.get("dimensions", SIZES[model])
    counts = [count(text, "cl100k_base") for text in texts]
    refused = _refused(served, texts, counts, dimensions, SIZES[model])
    if refused:
        return refused
    found = [vectors.vector(text, SIZES[model], dimensions) for text in texts]
    data = [
        {"object": "embedding", "index": i, "embedding": encoded(v, form.get("encoding_format"))}
        for i, v in enumerate(found)
    ]
    tokens = sum(counts)
    ms = ms or min(120 + 2 * len(texts), 900)
    return {
        "status": 200,
        "headers": headers(served, ms) | rate_limit_headers(tokens),
        "ms": ms,
        "json": {
            "object": "list",
            "data": data,
            "model": model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        },
    }


def _refused(
    served: Served, texts: list[str], counts: list[int], dimensions: int, size: int
) -> dict[str, Any] | None:
    """What the API answers to too much, too little and a wrong `dimensions`.

    `dimensions` below 1 was recorded (August 2025). The others are as users reported them: too long
    (April and October 2026), too many tokens together (October 2025), an empty text (September 2026;
    `param` and `code` as for one that is too long), none or too many texts (September 2024).
    """
    type_, code, param = "invalid_request_error", None, None
    listed = not isinstance(served.form["input"], str)
    if listed and ("" in texts or max(counts, default=0) > MAX_TOKENS):
        empty = "" in texts
        param = f"input[{texts.index('') if empty else counts.index(max(counts))}]"
        code = "invalid_value"
        length = f"maximum input length is {MAX_TOKENS} tokens"
        message = f"Invalid '{param}': {'input cannot be an empty string' if empty else length}."
    elif not texts or "" in texts or len(texts) > MAX_INPUTS:
        message = (
            "'$.input' is invalid. Please check the API reference: "
            "https://platform.openai.com/docs/api-reference."
        )
    elif max(counts) > MAX_TOKENS:
        message = f"Invalid 'input': maximum context length is {MAX_TOKENS} tokens."
    elif sum(counts) > MAX_TOKENS_TOGETHER:
        type_ = code = "max_tokens_per_request"
        message = f"Requested {sum(counts)} tokens, max {MAX_TOKENS_TOGETHER} tokens per request"
    elif dimensions < 1:
        message = f"{dimensions} is less than the minimum of 1 - 'dimensions'"
    elif dimensions > size:
        raise NotAuthored(f"What the API says to dimensions={dimensions} of {size} is not known")
    else:
        return None
    more = headers(served, 40) | rate_limit_headers(0)
    return error_answer(400, message, type=type_, code=code, param=param, headers=more)
