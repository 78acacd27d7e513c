"""What a lesson says that is opened alone, and the links that appear with the project's address."""

import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest

from ..authoring import alone
from ..authoring.build import around
from ..authoring.course import NOTEBOOKS, lessons
from ..authoring.lesson import Lesson
from ..authoring.surroundings import ROOT

STREAMING = NOTEBOOKS / "03_streaming.ipynb"
REST = "import time\n\nclient = OpenAI()"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pyproject.toml of its own, without an address."""
    monkeypatch.setattr(alone, "ROOT", tmp_path)
    file = tmp_path / "pyproject.toml"
    file.write_text("[project]\n", "utf-8")
    return file


def at(project: Path, url: str) -> None:
    project.write_text(f'[project.urls]\nRepository = "{url}"\n', "utf-8")


def test_an_author_writes_one_line_and_the_rest_is_added_once() -> None:
    stored = alone.with_start(alone.WRITTEN + REST)
    assert stored == alone.START + REST
    assert alone.with_start(stored) == stored
    assert alone.as_written(stored) == alone.WRITTEN + REST
    earlier = stored.replace("To install it, see", "Look at")
    assert alone.with_start(earlier) == stored
    for other in ("%load_ext autoreload\nx = 1", f"x = 1\n{alone.WRITTEN}", "try:\n    pass\n"):
        assert alone.with_start(other) == alone.as_written(other) == other


def test_all_lessons_begin_with_the_same_lines() -> None:
    for path in lessons():
        source = Lesson.read(path).code[0][1].source
        assert source.startswith(alone.START), f"{path.name}: python -m tests.authoring around"


def test_without_an_address_a_lesson_is_installed_from_its_folder(project: Path) -> None:
    line = alone.for_header(STREAMING)
    assert '`%pip install "FOLDER[lessons]"`' in line
    assert "Download the course" in line
    assert "http" not in line
    assert "http" not in alone.for_readme()
    assert "FOLDER is the path" in alone.for_readme()


def test_a_lesson_names_the_extra_of_its_own() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"lessons", *alone.EXTRAS.values()} <= set(project["optional-dependencies"])
    for number, extra in alone.EXTRAS.items():
        [path] = NOTEBOOKS.glob(f"{number}_*.ipynb")
        assert f"[lessons,{extra}]" in alone.for_header(path)


@pytest.mark.parametrize("end", ["", "/", ".git"])
def test_with_an_address_the_links_lead_to_the_notebook(project: Path, end: str) -> None:
    url = f"https://github.com/hollin/oai.workbook{end}"
    at(project, url)
    colab = "https://colab.research.google.com/github/hollin/oai.workbook/blob/main/notebooks/"
    line = alone.for_header(STREAMING)
    assert f'`%pip install "oaiworkbook[lessons] @ git+{url}"`' in line
    assert "FOLDER" not in line
    assert f"[Colab]({colab}03_streaming.ipynb)" in line
    assert "![" not in line
    binder = urlsplit(line.partition("[Binder](")[2].partition(")")[0])
    assert f"{binder.scheme}://{binder.netloc}{binder.path}" == (
        "https://mybinder.org/v2/gh/hollin/oai.workbook/main"
    )
    assert parse_qs(binder.query) == {"urlpath": ["lab/tree/notebooks/03_streaming.ipynb"]}
    readme = alone.for_readme()
    assert f"colab-badge.svg)]({colab}00_start_here.ipynb)" in readme
    assert "badge_logo.svg)](https://mybinder.org/v2/gh/hollin/oai.workbook/main?urlpath=" in readme
    assert f"git+{url}" in readme


def test_what_is_not_on_github_is_installed_and_has_no_badge(project: Path) -> None:
    at(project, "https://example.org/hollin/workbook")
    assert "git+https://example.org/hollin/workbook" in alone.for_header(STREAMING)
    for text in (alone.for_header(STREAMING), alone.for_readme()):
        assert "Colab" not in text
        assert "Binder" not in text


def test_all_of_it_is_written_into_a_lesson_without_a_run(project: Path, tmp_path: Path) -> None:
    path = tmp_path / STREAMING.name
    stored = Lesson.read(STREAMING).notebook
    stored.cells[3].source = alone.as_written(stored.cells[3].source)
    nbformat.write(stored, path)
    at(project, "https://github.com/hollin/workbook")
    assert around(path)
    header, start = (Lesson.read(path).notebook.cells[n] for n in (0, 3))
    assert "[Colab](https://colab.research.google.com/github/hollin/workbook" in header.source
    assert start.source.startswith(alone.START)
    assert start.outputs == stored.cells[3].outputs
    assert not around(path)
