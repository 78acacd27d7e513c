"""Exercises of lesson 18, Fine-tuning."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import openai

from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, error_answer, expect
from ..models import model

Json = dict[str, Any]


def _chat(text: str, answer: str, task: str = "Name the size.") -> Json:
    roles = {"system": task, "user": text, "assistant": answer}
    return {"messages": [{"role": role, "content": content} for role, content in roles.items()]}


def _plain(example: Json) -> str:
    return str(example["messages"][1]["content"]).strip().lower()


def split(answer: Callable[..., Any]) -> str:
    names = [f"parcel {number}" for number in range(1, 12)]
    examples = [_chat(name, "small") for name in names]
    examples.insert(3, _chat(" Parcel 5", "large"))
    examples.append(_chat("PARCEL 10 ", "large"))
    found = answer([dict(each) for each in examples])
    expect(
        isinstance(found, tuple | list) and len(found) == 2,
        f"it returned {type(found).__name__}, not two lists",
    )
    train, valid = (list(part) for part in found)
    there = Counter(json.dumps(each) for each in (*train, *valid))
    wanted = Counter(json.dumps(each) for each in examples)
    expect(
        there == wanted,
        f"{len(examples)} examples went in and {sum(there.values())} came out: none may be lost or "
        "doubled",
    )
    leaked = sorted({_plain(each) for each in train} & {_plain(each) for each in valid})
    expect(not leaked, f"{', '.join(leaked)}: on both sides, under another spelling")
    expect(valid, "the validation list is empty")
    expect(len(valid) < len(train), f"{len(train)} examples train and {len(valid)} validate")
    # With parcel 5 in the fourth place the fifth new question is parcel 4, the tenth parcel 10.
    asked = sorted({_plain(each) for each in valid})
    expect(asked == ["parcel 10", "parcel 4"], f"validation has {', '.join(asked)}")
    return "Whatever is in both lists is in neither's measurement: nothing leaks here."


def from_examples(answer: Callable[..., Any]) -> str:
    examples = [_chat("sofa", "large"), _chat("ring", "small"), _chat("chair", "middle")]
    probe = Probe(["middle"])
    given = answer(probe.client, examples, "stool")
    asked = probe.last
    expect(asked.path == "/responses", f"the request went to `{asked.path}`")
    form = asked.body
    expect(form.get("model") == model("chat"), f"it asked `{form.get('model')}`")
    effort = (form.get("reasoning") or {}).get("effort")
    expect(effort == "none", f"the effort is {effort!r}, and reasoning would be paid")
    expect(
        form.get("instructions") == "Name the size.",
        f"the instructions are {form.get('instructions')!r}",
    )
    items = form.get("input")
    expect(isinstance(items, list), "the input is a text; the examples are missing")
    roles = [each.get("role") for each in items]
    expect("system" not in roles, f"the task is sent {roles.count('system') + 1} times")
    expect(
        roles[:-1] == ["user", "assistant"] * 3,
        f"before the new text come messages of {', '.join(map(str, roles[:-1])) or 'nobody'}",
    )
    last = items[-1]
    expect(
        (last.get("role"), last.get("content")) == ("user", "stool"),
        f"the input ends with {last.get('content')!r} of {last.get('role')}",
    )
    said = [each.get("content") for each in items[:-1]]
    wanted = ["sofa", "large", "ring", "small", "chair", "middle"]
    expect(said == wanted, f"the messages before the new text are {said}")
    expect(len(probe.requests) == 1, f"it sent {len(probe.requests)} requests for one text")
    expect(given == "middle", f"the model said 'middle', and it returned {given!r}")
    return "Your training file works without training."


def _job(number: int, base: str, status: str = "succeeded") -> Json:
    tuned = f"ft:{base}:depot::m{number}" if status == "succeeded" else None
    return {
        "object": "fine_tuning.job",
        "id": f"ftjob-{number}",
        "model": base,
        "created_at": 1_790_000_000 + number,
        "fine_tuned_model": tuned,
        "organization_id": "org-1",
        "result_files": [],
        "status": status,
        "training_file": f"file-{number}",
        "hyperparameters": {"n_epochs": 3},
        "seed": 7,
        "error": {},
    }


PAGES = {
    "": [_job(6, "base-a"), _job(5, "base-b", "failed"), _job(4, "base-gone")],
    "ftjob-4": [_job(3, "base-a"), _job(2, "base-c"), _job(1, "base-d", "cancelled")],
}
ENDS: dict[str, str | None] = {"base-a": "2027-01-14", "base-c": None}
LAST_DAYS = {
    "ft:base-a:depot::m6": "2027-01-14",
    "ft:base-gone:depot::m4": "gone",
    "ft:base-a:depot::m3": "2027-01-14",
    "ft:base-c:depot::m2": None,
}


def _platform(asked: Asked) -> Json:
    if asked.path == "/fine_tuning/jobs":
        after = dict(pair.split("=") for pair in asked.query.split("&") if pair).get("after", "")
        body: Json = {"object": "list", "data": PAGES.get(after, []), "has_more": not after}
    else:
        name = asked.path.removeprefix("/models/")
        if name not in ENDS:
            message = f"The model {name} has been deprecated"
            return error_answer(404, message, type="invalid_request_error", code="model_not_found")
        body = {"id": name, "object": "model", "created": 1, "owned_by": "system"}
        body["shutdown_date"] = ENDS[name]
    return {"status": 200, "headers": {"content-type": "application/json"}, "json": body}


def last_days(answer: Callable[..., Any]) -> str:
    probe = Probe([_platform])
    try:
        found = answer(probe.client)
    except openai.NotFoundError:
        raise Wrong("a base that is gone stopped it") from None
    expect(probe.requests, "your code sent no request through the client it was given")
    expect(isinstance(found, dict), f"it returned {type(found).__name__}, not a dict")
    expect(None not in found, "it lists a job that made no model")
    missing = sorted(LAST_DAYS.keys() - found.keys())
    expect(not missing, f"{', '.join(missing)} is missing")
    expect(len(found) == len(LAST_DAYS), f"it lists {len(found)} models, {len(LAST_DAYS)} exist")
    for name, day in LAST_DAYS.items():
        expect(found[name] == day, f"the last day of {name} is {found[name]!r}")
    bases = Counter(each.path for each in probe.requests if each.path.startswith("/models/"))
    twice = [path.removeprefix("/models/") for path, times in bases.items() if times > 1]
    expect(not twice, f"it asked {bases['/models/base-a']} times for {', '.join(twice)}")
    _other_errors_pass(answer)
    return "Nobody will be surprised in January."


def _other_errors_pass(answer: Callable[..., Any]) -> None:
    def locked(asked: Asked) -> Json:
        if asked.path.startswith("/models/"):
            return error_answer(403, "Not for this key.", type="invalid_request_error")
        return _platform(asked)

    try:
        found = answer(Probe([locked]).client)
    except openai.PermissionDeniedError:
        return
    raise Wrong(f"a 403 is not a model that is gone, and it returned {list(found.values())}")


EXERCISES = [
    Exercise(
        "18-1",
        split,
        (
            "`held_back` has the questions for validation. Each example has one `question`.",
            "Two list comprehensions, one with `in held_back`, one with `not in held_back`.",
        ),
        '''def split(examples):
    """Two lists: training and validation."""
    held_back = set(list(dict.fromkeys(map(question, examples)))[4::5])
    train = [each for each in examples if question(each) not in held_back]
    return train, [each for each in examples if question(each) in held_back]
''',
    ),
    Exercise(
        "18-2",
        from_examples,
        (
            "The line with `shots` in the lesson makes the messages that come first.",
            'The task is `examples[0]["messages"][0]["content"]`; `messages[1:]` leaves it out.',
            "The last item of the input is the new text, with the role `user`.",
        ),
        """def from_examples(client, examples, text):
    shots = [message for each in examples for message in each["messages"][1:]]
    return client.responses.create(
        model="gpt-6-luna",
        instructions=examples[0]["messages"][0]["content"],
        input=[*shots, {"role": "user", "content": text}],
        reasoning={"effort": "none"},
    ).output_text
""",
    ),
    Exercise(
        "18-3",
        last_days,
        (
            "Loop over `client.fine_tuning.jobs.list()` itself: it fetches the next page when needed.",
            "Keep a dict from base to last day, and ask only for a base that is not in it.",
            "`except NotFoundError` around `models.retrieve` alone; it is in `openai`.",
        ),
        """from openai import NotFoundError


def last_days(client):
    ends, found = {}, {}
    for job in client.fine_tuning.jobs.list():
        if job.status != "succeeded":
            continue
        if job.model not in ends:
            try:
                ends[job.model] = client.models.retrieve(job.model).shutdown_date
            except NotFoundError:
                ends[job.model] = "gone"
        found[job.fine_tuned_model] = ends[job.model]
    return found
""",
    ),
]
