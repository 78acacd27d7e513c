"""Typical wrong answers to the exercises: one module a lesson, each answer with the message it gets."""

from importlib import import_module

# Exercise id -> (name, source, part of what the check must say).
Mistakes = dict[str, list[tuple[str, str, str]]]


def of_lesson(number: str) -> Mistakes:
    """Those of lesson "03". Raises ModuleNotFoundError where the lesson has none."""
    found: Mistakes = import_module(f"{__name__}.lesson_{number}").WRONG
    return found
