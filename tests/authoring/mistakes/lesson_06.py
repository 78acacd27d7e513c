"""Typical mistakes in lesson 06, and what the check says to each."""

_RENEW = """
RENEW = {{"type": "function", "name": "renew", "description": "Renew a loan.", "strict": True}}
RENEW["parameters"] = {{
    "type": "object",
    "properties": {{
        "title": {{"type": "string"}},
        "weeks": {weeks},
    }},
    {rest}
}}
"""
_WEEKS = '{"type": "integer", "enum": [1, 2, 4]}'
_REST = '"required": ["title", "weeks"], "additionalProperties": False,'

_RESULTS = """
def results(message, kinds):
    named = {{kind.__name__: kind for kind in kinds}}
    messages = []
    for call in (message.tool_calls or []){some}:
        {before}
        try:
            kind = named[call.function.name]
            content = kind.model_validate_json(call.function.arguments).run()
        except {error}:
            content = {content}
        messages.append({{"role": "tool", "tool_call_id": {id}, "content": content}})
    return messages
"""
_GOOD = {
    "some": "",
    "before": "",
    "error": "Exception as error",
    "content": 'f"{type(error).__name__}: {error}"',
    "id": "call.id",
}

_DESK = """
def desk(client, questions, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    items, texts = [], []
    for question in questions:
        {question}
        for number in range(1, {end}):
            response = client.responses.create(
                model="gpt-6-luna", tools={tools}, input=items, tool_choice={choice}
            )
            calls = [item for item in response.output if item.type == "function_call"]
            {passed}
            if not calls:
                break
            {results}
        {after}
    return texts
"""
_TALK = {
    "question": 'items.append({"role": "user", "content": question})',
    "end": "limit + 1",
    "tools": "tools",
    "choice": '"none" if number == limit else "auto"',
    "passed": "items += response.output",
    "results": "items += [run(call, kinds) for call in calls]",
    "after": "texts.append(response.output_text)",
}

