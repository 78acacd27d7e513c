"""Mutants of lesson 19 that no input tells from the reference."""

SAME = {
    "19-3": {
        "line 10: `return None` becomes `return`": "a return without a value returns None",
    },
}
