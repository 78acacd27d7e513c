"""Right answers to the exercises of lesson 28, in other ways than the reference."""

RIGHT = {
    "28-1": [
        (
            "addresses by hand, and a key for each",
            """
def door(customer, **more):
    import os

    doors = {
        "clinic": {
            "base_url": "https://eu.api.openai.com/v1",
            "api_key": os.environ["OPENAI_API_KEY"],
        },
        "insurer": {
            "base_url": "https://orrvane.openai.azure.com/openai/v1/",
            "api_key": os.getenv("AZURE_OPENAI_API_KEY"),
        },
        "school": {"base_url": "http://localhost:8080/v1/", "api_key": "not-needed"},
    }
    return openai.OpenAI(**doors[customer], **more)
""",
        ),
        (
            "more goes before",
            """
from os import environ


def door(customer, **more):
    azure = {"base_url": "https://orrvane.services.ai.azure.com/openai/v1"}
    azure["api_key"] = environ.get("AZURE_OPENAI_API_KEY", "")
    doors = {
        "clinic": dict(data_residency="eu"),
        "insurer": azure,
        "school": dict(base_url="http://localhost:8080/v1", api_key="x"),
    }
    return openai.OpenAI(**(doors[customer] | more))
""",
        ),
        (
            "branches, and a function as the key",
            """
import os
import openai


def door(customer, **more):
    match customer:
        case "clinic":
            return openai.OpenAI(data_residency="eu", **more)
        case "insurer":
            return openai.OpenAI(
                base_url="https://orrvane.openai.azure.com/openai/v1",
                api_key=lambda: os.environ["AZURE_OPENAI_API_KEY"],
                **more,
            )
        case "school":
            return openai.OpenAI(base_url="http://127.0.0.1:8080/v1", api_key="none", **more)
    raise KeyError(customer)
""",
        ),
        (
            "the header that Azure also takes",
            """
import os


def door(customer, **more):
    doors = {
        "clinic": {"data_residency": "eu"},
        "insurer": {
            "base_url": "https://orrvane.openai.azure.com/openai/v1",
            "api_key": "unused",
            "default_headers": {"api-key": os.environ["AZURE_OPENAI_API_KEY"]},
        },
        "school": {"base_url": "http://127.0.0.1:8080/v1", "api_key": SECRET},
    }
    return openai.OpenAI(**doors[customer], **more)
""",
        ),
    ],
    "28-2": [
        (
            "conditions",
            """
def noted(answer):
    usage = answer.usage
    details = usage.completion_tokens_details if usage else None
    return {
        "model": answer.model,
        "request_id": answer._request_id,
        "tokens_in": usage.prompt_tokens if usage is not None else None,
        "tokens_out": usage.completion_tokens if usage is not None else None,
        "reasoning": details.reasoning_tokens if details is not None else None,
    }
""",
        ),
        (
            "dicts",
            """
def noted(answer):
    body = answer.to_dict()
    usage = body.get("usage") or {}
    details = usage.get("completion_tokens_details") or {}
    return dict(
        model=body.get("model"),
        request_id=getattr(answer, "_request_id", None),
        tokens_in=usage.get("prompt_tokens"),
        tokens_out=usage.get("completion_tokens"),
        reasoning=details.get("reasoning_tokens"),
    )
""",
        ),
        (
            "paths of names",
            """
def noted(answer):
    from functools import reduce

    def at(path):
        return reduce(lambda thing, name: getattr(thing, name, None), path.split("."), answer)

    return {
        "model": at("model"),
        "request_id": at("_request_id"),
        "tokens_in": at("usage.prompt_tokens"),
        "tokens_out": at("usage.completion_tokens"),
        "reasoning": at("usage.completion_tokens_details.reasoning_tokens"),
    }
""",
        ),
        (
            "a dataclass, and exceptions",
            """
def noted(answer):
    from dataclasses import asdict, dataclass

    @dataclass
    class Note:
        model: str | None
        request_id: str | None
        tokens_in: int | None = None
        tokens_out: int | None = None
        reasoning: int | None = None

    note = Note(answer.model, answer._request_id)
    try:
        note.tokens_in = answer.usage.prompt_tokens
        note.tokens_out = answer.usage.completion_tokens
        note.reasoning = answer.usage.completion_tokens_details.reasoning_tokens
    except AttributeError:
        pass
    return asdict(note)
""",
        ),
        (
            "one field more",
            """
def noted(answer):
    usage = answer.usage.model_dump() if answer.usage else {}
    details = usage.get("completion_tokens_details")
    note = {"model": answer.model, "request_id": answer._request_id, "text": None}
    note["tokens_in"], note["tokens_out"] = map(usage.get, ("prompt_tokens", "completion_tokens"))
    note["reasoning"] = None if details is None else details.get("reasoning_tokens")
    note["text"] = answer.choices[0].message.content
    return note
""",
        ),
    ],
    "28-3": [
        (
            "all in the handler",
            """
def text(client, model, letter):
    try:
        answer = client.responses.create(model=model, input=letter, store=False)
    except openai.NotFoundError as error:
        if error.code == "model_not_found" or error.code == "DeploymentNotFound":
            raise error
        chat = client.chat.completions.create(
            model=model,
            messages=[
                {"role": "developer", "content": "Answer."},
                {"role": "user", "content": letter},
            ],
        )
        return chat.choices[0].message.content
    else:
        return answer.output_text
""",
        ),
        (
            "by status, with a set of codes",
            """
def text(client, model, letter):
    ours = {"model_not_found", "DeploymentNotFound"}
    try:
        return client.responses.create(
            model=model, input=[{"role": "user", "content": letter}]
        ).output_text
    except openai.APIStatusError as error:
        if error.status_code != 404 or error.code in ours:
            raise
    chat = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": [{"type": "text", "text": letter}]}]
    )
    return chat.choices[0].message.content
""",
        ),
        (
            "streams",
            """
def text(client, model, letter):
    try:
        with client.responses.stream(model=model, input=letter) as stream:
            return stream.get_final_response().output_text
    except openai.NotFoundError as error:
        match error.code:
            case "model_not_found" | "DeploymentNotFound":
                raise
    said = []
    messages = [{"role": "user", "content": letter}]
    for chunk in client.chat.completions.create(model=model, messages=messages, stream=True):
        if chunk.choices:
            said.append(chunk.choices[0].delta.content or "")
    return "".join(said)
""",
        ),
        (
            "reads the body with care, returns early",
            """
def text(client, model, letter):
    def by_responses():
        raw = client.responses.with_raw_response.create(model=model, input=letter)
        return raw.parse().output_text

    def by_chat():
        messages = [{"role": "user", "content": letter}]
        answer = client.chat.completions.create(model=model, messages=messages)
        [choice] = answer.choices
        return choice.message.content

    try:
        return by_responses()
    except openai.NotFoundError as error:
        body = error.body if isinstance(error.body, dict) else {}
        if body.get("code") in ("model_not_found", "DeploymentNotFound"):
            raise
        return by_chat()
""",
        ),
    ],
}
