"""Record mode: what is written, when, and that nothing is lost or leaked."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from oaiworkbook import files as oaiworkbook_files
from oaiworkbook.client import OpenAI
from oaiworkbook.errors import RecordingError
from oaiworkbook.practice.server import PracticeServer, Reply
from oaiworkbook.recordings import file as recording_file
from oaiworkbook.recordings import library
from oaiworkbook.recordings.file import Answer

from ..authoring.standin import refuse
from ..echo import MODEL, Echo
from ..support import LESSON, data, record  # noqa: F401
from ..support import recordings as files

pytestmark = pytest.mark.usefixtures("data")


def ask(client: Any, prompt: str = "tide", **more: Any) -> Any:
    return client.responses.create(model=MODEL, input=prompt, **more)


def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process knows nothing of what the last one recorded."""
    monkeypatch.setattr(library, "_started", {})
    monkeypatch.setattr(library, "_written", set())


def test_a_recording_holds_request_answers_and_provenance(data: Path) -> None:  # noqa: F811
    record(Echo(), ask)
    (path,) = files(data)
    held = json.loads(path.read_text())
    assert path.name.startswith("01-responses-")
    assert held["request"] == {
        "method": "POST",
        "path": "/v1/responses",
        "body": {"model": MODEL, "input": "tide"},
    }
    assert held["provenance"]["source"] == "authored"
    assert held["provenance"]["sdk"] == f"openai {openai.__version__}"
    kept = set(held["answers"][0]["headers"])
    assert "x-request-id" in kept
    assert not kept & {"authorization", "set-cookie", "openai-organization", "date", "server"}


