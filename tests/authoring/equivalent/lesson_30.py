"""Mutants of lesson 30's references that no input tells from them."""

SAME = {
    "30-2": {
        "line 8: `q.words` becomes `q`": "a quotation that is shown whole names its words too",
    },
}
