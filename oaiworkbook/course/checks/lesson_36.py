"""Exercises of lesson 36, Vector stores."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect

Json = dict[str, Any]

COMPARED = {"eq": eq, "ne": ne, "gt": gt, "gte": ge, "lt": lt, "lte": le}
KINDS = ("rules", "handbook", "minutes", "board")
YEARS = range(2021, 2030)


def valid(answer: Callable[..., Any]) -> str:
    for kinds, year in ((["rules", "handbook"], 2025), (["minutes"], 2026), (list(KINDS), 2024)):
        rule = answer(list(kinds), year)
        expect(isinstance(rule, dict), f"it returned {rule!r}, not a filter")
        try:
            json.dumps(rule)
        except TypeError as error:
            raise Wrong(f"it returned {rule!r}, which is no JSON: {error}") from error
        call = f"valid({kinds}, {year})"
        for what, labels in _papers(kinds, year):
            wanted = labels["kind"] in kinds and labels["since"] <= year <= labels["until"]
            kept = _fits(rule, labels)
            expect(kept == wanted, f"`{call}` {'keeps' if kept else 'drops'} {what}: {labels}")
    return "Only what holds in that year is searched."


def _papers(kinds: list[str], year: int) -> Iterator[tuple[str, Json]]:
    """What is special about a paper, and its labels."""
    other = next((kind for kind in KINDS if kind not in kinds), "letter")
    for what, kind, since, until in (
        ("a paper of another kind that has ended", other, -3, -1),
        ("a paper of another kind", other, -1, 1),
        ("a paper that holds before and after", kinds[0], -1, 1),
        ("a paper that begins in that year", kinds[0], 0, 1),
        ("a paper that ends in that year", kinds[0], -1, 0),
        ("a paper of the last kind", kinds[-1], -1, 1),
    ):
        yield what, {"kind": kind, "since": year + since, "until": year + until}
    for kind in (*KINDS, "letter"):
        for since in YEARS:
            for until in range(since, YEARS.stop):
                yield "a paper", {"kind": kind, "since": since, "until": until}


def _fits(rule: Any, labels: Mapping[str, Any]) -> bool:
    """What the API's filter does with a file that has all three labels."""
    expect(isinstance(rule, Mapping), f"within the filter stands {rule!r}, which is no filter")
    kind = rule.get("type")
    if kind in ("and", "or"):
        parts = rule.get("filters")
        expect(isinstance(parts, list | tuple), f"`filters` of {kind!r} is {parts!r}, not a list")
        expect(len(parts) > 0, f"`filters` of {kind!r} is empty")
        kept = [_fits(part, labels) for part in parts]
        return all(kept) if kind == "and" else any(kept)
    key, value = rule.get("key"), rule.get("value")
    expect(key in labels, f"a filter has the `key` {key!r}: no paper has this label")
    given = labels[key]
    listed = isinstance(value, list | tuple)
    if kind in ("in", "nin"):
        expect(listed, f"`value` of {kind!r} is {value!r}, not a list")
        return bool((given in value) == (kind == "in"))
    expect(kind in COMPARED, f"a filter has the `type` {kind!r}, which the API does not have")
    same = not listed and isinstance(value, str) == isinstance(given, str)
    expect(same, f"the filter on {key!r} compares with {value!r}")
    return bool(COMPARED[kind](given, value))


STORE = "vs_abc"
# What is asked, the quote, the texts of each result, whether it is a hit, and what is special.
SEARCHED: list[tuple[str, str, list[list[str]], bool, str]] = [
    (
        "When is it quiet?",
        "from 22:00 to 7:00",
        [["Quiet hours are from 22:00 to 7:00."], ["Be quiet from 22:00 to 7:00."]],
        True,
        "two results have the quote",
    ),
    (
        "Where is the key?",
        "in the cellar of house 1",
        [["No."], ["Keys hang in\nthe  cellar\tof house 1."]],
        True,
        "the text has line breaks and other white space in the quote",
    ),
    (
        "Who pays?",
        "the\n cooperative  pays",
        [["All the rest the cooperative pays."]],
        True,
        "the quote itself has a line break",
    ),
    (
        "What is red?",
        "the red door",
        [["Nothing."], ["A fence.", "Paint the red door."]],
        True,
        "the quote is in the second text of the second result",
    ),
    (
        "May I sing?",
        "sing all day",
        [["Nobody may sing", "all day long they rest."]],
        False,
        "the quote begins in one text and ends in the next",
    ),
    (
        "May I dance?",
        "dance all night",
        [["Nobody may dance"], ["all night they rest."]],
        False,
        "the quote begins in one result and ends in the next",
    ),
    (
        "Who sings?",
        "no body",
        [["And nobody sings."]],
        False,
        "the text lacks a blank of the quote",
    ),
    ("Who is May?", "ask May", [["You may ask may I."]], False, "a capital differs"),
    ("Is there a sauna?", "the sauna", [], False, "nothing came back"),
    ("Who has a cat?", "a cat", [["A dog lives here."]], False, "the words are in no text"),
]


