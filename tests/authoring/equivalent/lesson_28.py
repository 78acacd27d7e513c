"""Mutants of lesson 28 that no input tells from the reference."""

SAME = {
    "28-1": {"line 13: `'none'` becomes `'nonex'`": "the school's server takes any key"},
}
