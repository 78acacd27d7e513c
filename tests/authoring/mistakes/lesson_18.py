"""Typical mistakes in lesson 18, and what the check says to each."""

_SPLIT = """
def split(examples):
    held_back = set(list(dict.fromkeys(map(question, examples)))[4::5])
    {body}
"""

_PROMPT = """
def from_examples(client, examples, text):
    shots = [message for each in examples for message in each["messages"][{first}:]]
    return client.responses.create(
        model="gpt-6-luna",
        instructions=examples[0]["messages"][0]["content"],
        input={input},
        {more}
    ){end}
"""
_GOOD = {
    "first": "1",
    "input": '[*shots, {"role": "user", "content": text}]',
    "more": 'reasoning={"effort": "none"},',
    "end": ".output_text",
}

_DAYS = """
from openai import NotFoundError, OpenAIError


def last_days(client):
    ends, found = {{}}, {{}}
    for job in client.fine_tuning.jobs.list(){some}:
        if {skip}:
            continue
        if {ask}:
            try:
                ends[job.model] = client.models.retrieve(job.model).shutdown_date
            except {error}:
                {gone}
        found[job.fine_tuned_model] = ends[job.model]
    return found
"""
_LISTED = {
    "some": "",
    "skip": 'job.status != "succeeded"',
    "ask": "job.model not in ends",
    "error": "NotFoundError",
    "gone": 'ends[job.model] = "gone"',
}

WRONG = {
    "18-1": [
        (
            "cuts the list by position",
            _SPLIT.format(body="return examples[:-2], examples[-2:]"),
            "on both sides, under another spelling",
        ),
        (
            "throws the doubles away",
            _SPLIT.format(
                body="one = {question(e): e for e in examples}\n"
                "    return [one[q] for q in one if q not in held_back], [one[q] for q in held_back]"
            ),
            "13 examples went in and 11 came out",
        ),
        (
            "gives the sides in the wrong order",
            _SPLIT.format(
                body="return [e for e in examples if question(e) in held_back], "
                "[e for e in examples if question(e) not in held_back]"
            ),
            "3 examples train and 10 validate",
        ),
        (
            "returns validation alone",
            _SPLIT.format(body="return [e for e in examples if question(e) in held_back]"),
            "it returned list, not two lists",
        ),
    ],
    "18-2": [
        (
            "sends the task with each example",
            _PROMPT.format(**_GOOD | {"first": "0"}),
            "the task is sent 4 times",
        ),
        (
            "asks without the examples",
            _PROMPT.format(**_GOOD | {"input": "text"}),
            "the examples are missing",
        ),
        (
            "puts the new text first",
            _PROMPT.format(**_GOOD | {"input": '[{"role": "user", "content": text}, *shots]'}),
            "before the new text come messages of user, user, assistant",
        ),
        (
            "lets the model reason",
            _PROMPT.format(**_GOOD | {"more": ""}),
            "the effort is None",
        ),
        (
            "returns the whole response",
            _PROMPT.format(**_GOOD | {"end": ""}),
            "the model said 'middle'",
        ),
    ],
    "18-3": [
        (
            "stops at a base that is gone",
            _DAYS.format(**_LISTED | {"error": "ValueError"}),
            "a base that is gone stopped it",
        ),
        (
            "swallows every error",
            _DAYS.format(**_LISTED | {"error": "OpenAIError"}),
            "a 403 is not a model that is gone",
        ),
        (
            "reads the first page only",
            _DAYS.format(**_LISTED | {"some": ".data"}),
            "ft:base-a:depot::m3, ft:base-c:depot::m2 is missing",
        ),
        (
            "lists failed jobs",
            _DAYS.format(**_LISTED | {"skip": "False"}),
            "it lists a job that made no model",
        ),
        (
            "asks again for each job",
            _DAYS.format(**_LISTED | {"ask": "True"}),
            "it asked 2 times for base-a",
        ),
        (
            "leaves out what is gone",
            _DAYS.format(**_LISTED | {"gone": "continue"}),
            "ft:base-gone:depot::m4 is missing",
        ),
    ],
}
