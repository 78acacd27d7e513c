"""Wrong answers to the exercises of lesson 28: (name, source, what the check must say)."""

_DOOR = """
import os


def door(customer, **more):
    azure = os.environ["AZURE_OPENAI_API_KEY"]
    doors = {{
        "clinic": {{{clinic}}},
        "insurer": {{"base_url": "{insurer}", "api_key": {azure}}},
        "school": {{"base_url": "{school}", {house}}},
    }}
    return {client}
"""
_DOORS = {
    "clinic": '"data_residency": "eu"',
    "insurer": "https://orrvane.openai.azure.com/openai/v1",
    "azure": "azure",
    "school": "http://127.0.0.1:8080/v1",
    "house": '"api_key": "none"',
    "client": "openai.OpenAI(**doors[customer], **more)",
}

_NOTED = """
def noted(answer):
    usage = answer.usage
    details = {details}
    return {{
        "model": {model},
        "request_id": {request_id},
        "tokens_in": {tokens_in},
        "tokens_out": {tokens_out},
        "{name}": {reasoning},
    }}
"""
_NOTES = {
    "details": 'getattr(usage, "completion_tokens_details", None)',
    "model": "answer.model",
    "request_id": "answer._request_id",
    "tokens_in": 'getattr(usage, "prompt_tokens", None)',
    "tokens_out": 'getattr(usage, "completion_tokens", None)',
    "name": "reasoning",
    "reasoning": 'getattr(details, "reasoning_tokens", None)',
}

_TEXT = """
def text(client, model, letter):
    try:
        return client.responses.create(model=model, input=letter).output_text
    except {caught} as error:
        {mistakes}
    messages = [{{"role": "user", "content": {letter}}}]
    return client.chat.completions.create(model={model}, messages=messages).choices[0].message{said}
"""
_OURS = 'if error.code in ("model_not_found", "DeploymentNotFound"): raise'
_TEXTS = {
    "caught": "openai.NotFoundError",
    "mistakes": _OURS,
    "model": "model",
    "letter": "letter",
    "said": ".content",
}

