"""Each lesson keeps its contract; its exercises judge all three states; every change it invites runs.

The notebooks' own cells are compared by nbval. Here one more run of each lesson plays what nbval
cannot: the changes, the reference of each exercise and other right answers, the mistakes we know by
name, and some mutants of the reference (`python -m tests.authoring score` judges them all).
"""

import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from oaiworkbook.course.checks import of_lesson
from oaiworkbook.course.running import run as running
from oaiworkbook.course.running.play import Play, Played, play
from oaiworkbook.course.running.play import exercises as exercises_of
from oaiworkbook.course.running.run import RunResult
from oaiworkbook.recordings.file import read_recording

from ..authoring import equivalent, mutants, surroundings
from ..authoring.course import NOTEBOOKS, lessons
from ..authoring.lint import lint
from ..authoring.mistakes import of_lesson as mistakes_of
from ..authoring.right import of_lesson as right_answers_of
from ..authoring.score import EACH, answered, asking, is_correct

each_lesson = pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)


# Where a kernel can be forked safely, answers are judged in copies of it, which takes a fifth of the
# time of playing them cell by cell.
FORKS = sys.platform == "linux"


@dataclass(frozen=True, slots=True)
class Lesson:
    result: RunResult
    played: dict[str, Played]
    looked: surroundings.Looked
    verdicts: dict[str, dict[str, str]]  # exercise id -> source -> what the check said


@cache
def run_of(path: Path) -> Lesson:
    """One run of a lesson with everything played, shared by the tests of this file."""
    number = path.name[:2]
    cells = {each.id: [("reference", each.reference)] for each in of_lesson(number)}
    more: list[Play] = []
    with tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        files = {id_: scratch / f"{id_}.json" for id_ in cells}
        node = running.read(path)
        for id_, (stub, check) in exercises_of(node).items():
            answers = [(name, source) for name, source, *_ in answers_to(id_)]
            if FORKS:
                sources = [*(source for _, source in answers), *sample(id_)]
                code = asking(files[id_], node.cells[check].source, sources)
                more.append(Play(stub, f"{id_}, in copies", code))
            else:
                cells[id_] += answers
        result, played = play(
            path,
            cells,
            mode="replay",
            lesson=path.stem,
            env=surroundings.environment(scratch),
            startup=surroundings.startup(scratch),
            more=more,
        )
        looked = surroundings.looked(scratch)
        verdicts = {id_: answered(file) for id_, file in files.items() if file.exists()}
    return Lesson(result, {each.play.name: each for each in played}, looked, verdicts)


def answers_to(id_: str) -> list[Any]:
    """Right answers and mistakes of an exercise: name, source, and of mistakes what is to be said."""
    return [*right_answers_of(id_[:2]).get(id_, []), *mistakes_of(id_[:2]).get(id_, [])]


def verdict(path: Path, id_: str, name: str) -> str:
    """What the check said of one of these answers."""
    lesson = run_of(path)
    if not FORKS:
        return lesson.played[f"{id_}, {name}"].verdict
    (source,) = (source for known, source, *_ in answers_to(id_) if known == name)
    return lesson.verdicts[id_][source]


