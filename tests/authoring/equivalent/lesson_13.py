"""Mutants of lesson 13 that no input tells from the reference."""

SAME = {
    "13-1": {"line 12: `0` becomes `-1`": "without `n` there is one choice"},
    "13-2": {
        "line 20: ` is not None` becomes ` is not None break`": "without `n` a chunk has one choice"
    },
    "13-3": {
        "line 10: `except openai.APIError as error: i` becomes `except Exception as error: i`": (
            "the SDK turns every failure of a request into an APIError"
        )
    },
}
