"""Exercises of lesson 07, Reasoning."""

from collections.abc import Callable, Mapping
from typing import Any

import openai

from ...practice.answers import error_answer, text_answer
from ..exercises.failures import passes_on
from ..exercises.judge import Exercise, Wrong, expect
from ..exercises.probe import Asked, Probe, Reply

TASK = "Three vans, twelve boxes. Which box goes where?"
PLAN = "Van 1: boxes 1 to 4."
MODEL = "gpt-6-luna"
LADDER = ["low", "medium", "high"]


def _asks(asked: Asked) -> None:
    expect(asked.model == MODEL, f"the model is {asked.model!r}, not {MODEL!r}")
    expect(TASK in asked.words, "the task that was given is not in the request")


def _thought(*parts: str) -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": part} for part in parts]
    return {"id": "rs_1", "type": "reasoning", "content": [], "summary": summary}


def explain(answer: Callable[..., Any]) -> str:
    [message] = text_answer(PLAN)["json"]["output"]
    cases: list[tuple[str, list[dict[str, Any]], list[str]]] = [
        ("two parts", [_thought("First.", "Second."), message], ["First.", "Second."]),
        ("one part", [_thought("Only one."), message], ["Only one."]),
        ("an empty summary", [_thought(), message], []),
        ("no reasoning item", [message], []),
        (
            "two reasoning items",
            [_thought("A."), _thought("B.") | {"id": "rs_2"}, message],
            ["A.", "B."],
        ),
    ]
    for what, items, wanted in cases:
        probe = Probe([text_answer(PLAN, output=items)])
        given = answer(probe.client, TASK)
        _explained(probe.last)
        expect(
            isinstance(given, tuple | list) and len(given) == 2,
            "it does not return two things, the text and the list",
        )
        text, parts = given
        kind = type(text).__name__
        expect(isinstance(text, str), f"the first thing returned is no text, but of type {kind}")
        expect(text == PLAN, f"the text returned is {text!r}, not `output_text`")
        expect(parts == wanted, f"for {what} the list is {parts!r}, not {wanted!r}")
    passes_on(lambda probe: answer(probe.client, TASK))
    return "However many parts a summary has, you get them all."


def _explained(asked: Asked) -> None:
    _asks(asked)
    expect(not asked.chat, "it asks Chat, which has no summaries")
    summary = (asked.body.get("reasoning") or {}).get("summary")
    verbosity = (asked.body.get("text") or {}).get("verbosity")
    expect(
        asked.effort == "high", f"the effort is {asked.effort or 'not set, so medium'}, not high"
    )
    expect(summary in ("auto", "concise", "detailed"), "the request asks for no summary")
    expect(verbosity == "low", f"the verbosity is {verbosity or 'not set, so medium'}, not low")


def _unfinished(text: str, status: str, reason: str | None) -> dict[str, Any]:
    why = {"reason": reason} if reason else None
    error = {"code": "server_error", "message": "Sorry."} if status == "failed" else None
    return text_answer(text, status=status, incomplete_details=why, error=error)


# Each has a text that `good` would like.
UNFINISHED = [
    ("`incomplete` (the cap)", _unfinished("half a plan", "incomplete", "max_output_tokens")),
    ("`incomplete` (a filter)", _unfinished("half a plan", "incomplete", "content_filter")),
    ("`failed`", _unfinished("half a plan", "failed", None)),
]


def step_up(answer: Callable[..., Any]) -> str:
    texts: dict[str, Reply] = {"low": "rough", "medium": "fair", "high": "fine"}
    for number, effort in enumerate(LADDER, 1):
        best = str(texts[effort])
        given, efforts, seen = _stepped(answer, texts, {best, "?"})
        when = f"when {effort!r} is the first that is good"
        expect(efforts == LADDER[:number], f"{when}, the efforts asked are {efforts}")
        _is_plan(given, effort, best, when)
        expect(best in seen, f"{when}, `good` was never asked about its text")
    given, efforts, _ = _stepped(answer, texts, set())
    expect(isinstance(given, RuntimeError), f"no plan was good, and it returned {given!r}")
    expect(efforts == LADDER, f"no plan was good, and the efforts asked are {efforts}")
    for status, reply in UNFINISHED:
        if status == "`failed`" and _by_chat(answer):
            continue  # there it is an error of the API
        when = f"after an answer at low whose status is {status},"
        given, efforts, seen = _stepped(answer, texts | {"low": reply}, {"half a plan", "fair"})
        expect("half a plan" not in seen, f"an answer whose status is {status} went to `good`")
        expect(efforts == LADDER[:2], f"{when} it asked {efforts}")
        _is_plan(given, "medium", "fair", when)
        given, _, seen = _stepped(answer, dict.fromkeys(LADDER, reply), {"half a plan"})
        expect(
            isinstance(given, RuntimeError) and not seen,
            f"no answer was `completed`, each was {status}: it returned {given!r}",
        )
    for first in ([], ["rough"], ["rough", "fair"]):
        passes_on(lambda probe: answer(probe.client, TASK, lambda text: False), first=first)
    return "It climbs one step at a time, and says so when it cannot climb further."


