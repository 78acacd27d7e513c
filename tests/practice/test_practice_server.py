"""The practice server answers any client, fails on demand, and keeps a real rate limit."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from oaiworkbook.client import OpenAI
from oaiworkbook.errors import PortTaken, UnknownFault
from oaiworkbook.practice.faults import FAULTS, plan
from oaiworkbook.practice.rate_limit import RateLimit, RateLimits
from oaiworkbook.practice.server import PracticeServer
from tests.support import serve

from ..echo import MODEL, Echo
from ..support import data, record  # noqa: F401

pytestmark = pytest.mark.usefixtures("data")

BODY = {"input": "tide", "model": MODEL}


def ask(client: Any, **more: Any) -> Any:
    return client.responses.create(model=MODEL, input="tide", **more)


def test_a_plain_sdk_client_is_answered_from_the_recordings() -> None:
    was = record(Echo(), lambda c: ask(c).to_dict())
    with serve() as url:
        client = openai.OpenAI(base_url=url, api_key="sk-test")
        assert ask(client).to_dict() == was


def test_its_log_holds_what_was_asked_but_nothing_large() -> None:
    large = BODY | {"instructions": "x" * 70_000}
    with PracticeServer(source=Echo()) as server, httpx2.Client(trust_env=False) as web:
        for body in (BODY, large):
            web.post(f"{server.url}/responses", json=body)
        web.get(f"{server.url}/models")
        web.head(f"{server.url}/models")
    assert [seen.form for seen in server.log] == [BODY, None, None, None]


def test_as_a_proxy_it_answers_in_the_place_of_the_server_that_is_asked() -> None:
    was = record(Echo(), lambda c: ask(c).to_dict())
    with PracticeServer() as server:
        web = openai.DefaultHttpx2Client(proxy=server.url.removesuffix("/v1"))
        address = "http://api.invalid/v1"
        client = openai.OpenAI(base_url=address, api_key="sk-test", http_client=web)
        assert ask(client).to_dict() == was
        assert [seen.path for seen in server.log] == ["http://api.invalid/v1/responses"]


def test_a_stream_arrives_as_the_api_frames_it() -> None:
    record(Echo(), lambda c: list(ask(c, stream=True)))
    with serve() as url:
        answer = httpx2.post(f"{url}/responses", json=BODY | {"stream": True}, trust_env=False)
    assert answer.headers["transfer-encoding"] == "chunked"
    frames = answer.text.split("\n\n")
    assert frames[0].startswith("event: response.created\ndata: {")
    assert frames[-1] == ""
    assert json.loads(frames[-2].split("data: ")[1])["response"]["status"] == "completed"


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_is_answered() -> None:
    record(Echo(), ask)
    with serve() as url:
        command = ["curl", "-s", "--noproxy", "*", f"{url}/responses", "-d", json.dumps(BODY)]
        out = subprocess.check_output([*command, "-H", "content-type: application/json"])
    assert json.loads(out)["output"][0]["content"][0]["text"] == "You said: tide"


def test_answers_say_who_wrote_them() -> None:
    record(Echo(), ask)
    with serve() as url:
        answer = httpx2.post(f"{url}/responses", json=BODY, trust_env=False)
    assert answer.headers["x-oaiworkbook-source"] == "authored"


def test_a_request_without_a_recording_is_a_400_that_names_the_nearest() -> None:
    record(Echo(), ask)
    with serve() as url:
        answer = httpx2.post(f"{url}/responses", json=BODY | {"input": "ebb"}, trust_env=False)
    error = answer.json()["error"]
    # A 404 would say to frameworks that the model does not exist.
    assert (answer.status_code, error["code"]) == (400, "recording_not_found")
    assert "nearest recording" in error["message"]
    assert "Ctrl+Z" not in error["message"], "no word about notebooks to a program"
    assert "cell" not in error["message"]


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1:8000"])
def test_a_page_of_this_machine_may_ask(origin: str) -> None:
    record(Echo(), ask)
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-stainless-lang",
    }
    with PracticeServer(["500"]) as server:
        url = f"{server.url}/responses"
        asked = httpx2.options(url, headers=headers, trust_env=False)
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == origin
        assert "POST" in asked.headers["access-control-allow-methods"]
        assert "x-stainless-lang" in asked.headers["access-control-allow-headers"]
        assert httpx2.head(url, trust_env=False).status_code == 200
        failed = httpx2.post(url, json=BODY, headers={"origin": origin}, trust_env=False)
        assert failed.status_code == 500, "neither question has used up the fault"
        answered = httpx2.post(url, json=BODY, headers={"origin": origin}, trust_env=False)
    assert answered.headers["access-control-allow-origin"] == origin
    assert answered.json()["status"] == "completed"


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1.example.com"])
def test_a_page_of_another_machine_may_not(origin: str) -> None:
    with serve() as url:
        asked = httpx2.options(f"{url}/responses", headers={"origin": origin}, trust_env=False)
    assert "access-control-allow-origin" not in asked.headers


def test_tokens_a_minute_are_a_limit_of_their_own() -> None:
    record(Echo(), lambda client: client.responses.create(**BODY, max_output_tokens=900))
    body = BODY | {"max_output_tokens": 900}
    with serve(tpm=6_000, rpm=60_000) as url:  # 1,000 at once, 100 a second
        answers = [httpx2.post(f"{url}/responses", json=body, trust_env=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[0].headers["x-ratelimit-limit-tokens"] == "6000"
    assert 0 < int(answers[0].headers["x-ratelimit-remaining-tokens"]) < 200
    assert answers[0].headers["x-ratelimit-limit-requests"] == "60000"
    error = answers[1].json()["error"]
    assert (error["type"], error["code"]) == ("tokens", "rate_limit_exceeded")
    assert "tokens per min (TPM)" in error["message"]
    assert 5_000 < int(answers[1].headers["retry-after-ms"]) < 10_000


def test_a_request_larger_than_the_limit_holds_passes_when_all_is_quiet() -> None:
    limits = RateLimits([RateLimit(600, "tokens")])
    assert limits.take({"max_output_tokens": 5_000}, 40)[0].kind == "ok"
    fault, _ = limits.take({"max_output_tokens": 1}, 40)
    assert fault.kind == "answer"


def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(PortTaken, match=f"Port {port} .* choose another port"),
            serve(port=port),
        ):
            pass


def test_an_unknown_fault_lists_those_there_are() -> None:
    with pytest.raises(UnknownFault, match=r"'5000'.*429.*reset"), serve(faults=["5000"]):
        pass


def test_a_plan_is_followed_and_then_all_is_well() -> None:
    faults = plan(["500*2", "reset", "ok", "429:0.2"])
    kinds = [next(faults) for _ in range(7)]
    assert [f.answer["status"] if f.answer else f.kind for f in kinds] == [
        500, 500, "reset", "ok", 429, "ok", "ok",
    ]  # fmt: skip
    for_ever = plan(["503*"])
    assert all(next(for_ever).answer["status"] == 503 for _ in range(50))  # type: ignore[index]


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_has_a_description_and_can_be_made(name: str) -> None:
    text, make = FAULTS[name]
    assert len(text) > 8
    fault = make(None)
    assert fault.kind in ("ok", "answer", name)
    assert (fault.answer is not None) is (fault.kind == "answer")


def test_the_rate_limit_really_refuses() -> None:
    record(Echo(), ask)
    with PracticeServer(rpm=600) as server:  # 10 a second, 5 at once
        client = openai.OpenAI(base_url=server.url, api_key="sk-test", max_retries=0)
        passed = refused = 0
        for _ in range(12):
            try:
                ask(client)
                passed += 1
            except openai.RateLimitError as error:
                refused += 1
                headers = error.response.headers
                assert headers["x-ratelimit-remaining-requests"] == "0"
                assert 0 < int(headers["retry-after-ms"]) <= 100
        assert passed >= 5
        assert refused >= 1
        time.sleep(0.11)
        assert ask(client).status == "completed"
        assert [seen.answered for seen in server.log].count("429") == refused


def test_the_workbook_s_client_talks_to_it_in_every_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    record(Echo(), ask)
    with PracticeServer() as server:
        assert ask(OpenAI(base_url=server.url)).status == "completed"
        assert ask(OpenAI().with_options(base_url=server.url)).status == "completed"
        assert ask(OpenAI(mode="live", base_url=server.url)).status == "completed"
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert ask(OpenAI()).status == "completed"
        assert len(server.log) == 4


def test_proxies_in_the_environment_do_not_reach_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    record(Echo(), ask)
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serve() as url:
        assert ask(OpenAI(base_url=url)).status == "completed"
        assert ask(OpenAI(mode="live", base_url=url)).status == "completed"


def test_only_loopback_is_listened_on() -> None:
    with PracticeServer(source=Echo()) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert server._http.server_address[0] == "127.0.0.1"


def test_a_copied_program_needs_only_the_base_url(tmp_path: Path) -> None:
    record(Echo(), ask)
    program = tmp_path / "copied.py"
    program.write_text(
        "from openai import OpenAI\n"
        f"print(OpenAI().responses.create(model={MODEL!r}, input='tide').output_text)\n"
    )
    with serve(faults=["429:0.05"]) as url:
        out = subprocess.check_output(
            [sys.executable, str(program)],
            text=True,
            env=dict(os.environ, OPENAI_BASE_URL=url, OPENAI_API_KEY="sk-test"),
        )
    assert out.strip() == "You said: tide"


def test_a_mistake_in_a_source_reaches_its_author() -> None:
    def broken(served: Any) -> Any:
        raise KeyError("tide")

    with PracticeServer(source=broken) as server:
        client = openai.OpenAI(base_url=server.url, api_key="sk-test")
        with pytest.raises(
            openai.BadRequestError, match="source of this server failed: KeyError: 'tide'"
        ):
            ask(client)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts no sockets as files")
def test_two_hundred_calls_at_once_are_answered_where_a_program_may_open_256_files() -> None:
    record(Echo(), ask)
    program = f"""
import asyncio, resource, openai
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
from oaiworkbook import PracticeServer

async def main():
    with PracticeServer(["429:0.01*"]) as server:
        async with openai.AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
            calls = [client.responses.create(model={MODEL!r}, input="tide") for _ in range(200)]
            found = await asyncio.gather(*calls, return_exceptions=True)
    print(len(server.log), {{type(each).__name__ for each in found}})

asyncio.run(main())
"""
    out = subprocess.check_output([sys.executable, "-c", program], text=True, timeout=60)
    assert out == "200 {'RateLimitError'}\n"
