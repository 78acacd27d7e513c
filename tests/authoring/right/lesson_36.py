"""Right answers to the exercises of lesson 36, in other ways than the reference."""

RIGHT = {
    "36-1": [
        (
            "an or of kinds, nested",
            """
def valid(kinds, year):
    kind = [{"type": "eq", "key": "kind", "value": each} for each in kinds]
    years = [
        {"type": "lte", "key": "since", "value": year},
        {"type": "gte", "key": "until", "value": year},
    ]
    both = {"type": "and", "filters": years}
    return {"type": "and", "filters": [{"type": "or", "filters": kind}, both]}
""",
        ),
        (
            "strict comparisons of the years beside it",
            """
def rule(type, key, value):
    return {"type": type, "key": key, "value": value}


def valid(kinds, year):
    parts = (
        rule("lt", "since", year + 1),
        rule("gt", "until", year - 1),
        rule("in", "kind", tuple(kinds)),
    )
    return dict(type="and", filters=list(parts))
""",
        ),
        (
            "the types of the SDK",
            """
from openai.types.shared_params import ComparisonFilter, CompoundFilter


def valid(kinds, year):
    compared = [("kind", "in", list(kinds)), ("since", "lte", year), ("until", "gte", year)]
    filters = []
    for key, type_, value in compared:
        filters.append(ComparisonFilter(key=key, type=type_, value=value))
    return CompoundFilter(type="and", filters=filters)
""",
        ),
    ],
    "36-2": [
        (
            "regular expressions and a counter",
            """
import re


def hit_rate(client, store_id, questions, k):
    if not questions:
        return 0.0
    found = 0
    for labelled in questions:
        pattern = r"\\s+".join(map(re.escape, labelled["quote"].split()))
        page = client.vector_stores.search(
            vector_store_id=store_id, query=labelled["question"], max_num_results=k
        )
        for hit in page.data:
            if any(re.search(pattern, part.text) for part in hit.content):
                found += 1
                break
    return found / len(questions)
""",
        ),
        (
            "numpy's mean",
            """
import numpy as np


def hit_rate(client, store_id, questions, k):
    found = []
    for each in questions:
        hits = client.vector_stores.search(store_id, query=each["question"], max_num_results=k)
        texts = [part.text.split() for hit in hits for part in hit.content]
        quote = " ".join(each["quote"].split())
        found.append(any(quote in " ".join(text) for text in texts))
    return float(np.mean(found)) if found else 0
""",
        ),
        (
            "small functions and a sum",
            """
def hit_rate(client, store_id, questions, k):
    def plain(text):
        return " ".join(text.split())

    def texts(question):
        given = {"query": question, "max_num_results": k}
        response = client.vector_stores.with_raw_response.search(store_id, **given)
        for hit in response.parse():
            yield from (plain(part.text) for part in hit.content)

    def is_hit(each):
        return any(plain(each["quote"]) in text for text in texts(each["question"]))

    return sum(map(is_hit, questions)) / max(1, len(questions))
""",
        ),
    ],
    "36-3": [
        (
            "pages by hand",
            """
def tidy(client, days):
    ids = []
    page = client.vector_stores.list()
    while True:
        for store in page.data:
            if store.expires_after or store.status == "expired":
                continue
            if store.metadata and store.metadata.get("keep") == "yes":
                continue
            ids.append(store.id)
        if not page.has_next_page():
            break
        page = page.get_next_page()
    for id_ in ids:
        after = {"anchor": "last_active_at", "days": days}
        client.vector_stores.update(vector_store_id=id_, expires_after=after)
    return ids
""",
        ),
        (
            "a function that says what is kept",
            """
def kept(store):
    labels = store.metadata or {}
    return (
        store.expires_after is not None
        or store.status == "expired"
        or ("keep" in labels and labels["keep"] == "yes")
    )


def tidy(client, days):
    stores = [store for store in client.vector_stores.list(limit=100) if not kept(store)]
    rule = dict(days=days, anchor="last_active_at")
    return [client.vector_stores.update(s.id, expires_after=rule).id for s in stores]
""",
        ),
        (
            "the oldest first, turned around",
            """
def tidy(client, days):
    changed = []
    for store in client.vector_stores.list(order="asc"):
        match store:
            case _ if store.status == "expired" or store.expires_after:
                pass
            case _ if (store.metadata or {}).get("keep", "") == "yes":
                pass
            case _:
                changed.append(store.id)
    changed.reverse()
    for id_ in changed:
        client.vector_stores.update(
            id_, expires_after={"anchor": "last_active_at", "days": days}
        )
    return changed
""",
        ),
    ],
}
