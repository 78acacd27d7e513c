"""Exercises of lesson 07, Reasoning."""

from collections.abc import Callable, Mapping
from typing import Any

import openai

from ...practice.answers import error_answer, text_answer
from ..exercises.judge import Exercise, Wrong, expect
from ..exercises.probe import Asked, Probe

TASK = "Three vans, twelve boxes. Which box goes where?"
PLAN = "Van 1: boxes 1 to 4."
MODEL = "gpt-6-luna"


def _thought(*parts: str) -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": part} for part in parts]
    return {"id": "rs_1", "type": "reasoning", "content": [], "summary": summary}


def _message() -> dict[str, Any]:
    [item] = text_answer(PLAN)["json"]["output"]
    return dict(item)


def explain(answer: Callable[..., Any]) -> str:
    cases: list[tuple[str, list[dict[str, Any]], list[str]]] = [
        ("two parts", [_thought("First.", "Second."), _message()], ["First.", "Second."]),
        ("one part", [_thought("Only one."), _message()], ["Only one."]),
        ("an empty summary", [_thought(), _message()], []),
        ("no reasoning item", [_message()], []),
        ("two reasoning items", [_thought("A."), _thought("B."), _message()], ["A.", "B."]),
    ]
    for what, items, wanted in cases:
        probe = Probe([text_answer(PLAN, output=items)])
        given = answer(probe.client, TASK)
        _explained(probe.last.body)
        expect(
            isinstance(given, tuple) and len(given) == 2,
            "it does not return two things, the text and the list",
        )
        text, parts = given
        expect(text == PLAN, f"the text returned is {text!r}, not `output_text`")
        expect(parts == wanted, f"for {what} the list is {parts!r}, not {wanted!r}")
    return "However many parts a summary has, you get them all."


def _explained(body: Mapping[str, Any]) -> None:
    expect(body.get("model") == MODEL, f"the model is {body.get('model')!r}")
    expect(body.get("input") == TASK, "`input` is not the task that was given")
    reasoning, text = body.get("reasoning") or {}, body.get("text") or {}
    effort, summary = reasoning.get("effort"), reasoning.get("summary")
    expect(effort == "high", f"the effort is {effort or 'not set, so medium'}, not high")
    expect(summary in ("auto", "concise", "detailed"), "the request asks for no summary")
    verbosity = text.get("verbosity")
    expect(verbosity == "low", f"the verbosity is {verbosity or 'not set, so medium'}, not low")


def _by_effort(replies: Mapping[str, Any]) -> Callable[[Asked], Any]:
    def reply(asked: Asked) -> Any:
        return replies[(asked.body.get("reasoning") or {}).get("effort") or "medium"]

    return reply


def _cut(text: str = "") -> dict[str, Any]:
    return text_answer(
        text, status="incomplete", incomplete_details={"reason": "max_output_tokens"}
    )


def step_up(answer: Callable[..., Any]) -> str:
    texts = {"low": "rough", "medium": "fair", "high": "fine", "none": "?", "xhigh": "?"}
    texts |= {"max": "?"}
    for best, effort in (("rough", "low"), ("fair", "medium"), ("fine", "high")):
        given, efforts, _ = _stepped(answer, texts, {best})
        wanted = ["low", "medium", "high"][: ["low", "medium", "high"].index(effort) + 1]
        expect(
            efforts == wanted,
            f"when {effort!r} is the first that is good, the efforts asked are {efforts}",
        )
        expect(
            given == (effort, best),
            f"when {effort!r} is the first that is good, it returned {given!r}",
        )
    _, _, seen = _stepped(answer, texts | {"low": _cut("half a")}, {"half a", "fair"})
    expect("half a" not in seen, "an answer with status `incomplete` was shown to `good`")
    given, efforts, _ = _stepped(answer, texts | {"low": _cut()}, {"fair"})
    expect(
        efforts == ["low", "medium"] and given == ("medium", "fair"),
        f"after an `incomplete` answer at low it asked {efforts} and returned {given!r}",
    )
    given, _, _ = _stepped(answer, texts, set())
    expect(isinstance(given, RuntimeError), f"no plan was good, and it returned {given!r}")
    return "It climbs one step at a time, and says so when it cannot climb further."


def _stepped(
    answer: Callable[..., Any], replies: Mapping[str, Any], good: set[str]
) -> tuple[Any, list[Any], list[str]]:
    """What it returned or raised, the efforts it asked for, the texts that it showed to `good`."""
    seen: list[str] = []

    def judged(text: str) -> bool:
        seen.append(text)
        return text in good

    probe = Probe([_by_effort(replies)], limit=6)
    try:
        given = answer(probe.client, TASK, judged)
    except RuntimeError as error:
        given = error
    body = probe.last.body
    expect(body.get("model") == MODEL, f"the model is {body.get('model')!r}")
    expect(body.get("input") == TASK, "`input` is not the task that was given")
    efforts = [(asked.body.get("reasoning") or {}).get("effort") for asked in probe.requests]
    return given, efforts, seen


