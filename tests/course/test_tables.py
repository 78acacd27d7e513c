"""doctor sees a table that is missing, cut or wrong: file, line or field, and what to do, in one line."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from oaiworkbook import doctor, estimate, models
from oaiworkbook.cli import main as cli
from oaiworkbook.course import api_map, dated_facts
from oaiworkbook.errors import WorkbookError
from oaiworkbook.money import price_table

from .. import small_course as course

NAMES = {"prices.toml": "prices", "models.toml": "models", "dated_facts.toml": "dated facts"}
NAMES["api.toml"] = "map of the API"
Change = Callable[[bytes], bytes]


def instead(old: str, new: str) -> Change:
    def change(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new.encode(), 1)

    return change


def cut_at(words: str) -> Change:
    """Ends the file where these words stand, after whole entries."""
    return lambda content: content[: content.index(words.encode())]


ANY: dict[str, tuple[Change, str]] = {
    "cut in a line": (lambda content: content[: content.rindex(b'"')], "line "),
    "empty": (lambda content: b"", "missing|no entry"),
    "no UTF-8": (lambda content: b"# \n# caf\xe9\n" + content, "line 2 is no UTF-8 text"),
    "UTF-16": (lambda content: content.decode().encode("utf-16"), "line 1 is no UTF-8 text"),
    "twice": (lambda content: content + content, "line "),
    "deep": (lambda content: b"a = " + b"[" * 100_000 + b"\n" + content, "no TOML"),
}
OWN: dict[str, dict[str, tuple[Change, str]]] = {
    "prices.toml": {
        "cut after an entry": (cut_at("[[uplift]]"), r"\[\[uplift\]\].*may be cut"),
        "a text for a number": (instead("usd = 0.01", 'usd = "0.01"'), "fee web_search.*`usd`"),
        "a negative number": (instead("usd = 0.01", "usd = -0.01"), "fee web_search.*`usd`"),
        "no number": (instead("usd = 0.01", "usd = nan"), "fee web_search.*`usd`"),
        "a text for a price": (instead("input_mtok = 2,", 'input_mtok = "2",'), "`price` must be"),
        "a day and time": (instead("as_of = 2026-11-22", "as_of = 2026-11-22T00:00:00"), "as_of"),
        "a text for a day": (instead("starts = 2026-11-17", 'starts = "soon"'), "`starts`.*a day"),
        "a broken pattern": (instead("'gpt-6'", "'gpt-(6'"), "`since`.*regular expressions"),
        "a field misspelt": (instead("max_input_tokens", "max_input_token"), "max_input_token`"),
        "a field missing": (instead("usd = 0.01", ""), "fee web_search: `usd` is missing"),
        "a rate misspelt": (
            instead("cache_read_mtok = 0.10", "cached_mtok = 0.10"),
            "no rate `cached_mtok`",
        ),
        "a kind misspelt": (instead("[[fee]]", "[[fees]]"), r"\[\[fees\]\].*no such kind"),
        "a table for a list": (instead("[[uplift]]", "[uplift]"), r"\[\[uplift\]\]"),
        "a long context": (instead("input_factor", "input_facto"), "long_context: `input_factor`"),
    },
    "models.toml": {
        "cut after an entry": (cut_at("\n[[active]]"), "not listed"),
        "cut before the roles": (cut_at("\n[roles]"), r"\[roles\] is missing"),
        "a number for a name": (instead('chat = "gpt-6-luna"', "chat = 6"), "`roles` must be"),
        "a text for a list": (instead('models = ["', 'models = "x" #'), "`models` must be a list"),
        "a list for a source": (instead('source = "sdk"', 'source = ["sdk"]'), "`source` must be"),
        "a field misspelt": (instead("successor =", "sucessor ="), "`sucessor`"),
        "a table misspelt": (instead("\n[purposes]", "\n[purpose]"), r"purpose"),
        "a value for a list": (
            lambda c: b"active = 3\n" + cut_at("\n[[active]]")(c),
            "`active` must",
        ),
    },
    "dated_facts.toml": {
        "cut after the head": (cut_at("\n[[fact]]"), "`fact` is missing"),
        "a number for a lesson": (instead('lesson = "11"', "lesson = 11"), "number 1: `lesson`"),
        "a field misspelt": (instead("says =", "say ="), "number 1: `says` is missing"),
        "one field too many": (instead("models = [", "model = 1\nmodels = ["), "`model`"),
        "a day without its day": (instead("as_of = 2026-11-30", ""), "`as_of` is missing"),
        "a text for a list": (
            lambda content: content[: content.index(b"sentence = [")] + b'sentence = "x"',
            "number 1: `sentence` must be",
        ),
    },
}
OWN["api.toml"] = {
    "cut after a table": (
        cut_at('\n[rows."tool of Chat"]'),
        "no tool of Chat; the file may be cut",
    ),
    "cut after the head": (cut_at("\n[legend]"), "`legend` is missing"),
    "a word misspelt": (instead('"named in 12"', '"namd in 12"'), "'namd in 12'.*legend"),
    "a word not explained": (instead('"beta" =', '"betas" ='), "'beta'.*legend"),
    "no lesson's number": (instead('= "17"', '= "seventeen"'), "'seventeen'.*legend"),
    "no day of a month": (instead('"ends 2026-09-24"', '"ends 2026-09-31"'), "videos.*day"),
    "a number for lessons": (instead('= "17"', "= 17"), "`rows` must be"),
    "a kind misspelt": (instead("[rows.method]", "[rows.metod]"), "kind 'metod'"),
    "a task without a section": (instead('= "01 Copy this cell"', '= "01"'), "'01' is no lesson"),
    "a table misspelt": (instead("\n[planned]", "\n[plan]"), "`planned` is missing"),
    "a field too many": (instead('sdk = "', 'other = 1\nsdk = "'), "no field `other`"),
}
CASES = [(file, kind, *how) for file in NAMES for kind, how in (ANY | OWN[file]).items()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return course.as_wheel(tmp_path, monkeypatch) / "data"


@pytest.fixture(params=["shipped", "named"])
def data(
    request: pytest.FixtureRequest, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of the tables: the course's, or the one that OAIWORKBOOK_DATA names."""
    if request.param == "shipped":
        return folder
    named = tmp_path / "named"
    folder.rename(named)
    monkeypatch.setenv("OAIWORKBOOK_DATA", str(named))
    return named


