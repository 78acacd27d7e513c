"""No way in which a key can travel leads into a recording, a screen or the log."""

import base64
import json
import random
import string
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openai
import pytest

from oaiworkbook.client import OpenAI
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.practice.answers import error_answer, text_answer
from oaiworkbook.practice.loopback import Reply, Served
from oaiworkbook.practice.server import PracticeServer
from oaiworkbook.recordings.file import Answer, RecordingError, read_recording
from oaiworkbook.recordings.secrets import (
    MASK,
    Gate,
    looks_like_a_key,
    masked,
    masked_query,
    masked_text,
    of_authorization,
)

from ..support import LESSON, data  # noqa: F401  # a fixture

# Put together here, so that no file of the project holds anything like a key.
KEY = "sk-proj-" + "Ab3-Ef9hIjKl_nQ7" * 3
OTHER = "sk-" + "zY8xW7vU6tS5rQ4pO3nM2l"
ADMIN = "sk-admin-" + "Qw3Er4Ty5Ui6Op7As8Df9"
TOKEN = "plain-words-that-only-the-place-betrays"
MODEL = "gpt-6-luna"


def encoded(text: str, before: str = "") -> str:
    return base64.b64encode((before + text).encode()).decode()


def json_answer(body: Any, **headers: str) -> dict[str, Any]:
    return {"status": 200, "headers": {"content-type": "application/json"} | headers, "json": body}


def streamed(*pieces: str) -> dict[str, Any]:
    events: list[Any] = [
        [0, None, {"id": "c", "choices": [{"index": 0, "delta": {"content": piece}}]}]
        for piece in pieces
    ]
    headers = {"content-type": "text/event-stream"}
    return {"status": 200, "headers": headers, "sse": [*events, [0, None, "[DONE]"]]}


OK = text_answer("Fine.")


@dataclass(frozen=True)
class Way:
    """`use` makes the call. `refused`: the field that is named; None: it is recorded without the key."""

    name: str
    use: Callable[[Any], Any]
    refused: str | None = None
    answer: Any = None
    secret: str = KEY


def asks(text: str, **more: Any) -> Callable[[Any], Any]:
    return lambda c: c.responses.create(model=MODEL, input=text, **more)


def chats(client: Any) -> list[Any]:
    messages = [{"role": "user", "content": "hi"}]
    return list(client.chat.completions.create(model=MODEL, messages=messages, stream=True))


def tool(**more: Any) -> list[dict[str, Any]]:
    return [{"type": "mcp", "server_label": "desk", "server_url": "https://mcp.invalid"} | more]


def item(text: str) -> list[dict[str, Any]]:
    return [{"type": "function_call_output", "call_id": "call_1", "output": text}]


def transcribes(
    name: str = "a.mp3", content: bytes = b"sound", **more: Any
) -> Callable[[Any], Any]:
    return lambda c: c.audio.transcriptions.create(
        model="gpt-transcribe", file=(name, content), **more
    )


