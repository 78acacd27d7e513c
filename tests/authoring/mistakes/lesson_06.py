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
    for call in message.tool_calls{some}:
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
def desk(client, question, kinds, limit):
    tools = [pydantic_responses_function_tool(kind) for kind in kinds]
    items = [{{"role": "user", "content": question}}]
    for number in range(1, {end}):
        response = client.responses.create(
            model="gpt-6-luna", tools=tools, input=items, tool_choice={choice}
        )
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            return response.output_text
        items += {passed}
        items += {results}
    {after}
"""
_TALK = {
    "end": "limit + 1",
    "choice": '"none" if number == limit else "auto"',
    "passed": "response.output",
    "results": "[run(call, kinds) for call in calls]",
    "after": "return response.output_text",
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
            "could ask for another loan",
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
    ],
    "06-2": [
        ("answers the first call only", _RESULTS.format(**_GOOD | {"some": "[:1]"}), "1 messages"),
        (
            "sends the id of the tool",
            _RESULTS.format(**_GOOD | {"id": "call.function.name"}),
            "the ids are ['Opens', 'Rate']",
        ),
        (
            "catches only the tool's own errors",
            _RESULTS.format(**_GOOD | {"error": "ValueError as error"}),
            "a tool that nobody has stops the program: `KeyError`",
        ),
        (
            "hides what went wrong",
            _RESULTS.format(**_GOOD | {"content": '"error"'}),
            "for a tool that raises the content is 'error'",
        ),
        (
            "leaves unknown tools without an answer",
            _RESULTS.format(
                **_GOOD | {"before": "if call.function.name not in named: continue"},
            ),
            "after a tool that nobody has there are 1 messages",
        ),
        (
            "reads the call as in Responses",
            "def results(message, kinds):\n    return [run(call, kinds) for call in message.tool_calls]\n",
            "`AttributeError`",
        ),
    ],
    "06-3": [
        (
            "gives up",
            _DESK.format(
                **_TALK | {"choice": '"auto"', "after": 'raise RuntimeError("no answer")'}
            ),
            "it raised `RuntimeError`: no answer",
        ),
        (
            "asks once more at the end",
            _DESK.format(
                **_TALK | {"end": "limit + 2", "choice": '"none" if number > limit else "auto"'}
            ),
            "and limit 3 it sent 4 requests",
        ),
        (
            "never lets it call",
            _DESK.format(**_TALK | {"choice": '"none"'}),
            "the first of three requests may not call",
        ),
        (
            "returns the empty text of a call",
            _DESK.format(**_TALK | {"choice": '"auto"'}),
            "the values of `tool_choice` are ['auto', 'auto', 'auto']",
        ),
        (
            "drops the reasoning",
            _DESK.format(**_TALK | {"passed": "calls"}),
            "the reasoning items are not passed back",
        ),
        (
            "answers with the id of the item",
            _DESK.format(
                **_TALK | {"results": '[run(call, kinds) | {"call_id": call.id} for call in calls]'}
            ),
            "the results ['fc_1', 'fc_1']",
        ),
    ],
}
