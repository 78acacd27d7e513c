"""Texts of one's own in the space of the recorded vectors, and never another model's beside them.

With the extra `local` everything here runs with the model; without it, what needs the model is
skipped, and the rest runs with vectors that the stand-in has stored.
"""

import asyncio
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest
from numpy.typing import NDArray

from oaiworkbook import settings
from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.client.local import extras, minilm, vectors
from oaiworkbook.errors import RecordingNotFound
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.money.report import cost_line
from oaiworkbook.recordings.library import Library

from ..authoring.standin import ASSETS
from ..echo import Echo
from ..support import data, record  # noqa: F401

SMALL, LARGE = "text-embedding-3-small", "text-embedding-3-large"
RECORDINGS = settings.course_dir() / "data" / "recordings"
KETTLE = "The kettle stays cold."
OWN = [
    "The zip of my rucksack is stuck.",
    "A button has come off this coat.",
    "My bicycle lamp goes on and off.",
    "The handle of the cup broke off, can it be glued?",
    "The radio makes noise but finds no station.",
    "One leg of the stool is loose.",
    "There is a hole in the elbow of my jumper.",
    "The toaster does not stay down.",
    "The back wheel of the pushchair wobbles.",
    "My headphones play on one side only.",
]
needs_model = pytest.mark.skipif(
    not extras.installed("local"), reason='the model is missing: the extra "local" brings it'
)


class Stored:
    """What stands for the model where it is missing: the stored vectors of known texts, turned back."""

    def __init__(self) -> None:
        with np.load(settings.course_dir() / "data" / minilm.MAP) as file:
            axes = file["axes"].astype(float)
        self._known: dict[str, NDArray[Any]] = {}
        for number in ("15", "16", "29"):
            texts = json.loads((ASSETS / f"{number}_texts.json").read_text("utf-8"))
            with np.load(ASSETS / f"{number}_vectors.npz") as file:
                self._known |= dict(zip(texts, file["vectors"].astype(float) @ axes, strict=True))

    def pieces(self, text: str) -> list[int]:
        return [0, *text.encode(), 0]

    def vector(self, pieces: list[int]) -> NDArray[Any]:
        text = bytes(pieces[1:-1]).decode()
        other = np.random.default_rng(len(pieces)).normal(size=minilm.NUMBERS)
        found = self._known.get(text, other)
        return np.asarray(found / np.linalg.norm(found))

    def vectors(self, texts: list[str]) -> NDArray[Any]:
        return np.array([self.vector(self.pieces(text)) for text in texts])


@pytest.fixture(params=["stored", pytest.param("model", marks=needs_model)])
def model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "model":
        return minilm.shared()
    stored = Stored()
    monkeypatch.setattr(minilm, "shared", lambda: stored)
    monkeypatch.setattr(extras, "need", lambda *_: None)
    return stored


