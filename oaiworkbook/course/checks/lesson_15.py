"""Exercises of lesson 15, Embeddings."""

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import openai
from numpy.typing import NDArray

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect
from ..models import model

Json = dict[str, Any]
WHOLE = 1536  # numbers, where a request names no `dimensions`
# Three notes, and questions whose likest rows are known: best, second, third.
NOTES = np.array([[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.0, 0.6, 0.8]])
QUESTIONS = {
    "first": [1.0, 0.0, 0.0],  # rows 0, 1, 2
    "second": [0.5, 0.85, 0.1],  # rows 1, 2, 0
    "third": [0.0, 0.3, 0.95],  # rows 2, 1, 0
    "fourth": [0.2, 0.1, 0.97],  # rows 2, 0, 1
}


def _embedded(asked: Asked) -> Json:
    """The vectors of QUESTIONS; for any other text one that only this text has."""
    expect(asked.path == "/embeddings", f"a request went to `{asked.path}`, not to `/embeddings`")
    body = asked.body
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    if not texts or "" in texts:
        message = "'$.input' is invalid."
        return error_answer(400, message, type="invalid_request_error")
    size = body.get("dimensions", WHOLE)
    data = [
        {"object": "embedding", "index": i, "embedding": _encoded(_vector(text, size), body)}
        for i, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    filled = {"object": "list", "data": data, "model": body["model"], "usage": usage}
    return {"status": 200, "headers": {"content-type": "application/json"}, "json": filled}


def _vector(text: str, size: int) -> NDArray[np.float32]:
    start = QUESTIONS.get(text) or [1.0, sum(text.encode()) / 1000, len(text) / 100]
    whole = np.zeros(max(size, 3), dtype="<f4")
    whole[:3] = start
    cut = whole[:size]
    return np.asarray(cut / np.linalg.norm(cut))


def _encoded(vector: NDArray[np.float32], body: Json) -> str | list[float]:
    if body.get("encoding_format") == "base64":
        return b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(x) for x in vector]


def _wide(size: int) -> NDArray[np.float32]:
    return np.pad(NOTES, ((0, 0), (0, size - 3)))


def _length(asked: Asked, size: int) -> None:
    got = asked.body.get("dimensions", WHOLE)
    expect(
        got == size, f"the question has {got} numbers and the notes have {size}: they do not match"
    )


def _small(asked: Asked) -> None:
    named = asked.body.get("model")
    expect(named == model("embedding"), f"the model is {named!r}, and the notes are of another")


def nearest(answer: Callable[..., Any]) -> str:
    for size in (256, 64):
        for text, row in (("first", 0), ("second", 1), ("third", 2)):
            probe = Probe([_embedded])
            try:
                found = answer(probe.client, text, _wide(size))
            except ValueError:
                _length(probe.last, size)
                raise
            _small(probe.last)
            expect(found == row, f"for a question that is most like row {row}, it gave {found!r}")
    return "Question and notes: one model, one length."


def hit_rate(answer: Callable[..., Any]) -> str:
    texts = list(QUESTIONS)
    # The ranks of the wanted rows are 1, 2, 2 and 3.
    wanted = [0, 2, 1, 1]
    for size, k, share in ((256, 1, 0.25), (256, 2, 0.75), (64, 3, 1.0)):
        probe = Probe([_embedded])
        try:
            found = answer(probe.client, _wide(size), texts, wanted, k)
        except ValueError:
            _length(probe.last, size)
            raise
        _small(probe.last)
        asked = len(probe.requests)
        expect(asked == 1, f"{asked} requests for four questions, and one can hold them all")
        expect(probe.last.body["input"] == texts, "the request does not hold the four questions")
        expect(
            not isinstance(found, bool) and isinstance(found, int | float | np.number),
            f"it returned {type(found).__name__}, not a number",
        )
        expect(
            abs(float(found) - share) < 1e-9,
            f"with ranks 1, 2, 2 and 3, hit@{k} became {float(found):g}",
        )
    return "One number, one request. Keep the questions: they are the test of every change."