def test_the_tables_of_the_course_are_well(data: Path) -> None:
    assert doctor().problems == []


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [(file, change, says) for file, _, change, says in CASES],
    ids=[f"{file}: {kind}" for file, kind, _, _ in CASES],
)
def test_a_wrong_table_is_one_line(
    file: str,
    change: Change,
    says: str,
    data: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = data / file
    path.write_bytes(change(path.read_bytes()))
    problems = doctor().problems
    assert [each.name for each in problems] == [NAMES[file]]
    said = problems[0].text
    assert str(path) in said
    assert re.search(says, said), said
    assert any(word in said for word in ("Correct", "Restore", "Put the course's own file"))
    assert "\n" not in said
    assert len(said) < 600
    assert cli.main(["doctor"]) == 1
    assert f"To mend: {NAMES[file]}." in capsys.readouterr().out


@pytest.mark.parametrize("file", NAMES)
def test_a_table_that_is_missing_or_a_folder_is_one_line(file: str, folder: Path) -> None:
    (folder / file).unlink()
    assert [each.name for each in doctor().problems] == [NAMES[file]]
    (folder / file).mkdir()
    assert [each.name for each in doctor().problems] == [NAMES[file]]
    assert str(folder / file) in doctor().problems[0].text


@pytest.mark.parametrize(
    ("file", "kind", "use"),
    [
        ("prices.toml", "no UTF-8", lambda: estimate(model="gpt-6.2-sol", input="hi")),
        ("prices.toml", "a text for a number", lambda: price_table.stale(models.today())),
        ("models.toml", "a list for a source", lambda: models.model("chat")),
        ("models.toml", "a value for a list", lambda: models.table()),
        ("dated_facts.toml", "a day without its day", dated_facts.facts),
        ("api.toml", "a word misspelt", api_map.read),
    ],
)
def test_what_uses_a_wrong_table_says_the_same(
    file: str, kind: str, use: Callable[[], object], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, says = (ANY | OWN[file])[kind]
    (folder / file).write_bytes(change((folder / file).read_bytes()))
    monkeypatch.setenv("OAIWORKBOOK_DATA", str(folder))  # what prices are remembered by
    with pytest.raises(WorkbookError, match=says):
        use()