@pytest.fixture(autouse=True)
def local(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server is named where none listens: vectors need none."""
    monkeypatch.setenv("OAIWORKBOOK_LOCAL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "15_embeddings")
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")
    vectors._checked.clear()
    yield
    vectors._checked.clear()


def embed(texts: Any, **asked: Any) -> NDArray[Any]:
    asked = {"model": SMALL, "dimensions": 256} | asked
    answer = OpenAI().embeddings.create(input=texts, **asked)
    return np.array([item.embedding for item in answer.data])


def recorded() -> list[tuple[str, str, Any]]:
    """All recorded texts: the model asked for, the text, its vector."""
    library, found = Library(RECORDINGS), []
    for path in sorted(RECORDINGS.glob("*/*-embeddings-*.json")):
        recording = library.read(path)
        asked, answer = recording.request.body, recording.answers[0].json_
        texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
        for text, item in zip(texts, answer.get("data", []), strict=False):
            found.append((asked["model"], text, minilm.decoded(item["embedding"])))
    return found


@needs_model
def test_recorded_texts_get_their_recorded_vectors() -> None:
    texts = recorded()
    assert len(texts) > 200
    assert {model for model, _, _ in texts} == {SMALL, LARGE}
    mine = {t: minilm.turned(minilm.shared().vectors([t])[0]) for t in {t for _, t, _ in texts}}
    for asked, text, there in texts:
        here = minilm.spread(mine[text], minilm.SIZES[asked], len(there)).astype(float)
        assert minilm.cosine(here, there) > 0.999, text[:80]


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("asked", [{}, {"model": LARGE}, {"dimensions": openai.NOT_GIVEN}])
def test_recorded_and_new_texts_come_in_one_answer(asked: dict[str, Any]) -> None:
    known = json.loads(Path(ASSETS / "15_texts.json").read_text("utf-8"))[:3]
    got = embed([OWN[0], *known, OWN[1]], **asked)
    size = 256 if "dimensions" not in asked else minilm.SIZES[SMALL]
    assert got.shape == (5, size)
    assert np.allclose(np.linalg.norm(got, axis=1), 1, atol=0.001)
    with np.load(ASSETS / "15_vectors.npz") as file:
        stored = file["vectors"][:3]
    whole = minilm.SIZES[asked.get("model", SMALL)]
    for mine, vector in zip(got[1:4], stored, strict=True):
        assert minilm.cosine(mine, minilm.spread(vector, whole, size).astype(float)) > 0.999


@needs_model
def test_ten_texts_of_ones_own_find_what_is_recorded() -> None:
    desk = json.loads((settings.data_dir() / "samples" / "repairs.json").read_text("utf-8"))
    notes = [note["text"] for note in desk["notes"]]
    # Three notes of each, as the cell of the lesson shows them; one has the word.
    words = ("zip", "coat", "lamp", "glue", "radio", "stool", "elbow", "toaster", "wheel", "side")
    order = np.argsort(-embed(OWN) @ embed(notes).T, axis=1)[:, :3]
    found = [
        any(word in notes[row].lower() for row in rows)
        for word, rows in zip(words, order, strict=True)
    ]
    there = [any(word in note.lower() for note in notes) for word in words]
    assert sum(found) >= 0.9 * sum(there)
    assert sum(there) >= 8


@needs_model
def test_a_document_of_ones_own_is_asked_as_in_lesson_16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "16_retrieval")
    parts = {
        "keys": "Opening: The key to the boathouse hangs behind the fire extinguisher.",
        "life": "Safety: Everyone under sixteen wears a life jacket, on the jetty too.",
        "wind": "Safety: From wind force five all boats stay ashore.",
        "fees": "Money: A season costs 90 euros, and families pay 150.",
        "wash": "After rowing: Wash the hull with fresh water and dry the oars.",
        "dogs": "Guests: Dogs are welcome on the lawn, but not in the boats.",
    }
    asked = {
        "How do I get in?": "keys",
        "Can we go out in a storm?": "wind",
        "What is the membership price?": "fees",
        "May I bring my puppy along?": "dogs",
        "How do I clean the boat?": "wash",
    }
    one_by_one = np.array([embed([question])[0] for question in asked])
    order = np.argsort(-one_by_one @ embed(list(parts.values())).T, axis=1)
    names = list(parts)
    first = [names[row[0]] for row in order]
    assert sum(a == b for a, b in zip(first, asked.values(), strict=True)) >= 4
    assert all(
        want in [names[n] for n in row[:2]] for want, row in zip(asked.values(), order, strict=True)
    )


@pytest.mark.usefixtures("model")
def test_text_and_list_and_both_encodings_give_the_same_numbers() -> None:
    packed = embed([OWN[0]])
    assert np.array_equal(packed, embed(OWN[0]))
    assert np.array_equal(packed, embed(OWN[0], encoding_format="float"))
    raw = OpenAI().embeddings.with_raw_response.create(model=SMALL, input=OWN[0], dimensions=4)
    body = raw.http_response.json()
    assert isinstance(body["data"][0]["embedding"], str)
    assert len(raw.parse().data[0].embedding) == 4
    assert json.loads(raw.http_request.content)["encoding_format"] == "base64"


@pytest.mark.usefixtures("model")
def test_the_answer_says_whose_it_is_and_is_not_counted() -> None:
    before = sorted(RECORDINGS.rglob("*"))
    answer = OpenAI().embeddings.create(model=SMALL, input=[*OWN, KETTLE * 300])
    assert answer.model == "all-MiniLM-L6-v2"
    assert [item.index for item in answer.data] == list(range(len(OWN) + 1))
    [call] = default_ledger().calls()
    assert (call.mode, call.model, call.cost_usd) == ("local", answer.model, None)
    assert call.input_tokens == answer.usage.prompt_tokens == answer.usage.total_tokens
    line = cost_line([call]).text
    assert f"all-MiniLM-L6-v2 on this machine answered, not {SMALL}" in line
    assert "of 1 text it read the first 254 word pieces only" in line
    assert "would cost" not in line
    assert sorted(RECORDINGS.rglob("*")) == before


@needs_model
def test_word_pieces_are_counted() -> None:
    answer = OpenAI().embeddings.create(model=SMALL, input=["A kettle.", "Two cold kettles!"])
    assert answer.usage.prompt_tokens == 3 + 5  # kettles: kettle, s


@pytest.mark.usefixtures("model")
def test_an_event_loop_gets_the_same() -> None:
    async def ask() -> Any:
        async with AsyncOpenAI() as client:
            return await client.embeddings.create(model=SMALL, input=OWN, dimensions=256)

    got = np.array([item.embedding for item in asyncio.run(ask()).data])
    assert np.array_equal(got, embed(OWN))


@pytest.mark.usefixtures("model")
def test_what_is_recorded_comes_from_its_recording() -> None:
    answer = OpenAI().embeddings.create(model=SMALL, input=KETTLE)
    assert answer.model == SMALL


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"input": [5, 6]}, "sends token numbers"),
        ({"input": [[5, 6], [7]]}, "sends token numbers"),
        ({"input": []}, "sends an empty text, which the API refuses"),
        ({"input": ["Mine.", ""]}, "sends an empty text, which the API refuses"),
        ({"input": ["Mine."] * 2_049}, "sends 2,049 texts, and the API takes 2,048"),
        ({"input": "Mine. " * 9_000}, "sends more text than the API reads"),
        ({"model": "text-embedding-ada-002"}, "asks for text-embedding-ada-002. There are vectors"),
        ({"dimensions": 1_537}, "asks for 1537 dimensions of 1536"),
        ({"dimensions": 0}, "asks for 0 dimensions of 1536"),
        ({"encoding_format": "int8"}, "asks for the encoding int8"),
        ({"extra_body": {"prefix": "x"}}, "sends `prefix`"),
    ],
    ids=lambda each: "" if isinstance(each, str) else str(each)[:40],
)
def test_what_gets_no_vector_is_a_miss_with_the_reason(asked: dict[str, Any], why: str) -> None:
    asked = {"model": SMALL, "input": "Mine."} | asked
    with pytest.raises(RecordingNotFound) as missed:
        OpenAI().embeddings.create(**asked)
    assert f"has not answered: the call {why}" in str(missed.value)
    assert [call.mode for call in default_ledger().calls()] == ["replay"]


@pytest.mark.usefixtures("model", "data")
def test_another_models_vectors_are_never_mixed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has recorded the lesson with a key: the vectors there are OpenAI's."""
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "15_embeddings")
    with pytest.raises(RecordingNotFound, match=f"{SMALL}, of which no vectors are recorded"):
        embed(OWN)
    record(Echo(), lambda client: client.embeddings.create(model=SMALL, input=KETTLE))
    with pytest.raises(RecordingNotFound, match="needs the model that made the vectors in 15_emb"):
        embed(OWN)
    with pytest.raises(RecordingNotFound, match=f"{LARGE}, of which no vectors are recorded"):
        embed(OWN, model=LARGE)


