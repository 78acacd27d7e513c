"""Mutants of lesson 31 that no input tells from the reference."""

SAME = {
    "31-1": {"line 3: `return None` becomes `return`": "`return` alone returns None."},
    "31-3": {
        "line 4: `except ValueError: return (40` becomes `except Exception: return (40`": (
            "All that a message can make wrong there is one of these errors."
        ),
    },
}
