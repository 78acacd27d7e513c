"""Typical mistakes in lesson 19, and what the check says to each."""

_HELD = """
def held(client, texts, threshold):
    results = client.moderations.create(model={model}, input={input}).results
    return [text for text, result in zip(texts, results) if {test}]
"""
_GOOD = {
    "model": "MODERATOR",
    "input": "texts",
    "test": "max(dict(result.category_scores).values()) >= threshold",
}

_ROUTE = """
def route(client, post, least):
    decision = client.decisions.create(
        model="gpt-6-luna", input=post, questions={questions}
    )
    answer = decision.answers[0]
    if {test}:
        return "person"
    return {found}
"""
_KIND = {
    "questions": "[KIND]",
    "test": 'answer.type == "refusal" or answer.confidence < least',
    "found": "answer.choice",
}

_WORST = """
import openai


def worst(client, text, pictures):
    highest = {{}}
    for parts in {inputs}:
        try:
            [result] = client.moderations.create(model=MODERATOR, input=parts).results
        except {error}:
            {refused}
        for name, score in {scores}.items():
            highest[name] = {kept}
    return highest
"""
_EACH = {
    "inputs": "[[text, picture] for picture in pictures] or [[text]]",
    "error": "openai.BadRequestError",
    "refused": "return None",
    "scores": "result.category_scores.to_dict()",
    "kept": "max(score, highest.get(name, 0))",
}

