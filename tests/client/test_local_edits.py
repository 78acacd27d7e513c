"""Edits that a learner may make, with the small model on this machine: what each of them must do.

An edit is made in the first cell that has these words. The cells after it run too, as far as `until`.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from oaiworkbook.client.local import small
from oaiworkbook.course.running.kernels import session
from oaiworkbook.course.running.run import read, run_cell, tags

from ..authoring import surroundings
from ..authoring.course import lessons

pytestmark = pytest.mark.skipif(
    not small.installed(), reason="the small model is missing: oaiworkbook local --install"
)


class Edit(NamedTuple):
    """`says`: in the output of the edited cell, or of a later one, where no model here can answer."""

    lesson: str
    old: str
    new: str
    cells: int = 1  # code cells that run with it, the edited one included
    says: str = "on this machine answered"


EDITS = (
    Edit("01", "Why do lighthouses flash instead of", "Why do lighthouses turn instead of", 3),
    Edit("01", "max_output_tokens=64", "max_output_tokens=24"),
    Edit("02", "What belongs in a reminder text from a vet?", "What is a good name for a parrot?"),
    Edit("02", "n=2", "n=4"),
    Edit("02", "max_completion_tokens=16", "max_completion_tokens=12"),
    Edit("03", "The priest comes home early.", "The miller finds a purse.", 4),
    Edit("03", "three sentences", "four sentences", 2),
    Edit("04", "The chain slips.", "The saddle is too low.", 4),
    Edit("05", "made 1931", "made 1952", 3),
    Edit("05", '"furniture", "other"', '"furniture", "book", "other"', 2),
    Edit("06", "Is Heidi in?", "Have you got Emma?", 3),
    Edit("06", "Are Emma and Heidi in?", "Is Heidi there, please?"),
    Edit("08", "Tree (3)", "Bird (4)", 2),
    Edit("08", "temperature=1", "temperature=0.4"),
    Edit("08", '"top_logprobs": 5', '"top_logprobs": 2'),
    Edit("04", "(bike, which)", '(bike, "Is it dear?")', says="`conversation`"),
    Edit("10", "What is drawn here?", "How many people are drawn here?", says="cannot see"),
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with small.running() as found:
        yield found


@pytest.mark.parametrize("edit", EDITS, ids=[f"{e.lesson}-{e.new[:20]}" for e in EDITS])
def test_an_edit_runs_or_says_why_not(edit: Edit, url: str) -> None:
    [path] = [each for each in lessons() if each.name.startswith(edit.lesson)]
    node = read(path)
    code = [(i, c) for i, c in enumerate(node.cells) if c.cell_type == "code"]
    at = next(place for place, (_, cell) in enumerate(code) if edit.old in cell.source)
    code[at][1].source = code[at][1].source.replace(edit.old, edit.new)
    seen, failed = [], []
    with tempfile.TemporaryDirectory(prefix="oaiwb-") as scratch:
        env = surroundings.environment(Path(scratch)) | {"OAIWORKBOOK_LOCAL": url}
        with session(node, path.parent, mode="replay", lesson=path.stem, env=env) as client:
            for place, (index, cell) in enumerate(code[: at + edit.cells + 1]):
                failure = run_cell(client, cell, index, index)
                if place < at:
                    continue
                if place < at + edit.cells and failure and "raises-exception" not in tags(cell):
                    failed.append(str(failure))
                seen += [str(output) for output in cell.outputs]
    assert edit.says in "\n".join(seen)
    assert not failed or edit.says != Edit._field_defaults["says"], failed
