"""Wrong answers to the exercises of lesson 07: (name, source, what the check must say)."""

_EXPLAIN = """
def explain(client, task):
    response = client.responses.create(
        model="gpt-6-luna", input=task, reasoning={reasoning}, text={text},
    )
    return {result}
"""
_ASKED = '{"effort": "high", "summary": "auto"}'
_FEW = '{"verbosity": "low"}'
_PARTS = "[p.text for i in response.output if i.type == 'reasoning' for p in i.summary]"
_BOTH = f"response.output_text, {_PARTS}"

_STEP = """
def step_up(client, task, good):
    for effort in {efforts}:
        response = client.responses.create(
            model="gpt-6-luna", input=task, reasoning={{"effort": effort}}
        )
        if {test}:
            return {result}
    {after}
"""
_LADDER = '("low", "medium", "high")'
_TEST = 'response.status == "completed" and good(response.output_text)'
_RESULT = "effort, response.output_text"
_RAISE = 'raise RuntimeError("no effort was enough")'

_SEND = """
import openai


def send(client, **request):
    may_go, gone = ("temperature", "top_p", "top_logprobs"), []
    if {fixed}:
        may_go = ()
    while True:
        try:
            return {result}
        except openai.{error} as error:
            if {other}:
                {then}
            {out}
"""
_GOOD = {
    "fixed": 'request.get("reasoning", {}).get("effort") == "none"',
    "result": "client.responses.create(**request), gone",
    "error": "BadRequestError",
    "other": "error.param not in may_go or error.param not in request",
    "then": "raise",
    "out": "del request[error.param]; gone.append(error.param)",
}