def embed_new(answer: Callable[..., Any]) -> str:
    known: dict[str, Any] = {}
    probe = Probe([_embedded])
    evening = ["Radio hums.", "Radio hums.", "Zip sticks.", ""]
    try:
        found = _list(answer(probe.client, list(evening), known), evening)
    except openai.BadRequestError:
        _sent(probe, ["Radio hums.", "Zip sticks."])
        raise
    _sent(probe, ["Radio hums.", "Zip sticks."])
    _small(probe.last)
    _same(found, evening)
    expect(
        set(known) == {"Radio hums.", "Zip sticks."},
        f"after two new texts, `known` holds {sorted(known)}",
    )

    probe = Probe([_embedded])
    evening = ["Chair rocks.", "Zip sticks."]
    found = _list(answer(probe.client, list(evening), known), evening)
    _sent(probe, ["Chair rocks."])
    _same(found, evening)

    probe = Probe([_embedded])
    with suppress(openai.BadRequestError):  # for an empty list; the next line says why
        _list(answer(probe.client, list(evening), known), evening)
    expect(not probe.requests, "nothing was new, and a request was sent all the same")

    refusal = error_answer(429, "Rate limit reached.", type="requests", code="rate_limit_exceeded")
    probe, before = Probe([refusal]), set(known)
    try:
        answer(probe.client, ["Lamp flickers."], known)
    except openai.RateLimitError:
        expect(set(known) == before, "a request failed, and `known` changed all the same")
        return "Paid once each. Write `known` to a file, and it lasts."
    raise Wrong("a request failed with a 429, and nobody was told")


def _list(found: Any, texts: list[str]) -> list[Any]:
    expect(isinstance(found, list), f"it returned {type(found).__name__}, not a list")
    expect(len(found) == len(texts), f"{len(texts)} texts became {len(found)} vectors")
    vectors: list[Any] = found
    return vectors


def _sent(probe: Probe, new: list[str]) -> None:
    sent: list[str] = []
    for asked in probe.requests:
        given = asked.body["input"]
        sent += [given] if isinstance(given, str) else given
    expect(probe.requests, "there was something new, and no request was sent")
    expect("" not in sent, "an empty text was sent, and the API refuses the others with it")
    expect(len(set(sent)) == len(sent), f"a text was sent twice: {sent}")
    expect(set(sent) >= set(new), f"of {new}, only {sent} was sent")
    expect(set(sent) <= set(new), f"only {new} was new, and {sent} was sent")
    expect(len(probe.requests) == 1, f"{len(probe.requests)} requests, and one can hold them all")
    _length(probe.last, 256)


def _same(found: list[Any], texts: list[str]) -> None:
    for text, vector in zip(texts, found, strict=True):
        if not text:
            expect(vector is None, "an empty text got a vector, not None")
            continue
        expect(vector is not None, f"{text!r} got no vector")
        expect(
            np.shape(vector) == (256,) and np.allclose(vector, _vector(text, 256), atol=1e-6),
            f"{text!r} got the vector of another text",
        )


EXERCISES = [
    Exercise(
        id="15-1",
        check=nearest,
        hints=(
            "The vectors tell how long they are: look at `vectors.shape`.",
            "`vectors.shape` is (rows, numbers in a row); `dimensions` is the second.",
        ),
        reference='''
def nearest(client, text, vectors):
    """The row of `vectors` that is most like `text`."""
    model, size = "text-embedding-3-small", vectors.shape[1]
    answer = client.embeddings.create(model=model, input=text, dimensions=size)
    return int(np.argmax(vectors @ np.array(answer.data[0].embedding)))
''',
    ),
    Exercise(
        id="15-2",
        check=hit_rate,
        hints=(
            "`input=texts` sends all of them at once. `dimensions` is `vectors.shape[1]`.",
            "`np.argsort(-queries @ vectors.T)` has one line for each question, best row first.",
            "A question is a hit if `wanted` is among the first `k` of its line. Count, and divide "
            "by the number of questions.",
        ),
        reference='''
def hit_rate(client, vectors, texts, wanted, k):
    """hit@k of the questions `texts`; `wanted` lists the right row of `vectors` for each."""
    answer = client.embeddings.create(
        model="text-embedding-3-small", input=texts, dimensions=vectors.shape[1]
    )
    queries = np.array([item.embedding for item in answer.data])
    order = np.argsort(-queries @ vectors.T)
    return sum(row in best[:k] for row, best in zip(wanted, order)) / len(texts)
''',
    ),
    Exercise(
        id="15-3",
        check=embed_new,
        hints=(
            "What has to be sent: the texts that are not empty and not in `known`, each once. "
            "`dict.fromkeys(...)` drops what comes twice and keeps the order.",
            "Send only `if new:`. Afterwards `zip(new, answer.data)` pairs texts and vectors.",
            "The result comes from `known` alone: `[known.get(text) for text in texts]`.",
        ),
        reference='''
def embed_new(client, texts, known):
    """One vector for each text, in order. `known` is a dict: text -> vector."""
    new = list(dict.fromkeys(text for text in texts if text and text not in known))
    if new:
        model = "text-embedding-3-small"
        answer = client.embeddings.create(model=model, input=new, dimensions=256)
        known.update(zip(new, (item.embedding for item in answer.data)))
    return [known.get(text) for text in texts]
''',
    ),
]
