"""Typical mistakes in lesson 01, and what the check says to each."""

_ASK = """def ask(client, question):
    response = client.responses.create({arguments})
    return {returned}
"""
_ARGUMENTS = {
    "model": '"gpt-6-luna"',
    "instructions": "HOUSE",
    "input": "question",
    "reasoning": '{"effort": "none"}',
    "store": "False",
}


def _ask(returned: str = "response.output_text", **changed: str) -> str:
    """An argument of "" is left out."""
    given = {name: value for name, value in (_ARGUMENTS | changed).items() if value}
    arguments = ", ".join(f"{name}={value}" for name, value in given.items())
    return _ASK.format(arguments=arguments, returned=returned)


_BILL = """def bill(response):
    hidden = response.usage.output_tokens_details.reasoning_tokens
    read = response.usage.output_tokens - hidden
    return {}
"""

_CALL = 'client.responses.create(model="gpt-6-luna", input=question, max_output_tokens={limit})'
_PATIENT = """def patient(client, question, cap):
    for limit in {limits}:
        response = {call}
        {look}
    {end}
"""
_LOOK = """if response.status == "completed":
            return response.output_text
        details = response.incomplete_details
        if details is None or details.reason != "max_output_tokens":
            break"""
_END = 'raise RuntimeError("cut short")'


def _patient(
    look: str = _LOOK,
    limits: str = "(cap, 4 * cap)",
    end: str = _END,
    call: str = _CALL.format(limit="limit"),
) -> str:
    return _PATIENT.format(limits=limits, call=call, look=look, end=end)