WRONG = {
    "28-1": [
        (
            "leaves the clinic at the general address",
            _DOOR.format(**_DOORS | {"clinic": ""}),
            "the letter of the clinic goes to https://api.openai.com/v1/responses",
        ),
        (
            "takes the United States for the EU",
            _DOOR.format(**_DOORS | {"clinic": '"data_residency": "us"'}),
            "the letter of the clinic goes to https://us.api.openai.com/v1/responses",
        ),
        (
            "gives Azure's key to OpenAI",
            _DOOR.format(**_DOORS | {"clinic": '"data_residency": "eu", "api_key": azure'}),
            "the door of the clinic gets a key of AZURE_OPENAI_API_KEY, not of OPENAI_API_KEY",
        ),
        (
            "forgets v1 on Azure",
            _DOOR.format(**_DOORS | {"insurer": "https://orrvane.openai.azure.com/openai"}),
            "the letter of the insurer goes to https://orrvane.openai.azure.com/openai/responses",
        ),
        (
            "takes the older door of Azure",
            _DOOR.format(
                **_DOORS
                | {
                    "client": """(
        openai.AzureOpenAI(
            azure_endpoint="https://orrvane.openai.azure.com",
            api_version="2024-10-21",
            api_key=azure,
            **more,
        )
        if customer == "insurer"
        else openai.OpenAI(**doors[customer], **more)
    )"""
                }
            ),
            "goes to https://orrvane.openai.azure.com/openai/responses?api-version=2024-10-21",
        ),
        (
            "gives OpenAI's key to Azure",
            _DOOR.format(**_DOORS | {"azure": "None"}),
            "the door of the insurer gets a key of OPENAI_API_KEY, not of AZURE_OPENAI_API_KEY",
        ),
        (
            "gives Azure the name of the variable as its key",
            _DOOR.format(**_DOORS | {"azure": '"AZURE_OPENAI_API_KEY"'}),
            "gets a key of neither variable, not of AZURE_OPENAI_API_KEY",
        ),
        (
            "forgets v1 in the house",
            _DOOR.format(**_DOORS | {"school": "http://127.0.0.1:8080"}),
            "the letter of the school goes to http://127.0.0.1:8080/responses",
        ),
        (
            "speaks https in the house",
            _DOOR.format(**_DOORS | {"school": "https://localhost:8080/v1"}),
            "the letter of the school goes to https://localhost:8080/v1/responses",
        ),
        (
            "gives a stranger OpenAI's key",
            _DOOR.format(**_DOORS | {"house": ""}),
            "the school's server gets the key of OPENAI_API_KEY",
        ),
        (
            "gives a stranger Azure's key",
            _DOOR.format(**_DOORS | {"house": '"api_key": azure'}),
            "the school's server gets the key of AZURE_OPENAI_API_KEY",
        ),
        (
            "loses what more brings",
            _DOOR.format(**_DOORS | {"client": "openai.OpenAI(**doors[customer])"}),
            "`timeout=7` in `more` does not reach the client of the clinic",
        ),
        (
            "returns the arguments",
            _DOOR.format(**_DOORS | {"client": "doors[customer] | more"}),
            "which is no client",
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
            "believes in each field of a dict",
            """
def noted(answer):
    usage = answer.to_dict().get("usage") or {}
    details = usage.get("completion_tokens_details") or {}
    return {
        "model": answer.model,
        "request_id": answer._request_id,
        "tokens_in": usage.get("prompt_tokens"),
        "tokens_out": usage.get("completion_tokens"),
        "reasoning": details["reasoning_tokens"] if details is not None else None,
    }
""",
            "for usage without details it stops with KeyError",
        ),
        (
            "makes unknown into zero",
            _NOTED.format(**_NOTES | {"tokens_in": 'getattr(usage, "prompt_tokens", 0)'}),
            "for no usage at all it notes 0 as `tokens_in`; the server does not say it",
        ),
        (
            "makes missing details into zero",
            _NOTED.format(**_NOTES | {"reasoning": 'getattr(details, "reasoning_tokens", 0)'}),
            "for usage without details it notes 0 as `reasoning`",
        ),
        (
            "makes zero into unknown",
            _NOTED.format(
                **_NOTES | {"reasoning": 'getattr(details, "reasoning_tokens", None) or None'}
            ),
            "for counts that are zero it notes None as `reasoning`; the server says 0",
        ),
        (
            "makes an empty answer into an unknown one",
            _NOTED.format(
                **_NOTES | {"tokens_out": 'getattr(usage, "completion_tokens", None) or None'}
            ),
            "for counts that are zero it notes None as `tokens_out`",
        ),
        (
            "takes the id of the answer for that of the request",
            _NOTED.format(**_NOTES | {"request_id": "answer.id"}),
            "it notes 'chatcmpl-1' as `request_id`; the server says 'req_7'",
        ),
        (
            "names the model that it expects",
            _NOTED.format(**_NOTES | {"model": '"gpt-6-luna"'}),
            "it notes 'gpt-6-luna' as `model`; the server says 'big'",
        ),
        (
            "makes None into a text",
            _NOTED.format(**_NOTES | {"request_id": "str(answer._request_id)"}),
            "it notes 'None' as `request_id`",
        ),
        (
            "counts input for output",
            _NOTED.format(**_NOTES | {"tokens_out": 'getattr(usage, "prompt_tokens", None)'}),
            "it notes 58 as `tokens_out`; the server says 40",
        ),
        (
            "uses the names of Responses",
            _NOTED.format(
                **_NOTES
                | {
                    "tokens_in": 'getattr(usage, "input_tokens", None)',
                    "tokens_out": 'getattr(usage, "output_tokens", None)',
                }
            ),
            "it notes None as `tokens_in`; the server says 58",
        ),
        (
            "computes what is missing from the sum",
            _NOTED.format(
                **_NOTES
                | {
                    "tokens_out": """None if usage is None else usage.completion_tokens
        if usage.completion_tokens is not None else usage.total_tokens"""
                }
            ),
            "for a usage with the sum alone it notes 67 as `tokens_out`",
        ),
        (
            "calls a key by another name",
            _NOTED.format(**_NOTES | {"name": "reasoning_tokens"}),
            "the keys are to be model, request_id, tokens_in, tokens_out, reasoning",
        ),
    ],
    "28-3": [
        (
            "knows Responses only",
            """
def text(client, model, letter):
    return client.responses.create(model=model, input=letter).output_text
""",
            "(a 404 with the code 404) it stops with `NotFoundError`: Error code: 404 - File",
        ),
        (
            "takes every 404 for a missing endpoint",
            _TEXT.format(**_TEXTS | {"mistakes": "pass"}),
            "a 404 with the code `model_not_found` is kept from the caller",
        ),
        (
            "forgets Azure's code",
            _TEXT.format(**_TEXTS | {"mistakes": 'if error.code == "model_not_found": raise'}),
            "a 404 with the code `DeploymentNotFound` is kept from the caller",
        ),
        (
            "catches every status",
            _TEXT.format(**_TEXTS | {"caught": "openai.APIStatusError"}),
            "a 400 about another parameter is kept from the caller: it returned 'by Chat'",
        ),
        (
            "falls back when nobody answers",
            _TEXT.format(
                **_TEXTS | {"caught": "(openai.NotFoundError, openai.APIConnectionError)"}
            ),
            "a broken connection is kept from the caller: it returned 'by Chat'",
        ),
        (
            "falls back from a server that fails",
            _TEXT.format(
                **_TEXTS | {"caught": "(openai.NotFoundError, openai.InternalServerError)"}
            ),
            "a 500 is kept from the caller",
        ),
        (
            "takes a 400 for a missing endpoint",
            _TEXT.format(
                **_TEXTS
                | {
                    "caught": "(openai.NotFoundError, openai.BadRequestError)",
                    "mistakes": "if error.status_code == 404 and error.code in "
                    '("model_not_found", "DeploymentNotFound"): raise',
                }
            ),
            "a 400 with the code `model_not_found` is kept from the caller",
        ),
        (
            "takes each code for our mistake",
            _TEXT.format(**_TEXTS | {"mistakes": "if error.code not in (None, 404, '404'): raise"}),
            "(a 404 with the code unknown_url) it stops with `NotFoundError`",
        ),
        (
            "waits for a code that is not there",
            _TEXT.format(**_TEXTS | {"mistakes": "if error.code != '404': raise"}),
            "(a 404 with `detail` and no code) it stops with `NotFoundError`",
        ),
        (
            "believes that a body is JSON",
            _TEXT.format(
                **_TEXTS
                | {
                    "mistakes": 'if error.response.json().get("error", {}).get("code") in '
                    '("model_not_found", "DeploymentNotFound"): raise'
                }
            ),
            "(a 404 with a text that is no JSON) it stops with `JSONDecodeError`",
        ),
        (
            "forgets the model",
            _TEXT.format(**_TEXTS | {"model": '"gpt-6-luna"'}),
            "by Chat it asks for the model 'gpt-6-luna'",
        ),
        (
            "forgets the letter",
            _TEXT.format(**_TEXTS | {"letter": '"Subject line in English"'}),
            "by Chat the letter is lost",
        ),
        (
            "returns the message",
            _TEXT.format(**_TEXTS | {"said": ""}),
            "(a 404 with the code 404) it returns ChatCompletionMessage(",
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
        (
            "asks twice",
            """
def text(client, model, letter):
    try:
        client.responses.create(model=model, input="ping")
    except openai.NotFoundError as error:
        if error.code in ("model_not_found", "DeploymentNotFound"):
            raise
        messages = [{"role": "user", "content": letter}]
        return client.chat.completions.create(model=model, messages=messages).choices[0].message.content
    return client.responses.create(model=model, input=letter).output_text
""",
            "where the server has Responses it asks more than once",
        ),
        (
            "hides what Chat says",
            """
def text(client, model, letter):
    try:
        return client.responses.create(model=model, input=letter).output_text
    except openai.NotFoundError as error:
        if error.code in ("model_not_found", "DeploymentNotFound"):
            raise
    messages = [{"role": "user", "content": letter}]
    try:
        answer = client.chat.completions.create(model=model, messages=messages)
    except openai.APIError:
        return None
    return answer.choices[0].message.content
""",
            "a 400 about another parameter is kept from the caller: it returned None",
        ),
    ],
}
