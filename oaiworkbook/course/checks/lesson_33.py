"""Exercises of lesson 33, Shaping tool calls."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...practice.answers import (
    call_item,
    custom_call_item,
    message_item,
    text_answer,
    text_part,
)
from ..exercises.asked import Turn
from ..exercises.failures import passes_on
from ..exercises.in_turn import InTurn
from ..exercises.judge import Exercise, Wrong
from ..exercises.probe import Asked, Probe, expect

Json = dict[str, Any]

GOOD = (
    *("lamp 1 on", "lamp 9 off", "lamp 10 on", "lamp 12 on", "lamp 19 off", "lamp 20 off"),
    *("lamp 24 on", "lamp 3 on\nlamp 4 off", "lamp 24 on\nlamp 1 off\nlamp 12 on\nlamp 12 off"),
)
BAD = (
    *("", "lamp 0 on", "lamp 25 on", "lamp 30 on", "lamp 07 on", "lamp 240 on", "lamp 100 on"),
    *("lamp on", "lamp 3", "lamp 3 dim", "lamp 3on", "lamp3 on", "lamp  3 on", "Lamp 3 on"),
    *(
        "lamp 3 onoff",
        "lamp 3 on ",
        " lamp 3 on",
        "lamp 3 on\n",
        "\nlamp 3 on",
        "lamp 3 on lamp 4 on",
    ),
    *(
        "lamp 3 onlamp 4 on",
        "lamp 3 on\n\nlamp 4 on",
        "lamp 3 on, lamp 4 on",
        "lamp 3 on\nlamp 25 on",
    ),
    *("lamp 3 on\nlamp 4", "point 3 left", "lamp 3 on\r\nlamp 4 on"),
)
# What OpenAI's Lark does not take, and what finds it.
BEYOND = (
    (r"\(\?<?[=!]", "a lookaround"),
    (r"[*+?}]\?", "a lazy modifier"),
    (r"^\s*[!?]?\w+\.-?\d+\s*:", "a priority"),
    (r"^\s*%declare\b", "`%declare`"),
    (r"^\s*%import\s+(?!common\b)", "an import from elsewhere than `common`"),
    (r"^\s*[!?]?\w+\{[^}]*\}\s*:", "a template"),
)


def lamps(answer: Any) -> str:
    from lark import Lark
    from lark.exceptions import LarkError, UnexpectedInput

    expect(isinstance(answer, Mapping), f"the tool is a {type(answer).__name__}, not a dict")
    for name in ("type", "name"):
        was = {"type": "custom", "name": "lamps"}[name]
        found = answer.get(name)
        expect(found == was, f"`{name}` of the tool was {was!r}; now it is {found!r}")
    expect(answer.get("description"), "the tool has lost its `description`")
    given = answer.get("format")
    expect(isinstance(given, Mapping), f"`format` is {given!r}, not a dict")
    for name, wanted in (("type", "grammar"), ("syntax", "lark")):
        found = given.get(name)
        expect(found == wanted, f"`{name}` of the format is {found!r}")
    text = given.get("definition")
    expect(isinstance(text, str), f"`definition` is {type(text).__name__}, not a text")
    more = sorted(set(given) - {"type", "syntax", "definition"})
    expect(not more, f"a format has no field {', '.join(more)}")
    for pattern, what in BEYOND:
        where = re.search(pattern, text, re.MULTILINE)
        expect(not where, f"the grammar has {what}, which OpenAI does not take")
    try:
        parser = Lark(text)
    except LarkError as error:
        raise Wrong(f"Lark does not take the grammar: {str(error).splitlines()[0]}") from None
    for line, allowed in (*((each, True) for each in GOOD), *((each, False) for each in BAD)):
        try:
            parser.parse(line)
            found = True
        except UnexpectedInput:
            found = False
        word = "refuses" if allowed else "allows"
        expect(found is allowed, f"the grammar {word} {line!r}")
    return "The box hears of lamps, and of nothing else."


TOOL: Json = {"type": "custom", "name": "quill", "description": "Writes a line on the blackboard."}
WISH = "Tell the visitors that the train is late."
LATE, SORRY, LONG = "LATE", "SORRY", "A LINE THAT IS MUCH TOO LONG"
BEEP = "30 letters at most, please"


class _Model(InTurn[str]):
    """Each call is a text for the tool."""

    default = (LATE,)

    def call(self, asked: Asked, of: str, number: int, place: int) -> Json:
        id_ = f"{number}{place}"
        call = custom_call_item(str(next(iter(asked.tools), "quill")), of, f"call_{id_}")
        return call | {"id": f"ctc_{id_}"}


# What the model answers, and the text that is returned; None where there is none after five requests.
RUNS: tuple[tuple[str, list[list[str] | str], str | None], ...] = (
    ("one call", [[LATE], "Done."], "Done."),
    ("two calls in one answer", [[LATE, SORRY], "Both are done."], "Both are done."),
    ("a call that `send` refuses", [[LONG], [LATE], "Shorter."], "Shorter."),
    ("a refused call and a good one", [[LONG, SORRY], "Half."], "Half."),
    ("four answers with calls", [[LATE], [SORRY], [LATE], [SORRY], "At last."], "At last."),
    ("calls without end", [[LATE]], None),
)


def obey(answer: Callable[..., Any]) -> str:
    for what, answers, wanted in RUNS:
        _obeys(answer, what, _Model(*answers), answers, wanted)
    talking = _Model([LATE], "Done.", talks=True)
    _obeys(answer, "a call and words beside it", talking, [[LATE], "Done."], "Done.")

    def broken(text: str) -> str:
        raise OSError("the chalk is wet")

    try:
        found = answer(Probe([_Model([LATE], "Done.")]).client, WISH, dict(TOOL), broken)
    except OSError:
        pass
    else:
        raise Wrong(f"`send` raised `OSError`, and the program went on: it returned {found!r}")
    for number in (0, 1):
        first = [_Model([LATE])] * number
        passes_on(lambda probe: answer(probe.client, WISH, dict(TOOL), str), first=first)
    return "The first request is forced, and the others are free."


def _obeys(
    answer: Callable[..., Any],
    what: str,
    model: _Model,
    answers: Sequence[Sequence[str] | str],
    wanted: str | None,
) -> None:
    sent: list[str] = []

    def send(text: str) -> str:
        sent.append(text)
        if len(text) > 24:
            raise ValueError(BEEP)
        return f"written: {text}"

    probe = Probe([model], limit=8)
    found, gave_up = None, None
    try:
        found = answer(probe.client, WISH, dict(TOOL), send)
    except RuntimeError as error:
        gave_up = error
    requests = probe.requests
    for number, asked in enumerate(requests):
        _asks(asked, number, model, f"for {what}, request {number + 1}")
    if wanted is None:
        expect(gave_up is not None, f"for {what} it returned {found!r} and raised nothing")
    else:
        expect(gave_up is None, f"for {what} it raised `RuntimeError`: {gave_up}")
        kind = type(found).__name__
        expect(isinstance(found, str), f"for {what} it returned a {kind}, not a text")
        expect(found == wanted, f"for {what} it returned {found!r}, not the text {wanted!r}")
    right = 5 if wanted is None else len(answers)
    expect(len(requests) == right, f"for {what} it sent {len(requests)} requests, not {right}")
    texts = [text for each in answers if not isinstance(each, str) for text in each]
    texts = texts * 5 if wanted is None else texts
    expect(sent == texts, f"for {what} `send` got {sent}, not {texts}")


def _asks(asked: Asked, number: int, model: _Model, which: str) -> None:
    expect(asked.model == "gpt-6-luna", f"{which} asks the model {asked.model!r}")
    wanted = {"quill": {"description": TOOL["description"], "format": None}}
    expect(asked.tools == wanted, f"{which} carries the tools {sorted(asked.tools)}")
    mode, names = asked.choice
    if number == 0:
        expect(
            mode == "required" and names == {"quill"},
            f"{which} leaves it to the model whether it calls",
        )
    else:
        expect(mode != "required", f"{which} demands one more call: no text need come")
        expect(mode == "auto" and names, f"{which} forbids calls")
    before: list[Turn] = [Turn("user", WISH)]
    for said in model.said[:number]:
        before += said
        before += [
            Turn("result", _result(t.text), call_id=t.call_id) for t in said if t.role == "call"
        ]
    turns = list(asked.turns)
    kinds, right = [[turn.role for turn in each] for each in (turns, before)]
    expect(kinds == right, f"{which} holds {kinds}; it should read {right}")
    for turn, each in zip(turns, before, strict=True):
        expect(
            turn == each,
            f"{which}: a {each.role} is {turn.text!r} for {turn.call_id or 'nobody'}; before it was "
            f"{each.text!r} for {each.call_id or 'nobody'}",
        )


def _result(text: str) -> str:
    return BEEP if len(text) > 24 else f"written: {text}"


PROGRAM: Json = {"type": "program", "caller_id": "call_p"}
DIRECT: Json = {"type": "direct"}


def _crane(height: int) -> Json:
    if height > 9:
        raise ValueError("the crane ends at 9")
    return {"crane": height}


def _box(text: str) -> str:
    if "\t" in text:
        raise ValueError("beep")
    return f"sent {text}"


FUNCTIONS: dict[tuple[str | None, str], Callable[..., Any]] = {
    (None, "now"): lambda: "21:30",
    (None, "lamps"): lambda on: on,
    (None, "box"): _box,
    ("harbour", "lamps"): lambda on: {"harbour": on},
    ("fair", "lamps"): lambda on: ["fair", on],
    ("harbour", "crane"): _crane,
    ("fair", "organ"): lambda text: f"plays {text}",
}


def _function(name: str, arguments: str, namespace: str | None = None, **more: Any) -> Json:
    item = call_item(name, arguments) | more
    return item | ({"namespace": namespace} if namespace else {})


def _custom(name: str, text: str, namespace: str | None = None, **more: Any) -> Json:
    item = custom_call_item(name, text) | more
    return item | ({"namespace": namespace} if namespace else {})


NO_CALLS: tuple[Json, ...] = (
    {"id": "rs_1", "type": "reasoning", "summary": []},
    {"id": "tsc_1", "type": "tool_search_call", "status": "completed", "call_id": None}
    | {"execution": "server", "arguments": {"paths": ["harbour"]}},
    {"id": "cm_1", "type": "program", "call_id": "call_p", "code": "text(1)", "fingerprint": "x"},
    {"id": "cmo_1", "type": "program_output", "call_id": "call_p", "result": "1"}
    | {"status": "completed"},
    message_item([text_part("I will look.")]),
)
# What is called, the item, what comes out: JSON of a function, a text of a custom tool, or a pattern.
CALLS: tuple[tuple[str, Json, Any], ...] = (
    ("a function", _function("now", "{}"), "21:30"),
    ("a function with an argument", _function("lamps", '{"on":true}'), True),
    (
        "a function in a namespace",
        _function("lamps", '{"on":false}', "harbour"),
        {"harbour": False},
    ),
    ("its namesake elsewhere", _function("lamps", '{"on":true}', "fair"), ["fair", True]),
    ("a custom tool", _custom("box", "point 3 left"), "sent point 3 left"),
    ("a custom tool in a namespace", _custom("organ", "a waltz", "fair"), "plays a waltz"),
    ("a custom tool with JSON", _custom("box", '{"on": true}'), 'sent {"on": true}'),
    (
        "a call of a program",
        _function("crane", '{"height":4}', "harbour", caller=PROGRAM),
        {"crane": 4},
    ),
    (
        "a custom call of a program",
        _custom("box", "signal A go", caller=PROGRAM),
        "sent signal A go",
    ),
    ("a call of the model itself", _function("now", "{}", caller=DIRECT), "21:30"),
)
FAILING: tuple[tuple[str, Json, str], ...] = (
    ("a tool that nobody has", _function("organ", "{}"), r"\w+: .*"),
    ("a custom tool that nobody has", _custom("box", "x", "fair"), r"\w+: .*"),
    ("an unknown namespace", _function("lamps", '{"on":true}', "yard"), r"\w+: .*"),
    (
        "a function that raises",
        _function("crane", '{"height":12}', "harbour"),
        "ValueError: the crane ends at 9",
    ),
    ("a custom tool that raises", _custom("box", "a\tb"), "ValueError: beep"),
    ("arguments that are cut", _function("lamps", '{"on":tr'), r"\w+: .+"),
    ("an argument of another name", _function("lamps", '{"off":true}'), "TypeError: .+"),
    (
        "a program's call that fails",
        _function("crane", '{"height":10}', "harbour", caller=PROGRAM),
        "ValueError: the crane ends at 9",
    ),
)


def outputs(answer: Callable[..., Any]) -> str:
    _gives(answer, [], "a response without calls")
    for each in (*CALLS, *FAILING):
        _gives(answer, [each], each[0])
    _gives(answer, [*CALLS, *FAILING, *CALLS[:2]], "many calls in one response")
    return "Every call has its output, whatever its kind."


def _gives(answer: Callable[..., Any], calls: Sequence[tuple[str, Json, Any]], case: str) -> None:
    named = [
        item | {"call_id": f"call_{n}", "id": f"item_{n}"} for n, (_, item, _) in enumerate(calls)
    ]
    body = text_answer("", output=[*NO_CALLS, *named])
    response = Probe([body]).client.responses.create(model="gpt-6-luna", input="x")
    try:
        found = answer(response, dict(FUNCTIONS))
    except Exception as error:
        raise Wrong(f"{case} stops the program: `{type(error).__name__}: {error}`") from None
    expect(isinstance(found, list), f"for {case} it returned {type(found).__name__}, not a list")
    expect(len(found) == len(calls), f"for {case} it returned {len(found)} items, not {len(calls)}")
    for item, output, (what, _, wanted) in zip(named, found, calls, strict=True):
        _is_output(output, item, wanted, what, what in {name for name, _, _ in FAILING})


def _is_output(output: Any, item: Json, wanted: Any, what: str, fails: bool) -> None:
    expect(
        isinstance(output, Mapping),
        f"for {what} the output is a {type(output).__name__}, not a dict",
    )
    kind = f"{item['type']}_output"
    expect(
        output.get("type") == kind, f"for {what} the type of the output is {output.get('type')!r}"
    )
    id_ = output.get("call_id")
    expect(id_ == item["call_id"], f"for {what} the `call_id` is {id_!r}, not that of the call")
    more = sorted(set(output) - {"type", "call_id", "output", "caller"})
    expect(not more, f"for {what} the output has a field too many: {', '.join(more)}")
    caller = output.get("caller")
    caller = caller if caller is None or isinstance(caller, Mapping) else caller.to_dict()
    expect(
        caller == item.get("caller"),
        f"for {what} the `caller` is {caller!r}; that of the call is {item.get('caller')!r}",
    )
    said = output.get("output")
    expect(isinstance(said, str), f"for {what} the `output` is {said!r}, not a text")
    if fails:
        right = re.fullmatch(wanted, said, re.DOTALL)
        expect(right, f"for {what} the `output` is {said!r}, not the error's name and words")
    elif item["type"] == "custom_tool_call":
        expect(said == wanted, f"for {what} the `output` is {said!r}, not {wanted!r}")
    else:
        try:
            value = json.loads(said)
        except ValueError:
            raise Wrong(f"for {what} the `output` is {said!r}, which is no JSON") from None
        expect(value == wanted, f"for {what} the `output` is {said!r}, not {json.dumps(wanted)}")


EXERCISES = [
    Exercise(
        "33-1",
        lamps,
        (
            "The format of `STRICT` has three fields. Only the third is new.",
            "A rule for one command, and a start that allows more of them after a line end.",
            "The number is one terminal. Put the longer ones first: `/1[0-9]|2[0-4]|[1-9]/`.",
        ),
        r'''LAMPS = {"type": "custom", "name": "lamps", "description": "Switches lamps."}
LAMP_GRAMMAR = r"""
start: command (LF command)*
command: "lamp " NUMBER " " STATE
NUMBER: /1[0-9]|2[0-4]|[1-9]/
STATE: "on" | "off"
LF: /\n/
"""
LAMPS["format"] = {"type": "grammar", "syntax": "lark", "definition": LAMP_GRAMMAR}
''',
    ),
    Exercise(
        "33-2",
        obey,
        (
            "The loop is that of lesson 06. Only the types of call and output are others.",
            '`tool_choice` is `{"type": "custom", "name": tool["name"]}` once, and then "auto".',
            "Catch the `ValueError` around `send` alone, and give back `str(error)`. Count the requests"
            " with `range(5)`, and raise after the loop.",
        ),
        """def obey(client, wish, tool, send):
    items = [{"role": "user", "content": wish}]
    choice = {"type": "custom", "name": tool["name"]}
    for _ in range(5):
        response = client.responses.create(
            model="gpt-6-luna", tools=[tool], input=items, tool_choice=choice
        )
        items += response.output
        calls = [item for item in response.output if item.type == "custom_tool_call"]
        if not calls:
            return response.output_text
        for call in calls:
            try:
                output = send(call.input)
            except ValueError as error:
                output = str(error)
            result = {"type": "custom_tool_call_output", "call_id": call.call_id}
            items.append(result | {"output": output})
        choice = "auto"
    raise RuntimeError("no text after five requests")
""",
    ),
    Exercise(
        "33-3",
        outputs,
        (
            "Two types of item are calls. The type of the output is the type of the call and `_output`.",
            "The key is `(call.namespace, call.name)`. A custom tool gets `call.input`, a function"
            " `**json.loads(call.arguments)`.",
            "Lookup, arguments and call all belong into one `try`. `call.caller.to_dict()` copies the"
            " caller, where there is one.",
        ),
        """def outputs(response, functions):
    items = []
    for call in response.output:
        if call.type not in ("function_call", "custom_tool_call"):
            continue
        try:
            function = functions[call.namespace, call.name]
            if call.type == "custom_tool_call":
                output = function(call.input)
            else:
                output = json.dumps(function(**json.loads(call.arguments)))
        except Exception as error:
            output = f"{type(error).__name__}: {error}"
        item = {"type": f"{call.type}_output", "call_id": call.call_id, "output": output}
        if call.caller:
            item["caller"] = call.caller.to_dict()
        items.append(item)
    return items
""",
    ),
]
