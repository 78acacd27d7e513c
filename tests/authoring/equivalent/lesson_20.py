"""Mutants of lesson 20 that no input tells from the reference, and why."""

SAME = {
    "20-2": {
        "line 14: `min(0.5 * 2 ** attempt, 8)` becomes `min(8, 0.5 * 2 ** attempt)`": (
            "the smaller of two numbers, whichever is named first"
        ),
        "line 14: `dom.uniform(0.75, 1)` becomes `dom.uniform(1, 0.75)`": (
            "`uniform` draws between its two ends, whichever is named first"
        ),
    },
}
