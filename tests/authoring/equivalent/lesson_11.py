"""Mutants of lesson 11's references that no input tells from them."""

SAME = {
    "11-3": {
        "line 13: `except openai.APIError as error: i` becomes `except Exception as error: i`": (
            "an error of another class has no `code`, and `error.code` raises in its place"
        ),
    },
}
