"""Exercises of lesson 15, Embeddings."""

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np
import openai
from numpy.typing import NDArray

from ..exercises.failures import CRASHED, FAILURES, passes_on
from ..exercises.judge import Exercise, NotPlayed, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect
from ..models import model

Json = dict[str, Any]
WHOLE = 1536  # numbers, where a request names no `dimensions`
MOST = 2048  # texts that one request may hold
# Three notes, and questions whose likest rows are known: best, second, third.
NOTES = np.array([[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.0, 0.6, 0.8]])
QUESTIONS = {
    "first": [1.0, 0.0, 0.0],  # rows 0, 1, 2
    "second": [0.5, 0.85, 0.1],  # rows 1, 2, 0
    "third": [0.0, 0.3, 0.95],  # rows 2, 1, 0
    "fourth": [0.3, 0.05, 0.95],  # rows 2, 0, 1
}


def _embedded(asked: Asked) -> Json:
    """The vectors of QUESTIONS; for any other text one that only this text has."""
    if asked.path != "/embeddings":
        raise NotPlayed(f"`{asked.method} {asked.path}`")
    body = asked.body
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    if not texts or "" in texts or len(texts) > MOST:
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


def _searched(answer: Callable[..., Any], probe: Probe, size: int, *given: Any) -> Any:
    """What a search gives. Raises Wrong where question and notes cannot be compared."""
    try:
        found = answer(probe.client, *given)
    except ValueError:
        got = probe.last.body.get("dimensions", WHOLE)
        expect(
            got == size,
            f"the question has {got} numbers and the notes have {size}: they do not match",
        )
        raise
    _small(probe)
    return found


def _small(probe: Probe) -> None:
    expect(probe.last.path == "/embeddings", f"the last request went to `{probe.last.path}`")
    for asked in probe.requests:
        named = asked.body.get("model")
        expect(named == model("embedding"), f"the model is {named!r}, and the notes are of another")


def _texts(asked: Asked) -> list[str]:
    given = asked.body["input"]
    return [given] if isinstance(given, str) else list(given)


def nearest(answer: Callable[..., Any]) -> str:
    for size in (256, 64):
        for text, row in (("first", 0), ("second", 1), ("third", 2), ("fourth", 2)):
            probe = Probe([_embedded])
            found = _searched(answer, probe, size, text, _wide(size))
            sent = _texts(probe.last)
            expect(sent == [text], f"{sent} was embedded, and the text is {text!r}")
            expect(
                isinstance(found, Integral) and found == row,
                f"for a question that is most like row {row}, it gave {found!r}",
            )
    passes_on(lambda probe: answer(probe.client, "first", _wide(64)))
    return "Question and notes: one model, one length."


def hit_rate(answer: Callable[..., Any]) -> str:
    four = (list(QUESTIONS), [0, 2, 1, 1], "1, 2, 2 and 3")
    two = (["third", "second"], [2, 2], "1 and 2")
    for (texts, wanted, ranks), size, k, share in (
        (four, 256, 1, 0.25),
        (four, 256, 2, 0.75),
        (four, 64, 3, 1.0),
        (two, 64, 1, 0.5),
        (two, 256, 2, 1.0),
    ):
        probe = Probe([_embedded])
        found = _searched(answer, probe, size, _wide(size), list(texts), list(wanted), k)
        asked = len(probe.requests)
        expect(asked == 1, f"{asked} requests for {len(texts)} questions; one can hold them all")
        sent = _texts(probe.last)
        expect(sent == texts, f"of the questions {texts} the request holds {sent}")
        expect(
            not isinstance(found, bool) and isinstance(found, Real | Decimal),
            f"it returned {type(found).__name__}, not a number",
        )
        expect(
            abs(float(found) - share) < 1e-6,
            f"with ranks {ranks}, hit@{k} became {float(found):g}",
        )
    texts, wanted, _ = four
    passes_on(lambda probe: answer(probe.client, _wide(64), list(texts), list(wanted), 2))
    return "One number, one request. Keep the questions: they are the test of every change."


def embed_new(answer: Callable[..., Any]) -> str:
    known: dict[str, Any] = {}
    evening = ["Radio hums.", "Radio hums.", "Zip sticks.", ""]
    _evening(answer, evening, known, ["Radio hums.", "Zip sticks."])
    # As it was kept: a vector that is made anew would be another one.
    known["Zip sticks."] = [0.0625] * 256
    evening = ["Chair rocks.", "Zip sticks."]
    _evening(answer, evening, known, ["Chair rocks."])

    probe = Probe([_embedded])
    with suppress(openai.BadRequestError):  # for an empty list; the next line says why
        _list(answer(probe.client, [*evening, ""], known), [*evening, ""])
    expect(not probe.requests, "nothing was new, and a request was sent all the same")

    before = set(known)
    passes_on(lambda probe: answer(probe.client, ["Lamp flickers."], known))
    expect(set(known) == before, "a request failed, and `known` changed all the same")
    _many(answer)
    return "Paid once each. Write `known` to a file, and it lasts."


