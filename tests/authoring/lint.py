"""The contract of a lesson, enforced: every rule is a function of its own that says what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import getmembers, isgeneratorfunction
from pathlib import Path

from . import not_yet, rules_dates, rules_figures, rules_shape, rules_stored, rules_words
from .lesson import Lesson

Rule = Callable[[Lesson], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """`rule` is the name of the function that found it."""

    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.message} [{self.rule}]"


def rules() -> list[Rule]:
    """All rules, in the order of their modules and names."""
    return [
        function
        for module in (rules_dates, rules_figures, rules_shape, rules_stored, rules_words)
        for name, function in getmembers(module, isgeneratorfunction)
        if not name.startswith("_") and function.__module__ == module.__name__
    ]


def lint(path: Path, *, newest: bool = False) -> list[Problem]:
    """What is wrong with one lesson; empty when nothing is. `newest` as in `check`."""
    return check(Lesson.read(path), newest=newest)


def check(lesson: Lesson, *, newest: bool = False) -> list[Problem]:
    """`newest`: by all rules, also where the lesson waits for the newest ones."""
    excused = not_yet.RULES if not_yet.waits(lesson.number) and not newest else frozenset()
    return [
        Problem(rule.__name__, message)
        for rule in rules()
        if rule.__name__ not in excused
        for message in rule(lesson)
    ]
