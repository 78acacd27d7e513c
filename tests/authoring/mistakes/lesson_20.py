"""Wrong answers to the exercises of lesson 20: (name, source, what the check must say)."""

_WORTH = """
def worth_another_try(error):
    if isinstance(error, openai.APIConnectionError):
        return {nobody}
    if {stop}:
        return False
    return {go_on}
"""
_TRY = {
    "nobody": "True",
    "stop": 'error.type == "insufficient_quota"',
    "go_on": "error.status_code in (408, 409, 429) or error.status_code >= 500",
}

_PATIENT = """
import random
import time


def patient(client, question, tries=4):
    for attempt in range({calls}):
        try:
            return {call}
        except {errors}:
            if attempt == tries - 1:
                {end}
            time.sleep({wait})
"""
_GOOD = {
    "calls": "tries",
    "call": "ask(client, question)",
    "errors": "(openai.InternalServerError, openai.APIConnectionError)",
    "end": "raise",
    "wait": "min(0.5 * 2**attempt, 8) * random.uniform(0.75, 1)",
}

_ALL = """
def answer_all(client, questions):
    texts = {start}
    for question in questions:
        try:
            texts[question] = {text}
        except {busy} as error:
            {limited}
        except {passing}:
            continue
    return texts
"""
_EACH = {
    "start": "dict.fromkeys(questions)",
    "text": "ask(client, question).output_text",
    "busy": "openai.RateLimitError",
    "limited": 'if error.type == "insufficient_quota": break',
    "passing": "(openai.InternalServerError, openai.APIConnectionError)",
}