WRONG = {
    "19-1": [
        (
            "goes by flagged",
            _HELD.format(**_GOOD | {"test": "result.flagged"}),
            "should not be held. 'Go away.'",
        ),
        (
            "sends the texts as parts",
            _HELD.format(**_GOOD | {"input": '[{"type": "text", "text": t} for t in texts]'}),
            "the texts went as parts",
        ),
        (
            "looks at one category",
            _HELD.format(**_GOOD | {"test": "result.category_scores.harassment >= threshold"}),
            "a text is missing. 'Nobody asked you.'",
        ),
        (
            "leaves the threshold itself out",
            _HELD.format(
                **_GOOD | {"test": "max(dict(result.category_scores).values()) > threshold"}
            ),
            "a text is missing. 'My drill died.': highest score 0.25, threshold 0.25",
        ),
        (
            "asks once a text",
            """
def held(client, texts, threshold):
    found = []
    for text in texts:
        result = client.moderations.create(model=MODERATOR, input=text).results[0]
        if max(dict(result.category_scores).values()) >= threshold:
            found.append(text)
    return found
""",
            "for 6 texts, the number of requests is 6",
        ),
        (
            "joins the texts",
            _HELD.format(**_GOOD | {"input": '" ".join(texts)'}),
            "not the list of texts",
        ),
        (
            "adds the scores up",
            _HELD.format(
                **_GOOD | {"test": "sum(result.category_scores.to_dict().values()) >= threshold"}
            ),
            "should not be held. 'I saw, I cut",
        ),
        (
            "holds what is flagged, too",
            _HELD.format(**_GOOD | {"test": "result.flagged or " + _GOOD["test"]}),
            "'Go away.': highest score 0.1, threshold 0.25, flagged True",
        ),
        (
            "asks for both",
            _HELD.format(**_GOOD | {"test": "result.flagged and " + _GOOD["test"]}),
            "'Nobody asked you.': highest score 0.4, threshold 0.25, flagged False",
        ),
        (
            "keeps the threshold of the lesson",
            _HELD.format(**_GOOD | {"test": _GOOD["test"].replace("threshold", "0.25")}),
            "a text is missing. 'I saw, I cut, I burn.': highest score 0.12, threshold 0.11",
        ),
        (
            "returns whether a text is held",
            _HELD.format(**_GOOD | {"test": "True"}).replace(
                "[text for", "[" + _GOOD["test"] + " for"
            ),
            "a text is missing",
        ),
        (
            "sorts by score",
            """
def held(client, texts, threshold):
    results = client.moderations.create(model=MODERATOR, input=texts).results
    scores = [max(r.category_scores.to_dict().values()) for r in results]
    return [text for score, text in sorted(zip(scores, texts)) if score >= threshold]
""",
            "and not the texts in their order",
        ),
        (
            "holds nothing when it cannot ask",
            """
def held(client, texts, threshold):
    try:
        results = client.moderations.create(model=MODERATOR, input=texts).results
    except Exception:
        return []
    scores = [max(r.category_scores.to_dict().values()) for r in results]
    return [text for text, score in zip(texts, scores) if score >= threshold]
""",
            "is kept from the caller",
        ),
    ],
    "19-2": [
        (
            "forgets the refusal",
            _ROUTE.format(**_KIND | {"test": "answer.confidence < least"}),
            "for a refusal it stopped",
        ),
        (
            "trusts every choice",
            _ROUTE.format(**_KIND | {"test": 'answer.type == "refusal"'}),
            "confidence 0.7, and least 0.8 it returned 'offer'",
        ),
        (
            "wants more than least",
            _ROUTE.format(
                **_KIND | {"test": 'answer.type == "refusal" or answer.confidence <= least'}
            ),
            "`story` with confidence 0.8, and least 0.8 it returned 'person'",
        ),
        (
            "asks all three questions",
            _ROUTE.format(**_KIND | {"questions": "[KIND, AD, HURRY]"}),
            "the number of questions is 3",
        ),
        (
            "asks another question",
            _ROUTE.format(**_KIND | {"questions": "[AD]"}),
            "the question is of type 'predicate'",
        ),
        (
            "asks with its own fixed limit",
            _ROUTE.format(
                **_KIND | {"test": 'answer.type == "refusal" or answer.confidence < 0.8'}
            ),
            "confidence 0.7, and least 0.6 it returned 'person'",
        ),
        (
            "goes by the probability of the choice",
            _ROUTE.format(
                **_KIND
                | {
                    "test": 'answer.type == "refusal" or '
                    "max(p.probability for p in answer.probabilities) < least"
                }
            ),
            "`offer` with confidence 0.7, and least 0.8 it returned 'offer', and not 'person'",
        ),
        (
            "takes a refusal for a confidence of 0",
            _ROUTE.format(**_KIND | {"test": 'getattr(answer, "confidence", 0) < least'}),
            "for a refusal, and least 0 it stopped",
        ),
        (
            "returns the refusal",
            _ROUTE.format(
                **_KIND
                | {
                    "test": 'answer.type == "choice" and answer.confidence < least',
                    "found": 'getattr(answer, "choice", "refusal")',
                }
            ),
            "for a refusal it returned 'refusal'",
        ),
        (
            "returns the whole answer",
            _ROUTE.format(**_KIND | {"found": "answer"}),
            "and least 0.8 it returned AnswerAnswerResourceChoice",
        ),
        (
            "sends a post to a person when the API fails",
            """
def route(client, post, least):
    try:
        decision = client.decisions.create(model="gpt-6-luna", input=post, questions=[KIND])
    except Exception:
        return "person"
    answer = decision.answers[0]
    if answer.type == "refusal" or answer.confidence < least:
        return "person"
    return answer.choice
""",
            "is kept from the caller: it returned 'person'",
        ),
        (
            "asks about the post of the lesson",
            _ROUTE.format(**_KIND).replace("input=post", "input=POST"),
            "not the post",
        ),
        (
            "gives the model two choices",
            _ROUTE.format(**_KIND | {"questions": '[KIND | {"choices": KIND["choices"][:2]}]'}),
            "the choices are ['question', 'offer']",
        ),
    ],
    "19-3": [
        (
            "sends all pictures at once",
            _WORST.format(**_EACH | {"inputs": "[[text, *pictures]]"}),
            "a request has 2 pictures",
        ),
        (
            "keeps the last score",
            _WORST.format(**_EACH | {"kept": "score"}),
            "for two pictures the scores that stand out are",
        ),
        (
            "keeps two names of a category",
            _WORST.format(**_EACH | {"scores": "dict(result.category_scores)"}),
            "harassment_threatening is not the name of a category",
        ),
        (
            "sends the pictures alone",
            _WORST.format(**_EACH | {"inputs": "[[picture] for picture in pictures] or [[text]]"}),
            "a picture went without the text",
        ),
        (
            "forgets posts without pictures",
            _WORST.format(**_EACH | {"inputs": "[[text, picture] for picture in pictures]"}),
            "for no picture it sent no request",
        ),
        (
            "leaves a refused picture out",
            _WORST.format(**_EACH | {"refused": "continue"}),
            "for a second picture that is refused with 400 it returned {",
        ),
        (
            "catches every error",
            _WORST.format(**_EACH | {"error": "openai.APIError"}),
            "a 401 (wrong key) is kept from the caller",
        ),
        (
            "catches none",
            _WORST.format(**_EACH | {"error": "KeyError"}),
            "it raised `BadRequestError`",
        ),
        (
            "asks about the text alone, too",
            _WORST.format(**_EACH | {"inputs": "[[text], *([text, p] for p in pictures)]"}),
            "for two pictures, the number of requests is 3",
        ),
        (
            "sends the first picture only",
            _WORST.format(**_EACH | {"inputs": "[[text, *pictures[:1]]]"}),
            "for two pictures, the number of requests is 1",
        ),
        (
            "keeps the scores of the worst picture",
            """
import openai


def worst(client, text, pictures):
    verdicts = []
    for parts in [[text, picture] for picture in pictures] or [[text]]:
        try:
            [result] = client.moderations.create(model=MODERATOR, input=parts).results
        except openai.BadRequestError:
            return None
        verdicts.append(result.category_scores.to_dict())
    return max(verdicts, key=lambda scores: max(scores.values()))
""",
            "stand out are {'violence': 0.3}, and not {'harassment': 0.2, 'violence': 0.3}",
        ),
        (
            "gives back what it had before the refusal",
            _WORST.format(**_EACH | {"refused": "return highest or None"}),
            "for a second picture that is refused with 400 it returned {'violence': 0.3}, and not None",
        ),
        (
            "returns one score",
            _WORST.format(**_EACH).replace("return highest", "return max(highest.values())"),
            "for two pictures it returned float, not a dict",
        ),
        (
            "keeps high scores only",
            _WORST.format(**_EACH).replace(
                "return highest", "return {n: s for n, s in highest.items() if s > 0.01}"
            ),
            "categories are missing",
        ),
        (
            "takes a busy API for a refusal",
            _WORST.format(**_EACH | {"error": "(openai.BadRequestError, openai.RateLimitError)"}),
            "a 429 `rate_limit_exceeded` is kept from the caller",
        ),
    ],
}
