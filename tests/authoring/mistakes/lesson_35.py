"""Wrong answers to the exercises of lesson 35: (name, source, what the check must say)."""

_ENLARGED = """
def enlarged(action, factor):
    new = {copy}
    for name in {names}:
        {where}:
            new[name] = {larger}
    if "path" in new:
        new["path"] = {path}
    return new
"""
_FINE = {
    "copy": "dict(action)",
    "names": '("x", "y")',
    "where": "if name in new",
    "larger": "round(new[name] * factor)",
    "path": "[enlarged(point, factor) for point in new['path']]",
}

_OPERATE = """
from base64 import b64encode

def operate(client, task, do, look, steps):
    more = {{"input": {task}}}
    for step in range({times}):
        response = client.responses.create(model="{model}", tools={tools}, **more)
        calls = [item for item in response.output if item.type == "computer_call"]
        if {done}:
            return {text}
        call = calls[0]
        if {held}:
            raise {error}
        {last}
        for action in {actions}:
            {do}
        url = "{head}" + b64encode({picture}).decode()
        shot = {{"type": "computer_screenshot", "image_url": url, "detail": "{detail}"}}
        item = {{"type": "{kind}", "call_id": {id}, "output": shot}}
        more = {follow}
    {end}
"""
_WELL = {
    "task": "task",
    "times": "steps",
    "model": "gpt-6-luna",
    "tools": '[{"type": "computer"}]',
    "done": "not calls",
    "text": "response.output_text",
    "held": "call.pending_safety_checks",
    "error": "PermissionError(call.pending_safety_checks[0].message)",
    "last": "if step == steps - 1: break",
    "actions": "call.actions",
    "do": "do(action)",
    "head": "data:image/png;base64,",
    "picture": "look()",
    "detail": "original",
    "kind": "computer_call_output",
    "id": "call.call_id",
    "follow": '{"input": [item], "previous_response_id": response.id}',
    "end": 'raise RuntimeError("no text")',
}

_CARRY_OUT = """
def carry_out(actions, do, risky, may):
    done = []
    for action in actions:
        {before}
        {guard}:
            {no}
        {do}
        done.append(action)
    return {found}
"""
_RIGHTLY = {
    "before": "pass",
    "guard": "if risky(action) and not may(action)",
    "no": "break",
    "do": "do(action)",
    "found": "done",
}


def _enlarged(**other: str) -> str:
    return _ENLARGED.format(**_FINE | other)


def _operate(**other: str) -> str:
    return _OPERATE.format(**_WELL | other)


def _carry_out(**other: str) -> str:
    return _CARRY_OUT.format(**_RIGHTLY | other)


