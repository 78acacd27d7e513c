"""Typical mistakes in lesson 33, and what the check says to each."""

_LAMPS = '''LAMPS = {{"type": "custom", "name": "lamps", "description": "Switches lamps."}}
LAMP_GRAMMAR = r"""
start: {start}
command: "lamp " NUMBER " " STATE
NUMBER: {number}
STATE: "on" | "off"
LF: /\\n/
{more}
"""
LAMPS["format"] = {format}
'''
_FITS = {
    "start": "command (LF command)*",
    "number": "/1[0-9]|2[0-4]|[1-9]/",
    "more": "",
    "format": '{"type": "grammar", "syntax": "lark", "definition": LAMP_GRAMMAR}',
}


def _lamps(**other: str) -> str:
    return _LAMPS.format(**_FITS | other)


_OBEY = """
def obey(client, wish, tool, send):
    items = [{{"role": "user", "content": wish}}]
    choice = {choice}
    for _ in range({requests}):
        response = client.responses.create(
            model="{model}", tools=[{tool}], input={input}, tool_choice=choice
        )
        items += {said}
        calls = [item for item in response.output if item.type == "custom_tool_call"]
        if {done}:
            return {text}
        for call in calls:
            try:
                output = {sent}
            except {error}:
                output = {words}
            result = {{"type": "{kind}", "call_id": call.{id}}}
            items.append(result | {{"output": output}})
        {then}
    {end}
"""
_GOOD = {
    "choice": '{"type": "custom", "name": tool["name"]}',
    "requests": "5",
    "model": "gpt-6-luna",
    "tool": "tool",
    "input": "items",
    "said": "response.output",
    "done": "not calls",
    "text": "response.output_text",
    "sent": "send(call.input)",
    "error": "ValueError as error",
    "words": "str(error)",
    "kind": "custom_tool_call_output",
    "id": "call_id",
    "then": 'choice = "auto"',
    "end": 'raise RuntimeError("no text after five requests")',
}


def _obey(**other: str) -> str:
    return _OBEY.format(**_GOOD | other)


_OUTPUTS = """
def outputs(response, functions):
    items = []
    for call in response.output:
        if call.type not in {kinds}:
            continue
        {before}
        try:
            {lookup}
            if call.type == "custom_tool_call":
                output = {custom}
            else:
                output = {function}
        except {error}:
            output = {words}
        item = {{"type": {type}, "call_id": call.{id}, "output": output}}
        {caller}
        items.append(item)
    return {found}
"""
_WELL = {
    "kinds": '("function_call", "custom_tool_call")',
    "before": "function = None",
    "lookup": "function = functions[call.namespace, call.name]",
    "custom": "function(call.input)",
    "function": "json.dumps(function(**json.loads(call.arguments)))",
    "error": "Exception as error",
    "words": 'f"{type(error).__name__}: {error}"',
    "type": 'f"{call.type}_output"',
    "id": "call_id",
    "caller": 'item |= {"caller": call.caller.to_dict()} if call.caller else {}',
    "found": "items",
}


def _outputs(**other: str) -> str:
    return _OUTPUTS.format(**_WELL | other)