def _page(asked: Asked) -> Json:
    found = next((each for each in SEARCHED if each[0] == asked.body.get("query")), None)
    data = [
        {"file_id": "file-1", "filename": "a.md", "score": 0.5, "attributes": {}}
        | {"content": [{"type": "text", "text": text} for text in texts]}
        for texts in (found[2] if found else [])
    ]
    page = {"object": "vector_store.search_results.page", "search_query": [asked.body.get("query")]}
    return {"status": 200, "json": page | {"data": data, "has_more": False, "next_page": None}}


def hit_rate(answer: Callable[..., Any]) -> str:
    for question, quote, _, hit, what in SEARCHED:
        probe = Probe([_page])
        found = answer(probe.client, STORE, [{"question": question, "quote": quote}], 4)
        _searches(probe.requests, [question], 4)
        expect(found == int(hit), f"for one question it returned {found!r}: {what}")
    labelled = [{"question": each[0], "quote": each[1]} for each in SEARCHED]
    for number, k in ((3, 1), (5, 3), (10, 20)):
        probe = Probe([_page])
        found = answer(probe.client, STORE, labelled[:number], k)
        _searches(probe.requests, [each["question"] for each in labelled[:number]], k)
        wanted = sum(each[3] for each in SEARCHED[:number]) / number
        close = isinstance(found, int | float) and abs(found - wanted) < 1e-9
        expect(close, f"for {number} questions it returned {found!r}, not {wanted:.3f}")
    probe = Probe([_page])
    found = answer(probe.client, STORE, [], 3)
    expect(found == 0, f"without questions it returned {found!r}, not 0")
    expect(not probe.requests, "without questions it sent a request")
    for first in ([], [_page]):
        passes_on(lambda probe: answer(probe.client, STORE, labelled[:2], 3), first=first)
    return "Now you can compare a store with another one, cut anew."


def _searches(requests: Sequence[Asked], questions: list[str], k: int) -> None:
    sent = len(requests)
    expect(sent == len(questions), f"for {len(questions)} questions it sent {sent} requests")
    for asked in requests:
        right = asked.path == f"/vector_stores/{STORE}/search"
        expect(right, f"a request goes to `{asked.path}`: that is no search of {STORE!r}")
        most = asked.body.get("max_num_results")
        expect(most == k, f"with k = {k} a search asks for `max_num_results` {most!r}")
        more = sorted({"filters", "ranking_options", "rewrite_query"} & asked.body.keys())
        expect(not more, f"a search also sends {more}: only the question and k were wanted")
    queries = [asked.body.get("query") for asked in requests]
    expect(sorted(map(str, queries)) == sorted(questions), f"the queries were {queries}")


WEEK = {"anchor": "last_active_at", "days": 7}


def _store(id_: str, **more: Any) -> Json:
    counts = {"in_progress": 0, "completed": 1, "failed": 0, "cancelled": 0, "total": 1}
    body = {"id": id_, "object": "vector_store", "created_at": 1, "name": id_, "description": None}
    body |= {"usage_bytes": 9, "file_counts": counts, "status": "completed"}
    body |= {"expires_after": None, "expires_at": None, "last_active_at": 1, "metadata": {}}
    return body | more


# Store, whether it is to be changed, and what is special about it.
STORES = [
    (_store("vs_a"), True, "it has no `expires_after`"),
    (_store("vs_b", expires_after=WEEK, expires_at=604_801), False, "it has an `expires_after`"),
    (_store("vs_c", metadata=None), True, "its `metadata` is missing"),
    (_store("vs_d", metadata={"keep": "yes", "by": "Ada"}), False, 'it says `"keep": "yes"`'),
    (_store("vs_e", metadata={"keep": "no"}), True, 'it says `"keep": "no"`'),
    (_store("vs_f", status="expired"), False, "it is expired"),
    (_store("vs_g", status="in_progress"), True, "a file of it is in progress"),
    (_store("vs_h", metadata={"by": "yes"}), True, "its `metadata` has another key"),
]
PER_PAGE = 3