WRONG = {
    "35-1": [
        (
            "the given dict is changed",
            _enlarged(copy="action"),
            "for a screenshot it returned the given dict itself, not a new one",
        ),
        ("each action has a place", _enlarged(where="if True"), "a screenshot stops it: `KeyError"),
        (
            "the distance of a scroll, too",
            _enlarged(names='("x", "y", "scroll_x", "scroll_y")'),
            "scroll, factor 2: `scroll_x` is -60; it should be -30",
        ),
        (
            "not rounded",
            _enlarged(larger="new[name] * factor"),
            r"click, factor 1.5: `x` is 180.0; it should be 180",
        ),
        (
            "cut off in place of rounded",
            _enlarged(larger="int(new[name] * factor)"),
            "drag, factor 1.5: `path` is [{'x': 18, 'y': 135}, {'x': 49",
        ),
        ("the path stays", _enlarged(path="new['path']"), "drag, factor 2: `path` is"),
        (
            "the points of the given path are changed",
            _enlarged(
                path="[p.update(x=round(p['x'] * factor), y=round(p['y'] * factor)) or p"
                " for p in new['path']]"
            ),
            "after the call the given drag is another",
        ),
        (
            "one side alone",
            _enlarged(names='("x",)'),
            "click, factor 2: `y` is 196; it should be 392",
        ),
    ],
    "35-2": [
        (
            "the preview tool",
            _operate(tools='[{"type": "computer_use_preview"}]'),
            "carries the tools",
        ),
        ("another model", _operate(model="gpt-6.1-terra"), "asks gpt-6.1-terra, not gpt-6-luna"),
        (
            "one action of each call",
            _operate(actions="call.actions[:1]"),
            "it did screenshot, look, scroll, look, click, look",
        ),
        (
            "the actions in the wrong order",
            _operate(actions="reversed(call.actions)"),
            "it did screenshot, look, scroll, look, type, double_click, click",
        ),
        (
            "the old field `action`",
            _operate(actions="[call.action]"),
            r"a run of 1 calls and a text, with 2 steps ends with `AttributeError",
        ),
        (
            "the picture is taken before the actions",
            _operate(last="if step == steps - 1: break\n        early = look()", picture="early"),
            "it did look, screenshot",
        ),
        ("no detail", _operate(detail="high"), "request 2 has the detail 'high'"),
        (
            "no data URL",
            _operate(head=""),
            "request 2 does not carry picture 1 as a PNG in a data URL",
        ),
        ("the id of the item", _operate(id="call.id"), "No tool call found for the output"),
        (
            "nothing to follow",
            _operate(follow='{"input": [item]}'),
            "a run of 1 calls and a text, with 2 steps ends with `BadRequestError: Error code: 400",
        ),
        (
            "the task again and again",
            _operate(
                follow='{"input": [{"role": "user", "content": task}, item],'
                ' "previous_response_id": response.id}'
            ),
            "request 2 holds ['user', 'result']; the screenshot is enough",
        ),
        (
            "a check is not looked at",
            _operate(held="False"),
            "400 - Computer tool has unacknowledged safety check for ['cu_sc_1']",
        ),
        (
            "a check is acknowledged by itself",
            _operate(
                held="False",
                follow='{"input": [item | {"acknowledged_safety_checks":'
                " [c.to_dict() for c in call.pending_safety_checks]}],"
                ' "previous_response_id": response.id}',
            ),
            "a safety check after 0 calls returned 'The floodlight is on.'; it should raise a",
        ),
        (
            "the check is seen too late",
            _operate(held="False", end='raise RuntimeError("no text")').replace(
                "        url =",
                "        if call.pending_safety_checks:\n"
                "            raise PermissionError\n"
                "        url =",
            ),
            "a safety check after 0 calls: it did click, type; it should do",
        ),
        (
            "the last actions are carried out",
            _operate(last="pass"),
            "calls without end, with 1 steps,: it did screenshot, look; it should do",
        ),
        (
            "one request too many",
            _operate(times="steps + 1", last="pass"),
            "took 2 requests, not 1",
        ),
        (
            "a limit without an error",
            _operate(end="return response.output_text"),
            "calls without end, with 1 steps, returned",
        ),
        (
            "errors of the page are swallowed",
            _operate(
                do="try:\n                do(action)\n            except Exception:\n                pass"
            ),
            "an error of `do` was kept from the caller",
        ),
        (
            "errors of the API become a limit",
            _operate()
            .replace(
                "        response = client",
                "        try:\n            response = client",
            )
            .replace(
                "        calls =",
                "        except Exception:\n            continue\n        calls =",
            ),
            "a 400 about another parameter is kept from the caller: it returned",
        ),
    ],
    "35-3": [
        (
            "a no only skips the action",
            _carry_out(no="continue"),
            "a no: it did click, type, screenshot; it should do click, type",
        ),
        (
            "everything is asked",
            _carry_out(guard="if not may(action)"),
            "nothing risky: it asked about scroll; it should ask about nothing",
        ),
        (
            "nothing is asked",
            _carry_out(guard="if risky(action)"),
            "a yes: it asked about nothing; it should ask about keypress",
        ),
        (
            "asked when it is done",
            _carry_out(before="do(action)", do="pass"),
            "a yes: it asked only after the action",
        ),
        (
            "asked two times",
            _carry_out(guard="if risky(action) and not (may(action) and may(action))"),
            "a yes: it asked about keypress, keypress; it should ask about keypress",
        ),
        (
            "all are asked before anything is done",
            """
def carry_out(actions, do, risky, may):
    if not all(may(action) for action in actions if risky(action)):
        return []
    for action in actions:
        do(action)
    return list(actions)
""",
            "a yes: it asked before earlier actions were done",
        ),
        (
            "all are returned",
            _carry_out(found="actions"),
            "a no: the list it returned is not what was done",
        ),
        ("a number is returned", _carry_out(found="len(done)"), "returned 0, not a list"),
        (
            "errors are swallowed",
            _carry_out(
                do="try:\n            do(action)\n        except Exception:\n            break"
            ),
            "an error of `do` was kept from the caller",
        ),
        (
            "a no raises",
            _carry_out(no="raise PermissionError(action)"),
            "a no: it stops with `PermissionError",
        ),
    ],
}
