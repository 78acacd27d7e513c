"""Right answers to the exercises of lesson 15, in other ways than the reference."""

RIGHT = {
    "15-1": [
        (
            "the length of a row, a list of one text",
            """
def nearest(client, text, vectors):
    answer = client.embeddings.create(
        model="text-embedding-3-small",
        input=[text],
        dimensions=len(vectors[0]),
        encoding_format="float",
    )
    [item] = answer.data
    scores = np.asarray(vectors) @ item.embedding
    return scores.argmax()
""",
        ),
        (
            "plain Python",
            """
def nearest(client, text, vectors):
    rows, size = vectors.shape
    raw = client.embeddings.with_raw_response.create(
        input=text, dimensions=size, model="text-embedding-3-small"
    )
    query = raw.parse().data[0].embedding
    return max(range(rows), key=lambda i: sum(a * b for a, b in zip(vectors[i], query)))
""",
        ),
        (
            "all numbers, cut and stretched",
            """
def nearest(client, text, vectors):
    answer = client.embeddings.create(model="text-embedding-3-small", input=text)
    query = shorten(np.array([answer.data[0].embedding]), vectors.shape[1])
    return int((query @ vectors.T).argsort()[0, -1])
""",
        ),
        (
            "the least distance",
            """
def nearest(client, text, vectors):
    model, size = "text-embedding-3-small", vectors.shape[-1]
    answer = client.embeddings.create(model=model, input=text, dimensions=size)
    away = np.linalg.norm(vectors - np.array(answer.data[0].embedding), axis=1)
    return int(np.argmin(away))
""",
        ),
    ],
    "15-2": [
        (
            "sorts upwards and turns each line",
            """
def hit_rate(client, vectors, texts, wanted, k):
    answer = client.embeddings.create(
        model="text-embedding-3-small", input=texts, dimensions=vectors.shape[1]
    )
    hits = 0
    for item, right in zip(answer.data, wanted):
        scores = vectors @ np.array(item.embedding)
        hits += int(right in np.argsort(scores)[::-1][:k])
    return hits / len(answer.data)
""",
        ),
        (
            "columns of scores, the last k",
            """
def hit_rate(client, vectors, texts, wanted, k):
    answer = client.embeddings.create(
        model="text-embedding-3-small", input=list(texts), dimensions=len(vectors[0])
    )
    queries = np.array([item.embedding for item in answer.data])
    best = np.argsort(vectors @ queries.T, axis=0)[-k:]
    return (best == np.array(wanted)).any(axis=0).mean()
""",
        ),
        (
            "counts what is better",
            """
def hit_rate(client, vectors, texts, wanted, k):
    from fractions import Fraction

    data = client.embeddings.create(
        model="text-embedding-3-small", input=tuple(texts), dimensions=vectors.shape[1]
    ).data
    scores = np.stack([each.embedding for each in data]) @ vectors.T
    ranks = (scores > scores[np.arange(len(texts)), wanted][:, None]).sum(axis=1) + 1
    return Fraction(int((ranks <= k).sum()), len(texts))
""",
        ),
        (
            "argpartition and sets",
            """
def hit_rate(client, vectors, texts, wanted, k):
    from decimal import Decimal

    answer = client.embeddings.create(model="text-embedding-3-small", input=texts)
    queries = shorten(np.array([d.embedding for d in answer.data]), vectors.shape[1])
    found = [
        set(sorted(range(len(vectors)), key=lambda row: -float(q @ vectors[row]))[:k])
        for q in queries
    ]
    return Decimal(sum(1 for w, rows in zip(wanted, found) if w in rows)) / len(texts)
""",
        ),
    ],
    "15-3": [
        (
            "a loop, a set and slices",
            """
def embed_new(client, texts, known):
    new, seen = [], set(known)
    for text in texts:
        if text == "" or text in seen:
            continue
        seen.add(text)
        new.append(text)
    for start in range(0, len(new), 2048):
        part = new[start : start + 2048]
        data = client.embeddings.create(
            model="text-embedding-3-small", input=part, dimensions=256
        ).data
        for text, item in zip(part, data):
            known[text] = np.array(item.embedding)
    return [known[text] if text else None for text in texts]
""",
        ),
        (
            "a recursion, looked up by index",
            """
def embed_new(client, texts, known):
    new = sorted({text for text in texts if text} - known.keys())
    if new:
        answer = client.embeddings.create(
            model="text-embedding-3-small", input=new[:2048], dimensions=256
        )
        for item in answer.data:
            known[new[item.index]] = item.embedding
        return embed_new(client, texts, known)
    return tuple(map(known.get, texts))
""",
        ),
        (
            "small batches, all numbers cut by hand, None for the empty text kept",
            """
def embed_new(client, texts, known):
    known.setdefault("", None)
    todo = [text for text in dict.fromkeys(texts) if text not in known]
    while todo:
        batch, todo = todo[:1000], todo[1000:]
        answer = client.with_options(timeout=30).embeddings.create(
            model="text-embedding-3-small", input=batch
        )
        rows = shorten(np.array([item.embedding for item in answer.data]), 256)
        known |= dict(zip(batch, rows.tolist()))
    return [known[text] for text in texts]
""",
        ),
        (
            "the error of the API as its own",
            """
class NotEmbedded(Exception):
    pass

def embed_new(client, texts, known):
    import openai

    new = list({text: None for text in texts if len(text) > 0 and known.get(text) is None})
    try:
        for batch in batches(new):
            answer = client.embeddings.create(
                model="text-embedding-3-small", input=batch, dimensions=256
            )
            known.update({t: d.embedding for t, d in zip(batch, answer.data, strict=True)})
    except openai.OpenAIError as error:
        raise NotEmbedded(len(new)) from error
    return [known.get(text) for text in texts]
""",
        ),
    ],
}
