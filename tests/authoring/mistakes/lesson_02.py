"""Typical mistakes in lesson 02, and what the check says to each."""

WRONG = {
    "02-1": [
        (
            "uses the old role",
            """def remind(client, note):
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "system", "content": HOUSE}, {"role": "user", "content": note}],
        reasoning_effort="none",
    )
    return completion.choices[0].message.content
""",
            "`system` is the old name",
        ),
        (
            "puts all into one message",
            """def remind(client, note):
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "user", "content": HOUSE + note}],
        reasoning_effort="none",
    )
    return completion.choices[0].message.content
""",
            "the roles are ['user']",
        ),
        (
            "reasons",
            """def remind(client, note):
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "developer", "content": HOUSE}, {"role": "user", "content": note}],
    )
    return completion.choices[0].message.content
""",
            "not set, so medium",
        ),
        (
            "returns the message",
            """def remind(client, note):
    completion = client.chat.completions.create(
        model="gpt-6-luna",
        messages=[{"role": "developer", "content": HOUSE}, {"role": "user", "content": note}],
        reasoning_effort="none",
    )
    return completion.choices[0].message
""",
            "returns a ChatCompletionMessage",
        ),
    ],
    "02-2": [
        (
            "reads the first choice only",
            """def sendable(completion):
    choice = completion.choices[0]
    return [choice.message.content] if choice.finish_reason == "stop" else []
""",
            "'At 9:20, Tibs' (stop) it returned ['Tibs, 9:20']",
        ),
        (
            "takes any text for whole",
            """def sendable(completion):
    return [c.message.content for c in completion.choices if c.message.content]
""",
            "'Tibs, 9:' (length), 'Tibs, 9:20' (stop) it returned",
        ),
        (
            "looks for length only",
            """def sendable(completion):
    return [c.message.content for c in completion.choices if c.finish_reason != "length"]
""",
            "'Tibs,' (content_filter)",
        ),
    ],
    "02-3": [
        (
            "renames in place",
            """def moved(request):
    for name in ("n", "stop"):
        if name in request:
            raise ValueError(f"Responses has no {name}")
    request["input"] = request.pop("messages")
    if "reasoning_effort" in request:
        request["reasoning"] = {"effort": request.pop("reasoning_effort")}
    for name in ("max_tokens", "max_completion_tokens"):
        if name in request:
            request["max_output_tokens"] = request.pop(name)
    return request
""",
            "changes the dict it was given",
        ),
        (
            "keeps the effort a word",
            """def moved(request):
    for name in ("n", "stop"):
        if name in request:
            raise ValueError(f"Responses has no {name}")
    new = {"model": request["model"], "input": request["messages"]}
    if "reasoning_effort" in request:
        new["reasoning"] = request["reasoning_effort"]
    for name in ("max_tokens", "max_completion_tokens"):
        if name in request:
            new["max_output_tokens"] = request[name]
    return new
""",
            "`reasoning` is 'none'",
        ),
        (
            "forgets the oldest name",
            """def moved(request):
    for name in ("n", "stop"):
        if name in request:
            raise ValueError(f"Responses has no {name}")
    new = {"model": request["model"], "input": request["messages"]}
    if "reasoning_effort" in request:
        new["reasoning"] = {"effort": request["reasoning_effort"]}
    if "max_completion_tokens" in request:
        new["max_output_tokens"] = request["max_completion_tokens"]
    return new
""",
            "`max_output_tokens` is 'missing'",
        ),
        (
            "forgets the messages",
            """def moved(request):
    return {"model": request["model"]}
""",
            "neither a text nor a list of messages",
        ),
        (
            "drops what has no place",
            """def moved(request):
    new = {"model": request["model"], "input": request["messages"]}
    if "reasoning_effort" in request:
        new["reasoning"] = {"effort": request["reasoning_effort"]}
    for name in ("max_tokens", "max_completion_tokens"):
        if name in request:
            new["max_output_tokens"] = request[name]
    return new
""",
            "a request with `n` was moved",
        ),
        (
            "sets everything always",
            """def moved(request):
    for name in ("n", "stop"):
        if name in request:
            raise ValueError(f"Responses has no {name}")
    return {
        "model": request["model"],
        "input": request["messages"],
        "reasoning": {"effort": request.get("reasoning_effort")},
        "max_output_tokens": request.get("max_tokens", request.get("max_completion_tokens")),
    }
""",
            "for a request with model, messages, `max_output_tokens` is None",
        ),
    ],
}
