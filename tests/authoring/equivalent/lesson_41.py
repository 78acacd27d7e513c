"""Mutants of lesson 41 that no input tells from the reference."""

SAME: dict[str, dict[str, str]] = {}
