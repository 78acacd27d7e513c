"""The build of a lesson: stores what a run gives, keeps equal bytes, writes the lines nobody writes."""

import json
import sysconfig
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from oaiworkbook.course import contents
from oaiworkbook.money.ledger import Call
from oaiworkbook.money.ledger_sums import ALREADY_COUNTED

from ..authoring import agenda, course, generated, readme
from ..authoring.__main__ import main
from ..authoring.build import BuildError, around, build
from ..authoring.outputs import difference, shortened
from ..authoring.surroundings import ROOT

v4: Any = nbformat.v4
NAME = "01_responses.ipynb"


def first_request() -> str:
    """A call that the shipped recordings answer."""
    file = min((ROOT / "data" / "recordings" / "01_responses").glob("01-responses-*.json"))
    body = json.loads(file.read_text("utf-8"))["request"]["body"]
    return f"client.responses.create(**{body!r}).output_text"


def lesson(folder: Path, *sources: str, tags: dict[str, list[str]] | None = None) -> Path:
    start = "%load_ext oaiworkbook\nfrom oaiworkbook import OpenAI\n\nclient = OpenAI()"
    cells = [v4.new_markdown_cell("# Title\n\nA promise."), v4.new_code_cell(start)]
    for source in sources:
        cell = v4.new_code_cell(source, metadata={"tags": (tags or {}).get(source, []), "x": 1})
        cell.execution_count = 77
        cells.append(cell)
    cells.append(v4.new_markdown_cell("## Go further"))
    path = folder / NAME
    untyped: Any = nbformat
    untyped.write(v4.new_notebook(cells=cells, metadata={"widgets": {}}), path)
    return path


def test_a_build_stores_what_a_run_gives_and_a_second_changes_nothing(tmp_path: Path) -> None:
    error = "import json\njson.loads('{')"
    path = lesson(tmp_path, first_request(), "object()", error, tags={error: ["raises-exception"]})
    changed = build(path)
    first = path.read_bytes()
    notebook = v4.reads(first.decode())
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4]
    assert code[1].outputs[0].output_type == "execute_result"
    assert "python/json/decoder.py" in str(code[3].outputs[0].traceback).replace("\\\\", "/")
    for folder in (tmp_path, ROOT, sysconfig.get_path("stdlib")):
        assert str(folder) not in first.decode()
    assert [cell.metadata.get("tags") for cell in code] == [None] * 3 + [["raises-exception"]]
    slides = [cell.metadata.pop("slideshow")["slide_type"] for cell in notebook.cells]
    assert slides[0] == slides[-1] == "slide"
    assert {name for cell in notebook.cells for name in cell.metadata} == {"tags"}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    header, footer = notebook.cells[0].source, notebook.cells[-1].source
    assert header.startswith("# Title\n\nA promise.\n\n<!-- generated: header -->\n*")
    assert "costs USD 0 in replay, USD 0.0" in header
    assert "know first: 00 Start here*" in header
    assert "**01 Responses (you are here)** · 02" in header
    assert "*Tested with openai >=3.54,<4. `gpt-6-luna`: no shutdown date announced" in footer
    assert "Recordings: written by us in OpenAI's format" in footer
    assert changed[-2:] == ["header regenerated", "footer regenerated"]

    # The address that object() prints is another one by now.
    assert build(path) == []
    assert path.read_bytes() == first

    stale = first.replace(b"USD 0 in replay", b"USD 9 in replay")
    stale = stale.replace(b"<object at", b"<other at")
    path.write_bytes(stale)
    assert build(path) == ["cell [3]: text differs", "header regenerated"]
    assert b"USD 0 in replay" in path.read_bytes()


OWN = "client.responses.create(model='gpt-6-luna', input='Which tea is good against a cold night?')"


def test_a_question_of_ones_own_may_miss_in_its_own_cell_and_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    without = lesson(tmp_path / "without", first_request())
    path = lesson(tmp_path, first_request(), OWN, tags={OWN: ["raises-exception", "own"]})
    build(without)
    build(path)
    notebooks = [v4.reads(each.read_text("utf-8")) for each in (without, path)]
    headers = [each.cells[0].source.partition(" · know first")[0] for each in notebooks]
    assert headers[0] == headers[1]
    (own,) = (cell for cell in notebooks[1].cells if "own" in cell.metadata.get("tags", []))
    assert own.outputs[0].evalue.startswith(
        "no recorded answer for POST /v1/responses: this is a question of your own"
    )
    assert build(path) == []


