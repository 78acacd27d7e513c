"""Mutants of lesson 36's references that no input tells from them."""

SAME: dict[str, dict[str, str]] = {}
