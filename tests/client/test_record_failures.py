"""Record mode by hand: a failure never takes the place of a good answer, and no retried one stays."""

import asyncio
import warnings
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import openai
import pytest

from oaiworkbook.client import AsyncOpenAI, OpenAI
from oaiworkbook.practice.answers import error_answer
from oaiworkbook.practice.server import PracticeServer, Reply, Served
from oaiworkbook.recordings import library
from oaiworkbook.recordings.file import Answer, read_recording

from ..echo import MODEL, Echo
from ..support import LESSON, data, recordings  # noqa: F401

pytestmark = pytest.mark.usefixtures("data")
JSON = {"content-type": "application/json"}
SSE = {"content-type": "text/event-stream"}
PAGE = "<!DOCTYPE html><html><body>Sign in to the network</body></html>"
KEY = error_answer(401, "Incorrect API key.", type="invalid_request_error", code="invalid_api_key")
BROKEN = error_answer(500, "The server had an error.", type="server_error")
Use = Callable[[Any], Any]


def ask(client: Any) -> Any:
    return client.responses.create(model=MODEL, input="tide").output_text


def stream(client: Any) -> Any:
    return list(client.responses.create(model=MODEL, input="tide", stream=True))


def chat(client: Any) -> Any:
    messages = [{"role": "user", "content": "tide"}]
    return list(client.chat.completions.create(model=MODEL, messages=messages, stream=True))


def speak(client: Any) -> Any:
    return client.audio.speech.create(model="gpt-4o-mini-tts", voice="alloy", input="tide").content


def content(client: Any) -> Any:
    return client.files.content("file-1").text


class Then:
    """Answers with each of `answers` in order, then as Echo does; None is Echo's too."""

    def __init__(self, *answers: dict[str, Any] | None) -> None:
        self.echo, self.answers = Echo(), chain(answers, repeat(None))

    def __call__(self, served: Served) -> Reply:
        answer = next(self.answers)
        return self.echo(served) if answer is None else Reply(Answer.model_validate(answer), "live")


def record(
    use: Use,
    *answers: dict[str, Any] | None,
    faults: tuple[str, ...] = (),
    client: type[Any] = OpenAI,
    max_retries: int = 0,
) -> Any:
    """What `use` gives, in a new process; an error is given back too."""
    library._started, library._written = {}, set()
    with PracticeServer(faults, source=Then(*answers)) as server:
        options = {"api_key": "sk-test", "max_retries": max_retries}
        recording = client(mode="record", base_url=server.url, **options)
        try:
            return use(recording)
        except Exception as error:  # what the SDK makes of it is not the question here
            return error
        finally:
            recording._client.state.drain()
            if client is OpenAI:
                recording.close()


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """`record` sets them; this puts them back."""
    for name in ("_started", "_written"):
        monkeypatch.setattr(library, name, getattr(library, name))


def folder(data: Path) -> dict[str, bytes]:  # noqa: F811
    return {path.name: path.read_bytes() for path in (data / "recordings" / LESSON).iterdir()}


def statuses(data: Path) -> list[int]:  # noqa: F811
    (path,) = recordings(data)
    return [answer.status for answer in read_recording(path).answers]


def sse(*events: Any, **more: Any) -> dict[str, Any]:
    return {"status": 200, "headers": SSE, "sse": [[0, None, e] for e in events], **more}


def as_json(body: Any) -> dict[str, Any]:
    return {"status": 200, "headers": JSON, "json": body}


def text(body: str, kind: str) -> dict[str, Any]:
    return {"status": 200, "headers": {"content-type": kind}, "text": body}


