"""A change that is left in breaks nothing, or its invitation asks to change it back."""

import os
from pathlib import Path

import pytest

from ..authoring.course import lessons
from ..authoring.left_in import changes

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="lessons go on in forked copies")


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_what_later_cells_depend_on_is_changed_back(path: Path) -> None:
    left = [each for each in changes(path, taken_back=False) if each.breaks]
    assert [str(each) for each in left] == []
