"""Another server on this machine hardly notices the workbook, and no caller waits for its question."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import openai
import pytest

from oaiworkbook.client import AsyncOpenAI, OpenAI, neighbours
from oaiworkbook.client.neighbours import practice_server
from oaiworkbook.errors import NetworkRefused
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.practice.answers import text_answer
from oaiworkbook.practice.server import PracticeServer

ASK: dict[str, Any] = {"model": "llama3.2", "input": "hi"}


class Foreign(ThreadingHTTPServer):
    """A server that is none of ours. `asked`: the paths of its GETs; `slow`: seconds for each."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        self.asked: list[str] = []
        self.slow = 0.0
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Foreign

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        time.sleep(self.server.slow)
        self._say(404, b"{}")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._say(200, json.dumps(text_answer("Yes.")["json"]).encode())

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def foreign(port: int = 0) -> Iterator[Foreign]:
    server = Foreign(port)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    neighbours._known.clear()


def live(url: str, **options: Any) -> Any:
    return OpenAI(base_url=url, api_key="sk-test", mode="live", max_retries=0, **options)


def test_another_server_is_asked_once() -> None:
    with foreign() as server:
        for _ in range(3):
            for _ in range(3):
                assert live(server.url).responses.create(**ASK).output_text == "Yes."
        assert server.asked == ["/oaiworkbook"]


def test_threads_ask_once_together() -> None:
    with foreign() as server:
        server.slow = 0.2
        url = httpx2.URL(server.url)
        threads = [threading.Thread(target=practice_server, args=(url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.asked == ["/oaiworkbook"]


def test_a_server_of_this_process_is_not_asked_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: Any) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(neighbours, "_asked", asked)
    with PracticeServer(["500"]) as server:
        assert practice_server(httpx2.URL(server.url)) == "recordings"
        with pytest.raises(openai.InternalServerError):
            OpenAI(base_url=server.url, max_retries=0).responses.create(**ASK)
    with PracticeServer(source=lambda _: None) as server:  # type: ignore[arg-type, return-value]
        assert practice_server(httpx2.URL(server.url)) == "other answers"


def test_a_host_elsewhere_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_asked", lambda *_: 1 / 0)
    assert practice_server(httpx2.URL("https://api.openai.com/v1")) is None


def test_nobody_there_is_not_remembered() -> None:
    with foreign() as server:
        url, port = httpx2.URL(server.url), server.server_port
    assert practice_server(url) is None
    with PracticeServer(port=port) as practice:
        assert practice_server(httpx2.URL(practice.url)) == "recordings"


def test_a_busy_server_does_not_hold_the_caller_longer_than_its_timeout() -> None:
    with foreign() as server:
        server.slow = 5
        began = time.monotonic()
        assert live(server.url, timeout=0.3).responses.create(**ASK).output_text == "Yes."
        assert time.monotonic() - began < 2


def test_an_event_loop_goes_on_meanwhile() -> None:
    async def main(url: str) -> float:
        longest, over = 0.0, asyncio.Event()

        async def tick() -> None:
            nonlocal longest
            while not over.is_set():
                before = time.monotonic()
                await asyncio.sleep(0.01)
                longest = max(longest, time.monotonic() - before)

        ticking = asyncio.create_task(tick())
        async with AsyncOpenAI(base_url=url, api_key="sk-test", mode="live") as client:
            answer = await client.responses.create(**ASK)
        assert answer.output_text == "Yes."
        over.set()
        await ticking
        return longest

    with foreign() as server:
        server.slow = 0.8
        assert asyncio.run(main(server.url)) < 0.5
        assert server.asked == ["/oaiworkbook"]


SERVE = """
import sys
from oaiworkbook.practice.server import PracticeServer
with PracticeServer(["500*"]) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


def test_a_port_that_changes_hands_is_noticed() -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    url = other.stdout.readline().strip()
    with pytest.raises(openai.InternalServerError):
        live(url).responses.create(**ASK)
    other.communicate("")
    with foreign(int(httpx2.URL(url).port or 0)) as server:
        assert live(url).responses.create(**ASK).output_text == "Yes."
        live(url).responses.create(**ASK)
        assert server.asked == ["/oaiworkbook"]
    assert [row.mode for row in default_ledger().calls()] == ["practice", "live", "live"]


def test_replay_refuses_another_server_and_asks_again_later() -> None:
    with foreign() as server:
        for _ in range(2):
            with pytest.raises(NetworkRefused, match="is not the workbook's practice server"):
                OpenAI(base_url=server.url).responses.create(**ASK)
        assert server.asked == ["/oaiworkbook"] * 2
