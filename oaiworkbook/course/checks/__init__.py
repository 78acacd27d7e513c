"""Exercises: `check("03-1", answer)`, `hint("03-1")`, `solution("03-1")`.

Each lesson has a module `lesson_NN` here with `EXERCISES`, a list of `Exercise`.
"""

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ...errors import ExerciseNotSolved, UnknownExercise
from .. import start_page
from ..exercises import progress
from ..exercises.judge import Exercise, Wrong, expect, judge
from ..exercises.verdict import Result, Solution, Tip

__all__ = [
    "Exercise",
    "ExerciseNotSolved",
    "UnknownExercise",
    "Wrong",
    "check",
    "expect",
    "hint",
    "of_lesson",
    "solution",
]

_shown: dict[str, int] = {}


def check(exercise_id: str, answer: Any) -> Result:
    """Says whether an answer is not tried, wrong (and what is off) or correct; shown in Jupyter.

    Never raises for what the answer does, and never shows the solution. Progress is kept in the
    user's data folder. Raises UnknownExercise, and with OAIWORKBOOK_STRICT=1 ExerciseNotSolved.
    """
    exercise = _find(exercise_id)
    outcome, message = judge(exercise, answer)
    note = progress.note(exercise_id, outcome)
    start_page.renew()
    result = Result(exercise_id, outcome, message, note)
    if os.environ.get("OAIWORKBOOK_STRICT") == "1" and outcome != "correct":
        raise ExerciseNotSolved(str(result))
    return result


def hint(exercise_id: str, number: int | None = None) -> Tip:
    """The next hint of an exercise, or hint `number` counted from 1."""
    exercise = _find(exercise_id)
    total = len(exercise.hints)
    if number is None:
        number = min(_shown.get(exercise_id, 0) + 1, total)
        _shown[exercise_id] = number
    elif not 1 <= number <= total:
        raise UnknownExercise(
            f"Exercise {exercise_id} has no hint {number}. Ask for 1 to {total}, or leave the "
            "number out for the next one."
        )
    return Tip(exercise_id, number, total, exercise.hints[number - 1])


def solution(exercise_id: str) -> Solution:
    """One way to solve an exercise, folded in Jupyter so that it is seen only when opened."""
    return Solution(exercise_id, _find(exercise_id).reference)


def of_lesson(number: str) -> list[Exercise]:
    """The exercises of lesson "03", in order; an empty list where the lesson has none."""
    name = f"{__name__}.lesson_{number}"
    if not (number.isdigit() and find_spec(name)):
        return []
    return list(import_module(name).EXERCISES)


def _find(exercise_id: str) -> Exercise:
    number = str(exercise_id).partition("-")[0]
    there = {each.id: each for each in of_lesson(number)}
    if exercise_id in there:
        return there[exercise_id]
    if there:
        known = f"Lesson {number} has {', '.join(there)}."
    else:
        known = 'A name is the lesson and the number of the exercise, such as "03-1".'
    raise UnknownExercise(f"There is no exercise {exercise_id!r}. {known}")
