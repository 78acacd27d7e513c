"""Mutants of lesson 24 that no input tells from the reference."""

_ONLY = "All that a message or a call can make wrong there is one of these errors."

SAME = {
    "24-3": {
        "line 12: `except (ValueError, KeyError): return Non` becomes `except Exception: return Non`": (
            _ONLY
        ),
        "line 13: `return None` becomes `return`": "`return` alone returns None.",
    },
}
