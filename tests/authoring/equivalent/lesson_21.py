"""Mutants of lesson 21 that no input tells from the reference, and why."""

SAME = {
    "21-2": {"line 4: `return None` becomes `return`": "a bare `return` gives None"},
}
