"""Mutants of lesson 15 that no input tells from the reference."""

SAME = {
    "15-1": {
        "line 6: `int(np.argmax(vectors @ np.array(answer.data[0].embedding)))` becomes "
        "`np.argmax(vectors @ np.array(answer.data[0].embedding))`": "numpy's integer is a row too",
        "line 6: `0` becomes `-1`": "one text has one vector",
    },
}
