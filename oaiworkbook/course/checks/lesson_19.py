"""Exercises of lesson 19, Moderation and decisions."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import openai
from openai.types.moderation import CategoryScores

from ...practice.answers import of_body
from ..exercises.failures import OTHER_400, passes_on
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, Reply, error_answer, expect

Json = dict[str, Any]
MODERATOR = "omni-moderation-latest"
MODEL = "gpt-6-luna"
_CATEGORIES = [field.alias or name for name, field in CategoryScores.model_fields.items()]


def _moderated(results: Sequence[tuple[bool, dict[str, float]]]) -> Json:
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
    return of_body({"id": "modr-1", "model": MODERATOR, "results": rows})


def _to_moderation(probe: Probe) -> None:
    for asked in probe.requests:
        expect(asked.path == "/moderations", f"a request went to {asked.path}")
        name = asked.body.get("model")
        expect(name, "a request names no model")
        expect(name == MODERATOR, f"the model is {name!r}")


# Text -> flagged, and the scores that stand out.
POSTS: dict[str, tuple[bool, dict[str, float]]] = {
    "The glue holds.": (False, {}),
    "Go away.": (True, {"harassment": 0.1}),
    "Nobody asked you.": (False, {"harassment/threatening": 0.4, "harassment": 0.05}),
    "My drill died.": (False, {"violence": 0.25}),
    "I saw, I cut, I burn.": (False, {"hate": 0.12, "illicit": 0.12, "violence": 0.12}),
    "Shut up, all of you.": (True, {"harassment": 0.9, "hate": 0.6}),
}


def held(answer: Callable[..., Any]) -> str:
    def reply(asked: Asked) -> Json:
        given = asked.body.get("input")
        texts = given if isinstance(given, list) else [given]
        if not all(isinstance(text, str) for text in texts):
            texts = [""]  # parts are one post, with one verdict
        return _moderated([POSTS.get(text, (False, {})) for text in texts])

    texts = list(POSTS)
    for threshold in (0.25, 0.11):
        probe = Probe([reply])
        found = answer(probe.client, list(texts), threshold)
        _to_moderation(probe)
        given = probe.last.body.get("input")
        many = len(probe.requests)
        expect(many == 1, f"for {len(texts)} texts, the number of requests is {many}, and not 1")
        parts = isinstance(given, list) and any(isinstance(each, dict) for each in given)
        expect(not parts, "the texts went as parts: that is one post, with one verdict")
        expect(given == texts, f"the input is {given!r}, not the list of texts")
        expect(isinstance(found, list), f"it returned {type(found).__name__}, not a list")
        for text in texts:
            flagged, scores = POSTS[text]
            score = max(scores.values(), default=0.001)
            told = f"{text!r}: highest score {score:g}, threshold {threshold}, flagged {flagged}"
            if score >= threshold:
                expect(text in found, f"a text is missing. {told}")
            else:
                expect(text not in found, f"a text should not be held. {told}")
        wanted = [text for text in texts if max([0.001, *POSTS[text][1].values()]) >= threshold]
        expect(found == wanted, f"it returned {found!r}, and not the texts in their order")
    passes_on(lambda probe: answer(probe.client, list(texts), 0.25))
    return "One request, and your own threshold."


def _decided(asked: Asked, answer: Json) -> Reply:
    """This answer to each question of the request, under the question's name."""
    if asked.path != "/decisions":
        return "question"
    usage = {
        "input_tokens": 60,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 0},
        "output_tokens": 0,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 60,
    }
    questions = asked.body.get("questions")
    questions = questions if isinstance(questions, list) else [{}]
    answers = [answer | {"name": each.get("name")} for each in questions]
    return of_body({"answers": answers, "model": MODEL, "usage": usage})


def _chosen(choice: str, confidence: float, probability: float = 0.9) -> Json:
    values = ("question", "offer", "story")
    chances = [
        {"probability": probability if value == choice else (1 - probability) / 2, "value": value}
        for value in values
    ]
    chosen: Json = {"choice": choice, "confidence": confidence, "probabilities": chances}
    return chosen | {"type": "choice"}


REFUSAL: Json = {"type": "refusal"}
# What the model says -> its answer, `least`, what is right.
ROUTES: Mapping[str, tuple[Json, float, str]] = {
    "`question` with confidence 0.9, and least 0.8": (_chosen("question", 0.9), 0.8, "question"),
    "`offer` with confidence 0.7, and least 0.8": (_chosen("offer", 0.7), 0.8, "person"),
    "`offer` with confidence 0.7, and least 0.6": (_chosen("offer", 0.7), 0.6, "offer"),
    "`story` with confidence 0.8, and least 0.8": (_chosen("story", 0.8), 0.8, "story"),
    "`story` with probability 0.5, confidence 0.8, and least 0.6": (
        _chosen("story", 0.8, 0.5),
        0.6,
        "story",
    ),
    "a refusal": (REFUSAL, 0.8, "person"),
    "a refusal, and least 0": (REFUSAL, 0.0, "person"),
}


def route(answer: Callable[..., Any]) -> str:
    post = "Does anybody know this screw?"
    for what, (given, least, right) in ROUTES.items():
        probe = Probe([partial(_decided, answer=given)])
        try:
            found = answer(probe.client, post, least)
        except AttributeError as error:
            _decision(probe, post)
            raise Wrong(f"for {what} it stopped: {error}") from None
        _decision(probe, post)
        expect(found == right, f"for {what} it returned {found!r}, and not {right!r}")
    passes_on(lambda probe: answer(probe.client, post, 0.8))
    return "What is not certain goes to a person."


