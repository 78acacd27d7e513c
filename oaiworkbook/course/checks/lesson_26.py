"""Exercises of lesson 26, Agents."""

import threading
import time
from collections.abc import Callable
from typing import Any

import openai
from pydantic import BaseModel

from ...practice.answers import call_item, message_item, text_answer, text_part
from ..exercises.failures import passes_on
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
    ([OTHER], 1, True, "one row where one is asked for"),
    ([BUSY, BUSY], 3, False, "two rows where three are asked for"),
    ([], 2, False, "an empty trace"),
    ([OTHER, BUSY], 2, False, "two calls with the same result"),
    ([BUSY, OTHER, BUSY], 3, False, "another call in between"),
    ([BUSY, ("Stock flour", "4 kg"), BUSY], 3, False, "a result that changed on the way"),
    ([BUSY, BUSY, OTHER], 2, False, "the same row twice, and then another call"),
    ([("Stock a", "bc"), ("Stock ab", "c")], 2, False, "the calls 'Stock a' and 'Stock ab'"),
    ([("Stock a", "b c"), ("Stock a b", "c")], 2, False, "the calls 'Stock a' and 'Stock a b'"),
]


def stuck(answer: Callable[..., Any]) -> str:
    for pairs, times, wanted, what in CASES:
        found = answer(_rows(*pairs), times)
        truth = type(found).__name__ in ("bool", "bool_")
        expect(truth, f"for {what} it returned {found!r}, not True or False")
        expect(bool(found) is wanted, f"for {what} and times {times} it returned {found}")
    return "It stops what is stuck, and lets a patient loop wait."


QUESTION = "When is high tide?"
_keys: list[str] = []  # what the tool was given: a learner's `except` would swallow an error


class Tide(BaseModel):
    """The hour of the next high tide."""

    day: str

    def run(self, key: str) -> str:
        _keys.append(key)
        if self.day == "Tuesday":
            raise OSError("the gauge is down")
        return {"Monday": "at 6", "Friday": "at 9"}[self.day]


class Wind(BaseModel):
    """The wind now."""

    def run(self, key: str) -> str:
        _keys.append(key)
        return "calm"


KINDS = (Tide, Wind)


def _calls(number: int, *calls: tuple[str, str], text: str = "") -> dict[str, Any]:
    """An answer that asks for these calls, perhaps with a text before them."""
    items: list[dict[str, Any]] = [{"id": "rs_1", "type": "reasoning", "summary": []}]
    items += [message_item([text_part(text)])] if text else []
    items += [call_item(n, given, f"call_{number}{i}") for i, (n, given) in enumerate(calls)]
    return text_answer("", output=items)


def _endless(asked: Asked) -> dict[str, Any]:
    return _calls(len(asked.turns), ("Wind", "{}"))


def follow(answer: Callable[..., Any]) -> str:
    _keys.clear()
    first = _calls(1, ("Tide", '{"day":"Monday"}'), ("Wind", "{}"), text="I will look.")
    failing = _calls(2, ("Tide", '{"day":"Sunday"}'), ("Moon", "{}"), ("Tide", '{"day":"Tuesday"}'))
    probe = Probe([first, failing, text_answer("At 6.")], limit=8)
    try:
        found = answer(probe.client, QUESTION, KINDS, 5)
    except openai.APIStatusError:
        _requests(probe)
        raise
    _requests(probe)
    asked = probe.requests
    expect(
        len(asked) == 3,
        f"for two answers with calls and then a text it sent {_counted(len(asked))}",
    )
    second, third = asked[1:]
    expect(
        _outputs(second) == {"call_10": "at 6", "call_11": "calm"},
        f"for two calls it sent the outputs {_outputs(second)}",
    )
    errors = _outputs(third)
    for id_, words, what in (
        ("call_20", ("KeyError", "Sunday"), "a tool that raised `KeyError: 'Sunday'`"),
        ("call_21", (), "a tool that does not exist"),
        ("call_22", ("OSError", "gauge"), "a tool that raised `OSError: the gauge is down`"),
    ):
        sent = errors.get(id_, "")
        expect(sent and all(w in sent for w in words), f"for {what} it sent the output {sent!r}")
    expect(
        _keys == ["call_10", "call_11", "call_20", "call_22"],
        f"four tools ran, and their `run` should get each `call_id` once; it got {_keys}",
    )
    expect(found == "At 6.", f"the text was 'At 6.'; it returned {found!r}")
    for steps in (1, 3):
        _ends(answer, steps)
    for earlier in ([], [first]):
        passes_on(lambda probe: answer(probe.client, QUESTION, KINDS, 5), first=earlier)
    return "OpenAI remembers, you send only what is new, and it ends."


