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
        (
            "gives the score",
            """
def nearest(client, text, vectors):
    model, size = "text-embedding-3-small", vectors.shape[1]
    answer = client.embeddings.create(model=model, input=text, dimensions=size)
    return float(np.max(vectors @ np.array(answer.data[0].embedding)))
""",
            "it gave 1.0",
        ),
        (
            "gives a list",
            """
def nearest(client, text, vectors):
    model, size = "text-embedding-3-small", vectors.shape[1]
    answer = client.embeddings.create(model=model, input=text, dimensions=size)
    return list(np.argsort(-(vectors @ np.array(answer.data[0].embedding)))[:1])
""",
            "it gave [",
        ),
        (
            "embeds each letter",
            _NEAREST.replace("input=text", "input=list(text)").format(
                model=_SMALL, more=_SIZE, best="argmax"
            ),
            "and the text is 'first'",
        ),
        (
            "counts from one",
            _NEAREST.format(model=_SMALL, more=_SIZE, best="argmax") + "_row = nearest\n"
            "def nearest(*given): return _row(*given) + 1\n",
            "most like row 0, it gave 1",
        ),
        (
            "row 0 for an error",
            """
def nearest(client, text, vectors):
    try:
        answer = client.embeddings.create(
            model="text-embedding-3-small", input=text, dimensions=vectors.shape[1]
        )
        return int(np.argmax(vectors @ np.array(answer.data[0].embedding)))
    except Exception:
        return 0
""",
            "is kept from the caller: it returned 0",
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
            "4 requests for 4 questions",
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
        (
            "in percent",
            _RATE.format(more=_SIZE, sign="-", k="k", share=" / len(texts) * 100"),
            "hit@1 became 25",
        ),
        (
            "one row too many",
            _RATE.format(more=_SIZE, sign="-", k="k + 1", share=" / len(texts)"),
            "hit@1 became 0.75",
        ),
        (
            "divides by the notes",
            _RATE.format(more=_SIZE, sign="-", k="k", share=" / len(vectors)"),
            "hit@1 became 0.333333",
        ),
        (
            "sorts over the questions",
            """
def hit_rate(client, vectors, texts, wanted, k):
    answer = client.embeddings.create(
        model="text-embedding-3-small", input=texts, dimensions=vectors.shape[1]
    )
    queries = np.array([item.embedding for item in answer.data])
    order = np.argsort(-vectors @ queries.T)
    return sum(row in best[:k] for row, best in zip(wanted, order)) / len(texts)
""",
            "with ranks 1, 2, 2 and 3, hit@2 became 0.25",
        ),
        (
            "a list of hits",
            _RATE.format(more=_SIZE, sign="-", k="k", share="").replace("sum(", "list("),
            "it returned list, not a number",
        ),
        (
            "another model",
            _RATE.format(more=_SIZE, sign="-", k="k", share=" / len(texts)").replace(
                "3-small", "3-large"
            ),
            "the model is 'text-embedding-3-large'",
        ),
        (
            "leaves out what comes last",
            _RATE.format(more=_SIZE, sign="-", k="k", share=" / len(texts)").replace(
                "input=texts", "input=texts[:-1]"
            ),
            "the request holds ['first', 'second', 'third']",
        ),
        (
            "no hits for an error",
            """
def hit_rate(client, vectors, texts, wanted, k):
    import openai

    try:
        answer = client.embeddings.create(
            model="text-embedding-3-small", input=texts, dimensions=vectors.shape[1]
        )
    except openai.APIError:
        return 0.0
    queries = np.array([item.embedding for item in answer.data])
    order = np.argsort(-queries @ vectors.T)
    return sum(row in best[:k] for row, best in zip(wanted, order)) / len(texts)
""",
            "is kept from the caller: it returned 0.0",
        ),
    ],
    "15-3": [
        (
            "sends all in one request",
            _NEW.format(new=_EACH, sends="new", names="new"),
            "a request holds 2,348 texts",
        ),
        (
            "keeps the vectors when all are there",
            """
def embed_new(client, texts, known):
    new = list(dict.fromkeys(text for text in texts if text and text not in known))
    fresh = {}
    for batch in batches(new):
        answer = client.embeddings.create(
            model="text-embedding-3-small", input=batch, dimensions=256
        )
        fresh.update(zip(batch, (item.embedding for item in answer.data)))
    known.update(fresh)
    return [known.get(text) for text in texts]
""",
            "of 2,048 texts that were paid `known` holds 0",
        ),
        (
            "one request a text",
            """
def embed_new(client, texts, known):
    for text in texts:
        if text and text not in known:
            answer = client.embeddings.create(
                model="text-embedding-3-small", input=text, dimensions=256
            )
            known[text] = answer.data[0].embedding
    return [known.get(text) for text in texts]
""",
            "2 requests, and one can hold them all",
        ),
        (
            "forgets the length",
            _NEW.format(new=_EACH, sends="new", names="new").replace(", dimensions=256", ""),
            "has the shape (1536,), not (256,)",
        ),
        (
            "the large model",
            _NEW.format(new=_EACH, sends="new", names="new").replace("3-small", "3-large"),
            "the model is 'text-embedding-3-large'",
        ),
        (
            "leaves the empty text out",
            _NEW.format(new=_EACH, sends="new", names="new").replace(
                "for text in texts]", "for text in texts if text]"
            ),
            "4 texts became 3 vectors",
        ),
        (
            "only what is new comes back",
            _NEW.format(new=_EACH, sends="new", names="new").replace(
                "for text in texts]", "for text in new]"
            ),
            "4 texts became 2 vectors",
        ),
        (
            "a set of new texts, paired in another order",
            _NEW.format(
                new=f"set({_EACH})", sends="new", names="sorted(new, reverse=True)"
            ).replace("input=new", "input=sorted(new)"),
            "'Radio hums.' got the vector of another text",
        ),
        (
            "returns a dict",
            _NEW.format(new=_EACH, sends="new", names="new").replace(
                "[known.get(text) for text in texts]", "known"
            ),
            "it returned dict, not a list",
        ),
        (
            "hides the failure of a later batch",
            """
def embed_new(client, texts, known):
    new = list(dict.fromkeys(text for text in texts if text and text not in known))
    for number, batch in enumerate(batches(new)):
        try:
            answer = client.embeddings.create(
                model="text-embedding-3-small", input=batch, dimensions=256
            )
        except Exception:
            if number == 0:
                raise
            break
        known.update(zip(batch, (item.embedding for item in answer.data)))
    return [known.get(text) for text in texts]
""",
            "the second of two requests failed",
        ),
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
            "is kept from the caller",
        ),
    ],
}