IN_REQUESTS = [
    Way("a prompt", asks(f"my key is {KEY}"), "request.body.input"),
    Way("instructions", asks("hi", instructions=KEY), "request.body.instructions"),
    Way("metadata", asks("hi", metadata={"note": KEY}), "request.body.metadata.note"),
    Way("the name of metadata", asks("hi", metadata={KEY: "x"}), "request.body.metadata."),
    Way("another field", asks("hi", extra_body={"user": KEY}), "request.body.user"),
    Way("a tool's result", asks(item(f'{{"env": "{KEY}"}}')), "request.body.input[0].output"),  # type: ignore[arg-type]
    Way("a query", asks("hi", extra_query={"note": KEY}), "request.query"),
    Way("a query, quoted", asks("hi", extra_query={"note": quote(KEY + " ü")}), "request.query"),
    Way("a query named like a key", asks("hi", extra_query={"api_key": KEY})),
    Way("a query named token", asks("hi", extra_query={"access_token": TOKEN}), secret=TOKEN),
    Way("the path", lambda c: c.files.retrieve(KEY), "request.path"),
    Way("a form's field", transcribes(prompt=KEY), "request.body["),
    Way("a form's field named like a key", transcribes(extra_body={"api_key": KEY})),
    Way("a file's name", transcribes(name=f"{KEY}.mp3"), "request.body["),
    Way("a file's content, of which a digest is kept", transcribes(content=KEY.encode())),
    Way("base64", asks(f"decode {encoded(KEY)}"), "request.body.input"),
    Way("base64 in the middle", asks(f"decode {encoded(KEY + ' end', 'a')}"), "request.body.input"),
    Way("base64 for addresses", asks(encoded(KEY, "??>").translate(str.maketrans("+/", "-_"))),
        "request.body.input"),
    Way("a data address", asks(f"data:text/plain;base64,{encoded('k=' + KEY)}"), "body.input"),
    Way("hexadecimal", asks(KEY.encode().hex()), "request.body.input"),
    Way("quoted", asks(quote(KEY, safe="")), "request.body.input"),
    Way("broken into lines", asks("\n".join([KEY[:20], KEY[20:]])), "request.body.input"),
    Way("the environment's key", asks(f"{ADMIN}!"), "request.body.input", secret=ADMIN),
    Way("another OpenAI key", asks(f"use {OTHER}"), "request.body.input", secret=OTHER),
    Way("another OpenAI key, in base64", asks(encoded(OTHER)), "body.input", secret=OTHER),
    Way("a GitHub token", asks("ghp_" + "a1B2" * 9), "request.body.input", secret="ghp_a1B2"),
    Way("a Google key", asks("AIza" + "x-9_" * 9), "request.body.input", secret="AIzax-9_"),
    Way("an AWS key", asks("AKIA" + "Z9" * 8), "request.body.input", secret="AKIAZ9"),
    Way("a private key", asks("-----BEGIN RSA PRIVATE KEY-----"), "body.input", secret="BEGIN RSA"),
    Way("a bearer token", asks("Bearer " + "k9" * 12), "request.body.input", secret="k9k9"),
    Way("an address with a password", asks("http://ann:pa55word@host/x"), "body.input",
        secret="pa55word"),
    Way("a header of one call", asks(f"see {OTHER}x", extra_headers={"Authorization":
        f"Bearer {OTHER}x"}), "request.body.input", secret=OTHER),
    Way("an MCP tool's token", asks("hi", max_tool_calls=1, tools=tool(authorization=TOKEN)), secret=TOKEN),
    Way("an MCP tool's headers", asks("hi", max_tool_calls=1, tools=tool(headers={"X-Key": TOKEN})), secret=TOKEN),
]  # fmt: skip
IN_ANSWERS = [
    Way("an echo", asks("hi"), "answer.json", text_answer(f"You said {KEY}")),
    Way("an echo in base64", asks("hi"), "answer.json", text_answer(encoded("x" + KEY))),
    Way("the pieces of a stream", chats, "together", streamed("Take ", KEY[:9], KEY[9:23], KEY[23:])),
    Way("one letter a piece", chats, "together", streamed(*KEY)),
    Way("an error's text", asks("hi"), "answer.json.error.message",
        error_answer(401, f"Incorrect API key provided: {KEY}.", type="invalid_request_error")),
    Way("an error's code", asks("hi"), "answer.json.error.code",
        error_answer(400, "No.", type="invalid_request_error", code=KEY)),
    Way("a header", asks("hi"), "answer.headers.x-request-id",
        text_answer("Fine.") | {"headers": {"content-type": "application/json", "x-request-id": KEY}}),
    Way("a client secret", lambda c: c.realtime.client_secrets.create(), None,
        json_answer({"value": "ek_" + "a1" * 12, "expires_at": 1, "session": {"type": "realtime"}}),
        "ek_a1a1"),
    Way("a client secret of a plain form", lambda c: c.realtime.client_secrets.create(), None,
        json_answer({"value": TOKEN, "expires_at": 1, "session": {}}), TOKEN),
    Way("a new admin key", lambda c: c.post("/organization/admin_api_keys", cast_to=object), None,
        json_answer({"object": "organization.admin_api_key", "id": "key_1", "value": TOKEN}), TOKEN),
    Way("a new admin key with a name", lambda c: c.admin.organization.admin_api_keys.create(name="A"),
        None, json_answer({"object": "organization.admin_api_key", "id": "key_1", "created_at": 1,
        "owner": {}, "name": "Secret Key", "redacted_value": "sk-admin...xyz", "value": ADMIN}), ADMIN),
    Way("a service account's key", lambda c: c.post("/organization/x", cast_to=object), None,
        json_answer({"id": "svc_1", "api_key": {"object": "organization.project.service_account."
        "api_key", "name": "Secret Key", "value": ADMIN}}), ADMIN),
    Way("a webhook's secret", lambda c: c.post("/webhook_endpoints", cast_to=object), None,
        json_answer({"object": "webhook_endpoint", "signing_secret": TOKEN}), TOKEN),
    Way("a webhook's new secret", lambda c: c.webhooks.rotate_secret("whe_1"), None,
        json_answer({"id": "whe_1", "object": "webhook_endpoint", "created_at": 1, "updated_at": 2,
        "name": "Station", "url": "https://example.com/", "event_types": ["response.completed"],
        "signing_secret_hint": "whsec_...b24=", "signing_secret": "whsec_" + encoded(TOKEN)}),
        encoded(TOKEN)),
    Way("an echoed MCP tool", asks("hi"), None,
        text_answer("Fine.") | {"json": text_answer("Fine.")["json"] | {"tools":
        tool(authorization=TOKEN, headers={"X": TOKEN})}}, TOKEN),
    Way("a file", lambda c: c.audio.speech.create(model="m", voice="v", input="x").read(),
        "answer.file", {"status": 200, "headers": {"content-type": "audio/mpeg"},
        "file": "sound.mp3"}),
]  # fmt: skip
WAYS = IN_REQUESTS + IN_ANSWERS


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ADMIN_KEY", ADMIN)


