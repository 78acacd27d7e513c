"""Right answers to the exercises of lesson 20, in other ways than the reference."""

_PATIENT = """
import random
import time


def patient(client, question, tries=4):
    for attempt in range(tries):
        try:
            return {call}
        except {errors}:
            if attempt == tries - 1:
                raise
            time.sleep({wait})
"""
_GOOD = {
    "call": "ask(client, question)",
    "errors": "(openai.InternalServerError, openai.APIConnectionError)",
    "wait": "min(0.5 * 2**attempt, 8) * random.uniform(0.75, 1)",
}

RIGHT = {
    "20-1": [
        (
            "by status alone",
            """
def worth_another_try(error):
    status = getattr(error, "status_code", None)
    if status is None:
        return True
    return error.type != "insufficient_quota" and (status in {408, 409, 429} or status >= 500)
""",
        ),
        (
            "by class alone",
            """
def worth_another_try(error):
    match error:
        case openai.RateLimitError():
            return error.type != "insufficient_quota"
        case openai.APIConnectionError() | openai.InternalServerError() | openai.ConflictError():
            return True
    return error.status_code == 408
""",
        ),
        (
            "names what no try can help",
            """
def worth_another_try(error):
    if isinstance(error, openai.APIConnectionError):
        return True
    body = error.body or {}
    if error.response.status_code == 429 and body.get("type") == "insufficient_quota":
        return False
    return error.response.status_code not in (400, 401, 403, 404, 422)
""",
        ),
        (
            "a lambda that knows the types of each 429",
            """
worth_another_try = lambda error: bool(
    isinstance(error, openai.APIConnectionError)
    or error.status_code in (408, 409)
    or error.status_code // 100 == 5
    or error.status_code == 429
    and error.type in ("requests", "tokens", "rate_limit_error")
)
""",
        ),
        (
            "knows all codes",
            """
NO_MONEY = ["credit_balance_exhausted", "project_spend_limit_exceeded", "insufficient_quota"]
NO_MONEY += ["organization_spend_limit_exceeded", "organization_usage_limit_exceeded"]


def worth_another_try(error):
    if not isinstance(error, openai.APIStatusError):
        return True
    if error.code in NO_MONEY:
        return False
    return any([error.status_code in (408, 409, 429), error.status_code > 499])
""",
        ),
    ],
    "20-2": [
        (
            "sleeps by the short name, and puts the jitter on",
            _PATIENT.replace("import time", "from time import sleep")
            .replace("time.sleep", "sleep")
            .format(**_GOOD | {"wait": "min(0.5 * 2**attempt, 8.0) * random.uniform(1.0, 1.25)"}),
        ),
        (
            "returns the text, and takes a part off",
            _PATIENT.format(
                **_GOOD
                | {
                    "call": "ask(client, question).output_text",
                    "wait": "(1 - random.random() / 4) * min(8, 2.0 ** (attempt - 1))",
                }
            ),
        ),
        (
            "counts down in a loop without an end",
            """
import time
import numpy as np

dice = np.random.default_rng()


def patient(client, question, tries=4):
    wait, left = 0.5, tries
    while True:
        left -= 1
        try:
            return ask(client, question)
        except openai.APIError as error:
            no_answer = isinstance(error, openai.APIConnectionError)
            if left <= 0 or not (no_answer or getattr(error, "status_code", 0) >= 500):
                raise
        time.sleep(float(wait * dice.uniform(0.75, 1.0)))
        wait = min(wait * 2, 8)
""",
        ),
        (
            "keeps the last error",
            """
import itertools
import random
import time as clock


def patient(client, question, tries=4):
    waits = itertools.chain([0.5, 1, 2, 4], itertools.repeat(8))
    for number, wait in zip(range(1, tries + 1), waits):
        try:
            answer = ask(client.with_options(max_retries=0), question)
        except (openai.APITimeoutError, openai.APIConnectionError, openai.InternalServerError) as e:
            last = e
        else:
            return answer
        if number < tries:
            clock.sleep(wait - wait * random.uniform(0, 0.25))
    raise last
""",
        ),
        (
            "calls itself",
            """
import random
import time


def patient(client, question, tries=4, wait=0.5):
    try:
        return ask(client, question)
    except (openai.InternalServerError, openai.APIConnectionError):
        if tries <= 1:
            raise
    time.sleep(random.triangular(0.75 * wait, wait))
    return patient(client, question, tries - 1, min(2 * wait, 8))
""",
        ),
    ],
    "20-3": [
        (
            "asks 20-1",
            """
def answer_all(client, questions):
    texts = {question: None for question in questions}
    for question in questions:
        try:
            texts[question] = ask(client, question).output_text
        except openai.APIError as error:
            if getattr(error, "type", None) == "insufficient_quota":
                return texts
            if not worth_another_try(error):
                raise
    return texts
""",
        ),
        (
            "remembers that the credit is gone",
            """
def answer_all(client, questions):
    texts, credit = {}, True
    for question in questions:
        texts[question] = None
        if not credit:
            continue
        try:
            texts[question] = ask(client, question).output_text
        except openai.APIConnectionError:
            pass
        except openai.APIStatusError as error:
            if error.status_code < 429:
                raise
            if error.body["type"] == "insufficient_quota":
                credit = False
    return texts
""",
        ),
        (
            "one function for one question, and an error of its own",
            """
class NoCredit(Exception):
    pass


def one(client, question):
    try:
        return ask(client, question).output_text
    except openai.RateLimitError as error:
        if error.type == "insufficient_quota":
            raise NoCredit from error
    except (openai.InternalServerError, openai.APITimeoutError, openai.APIConnectionError):
        return None


def answer_all(client, questions):
    answers = []
    try:
        for question in questions:
            answers.append(one(client, question))
    except NoCredit:
        pass
    return {q: answers[n] if n < len(answers) else None for n, q in enumerate(questions)}
""",
        ),
        (
            "two classes in one, told apart by a match",
            """
def answer_all(client, questions):
    texts = dict.fromkeys(questions)
    for question in questions:
        try:
            response = ask(client, question)
        except (openai.RateLimitError, openai.InternalServerError) as error:
            match error.type:
                case "insufficient_quota":
                    break
                case _:
                    continue
        except openai.APIConnectionError:
            continue
        texts[question] = response.output_text
    return texts
""",
        ),
    ],
}