WRONG = {
    "07-1": [
        (
            "takes the first part only",
            _EXPLAIN.format(
                reasoning=_ASKED,
                text=_FEW,
                result="response.output_text, [response.output[0].summary[0].text]",
            ),
            "for two parts the list is ['First.']",
        ),
        (
            "expects a reasoning item",
            _EXPLAIN.format(
                reasoning=_ASKED,
                text=_FEW,
                result="response.output_text, [p.text for p in response.output[0].summary]",
            ),
            "`AttributeError`",
        ),
        (
            "asks for no summary",
            _EXPLAIN.format(reasoning='{"effort": "high"}', text=_FEW, result=_BOTH),
            "asks for no summary",
        ),
        (
            "leaves the effort out",
            _EXPLAIN.format(reasoning='{"summary": "auto"}', text=_FEW, result=_BOTH),
            "not set, so medium, not high",
        ),
        (
            "leaves the verbosity out",
            _EXPLAIN.format(reasoning=_ASKED, text="{}", result=_BOTH),
            "the verbosity is not set",
        ),
        (
            "returns the text only",
            _EXPLAIN.format(reasoning=_ASKED, text=_FEW, result="response.output_text"),
            "does not return two things",
        ),
        (
            "returns parts, not texts",
            _EXPLAIN.format(reasoning=_ASKED, text=_FEW, result=_BOTH.replace("[p.text", "[p")),
            "for two parts the list is [Summary(",
        ),
        (
            "joins the parts",
            _EXPLAIN.format(
                reasoning=_ASKED, text=_FEW, result=f"response.output_text, ' '.join({_PARTS})"
            ),
            "for two parts the list is 'First. Second.'",
        ),
        (
            "takes the first reasoning item only",
            """
def explain(client, task):
    response = client.responses.create(
        model="gpt-6-luna",
        input=task,
        reasoning={"effort": "high", "summary": "auto"},
        text={"verbosity": "low"},
    )
    for item in response.output:
        if item.type == "reasoning":
            return response.output_text, [part.text for part in item.summary]
    return response.output_text, []
""",
            "for two reasoning items the list is ['A.']",
        ),
        (
            "has a list of lists",
            _EXPLAIN.format(
                reasoning=_ASKED,
                text=_FEW,
                result="response.output_text, "
                "[[p.text for p in i.summary] for i in response.output if i.type == 'reasoning']",
            ),
            "the list is [['First.', 'Second.']]",
        ),
        (
            "has the two the wrong way round",
            _EXPLAIN.format(reasoning=_ASKED, text=_FEW, result=f"{_PARTS}, response.output_text"),
            "the first thing returned is no text, but of type list",
        ),
        (
            "shortens the thinking, not the text",
            _EXPLAIN.format(
                reasoning='{"effort": "low", "summary": "auto"}', text=_FEW, result=_BOTH
            ),
            "the effort is low, not high",
        ),
        (
            "asks for many words",
            _EXPLAIN.format(reasoning=_ASKED, text='{"verbosity": "high"}', result=_BOTH),
            "the verbosity is high, not low",
        ),
        (
            "puts the verbosity with the effort",
            _EXPLAIN.format(
                reasoning='{"effort": "high", "summary": "auto", "verbosity": "low"}',
                text="{}",
                result=_BOTH,
            ),
            "Unknown parameter: 'reasoning.verbosity'",
        ),
        (
            "asks the lesson's question",
            _EXPLAIN.format(reasoning=_ASKED, text=_FEW, result=_BOTH).replace(
                "input=task", "input=TASK"
            ),
            "the task that was given is not in the request",
        ),
        (
            "hides a failure",
            """
def explain(client, task):
    try:
        response = client.responses.create(
            model="gpt-6-luna",
            input=task,
            reasoning={"effort": "high", "summary": "auto"},
            text={"verbosity": "low"},
        )
    except Exception:
        return "", []
    return response.output_text, [
        part.text for i in response.output if i.type == "reasoning" for part in i.summary
    ]
""",
            "is kept from the caller",
        ),
    ],
    "07-2": [
        (
            "starts at the top",
            _STEP.format(
                efforts='("high", "medium", "low")', test=_TEST, result=_RESULT, after=_RAISE
            ),
            "the efforts asked are ['high', 'medium', 'low']",
        ),
        (
            "goes on to max",
            _STEP.format(
                efforts='("low", "high", "max")', test=_TEST, result=_RESULT, after=_RAISE
            ),
            "when 'medium' is the first that is good, the efforts asked are ['low', 'high', 'max']",
        ),
        (
            "judges what was cut",
            _STEP.format(
                efforts=_LADDER, test="good(response.output_text)", result=_RESULT, after=_RAISE
            ),
            "an answer whose status is `incomplete` (the cap) went to `good`",
        ),
        (
            "returns the last one anyway",
            _STEP.format(efforts=_LADDER, test=_TEST, result=_RESULT, after=f"return {_RESULT}"),
            "no plan was good, and it returned ('high', 'fine')",
        ),
        (
            "gives up when one was cut",
            """
def step_up(client, task, good):
    for effort in ("low", "medium", "high"):
        response = client.responses.create(
            model="gpt-6-luna", input=task, reasoning={"effort": effort}
        )
        if response.status != "completed":
            break
        if good(response.output_text):
            return effort, response.output_text
    raise RuntimeError("no effort was enough")
""",
            "after an answer at low whose status is `incomplete` (the cap), it asked ['low']",
        ),
        (
            "knows the status incomplete only",
            _STEP.format(
                efforts=_LADDER,
                test='response.status != "incomplete" and good(response.output_text)',
                result=_RESULT,
                after=_RAISE,
            ),
            "an answer whose status is `failed` went to `good`",
        ),
        (
            "looks for the reason in place of the status",
            _STEP.format(
                efforts=_LADDER,
                test="response.incomplete_details is None and good(response.output_text)",
                result=_RESULT,
                after=_RAISE,
            ),
            "whose status is `failed` went",
        ),
        (
            "knows the cap only",
            _STEP.format(
                efforts=_LADDER,
                test="not (response.incomplete_details and response.incomplete_details.reason == "
                '"max_output_tokens") and response.status != "failed" '
                "and good(response.output_text)",
                result=_RESULT,
                after=_RAISE,
            ),
            "(a filter) went to `good`",
        ),
        (
            "asks `good` before it looks at the status",
            _STEP.format(
                efforts=_LADDER,
                test='good(response.output_text) and response.status == "completed"',
                result=_RESULT,
                after=_RAISE,
            ),
            "is `incomplete` (the cap) went",
        ),
        (
            "takes a failure for an effort that is not enough",
            """
def step_up(client, task, good):
    for effort in ("low", "medium", "high"):
        try:
            response = client.responses.create(
                model="gpt-6-luna", input=task, reasoning={"effort": effort}
            )
        except Exception:
            continue
        if response.status == "completed" and good(response.output_text):
            return effort, response.output_text
    raise RuntimeError("no effort was enough")
""",
            "it stops with `RuntimeError`, and not with the API's error",
        ),
        (
            "shows the whole response to `good`",
            _STEP.format(
                efforts=_LADDER,
                test='response.status == "completed" and good(response)',
                result=_RESULT,
                after=_RAISE,
            ),
            "`good` was given Response, not a text",
        ),
        (
            "says nothing at the end",
            _STEP.format(efforts=_LADDER, test=_TEST, result=_RESULT, after="pass"),
            "no plan was good, and it returned None",
        ),
        (
            "raises another error",
            _STEP.format(
                efforts=_LADDER, test=_TEST, result=_RESULT, after='raise ValueError("none")'
            ),
            "`ValueError`: none",
        ),
        (
            "stops at medium",
            _STEP.format(efforts='("low", "medium")', test=_TEST, result=_RESULT, after=_RAISE),
            "when 'high' is the first that is good, the efforts asked are ['low', 'medium']",
        ),
        (
            "takes the text that `good` refuses",
            _STEP.format(
                efforts=_LADDER,
                test='response.status == "completed" and not good(response.output_text)',
                result=_RESULT,
                after=_RAISE,
            ),
            "when 'low' is the first that is good, the efforts asked are ['low', 'medium']",
        ),
        (
            "has the two the wrong way round",
            _STEP.format(
                efforts=_LADDER, test=_TEST, result="response.output_text, effort", after=_RAISE
            ),
            "it returned ('rough', 'low'), not ('low', 'rough')",
        ),
        (
            "asks the lesson's question",
            _STEP.format(efforts=_LADDER, test=_TEST, result=_RESULT, after=_RAISE).replace(
                "input=task", "input=TASK"
            ),
            "the task that was given is not in the request",
        ),
        (
            "returns the text only",
            _STEP.format(efforts=_LADDER, test=_TEST, result="response.output_text", after=_RAISE),
            "it returned 'rough'",
        ),
        (
            "asks with all efforts and picks one",
            """
def step_up(client, task, good):
    found = None
    for effort in ("low", "medium", "high"):
        response = client.responses.create(
            model="gpt-6-luna", input=task, reasoning={"effort": effort}
        )
        if found is None and response.status == "completed" and good(response.output_text):
            found = effort, response.output_text
    if found is None:
        raise RuntimeError("no effort was enough")
    return found
""",
            "when 'low' is the first that is good, the efforts asked are ['low', 'medium', 'high']",
        ),
    ],
    "07-3": [
        (
            "goes by the code",
            _SEND.format(**_GOOD | {"other": 'error.code != "unsupported_parameter"'}),
            "when the API refuses temperature, a 400 that names `temperature` still stops",
        ),
        (
            "takes out all of them",
            _SEND.format(
                **_GOOD
                | {"out": "gone += may_go; request = {k: request[k] for k in ('model', 'input')}"}
            ),
            "when the API refuses temperature, request 2 lacks top_logprobs, top_p",
        ),
        (
            "never sends them",
            """
def send(client, **request):
    gone = []
    for name in ("temperature", "top_p", "top_logprobs"):
        if request.pop(name, None) is not None:
            gone.append(name)
    return client.responses.create(**request), gone
""",
            "when the API refuses nothing, request 1 lacks temperature, top_logprobs, top_p",
        ),
        (
            "tries only once more",
            """
import openai


def send(client, **request):
    may_go = ("temperature", "top_p", "top_logprobs")
    if request.get("reasoning", {}).get("effort") == "none":
        may_go = ()
    try:
        return client.responses.create(**request), []
    except openai.BadRequestError as error:
        if error.param not in may_go or error.param not in request:
            raise
        del request[error.param]
        return client.responses.create(**request), [error.param]
""",
            "a 400 that names `temperature` still stops the program, at request 2",
        ),
        (
            "tries three times in all",
            _SEND.format(**_GOOD).replace("while True", "for _ in range(3)"),
            "top_logprobs, it sent 3 requests, not 4",
        ),
        (
            "takes two out at most",
            _SEND.format(**_GOOD | {"other": f"len(gone) == 2 or {_GOOD['other']}"}),
            "a 400 that names `top_logprobs` still stops the program, at request 3",
        ),
        (
            "knows temperature only",
            _SEND.format(
                **_GOOD | {"other": 'error.param != "temperature" or error.param not in request'}
            ),
            "a 400 that names `top_p` still stops the program, at request 1",
        ),
        (
            "takes out whatever is named",
            _SEND.format(**_GOOD | {"other": "error.param not in request", "fixed": "False"}),
            "for a 400 that names `input`, ",
        ),
        (
            "does not look whether it was sent",
            _SEND.format(
                **_GOOD
                | {"other": "error.param not in may_go", "out": "request.pop(error.param, None)"}
            ),
            "the list of what was taken out is []",
        ),
        (
            "takes out what was not sent",
            _SEND.format(
                **_GOOD
                | {
                    "other": "error.param not in may_go",
                    "out": "request.pop(error.param, None); gone.append(error.param)",
                }
            ),
            "did not stop",
        ),
        (
            "swallows the others",
            _SEND.format(**_GOOD | {"then": "return None, gone"}),
            "a refused effort is kept from the caller",
        ),
        (
            "turns the others into its own",
            _SEND.format(**_GOOD | {"then": 'raise ValueError("no")'}),
            "the caller gets `ValueError`",
        ),
        (
            "changes the value at effort none",
            _SEND.format(**_GOOD | {"fixed": "False"}),
            "for a refused value at effort `none`, it sent",
        ),
        (
            "takes a missing effort for none",
            _SEND.format(
                **_GOOD | {"fixed": 'request.get("reasoning", {}).get("effort", "none") == "none"'}
            ),
            "when the API refuses temperature, a 400 that names `temperature` still stops the program, at request 1",
        ),
        (
            "needs an effort",
            _SEND.format(**_GOOD | {"fixed": 'request["reasoning"]["effort"] == "none"'}),
            "`KeyError`",
        ),
        (
            "keeps to itself what went",
            _SEND.format(**_GOOD | {"result": "client.responses.create(**request)"}),
            "when the API refuses nothing, it returned Response, not the response and a list",
        ),
        (
            "names the last one only",
            _SEND.format(**_GOOD | {"out": "del request[error.param]; gone = [error.param]"}),
            "when the API refuses top_logprobs, temperature, the list of what was taken out is",
        ),
        (
            "names all that may go",
            _SEND.format(**_GOOD | {"result": "client.responses.create(**request), may_go"}),
            "when the API refuses nothing, the list of what was taken out is",
        ),
        (
            "goes by the words",
            _SEND.format(**_GOOD)
            .replace(
                "            if error.param not in may_go or error.param not in request:",
                "            named = [n for n in may_go if n in request and f\"'{n}'\" in str(error)]\n"
                "            if not named:",
            )
            .replace("error.param]; gone.append(error.param)", "named[0]]; gone.append(named[0])"),
            "a 400 that names `text.verbosity` and only talks of temperature",
        ),
        (
            "catches every error of the API",
            _SEND.format(**_GOOD | {"error": "APIStatusError"}),
            "for a 500 that names `top_p`, it sent",
        ),
    ],
}
