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
from typing import Any

import nbformat

from oaiworkbook.course.checks import of_lesson
from oaiworkbook.course.running.kernels import session
from oaiworkbook.course.running.play import exercises
from oaiworkbook.course.running.run import read, run_cell

from . import equivalent, mistakes, mutants, right, surroundings

_untyped: Any = nbformat
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


def of(path: Path, *, every: int = 1) -> list[Score]:
    """The scores of a lesson's exercises; with `every` of each exercise's mutants only each n-th."""
    lesson = path.name[:2]
    found = []
    for each in of_lesson(lesson):
        made = mutants.of(each.reference)[::every]
        same = equivalent.of_exercise(each.id)
        answers = [("reference", each.reference), *right.of_lesson(lesson).get(each.id, [])]
        wrong = [(name, source, part) for name, source, part in mistakes.of_lesson(lesson)[each.id]]
        sources = [
            *(mutant.source for mutant in made),
            *(source for _, source in answers),
            *(source for _, source, _ in wrong),
        ]
        found.append((each.id, made, same, answers, wrong, sources))
    said = judged(path, {id_: sources for id_, *_, sources in found})
    scores = []
    for id_, made, same, answers, wrong, _ in found:
        verdicts = iter(said[id_])
        of_mutants = [next(verdicts) for _ in made]
        of_answers = [next(verdicts) for _ in answers]
        of_wrong = [next(verdicts) for _ in wrong]
        names = {mutant.name for mutant in made}
        scores.append(
            Score(
                id_,
                len(made),
                len(names & set(same)),
                [
                    mutant.name
                    for mutant, verdict in zip(made, of_mutants, strict=True)
                    if _is_correct(verdict, id_) and mutant.name not in same
                ],
                {
                    name: verdict
                    for (name, _), verdict in zip(answers, of_answers, strict=True)
                    if not _is_correct(verdict, id_)
                },
                {
                    name: verdict
                    for (name, _, part), verdict in zip(wrong, of_wrong, strict=True)
                    if _is_correct(verdict, id_) or part not in verdict
                },
                sorted(set(same) - names) if every == 1 else [],
            )
        )
    return scores


def _is_correct(verdict: str, id_: str) -> bool:
    return verdict.startswith(f"✓ {id_} correct.")


def judged(path: Path, sources: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What the check of each exercise says of each source, in one run of the lesson.

    Raises RuntimeError where a cell of the lesson stops.
    """
    node = read(path)
    checks = {check: id_ for id_, (_, check) in exercises(node).items()}
    said: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="oaiwb-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        env = surroundings.environment(scratch)
        with session(
            node, path.parent, mode="replay", lesson=path.stem, env=env, timeout=3600
        ) as client:
            for index, cell in enumerate(node.cells):
                if cell.cell_type != "code":
                    continue
                asked = scratch / f"{index}.json"
                if checks.get(index) in sources:
                    given = {"check": cell.source, "sources": list(sources[checks[index]])}
                    asked.write_text(json.dumps(given), "utf-8")
                    ask = _untyped.from_dict(
                        {**cell, "source": _CALL.format(str(asked)), "outputs": []}
                    )
                    failure = run_cell(client, ask, index, index)
                    if failure is None:
                        said[checks[index]] = json.loads(
                            asked.with_suffix(".said").read_text("utf-8")
                        )
                else:
                    failure = run_cell(client, cell, index, index)
                if failure is not None and "raises-exception" not in cell.metadata.get("tags", []):
                    raise RuntimeError(f"{path.name}, {failure}")
    return said


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
