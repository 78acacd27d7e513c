"""Every file has a name that Windows, macOS and Linux can all write, and in which each is told apart."""

import re
from collections import Counter

from .test_no_secrets import files

PLAIN = re.compile(
    r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[\w.-]*[\w-]", re.ASCII | re.IGNORECASE
)
LONGEST = 150  # characters; Windows refuses 260, and the course lies in a folder of its reader


def is_plain(name: str) -> bool:
    return len(name) <= LONGEST and all(map(PLAIN.fullmatch, name.split("/")))


def test_every_file_can_be_written_on_every_system() -> None:
    names = [name.replace("\\", "/") for name in files()]
    assert [name for name in names if not is_plain(name)] == []
    assert [name for name, times in Counter(map(str.casefold, names)).items() if times > 1] == []


def test_what_a_plain_name_is() -> None:
    assert all(map(is_plain, (".ci/run", "data/a-1.json", "docs/console.md", "a/.gitignore")))
    odd = ("a b", "a:b", "notebooks/{'a': 1}", "a.", "docs/con.md", "NUL", "é", "a/" + "b" * 150)
    assert not any(map(is_plain, odd))