def _is_plan(given: Any, effort: str, text: str, when: str) -> None:
    pair = tuple(given) if isinstance(given, list) else given
    shown = "raised `RuntimeError`" if isinstance(given, RuntimeError) else f"returned {given!r}"
    expect(pair == (effort, text), f"{when} it {shown}, not {(effort, text)!r}")


def _by_chat(answer: Callable[..., Any]) -> bool:
    probe = Probe(["fine"])
    answer(probe.client, TASK, lambda text: True)
    return probe.last.chat


def _stepped(
    answer: Callable[..., Any], replies: Mapping[str, Reply], good: set[str]
) -> tuple[Any, list[Any], list[str]]:
    """What it returned or raised, the efforts it asked for, the texts that it showed to `good`."""
    seen: list[str] = []

    def judged(text: Any) -> bool:
        expect(isinstance(text, str), f"`good` was given {type(text).__name__}, not a text")
        seen.append(text)
        return text in good

    def reply(asked: Asked) -> Any:
        found = replies.get(asked.effort or "medium", "?")
        return text_answer(found) if isinstance(found, str) else found

    probe = Probe([reply], limit=6)
    try:
        given = answer(probe.client, TASK, judged)
    except RuntimeError as error:
        given = error
    _asks(probe.last)
    return given, [asked.effort for asked in probe.requests], seen


MAY_GO = {"temperature": 0, "top_p": 0.5, "top_logprobs": 2}
PLAIN = {"model": MODEL, "input": TASK}
ALL = PLAIN | MAY_GO


def _refused(param: str | None, message: str = "", code: str | None = None) -> dict[str, Any]:
    message = message or f"Unsupported parameter: '{param}' is not supported with this model."
    return error_answer(400, message, type="invalid_request_error", code=code, param=param)


def _given(asked: Asked) -> dict[str, Any]:
    """What the request has: None is as good as left out."""
    return {name: value for name, value in asked.body.items() if value is not None}


def _refuses(*names: str, code: str | None = None) -> Callable[[Asked], Any]:
    """Refuses the first of `names` that the request has, as the API does; else answers."""

    def reply(asked: Asked) -> Any:
        there = [name for name in names if name in _given(asked)]
        return _refused(there[0], code=code) if there else text_answer(PLAN)

    return reply


# What is no reason to take a setting out: what it is, the request, the error.
NO_REASON: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "a refused effort",
        ALL,
        _refused(
            "reasoning.effort",
            "Unsupported value: 'minimal' is not supported with the 'gpt-6-luna' model.",
            "unsupported_value",
        ),
    ),
    ("a 400 that names `input`", ALL, _refused("input", "`input` is empty.")),
    (
        "a 400 that names `text.verbosity` and only talks of temperature",
        ALL,
        _refused("text.verbosity", "Invalid value. A higher 'temperature' is no help."),
    ),
    ("a 400 that names nothing", ALL, _refused(None, "The request is not valid.")),
    ("a setting that was not sent", PLAIN | {"top_p": 0.5}, _refused("temperature")),
    (
        "a refused value at effort `none`",
        ALL | {"temperature": 3, "reasoning": {"effort": "none"}},
        _refused("temperature", "Invalid 'temperature': 3 is above the maximum of 2."),
    ),
    (
        "a 500 that names `top_p`",
        ALL,
        error_answer(500, "Sorry.", type="server_error", param="top_p"),
    ),
]


def send(answer: Callable[..., Any]) -> str:
    _sent(answer, ALL, (), ())
    for name in MAY_GO:
        for code in (None, "unsupported_parameter"):
            _sent(answer, ALL, (name,), (name,), code)
    _sent(answer, ALL | {"reasoning": {"effort": "low"}}, ("top_p",), ("top_p",))
    _sent(answer, ALL | {"reasoning": {"summary": "auto"}}, ("top_p",), ("top_p",))
    _sent(answer, ALL | {"reasoning": {"effort": "none"}}, (), ())
    two = ("top_logprobs", "temperature")
    _sent(answer, ALL, two, two)
    _sent(answer, PLAIN | {"top_p": 1}, tuple(MAY_GO), ("top_p",))
    _sent(answer, ALL, tuple(MAY_GO), tuple(MAY_GO))
    for what, request, error in NO_REASON:
        _raises(answer, request, [error], what)
    then = [_refused("top_p"), _refused("input", "`input` is empty.")]
    _raises(answer, ALL, then, "a refused setting and then a 400 that names `input`")
    for first in ([], [_refused("temperature")]):
        passes_on(lambda probe: answer(probe.client, **ALL), first=first)
    return "It takes out what is refused, says so, and hides nothing else."


