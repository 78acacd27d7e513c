"""Typical mistakes in lesson 27, and what the check says to each."""

_FIRST = """
def first_alive(client, names, text):
    import openai

    for name in names:
        try:
            response = client.responses.create(model=name, input=text)
        except {error}:
            {then}
        return response.output_text, {model}
    {last}
"""
_CODE = 'if error.code != "model_not_found": raise\n            continue'
_GONE = 'raise LookupError("all gone")'

WRONG = {
    "27-1": [
        (
            "returns a time span",
            """
def days_left(client, name, today):
    from datetime import date

    day = client.models.retrieve(name).shutdown_date
    return date.fromisoformat(day) - today
""",
            "and not a number of days",
        ),
        (
            "forgets models without an end",
            """
def days_left(client, name, today):
    from datetime import date

    day = client.models.retrieve(name).shutdown_date
    return (date.fromisoformat(day) - today).days
""",
            "Your code stopped with `TypeError`",
        ),
        (
            "counts from the clock",
            """
def days_left(client, name, today):
    from datetime import date

    day = client.models.retrieve(name).shutdown_date
    return (date.fromisoformat(day) - date(2026, 12, 24)).days if day else None
""",
            "seen from 2026-11-22",
        ),
        (
            "fetches the whole list",
            """
def days_left(client, name, today):
    from datetime import date

    for entry in client.models.list():
        if entry.id == name:
            return (date.fromisoformat(entry.shutdown_date) - today).days
    return 0
""",
            "the request was GET /models",
        ),
    ],
    "27-2": [
        (
            "takes the best",
            """
def choose(rows, least, slowest):
    fit = [row for row in rows if row[2] >= least and row[3] <= slowest]
    return max(fit, key=lambda row: row[2], default=None)
""",
            "with at least 0 right in at most 10 s it returned ['",
        ),
        (
            "leaves out the limits themselves",
            """
def choose(rows, least, slowest):
    fit = [row for row in rows if row[2] > least and row[3] < slowest]
    return min(fit, key=lambda row: (row[4], row[3]), default=None)
""",
            "with at least 8 right in at most 0.7 s it returned None",
        ),
        (
            "forgets the seconds of equally cheap ones",
            """
def choose(rows, least, slowest):
    fit = [row for row in rows if row[2] >= least and row[3] <= slowest]
    return min(fit, key=lambda row: row[4], default=None)
""",
            "with at least 9 right in at most 1 s it returned ['middle', 'none'",
        ),
        (
            "raises where nothing fits",
            """
def choose(rows, least, slowest):
    fit = [row for row in rows if row[2] >= least and row[3] <= slowest]
    return sorted(fit, key=lambda row: (row[4], row[3]))[0]
""",
            "Your code stopped with `IndexError`",
        ),
        (
            "sorts the list in place",
            """
def choose(rows, least, slowest):
    rows.sort(key=lambda row: (row[4], row[3]))
    return next((row for row in rows if row[2] >= least and row[3] <= slowest), None)
""",
            "changes the list of rows",
        ),
    ],
    "27-3": [
        (
            "waits for NotFoundError",
            _FIRST.format(
                error="openai.NotFoundError as error",
                then=_CODE,
                model="response.model",
                last=_GONE,
            ),
            "after a 400 `model_not_found` it does not go on",
        ),
        (
            "goes on after every error",
            _FIRST.format(
                error="openai.APIStatusError", then="continue", model="response.model", last=_GONE
            ),
            "a 429 says nothing about the model's end",
        ),
        (
            "names the model that it asked",
            _FIRST.format(
                error="openai.APIStatusError as error", then=_CODE, model="name", last=_GONE
            ),
            "the answer names the model one-2026-11-01",
        ),
        (
            "is silent when all are gone",
            _FIRST.format(
                error="openai.APIStatusError as error",
                then=_CODE,
                model="response.model",
                last="return None",
            ),
            "both models are gone, and it returned None",
        ),
    ],
}