FAILED = {"id": "resp_1", "object": "response", "status": "failed", "error": {"message": "no"}}
EVENT_OF_ERROR = {"type": "error", "message": "boom", "code": "server_error"}
FAILURES: list[tuple[str, Use, dict[str, Any] | str]] = [
    ("401 invalid_api_key", ask, KEY),
    ("429 credit_balance_exhausted", ask, "quota"),
    ("500 server_error", ask, "500"),
    ("200 with a page of HTML", ask, "html"),
    ("200 with a page of HTML", stream, "html"),
    ("200 with a page of HTML", speak, "html"),
    ("200 with a page of HTML", content, text(PAGE, "text/plain")),
    ("200 with a page of HTML", ask, text(PAGE, "application/json")),
    ("not of the kind", ask, text("Please pay.", "text/plain")),
    ("not of the kind", ask, as_json({"detail": "sign in first"})),
    ("not of the kind", ask, as_json({"object": "portal", "id": "1", "output": []})),
    ("not of the kind", ask, "garbage"),
    ("not of the kind", stream, as_json({"object": "response", "id": "r", "status": "completed"})),
    ("not of the kind", speak, as_json({"detail": "sign in first"})),
    ("200 502", ask, "error-200"),
    ("the response has failed", ask, as_json(FAILED)),
    ("the response has failed", stream, sse({"type": "response.failed", "response": FAILED})),
    ("it broke off", ask, "cut"),
    ("it broke off", stream, "cut"),
    ("it broke off", chat, "cut"),
    ("it broke off", speak, "cut"),
    ("ended too early", stream, "end"),
    ("ended too early", chat, sse({"choices": [{"index": 0, "delta": {"content": "T"}}]})),
    ("ended too early", stream, sse()),
    ("200 server_error", stream, sse(EVENT_OF_ERROR)),
    ("200", chat, sse({"error": {"message": "boom"}}, "[DONE]")),
]


@pytest.mark.parametrize(("why", "use", "failure"), FAILURES)
def test_a_failure_takes_no_good_answer_s_place(
    why: str,
    use: Use,
    failure: dict[str, Any] | str,
    data: Path,  # noqa: F811
) -> None:
    was = record(use)
    assert not isinstance(was, Exception)
    before = folder(data)
    (name,) = [name for name in before if name.endswith(".json")]
    said = rf"^{LESSON}/{name} stays as it was, because this answer is a failure \(.*{why}"
    answers = () if isinstance(failure, str) else (failure,)
    faults = (failure,) if isinstance(failure, str) else ()
    with pytest.warns(UserWarning, match=said) as caught:
        record(use, *answers, faults=faults)
    assert sum("stays as it was" in str(each.message) for each in caught) == 1
    assert folder(data) == before
    assert repr(use(OpenAI())) == repr(was)


def test_a_failure_after_a_good_answer_of_the_same_process_is_none_of_its_answers(
    data: Path,  # noqa: F811
) -> None:
    with pytest.warns(UserWarning, match="stays as it was"):
        record(lambda c: [ask(c), ask(c)], None, KEY)
    assert statuses(data) == [200]


def test_a_failure_is_recorded_where_there_is_nothing_better(data: Path) -> None:  # noqa: F811
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        record(ask, KEY)
        assert statuses(data) == [401]
        record(ask, BROKEN)
        assert statuses(data) == [500]
        record(ask)
        assert statuses(data) == [200]


def test_a_broken_file_keeps_nothing_from_being_recorded(data: Path) -> None:  # noqa: F811
    record(ask)
    (path,) = recordings(data)
    path.write_text("{")
    record(ask, KEY)
    assert statuses(data) == [401]


def test_a_stream_that_no_done_ends_is_a_good_one(data: Path) -> None:  # noqa: F811
    record(chat)
    first = recordings(data)[0].read_bytes()
    whole = [{"choices": [{"index": 0, "delta": {"content": "T"}, "finish_reason": "stop"}]}]
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        record(chat, sse(*whole))
    assert recordings(data)[0].read_bytes() != first


