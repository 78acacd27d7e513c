"""Right answers to lesson 35 in other ways than the reference."""

RIGHT = {
    "35-1": [
        (
            "a dict comprehension",
            """
def enlarged(action, factor):
    def point(each):
        return {
            name: round(value * factor) if name in ("x", "y") else value
            for name, value in each.items()
        }
    new = point(action)
    if action["type"] == "drag":
        new["path"] = [point(each) for each in action["path"]]
    return new
""",
        ),
        (
            "a deep copy that is changed in place",
            """
import copy

def enlarged(action, factor):
    new = copy.deepcopy(action)
    for place in (new, *new.get("path", [])):
        for name in {"x", "y"} & place.keys():
            place[name] = round(factor * place[name])
    return new
""",
        ),
        (
            "by the type of the action",
            """
def enlarged(action, factor):
    match action:
        case {"path": path}:
            larger = [{"x": round(p["x"] * factor), "y": round(p["y"] * factor)} for p in path]
            return {**action, "path": larger}
        case {"x": x, "y": y}:
            return action | {"x": round(x * factor), "y": round(y * factor)}
    return {**action}
""",
        ),
    ],
    "35-2": [
        (
            "a while loop, and the first request before it",
            """
import base64

def operate(client, task, do, look, steps):
    setup = dict(model="gpt-6-luna", tools=[{"type": "computer"}])
    response = client.responses.create(**setup, input=[{"role": "user", "content": task}])
    sent = 1
    while True:
        call = next((i for i in response.output if i.type == "computer_call"), None)
        if call is None:
            return response.output_text
        if call.pending_safety_checks:
            raise PermissionError("a person must look")
        if sent >= steps:
            raise RuntimeError("too many steps")
        for action in call.actions:
            do(action)
        picture = base64.standard_b64encode(look()).decode("ascii")
        response = client.responses.create(
            **setup,
            previous_response_id=response.id,
            input=[{
                "type": "computer_call_output",
                "call_id": call.call_id,
                "output": {
                    "type": "computer_screenshot",
                    "image_url": f"data:image/png;base64,{picture}",
                    "detail": "original",
                },
            }],
        )
        sent += 1
""",
        ),
        (
            "recursion, and actions as dicts",
            """
from base64 import b64encode

def operate(client, task, do, look, steps, before=None):
    if steps == 0:
        raise RuntimeError("no text")
    given = task if before is None else [before[1]]
    more = {} if before is None else {"previous_response_id": before[0]}
    response = client.responses.create(
        model="gpt-6-luna", tools=[{"type": "computer"}], input=given, store=True, **more
    )
    for item in response.output:
        if item.type == "computer_call":
            break
    else:
        return response.output_text
    if item.pending_safety_checks:
        raise PermissionError(item.pending_safety_checks)
    if steps == 1:
        raise RuntimeError("no text")
    for action in item.to_dict()["actions"]:
        do(action)
    shot = {"type": "computer_screenshot", "detail": "original"}
    shot["image_url"] = "data:image/png;base64," + str(b64encode(look()), "ascii")
    output = {"type": "computer_call_output", "call_id": item.call_id, "output": shot}
    return operate(client, task, do, look, steps - 1, (response.id, output))
""",
        ),
        (
            "a function for each part",
            """
from base64 import b64encode

def screenshot_of(call, look):
    data = b64encode(look()).decode()
    shot = {"type": "computer_screenshot", "image_url": "data:image/png;base64," + data}
    shot["detail"] = "original"
    return {"output": shot, "call_id": call.call_id, "type": "computer_call_output"}

def waiting(response):
    calls = [i for i in response.output if i.type == "computer_call"]
    if any(call.pending_safety_checks for call in calls):
        raise PermissionError("safety check")
    return calls

def operate(client, task, do, look, steps):
    def ask(**more):
        return client.responses.create(
            model="gpt-6-luna", tools=[{"type": "computer"}], tool_choice="auto", **more
        )
    response = ask(input=task)
    for left in range(steps - 1, -1, -1):
        calls = waiting(response)
        if not calls:
            return response.output_text
        if not left:
            break
        for action in calls[0].actions:
            do(action)
        item = screenshot_of(calls[0], look)
        response = ask(input=[item], previous_response_id=response.id)
    raise RuntimeError(f"{steps} requests and no text")
""",
        ),
    ],
    "35-3": [
        (
            "nested conditions",
            """
def carry_out(actions, do, risky, may):
    done = []
    for action in actions:
        if risky(action):
            if not may(action):
                return done
        do(action)
        done.append(action)
    return done
""",
        ),
        (
            "itertools",
            """
from itertools import takewhile

def carry_out(actions, do, risky, may):
    done = []
    for action in takewhile(lambda each: not risky(each) or may(each), actions):
        do(action)
        done += [action]
    return done
""",
        ),
        (
            "a generator",
            """
def carry_out(actions, do, risky, may):
    def allowed():
        for action in actions:
            if risky(action) and not may(action):
                return
            do(action)
            yield action
    return list(allowed())
""",
        ),
    ],
}
