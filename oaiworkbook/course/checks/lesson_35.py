"""Exercises of lesson 35, Computer use."""

import copy
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

from ...practice.answers import computer_call_item, message_item, text_answer, text_part
from ..exercises.asked import Asked
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, NotPlayed, Wrong
from ..exercises.probe import Probe, expect

Json = dict[str, Any]

LOOK: Json = {"type": "screenshot"}
WAIT: Json = {"type": "wait"}
ENTER: Json = {"type": "keypress", "keys": ["ENTER"]}
TYPE: Json = {"type": "type", "text": "Mara Holt"}
CLICK: Json = {"type": "click", "button": "left", "x": 120, "y": 196}
TWICE: Json = {"type": "double_click", "x": 7, "y": 31, "keys": ["CTRL"]}
MOVE: Json = {"type": "move", "x": 0, "y": 319}
SCROLL: Json = {"type": "scroll", "scroll_x": -30, "scroll_y": 128, "x": 240, "y": 148}
DRAG: Json = {"type": "drag", "path": [{"x": 12, "y": 90}, {"x": 33, "y": 101}, {"x": 61, "y": 7}]}
ALL = (LOOK, WAIT, ENTER, TYPE, CLICK, TWICE, MOVE, SCROLL, DRAG)


def _larger(action: Json, factor: float) -> Json:
    new = dict(action)
    for name in ("x", "y"):
        if name in new:
            new[name] = round(new[name] * factor)
    if "path" in new:
        new["path"] = [
            {name: round(point[name] * factor) for name in point} for point in new["path"]
        ]
    return new


def enlarged(answer: Callable[..., Any]) -> str:
    for factor in (2, 1.5, 2.67, 1):
        for action in ALL:
            kind, given = action["type"], copy.deepcopy(action)
            try:
                found = answer(given, factor)
            except Exception as error:
                raise Wrong(f"a {kind} stops it: `{type(error).__name__}: {error}`") from None
            expect(given == action, f"after the call the given {kind} is another: {given}")
            expect(isinstance(found, dict), f"for a {kind} it returned {found!r}, not a dict")
            expect(
                found is not given, f"for a {kind} it returned the given dict itself, not a new one"
            )
            wanted = _larger(action, factor)
            for name in sorted(wanted.keys() | found.keys()):
                is_, should = found.get(name), wanted.get(name)
                expect(
                    json.dumps(is_) == json.dumps(should),
                    f"{kind}, factor {factor}: `{name}` is {is_!r}; it should be {should!r}",
                )
    return "A click lands where the model meant it."


TASK = "Switch the floodlight on."
DONE = "The floodlight is on."
CHECK: Json = {"id": "cu_sc_1", "code": "malicious_instructions", "message": "Please look."}


class _Desk:
    """A screen that notes what is done to it; each look is another picture."""

    def __init__(self) -> None:
        self.log: list[Any] = []
        self.pictures: list[bytes] = []

    def do(self, action: Any) -> None:
        self.log.append(_plain(action))

    def look(self) -> bytes:
        self.pictures.append(b"\x89PNG picture " + bytes([len(self.pictures)]))
        self.log.append("look")
        return self.pictures[-1]


def _plain(action: Any) -> Any:
    return action if isinstance(action, dict) else action.to_dict()


def _calls(*batches: Sequence[Json], checks: Sequence[Json] = ()) -> list[Callable[[Asked], Json]]:
    """A response with a call for each batch; thoughts come before it, and words beside it."""

    def reply(actions: Sequence[Json], number: int) -> Callable[[Asked], Json]:
        notes = {"id": f"rs_{number}", "type": "reasoning", "summary": []}
        words = message_item([text_part("I look at the page.")]) | {"id": f"msg_{number}"}
        call = computer_call_item(actions, f"call_{number}", checks) | {"id": f"cu_{number}"}
        output = [notes, words, call] if number % 2 else [notes, call]

        def given(asked: Asked) -> Json:
            if asked.path != "/responses":
                raise NotPlayed(f"`{asked.method} {asked.path}`")
            return text_answer("", output=output)

        return given

    return [reply(actions, number) for number, actions in enumerate(batches)]


