"""Mutants of lesson 02 that no input tells from the reference."""

SAME = {
    "02-1": {
        "line 8: `0` becomes `-1`": "without `n`, Chat gives one choice: the first is the last",
    },
}
