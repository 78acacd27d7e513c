"""Right answers to the exercises of lesson 26, in other ways than the reference."""

RIGHT = {
    "26-1": [
        (
            "early return and all",
            """
def stuck(trace, times):
    if len(trace) < times:
        return False
    last = trace[-times:]
    return all(
        row["asked for"] == last[0]["asked for"] and row["result"] == last[0]["result"]
        for row in last
    )
""",
        ),
        (
            "two sets",
            """
def stuck(trace, times):
    last = trace[len(trace) - times:] if len(trace) >= times else []
    asked, results = ({row[name] for row in last} for name in ("asked for", "result"))
    return len(asked) == len(results) == 1
""",
        ),
        (
            "counts the pairs",
            """
from operator import itemgetter


def stuck(trace, times):
    pairs = [*map(itemgetter("asked for", "result"), trace)][-times:]
    return bool(pairs) and pairs.count(pairs[0]) == times
""",
        ),
        (
            "a loop from the end",
            """
def stuck(trace, times):
    alike = 0
    for row in reversed(trace):
        if (row["asked for"], row["result"]) != (trace[-1]["asked for"], trace[-1]["result"]):
            break
        alike += 1
    return alike >= times
""",
        ),
        (
            "JSON of the pairs",
            """
def stuck(trace, times):
    last = trace[-times:]
    same = {json.dumps([row["asked for"], row["result"]]) for row in last}
    return np.bool_(len(last) == times and len(same) == 1)


import numpy as np
""",
        ),
    ],
    "26-2": [
        (
            "omit, and a helper",
            """
import openai


def follow(client, task, kinds, steps):
    table = {kind.__name__: kind for kind in kinds}

    def output_of(call):
        try:
            tool = table[call.name](**json.loads(call.arguments))
            result = tool.run(call.call_id)
        except Exception as error:
            result = repr(error) if str(error) else type(error).__name__
            result = f"{type(error).__name__}: {result}"
        return {"type": "function_call_output", "call_id": call.call_id, "output": result}

    last, items = openai.omit, task
    for _ in range(steps):
        response = client.responses.create(
            model="gpt-6-luna",
            tools=list(map(described, kinds)),
            input=items,
            previous_response_id=last,
        )
        items = [output_of(item) for item in response.output if item.type == "function_call"]
        if not items:
            return response.output_text
        last = response.id
    raise RuntimeError("too many steps")
""",
        ),
        (
            "streams, tools by hand",
            """
def follow(client, task, kinds, steps):
    tools = [
        {
            "type": "function",
            "name": kind.__name__,
            "description": kind.__doc__,
            "parameters": kind.model_json_schema(),
            "strict": False,
        }
        for kind in kinds
    ]
    message = {"role": "user", "content": [{"type": "input_text", "text": task}]}
    state = {"input": [message], "previous_response_id": None}
    while steps:
        steps -= 1
        for event in client.responses.create(
            model="gpt-6-luna", tools=tools, stream=True, store=True, **state
        ):
            if event.type == "response.completed":
                response = event.response
        outputs = []
        for item in response.output:
            if item.type != "function_call":
                continue
            try:
                [kind] = [kind for kind in kinds if kind.__name__ == item.name] or [None]
                if kind is None:
                    text = f"there is no tool {item.name}"
                else:
                    text = kind.model_validate_json(item.arguments).run(item.call_id)
            except Exception as error:
                text = f"{type(error).__name__}: {error}"
            outputs.append(
                {"type": "function_call_output", "call_id": item.call_id, "output": text}
            )
        if not outputs:
            return response.output_text
        state = {"input": outputs, "previous_response_id": response.id}
    raise RuntimeError
""",
        ),
        (
            "calls itself",
            """
def follow(client, task, kinds, steps, **before):
    if steps == 0:
        raise RuntimeError("no text")
    setup = {"model": "gpt-6-luna", "tools": [described(kind) for kind in kinds]}
    response = client.responses.create(**setup, input=task, **before)
    results = []
    for call in response.output:
        match call.type:
            case "function_call":
                try:
                    kind = {k.__name__: k for k in kinds}[call.name]
                    text = kind.model_validate_json(call.arguments).run(call.call_id)
                except Exception as error:
                    text = f"{type(error).__name__}: {error}"
                results += [
                    {"type": "function_call_output", "call_id": call.call_id, "output": text}
                ]
    if results:
        return follow(client, results, kinds, steps - 1, previous_response_id=response.id)
    return response.output_text
""",
        ),
        (
            "a loop with an else",
            """
def follow(client, task, kinds, steps):
    table = {kind.__name__: kind for kind in kinds}

    def act(call):
        try:
            return table[call["name"]].model_validate_json(call["arguments"]).run(call["call_id"])
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    asked = {"input": [{"role": "user", "content": task}]}
    for step in range(steps):
        response = client.responses.create(
            model="gpt-6-luna", tools=[described(each) for each in kinds], **asked
        )
        calls = [each.to_dict() for each in response.output if each.type == "function_call"]
        if len(calls) == 0:
            break
        asked = {
            "previous_response_id": response.id,
            "input": [
                {"type": "function_call_output", "call_id": c["call_id"], "output": act(c)}
                for c in calls
            ],
        }
    else:
        raise RuntimeError(f"no text after {steps} steps")
    return response.output_text
""",
        ),
    ],
    "26-3": [
        (
            "a daemon thread and a queue",
            """
import queue
import threading


def bounded(function, seconds):
    done = queue.Queue()

    def work():
        try:
            done.put((function(), None))
        except BaseException as error:
            done.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        value, error = done.get(timeout=seconds)
    except queue.Empty:
        return "TimeoutError: it hangs"
    if error is not None:
        raise error
    return value
""",
        ),
        (
            "result, and a look whether it is done",
            """
import concurrent.futures


def bounded(function, seconds):
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=1)
    try:
        future = pool.submit(function)
        try:
            return future.result(timeout=seconds)
        except concurrent.futures.TimeoutError as error:
            if future.done():
                raise
            return f"TimeoutError: {error}"
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
""",
        ),
        (
            "an event and a dict",
            """
import threading


def bounded(function, seconds):
    ready, box = threading.Event(), {}

    def work():
        try:
            box["value"] = function()
        except Exception as error:
            box["error"] = error
        finally:
            ready.set()

    threading.Thread(target=work).start()
    if not ready.wait(seconds):
        return f"TimeoutError after {seconds} s"
    if "error" in box:
        raise box["error"]
    return box["value"]
""",
        ),
        (
            "a class of threads",
            """
from threading import Thread


class Worker(Thread):
    def __init__(self, function):
        super().__init__(daemon=True)
        self.function, self.error = function, None

    def run(self):
        try:
            self.value = self.function()
        except Exception as error:
            self.error = error


def bounded(function, seconds):
    worker = Worker(function)
    worker.start()
    worker.join(timeout=seconds)
    if worker.is_alive():
        return "TimeoutError"
    if worker.error:
        raise worker.error
    return worker.value
""",
        ),
    ],
}
