"""Mutants of lesson 40 that no input tells from the reference."""

SAME: dict[str, dict[str, str]] = {}
