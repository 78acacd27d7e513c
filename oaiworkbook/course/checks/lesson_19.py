"""Exercises of lesson 19, Moderation and decisions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openai
from openai.types.moderation import CategoryScores

from ...practice.answers import error_answer
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect

MODERATOR = "omni-moderation-latest"
MODEL = "gpt-6-luna"
_JSON = {"content-type": "application/json", "openai-version": "2020-10-01"}
_CATEGORIES = [field.alias or name for name, field in CategoryScores.model_fields.items()]


def _moderated(results: Sequence[tuple[bool, dict[str, float]]]) -> dict[str, Any]:
    """An answer with these verdicts: flagged, and the scores that stand out."""
    rows = []
    for flagged, strong in results:
        scores = {name: strong.get(name, 0.001) for name in _CATEGORIES}
        rows.append(
            {
                "flagged": flagged,
                "categories": {name: flagged and name in strong for name in scores},
                "category_scores": scores,
                "category_applied_input_types": {name: ["text"] for name in scores},
            }
        )
    body = {"id": "modr-1", "model": MODERATOR, "results": rows}
    return {"status": 200, "headers": _JSON, "json": body}


def _to_moderation(probe: Probe) -> None:
    for asked in probe.requests:
        expect(asked.path == "/moderations", f"a request went to {asked.path}")
        name = asked.body.get("model")
        expect(name == MODERATOR, f"the model is {name!r}")


def held(answer: Callable[..., Any]) -> str:
    texts = ["The glue holds.", "Go away.", "My drill died.", "Nobody asked you."]
    results = [
        (False, {}),
        (True, {"harassment": 0.1}),
        (False, {"violence": 0.25}),
        (False, {"harassment/threatening": 0.4}),
    ]
    probe = Probe([_moderated(results)])
    found = answer(probe.client, texts, 0.25)
    expect(probe.last.path == "/moderations", f"the request went to {probe.last.path}")
    expect(len(probe.requests) == 1, f"for four texts it sent {len(probe.requests)} requests")
    _to_moderation(probe)
    given = probe.last.body.get("input")
    expect(
        not (isinstance(given, list) and given and isinstance(given[0], dict)),
        "the texts went as parts: that is one post, with one verdict",
    )
    expect(given == texts, f"the input is {given!r}, not the list of texts")
    expect(isinstance(found, list), f"it returned {type(found).__name__}, not a list")
    expect(
        texts[1] not in found,
        "it holds a text whose highest score is 0.1, below the threshold 0.25: `flagged` does not count",
    )
    expect(
        texts[3] in found,
        "it does not hold a text with 0.4 in harassment/threatening; the threshold is 0.25",
    )
    expect(texts[2] in found, "it does not hold a text whose score is exactly the threshold")
    expect(found == texts[2:], f"it returned {found!r}")
    return "One request, and your own threshold."


def _chosen(choice: str, confidence: float) -> dict[str, Any]:
    rest = (1 - confidence) / 2
    values = ("question", "offer", "story")
    chances = [
        {"probability": confidence if value == choice else rest, "value": value} for value in values
    ]
    return {
        "choice": choice,
        "confidence": confidence,
        "name": "kind",
        "probabilities": chances,
        "type": "choice",
    }


def _decided(answer: dict[str, Any]) -> dict[str, Any]:
    usage = {
        "input_tokens": 60,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0},
        "output_tokens": 0,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 60,
    }
    return {
        "status": 200,
        "headers": _JSON,
        "json": {"answers": [answer], "model": MODEL, "usage": usage},
    }


def route(answer: Callable[..., Any]) -> str:
    post = "Does anybody know this screw?"
    refusal = {"name": "kind", "type": "refusal"}
    cases: list[tuple[str, dict[str, Any], float, str]] = [
        (
            "`question` with confidence 0.9, and least 0.8",
            _chosen("question", 0.9),
            0.8,
            "question",
        ),
        ("`offer` with confidence 0.7, and least 0.8", _chosen("offer", 0.7), 0.8, "person"),
        ("`offer` with confidence 0.7, and least 0.6", _chosen("offer", 0.7), 0.6, "offer"),
        ("`story` with confidence 0.8, and least 0.8", _chosen("story", 0.8), 0.8, "story"),
        ("a refusal", refusal, 0.8, "person"),
    ]
    for what, given, least, right in cases:
        probe = Probe([_decided(given)])
        try:
            found = answer(probe.client, post, least)
        except AttributeError as error:
            raise Wrong(f"for {what} it stopped: {error}") from None
        sent = probe.last
        expect(sent.path == "/decisions", f"the request went to {sent.path}")
        expect(len(probe.requests) == 1, f"it sent {len(probe.requests)} requests for one post")
        expect(sent.body.get("model") == MODEL, f"the model is {sent.body.get('model')!r}")
        expect(sent.body.get("input") == post, f"the input is {sent.body.get('input')!r}")
        _one_choice(sent.body.get("questions"))
        expect(found == right, f"for {what} it returned {found!r}")
    return "What is not certain goes to a person."


def _one_choice(questions: Any) -> None:
    expect(isinstance(questions, list), f"`questions` is {type(questions).__name__}, not a list")
    expect(len(questions) == 1, f"the request has {len(questions)} questions")
    kind = questions[0].get("type")
    expect(kind == "choice", f"the question is of type {kind!r}")
    values = [each.get("value") for each in questions[0].get("choices") or []]
    expect(
        sorted(map(str, values)) == ["offer", "question", "story"],
        f"the choices are {values}",
    )


def worst(answer: Callable[..., Any]) -> str:
    text = {"type": "text", "text": "Look what came out of my toaster."}
    scores = {"one": {"violence": 0.3}, "two": {"harassment": 0.2, "violence": 0.1}}
    refused = error_answer(
        400, "No such picture.", type="invalid_request_error", code="invalid_image", param="input"
    )
    slow = error_answer(429, "Please slow down.", type="requests", code="rate_limit_exceeded")

    def reply(asked: Asked) -> Mapping[str, Any]:
        parts = asked.body.get("input")
        expect(isinstance(parts, list) and parts, f"the input is {parts!r}, not a list of parts")
        images = [part for part in parts if isinstance(part, dict) and part["type"] != "text"]
        if len(images) > 1:
            raise Wrong(f"a request has {len(images)} pictures; the most is 1")
        expect(text in parts, "a picture went without the text")
        name = images[0]["image_url"]["url"][-3:] if images else ""
        if name in ("bad", "429"):
            return refused if name == "bad" else slow
        return _moderated([(False, scores.get(name, {"hate": 0.05}))])

    def pictures(*names: str) -> list[dict[str, Any]]:
        url = "data:image/png;base64,"
        return [{"type": "image_url", "image_url": {"url": url + name}} for name in names]

    none = dict.fromkeys(_CATEGORIES, 0.001)
    cases: list[tuple[str, tuple[str, ...], int, Any]] = [
        ("two pictures", ("one", "two"), 2, none | {"violence": 0.3, "harassment": 0.2}),
        ("no picture", (), 1, none | {"hate": 0.05}),
        ("one picture", ("two",), 1, none | scores["two"]),
        ("a picture that is refused with 400", ("one", "bad"), 2, None),
    ]
    for what, names, most, right in cases:
        probe = Probe([reply])
        try:
            found = answer(probe.client, text, pictures(*names))
        except openai.BadRequestError:
            raise Wrong(f"for {what} it raised `BadRequestError`") from None
        expect(probe.requests, f"for {what} it sent no request")
        _to_moderation(probe)
        expect(len(probe.requests) <= most, f"for {what} it sent {len(probe.requests)} requests")
        if right is not None:
            expect(isinstance(found, dict), f"for {what} it returned {type(found).__name__}")
            twice = sorted(found.keys() - right.keys())
            expect(
                not twice, f"a category has a second name, {', '.join(twice[:1])}: use `to_dict()`"
            )
            strong = {name: score for name, score in found.items() if score > 0.001}
            expected = {name: score for name, score in right.items() if score > 0.001}
            expect(strong == expected, f"for {what} the scores that stand out are {strong}")
        expect(found == right, f"for {what} it returned {found!r}")
    probe = Probe([reply])
    try:
        found = answer(probe.client, text, pictures("429"))
    except openai.RateLimitError:
        return "One request a picture, and what was not checked is not called harmless."
    raise Wrong(f"a 429 did not reach the caller: it returned {found!r}")


EXERCISES = [
    Exercise(
        "19-1",
        held,
        (
            "A list of strings gives one result each, in the same order.",
            "In the lesson, `post['score']` was the highest score. How was it made?",
            "`max(result.category_scores.to_dict().values()) >= threshold`",
        ),
        """def held(client, texts, threshold):
    results = client.moderations.create(model=MODERATOR, input=texts).results
    return [
        text
        for text, result in zip(texts, results)
        if max(result.category_scores.to_dict().values()) >= threshold
    ]
""",
    ),
    Exercise(
        "19-2",
        route,
        (
            "`client.decisions.create(...)` takes a list of questions, also of one.",
            "Look at `answer.type` first: a refusal has no `confidence`.",
            "`if answer.type != 'choice' or answer.confidence < least: return 'person'`",
        ),
        """def route(client, post, least):
    decision = client.decisions.create(model="gpt-6-luna", input=post, questions=[KIND])
    [answer] = decision.answers
    if answer.type != "choice" or answer.confidence < least:
        return "person"
    return answer.choice
""",
    ),
    Exercise(
        "19-3",
        worst,
        (
            "Make a list of inputs first: `[[text, picture] for picture in pictures]`, or `[[text]]`.",
            "For each category: `highest[name] = max(score, highest.get(name, 0))`.",
            "`openai.BadRequestError` is the 400. Catch nothing wider.",
        ),
        """import openai


def worst(client, text, pictures):
    highest = {}
    for parts in [[text, picture] for picture in pictures] or [[text]]:
        try:
            [result] = client.moderations.create(model=MODERATOR, input=parts).results
        except openai.BadRequestError:
            return None
        for name, score in result.category_scores.to_dict().items():
            highest[name] = max(score, highest.get(name, 0))
    return highest
""",
    ),
]