BATCHES: tuple[Sequence[Json], ...] = (
    [LOOK],
    [SCROLL],
    [CLICK, TWICE, TYPE],
    [DRAG, MOVE],
    [ENTER],
)


def operate(answer: Callable[..., Any]) -> str:
    for count in (0, 1, 2, 5):
        _plays(answer, BATCHES[:count], count + 1)
    _plays(answer, BATCHES[:2], 9)
    _ends(answer, 1)
    _ends(answer, 4)
    _held(answer, [])
    _held(answer, BATCHES[:2])

    def run(probe: Probe) -> Any:
        desk = _Desk()
        return answer(probe.client, TASK, desk.do, desk.look, 4)

    passes_on(run, then=[DONE])
    passes_on(run, first=_calls([LOOK]), then=[DONE])
    _breaks(answer)
    return "The loop works on any machine, and knows when to stop."


def _plays(answer: Callable[..., Any], batches: Sequence[Sequence[Json]], steps: int) -> None:
    case = f"a run of {len(batches)} calls and a text, with {steps} steps"
    desk, probe = _Desk(), Probe([*_calls(*batches), DONE], limit=12)
    try:
        found = answer(probe.client, TASK, desk.do, desk.look, steps)
    except Exception as error:
        raise Wrong(f"{case} ends with `{type(error).__name__}: {error}`") from None
    expect(found == DONE, f"{case} returned {found!r}, not the text")
    expect(
        len(probe.requests) == len(batches) + 1,
        f"{case} took {len(probe.requests)} requests, not {len(batches) + 1}",
    )
    _in_order(case, desk, batches)
    for number, asked in enumerate(probe.requests):
        _asks(asked, number, desk)


def _in_order(case: str, desk: _Desk, batches: Sequence[Sequence[Json]]) -> None:
    wanted: list[Any] = [each for actions in batches for each in (*actions, "look")]
    done, right = (
        [each if isinstance(each, str) else each["type"] for each in log]
        for log in (desk.log, wanted)
    )
    expect(done == right, f"{case}: it did {', '.join(done)}; it should do {', '.join(right)}")
    expect(desk.log == wanted, f"{case}: an action reached `do` changed")


def _asks(asked: Asked, number: int, desk: _Desk) -> None:
    which = f"request {number + 1}"
    expect(asked.model == "gpt-6-luna", f"{which} asks {asked.model}, not gpt-6-luna")
    tools = [tool.get("type") for tool in asked.body.get("tools") or []]
    expect(tools == ["computer"], f"{which} carries the tools {tools}")
    expect(asked.choice[0] != "none", f"{which} forbids the tool")
    if number == 0:
        expect(asked.question == TASK, f"{which} asks {asked.question!r}, not the task")
        return
    before = asked.body.get("previous_response_id")
    expect(
        before == f"resp_{number}",
        f"{which} follows the response {before!r}, not the one before it",
    )
    kinds = [turn.role for turn in asked.sent]
    expect(kinds == ["result"], f"{which} holds {kinds}; the screenshot is enough")
    (item,) = asked.sent[0].other
    shot = item["output"]
    expect(shot.get("detail") == "original", f"{which} has the detail {shot.get('detail')!r}")
    url = f"data:image/png;base64,{b64encode(desk.pictures[number - 1]).decode()}"
    expect(
        shot.get("image_url") == url,
        f"{which} does not carry picture {number} as a PNG in a data URL",
    )