def recorded(way: Way, folder: Path, **client: Any) -> tuple[list[Path], str]:
    """The files that a call leaves behind in record mode, and what was warned of."""
    (folder / "sound.mp3").write_bytes(b"ID3" + KEY.encode())

    def source(served: Served) -> Reply:
        return Reply(Answer.model_validate(way.answer or OK), "authored", folder)

    with PracticeServer(source=source) as server, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        options = {"api_key": KEY, "base_url": server.url, "max_retries": 0} | client
        recorder = OpenAI(mode="record", **options)
        with suppress(openai.APIStatusError):
            way.use(recorder)
        recorder._client.state.drain()
    where = Path(folder, "data", "recordings", LESSON)
    files = [path for path in where.glob("*") if path.is_file()]
    return files, "\n".join(str(each.message) for each in told if each.category is UserWarning)


@pytest.mark.usefixtures("data", "keys")
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_key_travels_this_way_and_is_not_written(way: Way, tmp_path: Path) -> None:
    files, told = recorded(way, tmp_path)
    written = b"".join(path.read_bytes() for path in files)
    assert way.secret.encode() not in written
    assert way.secret not in told
    if way.refused is None:
        assert told == ""
        assert len(files) == 1
    else:
        assert "There is a key in " in told
        assert way.refused in told
        assert files == []
    assert way.secret not in str(default_ledger().calls())


def test_there_are_at_least_25_ways() -> None:
    assert len({way.name for way in WAYS}) == len(WAYS) >= 25


@pytest.mark.usefixtures("data", "keys")
@pytest.mark.parametrize("way", [way for way in WAYS if way.refused is None], ids=lambda w: w.name)
def test_what_is_masked_replays(way: Way, tmp_path: Path) -> None:
    [path], _ = recorded(way, tmp_path)
    assert read_recording(path).answers
    way.use(OpenAI())  # finds it, with any key


@pytest.mark.usefixtures("data")
def test_a_tool_with_another_token_finds_the_same_recording(tmp_path: Path) -> None:
    recorded(Way("", asks("hi", max_tool_calls=1, tools=tool(authorization=TOKEN))), tmp_path)
    assert (
        asks("hi", max_tool_calls=1, tools=tool(authorization="of somebody else"))(
            OpenAI()
        ).output_text
        == "Fine."
    )


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("way", IN_REQUESTS[:6], ids=lambda way: way.name)
def test_a_user_and_a_password_in_the_address_change_nothing(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    source = partial(Reply, Answer.model_validate(OK), "authored")
    with (
        PracticeServer(source=lambda _: source()) as server,
        warnings.catch_warnings(record=True) as told,
    ):
        warnings.simplefilter("always")
        url = server.url.replace("http://", "http://ann:pa55word-of-ann@")
        client = OpenAI(mode="record", base_url=url, max_retries=0)
        way.use(client)
        asks("my password is pa55word-of-ann")(client)
    text = "\n".join(str(each.message) for each in told)
    assert text.count("There is a key in ") == 2
    assert list((tmp_path / "data" / "recordings").rglob("*.json")) == []


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    "key", ["ollama", "EMPTY", "none", "local", "lm-studio", "test", "sk-1234"]
)
def test_a_placeholder_is_an_ordinary_word(key: str, tmp_path: Path) -> None:
    way = Way("", asks(f"How do I test {key} locally?"), None, text_answer(f"fp_{key}, none EMPTY"))
    files, told = recorded(way, tmp_path, api_key=key)
    assert (len(files), told) == (1, "")


# The pieces


def test_every_key_of_the_real_form_is_found() -> None:
    letters = string.ascii_letters + string.digits + "-_"
    rng = random.Random(12)
    for prefix in ("sk-", "sk-proj-", "sk-svcacct-", "sk-admin-"):
        for _ in range(2_000):
            key = prefix + "".join(rng.choices(letters, k=48)) + "7"
            assert looks_like_a_key(f'"{key}"') == key
            assert looks_like_a_key(encoded(f"k={key};")) is not None


