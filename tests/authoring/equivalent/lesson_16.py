"""Mutants of lesson 16 that no input tells from the reference."""

SAME = {
    "16-3": {
        "line 13: `return None` becomes `return`": "a return without a value returns None",
    },
}
