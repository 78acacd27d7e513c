"""Typical mistakes in lesson 27, and what the check says to each."""

_DAYS = """
def days_left(client, name, today):
    day = client.models.retrieve({name}).shutdown_date
    return {left}
"""
_LEFT = {"name": "name", "left": "(date.fromisoformat(day) - today).days if day else None"}

_CHOOSE = """
def choose(rows, least, slowest):
    fit = [row for row in rows if {fits}]
    return {best}
"""
_BEST = {
    "fits": "row[2] >= least and row[3] <= slowest",
    "best": "min(fit, key=lambda row: (row[4], row[3]), default=None)",
}

_FIRST = """
def first_alive(client, names, text):
    for name in {names}:
        try:
            response = client.{call}
        except {error}:
            {then}
        return response.output_text, {model}
    {last}
"""
_CAREFUL = {
    "names": "names",
    "call": "responses.create(model=name, input=text)",
    "error": "openai.APIStatusError as error",
    "then": 'if error.code != "model_not_found": raise\n            continue',
    "model": "response.model",
    "last": 'raise LookupError("all gone")',
}

WRONG = {
    "27-1": [
        (
            "returns a time span",
            _DAYS.format(**_LEFT | {"left": "date.fromisoformat(day) - today"}),
            "a timedelta and not a number of days",
        ),
        (
            "returns a text",
            _DAYS.format(**_LEFT | {"left": 'f"{(date.fromisoformat(day) - today).days} days"'}),
            "it returned '53 days', a str",
        ),
        (
            "forgets models without an end",
            _DAYS.format(**_LEFT | {"left": "(date.fromisoformat(day) - today).days"}),
            "Your code stopped with `TypeError`",
        ),
        (
            "takes no end for no days",
            _DAYS.format(
                **_LEFT | {"left": "(date.fromisoformat(day) - today).days if day else 0"}
            ),
            "it returned 0, and no end is announced",
        ),
        (
            "takes the last day for no end",
            _DAYS.format(
                **_LEFT
                | {"left": "((date.fromisoformat(day) - today).days or None) if day else None"}
            ),
            "it returned None, and there is an end",
        ),
        (
            "counts from the clock",
            _DAYS.format(
                **_LEFT
                | {"left": "(date.fromisoformat(day) - date(2026, 12, 24)).days if day else None"}
            ),
            "seen from 2026-11-22, it returned 21",
        ),
        (
            "counts from the end to today",
            _DAYS.format(
                **_LEFT | {"left": "(today - date.fromisoformat(day)).days if day else None"}
            ),
            "it returned -53",
        ),
        (
            "never below zero",
            _DAYS.format(
                **_LEFT
                | {"left": "max((date.fromisoformat(day) - today).days, 0) if day else None"}
            ),
            "with `shutdown_date` '2026-10-23', seen from 2026-11-22, it returned 0",
        ),
        (
            "thirty days a month",
            _DAYS.format(
                **_LEFT
                | {
                    "left": """None if day is None else (int(day[:4]) - today.year) * 360 + (
        int(day[5:7]) - today.month) * 30 + int(day[8:]) - today.day"""
                }
            ),
            "it returned 52",
        ),
        (
            "always asks for the same model",
            _DAYS.format(**_LEFT | {"name": '"gpt-4o-mini"'}),
            "for 'some-model' the request was GET /models/gpt-4o-mini",
        ),
        (
            "fetches the whole list",
            """
def days_left(client, name, today):
    for entry in client.models.list():
        if entry.id == name:
            day = entry.shutdown_date
            return (date.fromisoformat(day) - today).days if day else None
""",
            "it asks for the list of all models",
        ),
        (
            "asks the workbook's table",
            """
def days_left(client, name, today):
    model = models.find(name)
    return model and model.days_left(today)
""",
            "your code sent no request",
        ),
        (
            "takes an unknown name for a model without an end",
            """
def days_left(client, name, today):
    try:
        day = client.models.retrieve(name).shutdown_date
    except openai.NotFoundError:
        return None
    return (date.fromisoformat(day) - today).days if day else None
""",
            "a 404 (no such model) is kept from the caller: it returned None",
        ),
        (
            "hides each exception",
            """
def days_left(client, name, today):
    try:
        entry = client.models.retrieve(name)
        return (date.fromisoformat(entry.shutdown_date) - today).days
    except Exception:
        return None
""",
            "a 400 about another parameter is kept from the caller: it returned None",
        ),
    ],
    "27-2": [
        (
            "takes the best",
            _CHOOSE.format(**_BEST | {"best": "max(fit, key=lambda row: row[2], default=None)"}),
            "with at least 0 right in at most 10 s it returned ['large'",
        ),
        (
            "takes the fastest",
            _CHOOSE.format(
                **_BEST | {"best": "min(fit, key=lambda row: (row[3], row[4]), default=None)"}
            ),
            "with at least 0 right in at most 10 s it returned ['small'",
        ),
        (
            "leaves out the limits themselves",
            _CHOOSE.format(**_BEST | {"fits": "row[2] > least and row[3] < slowest"}),
            "with at least 8 right in at most 0.7 s it returned None, and there is such a row",
        ),
        (
            "forgets the seconds",
            _CHOOSE.format(**_BEST | {"fits": "row[2] >= least"}),
            "['small', 'medium', 10, 1.5, 0.03], which takes too long",
        ),
        (
            "one limit is enough",
            _CHOOSE.format(**_BEST | {"fits": "row[2] >= least or row[3] <= slowest"}),
            "['house', 'none', 6, 3.0, 0.0], which has too few right",
        ),
        (
            "takes the dearest",
            _CHOOSE.format(**_BEST | {"best": "max(fit, key=lambda row: row[4], default=None)"}),
            "0.22], and another that is good enough costs less",
        ),
        (
            "forgets the seconds of equally cheap ones",
            _CHOOSE.format(**_BEST | {"best": "min(fit, key=lambda row: row[4], default=None)"}),
            "and another costs as much and is faster",
        ),
        (
            "of equally cheap ones the better",
            _CHOOSE.format(
                **_BEST | {"best": "min(fit, key=lambda row: (row[4], -row[2]), default=None)"}
            ),
            "with at least 9 right in at most 1 s it returned ['middle', 'low'",
        ),
        (
            "raises where nothing fits",
            _CHOOSE.format(**_BEST | {"best": "sorted(fit, key=lambda row: (row[4], row[3]))[0]"}),
            "Your code stopped with `IndexError`",
        ),
        (
            "an empty list where nothing fits",
            _CHOOSE.format(
                **_BEST | {"best": "min(fit, key=lambda row: (row[4], row[3]), default=[])"}
            ),
            "it returned [], which is none of the rows",
        ),
        (
            "returns the name only",
            _CHOOSE.format(
                **_BEST | {"best": "min(fit, key=lambda row: (row[4], row[3]))[0] if fit else None"}
            ),
            "it returned 'house', which is none of the rows",
        ),
        (
            "the best for the money",
            _CHOOSE.format(
                **_BEST
                | {"best": "max(fit, key=lambda r: (r[2] / (r[3] * r[4] + 0.01)), default=None)"}
            ),
            "0.9, 0.05], and another costs as much",
        ),
        (
            "takes a price of zero for no price",
            """
def choose(rows, least, slowest):
    best = None
    for row in rows:
        if row[4] and row[2] >= least and row[3] <= slowest:
            if best is None or (row[4], row[3]) < (best[4], best[3]):
                best = row
    return best
""",
            "with at least 0 right in at most 10 s it returned ['small', 'none', 8, 0.7, 0.005], and",
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
            _FIRST.format(**_CAREFUL | {"error": "openai.NotFoundError as error"}),
            "gets a 400 `model_not_found`, it stops with `BadRequestError`",
        ),
        (
            "knows 400 and 404 only",
            _FIRST.format(
                **_CAREFUL | {"error": "(openai.BadRequestError, openai.NotFoundError) as error"}
            ),
            "gets a 403 `model_not_found`, it stops with `PermissionDeniedError`",
        ),
        (
            "goes on after every error",
            _FIRST.format(**_CAREFUL | {"error": "openai.APIStatusError", "then": "continue"}),
            "a 400 about another parameter does not say that the model is gone",
        ),
        (
            "goes on after each 400, 403 and 404",
            _FIRST.format(
                **_CAREFUL
                | {
                    "then": "if error.status_code not in (400, 403, 404): raise\n            continue"
                }
            ),
            "a 400 about another parameter does not say that the model is gone, and it became ('pl",
        ),
        (
            "goes on after each 404",
            _FIRST.format(
                **_CAREFUL
                | {
                    "then": """if error.code != "model_not_found" and error.status_code != 404:
                raise
            continue"""
                }
            ),
            "a 404 about a file does not say",
        ),
        (
            "goes on after a 403",
            _FIRST.format(
                **_CAREFUL
                | {
                    "then": """if error.code != "model_not_found" and error.status_code != 403:
                raise
            continue"""
                }
            ),
            "a 403 without a code does not say",
        ),
        (
            "goes on when the server is silent",
            """
def first_alive(client, names, text):
    for name in names:
        try:
            response = client.responses.create(model=name, input=text)
            return response.output_text, response.model
        except openai.APIConnectionError:
            continue
        except openai.APIStatusError as error:
            if error.code != "model_not_found":
                raise
    raise LookupError
""",
            "a broken connection does not say",
        ),
        (
            "reads the message",
            _FIRST.format(
                **_CAREFUL
                | {"then": 'if "does not exist" not in str(error): raise\n            continue'}
            ),
            "gets a 404 `model_not_found`, it stops with `NotFoundError`",
        ),
        (
            "names the model that it asked",
            _FIRST.format(**_CAREFUL | {"model": "name"}),
            "the answer names the model one-2026-11-01, and the pair 'one'",
        ),
        (
            "returns the whole response",
            _FIRST.format(**_CAREFUL).replace("response.output_text", "response"),
            "the text of the pair is Response(",
        ),
        (
            "returns the text alone",
            _FIRST.format(**_CAREFUL)
            .replace("response.output_text, ", "")
            .replace("response.model", "response.output_text"),
            "it returned 'plough' and not a pair",
        ),
        (
            "tries two models only",
            _FIRST.format(**_CAREFUL | {"names": "names[:2]"}),
            "where two models get a 404 `model_not_found`, it stops with `LookupError`",
        ),
        (
            "begins with the last name",
            _FIRST.format(**_CAREFUL | {"names": "reversed(names)"}),
            "where the first model answers, it asked ['three'], and not ['one']",
        ),
        (
            "asks without the text",
            _FIRST.format(**_CAREFUL | {"call": 'responses.create(model=name, input="Hello")'}),
            "a request does not hold the text that was given",
        ),
        (
            "asks Chat",
            _FIRST.format(
                **_CAREFUL
                | {
                    "call": """chat.completions.create(
                model=name, messages=[{"role": "user", "content": text}])"""
                }
            ).replace("response.output_text", "response.choices[0].message.content"),
            "a request went to /chat/completions, not to Responses",
        ),
        (
            "is silent when all are gone",
            _FIRST.format(**_CAREFUL | {"last": "return None"}),
            "all models are gone, and it returned None",
        ),
        (
            "raises the last error when all are gone",
            _FIRST.format(
                **_CAREFUL
                | {
                    "then": """if error.code != "model_not_found" or name == names[-1]: raise
            continue"""
                }
            ),
            "all models are gone, and `PermissionDeniedError` was raised",
        ),
        (
            "calls each failure of the last model a LookupError",
            _FIRST.format(
                **_CAREFUL
                | {
                    "error": "openai.APIError as error",
                    "then": """if name == names[-1]: raise LookupError("all gone") from error
            if error.code != "model_not_found": raise
            continue""",
                }
            ),
            "of the last model does not say that the model is gone, and it became 'a LookupError'",
        ),
    ],
}
