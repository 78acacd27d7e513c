"""Mutants of lesson 39 that no input tells from the reference."""

SAME = {
    "39-1": {
        "line 4: `zip(ours, theirs)` becomes `zip(theirs, ours)`": (
            "Two labels are equal in either order."
        ),
    },
    "39-3": {"line 18: `return None` becomes `return`": "`return` alone returns None."},
}