def _sent(
    answer: Callable[..., Any],
    request: Mapping[str, Any],
    refused: tuple[str, ...],
    gone: tuple[str, ...],
    code: str | None = None,
) -> None:
    """`refused`: what the API refuses, in this order; `gone`: what of it the request has."""
    probe = Probe([_refuses(*refused, code=code)], limit=8)
    case = f"when the API refuses {', '.join(refused) or 'nothing'},"
    try:
        given = answer(probe.client, **request)
    except openai.BadRequestError as error:
        raise Wrong(
            f"{case} a 400 that names `{error.param}` still stops the program, at request "
            f"{len(probe.requests)}"
        ) from None
    for number, asked in enumerate(probe.requests):
        right = {name: value for name, value in request.items() if name not in gone[:number]}
        body = _given(asked)
        lost = sorted(set(right) - set(body))
        expect(
            not lost, f"{case} request {number + 1} lacks {', '.join(lost)}, which was not refused"
        )
        expect(body == right, f"{case} request {number + 1} is {body}, not {right}")
    sent, wanted = len(probe.requests), len(gone) + 1
    expect(sent == wanted, f"{case} it sent {_counted(sent)}, not {wanted}")
    expect(
        isinstance(given, tuple | list) and len(given) == 2,
        f"{case} it returned {type(given).__name__}, not the response and a list",
    )
    response, names = given
    expect(
        getattr(response, "output_text", None) == PLAN,
        f"{case} the first of what it returned is {type(response).__name__}, not the response",
    )
    expect(
        isinstance(names, list | tuple | set) and sorted(map(str, names)) == sorted(gone),
        f"{case} the list of what was taken out is {names!r}",
    )


def _counted(requests: int) -> str:
    return f"{requests} request" + ("s" if requests != 1 else "")


def _raises(
    answer: Callable[..., Any],
    request: Mapping[str, Any],
    replies: list[dict[str, Any]],
    what: str,
) -> None:
    """Each reply gets a request, and the last one reaches the caller."""
    probe = Probe(replies, limit=8)
    try:
        found = answer(probe.client, **request)
    except openai.APIStatusError:
        sent = len(probe.requests)
        expect(sent == len(replies), f"for {what}, it sent {_counted(sent)}, not {len(replies)}")
        return
    except Exception as other:
        raise Wrong(
            f"for {what}, the caller gets `{type(other).__name__}`, not the API's error"
        ) from None
    raise Wrong(f"{what} is kept from the caller: it returned {found!r}")


EXERCISES = [
    Exercise(
        "07-1",
        explain,
        (
            "The cell under 'See the thinking' sends the same three settings, and loops.",
            "`reasoning` takes a dict with `effort` and `summary`; `text` one with `verbosity`.",
            "Two loops: over the items of `response.output` whose type is `reasoning`, and over "
            "the parts of `item.summary`. Collect `part.text`.",
        ),
        """def explain(client, task):
    response = client.responses.create(
        model="gpt-6-luna",
        input=task,
        reasoning={"effort": "high", "summary": "auto"},
        text={"verbosity": "low"},
    )
    parts = []
    for item in response.output:
        if item.type == "reasoning":
            parts += [part.text for part in item.summary]
    return response.output_text, parts
""",
    ),
    Exercise(
        "07-2",
        step_up,
        (
            "A loop over the three efforts, and a `return` inside it.",
            'Look at `response.status == "completed"` before you call `good`.',
            "What stands after the loop runs only when no effort was enough: raise there.",
        ),
        """def step_up(client, task, good):
    for effort in ("low", "medium", "high"):
        response = client.responses.create(
            model="gpt-6-luna", input=task, reasoning={"effort": effort}
        )
        if response.status == "completed" and good(response.output_text):
            return effort, response.output_text
    raise RuntimeError("no effort was enough")
""",
    ),
    Exercise(
        "07-3",
        send,
        (
            "Put the call into `try`, inside a `while True`, and catch `openai.BadRequestError`.",
            "`error.param` names the setting. Go by it, not by `error.code`, which may be None."
            ' The effort is in `request.get("reasoning", {})`.',
            "`request` is a dict. If the name may go and is in it, `del request[error.param]`, and"
            " note the name in a list; if not, a bare `raise` hands the error to the caller.",
        ),
        """import openai


def send(client, **request):
    may_go = ("temperature", "top_p", "top_logprobs")
    if request.get("reasoning", {}).get("effort") == "none":
        may_go = ()
    gone = []
    while True:
        try:
            return client.responses.create(**request), gone
        except openai.BadRequestError as error:
            if error.param not in may_go or error.param not in request:
                raise
            del request[error.param]
            gone.append(error.param)
""",
    ),
]
