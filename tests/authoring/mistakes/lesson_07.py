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
    may_go = ("temperature", "top_p", "top_logprobs")
    while True:
        try:
            return client.responses.create(**request)
        except openai.{error} as error:
            if {other}:
                {then}
            {out}
"""
_OTHER = "error.param not in may_go or error.param not in request"
_OUT = "del request[error.param]"

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
            "was shown to `good`",
        ),
        (
            "returns the last one anyway",
            _STEP.format(efforts=_LADDER, test=_TEST, result=_RESULT, after=f"return {_RESULT}"),
            "no plan was good, and it returned ('high', 'fine')",
        ),
        (
            "gives up when one was cut",
            _STEP.format(
                efforts=_LADDER,
                test='response.status != "completed": break\n        if good(response.output_text)',
                result=_RESULT,
                after="return None",
            ),
            "after an `incomplete` answer at low it asked ['low'] and returned None",
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
            _SEND.format(
                error="BadRequestError",
                other='error.code != "unsupported_parameter"',
                then="raise",
                out=_OUT,
            ),
            "a 400 that names `temperature` still stops",
        ),
        (
            "takes out all of them",
            _SEND.format(
                error="BadRequestError",
                other=_OTHER,
                then="raise",
                out="request = {k: v for k, v in request.items() if k not in may_go}",
            ),
            "request 2 lacks top_p",
        ),
        (
            "never sends them",
            """
def send(client, **request):
    for name in ("temperature", "top_p", "top_logprobs"):
        request.pop(name, None)
    return client.responses.create(**request)
""",
            "request 1 lacks temperature, top_p",
        ),
        (
            "tries only once more",
            """
import openai


def send(client, **request):
    may_go = ("temperature", "top_p", "top_logprobs")
    try:
        return client.responses.create(**request)
    except openai.BadRequestError as error:
        if error.param not in may_go or error.param not in request:
            raise
        del request[error.param]
        return client.responses.create(**request)
""",
            "a 400 that names `top_p` still stops the program, at request 2",
        ),
        (
            "knows temperature only",
            _SEND.format(
                error="BadRequestError",
                other='error.param != "temperature" or error.param not in request',
                then="raise",
                out=_OUT,
            ),
            "a 400 that names `top_p` still stops the program, at request 1",
        ),
        (
            "takes out whatever is named",
            _SEND.format(
                error="BadRequestError",
                other="error.param not in request",
                then="raise",
                out=_OUT,
            ),
            "for a 400 that names `input`",
        ),
        (
            "does not look whether it was sent",
            _SEND.format(
                error="BadRequestError",
                other="error.param not in may_go",
                then="raise",
                out="request.pop(error.param, None)",
            ),
            "did not stop",
        ),
        (
            "swallows the others",
            _SEND.format(error="BadRequestError", other=_OTHER, then="return None", out=_OUT),
            "a refused effort is kept from the caller",
        ),
        (
            "turns the others into its own",
            _SEND.format(
                error="BadRequestError", other=_OTHER, then='raise ValueError("no")', out=_OUT
            ),
            "the caller gets `ValueError`",
        ),
    ],
}