def test_the_header_that_names_a_call_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call over WebRTC has its id there, and nowhere else."""
    monkeypatch.setenv("OAIWORKBOOK_ALLOW_UNKNOWN", "realtime")
    head = {"content-type": "text/plain", "location": "/v1/realtime/calls/rtc_1"}
    answer = Answer.model_validate({"status": 201, "headers": head, "text": "v=0\r\n"})

    def call(client: Any) -> Any:
        return client.realtime.calls.create(sdp="v=0\r\n")

    with PracticeServer(source=lambda _: Reply(answer, "authored")) as server:
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        call(client)
        client._client.state.drain()
    found = call(OpenAI())
    assert found.response.headers["location"] == "/v1/realtime/calls/rtc_1"
    assert found.text == "v=0\r\n"


def test_one_line_a_stream_event(data: Path) -> None:  # noqa: F811
    record(Echo(), lambda c: list(ask(c, stream=True)))
    lines = files(data)[0].read_text().splitlines()
    assert sum('"response.output_text.delta"' in line for line in lines) == 4
    assert all(line.count('"sequence_number"') <= 1 for line in lines)


def test_each_exchange_is_on_disk_when_it_ends(data: Path) -> None:  # noqa: F811
    def two(client: Any) -> None:
        ask(client, "one")
        assert len(files(data)) == 1
        ask(client, "two")
        assert len(files(data)) == 2

    record(Echo(), two)


def test_a_stream_that_the_lesson_leaves_is_recorded_whole(data: Path) -> None:  # noqa: F811
    def leave(client: Any) -> None:
        for _ in ask(client, stream=True):
            break

    record(Echo(), leave)
    events = json.loads(files(data)[0].read_text())["answers"][0]["sse"]
    assert events[-1][1] == "response.completed"


def test_numbers_follow_the_order_of_asking_over_several_clients(data: Path) -> None:  # noqa: F811
    def two_clients(client: Any) -> None:
        ask(client, "one")
        ask(OpenAI(mode="record", base_url=client.base_url, api_key="sk-test"), "two")

    record(Echo(), two_clients)
    assert [path.name[:2] for path in files(data)] == ["01", "02"]


def test_recording_again_keeps_the_file_name(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    record(Echo(), lambda c: [ask(c, "one"), ask(c, "two")])
    before = [path.name for path in files(data)]
    new_process(monkeypatch)
    record(Echo(), lambda c: ask(c, "two"))
    assert [path.name for path in files(data)] == before
    assert len(json.loads(files(data)[1].read_text())["answers"]) == 1


def test_missing_mode_asks_only_for_what_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    record(Echo(), lambda c: ask(c, "one"))
    new_process(monkeypatch)
    monkeypatch.setenv("OAIWORKBOOK_RECORD", "missing")
    with PracticeServer(source=Echo()) as server:
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        assert [ask(client, p).output_text for p in ("one", "two")] == [
            "You said: one",
            "You said: two",
        ]
        assert len(server.log) == 1


def test_missing_since_asks_again_for_what_is_older(
    data: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(Echo(), lambda c: [ask(c, "one"), ask(c, "two")])
    os.utime(files(data)[0], (1_000, 1_000))
    new_process(monkeypatch)
    monkeypatch.setenv("OAIWORKBOOK_RECORD", "missing since 2000")
    with PracticeServer(source=Echo()) as server:
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        assert [ask(client, p).output_text for p in ("one", "two")] == [
            "You said: one",
            "You said: two",
        ]
        assert len(server.log) == 1


def test_missing_mode_polls_on_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_RECORD", "missing")
    states = record(Echo(), lambda c: [c.batches.retrieve("batch_1").status for _ in range(3)])
    assert states == ["validating", "in_progress", "completed"]


def test_the_type_a_machine_guesses_for_a_file_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def upload(client: Any) -> Any:
        return client.files.create(file=("a.jsonl", b"{}"), purpose="batch").id

    was = record(Echo(), upload)
    monkeypatch.setattr("mimetypes.guess_type", lambda *_, **__: ("application/jsonl", None))
    assert upload(OpenAI()) == was


def test_errors_are_recorded_and_replayed_as_errors() -> None:
    def refused(client: Any) -> Any:
        with pytest.raises(openai.AuthenticationError) as error:
            ask(client.with_options(api_key="sk-wrong"))
        return error.value.code, error.value.request_id

    was = record(_refusing, refused)
    assert was[0] == "invalid_api_key"
    assert refused(OpenAI()) == was


def _refusing(served: Any) -> Any:
    return Reply(recording_file.Answer.model_validate(refuse(served)), "authored")


def test_a_key_in_the_request_is_never_written(data: Path) -> None:  # noqa: F811
    key = "sk-" + "a1b2" * 6
    with pytest.warns(UserWarning, match=r"There is a key in request.body.input"):
        record(Echo(), lambda c: ask(c.with_options(api_key=key), f"my key is {key}"))
    assert files(data) == []


def test_a_full_disk_loses_no_answer(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    record(Echo(), lambda c: ask(c, "before"))
    monkeypatch.setattr(oaiworkbook_files.os, "fsync", full)
    with pytest.warns(UserWarning, match=r"not recorded.*No space left.*record again"):
        answer = record(Echo(), lambda c: ask(c, "tide"))
    assert answer.output_text == "You said: tide"
    assert [path.name[:2] for path in files(data)] == ["01"]
    assert not list((data / "recordings" / LESSON).glob(".*")), "no half-written file is left"


HALF = "half \ud83d"  # of an emoji, escaped in JSON: some servers cut it so


@pytest.mark.parametrize("stream", [False, True])
def test_half_an_emoji_is_recorded_and_replayed(data: Path, stream: bool) -> None:  # noqa: F811
    def halved(served: Any) -> Any:
        reply = Echo()(served)
        whole = json.dumps(reply.answer.dump()).replace("You said: tide", json.dumps(HALF)[1:-1])
        whole = whole.replace('"You"', json.dumps(HALF))
        return Reply(recording_file.Answer.model_validate(json.loads(whole)), "authored")

    def use(client: Any) -> str:
        if not stream:
            return str(ask(client).output_text)
        return str([getattr(event, "delta", None) for event in ask(client, stream=True)])

    with PracticeServer(source=halved) as server, warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        was = use(client)
    assert HALF in was or repr(HALF) in was
    assert "\\ud83d" in files(data)[0].read_text("utf-8")
    assert use(OpenAI()) == was


def test_half_an_emoji_in_a_request_is_a_request_like_others() -> None:
    body = json.dumps({"model": MODEL, "input": HALF}).encode()
    with PracticeServer() as server, httpx2.Client() as client:
        answer = client.post(
            f"{server.url}/responses", content=body, headers={"content-type": "application/json"}
        )
    assert answer.json()["error"]["code"] == "recording_not_found"


BROKEN = [
    ('"answers"', '"answer"', "answers", "Field required"),
    ('"status": 200', '"status": "fine"', "answers.0.status", "valid integer"),
    ('"json":', '"jsn":', "answers.0", "exactly one of json, text, file, sse"),
    ('"authored"', '"made up"', "provenance.source", "'live', 'authored' or 'edited'"),
    ('"method": "POST",', '"method": "POST"', None, "delimiter"),
]


@pytest.mark.parametrize(("old", "new", "field", "reason"), BROKEN, ids=lambda v: str(v)[:20])
def test_a_broken_recording_names_file_line_and_field(
    data: Path,  # noqa: F811
    old: str,
    new: str,
    field: str | None,
    reason: str,
) -> None:
    record(Echo(), ask)
    (path,) = files(data)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(RecordingError) as error:
        ask(OpenAI())
    said = str(error.value)
    assert str(path) in said
    assert ", line " in said
    assert reason in said
    assert "Restore the file" in said
    if field:
        assert f"field {field}:" in said


def test_a_missing_sidecar_is_named(data: Path) -> None:  # noqa: F811
    def speak(client: Any) -> Any:
        return client.audio.speech.create(model="gpt-4o-mini-tts", voice="alloy", input="tide")

    record(Echo(), speak)
    (sound,) = (data / "recordings" / LESSON).glob("*.mp3")
    sound.unlink()
    with pytest.raises(RecordingError, match=f"{sound.name} is missing"):
        speak(OpenAI())


def test_an_unreadable_folder_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(RecordingError, match="unset OAIWORKBOOK_DATA"):
        ask(OpenAI())


SCRIPT = """
    import sys
    from oaiworkbook.client import OpenAI
    client = OpenAI(mode="record", base_url=sys.argv[1], api_key="sk-test")
    for number in range(10_000):
        client.responses.create(model="gpt-6-luna", input=f"tide {number}")
        print(number, flush=True)
