"""Mutants of lesson 38 that no input tells from the reference."""

SAME = {
    "38-2": {
        "line 2: `'Helper'` becomes `'Helperx'`": "The task gives the agent no name.",
        "line 10: `return None` becomes `return`": "`return` alone returns None.",
    },
}
