"""Wrong addresses and amounts in the environment: one line that names the setting, before anything is sent."""

import os
from pathlib import Path

import pytest

from oaiworkbook import AsyncOpenAI, OpenAI, settings, spend_limit
from oaiworkbook.client import addresses
from oaiworkbook.course.doctor import doctor
from oaiworkbook.course.notebook import StartLine
from oaiworkbook.errors import SettingsError
from oaiworkbook.recordings.library import Library

# Each with a word of the reason.
NO_ADDRESS = {
    "http://[::1": "cannot be read",
    "http://127.0.0.1:abc/v1": "cannot be read",
    "http://127.0.0.1:99999/v1": "no port 99999",
    "http://127.0.0.1:0/v1": "no port 0",
    "ftp://x/v1": "http:// or https://",
    "127.0.0.1:8000/v1": "http:// or https://",
    "api.openai.com": "http:// or https://",
    "https://": "names no server",
    "https:///v1": "names no server",
    "https://api.openai.com/v1 ": "a blank or a line break",
    "https://api.openai .com/v1": "cannot be read|a blank",
    "https://api.openai.com/v1\n": "a blank or a line break|cannot be read",
}
ADDRESSES = (
    "https://api.openai.com/v1",
    "http://localhost:11434/v1/",
    "http://[::1]:8080/v1",
    "https://user:pa55word@gateway.example/openai",
    "http://127.0.0.1:8000",
)


@pytest.fixture(autouse=True)
def _live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", "live")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("OAIWORKBOOK_LEDGER", str(tmp_path / "ledger.sqlite"))


@pytest.mark.parametrize("client", [OpenAI, AsyncOpenAI])
@pytest.mark.parametrize("url", NO_ADDRESS)
def test_no_address_is_said_at_once(
    url: str, client: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where, given in (("base_url=", {"base_url": url}), ("OPENAI_BASE_URL", {})):
        monkeypatch.setenv("OPENAI_BASE_URL", url if not given else "https://api.openai.com/v1")
        with pytest.raises(SettingsError, match=NO_ADDRESS[url]) as raised:
            client(**given)
        said = str(raised.value)
        assert said.startswith(where)
        assert "\n" not in said


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_is_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    assert str(OpenAI().base_url).startswith(url.rstrip("/"))
    assert str(OpenAI(base_url=url).base_url).startswith(url.rstrip("/"))


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_replay_does_without_an_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MODE", "replay")
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    asked = Library(settings.data_dir() / "recordings").paths("00_start_here")[0]
    recording = Library(asked.parent.parent).read(asked)
    assert OpenAI().responses.create(**recording.request.body).id
    (found,) = [line for line in doctor().lines if line.name == "base URL"]
    assert found.status == "note"
    assert "not used in replay" in found.text
    monkeypatch.setenv("OAIWORKBOOK_MODE", "live")
    (found,) = [line for line in doctor().lines if line.name == "base URL"]
    assert found.status == "problem"


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(SettingsError) as raised:
        OpenAI(base_url="http://user:pa55word@127.0.0.1:99999/v1")
    assert "pa55word" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "junk://user:pa55word@x"),
        ("HTTPS_PROXY", "http://[::1"),
        ("ALL_PROXY", "socks://127.0.0.1:9/"),
        ("SSL_CERT_FILE", "/nonexistent.pem"),
    ],
)
def test_what_the_environment_says_of_the_network_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as raised:
        OpenAI()
    assert "\n" not in str(raised.value)
    assert "pa55word" not in str(raised.value)
    assert OpenAI(mode="replay").base_url


def test_an_error_that_the_environment_does_not_explain_stays_what_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in list(os.environ):
        if name.upper().endswith("_PROXY") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)
    with pytest.raises(OSError, match="No space left"):
        addresses.made(_full_disk)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(SettingsError, match=r"No space left.*HTTPS_PROXY"):
        addresses.made(_full_disk)


def _full_disk() -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("value", ["1e300", "1e400", "nan", "-1", "inf", "a dollar", "2000000"])
def test_an_amount_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MAX_USD", value)
    with pytest.raises(SettingsError, match=r"OAIWORKBOOK_MAX_USD is .*from 0 to 1,000,000"):
        StartLine()
    with pytest.raises(ValueError, match="amount in USD"):
        spend_limit(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0.0000001", "USD 0.00000010"), ("0", "USD 0"), ("0.5", "USD 0.50"), ("25", "USD 25.00")],
)
def test_a_small_cap_is_not_shown_as_nothing(
    value: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_MAX_USD", value)
    assert f"at most {shown} a day" in StartLine().text


@pytest.mark.parametrize("value", ["1e400", "nan", "-1", "1001"])
def test_a_pace_that_would_never_end_is_refused(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAIWORKBOOK_PACE", value)
    with pytest.raises(SettingsError, match="OAIWORKBOOK_PACE"):
        settings.pace()


@pytest.mark.parametrize("value", ["../x", "a/b", "a\\b", ".", "..", "c:03", "a\nb"])
def test_a_lesson_is_a_name_and_no_path(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAIWORKBOOK_LESSON", value)
    with pytest.raises(SettingsError, match="OAIWORKBOOK_LESSON"):
        settings.lesson()
    monkeypatch.setenv("OAIWORKBOOK_LESSON", "03_streaming")
    assert settings.lesson() == "03_streaming"
