"""Mutants of lesson 14 that no input tells from the reference."""

_ONE = "a response without tools is one item"
_PART = "the item has one part"

SAME = {
    "14-1": {
        "line 11: `0` becomes `-1`": _ONE,
        "line 11: `0` becomes `-1` (2)": _PART,
    },
    "14-2": {
        "line 17: `0` becomes `-1`": _ONE,
        "line 17: `0` becomes `-1` (2)": _PART,
    },
}