@pytest.mark.parametrize("tags", [["raises-exception"], ["raises-exception", "own"]])
def test_no_other_miss_is_meant(tmp_path: Path, tags: list[str]) -> None:
    """A question of one's own elsewhere, and in its cell a second one or an edit of a recorded one."""
    swallowed = f"try:\n    {OWN}\nexcept Exception:\n    pass\n"
    sources = [OWN] if tags == ["raises-exception"] else [swallowed + OWN, _edited()]
    for source in sources:
        path = lesson(tmp_path, first_request(), source, tags={source: tags})
        with pytest.raises(BuildError, match="no recording for POST /v1/responses"):
            build(path)


def _edited() -> str:
    return first_request().replace("lighthouses flash", "lighthouses shine")


def test_an_edit_may_miss_where_a_cell_shows_it(tmp_path: Path) -> None:
    path = lesson(tmp_path, _edited(), tags={_edited(): ["raises-exception"]})
    build(path)
    assert "nearest recording" in path.read_text("utf-8")


def test_an_ignored_output_is_kept_until_it_is_asked_for(tmp_path: Path) -> None:
    source = "import time\ntime.perf_counter_ns()"
    path = lesson(tmp_path, source, tags={source: ["nbval-ignore-output"]})
    build(path)
    first = path.read_bytes()
    assert build(path) == []
    assert path.read_bytes() == first
    assert "cell [2]: stored anew" in build(path, fresh=True)
    assert path.read_bytes() != first


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", r"cell \[2\]: ZeroDivisionError"),
        (
            "try:\n    client.responses.create(model='none', input='Never recorded.')\n"
            "except Exception:\n    pass",
            "no recording for POST /v1/responses",
        ),
    ],
)
def test_a_lesson_that_does_not_run_is_left_alone(
    tmp_path: Path, source: str, message: str
) -> None:
    path = lesson(tmp_path, source)
    before = path.read_bytes()
    with pytest.raises(BuildError, match=message):
        build(path)
    assert path.read_bytes() == before


def test_blocks_are_replaced_in_their_place_and_added_at_the_end() -> None:
    first = generated.with_block("# Title", "header", "old")
    assert first == "# Title\n\n<!-- generated: header -->\nold\n<!-- /generated -->"
    both = generated.with_block(f"{first}\n\nWords.", "footer", "end \\1")
    again = generated.with_block(both, "header", "new")
    assert "old" not in again
    assert again.index("new") < again.index("Words.") < again.index("end \\1")


def call(**fields: Any) -> Call:
    given = {"ts": 0, "mode": "replay", "endpoint": "responses", "status": "ok"} | fields
    return Call(**given)


def test_the_live_cost_is_that_of_what_would_be_sent() -> None:
    calls = [
        call(cost_usd=Decimal("0.002")),
        call(cost_usd=Decimal("0.0022"), status="cut"),
        call(cost_usd=Decimal("7"), mode="practice"),
        call(cost_usd=None, status="error"),
    ]
    assert generated.live_cost(calls) == "USD 0.0042 live"
    assert generated.live_cost([]) == "USD 0 live"


def test_the_live_cost_says_how_many_of_all_calls_have_no_known_price() -> None:
    one, free = call(cost_usd=None), call(cost_usd=Decimal(0), status="error")
    # The failed call is one of the three, as it is in the table that `costs()` shows.
    found = generated.live_cost([call(cost_usd=Decimal("0.0042")), free, one])
    assert found == "at least USD 0.0042 live (1 of 3 calls has no known price)"
    nothing_known = generated.live_cost([free, one, one])
    assert nothing_known == "an unknown amount live (2 of 3 calls have no known price)"
    assert generated.live_cost([one]) == "an unknown amount live (1 of 1 call has no known price)"
    again = call(cost_usd=None, price_note=ALREADY_COUNTED)
    assert generated.live_cost([again, call(cost_usd=None, mode="practice")]) == "USD 0 live"


def test_the_footer_names_the_end_of_each_model_and_refuses_a_stranger() -> None:
    tts = call(model="gpt-4o-mini-tts", http_status=200)
    footer = generated.footer(Path("12_speech.ipynb"), [tts, tts])
    assert footer.count("`gpt-4o-mini-tts`: shutdown date 2027-01-06 (as of 2026-11-30).") == 1
    with pytest.raises(LookupError, match=r"gpt-9-max is not in data/models\.toml"):
        generated.footer(Path("12_speech.ipynb"), [call(model="gpt-9-max", http_status=200)])
    own = call(model="a-local-model", http_status=200, mode="live")
    assert "a-local-model" not in generated.footer(Path("12_speech.ipynb"), [own])


