"""Mutants of lesson 10's references that no input tells from them."""

SAME = {
    "10-2": {
        "line 3: `atch_tokens(width * scale, height * scale)` becomes "
        "`atch_tokens(height * scale, width * scale)`": "a turned picture costs the same",
    },
}