def sample(id_: str) -> list[str]:
    """Four mutants of an exercise's reference, from its first lines to its last."""
    (exercise,) = (each for each in of_lesson(id_[:2]) if each.id == id_)
    same = equivalent.of_exercise(id_)
    made = [each.source for each in mutants.of(exercise.reference) if each.name not in same]
    return made[:: max(1, len(made) // 4)][:4]


def exercises() -> list[Any]:
    return [
        pytest.param(path, each.id, id=f"{path.stem}-{each.id}")
        for path in lessons()
        for each in of_lesson(path.name[:2])
    ]


def right_answers() -> list[Any]:
    return [
        pytest.param(path, id_, name, id=f"{path.stem}-{id_}-{name}")
        for path in lessons()
        for id_, right in right_answers_of(path.name[:2]).items()
        for name, _ in right
    ]


def mistakes() -> list[Any]:
    return [
        pytest.param(path, id_, name, part, id=f"{path.stem}-{id_}-{name}")
        for path in lessons()
        for id_, wrong in mistakes_of(path.name[:2]).items()
        for name, _, part in wrong
    ]


def test_there_are_lessons() -> None:
    assert lessons(), f"no notebook in {NOTEBOOKS}"


@each_lesson
def test_a_lesson_fits_the_contract(path: Path) -> None:
    assert [str(problem) for problem in lint(path)] == []


@each_lesson
def test_everything_the_lesson_invites_runs_in_replay(path: Path) -> None:
    assert [str(failure) for failure in run_of(path).result.failures] == []


@each_lesson
def test_recordings_and_requests_match_one_to_one(path: Path) -> None:
    lesson = run_of(path)
    looked = lesson.looked
    folder = surroundings.ROOT / "data" / "recordings" / path.stem
    there = {f"{path.stem}/{file.name}" for file in folder.glob("*.json")}
    assert looked.unmeant(lesson.result.notebook) == []
    assert there - looked.used == set(), "recordings that nothing asks for"
    assert looked.used - there == set(), "recordings of another lesson"


@each_lesson
def test_files_beside_the_recordings_belong_to_one(path: Path) -> None:
    folder = surroundings.ROOT / "data" / "recordings" / path.stem
    files = list(folder.iterdir()) if folder.exists() else []
    recordings = [read_recording(file) for file in files if file.suffix == ".json"]
    named = {answer.file for each in recordings for answer in each.answers if answer.file}
    assert {file.name for file in files if file.suffix != ".json"} == named


def test_each_folder_of_recordings_belongs_to_a_lesson() -> None:
    folders = {each.name for each in (surroundings.ROOT / "data" / "recordings").glob("*/")}
    assert folders <= {path.stem for path in lessons()}


@each_lesson
def test_an_untouched_exercise_counts_as_not_tried(path: Path) -> None:
    cells = run_of(path).result.notebook.cells
    checks = [cell for cell in cells if "check" in cell.metadata.get("tags", [])]
    said = [cell.outputs[-1].data["text/plain"] for cell in checks]
    assert [text[:1] for text in said] == ["…"] * len(of_lesson(path.name[:2])), said


@pytest.mark.parametrize(("path", "id_"), exercises())
def test_the_reference_is_correct(path: Path, id_: str) -> None:
    said = run_of(path).played[f"{id_}, reference"].verdict
    assert said.startswith(f"✓ {id_} correct."), said


@pytest.mark.parametrize(("path", "id_", "name"), right_answers())
def test_another_right_answer_is_correct(path: Path, id_: str, name: str) -> None:
    said = verdict(path, id_, name)
    assert is_correct(said, id_), said


@pytest.mark.skipif(not FORKS, reason="mutants are judged in forked copies")
@each_lesson
def test_a_check_refuses_mutants_of_its_reference(path: Path) -> None:
    ids = [each.id for each in of_lesson(path.name[:2])]
    said = {
        (id_, source): run_of(path).verdicts[id_][source] for id_ in ids for source in sample(id_)
    }
    accepted = [source for (id_, source), words in said.items() if is_correct(words, id_)]
    assert len(said) >= 2 * len(ids)
    assert len(accepted) <= (1 - EACH) * len(said), accepted


@pytest.mark.parametrize(("path", "id_", "name", "part"), mistakes())
def test_a_known_mistake_gets_its_own_message(path: Path, id_: str, name: str, part: str) -> None:
    said = verdict(path, id_, name)
    assert said.startswith(f"✗ {id_} wrong:"), said
    assert part in said


@each_lesson
def test_each_exercise_knows_right_answers_and_mistakes(path: Path) -> None:
    right = right_answers_of(path.name[:2])
    few = {each.id for each in of_lesson(path.name[:2]) if len(right.get(each.id, [])) < 3}
    assert not few, "three right answers beside the reference, or more"
    wrong = mistakes_of(path.name[:2])
    assert sorted(wrong) == [each.id for each in of_lesson(path.name[:2])]
    for id_, known in wrong.items():
        parts = [part for _, _, part in known]
        assert len(known) >= 5, f"{id_}: name five mistakes or more"
        assert len(set(parts)) == len(parts), f"{id_}: two mistakes share a message"
        assert all(parts), f"{id_}: a mistake without a message"
