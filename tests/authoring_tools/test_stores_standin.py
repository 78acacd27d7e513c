"""The stand-in's vector stores: what they cut, keep, refuse and find."""

import json
from itertools import pairwise
from typing import Any

import openai
import pytest

from tests.authoring.standin import ASSETS, standin
from tests.authoring.standin.make_court_texts import GUESTS, texts
from tests.authoring.standin.searched_stores import cut, fits

Json = dict[str, Any]
SMALL: Any = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50},
}


@pytest.fixture
def client() -> Any:
    with standin("36_vector_stores") as server:
        yield openai.OpenAI(base_url=server.url, api_key="sk-test", max_retries=0)


def test_every_chunk_and_query_has_a_vector() -> None:
    stored = json.loads((ASSETS / "36_texts.json").read_text("utf-8"))
    assert stored == list(dict.fromkeys(texts()))


def test_chunks_overlap_and_lose_nothing() -> None:
    text = " ".join(f"word{n}" for n in range(200))
    assert cut(text, 10_000, 0) == [text]
    assert "".join(cut(text, 100, 0)) == text
    halves = cut(text, 100, 50)
    assert all(later[:60] in before for before, later in pairwise(halves))
    assert halves[-1].endswith("word199")


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"type": "eq", "key": "kind", "value": "a"}, True),
        ({"type": "ne", "key": "kind", "value": "a"}, False),
        ({"type": "gte", "key": "year", "value": 2026}, True),
        ({"type": "gt", "key": "year", "value": 2026}, False),
        ({"type": "lt", "key": "year", "value": 2027}, True),
        ({"type": "lte", "key": "year", "value": 2025}, False),
        ({"type": "in", "key": "kind", "value": ["a", "b"]}, True),
        ({"type": "nin", "key": "kind", "value": ["a", "b"]}, False),
        ({"type": "eq", "key": "absent", "value": 1}, False),
    ],
)
def test_filters(rule: Json, kept: bool) -> None:
    labels = {"kind": "a", "year": 2026}
    assert fits(rule, labels) is kept
    other = {"type": "eq", "key": "kind", "value": "b"}
    assert fits({"type": "or", "filters": [other, rule]}, labels) is kept
    assert fits({"type": "and", "filters": [other, rule]}, labels) is False


def uploaded(client: Any, name: str, content: bytes) -> str:
    return str(client.files.create(file=(name, content), purpose="assistants").id)


def test_a_batch_goes_on_with_each_look_and_says_which_file_failed(client: Any) -> None:
    ids = [uploaded(client, "a.md", b"Text."), uploaded(client, "b.md", b"\x89PNG\xff")]
    store = client.vector_stores.create(name="x").id
    batches = client.vector_stores.file_batches
    batch = batches.create(store, file_ids=ids)
    assert batch.id.startswith("vsfb_")
    counts = [batches.retrieve(batch.id, vector_store_id=store).file_counts for _ in range(2)]
    assert [(c.in_progress, c.completed, c.failed) for c in counts] == [(1, 1, 0), (0, 1, 1)]
    listed = list(batches.list_files(batch.id, vector_store_id=store))
    assert [file.status for file in listed] == ["completed", "failed"]
    assert listed[1].last_error.code == "unsupported_file"
    failed = client.vector_stores.files.list(store, filter="failed")
    assert [file.id for file in failed] == ids[1:]


def test_another_ending_is_refused_with_the_whole_batch(client: Any) -> None:
    ids = [uploaded(client, "a.md", b"Text."), uploaded(client, "b.csv", b"a,b")]
    store = client.vector_stores.create(name="x").id
    with pytest.raises(openai.BadRequestError, match=r"\[\.csv\]") as caught:
        client.vector_stores.file_batches.create(store, file_ids=ids)
    assert (caught.value.code, caught.value.param) == ("unsupported_file", "file_ids")
    assert client.vector_stores.retrieve(store).file_counts.total == 0


def test_a_search_keeps_to_filter_threshold_and_number(client: Any) -> None:
    from oaiworkbook import sample

    handbook = client.files.create(file=sample("coop_handbook.md"), purpose="assistants").id
    store = client.vector_stores.create(name="x").id
    labels = {"year": 2026}
    given: Any = {"attributes": labels, "chunking_strategy": SMALL}
    client.vector_stores.files.create(store, file_id=handbook, **given)
    assert client.vector_stores.search(store, query=GUESTS).data == []
    assert (
        client.vector_stores.files.retrieve(handbook, vector_store_id=store).status == "completed"
    )

    def scores(**more: Any) -> list[float]:
        return [hit.score for hit in client.vector_stores.search(store, query=GUESTS, **more)]

    assert len(scores()) == 10
    assert scores() == sorted(scores(), reverse=True)
    assert scores(max_num_results=2) == scores()[:2]
    limit = scores()[1]
    assert scores(ranking_options={"score_threshold": limit}) == scores()[:2]
    assert scores(filters={"type": "eq", "key": "year", "value": 2024}) == []


def test_what_was_deleted_leaves_the_list_and_still_answers(client: Any) -> None:
    store = client.vector_stores.create(
        name="x", expires_after={"anchor": "last_active_at", "days": 1}
    )
    assert store.expires_at == store.created_at + 86_400
    assert [each.id for each in client.vector_stores.list()] == [store.id]
    client.vector_stores.delete(store.id)
    assert client.vector_stores.list().data == []
    assert client.vector_stores.retrieve(store.id).name == "x"
