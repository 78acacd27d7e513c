"""The stand-in's streamed transcripts: the last event counts tokens, as it does in real streams."""

import openai
from openai.types.audio import TranscriptionTextDoneEvent

from oaiworkbook.money.usage import read_usage
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.recordings.file import Answer

from ..authoring.standin.speech import transcribed

HEARD = "Hello world, this is a test."


def last_event(seconds: int) -> TranscriptionTextDoneEvent:
    def source(served: Served) -> Reply:
        return Reply(Answer.model_validate(transcribed(served, HEARD, seconds)), "authored")

    with PracticeServer(source=source) as server:
        client = openai.OpenAI(base_url=server.url, api_key="sk-test", max_retries=0)
        stream = client.audio.transcriptions.create(
            model="gpt-transcribe", file=("a.mp3", b"sound"), stream=True
        )
        *_, last = stream
    assert isinstance(last, TranscriptionTextDoneEvent)
    return last


def test_a_streamed_transcript_counts_tokens_as_a_real_one_did() -> None:
    # Collected: these words in 1.7 seconds were 17 and 10 tokens.
    usage = last_event(2).usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (20, 10, 30)


def test_the_sdk_s_type_has_room_for_it_and_the_meter_reads_it() -> None:
    event = last_event(11)
    assert event.usage is not None
    assert not event.usage.model_extra
    TranscriptionTextDoneEvent.model_validate(event.to_dict(), strict=True)
    asked = {"model": "gpt-transcribe"}
    usage = read_usage("POST", "/v1/audio/transcriptions", asked, [event.to_dict()])
    assert usage is not None
    assert usage.known
    assert usage.quantities["input_audio_tokens"] == usage.quantities["input_tokens"] == 110
