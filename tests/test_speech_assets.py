"""The stored transcripts belong to the stored sound: nobody replaced one without the other."""

import json
import wave
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "tests" / "standin" / "assets"
CLIPS: dict[str, dict[str, Any]] = json.loads((ASSETS / "12_speech.json").read_text("utf-8"))[
    "clips"
]


def _path(clip: dict[str, Any]) -> Path:
    here = ASSETS / clip["file"]
    return here if here.is_file() else ROOT / "data" / "samples" / clip["file"]


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_is_the_one_that_was_heard(name: str) -> None:
    assert _path(CLIPS[name]).stat().st_size == CLIPS[name]["bytes"]


def test_every_sound_file_has_a_transcript() -> None:
    sounds = {p.name for p in ASSETS.glob("12_*") if p.suffix in (".mp3", ".wav", ".oga")}
    assert sounds <= {clip["file"] for clip in CLIPS.values()}


def test_realtime_sound_is_what_the_api_sends() -> None:
    with wave.open(str(ASSETS / "12_realtime.wav"), "rb") as file:
        assert file.getparams()[:3] == (1, 2, 24_000)


def test_keywords_repair_the_names_and_not_the_other_words() -> None:
    message = CLIPS["voice_message"]
    for name in ("Kittiwake", "Skarravoe", "Lindqvist"):
        assert name not in message["heard"]
        assert name in message["heard_with_keywords"]
    assert "mine the wet steps" in CLIPS["announcement"]["heard_with_keywords"]
