"""Typical mistakes in lesson 36, and what the check says to each."""

_VALID = """
def valid(kinds, year):
    begun = {begun}
    holds = {holds}
    kind = {kind}
    return {{"type": "{type}", "filters": [kind, begun, holds]}}
"""
_RULE = {
    "begun": '{"type": "lte", "key": "since", "value": year}',
    "holds": '{"type": "gte", "key": "until", "value": year}',
    "kind": '{"type": "in", "key": "kind", "value": kinds}',
    "type": "and",
}

_RATE = """
def hit_rate(client, store_id, questions, k):
    hits = 0
    for each in questions:
        found = client.vector_stores.search({search})
        texts = {texts}
        quote = {quote}
        {count}
    return {share}
"""
_ONE = {
    "search": 'store_id, query=each["question"], max_num_results=k',
    "texts": '[" ".join(part.text.split()) for result in found for part in result.content]',
    "quote": '" ".join(each["quote"].split())',
    "count": "hits += any(quote in text for text in texts)",
    "share": "hits / len(questions) if questions else 0",
}

_TIDY = """
def tidy(client, days):
    rule = {rule}
    changed = []
    for store in {stores}:
        keep = {keep}
        if {if_}:
            client.vector_stores.update({update})
            changed.append({add})
    return changed
"""
_ALL = {
    "rule": '{"anchor": "last_active_at", "days": days}',
    "stores": "client.vector_stores.list()",
    "keep": '(store.metadata or {}).get("keep") == "yes"',
    "if_": 'store.expires_after is None and store.status != "expired" and not keep',
    "update": "store.id, expires_after=rule",
    "add": "store.id",
}


def _valid(**other: str) -> str:
    return _VALID.format(**_RULE | other)


def _rate(**other: str) -> str:
    return _RATE.format(**_ONE | other)


def _tidy(**other: str) -> str:
    return _TIDY.format(**_ALL | other)


