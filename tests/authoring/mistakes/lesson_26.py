"""Typical mistakes in lesson 26, and what the check says to each."""

_STUCK = """
def stuck(trace, times):
    last = trace[-times:]
    {body}
"""
_ALIKE = 'pairs = {(row["asked for"], row["result"]) for row in last}'

_FOLLOW = """
def follow(client, task, kinds, steps):
    named = {{kind.__name__: kind for kind in kinds}}
    ask = {{"model": "gpt-6-luna", "tools": [described(kind) for kind in kinds], "input": task}}
    {more}
    for _ in range({steps}):
        response = client.responses.create(**ask)
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            return response.output_text
        ask |= {{"previous_response_id": {previous}, "input": {start}}}
        for call in calls{some}:
            try:
                output = named[call.name].model_validate_json(call.arguments).run({key})
            except {error}:
                output = f"{{type(error).__name__}}: {{error}}"
            item = {{"type": "function_call_output", "call_id": {id}, "output": output}}
            ask["input"].append(item)
    {end}
"""
_GOOD = {
    "more": "",
    "steps": "steps",
    "previous": "response.id",
    "start": "[]",
    "some": "",
    "key": "call.call_id",
    "error": "Exception as error",
    "id": "call.call_id",
    "end": 'raise RuntimeError("no text")',
}

_BOUNDED = """
from concurrent.futures import ThreadPoolExecutor

def bounded(function, seconds):
    {body}
"""

