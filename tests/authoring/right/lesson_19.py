"""Right answers to the exercises of lesson 19, in other ways than the reference."""

RIGHT = {
    "19-1": [
        (
            "a loop and an early jump",
            """
def held(client, texts, threshold):
    answer = client.moderations.create(input=texts, model="omni-moderation-latest")
    found = []
    for index, result in enumerate(answer.results):
        if max(result.category_scores.to_dict().values()) < threshold:
            continue
        found.append(texts[index])
    return found
""",
        ),
        (
            "any score of all",
            """
def held(client, texts, threshold):
    results = client.moderations.create(model=MODERATOR, input=texts).results
    return [
        text
        for text, result in zip(texts, results, strict=True)
        if any(score >= threshold for _, score in result.category_scores)
    ]
""",
        ),
        (
            "itertools and numpy",
            """
from itertools import compress

import numpy as np


def held(client, texts, threshold):
    results = client.moderations.create(model=MODERATOR, input=texts).results
    table = np.array([list(r.category_scores.model_dump().values()) for r in results])
    return list(compress(texts, table.max(axis=1) >= threshold))
""",
        ),
        (
            "the raw body",
            """
def held(client, texts, threshold):
    raw = client.moderations.with_raw_response.create(model=MODERATOR, input=list(texts))
    rows = json.loads(raw.http_response.text)["results"]
    pairs = zip(texts, rows)
    return [t for t, row in pairs if not max(row["category_scores"].values()) < threshold]
""",
        ),
    ],
    "19-2": [
        (
            "a match",
            """
def route(client, post, least):
    decision = client.decisions.create(model="gpt-6-luna", input=post, questions=[KIND])
    match decision.answers[0].to_dict():
        case {"type": "choice", "choice": choice, "confidence": sure} if sure >= least:
            return choice
    return "person"
""",
        ),
        (
            "a message",
            """
def route(client, post, least):
    message = {"role": "user", "content": post}
    [answer] = client.decisions.create(
        model="gpt-6-luna", input=[message], questions=[KIND]
    ).answers
    return answer.choice if answer.type == "choice" and answer.confidence >= least else "person"
""",
        ),
        (
            "a message of one part, and its own question",
            """
def route(client, post, least):
    part = {"type": "input_text", "text": post}
    kinds = [{"value": value} for value in ("story", "offer", "question")]
    ask = dict(type="choice", name="sort", instructions="What is it?", choices=kinds)
    answers = client.decisions.create(
        model="gpt-6-luna", input=[{"role": "user", "content": [part]}], questions=[ask]
    ).answers
    answer = next(each for each in answers if each.name == "sort")
    if answer.type == "refusal":
        return "person"
    if answer.confidence < least:
        return "person"
    return answer.choice
""",
        ),
        (
            "asks for forgiveness",
            """
def route(client, post, least):
    decision = client.decisions.create(model="gpt-6-luna", input=post, questions=[KIND])
    try:
        sure = decision.answers[0].confidence >= least
    except AttributeError:
        sure = False
    return decision.answers[0].choice if sure else "person"
""",
        ),
    ],
    "19-3": [
        (
            "a function that asks, and a status",
            """
import openai


def worst(client, text, pictures):
    def scores(*parts):
        [result] = client.moderations.create(model=MODERATOR, input=[text, *parts]).results
        return result.category_scores.to_dict()

    try:
        verdicts = [scores(picture) for picture in pictures] if pictures else [scores()]
    except openai.APIStatusError as error:
        if error.status_code != 400:
            raise
        return None
    return {name: max(each[name] for each in verdicts) for name in verdicts[0]}
""",
        ),
        (
            "the picture first, and the text as a string",
            """
from openai import BadRequestError


def worst(client, text, pictures):
    inputs = [[picture, text] for picture in pictures]
    if not inputs:
        inputs = [text["text"]]
    highest = None
    for each in inputs:
        try:
            answer = client.moderations.create(model="omni-moderation-latest", input=each)
        except BadRequestError:
            return None
        scores = answer.results[0].category_scores.model_dump(by_alias=True)
        if highest is None:
            highest = scores
        for name, score in scores.items():
            if score > highest[name]:
                highest[name] = score
    return highest
""",
        ),
        (
            "a default dictionary",
            """
from collections import defaultdict

import openai


def worst(client, text, pictures):
    highest = defaultdict(float)
    for picture in pictures or [None]:
        parts = [text] if picture is None else [text, picture]
        try:
            result = client.moderations.create(model=MODERATOR, input=parts).results[0]
        except openai.BadRequestError:
            return
        for name, score in result.category_scores.to_dict().items():
            highest[name] = max(highest[name], score)
    return highest
""",
        ),
        (
            "several at once",
            """
from concurrent.futures import ThreadPoolExecutor

import openai


def worst(client, text, pictures):
    def ask(parts):
        return client.moderations.create(model=MODERATOR, input=parts).results[0].category_scores

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(ask, [text, p]) for p in pictures] or [pool.submit(ask, [text])]
    try:
        found = [job.result().to_dict() for job in jobs]
    except openai.BadRequestError:
        return None
    return dict(zip(found[0], map(max, zip(*(each.values() for each in found)))))
""",
        ),
    ],
}