def _stores(asked: Asked) -> Json:
    if asked.method == "POST":
        return {"status": 200, "json": _store(asked.path.rpartition("/")[2]) | dict(asked.body)}
    given = dict(part.split("=", 1) for part in asked.query.split("&") if part)
    bodies = [store for store, _, _ in STORES]
    if given.get("order") == "asc":
        bodies.reverse()
    ids = [store["id"] for store in bodies]
    start = ids.index(given["after"]) + 1 if "after" in given else 0
    data = bodies[start : start + PER_PAGE]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]}
    more = start + PER_PAGE < len(bodies)
    return {"status": 200, "json": {"object": "list", "data": data, **ends, "has_more": more}}


def tidy(answer: Callable[..., Any]) -> str:
    for days in (30, 7):
        probe = Probe([_stores])
        found = answer(probe.client, days)
        _changed(probe.requests, days)
        wanted = [store["id"] for store, change, _ in STORES if change]
        expect(isinstance(found, list), f"it returned {found!r}, not a list")
        expect(found == wanted, f"it returned {found}, not {wanted}")
    for first in ([], [_stores], [_stores, _stores]):
        passes_on(lambda probe: answer(probe.client, 30), first=first, then=[_stores])
    return "What nobody uses for so long ends by itself, and its bill too."


def _changed(requests: Sequence[Asked], days: int) -> None:
    sent = [asked for asked in requests if asked.method != "GET"]
    for asked in sent:
        right = asked.method == "POST" and asked.path.startswith("/vector_stores/vs_")
        expect(right, f"it sent `{asked.method} {asked.path}`: stores are updated only")
    ids = [asked.path.rpartition("/")[2] for asked in sent]
    for store, change, what in STORES:
        times = ids.count(store["id"])
        verb = "not changed" if not times else f"changed {times} times" if times > 1 else "changed"
        expect(times == int(change), f"{store['id']} was {verb}: {what}")
    for asked in sent:
        rule = asked.body.get("expires_after")
        wanted = {"anchor": "last_active_at", "days": days}
        expect(rule == wanted, f"with days = {days} a store gets `expires_after` {rule!r}")
        more = sorted(asked.body.keys() - {"expires_after"})
        expect(not more, f"an update also changes {more}")


EXERCISES = [
    Exercise(
        "36-1",
        valid,
        (
            "Three filters: on `kind`, on `since`, on `until`. A fourth one joins them.",
            'A paper has begun when `since` is less than or equal to the year: `"lte"`.',
            'For the kinds `"in"` takes the whole list as its `value`.',
        ),
        """def valid(kinds, year):
    begun = {"type": "lte", "key": "since", "value": year}
    holds = {"type": "gte", "key": "until", "value": year}
    kind = {"type": "in", "key": "kind", "value": kinds}
    return {"type": "and", "filters": [kind, begun, holds]}
""",
    ),
    Exercise(
        "36-2",
        hit_rate,
        (
            "`client.vector_stores.search(store_id, query=..., max_num_results=k)`",
            'A function `bare(text)` that returns `" ".join(text.split())` is used for both sides.',
            "Two loops in one `any`: over the results, and over the `content` of each.",
        ),
        """def hit_rate(client, store_id, questions, k):
    def bare(text):
        return " ".join(text.split())

    hits = 0
    for each in questions:
        found = client.vector_stores.search(
            store_id, query=each["question"], max_num_results=k
        )
        texts = [bare(part.text) for result in found for part in result.content]
        hits += any(bare(each["quote"]) in text for text in texts)
    return hits / len(questions) if questions else 0
""",
    ),
    Exercise(
        "36-3",
        tidy,
        (
            "A loop over `client.vector_stores.list()` fetches page after page by itself.",
            '`(store.metadata or {}).get("keep")` works where `metadata` is missing.',
            "`client.vector_stores.update(store.id, expires_after=...)`: anchor and days, no more.",
        ),
        """def tidy(client, days):
    rule = {"anchor": "last_active_at", "days": days}
    changed = []
    for store in client.vector_stores.list():
        keep = (store.metadata or {}).get("keep") == "yes"
        if store.expires_after is None and store.status != "expired" and not keep:
            client.vector_stores.update(store.id, expires_after=rule)
            changed.append(store.id)
    return changed
""",
    ),
]
