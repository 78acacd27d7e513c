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
            "`flagged` does not count",
        ),
        (
            "sends the texts as parts",
            _HELD.format(**_GOOD | {"input": '[{"type": "text", "text": t} for t in texts]'}),
            "the texts went as parts",
        ),
        (
            "looks at one category",
            _HELD.format(**_GOOD | {"test": "result.category_scores.harassment >= threshold"}),
            "0.4 in harassment/threatening",
        ),
        (
            "leaves the threshold itself out",
            _HELD.format(
                **_GOOD | {"test": "max(dict(result.category_scores).values()) > threshold"}
            ),
            "exactly the threshold",
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
            "for four texts it sent 4 requests",
        ),
        (
            "joins the texts",
            _HELD.format(**_GOOD | {"input": '" ".join(texts)'}),
            "not the list of texts",
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
            "the request has 3 questions",
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
            "a category has a second name, harassment_threatening",
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
            "for a picture that is refused with 400 it returned {",
        ),
        (
            "catches every error",
            _WORST.format(**_EACH | {"error": "openai.APIError"}),
            "a 429 did not reach the caller",
        ),
        (
            "catches none",
            _WORST.format(**_EACH | {"error": "KeyError"}),
            "it raised `BadRequestError`",
        ),
    ],
}