WRONG = {
    "26-1": [
        (
            "does not look at the results",
            _STUCK.format(
                body='return len(last) == times and len({row["asked for"] for row in last}) == 1'
            ),
            "for a result that changed on the way and times 3 it returned True",
        ),
        (
            "forgets to count the rows",
            _STUCK.format(body=f"{_ALIKE}\n    return len(pairs) == 1"),
            "for two rows where three are asked for and times 3 it returned True",
        ),
        (
            "looks at the whole trace",
            _STUCK.format(
                body='asked = [(row["asked for"], row["result"]) for row in trace]\n'
                "    return any(asked.count(each) >= times for each in asked)"
            ),
            "for the same row twice, and then another call and times 2 it returned True",
        ),
        (
            "compares the ends",
            _STUCK.format(
                body='return len(last) == times and last[0]["asked for"] == last[-1]["asked for"] '
                'and last[0]["result"] == last[-1]["result"]'
            ),
            "for another call in between and times 3 it returned True",
        ),
        (
            "compares whole rows, whose tokens grow",
            _STUCK.format(body="return len(last) == times and all(row == last[0] for row in last)"),
            "for the same row three times and times 3 it returned False",
        ),
        (
            "returns the rows",
            _STUCK.format(body="return last"),
            "not True or False",
        ),
        (
            "glues the two texts",
            _STUCK.format(
                body='return len(last) == times and len({row["asked for"] + row["result"] for row '
                "in last}) == 1"
            ),
            "for the calls 'Stock a' and 'Stock ab' and times 2 it returned True",
        ),
        (
            "does not look at the calls",
            _STUCK.format(
                body='return len(last) == times and len({row["result"] for row in last}) == 1'
            ),
            "for two calls with the same result and times 2 it returned True",
        ),
    ],
    "26-2": [
        (
            "stores nothing",
            _FOLLOW.format(**_GOOD | {"more": 'ask["store"] = False'}),
            "request 1 turns `store` off",
        ),
        (
            "sends the calls once more",
            _FOLLOW.format(**_GOOD | {"start": "list(response.output)"}),
            "request 2 sends ['reasoning', 'assistant', 'call', 'call', 'result', 'result']",
        ),
        (
            "sends a text in place of the outputs",
            _FOLLOW.format(**_GOOD | {"start": '"Go on."', "some": "[:0]"}),
            "request 2 sends ['user']",
        ),
        (
            "always follows the first",
            _FOLLOW.format(**_GOOD | {"previous": 'ask.get("previous_response_id", response.id)'}),
            "request 3 follows 'resp_1'; the response before it is 'resp_2'",
        ),
        (
            "answers one call of two",
            _FOLLOW.format(**_GOOD | {"some": "[:1]"}),
            "for two calls it sent the outputs {'call_10': 'at 6'}",
        ),
        (
            "answers with the id of the item",
            _FOLLOW.format(**_GOOD | {"id": "call.id"}),
            "Your code stopped with `BadRequestError`: Error code: 400 - No tool call found",
        ),
        (
            "gives the tool another id",
            _FOLLOW.format(**_GOOD | {"key": "call.id"}),
            "it got ['fc_1', 'fc_1', 'fc_1', 'fc_1']",
        ),
        (
            "asks once more at the end",
            _FOLLOW.format(**_GOOD | {"steps": "steps + 1"}),
            "with steps 1 and no text it sent 2 requests",
        ),
        (
            "gives up silently",
            _FOLLOW.format(**_GOOD | {"end": "return response.output_text"}),
            "with no text after 1 request it returned ''",
        ),
        (
            "raises another error at the end",
            _FOLLOW.format(**_GOOD | {"end": 'raise ValueError("no text")'}),
            "with no text after 1 request it raised ValueError('no text')",
        ),
        (
            "expects one kind of error only",
            _FOLLOW.format(**_GOOD | {"error": "(KeyError, ValueError) as error"}),
            "Your code stopped with `OSError`: the gauge is down",
        ),
        (
            "lets a tool stop it",
            _FOLLOW.format(**_GOOD | {"error": "ValueError as error"}),
            "`KeyError`",
        ),
        (
            "does not know that a name may be wrong",
            _FOLLOW.format(**_GOOD).replace(
                "            try:\n                output = named[call.name].model",
                "            kind = named[call.name]\n            try:\n                output = kind.model",
            ),
            "Your code stopped with `KeyError`: 'Moon'",
        ),
        (
            "ends with the first text",
            _FOLLOW.format(**_GOOD).replace("if not calls:", "if response.output_text:"),
            "for two answers with calls and then a text it sent 1 request",
        ),
        (
            "sends the task each time",
            _FOLLOW.format(**_GOOD | {"start": '[{"role": "user", "content": task}]'}),
            "request 2 sends ['user', 'result', 'result']",
        ),
        (
            "keeps the conversation itself",
            """
def follow(client, task, kinds, steps):
    named = {kind.__name__: kind for kind in kinds}
    items = [{"role": "user", "content": task}]
    for _ in range(steps):
        response = client.responses.create(
            model="gpt-6-luna", tools=[described(kind) for kind in kinds], input=items
        )
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            return response.output_text
        items += response.output
        for call in calls:
            try:
                output = named[call.name].model_validate_json(call.arguments).run(call.call_id)
            except Exception as error:
                output = f"{type(error).__name__}: {error}"
            items.append(
                {"type": "function_call_output", "call_id": call.call_id, "output": output}
            )
    raise RuntimeError("no text")
""",
            "request 2 follows None",
        ),
        (
            "forgets the tools later",
            _FOLLOW.format(**_GOOD).replace('"input": []}', '"input": [], "tools": []}'),
            "request 2 carries the tools []",
        ),
        (
            "makes an output of an outage",
            """
def follow(client, task, kinds, steps):
    try:
        return inner(client, task, kinds, steps)
    except openai.APIError as error:
        return f"{type(error).__name__}: {error}"


import openai
"""
            + _FOLLOW.format(**_GOOD).replace("def follow", "def inner"),
            "a 400 about another parameter is kept from the caller",
        ),
        (
            "says only that something failed",
            _FOLLOW.format(**_GOOD).replace('f"{type(error).__name__}: {error}"', '"It failed."'),
            "it sent the output 'It failed.'",
        ),
    ],
    "26-3": [
        (
            "waits at the end of with",
            _BOUNDED.format(
                body="""with ThreadPoolExecutor(1) as pool:
        try:
            return pool.submit(function).result(timeout=seconds)
        except TimeoutError:
            return "TimeoutError: too slow"
"""
            ),
            "with 0.1 seconds and a tool that hangs it took 2 seconds",
        ),
        (
            "lets the timeout out",
            _BOUNDED.format(
                body="""pool = ThreadPoolExecutor(1)
    future = pool.submit(function)
    pool.shutdown(wait=False)
    return future.result(timeout=seconds)
"""
            ),
            "it raised `TimeoutError`: that ends the loop",
        ),
        (
            "swallows the function's errors",
            _BOUNDED.format(
                body="""pool = ThreadPoolExecutor(1)
    future = pool.submit(function)
    pool.shutdown(wait=False)
    try:
        return future.result(timeout=seconds)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
"""
            ),
            "the function raised `KeyError` at once, and it returned \"KeyError: 'rice'\"",
        ),
        (
            "takes None for a timeout",
            _BOUNDED.format(
                body="""import threading
    found = []
    worker = threading.Thread(target=lambda: found.append(function()), daemon=True)
    worker.start()
    worker.join(seconds)
    return (found and found[0]) or "TimeoutError: too slow"
"""
            ),
            "the function returned None at once, and it returned 'TimeoutError: too slow'",
        ),
        (
            "takes an error of the function for its own",
            _BOUNDED.format(
                body="""future = ThreadPoolExecutor().submit(function)
    try:
        return future.result(timeout=seconds)
    except TimeoutError:
        return "TimeoutError: too slow"
"""
            ),
            "the function raised `TimeoutError` at once, and it returned",
        ),
        (
            "always waits to the end",
            _BOUNDED.format(
                body="""import time
    future = ThreadPoolExecutor().submit(function)
    time.sleep(seconds)
    return future.result() if future.done() else "TimeoutError: too slow"
"""
            ),
            "the function returned 'calm' at once, and it took 3.0 seconds",
        ),
        (
            "calls it in its own thread",
            _BOUNDED.format(
                body="""import time
    begun = time.monotonic()
    found = function()
    return found if time.monotonic() - begun < seconds else "TimeoutError: too slow"
"""
            ),
            "it ran in no thread of its own",
        ),
        (
            "loses the error in the thread",
            _BOUNDED.format(
                body="""import threading
    found = []
    worker = threading.Thread(target=lambda: found.append(function()), daemon=True)
    worker.start()
    worker.join(seconds)
    return found[0] if found else "TimeoutError: too slow"
"""
            ),
            "the function raised `KeyError` at once, and it returned 'TimeoutError: too slow'",
        ),
        (
            "makes another error of it",
            _BOUNDED.format(
                body="""from concurrent.futures import wait
    future = ThreadPoolExecutor().submit(function)
    wait([future], timeout=seconds)
    if not future.done():
        return "TimeoutError: too slow"
    try:
        return future.result()
    except Exception as error:
        raise RuntimeError("the tool failed") from error
"""
            ),
            "the function raised `KeyError` at once, and `RuntimeError` came out",
        ),
        (
            "returns None after the time",
            _BOUNDED.format(
                body="""from concurrent.futures import wait
    future = ThreadPoolExecutor().submit(function)
    wait([future], timeout=seconds)
    return future.result() if future.done() else None
"""
            ),
            "for a tool that hangs it returned None",
        ),
    ],
}