def _decision(probe: Probe, post: str) -> None:
    sent, many = probe.last, len(probe.requests)
    expect(sent.path == "/decisions", f"the request went to {sent.path}")
    expect(many == 1, f"for one post, the number of requests is {many}, and not 1")
    expect(sent.model == MODEL, f"the model is {sent.model!r}")
    expect(sent.question == post, f"the input is {sent.body.get('input')!r}, not the post")
    questions = sent.body.get("questions")
    expect(isinstance(questions, list), f"`questions` is {type(questions).__name__}, not a list")
    expect(len(questions) == 1, f"the number of questions is {len(questions)}, and not 1")
    kind = questions[0].get("type")
    expect(kind == "choice", f"the question is of type {kind!r}")
    values = [each.get("value") for each in questions[0].get("choices") or []]
    expect(
        sorted(map(str, values)) == ["offer", "question", "story"],
        f"the choices are {values}",
    )
    expect(questions[0].get("instructions"), "the question has no instructions")


TEXT = {"type": "text", "text": "Look what came out of my toaster."}
# End of the picture's URL -> the scores that stand out.
SEEN = {
    "one": {"violence": 0.3},
    "two": {"harassment": 0.2, "violence": 0.1},
    "not": {"hate": 0.05},
}
HIDDEN = dict.fromkeys(_CATEGORIES, 0.001)
REFUSED, TOO_MANY = (
    error_answer(400, message, type="invalid_request_error", code=code, param="input")
    for message, code in (
        ("No such picture.", "invalid_image"),
        ("Number of images exceeds maximum of 1", "too_many_images"),
    )
)
# What the post has -> the pictures, how many requests, what is right.
PICTURES: Mapping[str, tuple[tuple[str, ...], int, dict[str, float] | None]] = {
    "two pictures": (("one", "two"), 2, HIDDEN | {"violence": 0.3, "harassment": 0.2}),
    "two pictures, the other way round": (
        ("two", "one"),
        2,
        HIDDEN | {"violence": 0.3, "harassment": 0.2},
    ),
    "no picture": ((), 1, HIDDEN | {"hate": 0.05}),
    "one picture": (("two",), 1, HIDDEN | SEEN["two"]),
    "three pictures": (
        ("two", "not", "one"),
        3,
        HIDDEN | {"violence": 0.3, "harassment": 0.2, "hate": 0.05},
    ),
    "a second picture that is refused with 400": (("one", "bad"), 2, None),
    "a first picture that is refused with 400": (("bad", "one"), 2, None),
    "one picture that is refused with 400": (("bad",), 1, None),
}


def _images(asked: Asked) -> list[str]:
    """The ends of the URLs of the pictures in a request."""
    parts = asked.body.get("input")
    parts = parts if isinstance(parts, list) else []
    images = (part.get("image_url") for part in parts if isinstance(part, dict))
    return [str(image["url"])[-3:] for image in images if image]


def _looked(asked: Asked) -> Json:
    names = _images(asked)
    if len(names) > 1:
        return TOO_MANY
    if names == ["bad"]:
        return REFUSED
    return _moderated([(False, SEEN[names[0] if names else "not"])])


def _post(names: Sequence[str]) -> tuple[Json, list[Json]]:
    url = "data:image/png;base64,"
    pictures = [{"type": "image_url", "image_url": {"url": url + name}} for name in names]
    return dict(TEXT), pictures


def worst(answer: Callable[..., Any]) -> str:
    for what, (names, most, right) in PICTURES.items():
        probe = Probe([_looked])
        try:
            found = answer(probe.client, *_post(names))
        except openai.BadRequestError as error:
            _each_alone(probe)
            raise Wrong(f"for {what} it raised `{type(error).__name__}`") from None
        expect(probe.requests, f"for {what} it sent no request")
        _each_alone(probe)
        many = len(probe.requests)
        fits = many == most if right is not None else many <= most
        expect(fits, f"for {what}, the number of requests is {many}, and not {most}")
        if right is None:
            expect(found is None, f"for {what} it returned {_strong(found)}, and not None")
        else:
            _scores(found, right, what)
    for first in ([], [_looked]):
        passes_on(
            lambda probe: answer(probe.client, *_post(("one", "two"))), but={OTHER_400}, first=first
        )
    return "One request per picture, and what was not checked is not called harmless."


def _each_alone(probe: Probe) -> None:
    _to_moderation(probe)
    for asked in probe.requests:
        parts = asked.body.get("input")
        expect(isinstance(parts, list | str) and parts, f"the input is {parts!r}")
        many = len(_images(asked))
        expect(many < 2, f"a request has {many} pictures; the most is 1")
        there = parts == TEXT["text"] if isinstance(parts, str) else TEXT in parts
        expect(
            there, "a picture went without the text" if many else "the text of the post is not sent"
        )


def _scores(found: Any, right: dict[str, float], what: str) -> None:
    expect(isinstance(found, dict), f"for {what} it returned {type(found).__name__}, not a dict")
    other = sorted(map(str, found.keys() - right.keys()))
    expect(not other, f"{', '.join(other[:1])} is not the name of a category in the API's answer")
    expect(
        _strong(found) == _strong(right),
        f"for {what} the scores that stand out are {_strong(found)}, and not {_strong(right)}",
    )
    missing = sorted(right.keys() - found.keys())
    expect(not missing, f"for {what}, {len(missing)} categories are missing, such as {missing[:1]}")
    expect(found == right, f"for {what} some of the low scores are not those of the answers")


def _strong(found: Any) -> Any:
    """The scores that stand out; anything else as it is."""
    if not isinstance(found, dict):
        return found
    return {name: score for name, score in sorted(found.items()) if score > 0.01}


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
        scores = result.category_scores.to_dict()
        highest = {name: max([new, highest.get(name, new)]) for name, new in scores.items()}
    return highest
""",
    ),
]
