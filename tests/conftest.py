"""Keeps every test away from the user's own folders, keys and proxies."""

import gc
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from oaiworkbook.money import ledger

# Names as the SDK, httpx2 and the workbook read them. A test sets what it needs itself.
CLEARED = ("OPENAI_", "OAIWORKBOOK_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def pytest_configure() -> None:
    # A shell that starts pytest in the background has it ignore Ctrl+C, and all that tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: no collector of garbage need look through it again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "network" in config.option.markexpr:
        return
    skip = pytest.mark.skip(reason="It needs the package index: python -m pytest -m network")
    for item in items:
        if item.get_closest_marker("network"):
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def own_folders(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A home of its own for each test, and nothing in the environment that points out of it."""
    for name in list(os.environ):
        if name.startswith(CLEARED) or name.lower() in PROXIES:
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    for name, folder in {
        "HOME": home,
        "USERPROFILE": home,
        "LOCALAPPDATA": home / "local",
        "XDG_DATA_HOME": home / "share",
        "XDG_CONFIG_HOME": home / "config",
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_CONFIG_DIR": home / "jupyter-config",
        "JUPYTER_DATA_DIR": home / "jupyter-data",
        "JUPYTER_RUNTIME_DIR": home / "jupyter-run",
        "OAIWORKBOOK_LEDGER": home / "ledger.sqlite",
        "OAIWORKBOOK_PROGRESS": home / "progress",
    }.items():
        monkeypatch.setenv(name, str(folder))
    yield home
    for opened in ledger._default.values():
        opened.close()  # the one of each test would keep three files open
