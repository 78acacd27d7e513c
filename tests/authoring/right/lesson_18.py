"""Right answers to the exercises of lesson 18, in other ways than the reference."""

RIGHT = {
    "18-1": [
        (
            "a loop and two lists",
            """
def split(examples):
    held_back = list(dict.fromkeys(map(question, examples)))[4::5]
    train, valid = [], []
    for each in examples:
        (valid if question(each) in held_back else train).append(each)
    return train, valid
""",
        ),
        (
            "numbers the questions as they come",
            """
def split(examples):
    number = {}
    sides = {False: [], True: []}
    for each in examples:
        place = number.setdefault(question(each), len(number) + 1)
        sides[place % 5 == 0].append(each)
    return sides[False], sides[True]
""",
        ),
        (
            "groups by question",
            """
from collections import defaultdict


def split(examples):
    groups = defaultdict(list)
    for each in examples:
        groups[question(each)].append(each)
    parts = [], []
    for n, group in enumerate(groups.values(), 1):
        parts[n % 5 == 0].extend(group)
    return parts
""",
        ),
        (
            "filters",
            """
from itertools import filterfalse


def split(examples):
    asked = []
    for each in examples:
        if question(each) not in asked:
            asked.append(question(each))

    def valid(each):
        return (asked.index(question(each)) + 1) % 5 == 0

    return list(filterfalse(valid, examples)), list(filter(valid, examples))
""",
        ),
    ],
    "18-2": [
        (
            "the task as a system message",
            """
def from_examples(client, examples, text):
    messages = examples[0]["messages"][:1]
    for each in examples:
        messages = messages + each["messages"][1:]
    messages = messages + [{"role": "user", "content": text}]
    answer = client.responses.create(
        model="gpt-6-luna", input=messages, reasoning={"effort": "none"}
    )
    return answer.output_text
""",
        ),
        (
            "Chat Completions",
            """
from itertools import chain


def from_examples(client, examples, text):
    system, *_ = examples[0]["messages"]
    chats = chain.from_iterable(each["messages"] for each in examples)
    shots = [message for message in chats if message["role"] in ("user", "assistant")]
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        reasoning_effort="none",
        messages=[system, *shots, {"role": "user", "content": text}],
    )
    return completion.choices[0].message.content
""",
        ),
        (
            "a stream, and not kept",
            """
def from_examples(client, examples, text):
    [task] = [m["content"] for m in examples[0]["messages"] if m["role"] == "system"]
    asked = []
    for each in examples:
        asked.extend(m for m in each["messages"] if m["role"] != "system")
    asked.append({"role": "user", "content": [{"type": "input_text", "text": text}]})
    said = ""
    for event in client.responses.create(
        **LUNA, instructions=task, input=asked, stream=True, store=False
    ):
        if event.type == "response.output_text.delta":
            said += event.delta
    return said
""",
        ),
        (
            "messages with their type",
            """
def from_examples(client, examples, text):
    def item(role, content):
        return {"type": "message", "role": role, "content": content}

    items = []
    for each in examples:
        for message in each["messages"]:
            match message:
                case {"role": "user" | "assistant" as role, "content": content}:
                    items.append(item(role, content))
    response = client.responses.create(
        **LUNA,
        input=[*items, item("user", text)],
        instructions=examples[0]["messages"][0]["content"],
    )
    return response.output[-1].content[0].text
""",
        ),
    ],
    "18-3": [
        (
            "gathers first, asks then",
            """
import openai


def last_days(client):
    tuned = {
        job.fine_tuned_model: job.model
        for job in client.fine_tuning.jobs.list(limit=100)
        if job.fine_tuned_model
    }
    days = {}
    for base in set(tuned.values()):
        try:
            days[base] = client.models.retrieve(base).shutdown_date
        except openai.NotFoundError:
            days[base] = "gone"
    return {name: days[base] for name, base in tuned.items()}
""",
        ),
        (
            "a cached function and a status",
            """
from functools import cache

import openai


def last_days(client):
    @cache
    def end(base):
        try:
            return client.models.retrieve(base).to_dict().get("shutdown_date")
        except openai.APIStatusError as error:
            if error.status_code == 404:
                return "gone"
            raise

    jobs = client.fine_tuning.jobs.list()
    return {job.fine_tuned_model: end(job.model) for job in jobs if job.status == "succeeded"}
""",
        ),
        (
            "pages by hand",
            """
from openai import NotFoundError


def last_days(client):
    found, ends = {}, {}
    page = client.fine_tuning.jobs.list()
    while True:
        for job in page.data:
            if job.fine_tuned_model is None:
                continue
            try:
                day = ends[job.model]
            except KeyError:
                try:
                    day = client.models.retrieve(job.model).shutdown_date
                except NotFoundError:
                    day = "gone"
                ends[job.model] = day
            found[job.fine_tuned_model] = day
        if not page.has_next_page():
            return found
        page = page.get_next_page()
""",
        ),
        (
            "an own class",
            """
from openai import NotFoundError


class Ends(dict):
    def __init__(self, client):
        self.client = client

    def __missing__(self, base):
        try:
            self[base] = self.client.models.retrieve(base).shutdown_date
        except NotFoundError:
            self[base] = "gone"
        return self[base]


def last_days(client):
    ends = Ends(client)
    done = (job for job in client.fine_tuning.jobs.list() if job.status == "succeeded")
    return {job.fine_tuned_model: ends[job.model] for job in done}
""",
        ),
        (
            "the list of all models",
            """
def last_days(client):
    days = {model.id: model.shutdown_date for model in client.models.list()}
    return {
        job.fine_tuned_model: days.get(job.model, "gone")
        for job in client.fine_tuning.jobs.list()
        if job.fine_tuned_model
    }
""",
        ),
    ],
}
