"""The stored transcripts belong to the stored sound: nobody replaced one without the other."""

import wave
from pathlib import Path

import pytest

from ..authoring.standin.speech import ASSETS, clips, sound_of

LESSONS = {"12": clips("12"), "13": clips("13")}
CLIPS = {f"{lesson} {name}": clip for lesson in LESSONS for name, clip in LESSONS[lesson].items()}


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_is_the_one_that_was_heard(name: str) -> None:
    assert len(sound_of(CLIPS[name])) == CLIPS[name]["bytes"]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_sound_file_has_a_transcript(lesson: str) -> None:
    sounds = {p.name for p in ASSETS.glob(f"{lesson}_*") if p.suffix in (".mp3", ".wav", ".oga")}
    assert sounds
    assert sounds <= {clip["file"] for clip in LESSONS[lesson].values()}


@pytest.mark.parametrize("file", sorted(ASSETS.glob("*.wav")), ids=lambda file: file.name)
def test_bare_samples_are_what_the_api_sends(file: Path) -> None:
    with wave.open(str(file), "rb") as sound:
        assert sound.getparams()[:3] == (1, 2, 24_000)


def test_the_answers_of_the_hut_can_be_understood() -> None:
    for name in ("beds_marin", "beds_marin_opus", "beds_cedar", "dinner"):
        clip = LESSONS["13"][name]
        assert clip["heard"] == clip["spoken"]


def test_keywords_repair_the_names_and_not_the_other_words() -> None:
    ferry = LESSONS["12"]
    message = ferry["voice_message"]
    for name in ("Kittiwake", "Skarravoe", "Lindqvist"):
        assert name not in message["heard"]
        assert name in message["heard_with_keywords"]
    assert "mine the wet steps" in ferry["announcement"]["heard_with_keywords"].lower()
