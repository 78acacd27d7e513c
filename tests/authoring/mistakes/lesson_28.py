"""Wrong answers to the exercises of lesson 28: (name, source, what the check must say)."""

_DOOR = """
def door(customer, **more):
    doors = {{
        "clinic": {{{clinic}}},
        "insurer": {{"base_url": "{insurer}"}},
        "school": {{"base_url": "{school}"}},
    }}
    return openai.OpenAI(**doors[customer], **more)
"""
_DOORS = {
    "clinic": '"data_residency": "eu"',
    "insurer": "https://orrvane.openai.azure.com/openai/v1",
    "school": "http://127.0.0.1:8080/v1",
}

_NOTED = """
def noted(answer):
    usage = answer.usage
    details = {details}
    return {{
        "model": answer.model,
        "request_id": answer._request_id,
        "tokens_in": {tokens_in},
        "tokens_out": getattr(usage, "completion_tokens", None),
        "reasoning": {reasoning},
    }}
"""
_NOTES = {
    "details": 'getattr(usage, "completion_tokens_details", None)',
    "tokens_in": 'getattr(usage, "prompt_tokens", None)',
    "reasoning": 'getattr(details, "reasoning_tokens", None)',
}

_TEXT = """
def text(client, model, letter):
    try:
        return client.responses.create(model=model, input=letter).output_text
    except {caught} as error:
        {mistakes}
    messages = [{{"role": "user", "content": letter}}]
    return client.chat.completions.create(model={model}, messages=messages).choices[0].message.content
"""
_OURS = 'if error.code in ("model_not_found", "DeploymentNotFound"): raise'
_TEXTS = {"caught": "openai.NotFoundError", "mistakes": _OURS, "model": "model"}

WRONG = {
    "28-1": [
        (
            "leaves the clinic at the general address",
            _DOOR.format(**_DOORS | {"clinic": ""}),
            "the letter of the clinic goes to https://api.openai.com/v1/responses",
        ),
        (
            "forgets v1 on Azure",
            _DOOR.format(**_DOORS | {"insurer": "https://orrvane.openai.azure.com/openai"}),
            "the letter of the insurer goes to https://orrvane.openai.azure.com/openai/responses",
        ),
        (
            "forgets v1 in the house",
            _DOOR.format(**_DOORS | {"school": "http://127.0.0.1:8080"}),
            "the letter of the school goes to http://127.0.0.1:8080/responses",
        ),
    ],
    "28-2": [
        (
            "believes that usage is always there",
            _NOTED.format(**_NOTES | {"tokens_in": "usage.prompt_tokens"}),
            "for no usage at all it stops with AttributeError",
        ),
        (
            "believes in the details",
            _NOTED.format(**_NOTES | {"reasoning": "details.reasoning_tokens"}),
            "for usage without details it stops with AttributeError",
        ),
        (
            "makes unknown into zero",
            _NOTED.format(**_NOTES | {"tokens_in": 'getattr(usage, "prompt_tokens", 0)'}),
            "for no usage at all it notes 0 as `tokens_in`",
        ),
        (
            "makes zero into unknown",
            _NOTED.format(
                **_NOTES | {"reasoning": 'getattr(details, "reasoning_tokens", None) or None'}
            ),
            "for no reasoning, counted it notes None as `reasoning`",
        ),
    ],
    "28-3": [
        (
            "knows Responses only",
            """
def text(client, model, letter):
    return client.responses.create(model=model, input=letter).output_text
""",
            "where Chat would have worked: Error code: 404 - File",
        ),
        (
            "takes every 404 for a missing endpoint",
            _TEXT.format(**_TEXTS | {"mistakes": "pass"}),
            "a 404 with the code `model_not_found` was hidden",
        ),
        (
            "forgets Azure's code",
            _TEXT.format(**_TEXTS | {"mistakes": 'if error.code == "model_not_found": raise'}),
            "a 404 with the code `DeploymentNotFound` was hidden",
        ),
        (
            "catches every error",
            _TEXT.format(**_TEXTS | {"caught": "openai.APIStatusError"}),
            "a 401 with the code `invalid_api_key` was hidden",
        ),
        (
            "waits for a code that is not there",
            _TEXT.format(**_TEXTS | {"mistakes": "if error.code != '404': raise"}),
            "where Chat would have worked: Error code: 404. Stuck",
        ),
        (
            "forgets the model",
            _TEXT.format(**_TEXTS | {"model": '"gpt-6-luna"'}),
            "by Chat it asks for the model 'gpt-6-luna'",
        ),
        (
            "always asks Chat",
            """
def text(client, model, letter):
    messages = [{"role": "user", "content": letter}]
    return client.chat.completions.create(model=model, messages=messages).choices[0].message.content
""",
            "where the server has Responses it returns 'by Chat'",
        ),
    ],
}