WRONG = {
    "36-1": [
        (
            "leaves the first year out",
            _valid(begun='{"type": "lt", "key": "since", "value": year}'),
            "drops a paper that begins in that year",
        ),
        (
            "leaves the last year out",
            _valid(holds='{"type": "gt", "key": "until", "value": year}'),
            "drops a paper that ends in that year",
        ),
        (
            "turns the years around",
            _valid(
                begun='{"type": "gte", "key": "since", "value": year}',
                holds='{"type": "lte", "key": "until", "value": year}',
            ),
            "drops a paper that holds before and after",
        ),
        (
            "joins by or",
            _valid(type="or"),
            "keeps a paper of another kind that has ended",
        ),
        (
            "takes one kind only",
            _valid(kind='{"type": "eq", "key": "kind", "value": kinds[0]}'),
            "drops a paper of the last kind",
        ),
        (
            "compares the kind with a list",
            _valid(kind='{"type": "eq", "key": "kind", "value": kinds}'),
            "compares with ['rules', 'handbook']",
        ),
        (
            "the kind's exclusion",
            _valid(kind='{"type": "nin", "key": "kind", "value": kinds}'),
            "keeps a paper of another kind:",
        ),
        (
            "an operator of Python",
            _valid(begun='{"type": "<=", "key": "since", "value": year}'),
            "a filter has the `type` '<=', which the API does not have",
        ),
        (
            "the year as a text",
            _valid(begun='{"type": "lte", "key": "since", "value": str(year)}'),
            "the filter on 'since' compares with '2025'",
        ),
        (
            "another label",
            _valid(begun='{"type": "lte", "key": "year", "value": year}'),
            "a filter has the `key` 'year': no paper has this label",
        ),
        (
            "a list of filters",
            """
def valid(kinds, year):
    begun = {"type": "lte", "key": "since", "value": year}
    return [begun, {"type": "in", "key": "kind", "value": kinds}]
""",
            ", not a filter",
        ),
        (
            "a set of kinds",
            _valid(kind='{"type": "in", "key": "kind", "value": set(kinds)}'),
            "which is no JSON",
        ),
    ],
    "36-2": [
        (
            "leaves line breaks in the texts",
            _rate(texts="[part.text for result in found for part in result.content]"),
            "it returned 0.0: the text has line breaks",
        ),
        (
            "leaves line breaks in the quote",
            _rate(quote='each["quote"]'),
            "it returned 0.0: the quote itself has a line break",
        ),
        (
            "reads the first text only",
            _rate(texts='[" ".join(result.content[0].text.split()) for result in found]'),
            "the quote is in the second text of the second result",
        ),
        (
            "reads the first result only",
            _rate(texts='[" ".join(p.text.split()) for r in found.data[:1] for p in r.content]'),
            "for one question it returned 0.0: the text has line breaks",
        ),
        (
            "joins the texts",
            _rate(texts='[" ".join(" ".join(p.text for r in found for p in r.content).split())]'),
            "it returned 1.0: the quote begins in one text and ends in the next",
        ),
        (
            "ignores capitals",
            _rate(count="hits += any(quote.lower() in text.lower() for text in texts)"),
            "it returned 1.0: a capital differs",
        ),
        (
            "takes ten results",
            _rate(search='store_id, query=each["question"]'),
            "with k = 4 a search asks for `max_num_results` None",
        ),
        (
            "lets the query be rewritten",
            _rate(search='store_id, query=each["question"], max_num_results=k, rewrite_query=True'),
            "a search also sends ['rewrite_query']",
        ),
        (
            "searches for the quote",
            _rate(search='store_id, query=each["quote"], max_num_results=k'),
            "the queries were ['from 22:00 to 7:00']",
        ),
        (
            "counts each text",
            _rate(count="hits += sum(quote in text for text in texts)"),
            "it returned 2.0: two results have the quote",
        ),
        (
            "divides by nothing",
            _rate(share="hits / len(questions)"),
            "division by zero",
        ),
        (
            "returns a count",
            _rate(share="hits"),
            "for 3 questions it returned 3, not 1.000",
        ),
        (
            "hides an error of the API",
            """
def hit_rate(client, store_id, questions, k):
    hits = 0
    for each in questions:
        try:
            found = client.vector_stores.search(
                store_id, query=each["question"], max_num_results=k
            )
        except Exception:
            continue
        texts = [" ".join(part.text.split()) for result in found for part in result.content]
        hits += any(" ".join(each["quote"].split()) in text for text in texts)
    return hits / len(questions) if questions else 0
""",
            "is kept from the caller",
        ),
    ],
    "36-3": [
        (
            "looks at one page only",
            _tidy(stores="client.vector_stores.list().data"),
            "vs_e was not changed",
        ),
        (
            "changes those that expire already",
            _tidy(if_='store.status != "expired" and not keep'),
            "vs_b was changed: it has an `expires_after`",
        ),
        (
            "changes what is to be kept",
            _tidy(if_='store.expires_after is None and store.status != "expired"'),
            "vs_d was changed: it says",
        ),
        (
            "changes what is expired",
            _tidy(if_="store.expires_after is None and not keep"),
            "vs_f was changed: it is expired",
        ),
        (
            "takes complete stores only",
            _tidy(if_='store.expires_after is None and store.status == "completed" and not keep'),
            "vs_g was not changed: a file of it is in progress",
        ),
        (
            "stumbles over missing metadata",
            _tidy(keep='store.metadata.get("keep") == "yes"'),
            "'NoneType' object has no attribute 'get'",
        ),
        (
            "keeps whatever says keep",
            _tidy(keep='"keep" in (store.metadata or {})'),
            "vs_e was not changed: it says",
        ),
        (
            "keeps whatever says yes",
            _tidy(keep='"yes" in (store.metadata or {}).values()'),
            "vs_h was not changed: its `metadata` has another key",
        ),
        (
            "a fixed number of days",
            _tidy(rule='{"anchor": "last_active_at", "days": 30}'),
            "with days = 7 a store gets `expires_after`",
        ),
        (
            "from the day it was made",
            _tidy(rule='{"anchor": "created_at", "days": days}'),
            "a store gets `expires_after` {'anchor': 'created_at'",
        ),
        (
            "empties the metadata",
            _tidy(update="store.id, expires_after=rule, metadata={}"),
            "an update also changes ['metadata']",
        ),
        (
            "returns the stores",
            _tidy(add="store"),
            "it returned [VectorStore(",
        ),
        (
            "deletes them",
            """
def tidy(client, days):
    gone = []
    for store in client.vector_stores.list():
        keep = (store.metadata or {}).get("keep") == "yes"
        if store.expires_after is None and store.status != "expired" and not keep:
            gone.append(client.vector_stores.delete(store.id).id)
    return gone
""",
            "it sent `DELETE /vector_stores/vs_a`",
        ),
        (
            "goes on after an error",
            """
def tidy(client, days):
    rule = {"anchor": "last_active_at", "days": days}
    changed = []
    for store in client.vector_stores.list():
        keep = (store.metadata or {}).get("keep") == "yes"
        if store.expires_after is None and store.status != "expired" and not keep:
            try:
                client.vector_stores.update(store.id, expires_after=rule)
                changed.append(store.id)
            except Exception:
                pass
    return changed
""",
            "is kept from the caller",
        ),
    ],
}
