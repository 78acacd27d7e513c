"""What type checkers are shown of the clients' arguments is what they take."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import openai
import pytest

from oaiworkbook.client.options import Copied, New

OURS = {"mode", "deadline"}
RIGHT = """
from typing import assert_type
from oaiworkbook import AsyncOpenAI, OpenAI

async def key() -> str:
    return "sk-test"

client = OpenAI(mode="live", deadline=600, api_key="sk-test", timeout=30)
assert_type(client.with_options(deadline=2.5, max_retries=0), OpenAI)
assert_type(AsyncOpenAI(api_key=key, mode=None).copy(mode="record"), AsyncOpenAI)
"""
WRONG = [
    'OpenAI(mode="life")',
    "OpenAI(dead_line=600)",
    'OpenAI(timeout="soon")',
    "OpenAI(api_key=key)",
    "OpenAI(http_client=None)",
    'client.with_options(deadline="soon")',
]


def names(function: Any) -> set[str]:
    return set(inspect.signature(function).parameters) - {"self"}


@pytest.mark.parametrize("sdk", [openai.OpenAI, openai.AsyncOpenAI])
def test_the_arguments_are_the_sdks_and_two_more(sdk: type[Any]) -> None:
    assert {"api_key", "http_client", *New.__annotations__} == names(sdk.__init__) | OURS
    assert {"api_key", *Copied.__annotations__} == names(sdk.copy) | OURS


def test_a_type_checker_takes_what_is_right_and_nothing_else(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("\n".join([RIGHT, *WRONG]))
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(program)]
    root = Path(__file__).parents[2]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout
    found = {line.split(":")[1] for line in said.splitlines() if ": error:" in line}
    first = RIGHT.count("\n") + 2
    assert found == {str(first + number) for number in range(len(WRONG))}, said
