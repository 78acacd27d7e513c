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
            "parcel 1, parcel 10: on both sides",
        ),
        (
            "throws the doubles away",
            _SPLIT.format(
                body="one = {question(e): e for e in examples}\n"
                "    return [one[q] for q in one if q not in held_back], [one[q] for q in held_back]"
            ),
            "15 examples went in and 11 came out",
        ),
        (
            "gives the sides in the wrong order",
            _SPLIT.format(
                body="return [e for e in examples if question(e) in held_back], "
                "[e for e in examples if question(e) not in held_back]"
            ),
            "the validation list comes first",
        ),
        (
            "returns validation alone",
            _SPLIT.format(body="return [e for e in examples if question(e) in held_back]"),
            "it returned list, not two lists",
        ),
        (
            "takes every fifth example",
            _SPLIT.format(
                body="return [e for n, e in enumerate(examples) if n % 5 != 4], examples[4::5]"
            ),
            "parcel 1, parcel 2: on both sides",
        ),
        (
            "begins with the first question",
            _SPLIT.format(
                body="held_back = list(dict.fromkeys(map(question, examples)))[::5]\n"
                "    train = [e for e in examples if question(e) not in held_back]\n"
                "    return train, [e for e in examples if question(e) in held_back]"
            ),
            "It should have parcel 10, parcel 10, parcel 4",
        ),
        (
            "compares the texts as they are",
            """
def split(examples):
    texts = [each["messages"][1]["content"] for each in examples]
    held_back = list(dict.fromkeys(texts))[4::5]
    train = [e for e, text in zip(examples, texts) if text not in held_back]
    return train, [e for e, text in zip(examples, texts) if text in held_back]
""",
            "wrong: parcel 2: on both sides",
        ),
        (
            "cuts the last fifth of the questions off",
            """
def split(examples):
    asked = list(dict.fromkeys(map(question, examples)))
    held_back = asked[len(asked) - len(asked) // 5 :]
    train = [e for e in examples if question(e) not in held_back]
    return train, [e for e in examples if question(e) in held_back]
""",
            "validation has parcel 10, parcel 10, parcel 11",
        ),
        (
            "returns questions, not examples",
            _SPLIT.format(
                body="asked = [question(e) for e in examples]\n"
                "    return [q for q in asked if q not in held_back], [*held_back]"
            ),
            "15 examples went in and 14 came out",
        ),
    ],
    "18-2": [
        (
            "sends the task with each example",
            _PROMPT.format(**_GOOD | {"first": "0"}),
            "there are 4 system messages",
        ),
        (
            "asks without the examples",
            _PROMPT.format(**_GOOD | {"input": "text"}),
            "the examples are no messages of their own",
        ),
        (
            "puts the new text first",
            _PROMPT.format(**_GOOD | {"input": '[{"role": "user", "content": text}, *shots]'}),
            "the new text is 'stool', and the last message is 'assistant: middle'",
        ),
        (
            "lets the model reason",
            _PROMPT.format(**_GOOD | {"more": ""}),
            "the effort is None",
        ),
        (
            "returns the whole response",
            _PROMPT.format(**_GOOD | {"end": ""}),
            "the model said 'size of stool', and it returned Response(",
        ),
        (
            "takes two messages of each example",
            _PROMPT.format(**_GOOD).replace('["messages"][1:]', '["messages"][1:3]'),
            "before the new text come ['user: sofa', 'assistant: large', 'user: ring', "
            "'assistant: small', 'user: chair'",
        ),
        (
            "sends the task of the lesson",
            _PROMPT.format(**_GOOD).replace('examples[0]["messages"][0]["content"]', "TASK"),
            "and not 'Name the size.'",
        ),
        (
            "writes the examples into one text",
            _PROMPT.format(
                **_GOOD
                | {
                    "input": '"\\n".join(f"{m[\'role\']}: {m[\'content\']}" for m in shots) + "\\n" + text'
                }
            ),
            "the input is ['user: user: sofa",
        ),
        (
            "sends the examples without their answers",
            _PROMPT.format(
                **_GOOD
                | {
                    "input": '[*(m for m in shots if m["role"] == "user"), '
                    '{"role": "user", "content": text}]'
                }
            ),
            "before the new text come ['user: sofa', 'user: ring'",
        ),
        (
            "asks the tuned base",
            _PROMPT.format(**_GOOD)
            .replace("gpt-6-luna", "gpt-4.1-mini")
            .replace('reasoning={"effort": "none"},', ""),
            "it asked `gpt-4.1-mini`",
        ),
        (
            "adds words to the new text",
            _PROMPT.format(
                **_GOOD | {"input": '[*shots, {"role": "user", "content": f"Text: {text}"}]'}
            ),
            "the last message is 'user: Text: stool'",
        ),
        (
            "asks once for each example",
            """
def from_examples(client, examples, text):
    for each in examples:
        task, *shots = each["messages"]
        answer = client.responses.create(
            model="gpt-6-luna",
            instructions=examples[0]["messages"][0]["content"],
            input=[*shots, {"role": "user", "content": text}],
            reasoning={"effort": "none"},
        )
    return answer.output_text
""",
            "before the new text come ['user: chair', 'assistant: middle'], and not",
        ),
        (
            "answers with a failure's text",
            """
def from_examples(client, examples, text):
    shots = [message for each in examples for message in each["messages"][1:]]
    try:
        return client.responses.create(
            model="gpt-6-luna",
            instructions=examples[0]["messages"][0]["content"],
            input=[*shots, {"role": "user", "content": text}],
            reasoning={"effort": "none"},
        ).output_text
    except Exception as error:
        return str(error)
""",
            "is kept from the caller",
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
            "a 400 about another parameter is kept from the caller",
        ),
        (
            "reads the first page only",
            _DAYS.format(**_LISTED | {"some": ".data"}),
            "the tuned models ft:base-a:depot::m3, ft:base-c:depot::m2",
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
            "the tuned models ft:base-gone:depot::m1, ft:base-gone:depot::m5 are not in it",
        ),
        (
            "asks again where no day is announced",
            _DAYS.format(**_LISTED | {"ask": "not ends.get(job.model)"}),
            "it asked 2 times for base-c",
        ),
        (
            "asks again for what is gone",
            """
from openai import NotFoundError


def last_days(client):
    ends, found = {}, {}
    for job in client.fine_tuning.jobs.list():
        if job.fine_tuned_model:
            try:
                if job.model not in ends:
                    ends[job.model] = client.models.retrieve(job.model).shutdown_date
                found[job.fine_tuned_model] = ends[job.model]
            except NotFoundError:
                found[job.fine_tuned_model] = "gone"
    return found
""",
            "it asked 2 times for base-gone",
        ),
        (
            "asks for the tuned model",
            _DAYS.format(**_LISTED).replace(
                "client.models.retrieve(job.model)", "client.models.retrieve(job.fine_tuned_model)"
            ),
            "the last day of ft:base-a:depot::m7 is 'gone'",
        ),
        (
            "writes None for what is gone",
            _DAYS.format(**_LISTED | {"gone": "ends[job.model] = None"}),
            "the last day of ft:base-gone:depot::m5 is None",
        ),
        (
            "writes gone where no day is announced",
            _DAYS.format(**_LISTED).replace(".shutdown_date", '.shutdown_date or "gone"'),
            "the last day of ft:base-c:depot::m4 is 'gone'",
        ),
        (
            "takes a 403 for the end",
            _DAYS.format(**_LISTED | {"error": "(NotFoundError, PermissionDeniedError)"}).replace(
                "OpenAIError", "PermissionDeniedError"
            ),
            "a 403 is not a model that is gone",
        ),
        (
            "names the bases",
            _DAYS.format(**_LISTED).replace("    return found", "    return ends"),
            "the tuned models ft:base-a:depot::m3, ft:base-a:depot::m7",
        ),
        (
            "takes a list that cannot be read for an empty one",
            """
from openai import NotFoundError


def last_days(client):
    ends, found = {}, {}
    try:
        for job in client.fine_tuning.jobs.list():
            if job.status == "succeeded":
                ends.setdefault(job.model, []).append(job.fine_tuned_model)
    except NotFoundError:
        return {}
    for base, names in ends.items():
        try:
            day = client.models.retrieve(base).shutdown_date
        except NotFoundError:
            day = "gone"
        found |= dict.fromkeys(names, day)
    return found
""",
            "a 404 (no such model) is kept from the caller",
        ),
    ],
}
