"""The stand-in's vectors: the open model's cosines at every length, and the API's wire form."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest

from oaiworkbook.practice.server import PracticeServer

from ..authoring.standin import ASSETS, standin

SMALL, LARGE = "text-embedding-3-small", "text-embedding-3-large"
TEXTS: list[str] = json.loads((ASSETS / "15_texts.json").read_text("utf-8"))[:6]


@pytest.fixture(scope="module")
def server() -> Any:
    with standin("15_embeddings") as running:
        yield running


@pytest.fixture
def client(server: PracticeServer) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.url, api_key="sk-test", max_retries=0)


def vectors(client: openai.OpenAI, **asked: Any) -> np.ndarray:
    asked = {"model": SMALL, "input": TEXTS} | asked
    answer = client.embeddings.create(**asked)
    assert [item.index for item in answer.data] == list(range(len(TEXTS)))
    return np.array([item.embedding for item in answer.data])


def test_both_models_keep_the_cosines_of_the_open_model(client: openai.OpenAI) -> None:
    with np.load(ASSETS / "15_vectors.npz") as file:
        stored = file["vectors"][: len(TEXTS)].astype(float)
    for model, size in ((SMALL, 1536), (LARGE, 3072)):
        whole = vectors(client, model=model)
        assert whole.shape == (len(TEXTS), size)
        assert np.allclose(whole @ whole.T, stored @ stored.T, atol=0.002)


def test_fewer_dimensions_are_the_first_ones_at_length_one(client: openai.OpenAI) -> None:
    cut = vectors(client)[:, :256]
    short = vectors(client, dimensions=256)
    assert np.allclose(short, cut / np.linalg.norm(cut, axis=1, keepdims=True), atol=0.001)
    assert np.allclose(np.linalg.norm(short, axis=1), 1, atol=0.001)


def test_base64_and_decimals_are_the_same_numbers(client: openai.OpenAI) -> None:
    packed = vectors(client, dimensions=8)
    assert np.array_equal(packed, vectors(client, dimensions=8, encoding_format="float"))


def test_tokens_are_those_of_the_texts(client: openai.OpenAI) -> None:
    usage = client.embeddings.create(model=SMALL, input=TEXTS[0]).usage
    assert (TEXTS[0], usage.prompt_tokens) == ("The kettle stays cold.", 5)
    assert usage.total_tokens == 5


def test_a_text_without_a_vector_is_no_text_with_a_made_up_one(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIStatusError, match=r"No vector for 'Unheard of\.'"):
        client.embeddings.create(model=SMALL, input="Unheard of.")


@pytest.mark.parametrize(
    ("asked", "code", "part"),
    [
        ({"input": [*TEXTS, ""]}, "invalid_value", "input[6]"),
        ({"input": ["a " * 9_000]}, "invalid_value", "maximum input length is 8192"),
        ({"input": TEXTS * 400}, None, "'$.input' is invalid"),
        ({"input": ["a " * 8_000] * 40}, "max_tokens_per_request", "max 300000 tokens"),
        ({"dimensions": 0}, None, "0 is less than the minimum of 1 - 'dimensions'"),
    ],
    ids=["empty", "long", "many", "much", "dimensions"],
)
def test_what_the_api_refuses(
    client: openai.OpenAI, asked: dict[str, Any], code: str | None, part: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        vectors(client, **asked)
    assert refused.value.code == code
    assert part in refused.value.message


def test_changed_texts_ask_for_new_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ..authoring.standin import NotAuthored, embeddings

    (tmp_path / "15_texts.json").write_text(json.dumps([*TEXTS, "New."]))
    (tmp_path / "15_vectors.npz").write_bytes((ASSETS / "15_vectors.npz").read_bytes())
    monkeypatch.setattr(embeddings, "ASSETS", tmp_path)
    with pytest.raises(NotAuthored, match=r"run make_vectors\.py 15"):
        embeddings.Vectors("15")
