"""Mutants of lesson 23 that no input tells from the reference."""

SAME = {
    "23-1": {
        "line 6: `max(for_requests, for_tokens)` becomes `max(for_tokens, for_requests)`": (
            "The longer of two numbers is the same in either order."
        ),
    },
}
