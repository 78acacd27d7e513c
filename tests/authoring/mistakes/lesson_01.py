"""Typical mistakes in lesson 01, and what the check says to each."""

WRONG = {
    "01-1": [
        (
            "returns the response",
            """def ask(client, question):
    return client.responses.create(
        model="gpt-6-luna", instructions=HOUSE, input=question,
        reasoning={"effort": "none"}, store=False,
    )
""",
            "returns the whole response",
        ),
        (
            "reasons",
            """def ask(client, question):
    return client.responses.create(
        model="gpt-6-luna", instructions=HOUSE, input=question, store=False
    ).output_text
""",
            "not set, so medium",
        ),
        (
            "puts the house into the input",
            """def ask(client, question):
    return client.responses.create(
        model="gpt-6-luna", input=HOUSE + question, reasoning={"effort": "none"}, store=False
    ).output_text
""",
            "`input` is not the question",
        ),
        (
            "stores",
            """def ask(client, question):
    return client.responses.create(
        model="gpt-6-luna", instructions=HOUSE, input=question, reasoning={"effort": "none"}
    ).output_text
""",
            "the response is stored",
        ),
    ],
    "01-2": [
        (
            "counts reasoning twice",
            """def bill(response):
    hidden = response.usage.output_tokens_details.reasoning_tokens
    return {"read": response.usage.output_tokens, "hidden": hidden,
            "finished": response.status == "completed"}
""",
            "`read` is 46",
        ),
        (
            "takes any text for finished",
            """def bill(response):
    hidden = response.usage.output_tokens_details.reasoning_tokens
    return {"read": response.usage.output_tokens - hidden, "hidden": hidden,
            "finished": bool(response.output_text)}
""",
            "`finished` is True",
        ),
    ],
    "01-3": [
        (
            "asks again for ever",
            """def patient(client, question, cap):
    while True:
        response = client.responses.create(
            model="gpt-6-luna", input=question, max_output_tokens=cap
        )
        if response.status == "completed":
            return response.output_text
        cap = 4 * cap
""",
            "did not stop",
        ),
        (
            "gives up silently",
            """def patient(client, question, cap):
    for limit in (cap, 4 * cap):
        response = client.responses.create(
            model="gpt-6-luna", input=question, max_output_tokens=limit
        )
        if response.status == "completed":
            break
    return response.output_text
""",
            "both tries were cut short",
        ),
        (
            "looks at the text only",
            """def patient(client, question, cap):
    for limit in (cap, 4 * cap):
        response = client.responses.create(
            model="gpt-6-luna", input=question, max_output_tokens=limit
        )
        if response.output_text:
            return response.output_text
    raise RuntimeError("cut short")
""",
            "look at its status",
        ),
        (
            "keeps the cap",
            """def patient(client, question, cap):
    for _ in range(2):
        response = client.responses.create(
            model="gpt-6-luna", input=question, max_output_tokens=cap
        )
        if response.status == "completed":
            return response.output_text
    raise RuntimeError("cut short")
""",
            "not [100, 400]",
        ),
    ],
}