"""


def test_a_killed_kernel_loses_nothing_that_had_ended(data: Path) -> None:  # noqa: F811
    with PracticeServer(source=Echo()) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SCRIPT), server.url],
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ, OAIWORKBOOK_MAX_USD="5"),
        )
        assert process.stdout
        done = 0
        for line in process.stdout:
            done = int(line)
            if done == 25:
                process.send_signal(
                    signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM
                )
                break
        rest = process.stdout.read().split()
        process.wait()
        process.stdout.close()
    done = max([done, *map(int, rest)])
    whole = [recording_file.read_recording(path) for path in files(data)]
    asked = {recording.request.body["input"] for recording in whole}
    assert {f"tide {n}" for n in range(done + 1)} <= asked


def test_two_kernels_record_into_one_lesson(data: Path) -> None:  # noqa: F811
    script = textwrap.dedent(SCRIPT).replace("10_000", "15").replace("tide", "{sys.argv[2]} tide")
    with PracticeServer(source=Echo()) as server:
        kernels = [
            subprocess.Popen(
                [sys.executable, "-c", script, server.url, name], stdout=subprocess.DEVNULL
            )
            for name in ("first", "second")
        ]
        assert [kernel.wait(60) for kernel in kernels] == [0, 0]
    asked = {recording_file.read_recording(p).request.body["input"] for p in files(data)}
    assert asked == {f"{who} tide {n}" for who in ("first", "second") for n in range(15)}


def test_replay_while_another_kernel_writes_sees_whole_files(data: Path) -> None:  # noqa: F811
    record(Echo(), ask)
    (path,) = files(data)
    content = path.read_bytes()
    client = OpenAI()
    until = time.monotonic() + 0.5

    def rewrite() -> None:
        while time.monotonic() < until:
            recording_file.write_recording(path, content)

    writer = threading.Thread(target=rewrite)
    writer.start()
    while time.monotonic() < until:
        assert ask(client).output_text == "You said: tide"
    writer.join()
