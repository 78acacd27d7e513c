"""How well the checks of a lesson judge: right answers, wrong ones, and mutants of the reference.

    python -m tests.authoring score 03

A mutant is refused when its check does not say "correct". Those of `equivalent` do not count: no
input tells them from the reference. Needs a system that can fork.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oaiworkbook.course.checks import of_lesson
from oaiworkbook.course.running.kernels import session
from oaiworkbook.course.running.play import exercises
from oaiworkbook.course.running.run import read, run_cell

from . import equivalent, mistakes, mutants, right, surroundings

ALL, EACH, SAME = 0.95, 0.85, 0.03  # shares: refused of all and of each exercise, called equivalent


@dataclass(frozen=True, slots=True)
class Score:
    """`refused_right` and `accepted_wrong`: name -> what the check said. `survivors`: mutants' names."""

    exercise: str
    mutants: int
    equivalent: int
    survivors: list[str]
    refused_right: dict[str, str] = field(default_factory=dict)
    accepted_wrong: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @property
    def counted(self) -> int:
        return self.mutants - self.equivalent

    @property
    def refused(self) -> int:
        return self.counted - len(self.survivors)


def of(path: Path) -> list[Score]:
    """The scores of a lesson's exercises, in order."""
    lesson = path.name[:2]
    exercises_there = of_lesson(lesson)
    made = {each.id: mutants.of(each.reference) for each in exercises_there}
    good = {
        each.id: [("reference", each.reference), *right.of_lesson(lesson).get(each.id, [])]
        for each in exercises_there
    }
    bad = mistakes.of_lesson(lesson)
    sources = {
        id_: [
            *(mutant.source for mutant in made[id_]),
            *(source for _, source in good[id_]),
            *(source for _, source, _ in bad[id_]),
        ]
        for id_ in made
    }
    said = judged(path, sources)
    return [_score(id_, said[id_], made[id_], good[id_], bad[id_]) for id_ in made]


def _score(
    id_: str,
    said: Mapping[str, str],
    made: Sequence[mutants.Mutant],
    good: Sequence[tuple[str, str]],
    bad: Sequence[tuple[str, str, str]],
) -> Score:
    same, names = equivalent.of_exercise(id_), {mutant.name for mutant in made}
    return Score(
        id_,
        len(made),
        len(names & set(same)),
        [m.name for m in made if is_correct(said[m.source], id_) and m.name not in same],
        {name: said[source] for name, source in good if not is_correct(said[source], id_)},
        {
            name: said[source]
            for name, source, part in bad
            if is_correct(said[source], id_) or part not in said[source]
        },
        sorted(set(same) - names),
    )


def is_correct(verdict: str, id_: str) -> bool:
    return verdict.startswith(f"✓ {id_} correct.")


def judged(path: Path, sources: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """What the check of each exercise says of each source, in one run of the lesson.

    Raises RuntimeError where a cell of the lesson stops.
    """
    node = read(path)
    checks = {check: id_ for id_, (_, check) in exercises(node).items()}
    said: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        env = surroundings.environment(scratch)
        with session(
            node, path.parent, mode="replay", lesson=path.stem, env=env, timeout=3600
        ) as client:
            for index, cell in enumerate(node.cells):
                if cell.cell_type != "code":
                    continue
                id_, file = checks.get(index, ""), scratch / f"{index}.json"
                if id_ in sources:
                    cell.source = asking(file, cell.source, sources[id_])
                failure = run_cell(client, cell, index, index)
                if failure is not None and "raises-exception" not in cell.metadata.get("tags", []):
                    raise RuntimeError(f"{path.name}, {failure}")
                if id_ in sources:
                    said[id_] = answered(file)
    return said


def asking(file: Path, check: str, sources: Sequence[str]) -> str:
    """What a lesson's kernel is to run, so that `answered(file)` has the verdicts."""
    file.write_text(json.dumps({"check": check, "sources": list(sources)}), "utf-8")
    return _CALL.format(str(file))


def answered(file: Path) -> dict[str, str]:
    """Source -> what the check said of it."""
    sources = json.loads(file.read_text("utf-8"))["sources"]
    said = json.loads(file.with_suffix(".said").read_text("utf-8"))
    return dict(zip(sources, said, strict=True))


_CALL = """from tests.authoring.judging import judge as _judge_each
_judge_each({!r}, globals())"""


def report(scores: Sequence[Score]) -> Iterator[str]:
    """Lines: one for each exercise, what is wrong, the sum."""
    for each in scores:
        share = each.refused / each.counted if each.counted else 1.0
        yield f"{each.exercise}  {each.refused:3} of {each.counted:3} refused  {share:4.0%}" + (
            f"  ({each.equivalent} equivalent)" if each.equivalent else ""
        )
        yield from (f"    accepts: {name}" for name in each.survivors)
        yield from (f"    refuses right, {n}: {said}" for n, said in each.refused_right.items())
        yield from (f"    misjudges wrong, {n}: {said}" for n, said in each.accepted_wrong.items())
        yield from (f"    no such mutant: {name}" for name in each.unknown)
    made = sum(each.mutants for each in scores)
    counted, refused = sum(e.counted for e in scores), sum(e.refused for e in scores)
    if counted:
        yield (
            f"{refused} of {counted} mutants refused: {refused / counted:.1%}; "
            f"{made - counted} of {made} equivalent: {(made - counted) / made:.1%}"
        )


def fits(scores: Sequence[Score]) -> bool:
    """True where all promises are kept: right is correct, wrong is not, enough mutants are refused."""
    counted, made = sum(e.counted for e in scores), sum(e.mutants for e in scores)
    return (
        sum(e.refused for e in scores) >= ALL * counted
        and all(e.refused >= EACH * e.counted for e in scores)
        and made - counted <= SAME * made
        and not any(e.refused_right or e.accepted_wrong or e.unknown for e in scores)
    )