def _ends(answer: Callable[..., Any], steps: int) -> None:
    """Calls without end."""
    case = f"calls without end, with {steps} steps,"
    desk, probe = _Desk(), Probe(_calls(*BATCHES), limit=12)
    try:
        found = answer(probe.client, TASK, desk.do, desk.look, steps)
    except RuntimeError:
        pass
    except Exception as error:
        raise Wrong(f"{case} end with `{type(error).__name__}: {error}`") from None
    else:
        raise Wrong(f"{case} returned {found!r}; it should raise a RuntimeError")
    sent = len(probe.requests)
    expect(sent == steps, f"{case} took {sent} requests, not {steps}")
    _in_order(case, desk, BATCHES[: steps - 1])


def _held(answer: Callable[..., Any], before: Sequence[Sequence[Json]]) -> None:
    case = f"a safety check after {len(before)} calls"
    desk = _Desk()
    held = _calls(*before, [CLICK, TYPE], checks=[CHECK])[-1]
    probe = Probe([*_calls(*before), held, DONE], limit=12)
    try:
        found = answer(probe.client, TASK, desk.do, desk.look, 8)
    except PermissionError:
        pass
    except Exception as error:
        raise Wrong(f"{case} ends with `{type(error).__name__}: {error}`") from None
    else:
        raise Wrong(f"{case} returned {found!r}; it should raise a PermissionError")
    _in_order(case, desk, before)


def _breaks(answer: Callable[..., Any]) -> None:
    """An action that the machine cannot do."""

    def do(action: Any) -> None:
        raise LookupError(f"no {_plain(action)['type']} here")

    probe = Probe([*_calls([DRAG]), DONE])
    try:
        found = answer(probe.client, TASK, do, _Desk().look, 4)
    except LookupError:
        return
    except Exception as error:
        raise Wrong(f"an error of `do` became `{type(error).__name__}: {error}`") from None
    raise Wrong(f"an error of `do` was kept from the caller: it returned {found!r}")


class _Person:
    """Says yes to some actions, and notes what she is asked and what is done."""

    def __init__(self, yes: Sequence[Json], fails: Json | None = None) -> None:
        self.yes = yes
        self.fails = fails
        self.log: list[tuple[str, Json]] = []

    def may(self, action: Json) -> bool:
        self.log.append(("asked", action))
        return action in self.yes

    def do(self, action: Json) -> str:
        self.log.append(("done", action))
        if action is self.fails:
            raise LookupError("the page is gone")
        return "ok"


# What is to be done, and which of it is risky and allowed.
ACTIONS: tuple[tuple[str, Sequence[Json], Sequence[Json], Sequence[Json]], ...] = (
    ("no actions", [], [], []),
    ("nothing risky", [SCROLL, CLICK, TYPE], [ENTER], []),
    ("a yes", [CLICK, TYPE, ENTER, LOOK], [ENTER], [ENTER]),
    ("a no", [CLICK, TYPE, ENTER, LOOK], [ENTER], []),
    ("a no at the beginning", [ENTER, CLICK], [ENTER], []),
    ("a yes and a no", [TYPE, CLICK, ENTER, MOVE], [TYPE, ENTER], [TYPE]),
    ("a no and what would be a yes", [CLICK, ENTER, TYPE, MOVE], [ENTER, TYPE], [TYPE]),
    ("two times a yes", [TYPE, CLICK, ENTER], [TYPE, ENTER], [TYPE, ENTER]),
    ("a no at the end", [CLICK, MOVE, ENTER], [ENTER], []),
)


def carry_out(answer: Callable[..., Any]) -> str:
    for case, actions, risky, yes in ACTIONS:
        person = _Person(yes)
        given = list(actions)
        try:
            found = answer(given, person.do, lambda each, risky=risky: each in risky, person.may)
        except Exception as error:
            raise Wrong(f"{case}: it stops with `{type(error).__name__}: {error}`") from None
        _expects(case, person, found, _meant(actions, risky, yes))
        expect(given == list(actions), f"{case}: the given list is another one afterwards")
    person = _Person([], TYPE)
    try:
        found = answer([CLICK, TYPE, MOVE], person.do, lambda each: False, person.may)
    except LookupError:
        done = [name for name, _ in person.log]
        expect(done == ["done", "done"], "after an error of `do` it goes on with further actions")
        return "A no stops exactly where it was said."
    except Exception as error:
        raise Wrong(f"an error of `do` became `{type(error).__name__}: {error}`") from None
    raise Wrong(f"an error of `do` was kept from the caller: it returned {found!r}")


