"""Right answers to lesson 33 in other ways than the reference."""

_TOOL = 'LAMPS = {"type": "custom", "name": "lamps", "description": "Switches lamps."}\n'
_FORMAT = 'LAMPS["format"] = {"type": "grammar", "syntax": "lark", "definition": LAMP_GRAMMAR}\n'

RIGHT = {
    "33-1": [
        (
            "one terminal for a whole command",
            _TOOL
            + 'LAMP_GRAMMAR = "start: LAMP (/\\\\n/ LAMP)*\\n'
            + 'LAMP: /lamp (1[0-9]|2[0-4]|[1-9]) (on|off)/"\n'
            + _FORMAT,
        ),
        (
            "rules for the digits",
            _TOOL
            + '''LAMP_GRAMMAR = r"""
?start: command | start "\\n" command
command: "lamp" SP number SP ("on" | "off")
number: D | "1" D0 | "2" /[0-4]/
D: /[1-9]/
D0: /[0-9]/
SP: " "
"""
'''
            + _FORMAT,
        ),
        (
            "numbers listed, a line end from common",
            _TOOL
            + """numbers = " | ".join(f'"{number}"' for number in range(1, 25))
LAMP_GRAMMAR = f'''
%import common.LF
start: command (LF command)*
command: "lamp " NUMBER " " STATE
NUMBER: {numbers}
STATE: "on" | "off"
'''
"""
            + _FORMAT,
        ),
        (
            "the dict at once",
            r'''LAMPS = {
    "type": "custom",
    "name": "lamps",
    "description": "Switches lamps.",
    "format": {
        "type": "grammar",
        "syntax": "lark",
        "definition": r"""
            start: command | command "\n" start
            command: "lamp " /2[0-4]|1[0-9]|[1-9]/ " o" ("n" | "ff")
        """,
    },
}
''',
        ),
    ],
    "33-2": [
        (
            "what OpenAI keeps",
            """def obey(client, wish, tool, send):
    ask = {"model": "gpt-6-luna", "tools": [tool]}
    response = client.responses.create(**ask, input=wish, tool_choice="required")
    for requests_left in range(4, -1, -1):
        outputs = []
        for item in response.output:
            if item.type != "custom_tool_call":
                continue
            try:
                text = send(item.input)
            except ValueError as error:
                text = f"{error}"
            outputs.append(
                {"type": "custom_tool_call_output", "call_id": item.call_id, "output": text}
            )
        if not outputs:
            return response.output_text
        if requests_left:
            response = client.responses.create(
                **ask, input=outputs, previous_response_id=response.id
            )
    raise RuntimeError("no text")
""",
        ),
        (
            "streams, and two functions",
            """def obeyed(call, send):
    try:
        output = send(call.input)
    except ValueError as error:
        output = error.args[0]
    return {"type": "custom_tool_call_output", "call_id": call.call_id, "output": output}


def obey(client, wish, tool, send):
    items = [{"role": "user", "content": wish}]
    for number in range(1, 6):
        forced = {"type": "custom", "name": tool["name"]} if number == 1 else "auto"
        stream = client.responses.create(
            model="gpt-6-luna", tools=[tool], input=items, tool_choice=forced, stream=True
        )
        for event in stream:
            if event.type == "response.completed":
                response = event.response
        calls = [item for item in response.output if item.type == "custom_tool_call"]
        if not calls:
            return response.output_text
        items = items + list(response.output) + [obeyed(call, send) for call in calls]
    raise RuntimeError("five requests and no text")
""",
        ),
        (
            "allowed tools, and items as dicts",
            """def obey(client, wish, tool, send):
    items = [{"type": "message", "role": "user", "content": wish}]
    only = [{"type": "custom", "name": tool["name"]}]
    number = 0
    while number < 5:
        mode = "auto" if number else "required"
        number += 1
        response = client.responses.create(
            model="gpt-6-luna",
            tools=[tool],
            input=items,
            tool_choice={"type": "allowed_tools", "mode": mode, "tools": only},
        )
        said = response.to_dict()["output"]
        items.extend(said)
        called = [item for item in said if item["type"] == "custom_tool_call"]
        for item in called:
            result = {"type": "custom_tool_call_output", "call_id": item["call_id"]}
            try:
                result["output"] = send(item["input"])
            except ValueError as error:
                result["output"] = str(error)
            items.append(result)
        if len(called) == 0:
            return response.output_text
    raise RuntimeError
""",
        ),
    ],
    "33-3": [
        (
            "two branches",
            """def outputs(response, functions):
    items = []
    for call in response.output:
        if call.type == "function_call":
            work = lambda: json.dumps(
                functions[(call.namespace, call.name)](**json.loads(call.arguments))
            )
        elif call.type == "custom_tool_call":
            work = lambda: functions[(call.namespace, call.name)](call.input)
        else:
            continue
        try:
            text = work()
        except Exception as error:
            text = type(error).__name__ + ": " + str(error)
        item = {"output": text, "call_id": call.call_id, "type": call.type + "_output"}
        if call.caller is not None:
            item["caller"] = call.caller.model_dump()
        items.append(item)
    return items
""",
        ),
        (
            "from the response as a dict",
            """def outputs(response, functions):
    found = []
    for call in response.to_dict()["output"]:
        kind = call["type"]
        if kind not in {"function_call", "custom_tool_call"}:
            continue
        item = {"type": kind + "_output", "call_id": call["call_id"]}
        if "caller" in call:
            item["caller"] = call["caller"]
        try:
            tool = functions.get((call.get("namespace"), call["name"]))
            if tool is None:
                raise LookupError(f"no tool {call['name']}")
            if kind == "function_call":
                item["output"] = json.dumps(tool(**json.loads(call["arguments"])))
            else:
                item["output"] = tool(call["input"])
        except Exception as error:
            item["output"] = f"{error.__class__.__name__}: {error}"
        found.append(item)
    return found
""",
        ),
        (
            "two functions and a comprehension, the caller passed on as it is",
            """KINDS = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}


def result(call, functions):
    try:
        tool = functions[call.namespace, call.name]
        if call.type == "function_call":
            return json.dumps(tool(**json.loads(call.arguments)), ensure_ascii=False)
        return tool(call.input)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def outputs(response, functions):
    return [
        {
            "type": KINDS[item.type],
            "call_id": item.call_id,
            "output": result(item, functions),
            "caller": item.caller,
        }
        for item in response.output
        if item.type in KINDS
    ]
""",
        ),
    ],
}
