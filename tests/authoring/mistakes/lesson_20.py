"""Wrong answers to the exercises of lesson 20: (name, source, what the check must say)."""

_PATIENT = """
import random
import time


def patient(client, question, tries=4):
    for attempt in range({calls}):
        try:
            return ask(client, question)
        except {errors}:
            if attempt == tries - 1:
                {end}
            time.sleep({wait})
"""
_GOOD = {
    "calls": "tries",
    "errors": "(openai.InternalServerError, openai.APIConnectionError)",
    "end": "raise",
    "wait": "0.5 * 2**attempt * random.uniform(0.75, 1)",
}

_ALL = """
def answer_all(client, questions):
    texts = {start}
    for question in questions:
        try:
            texts[question] = ask(client, question).output_text
        except openai.RateLimitError as error:
            {limited}
        except {passing}:
            continue
    return texts
"""
_BREAK = 'if error.type == "insufficient_quota": break'
_PASSING = "(openai.InternalServerError, openai.APIConnectionError)"

WRONG = {
    "20-1": [
        (
            "tries again after every 429",
            """
def worth_another_try(error):
    if isinstance(error, openai.APIConnectionError):
        return True
    return error.status_code in (408, 409, 429) or error.status_code >= 500
""",
            "for a 429 of type `insufficient_quota` it returns `True`",
        ),
        (
            "looks at the old code",
            """
def worth_another_try(error):
    if isinstance(error, openai.APIConnectionError):
        return True
    if error.code in ("insufficient_quota", "credit_balance_exhausted"):
        return False
    return error.status_code in (408, 409, 429) or error.status_code >= 500
""",
            "`project_spend_limit_exceeded` it returns `True`",
        ),
        (
            "forgets 408 and 409",
            """
def worth_another_try(error):
    if isinstance(error, openai.APIConnectionError):
        return True
    if error.type == "insufficient_quota":
        return False
    return error.status_code == 429 or error.status_code >= 500
""",
            "for a 408 it returns `False`",
        ),
        (
            "gives up when nobody answered",
            """
def worth_another_try(error):
    if isinstance(error, openai.APIConnectionError):
        return False
    if error.type == "insufficient_quota":
        return False
    return error.status_code in (408, 409, 429) or error.status_code >= 500
""",
            "for a refused connection it returns `False`",
        ),
    ],
    "20-2": [
        (
            "without jitter",
            _PATIENT.format(**_GOOD | {"wait": "0.5 * 2**attempt"}),
            "there is no jitter",
        ),
        (
            "always the same wait",
            _PATIENT.format(**_GOOD | {"wait": "0.5 * random.uniform(0.75, 1)"}),
            "wait 2 was",
        ),
        (
            "swallows the last error",
            _PATIENT.format(**_GOOD | {"end": "return None"}),
            "returned None instead of raising",
        ),
        (
            "tries again after everything",
            _PATIENT.format(**_GOOD | {"errors": "openai.APIError"}),
            "after a 400 it made 4 calls",
        ),
        (
            "counts retries instead of calls",
            _PATIENT.format(**_GOOD | {"calls": "tries + 1"}).replace("tries - 1", "tries"),
            "with `tries=4` it made 5 calls",
        ),
        (
            "waits after the last call",
            """
import random
import time


def patient(client, question, tries=4):
    for attempt in range(tries):
        try:
            return ask(client, question)
        except (openai.InternalServerError, openai.APIConnectionError) as error:
            last = error
            time.sleep(0.5 * 2**attempt * random.uniform(0.75, 1))
    raise last
""",
            "nothing follows the last wait",
        ),
    ],
    "20-3": [
        (
            "hides every error",
            _ALL.format(start="dict.fromkeys(questions)", limited=_BREAK, passing="Exception"),
            "our own mistake, was hidden",
        ),
        (
            "goes on without credit",
            _ALL.format(start="dict.fromkeys(questions)", limited="continue", passing=_PASSING),
            "went on to send 4 in all",
        ),
        (
            "stops at every 429",
            _ALL.format(start="dict.fromkeys(questions)", limited="break", passing=_PASSING),
            "after a 429 `slow_down` for the second question it sent",
        ),
        (
            "loses the questions without an answer",
            _ALL.format(start="{}", limited=_BREAK, passing=_PASSING),
            "with a 503 for the second question it returned",
        ),
        (
            "stops when nobody answers",
            _ALL.format(
                start="dict.fromkeys(questions)",
                limited=_BREAK,
                passing="openai.InternalServerError",
            ),
            "a timeout stopped it with APITimeoutError",
        ),
    ],
}