WRONG = {
    "06-1": [
        (
            "forgets additionalProperties",
            _RENEW.format(weeks=_WEEKS, rest='"required": ["title", "weeks"],'),
            "room for other properties",
        ),
        (
            "leaves weeks optional",
            _RENEW.format(
                weeks=_WEEKS, rest='"required": ["title"], "additionalProperties": False,'
            ),
            "`required` is ['title']",
        ),
        (
            "writes the enum as strings",
            _RENEW.format(weeks='{"type": "string", "enum": ["1", "2", "4"]}', rest=_REST),
            "the type of `weeks` is 'string'",
        ),
        (
            "allows any number",
            _RENEW.format(weeks='{"type": "integer"}', rest=_REST),
            "`weeks` has no `enum`",
        ),
        (
            "nests it as in Chat",
            _RENEW.format(weeks=_WEEKS, rest=_REST)
            + 'RENEW = {"type": "function", "function": RENEW}\n',
            "the tool is nested",
        ),
        (
            "gives the properties alone",
            """
RENEW = {"type": "function", "name": "renew", "description": "Renew a loan.", "strict": True}
RENEW["parameters"] = {"title": {"type": "string"}, "weeks": {"type": "integer"}}
""",
            "the type of the parameters is None",
        ),
        (
            "allows three weeks",
            _RENEW.format(weeks='{"type": "integer", "enum": [1, 2, 3, 4]}', rest=_REST),
            "those are other loans",
        ),
        (
            "writes the numbers as words",
            _RENEW.format(weeks='{"type": "integer", "enum": ["1", "2", "4"]}', rest=_REST),
            "not a list of whole numbers",
        ),
        (
            "gives bounds",
            _RENEW.format(weeks='{"type": "integer", "minimum": 1, "maximum": 4}', rest=_REST),
            "a call could ask for three weeks",
        ),
        (
            "lets weeks be any number",
            _RENEW.format(weeks='{"type": "number", "enum": [1, 2, 4]}', rest=_REST),
            "the type of `weeks` is 'number'",
        ),
        (
            "lets weeks be null",
            _RENEW.format(weeks='{"type": ["integer", "null"], "enum": [1, 2, 4]}', rest=_REST),
            "the type of `weeks` is ['integer', 'null']",
        ),
        (
            "writes a type in place of a schema",
            _RENEW.format(weeks='"integer"', rest=_REST),
            "`weeks` is 'integer', not a schema of its own",
        ),
        (
            "takes JSON for Python",
            _RENEW.format(
                weeks=_WEEKS,
                rest='"required": ["title", "weeks"], "additionalProperties": "false",',
            ),
            "strict does not allow it",
        ),
        (
            "puts strict's demands beside the parameters",
            _RENEW.format(weeks=_WEEKS, rest="")
            + 'RENEW |= {"required": ["title", "weeks"], "additionalProperties": False}\n',
            "`required` is None",
        ),
        (
            "calls the title a book",
            _RENEW.format(weeks=_WEEKS, rest=_REST).replace('"title"', '"book"'),
            "the properties are ['book', 'weeks']",
        ),
        (
            "replaces the tool by its parameters",
            _RENEW.format(weeks=_WEEKS, rest=_REST) + 'RENEW = RENEW["parameters"]\n',
            "`type` of the tool was 'function'; now it is 'object'",
        ),
    ],
    "06-2": [
        (
            "answers the first call only",
            _RESULTS.format(**_GOOD | {"some": "[:1]"}),
            "for three calls, it returned 1 message, not 3",
        ),
        (
            "sends the id of the tool",
            _RESULTS.format(**_GOOD | {"id": "call.function.name"}),
            "it answers ['Opens', 'Rate', 'Opens']",
        ),
        (
            "catches only the tool's own errors",
            _RESULTS.format(**_GOOD | {"error": "ValueError as error"}),
            "a value that its tool does not know stops the program: `KeyError`",
        ),
        (
            "looks the tool up outside of try",
            _RESULTS.format(**_GOOD | {"before": "kind = named[call.function.name]"}),
            "a tool that nobody has stops the program: `KeyError`",
        ),
        (
            "hides what went wrong",
            _RESULTS.format(**_GOOD | {"content": '"error"'}),
            "for a tool that raises the content is 'error'",
        ),
        (
            "leaves the name of the error out",
            _RESULTS.format(**_GOOD | {"content": "str(error)"}),
            "the content is 'that book counts as lost', not",
        ),
        (
            "leaves the text of the error out",
            _RESULTS.format(**_GOOD | {"content": "type(error).__name__"}),
            "the content is 'ValueError', not",
        ),
        (
            "leaves unknown tools without an answer",
            _RESULTS.format(
                **_GOOD | {"before": "if call.function.name not in named: continue"},
            ),
            "for a tool that nobody has and then a good call, it returned 1 message",
        ),
        (
            "stops at the first failure",
            _RESULTS.format(**_GOOD).replace(
                "    return messages",
                "        if 'Error' in content:\n            break\n    return messages",
            ),
            "for a tool that raises and then a good call, it returned 1 message",
        ),
        (
            "does not expect a message without calls",
            _RESULTS.format(**_GOOD).replace("(message.tool_calls or [])", "message.tool_calls"),
            "'NoneType' object is not iterable",
        ),
        (
            "reads the call as in Responses",
            "def results(message, kinds):\n"
            "    return [run(call, kinds) for call in message.tool_calls or []]\n",
            "`AttributeError`",
        ),
        (
            "makes items of Responses",
            _RESULTS.format(**_GOOD).replace(
                '{"role": "tool", "tool_call_id": call.id, "content": content}',
                '{"type": "function_call_output", "call_id": call.id, "output": content}',
            ),
            "a message has the role None",
        ),
        (
            "speaks as the assistant",
            _RESULTS.format(**_GOOD).replace('"role": "tool"', '"role": "assistant"'),
            "a message has the role 'assistant'",
        ),
        (
            "returns the last message",
            _RESULTS.format(**_GOOD).replace("return messages", "return messages[-1]"),
            "it returned dict, not a list",
        ),
        (
            "says the same of every call",
            _RESULTS.format(**_GOOD).replace(
                "call.function.arguments", "message.tool_calls[0].function.arguments"
            ),
            "for Friday, three days and Monday the contents are",
        ),
    ],
    "06-3": [
        (
            "gives up",
            _DESK.format(
                **_TALK
                | {
                    "choice": '"auto"',
                    "results": _TALK["results"]
                    + """
        else:
            raise RuntimeError("no answer")""",
                }
            ),
            "it raised `RuntimeError`: no answer",
        ),
        (
            "asks once more at the end",
            _DESK.format(
                **_TALK | {"end": "limit + 2", "choice": '"none" if number > limit else "auto"'}
            ),
            "request 3 of at most 3 still allows calls: no text need come",
        ),
        (
            "never lets it call",
            _DESK.format(**_TALK | {"choice": '"none"'}),
            "request 1 of at most 3 forbids calls",
        ),
        (
            "forbids calls after the first ones",
            _DESK.format(**_TALK | {"choice": '"auto" if number == 1 else "none"'}),
            "question 1, request 2 of at most 3 forbids calls",
        ),
        (
            "forces a call in each request",
            _DESK.format(**_TALK | {"choice": '"none" if number == limit else "required"'}),
            "request 1 of at most 3 demands a call",
        ),
        (
            "returns the empty text of a call",
            _DESK.format(**_TALK | {"choice": '"auto"'}),
            "with limit 3, question 1, request 3 of at most 3 still allows",
        ),
        (
            "drops the reasoning",
            _DESK.format(**_TALK | {"passed": "items += calls or response.output"}),
            "for ['When do you open?'] with limit 3, request 2: a reasoning item",
        ),
        (
            "drops the calls",
            _DESK.format(
                **_TALK
                | {"passed": "items += [i for i in response.output if i.type != 'function_call']"}
            ),
            "No tool call found",
        ),
        (
            "answers with the id of the item",
            _DESK.format(
                **_TALK | {"results": 'items += [run(c, kinds) | {"call_id": c.id} for c in calls]'}
            ),
            "No tool call found for the output with call_id 'fc_0_0'",
        ),
        (
            "runs the first call only",
            _DESK.format(**_TALK | {"results": "items += [run(calls[0], kinds)]"}),
            "the calls ['call_0_0', 'call_0_1'] were open; it brings ['result']",
        ),
        (
            "answers without a look",
            _DESK.format(
                **_TALK
                | {"results": 'items += [run(call, kinds) | {"output": "done"} for call in calls]'}
            ),
            'the result of Opens {"day": "Friday"} is \'done\'',
        ),
        (
            "forgets its own text",
            _DESK.format(
                **_TALK
                | {
                    "passed": "",
                    "results": "items += [*response.output, *(run(c, kinds) for c in calls)]",
                }
            ),
            "It holds ['user', 'user']; before were ['user', 'reasoning', 'assistant']",
        ),
        (
            "begins each question anew",
            _DESK.format(**_TALK | {"question": 'items = [{"role": "user", "content": question}]'}),
            "It holds ['user']; before were ['user', 'reasoning', 'assistant']",
        ),
        (
            "keeps the texts only",
            _DESK.format(
                **_TALK
                | {
                    "passed": "items += response.output if calls else "
                    '[{"role": "assistant", "content": response.output_text}]'
                }
            ),
            "'Good morning.'] with limit 3, request 2: a reasoning item is not passed back",
        ),
        (
            "asks all at once",
            """
def desk(client, questions, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    items = [{"role": "user", "content": question} for question in questions]
    for number in range(1, limit + 1):
        response = client.responses.create(
            model="gpt-6-luna",
            tools=tools,
            input=items,
            tool_choice="none" if number == limit else "auto",
        )
        items += response.output
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            break
        items += [run(call, kinds) for call in calls]
    return [response.output_text]
""",
            "what is new in it is ['Good morning.', 'When do you open?'",
        ),
        (
            "counts the requests of all questions",
            _DESK.format(
                **_TALK | {"choice": '"none" if number + len(texts) >= limit else "auto"'}
            ),
            "question 2, request 2 of at most 3 forbids calls",
        ),
        (
            "uses up all requests",
            _DESK.format(**_TALK).replace("break", "continue"),
            "question 1 took 3 requests, not 1",
        ),
        (
            "returns the last text",
            _DESK.format(**_TALK).replace("return texts", "return texts[-1]"),
            "the texts were ['Answer 0.']; it returned 'Answer 0.'",
        ),
        (
            "notes a text after each request",
            _DESK.format(
                **_TALK
                | {"passed": _TALK["passed"] + "; texts.append(response.output_text)", "after": ""}
            ),
            "it returned ['', '', 'Answer 2.']",
        ),
        (
            "has one tool of two",
            _DESK.format(**_TALK | {"tools": "tools[:1]"}),
            "carries the tools ['Opens']",
        ),
        (
            "hides a failure",
            """
def desk(client, questions, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    items, texts = [], []
    for question in questions:
        items.append({"role": "user", "content": question})
        for number in range(1, limit + 1):
            try:
                response = client.responses.create(
                    model="gpt-6-luna",
                    tools=tools,
                    input=items,
                    tool_choice="none" if number == limit else "auto",
                )
            except Exception as error:
                texts.append(str(error))
                break
            items += response.output
            calls = [item for item in response.output if item.type == "function_call"]
            if not calls:
                texts.append(response.output_text)
                break
            items += [run(call, kinds) for call in calls]
    return texts
""",
            "is kept from the caller",
        ),
    ],
}