def test_the_map_links_to_what_is_there(tmp_path: Path) -> None:
    for name in ("00_start_here.ipynb", "03_streaming.ipynb", "20_errors_and_retries.ipynb"):
        (tmp_path / name).touch()
    shown = course.map_of(tmp_path / "03_streaming.ipynb")
    assert "- **Start**: [00 Start here](00_start_here.ipynb)\n" in shown
    assert "02 Chat Completions · **03 Streaming (you are here)** · 04 Conversation state" in shown
    assert "[20 Errors and retries](20_errors_and_retries.ipynb) · 21 Prompt caching" in shown
    beside = course.neighbours(tmp_path / "03_streaming.ipynb")
    assert beside == "before: 02 Chat Completions · next: 04 Conversation state"
    assert course.neighbours(tmp_path / "00_start_here.ipynb") == "next: 01 Responses"
    last = list(contents.TITLES)[-1]
    assert course.neighbours(tmp_path / f"{last}_last.ipynb").startswith("before: ")
    assert "next" not in course.neighbours(tmp_path / f"{last}_last.ipynb")
    assert all(
        first in contents.TITLES for each in contents.TITLES for first in course.know_first(each)
    )


def shown(**data: Any) -> list[dict[str, Any]]:
    return [{"output_type": "display_data", "metadata": {}, "data": data}]


def test_outputs_are_equal_after_sanitising_and_pictures_by_their_looks() -> None:
    one, other = (shown(**{"text/plain": f"<x at 0x7f{n}a0b1c2d3>"}) for n in (1, 2))
    assert difference(one, other) is None
    assert difference(one, shown(**{"text/plain": "<y at 0x7f1a0b1c2d3>"})) == "text differs"
    assert difference(one, [*one, *one]) == "text differs"
    assert difference(_html(_png(0)), _html(_png(0))) is None
    assert difference(_html(_png(0)), _html(_png(90))) == "100.00% of the pixels differ"
    assert difference(_html(_png(0)), _html("")) == "text differs"


def test_paths_of_this_machine_are_shortened() -> None:
    path = str(Path(np.__file__).parent / "core.py")
    error = {"output_type": "error", "traceback": [f"File {path}:7", "File /tmp/ipykernel_3/99.py"]}
    assert shortened([error])[0]["traceback"] == [
        f"File {Path('site-packages/numpy/core.py')}:7",
        "File <cell>",
    ]


def _png(level: int) -> str:
    import base64
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.full((20, 20, 3), level, dtype="uint8")).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _html(png: str) -> list[dict[str, Any]]:
    source = f"data:image/png;base64,{png}" if png else ""
    return shown(**{"text/html": f'<img alt="a square" src="{source}">'})


def test_the_command_says_what_is_wrong_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(course, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(readme, "README", tmp_path / "README.md")
    readme.README.write_text("# A course\n", "utf-8")
    monkeypatch.setattr(agenda, "renew", lambda: None)  # of the real lessons
    path = lesson(tmp_path, "1 / 0")
    assert main(["lint", "1"]) == 1
    assert "01_responses.ipynb: add one section '## Start'" in capsys.readouterr().out
    assert main(["build", "01"]) == 1
    assert "FAILED 01_responses.ipynb, nothing written" in capsys.readouterr().out
    assert "[01 Responses](notebooks/01_responses.ipynb) · 02 Chat" in readme.README.read_text(
        "utf-8"
    )
    path.unlink()
    with pytest.raises(SystemExit):
        main(["build", "07"])
    assert "no such lesson; there are none yet" in capsys.readouterr().err


def test_the_difference_to_the_last_commit_can_be_read(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "01"]) == 0
    assert "Traceback" not in capfd.readouterr().err


def test_what_stands_around_a_lesson_is_written_anew_without_a_run(tmp_path: Path) -> None:
    path = tmp_path / NAME
    whole = (ROOT / "notebooks" / NAME).read_bytes()
    for other in course.lessons():
        (tmp_path / other.name).write_bytes(other.read_bytes())
    old = whole.replace(b"Chat Completions](02_", b"Old title](02_")
    path.write_bytes(old.replace(b'"fragment"', b'"slide"').replace(b"<style>", b"<style>p{}"))
    assert path.read_bytes() != whole
    assert around(path)
    assert path.read_bytes() == whole
    assert not around(path)
