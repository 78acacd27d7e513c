"""Exercises of lesson 26, Agents."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from ...practice.answers import call_item, text_answer
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect


def _rows(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    # Tokens and money grow from step to step, as in a real trace: whole rows are never alike.
    return [
        {"asked for": a, "in": 9 * n, "out": 9, "usd": 0.1 * n, "result": r}
        for n, (a, r) in enumerate(pairs, 1)
    ]


BUSY, OTHER = ("Stock flour", "busy"), ("Stock rice", "busy")
CASES = [
    ([BUSY, BUSY, BUSY], 3, True, "the same row three times"),
    ([OTHER, BUSY, BUSY], 2, True, "another row, and then the same one twice"),
    ([BUSY, BUSY], 3, False, "two rows where three are asked for"),
    ([], 2, False, "an empty trace"),
    ([BUSY, OTHER, BUSY], 3, False, "another call in between"),
    ([BUSY, ("Stock flour", "4 kg"), BUSY], 3, False, "a result that changed on the way"),
    ([BUSY, BUSY, OTHER], 2, False, "the same row twice, and then another call"),
]


def stuck(answer: Callable[..., Any]) -> str:
    for pairs, times, wanted, what in CASES:
        found = answer(_rows(*pairs), times)
        expect(isinstance(found, bool), f"for {what} it returned {found!r}, not True or False")
        expect(found is wanted, f"for {what} and times {times} it returned {found}")
    return "It stops what is stuck, and lets a patient loop wait."


_keys: list[str] = []  # what the tool was given: a learner's `except` would swallow an error


class Tide(BaseModel):
    """The hour of the next high tide."""

    day: str

    def run(self, key: str) -> str:
        _keys.append(key)
        return {"Monday": "at 6", "Friday": "at 9"}[self.day]


class Wind(BaseModel):
    """The wind now."""

    def run(self, key: str) -> str:
        return "calm"


def _calls(number: int, *calls: tuple[str, str]) -> dict[str, Any]:
    items = [call_item(name, given, f"call_{number}{i}") for i, (name, given) in enumerate(calls)]
    return text_answer("", output=items, id=f"resp_{number}")


def _endless(asked: Asked) -> dict[str, Any]:
    return _calls(7, ("Wind", "{}"))


def follow(answer: Callable[..., Any]) -> str:
    kinds = (Tide, Wind)
    _keys.clear()
    first = _calls(1, ("Tide", '{"day":"Monday"}'), ("Wind", "{}"))
    probe = Probe([first, _calls(2, ("Tide", '{"day":"Sunday"}')), text_answer("At 6.")], limit=8)
    found = answer(probe.client, "When is high tide?", kinds, 5)
    asked = [each.body for each in probe.requests]
    expect(asked, "your code sent no request through the client it was given")
    expect(asked[0].get("store") is not False, "`store` is off: there is nothing to follow")
    expect("previous_response_id" not in asked[0], "the first request follows a response already")
    expect(len(asked) == 3, f"for two answers with calls and a text {len(asked)} requests went out")
    for body in asked:
        names = [tool.get("name") for tool in body.get("tools") or []]
        expect(names == ["Tide", "Wind"], f"a request carries the tools {names}")
    followed = [body.get("previous_response_id") for body in asked[1:]]
    expect(followed == ["resp_1", "resp_2"], f"the later requests follow {followed}")
    for body in asked[1:]:
        sent_items = body.get("input")
        expect(isinstance(sent_items, list), f"a later request has the input {sent_items!r}")
    kinds_sent = [item.get("type", item.get("role")) for item in asked[1]["input"]]
    expect(
        set(kinds_sent) == {"function_call_output"},
        f"the second request sends {kinds_sent}: more than the outputs is paid for twice",
    )
    sent = {item["call_id"]: item["output"] for item in asked[1]["input"]}
    expect(
        sent == {"call_10": "at 6", "call_11": "calm"},
        f"the outputs of two calls are {_text(sent)}",
    )
    expect(_keys[0] == "call_10", f"`run` of the tool got {_keys[0]!r}, not the call_id")
    [failed] = asked[2]["input"]
    expect(
        "KeyError" in str(failed["output"]), f"for a tool that raised it sent {failed['output']!r}"
    )
    expect(found == "At 6.", f"the text was 'At 6.'; it returned {found!r}")
    for steps in (1, 3):
        probe = Probe([_endless], limit=8)
        try:
            found = answer(probe.client, "When is high tide?", kinds, steps)
        except RuntimeError:
            found = RuntimeError
        sent_now = len(probe.requests)
        expect(sent_now == steps, f"with steps {steps} and no text it sent {sent_now} requests")
        expect(found is RuntimeError, f"with no text after {steps} steps it returned {found!r}")
    return "OpenAI remembers, you send only what is new, and it ends."


def _text(value: Any) -> str:
    return json.dumps(value)


def bounded(answer: Callable[..., Any]) -> str:
    found = answer(lambda: "calm", 2)
    expect(found == "calm", f"the function returned 'calm', and it returned {found!r}")
    expect(answer(lambda: None, 2) is None, "a function that returns None at once is no timeout")
    begun = time.monotonic()
    release = threading.Event()
    found = _hung(answer, release)
    took = time.monotonic() - begun
    release.set()
    expect(took < 1.5, f"with 0.1 seconds and a tool that hangs it took {took:.0f} seconds or more")
    expect(
        isinstance(found, str) and found.startswith("TimeoutError"),
        f"for a tool that hangs it returned {found!r}",
    )
    try:
        found = answer(_no_rice, 2)
    except KeyError:
        return "It waits as long as you say, and no longer."
    raise Wrong(f"the function raised `KeyError`, and it returned {found!r}")


def _no_rice() -> str:
    raise KeyError("rice")


def _hung(answer: Callable[..., Any], release: threading.Event) -> Any:
    try:
        return answer(lambda: release.wait(2), 0.1)
    except TimeoutError:
        raise Wrong("for a tool that hangs it raised `TimeoutError`: that ends the loop") from None


EXERCISES = [
    Exercise(
        "26-1",
        stuck,
        (
            "Two questions: are there enough rows, and are they all alike?",
            'What is alike is a pair: `(row["asked for"], row["result"])`. Put the pairs into a set.',
            "`len(last) == times and len(pairs) == 1`",
        ),
        """def stuck(trace, times):
    last = trace[-times:]
    pairs = {(row["asked for"], row["result"]) for row in last}
    return len(last) == times and len(pairs) == 1