@pytest.mark.parametrize(
    "text",
    [
        "task-force-of-twenty-people",
        "sk-...",
        "sk-test",
        "risk-free-for-everybody-2026",
        "sess_2jKSkOul9Ql6ahWXBd7rM",
        "resp_68dbee5eaad3e8d971a05ed4ce21665a",
        "basic understanding",
        "http://127.0.0.1:8787/v1",
        "https://example.com/a:b@c",
        "gAAAAABnq" + "aB3-_" * 40,
        "aGVsbG8gd29ybGQsIHRoaXMgaXMgYSB0ZXN0",
    ],
)
def test_what_only_looks_a_little_like_a_key(text: str) -> None:
    assert looks_like_a_key(text) is None
    assert masked_text(text) == text


def test_a_screen_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_TOKEN", TOKEN)
    for secret in (KEY, OTHER, ADMIN, TOKEN, "http://ann:pa55word@host/v1"):
        shown = masked_text(f"POST {secret} failed")
        assert MASK in shown
        assert secret not in shown
    assert "pa55word" not in masked_text("http://ann:pa55word@host/v1")


def test_places_are_masked_and_the_rest_is_left_alone() -> None:
    body = {"tools": tool(require_approval="never"), "input": "hi", "logprobs": [{"token": "sk"}]}
    assert masked(body) is body
    assert masked([1, "a", None]) == [1, "a", None]
    filters = {"type": "eq", "key": "colour", "value": "blue"}
    assert masked(filters) is filters
    assert masked_query("after=3&limit=2&page_token=x") == "after=3&limit=2&page_token=x"
    assert masked_query("a=1&key=k&sig=s") == f"a=1&key={MASK}&sig={MASK}"


def test_what_an_authorization_header_holds() -> None:
    assert list(of_authorization(f"Bearer {KEY}")) == [KEY]
    basic = encoded("ann:pa55word-of-ann")
    assert list(of_authorization(f"Basic {basic}")) == [basic, "ann", "pa55word-of-ann"]
    assert list(of_authorization(KEY)) == [KEY]


def test_the_gate_without_keys_still_knows_their_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert list(Gate().found({"a": [{"b": OTHER}]})) == ["a[0].b"]
    assert list(Gate().found({"a": "nothing"})) == []


@pytest.mark.usefixtures("data")
def test_the_practice_server_prints_no_query() -> None:
    with PracticeServer(["500"]) as server:
        client = openai.OpenAI(base_url=server.url, api_key="x", max_retries=0)
        with pytest.raises(openai.InternalServerError):
            client.responses.create(model=MODEL, input="hi", extra_query={"api_key": KEY})
        assert [seen.path for seen in server.log] == ["/v1/responses"]


@pytest.mark.usefixtures("data")
def test_a_miss_shows_no_key(tmp_path: Path) -> None:
    recorded(Way("", asks("hi there")), tmp_path)
    with pytest.raises(openai.OpenAIError, match="nearest recording") as caught:
        asks(f"hi {OTHER}")(OpenAI())
    assert OTHER not in str(caught.value)


# A sidecar stays in its folder


@pytest.mark.parametrize(
    "name", ["/etc/hostname", "../other.mp3", "a/b.mp3", "..", "", "x" * 300, "..\\other.mp3"]
)
def test_a_recording_names_no_file_elsewhere(name: str, tmp_path: Path) -> None:
    (tmp_path / "other.mp3").write_bytes(b"of somebody else")
    folder = tmp_path / "lesson"
    folder.mkdir()
    path = folder / "01-audio-speech-0a1b2c3d.json"
    content = {
        "request": {"method": "POST", "path": "/v1/audio/speech"},
        "answers": [{"status": 200, "file": name}],
        "provenance": {"source": "live", "at": "2026-11-30T00:00:00Z", "sdk": "openai 3.57.0"},
    }
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(RecordingError, match=r"field file: .* is not the plain name of a file"):
        read_recording(path)


def test_a_link_that_leads_out_of_the_folder_is_no_sidecar(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("of this machine")
    folder = tmp_path / "lesson"
    folder.mkdir()
    (folder / "a.mp3").symlink_to(tmp_path / "secret.txt")
    content = {
        "request": {"method": "POST", "path": "/v1/audio/speech"},
        "answers": [{"status": 200, "file": "a.mp3"}],
        "provenance": {"source": "live", "at": "2026-11-30T00:00:00Z", "sdk": "openai 3.57.0"},
    }
    path = folder / "01-audio-speech-0a1b2c3d.json"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(RecordingError, match="a link that leads out"):
        read_recording(path)
