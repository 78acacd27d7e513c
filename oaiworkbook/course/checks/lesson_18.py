"""Exercises of lesson 18, Fine-tuning."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import openai

from ...practice.answers import of_body
from ..exercises.failures import NO_MODEL, passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, error_answer, expect
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
    examples[3:3] = [_chat(" Parcel 5", "large"), _chat("Parcel 2 ", "small")]
    examples += [_chat("PARCEL 10 ", "large"), _chat("parcel 1", "small")]
    # With parcel 5 in the fourth place the fifth new question is parcel 4, the tenth parcel 10.
    _divided(answer, examples, ["parcel 10", "parcel 10", "parcel 4"])
    _divided(answer, examples[5:10], ["parcel 8"])
    _divided(answer, examples[:4], [])
    return "Whatever is in both lists is in neither's measurement: nothing leaks here."


def _divided(answer: Callable[..., Any], examples: list[Json], held_back: list[str]) -> None:
    found = answer(json.loads(json.dumps(examples)))
    many = len(examples)
    expect(
        isinstance(found, tuple | list) and len(found) == 2,
        f"it returned {type(found).__name__}, not two lists",
    )
    train, valid = (list(part) for part in found)
    there = Counter(json.dumps(each) for each in (*train, *valid))
    came = sum(there.values())
    expect(
        there == Counter(json.dumps(each) for each in examples),
        f"{many} examples went in and {came} came out: none may be lost, doubled or changed",
    )
    sides = [sorted(map(_plain, part)) for part in (valid, train)]
    leaked = sorted(set(sides[0]) & set(sides[1]))
    expect(not leaked, f"{', '.join(leaked)}: on both sides, perhaps under another spelling")
    expect(
        not held_back or sides[1] != held_back, "the validation list comes first, training second"
    )
    is_, wanted = (", ".join(part) or "nothing" for part in (sides[0], held_back))
    expect(
        sides[0] == held_back, f"of {many} examples, validation has {is_}. It should have {wanted}"
    )


def from_examples(answer: Callable[..., Any]) -> str:
    examples = [
        _chat("sofa", "large"),
        _chat("ring", "small", "Say the size."),
        _chat("chair", "middle"),
    ]
    examples[1]["messages"] += [
        {"role": "user", "content": "with its box"},
        {"role": "assistant", "content": "middle"},
    ]
    first = ["user: sofa", "assistant: large"]
    second = ["user: ring", "assistant: small", "user: with its box", "assistant: middle"]
    third = ["user: chair", "assistant: middle"]
    _prompted(answer, examples, "stool", [*first, *second, *third])
    _prompted(answer, examples[1:], "table, 2 m", [*second, *third])
    passes_on(lambda probe: answer(probe.client, examples, "stool"))
    return "Your training file works without training."


def _prompted(
    answer: Callable[..., Any], examples: list[Json], text: str, shots: list[str]
) -> None:
    probe = Probe([f"size of {text}"])
    given = answer(probe.client, json.loads(json.dumps(examples)), text)
    asked = probe.last
    expect(asked.model == model("chat"), f"it asked `{asked.model}`")
    expect(asked.effort == "none", f"the effort is {asked.effort!r}, and reasoning would be paid")
    rules, task = asked.rules, examples[0]["messages"][0]["content"]
    times = len(rules.splitlines())
    expect(times < 2, f"there are {times} system messages or instructions; one is the task")
    expect(rules == task, f"the instructions are {rules!r}, and not {task!r}")
    said = [f"{turn.role}: {turn.text}" for turn in asked.turns]
    expect(len(said) > 1, f"the input is {said}; the examples are no messages of their own")
    expect(
        said[-1] == f"user: {text}",
        f"the new text is {text!r}, and the last message is {said[-1]!r}",
    )
    expect(said[:-1] == shots, f"before the new text come {said[:-1]}, and not {shots}")
    sent = len(probe.requests)
    expect(sent == 1, f"the number of requests for one text is {sent}")
    expect(
        given == f"size of {text}", f"the model said 'size of {text}', and it returned {given!r}"
    )


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
    "": [_job(8, "base-d", "running"), _job(7, "base-a"), _job(6, "base-b", "failed")],
    "ftjob-6": [_job(5, "base-gone"), _job(4, "base-c"), _job(3, "base-a")],
    "ftjob-3": [_job(2, "base-c"), _job(1, "base-gone"), _job(0, "base-d", "cancelled")],
}
LAST_PAGE = "ftjob-3"
ENDS: dict[str, str | None] = {"base-a": "2027-01-14", "base-c": None}
LAST_DAYS = {
    "ft:base-a:depot::m7": "2027-01-14",
    "ft:base-gone:depot::m5": "gone",
    "ft:base-c:depot::m4": None,
    "ft:base-a:depot::m3": "2027-01-14",
    "ft:base-c:depot::m2": None,
    "ft:base-gone:depot::m1": "gone",
}


def _model(name: str) -> Json:
    known = {"id": name, "object": "model", "created": 1, "owned_by": "system"}
    return known | {"shutdown_date": ENDS[name]}


def _listed(data: list[Json], *, more: bool = False) -> Json:
    return of_body({"object": "list", "data": data, "has_more": more})


def _platform(asked: Asked) -> Reply:
    if asked.path == "/fine_tuning/jobs":
        after = dict(pair.split("=") for pair in asked.query.split("&") if pair).get("after", "")
        return _listed(PAGES.get(after, []), more=after != LAST_PAGE)
    if asked.path == "/models":
        return _listed([_model(name) for name in ENDS])
    if not asked.path.startswith("/models/"):
        return ""  # no text can answer another endpoint: not judged
    name = asked.path.removeprefix("/models/")
    if name in ENDS:
        return of_body(_model(name))
    message = f"The model {name} has been deprecated"
    return error_answer(404, message, type="invalid_request_error", code="model_not_found")


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
    expect(not missing, f"the tuned models {', '.join(missing)} are not in it")
    expect(len(found) == len(LAST_DAYS), f"it lists {len(found)} models, {len(LAST_DAYS)} exist")
    for name, day in LAST_DAYS.items():
        is_ = found[name]
        same = is_ is None if day is None else str(is_) == day
        expect(same, f"the last day of {name} is {is_!r}, and not {day!r}")
    asked = Counter(each.path for each in probe.requests if each.path.startswith("/models/"))
    for path, times in asked.items():
        expect(times == 1, f"it asked {times} times for {path.removeprefix('/models/')}")
    empty = answer(Probe([_listed([])]).client)
    expect(empty == {}, f"where there are no jobs it returned {empty!r}")
    _other_errors_pass(answer)
    return "Nobody will be surprised in January."


def _other_errors_pass(answer: Callable[..., Any]) -> None:
    passes_on(lambda probe: answer(probe.client))
    first = [_listed([_job(1, "base-a")])]
    passes_on(lambda probe: answer(probe.client), but={NO_MODEL}, first=first)
    locked = error_answer(403, "Not for this key.", type="invalid_request_error")
    try:
        found = answer(Probe([*first, locked]).client)
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
    held_back = list(dict.fromkeys(map(question, examples)))[4::5]
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
