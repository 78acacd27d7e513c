"""README says what is true of the files."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from oaiworkbook import settings
from oaiworkbook.cli.main import COMMANDS
from oaiworkbook.course.contents import TITLES

from .authoring import alone, readme
from .authoring.course import lessons
from .authoring.generated import BLOCK
from .authoring.readme import README, with_generated
from .authoring.rules_words import RIDDLES

ROOT = Path(__file__).parent.parent
TEXT = README.read_text("utf-8")


def test_the_course_map_names_the_notebooks_there_are() -> None:
    assert with_generated(TEXT) == TEXT, "run: python -m tests.authoring build NN"


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        (
            {
                "01_a": "in replay, USD 0.002 live",
                "02_b": "in replay, at least USD 0.30 live (2 of 9 calls have no known",
                "03_c": "in replay, an unknown amount live (1 of 4 calls has no known",
            },
            "One live run of all lessons costs at least USD 0.302, without 3 calls of unknown price. "
            "The most expensive are 02 (USD 0.30), 01 (USD 0.0020), 03 (USD 0).",
        ),
        (
            {"01_a": "in replay, USD 0.002 live", "02_b": "in replay, USD 0 live"},
            "One live run of all lessons costs USD 0.0020. "
            "The most expensive are 01 (USD 0.0020), 02 (USD 0).",
        ),
    ],
    ids=["unknown", "known"],
)
def test_what_all_lessons_cost_is_read_from_their_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], sentence: str
) -> None:
    for name, text in headers.items():
        line = f"*5 minutes, and 5 for 3 exercises · costs USD 0 {text} · nothing to know first*"
        (tmp_path / f"{name}.ipynb").write_text(line, "utf-8")
    monkeypatch.setattr(readme, "lessons", lambda: sorted(tmp_path.glob("*.ipynb")))
    assert readme.whole_cost() == sentence


def test_what_is_made_from_the_lessons_has_no_word_that_a_lesson_may_not_have() -> None:
    blocks = "\n".join(found[0] for found in BLOCK.finditer(TEXT))
    assert [found for pattern in RIDDLES if (found := re.search(pattern, blocks, re.I))] == []


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", TEXT))))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).is_file()


def test_the_number_of_lessons_is_right() -> None:
    assert [path.name[:2] for path in lessons()] == list(TITLES)
    assert len(TITLES) == 42
    assert "Forty-two numbered notebooks" in TEXT


def test_every_subcommand_is_listed_and_no_other() -> None:
    listed = set(re.findall(r"^\| `oaiworkbook (\w+)", TEXT, re.MULTILINE))
    assert listed == set(COMMANDS)


def test_versions_and_the_cap_agree_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lowest = project["requires-python"].removeprefix(">=")
    assert f"Python {lowest} or newer" in TEXT
    monkeypatch.delenv("OAIWORKBOOK_MAX_USD", raising=False)
    assert f"USD {settings.max_usd():.2f} in one day" in TEXT


CHECKS = re.findall(r'^python3 -c "(.+)" &&$', TEXT, re.MULTILINE)


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 10, 12), (3, 11, 0), (3, 14, 2)])
def test_an_old_python_hears_so_before_anything_is_installed(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(CHECKS) == 2
    monkeypatch.setattr(sys, "version_info", version)
    for check in CHECKS:
        if version < (3, 11):
            with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
                exec(check)
        else:
            exec(check)


def test_the_address_stands_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "ROOT", tmp_path)
    project = tmp_path / "pyproject.toml"
    project.write_text("[project]\n", "utf-8")
    assert "git clone ADDRESS oaiworkbook" in readme.clone()
    project.write_text('[project.urls]\nRepository = "https://example.com/x"\n', "utf-8")
    assert "git clone https://example.com/x oaiworkbook" in readme.clone()
    outside = [line for line in TEXT.splitlines() if "git clone" in line]
    assert len(outside) == 1


def test_each_picture_has_alt_text_and_is_small() -> None:
    # Those of this folder; a badge is another's.
    pictures = re.findall(r"!\[([^\]]*)\]\(([^):]+)\)", TEXT)
    assert len(pictures) == 2
    for alt, target in pictures:
        assert len(alt.split()) > 5, f"say what {target} shows"
        assert (ROOT / target).stat().st_size < 200_000


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.parametrize(
    "named",
    sorted(set(re.findall(r"`((?:tests|data|notebooks|oaiworkbook)/[\w/.:]+)`", CONTRIBUTING))),
)
def test_contributing_names_what_there_is(named: str) -> None:
    file, _, test = named.partition("::")
    assert (ROOT / file).exists()
    if test:
        assert f"\ndef {test}(" in (ROOT / file).read_text("utf-8")


def test_the_rubric_names_every_test_of_a_lesson() -> None:
    rubric = CONTRIBUTING.partition("## The rubric")[2]
    source = (ROOT / "tests/lessons/test_lessons.py").read_text("utf-8")
    for name in re.findall(r"^def (test_\w+)\(path", source, re.MULTILINE):
        assert f"`tests/lessons/test_lessons.py::{name}`" in rubric