WRONG = {
    "20-1": [
        (
            "tries again after every 429",
            _WORTH.format(**_TRY | {"stop": "False"}),
            "`credit_balance_exhausted` it returns `True`",
        ),
        (
            "knows two codes only",
            _WORTH.format(
                **_TRY
                | {"stop": 'error.code in ("insufficient_quota", "credit_balance_exhausted")'}
            ),
            "`project_spend_limit_exceeded` it returns `True`",
        ),
        (
            "looks for a word of the message",
            _WORTH.format(**_TRY | {"stop": '"quota" in str(error)'}),
            "of type `requests` it returns `False`",
        ),
        (
            "looks at the code in place of the type",
            _WORTH.format(**_TRY | {"stop": 'error.code == "insufficient_quota"'}),
            "of type `insufficient_quota` with the code `credit_balance_exhausted` it returns `True`",
        ),
        (
            "knows one 429 only",
            _WORTH.format(
                **_TRY
                | {
                    "stop": 'error.status_code == 429 and error.code != "rate_limit_exceeded"',
                }
            ),
            "for a 429 `slow_down` it returns `False`",
        ),
        (
            "forgets 408 and 409",
            _WORTH.format(
                **_TRY | {"go_on": "error.status_code == 429 or error.status_code >= 500"}
            ),
            "for a 408 it returns `False`",
        ),
        (
            "knows two errors of the server only",
            _WORTH.format(**_TRY | {"go_on": "error.status_code in (408, 409, 429, 500, 503)"}),
            "for a 502 it returns `False`",
        ),
        (
            "gives up when nobody answered",
            _WORTH.format(**_TRY | {"nobody": "False"}),
            "for a refused connection it returns `False`",
        ),
        (
            "takes a timeout for the only error without a status",
            _WORTH.format(**_TRY).replace("openai.APIConnectionError", "openai.APITimeoutError"),
            "Your code stopped with `AttributeError`",
        ),
        (
            "tries a wrong request again",
            _WORTH.format(**_TRY | {"go_on": "error.status_code not in (401, 403, 404, 422)"}),
            "for a 400 it returns `True`",
        ),
        (
            "returns a word",
            _WORTH.format(**_TRY | {"go_on": '"yes" if error.status_code > 404 else "no"'}),
            "neither `True` nor `False`",
        ),
    ],
    "20-2": [
        (
            "without jitter",
            _PATIENT.format(**_GOOD | {"wait": "min(0.5 * 2**attempt, 8)"}),
            "of 0.500 s: there is no jitter",
        ),
        (
            "the same jitter in each program",
            _PATIENT.format(**_GOOD | {"wait": "min(0.5 * 2**attempt, 8) * 0.9"}),
            "of 0.450 s: there is no jitter",
        ),
        (
            "hardly any jitter",
            _PATIENT.format(
                **_GOOD | {"wait": "min(0.5 * 2**attempt, 8) * random.uniform(0.99, 1)"}
            ),
            "the jitter is too small",
        ),
        (
            "jitter that reaches down to nothing",
            _PATIENT.format(**_GOOD | {"wait": "min(0.5 * 2**attempt, 8) * random.random()"}),
            "give or take a quarter",
        ),
        (
            "cuts the jitter off at 8 seconds",
            _PATIENT.format(
                **_GOOD | {"wait": "min(0.5 * 2**attempt * random.uniform(0.75, 1), 8)"}
            ),
            "all make their wait number 6 of 8.000 s",
        ),
        (
            "never stops doubling",
            _PATIENT.format(**_GOOD | {"wait": "0.5 * 2**attempt * random.uniform(0.75, 1)"}),
            "it was to be 8 s",
        ),
        (
            "always the same wait",
            _PATIENT.format(**_GOOD | {"wait": "0.5 * random.uniform(0.75, 1)"}),
            "wait 2 was",
        ),
        (
            "does not wait",
            _PATIENT.format(**_GOOD).replace("            time.sleep", "            str"),
            "it waited 0 times",
        ),
        (
            "swallows the last error",
            _PATIENT.format(**_GOOD | {"end": "return None"}),
            "returned None instead of raising",
        ),
        (
            "raises an error of its own",
            _PATIENT.format(**_GOOD | {"end": 'raise RuntimeError("no answer")'}),
            "Your code stopped with `RuntimeError`",
        ),
        (
            "raises the first error",
            """
import random
import time


def patient(client, question, tries=4):
    first = None
    for attempt in range(tries):
        try:
            return ask(client, question)
        except (openai.InternalServerError, openai.APIConnectionError) as error:
            first = first or error
            if attempt < tries - 1:
                time.sleep(min(0.5 * 2**attempt, 8) * random.uniform(0.75, 1))
    raise first
""",
            "the last call met a refused connection, and the caller gets `InternalServerError`",
        ),
        (
            "tries again after everything",
            _PATIENT.format(**_GOOD | {"errors": "openai.APIError"}),
            "after a 400 about another parameter it made 4 calls",
        ),
        (
            "tries again after each 429",
            _PATIENT.format(
                **_GOOD
                | {
                    "errors": "(openai.InternalServerError, openai.APIConnectionError, "
                    "openai.RateLimitError)"
                }
            ),
            "after a 429 `rate_limit_exceeded` it made 4 calls",
        ),
        (
            "tries again after a conflict",
            _PATIENT.format(
                **_GOOD
                | {
                    "errors": "(openai.InternalServerError, openai.APIConnectionError, "
                    "openai.ConflictError)"
                }
            ),
            "after a 409 it made 4 calls",
        ),
        (
            "gives up when nobody answers",
            _PATIENT.format(**_GOOD | {"errors": "openai.InternalServerError"}),
            "after a refused connection the next call has an answer; it stopped after 1 call",
        ),
        (
            "gives up after a refused connection",
            _PATIENT.format(
                **_GOOD | {"errors": "(openai.InternalServerError, openai.APITimeoutError)"}
            ),
            "after a refused connection the next call has an answer",
        ),
        (
            "has a number of calls of its own",
            _PATIENT.format(**_GOOD | {"calls": "4"}).replace("tries - 1", "3"),
            "with `tries=2`, and each call failing, it made 4 calls",
        ),
        (
            "counts retries instead of calls",
            _PATIENT.format(**_GOOD | {"calls": "tries + 1"}).replace("tries - 1", "tries"),
            "without `tries`, and each call failing, it made 5 calls",
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
            time.sleep(min(0.5 * 2**attempt, 8) * random.uniform(0.75, 1))
    raise last
""",
            "nothing follows the last wait",
        ),
        (
            "asks the same each time",
            _PATIENT.format(**_GOOD | {"call": 'ask(client, "Does the 14:10 sail?")'}),
            "a request asks 'Does the 14:10 sail?'",
        ),
        (
            "forgets the answer",
            _PATIENT.format(**_GOOD).replace("return ask", "ask"),
            "it made 4 calls in all",
        ),
    ],
    "20-3": [
        (
            "hides every error",
            _ALL.format(**_EACH | {"passing": "Exception"}),
            "a 400, our own mistake, was hidden",
        ),
        (
            "hides mistakes of the program",
            _ALL.format(
                **_EACH | {"passing": "openai.APIStatusError: raise\n        except Exception"}
            ).replace(
                "except openai.APIStatusError",
                "except openai.InternalServerError: pass\n        except openai.APIStatusError",
            ),
            "with None as the client",
        ),
        (
            "goes on without credit",
            _ALL.format(**_EACH | {"limited": "continue"}),
            "it went on and sent",
        ),
        (
            "knows one code of four",
            _ALL.format(
                **_EACH | {"limited": 'if error.code == "credit_balance_exhausted": break'}
            ),
            "with the code `project_spend_limit_exceeded`, it went on",
        ),
        (
            "looks at the message",
            _ALL.format(**_EACH | {"limited": 'if "quota" in error.message: break'}),
            "of type `requests`, it sent ['09:00?', '11:30?']",
        ),
        (
            "raises without credit",
            _ALL.format(**_EACH | {"limited": 'if error.type == "insufficient_quota": raise'}),
            "`credit_balance_exhausted` stopped it with `RateLimitError`",
        ),
        (
            "stops at a 429 with another code",
            _ALL.format(**_EACH | {"limited": 'if error.code != "rate_limit_exceeded": break'}),
            "met a 429 `slow_down`, it sent ['09:00?', '11:30?']",
        ),
        (
            "stops at an error of the server",
            _ALL.format(**_EACH).replace("continue", "break"),
            "met a 500, it sent",
        ),
        (
            "loses the questions without an answer",
            _ALL.format(**_EACH | {"start": "{}"}),
            "it returned {'09:00?': 'About 09:00?', '14:10?'",
        ),
        (
            "stops when nobody answers",
            _ALL.format(**_EACH | {"passing": "openai.InternalServerError"}),
            "a refused connection stopped it with `APIConnectionError`",
        ),
        (
            "stops when the server is silent",
            _ALL.format(**_EACH | {"passing": "openai.InternalServerError"}).replace(
                "        except openai.RateLimitError",
                "        except openai.APITimeoutError: raise\n"
                "        except openai.APIConnectionError: continue\n"
                "        except openai.RateLimitError",
            ),
            "a timeout stopped it with `APITimeoutError`",
        ),
        (
            "one handler around the loop",
            """
def answer_all(client, questions):
    texts = dict.fromkeys(questions)
    try:
        for question in questions:
            texts[question] = ask(client, question).output_text
    except (openai.InternalServerError, openai.APIConnectionError):
        pass
    return texts
""",
            "of type `requests` stopped it with `RateLimitError`",
        ),
        (
            "invents an answer",
            _ALL.format(**_EACH | {"start": 'dict.fromkeys(questions, "Ask at the harbour.")'}),
            "it returned {'09:00?': 'About 09:00?', '11:30?': 'Ask at the harbour.'",
        ),
        (
            "gives responses in place of texts",
            _ALL.format(**_EACH | {"text": "ask(client, question)"}),
            "it returned {'09:00?': Response(",
        ),
        (
            "asks a second time",
            _ALL.format(**_EACH).replace(
                "            continue",
                "            texts[question] = ask(client, question).output_text",
            ),
            "a 500 stopped it with `InternalServerError`",
        ),
    ],
}