""",
    ),
    Exercise(
        "26-2",
        follow,
        (
            "`for _ in range(steps):` around it, and the error after it.",
            "Begin with `last, items = None, task`. `None` as `previous_response_id` is left out "
            "by `openai.omit`, or build a dict and add the key later.",
            "After each answer: `last = response.id`, and `items` is the list of outputs alone.",
        ),
        """def follow(client, task, kinds, steps):
    named = {kind.__name__: kind for kind in kinds}
    ask = {"model": "gpt-6-luna", "tools": [described(kind) for kind in kinds], "input": task}
    for _ in range(steps):
        response = client.responses.create(**ask)
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            return response.output_text
        ask |= {"previous_response_id": response.id, "input": []}
        for call in calls:
            try:
                output = named[call.name].model_validate_json(call.arguments).run(call.call_id)
            except Exception as error:
                output = f"{type(error).__name__}: {error}"
            item = {"type": "function_call_output", "call_id": call.call_id, "output": output}
            ask["input"].append(item)
    raise RuntimeError(f"no text after {steps} requests")
""",
    ),
    Exercise(
        "26-3",
        bounded,
        (
            "`ThreadPoolExecutor(1)` of `concurrent.futures` runs it: `submit` returns a future, and "
            "its `result()` returns or raises what the function did.",
            "`with` waits for the thread at its end. Call `shutdown(wait=False)` in its place.",
            "`wait([future], timeout=seconds)` of the same module raises nothing. Then `future.done()` "
            "tells whether there is a result.",
        ),
        """from concurrent.futures import ThreadPoolExecutor, wait


def bounded(function, seconds):
    pool = ThreadPoolExecutor(1)
    future = pool.submit(function)
    pool.shutdown(wait=False)
    wait([future], timeout=seconds)
    if not future.done():
        return f"TimeoutError: no result after {seconds} seconds"
    return future.result()
""",
    ),
]
