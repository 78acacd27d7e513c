"""`docs/live-class/`: the prices of the proxy's settings, and the keys of a class.

The keys are made here at a stand-in for LiteLLM's proxy, which answers as 1.108.7 does;
`test_with_litellm.py` makes them at the real one.
"""

import json
import re
import runpy
import stat
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook import rates
from oaiworkbook.course import lessons

FOLDER = Path(__file__).parents[2] / "docs" / "live-class"
KEYS = FOLDER / "keys.py"
MASTER = "sk-master"
# How LiteLLM calls what our tables call so; USD a token there, USD a million tokens here.
NAMES = {
    "input_cost_per_token": "input_tokens",
    "cache_creation_input_token_cost": "cache_write_tokens",
    "cache_read_input_token_cost": "cache_read_tokens",
    "input_cost_per_image_token": "input_image_tokens",
    "output_cost_per_token": "output_tokens",
    "output_cost_per_image_token": "output_tokens",
}


def config() -> Any:
    return import_module("yaml").safe_load((FOLDER / "config.yaml").read_text("utf-8"))


def test_the_prices_in_the_settings_are_the_course_s() -> None:
    priced = 0
    for entry in config()["model_list"]:
        model, given = entry["model_name"], entry["litellm_params"]
        assert given["model"] == f"openai/{model}"
        ours = rates(model, datetime.now(UTC)).usd
        assert ours or model.startswith("omni-moderation")  # which is free
        for name in given.keys() - {"model", "api_key"}:
            assert Decimal(str(given[name])) * 1_000_000 == ours[NAMES[name]], (model, name)
            priced += 1
    assert priced > 0


def test_a_key_may_call_only_what_the_settings_name() -> None:
    named = {entry["model_name"] for entry in config()["model_list"]}
    default = runpy.run_path(str(KEYS))["MODELS"].split(",")
    assert set(default) < named