def _meant(
    actions: Sequence[Json], risky: Sequence[Json], yes: Sequence[Json]
) -> list[tuple[str, Json]]:
    log: list[tuple[str, Json]] = []
    for action in actions:
        if action in risky:
            log.append(("asked", action))
            if action not in yes:
                break
        log.append(("done", action))
    return log


def _expects(case: str, person: _Person, found: Any, wanted: list[tuple[str, Json]]) -> None:
    asked, should_ask, done, should = (
        [action["type"] for what, action in log if what == kind]
        for kind in ("asked", "done")
        for log in (person.log, wanted)
    )
    expect(
        asked == should_ask,
        f"{case}: it asked about {_named(asked)}; it should ask about {_named(should_ask)}",
    )
    expect(done == should, f"{case}: it did {_named(done)}; it should do {_named(should)}")
    late = [("done", action) for what, action in person.log if what == "asked"]
    early = any(each in person.log[: person.log.index(("asked", each[1]))] for each in late)
    words = "only after the action" if early else "before earlier actions were done"
    expect(person.log == wanted, f"{case}: it asked {words}")
    did = [action for what, action in wanted if what == "done"]
    expect(isinstance(found, list), f"{case}: it returned {found!r}, not a list")
    expect(found == did, f"{case}: the list it returned is not what was done")


def _named(kinds: list[str]) -> str:
    return ", ".join(kinds) or "nothing"


EXERCISES = [
    Exercise(
        "35-1",
        enlarged,
        (
            "Not each action has `x` and `y`. Look before you multiply.",
            "`dict(action)` copies the outer dict alone. The points of a path need new dicts.",
        ),
        """def enlarged(action, factor):
    new = dict(action)
    for name in ("x", "y"):
        if name in new:
            new[name] = round(new[name] * factor)
    if "path" in new:
        new["path"] = [enlarged(point, factor) for point in new["path"]]
    return new
""",
    ),
    Exercise(
        "35-2",
        operate,
        (
            "It is `run` without limits on pictures. Count the requests with `range(steps)`.",
            "Ask first in each step. Then look for a call, and keep what the next request needs.",
            "After the last request nothing may be done: check `step == steps - 1` before the actions.",
        ),
        """import base64

def operate(client, task, do, look, steps):
    more = {"input": task}
    for step in range(steps):
        response = client.responses.create(
            model="gpt-6-luna", tools=[{"type": "computer"}], **more
        )
        calls = [item for item in response.output if item.type == "computer_call"]
        if not calls:
            return response.output_text
        call = calls[0]
        if call.pending_safety_checks:
            raise PermissionError(call.pending_safety_checks[0].message)
        if step == steps - 1:
            break
        for action in call.actions:
            do(action)
        url = "data:image/png;base64," + base64.b64encode(look()).decode()
        shot = {"type": "computer_screenshot", "image_url": url, "detail": "original"}
        item = {"type": "computer_call_output", "call_id": call.call_id, "output": shot}
        more = {"input": [item], "previous_response_id": response.id}
    raise RuntimeError(f"no text after {steps} requests")
""",
    ),
    Exercise(
        "35-3",
        carry_out,
        (
            "Collect what is done in a list, and return it in both cases.",
            "`if risky(action) and not may(action): break` asks only where it has to.",
        ),
        """def carry_out(actions, do, risky, may):
    done = []
    for action in actions:
        if risky(action) and not may(action):
            break
        do(action)
        done.append(action)
    return done
""",
    ),
]