def test_without_the_extra_the_miss_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.EXTRAS, "local", ("no_such_package",))
    monkeypatch.setattr(extras, "installers", lambda: iter([["uv", "pip", "install"]]))
    extras.command.cache_clear()
    with pytest.raises(RecordingNotFound) as missed:
        embed(OWN)
    extras.command.cache_clear()
    text = str(missed.value)
    assert (
        "needs all-MiniLM-L6-v2 (its vectors are the recorded ones), which is not installed" in text
    )
    assert "uv pip install -c " in text
    assert "[local]" in text
    assert "constraints.txt" in text


def test_nothing_answers_where_nobody_has_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OAIWORKBOOK_LOCAL")
    monkeypatch.setattr(minilm, "shared", lambda: pytest.fail("the model was loaded"))
    with pytest.raises(RecordingNotFound) as missed:
        embed(OWN)
    assert "has not answered" not in str(missed.value)
    assert "oaiworkbook local" in str(missed.value)


@needs_model
def test_the_model_keeps_and_reports_nothing(tmp_path: Path) -> None:
    """onnxruntime counts its uses for its maker: an id, a queue and a session, in these folders."""
    program = "from oaiworkbook.client.local import minilm; minilm.shared().vectors(['a'])"
    folders = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA", "TMPDIR", "TEMP"), tmp_path)
    folders |= dict.fromkeys(("TMP", "XDG_CACHE_HOME", "XDG_DATA_HOME"), tmp_path)
    surroundings = os.environ | {name: str(folder) for name, folder in folders.items()}
    surroundings.pop("ORT_DISABLE_TELEMETRY", None)  # an earlier test may have loaded the model
    here = settings.course_dir()
    subprocess.run([sys.executable, "-B", "-c", program], env=surroundings, cwd=here, check=True)
    assert sorted(tmp_path.rglob("*")) == []


def test_the_map_is_a_turn() -> None:
    """So every cosine stays; and the extra is nowhere imported to read it."""
    with np.load(settings.course_dir() / "data" / minilm.MAP) as file:
        axes = file["axes"].astype(float)
    assert axes.shape == (minilm.NUMBERS, minilm.NUMBERS)
    assert np.allclose(axes @ axes.T, np.eye(minilm.NUMBERS), atol=1e-6)


def test_the_packages_are_named_as_the_extras_bring_them() -> None:
    project = tomllib.loads((settings.course_dir() / "pyproject.toml").read_text("utf-8"))
    brought = project["project"]["optional-dependencies"]
    for extra, names in extras.EXTRAS.items():
        wanted = {each.split(">")[0].split("=")[0].replace("-", "_") for each in brought[extra]}
        assert wanted == set(names)