class StandIn(ThreadingHTTPServer):
    """Keys as LiteLLM's proxy keeps them, two to a page. `fails_after`: makes no more than so many."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, Any]] = {}
        self.fails_after = 1000
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: StandIn

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        page = int(re.search(r"[?&]page=(\d+)", self.path)[1])  # type: ignore[index]
        found = list(self.server.keys.values())
        self.answer({"keys": found[2 * page - 2 : 2 * page], "total_pages": -(-len(found) // 2)})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {MASTER}":
            self.answer({"error": {"message": "Authentication Error", "code": "401"}}, 401)
        elif self.path == "/key/generate" and len(self.server.keys) < self.server.fails_after:
            name = asked["key_alias"]
            self.server.keys[name] = {**asked, "spend": 0.0, "blocked": None}
            self.answer({"key": f"sk-secret-{name}"})
        elif self.path == "/key/delete":
            for name in asked["key_aliases"]:
                del self.server.keys[name]
            self.answer({"deleted_keys": asked["key_aliases"]})
        else:
            self.answer({"error": {"message": "no database", "code": "500"}}, 500)

    def answer(self, body: dict[str, Any], status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.chdir(tmp_path)
    with StandIn() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PROXY", f"http://127.0.0.1:{server.server_port}/v1")
        monkeypatch.setenv("LITELLM_MASTER_KEY", MASTER)
        yield server
        server.shutdown()


def keys(*words: str) -> int:
    status: int = runpy.run_path(str(KEYS))["main"](list(words))
    return status


MAKE = ("make", "3", "--budget", "0.25", "--address", "http://192.0.2.7:4000/v1")


def test_a_sheet_has_a_key_for_each(proxy: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys(*MAKE) == 0
    assert capsys.readouterr().out.startswith("3 keys, USD 0.25 each, USD 0.75 together: keys.html")
    assert list(proxy.keys) == ["seat-01", "seat-02", "seat-03"]
    asked = proxy.keys["seat-02"]
    assert (asked["max_budget"], asked["duration"], asked["rpm_limit"]) == (0.25, "10h", 60)
    assert asked["models"] == ["gpt-6-luna", "text-embedding-3-small"]
    sheet = Path("keys.html")
    text = sheet.read_text("utf-8")
    assert re.findall(r"OPENAI_API_KEY=(\S+)", text) == [f"sk-secret-seat-0{n}" for n in (1, 2, 3)]
    assert text.count("OPENAI_BASE_URL=http://192.0.2.7:4000/v1\n") == 3
    assert text.count("OAIWORKBOOK_MODE=live\nOAIWORKBOOK_MAX_USD=0.25") == 3
    if sys.platform != "win32":
        assert stat.S_IMODE(sheet.stat().st_mode) == 0o600


def test_a_sheet_is_never_written_over(proxy: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys(*MAKE) == 0
    before = Path("keys.html").read_bytes()
    assert keys(*MAKE) == 1
    assert "may be the only place with its keys" in capsys.readouterr().err
    assert Path("keys.html").read_bytes() == before
    assert keys(*MAKE, "--sheet", "again.html") == 1
    assert "seat-01 has a key already" in capsys.readouterr().err
    assert not Path("again.html").exists()


def test_keys_that_were_made_before_a_failure_are_on_the_sheet(
    proxy: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    proxy.fails_after = 2
    assert keys(*MAKE) == 1
    assert "answered 500" in capsys.readouterr().err
    assert "sk-secret-seat-02" in Path("keys.html").read_text("utf-8")


@pytest.mark.parametrize("wrong", [("0",), ("3", "--budget", "0"), ("3", "--budget", "nan")])
def test_no_key_is_made_without_a_budget(proxy: StandIn, wrong: tuple[str, ...]) -> None:
    assert keys("make", *wrong, "--address", "http://192.0.2.7:4000/v1") == 1
    assert not proxy.keys
    assert not Path("keys.html").exists()


def test_who_spent_what(proxy: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    keys(*MAKE)
    proxy.keys["seat-03"]["spend"] = 0.2501
    proxy.keys["seat-02"] |= {"spend": 0.01, "blocked": True}
    proxy.keys["mine"] = {"key_alias": "mine", "spend": 9.0, "max_budget": None}
    capsys.readouterr()
    assert keys("spent") == 0
    assert capsys.readouterr().out.splitlines() == [
        "seat-03  USD 0.250100 of 0.25  used up",
        "seat-02  USD 0.010000 of 0.25  blocked",
        "seat-01  USD 0.000000 of 0.25",
        "3 keys, USD 0.260100 together",
    ]


def test_one_key_or_all_are_ended(proxy: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    keys(*MAKE)
    proxy.keys["mine"] = {"key_alias": "mine", "spend": 9.0, "max_budget": None}
    assert keys("revoke") == 1
    assert keys("revoke", "seat-02", "seat-20") == 1
    assert "There is no key seat-20." in capsys.readouterr().err
    assert len(proxy.keys) == 4
    assert keys("revoke", "seat-02") == 0
    assert list(proxy.keys) == ["seat-01", "seat-03", "mine"]
    assert keys("revoke", "--all") == 0
    assert list(proxy.keys) == ["mine"]


def test_what_is_missing_is_said(
    proxy: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROXY", "http://127.0.0.1:9")
    assert keys("spent") == 1
    assert "No proxy answers at http://127.0.0.1:9" in capsys.readouterr().err
    monkeypatch.delenv("LITELLM_MASTER_KEY")
    assert keys("spent") == 1
    assert "LITELLM_MASTER_KEY is not set" in capsys.readouterr().err


def test_the_page_names_each_lesson_once() -> None:
    page = (FOLDER.parent / "live-class.md").read_text("utf-8")
    table = page.partition("## Which lessons")[2].partition("\n## ")[0]
    found = sorted(
        re.findall(r"(?<!\d)\d\d(?!\d)", "".join(re.findall(r"^\| [\d, ]+ \|", table, re.M)))
    )
    assert found == lessons.numbers()
