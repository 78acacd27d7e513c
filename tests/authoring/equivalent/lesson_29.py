"""Mutants of lesson 29 that no input tells from the reference."""

SAME = {
    "29-3": {
        "line 13: `t openai.APIConnectionError: spent` becomes `t openai.APIError: spent`": (
            "after APIStatusError, a whole answer has no other APIError than APIConnectionError"
        ),
    },
}
