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
    ],
    "26-2": [
        (
            "stores nothing",
            _FOLLOW.format(**_GOOD | {"more": 'ask["store"] = False'}),
            "there is nothing to follow",
        ),
        (
            "sends the calls once more",
            _FOLLOW.format(**_GOOD | {"start": "list(response.output)"}),
            "more than the outputs is paid for twice",
        ),
        (
            "sends a text in place of the outputs",
            _FOLLOW.format(**_GOOD | {"start": '"Go on."', "some": "[:0]"}),
            "a later request has the input 'Go on.'",
        ),
        (
            "always follows the first",
            _FOLLOW.format(**_GOOD | {"previous": 'ask.get("previous_response_id", response.id)'}),
            "the later requests follow ['resp_1', 'resp_1']",
        ),
        (
            "answers one call of two",
            _FOLLOW.format(**_GOOD | {"some": "[:1]"}),
            'the outputs of two calls are {"call_10": "at 6"}',
        ),
        (
            "answers with the id of the item",
            _FOLLOW.format(**_GOOD | {"id": "call.id"}),
            'the outputs of two calls are {"fc_1"',
        ),
        (
            "gives the tool another id",
            _FOLLOW.format(**_GOOD | {"key": "call.id"}),
            "`run` of the tool got 'fc_1'",
        ),
        (
            "asks once more at the end",
            _FOLLOW.format(**_GOOD | {"steps": "steps + 1"}),
            "with steps 1 and no text it sent 2 requests",
        ),
        (
            "gives up silently",
            _FOLLOW.format(**_GOOD | {"end": "return response.output_text"}),
            "with no text after 1 steps it returned ''",
        ),
        (
            "lets a tool stop it",
            _FOLLOW.format(**_GOOD | {"error": "ValueError as error"}),
            "`KeyError`",
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
            "the function raised `KeyError`, and it returned",
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
            "a function that returns None at once is no timeout",
        ),
    ],
}