def _evening(
    answer: Callable[..., Any], texts: list[str], known: dict[str, Any], new: list[str]
) -> None:
    """One call. `known` holds afterwards what it held, and what is new."""
    before = {text: vector for text, vector in known.items() if text}
    probe = Probe([_embedded])
    try:
        found = answer(probe.client, list(texts), known)
    except openai.BadRequestError:
        _sent(probe, new)
        raise
    _sent(probe, new)
    _small(probe)
    vectors = {text: before.get(text, _vector(text, 256)) for text in [*before, *new]}
    for text, vector in zip(texts, _list(found, texts), strict=True):
        if text:
            _same(text, vector, vectors[text])
        else:
            expect(vector is None, "an empty text got a vector, not None")
    kept = {text: vector for text, vector in known.items() if text or vector is not None}
    expect(
        set(kept) == set(vectors),
        f"`known` holds {sorted(kept)}, and {sorted(vectors)} have a vector",
    )
    for text, vector in kept.items():
        _same(text, vector, vectors[text])


def _list(found: Any, texts: list[str]) -> list[Any]:
    expect(isinstance(found, list | tuple), f"it returned {type(found).__name__}, not a list")
    expect(len(found) == len(texts), f"{len(texts)} texts became {len(found)} vectors")
    return list(found)


def _sent(probe: Probe, new: list[str]) -> None:
    sent = [text for asked in probe.requests for text in _texts(asked)]
    expect(probe.requests, "there was something new, and no request was sent")
    expect("" not in sent, "an empty text was sent, and the API refuses the others with it")
    expect(len(set(sent)) == len(sent), f"a text was sent twice: {sent}")
    expect(set(sent) >= set(new), f"of {new}, only {sent} was sent")
    expect(set(sent) <= set(new), f"only {new} was new, and {sent} was sent")
    expect(len(probe.requests) == 1, f"{len(probe.requests)} requests, and one can hold them all")


def _same(text: str, vector: Any, right: Any) -> None:
    expect(vector is not None, f"{text!r} got no vector")
    shape = np.shape(vector)
    expect(shape == (256,), f"the vector of {text!r} has the shape {shape}, not (256,)")
    expect(np.allclose(vector, right, atol=1e-6), f"{text!r} got the vector of another text")


def _many(answer: Callable[..., Any]) -> None:
    """More texts than one request may hold; then the second request fails."""
    texts = [f"Note {number}." for number in range(MOST + 300)]
    known: dict[str, Any] = {}
    probe = Probe([_embedded])
    try:
        found = _list(answer(probe.client, list(texts), known), texts)
    except openai.BadRequestError:
        largest = max(len(_texts(asked)) for asked in probe.requests)
        expect(largest <= MOST, f"a request holds {largest:,} texts; the API refuses it with a 400")
        raise
    for number in (0, MOST - 1, MOST, len(texts) - 1):
        _same(texts[number], found[number], _vector(texts[number], 256))
    expect(len(probe.requests) < 10, f"{len(probe.requests)} requests for {len(texts):,} texts")
    known.clear()
    probe = Probe([_embedded, FAILURES[CRASHED]])
    try:
        answer(probe.client, list(texts), known)
    except Exception:
        first = _texts(probe.requests[0])
        expect(
            all(text in known for text in first),
            f"the second request failed, and of {len(first):,} texts that were paid `known` holds "
            f"{len(known):,}",
        )
        return
    raise Wrong("the second of two requests failed with a 500, and nobody was told")


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
            "`for batch in batches(new):` sends no more than a request may hold, and nothing when "
            "nothing is new. Inside the loop, `zip(batch, answer.data)` pairs texts and vectors.",
            "The result comes from `known` alone: `[known.get(text) for text in texts]`.",
        ),
        reference='''
def embed_new(client, texts, known):
    """One vector for each text, in order. `known` is a dict: text -> vector."""
    new = list(dict.fromkeys(text for text in texts if text and text not in known))
    for batch in batches(new):
        model = "text-embedding-3-small"
        answer = client.embeddings.create(model=model, input=batch, dimensions=256)
        known.update(zip(batch, (item.embedding for item in answer.data)))
    return [known.get(text) for text in texts]
''',
    ),
]