def _refuses(*names: str, code: str | None = None) -> Callable[[Asked], Any]:
    """Refuses the first of `names` that the request has, as the API does; else answers."""

    def reply(asked: Asked) -> Any:
        for name in names:
            if name in asked.body:
                message = f"Unsupported parameter: '{name}' is not supported with this model."
                return error_answer(
                    400, message, type="invalid_request_error", code=code, param=name
                )
        return PLAN

    return reply


def send(answer: Callable[..., Any]) -> str:
    request = {"model": MODEL, "input": TASK, "temperature": 0, "top_p": 0.5}
    _sent(answer, request, _refuses(), [request])
    without = {k: v for k, v in request.items() if k != "temperature"}
    _sent(answer, request, _refuses("temperature"), [request, without])
    _sent(
        answer, request, _refuses("temperature", code="unsupported_parameter"), [request, without]
    )
    plain = {"model": MODEL, "input": TASK}
    _sent(answer, request, _refuses("top_p"), [request, plain | {"temperature": 0}])
    _sent(answer, request, _refuses("temperature", "top_p"), [request, without, plain])
    logs = plain | {"top_logprobs": 2}
    _sent(answer, logs, _refuses("top_logprobs"), [logs, plain])
    message = "Unsupported value: 'minimal' is not supported with the 'gpt-6-luna' model."
    value = error_answer(
        400,
        message,
        type="invalid_request_error",
        code="unsupported_value",
        param="reasoning.effort",
    )
    _raises(answer, request, value, "a refused effort", openai.BadRequestError)
    empty = error_answer(400, "`input` is empty.", type="invalid_request_error", param="input")
    _raises(answer, request, empty, "a 400 that names `input`", openai.BadRequestError)
    again = error_answer(400, "No.", type="invalid_request_error", param="temperature")
    _raises(answer, plain, again, "a setting that was not sent", openai.BadRequestError)
    key = error_answer(
        401, "Incorrect API key", type="invalid_request_error", code="invalid_api_key"
    )
    _raises(answer, request, key, "a refused key", openai.AuthenticationError)
    return "It leaves out what is refused, and nothing else."


def _sent(
    answer: Callable[..., Any],
    request: Mapping[str, Any],
    reply: Callable[[Asked], Any],
    wanted: list[dict[str, Any]],
) -> None:
    probe = Probe([reply], limit=8)
    try:
        given = answer(probe.client, **request)
    except openai.BadRequestError as error:
        count = len(probe.requests)
        raise Wrong(
            f"a 400 that names `{error.param}` still stops the program, at request {count}"
        ) from None
    bodies = [asked.body for asked in probe.requests]
    for number, (body, right) in enumerate(zip(bodies, wanted, strict=False), 1):
        lost = sorted(set(right) - set(body))
        expect(not lost, f"request {number} lacks {', '.join(lost)}, which was not refused")
        expect(body == right, f"request {number} is {body}, not {right}")
    expect(len(bodies) == len(wanted), f"it sent {len(bodies)} requests, not {len(wanted)}")
    text = getattr(given, "output_text", None)
    expect(text == PLAN, f"it returned {type(given).__name__}, not the response")


def _raises(
    answer: Callable[..., Any],
    request: Mapping[str, Any],
    reply: Mapping[str, Any],
    what: str,
    error: type[openai.APIError],
) -> None:
    probe = Probe([reply], limit=8)
    try:
        answer(probe.client, **request)
    except error:
        sent = len(probe.requests)
        expect(sent == 1, f"for {what} it sent {sent} requests; one is enough")
        return
    except Exception as other:
        raise Wrong(
            f"for {what} the caller gets `{type(other).__name__}`, not `{error.__name__}`"
        ) from None
    raise Wrong(f"{what} is kept from the caller")


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
            "`error.param` names the setting. Go by it, not by `error.code`, which may be None.",
            "`request` is a dict. If the name may go and is in it, `del request[error.param]`; "
            "if not, a bare `raise` hands the error to the caller.",
        ),
        """import openai


def send(client, **request):
    may_go = ("temperature", "top_p", "top_logprobs")
    while True:
        try:
            return client.responses.create(**request)
        except openai.BadRequestError as error:
            if error.param not in may_go or error.param not in request:
                raise
            del request[error.param]
""",
    ),
]