WRONG = {
    "01-1": [
        ("returns the response", _ask("response"), "returns a Response; the text is one field"),
        ("returns the usage too", _ask("response.output_text, response.usage"), "returns a tuple"),
        ("returns the parts", _ask("response.output[0].content"), "returns a list; the text is"),
        ("prints", _ask("print(response.output_text)"), "prints or forgets the text"),
        ("answers by itself", _ask('"Dogs stay outside."'), "the answer was 'Ask the desk.'"),
        ("reasons", _ask(reasoning=""), "not set, so medium"),
        ("reasons a little", _ask(reasoning='{"effort": "low"}'), "the reasoning effort is low"),
        ("the effort as a word", _ask(reasoning='"none"'), "'reasoning' holds str"),
        (
            "puts the house into the input",
            _ask(instructions="", input="HOUSE + question"),
            "`HOUSE` is in the conversation",
        ),
        ("no house", _ask(instructions=""), "the instructions are not those in `HOUSE`"),
        ("stores", _ask(store=""), "the response is stored"),
        (
            "always asks for the lift",
            _ask(input='"Is there a lift to the top?"'),
            "Is there a lift",
        ),
        ("forgets the question", _ask(input=""), "is not in the request"),
        ("the large model", _ask(model='"gpt-6.2-sol"'), "the model is 'gpt-6.2-sol'"),
        (
            "asks again when the text is short",
            """def ask(client, question):
    for _ in range(2):
        response = client.responses.create(
            model="gpt-6-luna", instructions=HOUSE, input=question,
            reasoning={"effort": "none"}, store=False,
        )
    return response.output_text
""",
            "for one question it sent 2 requests",
        ),
        (
            "sends the visitor to the desk when the API fails",
            """def ask(client, question):
    try:
        response = client.responses.create(
            model="gpt-6-luna", instructions=HOUSE, input=question,
            reasoning={"effort": "none"}, store=False,
        )
    except Exception:
        return "The desk will know: desk@skarven.example"
    return response.output_text
""",
            "is kept from the caller",
        ),
    ],
    "01-2": [
        (
            "counts reasoning twice",
            _BILL.format(
                '{"read": response.usage.output_tokens, "hidden": hidden,'
                ' "finished": response.status == "completed"}'
            ),
            "`read` is 46",
        ),
        (
            "counts the words",
            _BILL.format(
                '{"read": len(response.output_text.split()), "hidden": hidden,'
                ' "finished": response.status == "completed"}'
            ),
            "`read` is 3",
        ),
        (
            "counts the input",
            _BILL.format(
                '{"read": response.usage.total_tokens - hidden, "hidden": hidden,'
                ' "finished": response.status == "completed"}'
            ),
            "`read` is 26",
        ),
        (
            "the two the wrong way round",
            _BILL.format(
                '{"read": hidden, "hidden": read, "finished": response.status == "completed"}'
            ),
            "`read` is 40",
        ),
        (
            "the items for the tokens",
            _BILL.format(
                '{"read": read, "finished": response.status == "completed",'
                ' "hidden": sum(item.type == "reasoning" for item in response.output)}'
            ),
            "`hidden` is 1",
        ),
        (
            "takes any text for finished",
            _BILL.format(
                '{"read": read, "hidden": hidden, "finished": bool(response.output_text)}'
            ),
            "status incomplete (max_output_tokens), `finished` is True",
        ),
        (
            "knows only the cap",
            _BILL.format(
                '{"read": read, "hidden": hidden, "finished": not (response.incomplete_details'
                ' and response.incomplete_details.reason == "max_output_tokens")}'
            ),
            "status incomplete (content_filter), `finished` is True",
        ),
        (
            "takes a failed one for finished",
            _BILL.format(
                '{"read": read, "hidden": hidden, "finished": response.incomplete_details is None}'
            ),
            "status failed, `finished` is True",
        ),
        (
            "the status itself",
            _BILL.format('{"read": read, "hidden": hidden, "finished": response.status}'),
            "of type str, not True or False",
        ),
        (
            "forgets a key",
            _BILL.format('{"read": read, "hidden": hidden}'),
            "the dict lacks finished",
        ),
        (
            "a tuple",
            _BILL.format('read, hidden, response.status == "completed"'),
            "returned tuple, not a dict",
        ),
        (
            "reasoning tokens in the wrong place",
            """def bill(response):
    hidden = response.usage.reasoning_tokens
    return {"read": response.usage.output_tokens - hidden, "hidden": hidden,
            "finished": response.status == "completed"}
""",
            "`AttributeError`",
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
            _patient(end="return response.output_text"),
            "both tries were cut short, and `patient` returned 'Dogs may'",
        ),
        ("says nothing at the end", _patient(end="return None"), "`patient` returned None"),
        (
            "another kind of error",
            _patient(end='raise ValueError("cut short")'),
            "it raised `ValueError`",
        ),
        (
            "looks at the text only",
            _patient("if response.output_text: return response.output_text"),
            "in the middle of a sentence is taken for whole",
        ),
        (
            "never looks",
            _patient("return response.output_text"),
            "cut without a text is taken for whole",
        ),
        (
            "asks again whatever it was",
            _patient('if response.status == "completed": return response.output_text'),
            "a content filter stopped the first answer, and `patient` returned 'At last.'",
        ),
        (
            "asks again after a failure",
            _patient(
                """if response.status == "completed": return response.output_text
        if response.incomplete_details and response.incomplete_details.reason == "content_filter":
            break"""
            ),
            "the first answer has the status failed, and `patient` returned 'At last.'",
        ),
        (
            "takes all but a cut one for whole",
            _patient(
                """if response.incomplete_details is None: return response.output_text
        if response.incomplete_details.reason != "max_output_tokens": break"""
            ),
            "the first answer has the status failed, and `patient` returned 'Dogs may'",
        ),
        (
            "takes a filtered one for whole",
            _patient(
                """if response.status == "failed": break
        details = response.incomplete_details
        if details is None or details.reason != "max_output_tokens": return response.output_text"""
            ),
            "a content filter stopped the first answer, and `patient` returned 'Dogs may'",
        ),
        (
            "counts the tokens",
            _patient("if response.usage.output_tokens < limit: return response.output_text"),
            "a content filter stopped the first answer, and `patient` returned 'Dogs",
        ),
        ("keeps the cap", _patient(limits="(cap, cap)"), "not [100, 400]"),
        (
            "four tokens more",
            _patient(limits="(cap, cap + 4)"),
            "are [100, 104]",
        ),
        ("begins with the large cap", _patient(limits="(4 * cap, cap)"), "the cap given is 100"),
        (
            "three tries",
            _patient(limits="(cap, 4 * cap, 4 * cap)"),
            "both tries were cut short, and the number of requests is 3",
        ),
        (
            "always two requests",
            _patient("pass", end="return response.output_text"),
            "a finished answer was asked for again: 2 requests",
        ),
        (
            "asks to go on",
            """def patient(client, question, cap):
    response = client.responses.create(
        model="gpt-6-luna", input=question, max_output_tokens=cap
    )
    if response.status == "incomplete":
        response = client.responses.create(
            model="gpt-6-luna", input="Go on.", max_output_tokens=4 * cap,
            previous_response_id=response.id,
        )
    if response.status != "completed":
        raise RuntimeError("cut short")
    return response.output_text
""",
            "'Go on.'",
        ),
        (
            "thinks less the second time",
            """def patient(client, question, cap):
    asked = {"model": "gpt-6-luna", "input": question}
    response = client.responses.create(**asked, max_output_tokens=cap)
    details = response.incomplete_details
    if details and details.reason == "max_output_tokens":
        response = client.responses.create(
            **asked, max_output_tokens=4 * cap, reasoning={"effort": "none"}
        )
    if response.status != "completed":
        raise RuntimeError("cut short")
    return response.output_text
""",
            "differs from the first in more than the cap",
        ),
        (
            "tries again after an error",
            """def patient(client, question, cap):
    for limit in (cap, 4 * cap):
        try:
            response = client.responses.create(
                model="gpt-6-luna", input=question, max_output_tokens=limit
            )
        except Exception:
            continue
        if response.status == "completed":
            return response.output_text
        details = response.incomplete_details
        if details is None or details.reason != "max_output_tokens":
            break
    raise RuntimeError("no answer")
""",
            "it stops with `RuntimeError`, and not with the API's error",
        ),
    ],
}
