"""Mutants of lesson 12 that no input tells from the reference."""

SAME = {
    "12-1": {
        "line 5: `0` becomes `1`": "`wave` corrects the number of frames when the file is closed",
        "line 16: `0` becomes `-1`": "a reading is one item",
        "line 16: `0` becomes `-1` (2)": "the item has one part",
    },
}
