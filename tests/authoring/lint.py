"""The contract of a lesson, enforced: every rule is a function of its own that says what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import getmembers, isgeneratorfunction
from pathlib import Path

from . import rules_dates, rules_figures, rules_shape, rules_stored, rules_words
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


def lint(path: Path) -> list[Problem]:
    """What is wrong with one lesson; empty when nothing is."""
    return check(Lesson.read(path))


def check(lesson: Lesson) -> list[Problem]:
    return [Problem(rule.__name__, message) for rule in rules() for message in rule(lesson)]
