"""Mutants of lesson 35 that no input tells from the reference."""

SAME = {
    "35-2": {
        "line 16: `break` becomes `continue`": "It is the last turn of the loop: both end it.",
    },
}
