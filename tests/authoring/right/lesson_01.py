"""Right answers to the exercises of lesson 01, in other ways than the reference."""

RIGHT = {
    "01-1": [
        (
            "one message as the input",
            """
def ask(client, question):
    return client.responses.create(
        model="gpt-6-luna",
        instructions=HOUSE,
        input=[{"role": "user", "content": question}],
        reasoning={"effort": "none"},
        store=False,
    ).output_text
""",
        ),
        (
            "a developer message, text parts, text by hand",
            """
def ask(client, question):
    items = [
        {"type": "message", "role": "developer", "content": HOUSE},
        {"role": "user", "content": [{"type": "input_text", "text": question}]},
    ]
    asked = dict(model="gpt-6-luna", input=items, reasoning={"effort": "none"}, store=False)
    response = client.responses.create(**asked)
    [message] = [item for item in response.output if item.type == "message"]
    return "".join(part.text for part in message.content if part.type == "output_text")
""",
        ),
        (
            "Chat Completions",
            """
def ask(client, question):
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "system", "content": HOUSE}, {"role": "user", "content": question}],
        reasoning_effort="none",
        store=False,
    )
    return completion.choices[0].message.content
""",
        ),
        (
            "a stream",
            """
def ask(client, question):
    stream = client.responses.create(
        model="gpt-6-luna",
        instructions=HOUSE + " Answer in English.",
        input=question,
        reasoning={"effort": "none"},
        store=False,
        stream=True,
        max_output_tokens=25_000,
    )
    return "".join(e.delta for e in stream if e.type == "response.output_text.delta")
""",
        ),
        (
            "looks at the status, wraps the error",
            """
def ask(client, question):
    import openai

    try:
        response = client.with_options(timeout=30, max_retries=1).responses.create(
            model="gpt-6-luna",
            instructions=HOUSE,
            input=question,
            reasoning={"effort": "none"},
            store=False,
            temperature=1,
        )
    except openai.APIStatusError as error:
        raise RuntimeError(f"{error.status_code} {error.code}") from error
    return finished(response)
""",
        ),
        (
            "functools.partial",
            """
from functools import partial


def ask(client, question):
    house = partial(client.responses.create, model="gpt-6-luna", instructions=HOUSE, store=False)
    with_helper = house(input=f"{question}", reasoning=dict(effort="none"))
    return with_helper.output_text
""",
        ),
    ],
    "01-2": [
        (
            "no incomplete_details, but an error",
            """
def bill(response):
    usage = response.usage
    hidden = usage.output_tokens_details.reasoning_tokens
    finished = response.incomplete_details is None and response.error is None
    return {"read": usage.output_tokens - hidden, "hidden": hidden, "finished": finished}
""",
        ),
        (
            "from the JSON, key by key",
            """
def bill(response):
    fields = response.to_dict()
    found = {}
    found["finished"] = True if fields["status"] == "completed" else False
    found["hidden"] = fields["usage"]["output_tokens_details"]["reasoning_tokens"]
    found["read"] = fields["usage"]["output_tokens"] - found["hidden"]
    return found
""",
        ),
        (
            "what is left of the total",
            """
def bill(response):
    match response.usage.model_dump():
        case {
            "total_tokens": total,
            "input_tokens": into,
            "output_tokens_details": {"reasoning_tokens": hidden},
        }:
            return dict(
                read=total - into - hidden,
                hidden=hidden,
                finished=response.status not in ("incomplete", "failed"),
                paid=total,
            )
""",
        ),
        (
            "a dataclass made a dict",
            """
from dataclasses import asdict, dataclass


@dataclass
class Bill:
    read: int
    hidden: int
    finished: bool = False


def bill(response):
    made = Bill(response.usage.output_tokens, 0)
    if details := response.usage.output_tokens_details:
        made.hidden += details.reasoning_tokens
        made.read -= details.reasoning_tokens
    if response.status == "completed":
        made.finished = True
    return asdict(made)
""",
        ),
        (
            "asks the lesson's function",
            """
def bill(response):
    hidden = response.usage.output_tokens_details.reasoning_tokens
    try:
        finished(response)
        whole = True
    except RuntimeError:
        whole = False
    return {"read": response.usage.output_tokens - hidden, "hidden": hidden, "finished": whole}
""",
        ),
    ],
    "01-3": [
        (
            "twice by hand",
            """
def patient(client, question, cap):
    asked = {"model": "gpt-6-luna", "input": [{"role": "user", "content": question}]}
    first = client.responses.create(**asked, max_output_tokens=cap)
    if first.incomplete_details and first.incomplete_details.reason == "max_output_tokens":
        first = client.responses.create(**asked, max_output_tokens=cap * 4)
    if first.status != "completed":
        raise RuntimeError(f"{first.status}: {first.incomplete_details}")
    return first.output_text
""",
        ),
        (
            "calls itself",
            """
def patient(client, question, cap, tries=2):
    response = client.responses.create(
        model="gpt-6-luna",
        instructions=HOUSE,
        input=question,
        max_output_tokens=cap,
        reasoning={"effort": "none"},
        store=False,
    )
    if response.status == "completed":
        return response.output_text
    cut = response.status == "incomplete" and response.incomplete_details.reason
    if tries > 1 and cut == "max_output_tokens":
        return patient(client, question, 4 * cap, tries - 1)
    raise RuntimeError(cut or response.error)
""",
        ),
        (
            "Chat Completions",
            """
def patient(client, question, cap):
    for limit in (cap, 4 * cap):
        choice = client.chat.completions.create(
            model="gpt-6-luna",
            messages=[{"role": "user", "content": question}],
            max_completion_tokens=limit,
        ).choices[0]
        if choice.finish_reason == "stop":
            return choice.message.content
        if choice.finish_reason != "length":
            raise RuntimeError(choice.finish_reason)
    raise RuntimeError("cut twice")
""",
        ),
        (
            "a stream, its last event",
            """
class CutShort(RuntimeError):
    pass


def patient(client, question, cap):
    tries = iter([cap, 4 * cap])
    while (limit := next(tries, None)) is not None:
        *_, last = client.responses.create(
            model="gpt-6-luna", input=question, max_output_tokens=limit, stream=True
        )
        match last.type:
            case "response.completed":
                return last.response.output_text
            case "response.incomplete" if last.response.incomplete_details.reason == (
                "max_output_tokens"
            ):
                continue
            case other:
                raise CutShort(other)
    raise CutShort(f"more than {4 * cap} tokens")
""",
        ),
        (
            "a table of reasons, the lesson's function at the end",
            """
def patient(client, question, cap):
    left = 2
    while left:
        response = client.responses.create(
            model="gpt-6-luna", input=question, max_output_tokens=cap
        )
        reason = getattr(response.incomplete_details, "reason", None)
        if reason != "max_output_tokens":
            break
        cap *= 4
        left -= 1
    return finished(response)
""",
        ),
        (
            "wraps the API's errors",
            """
def patient(client, question, cap):
    import openai

    try:
        for limit in [cap, cap << 2]:
            response = client.responses.create(
                model="gpt-6-luna", input=question, max_output_tokens=limit
            )
            if response.status == "completed":
                return response.output_text
            if response.status == "failed":
                raise RuntimeError(response.error.message)
            if "max" not in response.incomplete_details.reason:
                raise RuntimeError(response.incomplete_details.reason)
    except openai.APIError as error:
        raise RuntimeError("no answer") from error
    raise RuntimeError(f"still cut at {limit} tokens")
""",
        ),
    ],
}
