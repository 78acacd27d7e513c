"""Wrong answers to the exercises of lesson 15: (name, source, what the check must say)."""

_NEAREST = """
def nearest(client, text, vectors):
    answer = client.embeddings.create(model={model}, input=text{more})
    return int(np.{best}(vectors @ np.array(answer.data[0].embedding)))
"""
_SMALL = '"text-embedding-3-small"'
_SIZE = ", dimensions=vectors.shape[1]"

_RATE = """
def hit_rate(client, vectors, texts, wanted, k):
    answer = client.embeddings.create(model="text-embedding-3-small", input=texts{more})
    queries = np.array([item.embedding for item in answer.data])
    order = np.argsort({sign}queries @ vectors.T)
    return sum(row in best[:{k}] for row, best in zip(wanted, order)){share}
"""

_NEW = """
def embed_new(client, texts, known):
    new = {new}
    if {sends}:
        model = "text-embedding-3-small"
        answer = client.embeddings.create(model=model, input=new, dimensions=256)
        known.update(zip({names}, (item.embedding for item in answer.data)))
    return [known.get(text) for text in texts]
"""
_EACH = "list(dict.fromkeys(text for text in texts if text and text not in known))"

WRONG = {
    "15-1": [
        ("names no length", _NEAREST.format(model=_SMALL, more="", best="argmax"), "has 1536"),
        (
            "takes 256 for granted",
            _NEAREST.format(model=_SMALL, more=", dimensions=256", best="argmax"),
            "has 256 numbers and the notes have 64",
        ),
        (
            "takes the number of notes",
            _NEAREST.format(model=_SMALL, more=", dimensions=vectors.shape[0]", best="argmax"),
            "has 3 numbers",
        ),
        (
            "uses another model",
            _NEAREST.format(model='"text-embedding-3-large"', more=_SIZE, best="argmax"),
            "the notes are of another",
        ),
        (
            "takes the least alike",
            _NEAREST.format(model=_SMALL, more=_SIZE, best="argmin"),
            "it gave 2",
        ),
    ],
    "15-2": [
        (
            "one request a question",
            """
def hit_rate(client, vectors, texts, wanted, k):
    hits = 0
    for text, row in zip(texts, wanted):
        answer = client.embeddings.create(
            model="text-embedding-3-small", input=text, dimensions=vectors.shape[1]
        )
        hits += row in np.argsort(-vectors @ np.array(answer.data[0].embedding))[:k]
    return hits / len(texts)
""",
            "4 requests for four questions",
        ),
        (
            "forgets the length",
            _RATE.format(more="", sign="-", k="k", share=" / len(texts)"),
            "has 1536 numbers",
        ),
        (
            "looks at the first row only",
            _RATE.format(more=_SIZE, sign="-", k="1", share=" / len(texts)"),
            "hit@2 became 0.25",
        ),
        (
            "sorts upside down",
            _RATE.format(more=_SIZE, sign="", k="k", share=" / len(texts)"),
            "hit@1 became",
        ),
        (
            "counts, and does not divide",
            _RATE.format(more=_SIZE, sign="-", k="k", share=""),
            "hit@1 became 1",
        ),
    ],
    "15-3": [
        (
            "sends everything again",
            _NEW.format(
                new="list(dict.fromkeys(text for text in texts if text))", sends="new", names="new"
            ),
            "only ['Chair rocks.'] was new",
        ),
        (
            "sends a text twice",
            _NEW.format(
                new="[text for text in texts if text and text not in known]",
                sends="new",
                names="new",
            ),
            "sent twice",
        ),
        (
            "sends an empty text",
            _NEW.format(
                new="list(dict.fromkeys(text for text in texts if text not in known))",
                sends="new",
                names="new",
            ),
            "an empty text was sent",
        ),
        (
            "asks when nothing is new",
            _NEW.format(new=_EACH, sends="True", names="new"),
            "a request was sent all the same",
        ),
        (
            "pairs the vectors with all texts",
            _NEW.format(new=_EACH, sends="new", names="texts"),
            "vector of another",
        ),
        (
            "remembers nothing",
            """
def embed_new(client, texts, known):
    new = list(dict.fromkeys(text for text in texts if text and text not in known))
    answer = client.embeddings.create(model="text-embedding-3-small", input=new, dimensions=256)
    vectors = dict(zip(new, (item.embedding for item in answer.data)))
    return [vectors.get(text) for text in texts]
""",
            "`known` holds []",
        ),
        (
            "hides a failure",
            """
def embed_new(client, texts, known):
    new = list(dict.fromkeys(text for text in texts if text and text not in known))
    try:
        if new:
            answer = client.embeddings.create(
                model="text-embedding-3-small", input=new, dimensions=256
            )
            known.update(zip(new, (item.embedding for item in answer.data)))
    except Exception:
        pass
    return [known.get(text) for text in texts]
""",
            "nobody was told",
        ),
    ],
}
