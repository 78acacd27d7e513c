"""Mutants of lesson 03 that no input tells from the reference."""

SAME = {
    "03-1": {
        "line 14: `0` becomes `-1`": "without `n`, a chunk has one choice: the first is the last",
    },
    "03-3": {
        "line 15: `except openai.APIError: whole = Fa` becomes `except Exception: whole = Fa`": (
            "the call is outside `try`: only the SDK's own reading of the stream can raise in it"
        ),
    },
}