def test_a_run_that_is_judged_as_a_whole_records_every_failure(
    data: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(ask)
    monkeypatch.setenv("OAIWORKBOOK_ASIDE", "1")
    record(ask, KEY)
    assert statuses(data) == [401]


@pytest.mark.parametrize("client", [OpenAI, AsyncOpenAI])
def test_of_the_tries_of_one_call_only_the_last_answer_is_kept(
    client: type[Any],
    data: Path,  # noqa: F811
) -> None:
    async def create(client: Any) -> Any:
        return (await client.responses.create(model=MODEL, input="tide")).output_text

    use = ask if client is OpenAI else lambda c: asyncio.run(create(c))
    said = record(use, BROKEN, BROKEN, client=client, max_retries=4)
    assert said == "You said: tide"
    assert statuses(data) == [200]
    assert use(client()) == said


def test_the_last_try_may_be_a_failure(data: Path) -> None:  # noqa: F811
    record(ask, BROKEN, BROKEN, KEY, max_retries=4)
    assert statuses(data) == [401]
    record(ask, *[BROKEN] * 3, max_retries=2)
    assert statuses(data) == [500]


def test_failures_of_calls_of_their_own_stay(data: Path) -> None:  # noqa: F811
    def patient(client: Any) -> Any:
        with pytest.raises(openai.InternalServerError):
            ask(client)
        return ask(client)

    record(patient, BROKEN)
    assert statuses(data) == [500, 200]


def test_a_try_that_got_no_answer_leaves_what_was_there(data: Path) -> None:  # noqa: F811
    record(ask, faults=("500", "reset"), max_retries=1)
    assert folder(data) == {}
    record(speak, faults=("cut", "reset"), max_retries=1)
    assert folder(data) == {}
    record(ask, KEY)
    before = folder(data)
    record(ask, faults=("500", "reset"), max_retries=1)
    assert folder(data) == before


def test_a_try_whose_answer_lies_in_a_file_goes_with_it(data: Path) -> None:  # noqa: F811
    """A body that breaks off is asked for again; what came of it is in a file."""
    sound = record(speak, faults=("cut", "cut"), max_retries=4)
    assert speak(OpenAI()) == sound
    (path,) = recordings(data)
    assert set(folder(data)) == {path.name, f"{path.stem}.mp3"}
    assert statuses(data) == [200]


def test_what_another_thread_has_recorded_stays(data: Path) -> None:  # noqa: F811
    """Two calls of the same request at once: a try is taken out, the other call's answers are not."""
    echo, begun = Echo(), []

    def other(client: Any) -> Any:
        return speak(client.with_options(max_retries=0))

    def source(served: Served) -> Reply:
        begun.append(served)
        if len(begun) == 1:
            return Reply(Answer.model_validate(BROKEN), "authored")
        if len(begun) == 2:  # the second try waits while another call is answered
            other(client)
        return echo(served)

    library._started, library._written = {}, set()
    with PracticeServer(source=source) as server:
        client = OpenAI(mode="record", base_url=server.url, api_key="sk-test")
        speak(client)
    (path,) = recordings(data)
    held = read_recording(path)  # with all its files, or it could not be read
    assert [answer.status for answer in held.answers] == [200, 200]
    files = [str(answer.file) for answer in held.answers]
    assert sorted([*files, path.name]) == sorted(folder(data)), "each answer has a file of its own"


def test_files_of_a_replaced_recording_go(data: Path) -> None:  # noqa: F811
    record(lambda c: [speak(c), speak(c)])
    (path,) = recordings(data)
    assert set(folder(data)) == {path.name, f"{path.stem}.mp3", f"{path.stem}-2.mp3"}
    kept = path.parent / "my-notes.mp3"
    kept.touch()
    record(speak)
    assert set(folder(data)) == {path.name, f"{path.stem}.mp3", kept.name}


def test_half_of_a_stream_that_was_cancelled_is_no_answer(data: Path) -> None:  # noqa: F811
    """As a web framework does it, when the page that was to get the answer has gone."""

    async def go(client: Any) -> None:
        async def read() -> None:
            async for _ in await client.responses.create(model=MODEL, input="tide", stream=True):
                begun.set()

        begun = asyncio.Event()
        task = asyncio.create_task(read())
        await begun.wait()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    with PracticeServer(["drip:0.001"], source=Echo()) as server:
        asyncio.run(go(AsyncOpenAI(mode="record", base_url=server.url, api_key="sk-test")))
    assert recordings(data) == []
