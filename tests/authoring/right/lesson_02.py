"""Right answers to the exercises of lesson 02, in other ways than the reference."""

RIGHT = {
    "02-1": [
        (
            "the lesson's dict with other messages",
            """
def remind(client, note):
    asked = request | {"messages": [messages[0], {"role": "user", "content": note}]}
    [choice] = client.chat.completions.create(**asked, max_completion_tokens=2000).choices
    return choice.message.content
""",
        ),
        (
            "parts of text, the answer as a dict",
            """
def remind(client, note):
    def said(role, text):
        return {"role": role, "content": [{"type": "text", "text": text}]}

    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[said("developer", HOUSE), said("user", note)],
        reasoning_effort="none",
        store=False,
        n=1,
    )
    return completion.to_dict()["choices"][0]["message"]["content"]
""",
        ),
        (
            "a stream",
            """
def remind(client, note):
    text = ""
    chunks = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[
            {"role": "developer", "content": HOUSE},
            {"role": "user", "content": f"{note}"},
        ],
        reasoning_effort="none",
        stream=True,
    )
    for chunk in chunks:
        for choice in chunk.choices:
            text += choice.delta.content or ""
    return text
""",
        ),
        (
            "refuses to send what was cut",
            """
def remind(client, note):
    import openai

    roles = {"developer": HOUSE, "user": note}
    try:
        completion = client.chat.completions.create(
            model="gpt-6-luna",
            messages=[{"role": role, "content": text} for role, text in roles.items()],
            reasoning_effort="none",
        )
    except openai.APIStatusError as error:
        raise RuntimeError(f"{error.status_code} {error.code}") from error
    choice = completion.choices[0]
    if choice.finish_reason != "stop" or not choice.message.content:
        raise RuntimeError(f"not to be sent: {choice.finish_reason}")
    return choice.message.content.strip()
""",
        ),
        (
            "a raw response, a partial",
            """
from functools import partial


def remind(client, note):
    chat = partial(
        client.chat.completions.with_raw_response.create,
        model="gpt-6-luna",
        reasoning_effort="none",
        temperature=1,
    )
    rules = [{"role": "developer", "content": HOUSE}]
    return chat(messages=rules + [dict(role="user", content=note)]).parse().choices[0].message.content
""",
        ),
    ],
    "02-2": [
        (
            "a loop with early continue",
            """
def sendable(completion):
    texts = []
    for choice in completion.choices:
        if choice.finish_reason != "stop":
            continue
        if choice.message.refusal:
            continue
        texts.append(choice.message.content)
    return texts
""",
        ),
        (
            "filter and map",
            """
def sendable(completion):
    whole = filter(lambda each: each.finish_reason == "stop", completion.choices)
    return list(filter(None, map(lambda each: each.message.content, whole)))
""",
        ),
        (
            "a generator, match",
            """
def whole(choices):
    for choice in choices:
        match choice.finish_reason, choice.message.content:
            case "stop", str(text):
                yield text


def sendable(completion):
    return [*whole(completion.choices)]
""",
        ),
        (
            "from the JSON, by index",
            """
def sendable(completion):
    found = completion.model_dump()["choices"]
    kept = []
    for number in range(len(found)):
        one = found[number]
        if one["finish_reason"] in ("stop",) and one["message"]["refusal"] is None:
            kept += [one["message"]["content"]]
    return kept
""",
        ),
        (
            "a list of the bad reasons",
            """
def sendable(completion):
    bad = {"length", "content_filter", "tool_calls", "function_call"}
    good = [c.message for c in completion.choices if c.finish_reason not in bad]
    return [message.content for message in good if message.content]
""",
        ),
    ],
    "02-3": [
        (
            "instructions and the other messages",
            """
def moved(request):
    for name in request:
        if name in {"n", "stop", "seed"}:
            raise ValueError(name)
    rules = [m["content"] for m in request["messages"] if m["role"] in ("developer", "system")]
    rest = [m for m in request["messages"] if m["role"] not in ("developer", "system")]
    new = dict(model=request["model"], input=rest, store=False)
    if rules:
        new["instructions"] = "\\n".join(rules)
    if (effort := request.get("reasoning_effort")) is not None:
        new["reasoning"] = dict(effort=effort)
    cap = request.get("max_completion_tokens", request.get("max_tokens"))
    if cap is not None:
        new["max_output_tokens"] = cap
    return new
""",
        ),
        (
            "a table of names",
            """
NAMES = {
    "model": lambda value: ("model", value),
    "messages": lambda value: ("input", value),
    "reasoning_effort": lambda value: ("reasoning", {"effort": value}),
    "max_completion_tokens": lambda value: ("max_output_tokens", value),
    "max_tokens": lambda value: ("max_output_tokens", value),
}


def moved(request):
    try:
        return dict(NAMES[name](value) for name, value in request.items())
    except KeyError as error:
        raise ValueError(f"no place in Responses for `{error.args[0]}`") from None
""",
        ),
        (
            "match, name by name",
            """
def moved(request):
    new = {}
    for name, value in request.items():
        match name:
            case "model":
                new["model"] = value
            case "messages":
                new["input"] = [dict(each) for each in value]
            case "reasoning_effort":
                new["reasoning"] = {"effort": value}
            case "max_tokens" | "max_completion_tokens":
                new["max_output_tokens"] = value
            case _:
                raise ValueError(f"{name} ({value!r}) does not exist there")
    return new
""",
        ),
        (
            "a deep copy, renamed in place",
            """
import copy


def moved(request):
    new = copy.deepcopy(request)
    left = sorted(set(new) - {"model", "messages", "reasoning_effort", "max_tokens",
                              "max_completion_tokens"})
    if left:
        raise ValueError("These stay behind: " + ", ".join(left))
    new["input"] = new.pop("messages")
    if "reasoning_effort" in new:
        new["reasoning"] = {"effort": new.pop("reasoning_effort")}
    for old in ("max_tokens", "max_completion_tokens"):
        if old in new:
            new["max_output_tokens"] = new.pop(old)
    return new
""",
        ),
        (
            "asks the SDK which names it knows",
            """
import inspect


def moved(request):
    from openai.resources.responses import Responses

    known = set(inspect.signature(Responses.create).parameters)
    old = {"messages", "reasoning_effort", "max_tokens", "max_completion_tokens"}
    for name in request.keys() - known - old:
        raise ValueError(f"Responses does not know {name!r}")
    new = {"model": request["model"]}
    *rest, last = request["messages"]
    roles = [each["role"] for each in rest]
    if roles == ["developer"]:
        new |= {"instructions": rest[0]["content"], "input": last["content"]}
    else:
        new |= {"input": request["messages"]}
    effort = {"effort": request["reasoning_effort"]} if "reasoning_effort" in request else {}
    new |= {"reasoning": effort} if effort else {}
    caps = [request[name] for name in request if name.startswith("max_")]
    return new | ({"max_output_tokens": caps[0]} if caps else {})
""",
        ),
    ],
}
