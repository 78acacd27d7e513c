"""The keys of a class at LiteLLM's own proxy with PostgreSQL; behind it, in OpenAI's place, a practice server.

It runs where LITELLM names the program and LITELLM_DATABASE_URL a database that a run may fill:

    LITELLM=~/litellm/bin/litellm LITELLM_DATABASE_URL=postgresql://litellm@127.0.0.1/try
        python -m pytest -n 1 tests/live_class
"""

import json
import os
import re
import socket
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import pytest

from oaiworkbook.client import OpenAI
from oaiworkbook.money.ledger import default_ledger
from oaiworkbook.practice.answers import stream_answer, text_answer
from oaiworkbook.practice.loopback import Reply, Served
from oaiworkbook.practice.server import PracticeServer
from oaiworkbook.recordings.file import Answer

from ..client.test_class_proxy import CASES
from .test_keys import FOLDER, keys

LITELLM = os.environ.get("LITELLM", "")
DATABASE = os.environ.get("LITELLM_DATABASE_URL", "")
if not (LITELLM and DATABASE):
    pytest.skip("LITELLM and LITELLM_DATABASE_URL are not set", allow_module_level=True)

MASTER = f"sk-{uuid.uuid4().hex}"
START = 600  # seconds; it makes its tables when it starts
USAGE = (40, 12)  # tokens in and out: 40 * 0.10 + 12 * 0.50 USD a million
PRICE = Decimal("0.00001")
PLAIN = Answer.model_validate(text_answer("No.", model="gpt-6-luna", usage=USAGE))
STREAM = Answer.model_validate(stream_answer(["N", "o."], model="gpt-6-luna", usage=USAGE))
ASK: dict[str, Any] = {"model": "gpt-6-luna", "input": "Does the 14:10 sail?"}


def source(served: Served) -> Reply:
    return Reply(STREAM if served.form.get("stream") else PLAIN, "authored")


@dataclass
class Running:
    address: str
    behind: PracticeServer


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("litellm") / "log"
    command = [LITELLM, "--config", str(FOLDER / "config.yaml"), "--port", str(port)]
    with PracticeServer(source=source) as behind, log.open("wb") as output:
        environment = os.environ | {
            "OPENAI_BASE_URL": behind.url,
            "OPENAI_API_KEY": "sk-behind",
            "DATABASE_URL": DATABASE,
            "LITELLM_MASTER_KEY": MASTER,
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # no network is needed
        }
        started = subprocess.Popen(
            [*command, "--host", "127.0.0.1"], env=environment, stdout=output, stderr=output
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, started, log)
            yield Running(address, behind)
        finally:
            started.terminate()
            started.wait(60)


def _wait(address: str, started: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end and started.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health/readiness", timeout=5) as answer:
                if json.load(answer)["db"] == "connected":
                    return
        except OSError:
            pass
        time.sleep(1)
    pytest.fail(f"LiteLLM did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")


@pytest.fixture
def proxy(running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROXY", running.address)
    monkeypatch.setenv("LITELLM_MASTER_KEY", MASTER)
    assert keys("revoke", "--all") == 0
    yield running
    assert keys("revoke", "--all") == 0


def made(proxy: Running, count: int, budget: str) -> list[str]:
    url = f"{proxy.address}/v1"
    assert keys("make", str(count), "--budget", budget, "--address", url) == 0
    return re.findall(r"OPENAI_API_KEY=(\S+)", Path("keys.html").read_text("utf-8"))


def seat(proxy: Running, key: str) -> OpenAI:
    return OpenAI(mode="live", base_url=f"{proxy.address}/v1", api_key=key)


def as_known(error: openai.APIStatusError, name: str) -> None:
    known = CASES[name]
    assert type(error) is known.raises
    assert (error.status_code, error.type, error.code) == (
        known.status,
        known.error["type"],
        known.error["code"],
    )
    assert known.note in "".join(error.__notes__)


def test_thirty_keys_of_which_one_is_used_up(
    proxy: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = made(proxy, 30, "0.00001")
    assert len(set(sheet)) == 30
    client = seat(proxy, sheet[6])
    assert client.responses.create(**ASK).output_text == "No."
    asked = len(proxy.behind.log)
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        client.responses.create(**ASK)
    as_known(caught.value, "the budget is used up")
    assert "Budget has been exceeded!" in str(caught.value)
    assert len(proxy.behind.log) == asked  # nothing reached what is behind the proxy
    assert [call.cost_usd for call in default_ledger().calls()] == [PRICE, Decimal(0)]
    assert seat(proxy, sheet[7]).responses.create(**ASK).output_text == "No."
    # The proxy writes what was spent every ten seconds or so.
    end = time.monotonic() + 60
    told = ""
    while "USD 0.000020 together" not in told and time.monotonic() < end:
        time.sleep(2)
        capsys.readouterr()
        assert keys("spent") == 0
        told = capsys.readouterr().out
    assert "seat-07  USD 0.000010 of 0.00  used up" in told
    assert "30 keys, USD 0.000020 together" in told


def test_a_stream_costs_the_same_at_the_proxy_and_in_the_log(proxy: Running) -> None:
    [key] = made(proxy, 1, "0.50")
    client = seat(proxy, key)
    with client.responses.stream(**ASK) as stream:
        assert stream.get_final_response().output_text == "No."
    [call] = default_ledger().calls()
    assert (call.status, call.cost_usd) == ("ok", PRICE)


def test_a_revoked_key_and_a_model_that_is_not_allowed(proxy: Running) -> None:
    [key] = made(proxy, 1, "0.50")
    client = seat(proxy, key)
    with pytest.raises(openai.PermissionDeniedError) as denied:
        client.responses.create(**ASK | {"model": "gpt-6.1-terra"})
    as_known(denied.value, "the model is not allowed")
    assert keys("revoke", "seat-01") == 0
    with pytest.raises(openai.AuthenticationError) as revoked:
        client.responses.create(**ASK)
    as_known(revoked.value, "revoked")


def test_it_has_a_price_for_each_model_of_the_settings(proxy: Running) -> None:
    request = urllib.request.Request(
        f"{proxy.address}/model/info", headers={"Authorization": f"Bearer {MASTER}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        models = json.load(answer)["data"]
    assert models
    for model in models:
        if not model["model_name"].startswith("omni-moderation"):  # which is free
            assert model["model_info"]["input_cost_per_token"], model["model_name"]