WRONG = {
    "33-1": [
        (
            "any two digits",
            _lamps(number="/[1-9][0-9]?/"),
            "the grammar allows 'lamp 25 on'",
        ),
        (
            "a zero in front",
            _lamps(number="/1[0-9]|2[0-4]|0?[1-9]/"),
            "the grammar allows 'lamp 07 on'",
        ),
        ("from zero on", _lamps(number="/1[0-9]|2[0-4]|[0-9]/"), "the grammar allows 'lamp 0 on'"),
        ("no twenties", _lamps(number="/1[0-9]|[1-9]/"), "the grammar refuses 'lamp 20 off'"),
        (
            "the shorter number first",
            _lamps(number="/[1-9]|1[0-9]|2[0-4]/"),
            "the grammar refuses 'lamp 10 on'",
        ),
        (
            "one command only",
            _lamps(start="command"),
            "the grammar refuses 'lamp 3 on\\nlamp 4 off'",
        ),
        (
            "a line end after each command",
            _lamps(start="(command LF?)+"),
            "the grammar allows 'lamp 3 on\\n'",
        ),
        ("no command at all", _lamps(start="(command (LF command)*)?"), "the grammar allows ''"),
        (
            "two commands at most",
            _lamps(start="command (LF command)?"),
            "the grammar refuses 'lamp 24 on\\nlamp 1 off\\nlamp 12 on",
        ),
        (
            "ignores spaces",
            _lamps(more='%ignore " "'),
            "the grammar allows 'lamp  3 on'",
        ),
        (
            "looks ahead",
            _lamps(number="/(?!0)1?[0-9](?! *[0-9])|2[0-4]/"),
            "the grammar has a lookaround",
        ),
        (
            "a lazy number",
            _lamps(number="/(1[0-9]|2[0-4]|[1-9])+?/"),
            "the grammar has a lazy modifier",
        ),
        (
            "priorities",
            _lamps(more='OTHER.2: "lamps"'),
            "the grammar has a priority, which OpenAI does not take",
        ),
        (
            "digits from elsewhere",
            _lamps(more="%import python.DEC_NUMBER"),
            "the grammar has an import from elsewhere than `common`",
        ),
        (
            "a regular expression",
            _lamps(format='{"type": "grammar", "syntax": "regex", "definition": LAMP_GRAMMAR}'),
            "`syntax` of the format is 'regex'",
        ),
        ("the grammar alone", _lamps(format="LAMP_GRAMMAR"), "`format` is '\\nstart: command"),
        (
            "the other name of the field",
            _lamps(format='{"type": "grammar", "syntax": "lark", "grammar": LAMP_GRAMMAR}'),
            "`definition` is NoneType, not a text",
        ),
        (
            "no type",
            _lamps(format='{"syntax": "lark", "definition": LAMP_GRAMMAR}'),
            "`type` of the format is None",
        ),
        (
            "a parser in place of the text",
            "from lark import Lark\n"
            + _lamps(
                format='{"type": "grammar", "syntax": "lark", "definition": Lark(LAMP_GRAMMAR)}'
            ),
            "`definition` is Lark, not a text",
        ),
        ("a rule that is missing", _lamps(start="commands"), "Lark does not take the grammar"),
        (
            "loses the description",
            _lamps() + 'del LAMPS["description"]\n',
            "the tool has lost its `description`",
        ),
        (
            "becomes a function",
            _lamps() + 'LAMPS["type"] = "function"\n',
            "`type` of the tool was 'custom'; now it is 'function'",
        ),
    ],
    "33-2": [
        ("never forces", _obey(choice='"auto"'), "leaves it to the model whether it calls"),
        ("always forces", _obey(then="pass"), "request 2 demands one more call"),
        ("forbids calls later", _obey(then='choice = "none"'), "request 2 forbids calls"),
        (
            "forces a function",
            _obey(choice='{"type": "function", "name": "obey"}'),
            "Tool choice 'function' not found in 'tools' parameter.",
        ),
        (
            "the output of a function",
            _obey(kind="function_call"),
            "it should read ['user', 'reasoning', 'call', 'result']",
        ),
        (
            "answers with the id of the item",
            _obey(id="id"),
            "No tool call found for the output with call_id 'ctc_",
        ),
        (
            "leaves the reasoning out",
            _obey(said='[i for i in response.output if i.type != "reasoning"]'),
            "request 2 holds ['user', 'call', 'result']",
        ),
        (
            "sends the wish alone",
            _obey(input="wish"),
            "for one call, request 2 holds ['user']",
        ),
        (
            "stops when send refuses",
            _obey(error="KeyError as error"),
            f"`ValueError`: {'30 letters'}",
        ),
        ("swallows every error", _obey(error="Exception as error"), "`send` raised `OSError`"),
        (
            "names the class of the error",
            _obey(words='f"{type(error).__name__}: {error}"'),
            "before it was '30 letters at most, please'",
        ),
        ("hides the error", _obey(words='"failed"'), "a result is 'failed' for call_00"),
        (
            "sends no text",
            _obey(sent="send(call.input.lower())"),
            "a result is 'written: late' for call_00",
        ),
        ("four requests", _obey(requests="4"), "it raised `RuntimeError`: no text after five"),
        ("six requests", _obey(requests="6"), "for calls without end it sent 6 requests, not 5"),
        (
            "gives up silently",
            _obey(end="return response.output_text"),
            "for calls without end it returned '' and raised nothing",
        ),
        (
            "the first text, whatever comes with it",
            _obey(done="response.output_text"),
            "it returned 'I will do it.', not the text 'Done.'",
        ),
        ("returns the response", _obey(text="response"), "it returned a Response, not a text"),
        (
            "one call of two",
            _obey().replace("for call in calls:", "for call in calls[:1]:"),
            "it should read ['user', 'reasoning', 'call', 'call', 'result', 'result']",
        ),
        (
            "hides the API's errors",
            _obey()
            .replace("        response = client", "        try:\n            response = client")
            .replace(
                "        items += response.output",
                "        except Exception:\n            return None\n        items += response.output",
            ),
            "is kept from the caller",
        ),
        ("another model", _obey(model="gpt-6.2-sol"), "request 1 asks the model 'gpt-6.2-sol'"),
        (
            "the tool under another name",
            _obey(tool='tool | {"name": "box"}', choice='"required"'),
            "carries the tools ['box']",
        ),
    ],
    "33-3": [
        (
            "functions only",
            _outputs(kinds='("function_call",)'),
            "for a custom tool it returned 0 items, not 1",
        ),
        (
            "every item that has a call_id",
            _outputs(kinds='("function_call", "custom_tool_call", "program")'),
            "a response without calls stops the program: `AttributeError",
        ),
        (
            "looks at the name alone",
            _outputs(lookup="function = {n: f for (_, n), f in functions.items()}[call.name]"),
            "for a function with an argument the `output` is",
        ),
        (
            "forgets the namespace",
            _outputs(lookup="function = functions[None, call.name]"),
            "for a function in a namespace the `output` is",
        ),
        (
            "one type of output",
            _outputs(type='"function_call_output"'),
            "for a custom tool the type of the output is 'function_call_output'",
        ),
        (
            "answers with the id of the item",
            _outputs(id="id"),
            "the `call_id` is 'item_0', not that of the call",
        ),
        (
            "forgets the caller",
            _outputs(caller="pass"),
            "for a call of a program the `caller` is None",
        ),
        (
            "copies the id of the caller alone",
            _outputs(caller='item |= {"caller": getattr(call.caller, "caller_id", None)}').replace(
                '            output = f"', '            output = f"'
            ),
            "`AttributeError`",
        ),
        (
            "copies callers of programs only",
            _outputs(
                caller='item |= {"caller": call.caller.to_dict()} '
                'if call.caller and call.caller.type == "program" else {}'
            ),
            "for a call of the model itself the `caller` is None",
        ),
        (
            "every text as JSON",
            _outputs(custom="json.dumps(function(call.input))"),
            "for a custom tool the `output` is '\"sent point 3 left\"'",
        ),
        (
            "the result as it is",
            _outputs(function="function(**json.loads(call.arguments))"),
            "for a function the `output` is '21:30', which is no JSON",
        ),
        (
            "the result as Python writes it",
            _outputs(function="str(function(**json.loads(call.arguments)))"),
            "the `output` is '21:30', which is no JSON",
        ),
        (
            "reads the text as JSON",
            _outputs(custom="function(json.loads(call.input))"),
            "for a custom tool the `output` is 'JSONDecodeError",
        ),
        (
            "passes the arguments as one",
            _outputs(function="json.dumps(function(json.loads(call.arguments)))"),
            "for a function the `output` is 'TypeError",
        ),
        (
            "looks up before it tries",
            _outputs(before="function = functions[call.namespace, call.name]", lookup="pass"),
            "a tool that nobody has stops the program: `KeyError",
        ),
        (
            "expects one kind of error",
            _outputs(error="ValueError as error"),
            "stops the program: `KeyError",
        ),
        ("the words alone", _outputs(words="str(error)"), "not the error's name and words"),
        ("the class alone", _outputs(words="type(error).__name__"), "the `output` is 'KeyError'"),
        ("backwards", _outputs(found="items[::-1]"), "the `call_id` is 'call_19'"),
        (
            "one item",
            _outputs(found="items[0] if items else None"),
            "it returned NoneType, not a list",
        ),
    ],
}