def _requests(probe: Probe) -> None:
    """Each request by itself: whom it asks, with what, and what it follows."""
    expect(probe.requests, "your code sent no request through the client it was given")
    for number, asked in enumerate(probe.requests, 1):
        expect(not asked.chat, "a request goes to Chat Completions, which remembers nothing")
        expect(asked.model == "gpt-6-luna", f"request {number} asks {asked.model!r}")
        expect(asked.stored, f"request {number} turns `store` off: nothing can follow it")
        names = sorted(asked.tools)
        expect(names == ["Tide", "Wind"], f"request {number} carries the tools {names}")
        fields = (asked.tools["Tide"]["parameters"] or {}).get("properties") or {}
        expect("day" in fields, f"the tool Tide has the parameters {fields} in request {number}")
    first, *later = probe.requests
    follows = first.body.get("previous_response_id")
    expect(follows is None, f"the first request follows a response already, {follows!r}")
    said = [(turn.role, turn.text) for turn in first.turns]
    expect(said == [("user", QUESTION)], f"the first request does not ask the task: {said}")
    for number, asked in enumerate(later, 1):
        follows = asked.body.get("previous_response_id")
        expect(
            follows == f"resp_{number}",
            f"request {number + 1} follows {follows!r}; the response before it is 'resp_{number}'",
        )
        roles = [turn.role for turn in asked.sent]
        expect(
            set(roles) == {"result"},
            f"request {number + 1} sends {roles}: it needs the outputs of the calls, and all else "
            "is paid for twice",
        )


def _outputs(asked: Asked) -> dict[str, str]:
    return {turn.call_id: turn.text for turn in asked.sent}


def _ends(answer: Callable[..., Any], steps: int) -> None:
    probe = Probe([_endless], limit=8)
    try:
        found = answer(probe.client, QUESTION, KINDS, steps)
    except RuntimeError:
        found = RuntimeError
    except openai.OpenAIError:
        raise
    except Exception as error:
        found = error
    sent = len(probe.requests)
    expect(sent == steps, f"with steps {steps} and no text it sent {_counted(sent)}")
    gave = "raised" if isinstance(found, Exception) else "returned"
    expect(found is RuntimeError, f"with no text after {_counted(steps)} it {gave} {found!r}")


def _counted(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"


def bounded(answer: Callable[..., Any]) -> str:
    for value in ("calm", None, "", 0):
        calls: list[int] = []

        def function(value: Any = value, calls: list[int] = calls) -> Any:
            calls.append(threading.get_ident())
            return value

        begun = time.monotonic()
        found = answer(function, 3)
        took = time.monotonic() - begun
        said = f"the function returned {value!r} at once, and it"
        expect(found == value and type(found) is type(value), f"{said} returned {found!r}")
        expect(took < 2.5, f"{said} took {took:.1f} seconds")
        expect(len(calls) == 1, f"{said} was called {len(calls)} times")
        expect(calls[0] != threading.get_ident(), f"{said} ran in no thread of its own")
    found = answer(_late, 20)
    expect(found == "late", f"a function took 0.3 seconds of 20, and it returned {found!r}")
    _hangs(answer)
    for error in (KeyError("rice"), TimeoutError("the scale does not answer")):
        _raises(answer, error)
    return "It waits as long as you say, and no longer."


def _late() -> str:
    time.sleep(0.3)
    return "late"


def _hangs(answer: Callable[..., Any]) -> None:
    release = threading.Event()
    begun = time.monotonic()
    try:
        found = answer(lambda: release.wait(2), 0.1)
    except TimeoutError:
        raise Wrong("for a tool that hangs it raised `TimeoutError`: that ends the loop") from None
    finally:
        took = time.monotonic() - begun
        release.set()
    expect(took < 1.5, f"with 0.1 seconds and a tool that hangs it took {took:.0f} seconds or more")
    expect(
        isinstance(found, str) and found.startswith("TimeoutError"),
        f"for a tool that hangs it returned {found!r}",
    )


def _raises(answer: Callable[..., Any], error: Exception) -> None:
    def function() -> Any:
        raise error

    name = f"the function raised `{type(error).__name__}` at once"
    try:
        found = answer(function, 2)
    except type(error) as raised:
        expect(raised.args == error.args, f"{name}, and another one came out: {raised!r}")
        return
    except Exception as raised:
        raise Wrong(f"{name}, and `{type(raised).__name__}` came out") from None
    raise Wrong(f"{name}, and it returned {found!r}")


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
            "`ThreadPoolExecutor()` of `concurrent.futures` runs it: `submit` returns a future, and "
            "its `result()` returns or raises what the function did.",
            "`with` would wait for the thread at its end. Use the executor without `with`.",
            "`wait([future], timeout=seconds)` of the same module raises nothing. Then `future.done()` "
            "tells whether there is a result.",
        ),
        """from concurrent.futures import ThreadPoolExecutor, wait


def bounded(function, seconds):
    future = ThreadPoolExecutor().submit(function)  # without `with`, which waits for its threads
    wait([future], timeout=seconds)
    if not future.done():
        return "TimeoutError: there is no result yet"
    return future.result()
""",
    ),
]
